#include "hdf5.h"

#include <stdio.h>
#include <string.h>

static _Thread_local char reason[256];

void hdf5_quiet(void) {
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

bool hdf5_did(int64_t result) {
    if (result >= 0) return true;
    H5Ewalk2(H5E_DEFAULT, H5E_WALK_UPWARD, keep_reason, NULL);
    return false;
}

void hdf5_because(const char *phrase) {
    snprintf(reason, sizeof reason, "%s", phrase);
}

const char *hdf5_reason(void) {
    return reason[0] ? reason : "HDF5 gives no reason";
}

static bool stands_alone(hid_t dataset) {
    const hid_t creation = H5Dget_create_plist(dataset);
    const bool alone =
        creation >= 0 && H5Pget_layout(creation) != H5D_VIRTUAL && H5Pget_external_count(creation) == 0;
    if (creation >= 0) H5Pclose(creation);
    return alone;
}

hid_t hdf5_open_dataset(hid_t file, const char *name) {
    const hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT);
    if (!hdf5_did(dataset) || stands_alone(dataset)) return dataset;
    H5Dclose(dataset);
    hdf5_because("its data are in other files or datasets (it is virtual or external)");
    return -1;
}

bool hdf5_select(hid_t dataset, area piece, hid_t *file_space, hid_t *memory_space) {
    const hsize_t start[2] = {piece.row, piece.col}, count[2] = {piece.rows, piece.cols};
    *memory_space = H5Screate_simple(2, count, NULL);
    *file_space = H5Dget_space(dataset);
    return hdf5_did(*memory_space) && hdf5_did(*file_space) &&
           hdf5_did(H5Sselect_hyperslab(*file_space, H5S_SELECT_SET, start, NULL, count, NULL));
}
