#include "hdf5.h"
#include "variable_text.h"

#include <stdio.h>
#include <string.h>

static _Thread_local char reason[256];

// How HDF5 reports errors on this thread outside our calls, and how deeply our calls are nested.
static _Thread_local H5E_auto2_t report;
static _Thread_local void *report_context;
static _Thread_local int nested;

void hdf5_begin(void) {
    if (nested++) return;
    H5Eget_auto2(H5E_DEFAULT, &report, &report_context);
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    reason[0] = '\0';
}

void hdf5_end(void) {
    if (--nested == 0) H5Eset_auto2(H5E_DEFAULT, report, report_context);
}

// Keeps the innermost description on the error stack, or only the system's error text in it.
static herr_t keep_reason(unsigned depth, const H5E_error2_t *error, void *context) {
    (void)depth;
    (void)context;
    const char *system = error->desc ? strstr(error->desc, "error message = '") : NULL;
    const char *text = system ? system + strlen("error message = '") : error->desc;
    if (text) snprintf(reason, sizeof reason, "%.*s", (int)strcspn(text, system ? "'" : "\n"), text);
    return 1; // the outer descriptions say less
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

hid_t hdf5_create_group(hid_t file, const char *name) {
    const hid_t creation = H5Pcreate(H5P_GROUP_CREATE);
    H5Pset_obj_track_times(creation, false);
    const hid_t group = H5Gcreate2(file, name, H5P_DEFAULT, creation, H5P_DEFAULT);
    hdf5_did(group); // keeps the reason
    H5Pclose(creation);
    return group;
}

hid_t hdf5_open_dataset(hid_t file, const char *name) {
    const hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT);
    if (!hdf5_did(dataset) || stands_alone(dataset)) return dataset;
    H5Dclose(dataset);
    hdf5_because("its data is in other files or datasets (it is virtual or external)");
    return -1;
}

bool hdf5_select(hid_t dataset, area piece, hid_t *file_space, hid_t *memory_space) {
    const hsize_t start[2] = {piece.row, piece.col}, count[2] = {piece.rows, piece.cols};
    *memory_space = H5Screate_simple(2, count, NULL);
    *file_space = H5Dget_space(dataset);
    return hdf5_did(*memory_space) && hdf5_did(*file_space) &&
           hdf5_did(H5Sselect_hyperslab(*file_space, H5S_SELECT_SET, start, NULL, count, NULL));
}

hid_t hdf5_open_attribute(hid_t file, const char *name, H5T_class_t class) {
    const hid_t attribute = H5Aopen(file, name, H5P_DEFAULT);
    if (!hdf5_did(attribute)) return -1;
    const hid_t space = H5Aget_space(attribute), stored = H5Aget_type(attribute);
    const bool right =
        space >= 0 && H5Sget_simple_extent_npoints(space) == 1 && H5Tget_class(stored) == class;
    H5Tclose(stored);
    H5Sclose(space);
    if (right) return attribute;
    H5Aclose(attribute);
    return -1;
}

// We write texts of fixed length; h5py and others also write variable length.
static bool read_string(hid_t attribute, char *text, size_t size) {
    const hid_t stored = H5Aget_type(attribute);
    const bool variable = H5Tis_variable_str(stored) > 0;
    const hid_t type = H5Tcopy(H5T_C_S1);
    hdf5_because("its text is too long or damaged");
    H5Tset_size(type, size);
    H5Tset_cset(type, H5Tget_cset(stored)); // HDF5 does not convert character sets
    const bool done = variable ? variable_text_read(attribute, text, size)
                               : H5Tget_size(stored) <= size && hdf5_did(H5Aread(attribute, type, text));
    H5Tclose(type);
    H5Tclose(stored);
    return done;
}

bool hdf5_read_text(hid_t file, const char *name, char *text, size_t size) {
    const hid_t attribute = hdf5_open_attribute(file, name, H5T_STRING);
    const bool done = attribute >= 0 && read_string(attribute, text, size);
    if (attribute >= 0) H5Aclose(attribute);
    return done;
}

bool hdf5_write_attribute(hid_t file, const char *name, hid_t type, const void *value) {
    const hid_t space = H5Screate(H5S_SCALAR);
    const hid_t attribute = H5Acreate2(file, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    const bool done = hdf5_did(attribute) && hdf5_did(H5Awrite(attribute, type, value));
    const bool closed = attribute < 0 || hdf5_did(H5Aclose(attribute));
    H5Sclose(space);
    return done && closed;
}

bool hdf5_write_number(hid_t file, const char *name, uint64_t value) {
    return hdf5_write_attribute(file, name, H5T_NATIVE_UINT64, &value);
}

bool hdf5_write_text(hid_t file, const char *name, const char *value) {
    const hid_t type = H5Tcopy(H5T_C_S1);
    // Fixed length, so that the text is in the attribute, which has a checksum. The heap of texts of variable
    // length has none.
    H5Tset_size(type, strlen(value) + 1);
    H5Tset_cset(type, H5T_CSET_UTF8);
    const bool done = hdf5_write_attribute(file, name, type, value);
    H5Tclose(type);
    return done;
}
