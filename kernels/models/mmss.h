// mmss: a collection of metastable switches, in the mean. Nugent and Molter, "AHaH Computing - From
// Metastable Switches to Attractors to Machine Learning", PLoS ONE 9, e85175 (2014); generalized.
//
//   dx/dt = (1/τ)·[(1 − x)/(1 + e^{−(V − V_on)q/kT}) − x·(1 − 1/(1 + e^{−(V + V_off)q/kT}))]
//   G = x/R_on + (1 − x)/R_off
#ifndef OHM_MMSS_H
#define OHM_MMSS_H

#include "../elementary.h"
#include "../physics.h"

enum {
    MMSS_R_ON = OHM_OWN,
    MMSS_R_OFF,
    MMSS_V_ON,
    MMSS_V_OFF,
    MMSS_TAU,
    MMSS_T,
    MMSS_BETA, // q/kT
    MMSS_PER_TAU,
    MMSS_G_OFF,
    MMSS_G_RISE // G_on − G_off
};

enum { mmss_kinetics = OHM_CONTINUOUS };

OHM_FN void mmss_prepare(vf32 *c, u32 n, const ohm_physics *p) {
    (void)p;
    const vf32 one = v_splat(1.0f);
    if (n & OHM_BIT(MMSS_T)) c[MMSS_BETA] = v_divide(v_splat(11604.518f), c[MMSS_T]); // q/k in K/V
    if (n & OHM_BIT(MMSS_TAU)) c[MMSS_PER_TAU] = v_divide(one, c[MMSS_TAU]);
    if (!(n & (OHM_BIT(MMSS_R_ON) | OHM_BIT(MMSS_R_OFF)))) return;
    c[MMSS_G_OFF] = v_divide(one, c[MMSS_R_OFF]);
    c[MMSS_G_RISE] = v_divide(one, c[MMSS_R_ON]) - c[MMSS_G_OFF];
}

OHM_FN vf32 mmss_initial(vf32 x, const vf32 *c) {
    (void)c;
    return x;
}

// 1 + e^y; 1 + e^34 is as good as infinity, and the product of two can still divide.
OHM_FN vf32 mmss_barrier(vf32 y) {
    return v_splat(1.0f) + v_exp(v_min(y, v_splat(34.0f)));
}

// With P_on = 1/a and P_off = 1/b, (1 − x)/a − x/b is one division: ((1 − x)·b − x·a)/(a·b).
OHM_FN vf32 mmss_rate(vf32 x, vf32 voltage, const vf32 *c, const ohm_physics *p) {
    (void)p;
    const vf32 a = mmss_barrier((c[MMSS_V_ON] - voltage) * c[MMSS_BETA]);
    const vf32 b = mmss_barrier((voltage + c[MMSS_V_OFF]) * c[MMSS_BETA]);
    return v_divide(v_fma(-x, a, (v_splat(1.0f) - x) * b), a * b) * c[MMSS_PER_TAU];
}

OHM_FN vf32 mmss_resistance(vf32 x, const vf32 *c) {
    return v_divide(v_splat(1.0f), v_fma(x, c[MMSS_G_RISE], c[MMSS_G_OFF]));
}

OHM_FN vf32 mmss_inverse(vf32 resistance, const vf32 *c) {
    return v_divide(v_divide(v_splat(1.0f), resistance) - c[MMSS_G_OFF], c[MMSS_G_RISE]);
}

OHMIC_CURRENT(mmss)

#ifdef OHM_TABLES

static const ohm_about mmss_about = {
    .name = "mmss",
    .summary = "metastable switches; x in [0, 1] is the fraction that is on",
    .equation = "dx/dt = ((1 - x) P_on - x P_off)/tau,  P_on = 1/(1 + e^(-(V - v_on) q/kT)),\n"
                "P_off = 1 - 1/(1 + e^(-(V + v_off) q/kT)),  G = x/r_on + (1 - x)/r_off",
    .source = "Nugent and Molter, PLoS ONE 9, e85175 (2014)",
    .ordered = {"r_on", "r_off"},
    .dt = 1e-5,
    .stimulus = "uniform:lo=-1,hi=1",
    .period = 1e-3,
    .polarity = 1,
};

static const ohm_parameter mmss_parameters[] = {
    {"r_on", "R_on", "Ω", 500, 1e-3, 1e9, "resistance at x = 1", MMSS_R_ON},
    {"r_off", "R_off", "Ω", 1500, 1e-3, 1e12, "resistance at x = 0, r_on or more", MMSS_R_OFF},
    {"v_on", "V_on", "V", 0.27, 0, 100, "switching-on voltage", MMSS_V_ON},
    {"v_off", "V_off", "V", 0.27, 0, 100, "magnitude of the switching-off voltage", MMSS_V_OFF},
    {"tau", "τ", "s", 1e-4, 1e-15, 1e6, "switching time constant", MMSS_TAU},
    {"temperature", "T", "K", 298.5, 10, 2000, "temperature", MMSS_T},
};

OHM_FN void mmss_derive(const double *value, double dt, ohm_physics *p) {
    (void)value, (void)dt;
    p->model[OHM_HIGH] = 1;
}

#endif

#endif
