// Kernels that read the currents of whole lines by the model's own law at each voltage, a vector at a time:
// to unroll more takes PoCL half a minute. Options as for crossbar.cl.
#include "operations.h"

__kernel void crossbar_forward_exact(__global const float *state, __global const float *input,
                                     __global ulong *sums, ohm_shape shape, ohm_physics physics,
                                     ohm_readout_part a) {
    const uint x = get_global_id(0), slab = get_global_id(1);
    if (x >= strips_per_row(shape)) return;
    strip_forward(VARIANT, READOUT_EXACT, 1, state, input, sums, shape, x, slab, &a, &physics);
}

__kernel void crossbar_backward_exact(__global const float *state, __global const float *input,
                                      __global ulong *sums, ohm_shape shape, ohm_physics physics,
                                      ohm_readout_part a) {
    const uint i = get_global_id(0), row = get_global_id(1);
    if (i >= a.blocks) return;
    strip_backward(VARIANT, READOUT_EXACT, 1, state, input, sums, shape, i, row, &a, &physics);
}
