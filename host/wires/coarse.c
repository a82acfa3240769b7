#include "coarse.h"
#include "grid.h"

#include <stdlib.h>
#include <string.h>

// ---- Whether and how coarse -------------------------------------------------------------------

// The largest mean conductance of 16 × 16 cells.
static double largest_mean(const wires *w) {
    const size_t side = 16, across = (w->cols + side - 1) / side, down = (w->rows + side - 1) / side;
    double top = 0;
#pragma omp parallel for reduction(max : top)
    for (size_t I = 0; I < down; I++)
        for (size_t J = 0; J < across; J++) {
            double sum = 0;
            size_t cells = 0;
            for (size_t i = I * side; i < (I + 1) * side && i < w->rows; i++)
                for (size_t j = J * side; j < (J + 1) * side && j < w->cols; j++, cells++)
                    sum += (double)w->g[i * w->pitch + j];
            top = larger(top, sum / (double)cells);
        }
    return top;
}

// How far lines of a kind with so many nodes sag under a current at each node, V/A: by their wires and by
// their terminals; floating ones by all of it.
static double sag(const lines *l, size_t nodes) {
    const double n = (double)nodes;
    double worst = 0;
    for (size_t k = 0; k < l->count; k++)
        worst = larger(worst, l->known[k] ? 0 : 1 / (l->near[k] + l->far[k]));
    return l->r * n * n + worst * n;
}

// The narrower, the shorter the length over which a line follows its load. 0: none is needed, because lines
// of a kind hardly sag, and alternating between the two kinds is enough.
static unsigned choose(const wires *w, double top) {
    const double length2 = 1 / (top * larger(w->word.r, w->bit.r)); // its square, in segments
    const double word = sag(&w->word, w->cols), bit = sag(&w->bit, w->rows);
    if (!(top * (word < bit ? word : bit) >= 0.01)) return 0;
    return length2 >= 81 ? 16 : length2 >= 25 ? 8 : length2 >= 6 ? 4 : 2;
}

// ---- Making -----------------------------------------------------------------------------------

void coarse_destroy(wires *w) {
    grid_destroy(w->fine);
    free(w->coarse_sums);
    w->fine = NULL;
    w->coarse_sums = NULL;
    w->coarse = 0;
}

// A line without resistance has a tiny one on the coarse crossbar, and so a terminal joined straight to it.
// That makes the coarse answer less exact by a part in a million, and not what is solved.
static double coarse_resistance(const lines *l, double top, size_t nodes) {
    const double least = 1e-6 / (top * (double)nodes * (double)nodes);
    return l->r > least ? l->r : least;
}

static void set_ends(grid_lines *to, const lines *l) {
    for (size_t k = 0; k < l->count; k++) {
        to->near[k] = l->near[k] < 1 / to->r ? l->near[k] : 1 / to->r;
        to->far[k] = l->far[k] < 1 / to->r ? l->far[k] : 1 / to->r;
    }
}

static ohm_status make(wires *w, unsigned width, double word_r, double bit_r) {
    coarse_destroy(w);
    bool made = grid_create(&w->fine, w->rows, w->cols, word_r, bit_r);
    if (made) {
        set_ends(&w->fine->word, &w->word);
        set_ends(&w->fine->bit, &w->bit);
        made = grid_coarsen(w->fine, width);
    }
    w->coarse_rows = BLOCK / width + 2;
    if (made) w->coarse_sums = calloc(w->blocks * w->coarse_rows * w->fine->next->bit.count, sizeof(double));
    if (!made || !w->coarse_sums) {
        coarse_destroy(w);
        return ohm_fail_memory("the coarse crossbars");
    }
    w->coarse = width;
    return OHM_OK;
}

// out [coarse rows][coarse cols] = sums over the cells of each group, of x times its column's weight. weight:
// NULL for 1.
static void sum_cells(const wires *w, const float *x, size_t pitch, const double *weight, double *out) {
    const size_t b = w->coarse, cols = w->fine->next->bit.count;
#pragma omp parallel for num_threads(w->threads)
    for (size_t I = 0; I < w->fine->next->word.count; I++) {
        double *sum = out + I * cols;
        memset(sum, 0, cols * sizeof *sum);
        for (size_t i = I * b; i < (I + 1) * b && i < w->rows; i++)
            for (size_t j = 0; j < w->cols; j++)
                sum[j / b] += (double)x[i * pitch + j] * (weight ? weight[j] : 1);
    }
}

ohm_status coarse_prepare(wires *w) {
    const double top = largest_mean(w);
    const unsigned width = choose(w, top);
    if (width == 0) {
        coarse_destroy(w);
        return OHM_OK;
    }
    const double word_r = coarse_resistance(&w->word, top, w->cols),
                 bit_r = coarse_resistance(&w->bit, top, w->rows);
    if (width != w->coarse || w->fine->word.r != word_r || w->fine->bit.r != bit_r) {
        const ohm_status status = make(w, width, word_r, bit_r);
        if (status) return status;
    }
    sum_cells(w, w->g, w->pitch, NULL, w->fine->next->g);
    grid_sum(w->fine->next);
    return OHM_OK;
}

// ---- Down -------------------------------------------------------------------------------------

size_t coarse_scratch(const wires *w) {
    return w->coarse ? (w->coarse_rows + 1) / 2 * w->pitch : 0;
}

// The coarse row that a block's first row is at.
static size_t first_coarse_row(const wires *w, size_t k) {
    const ptrdiff_t at = w->fine->word.to_next.at[block_first(k)];
    return at < 0 ? 0 : (size_t)at;
}

void coarse_collect_begin(const wires *w, float *collected) {
    if (w->coarse) memset(collected, 0, w->coarse_rows * w->pitch * sizeof(float));
}

WIRES_CLONES static void collect(size_t n, const float *restrict g, const float *restrict z, float weight,
                                 float *restrict sum) {
    for (size_t j = 0; j < n; j++) sum[j] += weight * (g[j] * z[j]);
}

void coarse_collect_tile(const wires *w, size_t k, size_t first, size_t width, float *collected) {
    if (!w->coarse) return;
    const axis *rows = &w->fine->word.to_next;
    const size_t base = first_coarse_row(w, k);
    for (size_t i = block_first(k); i < block_end(w, k); i++) {
        const float *g = w->g + i * w->pitch + first, *z = w->z + i * w->stride + first;
        for (ptrdiff_t c = rows->at[i]; c <= rows->at[i] + 1; c++) {
            if (c < 0 || c >= (ptrdiff_t)rows->coarse) continue;
            const float weight = (float)axis_weight(rows, i, (size_t)c, 0, 0);
            float *sum = collected + ((size_t)c - base) * w->pitch + first;
            if (weight != 0) collect(width, g, z, weight, sum);
        }
    }
}

void coarse_collect_end(wires *w, size_t k, const float *collected, double *row) {
    if (!w->coarse) return;
    const struct grid *c = w->fine->next;
    const size_t cols = c->bit.count, base = first_coarse_row(w, k);
    for (size_t e = 0; e < w->coarse_rows; e++) {
        const float *sum = collected + e * w->pitch;
        double *out = w->coarse_sums + (k * w->coarse_rows + e) * cols;
        if (base + e >= c->word.count) {
            memset(out, 0, cols * sizeof *out);
            continue;
        }
        for (size_t j = 0; j < w->cols; j++) row[j] = (double)sum[j];
        axis_gather(&w->fine->bit.to_next, row, c->word.near_slope[base + e], c->word.far_slope[base + e],
                    out);
    }
}

// ---- The answer -------------------------------------------------------------------------------

static void clear_currents(struct grid *c) {
    memset(c->fu, 0, 2 * c->word.count * c->bit.count * sizeof *c->fu);
}

static void solve(wires *w, unsigned cycles) {
    const grid_team team = {w->threads, w->scratch, w->scratch_each};
    grid_solve(w->fine->next, cycles, &team);
}

void coarse_answer(wires *w) {
    struct grid *c = w->fine->next;
    const size_t cols = c->bit.count;
    clear_currents(c);
    for (size_t k = 0; k < w->blocks; k++) {
        const size_t base = first_coarse_row(w, k);
        for (size_t e = 0; e < w->coarse_rows && base + e < c->word.count; e++)
            for (size_t j = 0; j < cols; j++)
                c->fu[(base + e) * cols + j] += w->coarse_sums[(k * w->coarse_rows + e) * cols + j];
    }
    solve(w, 1);
}

static bool any(const double *x, size_t n) {
    for (size_t k = 0; k < n; k++)
        if (x[k] != 0) return true;
    return false;
}

// What flows from the terminals of word lines into a coarse row.
static void add_terminals(wires *w, size_t i) {
    struct grid *c = w->fine->next;
    const grid_lines *word = &w->fine->word;
    const size_t cols = c->bit.count, last = w->cols - 1;
    const double near_gap = c->bit.place[0], far_gap = (double)last - c->bit.place[cols - 1];
    double *fu = c->fu + i / w->coarse * cols;
    fu[0] += word->near[i] / (1 + word->near[i] * (word->r * near_gap)) * w->word.volts[i];
    fu[cols - 1] += word->far[i] / (1 + word->far[i] * (word->r * far_gap)) * w->word.volts[i];
}

// Currents of the cells as if the word lines were at 0: out of the word lines, into the bit lines.
static void add_cells(wires *w, const float *x, size_t pitch, const double *weight, double sign) {
    struct grid *c = w->fine->next;
    const size_t cells = c->word.count * c->bit.count;
    sum_cells(w, x, pitch, weight, c->u); // which is only memory here
    for (size_t k = 0; k < cells; k++) {
        c->fu[k] += sign * c->u[k];
        c->fv[k] -= sign * c->u[k];
    }
}

void coarse_start(wires *w) {
    clear_currents(w->fine->next);
    for (size_t i = 0; i < w->rows; i++) add_terminals(w, i);
    if (any(w->bit.volts, w->cols)) add_cells(w, w->g, w->pitch, w->bit.volts, 1);
    if (w->added) add_cells(w, w->added, w->added_pitch, NULL, -1);
    solve(w, 3);
}

// ---- Up ---------------------------------------------------------------------------------------

size_t coarse_row_scratch(const wires *w) {
    const size_t spread = w->coarse ? w->fine->next->bit.count : 0,
                 cycle = w->coarse ? grid_scratch(w->fine->next) : 0;
    return spread > cycle ? spread : cycle;
}

void coarse_row(const wires *w, size_t row, double *out, double *scratch) {
    grid_bits_at(w->fine, row, scratch);
    axis_spread(&w->fine->bit.to_next, scratch, 0, 0, out);
    for (size_t j = w->cols; j < w->pitch; j++) out[j] = 0;
    if (!is_flat(&w->bit)) return;
    for (size_t j = 0; j < w->cols; j++)
        if (w->bit.known[j]) out[j] = 0;
}
