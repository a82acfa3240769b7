// A strip: the synapses that one set of Philox calls serves, and the work of one work-item.
//
// A row is stored in blocks of 64 columns. A strip is 4 × OHM_LANES synapses of one block: part k of
// it holds the OHM_LANES columns from 64·block + 16·k + offset on, which take word k. With one lane,
// as on GPUs, neighbouring work-items touch neighbouring columns; with 16, as on AVX-512, a strip is
// a whole block and a part is one register.
#ifndef OHM_STRIP_H
#define OHM_STRIP_H

#include "distributions.h"
#include "models.h"
#include "philox.h"

#define OHM_BLOCK 64 // columns; rows are padded to a multiple of it

// Where a band of rows lies in the whole crossbar.
typedef struct ohm_shape {
    u64 cols;  // columns of the crossbar
    u64 pitch; // columns stored, a multiple of OHM_BLOCK
    u32 rows;  // rows of this band
    u32 row0;  // the crossbar's row that is this band's row 0
} ohm_shape;

OHM_FN u32 strips_per_row(ohm_shape shape) {
    return (u32)(shape.pitch / OHM_BLOCK) * (16 / OHM_LANES);
}

// Strip x of a row: counter word c0 of its first lane, and the column of its first lane in part k.
OHM_FN u32 strip_counter(u32 x) {
    return x * OHM_LANES;
}

OHM_FN u64 strip_column(u32 x, int k) {
    const u32 c0 = strip_counter(x);
    return (u64)(c0 / 16) * OHM_BLOCK + c0 % 16 + 16 * k;
}

OHM_FN void strip_words(vu32 word[4], u32 row, u32 x, u64 t, u32 stream, const ohm_physics *p) {
    philox_strip(word, strip_counter(x), row, (u32)t, stream << 24 | (u32)(t >> 32), p->key[0], p->key[1]);
}

#if OHM_LANES == 16
OHM_FN philox_calls strip_calls(u32 row, u32 x, u64 t, u32 stream, const ohm_physics *p) {
    return philox_begin(strip_counter(x), row, (u32)t, stream << 24 | (u32)(t >> 32), p->key[0], p->key[1]);
}
#endif

// The state before the first step, and a flux of 0 if it is tracked.
OHM_FN void strip_fill(int model, int initial, int track_flux, OHM_GLOBAL float *state,
                       OHM_GLOBAL float *flux, ohm_shape shape, u32 row, u32 x, const ohm_physics *p) {
    const u64 at = row * shape.pitch;
    vu32 word[4];
    strip_words(word, shape.row0 + row, x, 0, OHM_STREAM_INITIAL, p);
    OHM_UNROLL
    for (int k = 0; k < 4; k++) {
        const vf32 start = distribution_sample(initial, word[k], p->initial);
        v_store(state + at + strip_column(x, k), model_initial(model, start, p));
        if (track_flux) v_store(flux + at + strip_column(x, k), v_splat(0));
    }
}

// One step of part k of a strip, by its words: of its states and, if track_flux, its fluxes φ ← φ + V·dt.
OHM_FN void strip_update(int model, int stimulus, int track_flux, vf32 w[4], vf32 phi[4], const vu32 word[4],
                         int k, const ohm_physics *p) {
    const vf32 voltage = distribution_sample(stimulus, word[k], p->stimulus);
    w[k] = model_advance(model, w[k], voltage, p);
    if (track_flux) phi[k] = v_fma(voltage, v_splat(p->dt), phi[k]);
}

// One step of a strip, by its words, which become those of strip x of a row at step t.
//
// With AVX-512 the two are entwined: a processor looks only so far ahead, and on its own each is a chain of
// instructions that wait for one another (native 2.82 to 3.17·10⁹, PoCL 2.78 to 3.05·10⁹ synapse-steps/s on
// two Zen 4 cores). AVX2 has not the registers for both (5 % slower), and a GPU has other work-items.
OHM_FN void strip_step(int model, int stimulus, int track_flux, vf32 w[4], vf32 phi[4], vu32 word[4], u32 row,
                       u32 x, u64 t, const ohm_physics *p) {
#if OHM_LANES < 16
    OHM_UNROLL
    for (int k = 0; k < 4; k++) strip_update(model, stimulus, track_flux, w, phi, word, k, p);
    strip_words(word, row, x, t, OHM_STREAM_STIMULUS, p);
#else
    philox_calls calls = strip_calls(row, x, t, OHM_STREAM_STIMULUS, p);
    OHM_UNROLL
    for (int k = 0; k < 4; k++) {
        calls = philox_continue(calls, 2 + 2 * k, p->key[0], p->key[1]);
        strip_update(model, stimulus, track_flux, w, phi, word, k, p);
    }
    philox_end(calls, word);
#endif
}

// Steps t … t + steps − 1 of a strip, at least one.
OHM_FN void strip_steps(int model, int stimulus, int track_flux, vf32 w[4], vf32 phi[4], u32 row, u32 x,
                        u64 t, u32 steps, const ohm_physics *p) {
    vu32 word[4];
    strip_words(word, row, x, t, OHM_STREAM_STIMULUS, p);
    for (u32 i = 1; i < steps; i++) strip_step(model, stimulus, track_flux, w, phi, word, row, x, t + i, p);
    OHM_UNROLL
    for (int k = 0; k < 4; k++) strip_update(model, stimulus, track_flux, w, phi, word, k, p);
}

OHM_FN void strip_load(int track_flux, vf32 w[4], vf32 phi[4], const OHM_GLOBAL float *state,
                       const OHM_GLOBAL float *flux, u64 at, u32 x) {
    OHM_UNROLL
    for (int k = 0; k < 4; k++) {
        w[k] = v_load(state + at + strip_column(x, k));
        if (track_flux) phi[k] = v_load(flux + at + strip_column(x, k));
    }
}

OHM_FN void strip_store(int track_flux, const vf32 w[4], const vf32 phi[4], OHM_GLOBAL float *state,
                        OHM_GLOBAL float *flux, u64 at, u32 x) {
    OHM_UNROLL
    for (int k = 0; k < 4; k++) {
        v_store(state + at + strip_column(x, k), w[k]);
        if (track_flux) v_store(flux + at + strip_column(x, k), phi[k]);
    }
}

// The same in memory. The state is in registers all the way: K steps a launch cost the memory traffic of one.
OHM_FN void strip_advance(int model, int stimulus, int track_flux, OHM_GLOBAL float *state,
                          OHM_GLOBAL float *flux, ohm_shape shape, u32 row, u32 x, u64 t, u32 steps,
                          const ohm_physics *p) {
    const u64 at = row * shape.pitch;
    vf32 w[4], phi[4];
    strip_load(track_flux, w, phi, state, flux, at, x);
    strip_steps(model, stimulus, track_flux, w, phi, shape.row0 + row, x, t, steps, p);
    strip_store(track_flux, w, phi, state, flux, at, x);
}

// The same for the strips x … end − 1 of a row, one after the other: a strip's last step is entwined with the
// next one's first words, which matters where there is no other step (native, 1 step a launch: 2.7 to
// 3.05·10⁹ synapse-steps/s on two Zen 4 cores; in PoCL it is slower).
OHM_FN void strips_advance(int model, int stimulus, int track_flux, OHM_GLOBAL float *state,
                           OHM_GLOBAL float *flux, ohm_shape shape, u32 row, u32 x, u32 end, u64 t, u32 steps,
                           const ohm_physics *p) {
    const u64 at = row * shape.pitch;
    const u32 row0 = shape.row0 + row;
    vu32 word[4];
    strip_words(word, row0, x, t, OHM_STREAM_STIMULUS, p);
    for (; x < end; x++) {
        vf32 w[4], phi[4];
        strip_load(track_flux, w, phi, state, flux, at, x);
        for (u32 i = 1; i < steps; i++)
            strip_step(model, stimulus, track_flux, w, phi, word, row0, x, t + i, p);
        strip_step(model, stimulus, track_flux, w, phi, word, row0, x + 1, t, p);
        strip_store(track_flux, w, phi, state, flux, at, x);
    }
}

#endif
