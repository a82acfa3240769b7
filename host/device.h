// Opened devices, as the crossbar sees them.
#ifndef OHM_DEVICE_H
#define OHM_DEVICE_H

#include "opencl.h"

// The engine of the i-th opened device for a problem.
// Errors: those of native_engine_create and opencl_engine_create.
ohm_status devices_create_engine(ohm_devices *devices, size_t i, const problem *p, engine **e);

// The i-th opened device, or NULL for the native engine.
opencl_device *devices_opencl(const ohm_devices *devices, size_t i);

#endif
