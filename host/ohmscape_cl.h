// For renderers, in addition to ohmscape.h: the OpenCL context and queue of a crossbar, contexts that share
// buffers with OpenGL, and views drawn into an OpenCL buffer.
#ifndef OHMSCAPE_CL_H
#define OHMSCAPE_CL_H

#include "ohmscape.h"

#ifndef CL_TARGET_OPENCL_VERSION
#define CL_TARGET_OPENCL_VERSION 120
#endif
#include <CL/cl.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

// Opens devices like ohm_devices_open, the first of them in a context that shares objects with an OpenGL
// context. gl identifies that context by key-value pairs that end in 0: CL_GL_CONTEXT_KHR, and
// CL_EGL_DISPLAY_KHR or CL_GLX_DISPLAY_KHR (CL/cl_gl.h). The OpenGL context must be current.
// Errors: those of ohm_devices_open, and OHM_NO_DEVICE with the reason if the first device cannot share: it
// is the native engine, its driver lacks cl_khr_gl_sharing or says that the OpenGL context belongs to another
// device, or it fails to create the shared context.
ohm_status ohm_devices_open_gl(const char *selector, const cl_context_properties *gl, ohm_devices **devices);

// Opens devices like ohm_devices_open, with profiling queues (CL_QUEUE_PROFILING_ENABLE), for benchmarks.
// Errors: those of ohm_devices_open.
ohm_status ohm_devices_open_profiling(const char *selector, ohm_devices **devices);

// Opens one device in a context and with an in-order queue of the caller's own, both of that device. They are
// retained until the devices are closed. Since 0.2.
// Errors: OHM_BAD_ARGUMENT (the context or the queue is not of this device, or the queue is out of order),
// OHM_DEVICE_FAILED, OHM_OUT_OF_MEMORY.
ohm_status ohm_devices_open_cl(cl_context context, cl_device_id device, cl_command_queue queue,
                               ohm_devices **devices);

// The context of the i-th device and the in-order queue that all its work goes through, or NULL for the
// native engine. Both are valid as long as devices.
cl_context ohm_devices_cl_context(const ohm_devices *devices, size_t i);
cl_command_queue ohm_devices_cl_queue(const ohm_devices *devices, size_t i);

// Enqueues the drawing of a view, as by ohm_crossbar_view, into a buffer of at least 4 × width × height bytes
// in the context of the crossbar's first device, which must not be the native engine. Returns without
// waiting; commands enqueued later wait for it. A buffer that is an OpenGL object must have been acquired.
// Errors: as ohm_crossbar_view.
ohm_status ohm_crossbar_view_cl(ohm_crossbar *crossbar, const ohm_view *view, cl_mem image);

// Draws the view like ohm_crossbar_view_cl, waits for the image, and finds its extremes on the device, so
// that nothing of the image's size is copied to the host. The buffer must not be CL_MEM_WRITE_ONLY. Since
// 0.2. Errors: as ohm_crossbar_view.
ohm_status ohm_crossbar_view_cl_extremes(ohm_crossbar *crossbar, const ohm_view *view, cl_mem image,
                                         ohm_extremes *extremes);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
