#include "samples.h"

#include <stdlib.h>
#include <string.h>

void samples_add(samples *s, double value) {
    if (s->count < SAMPLES_MAX) s->value[s->count++] = value;
}

static int by_value(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

double samples_quantile(const samples *s, double q) {
    if (s->count == 0) return 0;
    double sorted[SAMPLES_MAX];
    memcpy(sorted, s->value, s->count * sizeof *sorted);
    qsort(sorted, s->count, sizeof *sorted, by_value);
    const double place = q * (double)(s->count - 1);
    const size_t below = (size_t)place, above = below + 1 < s->count ? below + 1 : below;
    return sorted[below] + (place - (double)below) * (sorted[above] - sorted[below]);
}

bool line_fit(const double *x, const double *y, size_t n, straight_line *l) {
    double mean_x = 0, mean_y = 0, xx = 0, xy = 0;
    for (size_t i = 0; i < n; i++) {
        mean_x += x[i] / (double)n;
        mean_y += y[i] / (double)n;
    }
    for (size_t i = 0; i < n; i++) {
        xx += (x[i] - mean_x) * (x[i] - mean_x);
        xy += (x[i] - mean_x) * (y[i] - mean_y);
    }
    if (!(xx > 0)) return false;
    l->slope = xy / xx;
    l->intercept = mean_y - l->slope * mean_x;
    return true;
}
