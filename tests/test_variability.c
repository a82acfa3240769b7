// Variability from device to device, at a million devices: spreads have their distributions, cut as they
// should be, and nothing to do with one another.
#include "population.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define OHM_TABLES
#include "../kernels/memristor.h"

// ---- Distributions --------------------------------------------------------------------------------

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
        cmocka_unit_test(statistics_equal_sums_over_views),
    };
    return cmocka_run_group_tests_name("variability", tests, open_native, close_native);
}
