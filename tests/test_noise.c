// Noise from step to step and of readings, at a million devices: normal, as wide as described, and new each
// time.
#include "population.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

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

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(noise_is_normal_and_new_in_each_step),
        cmocka_unit_test(pulses_are_noisy),
        cmocka_unit_test(noise_is_independent_of_the_spread),
        cmocka_unit_test(noise_does_not_depend_on_dt),
        cmocka_unit_test(noise_is_added_to_what_moves),
        cmocka_unit_test(what_is_read_is_noisy),
        cmocka_unit_test(noise_leaves_a_tenth_of_the_least_conductance),
    };
    return cmocka_run_group_tests_name("noise", tests, open_native, close_native);
}
