// Rules of plasticity from traces of spikes, one or two a line: a change of every device is the sum of two
// products of a row's and a column's value, so that no synapse takes memory. pair: Song, Miller & Abbott
// 2000, Nat. Neurosci. 3:919; triplet: Pfister & Gerstner 2006, J. Neurosci. 26:9673, with all spikes
// counting.
#ifndef OHM_RULE_H
#define OHM_RULE_H

#include "../ohmscape.h"

typedef struct rule_law {
    double range;      // of the state, negative where a larger state conducts less
    double pair[2];    // A₊ and A₋
    double triplet[2]; // A₃₊ and A₃₋; 0 without
    double target;     // x_tar: the row's trace at which a column's spike leaves a device as it is
    double keep[4];    // what a step leaves of traces with τ₊, τ₋, τ_x and τ_y
} rule_law;

// Traces grow by 1 at a spike of their line. The change that spikes have led to waits for the next step:
// Δ_ij = row_change[0]_i·col_change[0]_j + row_change[1]_i·col_change[1]_j.
typedef struct rule {
    rule_law law;
    uint64_t rows, cols;
    double *row_trace[2], *col_trace[2];
    float *row_change[2], *col_change[2];
    bool posts; // a column has fired: col_change[0] is not all 0
} rule;

// Errors: OHM_OUT_OF_MEMORY.
ohm_status rule_make(rule *r, const rule_law *law, uint64_t rows, uint64_t cols);
void rule_free(rule *r);

// No spike so far.
void rule_reset(rule *r);

// Takes a step in which these rows and columns fired, ascending; the rows' spikes come first.
void rule_step(rule *r, const uint32_t *row, uint64_t rows, const uint32_t *col, uint64_t cols);

// Copies the waiting change: float32 [cols], [rows], [cols] and [rows].
void rule_fill(const rule *r, float *cols, float *rows, float *cols_2, float *rows_2);

#endif
