// The first launches on a device, and whether what it computes is right.
#ifndef OHM_REHEARSAL_H
#define OHM_REHEARSAL_H

#include "../engine/devices.h"
#include "crossbar.h"

// Launches the operations of every run once on each engine that compiles, on a part of its first band, which
// is to be filled after it: PoCL compiles a kernel when it is launched. What its compiler can do wrong it
// does now, and not at the end of a long run. The first rows have to be as the native engine computes them,
// to the bit, and a device that "auto" has chosen may not take far longer than that. Errors:
// OHM_DEVICE_FAILED (also of a wrong answer, or one too slow), OHM_BUILD_FAILED, OHM_OUT_OF_MEMORY.
ohm_status rehearsal_run(ohm_crossbar *c, ohm_devices *devices);

#endif
