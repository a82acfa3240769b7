// Saving a crossbar: to a temporary file next to the target, flushed to disk, then renamed. A failure leaves
// no handle open and no file behind.
#include "../base/error.h"
#include "move.h"
#include "network_file.h"
#include "room.h"
#include "crossbar_group.h"
#include "wires_file.h"
#include "../base/number.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

static ohm_status hdf5_failed(const char *what) {
    return ohm_fail(OHM_IO_FAILED, "cannot write %s: %s", what, hdf5_reason());
}

// ---- Attributes -------------------------------------------------------------------------------

static bool write_value(hid_t file, const spec *s, int i) {
    const ohm_parameter *p = catalogue_parameter(spec_entry_of(s), i);
    char name[FILE_MAX_NAME];
    file_parameter_name(s->role, p->key, name);
    if (p->text) return hdf5_write_text(file, name, s->path);
    if (p->choices) return hdf5_write_text(file, name, p->choices[(int)s->value[i]]);
    if (!hdf5_write_attribute(file, name, H5T_NATIVE_DOUBLE, &s->value[i])) return false;
    if (!s->spread[i].kind) return true;
    file_spread_name(s->role, p->key, s->spread[i].kind, name);
    return hdf5_write_attribute(file, name, H5T_NATIVE_DOUBLE, &s->spread[i].sigma);
}

static bool write_spec(hid_t file, const spec *s) {
    const catalogue_entry *entry = spec_entry_of(s);
    bool done = hdf5_write_text(file, spec_role_name[s->role], entry->about->name);
    for (int i = 0; i < entry->count && done; i++)
        if (spec_is_written(s, i)) done = write_value(file, s, i);
    return done;
}

// Whether the file has contents that a reader of version 2 would ignore or misread (state_file.h).
static bool is_version_3(const ohm_crossbar *c) {
    const spec *s = &c->plan.specs[ROLE_MODEL];
    const catalogue_entry *entry = spec_entry_of(s);
    bool news = c->idle > 0 || s->id == OHM_MODEL_linear_step;
    for (int i = entry->own_count; i < entry->count; i++) news = news || spec_is_written(s, i);
    return news || plane_count(c->problem.variant) > 1 || c->plan.definition.precision ||
           drive_inputs(c->stimulus)->count || c->history.count > 1 ||
           spec_entry_of(&c->plan.specs[ROLE_INITIAL]) == &catalogue_initial_file;
}

static uint64_t version_of(const ohm_crossbar *c) {
    const spec *s = &c->plan.specs[ROLE_MODEL];
    bool spreads = false;
    for (int i = 0; i < spec_entry_of(s)->count; i++) spreads = spreads || s->spread[i].kind;
    return c->wires ? 4 : is_version_3(c) ? 3 : spreads ? 2 : 1;
}

static bool write_parameters(hid_t file, const ohm_crossbar *c, const char *format) {
    const ohm_definition *d = &c->plan.definition;
    bool done = hdf5_write_text(file, "format", format) &&
                hdf5_write_number(file, "format_version", version_of(c)) &&
                hdf5_write_text(file, "version", OHM_VERSION) && hdf5_write_number(file, "rows", d->rows) &&
                hdf5_write_number(file, "cols", d->cols) && hdf5_write_number(file, "seed", d->seed) &&
                hdf5_write_number(file, "step", c->step) && hdf5_write_number(file, "flux", d->track_flux) &&
                hdf5_write_attribute(file, "dt", H5T_NATIVE_DOUBLE, &d->dt);
    for (int role = 0; role < ROLE_COUNT && done; role++)
        if (role != ROLE_WIRES || c->wires) done = write_spec(file, &c->plan.specs[role]);
    if (done && c->idle > 0) done = hdf5_write_attribute(file, "idle", H5T_NATIVE_DOUBLE, &c->idle);
    const bool own = c->step > 0 && !c->wired && (c->forgotten || c->applied == c->own);
    if (done && own) done = hdf5_write_number(file, "own_voltages", 1);
    if (done && c->note) done = hdf5_write_text(file, "note", c->note);
    if (done && d->precision) done = hdf5_write_text(file, "precision", ohm_precision_name(d->precision));
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
    hdf5_did(dataset); // keeps the reason, which the calls below would clear
    H5Pclose(creation);
    H5Sclose(space);
    return dataset;
}

static ohm_status write_piece(ohm_crossbar *c, plane which, area piece, hid_t dataset, float *values) {
    const ohm_status status = crossbar_read(c, which, piece, values);
    if (status) return status;
    hid_t file_space, memory_space;
    const bool done =
        hdf5_select(dataset, piece, &file_space, &memory_space) &&
        hdf5_did(H5Dwrite(dataset, H5T_NATIVE_FLOAT, memory_space, file_space, H5P_DEFAULT, values));
    const ohm_status written = done ? OHM_OK : hdf5_failed(file_plane_name[which]);
    H5Sclose(file_space);
    H5Sclose(memory_space);
    return written;
}

static ohm_status write_plane(hid_t file, ohm_crossbar *c, const ohm_replacement *r, plane which) {
    uint64_t digest = 0;
    ohm_status status = crossbar_digest(c, which, &digest);
    if (status) return status;
    char text[17];
    snprintf(text, sizeof text, "%016" PRIx64, digest);
    if (!hdf5_write_text(file, file_plane_digest[which], text)) return hdf5_failed(file_plane_digest[which]);
    const hid_t dataset = create_plane(file, &c->problem, file_plane_name[which]);
    if (dataset < 0) return hdf5_failed(file_plane_name[which]);
    status = planes_move(c, r) ? plane_move(c, which, dataset, r, write_piece)
                               : file_for_pieces(c, which, 0, c->problem.rows, dataset, write_piece);
    if (!hdf5_did(H5Dclose(dataset)) && !status) status = hdf5_failed(file_plane_name[which]);
    return status;
}

// ---- Series -----------------------------------------------------------------------------------

// The series while it is written, in pieces of rows that are one chunk of each dataset.
typedef struct series_writer {
    const ohm_crossbar *crossbar;
    const ohm_replacement *place;
    hid_t target, group, dataset[FILE_COLUMN_COUNT];
    series_row *rows; // FILE_SERIES_CHUNK
} series_writer;

// Bytes of chunks that HDF5 may hold back. Small, so that little space has to be reserved ahead.
#define COLUMN_CACHE (64u << 10)

static hid_t create_column(hid_t group, uint64_t count, const file_column *column) {
    const int rank = column->width > 1 ? 2 : 1;
    const hsize_t size[2] = {count, column->width};
    const hsize_t chunk[2] = {count < FILE_SERIES_CHUNK ? count : FILE_SERIES_CHUNK, column->width};
    const hid_t space = H5Screate_simple(rank, size, NULL);
    const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(creation, rank, chunk);
    H5Pset_obj_track_times(creation, false);
    H5Pset_shuffle(creation); // most bytes of a histogram are 0
    if (H5Zfilter_avail(H5Z_FILTER_DEFLATE) > 0) H5Pset_deflate(creation, 1);
    H5Pset_fletcher32(creation); // no digest covers the series
    const hid_t access = H5Pcreate(H5P_DATASET_ACCESS);
    H5Pset_chunk_cache(access, H5D_CHUNK_CACHE_NSLOTS_DEFAULT, COLUMN_CACHE, H5D_CHUNK_CACHE_W0_DEFAULT);
    const hid_t type = column->real ? H5T_IEEE_F64LE : H5T_STD_U64LE;
    const hid_t dataset = H5Dcreate2(group, column->name, type, space, H5P_DEFAULT, creation, access);
    hdf5_did(dataset); // keeps the reason, which the calls below would clear
    H5Pclose(access);
    H5Pclose(creation);
    H5Sclose(space);
    return dataset;
}

// Writes count rows of a column from row first on.
static bool write_column(const series_writer *w, int i, uint64_t first, uint64_t count) {
    hid_t file_space, memory_space;
    const bool done =
        file_select_rows(w->dataset[i], &file_columns[i], first, count, &file_space, &memory_space) &&
        hdf5_did(H5Dwrite(w->dataset[i], file_column_type(&file_columns[i]), memory_space, file_space,
                          H5P_DEFAULT, w->rows));
    H5Sclose(memory_space);
    H5Sclose(file_space);
    return done;
}

// Reserves space for the next chunk of each column and for the chunks in HDF5's caches.
static ohm_status reserve_rows(const series_writer *w, uint64_t count) {
    const uint64_t all = w->crossbar->series.count * offsetof(series_row, histogram);
    const uint64_t cached = FILE_COLUMN_COUNT * COLUMN_CACHE;
    const uint64_t data = count * sizeof(series_row) + (all < cached ? all : cached);
    hsize_t now = 0;
    H5Fget_filesize(w->target, &now);
    return room_reserve(w->place, now + data + room_overhead(w->crossbar, data));
}

static ohm_status write_rows(const series_writer *w, series_reader *r) {
    const uint64_t count = w->crossbar->series.count;
    ohm_status status = OHM_OK;
    for (uint64_t row = 0; row < count && !status; row += FILE_SERIES_CHUNK) {
        const uint64_t piece = count - row < FILE_SERIES_CHUNK ? count - row : FILE_SERIES_CHUNK;
        status = series_reader_next(r, w->rows, piece);
        if (!status) status = reserve_rows(w, piece);
        for (int i = 0; i < FILE_COLUMN_COUNT && !status; i++)
            if (!write_column(w, i, row, piece)) status = hdf5_failed("series");
    }
    return status;
}

static bool create_columns(series_writer *w) {
    w->group = hdf5_create_group(w->target, "series");
    for (int i = 0; i < FILE_COLUMN_COUNT; i++) w->dataset[i] = -1;
    bool done = w->group >= 0;
    for (int i = 0; i < FILE_COLUMN_COUNT && done; i++) {
        w->dataset[i] = create_column(w->group, w->crossbar->series.count, &file_columns[i]);
        done = w->dataset[i] >= 0;
    }
    return done;
}

static bool close_columns(series_writer *w) {
    bool done = true;
    for (int i = 0; i < FILE_COLUMN_COUNT; i++)
        if (w->dataset[i] >= 0) done = hdf5_did(H5Dclose(w->dataset[i])) && done;
    if (w->group >= 0) H5Gclose(w->group);
    return done;
}

static ohm_status write_series(hid_t file, const ohm_crossbar *c, const ohm_replacement *r) {
    if (!c->series.count) return OHM_OK;
    series_writer w = {.crossbar = c, .place = r, .target = file};
    w.rows = malloc(FILE_SERIES_CHUNK * sizeof *w.rows);
    series_reader reader = {0};
    ohm_status status = w.rows ? series_reader_open(&c->series, &reader) : ohm_fail_memory("the series");
    if (!status) {
        status = create_columns(&w) ? write_rows(&w, &reader) : hdf5_failed("series");
        if (!close_columns(&w) && !status) status = hdf5_failed("series");
    }
    series_reader_close(&reader);
    free(w.rows);
    return status;
}

// ---- Inputs and history -----------------------------------------------------------------------

static bool write_input_attributes(hid_t dataset, const input_file *one) {
    char digest[17];
    snprintf(digest, sizeof digest, "%016" PRIx64, one->digest);
    return hdf5_write_text(dataset, "name", one->name) && hdf5_write_number(dataset, "size", one->size) &&
           hdf5_write_text(dataset, "digest", digest);
}

static bool write_input(hid_t group, size_t i, const input_file *one) {
    char name[24];
    snprintf(name, sizeof name, "%zu", i);
    const hsize_t size = one->size;
    const hid_t space = one->bytes ? H5Screate_simple(1, &size, NULL) : H5Screate(H5S_NULL);
    const hid_t creation = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_obj_track_times(creation, false);
    const hid_t dataset = H5Dcreate2(group, name, H5T_STD_U8LE, space, H5P_DEFAULT, creation, H5P_DEFAULT);
    bool done = hdf5_did(dataset) && write_input_attributes(dataset, one);
    if (done && one->bytes && size)
        done = hdf5_did(H5Dwrite(dataset, H5T_NATIVE_UINT8, H5S_ALL, H5S_ALL, H5P_DEFAULT, one->bytes));
    const bool closed = dataset < 0 || hdf5_did(H5Dclose(dataset));
    H5Pclose(creation);
    H5Sclose(space);
    return done && closed;
}

static ohm_status write_inputs(hid_t file, const input_set *set) {
    if (!set->count) return OHM_OK;
    const hid_t group = hdf5_create_group(file, "inputs");
    bool done = group >= 0;
    for (size_t i = 0; i < set->count && done; i++) done = write_input(group, i, &set->inputs[i]);
    if (group >= 0) H5Gclose(group);
    return done ? OHM_OK : hdf5_failed("inputs");
}

// Writes a list of values of some type.
static bool write_list(hid_t group, const char *name, hid_t type, size_t count, const void *values) {
    const hsize_t size = count, chunk = count < FILE_SERIES_CHUNK ? count : FILE_SERIES_CHUNK;
    const hid_t space = H5Screate_simple(1, &size, NULL), creation = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_chunk(creation, 1, &chunk);
    H5Pset_obj_track_times(creation, false);
    H5Pset_fletcher32(creation); // no digest covers it
    const hid_t dataset = H5Dcreate2(group, name, type, space, H5P_DEFAULT, creation, H5P_DEFAULT);
    const bool done =
        hdf5_did(dataset) && hdf5_did(H5Dwrite(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values));
    const bool closed = dataset < 0 || hdf5_did(H5Dclose(dataset));
    H5Pclose(creation);
    H5Sclose(space);
    return done && closed;
}

// The size of the longest stimulus, including the NUL.
static size_t width_of(const history *h) {
    size_t width = 0;
    for (size_t i = 0; i < h->count; i++) {
        const size_t length = strlen(h->entries[i].stimulus) + 1;
        if (length > width) width = length;
    }
    return width;
}

static bool write_stimuli(hid_t group, const history *h) {
    const size_t width = width_of(h);
    const hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, width);
    H5Tset_cset(type, H5T_CSET_UTF8);
    char *texts = calloc(h->count, width);
    for (size_t i = 0; texts && i < h->count; i++) strcpy(texts + i * width, h->entries[i].stimulus);
    const bool done = texts && write_list(group, "stimulus", type, h->count, texts);
    free(texts);
    H5Tclose(type);
    return done;
}

static bool write_steps(hid_t group, const history *h) {
    uint64_t *steps = calloc(h->count, sizeof *steps);
    for (size_t i = 0; steps && i < h->count; i++) steps[i] = h->entries[i].step;
    const bool done = steps && write_list(group, "step", H5T_NATIVE_UINT64, h->count, steps);
    free(steps);
    return done;
}

static ohm_status write_history(hid_t file, const history *h) {
    if (h->count < 2) return OHM_OK; // the attributes describe the only stimulus
    const hid_t group = hdf5_create_group(file, "history");
    const bool done = group >= 0 && write_steps(group, h) && write_stimuli(group, h);
    if (group >= 0) H5Gclose(group);
    return done ? OHM_OK : hdf5_failed("history");
}

// An upper bound of the bytes of inputs and history.
static uint64_t extras_size(const ohm_crossbar *c) {
    const input_set *set = drive_inputs(c->stimulus);
    const size_t rows = c->history.count > 1 ? c->history.count + FILE_SERIES_CHUNK : 0;
    uint64_t size = rows * (width_of(&c->history) + sizeof(uint64_t));
    for (size_t i = 0; i < set->count; i++) size += (set->inputs[i].bytes ? set->inputs[i].size : 0) + 4096;
    return size;
}

// ---- The file ---------------------------------------------------------------------------------

// Which parts of a crossbar are written.
typedef enum parts { WHOLE, SERIES_ALONE } parts;

static ohm_status write_all(hid_t file, ohm_crossbar *c, const ohm_replacement *r, parts what) {
    if (!write_parameters(file, c, what == WHOLE ? FILE_FORMAT : FILE_SERIES_FORMAT))
        return hdf5_failed("the parameters");
    ohm_status status = OHM_OK;
    for (int i = 0; i < PLANE_COUNT && what == WHOLE && !status; i++)
        if (plane_exists(c->problem.variant, i)) status = write_plane(file, c, r, i);
    if (!status && what == WHOLE) status = wires_file_write(file, c);
    if (!status && what == WHOLE) status = network_file_write(file, c);
    if (!status) status = write_inputs(file, drive_inputs(c->stimulus));
    if (!status) status = write_history(file, &c->history);
    return status ? status : write_series(file, c, r);
}

// HDF5 lets metadata go that has not been used for some 50,000 looks at its cache, and gives it its place in
// the file then. Finding the chunks of moved bands takes as many, and the same crossbar is to give the same
// file.
static void keep_metadata(hid_t access) {
    H5AC_cache_config_t config = {.version = H5AC__CURR_CACHE_CONFIG_VERSION};
    if (!hdf5_did(H5Pget_mdc_config(access, &config))) return;
    config.decr_mode = H5C_decr__off;
    hdf5_did(H5Pset_mdc_config(access, &config));
}

hid_t crossbar_file_create(const char *path) {
    const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    keep_metadata(access);
    // Object headers and indices of this version carry checksums.
    H5Pset_libver_bounds(access, H5F_LIBVER_V110, H5F_LIBVER_V110);
    H5Pset_fclose_degree(access, H5F_CLOSE_STRONG);
#if H5_VERSION_GE(1, 10, 7)
    H5Pset_file_locking(access, false, true); // the replacement has a lock of its own
#endif
    const hid_t creation = H5Pcreate(H5P_FILE_CREATE);
    H5Pset_obj_track_times(creation, false);
    const hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, creation, access);
    hdf5_did(file);
    H5Pclose(creation);
    H5Pclose(access);
    return file;
}

static ohm_status write_file(ohm_crossbar *c, const ohm_replacement *r, parts what) {
    const hid_t file = crossbar_file_create(r->temporary);
    if (file < 0) return hdf5_failed(r->path);
    const uint64_t data = (what == WHOLE ? (planes_move(c, r) ? 0 : crossbar_planes_bytes(c)) +
                                               wires_file_size(c) + network_file_size(c)
                                         : 0) +
                          extras_size(c);
    ohm_status status = room_reserve(r, data + room_overhead(c, data));
    if (!status) status = write_all(file, c, r, what);
    if (!status && !hdf5_did(H5Fflush(file, H5F_SCOPE_GLOBAL))) status = hdf5_failed(r->path);
    if (!hdf5_did(H5Fclose(file)) && !status) status = hdf5_failed(r->path);
    return status ? status : room_trim(r);
}

// A series would need the file's place, to reserve room there: nobody has recorded one here.
ohm_status crossbar_group_write(hid_t group, ohm_crossbar *c) {
    if (c->series.count)
        return ohm_fail(OHM_BAD_ARGUMENT, "a crossbar with a series is no part of a network");
    return write_all(group, c, NULL, WHOLE);
}

static ohm_status save(ohm_crossbar *c, const char *path, parts what) {
    ohm_replacement r;
    ohm_status status = ohm_replacement_begin(path, &r);
    hdf5_begin();
    if (!status) status = write_file(c, &r, what);
    hdf5_end();
    if (!status) status = ohm_replacement_finish(&r);
    ohm_replacement_abandon(&r);
    return status;
}

ohm_status ohm_crossbar_save(ohm_crossbar *c, const char *path) {
    return save(c, path, WHOLE);
}

ohm_status ohm_crossbar_save_series(ohm_crossbar *c, const char *path) {
    return save(c, path, SERIES_ALONE);
}

ohm_status ohm_save_check(const char *path, uint64_t bytes) {
    ohm_replacement r;
    ohm_status status = ohm_replacement_begin(path, &r);
    struct statvfs disk;
    if (!status && fstatvfs(r.lock, &disk) == 0 && (uint64_t)disk.f_bavail * disk.f_frsize < bytes) {
        char needed[NUMBER_MAX_TEXT], left[NUMBER_MAX_TEXT];
        number_format_bytes(bytes, needed);
        number_format_bytes((uint64_t)disk.f_bavail * disk.f_frsize, left);
        status = ohm_fail(OHM_IO_FAILED, "cannot write %s: %s: it needs %s, but only %s is free", path,
                          strerror(ENOSPC), needed, left);
    }
    ohm_replacement_abandon(&r);
    return status;
}
