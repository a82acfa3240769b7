// sin-state: the plastic synapse of the paper's listing, "Simple Dynamic Visualization of
// Memristor-Based Synaptic Plasticity in a Simulated Neural Network" (preprint, 17 May 2024).
//
//   w ← clip(w + β·sin(V)·dt, 0, 1),   R = R_on·w + R_off·(1 − w)
#ifndef OHM_SIN_STATE_H
#define OHM_SIN_STATE_H

#include "../elementary.h"
#include "../physics.h"

enum { SIN_STATE_BETA = OHM_OWN, SIN_STATE_R_ON, SIN_STATE_R_OFF };

enum { sin_state_kinetics = OHM_PER_STEP };

OHM_FN void sin_state_prepare(vf32 *c, u32 n, const ohm_physics *p) {
    if (n & OHM_BIT(SIN_STATE_BETA)) c[OHM_GAIN] = c[SIN_STATE_BETA] * v_splat(p->dt);
}

OHM_FN vf32 sin_state_initial(vf32 x, const vf32 *c) {
    (void)c;
    return x;
}

OHM_FN vf32 sin_state_rate(vf32 w, vf32 voltage, const vf32 *c, const ohm_physics *p) {
    (void)w, (void)c, (void)p;
    return v_sin(voltage);
}

OHM_FN vf32 sin_state_resistance(vf32 w, const vf32 *c) {
    const vf32 rest = c[SIN_STATE_R_OFF] * (v_splat(1.0f) - w);
    return v_fma(c[SIN_STATE_R_ON], w, rest);
}

OHM_FN vf32 sin_state_inverse(vf32 resistance, const vf32 *c) {
    return v_divide(c[SIN_STATE_R_OFF] - resistance, c[SIN_STATE_R_OFF] - c[SIN_STATE_R_ON]);
}

OHMIC_CURRENT(sin_state)

#ifdef OHM_TABLES

static const ohm_about sin_state_about = {
    .name = "sin-state",
    .summary = "state w in [0, 1], driven by the sine of the voltage",
    .equation = "w <- clip(w + beta sin(V) dt, 0, 1),  R = r_on w + r_off (1 - w)",
    .source = "Simple Dynamic Visualization of Memristor-Based Synaptic Plasticity in a Simulated "
              "Neural Network (preprint, 17 May 2024), listing",
    .ordered = {"r_on", "r_off"},
    .dt = 0.1,
    .stimulus = "uniform:lo=-5,hi=5",
    .period = 10,
    .polarity = 1,
};

static const ohm_parameter sin_state_parameters[] = {
    {"beta", "β", "1", 0.5, -1e6, 1e6, "plasticity rate", SIN_STATE_BETA},
    {"r_on", "R_on", "Ω", 0.1, 1e-12, 1e12, "resistance at w = 1", SIN_STATE_R_ON},
    {"r_off", "R_off", "Ω", 10, 1e-12, 1e12, "resistance at w = 0, r_on or more", SIN_STATE_R_OFF},
};

OHM_FN void sin_state_derive(const double *value, double dt, ohm_physics *p) {
    p->model[OHM_HIGH] = 1;
    p->model[OHM_GAIN] = (float)(value[0] * dt); // the product in double, which c[OHM_GAIN] above is not
}

#endif

#endif
