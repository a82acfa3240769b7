// In which order bands take their steps.
#ifndef OHM_SCHEDULE_H
#define OHM_SCHEDULE_H

#include "crossbar.h"

// Takes steps, and returns how many have been launched as they should; *status says why not all. Under a
// drive that listens (closed loop) all bands take each step together, after the answer to the one before.
// Else (open loop) each visit of a band takes up to `fuse` steps, for which it need not be anywhere else in
// between.
uint64_t schedule_steps(ohm_crossbar *c, uint64_t steps, ohm_status *status);

#endif
