// OpenCL devices, opened, and the engine on each.
#ifndef OHM_OPENCL_H
#define OHM_OPENCL_H

#include "engine.h"

#define CL_TARGET_OPENCL_VERSION 120
#include <CL/cl.h>

// An opened device: everything on it goes through one context and one in-order queue.
typedef struct opencl_device {
    cl_device_id id;
    cl_context context;
    cl_command_queue queue;
    ohm_device_info info;
} opencl_device;

// Called for each OpenCL device of the machine, in the order of their ids, until it returns false.
typedef bool opencl_visitor(cl_device_id id, const ohm_device_info *info, void *context);

// Visits them. None is no error.
void opencl_visit(opencl_visitor *visit, void *context);

// Opens one. Errors: OHM_DEVICE_FAILED, OHM_OUT_OF_MEMORY.
ohm_status opencl_open(cl_device_id id, const ohm_device_info *info, opencl_device **device);
void opencl_close(opencl_device *device);

// Errors: OHM_BUILD_FAILED, OHM_DEVICE_FAILED, OHM_OUT_OF_MEMORY.
ohm_status opencl_engine_create(opencl_device *device, const problem *p, engine **e);

// A program of the embedded kernels, built with these options; the environment variable
// OHMSCAPE_KERNELS names a folder to read them from instead.
// Errors: OHM_BUILD_FAILED, with the compiler's log in the message.
ohm_status opencl_build(const opencl_device *device, const char *options, cl_program *program);

// The failure of an OpenCL call, by the names of both, as OHM_DEVICE_FAILED (or OHM_OUT_OF_MEMORY,
// where that is what the code means).
ohm_status opencl_failed(const char *call, cl_int code);

#endif
