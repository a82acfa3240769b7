// The work of one work-item: a strip's initial state, and its steps.
#ifndef OHM_ADVANCE_H
#define OHM_ADVANCE_H

#include "memristor.h"
#include "frame.h"

// The memory of a band, and the frame that drives it.
typedef struct ohm_memory {
    OHM_GLOBAL float *state, *flux;           // float32 [rows, pitch]
    OHM_GLOBAL float *state_rest, *flux_rest; // what these could not hold, likewise
    const OHM_GLOBAL float *frame;
} ohm_memory;

// A strip on its way through the steps of a launch.
typedef struct strip_run {
    vf32 w[4], phi[4];           // states and fluxes
    vf32 w_rest[4], phi_rest[4]; // what they could not hold
    vf32 image[4];               // the voltages of an image
    strip_constants c;
} strip_run;

// The state before the first step, and a flux of 0 if it is tracked.
OHM_FN void strip_fill(ohm_variant variant, int initial, ohm_memory m, ohm_shape shape, u32 row, u32 x,
                       const ohm_physics *p) {
    const u64 at = row * shape.pitch;
    vu32 word[4];
    strip_constants c;
    strip_devices(variant, c, shape.row0 + row, x, p);
    strip_words(word, shape.row0 + row, x, 0, OHM_STREAM_INITIAL, p);
    OHM_UNROLL
    for (int k = 0; k < 4; k++) {
        const vf32 start = distribution_sample(initial, word[k], p->initial);
        const u64 to = at + strip_column(x, k);
        v_store(m.state + to, memristor_initial(variant, start, constants_of(variant, c, k)));
        if (variant_of(variant, extended)) v_store(m.state_rest + to, v_splat(0));
        if (variant_of(variant, flux)) v_store(m.flux + to, v_splat(0));
        if (variant_of(variant, flux)) v_store(m.flux_rest + to, v_splat(0));
    }
}

// Ends an idle time: each state becomes what the drift has left. A plane that holds what states could not
// becomes 0 where a device drifted, which is where after differs from before.
OHM_FN void strip_settle(ohm_variant variant, ohm_memory m, ohm_shape shape, u32 row, u32 x,
                         const ohm_physics *p) {
    strip_constants c;
    strip_devices(variant, c, shape.row0 + row, x, p);
    OHM_UNROLL
    for (int k = 0; k < 4; k++) {
        const u64 at = row * shape.pitch + strip_column(x, k);
        const vf32 before = v_load(m.state + at);
        const vf32 after = memristor_settle(variant, before, constants_of(variant, c, k), p);
        v_store(m.state + at, after);
        if (!variant_of(variant, extended)) continue;
        const vf32 zero = v_splat(0), moved = v_abs(after - before); // of a new state nothing is left over
        v_store(m.state_rest + at, v_where_less(zero, moved, zero, v_load(m.state_rest + at)));
    }
}

// Whether the loop over the parts of a strip is unrolled. On OpenCL devices always: on a GPU the parts would
// leave the registers, and PoCL is 1.3 to 2 times as fast for it at every model and takes no longer to build
// it. GCC spills what it unrolls, and takes twice as long, where a step is long.
OHM_FN int variant_unrolls(ohm_variant variant) {
#ifdef __OPENCL_C_VERSION__
    return 1;
#else
    return OHM_LANES == 1 || model_kinetics(variant.model) == OHM_PER_STEP;
#endif
}

// The voltage of part k in step i of a launch, by its words.
OHM_FN vf32 strip_voltage(ohm_variant variant, vu32 word, const vf32 image[4], const OHM_GLOBAL float *frame,
                          const ohm_frame *f, u32 row, u32 x, int k, u32 i, const ohm_physics *p) {
    const vf32 drawn = distribution_sample(variant_of(variant, stimulus), word, p->stimulus);
    if (variant_of(variant, frame) == OHM_FRAME_LINES)
        return drawn + frame_lines(frame, f, row, strip_column(x, k), i);
    if (variant_of(variant, frame) == OHM_FRAME_IMAGE) return drawn + image[k];
    return drawn;
}

// The noise of a strip in one step.
typedef struct strip_noise {
    vf32 factor[4]; // 1 + σξ of each device, by which its change is multiplied
    vf32 added[4];  // what is added to a change
} strip_noise;

// One step of part k of a strip, by its words: of its states and, if it is tracked, its fluxes φ ← φ + V·dt.
OHM_FN void strip_update(ohm_variant variant, strip_run *s, vu32 word, const strip_noise *n, ohm_memory m,
                         const ohm_frame *f, u32 row, u32 x, int k, u32 i, const ohm_physics *p) {
    const vf32 voltage = strip_voltage(variant, word, s->image, m.frame, f, row, x, k, i, p);
    s->w[k] = memristor_step(variant, s->w[k], &s->w_rest[k], voltage, n->factor[k], n->added[k],
                             constants_of(variant, s->c, k), p);
    if (variant_of(variant, flux))
        s->phi[k] = v_two_sum(s->phi[k], v_fma(voltage, v_splat(p->dt), s->phi_rest[k]), &s->phi_rest[k]);
}

// A standard normal deviate of each device in step t.
OHM_RARE void strip_deviates(vf32 xi[4], u32 row, u32 x, u64 t, u32 stream, const ohm_physics *p) {
    vu32 word[4];
    strip_words(word, row, x, t, stream, p);
    OHM_UNROLL
    for (int k = 0; k < 4; k++) xi[k] = v_centred(word[k]);
    v_normal_quantiles(xi, 4);
}

// The noise of step t. Without it, changes are multiplied by 1 and nothing is added.
OHM_FN void strip_draw_noise(ohm_variant variant, strip_noise *n, const strip_run *s, u32 row, u32 x, u64 t,
                             const ohm_physics *p) {
    OHM_UNROLL
    for (int k = 0; k < 4; k++) {
        n->factor[k] = v_splat(1.0f);
        n->added[k] = v_splat(0);
    }
    if (variant_of(variant, noisy)) {
        strip_deviates(n->factor, row, x, t, OHM_STREAM_NOISE, p);
        OHM_UNROLL
        for (int k = 0; k < 4; k++)
            n->factor[k] = v_fma(constants_of(variant, s->c, k)[OHM_NOISE], n->factor[k], v_splat(1.0f));
    }
    if (variant_of(variant, additive)) {
        strip_deviates(n->added, row, x, t, OHM_STREAM_NOISE_ADD, p);
        OHM_UNROLL
        for (int k = 0; k < 4; k++) {
            const vf32 *c = constants_of(variant, s->c, k);
            n->added[k] = c[OHM_NOISE_ADD] * (c[OHM_HIGH] - c[OHM_LOW]) * n->added[k];
        }
    }
}

// Step i of a launch that began at step t of a strip, by its words, which become those of strip next_x of the
// row in step next_t.
//
// With AVX-512 the two are entwined: a processor looks only so far ahead, and on its own each is a chain of
// instructions that wait for one another (native 2.82 to 3.17·10⁹, PoCL 2.78 to 3.05·10⁹ synapse-steps/s on
// two Zen 4 cores). AVX2 has not the registers for both (5 % slower), and a GPU has other work-items.
OHM_FN void strip_step(ohm_variant variant, strip_run *s, vu32 word[4], ohm_memory m, const ohm_frame *f,
                       u32 row, u32 x, u64 t, u32 i, u32 next_x, u64 next_t, const ohm_physics *p) {
    strip_noise noise;
    strip_draw_noise(variant, &noise, s, row, x, t + i, p);
    if (!variant_unrolls(variant)) {
        OHM_ROLL
        for (int k = 0; k < 4; k++) strip_update(variant, s, word[k], &noise, m, f, row, x, k, i, p);
        if (distribution_is_random(variant_of(variant, stimulus)))
            strip_words(word, row, next_x, next_t, OHM_STREAM_STIMULUS, p);
        return;
    }
#if OHM_LANES < 16
    OHM_UNROLL
    for (int k = 0; k < 4; k++) strip_update(variant, s, word[k], &noise, m, f, row, x, k, i, p);
    if (distribution_is_random(variant_of(variant, stimulus)))
        strip_words(word, row, next_x, next_t, OHM_STREAM_STIMULUS, p);
#else
    philox_calls calls = strip_calls(row, next_x, next_t, OHM_STREAM_STIMULUS, p);
    OHM_UNROLL
    for (int k = 0; k < 4; k++) {
        calls = philox_continue(calls, 2 + 2 * k, p->key[0], p->key[1]);
        strip_update(variant, s, word[k], &noise, m, f, row, x, k, i, p);
    }
    philox_end(calls, word);
#endif
}

OHM_FN void strip_load(ohm_variant variant, strip_run *s, ohm_memory m, const ohm_frame *f, ohm_shape shape,
                       u32 row, u32 x) {
    const u64 at = row * shape.pitch;
    OHM_UNROLL
    for (int k = 0; k < 4; k++) {
        const u64 from = at + strip_column(x, k);
        s->w[k] = v_load(m.state + from);
        s->w_rest[k] = variant_of(variant, extended) ? v_load(m.state_rest + from) : v_splat(0);
        s->phi[k] = variant_of(variant, flux) ? v_load(m.flux + from) : v_splat(0);
        s->phi_rest[k] = variant_of(variant, flux) ? v_load(m.flux_rest + from) : v_splat(0);
    }
    if (variant_of(variant, frame) != OHM_FRAME_IMAGE) return;
    OHM_UNROLL
    for (int k = 0; k < 4; k++) s->image[k] = frame_image(m.frame, f, shape.row0 + row, strip_column(x, k));
}

OHM_FN void strip_store(ohm_variant variant, const strip_run *s, ohm_memory m, ohm_shape shape, u32 row,
                        u32 x) {
    const u64 at = row * shape.pitch;
    OHM_UNROLL
    for (int k = 0; k < 4; k++) {
        const u64 to = at + strip_column(x, k);
        v_store(m.state + to, s->w[k]);
        if (variant_of(variant, extended)) v_store(m.state_rest + to, s->w_rest[k]);
        if (variant_of(variant, flux)) v_store(m.flux + to, s->phi[k]);
        if (variant_of(variant, flux)) v_store(m.flux_rest + to, s->phi_rest[k]);
    }
}

// Steps t … t + steps − 1 of a strip, at least one.
OHM_FN void strip_steps(ohm_variant variant, strip_run *s, ohm_memory m, const ohm_frame *f, u32 row, u32 x,
                        u64 t, u32 steps, const ohm_physics *p) {
    vu32 word[4];
    strip_noise noise;
    strip_words(word, row, x, t, OHM_STREAM_STIMULUS, p);
    for (u32 i = 0; i + 1 < steps; i++) strip_step(variant, s, word, m, f, row, x, t, i, x, t + i + 1, p);
    strip_draw_noise(variant, &noise, s, row, x, t + steps - 1, p);
    OHM_UNROLL
    for (int k = 0; k < 4; k++) strip_update(variant, s, word[k], &noise, m, f, row, x, k, steps - 1, p);
}

// The same in memory, for one work-item. The state is in registers all the way: K steps a launch cost the
// memory traffic of one.
OHM_FN void strip_advance(ohm_variant variant, ohm_memory m, const ohm_frame *f, ohm_shape shape, u32 row,
                          u32 x, u64 t, u32 steps, const ohm_physics *p) {
    const u32 row0 = shape.row0 + row;
    strip_run s;
    strip_devices(variant, s.c, row0, x, p);
    strip_load(variant, &s, m, f, shape, row, x);
    strip_steps(variant, &s, m, f, row0, x, t, steps, p);
    strip_store(variant, &s, m, shape, row, x);
}

// The same for the strips x … end − 1 of a row, one after the other: a strip's last step is entwined with the
// next one's first words, which matters where there is no other step (native, 1 step a launch: 2.7 to
// 3.05·10⁹ synapse-steps/s on two Zen 4 cores; in PoCL it is slower).
OHM_FN void strips_advance(ohm_variant variant, ohm_memory m, const ohm_frame *f, ohm_shape shape, u32 row,
                           u32 x, u32 end, u64 t, u32 steps, const ohm_physics *p) {
    const u32 row0 = shape.row0 + row;
    strip_run s;
    vu32 word[4];
    for (int k = 0; k < 4; k++) s.image[k] = v_splat(0);
    strip_common(variant, s.c, p);
    strip_words(word, row0, x, t, OHM_STREAM_STIMULUS, p);
    for (; x < end; x++) {
        if (variant_of(variant, varied)) strip_draw(variant, s.c, row0, x, p);
        strip_load(variant, &s, m, f, shape, row, x);
        for (u32 i = 0; i < steps; i++) {
            const int last = i + 1 == steps;
            strip_step(variant, &s, word, m, f, row0, x, t, i, x + last, last ? t : t + i + 1, p);
        }
        strip_store(variant, &s, m, shape, row, x);
    }
}

#endif
