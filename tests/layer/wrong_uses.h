// Tests of the layer: OpenCL uses a shared buffer while it may not, and ends it while it may not.
#ifndef TESTS_LAYER_WRONG_USES_H
#define TESTS_LAYER_WRONG_USES_H

#include "session.h"

// ---- Using a buffer wrongly -------------------------------------------------------------------

static void kernels_use_acquired_buffers(void **state) {
    session *s = session_of(state);
    BREAKS(launch(s, s->twice), CL_INVALID_GL_OBJECT, "argument 0 is buffer");
    OK(clSetKernelArg(s->sum, 1, sizeof s->shared, &s->shared));
    OK(clSetKernelArg(s->sum, 0, sizeof s->plain, &s->plain));
    BREAKS(launch(s, s->sum), CL_INVALID_GL_OBJECT, "argument 1 is buffer");
    BREAKS(clEnqueueTask(s->queue, s->twice, 0, NULL, NULL), CL_INVALID_GL_OBJECT, "which is not acquired");
    OK(acquire(s));
    OK(launch(s, s->twice));
    OK(clEnqueueTask(s->queue, s->twice, 0, NULL, NULL));
    OK(launch(s, s->sum));
    OK(release(s));
    BREAKS(launch(s, s->twice), CL_INVALID_GL_OBJECT, "which is not acquired");
    OK(clFinish(s->queue));
    BREAKS(launch(s, s->twice), CL_INVALID_GL_OBJECT, "which is not acquired");
    OK(clSetKernelArg(s->twice, 0, sizeof s->plain, &s->plain));
    OK(launch(s, s->twice));
    QUIET();
}

static void clones_and_siblings_of_kernels_are_followed(void **state) {
    session *s = session_of(state);
    cl_kernel all[2];
    cl_uint count = 0;
    cl_int code;
    OK(clCreateKernelsInProgram(s->program, 2, all, &count));
    assert_int_equal(count, 2);
    cl_kernel clone = clCloneKernel(s->twice, &code);
    OK(code);
    BREAKS(launch(s, clone), CL_INVALID_GL_OBJECT, "argument 0 is buffer");
    OK(clSetKernelArg(clone, 0, sizeof s->plain, &s->plain));
    OK(launch(s, clone));
    BREAKS(launch(s, s->twice), CL_INVALID_GL_OBJECT, "argument 0 is buffer");
    clReleaseKernel(clone);
    for (int i = 0; i < 2; i++) clReleaseKernel(all[i]);
}

enum { KERNELS = 40 };

// Kernels with the shared buffer as their second argument, gone again.
static void make_and_release_kernels(session *s) {
    cl_kernel kernels[KERNELS];
    for (int i = 0; i < KERNELS; i++) {
        cl_int code;
        kernels[i] = clCreateKernel(s->program, "sum", &code);
        OK(clSetKernelArg(kernels[i], 1, sizeof s->shared, &s->shared));
    }
    for (int i = 0; i < KERNELS; i++) OK(clReleaseKernel(kernels[i]));
}

static void launch_and_release(session *s, cl_kernel kernels[KERNELS]) {
    for (int i = 0; i < KERNELS; i++) {
        cl_uint arguments;
        OK(clGetKernelInfo(kernels[i], CL_KERNEL_NUM_ARGS, sizeof arguments, &arguments, NULL));
        OK(clSetKernelArg(kernels[i], 0, sizeof s->plain, &s->plain));
        if (arguments == 1) OK(launch(s, kernels[i]));
    }
    OK(clFinish(s->queue));
    for (int i = 0; i < KERNELS; i++) OK(clReleaseKernel(kernels[i]));
}

// Some of the new kernels have the addresses of those that are gone, and one argument.
static void new_kernels_have_no_arguments(void **state) {
    session *s = session_of(state);
    cl_kernel kernels[KERNELS];
    cl_int code;
    make_and_release_kernels(s);
    for (int i = 0; i < KERNELS; i++) kernels[i] = clCreateKernel(s->program, "twice", &code);
    launch_and_release(s, kernels);
    make_and_release_kernels(s);
    for (int i = 0; i < KERNELS; i += 2) OK(clCreateKernelsInProgram(s->program, 2, kernels + i, NULL));
    launch_and_release(s, kernels);
    QUIET();
}

static void kernels_forget_what_is_gone(void **state) {
    session *s = session_of(state);
    OK(clReleaseMemObject(s->shared));
    s->shared = NULL;
    BREAKS(launch(s, s->twice), CL_INVALID_GL_OBJECT, "argument 0 is a shared buffer that is gone");
    OK(clSetKernelArg(s->twice, 0, sizeof s->plain, &s->plain));
    OK(launch(s, s->twice));
    OK(clFinish(s->queue));
    QUIET();
}

static cl_int map(session *s) {
    cl_int code;
    clEnqueueMapBuffer(s->queue, s->shared, CL_TRUE, CL_MAP_READ, 0, 4, 0, NULL, NULL, &code);
    return code;
}

static void commands_use_acquired_buffers(void **state) {
    session *s = session_of(state);
    cl_command_queue q = s->queue;
    cl_mem m = s->shared, plain = s->plain;
    uint32_t word = 0;
    const size_t zero[3] = {0}, region[3] = {4, 1, 1};
#define REFUSED(call) BREAKS(call, CL_INVALID_GL_OBJECT, "is not acquired")
    REFUSED(clEnqueueReadBuffer(q, m, CL_TRUE, 0, 4, &word, 0, NULL, NULL));
    REFUSED(clEnqueueWriteBuffer(q, m, CL_TRUE, 0, 4, &word, 0, NULL, NULL));
    REFUSED(clEnqueueFillBuffer(q, m, &word, 4, 0, 4, 0, NULL, NULL));
    REFUSED(clEnqueueCopyBuffer(q, m, plain, 0, 0, 4, 0, NULL, NULL));
    REFUSED(clEnqueueCopyBuffer(q, plain, m, 0, 0, 4, 0, NULL, NULL));
    REFUSED(clEnqueueReadBufferRect(q, m, CL_TRUE, zero, zero, region, 0, 0, 0, 0, &word, 0, NULL, NULL));
    REFUSED(clEnqueueWriteBufferRect(q, m, CL_TRUE, zero, zero, region, 0, 0, 0, 0, &word, 0, NULL, NULL));
    REFUSED(clEnqueueCopyBufferRect(q, m, plain, zero, zero, region, 0, 0, 0, 0, 0, NULL, NULL));
    REFUSED(clEnqueueCopyBufferRect(q, plain, m, zero, zero, region, 0, 0, 0, 0, 0, NULL, NULL));
    REFUSED(map(s));
#undef REFUSED
    OK(clEnqueueFillBuffer(q, plain, &word, 4, 0, 4, 0, NULL, NULL));
    OK(clEnqueueCopyBuffer(q, plain, plain, 0, 8, 4, 0, NULL, NULL));
    OK(clFinish(q));
    QUIET();
}

static void shared_buffers_have_no_parts(void **state) {
    session *s = session_of(state);
    const cl_buffer_region region = {0, 128};
    cl_int code;
    assert_null(
        clCreateSubBuffer(s->shared, CL_MEM_READ_WRITE, CL_BUFFER_CREATE_TYPE_REGION, &region, &code));
    BREAKS(code, CL_INVALID_MEM_OBJECT, "clCreateSubBuffer: of buffer");
    cl_mem part =
        clCreateSubBuffer(s->plain, CL_MEM_READ_WRITE, CL_BUFFER_CREATE_TYPE_REGION, &region, &code);
    OK(code);
    clReleaseMemObject(part);
}

// ---- Ending objects wrongly -------------------------------------------------------------------

static void buffers_end_with_opengl(void **state) {
    session *s = session_of(state);
    cl_int code;
    cl_mem first = clCreateFromGLBuffer(s->context, CL_MEM_READ_WRITE, s->name, &code);
    OK(code);
    OK(clRetainMemObject(s->shared));
    OK(acquire(s));
    OK(clReleaseMemObject(s->shared)); // one reference is left
    BREAKS(clReleaseMemObject(s->shared), CL_INVALID_OPERATION, "is acquired");
    s->shared = first;
    OK(acquire(s));
    OK(release(s));
    BREAKS(clReleaseMemObject(s->shared), CL_INVALID_OPERATION, "nobody has waited for the release");
    s->shared = NULL;
    OK(clFinish(s->queue));
    QUIET();
}

#endif
