// The benchmark's ceilings (ceilings.h), on the grid of crossbar_advance. Options as for crossbar.cl.
#include "ceilings.h"

__kernel void ceilings_copy(__global float *plane, ohm_shape shape, ohm_physics physics, ulong t,
                            uint steps) {
    const uint x = get_global_id(0), row = get_global_id(1);
    if (x >= strips_per_row(shape) || row >= shape.rows) return;
    (void)physics, (void)steps;                          // as the others have them
    ceiling_copy(plane, shape, row, x, (uint)(t >> 32)); // t is small
}

__kernel void ceilings_philox(__global float *plane, ohm_shape shape, ohm_physics physics, ulong t,
                              uint steps) {
    const uint x = get_global_id(0), row = get_global_id(1);
    if (x >= strips_per_row(shape) || row >= shape.rows) return;
    ceiling_philox(plane, shape, row, x, t, steps, &physics);
}

__kernel void ceilings_arithmetic(__global float *plane, ohm_shape shape, ohm_physics physics, ulong t,
                                  uint steps) {
    const uint x = get_global_id(0), row = get_global_id(1);
    if (x >= strips_per_row(shape) || row >= shape.rows) return;
    const ohm_memory m = {.state = plane};
    ceiling_arithmetic(VARIANT, m, shape, row, x, t, steps, &physics);
}
