// jart-vcm: the oxygen vacancies in the disc of a filament, JART VCM v1b without its variability. Bengel et
// al., IEEE Trans. Circuits Syst. I 67, 4618 (2020); Cüppers et al., APL Mater. 7, 091105 (2019).
//
//   I = I_S(V_S, T),   V = V_S + I·(R_disc + R_plug + R_s),   T = T0 + I·(V − I·R_s)·R_th
//   R_disc = l_disc/(z·e·μ·A·N),   R_s = R_TiOx + R0·(1 + R0·α·R_line·I²)
//   Δφ = (e³·z·N·ψ/(8π²·ε_φ³))^¼ with ψ = φ0 − φn − V_S,   φ = max(φ0 − Δφ, 0)
//   V > 0: I_S = A·A*·T²·e^{−eφ/kT}·(e^{eV_S/kT} − 1)
//   V < 0: I_S = −A·A*·(T/k)·√(π·E00·e·(|V_S| + φ/cosh²(E00/kT)))·e^{−eφ/W0}·(e^{e|V_S|/W'} − 1)
//          E00 = (e·h/4π)·√(z·N/(m·ε)),   W0 = E00/tanh(E00/kT),   W' = E00/(E00/kT − tanh(E00/kT))
//   dN/dt = ∓(a·ν0/l_disc)·(N_plug + N)/2·F·(e^{−W−/kT} − e^{−W+/kT}) for V > 0, V < 0
//   W∓ = ΔW·(√(1 − γ²) ∓ γ·π/2 + γ·asin γ) with γ = z·a·E/(π·ΔW)
//   V > 0: E = (V − I·R_s)/l_cell, R_th·r_th_reset, F = 1 − (N_min/N)^10
//   V < 0: E = I·R_disc/l_disc, F = 1 − (N/N_max)^10
//
// The state is log10 of N in 10²⁶/m³: float32 holds that well over the four decades of N.
//
// Where ψ falls to 0 the published Δφ vanishes with an infinite slope, so that at many voltages three
// currents solve the equations. The one with the least V_S is that which a voltage rising from 0 leads to.
// Here V_S counts in ψ as 0.95·(φ0 − φn) at most, which leaves that one alone; at the defaults its V_S is
// below that.
//
// When it sets, N rises at a rate that itself rises by nine decades. A sub-step moves log10 N by less than
// JART_VCM_STRIDE, and not over its bound, so that the method stays stable however long the steps are: it
// adds f·h/(1 + f·h/stride) for the rate f, which is f·h where a sub-step h resolves it.
#ifndef OHM_JART_VCM_H
#define OHM_JART_VCM_H

#include "../elementary.h"
#include "../physics.h"

enum {
    JART_VCM_T0 = OHM_OWN,
    JART_VCM_PHI, // φ0
    JART_VCM_N_MIN,
    JART_VCM_N_MAX,
    JART_VCM_E_A, // ΔW
    JART_VCM_R_TH,
    JART_VCM_RADIUS,
    JART_VCM_L_DISC,
    JART_VCM_R_TIOX,
    JART_VCM_V_READ,
    JART_VCM_PHI_N,
    JART_VCM_N_PLUG,
    JART_VCM_R_TH_RESET,
    JART_VCM_L_CELL,
    JART_VCM_R_LINE,   // R0; from here on of parameters that are the same in every device
    JART_VCM_OHMS,     // R_disc·N·r²/l_disc = 1/(π·z·e·μ), Ω·m·10²⁶/m³
    JART_VCM_HEATING,  // (R_s − R_TiOx − R0)/I² = R0²·α·R_line, Ω/A²
    JART_VCM_LOWERING, // Δφ⁴/(N·ψ), V³/(10²⁶/m³)
    JART_VCM_TUNNEL,   // E00/(e·√N), V/√(10²⁶/m³)
    JART_VCM_HOP,      // z·a/π, m
    JART_VCM_SPEED,    // a·ν0/2/ln 10, m/s
    JART_VCM_DISC      // R_disc·N of the device, Ω·10²⁶/m³
};

#define JART_VCM_K_PER_Q 8.617333e-5f // V/K
#define JART_VCM_RICHARDSON 6.01e5f   // A*, A/(m²·K²)
#define JART_VCM_LN10 2.3025851f
#define JART_VCM_STRIDE 0.2f // of log10 N: N changes by less than 1.6 times
#define JART_VCM_LEAST 1e-6f // V: less moves nothing, and the current is in proportion to it

enum { jart_vcm_kinetics = OHM_CONTINUOUS, jart_vcm_ohmic = 0, JART_VCM_ITERATIONS = 16 };

OHM_FN void jart_vcm_prepare(vf32 *c, u32 n, const ohm_physics *p) {
    (void)p;
    const vf32 log10_e = v_splat(0.43429448f);
    if (n & OHM_BIT(JART_VCM_N_MIN)) c[OHM_LOW] = v_log(c[JART_VCM_N_MIN]) * log10_e;
    if (n & OHM_BIT(JART_VCM_N_MAX)) c[OHM_HIGH] = v_log(c[JART_VCM_N_MAX]) * log10_e;
    if (n & (OHM_BIT(JART_VCM_RADIUS) | OHM_BIT(JART_VCM_L_DISC)))
        c[JART_VCM_DISC] =
            v_divide(c[JART_VCM_OHMS] * c[JART_VCM_L_DISC], c[JART_VCM_RADIUS] * c[JART_VCM_RADIUS]);
}

OHM_FN vf32 jart_vcm_initial(vf32 x, const vf32 *c) {
    return v_fma(x, c[OHM_HIGH] - c[OHM_LOW], c[OHM_LOW]);
}

// ---- The circuit ------------------------------------------------------------------------------

// A device in a state at a voltage, whose size is at least JART_VCM_LEAST. Forward is V > 0.
typedef struct jart_vcm_circuit {
    vf32 voltage, forward; // its size, V; 1, or −1 for V < 0
    vf32 disc, series;     // R_disc, and R_TiOx + R0, Ω
    vf32 total;            // of all resistances, without what the line's heat adds, Ω
    vf32 r_th;             // K/W
    vf32 lowering, tunnel; // Δφ⁴/ψ, V³, and E00/e, V
    vf32 richardson;       // A·A*, A/K²
} jart_vcm_circuit;

// What depends on N, in 10²⁶/m³.
OHM_FN void jart_vcm_fill(jart_vcm_circuit *k, vf32 n, const vf32 *c) {
    const vf32 length = v_max(c[JART_VCM_L_CELL] - c[JART_VCM_L_DISC], v_splat(0));
    const vf32 plug = v_divide(c[JART_VCM_DISC] * length, c[JART_VCM_L_DISC] * c[JART_VCM_N_PLUG]);
    k->disc = v_divide(c[JART_VCM_DISC], n);
    k->series = c[JART_VCM_R_TIOX] + c[JART_VCM_R_LINE];
    k->total = k->disc + plug + k->series;
    k->lowering = c[JART_VCM_LOWERING] * n;
    k->tunnel = c[JART_VCM_TUNNEL] * v_sqrt(n);
}

OHM_FN jart_vcm_circuit jart_vcm_at(vf32 state, vf32 voltage, const vf32 *c) {
    const vf32 zero = v_splat(0), one = v_splat(1.0f);
    jart_vcm_circuit k;
    k.voltage = v_max(v_abs(voltage), v_splat(JART_VCM_LEAST));
    k.forward = v_where_less(zero, voltage, one, -one);
    k.r_th = c[JART_VCM_R_TH] * v_where_less(zero, voltage, c[JART_VCM_R_TH_RESET], one);
    k.richardson = c[JART_VCM_RADIUS] * c[JART_VCM_RADIUS] * (3.14159265f * JART_VCM_RICHARDSON);
    jart_vcm_fill(&k, v_exp(state * JART_VCM_LN10), c);
    return k;
}

// What is left of the voltage beyond R_TiOx and the line, at a current, V.
OHM_FN vf32 jart_vcm_inside(const jart_vcm_circuit *k, vf32 current, const vf32 *c) {
    const vf32 series = v_fma(c[JART_VCM_HEATING] * current, current, k->series);
    return v_max(v_fma(-current, series, k->voltage), v_splat(0));
}

// kT/e at a current, V.
OHM_FN vf32 jart_vcm_heat(const jart_vcm_circuit *k, vf32 current, const vf32 *c) {
    const vf32 power = current * jart_vcm_inside(k, current, c);
    return v_fma(power, k->r_th, c[JART_VCM_T0]) * JART_VCM_K_PER_Q;
}

// ln(1 + x) for x ≥ 0: within 3 ulp however small x is.
OHM_FN vf32 jart_vcm_log1p(vf32 x) {
    const vf32 sum = x + 1.0f, added = sum - 1.0f; // ln(sum)·x/added takes back what rounding did to the sum
    const vf32 result = v_log(sum) * v_divide(x, v_max(added, v_splat(1e-8f)));
    return v_where_less(added, v_splat(1e-8f), x, result);
}

// x − tanh x for x > 0, within 4e-7 of it, and tanh x in *ratio. The fit for x < 1 is off by 6e-9 of it.
OHM_FN vf32 jart_vcm_less_tanh(vf32 x, vf32 *ratio) {
    const vf32 one = v_splat(1.0f), z = x * x, e = v_exp(x * -2.0f);
    const vf32 large = v_divide(one - e, one + e);
    vf32 small = v_fma(z, v_splat(-0x1.2da182p-13f), v_splat(0x1.e617a2p-11f));
    small = v_fma(z, small, v_splat(-0x1.a4fbeep-9f));
    small = v_fma(z, small, v_splat(0x1.1d1ff8p-7f));
    small = v_fma(z, small, v_splat(-0x1.65acecp-6f));
    small = v_fma(z, small, v_splat(0x1.ba11ecp-5f));
    small = v_fma(z, small, v_splat(-0x1.1110f4p-3f));
    small = v_fma(z, small, v_splat(0x1.555556p-2f)) * z * x;
    *ratio = v_where_less(x, one, x - small, large);
    return v_where_less(x, one, small, x - large);
}

// φ of the contact at V_S = contact, a size, V.
OHM_FN vf32 jart_vcm_barrier(const jart_vcm_circuit *k, vf32 contact, const vf32 *c) {
    const vf32 zero = v_splat(0), edge = c[JART_VCM_PHI] - c[JART_VCM_PHI_N];
    const vf32 forward = v_max(edge - contact, edge * 0.05f);
    const vf32 psi = v_where_less(zero, k->forward, forward, edge + contact);
    return v_max(c[JART_VCM_PHI] - v_sqrt(v_sqrt(k->lowering * v_max(psi, zero))), zero);
}

// How much of the voltage a current leaves beyond what it takes itself, V: falling from the voltage at 0 A
// through 0 at the current that flows. The contact's part is I_S's inverse, with the φ and T there.
OHM_FN vf32 jart_vcm_left(const jart_vcm_circuit *k, vf32 current, const vf32 *c) {
    const vf32 zero = v_splat(0), heat = jart_vcm_heat(k, current, c), kelvin = heat * (1 / JART_VCM_K_PER_Q);
    const vf32 resistance = v_fma(c[JART_VCM_HEATING] * current, current, k->total);
    const vf32 left = v_fma(-current, resistance, k->voltage), contact = v_max(left, zero);
    const vf32 phi = jart_vcm_barrier(k, contact, c);
    const vf32 x = v_divide(k->tunnel, heat), e = v_exp(x * -2.0f), sum = e + 1.0f;
    vf32 ratio;
    const vf32 rest = jart_vcm_less_tanh(x, &ratio);
    // |V_S| + φ/cosh²x, but not so little that a device might flush it to 0.
    const vf32 field = v_max(v_fma(phi, v_divide(e * 4.0f, sum * sum), contact), v_splat(1e-20f));
    const vf32 tunnel = v_sqrt(k->tunnel * field * 3.1415927f) * (1 / JART_VCM_K_PER_Q);
    const vf32 scale = v_where_less(zero, k->forward, heat, v_divide(k->tunnel, rest));
    const vf32 root = v_divide(phi * v_where_less(zero, k->forward, v_splat(1.0f), ratio),
                               v_where_less(zero, k->forward, heat, k->tunnel));
    const vf32 full = k->richardson * kelvin * v_where_less(zero, k->forward, kelvin, tunnel);
    return v_fma(-scale, jart_vcm_log1p(v_divide(current * v_exp(root), full)), left);
}

// The current at k's voltage over voltage/total, in (0, 1): a root between two ends is moved to where the
// line through them is 0, and the value at an end that stays is made smaller (Anderson and Björck, BIT 13,
// 253 (1973)). At the defaults it is within 4e-6 of the equations', and within 1e-6 from 20 mV on.
OHM_RARE vf32 jart_vcm_solve(const jart_vcm_circuit *k, const vf32 *c) {
    const vf32 zero = v_splat(0), one = v_splat(1.0f), tiny = v_splat(1e-20f);
    const vf32 most = v_divide(k->voltage, k->total);
    vf32 low = zero, high = one, over = k->voltage, under = v_min(jart_vcm_left(k, most, c), -tiny);
    vf32 x = one, side = zero;
    OHM_ROLL
    for (int i = 0; i < JART_VCM_ITERATIONS; i++) {
        x = v_fma(v_divide(under, over - under), high - low, high);
        x = v_min(v_max(x, low), high);
        const vf32 f = jart_vcm_left(k, x * most, c), last = v_where_less(zero, f, over, under);
        const vf32 shrunk = one - v_divide(f, last), factor = v_where_less(zero, shrunk, shrunk, one * 0.5f);
        const vf32 again_over = v_where_less(zero, side, factor, one);
        const vf32 again_under = v_where_less(side, zero, factor, one);
        under = v_min(v_where_less(zero, f, under * again_over, f), -tiny);
        over = v_max(v_where_less(zero, f, f, over * again_under), tiny);
        low = v_where_less(zero, f, x, low);
        high = v_where_less(zero, f, high, x);
        side = v_where_less(zero, f, one, -one);
    }
    return x;
}

OHM_FN vf32 jart_vcm_current(vf32 state, vf32 voltage, const vf32 *c) {
    const jart_vcm_circuit k = jart_vcm_at(state, voltage, c);
    return v_divide(voltage * jart_vcm_solve(&k, c), k.total);
}

OHM_FN vf32 jart_vcm_resistance(vf32 state, const vf32 *c) {
    const jart_vcm_circuit k = jart_vcm_at(state, c[JART_VCM_V_READ], c);
    return v_divide(k.total, jart_vcm_solve(&k, c));
}

// A current is what flows at one N alone, found by halving the range of states: the current and T stay as
// they are, so that a try takes one evaluation and no root. The result is within 2e-6 of the range.
OHM_RARE vf32 jart_vcm_inverse(vf32 resistance, const vf32 *c) {
    jart_vcm_circuit k = jart_vcm_at(c[OHM_LOW], c[JART_VCM_V_READ], c);
    const vf32 zero = v_splat(0), current = v_divide(k.voltage, resistance);
    vf32 low = c[OHM_LOW], high = c[OHM_HIGH];
    OHM_ROLL
    for (int i = 0; i < 22; i++) {
        const vf32 middle = (low + high) * 0.5f;
        jart_vcm_fill(&k, v_exp(middle * JART_VCM_LN10), c);
        const vf32 left = jart_vcm_left(&k, current, c);
        low = v_where_less(left, zero, middle, low);
        high = v_where_less(left, zero, high, middle);
    }
    return (low + high) * 0.5f;
}

// ---- The vacancies ----------------------------------------------------------------------------

// √(1 − γ²) − γ·acos γ, which is √(1 − γ²) + γ·asin γ − γ·π/2, for γ in [0, 1], within 5e-8: acos by
// Abramowitz and Stegun 4.4.46.
OHM_FN vf32 jart_vcm_lowered(vf32 gamma) {
    vf32 a = v_fma(gamma, v_splat(-0.0012624911f), v_splat(0.0066700901f));
    a = v_fma(gamma, a, v_splat(-0.0170881256f));
    a = v_fma(gamma, a, v_splat(0.0308918810f));
    a = v_fma(gamma, a, v_splat(-0.0501743046f));
    a = v_fma(gamma, a, v_splat(0.0889789874f));
    a = v_fma(gamma, a, v_splat(-0.2145988016f));
    a = v_fma(gamma, a, v_splat(1.5707963050f)); // acos γ/√(1 − γ)
    return v_sqrt(1.0f - gamma) * v_fma(-gamma, a, v_sqrt(1.0f + gamma));
}

// e^{−W−/kT} − e^{−W+/kT} at a current. A barrier of more than 60 kT counts as 60, which takes some million
// years, so that no product below is subnormal.
OHM_FN vf32 jart_vcm_hops(const jart_vcm_circuit *k, vf32 current, const vf32 *c) {
    const vf32 zero = v_splat(0), cold = v_divide(c[JART_VCM_E_A], jart_vcm_heat(k, current, c));
    const vf32 across = v_where_less(zero, k->forward, jart_vcm_inside(k, current, c), current * k->disc);
    const vf32 length = v_where_less(zero, k->forward, c[JART_VCM_L_CELL], c[JART_VCM_L_DISC]);
    const vf32 gamma = v_clamp(v_divide(c[JART_VCM_HOP] * across, length * c[JART_VCM_E_A]), 0, 1);
    const vf32 along = v_exp(v_max(-cold * jart_vcm_lowered(gamma), v_splat(-60.0f)));
    return along * (1.0f - v_exp(cold * gamma * -3.1415927f));
}

// Where it resolves the sub-step, within 2e-5 of the equations' from 20 mV on.
OHM_FN vf32 jart_vcm_rate(vf32 state, vf32 voltage, const vf32 *c, const ohm_physics *p) {
    (void)p;
    const vf32 zero = v_splat(0), one = v_splat(1.0f);
    const jart_vcm_circuit k = jart_vcm_at(state, voltage, c);
    const vf32 current = jart_vcm_solve(&k, c) * v_divide(k.voltage, k.total);
    const vf32 room = v_max(v_where_less(zero, voltage, state - c[OHM_LOW], c[OHM_HIGH] - state), zero);
    const vf32 window = one - v_exp(room * (-10 * JART_VCM_LN10));
    const vf32 vacancies = v_fma(c[JART_VCM_N_PLUG], v_exp(state * -JART_VCM_LN10), one); // over N
    const vf32 speed = v_divide(c[JART_VCM_SPEED], c[JART_VCM_L_DISC]) * vacancies;
    const vf32 rate = v_where_less(v_abs(voltage), v_splat(JART_VCM_LEAST), zero,
                                   speed * window * jart_vcm_hops(&k, current, c));
    const vf32 stride = v_max(v_min(room, v_splat(JART_VCM_STRIDE)), v_splat(1e-9f));
    return -k.forward * v_divide(rate, one + v_divide(rate * c[OHM_GAIN], stride));
}

#ifdef OHM_TABLES

#define JART_VCM_E 1.602176634e-19
#define JART_VCM_H 6.62607015e-34
#define JART_VCM_MASS 9.1093837e-31
#define JART_VCM_EPSILON0 8.8541878128e-12
#define JART_VCM_PI 3.14159265358979323846

// γ is at most what it would be with all of the voltage across the disc, or the cell. Beyond 1 there is no
// barrier.
OHM_FN int jart_vcm_exponents(const float *c, double voltage, ohm_exponent *e) {
    const int set = voltage < 0;
    const double length = (double)c[set ? JART_VCM_L_DISC : JART_VCM_L_CELL];
    const double gamma = (double)c[JART_VCM_HOP] * fabs(voltage) / (length * (double)c[JART_VCM_E_A]);
    e[0] = (ohm_exponent){set ? "2 a V/(pi e_a l_disc)" : "2 a V/(pi e_a l_cell)", set ? "l_disc" : "l_cell",
                          gamma, 1, 0};
    return 1;
}

enum { // places of the table
    JART_VCM_ROW_L_DISC = 3,
    JART_VCM_ROW_PHI0,
    JART_VCM_ROW_MU = 10,
    JART_VCM_ROW_A,
    JART_VCM_ROW_NU,
    JART_VCM_ROW_EPS,
    JART_VCM_ROW_EPS_PHI,
    JART_VCM_ROW_R_LINE,
    JART_VCM_ROW_ALPHA,
    JART_VCM_ROW_R0,
    JART_VCM_ROW_PHI_N,
    JART_VCM_ROW_L_CELL = JART_VCM_ROW_PHI_N + 2
};

OHM_FN const char *jart_vcm_flaw(const double *value) {
    if (value[JART_VCM_ROW_L_DISC] > value[JART_VCM_ROW_L_CELL])
        return "l_disc exceeds l_cell, but the disc is part of the cell";
    if (value[JART_VCM_ROW_PHI_N] > value[JART_VCM_ROW_PHI0])
        return "phi_n exceeds phi0, which leaves the contact without a barrier";
    return NULL;
}

static const ohm_about jart_vcm_about = {
    .name = "jart-vcm",
    .summary = "oxygen vacancy density N in the disc of a filament, as log10 of N in 1e26/m^3",
    .equation = "V = V_S + I (R_disc + R_plug + R_s),  T = t0 + I (V - I R_s) R_th\n"
                "R_disc = l_disc/(2 e mu A N),  R_s = r_tiox + r0 (1 + r0 alpha r_line I^2)\n"
                "phi = phi0 - (2 e^3 N (phi0 - phi_n - V_S)/(8 pi^2 eps_phi^3))^(1/4), 0 or more\n"
                "V > 0: I = A A* T^2 e^(-e phi/kT) (e^(e V_S/kT) - 1)\n"
                "V < 0: I = -A A* T/k sqrt(pi E00 e (|V_S| + phi/cosh^2(E00/kT)))\n"
                "           e^(-e phi tanh(E00/kT)/E00) (e^(e |V_S| (1/kT - tanh(E00/kT)/E00)) - 1)\n"
                "dN/dt = -+ a nu0/l_disc (n_plug + N)/2 F (e^(-W-/kT) - e^(-W+/kT))\n"
                "W-+ = e_a (sqrt(1 - g^2) -+ g pi/2 + g asin g),  g = 2 a E/(pi e_a)\n"
                "V > 0: E = (V - I R_s)/l_cell, F = 1 - (n_min/N)^10, R_th = r_th r_th_reset\n"
                "V < 0: E = I R_disc/l_disc, F = 1 - (N/n_max)^10, R_th = r_th\n"
                "R = v_read / I(v_read)",
    .source = "Bengel et al., IEEE TCAS-I 67, 4618 (2020), JART VCM v1b without variability; r_th as in\n"
              "its Verilog-A code (some later papers use 1e7); v_read is ours",
    .ordered = {"n_min", "n_max"},
    .dt = 2e-6,
    .stimulus = "uniform:lo=-1.5,hi=1.5",
    .period = 1e-3,
    .substeps = 32,
    .exponents = jart_vcm_exponents,
    .flaw = jart_vcm_flaw,
    .polarity = -1,
};

static const ohm_parameter jart_vcm_parameters[] = {
    {"n_min", "N_min", "1e26/m³", 0.008, 1e-4, 100, "minimum vacancy density in the disc", JART_VCM_N_MIN},
    {"n_max", "N_max", "1e26/m³", 20, 1e-3, 1100, "maximum vacancy density in the disc, n_min or more",
     JART_VCM_N_MAX},
    {"radius", "r", "m", 45e-9, 5e-9, 1e-7, "radius of the filament", JART_VCM_RADIUS},
    {"l_disc", "l_disc", "m", 0.4e-9, 1e-10, 5e-9, "length of the disc", JART_VCM_L_DISC},
    {"phi0", "φ_0", "V", 0.18, 0.1, 0.5, "Schottky barrier height of the contact", JART_VCM_PHI},
    {"e_a", "ΔW", "eV", 1.35, 0.8, 1.5, "activation energy of hopping", JART_VCM_E_A},
    {"r_th", "R_th", "K/W", 15.72e6, 0, 2e7, "thermal resistance", JART_VCM_R_TH},
    {"r_tiox", "R_TiOx", "Ω", 650, 0, 2e5, "series resistance of the oxide", JART_VCM_R_TIOX},
    {"t0", "T_0", "K", 293, 200, 600, "ambient temperature", JART_VCM_T0},
    {"v_read", "V_read", "V", 0.2, 1e-3, 1, "voltage at which R and G are read", JART_VCM_V_READ},
    {"mu", "μ", "m²/Vs", 4e-6, 1e-6, 1e-5, "electron mobility", OHM_NO_SLOT},
    {"a", "a", "m", 0.25e-9, 1e-10, 1e-9, "hopping distance", OHM_NO_SLOT},
    {"nu0", "ν_0", "Hz", 2e13, 1e10, 1e14, "attempt frequency", OHM_NO_SLOT},
    {"eps", "ε", "1", 17, 10, 25, "static permittivity of the oxide", OHM_NO_SLOT},
    {"eps_phi", "ε_φ", "1", 5.5, 1, 25, "permittivity for Schottky barrier lowering", OHM_NO_SLOT},
    {"r_line", "R_line", "K/W", 90471.47, 0, 1e7, "thermal resistance of the line", OHM_NO_SLOT},
    {"alpha", "α", "1/K", 3.92e-3, 0, 0.1, "temperature coefficient of the line", OHM_NO_SLOT},
    {"r0", "R_0", "Ω", 719.2437, 0, 1e5, "resistance of the line", OHM_NO_SLOT},
    {"phi_n", "φ_n", "V", 0.1, 0, 0.3, "Fermi level below the conduction band", JART_VCM_PHI_N},
    {"n_plug", "N_plug", "1e26/m³", 20, 1e-3, 100, "vacancy density in the plug", JART_VCM_N_PLUG},
    {"l_cell", "l_cell", "m", 3e-9, 2e-9, 5e-9, "total length of disc and plug, l_disc or more",
     JART_VCM_L_CELL},
    {"r_th_reset", "R_th,eff", "1", 0.27, 0.1, 1, "fraction of r_th that is effective at V > 0",
     JART_VCM_R_TH_RESET},
};

// N counts in 10²⁶/m³, and a vacancy has the charge 2 e.
OHM_FN void jart_vcm_derive(const double *value, double dt, ohm_physics *p) {
    (void)dt;
    const double e = JART_VCM_E, density = 2e26, eps_phi = value[JART_VCM_ROW_EPS_PHI] * JART_VCM_EPSILON0;
    const double r0 = value[JART_VCM_ROW_R0];
    p->model[JART_VCM_R_LINE] = (float)r0;
    p->model[JART_VCM_OHMS] = (float)(1 / (JART_VCM_PI * density * e * value[JART_VCM_ROW_MU]));
    p->model[JART_VCM_HEATING] = (float)(r0 * r0 * value[JART_VCM_ROW_ALPHA] * value[JART_VCM_ROW_R_LINE]);
    p->model[JART_VCM_LOWERING] =
        (float)(e * e * e * density / (8 * JART_VCM_PI * JART_VCM_PI * eps_phi * eps_phi * eps_phi));
    p->model[JART_VCM_TUNNEL] =
        (float)(JART_VCM_H / (4 * JART_VCM_PI) *
                sqrt(density / (JART_VCM_MASS * value[JART_VCM_ROW_EPS] * JART_VCM_EPSILON0)));
    p->model[JART_VCM_HOP] = (float)(2 * value[JART_VCM_ROW_A] / JART_VCM_PI);
    p->model[JART_VCM_SPEED] = (float)(value[JART_VCM_ROW_A] * value[JART_VCM_ROW_NU] / 2 / log(10));
    jart_vcm_prepare(p->model, UINT32_MAX, p);
}

#endif

#endif
