// Collects the probes: C at every lane width the processor can run, OpenCL devices at all four.
#include "probe.h"
#include "probe_lanes.h"

#include "../host/base/error.h"
#include "../host/engine/native/native.h"
#include "../host/engine/opencl/opencl.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_PROBES 64

// A device with the program of tests/probe.cl for one lane width.
typedef struct opencl_probe {
    opencl_device *device; // owned by the probe with 1 lane
    cl_program program;
} opencl_probe;

static probe probes[MAX_PROBES];
static size_t probe_count;

static void require(bool right, const char *what) {
    if (right) return;
    fprintf(stderr, "probe: %s: %s\n", what, ohm_error_message());
    abort();
}

// ---- OpenCL -----------------------------------------------------------------------------------

// What a kernel reads, if anything.
typedef struct input {
    const void *data;
    size_t bytes;
} input;

// A kernel, and what it runs on. Its arguments are the inputs, the output, and the selector, if that is not
// negative.
typedef struct probe_call {
    const char *name;
    size_t items; // work-items
    const input *in;
    cl_uint inputs;
    void *out;
    size_t out_bytes;
    cl_int selector;
} probe_call;

// Runs a kernel of the program. Its output is poisoned first and read afterwards.
static void run(const probe *p, const probe_call *c) {
    const opencl_probe *o = p->device;
    cl_int code;
    cl_kernel kernel = clCreateKernel(o->program, c->name, &code);
    require(kernel, c->name);
    cl_mem buffers[3] = {0};
    cl_uint arguments = 0;
    memset(c->out, 0xA5, c->out_bytes);
    for (; arguments < c->inputs; arguments++)
        buffers[arguments] = clCreateBuffer(o->device->context, CL_MEM_COPY_HOST_PTR, c->in[arguments].bytes,
                                            (void *)c->in[arguments].data, &code);
    buffers[arguments++] =
        clCreateBuffer(o->device->context, CL_MEM_COPY_HOST_PTR, c->out_bytes, c->out, &code);
    for (cl_uint i = 0; i < arguments; i++)
        require(clSetKernelArg(kernel, i, sizeof buffers[i], &buffers[i]) == CL_SUCCESS, "clSetKernelArg");
    if (c->selector >= 0)
        require(clSetKernelArg(kernel, arguments, sizeof c->selector, &c->selector) == CL_SUCCESS,
                "clSetKernelArg");
    require(clEnqueueNDRangeKernel(o->device->queue, kernel, 1, NULL, &c->items, NULL, 0, NULL, NULL) ==
                CL_SUCCESS,
            "clEnqueueNDRangeKernel");
    require(clEnqueueReadBuffer(o->device->queue, buffers[arguments - 1], CL_TRUE, 0, c->out_bytes, c->out, 0,
                                NULL, NULL) == CL_SUCCESS,
            "clEnqueueReadBuffer");
    for (cl_uint i = 0; i < arguments; i++) clReleaseMemObject(buffers[i]);
    clReleaseKernel(kernel);
}

static void words(const probe *p, const probe_question *questions, size_t n, uint32_t *out) {
    const input in = {questions, n * sizeof *questions};
    run(p, &(probe_call){"probe_words", n, &in, 1, out, n * 4 * p->lanes * sizeof *out, -1});
}

static void apply(const probe *p, int function, const float *x, const float *y, size_t n, float *z) {
    const input in[] = {{x, n * sizeof *x}, {y ? y : x, n * sizeof *x}};
    run(p, &(probe_call){"probe_apply", n / p->lanes, in, 2, z, n * sizeof *z, function});
}

static void layout(const probe *p, uint32_t values[PROBE_LAYOUT]) {
    run(p, &(probe_call){"probe_layout", 1, NULL, 0, values, PROBE_LAYOUT * sizeof *values, -1});
}

static cl_program build(const opencl_device *device, unsigned lanes) {
    const char *source = "#include \"probe.cl\"\n";
    char options[80];
    snprintf(options, sizeof options, "-cl-std=CL1.2 -w -I kernels -I tests -DOHM_LANES=%u", lanes);
    cl_int code;
    cl_program program = clCreateProgramWithSource(device->context, 1, &source, NULL, &code);
    require(program && clBuildProgram(program, 1, &device->id, options, NULL, NULL) == CL_SUCCESS,
            "clBuildProgram");
    return program;
}

static bool add_device(cl_device_id id, const ohm_device_info *info, void *context) {
    (void)context;
    static const unsigned lanes[] = {1, 4, 8, 16};
    opencl_device *device;
    require(opencl_open(id, info, NULL, 0, &device) == OHM_OK, "opencl_open");
    for (int i = 0; i < 4 && probe_count < MAX_PROBES; i++) {
        opencl_probe *o = malloc(sizeof *o);
        *o = (opencl_probe){device, build(device, lanes[i])};
        probe *p = &probes[probe_count++];
        *p = (probe){.lanes = lanes[i], .device = o, .words = words, .apply = apply, .layout = layout};
        snprintf(p->name, sizeof p->name, "%.100s, %u lanes", info->name, lanes[i]);
    }
    return true;
}

// ---- All --------------------------------------------------------------------------------------

const probe *probes_open(size_t *count) {
    static const probe *const native[] = {
        &probe_lanes_1,
        &probe_lanes_4,
#ifdef OHM_WIDE
        &probe_lanes_8,
        &probe_lanes_16,
#endif
    };
    const unsigned widest = native_device_info().lanes;
    for (size_t i = 0; i < sizeof native / sizeof native[0] && native[i]->lanes <= widest; i++) {
        probes[probe_count] = *native[i];
        snprintf(probes[probe_count].name, sizeof probes[probe_count].name, "C, %u lanes", native[i]->lanes);
        probe_count++;
    }
    opencl_visit(add_device, NULL);
    *count = probe_count;
    return probes;
}

void probes_close(void) {
    for (size_t i = 0; i < probe_count; i++) {
        opencl_probe *o = probes[i].device;
        if (!o) continue;
        clReleaseProgram(o->program);
        if (probes[i].lanes == 16) opencl_close(o->device); // the last of its device
        free(o);
    }
    probe_count = 0;
}
