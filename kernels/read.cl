// Kernels that read devices. Options as for crossbar.cl.
#include "operations.h"

__kernel void crossbar_current(__global const float *state, __global const float *voltage,
                               __global float *current, ohm_shape shape, ohm_physics physics, ohm_current a) {
    const uint x = get_global_id(0), row = get_global_id(1);
    if (x >= strips_per_row(shape) || row >= shape.rows) return;
    strip_current(VARIANT, state, voltage, current, shape, a.row, row, x, &physics);
}
