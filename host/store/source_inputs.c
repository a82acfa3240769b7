// What a saved file holds about its stimulus: the files that the stimulus read, and the history.
#include "source.h"
#include "../base/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// ---- Inputs -----------------------------------------------------------------------------------

#define MOST_INPUTS SPEC_MAX_PATH // more names cannot fit in one path

// Counts the members of a group, 0 if there is no such group.
static ohm_status count_members(const source *s, const char *name, size_t *count) {
    *count = 0;
    const htri_t there = H5Lexists(s->file, name, H5P_DEFAULT);
    if (!hdf5_did(there)) return source_unreadable(s, name);
    if (!there) return OHM_OK;
    H5G_info_t info;
    if (!hdf5_did(H5Gget_info_by_name(s->file, name, &info, H5P_DEFAULT))) return source_unreadable(s, name);
    *count = info.nlinks;
    return OHM_OK;
}

// Reads the bytes of an input, if it has any.
static ohm_status read_bytes(const source *s, const char *name, hid_t dataset, input_file *one) {
    const hid_t space = H5Dget_space(dataset), type = H5Dget_type(dataset);
    const bool kept = H5Sget_simple_extent_type(space) != H5S_NULL;
    const bool right =
        !kept || (H5Tget_class(type) == H5T_INTEGER && H5Tget_size(type) == 1 && one->size <= INPUT_KEPT &&
                  H5Sget_simple_extent_npoints(space) == (hssize_t)one->size);
    H5Tclose(type);
    H5Sclose(space);
    if (!right) return source_damaged(s, "an input does not have the expected size and type");
    if (!kept) return OHM_OK;
    one->bytes = calloc(1, one->size + 1);
    if (!one->bytes) return ohm_fail_memory("an input");
    if (one->size && !hdf5_did(H5Dread(dataset, H5T_NATIVE_UINT8, H5S_ALL, H5S_ALL, H5P_DEFAULT, one->bytes)))
        return source_unreadable(s, name);
    if (input_digest(one->bytes, one->size) == one->digest) return OHM_OK;
    char what[SPEC_MAX_PATH + 64];
    snprintf(what, sizeof what, "the input %s has the wrong digest", one->name);
    return source_damaged(s, what);
}

static ohm_status read_input(const source *s, size_t i, input_file *one) {
    char place[32], name[SPEC_MAX_PATH];
    snprintf(place, sizeof place, "inputs/%zu", i);
    const hid_t dataset = hdf5_open_dataset(s->file, place);
    if (dataset < 0) return source_unreadable(s, place);
    const source at = {s->path, dataset};
    ohm_status status = source_long_text(&at, "name", name, sizeof name);
    if (!status) status = source_number(&at, "size", &one->size);
    if (!status) status = source_digest(&at, "digest", &one->digest);
    if (!status && !(one->name = strdup(name))) status = ohm_fail_memory("an input");
    if (!status) status = read_bytes(s, place, dataset, one);
    H5Dclose(dataset);
    return status;
}

ohm_status source_inputs(const source *s, input_set *set) {
    size_t count;
    *set = (input_set){0};
    ohm_status status = count_members(s, "inputs", &count);
    if (!status && count > MOST_INPUTS) status = source_damaged(s, "it has too many inputs");
    for (size_t i = 0; i < count && !status; i++) {
        input_file one = {0};
        status = read_input(s, i, &one);
        if (status)
            input_free(&one);
        else
            status = input_add(set, one);
    }
    const char *slash = strrchr(s->path, '/');
    set->folder = slash == s->path ? strdup("/")
                  : slash          ? strndup(s->path, (size_t)(slash - s->path))
                                   : strdup(".");
    if (!status && !set->folder) status = ohm_fail_memory("a path");
    return status;
}

// ---- History ----------------------------------------------------------------------------------

static ohm_status bad_history(const source *s) {
    return source_damaged(s, "its history is invalid");
}

// Opens a list of the history. *count receives its length, *width the size of an element.
static ohm_status open_list(const source *s, const char *name, H5T_class_t class, hid_t *dataset,
                            hsize_t *count, size_t *width) {
    *dataset = hdf5_open_dataset(s->file, name);
    if (*dataset < 0) return source_unreadable(s, name);
    const hid_t space = H5Dget_space(*dataset), type = H5Dget_type(*dataset);
    const bool right = H5Tget_class(type) == class && H5Tis_variable_str(type) <= 0 &&
                       H5Sget_simple_extent_ndims(space) == 1 &&
                       H5Sget_simple_extent_dims(space, count, NULL) == 1;
    *width = H5Tget_size(type);
    H5Tclose(type);
    H5Sclose(space);
    if (right && *count && *count <= 1u << 24 && *width <= SPEC_MAX_TEXT) return OHM_OK;
    H5Dclose(*dataset);
    return bad_history(s);
}

static ohm_status read_steps(const source *s, hsize_t *count, uint64_t **steps) {
    hid_t dataset;
    size_t width;
    const ohm_status status = open_list(s, "history/step", H5T_INTEGER, &dataset, count, &width);
    if (status) return status;
    *steps = calloc(*count, sizeof **steps);
    const bool done =
        *steps && hdf5_did(H5Dread(dataset, H5T_NATIVE_UINT64, H5S_ALL, H5S_ALL, H5P_DEFAULT, *steps));
    H5Dclose(dataset);
    return done ? OHM_OK : *steps ? source_unreadable(s, "history/step") : ohm_fail_memory("the history");
}

// Reads count texts of *width bytes each, including the NUL.
static ohm_status read_stimuli(const source *s, hsize_t count, size_t *width, char **texts) {
    hid_t dataset;
    hsize_t found;
    ohm_status status = open_list(s, "history/stimulus", H5T_STRING, &dataset, &found, width);
    if (status) return status;
    const hid_t stored = H5Dget_type(dataset), type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, ++*width);
    H5Tset_cset(type, H5Tget_cset(stored));
    *texts = calloc(count, *width);
    if (!*texts)
        status = ohm_fail_memory("the history");
    else if (found != count)
        status = bad_history(s);
    else if (!hdf5_did(H5Dread(dataset, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, *texts)))
        status = source_unreadable(s, "history/stimulus");
    H5Tclose(type);
    H5Tclose(stored);
    H5Dclose(dataset);
    return status;
}

// Takes the entries. Their steps must rise from 0 to at most the step reached.
static ohm_status take_entries(const source *s, hsize_t count, const uint64_t *steps, const char *texts,
                               size_t width, uint64_t step, history *h) {
    ohm_status status = steps[0] ? bad_history(s) : OHM_OK;
    for (hsize_t i = 0; i < count && !status; i++) {
        spec stimulus;
        const bool ordered = steps[i] <= step && (!i || steps[i] > steps[i - 1]);
        if (!ordered || spec_parse(ROLE_STIMULUS, texts + i * width, &stimulus)) return bad_history(s);
        status = history_add(h, steps[i], texts + i * width);
    }
    return status;
}

ohm_status source_history(const source *s, uint64_t step, const char *stimulus, history *h) {
    size_t members, width = 0;
    hsize_t count = 0;
    uint64_t *steps = NULL;
    char *texts = NULL;
    ohm_status status = count_members(s, "history", &members);
    if (!status && !members) return history_add(h, 0, stimulus);
    if (!status) status = read_steps(s, &count, &steps);
    if (!status) status = read_stimuli(s, count, &width, &texts);
    if (!status) status = take_entries(s, count, steps, texts, width, step, h);
    if (!status && strcmp(h->entries[h->count - 1].stimulus, stimulus) != 0)
        status = history_add(h, step, stimulus);
    free(steps);
    free(texts);
    return status;
}
