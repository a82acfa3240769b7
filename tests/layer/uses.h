// OpenCL uses shared buffers, in kernels and in commands on buffers: only while they are acquired.
#ifndef TESTS_LAYER_USES_H
#define TESTS_LAYER_USES_H

#include "ledger.h"

// ---- Kernels ----------------------------------------------------------------------------------

static cl_kernel CL_API_CALL create_kernel(cl_program program, const char *name, cl_int *code_out) {
    cl_kernel kernel = next.clCreateKernel(program, name, code_out);
    pthread_mutex_lock(&lock);
    argument_forget(kernel, ALL_ARGUMENTS);
    pthread_mutex_unlock(&lock);
    return kernel;
}

static cl_int CL_API_CALL create_kernels(cl_program program, cl_uint room, cl_kernel *kernels,
                                         cl_uint *count) {
    cl_uint made = 0;
    const cl_int code = next.clCreateKernelsInProgram(program, room, kernels, &made);
    pthread_mutex_lock(&lock);
    for (cl_uint i = 0; !code && kernels && i < made; i++) argument_forget(kernels[i], ALL_ARGUMENTS);
    pthread_mutex_unlock(&lock);
    if (count) *count = made;
    return code;
}

static cl_kernel CL_API_CALL clone_kernel(cl_kernel kernel, cl_int *code_out) {
    if (!next.clCloneKernel) return none(CL_INVALID_OPERATION, code_out);
    cl_kernel clone = next.clCloneKernel(kernel, code_out);
    pthread_mutex_lock(&lock);
    argument_forget(clone, ALL_ARGUMENTS);
    for (const argument *a = arguments; clone && a; a = a->next)
        if (a->kernel == kernel) argument_add(clone, a->index, a->object);
    pthread_mutex_unlock(&lock);
    return clone;
}

static cl_int CL_API_CALL set_kernel_arg(cl_kernel kernel, cl_uint index, size_t size, const void *value) {
    const cl_int code = next.clSetKernelArg(kernel, index, size, value);
    if (code) return code;
    cl_mem mem = NULL;
    if (value && size == sizeof mem) memcpy(&mem, value, sizeof mem);
    pthread_mutex_lock(&lock);
    argument_forget(kernel, index);
    const object *o = mem ? object_find(mem) : NULL;
    if (o) argument_add(kernel, index, o);
    pthread_mutex_unlock(&lock);
    return CL_SUCCESS;
}

static cl_int check_argument(const argument *a) {
    if (!a->object)
        return violation(CL_INVALID_GL_OBJECT, "a kernel's argument %u is a shared buffer that is gone",
                         a->index);
    if (a->object->owner != OWNER_CL)
        return violation(CL_INVALID_GL_OBJECT, "a kernel's argument %u is buffer %u, which is not acquired",
                         a->index, a->object->name);
    return CL_SUCCESS;
}

static cl_int check_kernel(cl_kernel kernel) {
    cl_int code = CL_SUCCESS;
    bool shares = false;
    pthread_mutex_lock(&lock);
    for (const argument *a = arguments; !code && a; a = a->next) {
        if (a->kernel != kernel) continue;
        code = check_argument(a);
        shares = true;
    }
    if (shares && !code) ledger.kernels++;
    pthread_mutex_unlock(&lock);
    return code;
}

static cl_int CL_API_CALL enqueue_kernel(cl_command_queue queue, cl_kernel kernel, cl_uint dimensions,
                                         const size_t *offset, const size_t *global, const size_t *local,
                                         cl_uint wait_count, const cl_event *wait, cl_event *event) {
    const cl_int code = check_kernel(kernel);
    return code ? code
                : next.clEnqueueNDRangeKernel(queue, kernel, dimensions, offset, global, local, wait_count,
                                              wait, event);
}

static cl_int CL_API_CALL enqueue_task(cl_command_queue queue, cl_kernel kernel, cl_uint wait_count,
                                       const cl_event *wait, cl_event *event) {
    const cl_int code = check_kernel(kernel);
    return code ? code : next.clEnqueueTask(queue, kernel, wait_count, wait, event);
}

// ---- Commands on buffers ----------------------------------------------------------------------

static cl_int check_buffer(const char *call, cl_mem mem) {
    cl_int code = CL_SUCCESS;
    pthread_mutex_lock(&lock);
    const object *o = object_find(mem);
    if (o && o->owner != OWNER_CL)
        code = violation(CL_INVALID_GL_OBJECT, "%s: buffer %u is not acquired", call, o->name);
    pthread_mutex_unlock(&lock);
    return code;
}

static cl_int check_buffers(const char *call, cl_mem from, cl_mem to) {
    const cl_int code = check_buffer(call, from);
    return code ? code : check_buffer(call, to);
}

static cl_int CL_API_CALL enqueue_read(cl_command_queue queue, cl_mem mem, cl_bool blocking, size_t offset,
                                       size_t size, void *out, cl_uint wait_count, const cl_event *wait,
                                       cl_event *event) {
    const cl_int code = check_buffer("clEnqueueReadBuffer", mem);
    return code ? code
                : next.clEnqueueReadBuffer(queue, mem, blocking, offset, size, out, wait_count, wait, event);
}

static cl_int CL_API_CALL enqueue_write(cl_command_queue queue, cl_mem mem, cl_bool blocking, size_t offset,
                                        size_t size, const void *in, cl_uint wait_count, const cl_event *wait,
                                        cl_event *event) {
    const cl_int code = check_buffer("clEnqueueWriteBuffer", mem);
    return code ? code
                : next.clEnqueueWriteBuffer(queue, mem, blocking, offset, size, in, wait_count, wait, event);
}

static cl_int CL_API_CALL enqueue_copy(cl_command_queue queue, cl_mem from, cl_mem to, size_t from_offset,
                                       size_t to_offset, size_t size, cl_uint wait_count,
                                       const cl_event *wait, cl_event *event) {
    const cl_int code = check_buffers("clEnqueueCopyBuffer", from, to);
    return code ? code
                : next.clEnqueueCopyBuffer(queue, from, to, from_offset, to_offset, size, wait_count, wait,
                                           event);
}

static cl_int CL_API_CALL enqueue_fill(cl_command_queue queue, cl_mem mem, const void *pattern,
                                       size_t pattern_size, size_t offset, size_t size, cl_uint wait_count,
                                       const cl_event *wait, cl_event *event) {
    const cl_int code = check_buffer("clEnqueueFillBuffer", mem);
    return code ? code
                : next.clEnqueueFillBuffer(queue, mem, pattern, pattern_size, offset, size, wait_count, wait,
                                           event);
}

static void *CL_API_CALL enqueue_map(cl_command_queue queue, cl_mem mem, cl_bool blocking, cl_map_flags flags,
                                     size_t offset, size_t size, cl_uint wait_count, const cl_event *wait,
                                     cl_event *event, cl_int *code_out) {
    const cl_int code = check_buffer("clEnqueueMapBuffer", mem);
    return code ? none(code, code_out)
                : next.clEnqueueMapBuffer(queue, mem, blocking, flags, offset, size, wait_count, wait, event,
                                          code_out);
}

static cl_int CL_API_CALL enqueue_read_rect(cl_command_queue queue, cl_mem mem, cl_bool blocking,
                                            const size_t *offset, const size_t *host_offset,
                                            const size_t *region, size_t row, size_t slice, size_t host_row,
                                            size_t host_slice, void *out, cl_uint wait_count,
                                            const cl_event *wait, cl_event *event) {
    const cl_int code = check_buffer("clEnqueueReadBufferRect", mem);
    return code ? code
                : next.clEnqueueReadBufferRect(queue, mem, blocking, offset, host_offset, region, row, slice,
                                               host_row, host_slice, out, wait_count, wait, event);
}

static cl_int CL_API_CALL enqueue_write_rect(cl_command_queue queue, cl_mem mem, cl_bool blocking,
                                             const size_t *offset, const size_t *host_offset,
                                             const size_t *region, size_t row, size_t slice, size_t host_row,
                                             size_t host_slice, const void *in, cl_uint wait_count,
                                             const cl_event *wait, cl_event *event) {
    const cl_int code = check_buffer("clEnqueueWriteBufferRect", mem);
    return code ? code
                : next.clEnqueueWriteBufferRect(queue, mem, blocking, offset, host_offset, region, row, slice,
                                                host_row, host_slice, in, wait_count, wait, event);
}

static cl_int CL_API_CALL enqueue_copy_rect(cl_command_queue queue, cl_mem from, cl_mem to,
                                            const size_t *from_offset, const size_t *to_offset,
                                            const size_t *region, size_t from_row, size_t from_slice,
                                            size_t to_row, size_t to_slice, cl_uint wait_count,
                                            const cl_event *wait, cl_event *event) {
    const cl_int code = check_buffers("clEnqueueCopyBufferRect", from, to);
    return code ? code
                : next.clEnqueueCopyBufferRect(queue, from, to, from_offset, to_offset, region, from_row,
                                               from_slice, to_row, to_slice, wait_count, wait, event);
}

// A part of a shared buffer would be used past every check.
static cl_mem CL_API_CALL create_sub_buffer(cl_mem mem, cl_mem_flags flags, cl_buffer_create_type type,
                                            const void *region, cl_int *code_out) {
    cl_int code = CL_SUCCESS;
    pthread_mutex_lock(&lock);
    const object *o = object_find(mem);
    if (o)
        code = violation(CL_INVALID_MEM_OBJECT, "clCreateSubBuffer: of buffer %u, which is shared", o->name);
    pthread_mutex_unlock(&lock);
    return code ? none(code, code_out) : next.clCreateSubBuffer(mem, flags, type, region, code_out);
}

#endif
