// The kernel of pulses on lines. Options as for crossbar.cl.
#include "operations.h"

__kernel void crossbar_pulses(__global float *state, __global float *flux, __global float *state_rest,
                              __global float *flux_rest, __global const float *rows,
                              __global const float *cols, ohm_shape shape, ohm_physics physics,
                              ohm_pulses a) {
    const uint x = get_global_id(0), row = get_global_id(1);
    if (x >= strips_per_row(shape) || row >= shape.rows) return;
    const uint train = float_bits(rows[row]);
    const ohm_memory m = {state, flux, state_rest, flux_rest, 0};
    strip_run s;
    if (!(train & ((1u << a.slots) - 1))) return;
    strip_common(VARIANT, s.c, &physics);
    strip_pulse(VARIANT, &s, m, cols, train, shape, row, x, &a, &physics);
}
