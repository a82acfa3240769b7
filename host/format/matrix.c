// See matrix.h.
#include "matrix.h"
#include "../base/error.h"
#include "hdf5.h"
#include "../base/file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static ohm_status unreadable(const matrix_file *m) {
    return ohm_fail(OHM_BAD_FILE, "%s: %s", m->path, hdf5_reason());
}

// Reads a dataset's sides. False if it is not a matrix of numbers.
static bool take_sides(matrix_file *m, hid_t dataset) {
    hsize_t size[H5S_MAX_RANK] = {0};
    const hid_t space = H5Dget_space(dataset), type = H5Dget_type(dataset);
    const bool matrix = H5Sget_simple_extent_ndims(space) == 2 &&
                        H5Sget_simple_extent_dims(space, size, NULL) == 2 &&
                        (H5Tget_class(type) == H5T_FLOAT || H5Tget_class(type) == H5T_INTEGER);
    H5Tclose(type);
    H5Sclose(space);
    m->rows = size[0];
    m->cols = size[1];
    return matrix;
}

// The datasets found in the root group.
typedef struct candidates {
    matrix_file *matrix;
    char name[256];
    int count;
} candidates;

// Uses a handle, because H5Oget_info fills in another struct in HDF5 1.14 than in 1.10.
static bool is_dataset(hid_t group, const char *name) {
    const hid_t object = H5Oopen(group, name, H5P_DEFAULT);
    const bool dataset = H5Iget_type(object) == H5I_DATASET;
    if (object >= 0) H5Oclose(object);
    return dataset;
}

static herr_t look_at(hid_t group, const char *name, const H5L_info_t *info, void *object) {
    (void)info;
    candidates *c = object;
    if (!is_dataset(group, name)) return 0;
    const hid_t dataset = hdf5_open_dataset(group, name);
    if (dataset < 0) return 0;
    if (take_sides(c->matrix, dataset)) {
        c->count++;
        snprintf(c->name, sizeof c->name, "%s", name);
    }
    H5Dclose(dataset);
    return 0;
}

// Chooses the dataset: /state, or the only matrix.
static ohm_status choose(matrix_file *m, char *name, size_t size) {
    candidates c = {.matrix = m, .name = "state"};
    const bool state = H5Lexists(m->file, "state", H5P_DEFAULT) > 0;
    if (!state && !hdf5_did(H5Literate(m->file, H5_INDEX_NAME, H5_ITER_INC, NULL, look_at, &c)))
        return unreadable(m);
    if (!state && c.count != 1)
        return ohm_fail(OHM_BAD_FILE, "%s has no dataset state and %s numeric matrix", m->path,
                        c.count ? "more than one" : "no");
    snprintf(name, size, "%s", c.name);
    return OHM_OK;
}

// Reads the model whose states these are, if we wrote the file.
static void note_model(matrix_file *m, const char *name) {
    char format[sizeof m->model] = "";
    const bool ours = strcmp(name, "state") == 0 && H5Aexists(m->file, "format") > 0 &&
                      hdf5_read_text(m->file, "format", format, sizeof format) &&
                      strcmp(format, "ohmscape") == 0;
    if (!ours || !hdf5_read_text(m->file, "model", m->model, sizeof m->model)) m->model[0] = '\0';
}

static ohm_status open_hdf5(matrix_file *m) {
    char name[256];
    m->file = H5Fopen(m->path, H5F_ACC_RDONLY, H5P_DEFAULT);
    if (!hdf5_did(m->file)) return ohm_fail(OHM_BAD_FILE, "%s is neither an .npy file nor HDF5", m->path);
    const ohm_status status = choose(m, name, sizeof name);
    if (status) return status;
    m->dataset = hdf5_open_dataset(m->file, name);
    if (m->dataset < 0) return unreadable(m);
    note_model(m, name);
    return take_sides(m, m->dataset)
               ? OHM_OK
               : ohm_fail(OHM_BAD_FILE, "%s: %s is not a numeric matrix", m->path, name);
}

static ohm_status open_npy(matrix_file *m) {
    const ohm_status status = npy_open(m->path, &m->array);
    m->rows = m->array.rows;
    m->cols = m->array.cols;
    return status;
}

ohm_status matrix_open(const char *path, matrix_file *m) {
    *m = (matrix_file){.path = path, .array = {.file = -1}, .file = -1, .dataset = -1};
    if (access(path, R_OK) < 0) return ohm_fail(OHM_IO_FAILED, "cannot read %s: %s", path, strerror(errno));
    ohm_status status = file_check(path);
    if (status) return status;
    hdf5_begin();
    status = npy_is_one(path) ? open_npy(m) : open_hdf5(m);
    hdf5_end();
    if (status) matrix_close(m);
    return status;
}

ohm_status matrix_read_rows(const matrix_file *m, uint64_t row0, uint64_t rows, float *out) {
    if (m->dataset < 0) return npy_read_rows(&m->array, row0, rows, out);
    hid_t file_space, memory_space;
    const area piece = {row0, 0, rows, m->cols};
    hdf5_begin();
    const bool done =
        hdf5_select(m->dataset, piece, &file_space, &memory_space) &&
        hdf5_did(H5Dread(m->dataset, H5T_NATIVE_FLOAT, memory_space, file_space, H5P_DEFAULT, out));
    H5Sclose(file_space);
    H5Sclose(memory_space);
    hdf5_end();
    return done ? OHM_OK : unreadable(m);
}

void matrix_close(matrix_file *m) {
    npy_close(&m->array);
    if (m->dataset >= 0) H5Dclose(m->dataset);
    if (m->file >= 0) H5Fclose(m->file);
    m->dataset = m->file = -1;
}
