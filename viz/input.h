// Keys and the mouse.
#ifndef VIZ_INPUT_H
#define VIZ_INPUT_H

#include "viewer.h"

// Asks for another quantity, whose range cannot be the one that was set by hand for the last.
void input_choose_quantity(viewer *v, ohm_quantity quantity);

// Asks for receptive fields, or for the heatmap.
void input_show_tiles(viewer *v, bool tiles);

// Listens to the window. The viewer has to stay where it is.
void input_listen(viewer *v);

extern const char input_keys[]; // what the keys do, a line each

// The synapse and its pixel's area at a pixel of the surface, if there is one.
bool input_probe(const viewer *v, double x, double y, uint64_t *row, uint64_t *col, ohm_view *area);

#endif
