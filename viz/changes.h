// The changes that the controls ask for, made between two orders.
#ifndef VIZ_CHANGES_H
#define VIZ_CHANGES_H

#include "viewer.h"

// Makes them; v->changed says whether there were any. What the library refuses stays as it was, and the panel
// shows why. Errors: OHM_DEVICE_FAILED, of a crossbar that can only be destroyed.
ohm_status changes_make(viewer *v);

// After a crossbar was created: whether another device had to take the place of the one that shares buffers
// with OpenGL, which it does not; v->share_reason says why then.
bool changes_fell_back(viewer *v);

#endif
