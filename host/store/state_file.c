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

static _Thread_local char reason[256];

void file_quiet(void) {
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    reason[0] = '\0';
}

// Keeps the innermost description of the error stack, cut to the system's own words.
static herr_t keep_reason(unsigned depth, const H5E_error2_t *error, void *context) {
    (void)depth;
    (void)context;
    const char *system = error->desc ? strstr(error->desc, "error message = '") : NULL;
    const char *text = system ? system + strlen("error message = '") : error->desc;
    if (text) snprintf(reason, sizeof reason, "%.*s", (int)strcspn(text, system ? "'" : "\n"), text);
    return 1; // the outer ones say less
}

bool file_did(int64_t result) {
    if (result >= 0) return true;
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, keep_reason, NULL);
    return false;
}

void file_because(const char *phrase) {
    snprintf(reason, sizeof reason, "%s", phrase);
}

const char *file_hdf5_reason(void) {
    return reason[0] ? reason : "HDF5 gives no reason";
}

static bool stands_alone(hid_t dataset) {
    const hid_t creation = H5Dget_create_plist(dataset);
    const bool alone =
        creation >= 0 && H5Pget_layout(creation) != H5D_VIRTUAL && H5Pget_external_count(creation) == 0;
    if (creation >= 0) H5Pclose(creation);
    return alone;
}

hid_t file_open_dataset(hid_t file, const char *name) {
    const hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT);
    if (!file_did(dataset) || stands_alone(dataset)) return dataset;
    H5Dclose(dataset);
    file_because("its data are in other files or datasets (it is virtual or external)");
    return -1;
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
    return file_did(*memory_space) && file_did(*file_space) &&
           file_did(H5Sselect_hyperslab(*memory_space, H5S_SELECT_SET, in_memory, NULL, size, NULL)) &&
           file_did(H5Sselect_hyperslab(*file_space, H5S_SELECT_SET, in_file, NULL, size, NULL));
}

void file_plane_chunk(const problem *p, hsize_t chunk[2]) {
    const hsize_t most = 1u << 18;
    chunk[1] = p->cols < most ? p->cols : most;
    chunk[0] = most / chunk[1] < p->rows ? most / chunk[1] : p->rows;
}

bool file_select(hid_t dataset, area piece, hid_t *file_space, hid_t *memory_space) {
    const hsize_t start[2] = {piece.row, piece.col}, count[2] = {piece.rows, piece.cols};
    *memory_space = H5Screate_simple(2, count, NULL);
    *file_space = H5Dget_space(dataset);
    return file_did(*memory_space) && file_did(*file_space) &&
           file_did(H5Sselect_hyperslab(*file_space, H5S_SELECT_SET, start, NULL, count, NULL));
}

ohm_status file_for_pieces(ohm_crossbar *c, plane which, hid_t dataset, file_copy *copy) {
    const problem *p = &c->problem;
    const uint64_t cols = p->cols < FILE_BUFFER ? p->cols : FILE_BUFFER;
    const uint64_t rows = FILE_BUFFER / cols;
    float *buffer = malloc(rows * cols * sizeof *buffer);
    if (!buffer) return error_no_memory("a copy of some rows");
    ohm_status status = OHM_OK;
    for (uint64_t row = 0; row < p->rows && !status; row += rows)
        for (uint64_t col = 0; col < p->cols && !status; col += cols) {
            const area piece = {row, col, rows < p->rows - row ? rows : p->rows - row,
                                cols < p->cols - col ? cols : p->cols - col};
            status = copy(c, which, piece, dataset, buffer);
        }
    free(buffer);
    return status;
}
