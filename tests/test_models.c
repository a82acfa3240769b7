// The device models against their published equations, solved in double by another method: Euler's error
// falls by half with the time step, resistances and currents are the formulas', pulses are the recurrences'.
#include "equations.h"
#include "sample.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

// One device of a model at a time step, driven from somewhere.
static ohm_crossbar *device(const char *model, const char *stimulus, double start, double dt) {
    char initial[64];
    ohm_definition d = ohm_definition_default();
    snprintf(initial, sizeof initial, "constant:value=%.17g", start);
    d.rows = d.cols = 1;
    d.model = model;
    d.stimulus = stimulus;
    d.initial = initial;
    d.dt = dt;
    return create(native, &d);
}

static double state_of(ohm_crossbar *c) {
    float state;
    REQUIRE(ohm_crossbar_read_state(c, 0, 1, &state));
    return (double)state;
}

static double current_of(ohm_crossbar *c, double voltage) {
    const float applied = (float)voltage;
    float current;
    REQUIRE(ohm_crossbar_read_current(c, 0, 1, &applied, &current));
    return (double)current;
}

static double probe(ohm_crossbar *c, ohm_quantity quantity) {
    float value[OHM_QUANTITIES];
    REQUIRE(ohm_crossbar_probe(c, 0, 0, value));
    return (double)value[quantity];
}

// ---- The order of Euler's method ------------------------------------------------------------------

// A model on a smooth way: it reaches no bound and passes no threshold, where the order would be less.
typedef struct course {
    const char *model;
    const equation *equation;
    double start; // 0 to 1, as the initial state is given
    double end;   // s
    int steps;    // the fewest, near what Euler's method is stable at
    drive drive;
} course;

static const course courses[] = {
    {"linear-ion-drift:r_on=1000", &ion_drift, 0.3, 0.03, 100, {0, 1.5, 20, 0}},
    {"linear-ion-drift:r_on=1000,window=joglekar", &ion_joglekar, 0.3, 0.03, 100, {0, 1.5, 20, 0}},
    {"linear-ion-drift:r_on=1000,window=biolek", &ion_biolek, 0.3, 0.03, 100, {0.9, 0.5, 20, 0}},
    {"linear-ion-drift:r_on=1000,window=biolek", &ion_biolek, 0.8, 0.03, 100, {-0.9, 0.5, 20, 0}},
    {"linear-ion-drift:r_on=1000,window=prodromakis", &ion_prodromakis, 0.3, 0.05, 200, {0, 3, 10, 0}},
    {"vteam", &vteam, 0.8, 1e-7, 64, {0.2, 0.1, 2.5e6, 0}},
    {"vteam", &vteam, 0.2, 2e-9, 64, {-0.26, 0.04, 1e8, 0}},
    {"vteam:window=exponential", &vteam_exponential, 0.45, 2e-7, 64, {0.2, 0.1, 2.5e6, 0}},
    {"vteam:window=exponential", &vteam_exponential, 0.9, 2e-9, 64, {-0.26, 0.04, 1e8, 0}},
    {"yakopcic", &yakopcic, 0.4, 3e-4, 64, {0.4, 0.1, 1e3, 0}},
    {"yakopcic", &yakopcic, 0.45, 3e-4, 64, {-0.4, 0.1, 1e3, 0}},
    {"mmss", &mmss, 0.4, 2e-4, 64, {0, 0.35, 4e3, 0}},
    {"stanford-pku", &stanford, 0.5, 3e-8, 64, {1.25, 0.1, 1e7, 0}},
    {"stanford-pku", &stanford, 0.5, 3e-8, 64, {-1.25, 0.1, 1e7, 0}},
    {"jart-vcm", &jart_vcm, 0.5, 3e-8, 64, {-0.45, 0.02, 1e7, 0}},
    {"jart-vcm", &jart_vcm, 0.5, 2e-6, 64, {0.8, 0.02, 2e5, 0}},
};

// Appends a parameter to a model's text.
static const char *with(char text[256], const char *model, const char *parameter) {
    snprintf(text, 256, "%s%c%s", model, strchr(model, ':') ? ',' : ':', parameter);
    return text;
}

static double end_of(const course *w, int steps) {
    char stimulus[160];
    snprintf(stimulus, sizeof stimulus,
             "wave:shape=sine,offset=%.17g,amplitude=%.17g,frequency=%.17g,phase=%.17g", w->drive.offset,
             w->drive.amplitude, w->drive.frequency, w->drive.phase);
    char text[256];
    ohm_crossbar *c = device(with(text, w->model, "substeps=1"), stimulus, w->start, w->end / steps);
    REQUIRE(ohm_crossbar_advance(c, (uint64_t)steps));
    const double found = state_of(c);
    ohm_crossbar_destroy(c);
    return found;
}

static double start_of(const course *w) {
    ohm_crossbar *c = device(w->model, "constant:value=0", w->start, w->end / 4096);
    const double found = state_of(c);
    ohm_crossbar_destroy(c);
    return found;
}

// The states that initial 0 and 1 stand for are the ends of the least and the most conductive.
static double range_of(const course *w) {
    if (w->equation == &jart_vcm) return 3.398; // decades
    return w->equation == &stanford ? 1.5e-9 : 1;
}

// The error, over the state's range, is C·dt·(1 + D·dt), so that the halves are 2 and a little more or less.
// Each step rounds by 3e-8 at most, n of them by some 2e-8·√n, which leaves the errors two digits or more.
static void check_course(const course *w) {
    const int fine = w->equation == &jart_vcm ? 2000 : 20000; // a root at each takes its time
    const double exact = solve(w->equation, &w->drive, start_of(w), w->end, fine);
    double before = 0;
    print_message("  %-46s from %.4g to %.4g:", w->model, start_of(w), exact);
    for (int steps = w->steps; steps <= 4 * w->steps; steps *= 2) {
        const double error = fabs(end_of(w, steps) - exact) / range_of(w), ratio = before / error;
        print_message(before > 0 ? " %.2e (/%.3f)" : " %.2e", error, ratio);
        if (!(error < 0.05)) fail_msg("%s is off by %g of its range", w->model, error);
        if (before > 0 && !(ratio > 1.8 && ratio < 2.2)) fail_msg("the error fell by %g, not 2", ratio);
        before = error;
    }
    print_message("\n");
}

static void errors_fall_with_the_time_step(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(courses); i++) check_course(&courses[i]);
}

// At a constant voltage n sub-steps are n steps of a time step that is n times as short, but for the rounding
// of these, which sub-steps go without.
static void check_substeps(const course *w, int n) {
    char text[256], plain[256], stimulus[64], parameter[32];
    const double dt = w->end / w->steps;
    snprintf(stimulus, sizeof stimulus, "constant:value=%.17g", w->drive.offset + w->drive.amplitude / 2);
    snprintf(parameter, sizeof parameter, "substeps=%d", n);
    ohm_crossbar *coarse = device(with(text, w->model, parameter), stimulus, w->start, dt);
    ohm_crossbar *fine = device(with(plain, w->model, "substeps=1"), stimulus, w->start, dt / n);
    REQUIRE(ohm_crossbar_advance(coarse, 20));
    REQUIRE(ohm_crossbar_advance(fine, 20 * (uint64_t)n));
    assert_true(state_of(coarse) != start_of(w));
    assert_near(state_of(coarse), state_of(fine), 20 * n * 0x1p-25 * range_of(w), w->model);
    ohm_crossbar_destroy(coarse);
    ohm_crossbar_destroy(fine);
}

static void substeps_are_shorter_steps(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(courses); i++)
        for (int n = 2; n <= 8; n *= 2) check_substeps(&courses[i], n);
}

// ---- Windows --------------------------------------------------------------------------------------

// The window at x, from how far one step goes. It goes 0.003 or more, which is rounded by 6e-8 and its
// resistance by 1e-7: 1e-4 is asked of what is 1 at most.
static void check_window(const char *window, double x, double voltage, double expected) {
    char model[256], stimulus[64];
    const double dt = 3e-4;
    snprintf(model, sizeof model, "linear-ion-drift:r_on=1000,%s", window);
    snprintf(stimulus, sizeof stimulus, "constant:value=%g", voltage);
    ohm_crossbar *c = device(model, stimulus, x, dt);
    REQUIRE(ohm_crossbar_advance(c, 1));
    const double full = 1e-14 * 1000 / 1e-16 * voltage / (1000 * x + 16000 * (1 - x)) * dt;
    assert_near((state_of(c) - x) / full, expected, 1e-4, window);
    ohm_crossbar_destroy(c);
}

static void windows_have_their_textbook_values(void **state) {
    (void)state;
    static const double joglekar_1[] = {0, 0.75, 1, 0.75, 0};
    static const double biolek_up[] = {1, 0.9375, 0.75, 0.4375, 0}; // I > 0: 1 − x²
    static const double prodromakis_1[] = {0, 0.1875, 0.25, 0.1875, 0};
    for (int i = 0; i < 5; i++) {
        const double x = i / 4.0, inward = i < 3 ? 1.5 : -1.5;
        check_window("window=joglekar", x, inward, joglekar_1[i]);
        check_window("window=prodromakis", x, inward, prodromakis_1[i]);
        check_window("window=biolek", x, 1.5, biolek_up[i]);
        check_window("window=biolek", x, -1.5, biolek_up[4 - i]);
        check_window("window=none", x, inward, 1);
    }
}

// Whole exponents are multiplied out and others are not: both here, by hand.
static void windows_have_exponents(void **state) {
    (void)state;
    check_window("window=joglekar,p=2", 0.25, 1.5, 0.9375);      // 1 − ½⁴
    check_window("window=joglekar,p=1.5", 0.25, 1.5, 0.875);     // 1 − ½³
    check_window("window=joglekar,p=9", 0.25, 1.5, 0.999996185); // 1 − ½¹⁸
    check_window("window=biolek,p=0.5", 0.25, 1.5, 0.75);        // 1 − x
    check_window("window=biolek,p=3", 0.5, 1.5, 0.984375);       // 1 − ½⁶
    check_window("window=prodromakis,p=2,j=2", 0.5, 1.5, 0.875); // 2·(1 − ¾²)
}

static void below_its_threshold_an_ion_rests(void **state) {
    (void)state;
    check_window("v_th=1.6", 0.5, 1.5, 0);
    check_window("v_th=1.6", 0.5, -1.5, 0);
    check_window("v_th=1.4", 0.5, -1.5, 1);
}

// ---- Resistances and currents ---------------------------------------------------------------------

// R, G = 1/R, and the current at voltages of our own. Each is
// rounded some times, and the exponent of stanford-pku, at most 6.8, by 6e-8 of itself: 2e-6 of each.
static void check_formulas(const char *model, const equation *e, double start) {
    ohm_crossbar *c = device(model, "constant:value=0", start, 0);
    const double state = state_of(c), r = e->resistance(state);
    assert_near(probe(c, OHM_RESISTANCE), r, 2e-6 * r, model);
    assert_near(probe(c, OHM_CONDUCTANCE), 1 / r, 2e-6 / r, model);
    for (int i = -4; i <= 4; i++) {
        const double voltage = i / 4.0, current = e->current(state, voltage);
        assert_near(current_of(c, voltage), current, 2e-6 * fabs(current), model);
    }
    assert_true(current_of(c, 0) == 0);
    ohm_crossbar_destroy(c);
}

static void resistances_and_currents_are_the_formulas(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(courses); i++)
        for (int x = 0; x <= 8 && (!i || courses[i].equation != courses[i - 1].equation); x++)
            check_formulas(courses[i].model, courses[i].equation, x / 8.0);
}

// What initial 0 and 1 stand for: the least and the most conductive state.
static void check_ends(const char *model, double least, double most) {
    const double expected[] = {least, most};
    for (int x = 0; x <= 1; x++) {
        ohm_crossbar *c = device(model, "constant:value=0", x, 0);
        assert_near(state_of(c), expected[x], 1e-7 * fabs(expected[x]), model);
        ohm_crossbar_destroy(c);
    }
}

static void initial_states_go_from_least_to_most_conductive(void **state) {
    (void)state;
    check_ends("sin-state", 0, 1);
    check_ends("sin-resistance", 10, 0.1);
    check_ends("linear-ion-drift", 0, 1);
    check_ends("vteam", 1, 0);
    check_ends("yakopcic", 0.01, 1);
    check_ends("mmss", 0, 1);
    check_ends("stanford-pku", 1.7e-9, 0.2e-9);
    check_ends("jart-vcm", -2.09691001, 1.30103); // log10 of 0.008 and of 20
    check_ends("linear-step:w_min=-0.5,w_max=0.7", -0.5, 0.7);
    check_ends("soft-bounds:w_min=-0.5,w_max=0.7", -0.5, 0.7);
    check_ends("exp-step:w_min=-0.5,w_max=0.7", -0.5, 0.7);
    check_ends("table-step", 0, 1);
}

// ---- Pulses ---------------------------------------------------------------------------------------

#define PULSED "dw_min=0.01,up_down=0.1,w_min=-0.5,w_max=0.7,noise=0"
#define UP (0.01 * (1 + 0.1))
#define DOWN (0.01 * (1 - 0.1))

static double linear_pulse(double w, bool up) {
    return up ? w + UP * (1 - 0.3 * w / 0.7) : w - DOWN * (1 - 0.6 * w / -0.5);
}

static double soft_pulse(double w, bool up) {
    return up ? w + UP * (1 - w / 0.7) : w - DOWN * (1 - w / -0.5);
}

static double constant_pulse(double w, bool up) {
    return up ? w + UP : w - DOWN;
}

static double exp_pulse(double w, bool up) {
    const double z = 2 * 0.244 * w / (0.7 - -0.5) + 0.2425;
    return up ? w + fmax(1 - 0.00081 * exp(12.44625 * z), 0) * UP
              : w - fmax(1 - 0.36833 * exp(-12.78785 * z), 0) * DOWN;
}

// With aihwkit's numbers for a phase-change memory (presets/devices.py), w from 0 to 2 and b of ours.
static double pcm_pulse(double w, bool up) {
    const double z = 2 * -1 * w / 2 + 0.25;
    return up ? w + fmax(1 - -27.235 * exp(2.5 * z), 0) * 1e-4
              : w - fmax(1 - -2.235 * exp(-2.5 * z), 0) * 1e-4;
}

static double growing_pulse(double w, bool up) {
    return up ? w + UP * (1 - -0.3 * w / 0.7) : w - DOWN * (1 - -0.6 * w / -0.5);
}

#define TABLE                                                                                                \
    "table-step:u0=0.03,u1=0.028,u2=0.02,u3=0.02,u4=0.015,u5=0.01,u6=0.004,u7=0.001,d0=0,d1=0.003,d2=0.004," \
    "d3=0.01,d4=0.01,d5=0.02,d6=0.025,d7=0.03"

static double table_pulse(double w, bool up) {
    static const double step[2][8] = {{0, 0.003, 0.004, 0.01, 0.01, 0.02, 0.025, 0.03},
                                      {0.03, 0.028, 0.02, 0.02, 0.015, 0.01, 0.004, 0.001}};
    const int knot = w < 1 ? (int)(7 * w) : 6;
    const double part = 7 * w - knot, moved = step[up][knot] * (1 - part) + step[up][knot + 1] * part;
    return up ? w + moved : w - moved;
}

// 50 pulses up and 50 down in turn. A pulse rounds w by 3e-8 and its change, 0.011 at most, by 1e-9 a few
// times; the bounds forget and nothing grows: 300 pulses stay below 1e-5.
static void check_pulses(const char *model, double (*pulse)(double w, bool up), double low, double high) {
    ohm_crossbar *c = device(model, "wave:shape=square", 0.5, 0);
    double w = state_of(c), worst = 0;
    assert_near(w, (low + high) / 2, 1e-7, model);
    for (int t = 0; t < 300; t++) {
        REQUIRE(ohm_crossbar_advance(c, 1));
        w = fmin(fmax(pulse(w, t % 100 < 50), low), high);
        worst = fmax(worst, fabs(state_of(c) - w));
        const double g = 1e-5 + (1e-4 - 1e-5) * (state_of(c) - low) / (high - low);
        assert_near(probe(c, OHM_CONDUCTANCE), g, 1e-6 * g, model);
        assert_near(current_of(c, -0.3), -0.3 * g, 1e-6 * g, model);
    }
    print_message("  %.11s after 300 pulses: w off by at most %.3g\n", model, worst);
    assert_true(worst < 1e-5);
    ohm_crossbar_destroy(c);
}

static void pulses_are_the_recurrences(void **state) {
    (void)state;
    check_pulses("linear-step:gamma_up=0.3,gamma_down=0.6," PULSED, linear_pulse, -0.5, 0.7);
    check_pulses("linear-step:gamma_up=0,gamma_down=0," PULSED, constant_pulse, -0.5, 0.7);
    check_pulses("linear-step:growing=yes,gamma_up=-0.3,gamma_down=-0.6," PULSED, growing_pulse, -0.5, 0.7);
    check_pulses("soft-bounds:" PULSED, soft_pulse, -0.5, 0.7);
    check_pulses("exp-step:" PULSED, exp_pulse, -0.5, 0.7);
    check_pulses("exp-step:dw_min=1e-4,up_down=0,noise=0,w_min=0,w_max=2,a=-1,b=0.25,gamma_up=2.5,gamma_down="
                 "2.5,a_up=-27.235,a_down=-2.235",
                 pcm_pulse, 0, 2);
    check_pulses(TABLE, table_pulse, 0, 1);
}

// However long a step is; and 0 V is no pulse.
static void pulses_have_no_length(void **state) {
    (void)state;
    ohm_crossbar *c = device("soft-bounds:" PULSED, "constant:value=900", 0.5, 1e3);
    REQUIRE(ohm_crossbar_advance(c, 1));
    assert_near(state_of(c), soft_pulse(0.1, true), 1e-7, "a pulse of 900 V");
    ohm_crossbar_destroy(c);
    c = device("linear-step:" PULSED, "constant:value=0", 0.5, 0);
    REQUIRE(ohm_crossbar_advance(c, 10));
    assert_near(state_of(c), 0.1, 1e-7, "no pulse");
    ohm_crossbar_destroy(c);
}

// ---- Fingerprints of a memristor ------------------------------------------------------------------

static void no_voltage_no_current(void **state) {
    (void)state;
    for (size_t i = 0; ohm_model_name(i); i++) {
        ohm_crossbar *c = device(ohm_model_name(i), NULL, 0.4, 0);
        REQUIRE(ohm_crossbar_advance(c, 5));
        assert_true(current_of(c, 0) == 0);
        assert_true(current_of(c, 0.2) > 0);
        assert_true(current_of(c, -0.2) < 0);
        ohm_crossbar_destroy(c);
    }
}

// The area of the loop of current over voltage in half a period of a sine, during which the voltage rises
// from 0 and falls back.
static double lobe(const char *model, double start, double amplitude, double frequency) {
    enum { STEPS = 400 };
    char stimulus[128];
    snprintf(stimulus, sizeof stimulus, "wave:amplitude=%.17g,frequency=%.17g", amplitude, frequency);
    ohm_crossbar *c = device(model, stimulus, start, 1 / (frequency * STEPS));
    double area = 0, last_voltage = 0, last_current = 0;
    for (uint64_t t = 0; t <= STEPS / 2; t++) {
        float voltage;
        REQUIRE(ohm_crossbar_read_voltage(c, t, 0, 1, &voltage));
        const double current = current_of(c, (double)voltage);
        area += (current + last_current) / 2 * ((double)voltage - last_voltage);
        last_voltage = (double)voltage;
        last_current = current;
        REQUIRE(ohm_crossbar_advance(c, 1));
    }
    ohm_crossbar_destroy(c);
    return fabs(area);
}

// The faster, the less the state moves, and the nearer the loop is to a line.
static void check_lobes(const char *model, double start, double amplitude, double frequency) {
    const double slow = lobe(model, start, amplitude, frequency);
    const double faster = lobe(model, start, amplitude, 3 * frequency);
    const double fast = lobe(model, start, amplitude, 30 * frequency);
    print_message("  %s: lobes of %.3g, %.3g and %.3g W at 1, 3 and 30 times %g Hz\n", model, slow, faster,
                  fast, frequency);
    assert_true(slow > 1.5 * faster && faster > 5 * fast && fast > 0);
}

static void loops_shrink_with_the_frequency(void **state) {
    (void)state;
    check_lobes("linear-ion-drift:r_on=1000,window=joglekar", 0.3, 1.5, 20);
    check_lobes("vteam", 0.7, 0.28, 5e6);
    check_lobes("yakopcic", 0.3, 0.5, 1e3);
    check_lobes("mmss", 0.3, 0.4, 4e3);
    check_lobes("stanford-pku", 0.5, 1.35, 3e6);
}

// The voltages at which jart-vcm sets and resets in a triangle of 1.5 V at 1 V/s: where log10 N jumps over
// the middle of its range, and where the positive current is the largest. LSODA finds -0.590 and 0.921 V in
// the equations.
static void jart_vcm_switches_where_its_equations_do(void **state) {
    (void)state;
    double set = 0, reset = 0, most = 0, before = -2;
    ohm_crossbar *c = device(
        "jart-vcm", "wave:shape=triangle,amplitude=1.5,frequency=0.16666666666666666,phase=3.141592653589793",
        0, 6.0 / 600);
    for (uint64_t t = 0; t < 450; t++) {
        float voltage;
        REQUIRE(ohm_crossbar_read_voltage(c, t, 0, 1, &voltage));
        const double now = state_of(c), current = current_of(c, (double)voltage);
        if (before < -0.4 && now >= -0.4) set = (double)voltage;
        if (current > most) most = current, reset = (double)voltage;
        before = now;
        REQUIRE(ohm_crossbar_advance(c, 1));
    }
    ohm_crossbar_destroy(c);
    print_message("  jart-vcm sets at %.3f V and resets at %.3f V, with %.3g A\n", set, reset, most);
    assert_near(set, -0.590, 0.015, "SET");
    assert_near(reset, 0.921, 0.015, "RESET");
}

// ---- How long a step may be -----------------------------------------------------------------------

static ohm_status try(const char *model, double dt) {
    ohm_definition d = ohm_definition_default();
    ohm_crossbar *c;
    d.model = model;
    d.dt = dt;
    const ohm_status status = ohm_crossbar_create(native, &d, &c);
    if (!status) REQUIRE(ohm_crossbar_advance(c, 3));
    ohm_crossbar_destroy(c);
    return status;
}

// What a refused time step should be instead, by the message.
static void check_advice(const char *model, double dt) {
    char text[256], parameter[32];
    double advised;
    unsigned long substeps;
    refused(try(model, dt), OHM_BAD_ARGUMENT, "Euler's method is stable up to");
    const char *from = strstr(ohm_error_message(), "up to dt=");
    assert_non_null(from);
    if (sscanf(from, "up to dt=%lg, or with substeps=%lu", &advised, &substeps) != 2)
        fail_msg("\"%s\" advises nothing", ohm_error_message());
    print_message("  %s: dt=%.3g is too long, %.3g or %lu sub-steps would do\n", model, dt, advised,
                  substeps);
    assert_true(advised < dt && advised > dt / 1e4);
    REQUIRE(try(model, advised));
    refused(try(model, 1.2 * advised), OHM_BAD_ARGUMENT, "too long");
    snprintf(parameter, sizeof parameter, "substeps=%lu", substeps);
    REQUIRE(try(with(text, model, parameter), dt));
    snprintf(parameter, sizeof parameter, "substeps=%lu", substeps - 1);
    refused(try(with(text, model, parameter), dt), OHM_BAD_ARGUMENT, "too long");
}

static void every_model_runs_as_it_comes(void **state) {
    (void)state;
    for (size_t i = 0; ohm_model_name(i); i++) REQUIRE(try(ohm_model_name(i), 0));
}

static void a_step_that_is_too_long_is_refused_with_advice(void **state) {
    (void)state;
    check_advice("linear-ion-drift", 0.1);
    check_advice("linear-ion-drift:window=joglekar", 0.1);
    check_advice("linear-ion-drift:window=biolek", 0.1);
    check_advice("linear-ion-drift:window=prodromakis", 0.1);
    check_advice("vteam:window=exponential", 1e-8);
    check_advice("yakopcic", 1e-2);
    check_advice("mmss", 1e-2);
    check_advice("stanford-pku", 1e-6);
}

// Where no number of sub-steps that can be given would do, none is advised.
static void no_advice_that_would_be_refused(void **state) {
    (void)state;
    refused(try("linear-ion-drift", 1e6), OHM_BAD_ARGUMENT, "stable up to dt=");
    assert_null(strstr(ohm_error_message(), "substeps"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_fall_with_the_time_step),
        cmocka_unit_test(substeps_are_shorter_steps),
        cmocka_unit_test(windows_have_their_textbook_values),
        cmocka_unit_test(windows_have_exponents),
        cmocka_unit_test(below_its_threshold_an_ion_rests),
        cmocka_unit_test(resistances_and_currents_are_the_formulas),
        cmocka_unit_test(initial_states_go_from_least_to_most_conductive),
        cmocka_unit_test(pulses_are_the_recurrences),
        cmocka_unit_test(pulses_have_no_length),
        cmocka_unit_test(no_voltage_no_current),
        cmocka_unit_test(loops_shrink_with_the_frequency),
        cmocka_unit_test(jart_vcm_switches_where_its_equations_do),
        cmocka_unit_test(every_model_runs_as_it_comes),
        cmocka_unit_test(a_step_that_is_too_long_is_refused_with_advice),
        cmocka_unit_test(no_advice_that_would_be_refused),
    };
    return cmocka_run_group_tests_name("models", tests, open_native, close_native);
}
