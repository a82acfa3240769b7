#include "moments.h"
#include "../host/ohmscape.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

void moments_add(moments_sum *s, const float *value, uint64_t count) {
    if (s->n == 0 && count) s->pivot = (double)value[0];
    for (uint64_t i = 0; i < count; i++) {
        const double x = (double)value[i] - s->pivot, square = x * x;
        s->power[0] += x;
        s->power[1] += square;
        s->power[2] += square * x;
        s->power[3] += square * square;
    }
    s->n += (double)count;
}

// The standard error of a standard deviation is √(μ₄ − σ⁴)/2σ√n.
moments moments_of(const moments_sum *s) {
    const double a = s->power[0] / s->n, b = s->power[1] / s->n, c = s->power[2] / s->n;
    const double variance = fmax(b - a * a, 0);
    const double fourth = s->power[3] / s->n - 4 * c * a + 6 * b * a * a - 3 * a * a * a * a;
    const double std = sqrt(variance), excess = sqrt(fmax(fourth - variance * variance, 0));
    return (moments){s->pivot + a, std, std / sqrt(s->n), std > 0 ? excess / (2 * std) / sqrt(s->n) : 0};
}

ohm_status moments_read(ohm_crossbar *c, moments *m) {
    const ohm_definition *d = ohm_crossbar_definition(c);
    const uint64_t fit = ((uint64_t)1 << 22) / d->cols, rows = fit ? fit : 1;
    moments_sum sum = {0};
    float *state = malloc(rows * d->cols * sizeof *state);
    ohm_status status = state ? OHM_OK : ohm_fail_memory("a state");
    for (uint64_t row = 0; row < d->rows && !status; row += rows) {
        const uint64_t now = rows < d->rows - row ? rows : d->rows - row;
        status = ohm_crossbar_read_state(c, row, now, state);
        if (!status) moments_add(&sum, state, now * d->cols);
    }
    free(state);
    if (!status) *m = moments_of(&sum);
    return status;
}

ohm_status moments_check(const moments *ours, uint64_t steps, double mean, double std) {
    const double chance = 6 * sqrt(2), rounding = 1e-6 * (fabs(ours->mean) + ours->std);
    if (fabs(mean - ours->mean) <= chance * ours->mean_error + rounding &&
        fabs(std - ours->std) <= chance * ours->std_error + rounding)
        return OHM_OK;
    return ohm_fail(OHM_DEVICE_FAILED,
                    "different results: after %" PRIu64 " steps mean %.6g and std %.6g, not %.6g and %.6g",
                    steps, mean, std, ours->mean, ours->std);
}
