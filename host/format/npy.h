// NumPy's .npy files: arrays of numbers, read as float32 and written as such. Format versions 1 and 2, as
// numpy.lib.format describes them; little-endian floats of 4 and 8 bytes and integers; in C or Fortran order.
#ifndef OHM_NPY_H
#define OHM_NPY_H

#include "../ohmscape.h"

#include <stdio.h>

// An array of one or two sides that is open for reading. One side counts as [1, cols].
typedef struct npy_array {
    int file;         // −1: none
    const char *path; // as it was given, for messages; not owned
    uint64_t rows, cols;
    unsigned sides;    // 1 or 2
    bool fortran;      // columns lie one after the other, not rows
    char kind;         // 'f', 'i' or 'u'
    unsigned width;    // bytes of a number
    uint64_t position; // of the first one
} npy_array;

// Whether a file begins as .npy files do; false if it cannot be read.
bool npy_is_one(const char *path);

// Opens one. Errors: OHM_IO_FAILED, OHM_BAD_FILE (damaged or cut off; a type, a format version or a number of
// sides that is not one of the above, by name), OHM_OUT_OF_MEMORY.
ohm_status npy_open(const char *path, npy_array *a);

// Reads some rows: float32 [rows, cols]; what is wider is rounded. Errors: OHM_IO_FAILED, OHM_OUT_OF_MEMORY.
ohm_status npy_read_rows(const npy_array *a, uint64_t row0, uint64_t rows, float *out);

// Legal on one that could not be opened.
void npy_close(npy_array *a);

// Writes what stands before float32 [rows, cols], row by row, which are to follow. False if it fails.
bool npy_write_header(FILE *out, uint64_t rows, uint64_t cols);

// Writes floats as they lie in such a file. False if it fails.
bool npy_write_values(FILE *out, const float *values, size_t count);

#endif
