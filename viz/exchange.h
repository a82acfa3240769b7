// Turns of the simulation: what the frames have to do with it.
#ifndef VIZ_EXCHANGE_H
#define VIZ_EXCHANGE_H

#include "viewer.h"

// Gives the first order: to look, not to step. Errors: those of sharing if it has to be.
ohm_status exchange_first(viewer *v);

// Takes what the last order brought, if it is done, and gives the next, unless this is the last frame or
// nothing would be new; v->ordered says whether one is in hand. Without a window it waits as long as it
// takes. Errors: those of the crossbar, and of sharing if it has to be.
ohm_status exchange_next(viewer *v, bool last);

#endif
