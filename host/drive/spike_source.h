// What the inputs of a network fire: spikes at random, at rates that may come from a picture or an array of
// patterns, or spikes from a file.
#ifndef OHM_SPIKE_SOURCE_H
#define OHM_SPIKE_SOURCE_H

#include "drive_class.h"

typedef struct spike_source {
    uint64_t inputs;   // how many
    float *rate;       // of each pattern and input, as a fraction of the highest: [patterns, inputs]; NULL: 1
    uint64_t patterns; // 1 or more
    uint64_t show, pause; // steps, of several patterns
    double chance;        // of a spike in a step, at the highest rate
    uint64_t *step;       // of a file's spikes, ascending; NULL: they are random
    uint32_t *input;
    uint64_t count;
    float *own; // rates of a caller's, in place of the patterns; NULL: none
} spike_source;

// Reads the files of a stimulus, if it has any, as rates or as spikes. Errors: those of drive_input;
// OHM_BAD_FILE (rates below 0 or not finite, patterns of another size, spikes out of order or range).
ohm_status spike_source_open(drive *d, const input_set *known, bool spikes, spike_source *s);
void spike_source_free(spike_source *s);

// Who fires at a step: uint32 [inputs] ascending. Returns how many.
uint64_t spike_source_draw(const spike_source *s, const drive *d, uint64_t t, uint32_t *fired);

#endif
