// See matrix_writer.h.
#include "matrix_writer.h"
#include "../base/error.h"
#include "hdf5.h"
#include "npy.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct matrix_writer {
    ohm_replacement place;
    const char *path;
    uint64_t cols, row; // the next row
    FILE *npy;          // or NULL
    hid_t file, dataset;
};

static bool ends_in(const char *path, const char *end) {
    const size_t length = strlen(path), end_length = strlen(end);
    return length > end_length && strcmp(path + length - end_length, end) == 0;
}

bool matrix_writer_knows(const char *path) {
    return ends_in(path, ".npy") || ends_in(path, ".h5") || ends_in(path, ".hdf5");
}

static ohm_status failed(const matrix_writer *w) {
    return ohm_fail(OHM_IO_FAILED, "cannot write %s: %s", w->path, w->npy ? strerror(errno) : hdf5_reason());
}

static ohm_status begin_npy(matrix_writer *w, uint64_t rows) {
    w->npy = fopen(w->place.temporary, "w");
    if (!w->npy) return ohm_fail(OHM_IO_FAILED, "cannot write %s: %s", w->path, strerror(errno));
    return npy_write_header(w->npy, rows, w->cols) ? OHM_OK : failed(w);
}

static ohm_status begin_hdf5(matrix_writer *w, const char *name, uint64_t rows) {
    const hsize_t size[2] = {rows, w->cols};
    w->file = H5Fcreate(w->place.temporary, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    if (!hdf5_did(w->file)) return failed(w);
    const hid_t space = H5Screate_simple(2, size, NULL), creation = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_obj_track_times(creation, false); // the same matrix gives the same file
    w->dataset = H5Dcreate2(w->file, name, H5T_IEEE_F32LE, space, H5P_DEFAULT, creation, H5P_DEFAULT);
    const bool made = hdf5_did(w->dataset);
    H5Pclose(creation);
    H5Sclose(space);
    return made ? OHM_OK : failed(w);
}

ohm_status matrix_writer_begin(const char *path, const char *name, uint64_t rows, uint64_t cols,
                               matrix_writer **made) {
    matrix_writer *w = *made = calloc(1, sizeof *w);
    if (!w) return ohm_fail_memory("a matrix");
    w->path = path;
    w->cols = cols;
    w->file = w->dataset = -1;
    ohm_status status = ohm_replacement_begin(path, &w->place);
    hdf5_begin();
    if (!status) status = ends_in(path, ".npy") ? begin_npy(w, rows) : begin_hdf5(w, name, rows);
    hdf5_end();
    if (!status) return OHM_OK;
    (void)matrix_writer_end(w, false);
    *made = NULL;
    return status;
}

static bool append_hdf5(const matrix_writer *w, const float *values, uint64_t rows) {
    hid_t file_space, memory_space;
    const area piece = {w->row, 0, rows, w->cols};
    const bool done =
        hdf5_select(w->dataset, piece, &file_space, &memory_space) &&
        hdf5_did(H5Dwrite(w->dataset, H5T_NATIVE_FLOAT, memory_space, file_space, H5P_DEFAULT, values));
    H5Sclose(file_space);
    H5Sclose(memory_space);
    return done;
}

ohm_status matrix_writer_append(matrix_writer *w, const float *values, uint64_t rows) {
    hdf5_begin();
    const bool done =
        w->npy ? npy_write_values(w->npy, values, rows * w->cols) : append_hdf5(w, values, rows);
    hdf5_end();
    w->row += rows;
    return done ? OHM_OK : failed(w);
}

// Closes what is open. False if some of it could not be written.
static bool close_all(matrix_writer *w) {
    bool closed = !w->npy || fclose(w->npy) == 0;
    if (w->dataset >= 0) closed = hdf5_did(H5Dclose(w->dataset)) && closed;
    if (w->file >= 0) closed = hdf5_did(H5Fclose(w->file)) && closed;
    return closed;
}

ohm_status matrix_writer_end(matrix_writer *w, bool whole) {
    hdf5_begin();
    ohm_status status = close_all(w) || !whole ? OHM_OK : failed(w);
    hdf5_end();
    if (!status && whole) status = ohm_replacement_finish(&w->place);
    ohm_replacement_abandon(&w->place);
    free(w);
    return status;
}
