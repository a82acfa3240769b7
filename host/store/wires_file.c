#include "wires_file.h"
#include "../array/wired_drive.h"
#include "../base/error.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define CHUNK_BYTES ((hsize_t)1 << 20)
#define MAX_NAME 64

// An array of the group, [rows, cols], or [cols] where rows is 0.
typedef struct array {
    const char *name;
    hsize_t rows, cols;
    bool single; // float32, else float64
    void *values;
} array;

enum { ARRAYS = 6 };

// All of them. bit_line is a copy, of which the values are the caller's to make and to free.
static void list(const ohm_crossbar *c, void *bit_line, array a[ARRAYS]) {
    const wired_nodes *n = wired_last(c->wired);
    const hsize_t rows = c->problem.rows, cols = c->problem.cols;
    a[0] = (array){"device_voltage", rows, cols, true, n->device};
    a[1] = (array){"bit_line", wired_bit_rows(c->wired), cols, false, bit_line};
    a[2] = (array){"row_voltage", 0, rows, false, n->row_volts};
    a[3] = (array){"row_current", 0, rows, false, n->row_current};
    a[4] = (array){"col_voltage", 0, cols, false, n->col_volts};
    a[5] = (array){"col_current", 0, cols, false, n->col_current};
}

static double *new_bit_line(const ohm_crossbar *c) {
    return malloc(wired_bit_rows(c->wired) * c->problem.cols * sizeof(double));
}

static hsize_t size_of(const array *a) {
    return a->single ? sizeof(float) : sizeof(double);
}

static hid_t memory_type(const array *a) {
    return a->single ? H5T_NATIVE_FLOAT : H5T_NATIVE_DOUBLE;
}

uint64_t wires_file_size(const ohm_crossbar *c) {
    array a[ARRAYS];
    uint64_t size = 0;
    if (!c->wired) return 0;
    list(c, NULL, a);
    for (int i = 0; i < ARRAYS; i++)
        size += ((a[i].rows ? a[i].rows : 1) * a[i].cols * size_of(&a[i])) + 2 * CHUNK_BYTES;
    return size;
}

// ---- Writing ----------------------------------------------------------------------------------

static hsize_t smaller(hsize_t a, hsize_t b) {
    return a < b ? a : b;
}

// Chunks with checksums: whole rows, unless one is longer.
static hid_t creation_of(const array *a, int rank) {
    const hsize_t cols = smaller(a->cols, CHUNK_BYTES / size_of(a)), fit = CHUNK_BYTES / (cols * size_of(a));
    const hsize_t chunk[2] = {smaller(a->rows, fit ? fit : 1), cols};
    const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(creation, rank, rank == 2 ? chunk : chunk + 1);
    H5Pset_fletcher32(creation);
    H5Pset_obj_track_times(creation, false); // the same crossbar gives the same file
    return creation;
}

static bool write_array(hid_t group, const array *a) {
    const int rank = a->rows ? 2 : 1;
    const hsize_t size[2] = {a->rows, a->cols};
    const hid_t space = H5Screate_simple(rank, rank == 2 ? size : size + 1, NULL);
    const hid_t creation = creation_of(a, rank), type = a->single ? H5T_IEEE_F32LE : H5T_IEEE_F64LE;
    const hid_t dataset = H5Dcreate2(group, a->name, type, space, H5P_DEFAULT, creation, H5P_DEFAULT);
    const bool done = hdf5_did(dataset) &&
                      hdf5_did(H5Dwrite(dataset, memory_type(a), H5S_ALL, H5S_ALL, H5P_DEFAULT, a->values));
    const bool closed = dataset < 0 || hdf5_did(H5Dclose(dataset));
    H5Pclose(creation);
    H5Sclose(space);
    return done && closed;
}

ohm_status wires_file_write(hid_t file, const ohm_crossbar *c) {
    array a[ARRAYS];
    if (!c->wired || !wired_last(c->wired)->known) return OHM_OK;
    double *bit_line = new_bit_line(c);
    if (!bit_line) return ohm_fail_memory("the lines' voltages");
    const ohm_status status = wired_get_bit_lines(c->wired, bit_line);
    if (status) {
        free(bit_line);
        return status;
    }
    list(c, bit_line, a);
    const hid_t group = H5Gcreate2(file, "wires", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    bool done = hdf5_did(group);
    for (int i = 0; i < ARRAYS && done; i++) done = write_array(group, &a[i]);
    if (group >= 0) H5Gclose(group);
    free(bit_line);
    return done ? OHM_OK : ohm_fail(OHM_IO_FAILED, "cannot write the wires: %s", hdf5_reason());
}

// ---- Reading ----------------------------------------------------------------------------------

static ohm_status wrong(const source *s, const char *name, const char *what) {
    char text[MAX_NAME + 64];
    snprintf(text, sizeof text, "%s %s", name, what);
    return source_damaged(s, text);
}

static bool fits(hid_t dataset, const array *a) {
    const int rank = a->rows ? 2 : 1;
    hsize_t size[2] = {0};
    const hid_t space = H5Dget_space(dataset);
    const bool right = H5Sget_simple_extent_ndims(space) == rank &&
                       H5Sget_simple_extent_dims(space, size, NULL) == rank &&
                       (rank == 1 ? size[0] == a->cols : size[0] == a->rows && size[1] == a->cols);
    H5Sclose(space);
    return right;
}

static bool is_finite(const array *a) {
    const hsize_t count = (a->rows ? a->rows : 1) * a->cols;
    for (hsize_t i = 0; i < count; i++)
        if (!isfinite(a->single ? ((const float *)a->values)[i] : ((const double *)a->values)[i]))
            return false;
    return true;
}

static ohm_status read_array(const source *s, const array *a) {
    char name[MAX_NAME];
    snprintf(name, sizeof name, "wires/%s", a->name);
    const hid_t dataset = hdf5_open_dataset(s->file, name);
    if (dataset < 0) return source_unreadable(s, name);
    ohm_status status = fits(dataset, a) ? OHM_OK : wrong(s, name, "has another shape than the crossbar");
    if (!status && !hdf5_did(H5Dread(dataset, memory_type(a), H5S_ALL, H5S_ALL, H5P_DEFAULT, a->values)))
        status = source_unreadable(s, name);
    if (!status && !is_finite(a)) status = wrong(s, name, "has a value that is not finite");
    H5Dclose(dataset);
    return status;
}

ohm_status wires_file_read(const source *s, ohm_crossbar *c) {
    array a[ARRAYS];
    if (!c->wired || !c->step || H5Lexists(s->file, "wires", H5P_DEFAULT) <= 0) return OHM_OK;
    double *bit_line = new_bit_line(c);
    if (!bit_line) return ohm_fail_memory("the lines' voltages");
    list(c, bit_line, a);
    ohm_status status = OHM_OK;
    for (int i = 0; i < ARRAYS && !status; i++) status = read_array(s, &a[i]);
    if (!status) status = wired_set_bit_lines(c->wired, bit_line);
    if (!status) {
        wired_last(c->wired)->known = true;
        wired_last(c->wired)->step = c->step - 1;
    }
    free(bit_line);
    return status;
}
