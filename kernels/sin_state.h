// sin-state: the plastic synapse of the paper's listing, "Simple Dynamic Visualization of
// Memristor-Based Synaptic Plasticity in a Simulated Neural Network" (preprint, 17 May 2024).
//
//   w ← clip(w + β·sin(V)·dt, 0, 1),   R = R_on·w + R_off·(1 − w)
#ifndef OHM_SIN_STATE_H
#define OHM_SIN_STATE_H

#include "elementary.h"
#include "physics.h"

enum { SIN_STATE_GAIN }; // place in ohm_physics.model

OHM_FN vf32 sin_state_initial(vf32 x, const ohm_physics *p) {
    return v_clamp(x, p->state_low, p->state_high);
}

OHM_FN vf32 sin_state_advance(vf32 w, vf32 voltage, const ohm_physics *p) {
    w = v_fma(v_sin(voltage), v_splat(p->model[SIN_STATE_GAIN]), w);
    return v_clamp(w, p->state_low, p->state_high);
}

OHM_FN vf32 sin_state_resistance(vf32 w, const ohm_physics *p) {
    const vf32 rest = v_splat(p->resistance_high) * (v_splat(1.0f) - w);
    return v_fma(v_splat(p->resistance_low), w, rest);
}

#ifdef OHM_TABLES

static const ohm_about sin_state_about = {
    .name = "sin-state",
    .summary = "a state w in [0, 1] pushed by the sine of the voltage",
    .equation = "w <- clip(w + beta sin(V) dt, 0, 1),  R = r_on w + r_off (1 - w)",
    .source = "Simple Dynamic Visualization of Memristor-Based Synaptic Plasticity in a Simulated "
              "Neural Network (preprint, 17 May 2024), listing",
    .ordered = {"r_on", "r_off"},
};

static const ohm_parameter sin_state_parameters[] = {
    {"beta", "β", "1", 0.5, -1e6, 1e6, "plasticity rate"},
    {"r_on", "R_on", "Ω", 0.1, 1e-12, 1e12, "resistance at w = 1"},
    {"r_off", "R_off", "Ω", 10, 1e-12, 1e12, "resistance at w = 0, r_on or more"},
};

static void sin_state_derive(const double *value, double dt, ohm_physics *p) {
    p->state_low = 0;
    p->state_high = 1;
    p->resistance_low = (float)value[1];
    p->resistance_high = (float)value[2];
    p->model[SIN_STATE_GAIN] = (float)(value[0] * dt);
}

#endif

#endif
