#include "source.h"
#include "../base/error.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

ohm_status source_open(const char *path, source *s) {
    *s = (source){path, -1};
    if (access(path, R_OK) < 0) return ohm_fail(OHM_IO_FAILED, "cannot read %s: %s", path, strerror(errno));
    s->file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    if (hdf5_did(s->file)) return OHM_OK;
    return ohm_fail(OHM_BAD_FILE, "%s is damaged or not an ohmscape file: %s", path, hdf5_reason());
}

ohm_status source_damaged(const source *s, const char *what) {
    return ohm_fail(OHM_BAD_FILE, "%s is damaged or not an ohmscape file: %s", s->path, what);
}

ohm_status source_unreadable(const source *s, const char *name) {
    return ohm_fail(OHM_BAD_FILE, "%s is damaged or not an ohmscape file: cannot read %s: %s", s->path, name,
                    hdf5_reason());
}

// Reads a number and converts it to the host's type.
static bool read_attribute(const source *s, const char *name, H5T_class_t class, hid_t type, void *value) {
    const hid_t attribute = hdf5_open_attribute(s->file, name, class);
    const bool done = attribute >= 0 && hdf5_did(H5Aread(attribute, type, value));
    if (attribute >= 0) H5Aclose(attribute);
    return done;
}

ohm_status source_number(const source *s, const char *name, uint64_t *value) {
    int64_t number = 0; // HDF5 converts a negative number to unsigned 0
    const bool done = read_attribute(s, name, H5T_INTEGER, H5T_NATIVE_UINT64, value) &&
                      (*value || read_attribute(s, name, H5T_INTEGER, H5T_NATIVE_INT64, &number));
    if (!done) return source_unreadable(s, name);
    return number < 0 ? source_damaged(s, name) : OHM_OK;
}

ohm_status source_real(const source *s, const char *name, double *value) {
    return read_attribute(s, name, H5T_FLOAT, H5T_NATIVE_DOUBLE, value) ? OHM_OK : source_unreadable(s, name);
}

ohm_status source_long_text(const source *s, const char *name, char *text, size_t size) {
    return hdf5_read_text(s->file, name, text, size) ? OHM_OK : source_unreadable(s, name);
}

ohm_status source_text(const source *s, const char *name, char text[SOURCE_MAX_TEXT]) {
    return source_long_text(s, name, text, SOURCE_MAX_TEXT);
}

ohm_status source_digest(const source *s, const char *name, uint64_t *digest) {
    char text[SOURCE_MAX_TEXT];
    const ohm_status status = source_text(s, name, text);
    if (status) return status;
    char *end;
    *digest = strtoull(text, &end, 16);
    return strlen(text) == 16 && !*end ? OHM_OK : source_damaged(s, "its digest is invalid");
}

bool source_has(const source *s, const char *name) {
    return H5Aexists(s->file, name) > 0;
}
