// A drive of voltages that the caller has, for some steps.
#ifndef OHM_OWN_H
#define OHM_OWN_H

#include "drive.h"

// Opens one from step t on: float32 [steps, rows, cols] in cells, or float32 [steps, rows] and [steps, cols]
// in rows and cols; in V, and the caller's until own_finish. Checks all of them. Errors: OHM_BAD_ARGUMENT (a
// voltage, by its index), OHM_OUT_OF_MEMORY.
ohm_status own_open(const plan *p, uint64_t t, uint64_t steps, const float *cells, const float *rows,
                    const float *cols, drive **opened);

// Lets go of the caller's arrays after so many of the steps, 0 or more. The voltages of the last one done are
// kept (of the first one if none was), and are those of every step from then on.
void own_finish(drive *d, uint64_t done);

#endif
