// Ceilings as cases: kernels/ceilings.h on a device, on memory and on a grid like those of its engine.
#include "cases.h"
#include "native_ceilings.h"
#include "../host/cli/progress.h"
#include "../host/define/plan.h"
#include "../host/engine/devices.h"
#include "../host/engine/native/native.h"
#include "../host/engine/opencl/opencl_engine.h"

#include <omp.h>
#include <stdio.h>
#include <stdlib.h>

extern const unsigned char ohm_kernels_ceilings[]; // made by the build; it ends in 0

static const kernel_file kernel_file_ceilings = {"ceilings.cl", (const char *)ohm_kernels_ceilings};

enum { CEILINGS = ROW_ARITHMETIC - ROW_COPY + 1 };

#define MOST_BYTES ((uint64_t)1 << 30) // of memory: more is no slower

typedef struct ceiling_prop {
    const contender *device;
    problem problem;
    engine *engine;
    ohm_shape shape;
    buffer *memory; // float32 [shape.rows, shape.pitch]
    unsigned fuse;  // steps a launch
    const native_ceilings *native;
    cl_kernel kernel[CEILINGS];
} ceiling_prop;

static void destroy(void *object) {
    ceiling_prop *p = object;
    for (int i = 0; i < CEILINGS; i++)
        if (p->kernel[i]) clReleaseKernel(p->kernel[i]);
    buffer_release(p->memory);
    if (p->engine) p->engine->class->destroy(p->engine);
    free(p);
}

// ---- The native engine ------------------------------------------------------------------------

// Strips that a thread takes at a time, as in host/engine/native/native.c.
static uint64_t chunk_of(uint64_t strips, unsigned lanes) {
    const uint64_t share = strips / (unsigned)omp_get_max_threads() + 1, most = (1u << 15) / (4 * lanes);
    return share < most ? share : most;
}

static ohm_status launch_native(const ceiling_prop *p, row_kind kind, uint64_t t, uint32_t steps) {
    native_loop *run = kind == ROW_COPY     ? p->native->copy
                       : kind == ROW_PHILOX ? p->native->philox
                                            : p->native->arithmetic[p->problem.variant.model];
    void *const memory[] = {native_memory(p->memory)};
    const ohm_advance a = {.t = t, .steps = steps};
    const ohm_call call = {memory, &a, p->shape, &p->problem.physics, p->problem.variant};
    const uint64_t strips = (uint64_t)p->shape.rows * (p->shape.pitch / (4 * p->native->lanes));
    const uint64_t chunk = chunk_of(strips, p->native->lanes);
#pragma omp parallel for schedule(dynamic)
    for (uint64_t first = 0; first < strips; first += chunk)
        run(&call, first, first + chunk < strips ? first + chunk : strips, 0);
    return OHM_OK;
}

static const native_ceilings *find_native(unsigned lanes) {
    static const native_ceilings *const all[] = {
#ifdef __x86_64__
        &native_ceilings_16,
        &native_ceilings_8,
#endif
        &native_ceilings_4,
    };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if (all[i]->lanes == lanes) return all[i];
    return &native_ceilings_1;
}

// ---- OpenCL devices ---------------------------------------------------------------------------

static ohm_status build_kernels(ceiling_prop *p) {
    static const char *const name[CEILINGS] = {"ceilings_copy", "ceilings_philox", "ceilings_arithmetic"};
    char options[OPENCL_MAX_OPTIONS];
    cl_program program;
    cl_int code = CL_SUCCESS;
    opencl_format_options(&p->problem, p->engine->lanes, 1, options);
    const ohm_status status =
        opencl_build(devices_opencl(p->device->devices, 0), &kernel_file_ceilings, options, &program);
    if (status) return status;
    for (int i = 0; i < CEILINGS && !code; i++) p->kernel[i] = clCreateKernel(program, name[i], &code);
    clReleaseProgram(program);
    return code ? opencl_failed("clCreateKernel", code) : OHM_OK;
}

static ohm_status launch_opencl(const ceiling_prop *p, row_kind kind, uint64_t t, uint32_t steps) {
    const cl_command_queue queue = ohm_devices_cl_queue(p->device->devices, 0);
    const cl_kernel kernel = p->kernel[kind - ROW_COPY];
    const cl_ulong first = t;
    const cl_uint count = steps;
    const cl_mem memory = opencl_memory(p->memory);
    const struct {
        size_t size;
        const void *value;
    } argument[] = {{sizeof memory, &memory},
                    {sizeof p->shape, &p->shape},
                    {sizeof p->problem.physics, &p->problem.physics},
                    {sizeof first, &first},
                    {sizeof count, &count}};
    size_t global[2], local[2];
    cl_int code = CL_SUCCESS;
    for (cl_uint i = 0; i < sizeof argument / sizeof argument[0] && !code; i++)
        code = clSetKernelArg(kernel, i, argument[i].size, argument[i].value);
    if (code) return opencl_failed("clSetKernelArg", code);
    opencl_grid(&p->shape, p->engine->lanes, global, local);
    code = clEnqueueNDRangeKernel(queue, kernel, 2, NULL, global, local, 0, NULL, NULL);
    if (code) return opencl_failed("clEnqueueNDRangeKernel", code);
    code = clFlush(queue);
    return code ? opencl_failed("clFlush", code) : OHM_OK;
}

// ---- Running ----------------------------------------------------------------------------------

static ohm_status run_ceiling(bench_case *e, uint64_t steps, sample *s) {
    const ceiling_prop *p = e->object;
    const row_kind kind = e->choice;
    const uint64_t fuse = kind == ROW_COPY ? 1 : p->fuse;
    ohm_status status = OHM_OK;
    const double start = progress_clock();
    for (uint64_t done = 0; done < steps && !status; done += fuse, s->launches++) {
        const uint64_t left = steps - done;
        status =
            (p->native ? launch_native : launch_opencl)(p, kind, done, (uint32_t)(left < fuse ? left : fuse));
    }
    if (!status) status = p->engine->class->wait(p->engine);
    s->wall = progress_clock() - start;
    return status;
}

// ---- Lining up --------------------------------------------------------------------------------

static ohm_status make(const bench *b, const case_list *l, ceiling_prop *p) {
    const ohm_definition d = bench_definition(b, l->side);
    plan checked;
    ohm_status status = plan_make(&d, &checked);
    if (status) return status;
    p->problem = plan_problem(&checked, OHM_FRAME_NONE, 0);
    status = devices_create_engine(p->device->devices, 0, &p->problem, &p->engine);
    if (status) return status;
    uint64_t bytes = MOST_BYTES, row = p->problem.pitch * sizeof(float);
    if (bytes > p->device->info.max_allocation) bytes = p->device->info.max_allocation;
    const uint64_t rows = bytes / row < l->side ? bytes / row : l->side;
    p->shape = (ohm_shape){p->problem.cols, p->problem.pitch, (uint32_t)rows, 0};
    status = p->engine->class->create(p->engine, rows * row, &p->memory);
    if (!status) status = p->engine->class->clear(p->memory);
    if (status) return status;
    if (ohm_devices_cl_queue(p->device->devices, 0)) return build_kernels(p);
    p->native = find_native(p->engine->lanes);
    return OHM_OK;
}

ohm_status cases_add_ceilings(bench *b, case_list *l, contender *c, unsigned fuse) {
    ceiling_prop *p = calloc(1, sizeof *p);
    if (!p) return ohm_fail_memory("a ceiling");
    p->device = c;
    p->fuse = fuse;
    const ohm_status made = make(b, l, p);
    if (!made)
        cases_own(l, p, destroy);
    else
        destroy(p);
    ohm_status status = OHM_OK;
    for (row_kind kind = ROW_COPY; kind <= ROW_ARITHMETIC && !status; kind++) {
        bench_row r = cases_row(l, kind, c->info.id);
        if (!made) r.synapses = (uint64_t)p->shape.rows * l->side;
        const bench_case e = {
            .run = run_ceiling, .object = p, .choice = kind, .least = kind == ROW_COPY ? 1 : fuse};
        status = made ? cases_fail(b, r, made) : cases_add(b, l, &r, &e);
    }
    return status;
}
