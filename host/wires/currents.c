// What is read of a solution.
#include "circuit.h"
#include "words.h"

#include <assert.h>
#include <math.h>
#include <omp.h>
#include <string.h>

// ---- Nodes ------------------------------------------------------------------------------------

// The rows of a group that are asked for.
static void group_nodes(wires *w, size_t group, size_t row, size_t end, double *u, double *v, float *cell) {
    double *solved = scratch_of(w, omp_get_thread_num());
    if (u || cell) words_solve(w, group, solved, solved + GROUP * w->pitch);
    for (size_t i = group < row ? row : group; i < group + GROUP && i < end; i++) {
        const double *ui = solved + (i - group) * w->pitch, *vi = w->v + i * w->stride;
        const size_t to = (i - row) * w->cols, bytes = w->cols * sizeof *u;
        if (u) memcpy(u + to, ui, bytes);
        if (v) memcpy(v + to, vi, bytes);
        if (cell)
            for (size_t j = 0; j < w->cols; j++) cell[to + j] = (float)(ui[j] - vi[j]);
    }
}

void wires_nodes(wires *w, size_t row, size_t count, double *u, double *v, float *cell) {
    assert(w->solved && row + count <= w->rows);
#pragma omp parallel for num_threads(w->threads)
    for (size_t group = row / GROUP * GROUP; group < row + count; group += GROUP)
        group_nodes(w, group, row, row + count, u, v, cell);
}

size_t wires_bit_rows(const wires *w) {
    return w->held;
}

void wires_get_bit_lines(const wires *w, double *v) {
    for (size_t i = 0; i < w->held; i++) memcpy(v + i * w->cols, w->v + i * w->stride, w->cols * sizeof *v);
}

double wires_bit_node(const wires *w, size_t row, size_t col) {
    return w->v[row * w->stride + col];
}

void wires_set_bit_lines(wires *w, const double *v) {
    for (size_t i = 0; i < w->held; i++) memcpy(w->v + i * w->stride, v + i * w->cols, w->cols * sizeof *v);
    w->solved = true;
}

// ---- Currents of lines ------------------------------------------------------------------------

// The part of a current into node k of a line of n that leaves at the near end, where both terminals are at
// one voltage: what the resistances to them say.
static double near_share(const lines *l, size_t line, size_t k, size_t n) {
    if (!(l->far[line] > 0)) return 1;
    if (!(l->near[line] > 0)) return 0;
    const double near = (double)k * l->r + 1 / l->near[line];
    const double far = (double)(n - 1 - k) * l->r + 1 / l->far[line];
    return near + far > 0 ? far / (near + far) : 0.5;
}

static double cell_current(const wires *w, size_t i, size_t j, const double *u) {
    const double added = w->added ? (double)w->added[i * w->added_pitch + j] : 0;
    return (double)w->g[i * w->pitch + j] * (u[j] - w->v[i * w->stride + j]) + added;
}

static void row_ends(const wires *w, size_t i, const double *u, double *near, double *far) {
    const lines *l = &w->word;
    *near = *far = 0;
    if (!l->stiff[i]) {
        *near = (u[0] - l->volts[i]) * l->near[i];
        *far = (u[w->cols - 1] - l->volts[i]) * l->far[i];
        return;
    }
    for (size_t j = 0; j < w->cols; j++) {
        const double current = -cell_current(w, i, j, u), share = near_share(l, i, j, w->cols);
        *near += share * current;
        *far += (1 - share) * current;
    }
}

// Sums over a block of what flows out at the top and at the bottom, in the memory of the sweeps.
static double *block_sums(const wires *w, size_t k, bool bottom) {
    double *all = is_flat(&w->bit) ? w->sums : w->ports.first_load;
    return all + (bottom ? w->blocks * w->pitch : 0) + k * w->pitch;
}

static void add_to_columns(const wires *w, size_t i, const double *u, double *top, double *bottom) {
    for (size_t j = 0; j < w->cols; j++) {
        if (!w->bit.stiff[j]) continue;
        const double current = cell_current(w, i, j, u), share = near_share(&w->bit, j, i, w->rows);
        top[j] += share * current;
        bottom[j] += (1 - share) * current;
    }
}

static void block_currents(wires *w, size_t k, double *u) {
    double *top = block_sums(w, k, false), *bottom = block_sums(w, k, true);
    memset(top, 0, w->pitch * sizeof *top);
    memset(bottom, 0, w->pitch * sizeof *bottom);
    for (size_t group = block_first(k); group < block_end(w, k); group += GROUP) {
        words_solve(w, group, u, u + GROUP * w->pitch);
        for (size_t i = group; i < group + GROUP && i < block_end(w, k); i++) {
            row_ends(w, i, u + (i - group) * w->pitch, &w->row_out[2 * i], &w->row_out[2 * i + 1]);
            add_to_columns(w, i, u + (i - group) * w->pitch, top, bottom);
        }
    }
}

static double column_end(const wires *w, size_t j, bool bottom) {
    const lines *l = &w->bit;
    if (!l->stiff[j]) {
        const size_t row = bottom ? (w->held - 1) * w->stride : 0;
        return (w->v[row + j] - l->volts[j]) * (bottom ? l->far : l->near)[j];
    }
    double sum = 0;
    for (size_t k = 0; k < w->blocks; k++) sum += block_sums(w, k, bottom)[j];
    return sum;
}

void wires_currents(wires *w, const wires_ends *ends) {
    assert(w->solved);
#pragma omp parallel for num_threads(w->threads)
    for (size_t k = 0; k < w->blocks; k++) block_currents(w, k, scratch_of(w, omp_get_thread_num()));
    for (size_t i = 0; i < w->rows; i++) {
        if (ends->left) ends->left[i] = w->row_out[2 * i];
        if (ends->right) ends->right[i] = w->row_out[2 * i + 1];
    }
    for (size_t j = 0; j < w->cols; j++) {
        if (ends->top) ends->top[j] = column_end(w, j, false);
        if (ends->bottom) ends->bottom[j] = column_end(w, j, true);
    }
}

// ---- What could be ----------------------------------------------------------------------------

// Of a line whose cells were all in parallel behind its terminals, and its voltage over them.
static double largest_of(const lines *l, const double *sum) {
    double conductance = 0, volts = 0;
    for (size_t k = 0; k < l->count; k++) {
        const double ends = l->near[k] + l->far[k];
        if (ends > 0 && sum[k] > 0) conductance = larger(conductance, 1 / (1 / ends + 1 / sum[k]));
        volts = larger(volts, fabs(l->volts[k]));
    }
    return conductance * volts;
}

double wires_largest_current(const wires *w) {
    return larger(largest_of(&w->word, w->row_sum), largest_of(&w->bit, w->col_sum));
}
