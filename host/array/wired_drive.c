#include "wired_drive.h"
#include "../base/error.h"
#include "../drive/drive_class.h"
#include "circuit.h"

#include <stdlib.h>
#include <string.h>

#define STEP_TOLERANCE 1e-4 // unless the wires say another

typedef struct wired_drive {
    drive base;
    circuit circuit;
    wired_nodes last;
    double *row_part, *col_part; // currents of each tile's lines
    ohm_wires_report report;     // of all steps
    // The line frame in base.values: of which circuit and lines, and its own version; 0 before there is one.
    uint64_t lines_of, lines_version;
    bool lines_bit;
} wired_drive;

static wired_drive *wired_of(drive *d) {
    return (wired_drive *)d;
}

static uint64_t devices(const drive *d) {
    return d->site.rows * d->site.cols;
}

// ---- A step -----------------------------------------------------------------------------------

static void device_frame(drive *d, const float *values, drive_frame *frame) {
    drive_image_frame(d, values, d->site.cols, d->site.rows, 1, frame);
}

// Adds up what all tiles have of lines: [parts, lines].
static void add_up(const double *part, uint64_t parts, uint64_t lines, double *sum) {
    for (uint64_t i = 0; i < lines; i++) sum[i] = part[i];
    for (uint64_t p = 1; p < parts; p++)
        for (uint64_t i = 0; i < lines; i++) sum[i] += part[p * lines + i];
}

static ohm_status take_currents(wired_drive *w) {
    const drive_site *s = &w->base.site;
    const ohm_status status = circuit_currents(&w->circuit, w->col_part, w->row_part);
    add_up(w->row_part, w->circuit.across, s->rows, w->last.row_current);
    add_up(w->col_part, w->circuit.down, s->cols, w->last.col_current);
    return status;
}

static ohm_status solve(wired_drive *w, uint64_t t) {
    wired_nodes *n = &w->last;
    drive *const given = crossbar_source(w->circuit.crossbar);
    const double tolerance = w->circuit.definition->tolerance;
    const circuit_task task = {.rows = n->row_volts,
                               .cols = n->col_volts,
                               .number = t,
                               .tolerance = tolerance > 0 ? tolerance : STEP_TOLERANCE,
                               .warm = n->known};
    n->known = false; // should it fail half-way
    ohm_status status = drive_line_voltages(given, t, n->row_volts, n->col_volts);
    if (!status) status = circuit_solve(&w->circuit, &task, &w->report);
    if (status) return status;
    status = circuit_devices(&w->circuit, n->device);
    if (!status) status = take_currents(w);
    if (status) return status;
    w->base.version = drive_new_version();
    n->known = true;
    n->step = t;
    return OHM_OK;
}

static ohm_status next(drive *d, uint64_t t, uint32_t most, drive_frame *frame) {
    wired_drive *w = wired_of(d);
    (void)most;
    const ohm_status status = w->last.known && w->last.step == t ? OHM_OK : solve(w, t);
    if (!status) device_frame(d, w->last.device, frame);
    return status;
}

static void destroy(drive *d) {
    wired_drive *w = wired_of(d);
    circuit_free(&w->circuit);
    free(w->last.device);
    free(w->last.row_volts);
    free(w->last.col_volts);
    free(w->last.row_current);
    free(w->last.col_current);
    free(w->row_part);
    free(w->col_part);
}

static const ohm_about about = {.name = "wired"};

static const drive_class wired_class = {
    .entry = {.about = &about, .frames = true},
    .size = sizeof(wired_drive),
    .layout = OHM_FRAME_IMAGE,
    .closed_loop = true,
    .destroy = destroy,
    .next = next,
};

// ---- Opening ----------------------------------------------------------------------------------

static ohm_status make(wired_drive *w, ohm_crossbar *c) {
    const drive_site *s = &w->base.site;
    wired_nodes *n = &w->last;
    const ohm_status status = circuit_make(c, c->wires, true, &w->circuit);
    if (status) return status;
    n->device = malloc(devices(&w->base) * sizeof *n->device);
    n->row_volts = calloc(s->rows, sizeof *n->row_volts);
    n->col_volts = calloc(s->cols, sizeof *n->col_volts);
    n->row_current = calloc(s->rows, sizeof *n->row_current);
    n->col_current = calloc(s->cols, sizeof *n->col_current);
    w->row_part = calloc(s->rows * w->circuit.across, sizeof *w->row_part);
    w->col_part = calloc(s->cols * w->circuit.down, sizeof *w->col_part);
    const bool made = n->device && n->row_volts && n->col_volts && n->row_current && n->col_current &&
                      w->row_part && w->col_part;
    return made ? OHM_OK : ohm_fail_memory("a circuit");
}

ohm_status wired_open(ohm_crossbar *c, drive **opened) {
    wired_drive *w = calloc(1, sizeof *w);
    *opened = NULL;
    if (!w) return ohm_fail_memory("a circuit");
    w->base.class = &wired_class;
    w->base.site = drive_site_of(&c->plan);
    w->base.layout = OHM_FRAME_IMAGE;
    w->base.version = drive_new_version();
    const ohm_status status = make(w, c);
    if (status)
        drive_close(&w->base);
    else
        *opened = &w->base;
    return status;
}

// ---- The last circuit -------------------------------------------------------------------------

wired_nodes *wired_last(drive *d) {
    return &wired_of(d)->last;
}

const ohm_wires_report *wired_report(drive *d) {
    return &wired_of(d)->report;
}

void wired_forget(drive *d) {
    wired_of(d)->last.known = false;
}

uint64_t wired_bit_rows(const drive *d) {
    return circuit_bit_rows(&((const wired_drive *)d)->circuit);
}

ohm_status wired_get_bit_lines(const drive *d, double *v) {
    return circuit_get_bit_lines(&((const wired_drive *)d)->circuit, v);
}

ohm_status wired_set_bit_lines(drive *d, const double *v) {
    wired_drive *w = wired_of(d);
    const ohm_status status = circuit_set_bit_lines(&w->circuit, v);
    d->version = drive_new_version();
    if (!status && w->circuit.exact)
        memcpy(w->circuit.volts, w->last.device, devices(d) * sizeof *w->last.device);
    return status;
}

void wired_potentials(const drive *d, uint64_t row, uint64_t col, float *word, float *bit) {
    const wired_drive *w = (const wired_drive *)d;
    const double v = circuit_bit_node(&w->circuit, row, col);
    *bit = (float)v;
    *word = (float)(v + (double)w->last.device[row * d->site.cols + col]);
}

// The word lines' are those of the bit lines and the devices together: a loaded crossbar has no others.
static ohm_status make_lines(wired_drive *w, bool bit) {
    drive *d = &w->base;
    const uint64_t cols = d->site.cols;
    double *v = malloc(cols * sizeof *v);
    const ohm_status status = v ? drive_make_room(d, devices(d)) : ohm_fail_memory("a picture");
    for (uint64_t i = 0; i < d->site.rows && !status; i++) {
        float *line = d->values + i * cols;
        const float *device = w->last.device + i * cols;
        circuit_bit_nodes(&w->circuit, i, v);
        for (uint64_t j = 0; j < cols; j++) line[j] = (float)(bit ? v[j] : v[j] + (double)device[j]);
    }
    free(v);
    return status;
}

ohm_status wired_line_frame(drive *d, bool bit, drive_frame *frame) {
    wired_drive *w = wired_of(d);
    if (!w->lines_version || w->lines_of != d->version || w->lines_bit != bit) {
        w->lines_version = 0;
        const ohm_status status = make_lines(w, bit);
        if (status) return status;
        w->lines_of = d->version;
        w->lines_bit = bit;
        w->lines_version = drive_new_version();
    }
    device_frame(d, d->values, frame);
    frame->version = w->lines_version;
    return OHM_OK;
}
