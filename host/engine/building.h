// Who is told when a device begins and ends to build kernels (ohm_set_build_listener).
#ifndef OHM_BUILDING_H
#define OHM_BUILDING_H

#include "../ohmscape.h"

// Tells the listener, and the log, that the device begins, or with NULL that it has ended.
void building_tell(const ohm_device_info *device);

#endif
