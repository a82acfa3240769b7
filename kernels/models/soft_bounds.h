// soft-bounds: pulses whose effect falls to 0 at the bound they move towards; see pulsed.h.
//
//   up: w ← w + Δ⁺·(1 − w/w_max)·(1 + σξ),   down: w ← w − Δ⁻·(1 − w/w_min)·(1 + σξ)
#ifndef OHM_SOFT_BOUNDS_H
#define OHM_SOFT_BOUNDS_H

#include "pulsed.h"

enum {
    SOFT_PER_MAX = PULSED_OWN, // 1/w_max
    SOFT_PER_MIN
};

enum { soft_bounds_kinetics = OHM_PULSED };

OHM_FN void soft_bounds_prepare(vf32 *c, u32 n, const ohm_physics *p) {
    (void)p;
    pulsed_prepare(c, n);
    if (n & OHM_BIT(OHM_HIGH)) c[SOFT_PER_MAX] = v_divide(v_splat(1.0f), c[OHM_HIGH]);
    if (n & OHM_BIT(OHM_LOW)) c[SOFT_PER_MIN] = v_divide(v_splat(1.0f), c[OHM_LOW]);
}

OHM_FN vf32 soft_bounds_rate(vf32 w, vf32 voltage, const vf32 *c, const ohm_physics *p) {
    (void)p;
    const vf32 one = v_splat(1.0f);
    return pulsed_change(voltage, c[PULSED_UP] * v_fma(-w, c[SOFT_PER_MAX], one),
                         c[PULSED_DOWN] * v_fma(-w, c[SOFT_PER_MIN], one));
}

#define soft_bounds_initial pulsed_initial
#define soft_bounds_resistance pulsed_resistance
#define soft_bounds_inverse pulsed_inverse
OHMIC_CURRENT(soft_bounds)

#ifdef OHM_TABLES

static const ohm_about soft_bounds_about = {
    .name = "soft-bounds",
    .summary = "analog weight; pulse steps shrink linearly to 0 at the bounds",
    .equation = "V > 0: w <- w + D+ (1 - w/w_max) (1 + noise xi),  D+ = dw_min (1 + up_down)\n"
                "V < 0: w <- w - D- (1 - w/w_min) (1 + noise xi),  D- = dw_min (1 - up_down)\n"
                "G rises linearly from 1/r_off at w_min to 1/r_on at w_max\n" PULSED_UP_DOWN_NOTE,
    .source = PULSED_SOURCE,
    .ordered = {"r_on", "r_off"},
    .dt = 1e-6,
    .stimulus = "uniform:lo=-1,hi=1",
    .period = 2e-3,
    .polarity = 1,
    .noise = 0.3,
};

static const ohm_parameter soft_bounds_parameters[] = {PULSED_DIVIDING};

OHM_FN void soft_bounds_derive(const double *value, double dt, ohm_physics *p) {
    (void)value, (void)dt;
    p->model[OHM_GAIN] = 1;
}

#endif

#endif
