// The functions of kernels/ called alone, on a device: see probe.h.
#include "measure.h"
#include "normal.h"
#include "probe_functions.h"
#include "probe_layout.h"

__kernel void probe_words(__global const uint *questions, __global uint *words) {
    const size_t q = get_global_id(0);
    __global const uint *a = questions + 6 * q;
    vu32 word[4];
    philox_strip(word, a[0], a[1], a[2], a[3], a[4], a[5]);
    for (int k = 0; k < 4; k++) {
        const v_any32 all = {.u = word[k]};
        for (int i = 0; i < OHM_LANES; i++) words[(q * 4 + k) * OHM_LANES + i] = all.u_lane[i];
    }
}

// One kernel for all, because PoCL compiles each that is launched.
__kernel void probe_apply(__global const float *a, __global const float *b, __global float *z, int function) {
    const size_t i = get_global_id(0) * OHM_LANES;
    const vf32 x = v_load(a + i), y = v_load(b + i);
#define FUNCTION_CASE(name, value)                                                                           \
    case PROBE_##name: v_store(z + i, value); break;
    switch (function) { PROBE_FUNCTIONS(FUNCTION_CASE) }
}

__kernel void probe_layout(__global uint *layout) {
    const uint values[] = {PROBE_LAYOUT_VALUES};
    for (uint i = 0; i < sizeof values / sizeof values[0]; i++) layout[i] = values[i];
}
