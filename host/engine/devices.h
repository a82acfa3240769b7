// Opened devices, as the crossbar sees them.
#ifndef OHM_DEVICE_H
#define OHM_DEVICE_H

#include "opencl/opencl.h"
#include "storage.h"

// The engine of the i-th opened device for a problem, whose planes are stored so; NULL: they stay there.
// Errors: those of native_engine_create, opencl_engine_create and streamed_engine_create, of
// another rank also that it is lost (OHM_DEVICE_FAILED).
ohm_status devices_create_engine(ohm_devices *devices, size_t i, const problem *p, const storage *s,
                                 engine **e);

// After a crossbar could not be created on the devices: opens in the place of the one that failed, if "auto"
// has chosen it, the next that it would choose, and notes this thread's last error as the reason. False if
// there is none. The device that was there stays open for the crossbars on it.
bool devices_fall_back(ohm_devices *devices);

// Notes that the i-th has to be replaced then, because what its engine did has failed. One on which no engine
// could be made is noted already.
void devices_blame(ohm_devices *devices, size_t i);

// Whether "auto" has chosen the i-th.
bool devices_is_automatic(const ohm_devices *devices, size_t i);

// The machine that the i-th is in, 0 for this one: devices of one machine that compute on its processors
// share its memory.
int devices_machine(const ohm_devices *devices, size_t i);

// Lists the devices of this rank alone, as ohm_devices_list does without other ranks.
ohm_status devices_list_own(ohm_device_info **list, size_t *count);

// The i-th opened device, or NULL for the native engine and for those of other ranks.
opencl_device *devices_opencl(const ohm_devices *devices, size_t i);

// Whether the i-th is of another rank.
bool devices_is_remote(const ohm_devices *devices, size_t i);

#endif
