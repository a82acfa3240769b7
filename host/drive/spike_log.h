// The spikes of a network, in the order of their steps.
#ifndef OHM_SPIKE_LOG_H
#define OHM_SPIKE_LOG_H

#include "../ohmscape.h"

typedef struct spike_log {
    ohm_spike *spikes;
    uint64_t count, room, most; // kept, allocated, and the most that are kept
    uint64_t seen;              // all there were
} spike_log;

// Notes that neurons fired in a step. What is beyond the most, or finds no memory, is counted alone.
void spike_log_add(spike_log *l, uint64_t step, const uint32_t *neuron, uint64_t count);
void spike_log_free(spike_log *l);

#endif
