// See data.h.
#include "data.h"
#include "../base/error.h"
#include "../base/file.h"
#include "datasets.h"
#include "draw.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void data_free(data *d) {
    free(d->train.input);
    free(d->train.label);
    free(d->test.input);
    free(d->test.label);
    *d = (data){0};
}

// ---- Where it comes from ------------------------------------------------------------------------

static ohm_status check_sides(const data *d, const uint64_t side[2]) {
    if (side[0] * side[1] == d->inputs) return OHM_OK;
    return ohm_fail(OHM_BAD_FILE,
                    "the test set's samples have %" PRIu64 " inputs, and the training set's %" PRIu64,
                    side[0] * side[1], d->inputs);
}

static void take_sides(data *d, const uint64_t side[2]) {
    d->height = side[0];
    d->width = side[1];
    d->inputs = side[0] * side[1];
}

// A file of a folder, as it is or compressed.
static void path_of(const char *folder, const char *name, char *path, size_t size) {
    snprintf(path, size, "%s/%s", folder, name);
    if (access(path, R_OK) < 0) snprintf(path, size, "%s/%s.gz", folder, name);
}

static ohm_status read_folder_part(const char *folder, const char *part, sample_set *s, uint64_t side[2]) {
    char images[PATH_MAX], labels[PATH_MAX], name[64];
    snprintf(name, sizeof name, "%s-images-idx3-ubyte", part);
    path_of(folder, name, images, sizeof images);
    snprintf(name, sizeof name, "%s-labels-idx1-ubyte", part);
    path_of(folder, name, labels, sizeof labels);
    return samples_pair(images, labels, s, side);
}

static ohm_status read_folder(const char *folder, data *d) {
    uint64_t side[2];
    ohm_status status = read_folder_part(folder, "train", &d->train, side);
    if (status) return status;
    take_sides(d, side);
    status = read_folder_part(folder, "t10k", &d->test, side);
    return status ? status : check_sides(d, side);
}

static ohm_status read_hdf5(const char *path, data *d) {
    uint64_t side[2];
    ohm_status status = samples_hdf5(path, "images", "labels", &d->train, side);
    if (status) return status;
    take_sides(d, side);
    if (!samples_hdf5_has(path, "test_images")) return OHM_OK;
    status = samples_hdf5(path, "test_images", "test_labels", &d->test, side);
    return status ? status : check_sides(d, side);
}

static bool ends_in(const char *text, const char *end) {
    const size_t length = strlen(text), tail = strlen(end);
    return length >= tail && strcmp(text + length - tail, end) == 0;
}

static ohm_status read_data(const char *name, data *d) {
    struct stat info;
    uint64_t side[2];
    const ohm_status found = datasets_find(&name);
    if (found) return found;
    if (stat(name, &info) < 0) return file_cannot_read(name);
    if (S_ISDIR(info.st_mode)) return read_folder(name, d);
    if (ends_in(name, ".h5") || ends_in(name, ".hdf5")) return read_hdf5(name, d);
    const ohm_status status = samples_table(name, &d->train, side);
    if (!status) take_sides(d, side);
    return status;
}

static ohm_status read_files(const settings *s, data *d) {
    char *const *t = s->text;
    uint64_t side[2];
    ohm_status status = OHM_OK;
    if (t[TRAIN_KEY_data]) {
        status = read_data(t[TRAIN_KEY_data], d);
    } else {
        status = samples_pair(t[TRAIN_KEY_images], t[TRAIN_KEY_labels], &d->train, side);
        if (!status) take_sides(d, side);
    }
    if (status || !t[TRAIN_KEY_test_images] || d->test.count) return status;
    status = samples_pair(t[TRAIN_KEY_test_images], t[TRAIN_KEY_test_labels], &d->test, side);
    return status ? status : check_sides(d, side);
}

// ---- The test set -------------------------------------------------------------------------------

static ohm_status pick(const sample_set *from, const uint32_t *order, uint64_t count, uint64_t inputs,
                       sample_set *to) {
    to->count = count;
    to->input = malloc(count * inputs * sizeof *to->input);
    to->label = malloc(count * sizeof *to->label);
    if (!to->input || !to->label) return ohm_fail_memory("samples");
    for (uint64_t i = 0; i < count; i++) {
        memcpy(to->input + i * inputs, from->input + order[i] * inputs, inputs * sizeof *to->input);
        to->label[i] = from->label[order[i]];
    }
    return OHM_OK;
}

static ohm_status hold_out(const settings *s, data *d) {
    const uint64_t all = d->train.count, out = (uint64_t)((double)all * s->test + 0.5);
    if (out < 1 || out >= all)
        return ohm_fail(OHM_BAD_FILE, "%g of %" PRIu64 " samples leaves nothing to train on or to test with",
                        s->test, all);
    data split = *d;
    split.train = split.test = (sample_set){0};
    uint32_t *order = malloc(all * sizeof *order);
    ohm_status status = order ? OHM_OK : ohm_fail_memory("samples");
    if (!status) draw_order(s->seed, DRAW_HELD_OUT, 0, (uint32_t)all, order);
    if (!status) status = pick(&d->train, order, all - out, d->inputs, &split.train);
    if (!status) status = pick(&d->train, order + (all - out), out, d->inputs, &split.test);
    free(order);
    data_free(d);
    *d = split;
    return status;
}

// ---- All of it ----------------------------------------------------------------------------------

static ohm_status check_inputs(const sample_set *s, uint64_t inputs, double *most) {
    for (uint64_t i = 0; i < s->count * inputs; i++) {
        const double size = fabs((double)s->input[i]);
        if (!(size <= 1e30))
            return ohm_fail(OHM_BAD_FILE, "input %" PRIu64 " of sample %" PRIu64 " is %g", i % inputs,
                            i / inputs, (double)s->input[i]);
        if (size > *most) *most = size;
    }
    return OHM_OK;
}

static void scale(sample_set *s, uint64_t inputs, double most) {
    for (uint64_t i = 0; i < s->count * inputs; i++) s->input[i] = (float)((double)s->input[i] / most);
}

static uint32_t classes_of(const sample_set *s, uint32_t classes) {
    for (uint64_t i = 0; i < s->count; i++)
        if (s->label[i] >= classes) classes = s->label[i] + 1;
    return classes;
}

static uint64_t digest_of(const sample_set *s, uint64_t inputs) {
    uint64_t sum = ohm_digest(0, s->count * inputs, s->input);
    for (uint64_t i = 0; i < s->count; i++) sum += (i + 1) * 0x9E3779B97F4A7C15u * (s->label[i] + 1u);
    return sum;
}

static ohm_status finish(data *d) {
    double most = 0, unwanted = 0;
    ohm_status status = check_inputs(&d->train, d->inputs, &most);
    if (!status) status = check_inputs(&d->test, d->inputs, &unwanted);
    if (!status && !(most > 0)) status = ohm_fail(OHM_BAD_FILE, "all inputs of the training set are 0");
    if (status) return status;
    scale(&d->train, d->inputs, most);
    scale(&d->test, d->inputs, most);
    d->classes = classes_of(&d->test, classes_of(&d->train, 0));
    d->digest = digest_of(&d->train, d->inputs) + 3 * digest_of(&d->test, d->inputs);
    return OHM_OK;
}

ohm_status data_read(const settings *s, data *d) {
    *d = (data){0};
    ohm_status status = read_files(s, d);
    if (!status && d->train.count > UINT32_MAX)
        status = ohm_fail(OHM_BAD_FILE, "%" PRIu64 " samples are more than 2^32", d->train.count);
    if (!status && !d->test.count) status = hold_out(s, d);
    if (!status && s->samples && s->samples < d->train.count) d->train.count = s->samples;
    if (!status) status = finish(d);
    if (status) data_free(d);
    return status;
}
