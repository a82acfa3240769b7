// yakopcic: a sinh conductor whose state moves beyond thresholds. Yakopcic, Taha, Subramanyam, Pino and
// Rogers, "A Memristor Device Model", IEEE Electron Device Lett. 32, 1436 (2011); IJCNN 2013.
//
//   I = a1·x·sinh(b·V) for V ≥ 0, a2·x·sinh(b·V) for V < 0;   dx/dt = η·g(V)·f(x)
//   g = A_p·(e^V − e^{V_p}) for V > V_p, −A_n·(e^{−V} − e^{V_n}) for V < −V_n, else 0
//   ηV ≥ 0: f = e^{−α_p(x − x_p)}·((x_p − x)/(1 − x_p) + 1) for x ≥ x_p, else 1
//   ηV < 0: f = e^{α_n(x + x_n − 1)}·x/(1 − x_n)            for x ≤ 1 − x_n, else 1
//
// x stays within [x_min, 1]: at x = 0, which the papers allow, there is no conductance to take the reciprocal
// of. The bound is ours. R = V/I at the read voltage.
#ifndef OHM_YAKOPCIC_H
#define OHM_YAKOPCIC_H

#include "../elementary.h"
#include "../physics.h"

enum {
    YAKOPCIC_A1 = OHM_OWN,
    YAKOPCIC_A2,
    YAKOPCIC_B,
    YAKOPCIC_A_P,
    YAKOPCIC_A_N,
    YAKOPCIC_X_P,
    YAKOPCIC_X_N,
    YAKOPCIC_ALPHA_P,
    YAKOPCIC_ALPHA_N,
    YAKOPCIC_ETA,
    YAKOPCIC_V_P,
    YAKOPCIC_V_N,
    YAKOPCIC_V_READ,
    YAKOPCIC_E_P, // e^{V_p}
    YAKOPCIC_E_N,
    YAKOPCIC_PER_P, // 1/(1 − x_p)
    YAKOPCIC_PER_N,
    YAKOPCIC_R // V/I at the read voltage and x = 1
};

enum { yakopcic_kinetics = OHM_CONTINUOUS, yakopcic_ohmic = 0 };

OHM_FN vf32 yakopcic_current(vf32 x, vf32 voltage, const vf32 *c) {
    const vf32 a = v_where_less(voltage, v_splat(0), c[YAKOPCIC_A2], c[YAKOPCIC_A1]);
    return a * x * v_sinh(c[YAKOPCIC_B] * voltage);
}

OHM_FN void yakopcic_prepare(vf32 *c, u32 n, const ohm_physics *p) {
    (void)p;
    const vf32 one = v_splat(1.0f);
    if (n & OHM_BIT(YAKOPCIC_V_P)) c[YAKOPCIC_E_P] = v_exp(c[YAKOPCIC_V_P]);
    if (n & OHM_BIT(YAKOPCIC_V_N)) c[YAKOPCIC_E_N] = v_exp(c[YAKOPCIC_V_N]);
    if (n & OHM_BIT(YAKOPCIC_X_P)) c[YAKOPCIC_PER_P] = v_divide(one, one - c[YAKOPCIC_X_P]);
    if (n & OHM_BIT(YAKOPCIC_X_N)) c[YAKOPCIC_PER_N] = v_divide(one, one - c[YAKOPCIC_X_N]);
    if (n & (OHM_BIT(YAKOPCIC_A1) | OHM_BIT(YAKOPCIC_A2) | OHM_BIT(YAKOPCIC_B) | OHM_BIT(YAKOPCIC_V_READ)))
        c[YAKOPCIC_R] = v_divide(c[YAKOPCIC_V_READ], yakopcic_current(one, c[YAKOPCIC_V_READ], c));
}

OHM_FN vf32 yakopcic_initial(vf32 x, const vf32 *c) {
    return v_fma(x, c[OHM_HIGH] - c[OHM_LOW], c[OHM_LOW]);
}

// Both directions are one: beyond is how far x is past the point where the motion slows down.
OHM_FN vf32 yakopcic_rate(vf32 x, vf32 voltage, const vf32 *c, const ohm_physics *p) {
    (void)p;
    const vf32 zero = v_splat(0), one = v_splat(1.0f), push = c[YAKOPCIC_ETA] * voltage;
    const vf32 beyond = v_where_less(push, zero, one - c[YAKOPCIC_X_N] - x, x - c[YAKOPCIC_X_P]);
    const vf32 per = v_where_less(push, zero, c[YAKOPCIC_PER_N], c[YAKOPCIC_PER_P]);
    const vf32 alpha = v_where_less(push, zero, c[YAKOPCIC_ALPHA_N], c[YAKOPCIC_ALPHA_P]);
    const vf32 past = v_max(beyond, zero);
    const vf32 f = v_exp(-alpha * past) * v_fma(-past, per, one);
    const vf32 size = v_abs(voltage);
    const vf32 a = v_where_less(voltage, zero, c[YAKOPCIC_A_N], c[YAKOPCIC_A_P]);
    const vf32 edge = v_where_less(voltage, zero, c[YAKOPCIC_E_N], c[YAKOPCIC_E_P]);
    const vf32 g = a * v_max(v_exp(size) - edge, zero);
    return c[YAKOPCIC_ETA] * v_copysign(g, voltage) * f;
}

OHM_FN vf32 yakopcic_resistance(vf32 x, const vf32 *c) {
    return v_divide(c[YAKOPCIC_R], x);
}

OHM_FN vf32 yakopcic_inverse(vf32 resistance, const vf32 *c) {
    return v_divide(c[YAKOPCIC_R], resistance);
}

#ifdef OHM_TABLES

OHM_FN int yakopcic_exponents(const float *c, double voltage, ohm_exponent *e) {
    const double size = voltage < 0 ? -voltage : voltage, b = (double)c[YAKOPCIC_B];
    e[0] = (ohm_exponent){"b V", "b", b * size, 88, 1};
    e[1] = (ohm_exponent){"V in e^V", "a_p", size, 88, 0};
    return 2;
}

static const ohm_about yakopcic_about = {
    .name = "yakopcic",
    .summary = "sinh conduction; state x moves while the voltage exceeds a threshold",
    .equation = "I = a1 x sinh(b V) for V >= 0, a2 x sinh(b V) for V < 0;  dx/dt = eta g(V) f(x)\n"
                "g = a_p (e^V - e^v_p) for V > v_p, -a_n (e^-V - e^v_n) for V < -v_n, else 0\n"
                "eta V >= 0: f = e^(-alpha_p (x - x_p)) ((x_p - x)/(1 - x_p) + 1) for x >= x_p, else 1\n"
                "eta V < 0:  f = e^(alpha_n (x + x_n - 1)) x/(1 - x_n) for x <= 1 - x_n, else 1\n"
                "R = v_read / I(v_read),  x in [x_min, 1]",
    .source = "Yakopcic et al., IEEE EDL 32, 1436 (2011), and IJCNN 2013; x_min and v_read are ours",
    .dt = 1e-5,
    .stimulus = "uniform:lo=-0.5,hi=0.5",
    .period = 0.01,
    .exponents = yakopcic_exponents,
    .polarity = 1,
};

static const ohm_parameter yakopcic_parameters[] = {
    {"a1", "a_1", "A", 0.17, 1e-12, 1e3, "current for V >= 0", YAKOPCIC_A1},
    {"a2", "a_2", "A", 0.17, 1e-12, 1e3, "current for V < 0", YAKOPCIC_A2},
    {"b", "b", "1/V", 0.05, 1e-3, 20, "how steep the current is", YAKOPCIC_B},
    {"a_p", "A_p", "1/s", 4000, 0, 1e12, "speed for V > v_p", YAKOPCIC_A_P},
    {"a_n", "A_n", "1/s", 4000, 0, 1e12, "speed for V < -v_n", YAKOPCIC_A_N},
    {"x_p", "x_p", "1", 0.3, 0, 0.99, "x above which rising slows down", YAKOPCIC_X_P},
    {"x_n", "x_n", "1", 0.5, 0, 0.99, "1 - x above which falling slows down", YAKOPCIC_X_N},
    {"alpha_p", "α_p", "1", 1, 0, 50, "how rising slows down", YAKOPCIC_ALPHA_P},
    {"alpha_n", "α_n", "1", 5, 0, 50, "how falling slows down", YAKOPCIC_ALPHA_N},
    {"eta", "η", "1", 1, -1, 1, "direction of state motion", YAKOPCIC_ETA},
    {"v_p", "V_p", "V", 0.16, 0, 20, "positive threshold", YAKOPCIC_V_P},
    {"v_n", "V_n", "V", 0.15, 0, 20, "negative threshold, as a positive number", YAKOPCIC_V_N},
    {"v_read", "V_read", "V", 0.1, 1e-3, 4, "voltage at which R and G are read", YAKOPCIC_V_READ},
    {"x_min", "x_min", "1", 0.01, 1e-6, 0.5, "minimum state", OHM_LOW},
};

OHM_FN void yakopcic_derive(const double *value, double dt, ohm_physics *p) {
    (void)value, (void)dt;
    p->model[OHM_HIGH] = 1;
}

#endif

#endif
