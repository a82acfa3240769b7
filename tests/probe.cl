// The functions of kernels/ called alone, on a device: see probe.h.
#include "measure.h"
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

__kernel void probe_sin(__global const float *x, __global float *y) {
    const size_t i = get_global_id(0) * OHM_LANES;
    v_store(y + i, v_sin(v_load(x + i)));
}

__kernel void probe_reciprocal(__global const float *x, __global float *y) {
    const size_t i = get_global_id(0) * OHM_LANES;
    v_store(y + i, v_reciprocal(v_load(x + i)));
}

__kernel void probe_layout(__global uint *layout) {
    const uint values[] = {PROBE_LAYOUT_VALUES};
    for (uint i = 0; i < sizeof values / sizeof values[0]; i++) layout[i] = values[i];
}
