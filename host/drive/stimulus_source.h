// What stimuli take from files: pictures, voltages and lists of cells.
#ifndef OHM_STIMULUS_SOURCE_H
#define OHM_STIMULUS_SOURCE_H

#include "input.h"
#include "../ohmscape.h"

#include <hdf5.h>

// ---- Pictures ---------------------------------------------------------------------------------

// A grey picture, 0 black to 1 white, row by row.
typedef struct grey_picture {
    uint32_t width, height;
    float *values;
} grey_picture;

// Reads a PNG. Errors: OHM_BAD_FILE, OHM_OUT_OF_MEMORY.
ohm_status grey_picture_read(const input_file *file, grey_picture *picture);
void grey_picture_free(grey_picture *picture);

// ---- Voltages ---------------------------------------------------------------------------------

// An HDF5 file of voltages in V for steps, one after the other: /voltage [steps, rows, cols], of every cell;
// or /row_voltage [steps, rows] and /col_voltage [steps, cols], of every line, V_ij = row_i − col_j.
typedef struct voltage_file {
    const char *path;                        // the input's name
    hid_t file, cells, row_lines, col_lines; // −1 if it is not there
    uint64_t steps, rows, cols;
    double low, high; // of V_ij
} voltage_file;

// Opens one for a crossbar, and reads it once to check it. The input's name has to live on.
// Errors: OHM_IO_FAILED, OHM_BAD_FILE (the shape; a value that is not finite or beyond ±1000 V, by its
// index).
ohm_status voltage_file_open(const input_file *file, uint64_t rows, uint64_t cols, voltage_file *v);
void voltage_file_close(voltage_file *v);

// The voltages of one step: float32 [rows, cols], or [rows] and [cols].
// Errors: OHM_IO_FAILED.
ohm_status voltage_file_read_cells(const voltage_file *v, uint64_t step, float *values);
ohm_status voltage_file_read_lines(const voltage_file *v, uint64_t step, float *rows, float *cols);

// ---- Cells ------------------------------------------------------------------------------------

typedef struct cell {
    uint64_t row, col;
} cell;

// Reads a text of "ROW,COL" lines; empty ones and those that begin with # are left out.
// Errors: OHM_IO_FAILED, OHM_BAD_FILE (by the line), OHM_OUT_OF_MEMORY.
ohm_status cells_read(const input_file *file, uint64_t rows, uint64_t cols, cell **cells, uint64_t *count);

#endif
