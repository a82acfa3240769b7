// Saving a crossbar: into a temporary file beside the target, flushed to disk, then renamed.
#include "error.h"
#include "file.h"
#include "number.h"
#include "replace.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

static ohm_status hdf5_failed(const char *what) {
    return error_set(OHM_IO_FAILED, "cannot write %s: %s", what, file_hdf5_reason());
}

static ohm_status system_failed(const char *verb, const char *path) {
    return error_set(OHM_IO_FAILED, "cannot %s %s: %s", verb, path, strerror(errno));
}

// ---- Attributes -------------------------------------------------------------------------------

static bool write_attribute(hid_t file, const char *name, hid_t type, const void *value) {
    const hid_t space = H5Screate(H5S_SCALAR);
    const hid_t attribute = H5Acreate2(file, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    const bool done = file_did(attribute) && file_did(H5Awrite(attribute, type, value));
    const bool closed = attribute < 0 || file_did(H5Aclose(attribute));
    H5Sclose(space);
    return done && closed;
}

static bool write_number(hid_t file, const char *name, uint64_t value) {
    return write_attribute(file, name, H5T_NATIVE_UINT64, &value);
}

static bool write_text(hid_t file, const char *name, const char *value) {
    const hid_t type = H5Tcopy(H5T_C_S1);
    // In the attribute itself, which has a checksum: a text of variable length lies in a heap without.
    H5Tset_size(type, strlen(value) + 1);
    H5Tset_cset(type, H5T_CSET_UTF8);
    const bool done = write_attribute(file, name, type, value);
    H5Tclose(type);
    return done;
}

static bool write_value(hid_t file, const spec *s, int i) {
    const ohm_parameter *p = spec_parameter(spec_entry_of(s), i);
    char name[FILE_MAX_NAME];
    file_parameter_name(s->role, p->key, name);
    if (p->text) return write_text(file, name, s->path);
    if (p->choices) return write_text(file, name, p->choices[(int)s->value[i]]);
    if (!write_attribute(file, name, H5T_NATIVE_DOUBLE, &s->value[i])) return false;
    if (!s->spread[i].kind) return true;
    file_spread_name(s->role, p->key, s->spread[i].kind, name);
    return write_attribute(file, name, H5T_NATIVE_DOUBLE, &s->spread[i].sigma);
}

static bool write_spec(hid_t file, const spec *s) {
    const spec_entry *entry = spec_entry_of(s);
    bool done = write_text(file, spec_role_name[s->role], entry->about->name);
    for (int i = 0; i < entry->count && done; i++)
        if (spec_is_written(s, i)) done = write_value(file, s, i);
    return done;
}

static uint64_t version_of(const ohm_crossbar *c) {
    const spec *s = &c->plan.specs[ROLE_MODEL];
    const spec_entry *entry = spec_entry_of(s);
    bool news = c->idle > 0;
    for (int i = 0; i < entry->count; i++)
        news = news || s->spread[i].kind || (i >= entry->own_count && spec_is_written(s, i));
    return news ? 2 : 1;
}

static bool write_parameters(hid_t file, const ohm_crossbar *c) {
    const ohm_definition *d = &c->plan.definition;
    bool done = write_text(file, "format", FILE_FORMAT) &&
                write_number(file, "format_version", version_of(c)) &&
                write_text(file, "version", OHM_VERSION) && write_number(file, "rows", d->rows) &&
                write_number(file, "cols", d->cols) && write_number(file, "seed", d->seed) &&
                write_number(file, "step", c->step) && write_number(file, "flux", d->track_flux) &&
                write_attribute(file, "dt", H5T_NATIVE_DOUBLE, &d->dt);
    for (int role = 0; role < ROLE_COUNT && done; role++) done = write_spec(file, &c->plan.specs[role]);
    if (done && c->idle > 0) done = write_attribute(file, "idle", H5T_NATIVE_DOUBLE, &c->idle);
    return done;
}

// ---- Planes -----------------------------------------------------------------------------------

static hid_t create_plane(hid_t file, const problem *p, const char *name) {
    const hsize_t size[2] = {p->rows, p->cols};
    hsize_t chunk[2];
    file_plane_chunk(p, chunk);
    const hid_t space = H5Screate_simple(2, size, NULL);
    const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(creation, 2, chunk);
    H5Pset_fill_time(creation, H5D_FILL_TIME_NEVER);
    H5Pset_obj_track_times(creation, false); // the same crossbar gives the same file
    const hid_t dataset = H5Dcreate2(file, name, H5T_IEEE_F32LE, space, H5P_DEFAULT, creation, H5P_DEFAULT);
    file_did(dataset); // keeps the reason before the calls below forget it
    H5Pclose(creation);
    H5Sclose(space);
    return dataset;
}

static ohm_status write_piece(ohm_crossbar *c, plane which, area piece, hid_t dataset, float *buffer) {
    const ohm_status status = crossbar_read(c, which, piece, buffer);
    if (status) return status;
    hid_t file_space, memory_space;
    const bool done =
        file_select(dataset, piece, &file_space, &memory_space) &&
        file_did(H5Dwrite(dataset, H5T_NATIVE_FLOAT, memory_space, file_space, H5P_DEFAULT, buffer));
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
    if (!file_did(H5Dclose(dataset)) && !status) status = hdf5_failed(file_plane_name[which]);
    return status;
}

// ---- Series -----------------------------------------------------------------------------------

static bool write_column(hid_t group, const series *s, const file_column *column) {
    const int rank = column->width > 1 ? 2 : 1;
    const hsize_t size[2] = {s->count, column->width};
    const hsize_t chunk[2] = {s->count < FILE_SERIES_CHUNK ? s->count : FILE_SERIES_CHUNK, column->width};
    const hsize_t row[2] = {s->count, sizeof(series_row) / 8}, start[2] = {0, column->first};
    const hid_t space = H5Screate_simple(rank, size, NULL), memory = H5Screate_simple(2, row, NULL);
    H5Sselect_hyperslab(memory, H5S_SELECT_SET, start, NULL, size, NULL);
    const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(creation, rank, chunk);
    H5Pset_obj_track_times(creation, false);
    H5Pset_fletcher32(creation); // no digest covers the series
    const hid_t type = column->real ? H5T_IEEE_F64LE : H5T_STD_U64LE;
    const hid_t dataset = H5Dcreate2(group, column->name, type, space, H5P_DEFAULT, creation, H5P_DEFAULT);
    const hid_t host_type = column->real ? H5T_NATIVE_DOUBLE : H5T_NATIVE_UINT64;
    const bool done =
        file_did(dataset) && file_did(H5Dwrite(dataset, host_type, memory, space, H5P_DEFAULT, s->rows));
    const bool closed = dataset < 0 || file_did(H5Dclose(dataset));
    H5Pclose(creation);
    H5Sclose(memory);
    H5Sclose(space);
    return done && closed;
}

static ohm_status write_series(hid_t file, const series *s) {
    if (!s->count) return OHM_OK;
    const hid_t creation = H5Pcreate(H5P_GROUP_CREATE);
    H5Pset_obj_track_times(creation, false);
    const hid_t group = H5Gcreate2(file, "series", H5P_DEFAULT, creation, H5P_DEFAULT);
    H5Pclose(creation);
    bool done = file_did(group);
    for (int i = 0; i < FILE_COLUMN_COUNT && done; i++) done = write_column(group, s, &file_columns[i]);
    if (group >= 0) H5Gclose(group);
    return done ? OHM_OK : hdf5_failed("series");
}

// ---- The file ---------------------------------------------------------------------------------

static ohm_status write_all(hid_t file, ohm_crossbar *c) {
    if (!write_parameters(file, c)) return hdf5_failed("the parameters");
    ohm_status status = write_plane(file, c, PLANE_STATE);
    if (!status && c->problem.kind.flux) status = write_plane(file, c, PLANE_FLUX);
    return status ? status : write_series(file, &c->series);
}

// Bytes the file will take, rounded up: whole chunks, and room for everything beside the data.
static uint64_t file_size(const ohm_crossbar *c) {
    const problem *p = &c->problem;
    hsize_t chunk[2];
    file_plane_chunk(p, chunk);
    const uint64_t rows = (p->rows + chunk[0] - 1) / chunk[0] * chunk[0];
    const uint64_t cols = (p->cols + chunk[1] - 1) / chunk[1] * chunk[1];
    const uint64_t planes = rows * cols * sizeof(float) * (p->kind.flux ? 2 : 1);
    const uint64_t series_rows = c->series.count < FILE_SERIES_CHUNK
                                     ? c->series.count
                                     : (c->series.count / FILE_SERIES_CHUNK + 1) * FILE_SERIES_CHUNK;
    const uint64_t data = planes + series_rows * sizeof(series_row);
    return data + data / 1024 + (64u << 10);
}

// Takes the room on the disk before HDF5 writes: a full disk then shows as what it is, and not as a
// flush that fails inside HDF5 1.10, after which it can't even close the file. Systems that can't
// reserve go without.
static ohm_status reserve(const char *temporary, const char *path, uint64_t bytes) {
    const int fd = open(temporary, O_WRONLY | O_CLOEXEC);
    if (fd < 0) return system_failed("open", path);
    const bool full = fallocate(fd, FALLOC_FL_KEEP_SIZE, 0, (off_t)bytes) < 0 && errno == ENOSPC;
    const ohm_status status = full ? system_failed("write", path) : OHM_OK;
    close(fd);
    return status;
}

// Gives back what was reserved beyond the end of the file.
static ohm_status trim(const char *temporary, const char *path) {
    struct stat info;
    const bool trimmed = stat(temporary, &info) == 0 && truncate(temporary, info.st_size) == 0;
    return trimmed ? OHM_OK : system_failed("write", path);
}

// Writes the file at temporary; messages speak of path.
static ohm_status write_file(ohm_crossbar *c, const char *temporary, const char *path) {
    file_quiet();
    const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    // Object headers and indices of this version carry checksums.
    H5Pset_libver_bounds(access, H5F_LIBVER_V110, H5F_LIBVER_V110);
    H5Pset_fclose_degree(access, H5F_CLOSE_STRONG);
    const hid_t creation = H5Pcreate(H5P_FILE_CREATE);
    H5Pset_obj_track_times(creation, false);
    const hid_t file = H5Fcreate(temporary, H5F_ACC_TRUNC, creation, access);
    const bool created = file_did(file);
    H5Pclose(creation);
    H5Pclose(access);
    if (!created) return hdf5_failed(path);
    ohm_status status = reserve(temporary, path, file_size(c));
    if (!status) status = write_all(file, c);
    if (!status && !file_did(H5Fflush(file, H5F_SCOPE_GLOBAL))) status = hdf5_failed(path);
    if (!file_did(H5Fclose(file)) && !status) status = hdf5_failed(path);
    return status ? status : trim(temporary, path);
}

// ---- The file ---------------------------------------------------------------------------------

ohm_status ohm_save_check(const char *path, uint64_t bytes) {
    replacement r;
    ohm_status status = replacement_begin(path, &r);
    struct statvfs disk;
    if (!status && statvfs(r.temporary, &disk) == 0 && (uint64_t)disk.f_bavail * disk.f_frsize < bytes) {
        char needed[NUMBER_MAX_TEXT], left[NUMBER_MAX_TEXT];
        number_format_bytes(bytes, needed);
        number_format_bytes((uint64_t)disk.f_bavail * disk.f_frsize, left);
        status = error_set(OHM_IO_FAILED, "cannot write %s: %s: it needs %s, and %s is free", path,
                           strerror(ENOSPC), needed, left);
    }
    replacement_abandon(&r);
    return status;
}

ohm_status ohm_crossbar_save(ohm_crossbar *c, const char *path) {
    replacement r;
    ohm_status status = replacement_begin(path, &r);
    if (!status) status = write_file(c, r.temporary, path);
    if (!status) status = replacement_finish(&r);
    replacement_abandon(&r);
    return status;
}
