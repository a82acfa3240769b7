// The functions of kernels/ called alone, in C at one lane width: see probe.h.
#include "../kernels/measure.h"
#include "../kernels/normal.h"

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

#define DEFINE_FUNCTION(name, value)                                                                         \
    static void apply_##name(const float *a, const float *b, size_t n, float *z) {                           \
        for (size_t i = 0; i < n; i += OHM_LANES) {                                                          \
            const vf32 x = v_load(a + i), y = v_load(b + i);                                                 \
            (void)y;                                                                                         \
            v_store(z + i, value);                                                                           \
        }                                                                                                    \
    }
PROBE_FUNCTIONS(DEFINE_FUNCTION)

static void apply(const probe *p, int function, const float *x, const float *y, size_t n, float *z) {
    (void)p;
#define LIST_FUNCTION(name, value) apply_##name,
    static void (*const functions[])(const float *, const float *, size_t,
                                     float *) = {PROBE_FUNCTIONS(LIST_FUNCTION)};
    functions[function](x, y ? y : x, n, z);
}

static void layout(const probe *p, uint32_t values[PROBE_LAYOUT]) {
    (void)p;
    const uint32_t all[PROBE_LAYOUT] = {PROBE_LAYOUT_VALUES};
    memcpy(values, all, sizeof all);
}

const probe OHM_PASTE(probe_lanes_, OHM_LANES) = {
    .lanes = OHM_LANES,
    .words = words,
    .apply = apply,
    .layout = layout,
};
