// See ohmscape_ceiling.h: kernels/ceilings.h on a device, on memory and on a grid like those of its engine.
#include "../ohmscape_ceiling.h"
#include "../base/error.h"
#include "../define/plan.h"
#include "devices.h"
#include "native/native.h"
#include "native/native_ceilings.h"
#include "opencl/opencl_engine.h"

#include <assert.h>
#include <stdlib.h>

#define MOST_BYTES ((uint64_t)1 << 30) // of memory: more is no slower

struct ohm_ceilings {
    problem problem;
    engine *engine;
    ohm_shape shape;
    buffer *memory;                // float32 [shape.rows, shape.pitch]
    const native_ceilings *native; // of the native engine, else NULL
    opencl_device *device;         // of an OpenCL engine, else NULL
    cl_kernel kernel[OHM_CEILINGS];
};

// ---- The native engine ------------------------------------------------------------------------

static const native_ceilings *find_native(unsigned lanes) {
    static const native_ceilings *const all[] = {
#ifdef OHM_WIDE
        &native_ceilings_16,
        &native_ceilings_8,
#endif
        &native_ceilings_4,
    };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (all[i]->lanes == lanes) return all[i];
    return &native_ceilings_1;
}

static ohm_status launch_native(const ohm_ceilings *c, ohm_ceiling_kind kind, uint64_t t, uint32_t steps) {
    native_loop *const loop[OHM_CEILINGS] = {c->native->copy, c->native->philox,
                                             c->native->arithmetic[c->problem.variant.model]};
    void *const memory[] = {native_memory(c->memory)};
    const ohm_advance a = {.t = t, .steps = steps};
    const ohm_call call = {memory, &a, c->shape, &c->problem.physics, c->problem.variant};
    native_run_strips(loop[kind], &call, 1, c->native->lanes);
    return OHM_OK;
}

// ---- OpenCL devices ---------------------------------------------------------------------------

static ohm_status build_kernels(ohm_ceilings *c) {
    static const char *const name[OHM_CEILINGS] = {"ceilings_copy", "ceilings_philox", "ceilings_arithmetic"};
    char options[OPENCL_MAX_OPTIONS];
    cl_program program;
    cl_int code = CL_SUCCESS;
    opencl_format_options(&c->problem, c->engine->lanes, 1, options);
    const ohm_status status = opencl_build(c->device, &kernel_file_ceilings, options, &program);
    if (status) return status;
    for (int i = 0; i < OHM_CEILINGS && !code; i++) c->kernel[i] = clCreateKernel(program, name[i], &code);
    clReleaseProgram(program);
    return code ? opencl_failed("clCreateKernel", code) : OHM_OK;
}

static ohm_status set_arguments(const ohm_ceilings *c, cl_kernel kernel, cl_ulong first, cl_uint count) {
    const cl_mem memory = opencl_memory(c->memory);
    const struct {
        size_t size;
        const void *value;
    } argument[] = {{sizeof memory, &memory},
                    {sizeof c->shape, &c->shape},
                    {sizeof c->problem.physics, &c->problem.physics},
                    {sizeof first, &first},
                    {sizeof count, &count}};
    cl_int code = CL_SUCCESS;
    for (cl_uint i = 0; i < sizeof argument / sizeof argument[0] && !code; i++)
        code = clSetKernelArg(kernel, i, argument[i].size, argument[i].value);
    return code ? opencl_failed("clSetKernelArg", code) : OHM_OK;
}

static ohm_status launch_opencl(const ohm_ceilings *c, ohm_ceiling_kind kind, uint64_t t, uint32_t steps) {
    size_t global[2], local[2];
    const ohm_status status = set_arguments(c, c->kernel[kind], t, steps);
    if (status) return status;
    opencl_grid(&c->shape, c->engine->lanes, global, local);
    cl_int code =
        clEnqueueNDRangeKernel(c->device->queue, c->kernel[kind], 2, NULL, global, local, 0, NULL, NULL);
    if (code) return opencl_failed("clEnqueueNDRangeKernel", code);
    code = clFlush(c->device->queue);
    return code ? opencl_failed("clFlush", code) : OHM_OK;
}

// ---- Both -------------------------------------------------------------------------------------

static ohm_status make_memory(ohm_ceilings *c, uint64_t max_allocation) {
    const uint64_t row = c->problem.pitch * sizeof(float);
    const uint64_t bytes = max_allocation < MOST_BYTES ? max_allocation : MOST_BYTES;
    const uint64_t fit = bytes / row, rows = fit < c->problem.rows ? fit : c->problem.rows;
    c->shape = (ohm_shape){c->problem.cols, c->problem.pitch, (uint32_t)rows, 0};
    const ohm_status status = c->engine->class->create(c->engine, rows * row, &c->memory);
    return status ? status : buffer_clear(c->memory);
}

static ohm_status make(ohm_ceilings *c, ohm_devices *devices, const ohm_definition *definition) {
    plan checked;
    if (devices_is_remote(devices, 0))
        return ohm_fail(OHM_NO_DEVICE, "what bounds the speed is measured on devices of rank 0 alone");
    ohm_status status = plan_make(definition, &checked);
    if (status) return status;
    c->problem = plan_problem(&checked, OHM_FRAME_NONE, 0);
    status = devices_create_engine(devices, 0, &c->problem, NULL, &c->engine);
    if (!status) status = make_memory(c, ohm_devices_info(devices, 0)->max_allocation);
    if (status) return status;
    c->device = devices_opencl(devices, 0);
    if (c->device) return build_kernels(c);
    c->native = find_native(c->engine->lanes);
    return OHM_OK;
}

ohm_status ohm_ceilings_create(ohm_devices *devices, const ohm_definition *definition,
                               ohm_ceilings **ceilings) {
    assert(devices && definition && ceilings);
    *ceilings = NULL;
    ohm_ceilings *c = calloc(1, sizeof *c);
    if (!c) return ohm_fail_memory("a ceiling");
    const ohm_status status = make(c, devices, definition);
    if (status)
        ohm_ceilings_destroy(c);
    else
        *ceilings = c;
    return status;
}

uint64_t ohm_ceilings_synapses(const ohm_ceilings *c) {
    return (uint64_t)c->shape.rows * c->shape.cols;
}

ohm_status ohm_ceilings_run(ohm_ceilings *c, ohm_ceiling_kind kind, uint64_t steps, unsigned fuse) {
    assert(c && (unsigned)kind < OHM_CEILINGS);
    if (fuse < 1 || fuse > OHM_MAX_FUSE)
        return ohm_fail(OHM_BAD_ARGUMENT, "fuse: %u is outside [1, %u]", fuse, OHM_MAX_FUSE);
    const uint64_t each = kind == OHM_CEILING_COPY ? 1 : fuse;
    ohm_status status = OHM_OK;
    for (uint64_t done = 0; done < steps && !status; done += each) {
        const uint64_t left = steps - done;
        status =
            (c->native ? launch_native : launch_opencl)(c, kind, done, (uint32_t)(left < each ? left : each));
    }
    const ohm_status waited = c->engine->class->wait(c->engine);
    return status ? status : waited;
}

void ohm_ceilings_destroy(ohm_ceilings *c) {
    if (!c) return;
    for (int i = 0; i < OHM_CEILINGS; i++)
        if (c->kernel[i]) clReleaseKernel(c->kernel[i]);
    buffer_release(c->memory);
    if (c->engine) c->engine->class->destroy(c->engine);
    free(c);
}
