// What is written over the picture: the values below the mouse, and the keys.
#ifndef VIZ_OVERLAY_H
#define VIZ_OVERLAY_H

#include "viewer.h"

void overlay_draw(const viewer *v, const layout *l);

// The values of the probed synapse (and of its pixel's area if that is larger), a line each.
void overlay_probe(const viewer *v, char *text, size_t size);

#endif
