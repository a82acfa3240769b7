// An engine for more than its device can hold: planes are at home (home.h) and visit the device (slots.h)
// when a launch needs them. Another engine computes. Launches that use one plane after the other, in either
// direction, find the next one there.
#ifndef OHM_STREAMED_ENGINE_H
#define OHM_STREAMED_ENGINE_H

#include "../engine.h"

// Takes the inner engine, also on failure. Errors: those of home_open and slots_open.
ohm_status streamed_engine_create(engine *inner, const storage *s, engine **e);

#endif
