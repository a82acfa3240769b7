// The functions of OpenCL that libohmscape calls, found at run time: the package works without OpenCL, on the
// native engine, and with whatever the machine has. Their types are those of CL/cl.h, or this does not
// compile.
#define CL_TARGET_OPENCL_VERSION 120
#define CL_USE_DEPRECATED_OPENCL_1_2_APIS
#include <CL/cl.h>

#include <dlfcn.h>
#include <stddef.h>

#define NO_PLATFORM (-1001) // CL_PLATFORM_NOT_FOUND_KHR, which loaders answer where there is no driver

static void *find(const char *name) {
    static void *loader;
    if (!loader) loader = dlopen("libOpenCL.so.1", RTLD_NOW | RTLD_LOCAL);
    return loader ? dlsym(loader, name) : NULL;
}

// One function: its result, name, parameters, and arguments. Without a loader an error is its result.
#define FORWARD(result, name, parameters, arguments, error)                                                  \
    CL_API_ENTRY result CL_API_CALL name parameters {                                                        \
        static __typeof__(&name) function;                                                                   \
        if (!function) function = (__typeof__(&name))find(#name);                                            \
        return function ? function arguments : (error);                                                      \
    }
#define STATUS(name, parameters, arguments) FORWARD(cl_int, name, parameters, arguments, NO_PLATFORM)

// Where there is no platform, nothing below the first is ever called.
STATUS(clGetPlatformIDs, (cl_uint n, cl_platform_id *p, cl_uint *count), (n, p, count))
STATUS(clGetPlatformInfo, (cl_platform_id p, cl_platform_info i, size_t n, void *v, size_t *s),
       (p, i, n, v, s))
STATUS(clGetDeviceIDs, (cl_platform_id p, cl_device_type t, cl_uint n, cl_device_id *d, cl_uint *count),
       (p, t, n, d, count))
STATUS(clGetDeviceInfo, (cl_device_id d, cl_device_info i, size_t n, void *v, size_t *s), (d, i, n, v, s))
FORWARD(cl_context, clCreateContext,
        (const cl_context_properties *p, cl_uint n, const cl_device_id *d,
         void(CL_CALLBACK *notify)(const char *, const void *, size_t, void *), void *user, cl_int *error),
        (p, n, d, notify, user, error), NULL)
STATUS(clRetainContext, (cl_context c), (c))
STATUS(clReleaseContext, (cl_context c), (c))
FORWARD(cl_command_queue, clCreateCommandQueue,
        (cl_context c, cl_device_id d, cl_command_queue_properties p, cl_int *error), (c, d, p, error), NULL)
STATUS(clRetainCommandQueue, (cl_command_queue q), (q))
STATUS(clReleaseCommandQueue, (cl_command_queue q), (q))
STATUS(clGetCommandQueueInfo, (cl_command_queue q, cl_command_queue_info i, size_t n, void *v, size_t *s),
       (q, i, n, v, s))
STATUS(clFlush, (cl_command_queue q), (q))
STATUS(clFinish, (cl_command_queue q), (q))
FORWARD(cl_mem, clCreateBuffer, (cl_context c, cl_mem_flags f, size_t n, void *host, cl_int *error),
        (c, f, n, host, error), NULL)
STATUS(clReleaseMemObject, (cl_mem m), (m))
FORWARD(cl_program, clCreateProgramWithSource,
        (cl_context c, cl_uint n, const char **text, const size_t *length, cl_int *error),
        (c, n, text, length, error), NULL)
STATUS(clBuildProgram,
       (cl_program p, cl_uint n, const cl_device_id *d, const char *options,
        void(CL_CALLBACK *notify)(cl_program, void *), void *user),
       (p, n, d, options, notify, user))
STATUS(clGetProgramBuildInfo,
       (cl_program p, cl_device_id d, cl_program_build_info i, size_t n, void *v, size_t *s),
       (p, d, i, n, v, s))
STATUS(clReleaseProgram, (cl_program p), (p))
FORWARD(cl_kernel, clCreateKernel, (cl_program p, const char *name, cl_int *error), (p, name, error), NULL)
STATUS(clReleaseKernel, (cl_kernel k), (k))
STATUS(clSetKernelArg, (cl_kernel k, cl_uint i, size_t n, const void *v), (k, i, n, v))
STATUS(clEnqueueNDRangeKernel,
       (cl_command_queue q, cl_kernel k, cl_uint dimensions, const size_t *offset, const size_t *global,
        const size_t *local, cl_uint n, const cl_event *wait, cl_event *event),
       (q, k, dimensions, offset, global, local, n, wait, event))
STATUS(clEnqueueReadBuffer,
       (cl_command_queue q, cl_mem m, cl_bool block, size_t offset, size_t size, void *to, cl_uint n,
        const cl_event *wait, cl_event *event),
       (q, m, block, offset, size, to, n, wait, event))
STATUS(clEnqueueWriteBuffer,
       (cl_command_queue q, cl_mem m, cl_bool block, size_t offset, size_t size, const void *from, cl_uint n,
        const cl_event *wait, cl_event *event),
       (q, m, block, offset, size, from, n, wait, event))
STATUS(clEnqueueReadBufferRect,
       (cl_command_queue q, cl_mem m, cl_bool block, const size_t *at, const size_t *host_at,
        const size_t *size, size_t row, size_t slice, size_t host_row, size_t host_slice, void *to, cl_uint n,
        const cl_event *wait, cl_event *event),
       (q, m, block, at, host_at, size, row, slice, host_row, host_slice, to, n, wait, event))
STATUS(clEnqueueWriteBufferRect,
       (cl_command_queue q, cl_mem m, cl_bool block, const size_t *at, const size_t *host_at,
        const size_t *size, size_t row, size_t slice, size_t host_row, size_t host_slice, const void *from,
        cl_uint n, const cl_event *wait, cl_event *event),
       (q, m, block, at, host_at, size, row, slice, host_row, host_slice, from, n, wait, event))
STATUS(clEnqueueFillBuffer,
       (cl_command_queue q, cl_mem m, const void *pattern, size_t pattern_size, size_t offset, size_t size,
        cl_uint n, const cl_event *wait, cl_event *event),
       (q, m, pattern, pattern_size, offset, size, n, wait, event))
STATUS(clEnqueueMarkerWithWaitList, (cl_command_queue q, cl_uint n, const cl_event *wait, cl_event *event),
       (q, n, wait, event))
STATUS(clWaitForEvents, (cl_uint n, const cl_event *events), (n, events))
STATUS(clReleaseEvent, (cl_event e), (e))
FORWARD(void *, clGetExtensionFunctionAddressForPlatform, (cl_platform_id p, const char *name), (p, name),
        NULL)
