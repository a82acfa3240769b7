#include "group_array.h"
#include "../base/error.h"

#include <math.h>
#include <stdio.h>

#define CHUNK_BYTES ((hsize_t)1 << 20)
#define MAX_NAME 96

static hsize_t width_of(const group_array *a) {
    static const hsize_t width[] = {sizeof(float), sizeof(double), sizeof(uint32_t), sizeof(uint64_t)};
    return width[a->type];
}

static hid_t memory_type(const group_array *a) {
    const hid_t type[] = {H5T_NATIVE_FLOAT, H5T_NATIVE_DOUBLE, H5T_NATIVE_UINT32, H5T_NATIVE_UINT64};
    return type[a->type];
}

static hid_t file_type(const group_array *a) {
    const hid_t type[] = {H5T_IEEE_F32LE, H5T_IEEE_F64LE, H5T_STD_U32LE, H5T_STD_U64LE};
    return type[a->type];
}

static hsize_t numbers_of(const group_array *a) {
    return (a->rows ? a->rows : 1) * a->cols;
}

uint64_t group_array_size(const group_array *a) {
    return numbers_of(a) * width_of(a) + 2 * CHUNK_BYTES;
}

// ---- Writing ----------------------------------------------------------------------------------

static hsize_t smaller(hsize_t a, hsize_t b) {
    return a < b ? a : b;
}

// Chunks of whole rows, unless one is longer. An array without numbers has none.
static hid_t creation_of(const group_array *a, int rank) {
    const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_obj_track_times(creation, false); // the same crossbar gives the same file
    if (!numbers_of(a)) return creation;
    const hsize_t cols = smaller(a->cols, CHUNK_BYTES / width_of(a)),
                  fit = CHUNK_BYTES / (cols * width_of(a));
    const hsize_t chunk[2] = {smaller(a->rows, fit ? fit : 1), cols};
    H5Pset_chunk(creation, rank, rank == 2 ? chunk : chunk + 1);
    H5Pset_fletcher32(creation);
    return creation;
}

static bool write_array(hid_t group, const group_array *a) {
    const int rank = a->rows ? 2 : 1;
    const hsize_t size[2] = {a->rows, a->cols};
    const hid_t space = H5Screate_simple(rank, rank == 2 ? size : size + 1, NULL);
    const hid_t creation = creation_of(a, rank);
    const hid_t dataset = H5Dcreate2(group, a->name, file_type(a), space, H5P_DEFAULT, creation, H5P_DEFAULT);
    const bool written =
        hdf5_did(dataset) && (!numbers_of(a) || hdf5_did(H5Dwrite(dataset, memory_type(a), H5S_ALL, H5S_ALL,
                                                                  H5P_DEFAULT, a->values)));
    const bool closed = dataset < 0 || hdf5_did(H5Dclose(dataset));
    H5Pclose(creation);
    H5Sclose(space);
    return written && closed;
}

ohm_status group_write(hid_t file, const char *name, const group_array *a, size_t count) {
    const hid_t group = hdf5_create_group(file, name);
    bool done = group >= 0;
    for (size_t i = 0; i < count && done; i++) done = write_array(group, &a[i]);
    if (group >= 0) H5Gclose(group);
    return done ? OHM_OK : ohm_fail(OHM_IO_FAILED, "cannot write %s: %s", name, hdf5_reason());
}

// ---- Reading ----------------------------------------------------------------------------------

static ohm_status wrong(const source *s, const char *name, const char *what) {
    char text[MAX_NAME + 64];
    snprintf(text, sizeof text, "%s %s", name, what);
    return source_damaged(s, text);
}

static bool fits(hid_t dataset, const group_array *a) {
    const int rank = a->rows ? 2 : 1;
    hsize_t size[2] = {0};
    const hid_t space = H5Dget_space(dataset);
    const bool right = H5Sget_simple_extent_ndims(space) == rank &&
                       H5Sget_simple_extent_dims(space, size, NULL) == rank &&
                       (rank == 1 ? size[0] == a->cols : size[0] == a->rows && size[1] == a->cols);
    H5Sclose(space);
    return right;
}

static bool is_finite(const group_array *a) {
    for (hsize_t i = 0; i < numbers_of(a); i++) {
        if (a->type == GROUP_F32 && !isfinite(((const float *)a->values)[i])) return false;
        if (a->type == GROUP_F64 && !isfinite(((const double *)a->values)[i])) return false;
    }
    return true;
}

ohm_status group_read(const source *s, const char *group, const group_array *a) {
    char name[MAX_NAME];
    snprintf(name, sizeof name, "%s/%s", group, a->name);
    const hid_t dataset = hdf5_open_dataset(s->file, name);
    if (dataset < 0) return source_unreadable(s, name);
    ohm_status status = fits(dataset, a) ? OHM_OK : wrong(s, name, "has another shape than the crossbar");
    if (!status && numbers_of(a) &&
        !hdf5_did(H5Dread(dataset, memory_type(a), H5S_ALL, H5S_ALL, H5P_DEFAULT, a->values)))
        status = source_unreadable(s, name);
    if (!status && !is_finite(a)) status = wrong(s, name, "has a value that is not finite");
    H5Dclose(dataset);
    return status;
}

hsize_t group_length(const source *s, const char *group, const char *array) {
    char name[MAX_NAME];
    hsize_t size = 0;
    snprintf(name, sizeof name, "%s/%s", group, array);
    if (H5Lexists(s->file, group, H5P_DEFAULT) <= 0 || H5Lexists(s->file, name, H5P_DEFAULT) <= 0) return 0;
    const hid_t dataset = hdf5_open_dataset(s->file, name);
    if (dataset < 0) return 0;
    const hid_t space = H5Dget_space(dataset);
    if (H5Sget_simple_extent_ndims(space) == 1) H5Sget_simple_extent_dims(space, &size, NULL);
    H5Sclose(space);
    H5Dclose(dataset);
    return size;
}
