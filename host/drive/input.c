// See input.h.
#define OHM_LANES 1
#include "input.h"

#include "../../kernels/measure.h"
#include "../base/error.h"
#include "../base/file.h"

#include <errno.h>
#include <inttypes.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

// ---- Digests ----------------------------------------------------------------------------------

// Adds the hashes of some bytes, taken as words of which the first is word i of the file.
static uint64_t add_words(uint64_t sum, uint64_t i, const uint8_t *bytes, size_t size) {
    for (size_t at = 0; at < size; at += 4, i++) {
        uint32_t word = 0;
        for (size_t k = 0; k < 4 && at + k < size; k++) word |= (uint32_t)bytes[at + k] << (8 * k);
        sum += mix64(i * 0x9E3779B97F4A7C15u + word);
    }
    return sum;
}

uint64_t input_digest(const uint8_t *bytes, size_t size) {
    return add_words(0, 0, bytes, size);
}

// Reads the rest of a file whose first bytes are known, and finds the size and digest of the whole.
static void digest_rest(FILE *f, const uint8_t *first, input_file *one) {
    uint8_t piece[1 << 16];
    one->digest = input_digest(first, (size_t)one->size);
    for (size_t count; (count = fread(piece, 1, sizeof piece, f)) > 0; one->size += count)
        one->digest = add_words(one->digest, one->size / 4, piece, count);
}

// ---- Files ------------------------------------------------------------------------------------

// Reads the file at path: its size and digest, and its bytes if it is small enough to keep.
static ohm_status read_input(const char *path, input_file *one) {
    ohm_status status = file_check(path);
    FILE *f = status ? NULL : fopen(path, "r");
    if (!f) return status ? status : file_cannot_read(path);
    size_t size = 0;
    status = file_read_bytes(f, path, INPUT_KEPT, &one->bytes, &size);
    if (!status) {
        one->size = size;
        one->bytes[size] = 0;
        digest_rest(f, one->bytes, one);
        if (ferror(f)) status = file_cannot_read(path);
        if (status || one->size > size) {
            free(one->bytes);
            one->bytes = NULL;
        }
    }
    fclose(f);
    return status;
}

bool input_has_changed(const char *name, uint64_t size, uint64_t digest) {
    input_file now = {0};
    const bool changed = read_input(name, &now) == OHM_OK && (now.size != size || now.digest != digest);
    free(now.bytes);
    return changed;
}

// ---- Sets -------------------------------------------------------------------------------------

void input_free(input_file *one) {
    free(one->name);
    free(one->bytes);
    free(one->path);
    *one = (input_file){0};
}

void input_set_free(input_set *set) {
    for (size_t i = 0; i < set->count; i++) input_free(&set->inputs[i]);
    free(set->inputs);
    free(set->folder);
    *set = (input_set){0};
}

const input_file *input_find(const input_set *set, const char *name) {
    for (size_t i = 0; i < set->count; i++)
        if (strcmp(set->inputs[i].name, name) == 0) return &set->inputs[i];
    return NULL;
}

ohm_status input_add(input_set *set, input_file one) {
    input_file *more = one.name ? realloc(set->inputs, (set->count + 1) * sizeof *more) : NULL;
    if (!more) {
        input_free(&one);
        return ohm_fail_memory("an input");
    }
    set->inputs = more;
    set->inputs[set->count++] = one;
    return OHM_OK;
}

// ---- Finding ----------------------------------------------------------------------------------

static ohm_status copy_of(const input_file *known, input_file *copy) {
    *copy = (input_file){.name = strdup(known->name), .size = known->size, .digest = known->digest};
    copy->bytes = malloc(known->size + 1);
    if (!copy->name || !copy->bytes) {
        input_free(copy);
        return ohm_fail_memory("an input");
    }
    memcpy(copy->bytes, known->bytes, known->size);
    copy->bytes[known->size] = 0;
    return OHM_OK;
}

// Reads the file at path as the input of that name. It must have the size and digest that are known.
static ohm_status read_as(const char *path, const char *name, const input_file *known, input_file *one) {
    *one = (input_file){.name = strdup(name), .path = strdup(path)};
    ohm_status status = one->name && one->path ? read_input(path, one) : ohm_fail_memory("an input");
    if (!status && known && (one->size != known->size || one->digest != known->digest)) {
        status = ohm_fail(OHM_BAD_FILE,
                          "%s has changed since the crossbar was saved: it has %" PRIu64
                          " bytes with digest %016" PRIx64 ", not %" PRIu64 " with %016" PRIx64,
                          path, one->size, one->digest, known->size, known->digest);
        ohm_fail_hint("restore the original file, or use another stimulus");
    }
    if (status) input_free(one);
    return status;
}

// The path of an input in the state file's folder, with or without the folders in its name. NULL if out of
// memory.
static char *beside(const char *folder, const char *name, bool with_folders) {
    const char *slash = strrchr(name, '/');
    char *path;
    if (asprintf(&path, "%s/%s", folder, with_folders || !slash ? name : slash + 1) < 0) return NULL;
    return path;
}

// Looks for a file at its own path, then beside the state file. The error is about its own path.
static ohm_status read_from_disk(const char *name, const input_set *known, input_file *one) {
    const input_file *expected = known ? input_find(known, name) : NULL;
    const ohm_status first = read_as(name, name, expected, one);
    if (!first || !known || !known->folder || name[0] == '/') return first;
    for (int with_folders = 1; with_folders >= 0; with_folders--) {
        char *path = beside(known->folder, name, with_folders);
        if (!path) return ohm_fail_memory("a path");
        const ohm_status status = read_as(path, name, expected, one);
        free(path);
        if (!status) return OHM_OK;
    }
    return read_as(name, name, expected, one);
}

ohm_status input_get(const char *name, const input_set *known, input_set *set, const input_file **found) {
    *found = input_find(set, name);
    if (*found) return OHM_OK;
    const input_file *kept = known ? input_find(known, name) : NULL;
    input_file one;
    ohm_status status = kept && kept->bytes ? copy_of(kept, &one) : read_from_disk(name, known, &one);
    if (!status) status = input_add(set, one);
    if (!status) *found = &set->inputs[set->count - 1];
    return status;
}
