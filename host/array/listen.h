// Steps of networks: the columns are read while the devices change.
#ifndef OHM_LISTEN_H
#define OHM_LISTEN_H

#include "crossbar.h"

// Takes step t of every band under a frame that listens, and tells the crossbar's drive what the columns
// carried. Errors: OHM_OUT_OF_MEMORY, OHM_DEVICE_FAILED, OHM_BUILD_FAILED; the state is lost then.
ohm_status listen_step(ohm_crossbar *c, uint64_t t, const drive_frame *frame);

#endif
