#include "equations.h"

#include <math.h>
#include <stdbool.h>

#define Q_PER_K 11604.518121745585 // K/V: the charge of an electron over Boltzmann's constant, CODATA 2018

// ---- Linear ion drift: Strukov et al., Nature 453, 80 (2008) --------------------------------------

#define ION_R_ON 1000

static double ion_resistance(double x) {
    return ION_R_ON * x + 16e3 * (1 - x);
}

static double ion_current(double x, double voltage) {
    return voltage / ion_resistance(x);
}

static double ion_rate(double x, double voltage) {
    return 1e-14 * ION_R_ON / (10e-9 * 10e-9) * ion_current(x, voltage);
}

static double ion_default_resistance(double x) {
    return 100 * x + 16e3 * (1 - x);
}

static double ion_default_current(double x, double voltage) {
    return voltage / ion_default_resistance(x);
}

static double ion_default_rate(double x, double voltage) {
    return 1e-14 * 100 / (10e-9 * 10e-9) * ion_default_current(x, voltage);
}

static double stp(double a) {
    return a >= 0 ? 1 : 0;
}

double joglekar(double x, double current) {
    (void)current;
    return 1 - (2 * x - 1) * (2 * x - 1);
}

double biolek(double x, double current) {
    return 1 - (x - stp(-current)) * (x - stp(-current));
}

double prodromakis(double x, double current) {
    (void)current;
    return 1 - ((x - 0.5) * (x - 0.5) + 0.75);
}

static double joglekar_rate(double x, double voltage) {
    return ion_rate(x, voltage) * joglekar(x, ion_current(x, voltage));
}

static double biolek_rate(double x, double voltage) {
    return ion_rate(x, voltage) * biolek(x, ion_current(x, voltage));
}

static double prodromakis_rate(double x, double voltage) {
    return ion_rate(x, voltage) * prodromakis(x, ion_current(x, voltage));
}

const equation ion_drift = {ion_rate, ion_resistance, ion_current};
const equation ion_default = {ion_default_rate, ion_default_resistance, ion_default_current};
const equation ion_joglekar = {joglekar_rate, ion_resistance, ion_current};
const equation ion_biolek = {biolek_rate, ion_resistance, ion_current};
const equation ion_prodromakis = {prodromakis_rate, ion_resistance, ion_current};

// ---- VTEAM: Kvatinsky et al., IEEE TCAS-II 62, 786 (2015) -----------------------------------------

#define VTEAM_LENGTH 3e-9

static double vteam_rate(double state, double voltage) {
    (void)state;
    if (voltage > 0.02) return 5e-4 * pow(voltage / 0.02 - 1, 1) / VTEAM_LENGTH;
    if (voltage < -0.2) return -10 * pow(voltage / -0.2 - 1, 3) / VTEAM_LENGTH;
    return 0;
}

static double vteam_window_rate(double state, double voltage) {
    const double x = state * VTEAM_LENGTH;
    const double off = exp(-exp((x - 3e-9) / 107e-12)), on = exp(-exp((0 - x) / 107e-12));
    return vteam_rate(state, voltage) * (voltage > 0 ? off : on);
}

static double vteam_resistance(double state) {
    return 50 + (1000 - 50) * state;
}

static double vteam_current(double state, double voltage) {
    return voltage / vteam_resistance(state);
}

const equation vteam = {vteam_rate, vteam_resistance, vteam_current};
const equation vteam_exponential = {vteam_window_rate, vteam_resistance, vteam_current};

// ---- Yakopcic et al., IEEE EDL 32, 1436 (2011); IJCNN 2013 ----------------------------------------

static double yakopcic_g(double voltage) {
    if (voltage > 0.16) return 4000 * (exp(voltage) - exp(0.16));
    if (voltage < -0.15) return -4000 * (exp(-voltage) - exp(0.15));
    return 0;
}

static double yakopcic_f(double x, double voltage) {
    const double x_p = 0.3, x_n = 0.5;
    if (voltage >= 0) return x < x_p ? 1 : exp(-1 * (x - x_p)) * ((x_p - x) / (1 - x_p) + 1);
    return x > 1 - x_n ? 1 : exp(5 * (x + x_n - 1)) * x / (1 - x_n);
}

static double yakopcic_rate(double x, double voltage) {
    return yakopcic_g(voltage) * yakopcic_f(x, voltage);
}

static double yakopcic_current(double x, double voltage) {
    return 0.17 * x * sinh(0.05 * voltage);
}

static double yakopcic_resistance(double x) {
    return 0.1 / yakopcic_current(x, 0.1);
}

const equation yakopcic = {yakopcic_rate, yakopcic_resistance, yakopcic_current};

// ---- Generalized metastable switches: Nugent and Molter, PLoS ONE 9, e85175 (2014) ----------------

static double mmss_rate(double x, double voltage) {
    const double beta = Q_PER_K / 298.5, tau = 1e-4;
    const double on = 1 / (1 + exp(-(voltage - 0.27) * beta));
    const double off = 1 - 1 / (1 + exp(-(voltage + 0.27) * beta));
    return ((1 - x) * on - x * off) / tau;
}

static double mmss_resistance(double x) {
    return 1 / (x / 500 + (1 - x) / 1500);
}

static double mmss_current(double x, double voltage) {
    return voltage * (x / 500 + (1 - x) / 1500);
}

const equation mmss = {mmss_rate, mmss_resistance, mmss_current};

// ---- Stanford and Peking: Jiang et al., SISPAD 2014 ----------------------------------------------

static double stanford_current(double gap, double voltage) {
    return 1e-3 * exp(-gap / 0.25e-9) * sinh(voltage / 0.25);
}

static double stanford_rate(double gap, double voltage) {
    const double t_ox = 12e-9, a0 = 0.25e-9;
    const double kelvin = 298 + fabs(voltage * stanford_current(gap, voltage)) * 2.1e3;
    double gamma = 16 - 0.8 * pow(gap / 1e-9, 3);
    if (gamma * fabs(voltage) / t_ox < 1.4e9) gamma = 0;
    return -10 * exp(-0.6 * Q_PER_K / kelvin) * sinh(gamma * a0 * voltage / t_ox * Q_PER_K / kelvin);
}

static double stanford_resistance(double gap) {
    return 0.1 / stanford_current(gap, 0.1);
}

const equation stanford = {stanford_rate, stanford_resistance, stanford_current};

// ---- JART VCM v1b: Bengel et al., IEEE TCAS-I 67, 4618 (2020), without variability ----------------

#define JART_E 1.602176634e-19
#define JART_K 1.380649e-23
#define JART_EPSILON0 8.8541878128e-12
#define JART_PI 3.14159265358979323846
#define JART_AREA (JART_PI * 45e-9 * 45e-9)
#define JART_SERIES (650 + 719.2437) // Ω, at 0 A

static double jart_disc(double n) {
    return 0.4e-9 / (n * 2 * JART_E * 4e-6 * JART_AREA);
}

static double jart_plug(void) {
    return (3e-9 - 0.4e-9) / (20e26 * 2 * JART_E * 4e-6 * JART_AREA);
}

static double jart_line(double current) {
    return 719.2437 * 719.2437 * 3.92e-3 * 90471.47 * current * current;
}

static double jart_kelvin(double current, double voltage) {
    const double inside = fabs(voltage) - current * (JART_SERIES + jart_line(current));
    return 293 + current * inside * 15.72e6 * (voltage > 0 ? 0.27 : 1);
}

// In eV; psi in V.
static double jart_barrier(double n, double psi) {
    const double eps = 5.5 * JART_EPSILON0;
    if (psi < 0) return 0.18;
    return fmax(0.18 - pow(pow(JART_E, 3) * 2 * n * psi / (8 * pow(JART_PI, 2) * pow(eps, 3)), 0.25), 0);
}

// What the contact conducts; its voltage is a size.
static double jart_contact(double n, double kelvin, double contact, bool reset) {
    const double heat = JART_K * kelvin,
                 phi = jart_barrier(n, 0.18 - 0.1 + (reset ? -contact : contact)) * JART_E;
    const double mass = 9.1093837e-31, planck = 6.62607015e-34;
    const double e00 = JART_E * planck / (4 * JART_PI) * sqrt(2 * n / (mass * 17 * JART_EPSILON0)),
                 x = e00 / heat;
    if (reset)
        return JART_AREA * 6.01e5 * kelvin * kelvin * exp(-phi / heat) * expm1(JART_E * contact / heat);
    return JART_AREA * 6.01e5 * kelvin / JART_K *
           sqrt(JART_PI * e00 * (JART_E * contact + phi / pow(cosh(x), 2))) * exp(-phi * tanh(x) / e00) *
           expm1(JART_E * contact * (x - tanh(x)) / e00);
}

// The contact's current over the one that flows, less this. Of more than one root the one with the least
// voltage across the contact is meant: for V > 0 it is below 0.076 V.
static double jart_excess(double n, double current, double voltage) {
    const double total = jart_disc(n) + jart_plug() + JART_SERIES + jart_line(current);
    const double contact = fabs(voltage) - current * total;
    if (voltage > 0 && contact > 0.076) return 1;
    return jart_contact(n, jart_kelvin(current, voltage), fmax(contact, 0), voltage > 0) - current;
}

static double jart_current(double state, double voltage) {
    const double n = 1e26 * pow(10, state);
    double low = 0, high = fabs(voltage) / (jart_disc(n) + jart_plug() + JART_SERIES);
    while (high - low > 1e-11 * high) {
        const double middle = (low + high) / 2;
        if (jart_excess(n, middle, voltage) > 0)
            low = middle;
        else
            high = middle;
    }
    return voltage < 0 ? -low : low;
}

static double jart_rate(double state, double voltage) {
    const bool reset = voltage > 0;
    const double n = 1e26 * pow(10, state), size = fabs(voltage),
                 current = fabs(jart_current(state, voltage));
    const double inside = size - current * (JART_SERIES + jart_line(current));
    const double field = reset ? inside / 3e-9 : current * jart_disc(n) / 0.4e-9;
    const double gamma = 2 * 0.25e-9 * field / (JART_PI * 1.35),
                 heat = JART_K * jart_kelvin(current, voltage);
    const double even = sqrt(1 - gamma * gamma) + gamma * asin(gamma), odd = gamma * JART_PI / 2;
    const double hops = exp(-1.35 * JART_E * (even - odd) / heat) - exp(-1.35 * JART_E * (even + odd) / heat);
    const double window = 1 - pow(reset ? 0.008e26 / n : n / 20e26, 10);
    const double rate = 0.25e-9 * 2e13 / 0.4e-9 * (20e26 + n) / 2 * window * hops;
    return (reset ? -rate : rate) / (n * log(10));
}

static double jart_resistance(double state) {
    return 0.2 / jart_current(state, 0.2);
}

const equation jart_vcm = {jart_rate, jart_resistance, jart_current};

// ---- Solving --------------------------------------------------------------------------------------

double drive_at(const drive *d, double t) {
    return d->offset + d->amplitude * sin(2 * 3.14159265358979323846 * d->frequency * t + d->phase);
}

double solve(const equation *e, const drive *d, double state, double end, int steps) {
    const double h = end / steps;
    for (int i = 0; i < steps; i++) {
        const double t = h * i;
        const double from = drive_at(d, t), half = drive_at(d, t + h / 2), to = drive_at(d, t + h);
        const double k1 = e->rate(state, from);
        const double k2 = e->rate(state + h / 2 * k1, half);
        const double k3 = e->rate(state + h / 2 * k2, half);
        const double k4 = e->rate(state + h * k3, to);
        state += h / 6 * (k1 + 2 * k2 + 2 * k3 + k4);
    }
    return state;
}
