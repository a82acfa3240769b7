// Drawing a frame.
#ifndef VIZ_FRAME_H
#define VIZ_FRAME_H

#include "viewer.h"

// Draws everything but does not present it. seconds is the time since the last frame.
// Errors: OHM_OUT_OF_MEMORY.
ohm_status frame_draw(viewer *v, double seconds);

#endif
