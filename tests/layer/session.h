// What the tests of the layer, and the processes they start, have in common: the log, and a context that
// shares a buffer with OpenGL.
#ifndef TESTS_LAYER_SESSION_H
#define TESTS_LAYER_SESSION_H

#include "headless.h"

#define CL_TARGET_OPENCL_VERSION 300
#define CL_USE_DEPRECATED_OPENCL_1_1_APIS
#define CL_USE_DEPRECATED_OPENCL_1_2_APIS
#include <CL/cl.h>
#include <CL/cl_gl.h>

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define FLOATS 1000
#define BYTES (FLOATS * sizeof(float) + 2) // a store need not be whole floats

static headless window; // there is none, but a program would have one
static cl_platform_id platform;
static cl_device_id device;

static const char *const source = "kernel void twice(global float *x) { x[get_global_id(0)] *= 2; }\n"
                                  "kernel void sum(global float *x, const global float *y)\n"
                                  "{ x[get_global_id(0)] += y[get_global_id(0)]; }\n";

static bool find_device(void) {
    cl_platform_id platforms[64];
    cl_uint count = 0;
    if (clGetPlatformIDs(64, platforms, &count)) return false;
    for (cl_uint i = 0; i < count && i < 64; i++) {
        platform = platforms[i];
        if (!clGetDeviceIDs(platform, CL_DEVICE_TYPE_CPU, 1, &device, NULL)) return true;
    }
    return false;
}

// ---- The log ----------------------------------------------------------------------------------

// What a log says from a place on, which becomes its end. Static.
static const char *log_read(const char *path, long *from) {
    static char text[4096];
    text[0] = 0;
    FILE *f = fopen(path, "r");
    if (!f) return text;
    fseek(f, *from, SEEK_SET);
    text[fread(text, 1, sizeof text - 1, f)] = 0;
    *from = ftell(f);
    fclose(f);
    return text;
}

// What this process has logged since the last call.
static const char *log_new(void) {
    static long seen;
    return log_read(getenv("GL_SHARING_LOG"), &seen);
}

static void check_quiet(const char *file, int line) {
    const char *text = log_new();
    if (!*text) return;
    print_error("logged: %s", text);
    _fail(file, line);
}

static void check_broken(cl_int found, cl_int expected, const char *part, const char *file, int line) {
    const char *text = log_new(), *end = strchr(text, '\n');
    const bool one = strncmp(text, "violation: ", 11) == 0 && end && !end[1];
    if (found == expected && one && strstr(text, part)) return;
    print_error("returned %d, not %d; logged \"%s\", not one \"%s\"\n", found, expected, text, part);
    _fail(file, line);
}

#define QUIET() check_quiet(__FILE__, __LINE__)
#define OK(call) assert_int_equal(call, CL_SUCCESS)
#define BREAKS(call, code, part) check_broken(call, code, part, __FILE__, __LINE__)

// ---- A session --------------------------------------------------------------------------------

// A context that shares with the window's OpenGL context, and a buffer of both.
typedef struct session {
    cl_context context;
    cl_command_queue queue;
    cl_program program;
    cl_kernel twice, sum;
    GLuint name;
    cl_mem shared, plain;
} session;

static clGetGLContextInfoKHR_fn find_info(void) {
    void *found = clGetExtensionFunctionAddressForPlatform(platform, "clGetGLContextInfoKHR");
    clGetGLContextInfoKHR_fn function;
    memcpy(&function, &found, sizeof function);
    return function;
}

typedef struct properties {
    cl_context_properties list[8];
} properties;

static properties sharing_properties(const headless *h, int context) {
    return (properties){{CL_GL_CONTEXT_KHR, (cl_context_properties)h->contexts[context],
                         h->glx ? CL_GLX_DISPLAY_KHR : CL_EGL_DISPLAY_KHR, (cl_context_properties)h->display,
                         CL_CONTEXT_PLATFORM, (cl_context_properties)platform, 0}};
}

static cl_int ask(const properties *p) {
    cl_device_id named;
    return find_info()(p->list, CL_CURRENT_DEVICE_FOR_GL_CONTEXT_KHR, sizeof named, &named, NULL);
}

static cl_int create_code(const properties *p, bool from_type) {
    cl_int code;
    cl_context context = from_type ? clCreateContextFromType(p->list, CL_DEVICE_TYPE_ALL, NULL, NULL, &code)
                                   : clCreateContext(p->list, 1, &device, NULL, NULL, &code);
    if (context) clReleaseContext(context);
    return code;
}

static cl_context open_sharing(const properties *p, cl_int *code) {
    *code = ask(p);
    return *code ? NULL : clCreateContext(p->list, 1, &device, NULL, NULL, code);
}

static GLuint make_store(size_t size, const void *data) {
    GLuint name;
    gl.GenBuffers(1, &name);
    gl.BindBuffer(GL_PIXEL_UNPACK_BUFFER, name);
    gl.BufferData(GL_PIXEL_UNPACK_BUFFER, (GLsizeiptr)size, data, GL_STREAM_DRAW);
    return name;
}

static void fill(float values[FLOATS], float factor) {
    for (int i = 0; i < FLOATS; i++) values[i] = factor * (float)(i - 100);
}

static cl_int build(session *s) {
    cl_int code;
    s->program = clCreateProgramWithSource(s->context, 1, (const char **)&source, NULL, &code);
    if (!code) code = clBuildProgram(s->program, 1, &device, "", NULL, NULL);
    if (!code) s->twice = clCreateKernel(s->program, "twice", &code);
    if (!code) s->sum = clCreateKernel(s->program, "sum", &code);
    return code;
}

static cl_int session_open(session *s) {
    *s = (session){0};
    const properties p = sharing_properties(&window, 0);
    float values[FLOATS + 1] = {0};
    fill(values, 1);
    cl_int code;
    s->context = open_sharing(&p, &code);
    if (!code) s->queue = clCreateCommandQueue(s->context, device, 0, &code);
    if (!code) code = build(s);
    if (code) return code;
    s->name = make_store(BYTES, values);
    s->shared = clCreateFromGLBuffer(s->context, CL_MEM_READ_WRITE, s->name, &code);
    if (!code) code = clSetKernelArg(s->twice, 0, sizeof s->shared, &s->shared);
    if (!code) s->plain = clCreateBuffer(s->context, CL_MEM_READ_WRITE, BYTES, NULL, &code);
    gl.Finish();
    return code;
}

static void session_close(session *s) {
    if (s->plain) clReleaseMemObject(s->plain);
    if (s->shared) clReleaseMemObject(s->shared);
    if (s->name) gl.DeleteBuffers(1, &s->name);
    if (s->twice) clReleaseKernel(s->twice);
    if (s->sum) clReleaseKernel(s->sum);
    if (s->program) clReleaseProgram(s->program);
    if (s->queue) clReleaseCommandQueue(s->queue);
    if (s->context) clReleaseContext(s->context);
}

static cl_int acquire(session *s) {
    gl.Finish();
    return clEnqueueAcquireGLObjects(s->queue, 1, &s->shared, 0, NULL, NULL);
}

static cl_int release(session *s) {
    return clEnqueueReleaseGLObjects(s->queue, 1, &s->shared, 0, NULL, NULL);
}

static cl_int launch(session *s, cl_kernel kernel) {
    const size_t size = FLOATS;
    return clEnqueueNDRangeKernel(s->queue, kernel, 1, NULL, &size, NULL, 0, NULL, NULL);
}

#define POISON NAN

// Whether OpenGL finds factor × what was there first, or the poison.
static bool gl_finds(const session *s, float factor) {
    float found[FLOATS + 1], expected[FLOATS + 1] = {0};
    gl.BindBuffer(GL_PIXEL_UNPACK_BUFFER, s->name);
    gl.GetBufferSubData(GL_PIXEL_UNPACK_BUFFER, 0, BYTES, found);
    fill(expected, factor);
    for (int i = 0; isnan(factor) && i <= FLOATS; i++) memcpy(&expected[i], &(uint32_t){0x7FC00BAD}, 4);
    return memcmp(found, expected, BYTES) == 0;
}

// ---- A test with a session --------------------------------------------------------------------

static char why_not[128]; // this machine cannot run the tests; "" if it can

static int open_all(void **state) {
    (void)state;
    const char *missing = headless_open_egl(&window);
    if (missing) snprintf(why_not, sizeof why_not, "this machine lacks %s", missing);
    if (!find_device()) snprintf(why_not, sizeof why_not, "this machine lacks an OpenCL device on its CPU");
    if (!*why_not) print_message("  OpenGL: %s\n", (const char *)gl.GetString(GL_RENDERER));
    return 0;
}

static int close_all(void **state) {
    (void)state;
    headless_close_egl(&window);
    return 0;
}

static int open_session(void **state) {
    static session s;
    *state = &s;
    if (*why_not) return 0;
    log_new();
    const cl_int code = session_open(&s);
    if (code) print_error("session: %d\n", code);
    return code;
}

static int close_session(void **state) {
    if (*why_not) return 0;
    session_close(*state);
    const GLenum error = gl.GetError();
    if (error) print_error("OpenGL error %x\n", error);
    return error != 0;
}

static session *session_of(void **state) {
    if (!*why_not) return *state;
    print_message("  skipped: %s\n", why_not);
    skip();
    return NULL;
}

#endif
