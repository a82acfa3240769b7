// Pulses on lines: each row and each column has a train of bits and a sign, and a device is pulsed in the
// slots in which both of its lines have a bit. Of random trains this is the stochastic update of Gokmen and
// Vlasov, Front. Neurosci. 10, 333 (2016): the number of coincidences is, in the mean, the product of two
// numbers.
//
// Slot s of an update that begins at step t is step t + s, whose noise it has. A device that is not pulsed in
// a slot keeps its state there. So vectors of devices without a coincidence, which are most of them, are left
// out, and no bit depends on how many devices a vector holds.
#ifndef OHM_PULSES_H
#define OHM_PULSES_H

#include "advance.h"
#include "readout.h"

#define PULSE_SIGN 0x80000000u // of a line's train; its slots are the bits below

typedef struct ohm_pulses {
    u64 t;           // the step of slot 0
    float amplitude; // V; a line of each sign makes it negative
    u32 slots;       // the bits that count
} ohm_pulses;

// All bits that any lane has.
OHM_FN u32 or_lanes(vu32 x) {
    const v_any32 all = {.u = x};
    u32 any = 0;
    OHM_UNROLL
    for (int i = 0; i < OHM_LANES; i++) any |= all.u_lane[i];
    return any;
}

// One slot of part k of a strip, by the words of its noise; trains are the coincidences of each device. A
// function in C: the code of all models, four times over, would take the compiler minutes.
OHM_RARE void part_pulse(ohm_variant variant, strip_run *s, vu32 trains, vu32 sign, u32 slot, int k,
                         vu32 noise, vu32 noise_add, float amplitude, const ohm_physics *p) {
    const vf32 *c = constants_of(variant, s->c, k);
    const vu32 on = v_bits(v_splat(0)) - (trains >> slot & 1u);
    const vf32 voltage = v_from_bits((v_bits(v_splat(amplitude)) ^ sign) & on);
    vf32 rest = s->w_rest[k], factor = v_splat(1.0f), added = v_splat(0);
    if (variant_of(variant, noisy)) factor = v_fma(c[OHM_NOISE], v_normal(noise), v_splat(1.0f));
    if (variant_of(variant, additive))
        added = c[OHM_NOISE_ADD] * (c[OHM_HIGH] - c[OHM_LOW]) * v_normal(noise_add);
    const vf32 next = memristor_step(variant, s->w[k], &rest, voltage, factor, added, c, p);
    s->w[k] = v_from_bits((v_bits(next) & on) | (v_bits(s->w[k]) & ~on));
    s->w_rest[k] = v_from_bits((v_bits(rest) & on) | (v_bits(s->w_rest[k]) & ~on));
    if (variant_of(variant, flux))
        s->phi[k] = v_two_sum(s->phi[k], v_fma(voltage, v_splat(p->dt), s->phi_rest[k]), &s->phi_rest[k]);
}

// The slots of a strip in which any of its devices is pulsed, one after the other.
OHM_FN void strip_pulse_slots(ohm_variant variant, strip_run *s, const vu32 trains[4], const vu32 sign[4],
                              const u32 any[4], u32 row, u32 x, const ohm_pulses *a, const ohm_physics *p) {
    for (u32 left = any[0] | any[1] | any[2] | any[3]; left; left &= left - 1) {
        const u32 slot = OHM_LOWEST(left);
        vu32 noise[4] = {trains[0], trains[1], trains[2], trains[3]}, noise_add[4];
        if (variant_of(variant, noisy)) strip_words(noise, row, x, a->t + slot, OHM_STREAM_NOISE, p);
        OHM_UNROLL
        for (int k = 0; k < 4; k++) noise_add[k] = noise[k];
        if (variant_of(variant, additive))
            strip_words(noise_add, row, x, a->t + slot, OHM_STREAM_NOISE_ADD, p);
        OHM_UNROLL
        for (int k = 0; k < 4; k++)
            if (any[k] >> slot & 1u)
                part_pulse(variant, s, trains[k], sign[k], slot, k, noise[k], noise_add[k], a->amplitude, p);
    }
}

OHM_FN void pulse_load(ohm_variant variant, strip_run *s, ohm_memory m, ohm_shape shape, u32 row, u32 x) {
    OHM_UNROLL
    for (int k = 0; k < 4; k++) {
        const u64 from = row * shape.pitch + strip_column(x, k);
        s->w[k] = v_load(m.state + from);
        s->w_rest[k] = variant_of(variant, extended) ? v_load(m.state_rest + from) : v_splat(0);
        s->phi[k] = variant_of(variant, flux) ? v_load(m.flux + from) : v_splat(0);
        s->phi_rest[k] = variant_of(variant, flux) ? v_load(m.flux_rest + from) : v_splat(0);
    }
}

// A strip of a row whose train is given. cols are the columns' trains, u32 [pitch], as floats of these bits;
// s has the constants that all devices share.
OHM_FN void strip_pulse(ohm_variant variant, strip_run *s, ohm_memory m, const OHM_GLOBAL float *cols,
                        u32 train, ohm_shape shape, u32 row, u32 x, const ohm_pulses *a,
                        const ohm_physics *p) {
    const u32 row0 = shape.row0 + row, slots = train & ((1u << a->slots) - 1);
    vu32 trains[4], sign[4];
    u32 any[4], all = 0;
    OHM_UNROLL
    for (int k = 0; k < 4; k++) {
        const vu32 col = v_bits(v_load(cols + strip_column(x, k)));
        trains[k] = col & slots;
        sign[k] = (col ^ train) & PULSE_SIGN;
        any[k] = or_lanes(trains[k]);
        all |= any[k];
    }
    if (!all) return;
    if (variant_of(variant, varied)) read_draw(variant, s->c, row0, x, p);
    pulse_load(variant, s, m, shape, row, x);
    strip_pulse_slots(variant, s, trains, sign, any, row0, x, a, p);
    strip_store(variant, s, m, shape, row, x);
}

#endif
