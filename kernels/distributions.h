// What a random word becomes: the stimulus draws each voltage from a distribution, and the initial
// state each device's starting point.
//
// A distribution NAME is, for the kernels, NAME_sample(word, c), c being the four constants that,
// for the host, NAME_derive lays out from the parameters in its table's order.
#ifndef OHM_DISTRIBUTIONS_H
#define OHM_DISTRIBUTIONS_H

#include "normal.h"
#include "physics.h"

#define OHM_DISTRIBUTIONS(X, argument) X(uniform, argument) X(constant, argument) X(normal, argument)

#define OHM_DISTRIBUTION_ID(name, unused) OHM_DISTRIBUTION_##name,
enum { OHM_DISTRIBUTIONS(OHM_DISTRIBUTION_ID, ) OHM_DISTRIBUTION_COUNT };

// The word's upper 24 bits, all that a float32 can hold. They fit a signed integer, whose conversion every
// processor has.
OHM_FN vf32 v_upper(vu32 word) {
    return v_float(v_int(word >> 8));
}

// In [0, 1) and in (−1, 1), on 2²⁴ steps; the latter with every value's opposite.
OHM_FN vf32 v_fraction(vu32 word) {
    return v_upper(word) * v_splat(0x1p-24f);
}
OHM_FN vf32 v_centred(vu32 word) {
    return v_fma(v_upper(word), v_splat(0x1p-23f), v_splat(-0x1.fffffep-1f));
}

// Uniform in [lo, hi], on those steps.
OHM_FN vf32 uniform_sample(vu32 word, const float *c) {
    return v_fma(v_upper(word), v_splat(c[0]), v_splat(c[1]));
}

OHM_FN vf32 normal_sample(vu32 word, const float *c) {
    return v_fma(v_normal(word), v_splat(c[0]), v_splat(c[1]));
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

OHM_FN int distribution_is_random(int distribution) {
    return distribution != OHM_DISTRIBUTION_constant;
}

#ifdef OHM_TABLES

static const ohm_about uniform_about = {
    .name = "uniform",
    .summary = "uniformly distributed between lo and hi",
    .equation = "lo + (hi - lo) U,  U in [0, 1) on 2^24 steps",
    .ordered = {"lo", "hi"},
};

static const ohm_about normal_about = {
    .name = "normal",
    .summary = "normally distributed, within 5.42 standard deviations of the mean",
    .equation = "mean + sd Phi^-1(U),  U in (0, 1) on 2^24 steps",
};

static const ohm_about constant_about = {
    .name = "constant",
    .summary = "the same value everywhere",
    .equation = "value",
};

// The initial state of every device, from 0, the least, to 1, the most conductive.
static const ohm_parameter uniform_initial[] = {
    {"lo", "x_lo", "1", 0.1, 0, 1, "lowest initial state", OHM_NO_SLOT},
    {"hi", "x_hi", "1", 0.9, 0, 1, "highest initial state, lo or more", OHM_NO_SLOT},
};

static const ohm_parameter constant_initial[] = {
    {"value", "x", "1", 0.5, 0, 1, "initial state", OHM_NO_SLOT},
};

// Clipped to [0, 1].
static const ohm_parameter normal_initial[] = {
    {"mean", "x", "1", 0.5, 0, 1, "mean initial state", OHM_NO_SLOT},
    {"sd", "σ", "1", 0.1, 0, 1, "standard deviation, before clipping to [0, 1]", OHM_NO_SLOT},
};

OHM_FN void uniform_derive(const double *value, float *c) {
    c[0] = (float)((value[1] - value[0]) * 0x1p-24);
    c[1] = (float)value[0];
}

OHM_FN void normal_derive(const double *value, float *c) {
    c[0] = (float)value[1];
    c[1] = (float)value[0];
}

OHM_FN void constant_derive(const double *value, float *c) {
    c[0] = (float)value[0];
}

#endif

#endif
