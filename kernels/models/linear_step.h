// linear-step: pulses whose effect falls linearly with the weight; see pulsed.h.
//
//   up: w ← w + Δ⁺·(1 − |γ⁺|·w/w̄_max)·(1 + σξ),   down: w ← w − Δ⁻·(1 − |γ⁻|·w/w̄_min)·(1 + σξ)
//
// As aihwkit has it (rpu_linearstep_device.cpp): γ differs from device to device, and no step grows towards
// its bound, which |γ| sees to; w̄ is the bound without spread, since a slope should not depend on where a
// device's own bound happens to lie. With growing steps γ keeps its sign.
#ifndef OHM_LINEAR_STEP_H
#define OHM_LINEAR_STEP_H

#include "pulsed.h"

enum {
    LINEAR_GAMMA_UP = PULSED_OWN,
    LINEAR_GAMMA_DOWN,
    LINEAR_PER_MAX, // γ⁺/w̄_max
    LINEAR_PER_MIN
};

enum { LINEAR_SHRINKING, LINEAR_GROWING };

enum { linear_step_kinetics = OHM_PULSED };

OHM_FN void linear_step_prepare(vf32 *c, u32 n, const ohm_physics *p) {
    const int grows = p->choice == LINEAR_GROWING;
    const vf32 up = c[LINEAR_GAMMA_UP], down = c[LINEAR_GAMMA_DOWN];
    pulsed_prepare(c, n);
    if (n & OHM_BIT(LINEAR_GAMMA_UP))
        c[LINEAR_PER_MAX] = v_divide(grows ? up : v_abs(up), v_splat(p->model[OHM_HIGH]));
    if (n & OHM_BIT(LINEAR_GAMMA_DOWN))
        c[LINEAR_PER_MIN] = v_divide(grows ? down : v_abs(down), v_splat(p->model[OHM_LOW]));
}

OHM_FN vf32 linear_step_rate(vf32 w, vf32 voltage, const vf32 *c, const ohm_physics *p) {
    (void)p;
    const vf32 one = v_splat(1.0f);
    return pulsed_change(voltage, c[PULSED_UP] * v_fma(-w, c[LINEAR_PER_MAX], one),
                         c[PULSED_DOWN] * v_fma(-w, c[LINEAR_PER_MIN], one));
}

#define linear_step_initial pulsed_initial
#define linear_step_resistance pulsed_resistance
#define linear_step_inverse pulsed_inverse
OHMIC_CURRENT(linear_step)

#ifdef OHM_TABLES

static const ohm_about linear_step_about = {
    .name = "linear-step",
    .summary = "analog weight; pulse steps shrink linearly towards the bounds",
    .equation = "V > 0: w <- w + D+ (1 - |gamma_up| w/w_max) (1 + noise xi),  D+ = dw_min (1 + up_down)\n"
                "V < 0: w <- w - D- (1 - |gamma_down| w/w_min) (1 + noise xi),  D- = dw_min (1 - up_down)\n"
                "w_max and w_min here are the values without spread; with growing=yes gamma keeps its sign\n"
                "G rises linearly from 1/r_off at w_min to 1/r_on at w_max; gamma = 0 is "
                "constant-step\n" PULSED_UP_DOWN_NOTE,
    .source = PULSED_SOURCE,
    .ordered = {"r_on", "r_off"},
    .dt = 1e-6,
    .stimulus = "uniform:lo=-1,hi=1",
    .period = 2e-3,
    .polarity = 1,
    .noise = 0.3,
};

static const char *const linear_growing[] = {"no", "yes", NULL};

static const ohm_parameter linear_step_parameters[] = {
    PULSED_DIVIDING,
    {"gamma_up", "γ⁺", "1", 0, -1, 1, "decrease of up steps with w/w_max", LINEAR_GAMMA_UP,
     .spread = OHM_SPREAD_NORMAL, .sigma = 0.05},
    {"gamma_down", "γ⁻", "1", 0, -1, 1, "decrease of down steps with w/w_min", LINEAR_GAMMA_DOWN,
     .spread = OHM_SPREAD_NORMAL, .sigma = 0.05},
    {"growing", "g", "1", LINEAR_SHRINKING, 0, 1, "whether steps may grow towards a bound, for gamma below 0",
     OHM_NO_SLOT, .choices = linear_growing},
};

OHM_FN void linear_step_derive(const double *value, double dt, ohm_physics *p) {
    (void)value, (void)dt;
    p->model[OHM_GAIN] = 1;
}

#endif

#endif
