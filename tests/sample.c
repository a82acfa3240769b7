#include "sample.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

ohm_devices *native;

int open_native(void **state) {
    (void)state;
    native = open_devices("native");
    return 0;
}

int close_native(void **state) {
    (void)state;
    ohm_devices_close(native);
    return 0;
}

ohm_crossbar *create(ohm_devices *devices, const ohm_definition *d) {
    ohm_crossbar *c;
    REQUIRE(ohm_crossbar_create(devices, d, &c));
    return c;
}

float *quantity_of(ohm_crossbar *c, ohm_quantity quantity) {
    const ohm_definition *d = ohm_crossbar_definition(c);
    const ohm_view v = {.rows = (double)d->rows,
                        .cols = (double)d->cols,
                        .width = (uint32_t)d->cols,
                        .height = (uint32_t)d->rows,
                        .quantity = quantity};
    return draw(c, &v);
}

float *voltages_at(ohm_crossbar *c, uint64_t step) {
    const ohm_definition *d = ohm_crossbar_definition(c);
    float *out = malloc(d->rows * d->cols * sizeof *out);
    assert_non_null(out);
    memset(out, POISON, d->rows * d->cols * sizeof *out);
    REQUIRE(ohm_crossbar_read_voltage(c, step, 0, d->rows, out));
    return out;
}

double mean_of(const float *x, size_t n) {
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += (double)x[i];
    return sum / (double)n;
}

double variance_of(const float *x, size_t n) {
    const double mean = mean_of(x, n);
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += ((double)x[i] - mean) * ((double)x[i] - mean);
    return sum / (double)n;
}

void assert_uncorrelated(const float *a, const float *b, size_t n, const char *what) {
    const double mean_a = mean_of(a, n), mean_b = mean_of(b, n);
    double sum = 0;
    for (size_t i = 0; i < n; i++) sum += ((double)a[i] - mean_a) * ((double)b[i] - mean_b);
    const double r = sum / (double)n / sqrt(variance_of(a, n) * variance_of(b, n));
    if (!(fabs(r) <= 5 / sqrt((double)n))) fail_msg("%s: correlation %g of %zu numbers", what, r, n);
}

double normal_part(double z) {
    return erfc(-z / sqrt(2)) / 2;
}

double uniform_part(double x, const double *end) {
    return fmin(fmax((x - end[0]) / (end[1] - end[0]), 0), 1);
}

static int by_value(const void *a, const void *b) {
    const float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

// Of sorted numbers. Equal ones, of which float32 and the random words' 24 bits make some, are one jump.
static double distance_from(const float *sorted, size_t n, distribution_function *part,
                            const double *parameter) {
    double worst = 0;
    for (size_t i = 0; i < n;) {
        const size_t first = i;
        while (i < n && sorted[i] == sorted[first]) i++;
        const double expected = part((double)sorted[first], parameter);
        worst = fmax(worst, fabs((double)i / (double)n - expected));
        worst = fmax(worst, fabs((double)first / (double)n - expected));
    }
    return worst;
}

void assert_distributed(const float *x, size_t n, distribution_function *part, const double *parameter,
                        const char *what) {
    float *sorted = malloc(n * sizeof *sorted);
    assert_non_null(sorted);
    memcpy(sorted, x, n * sizeof *sorted);
    qsort(sorted, n, sizeof *sorted, by_value);
    const double apart = distance_from(sorted, n, part, parameter) * sqrt((double)n);
    free(sorted);
    print_message("  %s: %.3f/sqrt(n) from its distribution, n = %zu\n", what, apart, n);
    if (!(apart < 2.7)) fail_msg("%s: %g/sqrt(n) is too far", what, apart);
}

void assert_near(double found, double expected, double tolerance, const char *what) {
    if (!(fabs(found - expected) <= tolerance))
        fail_msg("%s is %.9g, not %.9g within %.3g", what, found, expected, tolerance);
}
