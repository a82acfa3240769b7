// Bit lines: what is missing at their nodes, and what they answer to it.
//
// In wires.z, first the residual (B + D) v − D u … of every node, times r, rounded to float32; then
// z = (B + D)^-1 of it, in float32 too: the residual itself is always taken anew in float64, so that rounding
// z only costs a part in 10⁷ of a step. Lines without resistance have one residual a column, in A.
#ifndef OHM_WIRES_BITS_H
#define OHM_WIRES_BITS_H

#include "circuit.h"

size_t bits_scratch(const wires *w);

// 1. The residual of the rows of block k. Solves its word lines.
void bits_residual(wires *w, size_t k, double *scratch);
// After all blocks, for lines without resistance: their sum. Else nothing.
void bits_gather(wires *w);

// 2. Eliminates block k to what its first and last row see of it.
void bits_eliminate(wires *w, size_t k);

// 3. After all blocks: the chain of them. Lines without resistance are then done.
void bits_chain(wires *w);

// 4. z of block k, and the largest |z| and largest current into a terminal by it, in w->most. With a coarse
// crossbar, D z gathered for it.
void bits_answer(wires *w, size_t k, void *scratch);

#endif
