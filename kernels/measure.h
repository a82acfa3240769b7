// What is measured of a crossbar where its data is: the digest and the tally behind the statistics.
//
// Both are sums of integers, or minima and maxima, so that no order of work can change a digit.
#ifndef OHM_MEASURE_H
#define OHM_MEASURE_H

#include "memristor.h"

#define TALLY_BINS 256

// The fixed points of the sums: a state x in [0, 1] of its range counts as x·2³¹, a resistance as
// R/R_high·2⁴⁴ and a conductance as G·R_low·2⁴⁴, all cut to integers, so that 2¹⁸ synapses (the most
// one record may take) stay below 2⁶⁴.
#define TALLY_STATE_ONE 0x1p31f
#define TALLY_OHM_ONE 0x1p44f
#define TALLY_SYNAPSES (1u << 18)

// The tally of up to TALLY_SYNAPSES synapses.
typedef struct ohm_tally {
    u64 state;                   // Σ x
    u64 square_low, square_high; // Σ x², its low and high 32 bits summed apart
    u64 resistance, conductance; // Σ R, Σ G
    float state_min, state_max;
    float resistance_min, resistance_max;
    float conductance_min, conductance_max;
} ohm_tally;

// The same in lanes, while it is being taken.
typedef struct tally_lanes {
    vu64 state, square_low, square_high, resistance, conductance;
    vf32 state_min, state_max, resistance_min, resistance_max, conductance_min, conductance_max;
} tally_lanes;

OHM_FN vu64 mix64(vu64 x) {
    x = (x ^ x >> 30) * (u64)0xBF58476D1CE4E5B9;
    x = (x ^ x >> 27) * (u64)0x94D049BB133111EB;
    return x ^ x >> 31;
}

// All ones in the lanes that are columns of the crossbar, zero in the padding.
OHM_FN vu64 lanes_inside(u64 column, u64 cols) {
#if OHM_LANES == 1
    return column < cols ? ~(u64)0 : 0;
#else
    const vu64 beyond = v_widen(lane_numbers()) + v_splat_u64(column - cols); // its top bit: negative
    return v_splat_u64(0) - (beyond >> 63);
#endif
}

// Adds Σ mix64(i·0x9E3779B97F4A7C15 + bits(value i)) over a strip, i = row·cols + col, mix64 being the
// finaliser of SplitMix64 (Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators",
// OOPSLA 2014).
OHM_FN vu64 strip_digest(vu64 sum, const OHM_GLOBAL float *plane, ohm_shape shape, u32 row, u32 x) {
    const u64 first = (u64)(shape.row0 + row) * shape.cols;
    OHM_UNROLL
    for (int k = 0; k < 4; k++) {
        const u64 column = strip_column(x, k);
        const vu64 i = v_widen(lane_numbers()) + v_splat_u64(first + column);
        const vu64 bits = v_widen(v_bits(v_load(plane + row * shape.pitch + column)));
        sum += mix64(i * (u64)0x9E3779B97F4A7C15 + bits) & lanes_inside(column, shape.cols);
    }
    return sum;
}

OHM_FN u64 sum_lanes(vu64 v) {
    const v_any64 all = {.u = v};
    u64 sum = 0;
    for (int i = 0; i < OHM_LANES; i++) sum += all.lane[i];
    return sum;
}

OHM_FN float min_lanes(vf32 v) {
    const v_any32 all = {.f = v};
    float min = all.f_lane[0];
    for (int i = 1; i < OHM_LANES; i++) min = all.f_lane[i] < min ? all.f_lane[i] : min;
    return min;
}

OHM_FN tally_lanes tally_start(void) {
    const vu64 zero = v_splat_u64(0);
    const vf32 high = v_splat(3.4e38f), low = v_splat(-3.4e38f);
    const tally_lanes t = {zero, zero, zero, zero, zero, high, low, high, low, high, low};
    return t;
}

// value in the lanes inside, other in the rest.
OHM_FN vf32 tally_keep(vf32 value, vu32 inside, float other) {
    return v_from_bits((v_bits(value) & inside) | (v_bits(v_splat(other)) & ~inside));
}

OHM_FN void tally_range(vf32 *min, vf32 *max, vf32 value, vu32 inside) {
    *min = v_min(tally_keep(value, inside, 3.4e38f), *min);
    *max = v_max(tally_keep(value, inside, -3.4e38f), *max);
}

// Counts the states of one register in the histogram; bin i holds [i/256, (i + 1)/256) of the
// state's range and the last one also its upper end.
OHM_FN void tally_bins(OHM_LOCAL u32 *bins, vu64 fixed, u32 columns) {
    const v_any64 bin = {.u = fixed >> 23};
    for (u32 i = 0; i < OHM_LANES && i < columns; i++)
        OHM_COUNT(bins[bin.lane[i] < TALLY_BINS ? bin.lane[i] : TALLY_BINS - 1]);
}

OHM_FN void strip_tally(ohm_variant variant, tally_lanes *t, OHM_LOCAL u32 *bins,
                        const OHM_GLOBAL float *state, ohm_shape shape, u32 row, u32 x,
                        const ohm_physics *p) {
    strip_constants c;
    strip_devices(variant, c, shape.row0 + row, x, p);
    for (int k = 0; k < 4; k++) {
        const u64 column = strip_column(x, k);
        if (column >= shape.cols) return;
        const vu64 inside = lanes_inside(column, shape.cols);
        const vu32 keep = v_narrow(inside);
        const vf32 s = v_load(state + row * shape.pitch + column);
        const strip_place at = {shape.row0 + row, x, k};
        const vf32 r = memristor_resistance(variant, s, at, constants_of(variant, c, k), p),
                   g = v_reciprocal(r);

        const vf32 fraction = (s - v_splat(p->state_low)) * v_splat(p->state_scale);
        const vu64 fixed = v_truncate(v_clamp(fraction, 0, TALLY_STATE_ONE)) & inside;
        const vu64 square = fixed * fixed;
        t->state += fixed;
        t->square_low += square & (u64)0xFFFFFFFF;
        t->square_high += square >> 32;
        t->resistance += v_truncate(r * v_splat(p->resistance_scale)) & inside;
        t->conductance += v_truncate(g * v_splat(p->conductance_scale)) & inside;
        tally_range(&t->state_min, &t->state_max, s, keep);
        tally_range(&t->resistance_min, &t->resistance_max, r, keep);
        tally_range(&t->conductance_min, &t->conductance_max, g, keep);
        const u64 left = shape.cols - column;
        tally_bins(bins, fixed, left < OHM_LANES ? (u32)left : OHM_LANES);
    }
}

OHM_FN ohm_tally tally_finish(const tally_lanes *t) {
    const ohm_tally sum = {
        sum_lanes(t->state),           sum_lanes(t->square_low),        sum_lanes(t->square_high),
        sum_lanes(t->resistance),      sum_lanes(t->conductance),       min_lanes(t->state_min),
        -min_lanes(-t->state_max),     min_lanes(t->resistance_min),    -min_lanes(-t->resistance_max),
        min_lanes(t->conductance_min), -min_lanes(-t->conductance_max),
    };
    return sum;
}

#endif
