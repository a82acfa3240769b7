// The panel beside the map.
#ifndef VIZ_PANEL_H
#define VIZ_PANEL_H

#include "viewer.h"

// Draws the panel, and takes what it is told.
void panel_draw(viewer *v, const layout *l);

#endif
