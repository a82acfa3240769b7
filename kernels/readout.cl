// Kernels that read the currents of whole lines, and update whole arrays from lines. Options as for
// crossbar.cl.
#include "operations.h"

__kernel void crossbar_forward(__global const float *state, __global const float *input, __global ulong *sums,
                               ohm_shape shape, ohm_physics physics, ohm_readout_part a) {
    const uint x = get_global_id(0), slab = get_global_id(1);
    if (x >= strips_per_row(shape)) return;
    if (a.vectors == 1)
        strip_forward(VARIANT, READOUT_LINEAR, 1, state, input, sums, shape, x, slab, &a, &physics);
    else
        strip_forward(VARIANT, READOUT_LINEAR, READOUT_GROUP, state, input, sums, shape, x, slab, &a,
                      &physics);
}

__kernel void crossbar_backward(__global const float *state, __global const float *input,
                                __global ulong *sums, ohm_shape shape, ohm_physics physics,
                                ohm_readout_part a) {
    const uint i = get_global_id(0), row = get_global_id(1);
    if (i >= a.blocks) return;
    if (a.vectors == 1)
        strip_backward(VARIANT, READOUT_LINEAR, 1, state, input, sums, shape, i, row, &a, &physics);
    else
        strip_backward(VARIANT, READOUT_LINEAR, READOUT_GROUP, state, input, sums, shape, i, row, &a,
                       &physics);
}

__kernel void crossbar_gather(__global const ulong *sums, __global ulong *out, ohm_shape shape,
                              ohm_physics physics, ohm_gather a) {
    const uint x = get_global_id(0), y = get_global_id(1);
    if (x < a.width) gather_one(sums, out, (ulong)y * a.width + x, &a);
}

__kernel void crossbar_outer(__global float *state, __global float *rest, __global const float *rows,
                             __global const float *cols, ohm_shape shape, ohm_physics physics) {
    const uint x = get_global_id(0), row = get_global_id(1);
    if (x >= strips_per_row(shape) || row >= shape.rows) return;
    strip_outer(VARIANT, state, rest, rows, cols, shape, row, x, &physics);
}
