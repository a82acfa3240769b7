// exp-step: pulses whose effect falls exponentially with the weight; see pulsed.h. As fitted to a resistive
// memory by Gong et al., "Signal and noise extraction from analog memory elements for neuromorphic
// computing", Nat. Commun. 9, 2102 (2018).
//
//   z = 2a·w/(w_max − w_min) + b
//   up:   w ← w + Δ⁺·max(1 − A_up·e^{γ_up·z}, 0)·(1 + σξ)
//   down: w ← w − Δ⁻·max(1 − A_dn·e^{−γ_dn·z}, 0)·(1 + σξ)
#ifndef OHM_EXP_STEP_H
#define OHM_EXP_STEP_H

#include "pulsed.h"

enum {
    EXP_A_UP = PULSED_OWN,
    EXP_A_DOWN,
    EXP_GAMMA_UP,
    EXP_GAMMA_DOWN,
    EXP_A,
    EXP_B,
    EXP_SCALE // 2a/(w_max − w_min)
};

enum { exp_step_kinetics = OHM_PULSED };

OHM_FN void exp_step_prepare(vf32 *c, u32 n, const ohm_physics *p) {
    (void)p;
    pulsed_prepare(c, n);
    if (n & (OHM_BIT(EXP_A) | OHM_BIT(OHM_LOW) | OHM_BIT(OHM_HIGH)))
        c[EXP_SCALE] = v_divide(c[EXP_A] + c[EXP_A], c[OHM_HIGH] - c[OHM_LOW]);
}

// One exponential serves both signs.
OHM_FN vf32 exp_step_rate(vf32 w, vf32 voltage, const vf32 *c, const ohm_physics *p) {
    (void)p;
    const vf32 zero = v_splat(0), z = v_fma(w, c[EXP_SCALE], c[EXP_B]);
    const vf32 gamma = v_where_less(voltage, zero, -c[EXP_GAMMA_DOWN], c[EXP_GAMMA_UP]);
    const vf32 a = v_where_less(voltage, zero, c[EXP_A_DOWN], c[EXP_A_UP]);
    const vf32 share = v_max(v_fma(-a, v_exp(gamma * z), v_splat(1.0f)), zero);
    return pulsed_change(voltage, c[PULSED_UP] * share, c[PULSED_DOWN] * share);
}

#define exp_step_initial pulsed_initial
#define exp_step_resistance pulsed_resistance
#define exp_step_inverse pulsed_inverse
OHMIC_CURRENT(exp_step)

#ifdef OHM_TABLES

static const ohm_about exp_step_about = {
    .name = "exp-step",
    .summary = "analog weight; pulse steps shrink exponentially towards the bounds",
    .equation = "z = 2 a w/(w_max - w_min) + b\n"
                "V > 0: w <- w + D+ max(1 - a_up e^(gamma_up z), 0) (1 + noise xi),  "
                "D+ = dw_min (1 + up_down)\n"
                "V < 0: w <- w - D- max(1 - a_down e^(-gamma_down z), 0) (1 + noise xi),  "
                "D- = dw_min (1 - up_down)\n"
                "G rises linearly from 1/r_off at w_min to 1/r_on at w_max\n" PULSED_UP_DOWN_NOTE,
    .source = "Gong et al., Nat. Commun. 9, 2102 (2018); " PULSED_SOURCE,
    .ordered = {"r_on", "r_off"},
    .dt = 1e-6,
    .stimulus = "uniform:lo=-1,hi=1",
    .period = 2e-3,
    .polarity = 1,
    .noise = 0.3,
};

static const ohm_parameter exp_step_parameters[] = {
    PULSED_PARAMETERS(0, "minimum weight, 0 or less", 1e-3, "maximum weight, above 0"),
    {"a_up", "A_up", "1", 0.00081, -100, 100, "weight of the exponential in up steps; below 0 they grow",
     EXP_A_UP},
    {"a_down", "A_dn", "1", 0.36833, -100, 100, "weight of the exponential in down steps", EXP_A_DOWN},
    {"gamma_up", "γ_up", "1", 12.44625, 0, 100, "steepness of the exponential in up steps", EXP_GAMMA_UP},
    {"gamma_down", "γ_dn", "1", 12.78785, 0, 100, "steepness of the exponential in down steps",
     EXP_GAMMA_DOWN},
    {"a", "a", "1", 0.244, -10, 10, "scale of the weight in z", EXP_A},
    {"b", "b", "1", 0.2425, -10, 10, "offset of the weight in z", EXP_B},
};

OHM_FN void exp_step_derive(const double *value, double dt, ohm_physics *p) {
    (void)value, (void)dt;
    p->model[OHM_GAIN] = 1;
}

#endif

#endif
