// An OpenCL layer (OPENCL_LAYERS) through which a device has faults. After OPENCL_FAULT_AFTER launches of
// kernels, which go through, every further one fails as on a GPU whose driver has given it up; with
// OPENCL_FAULT_WRONG, one bit of what is read of several rows is wrong; with OPENCL_FAULT_SLOW each launch
// takes so many milliseconds.
#define CL_TARGET_OPENCL_VERSION 300
#include <CL/cl_layer.h>

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define EXPORT __attribute__((visibility("default")))

static cl_icd_dispatch next; // the driver, or the layer below
static atomic_ulong launches;
static unsigned long after, slow;
static int wrong;

static cl_int CL_API_CALL enqueue_kernel(cl_command_queue queue, cl_kernel kernel, cl_uint dimensions,
                                         const size_t *offset, const size_t *global, const size_t *local,
                                         cl_uint wait_count, const cl_event *wait, cl_event *event) {
    if (atomic_fetch_add(&launches, 1) >= after) return CL_OUT_OF_RESOURCES;
    if (slow) nanosleep(&(struct timespec){(time_t)(slow / 1000), (long)(slow % 1000 * 1000000)}, NULL);
    return next.clEnqueueNDRangeKernel(queue, kernel, dimensions, offset, global, local, wait_count, wait,
                                       event);
}

static cl_int CL_API_CALL read_rows(cl_command_queue queue, cl_mem buffer, cl_bool blocking,
                                    const size_t *buffer_origin, const size_t *host_origin,
                                    const size_t *region, size_t buffer_row, size_t buffer_slice,
                                    size_t host_row, size_t host_slice, void *to, cl_uint wait_count,
                                    const cl_event *wait, cl_event *event) {
    const cl_int code =
        next.clEnqueueReadBufferRect(queue, buffer, blocking, buffer_origin, host_origin, region, buffer_row,
                                     buffer_slice, host_row, host_slice, to, wait_count, wait, event);
    if (wrong && !code && blocking) *(unsigned char *)to ^= 1;
    return code;
}

static const cl_icd_dispatch functions = {.clEnqueueNDRangeKernel = enqueue_kernel,
                                          .clEnqueueReadBufferRect = read_rows};

static cl_int answer(const void *value, size_t size, size_t room, void *out, size_t *size_out) {
    if (out && room < size) return CL_INVALID_VALUE;
    if (out) memcpy(out, value, size);
    if (size_out) *size_out = size;
    return CL_SUCCESS;
}

EXPORT CL_API_ENTRY cl_int CL_API_CALL clGetLayerInfo(cl_layer_info name, size_t room, void *out,
                                                      size_t *size_out) {
    static const cl_layer_api_version version = CL_LAYER_API_VERSION_100;
    static const char layer[] = "devices that are lost";
    switch (name) {
    case CL_LAYER_API_VERSION: return answer(&version, sizeof version, room, out, size_out);
    case CL_LAYER_NAME: return answer(layer, sizeof layer, room, out, size_out);
    }
    return CL_INVALID_VALUE;
}

// A loader fills the entries that are NULL from the driver's; its table may be shorter than ours.
EXPORT CL_API_ENTRY cl_int CL_API_CALL clInitLayer(cl_uint count, const cl_icd_dispatch *target,
                                                   cl_uint *count_out, const cl_icd_dispatch **out) {
    if (!target || !count_out || !out) return CL_INVALID_VALUE;
    const cl_uint ours = sizeof functions / sizeof(void (*)(void));
    *count_out = count < ours ? count : ours;
    memcpy(&next, target, *count_out * sizeof(void (*)(void)));
    *out = &functions;
    const char *text = getenv("OPENCL_FAULT_AFTER");
    const char *pause = getenv("OPENCL_FAULT_SLOW");
    after = text ? strtoul(text, NULL, 10) : -1ul;
    slow = pause ? strtoul(pause, NULL, 10) : 0;
    wrong = getenv("OPENCL_FAULT_WRONG") != NULL;
    return CL_SUCCESS;
}

// What loaders newer than Debian 12's look for first, as in gl_sharing.c.
typedef cl_ulong layer_property;
EXPORT cl_int CL_API_CALL clInitLayerWithProperties(cl_uint count, const cl_icd_dispatch *target,
                                                    cl_uint *count_out, const cl_icd_dispatch **out,
                                                    const layer_property *properties);
EXPORT cl_int CL_API_CALL clInitLayerWithProperties(cl_uint count, const cl_icd_dispatch *target,
                                                    cl_uint *count_out, const cl_icd_dispatch **out,
                                                    const layer_property *properties) {
    (void)properties;
    return clInitLayer(count, target, count_out, out);
}
