#include "statistics.h"
#include "../base/error.h"

#include <float.h>
#include <math.h>
#include <stdlib.h>

// ---- Totals -----------------------------------------------------------------------------------

tally_total tally_total_start(void) {
    return (tally_total){
        .state_min = FLT_MAX,
        .state_max = -FLT_MAX,
        .resistance_min = FLT_MAX,
        .resistance_max = -FLT_MAX,
        .conductance_min = FLT_MAX,
        .conductance_max = -FLT_MAX,
    };
}

static void widen(float *min, float *max, float other_min, float other_max) {
    if (other_min < *min) *min = other_min;
    if (other_max > *max) *max = other_max;
}

static void add(tally_total *total, const ohm_tally *tally) {
    total->state += tally->state;
    total->square += tally->square_low;
    total->square += (u128)tally->square_high << 32;
    total->resistance += tally->resistance;
    total->conductance += tally->conductance;
    widen(&total->state_min, &total->state_max, tally->state_min, tally->state_max);
    widen(&total->resistance_min, &total->resistance_max, tally->resistance_min, tally->resistance_max);
    widen(&total->conductance_min, &total->conductance_max, tally->conductance_min, tally->conductance_max);
}

static void add_bins(tally_total *total, const uint32_t bins[TALLY_BINS]) {
    for (int i = 0; i < TALLY_BINS; i++) total->bins[i] += bins[i];
}

// ---- Bands ------------------------------------------------------------------------------------

// How many items share the band. They must keep the engine busy, and none may get more synapses than one
// tally can hold.
static uint64_t items_of(const band *b) {
    const engine *e = b->engine;
    const uint64_t strips = b->shape.rows * (b->shape.pitch / (4 * e->lanes));
    const uint64_t least = strips / (TALLY_SYNAPSES / (4 * e->lanes)) + 1;
    uint64_t items = e->shares;
    if (items > strips) items = strips;
    if (items < least) items = least;
    return (items + e->group - 1) / e->group * e->group;
}

// The items' results, on the engine and on the host.
typedef struct results {
    buffer *there;
    void *here;
} results;

static void results_free(results *r) {
    buffer_release(r->there);
    free(r->here);
}

static ohm_status results_make(engine *e, uint64_t bytes, results *r) {
    r->here = malloc(bytes);
    return r->here ? e->class->create(e, bytes, &r->there) : ohm_fail_memory("a measurement");
}

static ohm_status results_get(const results *r) {
    return buffer_get(r->there, region_of_bytes(r->there->bytes), r->here);
}

ohm_status band_digest(const band *b, plane which, uint64_t *digest) {
    engine *e = b->engine;
    const uint64_t items = items_of(b);
    results sums = {0};
    ohm_status status = results_make(e, items * sizeof(uint64_t), &sums);
    if (!status)
        status = e->class->run(e, &(launch){.operation = OHM_OPERATION_digest,
                                            .shape = b->shape,
                                            .physics = &e->problem.physics,
                                            .buffer = {b->plane[which], sums.there},
                                            .buffers = 2,
                                            .items = items});
    if (!status) status = results_get(&sums);
    for (uint64_t i = 0; i < items && !status; i++) *digest += ((const uint64_t *)sums.here)[i];
    results_free(&sums);
    return status;
}

ohm_status band_tally(const band *b, tally_total *total) {
    engine *e = b->engine;
    const uint64_t items = items_of(b), groups = items / e->group;
    results tallies = {0}, bins = {0};
    ohm_status status = results_make(e, items * sizeof(ohm_tally), &tallies);
    if (!status) status = results_make(e, groups * TALLY_BINS * sizeof(uint32_t), &bins);
    if (!status)
        status = e->class->run(e, &(launch){.operation = OHM_OPERATION_tally,
                                            .shape = b->shape,
                                            .physics = &e->problem.physics,
                                            .buffer = {b->plane[PLANE_STATE], tallies.there, bins.there},
                                            .buffers = 3,
                                            .items = items});
    if (!status) status = results_get(&tallies);
    if (!status) status = results_get(&bins);
    for (uint64_t i = 0; i < items && !status; i++) add(total, &((const ohm_tally *)tallies.here)[i]);
    for (uint64_t i = 0; i < groups && !status; i++)
        add_bins(total, (const uint32_t *)bins.here + i * TALLY_BINS);
    results_free(&tallies);
    results_free(&bins);
    return status;
}

// ---- Statistics -------------------------------------------------------------------------------

// Mean and standard deviation of n fixed-point numbers, in their own unit, from exact sums. Squared
// deviations are first taken from the whole part of the mean: their sum is an exact integer, so nothing
// cancels.
static void summarise(u128 sum, u128 square, uint64_t n, double *mean, double *std) {
    const u128 whole = sum / n;
    const double rest = (double)(uint64_t)(sum % n) / (double)n;
    const u128 spread = square - 2 * whole * sum + whole * whole * n;
    *mean = (double)whole + rest;
    *std = sqrt(fmax((double)spread / (double)n - rest * rest, 0));
}

_Static_assert(OHM_HISTOGRAM_BINS == TALLY_BINS, "the histogram is the tally's");

static double mean_of(u128 sum, uint64_t n, float scale) {
    return ((double)(sum / n) + (double)(uint64_t)(sum % n) / (double)n) / scale;
}

ohm_statistics tally_total_statistics(const tally_total *t, const problem *p) {
    const ohm_physics *physics = &p->physics;
    const uint64_t n = p->rows * p->cols;
    // The devices multiplied by this rounded scale, so dividing by it undoes exactly that.
    const double one = physics->state_scale > 0 ? physics->state_scale : 1;
    double mean, std;
    summarise(t->state, t->square, n, &mean, &std);
    ohm_statistics s = {
        .state_min = t->state_min,
        .state_max = t->state_max,
        .state_mean = physics->state_low + mean / one,
        .state_std = std / one,
        .resistance_min = t->resistance_min,
        .resistance_max = t->resistance_max,
        .resistance_mean = mean_of(t->resistance, n, physics->resistance_scale),
        .conductance_min = t->conductance_min,
        .conductance_max = t->conductance_max,
        .conductance_mean = mean_of(t->conductance, n, physics->conductance_scale),
        .state_low = physics->state_low,
        .state_high = physics->state_high,
    };
    for (int i = 0; i < OHM_HISTOGRAM_BINS; i++) s.histogram[i] = t->bins[i];
    return s;
}
