// See samples.h.
#include "samples.h"
#include "../base/error.h"
#include "../format/csv.h"
#include "../format/hdf5.h"
#include "../format/idx.h"
#include "../format/npy.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

#define MOST_LABEL 999999.0

void samples_square(uint64_t inputs, uint64_t side[2]) {
    const uint64_t root = (uint64_t)(sqrt((double)inputs) + 0.5);
    side[0] = root * root == inputs ? root : 1;
    side[1] = inputs / side[0];
}

static void release(sample_set *s) {
    free(s->input);
    free(s->label);
    *s = (sample_set){0};
}

static ohm_status make(sample_set *s, uint64_t count, uint64_t inputs) {
    *s = (sample_set){.count = count};
    s->input = malloc(count * inputs * sizeof *s->input);
    s->label = malloc(count * sizeof *s->label);
    if (s->input && s->label) return OHM_OK;
    release(s);
    return ohm_fail_memory("samples");
}

static ohm_status take_label(const char *path, uint64_t i, double value, uint32_t *label) {
    if (!(value >= 0 && value <= MOST_LABEL && value == floor(value)))
        return ohm_fail(OHM_BAD_FILE, "%s: label %" PRIu64 " is %g, not a whole number from 0", path, i,
                        value);
    *label = (uint32_t)value;
    return OHM_OK;
}

static ohm_status differ(const char *images, uint64_t count, const char *labels, uint64_t others) {
    return ohm_fail(OHM_BAD_FILE, "%s has %" PRIu64 " samples, and %s %" PRIu64 " labels", images, count,
                    labels, others);
}

// ---- IDX --------------------------------------------------------------------------------------

static ohm_status copy_idx(const char *images, const char *labels, const idx_array *x, const idx_array *y,
                           sample_set *s, uint64_t side[2]) {
    const uint64_t inputs = x->count / x->side[0];
    if (y->sides != 1) return ohm_fail(OHM_BAD_FILE, "%s has %u sides: labels have one", labels, y->sides);
    if (x->side[0] != y->side[0]) return differ(images, x->side[0], labels, y->side[0]);
    const ohm_status status = make(s, x->side[0], inputs);
    if (status) return status;
    samples_square(inputs, side);
    if (x->sides == 3) side[0] = x->side[1], side[1] = x->side[2];
    for (uint64_t i = 0; i < x->count; i++) s->input[i] = x->bytes[i];
    for (uint64_t i = 0; i < y->count; i++) s->label[i] = y->bytes[i];
    return OHM_OK;
}

static ohm_status read_idx(const char *images, const char *labels, sample_set *s, uint64_t side[2]) {
    idx_array x, y = {0};
    ohm_status status = idx_read(images, &x);
    if (!status) status = idx_read(labels, &y);
    if (!status) status = copy_idx(images, labels, &x, &y, s, side);
    free(x.bytes);
    free(y.bytes);
    return status;
}

// ---- NumPy ------------------------------------------------------------------------------------

static ohm_status read_npy_labels(const char *path, uint64_t count, uint32_t *label) {
    npy_array a;
    ohm_status status = npy_open(path, &a);
    if (status) return status;
    float *values = malloc(a.rows * a.cols * sizeof *values);
    status = values ? npy_read_rows(&a, 0, a.rows, values) : ohm_fail_memory("labels");
    if (!status && a.rows != 1 && a.cols != 1)
        status = ohm_fail(OHM_BAD_FILE, "%s is a matrix: labels have one side", path);
    if (!status && a.rows * a.cols != count)
        status = ohm_fail(OHM_BAD_FILE, "%s has %" PRIu64 " labels for %" PRIu64 " samples", path,
                          a.rows * a.cols, count);
    for (uint64_t i = 0; i < count && !status; i++)
        status = take_label(path, i, (double)values[i], &label[i]);
    free(values);
    npy_close(&a);
    return status;
}

static ohm_status read_npy(const char *images, const char *labels, sample_set *s, uint64_t side[2]) {
    npy_array a;
    ohm_status status = npy_open(images, &a);
    if (status) return status;
    status = make(s, a.rows, a.cols);
    samples_square(a.cols, side);
    if (!status) status = npy_read_rows(&a, 0, a.rows, s->input);
    npy_close(&a);
    if (!status) status = read_npy_labels(labels, s->count, s->label);
    if (status) release(s);
    return status;
}

ohm_status samples_pair(const char *images, const char *labels, sample_set *s, uint64_t side[2]) {
    return npy_is_one(images) ? read_npy(images, labels, s, side) : read_idx(images, labels, s, side);
}

// ---- Tables -----------------------------------------------------------------------------------

static ohm_status copy_table(const char *path, const csv_table *t, sample_set *s, uint64_t side[2]) {
    const uint64_t inputs = t->cols - 1;
    ohm_status status = make(s, t->rows, inputs);
    if (status) return status;
    samples_square(inputs, side);
    for (uint64_t i = 0; i < t->rows && !status; i++) {
        for (uint64_t j = 0; j < inputs; j++) s->input[i * inputs + j] = (float)t->values[i * t->cols + j];
        status = take_label(path, i, t->values[i * t->cols + inputs], &s->label[i]);
        if (status) status = error_in(status, "line %u", t->lines[i]);
    }
    if (status) release(s);
    return status;
}

ohm_status samples_table(const char *path, sample_set *s, uint64_t side[2]) {
    csv_table t;
    ohm_status status = csv_read(path, &t);
    if (status) return status;
    status = t.cols >= 2 ? copy_table(path, &t, s, side)
                         : ohm_fail(OHM_BAD_FILE, "%s has one column: samples and a label are needed", path);
    csv_free(&t);
    return status;
}

// ---- HDF5 -------------------------------------------------------------------------------------

static hid_t open_file(const char *path) {
    const hid_t file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    hdf5_did(file);
    return file;
}

bool samples_hdf5_has(const char *path, const char *name) {
    hdf5_begin();
    const hid_t file = open_file(path);
    const bool has = file >= 0 && H5Lexists(file, name, H5P_DEFAULT) > 0;
    if (file >= 0) H5Fclose(file);
    hdf5_end();
    return has;
}

// Opens a dataset of numbers of as many sides as low to high; −1, with a reason.
static hid_t open_numbers(hid_t file, const char *name, int low, int high, hsize_t size[3]) {
    const hid_t dataset = hdf5_open_dataset(file, name);
    if (dataset < 0) return -1;
    const hid_t space = H5Dget_space(dataset), type = H5Dget_type(dataset);
    const H5T_class_t class = H5Tget_class(type);
    const int rank = H5Sget_simple_extent_ndims(space);
    size[1] = size[2] = 1;
    const bool right = rank >= low && rank <= high && (class == H5T_FLOAT || class == H5T_INTEGER) &&
                       H5Sget_simple_extent_dims(space, size, NULL) == rank && size[0] && size[1] && size[2];
    H5Tclose(type);
    H5Sclose(space);
    if (right) return dataset;
    H5Dclose(dataset);
    hdf5_because("it is no array of numbers of the sides that are wanted");
    return -1;
}

static ohm_status unreadable(const char *path, const char *name) {
    return ohm_fail(OHM_BAD_FILE, "%s: %s: %s", path, name, hdf5_reason());
}

static ohm_status read_hdf5_labels(hid_t file, const char *path, const char *name, sample_set *s) {
    hsize_t size[3];
    const hid_t dataset = open_numbers(file, name, 1, 1, size);
    if (dataset < 0) return unreadable(path, name);
    double *values = malloc(size[0] * sizeof *values);
    ohm_status status = values ? OHM_OK : ohm_fail_memory("labels");
    if (!status && size[0] != s->count) status = differ(path, s->count, name, size[0]);
    if (!status && !hdf5_did(H5Dread(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values)))
        status = unreadable(path, name);
    for (uint64_t i = 0; i < s->count && !status; i++) status = take_label(path, i, values[i], &s->label[i]);
    free(values);
    H5Dclose(dataset);
    return status;
}

static ohm_status read_hdf5_images(hid_t file, const char *path, const char *name, sample_set *s,
                                   uint64_t side[2]) {
    hsize_t size[3];
    const hid_t dataset = open_numbers(file, name, 2, 3, size);
    if (dataset < 0) return unreadable(path, name);
    ohm_status status = make(s, size[0], size[1] * size[2]);
    if (!status && !hdf5_did(H5Dread(dataset, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, s->input)))
        status = unreadable(path, name);
    side[0] = size[1], side[1] = size[2];
    if (size[2] == 1) samples_square(size[1], side);
    H5Dclose(dataset);
    return status;
}

ohm_status samples_hdf5(const char *path, const char *images, const char *labels, sample_set *s,
                        uint64_t side[2]) {
    *s = (sample_set){0};
    hdf5_begin();
    const hid_t file = open_file(path);
    ohm_status status = file < 0 ? unreadable(path, "the file") : OHM_OK;
    if (!status) status = read_hdf5_images(file, path, images, s, side);
    if (!status) status = read_hdf5_labels(file, path, labels, s);
    if (file >= 0) H5Fclose(file);
    hdf5_end();
    if (status) release(s);
    return status;
}
