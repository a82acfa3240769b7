// Opened devices, as the crossbar sees them.
#ifndef OHM_DEVICE_H
#define OHM_DEVICE_H

#include "opencl/opencl.h"
#include "storage.h"

// The engine of the i-th opened device for a problem, whose planes are stored so; NULL: they stay there.
// Errors: those of native_engine_create, opencl_engine_create and streamed_engine_create.
ohm_status devices_create_engine(ohm_devices *devices, size_t i, const problem *p, const storage *s,
                                 engine **e);

// After a crossbar could not be created on the devices: opens in the place of one that "auto" has chosen the
// next that it would choose, and notes this thread's last error as the reason. False if there is none. The
// device that was there stays open for the crossbars on it.
bool devices_fall_back(ohm_devices *devices);

// Whether "auto" has chosen the i-th.
bool devices_is_automatic(const ohm_devices *devices, size_t i);

// The i-th opened device, or NULL for the native engine.
opencl_device *devices_opencl(const ohm_devices *devices, size_t i);

#endif
