#include "state_file.h"
#include "../base/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const char *const file_plane_name[PLANE_COUNT] = {"state", "state_rest", "flux", "flux_rest"};
const char *const file_plane_digest[PLANE_COUNT] = {"digest", "state_rest_digest", "flux_digest",
                                                    "flux_rest_digest"};

#define PLACE(field) (offsetof(series_row, field) / 8)

const file_column file_columns[FILE_COLUMN_COUNT] = {
    {"step", PLACE(step), 1, false},          {"state_mean", PLACE(state_mean), 1, true},
    {"state_std", PLACE(state_std), 1, true}, {"state_min", PLACE(state_min), 1, true},
    {"state_max", PLACE(state_max), 1, true}, {"histogram", PLACE(histogram), OHM_HISTOGRAM_BINS, false},
};

void file_spread_name(spec_role role, const char *key, uint32_t kind, char name[FILE_MAX_NAME]) {
    snprintf(name, FILE_MAX_NAME, "%s.%s.%s", spec_role_name[role], key, spec_spread_name[kind]);
}

void file_parameter_name(spec_role role, const char *key, char name[FILE_MAX_NAME]) {
    snprintf(name, FILE_MAX_NAME, "%s.%s", spec_role_name[role], key);
}

hid_t file_column_type(const file_column *column) {
    return column->real ? H5T_NATIVE_DOUBLE : H5T_NATIVE_UINT64;
}

bool file_select_rows(hid_t dataset, const file_column *column, uint64_t first, uint64_t count,
                      hid_t *file_space, hid_t *memory_space) {
    const hsize_t size[2] = {count, column->width}, in_file[2] = {first, 0};
    const hsize_t rows[2] = {count, sizeof(series_row) / 8}, in_memory[2] = {0, column->first};
    *memory_space = H5Screate_simple(2, rows, NULL);
    *file_space = H5Dget_space(dataset);
    return hdf5_did(*memory_space) && hdf5_did(*file_space) &&
           hdf5_did(H5Sselect_hyperslab(*memory_space, H5S_SELECT_SET, in_memory, NULL, size, NULL)) &&
           hdf5_did(H5Sselect_hyperslab(*file_space, H5S_SELECT_SET, in_file, NULL, size, NULL));
}

void file_plane_chunk(const problem *p, hsize_t chunk[2]) {
    const hsize_t most = 1u << 18;
    chunk[1] = p->cols < most ? p->cols : most;
    chunk[0] = most / chunk[1] < p->rows ? most / chunk[1] : p->rows;
}

ohm_status file_for_pieces(ohm_crossbar *c, plane which, uint64_t row0, uint64_t count, hid_t dataset,
                           file_copy *copy) {
    const problem *p = &c->problem;
    const uint64_t cols = p->cols < HDF5_BUFFER ? p->cols : HDF5_BUFFER;
    const uint64_t rows = HDF5_BUFFER / cols;
    // Aligned, so that what rests in a file can come past the system's cache.
    float *values = aligned_alloc(4096, (rows * cols * sizeof *values + 4095) / 4096 * 4096);
    if (!values) return ohm_fail_memory("a copy of some rows");
    ohm_status status = OHM_OK;
    const uint64_t end = row0 + count;
    for (uint64_t row = row0; row < end && !status; row += rows)
        for (uint64_t col = 0; col < p->cols && !status; col += cols) {
            const area piece = {row, col, rows < end - row ? rows : end - row,
                                cols < p->cols - col ? cols : p->cols - col};
            status = copy(c, which, piece, dataset, values);
        }
    free(values);
    return status;
}
