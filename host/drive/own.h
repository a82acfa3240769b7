// A drive of voltages that the caller has, for some steps.
#ifndef OHM_OWN_H
#define OHM_OWN_H

#include "drive.h"

// Opens one from step t on: float32 [steps, rows, cols] in cells, or float32 [steps, rows] and [steps, cols]
// in rows and cols; in V, and the caller's until own_finish. Checks all of them. Errors: OHM_BAD_ARGUMENT (a
// voltage, by its index), OHM_OUT_OF_MEMORY.
ohm_status own_open(const plan *p, uint64_t t, uint64_t steps, const float *cells, const float *rows,
                    const float *cols, drive **opened);

// Lets go of the caller's arrays but for the voltages of the last step, which are kept, as those of every
// step.
void own_finish(drive *d);

#endif
