#include "spike_log.h"

#include <stdlib.h>

static bool make_room(spike_log *l, uint64_t count) {
    if (count <= l->room) return true;
    const uint64_t room = count > 2 * l->room ? count : 2 * l->room;
    ohm_spike *more = realloc(l->spikes, room * sizeof *more);
    if (!more) return false;
    l->spikes = more;
    l->room = room;
    return true;
}

void spike_log_add(spike_log *l, uint64_t step, const uint32_t *neuron, uint64_t count) {
    // A gap would not be seen: once one is left out, so are all that follow.
    uint64_t fit = l->seen == l->count && l->count < l->most ? l->most - l->count : 0;
    if (fit > count) fit = count;
    l->seen += count;
    if (!fit || !make_room(l, l->count + fit)) return;
    for (uint64_t i = 0; i < fit; i++) l->spikes[l->count++] = (ohm_spike){step, neuron[i]};
}

void spike_log_free(spike_log *l) {
    free(l->spikes);
    *l = (spike_log){0};
}
