// Stimuli that the kernels draw themselves: a random voltage for every synapse and step, or a constant one.
#define OHM_LANES 1
#define OHM_TABLES
#include "drive_class.h"

#include "../../kernels/distributions.h"

#include <math.h>

static const ohm_parameter uniform_parameters[] = {
    {"lo", "V_lo", "V", -5, -1000, 1000, "minimum voltage", OHM_NO_SLOT, .scaled = -1},
    {"hi", "V_hi", "V", 5, -1000, 1000, "maximum voltage, lo or more", OHM_NO_SLOT, .scaled = 1},
};

static const ohm_parameter constant_parameters[] = {
    {"value", "V", "V", 1, -1000, 1000, "voltage", OHM_NO_SLOT, .scaled = 1},
};

// The kernels' normal deviates reach 5.4 standard deviations.
static const ohm_parameter normal_parameters[] = {
    {"mean", "V", "V", 0, -1000, 1000, "mean voltage", OHM_NO_SLOT},
    {"sd", "σ_V", "V", 1, 0, 180, "standard deviation", OHM_NO_SLOT, .scaled = 0.2},
};

static int is_uniform(const spec *s) {
    (void)s;
    return OHM_DISTRIBUTION_uniform;
}

static int is_constant(const spec *s) {
    (void)s;
    return OHM_DISTRIBUTION_constant;
}

static int is_normal(const spec *s) {
    (void)s;
    return OHM_DISTRIBUTION_normal;
}

static void derive_uniform(const spec *s, float c[4]) {
    uniform_derive(s->value, c);
}

static void derive_constant(const spec *s, float c[4]) {
    constant_derive(s->value, c);
}

static void derive_normal(const spec *s, float c[4]) {
    normal_derive(s->value, c);
}

static int constant_levels(const spec *s, double level[DRIVE_MAX_LEVELS]) {
    level[0] = spec_value(s, "value");
    return 1;
}

static double normal_largest(const spec *s) {
    return fabs(spec_value(s, "mean")) + 5.5 * spec_value(s, "sd");
}

const drive_class drive_uniform = {
    .entry = {&uniform_about, DRIVE_PARAMETERS(uniform_parameters), .distribution = is_uniform,
              .derive = derive_uniform},
};

const drive_class drive_constant = {
    .entry = {&constant_about, DRIVE_PARAMETERS(constant_parameters), .distribution = is_constant,
              .derive = derive_constant},
    .levels = constant_levels,
};

const drive_class drive_normal = {
    .entry = {&normal_about, DRIVE_PARAMETERS(normal_parameters), .distribution = is_normal,
              .derive = derive_normal},
    .largest = normal_largest,
};
