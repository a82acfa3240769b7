// The coarse crossbar above the finest one.
//
// After z has been added to v the bit lines' residual is 0 and the word lines' is D z. That is gathered from
// the cells, the coarse crossbar answers to it, and its bit lines' voltages are spread over the finest's.
#ifndef OHM_WIRES_COARSE_H
#define OHM_WIRES_COARSE_H

#include "circuit.h"

// Chooses, makes and fills the coarse crossbars for new conductances; their largest mean decides.
// Errors: OHM_OUT_OF_MEMORY.
ohm_status coarse_prepare(wires *w);
void coarse_destroy(wires *w);

// Doubles of scratch for what collects of a block, and for all coarse work together.
size_t coarse_scratch(const wires *w);
size_t coarse_row_scratch(const wires *w);

// D z of a block, tile by tile, into what coarse_answer takes. collected: coarse_scratch;
// row: [pitch].
void coarse_collect_begin(const wires *w, float *collected);
void coarse_collect_tile(const wires *w, size_t k, size_t first, size_t width, float *collected);
void coarse_collect_end(wires *w, size_t k, const float *collected, double *row);

// What the coarse crossbar answers to what was collected; and to the terminals and the currents added, where
// every bit line is at its terminals' voltage.
void coarse_answer(wires *w);
void coarse_start(wires *w);

// out [pitch]: the answer for the bit lines at a row.
void coarse_row(const wires *w, size_t row, double *out, double *scratch);

#endif
