// Saving a crossbar: into a temporary file beside the target, flushed to disk, then renamed.
#include "error.h"
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static ohm_status hdf5_failed(const char *what) {
    return error_set(OHM_IO_FAILED, "cannot write %s: %s", what, file_hdf5_reason());
}

// ---- Attributes -------------------------------------------------------------------------------

static bool write_attribute(hid_t file, const char *name, hid_t type, const void *value) {
    const hid_t space = H5Screate(H5S_SCALAR);
    const hid_t attribute = H5Acreate2(file, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    const bool done = attribute >= 0 && H5Awrite(attribute, type, value) >= 0;
    const bool closed = attribute < 0 || H5Aclose(attribute) >= 0;
    H5Sclose(space);
    return done && closed;
}

static bool write_number(hid_t file, const char *name, uint64_t value) {
    return write_attribute(file, name, H5T_NATIVE_UINT64, &value);
}

static bool write_text(hid_t file, const char *name, const char *value) {
    const hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, H5T_VARIABLE);
    H5Tset_cset(type, H5T_CSET_UTF8);
    const bool done = write_attribute(file, name, type, &value);
    H5Tclose(type);
    return done;
}

static bool write_spec(hid_t file, const spec *s) {
    const spec_entry *entry = spec_entry_of(s);
    bool done = write_text(file, spec_role_name[s->role], entry->about->name);
    for (int i = 0; i < entry->count && done; i++) {
        char name[FILE_MAX_NAME];
        file_parameter_name(s->role, entry->parameters[i].key, name);
        done = write_attribute(file, name, H5T_NATIVE_DOUBLE, &s->value[i]);
    }
    return done;
}

static bool write_parameters(hid_t file, const ohm_crossbar *c) {
    const ohm_definition *d = &c->plan.definition;
    bool done = write_text(file, "format", FILE_FORMAT) &&
                write_number(file, "format_version", FILE_FORMAT_VERSION) &&
                write_text(file, "version", OHM_VERSION) && write_number(file, "rows", d->rows) &&
                write_number(file, "cols", d->cols) && write_number(file, "seed", d->seed) &&
                write_number(file, "step", c->step) && write_number(file, "flux", d->track_flux) &&
                write_attribute(file, "dt", H5T_NATIVE_DOUBLE, &d->dt);
    for (int role = 0; role < ROLE_COUNT && done; role++) done = write_spec(file, &c->plan.specs[role]);
    return done;
}

// ---- Planes -----------------------------------------------------------------------------------

static hid_t create_plane(hid_t file, const problem *p, const char *name) {
    // Chunks of up to 1 MiB, of whole rows unless one row is longer. No more than HDF5's chunk cache
    // holds: HDF5 1.10 wrote rubbish for chunks past it.
    const hsize_t most = 1u << 18, size[2] = {p->rows, p->cols};
    hsize_t chunk[2] = {1, p->cols < most ? p->cols : most};
    chunk[0] = most / chunk[1] < p->rows ? most / chunk[1] : p->rows;
    const hid_t space = H5Screate_simple(2, size, NULL);
    const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(creation, 2, chunk);
    H5Pset_fill_time(creation, H5D_FILL_TIME_NEVER);
    const hid_t dataset = H5Dcreate2(file, name, H5T_IEEE_F32LE, space, H5P_DEFAULT, creation, H5P_DEFAULT);
    H5Pclose(creation);
    H5Sclose(space);
    return dataset;
}

static ohm_status write_piece(ohm_crossbar *c, plane which, area piece, hid_t dataset, float *buffer) {
    const ohm_status status = crossbar_read(c, which, piece, buffer);
    if (status) return status;
    hid_t file_space, memory_space;
    const bool done = file_select(dataset, piece, &file_space, &memory_space) &&
                      H5Dwrite(dataset, H5T_NATIVE_FLOAT, memory_space, file_space, H5P_DEFAULT, buffer) >= 0;
    const ohm_status written = done ? OHM_OK : hdf5_failed(file_plane_name[which]);
    H5Sclose(file_space);
    H5Sclose(memory_space);
    return written;
}

static ohm_status write_plane(hid_t file, ohm_crossbar *c, plane which) {
    uint64_t digest = 0;
    ohm_status status = crossbar_digest(c, which, &digest);
    if (status) return status;
    char text[17];
    snprintf(text, sizeof text, "%016" PRIx64, digest);
    if (!write_text(file, file_plane_digest[which], text)) return hdf5_failed(file_plane_digest[which]);
    const hid_t dataset = create_plane(file, &c->problem, file_plane_name[which]);
    if (dataset < 0) return hdf5_failed(file_plane_name[which]);
    status = file_for_pieces(c, which, dataset, write_piece);
    if (H5Dclose(dataset) < 0 && !status) status = hdf5_failed(file_plane_name[which]);
    return status;
}

// ---- Series -----------------------------------------------------------------------------------

static bool write_column(hid_t group, const series *s, const file_column *column) {
    const int rank = column->width > 1 ? 2 : 1;
    const hsize_t size[2] = {s->count, column->width};
    const hsize_t chunk[2] = {s->count < 1024 ? s->count : 1024, column->width};
    const hsize_t row[2] = {s->count, sizeof(series_row) / 8}, start[2] = {0, column->first};
    const hid_t space = H5Screate_simple(rank, size, NULL), memory = H5Screate_simple(2, row, NULL);
    H5Sselect_hyperslab(memory, H5S_SELECT_SET, start, NULL, size, NULL);
    const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(creation, rank, chunk);
    H5Pset_fletcher32(creation); // no digest covers the series
    const hid_t type = column->real ? H5T_IEEE_F64LE : H5T_STD_U64LE;
    const hid_t dataset = H5Dcreate2(group, column->name, type, space, H5P_DEFAULT, creation, H5P_DEFAULT);
    const hid_t host_type = column->real ? H5T_NATIVE_DOUBLE : H5T_NATIVE_UINT64;
    const bool done = dataset >= 0 && H5Dwrite(dataset, host_type, memory, space, H5P_DEFAULT, s->rows) >= 0;
    const bool closed = dataset < 0 || H5Dclose(dataset) >= 0;
    H5Pclose(creation);
    H5Sclose(memory);
    H5Sclose(space);
    return done && closed;
}

static ohm_status write_series(hid_t file, const series *s) {
    if (!s->count) return OHM_OK;
    const hid_t group = H5Gcreate2(file, "series", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    bool done = group >= 0;
    for (int i = 0; i < FILE_COLUMN_COUNT && done; i++) done = write_column(group, s, &file_columns[i]);
    if (group >= 0) H5Gclose(group);
    return done ? OHM_OK : hdf5_failed("series");
}

// ---- The file ---------------------------------------------------------------------------------

static ohm_status write_all(hid_t file, ohm_crossbar *c) {
    if (!write_parameters(file, c)) return hdf5_failed("the parameters");
    ohm_status status = write_plane(file, c, PLANE_STATE);
    if (!status && c->problem.track_flux) status = write_plane(file, c, PLANE_FLUX);
    return status ? status : write_series(file, &c->series);
}

static ohm_status write_file(ohm_crossbar *c, const char *path) {
    file_quiet();
    const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    // Object headers and indices of this version carry checksums.
    H5Pset_libver_bounds(access, H5F_LIBVER_V110, H5F_LIBVER_V110);
    H5Pset_fclose_degree(access, H5F_CLOSE_STRONG);
    const hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, access);
    H5Pclose(access);
    if (file < 0) return hdf5_failed(path);
    ohm_status status = write_all(file, c);
    if (!status && H5Fflush(file, H5F_SCOPE_GLOBAL) < 0) status = hdf5_failed(path);
    if (H5Fclose(file) < 0 && !status) status = hdf5_failed(path);
    return status;
}

static ohm_status system_failed(const char *verb, const char *path) {
    return error_set(OHM_IO_FAILED, "cannot %s %s: %s", verb, path, strerror(errno));
}

// Flushes a file or folder to disk.
static ohm_status sync_path(const char *path) {
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return system_failed("open", path);
    const ohm_status status = fsync(fd) < 0 ? system_failed("flush", path) : OHM_OK;
    close(fd);
    return status;
}

static ohm_status sync_folder_of(const char *path) {
    char *copy = strdup(path);
    if (!copy) return error_no_memory("a path");
    const ohm_status status = sync_path(dirname(copy));
    free(copy);
    return status;
}

// Creates an empty file beside path, with the permissions a new file gets here.
static ohm_status create_temporary(const char *path, char **temporary) {
    struct stat info;
    if (stat(path, &info) == 0 && !S_ISREG(info.st_mode))
        return error_set(OHM_IO_FAILED, "cannot write %s: it is not a regular file", path);
    if (asprintf(temporary, "%s.XXXXXX", path) < 0) {
        *temporary = NULL;
        return error_no_memory("a path");
    }
    const int fd = mkostemp(*temporary, O_CLOEXEC);
    if (fd < 0) {
        const ohm_status status = system_failed("write", path);
        free(*temporary);
        *temporary = NULL;
        return status;
    }
    const mode_t mask = umask(0);
    umask(mask);
    fchmod(fd, 0666 & ~mask);
    close(fd);
    return OHM_OK;
}

ohm_status ohm_save_check(const char *path) {
    char *temporary;
    const ohm_status status = create_temporary(path, &temporary);
    if (!status) unlink(temporary);
    if (!status) free(temporary);
    return status;
}

ohm_status ohm_crossbar_save(ohm_crossbar *c, const char *path) {
    char *temporary;
    ohm_status status = create_temporary(path, &temporary);
    if (status) return status;
    status = write_file(c, temporary);
    if (!status) status = sync_path(temporary);
    if (!status && rename(temporary, path) < 0) status = system_failed("rename the new file to", path);
    if (status) unlink(temporary);
    free(temporary);
    return status ? status : sync_folder_of(path);
}
