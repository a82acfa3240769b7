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

// The fraction of devices with a fault. A kernel's argument has no address that depends on a number.
OHM_FN float fault_part(u32 fault, const ohm_physics *p) {
    const float low = fault == OHM_STUCK ? p->fault[OHM_STUCK - 1] : p->fault[OHM_STUCK_LOW - 1];
    const float high = fault == OHM_STUCK_HIGH ? p->fault[OHM_STUCK_HIGH - 1] : p->fault[OHM_STUCK_OPEN - 1];
    return fault < OHM_STUCK_HIGH ? low : high;
}

OHM_FN void memristor_common(vf32 *c, const ohm_physics *p) {
    OHM_UNROLL
    for (int i = 0; i < OHM_CONSTANTS; i++) c[i] = v_splat(p->model[i]);
}

// The constants of a strip before what differs from device to device.
OHM_FN void strip_common(ohm_variant variant, strip_constants c, const ohm_physics *p) {
    memristor_common(c[0], p);
    if (!variant_of(variant, varied)) return;
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

// The faults of a strip's devices. Each has random numbers of its own, so that how many have another changes
// nothing of whom it strikes. Nothing moves a stuck device, its gain being 0, so that no step need ask.
OHM_FN void strip_faults(strip_constants c, u32 row, u32 x, const ohm_physics *p) {
    vf32 fault[4];
    OHM_UNROLL
    for (int k = 0; k < 4; k++) fault[k] = v_splat(OHM_INTACT);
    OHM_ROLL
    for (u32 i = OHM_STUCK; i <= OHM_FAULTS; i++) {
        const vf32 part = v_splat(fault_part(i, p)), one = v_splat((float)i);
        vu32 word[4];
        strip_words(word, row, x, 0, OHM_STREAM_FAULT + i - OHM_STUCK, p);
        OHM_UNROLL
        for (int k = 0; k < 4; k++) fault[k] = v_where_less(v_fraction(word[k]), part, one, fault[k]);
    }
    OHM_UNROLL
    for (int k = 0; k < 4; k++) {
        c[k][OHM_FAULT] = fault[k];
        c[k][OHM_GAIN] = v_where_less(fault[k], v_splat(OHM_STUCK - 0.5f), c[k][OHM_GAIN], v_splat(0));
    }
}

// What differs, of strip x of a row of the crossbar, over constants that strip_common made once. A
// parameter's stream is by its place, so what else is spread changes nothing of it.
OHM_DRAW void strip_draw(ohm_variant variant, strip_constants c, u32 row, u32 x, const ohm_physics *p) {
    vu32 word[4];
    vf32 value[4];
    u32 n = 0;
    FOR_SPREADS(i, variant_of(variant, spreads)) {
        strip_words(word, row, x, 0, OHM_STREAM_SPREAD + i, p);
        spread_sample(&p->spread[n], p->model[i], word, 4, value);
        OHM_UNROLL
        for (int k = 0; k < 4; k++) c[k][i] = value[k];
        n++;
    }
    OHM_UNROLL
    for (int k = 0; k < 4; k++) {
        if (variant_of(variant, faulty))
            c[k][OHM_GAIN] = v_splat(p->model[OHM_GAIN]); // before the last strip's faults
        if (variant_of(variant, spreads))
            model_prepare(variant_of(variant, model), c[k], variant_of(variant, spreads), p);
    }
    if (variant_of(variant, faulty)) strip_faults(c, row, x, p);
}

OHM_FN void strip_devices(ohm_variant variant, strip_constants c, u32 row, u32 x, const ohm_physics *p) {
    strip_common(variant, c, p);
    if (variant_of(variant, varied)) strip_draw(variant, c, row, x, p);
}

// Part k's.
#define constants_of(variant, c, k) (variant_of(variant, varied) ? (c)[k] : (c)[0])

// The state before the first step, by x in [0, 1] as drawn.
OHM_FN vf32 memristor_initial(ohm_variant variant, vf32 x, const vf32 *c) {
    x = v_clamp(x, 0, 1);
    if (variant_of(variant, faulty)) {
        const vf32 low = v_splat(OHM_STUCK_LOW - 0.5f), high = v_splat(OHM_STUCK_HIGH - 0.5f);
        const vf32 open = v_splat(OHM_STUCK_OPEN - 0.5f), fault = c[OHM_FAULT];
        const vf32 stuck =
            v_where_less(fault, high, v_splat(0), v_where_less(fault, open, v_splat(1), v_splat(0)));
        x = v_where_less(fault, low, x, stuck);
    }
    return v_min(v_max(model_initial(variant_of(variant, model), x, c), c[OHM_LOW]), c[OHM_HIGH]);
}

// The state within its bounds, and nothing in *rest where state and *rest together are beyond them.
OHM_FN vf32 memristor_clamp(vf32 state, vf32 *rest, const vf32 *c) {
    const vf32 zero = v_splat(0), below = (state - c[OHM_LOW]) + *rest, above = (state - c[OHM_HIGH]) + *rest;
    *rest = v_where_less(below, zero, zero, v_where_less(zero, above, zero, *rest));
    return v_min(v_max(state, c[OHM_LOW]), c[OHM_HIGH]);
}

// The state with a change added to it. In extended precision *rest is what it could not hold, before and
// after.
OHM_FN vf32 memristor_add(ohm_variant variant, vf32 state, vf32 *rest, vf32 change, const vf32 *c) {
    if (variant_of(variant, extended))
        return memristor_clamp(v_two_sum(state, change + *rest, rest), rest, c);
    return v_min(v_max(state + change, c[OHM_LOW]), c[OHM_HIGH]);
}

// The state after several sub-steps of a step. What they add is summed up apart, in two parts, and added to
// the state once: a sub-step may be far below its rounding.
OHM_FN vf32 memristor_substeps(ohm_variant variant, vf32 state, vf32 *rest, vf32 voltage, vf32 gain,
                               const vf32 *c, const ohm_physics *p) {
    const vf32 zero = v_splat(0);
    vf32 sum = variant_of(variant, extended) ? *rest : zero, error = zero, at = state;
    for (u32 i = 0; i < p->substeps; i++) {
        const vf32 change = model_rate(variant_of(variant, model), at, voltage, c, p);
        sum = v_two_sum(sum, v_fma(change, gain, error), &error);
        const vf32 next = state + sum;
        at = v_min(v_max(next, c[OHM_LOW]), c[OHM_HIGH]);
        // Beyond a bound the rest of the step begins there.
        const vf32 out = v_abs(next - at);
        state = v_where_less(zero, out, at, state);
        sum = v_where_less(zero, out, zero, sum);
        error = v_where_less(zero, out, zero, error);
    }
    if (!variant_of(variant, extended)) return at;
    return memristor_clamp(v_two_sum(state, sum + error, rest), rest, c);
}

// The state after the model's own part of a step.
//
// A loop over sub-steps that a device knows to be one must not be there: from a loop LLVM takes what depends
// on the voltage alone, needed or not (vteam's v_pow, beside its whole powers: 0.5 instead of 1.1·10⁹
// synapse-steps/s, PoCL, two Zen 3 cores).
OHM_FN vf32 memristor_move(ohm_variant variant, vf32 state, vf32 *rest, vf32 voltage, vf32 gain,
                           const vf32 *c, const ohm_physics *p) {
    if (!variant_of(variant, single)) // && of constants is what clang takes for a slip
        if (model_kinetics(variant_of(variant, model)) == OHM_CONTINUOUS)
            return memristor_substeps(variant, state, rest, voltage, gain, c, p);
    const vf32 rate = model_rate(variant_of(variant, model), state, voltage, c, p);
    if (variant_of(variant, extended))
        return memristor_clamp(v_two_sum(state, v_fma(rate, gain, *rest), rest), rest, c);
    return v_min(v_max(v_fma(rate, gain, state), c[OHM_LOW]), c[OHM_HIGH]);
}

// Where a step moves devices, what noise adds to it, else 0. A pulse moves them even where it changes
// nothing. A rate so small that it may be subnormal counts as none.
OHM_FN vf32 memristor_added_noise(ohm_variant variant, vf32 state, vf32 voltage, vf32 added, const vf32 *c,
                                  const ohm_physics *p) {
    const int pulsed = model_kinetics(variant_of(variant, model)) == OHM_PULSED;
    const vf32 push = pulsed ? voltage : model_rate(variant_of(variant, model), state, voltage, c, p);
    const vf32 moving = v_where_less(v_splat(1e-30f), v_abs(push), added, v_splat(0));
    return v_where_less(v_splat(0), v_abs(c[OHM_GAIN]), moving, v_splat(0));
}

// The state after a step at a voltage. factor is 1 + σξ of the noise, and added what noise adds where the
// step moves the device. In extended precision *rest is what the state could not hold, before and after.
OHM_FN vf32 memristor_step(ohm_variant variant, vf32 state, vf32 *rest, vf32 voltage, vf32 factor, vf32 added,
                           const vf32 *c, const ohm_physics *p) {
    vf32 gain = c[OHM_GAIN];
    if (variant_of(variant, noisy)) gain = gain * factor;
    const vf32 next = memristor_move(variant, state, rest, voltage, gain, c, p);
    if (!variant_of(variant, additive)) return next;
    return memristor_add(variant, next, rest, memristor_added_noise(variant, state, voltage, added, c, p), c);
}

// The resistance at a bound of the state.
OHM_FN vf32 memristor_end(ohm_variant variant, int bound, const vf32 *c) {
    return model_resistance(variant_of(variant, model), c[bound], c);
}

// The state that the idle time since the last step leaves: that in which the conductance is
// G(t) = G0·(t/t0)^{−ν}, or the device's least one. Devices that cannot drift keep the state they have.
OHM_FN vf32 memristor_settle(ohm_variant variant, vf32 state, const vf32 *c, const ohm_physics *p) {
    if (!(p->drift > 0)) return state;
    const vf32 low = memristor_end(variant, OHM_LOW, c), high = memristor_end(variant, OHM_HIGH, c);
    const vf32 least = v_min(low, high), most = v_max(low, high);
    const vf32 before = model_resistance(variant_of(variant, model), state, c);
    const vf32 after = v_min(before * v_exp(c[OHM_NU] * v_splat(p->drift)), most);
    const vf32 left = model_inverse(variant_of(variant, model), after, c);
    const vf32 drifted = v_min(v_max(left, c[OHM_LOW]), c[OHM_HIGH]);
    vf32 settled = v_where_less(before, after, drifted, state);
    settled = v_where_less(least, most, settled, state); // without a range there is no way to drift
    if (variant_of(variant, faulty))
        settled = v_where_less(c[OHM_FAULT], v_splat(OHM_STUCK - 0.5f), settled, state);
    return settled;
}

// A standard normal deviate of the synapses of a place, by counters that may differ from one to the other.
OHM_FN vf32 place_deviate(strip_place at, vu32 low, u32 high, u32 stream, const ohm_physics *p) {
    const vu32 c0 = lane_numbers() + strip_counter(at.x);
    return v_normal(philox_word(c0, at.row, low, stream << 24 | high, at.k, p->key[0], p->key[1]));
}

// What noise adds to what is read of a device, as a part of the range of its conductance. That of writing is
// drawn from a counter made of the state, so that it stays until the state changes, and takes no memory.
OHM_FN vf32 memristor_error(vf32 state, strip_place at, const vf32 *c, const ohm_physics *p) {
    const vu32 reading = v_bits(v_splat(0)) + (u32)p->reading;
    const vf32 write = place_deviate(at, v_bits(state), 0, OHM_STREAM_WRITE_NOISE, p);
    const vf32 read = place_deviate(at, reading, (u32)(p->reading >> 32), OHM_STREAM_READ_NOISE, p);
    return v_fma(c[OHM_WRITE_NOISE], write, c[OHM_READ_NOISE] * read);
}

// What is read of the model's resistance: of levels that divide the device's range of conductance equally the
// nearest, with an error in parts of that range, but no less than a tenth of the device's least conductance.
OHM_FN vf32 memristor_measure(ohm_variant variant, vf32 resistance, vf32 error, const vf32 *c,
                              const ohm_physics *p) {
    const float shifter = 12582912.0f; // 1.5·2²³: adding it rounds to an integer
    const vf32 one = v_splat(1.0f);
    const vf32 a = v_divide(one, memristor_end(variant, OHM_LOW, c));
    const vf32 b = v_divide(one, memristor_end(variant, OHM_HIGH, c));
    const vf32 low = v_min(a, b), range = v_max(a, b) - low;
    vf32 conductance = v_divide(one, resistance);
    if (p->levels) {
        const vf32 gap = v_max(range * v_splat(p->level_gap), v_splat(1e-30f));
        const vf32 place = v_clamp(v_divide(conductance - low, gap), 0, (float)(p->levels - 1));
        conductance = v_fma(place + v_splat(shifter) - v_splat(shifter), gap, low);
    }
    if (variant_of(variant, noisy_read)) conductance = v_max(v_fma(range, error, conductance), low * 0.1f);
    return v_divide(one, conductance);
}

// What is read of a device that is at a settled state, open ones included.
OHM_FN vf32 memristor_read(ohm_variant variant, vf32 settled, strip_place at, const vf32 *c,
                           const ohm_physics *p) {
    vf32 error = v_splat(0), resistance = model_resistance(variant_of(variant, model), settled, c);
    if (variant_of(variant, noisy_read)) error = memristor_error(settled, at, c, p);
    if (variant_of(variant, noisy_read) || p->levels)
        resistance = memristor_measure(variant, resistance, error, c, p);
    if (!variant_of(variant, faulty)) return resistance;
    return v_where_less(v_splat(OHM_STUCK_OPEN - 0.5f), c[OHM_FAULT], c[OHM_R_OPEN], resistance);
}

// The resistance that is read of a device in a place.
OHM_FN vf32 memristor_resistance(ohm_variant variant, vf32 state, strip_place at, const vf32 *c,
                                 const ohm_physics *p) {
    return memristor_read(variant, memristor_settle(variant, state, c, p), at, c, p);
}

// The current at a voltage: the model's own, changed by what is read of it in the same proportion.
OHM_FN vf32 memristor_current(ohm_variant variant, vf32 state, vf32 voltage, strip_place at, const vf32 *c,
                              const ohm_physics *p) {
    const vf32 settled = memristor_settle(variant, state, c, p);
    const vf32 model = model_resistance(variant_of(variant, model), settled, c);
    return model_current(variant_of(variant, model), settled, voltage, c) *
           v_divide(model, memristor_read(variant, settled, at, c, p));
}

#endif
