#define OHM_LANES 1
#include "spike_source.h"

#include "../../kernels/philox.h"
#include "../base/error.h"
#include "../format/matrix.h"
#include "grey_picture.h"

#include <float.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define EXACT_FLOAT 16777216.0f // whole numbers up to this are floats

// ---- Arrays in files --------------------------------------------------------------------------

// Numbers of a file: float32 [rows, cols].
typedef struct numbers {
    const char *name;
    uint64_t rows, cols;
    float *values;
} numbers;

static ohm_status read_matrix(const char *path, numbers *n) {
    matrix_file m;
    ohm_status status = matrix_open(path, &m);
    if (status) return status;
    n->rows = m.rows;
    n->cols = m.cols;
    n->values = malloc(m.rows * m.cols * sizeof *n->values);
    status = n->values ? matrix_read_rows(&m, 0, m.rows, n->values) : ohm_fail_memory("an array");
    matrix_close(&m);
    return status;
}

// The bytes of an input that is kept are read through a file in memory.
static ohm_status read_kept(const input_file *in, numbers *n) {
    char path[40];
    const int file = memfd_create("input", MFD_CLOEXEC);
    if (file < 0) return ohm_fail_memory("an array");
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    const bool whole = write(file, in->bytes, in->size) == (ssize_t)in->size;
    ohm_status status = whole ? read_matrix(path, n) : ohm_fail_memory("an array");
    if (status == OHM_BAD_FILE || status == OHM_IO_FAILED)
        status =
            ohm_fail(OHM_BAD_FILE, "%s is neither a PNG nor a matrix (.npy or HDF5) of numbers", in->name);
    close(file);
    return status;
}

static bool is_png(const input_file *in) {
    return in->bytes && in->size > 8 && memcmp(in->bytes, "\x89PNG", 4) == 0;
}

static ohm_status read_numbers(const input_file *in, numbers *n) {
    *n = (numbers){.name = in->name};
    if (!is_png(in)) return in->bytes ? read_kept(in, n) : read_matrix(in->path, n);
    grey_picture picture;
    const ohm_status status = grey_picture_read(in, &picture);
    if (status) return status;
    n->rows = picture.height;
    n->cols = picture.width;
    n->values = picture.values;
    return OHM_OK;
}

// ---- Rates ------------------------------------------------------------------------------------

// The largest rate; −1 with an error if one is none.
static float largest_rate(const numbers *n) {
    float most = 0;
    for (uint64_t i = 0; i < n->rows * n->cols; i++) {
        const float rate = n->values[i];
        if (!(rate >= 0 && rate <= FLT_MAX)) {
            ohm_fail(OHM_BAD_FILE, "%s[%" PRIu64 ", %" PRIu64 "] is %g, not a rate of 0 or more", n->name,
                     i / n->cols, i % n->cols, (double)rate);
            return -1;
        }
        if (rate > most) most = rate;
    }
    return most;
}

// Adds a pattern a row, or a picture that is one pattern, each file's as fractions of its highest rate.
static ohm_status take_rates(const numbers *n, spike_source *s) {
    const float most = largest_rate(n);
    const uint64_t count = n->rows * n->cols;
    if (most < 0) return OHM_BAD_FILE;
    if (n->cols != s->inputs && count != s->inputs)
        return ohm_fail(OHM_BAD_FILE,
                        "%s is %" PRIu64 " x %" PRIu64 ", but the network has %" PRIu64
                        " inputs: it takes a pattern of %" PRIu64 " numbers a row, or one picture of as many",
                        n->name, n->rows, n->cols, s->inputs, s->inputs);
    const uint64_t before = s->rate ? s->patterns * s->inputs : 0;
    float *all = realloc(s->rate, (before + count) * sizeof *all);
    if (!all) return ohm_fail_memory("rates");
    for (uint64_t i = 0; i < count; i++) all[before + i] = most > 0 ? n->values[i] / most : 0;
    s->rate = all;
    s->patterns = (before + count) / s->inputs;
    return OHM_OK;
}

// ---- Spikes -----------------------------------------------------------------------------------

static ohm_status wrong_spike(const numbers *n, uint64_t i, const char *what) {
    return ohm_fail(OHM_BAD_FILE, "%s[%" PRIu64 "] is spike (%g, %g): %s", n->name, i,
                    (double)n->values[2 * i], (double)n->values[2 * i + 1], what);
}

static ohm_status check_spike(const numbers *n, const spike_source *s, uint64_t i) {
    const float step = n->values[2 * i], input = n->values[2 * i + 1];
    if (!(step >= 0 && step <= EXACT_FLOAT && step == floorf(step)))
        return wrong_spike(n, i, "its step is not a whole number from 0 to 16777216");
    if (!(input >= 0 && input < (float)s->inputs && input == floorf(input)))
        return wrong_spike(n, i, "there is no such input");
    if (i && step < n->values[2 * i - 2]) return wrong_spike(n, i, "it is before the one above it");
    if (i && step == n->values[2 * i - 2] && input <= n->values[2 * i - 1])
        return wrong_spike(n, i, "spikes of one step go by their inputs, each once");
    return OHM_OK;
}

static ohm_status take_spikes(const numbers *n, spike_source *s) {
    if (n->cols != 2)
        return ohm_fail(OHM_BAD_FILE, "%s has %" PRIu64 " columns: spikes take two, the step and the input",
                        n->name, n->cols);
    s->step = malloc((n->rows + 1) * sizeof *s->step);
    s->input = malloc((n->rows + 1) * sizeof *s->input);
    if (!s->step || !s->input) return ohm_fail_memory("spikes");
    for (uint64_t i = 0; i < n->rows; i++) {
        const ohm_status status = check_spike(n, s, i);
        if (status) return status;
        s->step[i] = (uint64_t)n->values[2 * i];
        s->input[i] = (uint32_t)n->values[2 * i + 1];
    }
    s->count = n->rows;
    return OHM_OK;
}

// ---- The source -------------------------------------------------------------------------------

static ohm_status read_file(drive *d, const input_set *known, const char *path, bool spikes,
                            spike_source *s) {
    const input_file *file;
    numbers n;
    ohm_status status = drive_input(d, known, path, &file);
    if (status) return status;
    status = read_numbers(file, &n);
    if (!status && spikes && s->step) status = ohm_fail(OHM_BAD_ARGUMENT, "spikes come from one file alone");
    if (!status) status = spikes ? take_spikes(&n, s) : take_rates(&n, s);
    free(n.values);
    return status;
}

ohm_status spike_source_open(drive *d, const input_set *known, bool spikes, spike_source *s) {
    char list[SPEC_MAX_PATH], *rest;
    ohm_status status = OHM_OK;
    s->patterns = 1;
    snprintf(list, sizeof list, "%s", d->spec.path);
    for (char *path = strtok_r(list, "+", &rest); path && !status; path = strtok_r(NULL, "+", &rest))
        status = read_file(d, known, path, spikes, s);
    return status;
}

void spike_source_free(spike_source *s) {
    free(s->rate);
    free(s->step);
    free(s->input);
    free(s->own);
    *s = (spike_source){0};
}

// The rates at a step, NULL: all the highest; *silent: none fires.
static const float *rates_at(const spike_source *s, uint64_t t, bool *silent) {
    const uint64_t period = s->show + s->pause;
    *silent = !s->own && s->patterns > 1 && t % period >= s->show;
    if (s->own) return s->own;
    return s->rate && s->patterns > 1 ? s->rate + t / period % s->patterns * s->inputs : s->rate;
}

// Input i takes word i % 4 of counter (i/4, 0, step): it fires if the word, as a fraction, is below its
// chance.
static uint64_t draw_random(const spike_source *s, const drive *d, uint64_t t, uint32_t *fired) {
    bool silent;
    const float *rate = rates_at(s, t, &silent);
    uint64_t count = 0;
    u32 word[4];
    if (silent || !(s->chance > 0)) return 0;
    for (uint64_t i = 0; i < s->inputs; i++) {
        if (i % 4 == 0) {
            word[0] = (u32)(i / 4);
            word[1] = 0;
            word[2] = (u32)t;
            word[3] = (u32)OHM_STREAM_SPIKES << 24 | (u32)(t >> 32);
            philox_words(word, (u32)d->site.seed, (u32)(d->site.seed >> 32));
        }
        const double chance = s->chance * (rate ? (double)rate[i] : 1);
        if ((double)word[i % 4] * 0x1p-32 < chance) fired[count++] = (uint32_t)i;
    }
    return count;
}

// The first spike of a step or later.
static uint64_t first_of(const spike_source *s, uint64_t t) {
    uint64_t low = 0, high = s->count;
    while (low < high) {
        const uint64_t middle = low + (high - low) / 2;
        if (s->step[middle] < t)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

uint64_t spike_source_draw(const spike_source *s, const drive *d, uint64_t t, uint32_t *fired) {
    if (!s->step || s->own) return draw_random(s, d, t, fired);
    uint64_t count = 0;
    for (uint64_t i = first_of(s, t); i < s->count && s->step[i] == t; i++) fired[count++] = s->input[i];
    return count;
}
