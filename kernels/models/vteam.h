// vteam: a voltage-controlled threshold model. Kvatinsky, Ramadan, Friedman and Kolodny, "VTEAM: A General
// Model for Voltage-Controlled Memristors", IEEE Trans. Circuits Syst. II 62, 786 (2015).
//
//   dx/dt = k_off·(V/v_off − 1)^{α_off}·f_off(x) for V > v_off,
//           k_on·(V/v_on − 1)^{α_on}·f_on(x)     for V < v_on, 0 between,
//   R = R_on + (R_off − R_on)·x/D
//
// The state here is x/D, in [0, 1]. Window exponential: f_off = exp(−exp((x − a_off)/w_c)), f_on =
// exp(−exp((a_on − x)/w_c)). Its width is the one fitted by Pickett et al., J. Appl. Phys. 106, 074508
// (2009). Their edges, a_on = 1.8 nm above a_off = 1.2 nm, are of a device whose x grows the other way: here
// they would hold the state between them, so that the defaults are the ends of the device.
#ifndef OHM_VTEAM_H
#define OHM_VTEAM_H

#include "../elementary.h"
#include "../physics.h"

enum {
    VTEAM_R_ON = OHM_OWN,
    VTEAM_R_OFF,
    VTEAM_D,
    VTEAM_K_ON,
    VTEAM_K_OFF,
    VTEAM_ALPHA_ON,
    VTEAM_ALPHA_OFF,
    VTEAM_V_ON,
    VTEAM_V_OFF,
    VTEAM_A_ON,
    VTEAM_A_OFF,
    VTEAM_W_C,
    VTEAM_PER_D,    // 1/D
    VTEAM_SPEED_ON, // k_on/D
    VTEAM_SPEED_OFF,
    VTEAM_PER_V_ON, // 1/v_on
    VTEAM_PER_V_OFF,
    VTEAM_SLOPE,   // D/w_c
    VTEAM_EDGE_ON, // a_on/w_c
    VTEAM_EDGE_OFF
};

enum { vteam_kinetics = OHM_CONTINUOUS };

OHM_FN void vteam_prepare(vf32 *c, u32 n, const ohm_physics *p) {
    (void)p;
    if (n & OHM_BIT(VTEAM_D)) c[VTEAM_PER_D] = v_divide(v_splat(1.0f), c[VTEAM_D]);
    if (n & (OHM_BIT(VTEAM_K_ON) | OHM_BIT(VTEAM_D))) c[VTEAM_SPEED_ON] = c[VTEAM_K_ON] * c[VTEAM_PER_D];
    if (n & (OHM_BIT(VTEAM_K_OFF) | OHM_BIT(VTEAM_D))) c[VTEAM_SPEED_OFF] = c[VTEAM_K_OFF] * c[VTEAM_PER_D];
    if (n & OHM_BIT(VTEAM_V_ON)) c[VTEAM_PER_V_ON] = v_divide(v_splat(1.0f), c[VTEAM_V_ON]);
    if (n & OHM_BIT(VTEAM_V_OFF)) c[VTEAM_PER_V_OFF] = v_divide(v_splat(1.0f), c[VTEAM_V_OFF]);
    if (n & (OHM_BIT(VTEAM_D) | OHM_BIT(VTEAM_W_C))) c[VTEAM_SLOPE] = v_divide(c[VTEAM_D], c[VTEAM_W_C]);
    if (n & (OHM_BIT(VTEAM_A_ON) | OHM_BIT(VTEAM_W_C)))
        c[VTEAM_EDGE_ON] = v_divide(c[VTEAM_A_ON], c[VTEAM_W_C]);
    if (n & (OHM_BIT(VTEAM_A_OFF) | OHM_BIT(VTEAM_W_C)))
        c[VTEAM_EDGE_OFF] = v_divide(c[VTEAM_A_OFF], c[VTEAM_W_C]);
}

OHM_FN vf32 vteam_initial(vf32 x, const vf32 *c) {
    (void)c;
    return v_splat(1.0f) - x;
}

// x^{α_on} below 0 V, else x^{α_off}. Small whole exponents are multiplied out, as most users' can be; one
// power serves both signs.
OHM_FN vf32 vteam_power(vf32 x, vf32 voltage, const vf32 *c, const ohm_physics *p) {
    const vf32 zero = v_splat(0);
    vf32 on = x, off = x;
    if (!p->power[0] || !p->power[1])
        return v_pow(x, v_where_less(voltage, zero, c[VTEAM_ALPHA_ON], c[VTEAM_ALPHA_OFF]));
    for (u32 i = 1; i < p->power[0]; i++) on = on * x;
    for (u32 i = 1; i < p->power[1]; i++) off = off * x;
    return v_where_less(voltage, zero, on, off);
}

// A voltage is beyond one threshold at most. What is beyond by less than 2⁻³¹ counts as not, so that its
// fourth power is no subnormal number.
OHM_FN vf32 vteam_rate(vf32 x, vf32 voltage, const vf32 *c, const ohm_physics *p) {
    const vf32 zero = v_splat(0);
    const vf32 per = v_where_less(voltage, zero, c[VTEAM_PER_V_ON], c[VTEAM_PER_V_OFF]);
    const vf32 speed = v_where_less(voltage, zero, c[VTEAM_SPEED_ON], c[VTEAM_SPEED_OFF]);
    const vf32 over = v_fma(voltage, per, v_splat(-1.0f));
    const vf32 beyond = v_where_less(over, v_splat(0x1p-31f), zero, over);
    const vf32 rate = speed * vteam_power(beyond, voltage, c, p);
    if (!p->choice) return rate;
    const vf32 place = x * c[VTEAM_SLOPE];
    const vf32 edge = v_where_less(voltage, zero, c[VTEAM_EDGE_ON] - place, place - c[VTEAM_EDGE_OFF]);
    return rate * v_exp(-v_exp(edge));
}

OHM_FN vf32 vteam_resistance(vf32 x, const vf32 *c) {
    return v_fma(c[VTEAM_R_OFF] - c[VTEAM_R_ON], x, c[VTEAM_R_ON]);
}

OHM_FN vf32 vteam_inverse(vf32 resistance, const vf32 *c) {
    return v_divide(resistance - c[VTEAM_R_ON], c[VTEAM_R_OFF] - c[VTEAM_R_ON]);
}

OHMIC_CURRENT(vteam)

#ifdef OHM_TABLES

static const char *const vteam_windows[] = {"none", "exponential", NULL};

enum { VTEAM_ROW_D = 2, VTEAM_ROW_WINDOW = 9, VTEAM_ROW_A_ON, VTEAM_ROW_A_OFF }; // of its table

// The window lets x fall down to a_on and rise up to a_off.
OHM_FN const char *vteam_flaw(const double *value) {
    const double from = fmax(value[VTEAM_ROW_A_ON], 0), to = fmin(value[VTEAM_ROW_A_OFF], value[VTEAM_ROW_D]);
    if (!value[VTEAM_ROW_WINDOW] || from < to) return NULL;
    return "window=exponential confines the state to between a_on and a_off: a_on must be less than a_off, "
           "and "
           "the interval must overlap [0, d]";
}

OHM_FN int vteam_exponents(const float *c, double voltage, ohm_exponent *e) {
    const int on = voltage < 0;
    const double over = voltage / (double)c[on ? VTEAM_V_ON : VTEAM_V_OFF] - 1;
    const double alpha = (double)c[on ? VTEAM_ALPHA_ON : VTEAM_ALPHA_OFF];
    e[0] = (ohm_exponent){on ? "alpha_on ln(V/v_on - 1)" : "alpha_off ln(V/v_off - 1)",
                          on ? "alpha_on" : "alpha_off", over > 1 ? alpha * log(over) : 0, 88, 0};
    return 1;
}

static const ohm_about vteam_about = {
    .name = "vteam",
    .summary = "state x/D in [0, 1] that moves while the voltage exceeds a threshold",
    .equation = "dx/dt = k_off (V/v_off - 1)^alpha_off f_off(x) for V > v_off,\n"
                "        k_on (V/v_on - 1)^alpha_on f_on(x) for V < v_on, 0 between\n"
                "R = r_on + (r_off - r_on) x/d\n"
                "window f: none 1; exponential f_off = exp(-exp((x - a_off)/w_c)),\n"
                "          f_on = exp(-exp((a_on - x)/w_c))",
    .source = "Kvatinsky et al., IEEE TCAS-II 62, 786 (2015); w_c: Pickett et al., J. Appl. Phys. 106,\n"
              "074508 (2009); a_on and a_off are the ends of the device",
    .ordered = {"r_on", "r_off"},
    .dt = 1e-11,
    .stimulus = "uniform:lo=-0.5,hi=0.5",
    .period = 2e-7,
    .exponents = vteam_exponents,
    .flaw = vteam_flaw,
    .polarity = -1,
};

static const ohm_parameter vteam_parameters[] = {
    {"r_on", "R_on", "Ω", 50, 1e-3, 1e9, "resistance at x = 0", VTEAM_R_ON},
    {"r_off", "R_off", "Ω", 1000, 1e-3, 1e12, "resistance at x = d, r_on or more", VTEAM_R_OFF},
    {"d", "D", "m", 3e-9, 1e-10, 1e-5, "length of the device", VTEAM_D},
    {"k_on", "k_on", "m/s", -10, -1e6, 0, "switching-on rate", VTEAM_K_ON},
    {"k_off", "k_off", "m/s", 5e-4, 0, 1e6, "switching-off rate", VTEAM_K_OFF},
    {"alpha_on", "α_on", "1", 3, 0.1, 10, "switching-on exponent", VTEAM_ALPHA_ON},
    {"alpha_off", "α_off", "1", 1, 0.1, 10, "switching-off exponent", VTEAM_ALPHA_OFF},
    {"v_on", "v_on", "V", -0.2, -1000, -1e-3, "switching-on threshold", VTEAM_V_ON},
    {"v_off", "v_off", "V", 0.02, 1e-3, 1000, "switching-off threshold", VTEAM_V_OFF},
    {"window", "f", "1", 0, 0, 1, "window function, which slows the state near the ends", OHM_NO_SLOT,
     .choices = vteam_windows},
    {"a_on", "a_on", "m", 0, -1e-5, 1e-5, "position where switching on slows down", VTEAM_A_ON},
    {"a_off", "a_off", "m", 3e-9, -1e-5, 1e-5, "position where switching off slows down", VTEAM_A_OFF},
    {"w_c", "w_c", "m", 107e-12, 1e-12, 1e-5, "width of the window's edges", VTEAM_W_C},
};

OHM_FN void vteam_derive(const double *value, double dt, ohm_physics *p) {
    (void)value, (void)dt;
    p->model[OHM_HIGH] = 1;
    p->power[0] = ohm_whole_power(p, VTEAM_ALPHA_ON, 4);
    p->power[1] = ohm_whole_power(p, VTEAM_ALPHA_OFF, 4);
}

#endif

#endif
