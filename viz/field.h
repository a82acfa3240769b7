// The stimulus beside the array: the voltages of the last step, where they form a picture.
#ifndef VIZ_FIELD_H
#define VIZ_FIELD_H

#include "viewer.h"

// The view of the whole crossbar that shows them, or one of width 0 where every synapse draws its own.
ohm_view field_view(const viewer *v);

// Takes the values of that view.
void field_take(viewer *v, const simulation_result *r);

// Draws it in the panel.
void field_draw(const viewer *v);

#endif
