// What surrounds every model: the constants of each device, which may be spread, noise from step to step,
// faults, and what is read of a state: levels of conductance and its drift. All of it is drawn from counters
// when it is needed, so that it takes no memory.
#ifndef OHM_MEMRISTOR_H
#define OHM_MEMRISTOR_H

#include "distributions.h"
#include "models.h"
#include "strip.h"

// A strip's constants: c[k][place] of its part k, or c[0][place] of all when they are not spread.
typedef vf32 strip_constants[4][OHM_CONSTANTS];

// A constant's value in each device of some parts, 4 or fewer, from their random words.
OHM_FN void spread_sample(const ohm_spread *s, float value, const vu32 *word, int parts, vf32 *y) {
    const float end = 0.99999994f; // 1 − 2⁻²⁴: rounding must not reach 1
    OHM_UNROLL
    for (int k = 0; k < parts; k++)
        y[k] = v_clamp(v_fma(v_centred(word[k]), v_splat(s->reach), v_splat(s->middle)), -end, end);
    if (s->kind != OHM_SPREAD_UNIFORM) v_normal_quantiles(y, parts);
    if (s->kind == OHM_SPREAD_LOGNORMAL) {
        OHM_UNROLL
        for (int k = 0; k < parts; k++) y[k] = v_splat(s->sigma) * y[k];
        v_exps(y, parts);
        OHM_UNROLL
        for (int k = 0; k < parts; k++) y[k] = v_clamp(v_splat(value) * y[k], s->low, s->high);
    } else {
        OHM_UNROLL
        for (int k = 0; k < parts; k++)
            y[k] = v_clamp(v_fma(v_splat(s->sigma), y[k], v_splat(value)), s->low, s->high);
    }
}

// The fault of each device, by a number in [0, 1).
OHM_FN vf32 fault_of(vf32 u, const ohm_physics *p) {
    const vf32 open = v_where_less(u, v_splat(p->fault[2]), v_splat(OHM_STUCK_OPEN), v_splat(OHM_INTACT));
    const vf32 high = v_where_less(u, v_splat(p->fault[1]), v_splat(OHM_STUCK_HIGH), open);
    return v_where_less(u, v_splat(p->fault[0]), v_splat(OHM_STUCK_LOW), high);
}

OHM_FN void memristor_common(vf32 *c, const ohm_physics *p) {
    OHM_UNROLL
    for (int i = 0; i < OHM_CONSTANTS; i++) c[i] = v_splat(p->model[i]);
}

// The constants of a strip before what differs from device to device.
OHM_FN void strip_common(ohm_kind kind, strip_constants c, const ohm_physics *p) {
    memristor_common(c[0], p);
    if (!kind_of(kind, varied)) return;
    OHM_UNROLL
    for (int k = 1; k < 4; k++) memristor_common(c[k], p);
}

// For each place i that is set in spreads. On a device that is known, and a loop that is unrolled keeps the
// constants in registers; on the host it is not.
#ifdef __OPENCL_C_VERSION__
#define FOR_SPREADS(i, spreads)                                                                              \
    OHM_UNROLL                                                                                               \
    for (u32 i = 0; i < OHM_CONSTANTS; i++)                                                                  \
        if ((spreads) >> i & 1)
#else
#define FOR_SPREADS(i, spreads)                                                                              \
    for (u32 left = (spreads), i; left && (i = (u32)__builtin_ctz(left), 1); left &= left - 1)
#endif

// The faults of a strip's devices. Nothing moves a stuck one, its gain being 0, so that no step need ask.
OHM_FN void strip_faults(strip_constants c, u32 row, u32 x, const ohm_physics *p) {
    vu32 word[4];
    strip_words(word, row, x, 0, OHM_STREAM_FAULT, p);
    OHM_UNROLL
    for (int k = 0; k < 4; k++) {
        const vf32 fault = fault_of(v_fraction(word[k]), p);
        c[k][OHM_FAULT] = fault;
        c[k][OHM_GAIN] = v_where_less(fault, v_splat(OHM_STUCK_LOW - 0.5f), c[k][OHM_GAIN], v_splat(0));
    }
}

// What differs, of strip x of a row of the crossbar, over constants that strip_common made once. A
// parameter's stream is by its place, so what else is spread changes nothing of it.
OHM_DRAW void strip_draw(ohm_kind kind, strip_constants c, u32 row, u32 x, const ohm_physics *p) {
    vu32 word[4];
    vf32 value[4];
    u32 n = 0;
    FOR_SPREADS(i, kind_of(kind, spreads)) {
        strip_words(word, row, x, 0, OHM_STREAM_SPREAD + i, p);
        spread_sample(&p->spread[n], p->model[i], word, 4, value);
        OHM_UNROLL
        for (int k = 0; k < 4; k++) c[k][i] = value[k];
        n++;
    }
    OHM_UNROLL
    for (int k = 0; k < 4; k++) {
        if (kind_of(kind, faulty))
            c[k][OHM_GAIN] = v_splat(p->model[OHM_GAIN]); // before the last strip's faults
        if (kind_of(kind, spreads)) model_prepare(kind_of(kind, model), c[k], kind_of(kind, spreads), p);
    }
    if (kind_of(kind, faulty)) strip_faults(c, row, x, p);
}

OHM_FN void strip_devices(ohm_kind kind, strip_constants c, u32 row, u32 x, const ohm_physics *p) {
    strip_common(kind, c, p);
    if (kind_of(kind, varied)) strip_draw(kind, c, row, x, p);
}

// Part k's.
#define constants_of(kind, c, k) (kind_of(kind, varied) ? (c)[k] : (c)[0])

// The state before the first step, by x in [0, 1] as drawn.
OHM_FN vf32 memristor_initial(ohm_kind kind, vf32 x, const vf32 *c) {
    x = v_clamp(x, 0, 1);
    if (kind_of(kind, faulty)) {
        const vf32 low = v_splat(OHM_STUCK_LOW - 0.5f), high = v_splat(OHM_STUCK_HIGH - 0.5f);
        const vf32 open = v_splat(OHM_STUCK_OPEN - 0.5f), fault = c[OHM_FAULT];
        const vf32 stuck =
            v_where_less(fault, high, v_splat(0), v_where_less(fault, open, v_splat(1), v_splat(0)));
        x = v_where_less(fault, low, x, stuck);
    }
    return v_min(v_max(model_initial(kind_of(kind, model), x, c), c[OHM_LOW]), c[OHM_HIGH]);
}

// The state within its bounds, and nothing in *rest where that changed it.
OHM_FN vf32 memristor_clamp(vf32 state, vf32 *rest, const vf32 *c) {
    const vf32 zero = v_splat(0);
    *rest = v_where_less(state, c[OHM_LOW], zero, v_where_less(c[OHM_HIGH], state, zero, *rest));
    return v_min(v_max(state, c[OHM_LOW]), c[OHM_HIGH]);
}

// The state after several sub-steps of a step. What they add is summed up apart, in two parts, and added to
// the state once: a sub-step may be far below its rounding.
OHM_FN vf32 memristor_substeps(ohm_kind kind, vf32 state, vf32 *rest, vf32 voltage, vf32 gain, const vf32 *c,
                               const ohm_physics *p) {
    const vf32 zero = v_splat(0);
    vf32 sum = kind_of(kind, extended) ? *rest : zero, error = zero, at = state;
    for (u32 i = 0; i < p->substeps; i++) {
        const vf32 change = model_rate(kind_of(kind, model), at, voltage, c, p);
        sum = v_two_sum(sum, v_fma(change, gain, error), &error);
        const vf32 next = state + sum;
        at = v_min(v_max(next, c[OHM_LOW]), c[OHM_HIGH]);
        // Beyond a bound the rest of the step begins there.
        const vf32 out = v_abs(next - at);
        state = v_where_less(zero, out, at, state);
        sum = v_where_less(zero, out, zero, sum);
        error = v_where_less(zero, out, zero, error);
    }
    if (!kind_of(kind, extended)) return at;
    return memristor_clamp(v_two_sum(state, sum + error, rest), rest, c);
}

// The state after a step at a voltage. shake is 1 + σξ of the noise. In extended precision *rest is what the
// state could not hold, before and after.
//
// A loop over sub-steps that a device knows to be one must not be there: from a loop LLVM takes what depends
// on the voltage alone, needed or not (vteam's v_pow, beside its whole powers: 0.5 instead of 1.1·10⁹
// synapse-steps/s, PoCL, two Zen 3 cores).
OHM_FN vf32 memristor_step(ohm_kind kind, vf32 state, vf32 *rest, vf32 voltage, vf32 shake, const vf32 *c,
                           const ohm_physics *p) {
    vf32 gain = c[OHM_GAIN];
    if (kind_of(kind, noisy)) gain = gain * shake;
    if (!kind_of(kind, single) && model_motion(kind_of(kind, model)) == OHM_CONTINUOUS)
        return memristor_substeps(kind, state, rest, voltage, gain, c, p);
    const vf32 rate = model_rate(kind_of(kind, model), state, voltage, c, p);
    if (kind_of(kind, extended))
        return memristor_clamp(v_two_sum(state, v_fma(rate, gain, *rest), rest), rest, c);
    return v_min(v_max(v_fma(rate, gain, state), c[OHM_LOW]), c[OHM_HIGH]);
}

// What is read of the model's resistance: the nearest of the levels of conductance, drifted since the last
// step by G(t) = G0·(t/t0)^{−ν}, and none where the device is open.
OHM_FN vf32 memristor_read(ohm_kind kind, vf32 resistance, const vf32 *c, const ohm_physics *p) {
    const float shifter = 12582912.0f; // 1.5·2²³: adding it rounds to an integer
    if (p->levels) {
        const vf32 one = v_splat(1.0f), low = v_splat(p->level_low);
        const vf32 place = v_divide(v_divide(one, resistance) - low, v_splat(p->level_gap));
        const vf32 level = v_clamp(place, 0, (float)(p->levels - 1)) + v_splat(shifter) - v_splat(shifter);
        resistance = v_divide(one, v_fma(level, v_splat(p->level_gap), low));
    }
    if (p->drift > 0) resistance = resistance * v_exp(c[OHM_NU] * v_splat(p->drift));
    if (!kind_of(kind, faulty)) return resistance;
    return v_where_less(v_splat(OHM_STUCK_OPEN - 0.5f), c[OHM_FAULT], c[OHM_R_OPEN], resistance);
}

OHM_FN vf32 memristor_resistance(ohm_kind kind, vf32 state, const vf32 *c, const ohm_physics *p) {
    return memristor_read(kind, model_resistance(kind_of(kind, model), state, c), c, p);
}

// The current at a voltage: the model's own, changed by what is read of it in the same proportion.
OHM_FN vf32 memristor_current(ohm_kind kind, vf32 state, vf32 voltage, const vf32 *c, const ohm_physics *p) {
    const vf32 model = model_resistance(kind_of(kind, model), state, c);
    return model_current(kind_of(kind, model), state, voltage, c) *
           v_divide(model, memristor_read(kind, model, c, p));
}

#endif
