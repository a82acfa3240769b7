// sin-resistance: the rule in the text of the paper that sin_state.h names, where the resistance
// itself is the state. The text gives no bounds and no value of α; we keep R within [R_on, R_off].
//
//   R ← clip(R + α·sin(V)·dt, R_on, R_off)
#ifndef OHM_SIN_RESISTANCE_H
#define OHM_SIN_RESISTANCE_H

#include "elementary.h"
#include "physics.h"

enum { SIN_RESISTANCE_GAIN }; // place in ohm_physics.model

OHM_FN vf32 sin_resistance_initial(vf32 x, const ohm_physics *p) {
    const vf32 rest = v_splat(p->state_high) * (v_splat(1.0f) - x);
    return v_clamp(v_fma(v_splat(p->state_low), x, rest), p->state_low, p->state_high);
}

OHM_FN vf32 sin_resistance_advance(vf32 resistance, vf32 voltage, const ohm_physics *p) {
    resistance = v_fma(v_sin(voltage), v_splat(p->model[SIN_RESISTANCE_GAIN]), resistance);
    return v_clamp(resistance, p->state_low, p->state_high);
}

OHM_FN vf32 sin_resistance_resistance(vf32 resistance, const ohm_physics *p) {
    (void)p;
    return resistance;
}

#ifdef OHM_TABLES

static const ohm_about sin_resistance_about = {
    .name = "sin-resistance",
    .summary = "a resistance pushed by the sine of the voltage",
    .equation = "R <- clip(R + alpha sin(V) dt, r_on, r_off)",
    .source = "Simple Dynamic Visualization of Memristor-Based Synaptic Plasticity in a Simulated "
              "Neural Network (preprint, 17 May 2024), text; the bounds are ours",
    .ordered = {"r_on", "r_off"},
};

static const ohm_parameter sin_resistance_parameters[] = {
    {"alpha", "α", "1", 0.5, -1e6, 1e6, "scaling factor of a step"},
    {"r_on", "R_on", "Ω", 0.1, 1e-12, 1e12, "lowest resistance"},
    {"r_off", "R_off", "Ω", 10, 1e-12, 1e12, "highest resistance, r_on or more"},
};

static void sin_resistance_derive(const double *value, double dt, ohm_physics *p) {
    p->state_low = p->resistance_low = (float)value[1];
    p->state_high = p->resistance_high = (float)value[2];
    p->model[SIN_RESISTANCE_GAIN] = (float)(value[0] * dt);
}

#endif

#endif
