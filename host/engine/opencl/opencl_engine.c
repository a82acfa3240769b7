// The OpenCL engine: the kernels of kernels/operations.h on one device.
#include "opencl_engine.h"
#include "../../base/error.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define GPU_GROUP 64         // one lane: work-items in a group, a divisor of every GPU's wave
#define GPU_ITEMS (1u << 14) // work-items that share a digest or tally, enough to fill a large GPU
#define CPU_ITEMS 64         // the same with more lanes: a few for each core

typedef struct opencl_engine {
    engine base;
    opencl_device *device;
    cl_command_queue transfers;            // beside the device's own; NULL until the first
    cl_kernel kernel[OHM_OPERATION_COUNT]; // NULL until its file is built
} opencl_engine;

typedef struct opencl_buffer {
    buffer base;
    cl_mem memory;
    bool borrowed; // the caller's own
} opencl_buffer;

static opencl_device *device_of(const engine *e) {
    return ((const opencl_engine *)e)->device;
}

// ---- Building ---------------------------------------------------------------------------------

#define MODEL_NAME(name, unused) #name,

void opencl_format_options(const problem *p, unsigned lanes, unsigned group, char text[OPENCL_MAX_OPTIONS]) {
    static const char *const model[] = {OHM_MODELS(MODEL_NAME, )};
    const ohm_variant *k = &p->variant;
    snprintf(text, OPENCL_MAX_OPTIONS,
             "-DOHM_LANES=%u -DOHM_MODEL=%s -DOHM_STIMULUS=%d -DOHM_INITIAL=%d -DOHM_FRAME=%d -DOHM_FLUX=%d "
             "-DOHM_SINGLE=%d -DOHM_EXTENDED=%d -DOHM_VARIED=%d -DOHM_NOISY=%d -DOHM_FAULTY=%d "
             "-DOHM_ADDITIVE=%d -DOHM_NOISY_READ=%d -DOHM_SPREADS=%#x -DOHM_GROUP=%u",
             lanes, model[k->model], k->stimulus, p->initial, k->frame, k->flux, k->single, k->extended,
             k->varied, k->noisy, k->faulty, k->additive, k->noisy_read, k->spreads, group);
}

#define OPERATION_FILE(name, file, grid) [OHM_OPERATION_##name] = &kernel_file_##file,
#define OPERATION_KERNEL(name, file, grid) [OHM_OPERATION_##name] = "crossbar_" #name,
static const kernel_file *const file_of[OHM_OPERATION_COUNT] = {OHM_OPERATIONS(OPERATION_FILE)};
static const char *const kernel_name[OHM_OPERATION_COUNT] = {OHM_OPERATIONS(OPERATION_KERNEL)};

// Makes the kernels of a file for the engine's problem. On failure the engine is as before.
static ohm_status create_kernels(opencl_engine *e, const kernel_file *file) {
    cl_kernel made[OHM_OPERATION_COUNT] = {0};
    char options[OPENCL_MAX_OPTIONS];
    cl_program program;
    opencl_format_options(&e->base.problem, e->base.lanes, e->base.group, options);
    ohm_status status = opencl_build(e->device, file, options, &program);
    if (status) return status;
    for (int i = 0; i < OHM_OPERATION_COUNT && !status; i++) {
        cl_int code;
        if (file_of[i] != file) continue;
        made[i] = clCreateKernel(program, kernel_name[i], &code);
        if (!made[i]) status = opencl_failed("clCreateKernel", code);
    }
    clReleaseProgram(program);
    for (int i = 0; i < OHM_OPERATION_COUNT; i++) {
        cl_kernel *const end = status ? &made[i] : &e->kernel[i]; // of what is not needed
        if (file_of[i] != file || !made[i]) continue;
        if (*end) clReleaseKernel(*end);
        if (!status) e->kernel[i] = made[i];
    }
    return status;
}

// Lets go of the kernels but those of a file that is kept, to be built anew when the first of them runs.
static void drop_kernels(opencl_engine *e, const kernel_file *kept) {
    for (int i = 0; i < OHM_OPERATION_COUNT; i++) {
        if (file_of[i] == kept || !e->kernel[i]) continue;
        clReleaseKernel(e->kernel[i]);
        e->kernel[i] = NULL;
    }
}

// Says what could be done about a device that failed while it built kernels.
static void hint_at_cache(const opencl_device *device, ohm_status status) {
    char hint[512];
    if ((status != OHM_BUILD_FAILED && status != OHM_DEVICE_FAILED) || ohm_error_hint()) return;
    opencl_building_hint(&device->info, hint, sizeof hint);
    ohm_fail_hint("%s", hint);
}

static void opencl_build_begin(engine *e) {
    opencl_building(device_of(e));
}

static void opencl_build_end(engine *e, ohm_status status) {
    opencl_building(NULL);
    if (status) hint_at_cache(device_of(e), status);
}

// Builds a file, and tells the listener.
static ohm_status build(opencl_engine *e, const kernel_file *file) {
    opencl_build_begin(&e->base);
    const ohm_status status = create_kernels(e, file);
    opencl_build_end(&e->base, status);
    return status;
}

// Builds anew what another variant needs.
static ohm_status opencl_configure(engine *e, const problem *p) {
    opencl_engine *oe = (opencl_engine *)e;
    const problem before = e->problem;
    e->problem = *p;
    if (memcmp(&before.variant, &p->variant, sizeof p->variant) == 0) return OHM_OK;
    const ohm_status status = build(oe, &kernel_file_crossbar);
    if (status)
        e->problem = before;
    else
        drop_kernels(oe, &kernel_file_crossbar);
    return status;
}

// ---- Memory -----------------------------------------------------------------------------------

cl_mem opencl_memory(const buffer *b) {
    return b ? ((const opencl_buffer *)b)->memory : NULL;
}

static ohm_status make_buffer(engine *e, cl_mem memory, uint64_t bytes, bool borrowed, buffer **b) {
    opencl_buffer *o = calloc(1, sizeof *o);
    *b = NULL;
    if (!o) {
        if (!borrowed) clReleaseMemObject(memory);
        return ohm_fail_memory("a buffer");
    }
    *o = (opencl_buffer){{e, bytes}, memory, borrowed};
    *b = &o->base;
    return OHM_OK;
}

ohm_status opencl_wrap(engine *e, cl_mem memory, uint64_t bytes, buffer **b) {
    return make_buffer(e, memory, bytes, true, b);
}

static ohm_status opencl_create(engine *e, uint64_t bytes, buffer **b) {
    cl_int code;
    const cl_mem memory = clCreateBuffer(device_of(e)->context, CL_MEM_READ_WRITE, bytes, NULL, &code);
    *b = NULL;
    return memory ? make_buffer(e, memory, bytes, false, b) : opencl_failed("clCreateBuffer", code);
}

static void opencl_release(buffer *b) {
    opencl_buffer *o = (opencl_buffer *)b;
    if (!o->borrowed) clReleaseMemObject(o->memory);
    free(o);
}

static ohm_status opencl_clear(buffer *b) {
    const cl_float zero = 0;
    const cl_int code = clEnqueueFillBuffer(device_of(b->engine)->queue, opencl_memory(b), &zero, sizeof zero,
                                            0, b->bytes, 0, NULL, NULL);
    return code ? opencl_failed("clEnqueueFillBuffer", code) : OHM_OK;
}

// A region as OpenCL sees it: in a buffer with its pitch, and dense on the host.
static const size_t on_host[3] = {0, 0, 0};

static ohm_status opencl_put(buffer *b, region to, const void *from) {
    const size_t origin[3] = {to.offset % to.pitch, to.offset / to.pitch, 0},
                 size[3] = {to.width, to.height, 1};
    const cl_int code =
        to.height == 1
            ? clEnqueueWriteBuffer(device_of(b->engine)->queue, opencl_memory(b), CL_TRUE, to.offset,
                                   to.width, from, 0, NULL, NULL)
            : clEnqueueWriteBufferRect(device_of(b->engine)->queue, opencl_memory(b), CL_TRUE, origin,
                                       on_host, size, to.pitch, 0, to.width, 0, from, 0, NULL, NULL);
    return code ? opencl_failed("clEnqueueWriteBuffer", code) : OHM_OK;
}

static ohm_status opencl_get(buffer *b, region from, void *to) {
    const size_t origin[3] = {from.offset % from.pitch, from.offset / from.pitch, 0},
                 size[3] = {from.width, from.height, 1};
    const cl_int code =
        from.height == 1
            ? clEnqueueReadBuffer(device_of(b->engine)->queue, opencl_memory(b), CL_TRUE, from.offset,
                                  from.width, to, 0, NULL, NULL)
            : clEnqueueReadBufferRect(device_of(b->engine)->queue, opencl_memory(b), CL_TRUE, origin, on_host,
                                      size, from.pitch, 0, from.width, 0, to, 0, NULL, NULL);
    return code ? opencl_failed("clEnqueueReadBuffer", code) : OHM_OK;
}

// ---- Beside launches ---------------------------------------------------------------------------

static ohm_status opencl_mark(engine *e, void **mark) {
    cl_event event;
    const cl_command_queue queue = device_of(e)->queue;
    cl_int code = clEnqueueMarkerWithWaitList(queue, 0, NULL, &event);
    *mark = NULL;
    if (code) return opencl_failed("clEnqueueMarkerWithWaitList", code);
    *mark = event;
    code = clFlush(queue);
    return code ? opencl_failed("clFlush", code) : OHM_OK;
}

static ohm_status opencl_pass(engine *e, void *mark) {
    cl_event event = mark;
    (void)e;
    const cl_int code = clWaitForEvents(1, &event);
    clReleaseEvent(event);
    return code ? opencl_failed("clWaitForEvents", code) : OHM_OK;
}

// The device's own queue is in order: what went through it would wait for the launches that it should run
// beside.
static ohm_status open_transfers(opencl_engine *e) {
    cl_int code = CL_SUCCESS;
    if (!e->transfers) e->transfers = clCreateCommandQueue(e->device->context, e->device->id, 0, &code);
    return e->transfers ? OHM_OK : opencl_failed("clCreateCommandQueue", code);
}

static ohm_status opencl_load(buffer *b, uint64_t offset, uint64_t bytes, const void *from) {
    opencl_engine *e = (opencl_engine *)b->engine;
    const ohm_status status = open_transfers(e);
    if (status) return status;
    const cl_int code =
        clEnqueueWriteBuffer(e->transfers, opencl_memory(b), CL_TRUE, offset, bytes, from, 0, NULL, NULL);
    return code ? opencl_failed("clEnqueueWriteBuffer", code) : OHM_OK;
}

static ohm_status opencl_unload(buffer *b, uint64_t offset, uint64_t bytes, void *to) {
    opencl_engine *e = (opencl_engine *)b->engine;
    const ohm_status status = open_transfers(e);
    if (status) return status;
    const cl_int code =
        clEnqueueReadBuffer(e->transfers, opencl_memory(b), CL_TRUE, offset, bytes, to, 0, NULL, NULL);
    return code ? opencl_failed("clEnqueueReadBuffer", code) : OHM_OK;
}

// ---- Running ----------------------------------------------------------------------------------

void opencl_grid(const ohm_shape *shape, unsigned lanes, size_t global[2], size_t local[2]) {
    const size_t strips = shape->pitch / (4 * lanes), rows = shape->rows;
    local[0] = 64;
    while (local[0] > strips) local[0] /= 2;
    // A GPU wants groups of a few waves even when rows are short. To PoCL a group is a loop, which takes
    // its time to start: with 8 rows in one, fuse 1 is 1.2 times as fast at 256 x 256, 1.1 at 1024 x 1024 and
    // 1.03 at 4096 x 4096. But all cores want some.
    local[1] = lanes == 1 ? 128 / local[0] : 8;
    while (lanes > 1 && local[1] > 1 && rows / local[1] < 32) local[1] /= 2;
    global[0] = (strips + local[0] - 1) / local[0] * local[0];
    global[1] = (rows + local[1] - 1) / local[1] * local[1];
}

typedef struct grid {
    cl_uint dimensions;
    size_t global[2], local[2];
} grid;

static grid strips_grid(const engine *e, const launch *l) {
    grid g = {.dimensions = 2};
    opencl_grid(&l->shape, e->lanes, g.global, g.local);
    return g;
}

static grid shares_grid(const engine *e, const launch *l) {
    return (grid){1, {l->items}, {e->group}};
}

// Left to itself PoCL picks a group for each size, and compiles for it: half a second for every new height of
// a picture.
static grid runs_grid(const engine *e, const launch *l) {
    const size_t items = (size_t)l->width * l->spread;
    if (e->lanes == 1)
        return (grid){2, {(items + e->group - 1) / e->group * e->group, l->height}, {e->group, 1}};
    return (grid){2, {(l->width + VIEW_RUN - 1) / VIEW_RUN, l->height}, {1, 1}};
}

static grid items_grid(const engine *e, const launch *l) {
    (void)e;
    return (grid){2, {((size_t)l->width + 63) / 64 * 64, l->height}, {64, 1}};
}

#define STRIPS strips_grid
#define SHARES shares_grid
#define RUNS runs_grid
#define ITEMS items_grid
#define OPERATION_GRID(name, file, grid) [OHM_OPERATION_##name] = grid,
typedef grid make_grid(const engine *e, const launch *l);
static make_grid *const grid_of[OHM_OPERATION_COUNT] = {OHM_OPERATIONS(OPERATION_GRID)};

static ohm_status set_argument(cl_kernel kernel, cl_uint i, size_t size, const void *value) {
    const cl_int code = clSetKernelArg(kernel, i, size, value);
    return code ? opencl_failed("clSetKernelArg", code) : OHM_OK;
}

static ohm_status set_arguments(cl_kernel kernel, const launch *l) {
    ohm_status status = OHM_OK;
    cl_uint i = 0;
    for (; i < l->buffers && !status; i++) {
        const cl_mem memory = opencl_memory(l->buffer[i]);
        status = set_argument(kernel, i, sizeof memory, &memory);
    }
    if (!status) status = set_argument(kernel, i++, sizeof l->shape, &l->shape);
    if (!status) status = set_argument(kernel, i++, sizeof *l->physics, l->physics);
    return status || !l->size ? status : set_argument(kernel, i, l->size, l->arguments);
}

static ohm_status opencl_run(engine *e, const launch *l) {
    opencl_engine *oe = (opencl_engine *)e;
    ohm_status status = OHM_OK;
    if (!oe->kernel[l->operation]) status = build(oe, file_of[l->operation]);
    if (!status) status = set_arguments(oe->kernel[l->operation], l);
    if (status) return status;
    const grid g = grid_of[l->operation](e, l);
    cl_int code = clEnqueueNDRangeKernel(oe->device->queue, oe->kernel[l->operation], g.dimensions, NULL,
                                         g.global, g.local, 0, NULL, NULL);
    if (code) return opencl_failed("clEnqueueNDRangeKernel", code);
    code = clFlush(oe->device->queue);
    return code ? opencl_failed("clFlush", code) : OHM_OK;
}

static ohm_status opencl_wait(engine *e) {
    const cl_int code = clFinish(device_of(e)->queue);
    return code ? opencl_failed("clFinish", code) : OHM_OK;
}

// ---- The engine -------------------------------------------------------------------------------

static void opencl_destroy(engine *e) {
    opencl_engine *oe = (opencl_engine *)e;
    drop_kernels(oe, NULL);
    if (oe->transfers) clReleaseCommandQueue(oe->transfers);
    free(e);
}

static const engine_class opencl_class = {
    .asynchronous = true,
    .destroy = opencl_destroy,
    .configure = opencl_configure,
    .create = opencl_create,
    .release = opencl_release,
    .clear = opencl_clear,
    .put = opencl_put,
    .get = opencl_get,
    .run = opencl_run,
    .wait = opencl_wait,
    .build_begin = opencl_build_begin,
    .build_end = opencl_build_end,
    .mark = opencl_mark,
    .pass = opencl_pass,
    .load = opencl_load,
    .unload = opencl_unload,
};

ohm_status opencl_engine_create(opencl_device *device, const problem *p, engine **e) {
    opencl_engine *oe = calloc(1, sizeof *oe);
    if (!oe) return ohm_fail_memory("the OpenCL engine");
    const unsigned lanes = p->lanes ? p->lanes : device->info.lanes;
    oe->base =
        (engine){&opencl_class, *p, lanes, lanes == 1 ? GPU_ITEMS : CPU_ITEMS, lanes == 1 ? GPU_GROUP : 1};
    oe->device = device;
    const ohm_status status = build(oe, &kernel_file_crossbar);
    if (status) {
        opencl_destroy(&oe->base);
        return status;
    }
    *e = &oe->base;
    return OHM_OK;
}
