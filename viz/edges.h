// Bars of the lines' voltages and currents, along the edges of the picture (bars.h).
#ifndef VIZ_EDGES_H
#define VIZ_EDGES_H

#include "viewer.h"

void edges_draw(const viewer *v, const layout *l);

#endif
