// Loading a crossbar. Nothing in a file is trusted. Every attribute is checked like a user's input, and the
// planes are checked against their digests.
#include "crossbar_group.h"
#include "../base/error.h"
#include "../array/create.h"
#include "network_file.h"
#include "wires_file.h"

#include <assert.h>
#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// ---- Parameters -------------------------------------------------------------------------------

// If a choice is missing, the model did not have it when the file was written.
static ohm_status read_choice(const source *s, const char *name, const ohm_parameter *p, double *value) {
    char text[SOURCE_MAX_TEXT];
    if (!source_has(s, name))
        return ohm_fail(OHM_BAD_FILE,
                        "%s has no %s: an earlier ohmscape wrote it, with a different model of this name",
                        s->path, name);
    const ohm_status status = source_text(s, name, text);
    if (status) return status;
    for (int i = 0; p->choices[i]; i++)
        if (strcmp(p->choices[i], text) == 0) {
            *value = i;
            return OHM_OK;
        }
    char what[FILE_MAX_NAME + SOURCE_MAX_TEXT + 32];
    snprintf(what, sizeof what, "%s is %s, which is unknown", name, text);
    return source_damaged(s, what);
}

// Reads parameter i. Texts and parameters common to all models may be missing.
static ohm_status read_parameter(const source *s, spec *result, int i) {
    const catalogue_entry *entry = spec_entry_of(result);
    const ohm_parameter *p = catalogue_parameter(entry, i);
    char name[FILE_MAX_NAME];
    file_parameter_name(result->role, p->key, name);
    if (!source_has(s, name) && strcmp(p->key, "substeps") == 0) result->value[i] = p->standard;
    if ((i >= entry->own_count || p->text) && !source_has(s, name)) return OHM_OK;
    if (p->text) return source_long_text(s, name, result->path, SPEC_MAX_PATH);
    if (p->choices) return read_choice(s, name, p, &result->value[i]);
    ohm_status status = source_real(s, name, &result->value[i]);
    result->spread[i] = (spec_spread){0};
    for (uint32_t kind = OHM_SPREAD_NORMAL; kind < OHM_SPREAD_KINDS && !status; kind++) {
        file_spread_name(result->role, p->key, kind, name);
        if (!source_has(s, name)) continue;
        result->spread[i].kind = kind;
        status = source_real(s, name, &result->spread[i].sigma);
    }
    return status;
}

static ohm_status read_spec(const source *s, spec_role role, spec *result) {
    char name[SOURCE_MAX_TEXT] = "none";
    const bool ideal = role == ROLE_WIRES && !source_has(s, spec_role_name[role]);
    ohm_status status = ideal ? OHM_OK : source_text(s, spec_role_name[role], name);
    if (status) return status;
    if (spec_parse(role, name, result)) return source_damaged(s, ohm_error_message());
    for (int i = 0; i < spec_entry_of(result)->count && !status; i++) status = read_parameter(s, result, i);
    if (!status && spec_check(result)) status = source_damaged(s, ohm_error_message());
    return status;
}

static ohm_status check_format(const source *s) {
    char format[SOURCE_MAX_TEXT];
    uint64_t version;
    const bool named = !source_text(s, "format", format);
    if (named && strcmp(format, FILE_SERIES_FORMAT) == 0)
        return ohm_fail(OHM_BAD_FILE, "%s has a series but no state: its run lost the device", s->path);
    if (!named || strcmp(format, FILE_FORMAT) != 0)
        return ohm_fail(OHM_BAD_FILE, "%s is not an ohmscape file", s->path);
    const ohm_status status = source_number(s, "format_version", &version);
    if (status || (version >= 1 && version <= FILE_FORMAT_VERSION)) return status;
    return ohm_fail(OHM_BAD_FILE,
                    "%s has format version %" PRIu64 ", but this ohmscape reads versions 1 to %d", s->path,
                    version, FILE_FORMAT_VERSION);
}

// Reads the precision that was requested, or auto if the file does not say.
static ohm_status read_precision(const source *s, ohm_precision *precision) {
    char text[SOURCE_MAX_TEXT];
    *precision = OHM_PRECISION_AUTO;
    if (!source_has(s, "precision")) return OHM_OK;
    const ohm_status status = source_text(s, "precision", text);
    if (status) return status;
    for (int i = 0; i < OHM_PRECISIONS; i++) {
        *precision = i;
        if (strcmp(ohm_precision_name(i), text) == 0) return OHM_OK;
    }
    return source_damaged(s, "its precision is invalid");
}

// Reads the parameters and the step.
static ohm_status read_plan(const source *s, plan *p, uint64_t *step) {
    ohm_definition *d = &p->definition;
    uint64_t flux = 0;
    *d = ohm_definition_default();
    ohm_status status = check_format(s);
    if (!status) status = source_number(s, "rows", &d->rows);
    if (!status) status = source_number(s, "cols", &d->cols);
    if (!status) status = source_number(s, "seed", &d->seed);
    if (!status) status = source_number(s, "step", step);
    if (!status) status = source_number(s, "flux", &flux);
    if (!status) status = source_real(s, "dt", &d->dt);
    if (!status) status = read_precision(s, &d->precision);
    for (int role = 0; role < ROLE_COUNT && !status; role++) status = read_spec(s, role, &p->specs[role]);
    if (status) return status;
    d->track_flux = flux != 0;
    plan_bind(p);
    plan checked;
    if (plan_make(d, &checked)) return source_damaged(s, ohm_error_message());
    return *step <= OHM_MAX_STEP ? OHM_OK : source_damaged(s, "its step is beyond the last one");
}

static ohm_status read_idle(const source *s, double *idle) {
    *idle = 0;
    const ohm_status status = source_has(s, "idle") ? source_real(s, "idle", idle) : OHM_OK;
    if (status || (*idle >= 0 && *idle <= OHM_MAX_IDLE)) return status;
    return source_damaged(s, "its idle time is invalid");
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
    return source_damaged(s, what);
}

// Refuses a state outside its range and a flux that is not finite: no run wrote them. Notes the largest flux.
static ohm_status check_values(ohm_crossbar *c, plane which, area piece, const float *values) {
    const ohm_physics *p = &c->problem.physics;
    const float low = which == PLANE_STATE ? p->state_low : -FLT_MAX;
    const float high = which == PLANE_STATE ? p->state_high : FLT_MAX;
    for (uint64_t i = 0; i < piece.rows * piece.cols; i++)
        if (!(values[i] >= low && values[i] <= high))
            return ohm_fail(OHM_BAD_FILE, "row %" PRIu64 ", column %" PRIu64 " is %g, outside [%g, %g]",
                            piece.row + i / piece.cols, piece.col + i % piece.cols, (double)values[i],
                            (double)low, (double)high);
    // Without fmax, on which GCC 12 crashes for 64-bit Arm.
    for (uint64_t i = 0; which == PLANE_FLUX && i < piece.rows * piece.cols; i++)
        if (fabsf(values[i]) > c->flux_bound) c->flux_bound = fabsf(values[i]);
    return OHM_OK;
}

static ohm_status read_piece(ohm_crossbar *c, plane which, area piece, hid_t dataset, float *values) {
    hid_t file_space, memory_space;
    const bool done =
        hdf5_select(dataset, piece, &file_space, &memory_space) &&
        hdf5_did(H5Dread(dataset, H5T_NATIVE_FLOAT, memory_space, file_space, H5P_DEFAULT, values));
    H5Sclose(file_space);
    H5Sclose(memory_space);
    if (!done) return ohm_fail(OHM_BAD_FILE, "%s", hdf5_reason());
    const ohm_status status = check_values(c, which, piece, values);
    return status ? status : crossbar_write(c, which, piece, values);
}

// Puts the names of the file and the plane in front of read_piece's message.
static ohm_status damaged_plane(const source *s, const char *name) {
    char what[512];
    snprintf(what, sizeof what, "the %s: %s", name, ohm_error_message());
    return source_damaged(s, what);
}

static ohm_status read_plane(const source *s, ohm_crossbar *c, plane which) {
    const char *name = file_plane_name[which];
    const hid_t dataset = hdf5_open_dataset(s->file, name);
    if (dataset < 0) return source_unreadable(s, name);
    ohm_status status = check_plane(s, name, dataset, &c->problem);
    if (!status) {
        status = file_for_pieces(c, which, 0, c->problem.rows, dataset, read_piece);
        if (status == OHM_BAD_FILE) status = damaged_plane(s, name);
    }
    H5Dclose(dataset);

    uint64_t stored = 0, found = 0;
    if (!status) status = source_digest(s, file_plane_digest[which], &stored);
    if (!status) status = crossbar_digest(c, which, &found);
    if (status || stored == found) return status;
    char what[128];
    snprintf(what, sizeof what, "the %s has digest %016" PRIx64 ", not %016" PRIx64, name, found, stored);
    return source_damaged(s, what);
}

// Whether a plane is in the file.
static bool has_plane(const source *s, plane which) {
    return H5Lexists(s->file, file_plane_name[which], H5P_DEFAULT) > 0;
}

// Planes that the file lacks, because an older version wrote it, are 0.
static ohm_status read_planes(const source *s, ohm_crossbar *c) {
    ohm_status status = OHM_OK;
    if (has_plane(s, PLANE_STATE_REST) && !c->problem.variant.extended) status = crossbar_extend(c);
    if (!status) status = crossbar_clear(c);
    for (int i = 0; i < PLANE_COUNT && !status; i++) {
        const bool wanted = i == PLANE_STATE || i == PLANE_FLUX || has_plane(s, i);
        if (wanted && plane_exists(c->problem.variant, i)) status = read_plane(s, c, i);
    }
    return status;
}

// ---- Series -----------------------------------------------------------------------------------

// Reads the number of rows of the series, 0 if there is none.
static ohm_status read_series_count(const source *s, uint64_t *count) {
    *count = 0;
    const htri_t there = H5Lexists(s->file, "series", H5P_DEFAULT);
    if (!hdf5_did(there)) return source_unreadable(s, "series");
    if (!there) return OHM_OK;
    const hid_t dataset = hdf5_open_dataset(s->file, "series/step");
    if (dataset < 0) return source_unreadable(s, "series/step");
    const hid_t space = H5Dget_space(dataset);
    hsize_t size = 0;
    const bool right =
        H5Sget_simple_extent_ndims(space) == 1 && H5Sget_simple_extent_dims(space, &size, NULL) == 1;
    H5Sclose(space);
    H5Dclose(dataset);
    *count = size;
    return right && size <= OHM_MAX_STEP ? OHM_OK : source_damaged(s, "series/step is not a list");
}

// Opens a column, which must have count rows.
static ohm_status open_column(const source *s, const file_column *column, uint64_t count, hid_t *dataset) {
    char name[FILE_MAX_NAME];
    snprintf(name, sizeof name, "series/%s", column->name);
    *dataset = hdf5_open_dataset(s->file, name);
    if (*dataset < 0) return source_unreadable(s, name);
    hsize_t size[2] = {0, 1};
    const hid_t space = H5Dget_space(*dataset);
    const int rank = column->width > 1 ? 2 : 1;
    const bool right = H5Sget_simple_extent_ndims(space) == rank &&
                       H5Sget_simple_extent_dims(space, size, NULL) == rank && size[0] == count &&
                       size[1] == column->width;
    H5Sclose(space);
    return right ? OHM_OK : source_unreadable(s, name);
}

static ohm_status read_column(const source *s, hid_t dataset, const file_column *column, uint64_t first,
                              uint64_t count, series_row *rows) {
    hid_t file_space, memory_space;
    const bool done =
        file_select_rows(dataset, column, first, count, &file_space, &memory_space) &&
        hdf5_did(H5Dread(dataset, file_column_type(column), memory_space, file_space, H5P_DEFAULT, rows));
    H5Sclose(memory_space);
    H5Sclose(file_space);
    char name[FILE_MAX_NAME];
    snprintf(name, sizeof name, "series/%s", column->name);
    return done ? OHM_OK : source_unreadable(s, name);
}

// Reads rows piece by piece from the opened columns; rows has room for one piece.
static ohm_status read_rows(const source *s, const hid_t *dataset, uint64_t count, series_row *rows,
                            series *result) {
    ohm_status status = OHM_OK;
    for (uint64_t row = 0; row < count && !status; row += FILE_SERIES_CHUNK) {
        const uint64_t piece = count - row < FILE_SERIES_CHUNK ? count - row : FILE_SERIES_CHUNK;
        for (int i = 0; i < FILE_COLUMN_COUNT && !status; i++)
            status = read_column(s, dataset[i], &file_columns[i], row, piece, rows);
        for (uint64_t i = 0; i < piece && !status; i++) status = series_append(result, &rows[i]);
    }
    return status;
}

static ohm_status read_series(const source *s, series *result) {
    uint64_t count;
    ohm_status status = read_series_count(s, &count);
    if (status || !count) return status;
    hid_t dataset[FILE_COLUMN_COUNT];
    int opened = 0;
    while (opened < FILE_COLUMN_COUNT && !status) {
        status = open_column(s, &file_columns[opened], count, &dataset[opened]);
        opened++;
    }
    series_row *rows = status ? NULL : malloc(FILE_SERIES_CHUNK * sizeof *rows);
    if (!status) status = rows ? read_rows(s, dataset, count, rows, result) : ohm_fail_memory("the series");
    for (int i = 0; i < opened; i++)
        if (dataset[i] >= 0) H5Dclose(dataset[i]);
    free(rows);
    return status;
}

// ---- The file ---------------------------------------------------------------------------------

// The description of a file, before it is packed into one allocation.
typedef struct description {
    ohm_file_info info;
    plan plan;
    history history;
    input_set inputs;
} description;

static ohm_status describe(const source *s, description *d) {
    char version[SOURCE_MAX_TEXT];
    ohm_file_info *i = &d->info;
    ohm_status status = read_plan(s, &d->plan, &i->step);
    if (!status) status = read_idle(s, &i->idle);
    if (!status) status = source_digest(s, file_plane_digest[PLANE_STATE], &i->digest);
    if (!status) i->kept = has_plane(s, PLANE_STATE_REST) ? OHM_PRECISION_EXTENDED : OHM_PRECISION_SINGLE;
    if (!status && i->kept == OHM_PRECISION_EXTENDED)
        status = source_digest(s, file_plane_digest[PLANE_STATE_REST], &i->rest_digest);
    if (!status) status = read_series_count(s, &i->series_rows);
    if (!status) status = source_inputs(s, &d->inputs);
    if (!status) status = source_history(s, i->step, d->plan.text[ROLE_STIMULUS], &d->history);
    if (!status) status = source_text(s, "version", version);
    if (!status) snprintf(i->version, sizeof i->version, "%.*s", (int)sizeof i->version - 1, version);
    return status;
}

// The total size of the texts of a description.
static size_t texts_size(const description *d) {
    size_t size = 0;
    for (size_t i = 0; i < d->history.count; i++) size += strlen(d->history.entries[i].stimulus) + 1;
    for (size_t i = 0; i < d->inputs.count; i++) size += strlen(d->inputs.inputs[i].name) + 1;
    return size;
}

// Copies a text to *end and advances *end past it.
static const char *put_text(const char *text, char **end) {
    char *at = *end;
    *end = stpcpy(at, text) + 1;
    return at;
}

// Packs the description into one allocation.
static ohm_file_info *pack(const description *d) {
    const size_t entries = d->history.count * sizeof(ohm_history_entry);
    const size_t inputs = d->inputs.count * sizeof(ohm_input_info);
    ohm_file_info *info = malloc(sizeof *info + entries + inputs + texts_size(d));
    if (!info) return NULL;
    ohm_history_entry *entry = (ohm_history_entry *)(info + 1);
    ohm_input_info *described = (ohm_input_info *)(entry + d->history.count);
    char *end = (char *)(described + d->inputs.count);
    for (size_t i = 0; i < d->history.count; i++)
        entry[i] =
            (ohm_history_entry){d->history.entries[i].step, put_text(d->history.entries[i].stimulus, &end)};
    for (size_t i = 0; i < d->inputs.count; i++) {
        const input_file *one = &d->inputs.inputs[i];
        described[i] =
            (ohm_input_info){put_text(one->name, &end), one->size, one->digest, one->bytes != NULL};
    }
    *info = d->info;
    info->definition = d->plan.definition;
    memcpy(info->text, d->plan.text, sizeof info->text);
    info->definition.model = info->text[ROLE_MODEL];
    info->definition.stimulus = info->text[ROLE_STIMULUS];
    info->definition.initial = info->text[ROLE_INITIAL];
    info->definition.wires = info->text[ROLE_WIRES];
    info->history = entry;
    info->history_count = d->history.count;
    info->inputs = described;
    info->input_count = d->inputs.count;
    return info;
}

static void free_description(description *d) {
    history_free(&d->history);
    input_set_free(&d->inputs);
}

// An opened file and its description, which is read once.
struct ohm_file {
    source source;
    char *path;
    description description;
    ohm_file_info *info;
};

void ohm_file_close(ohm_file *f) {
    if (!f) return;
    if (f->source.file >= 0) H5Fclose(f->source.file);
    free_description(&f->description);
    free(f->info);
    free(f->path);
    free(f);
}

static ohm_status read_description(ohm_file *f) {
    ohm_status status = source_open(f->path, &f->source);
    if (!status) status = describe(&f->source, &f->description);
    if (status) return status;
    f->info = pack(&f->description);
    return f->info ? OHM_OK : ohm_fail_memory("a file's description");
}

ohm_status ohm_file_open(const char *path, ohm_file **file) {
    assert(path && file);
    *file = NULL;
    ohm_file *f = calloc(1, sizeof *f);
    if (!f) return ohm_fail_memory("a file's description");
    f->source.file = -1;
    f->path = strdup(path);
    hdf5_begin();
    const ohm_status status = f->path ? read_description(f) : ohm_fail_memory("a path");
    hdf5_end();
    if (status)
        ohm_file_close(f);
    else
        *file = f;
    return status;
}

const ohm_file_info *ohm_file_describe(const ohm_file *f) {
    return f->info;
}

ohm_status ohm_file_read_info(const char *path, ohm_file_info **info) {
    assert(path && info);
    ohm_file *f;
    *info = NULL;
    const ohm_status status = ohm_file_open(path, &f);
    if (status) return status;
    *info = f->info;
    f->info = NULL;
    ohm_file_close(f);
    return OHM_OK;
}

void ohm_file_info_free(ohm_file_info *info) {
    free(info);
}

// ---- The crossbar -----------------------------------------------------------------------------

// Creates the crossbar of a file, with its inputs and its history.
static ohm_status create(const description *d, ohm_devices *devices, const ohm_definition *speed,
                         ohm_crossbar **c) {
    ohm_definition definition = d->plan.definition;
    if (speed) {
        definition.fuse = speed->fuse;
        definition.lanes = speed->lanes;
        definition.band_rows = speed->band_rows;
        definition.scratch = speed->scratch;
        definition.memory = speed->memory;
        definition.host_memory = speed->host_memory;
    }
    ohm_status status = crossbar_create(devices, &definition, &d->inputs, c);
    if (status) return status;
    history_clear(&(*c)->history);
    for (size_t i = 0; i < d->history.count && !status; i++)
        status = history_add(&(*c)->history, d->history.entries[i].step, d->history.entries[i].stimulus);
    return status;
}

// Warns if the file uses parameters that had another meaning in the version that wrote it.
static ohm_status warn_of_version(const source *s, const plan *p, warnings *w) {
    static const char *const changed[] = {"stuck_low", "stuck_high", "stuck_open",
                                          "levels",    "drift_nu",   "noise"};
    const spec *model = &p->specs[ROLE_MODEL];
    uint64_t version;
    const ohm_status status = source_number(s, "format_version", &version);
    for (size_t i = 0; !status && version < 3 && i < sizeof changed / sizeof changed[0]; i++) {
        if (!spec_differs(model, spec_find(model, changed[i]))) continue;
        warnings_add(w,
                     "%s was written when %s had a different meaning; its present one applies: see `ohmscape "
                     "models %s`",
                     s->path, changed[i], spec_entry_of(model)->about->name);
    }
    return status;
}

static ohm_status read_note(const source *s, ohm_crossbar *c) {
    char text[OHM_MAX_SPEC_TEXT];
    if (!source_has(s, "note")) return OHM_OK;
    const ohm_status status = source_long_text(s, "note", text, sizeof text);
    return status ? status : ohm_crossbar_set_note(c, text);
}

static ohm_status load(const ohm_file *f, ohm_devices *devices, const ohm_definition *speed,
                       ohm_crossbar **crossbar) {
    const source *s = &f->source;
    const description *d = &f->description;
    ohm_crossbar *c = NULL;
    ohm_status status = create(d, devices, speed, &c);
    if (!status) status = read_planes(s, c);
    if (!status) status = warn_of_version(s, &d->plan, &c->warnings);
    if (!status) status = read_series(s, &c->series);
    if (!status) {
        c->step = d->info.step;
        status = wires_file_read(s, c);
        if (!status) status = network_file_read(s, c);
    }
    if (!status) c->forgotten = c->forgotten || source_has(s, "own_voltages");
    if (!status) status = read_note(s, c);
    if (!status) status = ohm_crossbar_idle(c, d->info.idle);
    if (status)
        ohm_crossbar_destroy(c);
    else
        *crossbar = c;
    return status;
}

ohm_status ohm_file_load(const ohm_file *f, ohm_devices *devices, const ohm_definition *speed,
                         ohm_crossbar **crossbar) {
    assert(f && devices && crossbar);
    *crossbar = NULL;
    hdf5_begin();
    const ohm_status status = load(f, devices, speed, crossbar);
    hdf5_end();
    return status;
}

ohm_status crossbar_group_read(hid_t group, const char *path, ohm_devices *devices,
                               const ohm_definition *speed, ohm_crossbar **crossbar) {
    ohm_file f = {.source = {path, group}};
    *crossbar = NULL;
    ohm_status status = describe(&f.source, &f.description);
    if (!status) status = load(&f, devices, speed, crossbar);
    free_description(&f.description);
    return status;
}

ohm_status ohm_crossbar_load(ohm_devices *devices, const char *path, const ohm_definition *speed,
                             ohm_crossbar **crossbar) {
    assert(devices && path && crossbar);
    *crossbar = NULL;
    ohm_file *f;
    ohm_status status = ohm_file_open(path, &f);
    if (!status) status = ohm_file_load(f, devices, speed, crossbar);
    ohm_file_close(f);
    return status;
}
