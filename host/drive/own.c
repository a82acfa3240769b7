#include "own.h"
#include "../base/error.h"
#include "drive_class.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct own_drive {
    drive base;
    uint64_t first, steps;
    const float *cells, *rows, *cols; // the caller's; those that are not NULL
    float *kept;                      // the last step's: cells, or rows and then cols
} own_drive;

static void destroy(drive *d) {
    free(((own_drive *)d)->kept);
}

static ohm_status step(const drive *d, uint64_t t, float *cols, float *rows) {
    const own_drive *o = (const own_drive *)d;
    const uint64_t i = t - o->first;
    memcpy(rows, o->rows + i * d->site.rows, d->site.rows * sizeof *rows);
    for (uint64_t j = 0; j < d->site.cols; j++) cols[j] = -o->cols[i * d->site.cols + j];
    return OHM_OK;
}

static ohm_status next(drive *d, uint64_t t, uint32_t most, const drive_feedback *feedback,
                       drive_frame *frame) {
    const own_drive *o = (const own_drive *)d;
    const uint64_t synapses = d->site.rows * d->site.cols;
    (void)feedback;
    if (!o->cells) return drive_lines_frame(d, t, most, step, frame);
    d->version = drive_new_version();
    drive_image_frame(d, o->cells + (t - o->first) * synapses, d->site.cols, d->site.rows, 1, frame);
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

typedef struct ends {
    double low, high;
} ends;

static ohm_status check(const char *name, const float *values, uint64_t steps, uint64_t count, uint64_t cols,
                        ends *e) {
    *e = (ends){INFINITY, -INFINITY};
    for (uint64_t i = 0; i < steps * count; i++) {
        const double value = (double)values[i];
        const uint64_t t = i / count, at = i % count;
        if (value < e->low) e->low = value;
        if (value > e->high) e->high = value;
        if (fabs(value) <= DRIVE_MAX_VOLTAGE) continue; // false for NaN
        if (cols)
            return error_set(OHM_BAD_ARGUMENT,
                             "%s[%" PRIu64 ", %" PRIu64 ", %" PRIu64 "] is %g, not within 1000 V", name, t,
                             at / cols, at % cols, value);
        return error_set(OHM_BAD_ARGUMENT, "%s[%" PRIu64 ", %" PRIu64 "] is %g, not within 1000 V", name, t,
                         at, value);
    }
    return OHM_OK;
}

static ohm_status take_range(own_drive *o) {
    drive *d = &o->base;
    ends rows, cols = {0, 0};
    if (o->cells) {
        const ohm_status status =
            check("voltage", o->cells, o->steps, d->site.rows * d->site.cols, d->site.cols, &rows);
        d->low = rows.low, d->high = rows.high;
        return status;
    }
    ohm_status status = check("row_voltage", o->rows, o->steps, d->site.rows, 0, &rows);
    if (!status) status = check("col_voltage", o->cols, o->steps, d->site.cols, 0, &cols);
    d->low = rows.low - cols.high, d->high = rows.high - cols.low;
    if (!status && drive_largest(d) > DRIVE_MAX_VOLTAGE)
        return error_set(OHM_BAD_ARGUMENT, "row and column voltages are up to %g V apart, more than 1000",
                         drive_largest(d));
    return status;
}

// ---- Opening and finishing --------------------------------------------------------------------

ohm_status own_open(const plan *p, uint64_t t, uint64_t steps, const float *cells, const float *rows,
                    const float *cols, drive **opened) {
    const ohm_definition *definition = &p->definition;
    own_drive *o = calloc(1, sizeof *o);
    *opened = NULL;
    if (!o) return error_no_memory("voltages");
    drive *d = &o->base;
    d->class = &own_class;
    d->site =
        (drive_site){definition->rows, definition->cols, plan_pitch(p), definition->seed, definition->dt};
    d->layout = cells ? OHM_FRAME_IMAGE : OHM_FRAME_LINES;
    o->first = t;
    o->steps = steps;
    o->cells = cells;
    o->rows = rows;
    o->cols = cols;
    const uint64_t kept = cells ? d->site.rows * d->site.cols : d->site.rows + d->site.cols;
    o->kept = malloc(kept * sizeof *o->kept);
    const ohm_status status = o->kept ? take_range(o) : error_no_memory("voltages");
    if (status)
        drive_close(d);
    else
        *opened = d;
    return status;
}

void own_finish(drive *d) {
    own_drive *o = (own_drive *)d;
    const uint64_t rows = d->site.rows, cols = d->site.cols, last = o->steps - 1;
    if (o->cells) {
        memcpy(o->kept, o->cells + last * rows * cols, rows * cols * sizeof *o->kept);
        o->cells = o->kept;
    } else {
        memcpy(o->kept, o->rows + last * rows, rows * sizeof *o->kept);
        memcpy(o->kept + rows, o->cols + last * cols, cols * sizeof *o->kept);
        o->rows = o->kept;
        o->cols = o->kept + rows;
    }
    o->first += last;
    o->steps = 1;
}
