// See population.h.
#include "population.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

ohm_crossbar *devices_of(const char *model, const char *initial, uint64_t seed) {
    ohm_definition d = ohm_definition_default();
    d.rows = d.cols = SIDE;
    d.seed = seed;
    d.model = model;
    d.stimulus = "constant:value=1";
    d.initial = initial;
    return create(native, &d);
}

float *drawn(const char *model, const char *initial, ohm_quantity quantity) {
    ohm_crossbar *c = devices_of(model, initial, 1);
    float *x = quantity_of(c, quantity);
    ohm_crossbar_destroy(c);
    return x;
}

double cut(double x, double low, double high) {
    return fmin(fmax((x - low) / (high - low), 0), 1);
}

double normal_spread(double x, const double *p) {
    return cut(normal_part((x - p[VALUE]) / p[SIGMA]), normal_part((p[LOW] - p[VALUE]) / p[SIGMA]),
               normal_part((p[HIGH] - p[VALUE]) / p[SIGMA]));
}

void assert_part(size_t count, double part, const char *what) {
    print_message("  %s: %zu of %d\n", what, count, N);
    assert_near((double)count, N * part, 5 * sqrt(N * part * (1 - part)), what);
}

void assert_unrelated_neighbours(const float *x, const char *what) {
    assert_uncorrelated(x, x + 1, N - 1, what);
    assert_uncorrelated(x, x + 16, N - 16, what); // of one Philox call
    assert_uncorrelated(x, x + 64, N - 64, what);
    assert_uncorrelated(x, x + SIDE, N - SIDE, what);
}
