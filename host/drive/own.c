#include "own.h"
#include "../base/error.h"
#include "drive_class.h"

#include <stdlib.h>
#include <string.h>

typedef struct own_drive {
    drive base;
    uint64_t first, steps;
    const float *cells, *rows, *cols; // the caller's, or NULL
    float *kept;                      // those of the last step: cells, or rows and then cols
} own_drive;

static void destroy(drive *d) {
    free(((own_drive *)d)->kept);
}

// The place of a step in the arrays. If they hold a single step, it stands for every step.
static uint64_t place_of(const own_drive *o, uint64_t t) {
    return o->steps == 1 ? 0 : t - o->first;
}

static ohm_status step(const drive *d, uint64_t t, float *cols, float *rows) {
    const own_drive *o = (const own_drive *)d;
    const uint64_t i = place_of(o, t);
    memcpy(rows, o->rows + i * d->site.rows, d->site.rows * sizeof *rows);
    for (uint64_t j = 0; j < d->site.cols; j++) cols[j] = -o->cols[i * d->site.cols + j];
    return OHM_OK;
}

static ohm_status next(drive *d, uint64_t t, uint32_t most, drive_frame *frame) {
    const own_drive *o = (const own_drive *)d;
    const uint64_t synapses = d->site.rows * d->site.cols;
    if (!o->cells) return drive_lines_frame(d, t, most, step, frame);
    d->version = drive_new_version();
    drive_image_frame(d, o->cells + place_of(o, t) * synapses, d->site.cols, d->site.rows,
                      o->steps == 1 ? most : 1, frame);
    return OHM_OK;
}

static const ohm_about about = {.name = "own"};

static const drive_class own_class = {
    .entry = {.about = &about, .frames = true},
    .size = sizeof(own_drive),
    .destroy = destroy,
    .next = next,
};

// ---- Checking ---------------------------------------------------------------------------------

static ohm_status check(const char *name, const float *values, uint64_t steps, uint64_t count, uint64_t cols,
                        drive_ends *e) {
    const drive_array a = {OHM_BAD_ARGUMENT, "", name, count, cols};
    ohm_status status = OHM_OK;
    for (uint64_t t = 0; t < steps && !status; t++) status = drive_check_values(&a, t, values + t * count, e);
    return status;
}

static ohm_status take_range(own_drive *o) {
    drive *d = &o->base;
    drive_ends e = drive_no_ends, cols = drive_no_ends;
    ohm_status status;
    if (o->cells) {
        status = check("voltage", o->cells, o->steps, d->site.rows * d->site.cols, d->site.cols, &e);
    } else {
        status = check("row_voltage", o->rows, o->steps, d->site.rows, 0, &e);
        if (!status) status = check("col_voltage", o->cols, o->steps, d->site.cols, 0, &cols);
        if (!status) status = drive_join_lines(OHM_BAD_ARGUMENT, "", cols, &e);
    }
    d->low = e.low, d->high = e.high;
    return status;
}

// ---- Opening and finishing --------------------------------------------------------------------

ohm_status own_open(const plan *p, uint64_t t, uint64_t steps, const float *cells, const float *rows,
                    const float *cols, drive **opened) {
    own_drive *o = calloc(1, sizeof *o);
    *opened = NULL;
    if (!o) return ohm_fail_memory("voltages");
    drive *d = &o->base;
    d->class = &own_class;
    d->site = drive_site_of(p);
    d->layout = cells ? OHM_FRAME_IMAGE : OHM_FRAME_LINES;
    o->first = t;
    o->steps = steps;
    o->cells = cells;
    o->rows = rows;
    o->cols = cols;
    const uint64_t kept = cells ? d->site.rows * d->site.cols : d->site.rows + d->site.cols;
    o->kept = malloc(kept * sizeof *o->kept);
    const ohm_status status = o->kept ? take_range(o) : ohm_fail_memory("voltages");
    if (status)
        drive_close(d);
    else
        *opened = d;
    return status;
}

void own_finish(drive *d, uint64_t done) {
    own_drive *o = (own_drive *)d;
    const uint64_t rows = d->site.rows, cols = d->site.cols, last = done ? done - 1 : 0;
    if (o->cells) {
        memcpy(o->kept, o->cells + last * rows * cols, rows * cols * sizeof *o->kept);
        o->cells = o->kept;
    } else {
        memcpy(o->kept, o->rows + last * rows, rows * sizeof *o->kept);
        memcpy(o->kept + rows, o->cols + last * cols, cols * sizeof *o->kept);
        o->rows = o->kept;
        o->cols = o->kept + rows;
    }
    o->steps = 1;
}
