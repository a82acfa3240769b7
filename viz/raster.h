// The spike raster in numbers: spikes counted in bins of time and neurons, no more of them than there are
// pixels.
#ifndef VIZ_RASTER_H
#define VIZ_RASTER_H

#include "../host/ohmscape.h"

// A bin is a whole number of steps and of neurons. Columns of bins begin at multiples of their steps, so that
// spikes do not flicker between two of them as time goes on.
typedef struct raster_shape {
    uint32_t width, height;  // in bins
    uint64_t steps, neurons; // of a bin
} raster_shape;

// For so many neurons and steps in so many pixels; all 0 if any of them is.
raster_shape raster_shape_of(uint64_t neurons, uint64_t steps, int width, int height);

// The first step of the raster that ends with this one: 0 until it is full.
uint64_t raster_first(const raster_shape *s, uint64_t step);

// Adds spikes to the bins, [height, width], of the raster that begins with the step first. Bins stay at the
// largest number that they can hold; spikes outside of the raster are left out.
void raster_count(const raster_shape *s, uint64_t first, const ohm_spike *spikes, size_t count,
                  uint16_t *bins);

#endif
