#include "building.h"
#include "../base/log.h"

#include <stddef.h>

static ohm_build_listener *_Atomic listener;

void ohm_set_build_listener(ohm_build_listener *one) {
    listener = one;
}

void building_tell(const ohm_device_info *device) {
    ohm_build_listener *const told = listener;
    if (told) told(device);
    if (device) log_say(OHM_LOG_INFO, "building kernels for %s (%s)", device->name, device->id);
}
