// What a random word becomes: the stimulus draws each voltage from a distribution, and the initial
// state each device's starting point.
//
// A distribution NAME is, for the kernels, NAME_sample(word, c), c being the eight constants that,
// for the host, NAME_derive lays out from the parameters in its table's order.
#ifndef OHM_DISTRIBUTIONS_H
#define OHM_DISTRIBUTIONS_H

#include "physics.h"

#define OHM_DISTRIBUTIONS(X, argument) X(uniform, argument) X(constant, argument)

#define OHM_DISTRIBUTION_ID(name, unused) OHM_DISTRIBUTION_##name,
enum { OHM_DISTRIBUTIONS(OHM_DISTRIBUTION_ID, ) OHM_DISTRIBUTION_COUNT };

// Uniform in [lo, hi], on the 2²⁴ steps a float32 can tell apart. The word fits a signed integer
// after the shift, whose conversion every processor has.
OHM_FN vf32 uniform_sample(vu32 word, const float *c) {
    return v_fma(v_float(v_int(word >> 8)), v_splat(c[0]), v_splat(c[1]));
}

OHM_FN vf32 constant_sample(vu32 word, const float *c) {
    (void)word;
    return v_splat(c[0]);
}

#define OHM_DISTRIBUTION_CASE(name, call)                                                                    \
    case OHM_DISTRIBUTION_##name: return name##_sample call;

OHM_FN vf32 distribution_sample(int distribution, vu32 word, const float *c) {
    switch (distribution) { OHM_DISTRIBUTIONS(OHM_DISTRIBUTION_CASE, (word, c)) }
    return v_splat(0);
}

#ifdef OHM_TABLES

static const ohm_about uniform_about = {
    .name = "uniform",
    .summary = "every value between lo and hi alike",
    .equation = "lo + (hi - lo) U,  U in [0, 1) on 2^24 steps",
    .ordered = {"lo", "hi"},
};

static const ohm_about constant_about = {
    .name = "constant",
    .summary = "one value",
    .equation = "value",
};

// The voltage of every synapse at every step. 1000 V is as far as v_sin is good.
static const ohm_parameter uniform_stimulus[] = {
    {"lo", "V_lo", "V", -5, -1000, 1000, "lowest voltage"},
    {"hi", "V_hi", "V", 5, -1000, 1000, "highest voltage, lo or more"},
};

static const ohm_parameter constant_stimulus[] = {
    {"value", "V", "V", 1, -1000, 1000, "voltage"},
};

// The initial state of every device, from 0, the least, to 1, the most conductive.
static const ohm_parameter uniform_initial[] = {
    {"lo", "x_lo", "1", 0.1, 0, 1, "lowest initial state"},
    {"hi", "x_hi", "1", 0.9, 0, 1, "highest initial state, lo or more"},
};

static const ohm_parameter constant_initial[] = {
    {"value", "x", "1", 0.5, 0, 1, "initial state"},
};

static void uniform_derive(const double *value, float *c) {
    c[0] = (float)((value[1] - value[0]) * 0x1p-24);
    c[1] = (float)value[0];
}

static void constant_derive(const double *value, float *c) {
    c[0] = (float)value[0];
}

#endif

#endif
