// Networks in files. The root group has the format "ohmscape-network", the keys of the training as attributes
// train.KEY, where it stands, and the digest of its data; /records has a row for each record, float64
// [records, 6] in the order of ohm_training_record; and /layer0, /layer1 … are the layers' crossbars, each
// with what the root of a state file has, and, with tiki-taka, /layer0_fast and so on.
#include "../base/error.h"
#include "../store/crossbar_group.h"
#include "../store/group_array.h"
#include "../store/source.h"
#include "training.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FORMAT "ohmscape-network"
#define VERSION 1u
#define COLUMNS 6
#define MOST_NAME 64

static ohm_status cannot_write(const char *what) {
    return ohm_fail(OHM_IO_FAILED, "cannot write %s: %s", what, hdf5_reason());
}

static void group_name(size_t i, int array, char name[MOST_NAME]) {
    snprintf(name, MOST_NAME, "layer%zu%s", i, array == LAYER_FAST ? "_fast" : "");
}

// ---- What of a layer stands beside its crossbars --------------------------------------------------

// The attributes of a layer, all numbers: whole ones, or real.
typedef struct place {
    char name[MOST_NAME];
    uint64_t *whole;
    double *real;
} place;

enum { LAYER_PLACES = 5 };

static void list_places(layer *l, size_t i, place p[LAYER_PLACES]) {
    static const char *const names[LAYER_PLACES] = {"updates", "fast_updates", "readings", "reach_forward",
                                                    "reach_backward"};
    uint64_t *const whole[LAYER_PLACES] = {&l->updates[LAYER_SLOW], &l->updates[LAYER_FAST], &l->readings};
    double *const real[LAYER_PLACES] = {NULL, NULL, NULL, &l->reach[LAYER_FORWARD],
                                        &l->reach[LAYER_BACKWARD]};
    for (int k = 0; k < LAYER_PLACES; k++) {
        p[k] = (place){.whole = whole[k], .real = real[k]};
        snprintf(p[k].name, sizeof p[k].name, "layer%zu.%s", i, names[k]);
    }
}

enum { TRAINING_PLACES = 6 };

static void list_training(ohm_training *t, place p[TRAINING_PLACES]) {
    const place all[TRAINING_PLACES] = {{"samples", &t->done, NULL},     {"pulses", &t->pulses, NULL},
                                        {"seen", &t->seen, NULL},        {"right", &t->right, NULL},
                                        {"data", &t->data.digest, NULL}, {"loss", NULL, &t->loss}};
    memcpy(p, all, sizeof all);
}

static bool write_places(hid_t file, const place *p, int count) {
    bool done = true;
    for (int i = 0; i < count && done; i++)
        done = p[i].whole ? hdf5_write_number(file, p[i].name, *p[i].whole)
                          : hdf5_write_attribute(file, p[i].name, H5T_NATIVE_DOUBLE, p[i].real);
    return done;
}

static ohm_status read_places(const source *s, const place *p, int count) {
    ohm_status status = OHM_OK;
    for (int i = 0; i < count && !status; i++)
        status = p[i].whole ? source_number(s, p[i].name, p[i].whole) : source_real(s, p[i].name, p[i].real);
    return status;
}

// ---- Writing ----------------------------------------------------------------------------------

// Paths are written such that they are found from any folder.
static bool write_key(hid_t file, int key, const char *value) {
    char name[MOST_NAME], whole[PATH_MAX];
    const bool path = key <= TRAIN_KEY_test_labels || key == TRAIN_KEY_table;
    snprintf(name, sizeof name, "train.%s", train_key_name[key]);
    return hdf5_write_text(file, name, path && realpath(value, whole) ? whole : value);
}

static bool write_keys(hid_t file, const settings *s) {
    bool done = true;
    for (int i = 0; i < TRAIN_KEY_COUNT && done; i++)
        if (s->text[i]) done = write_key(file, i, s->text[i]);
    return done;
}

static bool write_records(hid_t file, const ohm_training *t) {
    const hsize_t size[2] = {t->record_count, COLUMNS};
    double *values = malloc((t->record_count * COLUMNS + 1) * sizeof *values);
    if (!values) return false;
    for (size_t i = 0; i < t->record_count; i++) {
        const ohm_training_record *r = &t->records[i];
        const double row[COLUMNS] = {(double)r->samples, r->epoch,         r->loss,
                                     r->train_accuracy,  r->test_accuracy, (double)r->pulses};
        memcpy(values + COLUMNS * i, row, sizeof row);
    }
    const hid_t space = H5Screate_simple(2, size, NULL), creation = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_obj_track_times(creation, false);
    const hid_t dataset =
        H5Dcreate2(file, "records", H5T_IEEE_F64LE, space, H5P_DEFAULT, creation, H5P_DEFAULT);
    const bool done = hdf5_did(dataset) &&
                      hdf5_did(H5Dwrite(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values));
    if (dataset >= 0) H5Dclose(dataset);
    H5Pclose(creation);
    H5Sclose(space);
    free(values);
    return done;
}

static ohm_status write_array(hid_t file, ohm_training *t, size_t i, int array) {
    char name[MOST_NAME];
    if (!t->layer[i].array[array]) return OHM_OK;
    group_name(i, array, name);
    const hid_t group = hdf5_create_group(file, name);
    const ohm_status status =
        group >= 0 ? crossbar_group_write(group, t->layer[i].array[array]) : cannot_write(name);
    if (group >= 0) H5Gclose(group);
    return status;
}

enum { COMPETITION_ARRAYS = 3 };

static void list_competition(const competition *p, group_array a[COMPETITION_ARRAYS]) {
    a[0] = (group_array){"label", 0, p->neurons, GROUP_U32, p->label};
    a[1] = (group_array){"answer", p->neurons, p->classes, GROUP_F64, p->answer};
    a[2] = (group_array){"shown", 0, p->classes, GROUP_U64, p->shown};
}

static ohm_status write_competition(hid_t file, const ohm_training *t) {
    group_array a[COMPETITION_ARRAYS];
    if (!t->competition) return OHM_OK;
    list_competition(t->competition, a);
    return group_write(file, "competition", a, COMPETITION_ARRAYS);
}

static ohm_status write_all(hid_t file, ohm_training *t) {
    place p[TRAINING_PLACES], q[LAYER_PLACES];
    list_training(t, p);
    bool done =
        hdf5_write_text(file, "format", FORMAT) && hdf5_write_number(file, "format_version", VERSION) &&
        hdf5_write_text(file, "version", OHM_VERSION) && hdf5_write_number(file, "layers", t->layers) &&
        write_keys(file, &t->settings) && write_places(file, p, TRAINING_PLACES) && write_records(file, t);
    for (size_t i = 0; i < t->layers && done; i++) {
        list_places(&t->layer[i], i, q);
        done = write_places(file, q, LAYER_PLACES);
    }
    ohm_status status = done ? write_competition(file, t) : cannot_write("the network");
    for (size_t i = 0; i < t->layers; i++)
        for (int k = 0; k < LAYER_ARRAYS && !status; k++) status = write_array(file, t, i, k);
    return status;
}

static ohm_status write_file(ohm_training *t, const ohm_replacement *r) {
    const hid_t file = crossbar_file_create(r->temporary);
    if (file < 0) return cannot_write(r->path);
    ohm_status status = write_all(file, t);
    if (!status && !hdf5_did(H5Fflush(file, H5F_SCOPE_GLOBAL))) status = cannot_write(r->path);
    if (!hdf5_did(H5Fclose(file)) && !status) status = cannot_write(r->path);
    return status;
}

ohm_status ohm_training_save(ohm_training *t, const char *path) {
    ohm_replacement r;
    ohm_status status = ohm_replacement_begin(path, &r);
    hdf5_begin();
    if (!status) status = write_file(t, &r);
    hdf5_end();
    if (!status) status = ohm_replacement_finish(&r);
    ohm_replacement_abandon(&r);
    return status;
}

// ---- Reading ----------------------------------------------------------------------------------

static ohm_status check_format(const source *s) {
    char format[SOURCE_MAX_TEXT];
    uint64_t version;
    ohm_status status = source_has(s, "format") ? source_text(s, "format", format) : OHM_BAD_FILE;
    if (status || strcmp(format, FORMAT) != 0) {
        ohm_fail(OHM_BAD_FILE, "%s is not a network", s->path);
        ohm_fail_hint("`ohmscape train -o NET.h5` saves one");
        return OHM_BAD_FILE;
    }
    status = source_number(s, "format_version", &version);
    if (!status && version != VERSION)
        status = ohm_fail(OHM_BAD_FILE, "%s has version %" PRIu64 " of the format; this program reads %u",
                          s->path, version, VERSION);
    return status;
}

static ohm_status read_keys(const source *s, settings *to) {
    char name[MOST_NAME], text[OHM_MAX_SPEC_TEXT];
    ohm_status status = OHM_OK;
    for (int i = 0; i < TRAIN_KEY_COUNT && !status; i++) {
        snprintf(name, sizeof name, "train.%s", train_key_name[i]);
        if (to->text[i] || !source_has(s, name)) continue;
        status = source_long_text(s, name, text, sizeof text);
        if (!status) status = settings_set(to, (train_key)i, text);
        if (status) status = error_in(OHM_BAD_FILE, "%s", s->path);
    }
    return status;
}

static ohm_status take_records(const source *s, ohm_training *t, hid_t dataset) {
    hsize_t size[2] = {0};
    const hid_t space = H5Dget_space(dataset);
    const bool matrix = H5Sget_simple_extent_ndims(space) == 2 &&
                        H5Sget_simple_extent_dims(space, size, NULL) == 2 && size[1] == COLUMNS;
    H5Sclose(space);
    if (!matrix || size[0] > 1u << 24) return source_damaged(s, "its records are no such table");
    double *values = malloc((size[0] * COLUMNS + 1) * sizeof *values);
    t->records = malloc((size[0] + 1) * sizeof *t->records);
    ohm_status status = values && t->records ? OHM_OK : ohm_fail_memory("records");
    if (!status && !hdf5_did(H5Dread(dataset, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values)))
        status = source_unreadable(s, "records");
    for (size_t i = 0; i < size[0] && !status; i++) {
        const double *v = values + COLUMNS * i;
        t->records[i] = (ohm_training_record){(uint64_t)v[0], v[1], v[2], v[3], v[4], (uint64_t)v[5]};
        t->record_count++;
    }
    free(values);
    return status;
}

static ohm_status read_records(const source *s, ohm_training *t) {
    const hid_t dataset = hdf5_open_dataset(s->file, "records");
    if (dataset < 0) return source_unreadable(s, "records");
    const ohm_status status = take_records(s, t, dataset);
    H5Dclose(dataset);
    return status;
}

static ohm_status read_array(const source *s, ohm_devices *devices, const ohm_definition *how, layer *l,
                             size_t i, int array) {
    char name[MOST_NAME];
    group_name(i, array, name);
    if (array == LAYER_FAST && H5Lexists(s->file, name, H5P_DEFAULT) <= 0) return OHM_OK;
    const hid_t group = H5Gopen2(s->file, name, H5P_DEFAULT);
    if (!hdf5_did(group)) return source_unreadable(s, name);
    ohm_status status = crossbar_group_read(group, s->path, devices, how, &l->array[array]);
    H5Gclose(group);
    if (status) return status;
    const ohm_definition *d = ohm_crossbar_definition(l->array[array]);
    return d->rows == l->rows && d->cols == l->cols
               ? OHM_OK
               : source_damaged(s, "a layer's crossbar has not the size of the layer");
}

static ohm_status read_layer(const source *s, ohm_devices *devices, const ohm_definition *how, layer *l,
                             size_t i) {
    place p[LAYER_PLACES];
    list_places(l, i, p);
    ohm_status status = read_places(s, p, LAYER_PLACES);
    for (int k = 0; k < LAYER_ARRAYS && !status; k++) status = read_array(s, devices, how, l, i, k);
    return status;
}

static ohm_status read_competition(const source *s, ohm_training *t) {
    group_array a[COMPETITION_ARRAYS];
    ohm_status status = OHM_OK;
    if (!t->competition) return OHM_OK;
    list_competition(t->competition, a);
    for (int i = 0; i < COMPETITION_ARRAYS && !status; i++) status = group_read(s, "competition", &a[i]);
    for (uint64_t j = 0; j < t->competition->neurons && !status; j++)
        if (t->competition->label[j] > t->classes) status = source_damaged(s, "a neuron's label is no class");
    return status;
}

static ohm_status read_rest(const source *s, ohm_devices *devices, const ohm_definition *how,
                            ohm_training *t) {
    place p[TRAINING_PLACES];
    uint64_t layers;
    const uint64_t digest = t->data.digest;
    list_training(t, p);
    ohm_status status = read_places(s, p, TRAINING_PLACES);
    if (!status && t->data.digest != digest)
        status = ohm_fail(OHM_BAD_FILE, "%s was trained on other data than are there now", s->path);
    if (!status) status = source_number(s, "layers", &layers);
    if (!status && layers != t->layers) status = source_damaged(s, "it has not as many layers as it says");
    for (size_t i = 0; i < t->layers && !status; i++) status = read_layer(s, devices, how, &t->layer[i], i);
    if (!status) status = read_records(s, t);
    if (!status) status = training_prepare(t);
    return status ? status : read_competition(s, t);
}

static ohm_status load(const source *s, ohm_devices *devices, settings *given, const ohm_definition *how,
                       ohm_training **training) {
    ohm_status status = check_format(s);
    if (!status) status = read_keys(s, given);
    ohm_training *t = NULL;
    if (!status) status = training_begin(given, &t);
    if (!status) status = read_rest(s, devices, how, t);
    if (status)
        ohm_training_close(t);
    else
        *training = t;
    return status;
}

ohm_status training_load(ohm_devices *devices, const char *path, settings *given, const ohm_definition *how,
                         ohm_training **training) {
    source s;
    *training = NULL;
    hdf5_begin();
    ohm_status status = source_open(path, &s);
    if (!status) {
        status = load(&s, devices, given, how, training);
        H5Fclose(s.file);
    }
    hdf5_end();
    settings_free(given);
    return status;
}

ohm_status ohm_training_load(ohm_devices *devices, const char *path, ohm_training **training) {
    settings given = settings_default();
    return training_load(devices, path, &given, NULL, training);
}
