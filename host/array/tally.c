// Totals of tallies, in 128 bits so that no number of synapses is too many.
#include "../engine/engine.h"

#include <float.h>

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

void tally_total_add(tally_total *total, const ohm_tally *tally) {
    total->state += tally->state;
    total->square += tally->square_low;
    total->square += (u128)tally->square_high << 32;
    total->resistance += tally->resistance;
    total->conductance += tally->conductance;
    widen(&total->state_min, &total->state_max, tally->state_min, tally->state_max);
    widen(&total->resistance_min, &total->resistance_max, tally->resistance_min, tally->resistance_max);
    widen(&total->conductance_min, &total->conductance_max, tally->conductance_min, tally->conductance_max);
}

void tally_total_add_bins(tally_total *total, const uint32_t bins[TALLY_BINS]) {
    for (int i = 0; i < TALLY_BINS; i++) total->bins[i] += bins[i];
}
