// Receptive fields on the map: every column of the crossbar as a tile.
#ifndef VIZ_RECEPTIVE_H
#define VIZ_RECEPTIVE_H

#include "viewer.h"

// Draws the tiles, as OpenGL does. Errors: OHM_OUT_OF_MEMORY.
ohm_status receptive_draw(viewer *v, const layout *l);

// Draws what is over them, within a frame of ui.h: frames around the tile of the neuron that is chosen and of
// the one under the mouse, and what is under the mouse.
void receptive_overlay(const viewer *v);

// Draws the field of the neuron that is chosen larger, in the panel.
void receptive_draw_chosen(const viewer *v);

// "100 fields of 28 × 28", or which of them are shown.
void receptive_describe(const viewer *v, char *text, size_t size);

// Whether there is a tile at a point, and its neuron.
bool receptive_at(const viewer *v, double x, double y, uint64_t *neuron);

// Goes to the page that has the neuron that is chosen.
void receptive_follow(viewer *v);

// Goes on or back by so many pages, where there is no room for all tiles.
void receptive_turn(viewer *v, int pages);

#endif
