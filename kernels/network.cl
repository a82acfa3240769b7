// Kernels of spiking networks. Options as for crossbar.cl.
#include "operations.h"

__kernel void crossbar_listen(__global float *state, __global float *flux, __global float *state_rest,
                              __global float *flux_rest, __global const float *frame, __global ulong *sums,
                              ohm_shape shape, ohm_physics physics, ohm_listen a) {
    const uint x = get_global_id(0), slab = get_global_id(1);
    if (x >= strips_per_row(shape)) return;
    const ohm_memory m = {state, flux, state_rest, flux_rest, frame};
    strip_listen(VARIANT, 0, m, sums, shape, x, slab, &a, &physics);
}

__kernel void crossbar_learn(__global float *state, __global float *flux, __global float *state_rest,
                             __global float *flux_rest, __global const float *frame, __global ulong *sums,
                             ohm_shape shape, ohm_physics physics, ohm_listen a) {
    const uint x = get_global_id(0), slab = get_global_id(1);
    if (x >= strips_per_row(shape)) return;
    const ohm_memory m = {state, flux, state_rest, flux_rest, frame};
    strip_listen(VARIANT, 1, m, sums, shape, x, slab, &a, &physics);
}
