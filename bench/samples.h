// Repeated measurements of one thing, and what is read from them.
#ifndef BENCH_SAMPLES_H
#define BENCH_SAMPLES_H

#include <stdbool.h>
#include <stddef.h>

#define SAMPLES_MAX 99

typedef struct samples {
    size_t count;
    double value[SAMPLES_MAX];
} samples;

// Adds one, unless it is full.
void samples_add(samples *s, double value);

// The value below which a share q of the samples lies, 0 ≤ q ≤ 1, between two of them in proportion: 0 the
// least, 0.5 the median, 1 the greatest. 0 of none.
double samples_quantile(const samples *s, double q);

// The straight line nearest to points in y, by least squares: y = intercept + slope·x.
typedef struct straight_line {
    double slope, intercept;
} straight_line;

// False unless there are two points with different x.
bool line_fit(const double *x, const double *y, size_t n, straight_line *l);

#endif
