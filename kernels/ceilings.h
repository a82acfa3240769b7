// What bounds an update, each alone, for the benchmark: the memory traffic of the state, the random words,
// and the whole arithmetic in registers. The loops are those of strip.h.
#ifndef OHM_CEILINGS_H
#define OHM_CEILINGS_H

#include "advance.h"

// Reads and writes the strip. flip is 0, which the compiler does not know.
OHM_FN void ceiling_copy(OHM_GLOBAL float *plane, ohm_shape shape, u32 row, u32 x, u32 flip) {
    OHM_GLOBAL float *strip = plane + row * shape.pitch;
    OHM_UNROLL
    for (int k = 0; k < 4; k++)
        v_store(strip + strip_column(x, k), v_from_bits(v_bits(v_load(strip + strip_column(x, k))) ^ flip));
}

// Uses a value, so that what made it stays, but hardly ever stores anything: once in 2³² times.
OHM_FN void ceiling_use(OHM_GLOBAL float *plane, ohm_shape shape, u32 row, u32 x, vu32 value) {
#if OHM_LANES == 1
    const u32 all = value;
#else
    const v_any32 lanes = {.u = value};
    u32 all = 0;
    OHM_UNROLL
    for (int i = 0; i < OHM_LANES; i++) all ^= lanes.u_lane[i];
#endif
    if (all == PHILOX_W0) plane[row * shape.pitch + strip_column(x, 0)] = 0;
}

// The words of so many steps.
OHM_FN void ceiling_philox(OHM_GLOBAL float *plane, ohm_shape shape, u32 row, u32 x, u64 t, u32 steps,
                           const ohm_physics *p) {
    vu32 all = v_bits(v_splat(0));
    for (u32 i = 0; i < steps; i++) {
        vu32 word[4];
        strip_words(word, shape.row0 + row, x, t + i, OHM_STREAM_STIMULUS, p);
        all ^= word[0] ^ word[1] ^ word[2] ^ word[3];
    }
    ceiling_use(plane, shape, row, x, all);
}

// So many steps of a state that comes from no memory and goes to none, of a stimulus without a frame.
OHM_FN void ceiling_arithmetic(ohm_variant variant, ohm_memory m, ohm_shape shape, u32 row, u32 x, u64 t,
                               u32 steps, const ohm_physics *p) {
    const ohm_frame none = {0};
    strip_run s;
    strip_devices(variant, s.c, shape.row0 + row, x, p);
    OHM_UNROLL
    for (int k = 0; k < 4; k++) s.w[k] = s.phi[k] = v_splat(p->state_low + (float)k * p->dt);
    strip_steps(variant, &s, m, &none, shape.row0 + row, x, t, steps, p);
    ceiling_use(m.state, shape, row, x, v_bits(s.w[0]) ^ v_bits(s.w[1]) ^ v_bits(s.w[2]) ^ v_bits(s.w[3]));
}

// The same for the strips x … end − 1 of a row, as strips_advance has it.
OHM_FN void ceiling_arithmetic_run(ohm_variant variant, ohm_memory m, ohm_shape shape, u32 row, u32 x,
                                   u32 end, u64 t, u32 steps, const ohm_physics *p) {
    const u32 row0 = shape.row0 + row;
    const ohm_frame none = {0};
    strip_run s;
    vu32 word[4];
    strip_devices(variant, s.c, row0, x, p);
    OHM_UNROLL
    for (int k = 0; k < 4; k++) s.w[k] = s.phi[k] = v_splat(p->state_low + (float)k * p->dt);
    strip_words(word, row0, x, t, OHM_STREAM_STIMULUS, p);
    for (; x < end; x++) {
        for (u32 i = 0; i + 1 < steps; i++)
            strip_step(variant, &s, word, m, &none, row0, x, t, i, x, t + i + 1, p);
        strip_step(variant, &s, word, m, &none, row0, x, t, steps - 1, x + 1, t, p);
    }
    ceiling_use(m.state, shape, row, end - 1,
                v_bits(s.w[0]) ^ v_bits(s.w[1]) ^ v_bits(s.w[2]) ^ v_bits(s.w[3]));
}

#endif
