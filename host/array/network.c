// The public calls for spiking networks.
#include "../base/error.h"
#include "../drive/spiking.h"
#include "crossbar.h"

#include <inttypes.h>
#include <string.h>

uint64_t ohm_crossbar_neurons(const ohm_crossbar *c) {
    const neurons *n = spiking_neurons(c->stimulus);
    return n ? n->count : 0;
}

static ohm_status no_neurons(void) {
    ohm_fail(OHM_BAD_ARGUMENT, "the crossbar has no neurons");
    ohm_fail_hint("the stimulus spiking gives it some");
    return OHM_BAD_ARGUMENT;
}

ohm_status ohm_crossbar_read_neurons(const ohm_crossbar *c, ohm_neuron_quantity quantity, double *out) {
    const neurons *n = spiking_neurons(c->stimulus);
    if (!n) return no_neurons();
    switch (quantity) {
    case OHM_NEURON_MEMBRANE: memcpy(out, n->v, n->count * sizeof *out); break;
    case OHM_NEURON_CURRENT: memcpy(out, n->current, n->count * sizeof *out); break;
    case OHM_NEURON_THRESHOLD:
        for (uint64_t i = 0; i < n->count; i++) out[i] = n->law.threshold + n->theta[i];
        break;
    case OHM_NEURON_SPIKES:
        for (uint64_t i = 0; i < n->count; i++) out[i] = (double)n->spikes[i];
        break;
    default: return ohm_fail(OHM_BAD_ARGUMENT, "%d is no quantity of a neuron", (int)quantity);
    }
    return OHM_OK;
}

ohm_status ohm_crossbar_set_rates(ohm_crossbar *c, const float *rates) {
    return spiking_neurons(c->stimulus) ? spiking_set_rates(c->stimulus, rates) : no_neurons();
}

uint64_t ohm_crossbar_spike_count(const ohm_crossbar *c) {
    const spike_log *l = spiking_log(c->stimulus);
    return l ? l->count : 0;
}

ohm_status ohm_crossbar_read_spikes(const ohm_crossbar *c, uint64_t first, uint64_t count,
                                    ohm_spike *spikes) {
    const uint64_t there = ohm_crossbar_spike_count(c);
    if (first > there || count > there - first)
        return ohm_fail(OHM_BAD_ARGUMENT, "spikes %" PRIu64 " to %" PRIu64 " of %" PRIu64, first,
                        first + count, there);
    if (count) memcpy(spikes, spiking_log(c->stimulus)->spikes + first, count * sizeof *spikes);
    return OHM_OK;
}
