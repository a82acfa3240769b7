// sin-resistance: the rule in the text of the paper that sin_state.h names, where the resistance
// itself is the state. The text gives no bounds and no value of α; we keep R within [R_on, R_off].
//
//   R ← clip(R + α·sin(V)·dt, R_on, R_off)
#ifndef OHM_SIN_RESISTANCE_H
#define OHM_SIN_RESISTANCE_H

#include "../elementary.h"
#include "../physics.h"

enum { SIN_RESISTANCE_ALPHA = OHM_OWN };

enum { sin_resistance_kinetics = OHM_PER_STEP };

OHM_FN void sin_resistance_prepare(vf32 *c, u32 n, const ohm_physics *p) {
    if (n & OHM_BIT(SIN_RESISTANCE_ALPHA)) c[OHM_GAIN] = c[SIN_RESISTANCE_ALPHA] * v_splat(p->dt);
}

OHM_FN vf32 sin_resistance_initial(vf32 x, const vf32 *c) {
    const vf32 rest = c[OHM_HIGH] * (v_splat(1.0f) - x);
    return v_fma(c[OHM_LOW], x, rest);
}

OHM_FN vf32 sin_resistance_rate(vf32 resistance, vf32 voltage, const vf32 *c, const ohm_physics *p) {
    (void)resistance, (void)c, (void)p;
    return v_sin(voltage);
}

OHM_FN vf32 sin_resistance_resistance(vf32 resistance, const vf32 *c) {
    (void)c;
    return resistance;
}

OHM_FN vf32 sin_resistance_inverse(vf32 resistance, const vf32 *c) {
    (void)c;
    return resistance;
}

OHMIC_CURRENT(sin_resistance)

#ifdef OHM_TABLES

static const ohm_about sin_resistance_about = {
    .name = "sin-resistance",
    .summary = "resistance driven by the sine of the voltage",
    .equation = "R <- clip(R + alpha sin(V) dt, r_on, r_off)",
    .source = "Simple Dynamic Visualization of Memristor-Based Synaptic Plasticity in a Simulated "
              "Neural Network (preprint, 17 May 2024), text; the bounds are ours",
    .ordered = {"r_on", "r_off"},
    .dt = 0.1,
    .stimulus = "uniform:lo=-5,hi=5",
    .period = 10,
    .polarity = -1,
};

static const ohm_parameter sin_resistance_parameters[] = {
    {"alpha", "α", "1", 0.5, -1e6, 1e6, "scale factor of a step", SIN_RESISTANCE_ALPHA},
    {"r_on", "R_on", "Ω", 0.1, 1e-12, 1e12, "minimum resistance", OHM_LOW},
    {"r_off", "R_off", "Ω", 10, 1e-12, 1e12, "maximum resistance, r_on or more", OHM_HIGH},
};

OHM_FN void sin_resistance_derive(const double *value, double dt, ohm_physics *p) {
    p->model[OHM_GAIN] = (float)(value[0] * dt);
}

#endif

#endif
