#include "neurons.h"

#include <stdlib.h>
#include <string.h>

// A Taylor series of x/2ᵏ below 2⁻⁴, squared k times: additions and products alone, which round alike
// everywhere. Within 1e-13.
double neurons_decay(double x) {
    int squares = 0;
    double term = 1, sum = 1;
    if (!(x < 700)) return 0;
    for (; x > 0.0625; squares++) x *= 0.5;
    for (int i = 1; i < 12; i++) {
        term *= -x / i;
        sum += term;
    }
    for (; squares > 0; squares--) sum *= sum;
    return sum;
}

void neurons_reset(neurons *n) {
    for (uint64_t i = 0; i < n->count; i++) n->v[i] = n->law.rest;
    memset(n->theta, 0, n->count * sizeof *n->theta);
    memset(n->current, 0, n->count * sizeof *n->current);
    memset(n->resting, 0, n->count * sizeof *n->resting);
    memset(n->spikes, 0, n->count * sizeof *n->spikes);
    n->fired_count = 0;
}

ohm_status neurons_make(neurons *n, const neuron_law *law, uint64_t count) {
    *n = (neurons){.law = *law, .count = count};
    n->v = malloc(count * sizeof *n->v);
    n->theta = malloc(count * sizeof *n->theta);
    n->current = malloc(count * sizeof *n->current);
    n->resting = malloc(count * sizeof *n->resting);
    n->fired = malloc(count * sizeof *n->fired);
    n->spikes = malloc(count * sizeof *n->spikes);
    if (!n->v || !n->theta || !n->current || !n->resting || !n->fired || !n->spikes)
        return ohm_fail_memory("neurons");
    neurons_reset(n);
    return OHM_OK;
}

void neurons_free(neurons *n) {
    free(n->v);
    free(n->theta);
    free(n->current);
    free(n->resting);
    free(n->fired);
    free(n->spikes);
    *n = (neurons){0};
}

// How far a neuron is above its threshold, V.
static double excess(const neurons *n, uint64_t i) {
    return n->v[i] - (n->law.threshold + n->theta[i]);
}

static void integrate(neurons *n, uint64_t i, double current, double kick) {
    const neuron_law *law = &n->law;
    n->current[i] = current;
    n->theta[i] *= law->theta_keep;
    if (n->resting[i]) {
        n->resting[i]--;
        return;
    }
    n->v[i] = law->rest + (n->v[i] + kick - law->rest) * law->keep + law->gain * current;
    if (excess(n, i) >= 0) n->fired[n->fired_count++] = (uint32_t)i;
}

static void fire(neurons *n, uint32_t i) {
    n->v[i] = n->law.reset;
    n->theta[i] += n->law.theta_plus;
    n->resting[i] = n->law.refractory;
    n->spikes[i]++;
}

// The one furthest above its threshold, and of several the first.
static uint32_t winner(const neurons *n) {
    uint32_t best = n->fired[0];
    for (uint64_t i = 1; i < n->fired_count; i++)
        if (excess(n, n->fired[i]) > excess(n, best)) best = n->fired[i];
    return best;
}

static void fire_alone(neurons *n) {
    const uint32_t best = winner(n);
    for (uint64_t i = 0; i < n->count; i++) n->v[i] = n->law.reset;
    n->fired[0] = best;
    n->fired_count = 1;
    fire(n, best);
}

// Those that fire are reset, whatever others do to them.
static void inhibit(neurons *n) {
    const double drop = n->law.inhibition * (double)n->fired_count;
    uint64_t next = 0;
    for (uint64_t i = 0; i < n->count; i++) {
        if (next < n->fired_count && n->fired[next] == i)
            next++;
        else if (n->v[i] > n->law.lowest)
            n->v[i] = n->v[i] - drop > n->law.lowest ? n->v[i] - drop : n->law.lowest;
    }
}

void neurons_step(neurons *n, const double *current, const float *kick) {
    n->fired_count = 0;
    for (uint64_t i = 0; i < n->count; i++) integrate(n, i, current[i], kick ? (double)kick[i] : 0);
    if (!n->fired_count) return;
    if (n->law.lateral == LATERAL_WINNER) {
        fire_alone(n);
        return;
    }
    for (uint64_t i = 0; i < n->fired_count; i++) fire(n, n->fired[i]);
    if (n->law.lateral == LATERAL_INHIBIT) inhibit(n);
}
