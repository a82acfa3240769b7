// Finding and opening OpenCL devices, and building programs for them.
#include "../../base/error.h"
#include "../building.h"
#include "opencl.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The files of kernels/, embedded by the build as texts that end in 0.
extern const unsigned char ohm_kernels_crossbar[], ohm_kernels_read[], ohm_kernels_readout[],
    ohm_kernels_readout_exact[], ohm_kernels_network[], ohm_kernels_pulses[], ohm_kernels_view[],
    ohm_kernels_ceilings[];

const kernel_file kernel_file_crossbar = {"crossbar.cl", (const char *)ohm_kernels_crossbar};
const kernel_file kernel_file_read = {"read.cl", (const char *)ohm_kernels_read};
const kernel_file kernel_file_readout = {"readout.cl", (const char *)ohm_kernels_readout};
const kernel_file kernel_file_readout_exact = {"readout_exact.cl", (const char *)ohm_kernels_readout_exact};
const kernel_file kernel_file_network = {"network.cl", (const char *)ohm_kernels_network};
const kernel_file kernel_file_pulses = {"pulses.cl", (const char *)ohm_kernels_pulses};
const kernel_file kernel_file_view = {"view.cl", (const char *)ohm_kernels_view};
const kernel_file kernel_file_ceilings = {"ceilings.cl", (const char *)ohm_kernels_ceilings};

static const char *code_name(cl_int code) {
#define NAME(n)                                                                                              \
    case n: return #n
    switch (code) {
        NAME(CL_DEVICE_NOT_FOUND);
        NAME(CL_DEVICE_NOT_AVAILABLE);
        NAME(CL_COMPILER_NOT_AVAILABLE);
        NAME(CL_MEM_OBJECT_ALLOCATION_FAILURE);
        NAME(CL_OUT_OF_RESOURCES);
        NAME(CL_OUT_OF_HOST_MEMORY);
        NAME(CL_BUILD_PROGRAM_FAILURE);
        NAME(CL_EXEC_STATUS_ERROR_FOR_EVENTS_IN_WAIT_LIST);
        NAME(CL_INVALID_VALUE);
        NAME(CL_INVALID_PLATFORM);
        NAME(CL_INVALID_DEVICE);
        NAME(CL_INVALID_CONTEXT);
        NAME(CL_INVALID_COMMAND_QUEUE);
        NAME(CL_INVALID_MEM_OBJECT);
        NAME(CL_INVALID_BUILD_OPTIONS);
        NAME(CL_INVALID_PROGRAM);
        NAME(CL_INVALID_PROGRAM_EXECUTABLE);
        NAME(CL_INVALID_KERNEL_NAME);
        NAME(CL_INVALID_KERNEL);
        NAME(CL_INVALID_ARG_INDEX);
        NAME(CL_INVALID_ARG_VALUE);
        NAME(CL_INVALID_ARG_SIZE);
        NAME(CL_INVALID_KERNEL_ARGS);
        NAME(CL_INVALID_WORK_GROUP_SIZE);
        NAME(CL_INVALID_WORK_ITEM_SIZE);
        NAME(CL_INVALID_GLOBAL_WORK_SIZE);
        NAME(CL_INVALID_BUFFER_SIZE);
        NAME(CL_INVALID_EVENT);
        NAME(CL_INVALID_OPERATION);
    case -1000: return "CL_INVALID_GL_SHAREGROUP_REFERENCE_KHR"; // cl_gl.h
    case -9999: return "an illegal read or write of a buffer";   // NVIDIA's own
    }
#undef NAME
    return "unknown error";
}

ohm_status opencl_failed(const char *call, cl_int code) {
    const bool memory = code == CL_MEM_OBJECT_ALLOCATION_FAILURE || code == CL_OUT_OF_HOST_MEMORY;
    return ohm_fail(memory ? OHM_OUT_OF_MEMORY : OHM_DEVICE_FAILED, "%s failed: %s (%d)", call,
                    code_name(code), code);
}

// ---- Finding ----------------------------------------------------------------------------------

static ohm_device_type type_of(cl_device_type type) {
    if (type & CL_DEVICE_TYPE_GPU) return OHM_DEVICE_GPU;
    if (type & CL_DEVICE_TYPE_CPU) return OHM_DEVICE_CPU;
    return OHM_DEVICE_OTHER;
}

// On a CPU the width of its vectors. GPUs and other devices have one lane in each work-item.
static unsigned lanes_of(cl_device_id id, ohm_device_type type) {
    cl_uint width = 1;
    clGetDeviceInfo(id, CL_DEVICE_NATIVE_VECTOR_WIDTH_FLOAT, sizeof width, &width, NULL);
    if (type != OHM_DEVICE_CPU) return 1;
    return width >= 16 ? 16 : width >= 8 ? 8 : width >= 4 ? 4 : 1;
}

static ohm_device_info info_of(cl_platform_id platform, cl_device_id id) {
    ohm_device_info info = {0};
    clGetPlatformInfo(platform, CL_PLATFORM_NAME, sizeof info.platform, info.platform, NULL);
    clGetDeviceInfo(id, CL_DEVICE_NAME, sizeof info.name, info.name, NULL);
    clGetDeviceInfo(id, CL_DRIVER_VERSION, sizeof info.driver, info.driver, NULL);
    cl_device_type type = 0;
    cl_uint units = 0;
    cl_ulong memory = 0, allocation = 0;
    cl_bool unified = CL_FALSE;
    clGetDeviceInfo(id, CL_DEVICE_TYPE, sizeof type, &type, NULL);
    clGetDeviceInfo(id, CL_DEVICE_MAX_COMPUTE_UNITS, sizeof units, &units, NULL);
    clGetDeviceInfo(id, CL_DEVICE_GLOBAL_MEM_SIZE, sizeof memory, &memory, NULL);
    clGetDeviceInfo(id, CL_DEVICE_MAX_MEM_ALLOC_SIZE, sizeof allocation, &allocation, NULL);
    clGetDeviceInfo(id, CL_DEVICE_HOST_UNIFIED_MEMORY, sizeof unified, &unified, NULL);
    info.type = type_of(type);
    // A CPU's memory is the host's. PoCL 3.1 reports less: 3.4 of 24 GiB on one machine, all of which it can
    // allocate.
    const uint64_t host = ohm_memory_available();
    if (info.type == OHM_DEVICE_CPU || (unified && host < memory)) memory = host;
    info.compute_units = units;
    info.lanes = lanes_of(id, info.type);
    info.memory = memory;
    info.max_allocation = allocation;
    return info;
}

void opencl_visit(opencl_visitor *visit, void *context) {
    cl_platform_id platforms[64];
    cl_uint platform_count = 0;
    if (clGetPlatformIDs(64, platforms, &platform_count) != CL_SUCCESS) return;
    for (cl_uint p = 0; p < platform_count && p < 64; p++) {
        cl_device_id ids[64];
        cl_uint count = 0;
        if (clGetDeviceIDs(platforms[p], CL_DEVICE_TYPE_ALL, 64, ids, &count) != CL_SUCCESS) continue;
        for (cl_uint d = 0; d < count && d < 64; d++) {
            ohm_device_info info = info_of(platforms[p], ids[d]);
            snprintf(info.id, sizeof info.id, "%u.%u", p, d);
            if (!visit(ids[d], &info, context)) return;
        }
    }
}

// Makes the context. If it cannot share with OpenGL as asked, the error is OHM_NO_DEVICE: the caller can go
// on without sharing.
static ohm_status create_context(opencl_device *d, const cl_context_properties *gl) {
    cl_context_properties properties[OPENCL_MAX_PROPERTIES];
    cl_int code;
    const ohm_status status = gl ? opencl_sharing_properties(d->id, gl, properties) : OHM_OK;
    if (status) return status;
    d->context = clCreateContext(gl ? properties : NULL, 1, &d->id, NULL, NULL, &code);
    if (d->context) return OHM_OK;
    opencl_failed("clCreateContext", code);
    return gl ? opencl_no_sharing("its driver failed to create a shared context: %s", ohm_error_message())
              : opencl_failed("clCreateContext", code);
}

ohm_status opencl_open(cl_device_id id, const ohm_device_info *info, const cl_context_properties *gl,
                       cl_command_queue_properties properties, opencl_device **device) {
    opencl_device *d = calloc(1, sizeof *d);
    if (!d) return ohm_fail_memory("a device");
    d->id = id;
    d->info = *info;
    ohm_status status = create_context(d, gl);
    if (!status) {
        cl_int code;
        d->queue = clCreateCommandQueue(d->context, id, properties, &code);
        if (!d->queue) status = opencl_failed("clCreateCommandQueue", code);
    }
    if (status) {
        opencl_close(d);
        return status;
    }
    *device = d;
    return OHM_OK;
}

ohm_device_info opencl_describe(cl_device_id id) {
    cl_platform_id platform = NULL;
    clGetDeviceInfo(id, CL_DEVICE_PLATFORM, sizeof platform, &platform, NULL);
    return info_of(platform, id);
}

// Whether a queue belongs to this context and device, and is in order.
static bool fits(cl_context context, cl_device_id id, cl_command_queue queue) {
    cl_context of = NULL;
    cl_device_id on = NULL;
    cl_command_queue_properties properties = 0;
    clGetCommandQueueInfo(queue, CL_QUEUE_CONTEXT, sizeof of, &of, NULL);
    clGetCommandQueueInfo(queue, CL_QUEUE_DEVICE, sizeof on, &on, NULL);
    clGetCommandQueueInfo(queue, CL_QUEUE_PROPERTIES, sizeof properties, &properties, NULL);
    return of == context && on == id && !(properties & CL_QUEUE_OUT_OF_ORDER_EXEC_MODE_ENABLE);
}

ohm_status opencl_adopt(cl_context context, cl_device_id id, cl_command_queue queue,
                        const ohm_device_info *info, opencl_device **device) {
    if (!context || !queue || !fits(context, id, queue))
        return ohm_fail(OHM_BAD_ARGUMENT, "the queue is not an in-order queue of %s in this context",
                        info->name);
    opencl_device *d = calloc(1, sizeof *d);
    if (!d) return ohm_fail_memory("a device");
    *d = (opencl_device){id, context, queue, *info};
    clRetainContext(context);
    clRetainCommandQueue(queue);
    *device = d;
    return OHM_OK;
}

void opencl_close(opencl_device *device) {
    if (!device) return;
    if (device->queue) clReleaseCommandQueue(device->queue);
    if (device->context) clReleaseContext(device->context);
    free(device);
}

// ---- Building ---------------------------------------------------------------------------------

void opencl_building(const opencl_device *device) {
    building_tell(device ? &device->info : NULL);
}

// PoCL caches what it has built in files, and trusts them even if they are damaged.
void opencl_building_hint(const ohm_device_info *device, char *text, size_t size) {
    const char *folder = getenv("POCL_CACHE_DIR");
    if (strcmp(device->platform, "Portable Computing Language") != 0)
        snprintf(text, size, "the native engine needs no OpenCL driver");
    else
        snprintf(text, size,
                 "PoCL's kernel cache may be damaged, full or read-only: remove %s, or set POCL_CACHE_DIR to "
                 "another folder; the native engine needs none",
                 folder && *folder ? folder : "~/.cache/pocl");
}

static ohm_status build_failed(const opencl_device *device, cl_program program, cl_int code) {
    size_t size = 0;
    clGetProgramBuildInfo(program, device->id, CL_PROGRAM_BUILD_LOG, 0, NULL, &size);
    char *log = calloc(1, size + 1);
    if (log) clGetProgramBuildInfo(program, device->id, CL_PROGRAM_BUILD_LOG, size, log, NULL);
    ohm_fail(OHM_BUILD_FAILED, "%s (%s) could not build the kernels: %s\n%s", device->info.name,
             device->info.id, code_name(code), log ? log : "");
    free(log);
    return OHM_BUILD_FAILED;
}

// Whether the build log names an error in the source.
static bool has_diagnostics(const opencl_device *device, cl_program program) {
    size_t size = 0;
    clGetProgramBuildInfo(program, device->id, CL_PROGRAM_BUILD_LOG, 0, NULL, &size);
    char *log = calloc(1, size + 1);
    if (log) clGetProgramBuildInfo(program, device->id, CL_PROGRAM_BUILD_LOG, size, log, NULL);
    const bool any = log && strstr(log, "error:");
    free(log);
    return any;
}

// A source that includes a file from the folder OHMSCAPE_KERNELS by its absolute path. Not every compiler
// takes an -I path with a space in it, and PoCL looks for relative paths elsewhere.
static ohm_status source_from_folder(const char *folder, const char *name, char *source, size_t size) {
    char whole[PATH_MAX];
    if (!realpath(folder, whole))
        return ohm_fail(OHM_BAD_ARGUMENT, "OHMSCAPE_KERNELS: %s: %s", folder, strerror(errno));
    snprintf(source, size, "#include \"%s/%s\"\n", whole, name);
    return OHM_OK;
}

ohm_status opencl_build(const opencl_device *device, const kernel_file *file, const char *options,
                        cl_program *program) {
    const char *folder = getenv("OHMSCAPE_KERNELS"), *source = file->source;
    char include[PATH_MAX + 64], all[512];
    if (folder && *folder) {
        const ohm_status status = source_from_folder(folder, file->name, include, sizeof include);
        if (status) return status;
        source = include;
    }
    // -w: where vectors are wider than the processor's, PoCL's compiler prints warnings about the ABI on
    // stderr, which concern no kernel.
    snprintf(all, sizeof all, "-cl-std=CL1.2 -w %s", options);
    cl_int code;
    cl_program p = clCreateProgramWithSource(device->context, 1, &source, NULL, &code);
    if (!p) return opencl_failed("clCreateProgramWithSource", code);
    code = clBuildProgram(p, 1, &device->id, all, NULL, NULL);
    // A failure without an error in the source may be a clash with another process in the compiler's cache.
    // Try once more.
    if (code && !has_diagnostics(device, p)) code = clBuildProgram(p, 1, &device->id, all, NULL, NULL);
    if (code) {
        const ohm_status status = build_failed(device, p, code);
        clReleaseProgram(p);
        return status;
    }
    *program = p;
    return OHM_OK;
}
