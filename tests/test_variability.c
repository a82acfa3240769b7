// What differs between devices, and from step to step, at a million devices: spreads have their
// distributions, cut as they should be, and nothing to do with one another; faults, noise, levels and drift
// are as described.
#include "sample.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define OHM_TABLES
#include "../kernels/memristor.h"

enum { SIDE = 1000, N = SIDE * SIDE };

// A million devices of a model, all at the same initial state, at 1 V.
static ohm_crossbar *devices_of(const char *model, const char *initial, uint64_t seed) {
    ohm_definition d = ohm_definition_default();
    d.rows = d.cols = SIDE;
    d.seed = seed;
    d.model = model;
    d.stimulus = "constant:value=1";
    d.initial = initial;
    return create(native, &d);
}

#define LEAST "constant:value=0"
#define MOST "constant:value=1"

// One quantity of such devices before the first step. sin-state's R is r_on at its most conductive, and the
// least state of a pulsed model is w_min, both to the bit.
static float *drawn(const char *model, const char *initial, ohm_quantity quantity) {
    ohm_crossbar *c = devices_of(model, initial, 1);
    float *x = quantity_of(c, quantity);
    ohm_crossbar_destroy(c);
    return x;
}

// ---- Distributions --------------------------------------------------------------------------------

// A spread by its formula: about a value, sigma wide, cut to [low, high].
enum { VALUE, SIGMA, LOW, HIGH };

static double cut(double x, double low, double high) {
    return fmin(fmax((x - low) / (high - low), 0), 1);
}

static double normal_spread(double x, const double *p) {
    return cut(normal_part((x - p[VALUE]) / p[SIGMA]), normal_part((p[LOW] - p[VALUE]) / p[SIGMA]),
               normal_part((p[HIGH] - p[VALUE]) / p[SIGMA]));
}

// value·e^{sigma·z}: a negative value's goes the other way.
static double lognormal_spread(double x, const double *p) {
    const double q[] = {0, p[SIGMA], log(p[LOW] / p[VALUE]), log(p[HIGH] / p[VALUE])};
    const double z = log(x / p[VALUE]);
    if (p[VALUE] > 0) return normal_spread(z, q);
    const double turned[] = {0, p[SIGMA], q[HIGH], q[LOW]};
    return 1 - normal_spread(z, turned);
}

static double uniform_spread(double x, const double *p) {
    return cut(x, fmax(p[LOW], p[VALUE] - p[SIGMA]), fmin(p[HIGH], p[VALUE] + p[SIGMA]));
}

// Draws it, and fails the test unless it is so, within its range to the bit.
static void check_spread(const char *model, const char *initial, ohm_quantity quantity,
                         distribution_function *part, const double *parameter) {
    float *x = drawn(model, initial, quantity);
    for (size_t i = 0; i < N; i++)
        if (!(x[i] >= (float)parameter[LOW] && x[i] <= (float)parameter[HIGH]))
            fail_msg("%s: %g is outside [%g, %g]", model, (double)x[i], parameter[LOW], parameter[HIGH]);
    assert_distributed(x, N, part, parameter, model);
    free(x);
}

static void check_r_on(const char *model, distribution_function *part, double value, double sigma,
                       double high) {
    const double parameter[] = {value, sigma, 1e-12, high};
    check_spread(model, MOST, OHM_RESISTANCE, part, parameter);
}

static void spreads_have_their_distributions(void **state) {
    (void)state;
    check_r_on("sin-state:r_on=100~normal:10,r_off=1000", normal_spread, 100, 10, 1000);
    check_r_on("sin-state:r_on=100~lognormal:0.3,r_off=1000", lognormal_spread, 100, 0.3, 1000);
    check_r_on("sin-state:r_on=100~uniform:30,r_off=1000", uniform_spread, 100, 30, 1000);
}

// r_on may not pass r_off: half of it is cut off, and more.
static void spreads_are_cut_to_what_is_valid(void **state) {
    (void)state;
    check_r_on("sin-state:r_on=100~normal:80,r_off=1000", normal_spread, 100, 80, 1000);
    check_r_on("sin-state:r_on=100~normal:80,r_off=101", normal_spread, 100, 80, 101);
    check_r_on("sin-state:r_on=100~lognormal:2,r_off=110", lognormal_spread, 100, 2, 110);
    check_r_on("sin-state:r_on=100~uniform:80,r_off=105", uniform_spread, 100, 80, 105);
}

// Two that are ordered are cut half-way where both are spread.
static void two_ordered_spreads_meet_half_way(void **state) {
    (void)state;
    static const double on[] = {100, 50, 1e-12, 125}, off[] = {150, 50, 125, 1e12};
    const char *model = "sin-state:r_on=100~normal:50,r_off=150~normal:50";
    check_spread(model, MOST, OHM_RESISTANCE, normal_spread, on);
    check_spread(model, LEAST, OHM_RESISTANCE, normal_spread, off);
}

// A pulsed device's least state is its own w_min.
static void bounds_of_the_state_are_spread(void **state) {
    (void)state;
    static const double normal[] = {-0.6, 0.18, -100, -1e-3};
    static const double lognormal[] = {-0.6, 0.5, -100, -1e-3};
    check_spread("linear-step", LEAST, OHM_STATE, normal_spread, normal);
    check_spread("linear-step:w_min=-0.6~lognormal:0.5", LEAST, OHM_STATE, lognormal_spread, lognormal);
}

// The mean of a normal, the median of a lognormal, and both widths, to five standard deviations of each.
static void values_and_widths_are_as_given(void **state) {
    (void)state;
    float *normal = drawn("sin-state:r_on=100~normal:10,r_off=1000", MOST, OHM_RESISTANCE);
    assert_near(mean_of(normal, N), 100, 5 * 10 / sqrt(N), "the mean");
    assert_near(sqrt(variance_of(normal, N)), 10, 5 * 10 / sqrt(2.0 * N), "the width");
    float *lognormal = drawn("sin-state:r_on=100~lognormal:0.3,r_off=1000", MOST, OHM_RESISTANCE);
    size_t below = 0;
    for (size_t i = 0; i < N; i++) below += lognormal[i] < 100;
    for (size_t i = 0; i < N; i++) lognormal[i] = logf(lognormal[i]);
    assert_near((double)below / N, 0.5, 5 * 0.5 / sqrt(N), "the part below the median");
    assert_near(sqrt(variance_of(lognormal, N)), 0.3, 5 * 0.3 / sqrt(2.0 * N), "the logarithm's width");
    free(normal);
    free(lognormal);
}

// ---- Independence ---------------------------------------------------------------------------------

static void assert_unrelated_neighbours(const float *x, const char *what) {
    assert_uncorrelated(x, x + 1, N - 1, what);
    assert_uncorrelated(x, x + 16, N - 16, what); // of one Philox call
    assert_uncorrelated(x, x + 64, N - 64, what);
    assert_uncorrelated(x, x + SIDE, N - SIDE, what);
}

static void spreads_are_independent_of_one_another(void **state) {
    (void)state;
    const char *model = "linear-step:r_on=1e4~lognormal:0.1,r_off=1e5~lognormal:0.1";
    float *x[] = {drawn(model, LEAST, OHM_STATE), drawn(model, MOST, OHM_STATE),
                  drawn(model, LEAST, OHM_RESISTANCE), drawn(model, MOST, OHM_RESISTANCE)};
    static const char *const name[] = {"w_min", "w_max", "r_off", "r_on"};
    for (size_t i = 0; i < COUNT_OF(x); i++) {
        assert_unrelated_neighbours(x[i], name[i]);
        for (size_t j = 0; j < i; j++) assert_uncorrelated(x[i], x[j], N, name[i]);
    }
    for (size_t i = 0; i < COUNT_OF(x); i++) free(x[i]);
}

static void spreads_are_independent_of_all_else(void **state) {
    (void)state;
    ohm_definition d = ohm_definition_default();
    d.rows = d.cols = SIDE;
    d.model = "linear-step:r_on=1e4~lognormal:0.1";
    ohm_crossbar *c = create(native, &d);
    float *start = quantity_of(c, OHM_STATE), *first = voltages_at(c, 0), *second = voltages_at(c, 1);
    float *w_min = drawn("linear-step", LEAST, OHM_STATE);
    float *r_on = drawn("linear-step:r_on=1e4~lognormal:0.1", MOST, OHM_RESISTANCE);
    float *w_max = drawn("linear-step", MOST, OHM_STATE);
    for (size_t i = 0; i < N; i++) start[i] = (start[i] - w_min[i]) / (w_max[i] - w_min[i]);
    assert_uncorrelated(r_on, start, N, "r_on and the initial state");
    assert_uncorrelated(w_min, start, N, "w_min and the initial state");
    assert_uncorrelated(r_on, first, N, "r_on and the first voltage");
    assert_uncorrelated(w_min, first, N, "w_min and the first voltage");
    assert_uncorrelated(w_min, second, N, "w_min and the second voltage");
    ohm_crossbar_destroy(c);
    float *all[] = {start, first, second, w_min, w_max, r_on};
    for (size_t i = 0; i < COUNT_OF(all); i++) free(all[i]);
}

// Each parameter has random numbers of its own, so that what else is spread does not change it.
static void spreads_do_not_change_one_another(void **state) {
    (void)state;
    float *alone = drawn("linear-step:w_max=0.6,dw_min=0.001,up_down=0", LEAST, OHM_STATE);
    float *beside = drawn("linear-step:r_on=1e4~normal:10", LEAST, OHM_STATE);
    assert_memory_equal(alone, beside, N * sizeof *alone);
    free(alone);
    free(beside);
}

// ---- What follows from a constant -------------------------------------------------------------

// That a constant is spread makes everything new that follows from it: working out all again gives the same.
static void check_prepared(int model, const ohm_about *about, const ohm_parameter *parameter, size_t count) {
    ohm_physics physics = {.dt = 0.25f};
    vf32 standard[OHM_CONSTANTS] = {0};
    for (size_t i = 0; i < count; i++)
        if (parameter[i].slot != OHM_NO_SLOT) standard[parameter[i].slot] = (float)parameter[i].standard;
    standard[OHM_HIGH] += standard[OHM_HIGH] == 0; // where the bounds are no parameters
    memcpy(physics.model, standard, sizeof standard);
    model_prepare(model, standard, UINT32_MAX, &physics);
    for (size_t i = 0; i < count; i++) {
        const u32 place = parameter[i].slot;
        vf32 all[OHM_CONSTANTS], some[OHM_CONSTANTS];
        if (place == OHM_NO_SLOT) continue;
        memcpy(all, standard, sizeof all);
        all[place] = all[place] * 1.25f + 0.0625f;
        memcpy(some, all, sizeof some);
        model_prepare(model, all, UINT32_MAX, &physics);
        model_prepare(model, some, OHM_BIT(place), &physics);
        if (memcmp(all, some, sizeof all))
            fail_msg("%s: not all that follows from %s", about->name, parameter[i].key);
    }
}

#define CHECK_PREPARED(model, unused)                                                                        \
    check_prepared(OHM_MODEL_##model, &model##_about, model##_parameters, COUNT_OF(model##_parameters));

static void what_follows_from_a_spread_is_worked_out(void **state) {
    (void)state;
    OHM_MODELS(CHECK_PREPARED, )
}

static void a_seed_makes_the_devices(void **state) {
    (void)state;
    const char *model = "sin-state:r_on=100~normal:10,r_off=1000,stuck_low=0.1";
    ohm_crossbar *first = devices_of(model, MOST, 7), *again = devices_of(model, MOST, 7);
    ohm_crossbar *other = devices_of(model, MOST, 8);
    float *a = quantity_of(first, OHM_RESISTANCE), *b = quantity_of(again, OHM_RESISTANCE);
    float *c = quantity_of(other, OHM_RESISTANCE);
    assert_memory_equal(a, b, N * sizeof *a);
    assert_uncorrelated(a, c, N, "two seeds");
    REQUIRE(ohm_crossbar_restart(other, 7));
    free(c);
    c = quantity_of(other, OHM_RESISTANCE);
    assert_memory_equal(a, c, N * sizeof *a);
    free(a);
    free(b);
    free(c);
    ohm_crossbar_destroy(first);
    ohm_crossbar_destroy(again);
    ohm_crossbar_destroy(other);
}

// ---- Polarity -------------------------------------------------------------------------------------

// At the largest voltage of the model's default stimulus, but where the sine is positive.
static void check_polarity(const ohm_about *about) {
    char stimulus[64];
    const char *hi = strstr(about->stimulus, "hi=");
    ohm_definition d = ohm_definition_default();
    assert_non_null(hi);
    snprintf(stimulus, sizeof stimulus, "constant:value=%g", fmin(atof(hi + 3), 1.5));
    d.model = about->name;
    d.stimulus = stimulus;
    d.initial = "constant:value=0.5";
    ohm_crossbar *c = create(native, &d);
    float *before = quantity_of(c, OHM_CONDUCTANCE);
    REQUIRE(ohm_crossbar_advance(c, 100));
    float *after = quantity_of(c, OHM_CONDUCTANCE);
    for (size_t i = 0; i < 25; i++)
        if (about->polarity != (after[i] > before[i]) - (after[i] < before[i]))
            fail_msg("%s: from %g to %g S", about->name, (double)before[i], (double)after[i]);
    free(before), free(after);
    ohm_crossbar_destroy(c);
}

#define CHECK_POLARITY(model, unused) check_polarity(&model##_about);

static void polarities_are_as_they_are_told(void **state) {
    (void)state;
    OHM_MODELS(CHECK_POLARITY, )
}

// ---- Pulses of devices that differ ----------------------------------------------------------------

// aihwkit's linear step, from its formulas in double with its own random numbers: after 3000 pulses of random
// sign the weights are 0.122 about their mean. The slope of each device's own bound, with growing steps, made
// it 0.155, and growing steps alone 0.148.
static void random_pulses_spread_as_aihwkit_s_do(void **state) {
    (void)state;
    ohm_definition d = ohm_definition_default();
    d.rows = d.cols = 150;
    d.initial = "constant:value=0.5";
    for (int growing = 0; growing < 2; growing++) {
        d.model = growing ? "linear-step:growing=yes" : "linear-step";
        ohm_crossbar *c = create(native, &d);
        REQUIRE(ohm_crossbar_advance(c, 3000));
        float *w = quantity_of(c, OHM_STATE);
        const double width = sqrt(variance_of(w, 150 * 150)), expected = growing ? 0.148 : 0.1225;
        print_message("  random pulses%s: %.4f\n", growing ? ", growing" : "", width);
        assert_near(width, expected, 0.03 * expected, d.model);
        free(w);
        ohm_crossbar_destroy(c);
    }
}

// ---- Faults ---------------------------------------------------------------------------------------

// A count of N honest trials is within five standard deviations.
static void assert_part(size_t count, double part, const char *what) {
    print_message("  %s: %zu of %d\n", what, count, N);
    assert_near((double)count, N * part, 5 * sqrt(N * part * (1 - part)), what);
}

static void faults_have_their_parts(void **state) {
    (void)state;
    ohm_crossbar *c =
        devices_of("sin-state:stuck_low=0.02,stuck_high=0.03,stuck_open=0.005,r_open=12345", "uniform", 1);
    float *before = quantity_of(c, OHM_STATE);
    REQUIRE(ohm_crossbar_advance(c, 1));
    float *w = quantity_of(c, OHM_STATE), *r = quantity_of(c, OHM_RESISTANCE);
    size_t low = 0, high = 0, open = 0, still = 0;
    for (size_t i = 0; i < N; i++) {
        const bool rests = w[i] == before[i];
        still += rests;
        open += rests && r[i] == 12345;
        low += rests && w[i] == 0 && r[i] == 10;
        high += rests && w[i] == 1 && r[i] == 0.1f;
    }
    assert_part(low, 0.02 * (1 - 0.03) * (1 - 0.005), "stuck low"); // and nothing that counts for more
    assert_part(high, 0.03 * (1 - 0.005), "stuck high");
    assert_part(open, 0.005, "open");
    assert_int_equal(still, low + high + open); // every other device moved
    free(before);
    free(w);
    free(r);
    ohm_crossbar_destroy(c);
}

// Of a small crossbar of each model, at its own voltages and with its own spreads and noise.
static void check_stuck(const char *name, const char *fault, const char *initial) {
    char text[128];
    ohm_definition d = ohm_definition_default();
    d.rows = 20;
    d.cols = 70;
    snprintf(text, sizeof text, "%s:%s=1,r_open=777", name, fault);
    d.model = text;
    ohm_crossbar *stuck = create(native, &d);
    REQUIRE(ohm_crossbar_advance(stuck, 20));
    d.model = name;
    d.initial = initial;
    ohm_crossbar *whole = create(native, &d);
    float *a = quantity_of(stuck, OHM_STATE), *b = quantity_of(whole, OHM_STATE);
    float *c = quantity_of(stuck, OHM_RESISTANCE), *e = quantity_of(whole, OHM_RESISTANCE);
    for (size_t i = 0; i < d.rows * d.cols; i++) {
        if (a[i] != b[i]) fail_msg("%s: a stuck device is at %g, not %g", text, (double)a[i], (double)b[i]);
        assert_true(c[i] == (strcmp(fault, "stuck_open") == 0 ? 777 : e[i]));
    }
    free(a), free(b), free(c), free(e);
    ohm_crossbar_destroy(stuck);
    ohm_crossbar_destroy(whole);
}

// Those stuck where they began do nothing: no steps, no drift.
static void check_stuck_anywhere(const char *name) {
    char text[128];
    ohm_definition d = ohm_definition_default();
    d.rows = 20;
    d.cols = 70;
    snprintf(text, sizeof text, "%s:stuck=1,noise_add=0.1,drift_nu=0.1", name);
    d.model = text;
    ohm_crossbar *c = create(native, &d);
    float *before = quantity_of(c, OHM_RESISTANCE);
    REQUIRE(ohm_crossbar_advance(c, 20));
    REQUIRE(ohm_crossbar_idle(c, 1e4));
    REQUIRE(ohm_crossbar_advance(c, 1));
    float *after = quantity_of(c, OHM_RESISTANCE);
    assert_memory_equal(before, after, d.rows * d.cols * sizeof *after);
    free(before), free(after);
    ohm_crossbar_destroy(c);
}

static void stuck_devices_of_every_model_rest_at_their_end(void **state) {
    (void)state;
    for (size_t i = 0; ohm_model_name(i); i++) {
        check_stuck(ohm_model_name(i), "stuck_low", LEAST);
        check_stuck(ohm_model_name(i), "stuck_high", MOST);
        check_stuck(ohm_model_name(i), "stuck_open", LEAST);
        check_stuck_anywhere(ohm_model_name(i));
    }
}

// Whether each device has a fault, by what it reads in the state that nothing else is in: of a model that is
// half conductive, moves, and has these faults.
static bool *struck(const char *faults, float of) {
    char text[128];
    snprintf(text, sizeof text, "sin-state:r_open=12345,%s", faults);
    ohm_crossbar *c = devices_of(text, "constant:value=0.5", 1);
    REQUIRE(ohm_crossbar_advance(c, 1));
    float *r = quantity_of(c, OHM_RESISTANCE);
    bool *is = calloc(N, sizeof *is);
    assert_non_null(is);
    for (size_t i = 0; i < N; i++) is[i] = r[i] == of;
    free(r);
    ohm_crossbar_destroy(c);
    return is;
}

// R of a device that is stuck where it began, low, high and open.
#define STUCK (0.1f * 0.5f + 10 * 0.5f)
static const float fault_ohms[] = {STUCK, 10, 0.1f, 12345};

// Adding one fault leaves the devices that have another, but for those that a later one in the order takes.
static void faults_have_sets_of_their_own(void **state) {
    (void)state;
    static const char *const fault[] = {"stuck=0.1", "stuck_low=0.1", "stuck_high=0.1", "stuck_open=0.1"};
    const char *all = "stuck=0.1,stuck_low=0.1,stuck_high=0.1,stuck_open=0.1";
    bool *alone[4], *later = calloc(N, sizeof *later);
    for (int k = 0; k < 4; k++) alone[k] = struck(fault[k], fault_ohms[k]);
    for (int k = 3; k >= 0; k--) {
        bool *beside = struck(all, fault_ohms[k]);
        size_t count = 0, both = 0;
        for (size_t i = 0; i < N; i++) {
            count += alone[k][i];
            both += alone[k][i] && later[i];
            assert_true(beside[i] == (alone[k][i] && !later[i]));
            later[i] = later[i] || alone[k][i];
        }
        assert_part(count, 0.1, fault[k]);
        assert_part(both, 0.1 * (1 - pow(0.9, 3 - k)), "of these also with a later fault");
        free(beside);
    }
    for (int k = 0; k < 4; k++) free(alone[k]);
    free(later);
}

// They need not add up to 1.
static void the_last_fault_decides(void **state) {
    (void)state;
    static const char *const faults[] = {"stuck=1", "stuck=1,stuck_low=1", "stuck=1,stuck_low=1,stuck_high=1",
                                         "stuck=1,stuck_low=1,stuck_high=1,stuck_open=1"};
    for (int k = 0; k < 4; k++) {
        bool *is = struck(faults[k], fault_ohms[k]);
        for (size_t i = 0; i < N; i++) assert_true(is[i]);
        free(is);
    }
}

// An open device conducts V/R_open, whatever its model's current.
static void an_open_device_conducts_next_to_nothing(void **state) {
    (void)state;
    ohm_definition d = ohm_definition_default();
    d.rows = d.cols = 1;
    d.model = "sin-state:stuck_open=1,r_open=1e6";
    ohm_crossbar *c = create(native, &d);
    const float voltage = 2;
    float current;
    REQUIRE(ohm_crossbar_read_current(c, 0, 1, &voltage, &current));
    assert_near((double)current, 2e-6, 1e-12, "the current"); // three roundings
    ohm_crossbar_destroy(c);
}

// ---- Noise ----------------------------------------------------------------------------------------

// ξ of a step from how far the state went: gain·(1 + σξ) with gain = β·sin(1 V)·dt.
static float *deviates(const float *before, const float *after, double gain, double sigma) {
    float *xi = malloc(N * sizeof *xi);
    assert_non_null(xi);
    for (size_t i = 0; i < N; i++)
        xi[i] = (float)((((double)after[i] - (double)before[i]) / gain - 1) / sigma);
    return xi;
}

static double standard_normal(double z, const double *unused) {
    (void)unused;
    return normal_part(z);
}

// From 0.2, far from both bounds; the state is rounded by 3e-8, which is 4e-6 of a standard deviation.
static void noise_is_normal_and_new_in_each_step(void **state) {
    (void)state;
    const double gain = 0.5 * sin(1) * 0.1;
    ohm_crossbar *c = devices_of("sin-state:noise=0.3", "constant:value=0.2", 1);
    float *start = quantity_of(c, OHM_STATE);
    REQUIRE(ohm_crossbar_advance(c, 1));
    float *once = quantity_of(c, OHM_STATE);
    REQUIRE(ohm_crossbar_advance(c, 1));
    float *twice = quantity_of(c, OHM_STATE);
    float *first = deviates(start, once, gain, 0.3), *second = deviates(once, twice, gain, 0.3);
    print_message("  noise: mean %.2e, variance 1 %+.2e\n", mean_of(first, N), variance_of(first, N) - 1);
    assert_near(mean_of(first, N), 0, 5 / sqrt(N), "the mean");
    assert_near(variance_of(first, N), 1, 5 * sqrt(2.0 / N), "the variance");
    assert_distributed(first, N, standard_normal, NULL, "noise of the first step");
    assert_distributed(second, N, standard_normal, NULL, "noise of the second step");
    assert_uncorrelated(first, second, N, "steps");
    assert_unrelated_neighbours(first, "noise of neighbours");
    float *all[] = {start, once, twice, first, second};
    for (size_t i = 0; i < COUNT_OF(all); i++) free(all[i]);
    ohm_crossbar_destroy(c);
}

// The noise of pulses is on by default.
static void pulses_are_noisy(void **state) {
    (void)state;
    ohm_crossbar *c = devices_of(
        "linear-step:dw_min=0.01,up_down=0,w_min=-0.6,w_max=0.6,gamma_up=0,gamma_down=0", LEAST, 1);
    float *start = quantity_of(c, OHM_STATE);
    REQUIRE(ohm_crossbar_advance(c, 1));
    float *end = quantity_of(c, OHM_STATE), *xi = deviates(start, end, 0.01, 0.3);
    // A pulse that noise would turn round stays at the bound: ξ is cut at −1/0.3.
    size_t turned = 0;
    for (size_t i = 0; i < N; i++) turned += end[i] == start[i];
    assert_part(turned, normal_part(-1 / 0.3), "pulses turned round");
    assert_near(mean_of(xi, N), 0, 5 / sqrt(N) + 5e-4, "the mean"); // what is cut: φ(3.3)/3.3² less
    free(start), free(end), free(xi);
    ohm_crossbar_destroy(c);
}

static void noise_is_independent_of_the_spread(void **state) {
    (void)state;
    ohm_crossbar *c = devices_of("sin-state:noise=0.2,r_on=1~normal:0.1", "constant:value=0.2", 1);
    float *start = quantity_of(c, OHM_STATE);
    float *r_on = drawn("sin-state:noise=0.2,r_on=1~normal:0.1", MOST, OHM_RESISTANCE);
    REQUIRE(ohm_crossbar_advance(c, 1));
    float *end = quantity_of(c, OHM_STATE), *xi = deviates(start, end, 0.05 * sin(1), 0.2);
    assert_uncorrelated(xi, r_on, N, "noise and r_on");
    free(start), free(end), free(xi), free(r_on);
    ohm_crossbar_destroy(c);
}

// How far apart devices that began alike are after so many steps of dt, at a voltage.
static double spread_after(const char *model, double dt, uint64_t steps, double volts, double start) {
    char stimulus[64], initial[64];
    ohm_definition d = ohm_definition_default();
    snprintf(stimulus, sizeof stimulus, "constant:value=%g", volts);
    snprintf(initial, sizeof initial, "constant:value=%g", start);
    d.rows = d.cols = 200;
    d.model = model;
    d.dt = dt;
    d.stimulus = stimulus;
    d.initial = initial;
    ohm_crossbar *c = create(native, &d);
    REQUIRE(ohm_crossbar_advance(c, steps));
    float *x = quantity_of(c, OHM_STATE);
    const double width = sqrt(variance_of(x, 200 * 200));
    free(x);
    ohm_crossbar_destroy(c);
    return width;
}

// A deviation from 40,000 devices is off by 0.35 %.
#define FEW_PERCENT 0.018

static void assert_width(double found, double expected, const char *what) {
    print_message("  %s: %.5g, expected %.5g\n", what, found, expected);
    assert_near(found, expected, FEW_PERCENT * expected, what);
}

// What noise adds up to in a time does not depend on dt: in 1 s it is sigma·β·sin V·sqrt(1 s·dt0), or
// sigma·sqrt(1 s/dt0) of the range, with dt0 = 0.1 s.
static void noise_does_not_depend_on_dt(void **state) {
    (void)state;
    const double expected = 0.5 * 0.1 * sin(1) * sqrt(0.1), added = 0.01 * sqrt(10);
    for (int n = 1; n <= 100; n *= 10) {
        const double dt = 0.1 / n;
        assert_width(spread_after("sin-state:beta=0.1,noise=0.5", dt, (uint64_t)(10 * n), 1, 0.4), expected,
                     "noise");
        assert_width(spread_after("sin-state:beta=0.1,noise_add=0.01", dt, (uint64_t)(10 * n), 1, 0.4), added,
                     "noise_add");
        // as found with dt0 = 1e-5 s
        assert_width(spread_after("yakopcic:noise=0.5", 1e-5 / n, (uint64_t)(10 * n), 0.3, 0.2), 0.0111,
                     "of yakopcic in 100 us");
    }
    // of a bounded spread as well, and pulses are as long as they are
    assert_width(spread_after("sin-state:beta=0.1,noise=0.5~uniform:0.2", 1e-2, 100, 1, 0.4),
                 expected * sqrt(1 + 0.4 * 0.4 / 3), "spread noise");
    assert_width(
        spread_after("exp-step:dw_min=0.001,up_down=0,noise=0.3,a_up=0,w_min=-1,w_max=1", 1e-3, 100, 1, 0.4),
        0.001 * 0.3 * 10, "of 100 pulses");
}

// Added noise is a part of the device's own range a pulse, has nothing to do with the other, and comes only
// where a step moves the device.
static void noise_is_added_to_what_moves(void **state) {
    (void)state;
    assert_width(spread_after("linear-step:dw_min=0.001,up_down=0,noise=0,gamma_up=0,w_min=-0.5,w_max=1.5,"
                              "noise_add=0.01",
                              0, 1, 1, 0.4),
                 0.02, "of one pulse");
    assert_true(spread_after("linear-step:noise=0,w_min=-0.5,w_max=1.5,noise_add=0.01", 0, 9, 0, 0.4) == 0);
    assert_true(spread_after("sin-state:noise_add=0.01", 0, 9, 0, 0.4) == 0);
    assert_true(spread_after("vteam:noise_add=0.01", 0, 9, -0.1, 0.4) == 0); // below the threshold
    assert_true(spread_after("vteam:noise_add=0.01", 0, 9, -0.3, 0.4) > 0);
    const double gain = 0.5 * sin(1) * 0.1;
    ohm_crossbar *one = devices_of("sin-state:noise_add=0.01", "constant:value=0.4", 1);
    ohm_crossbar *other = devices_of("sin-state:noise=0.3", "constant:value=0.4", 1);
    float *start = quantity_of(one, OHM_STATE);
    REQUIRE(ohm_crossbar_advance(one, 1));
    REQUIRE(ohm_crossbar_advance(other, 1));
    float *a = quantity_of(one, OHM_STATE), *b = quantity_of(other, OHM_STATE);
    float *xi = deviates(start, a, gain, 0.01 / gain), *other_xi = deviates(start, b, gain, 0.3);
    assert_distributed(xi, N, standard_normal, NULL, "added noise");
    assert_uncorrelated(xi, other_xi, N, "added noise and noise");
    assert_unrelated_neighbours(xi, "added noise of neighbours");
    float *all[] = {start, a, b, xi, other_xi};
    for (size_t i = 0; i < COUNT_OF(all); i++) free(all[i]);
    ohm_crossbar_destroy(one);
    ohm_crossbar_destroy(other);
}

// ξ of what is read of devices that are all alike, from 0.1 to 10 S, as exact ones of the same state are.
static float *errors(ohm_crossbar *c, ohm_crossbar *exact) {
    float *x = quantity_of(c, OHM_CONDUCTANCE), *g = quantity_of(exact, OHM_CONDUCTANCE);
    for (size_t i = 0; i < N; i++) x[i] = (float)(((double)x[i] - (double)g[i]) / (1e-3 * (10 - 0.1)));
    free(g);
    return x;
}

// A thousandth of the range, by one noise or both. Looks at one step are one reading.
static void check_reading(const char *model, bool persists, bool at_rest) {
    ohm_crossbar *c = devices_of(model, "constant:value=0.5", 1),
                 *exact = devices_of("sin-state", "constant:value=0.5", 1);
    float *first = errors(c, exact), *again = errors(c, exact);
    assert_distributed(first, N, standard_normal, NULL, model);
    assert_near(variance_of(first, N), 1, 5 * sqrt(2.0 / N), model);
    assert_unrelated_neighbours(first, model);
    assert_memory_equal(first, again, N * sizeof *first);
    free(again);
    REQUIRE(ohm_crossbar_change(c, NULL, at_rest ? "constant:value=0" : "constant:value=1"));
    REQUIRE(ohm_crossbar_change(exact, NULL, at_rest ? "constant:value=0" : "constant:value=1"));
    REQUIRE(ohm_crossbar_advance(c, 1));
    REQUIRE(ohm_crossbar_advance(exact, 1));
    assert_same_state(c, exact); // which nothing of it reaches
    float *later = errors(c, exact);
    assert_near(variance_of(later, N), 1, 5 * sqrt(2.0 / N), model);
    if (persists)
        assert_memory_equal(first, later, N * sizeof *first);
    else
        assert_uncorrelated(first, later, N, model);
    free(first), free(later);
    ohm_crossbar_destroy(c);
    ohm_crossbar_destroy(exact);
}

static void what_is_read_is_noisy(void **state) {
    (void)state;
    check_reading("sin-state:write_noise=1e-3", true, true); // until the device is written again
    check_reading("sin-state:write_noise=1e-3", false, false);
    check_reading("sin-state:read_noise=1e-3", false, true); // at every step
    check_reading("sin-state:read_noise=1e-3", false, false);
    check_reading("sin-state:read_noise=0.6e-3,write_noise=0.8e-3", false, false);
}

// It cannot bring a conductance below a tenth of the device's least.
static void noise_leaves_a_tenth_of_the_least_conductance(void **state) {
    (void)state;
    float *g = drawn("sin-state:read_noise=0.5", "constant:value=0.5", OHM_CONDUCTANCE);
    size_t least = 0;
    for (size_t i = 0; i < N; i++) {
        assert_true(g[i] >= 0.01f * (1 - 1e-6f));
        least += g[i] <= 0.01f * (1 + 1e-6f);
    }
    assert_part(least, normal_part((0.01 - 1 / 5.05) / (0.5 * 9.9)), "at a tenth of their least conductance");
    free(g);
}

// ---- Levels and drift -----------------------------------------------------------------------------

// Of mmss, whose G is linear in its state: each is the nearest of five, equally spaced from 1/r_off to
// 1/r_on.
static void only_levels_are_read(void **state) {
    (void)state;
    float *free_g = drawn("mmss", "uniform:lo=0,hi=1", OHM_CONDUCTANCE);
    float *g = drawn("mmss:levels=5", "uniform:lo=0,hi=1", OHM_CONDUCTANCE);
    const double low = 1.0 / 1500, gap = (1.0 / 500 - 1.0 / 1500) / 4;
    size_t count[5] = {0};
    for (size_t i = 0; i < N; i++) {
        const int k = (int)lround(((double)g[i] - low) / gap);
        assert_true(k >= 0 && k < 5);
        count[k]++;
        assert_near((double)g[i], low + k * gap, 3e-7 * (low + k * gap), "a level"); // rounded four times
        assert_near((double)g[i], (double)free_g[i], gap / 2 + 1e-6 * low, "the nearest level");
    }
    for (int k = 0; k < 5; k++) assert_part(count[k], k == 0 || k == 4 ? 0.125 : 0.25, "devices on a level");
    free(free_g);
    free(g);
}

// Levels divide each device's own range: of two it reads its own r_on or r_off.
static void levels_divide_what_is_each_device_s_own(void **state) {
    (void)state;
    const char *model = "vteam:levels=2,r_on=50~lognormal:0.5,r_off=1000~lognormal:0.5";
    float *on = drawn(model, MOST, OHM_RESISTANCE), *off = drawn(model, LEAST, OHM_RESISTANCE);
    float *r = drawn(model, "uniform:lo=0,hi=1", OHM_RESISTANCE);
    size_t low = 0;
    for (size_t i = 0; i < N; i++) {
        if (r[i] != on[i] && r[i] != off[i])
            fail_msg("%g is neither %g nor %g", (double)r[i], (double)on[i], (double)off[i]);
        low += r[i] == on[i] && on[i] != off[i];
    }
    assert_true(low > N / 100 && low < N / 2); // R is linear in the state: half-way in G is near r_on
    assert_near(sqrt(variance_of(on, N)) / mean_of(on, N), 0.53, 0.05, "the spread of r_on");
    free(on), free(off), free(r);
}

// G(t) = G0·(t/t0)^{−ν} from t0 on. The exponential is good to 1e-7, its exponent, 1.4 at most, to as much.
static void conductance_drifts_while_idle(void **state) {
    (void)state;
    static const double idle[] = {0.5, 1.5, 3, 45, 950, 1e6}; // 0.5, 2, 5, 50, 1000 and 1001000 s in all
    ohm_definition d = ohm_definition_default();
    d.model = "yakopcic:x_min=1e-6,drift_nu=0.1,drift_t0=2"; // G is proportional to x
    ohm_crossbar *c = create(native, &d);
    float *before = quantity_of(c, OHM_CONDUCTANCE);
    double t = 0;
    for (size_t i = 0; i < COUNT_OF(idle); i++) {
        REQUIRE(ohm_crossbar_idle(c, idle[i]));
        t += idle[i];
        assert_true(ohm_crossbar_idle_time(c) == t);
        float *g = quantity_of(c, OHM_CONDUCTANCE);
        const double expected = t <= 2 ? 1 : pow(t / 2, -0.1);
        for (size_t k = 0; k < 25; k++)
            assert_near((double)g[k] / (double)before[k], expected, 5e-7 * expected, "G(t)/G0");
        free(g);
    }
    free(before);
    ohm_crossbar_destroy(c);
}

// The conductances of a small crossbar of devices that differ, a tenth of which are stuck in some way, after
// an idle time, and how large they were before.
static ohm_crossbar *idle_devices(const char *name, const char *more, float **before, float **after) {
    char text[256];
    ohm_definition d = ohm_definition_default();
    snprintf(text, sizeof text,
             "%s:drift_nu=0.1~normal:0.05,stuck=0.05,stuck_low=0.02,stuck_high=0.02,"
             "stuck_open=0.02%s",
             name, more);
    d.rows = 20;
    d.cols = 70;
    d.model = text;
    d.stimulus = "constant:value=0";
    ohm_crossbar *c = create(native, &d);
    *before = quantity_of(c, OHM_CONDUCTANCE);
    REQUIRE(ohm_crossbar_idle(c, 2000));
    *after = quantity_of(c, OHM_CONDUCTANCE);
    return c;
}

// What is read at the end of an idle time is what is read after it, to the bit: one step at 0 V, at which all
// but mmss rest, brings nothing back. No steps are no step.
static void check_drift_stays(const char *name, const char *more) {
    float *before, *after;
    ohm_crossbar *c = idle_devices(name, more, &before, &after);
    uint64_t digest, later;
    REQUIRE(ohm_crossbar_digest(c, &digest));
    REQUIRE(ohm_crossbar_advance(c, 0));
    REQUIRE(ohm_crossbar_digest(c, &later));
    assert_true(digest == later && ohm_crossbar_idle_time(c) == 2000);
    REQUIRE(ohm_crossbar_advance(c, 1));
    REQUIRE(ohm_crossbar_digest(c, &later));
    assert_true(digest != later && ohm_crossbar_idle_time(c) == 0);
    float *stepped = quantity_of(c, OHM_CONDUCTANCE);
    size_t fell = 0;
    for (size_t i = 0; i < 20 * 70; i++) {
        assert_true(after[i] <= before[i] || *more);
        fell += after[i] < before[i];
        if (strcmp(name, "mmss") == 0 && *more) continue; // another state, another error
        if (strcmp(name, "mmss") == 0)
            assert_near((double)stepped[i], (double)after[i], 1e-4 * (double)after[i], name);
        else if (stepped[i] != after[i])
            fail_msg("%s%s: %.9g S became %.9g S", name, more, (double)after[i], (double)stepped[i]);
    }
    assert_true(*more || (fell > 900 && fell < 1400)); // some have stuck, and some are at their least
    free(before), free(after), free(stepped);
    ohm_crossbar_destroy(c);
}

static void drift_stays(void **state) {
    (void)state;
    for (size_t i = 0; ohm_model_name(i); i++) {
        check_drift_stays(ohm_model_name(i), "");
        check_drift_stays(ohm_model_name(i), ",levels=64,write_noise=0.01");
    }
}

// Of every model: G0·(t/t0)^{−ν}, but for the least conductance that the device can have. The exponential,
// the state and what is read of it are rounded.
static void check_drifted(const char *name) {
    char text[128];
    ohm_definition d = ohm_definition_default();
    d.rows = 20;
    d.cols = 70;
    snprintf(text, sizeof text, "%s:drift_nu=0.03", name);
    d.model = text;
    d.initial = LEAST;
    ohm_crossbar *least = create(native, &d);
    d.initial = "uniform";
    ohm_crossbar *c = create(native, &d);
    float *low = quantity_of(least, OHM_CONDUCTANCE), *before = quantity_of(c, OHM_CONDUCTANCE);
    REQUIRE(ohm_crossbar_idle(c, 2000));
    float *after = quantity_of(c, OHM_CONDUCTANCE);
    for (size_t i = 0; i < d.rows * d.cols; i++) {
        const double g = fmax((double)before[i] * pow(2000, -0.03), (double)low[i]);
        assert_near((double)after[i], g, 2e-5 * g, name);
    }
    free(low), free(before), free(after);
    ohm_crossbar_destroy(least);
    ohm_crossbar_destroy(c);
}

static void every_model_drifts_as_it_should(void **state) {
    (void)state;
    for (size_t i = 0; ohm_model_name(i); i++) check_drifted(ohm_model_name(i));
}

// A second idle time after a step starts anew, from t0; without a step between they are one. With an offset
// the devices drift from the start (Rasch et al., aihwkit).
static void idle_times_start_anew(void **state) {
    (void)state;
    ohm_definition d = ohm_definition_default();
    d.model = "yakopcic:x_min=1e-6,drift_nu=0.1,drift_t0=2,drift_offset=1";
    d.stimulus = "constant:value=0";
    ohm_crossbar *c = create(native, &d);
    float *before = quantity_of(c, OHM_CONDUCTANCE);
    REQUIRE(ohm_crossbar_idle(c, 1));
    REQUIRE(ohm_crossbar_idle(c, 2));
    REQUIRE(ohm_crossbar_advance(c, 3));
    REQUIRE(ohm_crossbar_idle(c, 5));
    float *after = quantity_of(c, OHM_CONDUCTANCE);
    const double expected = pow((3 + 2) / 2.0, -0.1) * pow((5 + 2) / 2.0, -0.1);
    for (size_t i = 0; i < 25; i++)
        assert_near((double)after[i] / (double)before[i], expected, 1e-6, "after two idle times");
    free(before), free(after);
    ohm_crossbar_destroy(c);
}

// ν from the drift of each device over 10⁶ times t0: ln is rounded by 1e-7 of 13.8.
static void drift_exponents_are_spread(void **state) {
    (void)state;
    static const double parameter[] = {0.03, 0.02, 0, 1};
    ohm_crossbar *c = devices_of("sin-state:drift_nu=0.03~normal:0.02", MOST, 1);
    float *before = quantity_of(c, OHM_RESISTANCE);
    REQUIRE(ohm_crossbar_idle(c, 1e6));
    float *nu = quantity_of(c, OHM_RESISTANCE);
    for (size_t i = 0; i < N; i++) nu[i] = (float)(log((double)nu[i] / (double)before[i]) / log(1e6));
    assert_distributed(nu, N, normal_spread, parameter, "drift exponents");
    free(before);
    free(nu);
    ohm_crossbar_destroy(c);
}

// ---- Statistics -----------------------------------------------------------------------------------

// Mean, minimum and maximum of what a view shows, against the statistics'.
static void check_sums(ohm_crossbar *c, ohm_quantity quantity, double mean, double min, double max,
                       double size) {
    const ohm_definition *d = ohm_crossbar_definition(c);
    const size_t n = d->rows * d->cols;
    float *x = quantity_of(c, quantity);
    double least = INFINITY, greatest = -INFINITY;
    for (size_t i = 0; i < n; i++) least = fmin(least, (double)x[i]), greatest = fmax(greatest, (double)x[i]);
    assert_near(mean, mean_of(x, n), 6e-8 * size, d->model);
    assert_true(min == least && max == greatest);
    free(x);
}

// Each device is rounded twice by 3e-8, and many are at the same bound; the minima and maxima are exact.
static void check_statistics(const char *model) {
    ohm_statistics s;
    double low, high;
    ohm_definition d = ohm_definition_default();
    d.rows = 99;
    d.cols = 131;
    d.model = model;
    ohm_crossbar *c = create(native, &d);
    REQUIRE(ohm_crossbar_advance(c, 10));
    REQUIRE(ohm_crossbar_idle(c, 50));
    REQUIRE(ohm_crossbar_statistics(c, &s));
    check_sums(c, OHM_STATE, s.state_mean, s.state_min, s.state_max, s.state_high - s.state_low);
    ohm_crossbar_range(c, OHM_RESISTANCE, &low, &high);
    check_sums(c, OHM_RESISTANCE, s.resistance_mean, s.resistance_min, s.resistance_max, high);
    check_sums(c, OHM_CONDUCTANCE, s.conductance_mean, s.conductance_min, s.conductance_max, 1 / low);
    assert_true(s.resistance_min >= low && s.resistance_max <= high);
    assert_true(s.state_min >= s.state_low && s.state_max <= s.state_high);
    uint64_t sum = 0;
    for (int i = 0; i < OHM_HISTOGRAM_BINS; i++) sum += s.histogram[i];
    assert_int_equal(sum, 99 * 131);
    ohm_crossbar_destroy(c);
}

#define EVERYTHING                                                                                           \
    "noise=0.2,stuck=0.01,stuck_low=0.01,stuck_high=0.02,stuck_open=0.03,drift_nu=0.05~normal:0.01,noise_"   \
    "add="                                                                                                   \
    "0.001,write_noise=0.1,read_noise=0.02~normal:0.01"

static void statistics_equal_sums_over_views(void **state) {
    (void)state;
    check_statistics("sin-state:r_on=1~lognormal:0.2,levels=7," EVERYTHING);
    check_statistics("sin-resistance:r_off=10~normal:1," EVERYTHING);
    check_statistics("linear-ion-drift:r_on=100~lognormal:0.1,r_off=16e3~normal:1e3," EVERYTHING);
    check_statistics("vteam:r_off=1000~uniform:100," EVERYTHING);
    check_statistics("yakopcic:a1=0.17~lognormal:0.2,b=0.05~normal:0.01," EVERYTHING);
    check_statistics("mmss:r_on=500~normal:30,levels=16," EVERYTHING);
    check_statistics("stanford-pku:substeps=1,g0=0.25e-9~lognormal:0.05,v0=0.25~normal:0.01," EVERYTHING);
    check_statistics("linear-step:r_open=1e6~normal:1e5," EVERYTHING);
    check_statistics("soft-bounds:r_on=1e4~normal:1e3,levels=3," EVERYTHING);
    check_statistics("exp-step:r_off=1e5~normal:1e4," EVERYTHING);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(spreads_have_their_distributions),
        cmocka_unit_test(spreads_are_cut_to_what_is_valid),
        cmocka_unit_test(two_ordered_spreads_meet_half_way),
        cmocka_unit_test(bounds_of_the_state_are_spread),
        cmocka_unit_test(values_and_widths_are_as_given),
        cmocka_unit_test(spreads_are_independent_of_one_another),
        cmocka_unit_test(spreads_are_independent_of_all_else),
        cmocka_unit_test(spreads_do_not_change_one_another),
        cmocka_unit_test(what_follows_from_a_spread_is_worked_out),
        cmocka_unit_test(a_seed_makes_the_devices),
        cmocka_unit_test(polarities_are_as_they_are_told),
        cmocka_unit_test(random_pulses_spread_as_aihwkit_s_do),
        cmocka_unit_test(faults_have_their_parts),
        cmocka_unit_test(stuck_devices_of_every_model_rest_at_their_end),
        cmocka_unit_test(faults_have_sets_of_their_own),
        cmocka_unit_test(the_last_fault_decides),
        cmocka_unit_test(an_open_device_conducts_next_to_nothing),
        cmocka_unit_test(noise_is_normal_and_new_in_each_step),
        cmocka_unit_test(pulses_are_noisy),
        cmocka_unit_test(noise_is_independent_of_the_spread),
        cmocka_unit_test(noise_does_not_depend_on_dt),
        cmocka_unit_test(noise_is_added_to_what_moves),
        cmocka_unit_test(what_is_read_is_noisy),
        cmocka_unit_test(noise_leaves_a_tenth_of_the_least_conductance),
        cmocka_unit_test(only_levels_are_read),
        cmocka_unit_test(levels_divide_what_is_each_device_s_own),
        cmocka_unit_test(conductance_drifts_while_idle),
        cmocka_unit_test(drift_stays),
        cmocka_unit_test(every_model_drifts_as_it_should),
        cmocka_unit_test(idle_times_start_anew),
        cmocka_unit_test(drift_exponents_are_spread),
        cmocka_unit_test(statistics_equal_sums_over_views),
    };
    return cmocka_run_group_tests_name("variability", tests, open_native, close_native);
}
