// linear-ion-drift: the boundary between doped and undoped oxide drifts with the current. Strukov, Snider,
// Stewart and Williams, "The missing memristor found", Nature 453, 80 (2008).
//
//   dx/dt = (μ_v·R_on/D²)·I·f(x),   I = V/R,   R = R_on·x + R_off·(1 − x)
//
// Windows f: joglekar, Joglekar and Wolf, Eur. J. Phys. 30, 661 (2009): 1 − (2x − 1)^{2p}; biolek, Biolek,
// Biolek and Biolkova, Radioengineering 18, 210 (2009): 1 − (x − stp(−I))^{2p}; prodromakis, Prodromakis et
// al., IEEE Trans. Electron Devices 58, 3099 (2011): j·(1 − ((x − ½)² + ¾)^p).
#ifndef OHM_LINEAR_ION_DRIFT_H
#define OHM_LINEAR_ION_DRIFT_H

#include "../elementary.h"
#include "../physics.h"

enum {
    ION_R_ON = OHM_OWN,
    ION_R_OFF,
    ION_D,
    ION_MU,
    ION_V_TH,
    ION_P,
    ION_J,
    ION_PER_D, // 1/D
    ION_K      // μ_v·R_on/D²
};

enum { ION_NONE, ION_JOGLEKAR, ION_BIOLEK, ION_PRODROMAKIS };

enum { linear_ion_drift_kinetics = OHM_CONTINUOUS };

OHM_FN void linear_ion_drift_prepare(vf32 *c, u32 n, const ohm_physics *p) {
    (void)p;
    if (n & OHM_BIT(ION_D)) c[ION_PER_D] = v_divide(v_splat(1.0f), c[ION_D]);
    if (n & (OHM_BIT(ION_MU) | OHM_BIT(ION_D) | OHM_BIT(ION_R_ON)))
        c[ION_K] = (c[ION_MU] * c[ION_PER_D]) * (c[ION_R_ON] * c[ION_PER_D]);
}

OHM_FN vf32 linear_ion_drift_initial(vf32 x, const vf32 *c) {
    (void)c;
    return x;
}

OHM_FN vf32 linear_ion_drift_resistance(vf32 x, const vf32 *c) {
    return v_fma(c[ION_R_ON], x, c[ION_R_OFF] * (v_splat(1.0f) - x));
}

// x^p. Small whole exponents, which most users have, are multiplied out: joglekar's with p = 2 then takes
// half the time.
OHM_FN vf32 ion_power(vf32 x, const vf32 *c, const ohm_physics *p) {
    vf32 power = x;
    if (!p->power[0]) return v_pow(x, c[ION_P]);
    for (u32 i = 1; i < p->power[0]; i++) power = power * x;
    return power;
}

OHM_FN vf32 ion_window(vf32 x, vf32 current, const vf32 *c, const ohm_physics *p) {
    const u32 window = p->choice;
    const vf32 one = v_splat(1.0f);
    if (window == ION_JOGLEKAR) {
        const vf32 y = v_fma(v_splat(2.0f), x, v_splat(-1.0f));
        return one - ion_power(y * y, c, p);
    }
    if (window == ION_BIOLEK) {
        const vf32 y = v_where_less(v_splat(0), current, x, x - one); // stp(0) is 1, and no current, no drift
        return one - ion_power(y * y, c, p);
    }
    if (window == ION_PRODROMAKIS) {
        const vf32 y = x - v_splat(0.5f);
        return c[ION_J] * (one - ion_power(v_fma(y, y, v_splat(0.75f)), c, p));
    }
    return one;
}

OHM_FN vf32 linear_ion_drift_rate(vf32 x, vf32 voltage, const vf32 *c, const ohm_physics *p) {
    const vf32 current = v_divide(voltage, linear_ion_drift_resistance(x, c));
    const vf32 drift = c[ION_K] * current * ion_window(x, current, c, p);
    return v_where_less(v_abs(voltage), c[ION_V_TH], v_splat(0), drift);
}

OHM_FN vf32 linear_ion_drift_inverse(vf32 resistance, const vf32 *c) {
    return v_divide(c[ION_R_OFF] - resistance, c[ION_R_OFF] - c[ION_R_ON]);
}

OHMIC_CURRENT(linear_ion_drift)

#ifdef OHM_TABLES

static const char *const ion_windows[] = {"none", "joglekar", "biolek", "prodromakis", NULL};

static const ohm_about linear_ion_drift_about = {
    .name = "linear-ion-drift",
    .summary = "doping boundary x in [0, 1] that drifts with the current",
    .equation =
        "dx/dt = (mu r_on / d^2) I f(x),  I = V/R,  R = r_on x + r_off (1 - x)\n"
        "window f: none 1; joglekar 1 - (2x - 1)^(2p); biolek 1 - (x - stp(-I))^(2p);\n"
        "          prodromakis j (1 - ((x - 1/2)^2 + 3/4)^p)\n"
        "joglekar and prodromakis are 0 at x = 0 and x = 1: a state that reaches an end stays there. Use\n"
        "biolek for devices that switch fully; it is 0 only at the end that x moves towards",
    .source = "Strukov et al., Nature 453, 80 (2008); Joglekar and Wolf, Eur. J. Phys. 30, 661 (2009);\n"
              "Biolek et al., Radioengineering 18, 210 (2009); Prodromakis et al., IEEE TED 58, 3099 (2011)",
    .ordered = {"r_on", "r_off"},
    .dt = 1e-4,
    .stimulus = "uniform:lo=-1,hi=1",
    .period = 1,
    .polarity = 1,
};

static const ohm_parameter linear_ion_drift_parameters[] = {
    {"r_on", "R_on", "Ω", 100, 1e-3, 1e9, "resistance at x = 1", ION_R_ON},
    {"r_off", "R_off", "Ω", 16e3, 1e-3, 1e12, "resistance at x = 0, r_on or more", ION_R_OFF},
    {"d", "D", "m", 10e-9, 1e-10, 1e-5, "thickness of the oxide", ION_D},
    {"mu", "μ_v", "m²/(V·s)", 1e-14, 1e-20, 1e-6, "mobility of the dopants", ION_MU},
    {"v_th", "V_th", "V", 0, 0, 1000, "no drift while |V| is below this voltage", ION_V_TH},
    {"window", "f", "1", ION_NONE, 0, 3, "window function, which slows the drift near the ends", OHM_NO_SLOT,
     .choices = ion_windows},
    {"p", "p", "1", 1, 0.1, 20, "exponent of the window", ION_P},
    {"j", "j", "1", 1, 1e-3, 1e3, "height of the prodromakis window", ION_J},
};

OHM_FN void linear_ion_drift_derive(const double *value, double dt, ohm_physics *p) {
    (void)value, (void)dt;
    p->model[OHM_HIGH] = 1;
    p->power[0] = ohm_whole_power(p, ION_P, 8);
}

#endif

#endif
