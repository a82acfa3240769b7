// The plots of a crossbar's neurons: the spike raster, and one neuron's membrane.
#ifndef VIZ_SPIKING_H
#define VIZ_SPIKING_H

#include "viewer.h"

// Fills in what is wanted of the neurons: nothing where there is no room for plots.
void spiking_ask(const viewer *v, activity_order *o);

// Draws the plots.
void spiking_draw(const viewer *v, const layout *l);

// Whether a neuron is at a point: its row in the raster, or its bar below the map.
bool spiking_at(const viewer *v, double x, double y, uint64_t *neuron);

#endif
