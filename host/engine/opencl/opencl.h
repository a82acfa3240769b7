// OpenCL devices, opened, and the engine on each.
#ifndef OHM_OPENCL_H
#define OHM_OPENCL_H

#include "../engine.h"

#include "../../ohmscape_cl.h"

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

// Opens one, whose context shares objects with an OpenGL context unless gl is NULL (ohmscape_cl.h), and
// whose queue has these properties.
// Errors: OHM_NO_DEVICE (it cannot share), OHM_DEVICE_FAILED, OHM_OUT_OF_MEMORY.
ohm_status opencl_open(cl_device_id id, const ohm_device_info *info, const cl_context_properties *gl,
                       cl_command_queue_properties properties, opencl_device **device);
void opencl_close(opencl_device *device);

// The same with a context and a queue of the caller's, which are retained.
// Errors: OHM_BAD_ARGUMENT (of another device, or out of order), OHM_DEVICE_FAILED, OHM_OUT_OF_MEMORY.
ohm_status opencl_adopt(cl_context context, cl_device_id id, cl_command_queue queue,
                        const ohm_device_info *info, opencl_device **device);

// Describes a device.
ohm_device_info opencl_describe(cl_device_id id);

// Errors: OHM_BUILD_FAILED, OHM_DEVICE_FAILED, OHM_OUT_OF_MEMORY.
ohm_status opencl_engine_create(opencl_device *device, const problem *p, engine **e);

// A file of kernels, with all it includes, embedded by the build.
typedef struct kernel_file {
    const char *name; // "crossbar.cl"
    const char *source;
} kernel_file;

extern const kernel_file kernel_file_crossbar, kernel_file_read, kernel_file_readout,
    kernel_file_readout_exact, kernel_file_network, kernel_file_pulses, kernel_file_view,
    kernel_file_ceilings;

// A program of a file, built with these options; the environment variable OHMSCAPE_KERNELS names a
// folder to read it from instead.
// Errors: OHM_BUILD_FAILED, with the compiler's log in the message.
ohm_status opencl_build(const opencl_device *device, const kernel_file *file, const char *options,
                        cl_program *program);

// Tells the listener (ohmscape.h) that the device begins to build kernels, or with NULL that it has. Between
// the two are also the first launches, in which PoCL does most of the work.
void opencl_building(const opencl_device *device);

// What to do about a device that fails or crashes while it builds kernels.
void opencl_building_hint(const ohm_device_info *device, char *text, size_t size);

// The properties of a context of this device that shares objects with the OpenGL context gl, if the
// driver says that it can. Errors: OHM_NO_DEVICE, with the reason.
#define OPENCL_MAX_PROPERTIES 16
ohm_status opencl_sharing_properties(cl_device_id id, const cl_context_properties *gl,
                                     cl_context_properties properties[OPENCL_MAX_PROPERTIES]);

// A device that cannot share with OpenGL, and why, as OHM_NO_DEVICE.
ohm_status opencl_no_sharing(const char *format, ...) __attribute__((format(printf, 1, 2)));

// The failure of an OpenCL call, by the names of both, as OHM_DEVICE_FAILED (or OHM_OUT_OF_MEMORY,
// where that is what the code means).
ohm_status opencl_failed(const char *call, cl_int code);

#endif
