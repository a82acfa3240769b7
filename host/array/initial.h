// Initial states from a file. Those that are drawn are a matter of the kernels (kernels/distributions.h).
#ifndef OHM_INITIAL_H
#define OHM_INITIAL_H

#include "../../kernels/distributions.h"
#include "crossbar.h"
#include "../format/matrix.h"

// Opens the file of an initial state that is one, for a crossbar of a plan; *m is closed if it is none.
// Whether its values can be states is checked too, for which problem is what the plan makes. Errors: those of
// matrix_open, OHM_BAD_FILE (another shape; a value that cannot be, by its place), OHM_BAD_ARGUMENT (no
// file).
ohm_status initial_open(const plan *p, const problem *made, matrix_file *m);

// Puts the states of an open file into the crossbar; without one it does nothing. Errors: those of
// matrix_read_rows, OHM_DEVICE_FAILED.
ohm_status initial_write(ohm_crossbar *c, const matrix_file *m);

#endif
