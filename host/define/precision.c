// See precision.h. Steps are computed by the kernels' own functions at one lane.
#define OHM_LANES 1
#include "precision.h"

#include "../../kernels/models.h"

#include <math.h>
#include <stdlib.h>

enum { STATES = 64, VOLTAGES = 32 };

// The largest changes in one step, up and down, at states sampled over the whole range.
typedef struct largest_steps {
    double up[STATES], down[STATES];
} largest_steps;

static float state_number(const ohm_physics *p, int i) {
    const double low = (double)p->model[OHM_LOW], range = (double)p->model[OHM_HIGH] - low;
    return (float)(low + range * (i + 0.5) / STATES);
}

static void take_steps_at(int model, const ohm_physics *p, float voltage, largest_steps *s) {
    const double gain = (double)p->model[OHM_GAIN] * p->substeps;
    for (int i = 0; i < STATES; i++) {
        const double step = (double)model_rate(model, state_number(p, i), voltage, p->model, p) * gain;
        s->up[i] = fmax(s->up[i], step);
        s->down[i] = fmax(s->down[i], -step);
    }
}

// The largest rounding error of a state: half the distance of neighbouring floats.
static double rounding_of(float state) {
    int exponent;
    frexpf(state, &exponent);
    return ldexp(1, exponent - 25);
}

static int by_value(const void *a, const void *b) {
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

// The fraction of a step in one direction that rounding can lose, at nine in ten of the states that move that
// way. At the others a closing window can make steps arbitrarily small.
static double loss_of(const ohm_physics *p, const double step[STATES]) {
    double loss[STATES] = {0};
    size_t n = 0;
    for (int i = 0; i < STATES; i++)
        if (step[i] > 0) loss[n++] = rounding_of(state_number(p, i)) / step[i];
    qsort(loss, n, sizeof *loss, by_value);
    return n ? fmin(loss[(n - 1) * 9 / 10], 1) : 0;
}

double precision_step_loss(const spec *model, const ohm_physics *p, double low, double high,
                           const double *level, int levels) {
    largest_steps all = {0};
    double worst = 0;
    for (int i = 0; i < levels; i++) {
        largest_steps one = {0};
        take_steps_at(model->id, p, (float)level[i], &one);
        worst = fmax(worst, fmax(loss_of(p, one.up), loss_of(p, one.down)));
    }
    if (levels) return worst;
    for (int i = 0; i <= VOLTAGES; i++)
        take_steps_at(model->id, p, (float)(low + (high - low) * i / VOLTAGES), &all);
    return fmax(loss_of(p, all.up), loss_of(p, all.down));
}

void precision_warn(double loss, warnings *w) {
    if (loss > 0.01)
        warnings_add(
            w, "precision: rounding to single precision can lose %.3g %% of a step; extended loses nothing",
            100 * loss);
}
