// Word lines: u exactly from v, line by line.
#ifndef OHM_WIRES_WORDS_H
#define OHM_WIRES_WORDS_H

#include "circuit.h"

// So many doubles words_solve needs as its scratch.
size_t words_scratch(size_t pitch);

// u [4][pitch] of rows first … first + 3 (first is a multiple of 4; rows past the last are zeros), and the
// currents out of their ends.
void words_solve(const wires *w, size_t first, double *u, double *scratch);

#endif
