// Where a frame's time goes.
#ifndef VIZ_TIMINGS_H
#define VIZ_TIMINGS_H

#include "viewer.h"

// Print where a frame's time went, as text or as one JSON object in seconds.
// Errors: OHM_IO_FAILED, OHM_OUT_OF_MEMORY.
ohm_status timings_print(const viewer *v);
ohm_status timings_print_json(const viewer *v);

#endif
