// What the pulsed devices of the analog-training literature share. Gokmen and Vlasov, Front. Neurosci. 10,
// 333 (2016); Rasch et al., "A flexible and fast PyTorch toolkit for simulating training and inference on
// analog crossbar arrays", AICAS 2021.
//
// Every step is a pulse: up for a positive voltage, down for a negative one, none for 0, however long it is.
// Δ± = dw_min·(1 ± up_down); the noise of every model, 0.3 here, is that of a pulse. The conductance rises
// linearly from 1/R_off at w_min to 1/R_on at w_max.
//
// aihwkit's up_down b and dw_min dw mean pulses up of dw·(1 + min(b, 0)) and down of dw·(1 − max(b, 0)): here
// dw_min = dw·(1 − |b|/2) and up_down = (b/2)/(1 − |b|/2).
#ifndef OHM_PULSED_H
#define OHM_PULSED_H

#include "../elementary.h"
#include "../physics.h"

enum {
    PULSED_DW_MIN = OHM_OWN,
    PULSED_UP_DOWN,
    PULSED_R_ON,
    PULSED_R_OFF,
    PULSED_UP, // Δ⁺
    PULSED_DOWN,
    PULSED_G_OFF,
    PULSED_G_SLOPE, // (G_on − G_off)/(w_max − w_min)
    PULSED_OWN
};

OHM_FN void pulsed_prepare(vf32 *c, u32 n) {
    const vf32 one = v_splat(1.0f);
    if (n & (OHM_BIT(PULSED_DW_MIN) | OHM_BIT(PULSED_UP_DOWN))) {
        c[PULSED_UP] = c[PULSED_DW_MIN] * (one + c[PULSED_UP_DOWN]);
        c[PULSED_DOWN] = c[PULSED_DW_MIN] * (one - c[PULSED_UP_DOWN]);
    }
    if (!(n & (OHM_BIT(PULSED_R_ON) | OHM_BIT(PULSED_R_OFF) | OHM_BIT(OHM_LOW) | OHM_BIT(OHM_HIGH)))) return;
    c[PULSED_G_OFF] = v_divide(one, c[PULSED_R_OFF]);
    c[PULSED_G_SLOPE] = v_divide(v_divide(one, c[PULSED_R_ON]) - c[PULSED_G_OFF], c[OHM_HIGH] - c[OHM_LOW]);
}

OHM_FN vf32 pulsed_initial(vf32 x, const vf32 *c) {
    return v_fma(x, c[OHM_HIGH] - c[OHM_LOW], c[OHM_LOW]);
}

OHM_FN vf32 pulsed_resistance(vf32 w, const vf32 *c) {
    return v_divide(v_splat(1.0f), v_fma(w - c[OHM_LOW], c[PULSED_G_SLOPE], c[PULSED_G_OFF]));
}

OHM_FN vf32 pulsed_inverse(vf32 resistance, const vf32 *c) {
    const vf32 rise = v_divide(v_splat(1.0f), resistance) - c[PULSED_G_OFF];
    return v_divide(rise, c[PULSED_G_SLOPE]) + c[OHM_LOW];
}

// The change of a pulse: up or −down, by the sign of the voltage.
OHM_FN vf32 pulsed_change(vf32 voltage, vf32 up, vf32 down) {
    const vf32 zero = v_splat(0);
    return v_where_less(zero, voltage, up, v_where_less(voltage, zero, -down, zero));
}

#ifdef OHM_TABLES

// The first rows of their tables. The weight's bounds are those that a model can do with.
#define PULSED_PARAMETERS(w_min_most, w_min_help, w_max_least, w_max_help)                                     \
    {"dw_min",                                                                                                 \
     "Δw",                                                                                                     \
     "1",                                                                                                      \
     0.001,                                                                                                    \
     1e-9,                                                                                                     \
     100,                                                                                                      \
     "mean weight change per pulse",                                                                           \
     PULSED_DW_MIN,                                                                                            \
     .spread = OHM_SPREAD_NORMAL,                                                                              \
     .sigma = 0.0003},                                                                                         \
        {"up_down",                                                                                            \
         "b",                                                                                                  \
         "1",                                                                                                  \
         0,                                                                                                    \
         -0.99,                                                                                                \
         0.99,                                                                                                 \
         "asymmetry: up steps are dw_min (1 + up_down), down steps dw_min (1 - up_down)",                      \
         PULSED_UP_DOWN,                                                                                       \
         .spread = OHM_SPREAD_NORMAL,                                                                          \
         .sigma = 0.01},                                                                                       \
        {"r_on", "R_on", "Ω", 1e4, 1e-3, 1e9, "resistance at w_max", PULSED_R_ON},                             \
        {"r_off", "R_off", "Ω", 1e5, 1e-3, 1e12, "resistance at w_min, r_on or more", PULSED_R_OFF},           \
        {"w_min",      "w_min", "1", -0.6, -100, w_min_most, w_min_help, OHM_LOW, .spread = OHM_SPREAD_NORMAL, \
         .sigma = 0.18},                                                                                       \
    {                                                                                                          \
        "w_max", "w_max", "1", 0.6, w_max_least, 100, w_max_help, OHM_HIGH, .spread = OHM_SPREAD_NORMAL,       \
                                                                            .sigma = 0.18                      \
    }

// Of models whose steps are divided by the bounds.
#define PULSED_DIVIDING                                                                                      \
    PULSED_PARAMETERS(-1e-3, "minimum weight, below 0 since steps are divided by it", 1e-3,                  \
                      "maximum weight, above 0 since steps are divided by it")

// What aihwkit calls up_down, in print.
#define PULSED_UP_DOWN_NOTE                                                                                  \
    "From aihwkit's b and dw (up pulses of dw (1 + min(b, 0)), down pulses of dw (1 - max(b, 0))):\n"        \
    "up_down = (b/2)/(1 - |b|/2), dw_min = dw (1 - |b|/2)"

#define PULSED_SOURCE                                                                                        \
    "Gokmen and Vlasov, Front. Neurosci. 10, 333 (2016); Rasch et al., AICAS 2021;\nr_on and r_off are ours"

#endif

#endif
