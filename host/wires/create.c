// Making a solver, and what it is given.
#include "bits.h"
#include "coarse.h"
#include "wires.h"
#include "../base/threads.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// ---- Making -----------------------------------------------------------------------------------

static ohm_status check_resistance(const char *what, double r) {
    if (r >= 0 && isfinite(r)) return OHM_OK;
    return ohm_fail(OHM_BAD_ARGUMENT, "wires: %s is %g Ω: a resistance is at least 0, and finite", what, r);
}

static ohm_status check(const wires_definition *d) {
    ohm_status status = check_resistance("row", d->row);
    if (!status) status = check_resistance("col", d->col);
    if (!status) status = check_resistance("source", d->source);
    if (!status) status = check_resistance("sense", d->sense);
    return status;
}

// Room for vectors of four lines and whole tiles past the last.
static bool lines_create(lines *l, size_t count) {
    const size_t room = count + 2 * TILE;
    l->count = count;
    l->near = calloc(3 * room, sizeof *l->near);
    l->known = calloc(3 * room, sizeof *l->known);
    if (!l->near || !l->known) return false;
    l->far = l->near + room;
    l->volts = l->far + room;
    l->floating = l->known + room;
    l->stiff = l->floating + room;
    return true;
}

// main: conductance of the end that every line has its terminal at, unless it floats.
static void lines_define(lines *l, double r, double terminal, bool both, const bool *floating,
                         bool main_is_near) {
    const double g = 1 / (r + terminal); // infinite without either: the line is its terminal
    l->r = r;
    for (size_t k = 0; k < l->count; k++) {
        l->floating[k] = floating && floating[k];
        l->any_floating |= l->floating[k];
        l->known[k] = !l->floating[k] && isinf(g);
        l->near[k] = !l->floating[k] && (both || main_is_near) ? g : 0;
        l->far[k] = !l->floating[k] && (both || !main_is_near) ? g : 0;
    }
}

// Zeros, or more than there is.
static void *zeros(size_t bytes) {
    void *p = aligned_alloc(64, (bytes + 127) / 64 * 64);
    if (p) memset(p, 0, bytes);
    return p;
}

static bool ports_create(wires *w) {
    two_ports *t = &w->ports;
    const size_t n = w->blocks * w->pitch;
    if (is_flat(&w->bit)) return (w->sums = zeros(2 * n * sizeof(double)));
    t->through = zeros(5 * n * sizeof(float));
    t->first_load = zeros(4 * n * sizeof(double));
    if (!t->through || !t->first_load) return false;
    t->top = t->through + n;
    t->bottom = t->top + n;
    t->top_current = t->bottom + n;
    t->bottom_current = t->top_current + n;
    t->first_current = t->first_load + n;
    t->last_load = t->first_current + n;
    t->last_current = t->last_load + n;
    return true;
}

static size_t padded(size_t rows) {
    return (rows + GROUP - 1) / GROUP * GROUP;
}

static bool fields_create(wires *w) {
    const size_t field = (w->stride ? padded(w->rows) : 1) * w->pitch;
    w->g = zeros(padded(w->rows) * w->pitch * sizeof *w->g);
    w->v = zeros(field * sizeof *w->v);
    w->z = zeros(field * sizeof *w->z);
    w->row_sum = zeros((w->rows + w->cols) * sizeof *w->row_sum);
    w->row_dots = zeros(2 * w->held * sizeof *w->row_dots);
    w->row_out = zeros(2 * w->rows * sizeof *w->row_out);
    w->most = zeros(2 * w->blocks * sizeof *w->most);
    if (!w->g || !w->v || !w->z || !w->row_sum || !w->row_dots || !w->row_out || !w->most) return false;
    w->col_sum = w->row_sum + w->rows;
    return true;
}

static void set_shape(wires *w, const wires_definition *d) {
    w->rows = d->rows;
    w->cols = d->cols;
    w->pitch = (d->cols + 7) / 8 * 8;
    w->blocks = (d->rows + BLOCK - 1) / BLOCK;
    w->held = d->col == 0 ? 1 : d->rows;
    w->stride = d->col == 0 ? 0 : w->pitch;
    w->threads = threads_count();
}

ohm_status wires_create(const wires_definition *d, wires **made) {
    *made = NULL;
    const ohm_status status = check(d);
    if (status) return status;
    wires *w = calloc(1, sizeof *w);
    if (!w) return ohm_fail_memory("a solver for wires");
    set_shape(w, d);
    bool done = lines_create(&w->word, d->rows) && lines_create(&w->bit, d->cols);
    if (done) {
        lines_define(&w->word, d->row, d->source, d->drive_both, d->float_row, true);
        lines_define(&w->bit, d->col, d->sense, d->ground_both, d->float_col, false);
        done = fields_create(w) && ports_create(w);
    }
    if (!done) {
        wires_destroy(w);
        return ohm_fail_memory("a solver for wires");
    }
    *made = w;
    return OHM_OK;
}

static void lines_free(lines *l) {
    free(l->near);
    free(l->known);
}

void wires_destroy(wires *w) {
    if (!w) return;
    coarse_destroy(w);
    lines_free(&w->word);
    lines_free(&w->bit);
    free(w->g);
    free(w->v);
    free(w->z);
    free(w->p);
    free(w->r);
    free(w->r_before);
    free(w->row_sum);
    free(w->row_dots);
    free(w->row_out);
    free(w->most);
    free(w->sums);
    free(w->ports.through);
    free(w->ports.first_load);
    free(w->scratch);
    free(w);
}

uint64_t wires_bytes(const wires_definition *d) {
    wires w = {0};
    set_shape(&w, d);
    const uint64_t cells = padded(w.rows) * w.pitch, held = w.stride ? cells : w.pitch;
    const uint64_t ports = (d->col == 0 ? 16 : 52) * w.blocks * w.pitch;
    const uint64_t scratch = (uint64_t)w.threads * (17 * w.pitch + BLOCK * TILE) * sizeof(double);
    return 4 * cells + (8 + 4 + 10) * held + ports + scratch + 64 * (w.rows + w.cols);
}

bool wires_is_plain(const wires_definition *d) {
    return d->row == 0 && d->col == 0 && d->source == 0 && d->sense == 0;
}

// ---- Conductances -----------------------------------------------------------------------------

float *wires_row(wires *w, size_t row) {
    return w->g + row * w->pitch;
}

// The first column of a row whose conductance is none, or cols.
static size_t bad_column(const wires *w, size_t row) {
    const float *g = w->g + row * w->pitch;
    for (size_t j = 0; j < w->cols; j++)
        if (!(g[j] >= 0 && g[j] <= 3e38f)) return j;
    return w->cols;
}

static ohm_status check_conductances(const wires *w) {
    size_t first = w->rows;
#pragma omp parallel for num_threads(w->threads) reduction(min : first)
    for (size_t i = 0; i < w->rows; i++)
        if (bad_column(w, i) < w->cols && i < first) first = i;
    if (first == w->rows) return OHM_OK;
    const size_t j = bad_column(w, first);
    return ohm_fail(OHM_BAD_ARGUMENT, "wires: the conductance of the cell at row %zu, column %zu is %g S",
                    first, j, (double)w->g[first * w->pitch + j]);
}

static void sum_rows(wires *w) {
#pragma omp parallel for num_threads(w->threads)
    for (size_t i = 0; i < w->rows; i++) {
        double sum = 0;
        for (size_t j = 0; j < w->cols; j++) sum += (double)w->g[i * w->pitch + j];
        w->row_sum[i] = sum;
    }
}

static void sum_columns(wires *w) {
#pragma omp parallel for num_threads(w->threads)
    for (size_t t = 0; t < w->cols; t += TILE) {
        const size_t end = t + TILE < w->cols ? t + TILE : w->cols;
        for (size_t j = t; j < end; j++) w->col_sum[j] = 0;
        for (size_t i = 0; i < w->rows; i++)
            for (size_t j = t; j < end; j++) w->col_sum[j] += (double)w->g[i * w->pitch + j];
    }
}

// A row ends in zeros, whatever the caller wrote there.
static void clear_padding(wires *w) {
    for (size_t i = 0; i < w->rows; i++)
        for (size_t j = w->cols; j < w->pitch; j++) w->g[i * w->pitch + j] = 0;
}

// A terminal whose conductance is this many times that of all cells of its line is at nearly the voltage of
// the last node. Their difference is then lost in rounding, and the line's current has to be a sum over its
// cells.
static const double STIFF = 1e6;

static void find_stiff(lines *l, const double *sum) {
    for (size_t k = 0; k < l->count; k++) l->stiff[k] = larger(l->near[k], l->far[k]) > STIFF * sum[k];
}

ohm_status wires_rows_written(wires *w) {
    w->checked = false;
    clear_padding(w);
    ohm_status status = check_conductances(w);
    if (status) memset(w->g, 0, padded(w->rows) * w->pitch * sizeof *w->g);
    sum_rows(w);
    sum_columns(w);
    find_stiff(&w->word, w->row_sum);
    find_stiff(&w->bit, w->col_sum);
    const ohm_status prepared = coarse_prepare(w); // says nothing if it succeeds
    return status ? status : prepared;
}

ohm_status wires_conductances(wires *w, const float *conductances, size_t pitch) {
    for (size_t i = 0; i < w->rows; i++)
        memcpy(wires_row(w, i), conductances + i * pitch, w->cols * sizeof *conductances);
    return wires_rows_written(w);
}

void wires_add_currents(wires *w, const float *added, size_t pitch) {
    w->added = added;
    w->added_pitch = pitch;
}

// ---- Voltages ---------------------------------------------------------------------------------

static ohm_status check_voltages(const char *what, const double *volts, size_t count) {
    for (size_t k = 0; volts && k < count; k++)
        if (!isfinite(volts[k]))
            return ohm_fail(OHM_BAD_ARGUMENT, "wires: the voltage of %s %zu is %g V", what, k, volts[k]);
    return OHM_OK;
}

static void set_voltages(lines *l, const double *volts) {
    for (size_t k = 0; k < l->count; k++) l->volts[k] = volts && !l->floating[k] ? volts[k] : 0;
}

// Bit lines without any resistance are at their terminals' voltages from the beginning.
static void set_known(wires *w) {
    for (size_t j = 0; j < w->cols; j++)
        if (w->bit.known[j]) w->v[j] = w->bit.volts[j];
}

ohm_status wires_voltages(wires *w, const double *rows, const double *cols) {
    ohm_status status = check_voltages("row", rows, w->rows);
    if (!status) status = check_voltages("column", cols, w->cols);
    if (status) return status;
    set_voltages(&w->word, rows);
    set_voltages(&w->bit, cols);
    set_known(w);
    return OHM_OK;
}
