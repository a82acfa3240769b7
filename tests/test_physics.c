// The physics as a physicist would check it: the randomness, the law against double precision, the
// distribution it leads to, the flux, and the statistics against plain sums.
#include "sample.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static ohm_devices *devices;

static int open_any(void **state) {
    (void)state;
    REQUIRE(ohm_devices_open("auto", &devices));
    print_message("  on %s\n", ohm_devices_info(devices, 0)->name);
    return 0;
}

static int close_any(void **state) {
    (void)state;
    ohm_devices_close(devices);
    return 0;
}

static float *read_state(ohm_crossbar *c) {
    const ohm_definition *d = ohm_crossbar_definition(c);
    float *out = malloc(d->rows * d->cols * sizeof *out);
    assert_non_null(out);
    REQUIRE(ohm_crossbar_read_state(c, 0, d->rows, out));
    return out;
}

// The voltages of the next step: with dt = 1 the flux grows by just these.
static float *next_voltages(ohm_crossbar *c, float *flux) {
    const ohm_definition *d = ohm_crossbar_definition(c);
    const size_t n = d->rows * d->cols;
    float *voltage = malloc(n * sizeof *voltage);
    assert_non_null(voltage);
    REQUIRE(ohm_crossbar_advance(c, 1));
    REQUIRE(ohm_crossbar_read_flux(c, 0, d->rows, voltage));
    for (size_t i = 0; i < n; i++) {
        const float now = voltage[i];
        voltage[i] -= flux[i];
        flux[i] = now;
    }
    return voltage;
}

// ---- Randomness -------------------------------------------------------------------------------

enum { SIDE = 1024, CELLS = SIDE * SIDE };

// χ² of 1000 equal bins: mean 999, standard deviation √1998; five of them again.
static void assert_uniform(const float *x, size_t n, double lo, double hi) {
    static size_t bins[1000];
    double sum = 0, square = 0, chi = 0;
    memset(bins, 0, sizeof bins);
    for (size_t i = 0; i < n; i++) {
        assert_true(x[i] >= (float)lo && x[i] <= (float)hi);
        const size_t bin = (size_t)(1000 * (x[i] - lo) / (hi - lo));
        bins[bin < 999 ? bin : 999]++;
        sum += x[i];
        square += (double)x[i] * x[i];
    }
    const double count = (double)n, mean = sum / count, variance = square / count - mean * mean;
    const double range = hi - lo, true_variance = range * range / 12;
    for (int i = 0; i < 1000; i++) chi += pow((double)bins[i] - count / 1000, 2) / (count / 1000);
    print_message("  %zu numbers: mean %g, variance %g, chi-square %g of 999\n", n, mean, variance, chi);
    assert_true(fabs(mean - (lo + hi) / 2) < 5 * sqrt(true_variance / count));
    assert_true(fabs(variance - true_variance) < 5 * sqrt(range * range * range * range / 180 / count));
    assert_true(fabs(chi - 999) < 5 * sqrt(1998));
}

static void voltages_are_uniform_and_independent(void **state) {
    (void)state;
    ohm_definition d = ohm_definition_default();
    d.rows = d.cols = SIDE;
    d.dt = 1;
    d.track_flux = true;
    ohm_crossbar *c = create(devices, &d);
    float *initial = read_state(c), *flux = calloc(CELLS, sizeof *flux);
    float *first = next_voltages(c, flux);
    assert_uniform(first, CELLS, -5, 5); // the first step's flux is the voltage itself, unrounded
    assert_uniform(initial, CELLS, 0.1, 0.9);
    assert_uncorrelated(first, initial, CELLS, "voltage and initial state");
    assert_uncorrelated(first, first + 1, CELLS - 1, "neighbouring columns");
    assert_uncorrelated(first, first + 16, CELLS - 16, "columns of one Philox call");
    assert_uncorrelated(first, first + 64, CELLS - 64, "neighbouring blocks");
    assert_uncorrelated(first, first + SIDE, CELLS - SIDE, "neighbouring rows");
    float *second = next_voltages(c, flux);
    assert_uncorrelated(first, second, CELLS, "steps");
    d.seed = 2;
    ohm_crossbar *other = create(devices, &d);
    float *other_initial = read_state(other);
    assert_uncorrelated(initial, other_initial, CELLS, "seeds");
    ohm_crossbar_destroy(c);
    ohm_crossbar_destroy(other);
    free(initial);
    free(other_initial);
    free(flux);
    free(first);
    free(second);
}

// ---- The law ----------------------------------------------------------------------------------

static double clip(double w) {
    return w < 0 ? 0 : w > 1 ? 1 : w;
}

// The seed's loop in double, fed the same voltages. Each step rounds w, in [0, 1], by at most 6e-8 and
// beta·sin·dt by 3e-9, and the bounds forget: 100 steps stay well below 5e-6.
static void the_law_holds_in_double(void **state) {
    (void)state;
    const scene s = {.rows = 100, .cols = 150, .seed = 42};
    const ohm_definition d = scene_definition(&s);
    ohm_crossbar *c = create(devices, &d);
    REQUIRE(ohm_crossbar_advance(c, 100));
    float *found = read_state(c);
    double worst = 0;
    for (uint64_t row = 0; row < s.rows; row++)
        for (uint64_t col = 0; col < s.cols; col++) {
            double w = (double)scene_initial(&s, row, col);
            for (uint64_t t = 0; t < 100; t++)
                w = clip(w + 0.5 * sin((double)scene_voltage(&s, row, col, t)) * 0.1);
            worst = fmax(worst, fabs(w - (double)found[row * s.cols + col]));
        }
    print_message("  after 100 steps w is off by at most %.3g\n", worst);
    assert_true(worst <= 5e-6);
    free(found);
    ohm_crossbar_destroy(c);
}

// A generator of its own, so that the comparison shares nothing with the engines (xorshift64*, Vigna).
static double independent_uniform(uint64_t *x) {
    *x ^= *x >> 12;
    *x ^= *x << 25;
    *x ^= *x >> 27;
    return (double)(*x * 0x2545F4914F6CDD1Du >> 11) * 0x1p-53;
}

static int by_value(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

// The largest distance between the distributions of two samples of n (Kolmogorov and Smirnov).
static double distance(double *a, double *b, size_t n) {
    qsort(a, n, sizeof *a, by_value);
    qsort(b, n, sizeof *b, by_value);
    double worst = 0;
    for (size_t i = 0, j = 0; i < n && j < n;) {
        const double x = fmin(a[i], b[j]);
        while (i < n && a[i] <= x) i++;
        while (j < n && b[j] <= x) j++;
        worst = fmax(worst, fabs((double)i - (double)j) / (double)n);
    }
    return worst;
}

// After 1000 steps w is spread over [0, 1] with heaps at its ends, as in a run of the seed's law in
// double with other random numbers. One in a million pairs of samples is further apart.
static void the_distribution_is_that_of_the_law(void **state) {
    (void)state;
    enum { N = 256 * 256 };
    ohm_definition d = ohm_definition_default();
    d.rows = d.cols = 256;
    ohm_crossbar *c = create(devices, &d);
    REQUIRE(ohm_crossbar_advance(c, 1000));
    float *found = read_state(c);
    double *ours = malloc(N * sizeof *ours), *law = malloc(N * sizeof *law);
    uint64_t random = 88172645463325252u;
    for (int i = 0; i < N; i++) {
        ours[i] = (double)found[i];
        law[i] = 0.1 + 0.8 * independent_uniform(&random);
        for (int t = 0; t < 1000; t++)
            law[i] = clip(law[i] + 0.05 * sin(-5 + 10 * independent_uniform(&random)));
    }
    const double apart = distance(ours, law, N);
    print_message("  after 1000 steps the distributions are %.4g apart\n", apart);
    assert_true(apart < 2.7 * sqrt(2.0 / N));
    free(found);
    free(ours);
    free(law);
    ohm_crossbar_destroy(c);
}

static void constant_voltage_gives_the_closed_form(void **state) {
    (void)state;
    ohm_definition d = ohm_definition_default();
    d.rows = 3;
    d.cols = 70;
    d.stimulus = "constant:value=0.5";
    d.initial = "constant:value=0.25";
    d.track_flux = true;
    ohm_crossbar *c = create(devices, &d);
    REQUIRE(ohm_crossbar_advance(c, 10));
    float *found = read_state(c), flux[210];
    REQUIRE(ohm_crossbar_read_flux(c, 0, 3, flux));
    for (int i = 0; i < 210; i++) {
        assert_true(fabs((double)found[i] - (0.25 + 10 * 0.05 * sin(0.5))) < 1e-6);
        assert_true(fabs((double)flux[i] - 0.5) < 1e-6);
    }
    free(found);
    ohm_crossbar_destroy(c);
}

// ---- Statistics -------------------------------------------------------------------------------

// Against plain sums in double over what was read. The sums are cut at 2^-31 of the state's range and
// 2^-44 of the largest R and G, and R and G are rounded to float32: 1e-7 of each is asked.
static void check_statistics(const char *model, uint64_t rows, uint64_t cols) {
    ohm_definition d = ohm_definition_default();
    d.rows = rows;
    d.cols = cols;
    d.model = model;
    ohm_crossbar *c = create(devices, &d);
    REQUIRE(ohm_crossbar_advance(c, 50));
    float *w = read_state(c);
    ohm_statistics s;
    REQUIRE(ohm_crossbar_statistics(c, &s));
    const double n = (double)(rows * cols), range = s.state_high - s.state_low;
    double sum = 0, square = 0, r_sum = 0, g_sum = 0, min = INFINITY, max = -INFINITY;
    uint64_t bins[OHM_HISTOGRAM_BINS] = {0};
    for (uint64_t i = 0; i < rows * cols; i++) {
        const double x = (double)w[i], r = range == 1 ? 0.1 * x + 10 * (1 - x) : x;
        sum += x;
        r_sum += r;
        g_sum += 1 / r;
        min = fmin(min, x);
        max = fmax(max, x);
        const int bin = (int)(256 * (x - s.state_low) / range);
        bins[bin < 256 ? bin : 255]++;
    }
    for (uint64_t i = 0; i < rows * cols; i++) square += pow((double)w[i] - sum / n, 2);
    assert_true(s.state_min == min && s.state_max == max);
    assert_true(fabs(s.state_mean - sum / n) <= 1e-7 * range);
    assert_true(fabs(s.state_std - sqrt(square / n)) <= 1e-7 * range);
    assert_true(fabs(s.resistance_mean - r_sum / n) <= 1e-7 * 10);
    assert_true(fabs(s.conductance_mean - g_sum / n) <= 1e-7 * 10);
    uint64_t moved = 0; // states within rounding of a bin's edge
    for (int i = 0; i < 256; i++) moved += bins[i] > s.histogram[i] ? bins[i] - s.histogram[i] : 0;
    assert_true(moved <= (range == 1 ? 0 : 2));
    free(w);
    ohm_crossbar_destroy(c);
}

static void statistics_equal_plain_sums(void **state) {
    (void)state;
    check_statistics("sin-state", 300, 300);
    check_statistics("sin-state", 1, 1);
    check_statistics("sin-state", 7, 129);
    check_statistics("sin-resistance", 300, 300);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(voltages_are_uniform_and_independent),
        cmocka_unit_test(the_law_holds_in_double),
        cmocka_unit_test(the_distribution_is_that_of_the_law),
        cmocka_unit_test(constant_voltage_gives_the_closed_form),
        cmocka_unit_test(statistics_equal_plain_sums),
    };
    return cmocka_run_group_tests_name("physics", tests, open_any, close_any);
}
