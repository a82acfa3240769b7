// Matrices written for other programs, .npy or HDF5 by the name's ending, piece by piece, and put in the
// place of an old one when they are whole (ohm_replacement).
#ifndef OHM_MATRIX_WRITER_H
#define OHM_MATRIX_WRITER_H

#include "../ohmscape.h"

typedef struct matrix_writer matrix_writer;

// Whether a name ends in .npy, .h5 or .hdf5.
bool matrix_writer_knows(const char *path);

// Begins a file for float32 [rows, cols]; in HDF5, a dataset of this name. To be ended by matrix_writer_end
// in any case. Errors: OHM_IO_FAILED, OHM_OUT_OF_MEMORY; then *w is NULL.
ohm_status matrix_writer_begin(const char *path, const char *name, uint64_t rows, uint64_t cols,
                               matrix_writer **w);

// Writes the next rows. Errors: OHM_IO_FAILED.
ohm_status matrix_writer_append(matrix_writer *w, const float *values, uint64_t rows);

// Puts the file in its place if it is whole, or else removes it. Errors: OHM_IO_FAILED, OHM_OUT_OF_MEMORY.
ohm_status matrix_writer_end(matrix_writer *w, bool whole);

#endif
