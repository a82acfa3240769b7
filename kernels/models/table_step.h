// table-step: pulses whose effect is read from a table of steps, measured on a device; see pulsed.h for what
// a pulse is.
//
//   up: w ← w + u(w)·(1 + σξ),   down: w ← w − d(w)·(1 + σξ)
//
// u and d are linear between eight values of w, 0, 1/7 … 1, at which their steps are given.
#ifndef OHM_TABLE_STEP_H
#define OHM_TABLE_STEP_H

#include "../elementary.h"
#include "../physics.h"

#define TABLE_KNOTS 8

enum {
    TABLE_R_ON = OHM_OWN,
    TABLE_R_OFF,
    TABLE_G_OFF,
    TABLE_G_RISE, // G_on − G_off
    TABLE_UP,     // at each knot
    TABLE_DOWN = TABLE_UP + TABLE_KNOTS
};

enum { table_step_kinetics = OHM_PULSED };

OHM_FN void table_step_prepare(vf32 *c, u32 n, const ohm_physics *p) {
    (void)p;
    if (!(n & (OHM_BIT(TABLE_R_ON) | OHM_BIT(TABLE_R_OFF)))) return;
    c[TABLE_G_OFF] = v_divide(v_splat(1.0f), c[TABLE_R_OFF]);
    c[TABLE_G_RISE] = v_divide(v_splat(1.0f), c[TABLE_R_ON]) - c[TABLE_G_OFF];
}

OHM_FN vf32 table_step_initial(vf32 x, const vf32 *c) {
    (void)c;
    return x;
}

// From knot to knot each slope counts as far as w has come.
OHM_FN vf32 table_step_rate(vf32 w, vf32 voltage, const vf32 *c, const ohm_physics *p) {
    (void)p;
    const vf32 zero = v_splat(0), place = w * (float)(TABLE_KNOTS - 1);
    vf32 last = v_where_less(voltage, zero, -c[TABLE_DOWN], c[TABLE_UP]), step = last;
    OHM_UNROLL
    for (int i = 1; i < TABLE_KNOTS; i++) {
        const vf32 next = v_where_less(voltage, zero, -c[TABLE_DOWN + i], c[TABLE_UP + i]);
        step = v_fma(next - last, v_clamp(place - (float)(i - 1), 0, 1), step);
        last = next;
    }
    return v_where_less(zero, v_abs(voltage), step, zero);
}

OHM_FN vf32 table_step_resistance(vf32 w, const vf32 *c) {
    return v_divide(v_splat(1.0f), v_fma(w, c[TABLE_G_RISE], c[TABLE_G_OFF]));
}

OHM_FN vf32 table_step_inverse(vf32 resistance, const vf32 *c) {
    return v_divide(v_divide(v_splat(1.0f), resistance) - c[TABLE_G_OFF], c[TABLE_G_RISE]);
}

OHMIC_CURRENT(table_step)

#ifdef OHM_TABLES

static const ohm_about table_step_about = {
    .name = "table-step",
    .summary = "analog weight w in [0, 1]; pulse steps as measured, from a table",
    .equation = "V > 0: w <- w + u(w) (1 + noise xi),  V < 0: w <- w - d(w) (1 + noise xi)\n"
                "u and d are linear between the values given at w = 0, 1/7 ... 1\n"
                "G = 1/r_off + w (1/r_on - 1/r_off);  `ohmscape train` makes one of measured pulses",
    .source = "ours, as the lookup tables of CrossSim (Sandia National Laboratories)",
    .ordered = {"r_on", "r_off"},
    .dt = 1e-6,
    .stimulus = "uniform:lo=-1,hi=1",
    .period = 2e-3,
    .polarity = 1,
};

#define TABLE_STEP(key, symbol, standard, help, slot)                                                        \
    { key, symbol, "1", standard, 0, 1, help, slot }

static const ohm_parameter table_step_parameters[] = {
    {"r_on", "R_on", "Ω", 1e4, 1e-3, 1e9, "resistance at w = 1", TABLE_R_ON},
    {"r_off", "R_off", "Ω", 1e5, 1e-3, 1e12, "resistance at w = 0, r_on or more", TABLE_R_OFF},
    TABLE_STEP("u0", "u₀", 0.014, "step of an up pulse at w = 0", TABLE_UP),
    TABLE_STEP("u1", "u₁", 0.012, "at w = 1/7", TABLE_UP + 1),
    TABLE_STEP("u2", "u₂", 0.010, "at w = 2/7", TABLE_UP + 2),
    TABLE_STEP("u3", "u₃", 0.008, "at w = 3/7", TABLE_UP + 3),
    TABLE_STEP("u4", "u₄", 0.006, "at w = 4/7", TABLE_UP + 4),
    TABLE_STEP("u5", "u₅", 0.004, "at w = 5/7", TABLE_UP + 5),
    TABLE_STEP("u6", "u₆", 0.002, "at w = 6/7", TABLE_UP + 6),
    TABLE_STEP("u7", "u₇", 0, "at w = 1", TABLE_UP + 7),
    TABLE_STEP("d0", "d₀", 0, "step of a down pulse at w = 0", TABLE_DOWN),
    TABLE_STEP("d1", "d₁", 0.002, "at w = 1/7", TABLE_DOWN + 1),
    TABLE_STEP("d2", "d₂", 0.004, "at w = 2/7", TABLE_DOWN + 2),
    TABLE_STEP("d3", "d₃", 0.006, "at w = 3/7", TABLE_DOWN + 3),
    TABLE_STEP("d4", "d₄", 0.008, "at w = 4/7", TABLE_DOWN + 4),
    TABLE_STEP("d5", "d₅", 0.010, "at w = 5/7", TABLE_DOWN + 5),
    TABLE_STEP("d6", "d₆", 0.012, "at w = 6/7", TABLE_DOWN + 6),
    TABLE_STEP("d7", "d₇", 0.014, "at w = 1", TABLE_DOWN + 7),
};

OHM_FN void table_step_derive(const double *value, double dt, ohm_physics *p) {
    (void)value, (void)dt;
    p->model[OHM_HIGH] = 1;
    p->model[OHM_GAIN] = 1;
}

#endif

#endif
