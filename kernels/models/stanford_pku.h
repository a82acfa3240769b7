// stanford-pku: the gap g of a filament in a resistive memory. Jiang, Wu, Chen, Wong et al., SISPAD 2014;
// Jiang et al., IEEE Trans. Electron Devices 63, 1884 (2016).
//
//   I = I0·e^{−g/g0}·sinh(V/V0),   T = T0 + |V·I|·R_th
//   γ = γ0 − β·(g/1 nm)³, taken as 0 where γ·|V|/t_ox < F_min
//   dg/dt = −v0·e^{−qE_a/kT}·sinh(γ·a0·qV/(t_ox·kT)),   g in [g_min, g_max]
//
// R = V/I at the read voltage.
#ifndef OHM_STANFORD_PKU_H
#define OHM_STANFORD_PKU_H

#include "../elementary.h"
#include "../physics.h"

enum {
    STANFORD_G0 = OHM_OWN,
    STANFORD_V0,
    STANFORD_I0,
    STANFORD_T0,
    STANFORD_R_TH,
    STANFORD_GAMMA0,
    STANFORD_BETA,
    STANFORD_T_OX,
    STANFORD_F_MIN,
    STANFORD_SPEED, // v0
    STANFORD_E_A,
    STANFORD_A0,
    STANFORD_V_READ,
    STANFORD_PER_G0,  // 1/g0
    STANFORD_PER_V0,  // 1/V0
    STANFORD_PER_TOX, // 1/t_ox
    STANFORD_R        // V/(I0·sinh(V/V0)) at the read voltage
};

#define STANFORD_Q_PER_K 11604.518f // K/V

enum { stanford_pku_kinetics = OHM_CONTINUOUS, stanford_pku_ohmic = 0 };

OHM_FN void stanford_pku_prepare(vf32 *c, u32 n, const ohm_physics *p) {
    (void)p;
    const vf32 one = v_splat(1.0f);
    if (n & OHM_BIT(STANFORD_G0)) c[STANFORD_PER_G0] = v_divide(one, c[STANFORD_G0]);
    if (n & OHM_BIT(STANFORD_V0)) c[STANFORD_PER_V0] = v_divide(one, c[STANFORD_V0]);
    if (n & OHM_BIT(STANFORD_T_OX)) c[STANFORD_PER_TOX] = v_divide(one, c[STANFORD_T_OX]);
    if (n & (OHM_BIT(STANFORD_V_READ) | OHM_BIT(STANFORD_I0) | OHM_BIT(STANFORD_V0)))
        c[STANFORD_R] =
            v_divide(c[STANFORD_V_READ], c[STANFORD_I0] * v_sinh(c[STANFORD_V_READ] * c[STANFORD_PER_V0]));
}

OHM_FN vf32 stanford_pku_initial(vf32 x, const vf32 *c) {
    return v_fma(x, c[OHM_LOW] - c[OHM_HIGH], c[OHM_HIGH]);
}

OHM_FN vf32 stanford_pku_current(vf32 g, vf32 voltage, const vf32 *c) {
    return c[STANFORD_I0] * v_exp(-g * c[STANFORD_PER_G0]) * v_sinh(voltage * c[STANFORD_PER_V0]);
}

OHM_FN vf32 stanford_pku_rate(vf32 g, vf32 voltage, const vf32 *c, const ohm_physics *p) {
    (void)p;
    const vf32 power = v_abs(voltage * stanford_pku_current(g, voltage, c));
    const vf32 heat = v_divide(v_splat(STANFORD_Q_PER_K), v_fma(power, c[STANFORD_R_TH], c[STANFORD_T0]));
    const vf32 nm = g * v_splat(1e9f);
    const vf32 gamma = v_fma(-c[STANFORD_BETA], nm * nm * nm, c[STANFORD_GAMMA0]);
    const vf32 field = gamma * voltage * c[STANFORD_PER_TOX];
    const vf32 speed = -c[STANFORD_SPEED] * v_exp(-c[STANFORD_E_A] * heat) *
                       v_sinh(v_clamp(field * c[STANFORD_A0] * heat, -60, 60));
    return v_where_less(gamma * v_abs(voltage) * c[STANFORD_PER_TOX], c[STANFORD_F_MIN], v_splat(0), speed);
}

OHM_FN vf32 stanford_pku_resistance(vf32 g, const vf32 *c) {
    return c[STANFORD_R] * v_exp(g * c[STANFORD_PER_G0]);
}

OHM_FN vf32 stanford_pku_inverse(vf32 resistance, const vf32 *c) {
    return c[STANFORD_G0] * v_log(v_divide(resistance, c[STANFORD_R]));
}

#ifdef OHM_TABLES

// The field's is the largest where the gap is, since the current heats.
OHM_FN int stanford_pku_exponents(const float *c, double voltage, ohm_exponent *e) {
    const double size = voltage < 0 ? -voltage : voltage, v0 = (double)c[STANFORD_V0];
    const double cold = STANFORD_Q_PER_K / (double)c[STANFORD_T0];
    const double power = size * (double)stanford_pku_current(c[OHM_HIGH], (float)size, c);
    const double heat = STANFORD_Q_PER_K / ((double)c[STANFORD_T0] + power * (double)c[STANFORD_R_TH]);
    const double field = (double)(c[STANFORD_GAMMA0] * c[STANFORD_A0]) / (double)c[STANFORD_T_OX] * size;
    e[0] = (ohm_exponent){"V/v0", "v0", size / v0, 88, 1};
    e[1] = (ohm_exponent){"v_read/v0", "v0", (double)c[STANFORD_V_READ] / v0, 88, 0};
    e[2] = (ohm_exponent){"g_max/g0", "g0", (double)c[OHM_HIGH] / (double)c[STANFORD_G0], 87, 0};
    e[3] = (ohm_exponent){"gamma0 a0 q V/(t_ox k T)", "gamma0", field * heat, 60, 0};
    e[4] = (ohm_exponent){"q e_a/(k t0)", "e_a", (double)c[STANFORD_E_A] * cold, 87, 0};
    return 5;
}

static const ohm_about stanford_pku_about = {
    .name = "stanford-pku",
    .summary = "gap g of a filament, in m, moved by field and heat",
    .equation = "I = i0 e^(-g/g0) sinh(V/v0),  T = t0 + |V I| r_th\n"
                "gamma = gamma0 - beta (g/1 nm)^3, taken as 0 where gamma |V|/t_ox < f_min\n"
                "dg/dt = -speed e^(-q e_a/kT) sinh(gamma a0 q V/(t_ox k T)),  g in [g_min, g_max]\n"
                "R = v_read / I(v_read)",
    .source = "Jiang et al., SISPAD 2014, and IEEE TED 63, 1884 (2016); v_read is ours",
    .ordered = {"g_min", "g_max"},
    .dt = 5e-10,
    .stimulus = "uniform:lo=-1.5,hi=1.5",
    .period = 1e-6,
    .substeps = 400,
    .exponents = stanford_pku_exponents,
    .polarity = 1,
};

static const ohm_parameter stanford_pku_parameters[] = {
    {"g0", "g_0", "m", 0.25e-9, 1e-11, 1e-8, "decay length of the current with the gap", STANFORD_G0},
    {"v0", "V_0", "V", 0.25, 0.02, 10, "voltage scale of the current", STANFORD_V0},
    {"i0", "I_0", "A", 1e-3, 1e-12, 1, "current prefactor", STANFORD_I0},
    {"t0", "T_0", "K", 298, 50, 1000, "ambient temperature", STANFORD_T0},
    {"r_th", "R_th", "K/W", 2.1e3, 0, 1e9, "thermal resistance", STANFORD_R_TH},
    {"gamma0", "γ_0", "1", 16, 0, 1e3, "field enhancement factor at zero gap", STANFORD_GAMMA0},
    {"beta", "β", "1", 0.8, 0, 100, "decrease of the field enhancement with the gap", STANFORD_BETA},
    {"t_ox", "t_ox", "m", 12e-9, 1e-10, 1e-6, "thickness of the oxide", STANFORD_T_OX},
    {"f_min", "F_min", "V/m", 1.4e9, 0, 1e12, "minimum field that moves the gap", STANFORD_F_MIN},
    {"speed", "v_0", "m/s", 10, 0, 1e6, "velocity prefactor", STANFORD_SPEED},
    {"e_a", "E_a", "eV", 0.6, 0, 2, "activation energy", STANFORD_E_A},
    {"a0", "a_0", "m", 0.25e-9, 1e-11, 1e-8, "distance between hopping sites", STANFORD_A0},
    {"g_min", "g_min", "m", 0.2e-9, 0, 1e-8, "minimum gap", OHM_LOW},
    {"g_max", "g_max", "m", 1.7e-9, 0, 1e-8, "maximum gap, g_min or more", OHM_HIGH},
    {"v_read", "V_read", "V", 0.1, 1e-3, 4, "voltage at which R and G are read", STANFORD_V_READ},
};

OHM_FN void stanford_pku_derive(const double *value, double dt, ohm_physics *p) {
    (void)value, (void)dt, (void)p;
}

#endif

#endif
