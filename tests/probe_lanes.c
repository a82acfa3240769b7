// The functions of kernels/ called alone, in C at one lane width: see probe.h.
#include "../kernels/measure.h"

#include "probe.h"
#include "probe_lanes.h"
#include "probe_layout.h"

#include <string.h>

static void words(const probe *p, const probe_question *questions, size_t n, uint32_t *out) {
    (void)p;
    for (size_t q = 0; q < n; q++) {
        const probe_question a = questions[q];
        vu32 word[4];
        philox_strip(word, a.c0, a.c1, a.c2, a.c3, a.k0, a.k1);
        memcpy(out + q * 4 * OHM_LANES, word, sizeof word);
    }
}

static void sine(const probe *p, const float *x, size_t n, float *y) {
    (void)p;
    for (size_t i = 0; i < n; i += OHM_LANES) v_store(y + i, v_sin(v_load(x + i)));
}

static void reciprocal(const probe *p, const float *x, size_t n, float *y) {
    (void)p;
    for (size_t i = 0; i < n; i += OHM_LANES) v_store(y + i, v_reciprocal(v_load(x + i)));
}

static void layout(const probe *p, uint32_t values[PROBE_LAYOUT]) {
    (void)p;
    const uint32_t all[PROBE_LAYOUT] = {PROBE_LAYOUT_VALUES};
    memcpy(values, all, sizeof all);
}

const probe OHM_PASTE(probe_lanes_, OHM_LANES) = {
    .lanes = OHM_LANES,
    .words = words,
    .sin = sine,
    .reciprocal = reciprocal,
    .layout = layout,
};
