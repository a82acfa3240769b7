// Matrices in files, .npy (npy.h) or HDF5, as users bring them.
#ifndef OHM_MATRIX_H
#define OHM_MATRIX_H

#include "npy.h"

#include <hdf5.h>

// One that is open for reading.
typedef struct matrix_file {
    const char *path; // as it was given, for messages; not owned
    uint64_t rows, cols;
    npy_array array;     // if it is .npy
    hid_t file, dataset; // or else; −1: not
    char model[64];      // if it is the state of a saved crossbar: of this model; else ""
} matrix_file;

// Opens one: in HDF5, the dataset /state or the only one of two sides on the root group. Errors:
// OHM_IO_FAILED, OHM_BAD_FILE, OHM_OUT_OF_MEMORY.
ohm_status matrix_open(const char *path, matrix_file *m);

// Reads some rows: float32 [rows, cols]. Errors: OHM_IO_FAILED, OHM_BAD_FILE, OHM_OUT_OF_MEMORY.
ohm_status matrix_read_rows(const matrix_file *m, uint64_t row0, uint64_t rows, float *out);

// Legal on one that could not be opened.
void matrix_close(matrix_file *m);

#endif
