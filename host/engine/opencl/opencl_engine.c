// The OpenCL engine: the kernels of kernels/crossbar.cl on one device.
#include "../../base/error.h"
#include "opencl_engine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const kernel_name[KERNEL_COUNT] = {"crossbar_fill", "crossbar_settle", "crossbar_advance",
                                                      "crossbar_digest", "crossbar_tally"};

#define GPU_GROUP 64         // one lane: work-items in a group, a divisor of every GPU's wave
#define GPU_ITEMS (1u << 14) // work-items that share a digest or tally, enough to fill a large GPU
#define CPU_ITEMS 64         // the same with more lanes: a few for each core

static opencl_engine *engine_of(const band *b) {
    return (opencl_engine *)b->engine;
}

// ---- Launching --------------------------------------------------------------------------------

ohm_status opencl_set_arguments(cl_kernel kernel, const argument *arguments, cl_uint count) {
    for (cl_uint i = 0; i < count; i++) {
        const cl_int code = clSetKernelArg(kernel, i, arguments[i].size, arguments[i].value);
        if (code) return opencl_failed("clSetKernelArg", code);
    }
    return OHM_OK;
}

static ohm_status enqueue(opencl_engine *e, int kernel, cl_uint dimensions, const size_t *global,
                          const size_t *local) {
    const cl_int code = clEnqueueNDRangeKernel(e->device->queue, e->kernel[kernel], dimensions, NULL, global,
                                               local, 0, NULL, NULL);
    return code ? opencl_failed("clEnqueueNDRangeKernel", code) : OHM_OK;
}

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

// Launches a kernel with a work-item for each strip of the band.
static ohm_status enqueue_grid(band *b, int kernel) {
    size_t global[2], local[2];
    opencl_grid(&b->shape, b->engine->lanes, global, local);
    return enqueue(engine_of(b), kernel, 2, global, local);
}

// ---- Fields ------------------------------------------------------------------------------------

// The rows of an image that a band shows; lines are one row.
static void field_rows(const ohm_shape *shape, const drive_frame *frame, u32 *first, u32 *rows) {
    const ohm_frame *f = &frame->geometry;
    *first = f->height ? (u32)frame_pixel(shape->row0, f->down, f->height) : 0;
    *rows = f->height ? (u32)frame_pixel(shape->row0 + shape->rows - 1, f->down, f->height) + 1 - *first : 1;
}

ohm_status opencl_send_field(opencl_engine *e, const ohm_shape *shape, const drive_frame *frame,
                             ohm_frame *geometry) {
    opencl_field *has = &e->field;
    u32 first, rows;
    *geometry = frame->geometry;
    if (!frame->values) return OHM_OK;
    field_rows(shape, frame, &first, &rows);
    geometry->row0 = first;
    if (has->version == frame->version && has->row0 == first && has->rows == rows) return OHM_OK;
    const size_t row = frame->geometry.height ? frame->geometry.width : frame->count;
    const size_t bytes = row * rows * sizeof(float);
    const ohm_status status = opencl_make_room(e, &has->values, &has->bytes, bytes);
    has->version = 0;
    if (status) return status;
    const cl_int code = clEnqueueWriteBuffer(e->device->queue, has->values, CL_TRUE, 0, bytes,
                                             frame->values + row * first, 0, NULL, NULL);
    if (code) return opencl_failed("clEnqueueWriteBuffer", code);
    has->version = frame->version;
    has->row0 = first;
    has->rows = rows;
    return OHM_OK;
}

// ---- Bands ------------------------------------------------------------------------------------

static void opencl_band_destroy(band *b) {
    opencl_band *ob = (opencl_band *)b;
    if (!ob) return;
    for (int i = 0; i < PLANE_COUNT; i++)
        if (ob->plane[i]) clReleaseMemObject(ob->plane[i]);
    free(ob);
}

static size_t plane_bytes(const band *b) {
    return (size_t)b->shape.rows * b->shape.pitch * sizeof(float);
}

static ohm_status create_plane(opencl_band *b, plane which) {
    const opencl_device *device = engine_of(&b->base)->device;
    cl_int code;
    b->plane[which] = clCreateBuffer(device->context, CL_MEM_READ_WRITE, plane_bytes(&b->base), NULL, &code);
    return b->plane[which] ? OHM_OK : opencl_failed("clCreateBuffer", code);
}

static void release_plane(opencl_band *b, int which) {
    if (b->plane[which]) clReleaseMemObject(b->plane[which]);
    b->plane[which] = NULL;
}

static ohm_status opencl_band_extend(band *b) {
    opencl_band *ob = (opencl_band *)b;
    const cl_float zero = 0;
    ohm_status status = OHM_OK;
    for (int i = 0; i < PLANE_COUNT && !status; i++) {
        if (!plane_exists(b->engine->problem.variant, i)) release_plane(ob, i);
        if (ob->plane[i] || !plane_exists(b->engine->problem.variant, i)) continue;
        status = create_plane(ob, i);
        if (status) break;
        const cl_int code = clEnqueueFillBuffer(engine_of(b)->device->queue, ob->plane[i], &zero, sizeof zero,
                                                0, plane_bytes(b), 0, NULL, NULL);
        if (!code) continue;
        status = opencl_failed("clEnqueueFillBuffer", code);
        release_plane(ob, i); // which is not full of 0
    }
    return status;
}

static ohm_status opencl_band_create(engine *e, uint32_t row0, uint32_t rows, band **b) {
    opencl_band *ob = calloc(1, sizeof *ob);
    if (!ob) return error_no_memory("a band");
    ob->base = (band){e, {e->problem.cols, e->problem.pitch, rows, row0}};
    ohm_status status = OHM_OK;
    for (int i = 0; i < PLANE_COUNT && !status; i++)
        if (plane_exists(e->problem.variant, i)) status = create_plane(ob, i);
    if (status) {
        opencl_band_destroy(&ob->base);
        return status;
    }
    *b = &ob->base;
    return OHM_OK;
}

static ohm_status fill(band *b) {
    const opencl_band *ob = (opencl_band *)b;
    const argument arguments[] = {ARGUMENT(ob->plane[PLANE_STATE]),
                                  ARGUMENT(ob->plane[PLANE_FLUX]),
                                  ARGUMENT(ob->plane[PLANE_STATE_REST]),
                                  ARGUMENT(ob->plane[PLANE_FLUX_REST]),
                                  ARGUMENT(b->shape),
                                  ARGUMENT(b->engine->problem.physics)};
    const ohm_status status = opencl_set_arguments(engine_of(b)->kernel[KERNEL_FILL], arguments, 6);
    return status ? status : enqueue_grid(b, KERNEL_FILL);
}

static ohm_status opencl_settle(band *b) {
    const opencl_band *ob = (opencl_band *)b;
    const argument arguments[] = {ARGUMENT(ob->plane[PLANE_STATE]), ARGUMENT(ob->plane[PLANE_STATE_REST]),
                                  ARGUMENT(b->shape), ARGUMENT(b->engine->problem.physics)};
    const ohm_status status = opencl_set_arguments(engine_of(b)->kernel[KERNEL_SETTLE], arguments, 4);
    return status ? status : enqueue_grid(b, KERNEL_SETTLE);
}

static ohm_status opencl_advance(band *b, uint64_t t, uint32_t steps, const drive_frame *frame) {
    const opencl_band *ob = (opencl_band *)b;
    const cl_ulong first = t;
    const cl_uint count = steps;
    ohm_frame geometry;
    ohm_status status = opencl_send_field(engine_of(b), &b->shape, frame, &geometry);
    if (status) return status;
    const argument arguments[] = {ARGUMENT(ob->plane[PLANE_STATE]),
                                  ARGUMENT(ob->plane[PLANE_FLUX]),
                                  ARGUMENT(ob->plane[PLANE_STATE_REST]),
                                  ARGUMENT(ob->plane[PLANE_FLUX_REST]),
                                  ARGUMENT(engine_of(b)->field.values),
                                  ARGUMENT(geometry),
                                  ARGUMENT(b->shape),
                                  ARGUMENT(b->engine->problem.physics),
                                  ARGUMENT(first),
                                  ARGUMENT(count)};
    status = opencl_set_arguments(engine_of(b)->kernel[KERNEL_ADVANCE], arguments, 10);
    if (!status) status = enqueue_grid(b, KERNEL_ADVANCE);
    if (status) return status;
    const cl_int code = clFlush(engine_of(b)->device->queue);
    return code ? opencl_failed("clFlush", code) : OHM_OK;
}

static ohm_status opencl_wait(engine *e) {
    const cl_int code = clFinish(((opencl_engine *)e)->device->queue);
    return code ? opencl_failed("clFinish", code) : OHM_OK;
}

// ---- Measuring --------------------------------------------------------------------------------

// A buffer that a kernel fills and the host reads.
typedef struct result {
    cl_mem buffer;
    void *data;
    size_t bytes;
} result;

static void result_release(result *r) {
    if (r->buffer) clReleaseMemObject(r->buffer);
    free(r->data);
}

static ohm_status result_create(const opencl_engine *e, size_t bytes, result *r) {
    cl_int code;
    r->bytes = bytes;
    r->data = malloc(bytes);
    if (!r->data) return error_no_memory("a measurement");
    r->buffer = clCreateBuffer(e->device->context, CL_MEM_WRITE_ONLY, bytes, NULL, &code);
    return r->buffer ? OHM_OK : opencl_failed("clCreateBuffer", code);
}

static ohm_status result_read(const opencl_engine *e, const result *r) {
    const cl_int code =
        clEnqueueReadBuffer(e->device->queue, r->buffer, CL_TRUE, 0, r->bytes, r->data, 0, NULL, NULL);
    return code ? opencl_failed("clEnqueueReadBuffer", code) : OHM_OK;
}

// How many work-items share the band: enough to fill the device, and so many that none has more than
// a tally may take.
static size_t measuring_items(const band *b) {
    const unsigned group = engine_of(b)->group;
    const uint64_t strips = b->shape.rows * (b->shape.pitch / (4 * b->engine->lanes));
    const uint64_t least = strips / (TALLY_SYNAPSES / (4 * b->engine->lanes)) + 1;
    uint64_t items = b->engine->lanes == 1 ? GPU_ITEMS : CPU_ITEMS;
    if (items > strips) items = strips;
    if (items < least) items = least;
    return (items + group - 1) / group * group;
}

static ohm_status opencl_digest(band *b, plane which, uint64_t *digest) {
    opencl_engine *e = engine_of(b);
    const size_t items = measuring_items(b), local = e->group;
    result sums = {0};
    ohm_status status = result_create(e, items * sizeof(cl_ulong), &sums);
    const argument arguments[] = {ARGUMENT(((opencl_band *)b)->plane[which]), ARGUMENT(b->shape),
                                  ARGUMENT(sums.buffer)};
    if (!status) status = opencl_set_arguments(e->kernel[KERNEL_DIGEST], arguments, 3);
    if (!status) status = enqueue(e, KERNEL_DIGEST, 1, &items, &local);
    if (!status) status = result_read(e, &sums);
    for (size_t i = 0; !status && i < items; i++) *digest += ((const cl_ulong *)sums.data)[i];
    result_release(&sums);
    return status;
}

static ohm_status opencl_tally(band *b, tally_total *total) {
    opencl_engine *e = engine_of(b);
    const size_t items = measuring_items(b), local = e->group, groups = items / local;
    result tallies = {0}, bins = {0};
    ohm_status status = result_create(e, items * sizeof(ohm_tally), &tallies);
    if (!status) status = result_create(e, groups * TALLY_BINS * sizeof(cl_uint), &bins);
    const argument arguments[] = {ARGUMENT(((opencl_band *)b)->plane[PLANE_STATE]), ARGUMENT(b->shape),
                                  ARGUMENT(b->engine->problem.physics), ARGUMENT(tallies.buffer),
                                  ARGUMENT(bins.buffer)};
    if (!status) status = opencl_set_arguments(e->kernel[KERNEL_TALLY], arguments, 5);
    if (!status) status = enqueue(e, KERNEL_TALLY, 1, &items, &local);
    if (!status) status = result_read(e, &tallies);
    if (!status) status = result_read(e, &bins);
    for (size_t i = 0; !status && i < items; i++)
        tally_total_add(total, &((const ohm_tally *)tallies.data)[i]);
    for (size_t i = 0; !status && i < groups; i++)
        tally_total_add_bins(total, (const cl_uint *)bins.data + i * TALLY_BINS);
    result_release(&tallies);
    result_release(&bins);
    return status;
}

// ---- The first launches -----------------------------------------------------------------------

// The least sides at which a band's groups have the size that they have in a large one.
#define REHEARSAL_ROWS 256u
#define REHEARSAL_COLS 4096u

static ohm_status launch_each(band *b) {
    const drive_frame none = {0};
    tally_total total = tally_total_start();
    uint64_t digest = 0;
    ohm_status status = fill(b);
    if (!status) status = opencl_advance(b, 0, 0, &none);
    if (!status) status = opencl_digest(b, PLANE_STATE, &digest);
    if (!status) status = opencl_tally(b, &total);
    const ohm_status waited = opencl_wait(b->engine);
    return status ? status : waited;
}

// Says what could be done about a device that failed while it built kernels.
static void hint_at_cache(const opencl_device *device, ohm_status status) {
    char hint[512];
    if (status != OHM_BUILD_FAILED && status != OHM_DEVICE_FAILED) return;
    opencl_building_hint(&device->info, hint, sizeof hint);
    error_hint("%s", hint);
}

// Launches every kernel once, on a part of a band that is to be filled: PoCL compiles a kernel when it is
// launched. What its compiler can do wrong it does now, and not at the end of a long run.
static ohm_status rehearse(band *b) {
    opencl_engine *e = engine_of(b);
    opencl_band part = *(opencl_band *)b;
    ohm_shape *shape = &part.base.shape;
    if (shape->rows > REHEARSAL_ROWS) shape->rows = REHEARSAL_ROWS;
    if (shape->pitch > REHEARSAL_COLS) shape->cols = shape->pitch = REHEARSAL_COLS;
    opencl_building(e->device);
    const ohm_status status = launch_each(&part.base);
    opencl_building(NULL);
    e->rehearsed = !status;
    if (status) hint_at_cache(e->device, status);
    return status;
}

static ohm_status opencl_fill(band *b) {
    const ohm_status status = engine_of(b)->rehearsed ? OHM_OK : rehearse(b);
    return status ? status : fill(b);
}

// ---- Reading and writing ----------------------------------------------------------------------

// An area as OpenCL sees it: in a plane with its pitch, and dense on the host.
typedef struct rectangle {
    size_t plane_origin[3], host_origin[3], region[3], plane_pitch, host_pitch;
} rectangle;

static rectangle rectangle_of(const band *b, area a) {
    const size_t width = a.cols * sizeof(float);
    return (rectangle){.plane_origin = {a.col * sizeof(float), a.row, 0},
                       .region = {width, a.rows, 1},
                       .plane_pitch = b->shape.pitch * sizeof(float),
                       .host_pitch = width};
}

static ohm_status opencl_read(band *b, plane which, area a, float *out) {
    const rectangle r = rectangle_of(b, a);
    const cl_int code = clEnqueueReadBufferRect(engine_of(b)->device->queue, ((opencl_band *)b)->plane[which],
                                                CL_TRUE, r.plane_origin, r.host_origin, r.region,
                                                r.plane_pitch, 0, r.host_pitch, 0, out, 0, NULL, NULL);
    return code ? opencl_failed("clEnqueueReadBufferRect", code) : OHM_OK;
}

static ohm_status opencl_write(band *b, plane which, area a, const float *in) {
    const rectangle r = rectangle_of(b, a);
    const cl_int code = clEnqueueWriteBufferRect(
        engine_of(b)->device->queue, ((opencl_band *)b)->plane[which], CL_TRUE, r.plane_origin, r.host_origin,
        r.region, r.plane_pitch, 0, r.host_pitch, 0, in, 0, NULL, NULL);
    return code ? opencl_failed("clEnqueueWriteBufferRect", code) : OHM_OK;
}

// ---- The engine -------------------------------------------------------------------------------

static void release_kernels(cl_kernel kernel[KERNEL_COUNT]) {
    for (int i = 0; i < KERNEL_COUNT; i++)
        if (kernel[i]) clReleaseKernel(kernel[i]);
}

static ohm_status opencl_configure(engine *e, const problem *p);

static void opencl_destroy(engine *e) {
    opencl_engine *oe = (opencl_engine *)e;
    if (!oe) return;
    release_kernels(oe->kernel);
    opencl_view_release(oe);
    if (oe->field.values) clReleaseMemObject(oe->field.values);
    free(oe);
}

const engine_class opencl_class = {
    .asynchronous = true,
    .destroy = opencl_destroy,
    .configure = opencl_configure,
    .band_create = opencl_band_create,
    .band_destroy = opencl_band_destroy,
    .band_extend = opencl_band_extend,
    .fill = opencl_fill,
    .settle = opencl_settle,
    .advance = opencl_advance,
    .wait = opencl_wait,
    .digest = opencl_digest,
    .tally = opencl_tally,
    .read = opencl_read,
    .write = opencl_write,
    .view_begin = opencl_view_begin,
    .view = opencl_view_band,
    .view_totals = opencl_view_totals,
    .view_image = opencl_view_image,
};

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

ohm_status opencl_engine_build(const opencl_engine *e, const kernel_file *file, cl_program *program) {
    char options[OPENCL_MAX_OPTIONS];
    opencl_format_options(&e->base.problem, e->base.lanes, e->group, options);
    return opencl_build(e->device, file, options, program);
}

static ohm_status create_kernels(opencl_engine *e) {
    cl_program program;
    cl_kernel kernel[KERNEL_COUNT] = {0};
    const ohm_status status = opencl_engine_build(e, &kernel_file_crossbar, &program);
    if (status) return status;
    cl_int code = CL_SUCCESS;
    for (int i = 0; i < KERNEL_COUNT && !code; i++)
        kernel[i] = clCreateKernel(program, kernel_name[i], &code);
    clReleaseProgram(program); // the kernels keep it
    release_kernels(code ? kernel : e->kernel);
    if (!code) memcpy(e->kernel, kernel, sizeof kernel);
    return code ? opencl_failed("clCreateKernel", code) : OHM_OK;
}

// Builds anew what another variant needs.
static ohm_status opencl_configure(engine *e, const problem *p) {
    opencl_engine *oe = (opencl_engine *)e;
    const problem before = e->problem;
    e->problem = *p;
    if (memcmp(&before.variant, &p->variant, sizeof p->variant) == 0) return OHM_OK;
    opencl_building(oe->device);
    const ohm_status status = create_kernels(oe);
    opencl_building(NULL);
    if (status)
        e->problem = before;
    else
        opencl_view_release_kernels(oe);
    return status;
}

ohm_status opencl_engine_create(opencl_device *device, const problem *p, engine **e) {
    opencl_engine *oe = calloc(1, sizeof *oe);
    if (!oe) return error_no_memory("an OpenCL engine");
    oe->base = (engine){&opencl_class, *p, p->lanes ? p->lanes : device->info.lanes};
    oe->device = device;
    oe->group = oe->base.lanes == 1 ? GPU_GROUP : 1;
    opencl_building(device);
    const ohm_status status = create_kernels(oe);
    opencl_building(NULL);
    if (status) {
        hint_at_cache(device, status);
        opencl_destroy(&oe->base);
        return status;
    }
    *e = &oe->base;
    return OHM_OK;
}
