#include "raster.h"

// Of so many in at most so many bins.
static uint64_t each_of(uint64_t all, uint64_t bins) {
    return (all + bins - 1) / bins;
}

raster_shape raster_shape_of(uint64_t neurons, uint64_t steps, int width, int height) {
    raster_shape s = {0};
    if (!neurons || !steps || width <= 0 || height <= 0) return s;
    s.steps = each_of(steps, (uint64_t)width);
    s.neurons = each_of(neurons, (uint64_t)height);
    s.width = (uint32_t)each_of(steps, s.steps);
    s.height = (uint32_t)each_of(neurons, s.neurons);
    return s;
}

uint64_t raster_first(const raster_shape *s, uint64_t step) {
    const uint64_t last = s->steps ? step / s->steps : 0;
    return last < s->width ? 0 : (last + 1 - s->width) * s->steps;
}

void raster_count(const raster_shape *s, uint64_t first, const ohm_spike *spikes, size_t count,
                  uint16_t *bins) {
    if (!s->steps) return;
    for (size_t i = 0; i < count; i++) {
        if (spikes[i].step < first) continue;
        const uint64_t col = (spikes[i].step - first) / s->steps, row = spikes[i].neuron / s->neurons;
        if (col >= s->width || row >= s->height) continue;
        uint16_t *bin = bins + row * s->width + col;
        if (*bin < UINT16_MAX) ++*bin;
    }
}
