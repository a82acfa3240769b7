#include "rule.h"

#include <stdlib.h>
#include <string.h>

ohm_status rule_make(rule *r, const rule_law *law, uint64_t rows, uint64_t cols) {
    bool made = true;
    *r = (rule){.law = *law, .rows = rows, .cols = cols};
    for (int i = 0; i < 2; i++) {
        r->row_trace[i] = calloc(rows, sizeof *r->row_trace[i]);
        r->col_trace[i] = calloc(cols, sizeof *r->col_trace[i]);
        r->row_change[i] = calloc(rows, sizeof *r->row_change[i]);
        r->col_change[i] = calloc(cols, sizeof *r->col_change[i]);
        made = made && r->row_trace[i] && r->col_trace[i] && r->row_change[i] && r->col_change[i];
    }
    return made ? OHM_OK : ohm_fail_memory("traces");
}

void rule_free(rule *r) {
    for (int i = 0; i < 2; i++) {
        free(r->row_trace[i]);
        free(r->col_trace[i]);
        free(r->row_change[i]);
        free(r->col_change[i]);
    }
    *r = (rule){0};
}

static void clear_changes(rule *r) {
    for (int i = 0; i < 2; i++) {
        memset(r->row_change[i], 0, r->rows * sizeof *r->row_change[i]);
        memset(r->col_change[i], 0, r->cols * sizeof *r->col_change[i]);
    }
    r->posts = false;
}

void rule_reset(rule *r) {
    clear_changes(r);
    for (int i = 0; i < 2; i++) {
        memset(r->row_trace[i], 0, r->rows * sizeof *r->row_trace[i]);
        memset(r->col_trace[i], 0, r->cols * sizeof *r->col_trace[i]);
    }
}

// Δw_ij = −o₁_j·(A₋ + A₃₋·r₂_i) where row i fires, with what was there before.
static void take_rows(rule *r, const uint32_t *row, uint64_t count) {
    for (uint64_t k = 0; k < count; k++) {
        const uint32_t i = row[k];
        r->row_change[1][i] =
            (float)(-r->law.range * (r->law.pair[1] + r->law.triplet[1] * r->row_trace[1][i]));
        r->row_trace[0][i] += 1;
        r->row_trace[1][i] += 1;
    }
    for (uint64_t j = 0; j < r->cols && count; j++) r->col_change[1][j] = (float)r->col_trace[0][j];
}

// Δw_ij = (r₁_i − x_tar)·(A₊ + A₃₊·o₂_j) where column j fires.
static void take_cols(rule *r, const uint32_t *col, uint64_t count) {
    for (uint64_t k = 0; k < count; k++) {
        const uint32_t j = col[k];
        r->col_change[0][j] =
            (float)(r->law.range * (r->law.pair[0] + r->law.triplet[0] * r->col_trace[1][j]));
        r->col_trace[0][j] += 1;
        r->col_trace[1][j] += 1;
    }
    for (uint64_t i = 0; i < r->rows && count; i++)
        r->row_change[0][i] = (float)(r->row_trace[0][i] - r->law.target);
    r->posts = count > 0;
}

static void decay(double *trace, uint64_t count, double keep) {
    for (uint64_t i = 0; i < count; i++) trace[i] *= keep;
}

void rule_step(rule *r, const uint32_t *row, uint64_t rows, const uint32_t *col, uint64_t cols) {
    clear_changes(r);
    take_rows(r, row, rows);
    take_cols(r, col, cols);
    decay(r->row_trace[0], r->rows, r->law.keep[0]);
    decay(r->col_trace[0], r->cols, r->law.keep[1]);
    decay(r->row_trace[1], r->rows, r->law.keep[2]);
    decay(r->col_trace[1], r->cols, r->law.keep[3]);
}

void rule_fill(const rule *r, float *cols, float *rows, float *cols_2, float *rows_2) {
    memcpy(cols, r->col_change[0], r->cols * sizeof *cols);
    memcpy(rows, r->row_change[0], r->rows * sizeof *rows);
    memcpy(cols_2, r->col_change[1], r->cols * sizeof *cols_2);
    memcpy(rows_2, r->row_change[1], r->rows * sizeof *rows_2);
}
