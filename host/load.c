// Loading a crossbar. Nothing in a file is trusted: every attribute is checked as if it were typed,
// and the planes against their digests.
#include "error.h"
#include "file.h"
#include "number.h"

#include <assert.h>
#include <errno.h>
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MAX_TEXT 64 // longest text in an attribute

// A file being read.
typedef struct source {
    const char *path;
    hid_t file;
} source;

static ohm_status damaged(const source *s, const char *what) {
    return error_set(OHM_BAD_FILE, "%s is damaged or not an ohmscape file: %s", s->path, what);
}

static ohm_status unreadable(const source *s, const char *name) {
    return error_set(OHM_BAD_FILE, "%s is damaged or not an ohmscape file: cannot read %s: %s", s->path, name,
                     file_hdf5_reason());
}

// ---- Attributes -------------------------------------------------------------------------------

// Reads a scalar attribute of a type class as the host's type.
static bool read_attribute(const source *s, const char *name, H5T_class_t class, hid_t type, void *value) {
    const hid_t attribute = H5Aopen(s->file, name, H5P_DEFAULT);
    if (!file_did(attribute)) return false;
    const hid_t space = H5Aget_space(attribute), stored = H5Aget_type(attribute);
    const bool right =
        space >= 0 && H5Sget_simple_extent_npoints(space) == 1 && H5Tget_class(stored) == class;
    const bool done = right && file_did(H5Aread(attribute, type, value));
    H5Tclose(stored);
    H5Sclose(space);
    H5Aclose(attribute);
    return done;
}

static ohm_status read_number(const source *s, const char *name, uint64_t *value) {
    int64_t number = 0; // HDF5 reads a negative one as 0 into an unsigned one
    const bool done = read_attribute(s, name, H5T_INTEGER, H5T_NATIVE_UINT64, value) &&
                      (*value || read_attribute(s, name, H5T_INTEGER, H5T_NATIVE_INT64, &number));
    if (!done) return unreadable(s, name);
    return number < 0 ? damaged(s, name) : OHM_OK;
}

static ohm_status read_real(const source *s, const char *name, double *value) {
    return read_attribute(s, name, H5T_FLOAT, H5T_NATIVE_DOUBLE, value) ? OHM_OK : unreadable(s, name);
}

static ohm_status read_long_text(const source *s, const char *name, char *text, size_t size) {
    const hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, size);
    H5Tset_cset(type, H5T_CSET_UTF8);
    const bool done = read_attribute(s, name, H5T_STRING, type, text);
    H5Tclose(type);
    return done ? OHM_OK : unreadable(s, name);
}

static ohm_status read_text(const source *s, const char *name, char text[MAX_TEXT]) {
    return read_long_text(s, name, text, MAX_TEXT);
}

static ohm_status read_digest(const source *s, plane which, uint64_t *digest) {
    char text[MAX_TEXT];
    const ohm_status status = read_text(s, file_plane_digest[which], text);
    if (status) return status;
    char *end;
    *digest = strtoull(text, &end, 16);
    return strlen(text) == 16 && !*end ? OHM_OK : damaged(s, "its digest is not one");
}

static bool is_there(const source *s, const char *name) {
    return H5Aexists(s->file, name) > 0;
}

// A choice that is not there is one that the model did not have when the file was written.
static ohm_status read_choice(const source *s, const char *name, const ohm_parameter *p, double *value) {
    char text[MAX_TEXT];
    if (!is_there(s, name))
        return error_set(OHM_BAD_FILE,
                         "%s has no %s: an earlier ohmscape wrote it, whose model of this name was another",
                         s->path, name);
    const ohm_status status = read_text(s, name, text);
    if (status) return status;
    for (int i = 0; p->choices[i]; i++)
        if (strcmp(p->choices[i], text) == 0) {
            *value = i;
            return OHM_OK;
        }
    char what[FILE_MAX_NAME + MAX_TEXT + 32];
    snprintf(what, sizeof what, "%s is %s, which is unknown", name, text);
    return damaged(s, what);
}

// Reads parameter i; those of every device, and texts, may be left out.
static ohm_status read_parameter(const source *s, spec *result, int i) {
    const spec_entry *entry = spec_entry_of(result);
    const ohm_parameter *p = spec_parameter(entry, i);
    char name[FILE_MAX_NAME];
    file_parameter_name(result->role, p->key, name);
    if (!is_there(s, name) && strcmp(p->key, "substeps") == 0) result->value[i] = p->standard;
    if ((i >= entry->own_count || p->text) && !is_there(s, name)) return OHM_OK;
    if (p->text) return read_long_text(s, name, result->path, SPEC_MAX_PATH);
    if (p->choices) return read_choice(s, name, p, &result->value[i]);
    ohm_status status = read_real(s, name, &result->value[i]);
    result->spread[i] = (spec_spread){0};
    for (uint32_t kind = OHM_SPREAD_NORMAL; kind < OHM_SPREAD_KINDS && !status; kind++) {
        file_spread_name(result->role, p->key, kind, name);
        if (!is_there(s, name)) continue;
        result->spread[i].kind = kind;
        status = read_real(s, name, &result->spread[i].sigma);
    }
    return status;
}

static ohm_status read_spec(const source *s, spec_role role, spec *result) {
    char name[MAX_TEXT];
    ohm_status status = read_text(s, spec_role_name[role], name);
    if (status) return status;
    if (spec_parse(role, name, result)) return damaged(s, ohm_error_message());
    for (int i = 0; i < spec_entry_of(result)->count && !status; i++) status = read_parameter(s, result, i);
    if (!status && spec_check(result)) status = damaged(s, ohm_error_message());
    return status;
}

static ohm_status check_format(const source *s) {
    char format[MAX_TEXT];
    uint64_t version;
    if (read_text(s, "format", format) || strcmp(format, FILE_FORMAT) != 0)
        return error_set(OHM_BAD_FILE, "%s is not an ohmscape file", s->path);
    const ohm_status status = read_number(s, "format_version", &version);
    if (status || (version >= 1 && version <= FILE_FORMAT_VERSION)) return status;
    return error_set(OHM_BAD_FILE,
                     "%s has format version %" PRIu64 ", and this ohmscape reads versions 1 to %d", s->path,
                     version, FILE_FORMAT_VERSION);
}

// Reads the parameters, and the step.
static ohm_status read_plan(const source *s, plan *p, uint64_t *step) {
    ohm_definition *d = &p->definition;
    uint64_t flux = 0;
    *d = ohm_definition_default();
    ohm_status status = check_format(s);
    if (!status) status = read_number(s, "rows", &d->rows);
    if (!status) status = read_number(s, "cols", &d->cols);
    if (!status) status = read_number(s, "seed", &d->seed);
    if (!status) status = read_number(s, "step", step);
    if (!status) status = read_number(s, "flux", &flux);
    if (!status) status = read_real(s, "dt", &d->dt);
    for (int role = 0; role < ROLE_COUNT && !status; role++) status = read_spec(s, role, &p->specs[role]);
    if (status) return status;
    d->track_flux = flux != 0;
    plan_bind(p);
    plan checked;
    if (plan_make(d, &checked)) return damaged(s, ohm_error_message());
    return *step <= OHM_MAX_STEP ? OHM_OK : damaged(s, "its step is past the last");
}

static ohm_status read_idle(const source *s, double *idle) {
    *idle = 0;
    const ohm_status status = is_there(s, "idle") ? read_real(s, "idle", idle) : OHM_OK;
    if (status || (*idle >= 0 && *idle <= OHM_MAX_IDLE)) return status;
    return damaged(s, "its idle time is not one");
}

// ---- Planes -----------------------------------------------------------------------------------

static ohm_status check_plane(const source *s, const char *name, hid_t dataset, const problem *p) {
    const hid_t space = H5Dget_space(dataset), type = H5Dget_type(dataset);
    hsize_t size[2] = {0};
    const bool matrix =
        H5Sget_simple_extent_ndims(space) == 2 && H5Sget_simple_extent_dims(space, size, NULL) == 2;
    const bool real = H5Tget_class(type) == H5T_FLOAT && H5Tget_size(type) == sizeof(float);
    H5Tclose(type);
    H5Sclose(space);
    if (matrix && real && size[0] == p->rows && size[1] == p->cols) return OHM_OK;
    char what[160];
    if (!matrix || !real)
        snprintf(what, sizeof what, "%s is not a float32 matrix", name);
    else
        snprintf(what, sizeof what, "%s is %" PRIu64 " x %" PRIu64 ", not %" PRIu64 " x %" PRIu64, name,
                 (uint64_t)size[0], (uint64_t)size[1], p->rows, p->cols);
    return damaged(s, what);
}

// A state outside its range, or a flux that is not finite, was not written by a run. Notes the largest flux.
static ohm_status check_values(ohm_crossbar *c, plane which, area piece, const float *values) {
    const ohm_physics *p = &c->problem.physics;
    const float low = which == PLANE_STATE ? p->state_low : -FLT_MAX;
    const float high = which == PLANE_STATE ? p->state_high : FLT_MAX;
    for (uint64_t i = 0; i < piece.rows * piece.cols; i++)
        if (!(values[i] >= low && values[i] <= high))
            return error_set(OHM_BAD_FILE, "row %" PRIu64 ", column %" PRIu64 " is %g, outside [%g, %g]",
                             piece.row + i / piece.cols, piece.col + i % piece.cols, (double)values[i],
                             (double)low, (double)high);
    for (uint64_t i = 0; which == PLANE_FLUX && i < piece.rows * piece.cols; i++)
        c->flux_bound = fmax(c->flux_bound, fabsf(values[i]));
    return OHM_OK;
}

static ohm_status read_piece(ohm_crossbar *c, plane which, area piece, hid_t dataset, float *buffer) {
    hid_t file_space, memory_space;
    const bool done =
        file_select(dataset, piece, &file_space, &memory_space) &&
        file_did(H5Dread(dataset, H5T_NATIVE_FLOAT, memory_space, file_space, H5P_DEFAULT, buffer));
    H5Sclose(file_space);
    H5Sclose(memory_space);
    if (!done) return error_set(OHM_BAD_FILE, "%s", file_hdf5_reason());
    const ohm_status status = check_values(c, which, piece, buffer);
    return status ? status : crossbar_write(c, which, piece, buffer);
}

// Puts the file and the plane in front of what read_piece said.
static ohm_status damaged_plane(const source *s, const char *name) {
    char what[512];
    snprintf(what, sizeof what, "the %s: %s", name, ohm_error_message());
    return damaged(s, what);
}

static ohm_status read_plane(const source *s, ohm_crossbar *c, plane which) {
    const char *name = file_plane_name[which];
    const hid_t dataset = H5Dopen2(s->file, name, H5P_DEFAULT);
    if (!file_did(dataset)) return unreadable(s, name);
    ohm_status status = check_plane(s, name, dataset, &c->problem);
    if (!status) {
        status = file_for_pieces(c, which, dataset, read_piece);
        if (status == OHM_BAD_FILE) status = damaged_plane(s, name);
    }
    H5Dclose(dataset);

    uint64_t stored = 0, found = 0;
    if (!status) status = read_digest(s, which, &stored);
    if (!status) status = crossbar_digest(c, which, &found);
    if (status || stored == found) return status;
    char what[128];
    snprintf(what, sizeof what, "the %s has digest %016" PRIx64 ", not %016" PRIx64, name, found, stored);
    return damaged(s, what);
}

// ---- Series -----------------------------------------------------------------------------------

// How many rows the series has; 0 if there is none.
static ohm_status read_series_count(const source *s, uint64_t *count) {
    *count = 0;
    const htri_t there = H5Lexists(s->file, "series", H5P_DEFAULT);
    if (!file_did(there)) return unreadable(s, "series");
    if (!there) return OHM_OK;
    const hid_t dataset = H5Dopen2(s->file, "series/step", H5P_DEFAULT);
    if (!file_did(dataset)) return unreadable(s, "series/step");
    const hid_t space = H5Dget_space(dataset);
    hsize_t size = 0;
    const bool right =
        H5Sget_simple_extent_ndims(space) == 1 && H5Sget_simple_extent_dims(space, &size, NULL) == 1;
    H5Sclose(space);
    H5Dclose(dataset);
    *count = size;
    return right && size <= OHM_MAX_STEP ? OHM_OK : damaged(s, "series/step is not a list");
}

static ohm_status read_column(const source *s, series *result, const file_column *column) {
    char name[FILE_MAX_NAME];
    snprintf(name, sizeof name, "series/%s", column->name);
    const hid_t dataset = H5Dopen2(s->file, name, H5P_DEFAULT);
    if (!file_did(dataset)) return unreadable(s, name);
    const hsize_t count[2] = {result->count, column->width};
    const hsize_t row[2] = {result->count, sizeof(series_row) / 8}, start[2] = {0, column->first};
    const hid_t space = H5Dget_space(dataset), memory = H5Screate_simple(2, row, NULL);
    H5Sselect_hyperslab(memory, H5S_SELECT_SET, start, NULL, count, NULL);
    const hid_t type = column->real ? H5T_NATIVE_DOUBLE : H5T_NATIVE_UINT64;
    const bool right = H5Sget_simple_extent_npoints(space) == (hssize_t)(count[0] * count[1]);
    const bool done = right && file_did(H5Dread(dataset, type, memory, space, H5P_DEFAULT, result->rows));
    H5Sclose(memory);
    H5Sclose(space);
    H5Dclose(dataset);
    return done ? OHM_OK : unreadable(s, name);
}

static ohm_status read_series(const source *s, series *result) {
    uint64_t count;
    ohm_status status = read_series_count(s, &count);
    if (status || !count) return status;
    result->rows = calloc(count, sizeof *result->rows);
    if (!result->rows) return error_no_memory("the series");
    result->count = result->capacity = count;
    for (int i = 0; i < FILE_COLUMN_COUNT && !status; i++) status = read_column(s, result, &file_columns[i]);
    return status;
}

// ---- The file ---------------------------------------------------------------------------------

static ohm_status open_source(const char *path, source *s) {
    file_quiet();
    *s = (source){path, -1};
    if (access(path, R_OK) < 0) return error_set(OHM_IO_FAILED, "cannot read %s: %s", path, strerror(errno));
    s->file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT);
    if (file_did(s->file)) return OHM_OK;
    return error_set(OHM_BAD_FILE, "%s is damaged or not an ohmscape file: %s", path, file_hdf5_reason());
}

ohm_status ohm_file_read_info(const char *path, ohm_file_info **info) {
    assert(path && info);
    *info = NULL;
    source s;
    ohm_status status = open_source(path, &s);
    if (status) return status;
    plan p;
    ohm_file_info *i = calloc(1, sizeof *i);
    if (!i) status = error_no_memory("a file's description");
    if (!status) status = read_plan(&s, &p, &i->step);
    if (!status) status = read_idle(&s, &i->idle);
    if (!status) status = read_digest(&s, PLANE_STATE, &i->digest);
    if (!status) status = read_series_count(&s, &i->series_rows);
    char version[MAX_TEXT];
    if (!status) status = read_text(&s, "version", version);
    H5Fclose(s.file);
    if (status) {
        free(i);
        return status;
    }
    snprintf(i->version, sizeof i->version, "%.*s", (int)sizeof i->version - 1, version);
    i->definition = p.definition;
    memcpy(i->text, p.text, sizeof i->text);
    i->definition.model = i->text[ROLE_MODEL];
    i->definition.stimulus = i->text[ROLE_STIMULUS];
    i->definition.initial = i->text[ROLE_INITIAL];
    *info = i;
    return OHM_OK;
}

static ohm_status load(const source *s, ohm_devices *devices, const ohm_definition *speed,
                       ohm_crossbar **crossbar) {
    plan p;
    uint64_t step;
    double idle;
    ohm_status status = read_plan(s, &p, &step);
    if (!status) status = read_idle(s, &idle);
    if (status) return status;
    if (speed) {
        p.definition.fuse = speed->fuse;
        p.definition.lanes = speed->lanes;
        p.definition.band_rows = speed->band_rows;
    }
    ohm_crossbar *c;
    status = ohm_crossbar_create(devices, &p.definition, &c);
    if (!status) status = read_plane(s, c, PLANE_STATE);
    if (!status && c->problem.kind.flux) status = read_plane(s, c, PLANE_FLUX);
    if (!status) status = read_series(s, &c->series);
    if (status) {
        ohm_crossbar_destroy(c);
        return status;
    }
    c->step = step;
    status = ohm_crossbar_idle(c, idle);
    if (status)
        ohm_crossbar_destroy(c);
    else
        *crossbar = c;
    return status;
}

ohm_status ohm_crossbar_load(ohm_devices *devices, const char *path, const ohm_definition *speed,
                             ohm_crossbar **crossbar) {
    assert(devices && path && crossbar);
    *crossbar = NULL;
    source s;
    ohm_status status = open_source(path, &s);
    if (status) return status;
    status = load(&s, devices, speed, crossbar);
    H5Fclose(s.file);
    return status;
}
