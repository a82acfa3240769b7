// Digests and tallies of bands.
#ifndef OHM_STATISTICS_H
#define OHM_STATISTICS_H

#include "band.h"

__extension__ typedef unsigned __int128 u128;

// The sums of any number of tallies, in 128 bits so that no number of synapses is too many.
typedef struct tally_total {
    u128 state, square, resistance, conductance; // fixed points as in measure.h
    float state_min, state_max, resistance_min, resistance_max, conductance_min, conductance_max;
    uint64_t bins[TALLY_BINS];
} tally_total;

tally_total tally_total_start(void);

// Adds a band to the totals, and the digest of a plane of it. Errors: OHM_OUT_OF_MEMORY, OHM_DEVICE_FAILED.
ohm_status band_tally(const band *b, tally_total *total);
ohm_status band_digest(const band *b, plane which, uint64_t *digest);

// What the totals say of a crossbar.
ohm_statistics tally_total_statistics(const tally_total *t, const problem *p);

#endif
