// Pictures on an OpenCL device: the kernels of kernels/view.cl.
#include "../../array/crossbar.h"
#include "../../base/error.h"
#include "opencl_engine.h"

#include <assert.h>
#include <stdlib.h>

// ---- What it takes ----------------------------------------------------------------------------

ohm_status opencl_make_room(const opencl_engine *e, cl_mem *buffer, size_t *has, size_t bytes) {
    if (*buffer && *has >= bytes) return OHM_OK;
    if (*buffer) clReleaseMemObject(*buffer);
    cl_int code;
    *buffer = clCreateBuffer(e->device->context, CL_MEM_READ_WRITE, bytes, NULL, &code);
    *has = *buffer ? bytes : 0;
    return *buffer ? OHM_OK : opencl_failed("clCreateBuffer", code);
}

static ohm_status send(const opencl_engine *e, cl_mem *buffer, size_t *has, const void *data, size_t bytes) {
    const ohm_status status = opencl_make_room(e, buffer, has, bytes);
    if (status) return status;
    const cl_int code =
        clEnqueueWriteBuffer(e->device->queue, *buffer, CL_TRUE, 0, bytes, data, 0, NULL, NULL);
    return code ? opencl_failed("clEnqueueWriteBuffer", code) : OHM_OK;
}

static ohm_status build_kernels(opencl_engine *e) {
    opencl_picture *p = &e->picture;
    cl_program program;
    const ohm_status status = opencl_engine_build(e, &kernel_file_view, &program);
    if (status) return status;
    cl_int code;
    if (!p->band) p->band = clCreateKernel(program, "view_band", &code);
    if (p->band) p->image = clCreateKernel(program, "view_image", &code);
    clReleaseProgram(program);
    return p->image ? OHM_OK : opencl_failed("clCreateKernel", code);
}

static size_t image_bytes(const view_job *job) {
    return (size_t)job->width * job->height * sizeof(float);
}

static ohm_status make_ready(opencl_engine *e, const view_job *job) {
    opencl_picture *p = &e->picture;
    const size_t width = job->picture.width, height = job->picture.height;
    ohm_status status = send(e, &p->cols, &p->cols_bytes, job->cols, width * sizeof *job->cols);
    if (!status) status = send(e, &p->rows, &p->rows_bytes, job->rows, height * sizeof *job->rows);
    if (!status)
        status = send(e, &p->col_of, &p->col_of_bytes, job->col_of, job->width * sizeof *job->col_of);
    if (!status)
        status = send(e, &p->row_of, &p->row_of_bytes, job->row_of, job->height * sizeof *job->row_of);
    if (!status) status = opencl_make_room(e, &p->totals, &p->totals_bytes, width * height * sizeof(int64_t));
    return status;
}

void opencl_view_release_kernels(opencl_engine *e) {
    opencl_picture *p = &e->picture;
    if (p->band) clReleaseKernel(p->band);
    if (p->image) clReleaseKernel(p->image);
    p->band = p->image = NULL;
}

void opencl_view_release(opencl_engine *e) {
    const opencl_picture *p = &e->picture;
    const cl_mem buffers[] = {p->cols, p->rows, p->totals, p->col_of, p->row_of, p->pixels};
    for (size_t i = 0; i < sizeof buffers / sizeof buffers[0]; i++)
        if (buffers[i]) clReleaseMemObject(buffers[i]);
    opencl_view_release_kernels(e);
}

// ---- Drawing ----------------------------------------------------------------------------------

static ohm_status enqueue(const opencl_engine *e, cl_kernel kernel, const size_t global[2],
                          const size_t local[2]) {
    const cl_int code =
        clEnqueueNDRangeKernel(e->device->queue, kernel, 2, NULL, global, local, 0, NULL, NULL);
    return code ? opencl_failed("clEnqueueNDRangeKernel", code) : OHM_OK;
}

// One work-item for each run of pixels; with one lane, picture.spread of them for each pixel, in groups.
static ohm_status enqueue_band(const opencl_engine *e, const ohm_picture *v, size_t rows) {
    const size_t pixels = v->x1 - v->x0, items = pixels * v->spread, local[2] = {e->group, 1};
    const size_t grouped[2] = {(items + e->group - 1) / e->group * e->group, rows};
    const size_t runs[2] = {(pixels + VIEW_RUN - 1) / VIEW_RUN, rows}, alone[2] = {1, 1};
    if (e->base.lanes == 1) return enqueue(e, e->picture.band, grouped, local);
    // Left to itself PoCL picks a group for each size, and compiles for it: half a second for every new
    // height of the picture.
    return enqueue(e, e->picture.band, runs, alone);
}

ohm_status opencl_view_band(band *b, const view_job *job) {
    opencl_engine *e = (opencl_engine *)b->engine;
    const opencl_band *ob = (opencl_band *)b;
    const ohm_picture *v = &job->picture;
    const view_part part = view_part_of(job, b->shape.row0, b->shape.rows);
    if (part.first >= part.end) return OHM_OK;
    const cl_mem from = ob->plane[v->quantity == VIEW_FLUX ? PLANE_FLUX : PLANE_STATE];
    const drive_frame none = {0}; // but for voltages
    ohm_frame geometry;
    ohm_status status =
        opencl_send_field(e, &b->shape, v->quantity == VIEW_VOLTAGE ? &job->frame : &none, &geometry);
    if (status) return status;
    const argument arguments[] = {ARGUMENT(from),
                                  ARGUMENT(e->field.values),
                                  ARGUMENT(geometry),
                                  ARGUMENT(b->shape),
                                  ARGUMENT(job->physics),
                                  ARGUMENT(*v),
                                  ARGUMENT(e->picture.cols),
                                  ARGUMENT(e->picture.rows),
                                  ARGUMENT(part.first),
                                  ARGUMENT(e->picture.totals)};
    status = opencl_set_arguments(e->picture.band, arguments, 10);
    return status ? status : enqueue_band(e, v, part.end - part.first);
}

ohm_status opencl_view_totals(engine *base, const view_job *job, view_part part, int64_t *totals) {
    const opencl_engine *e = (opencl_engine *)base;
    const size_t row = job->picture.width * sizeof *totals;
    const cl_int code = clEnqueueReadBuffer(e->device->queue, e->picture.totals, CL_TRUE, part.first * row,
                                            (part.end - part.first) * row, totals, 0, NULL, NULL);
    return code ? opencl_failed("clEnqueueReadBuffer", code) : OHM_OK;
}

ohm_status opencl_view_buffer(engine *base, const view_job *job, cl_mem image) {
    opencl_engine *e = (opencl_engine *)base;
    const opencl_picture *p = &e->picture;
    const argument arguments[] = {ARGUMENT(job->picture), ARGUMENT(p->cols),    ARGUMENT(p->rows),
                                  ARGUMENT(p->totals),    ARGUMENT(job->width), ARGUMENT(p->col_of),
                                  ARGUMENT(p->row_of),    ARGUMENT(image)};
    const ohm_status status = opencl_set_arguments(p->image, arguments, 8);
    const size_t global[2] = {((size_t)job->width + 63) / 64 * 64, job->height}, local[2] = {64, 1};
    return status ? status : enqueue(e, e->picture.image, global, local);
}

ohm_status opencl_view_image(engine *base, const view_job *job, float *image) {
    opencl_engine *e = (opencl_engine *)base;
    opencl_picture *p = &e->picture;
    const size_t bytes = image_bytes(job);
    ohm_status status = opencl_make_room(e, &p->pixels, &p->pixels_bytes, bytes);
    if (!status) status = opencl_view_buffer(base, job, p->pixels);
    if (status) return status;
    const cl_int code =
        clEnqueueReadBuffer(e->device->queue, p->pixels, CL_TRUE, 0, bytes, image, 0, NULL, NULL);
    return code ? opencl_failed("clEnqueueReadBuffer", code) : OHM_OK;
}

// ---- The first picture ------------------------------------------------------------------------

// Draws a synapse, of state 0, to one pixel: PoCL compiles a kernel when it is launched.
static ohm_status rehearse(opencl_engine *e, const view_job *job) {
    ohm_span one = {0, 1, 1};
    uint32_t first = 0;
    view_job j = *job;
    j.picture.quantity = VIEW_STATE;
    j.picture.width = j.picture.height = j.picture.spread = j.picture.x1 = j.picture.y1 = 1;
    j.picture.x0 = j.picture.y0 = j.picture.row0 = 0;
    j.cols = j.rows = &one;
    j.width = j.height = 1;
    j.col_of = j.row_of = &first;
    opencl_band b = {.base = {&e->base, {1, OHM_BLOCK, 1, 0}}};
    const float state[OHM_BLOCK] = {0};
    size_t bytes = 0;
    float pixel;
    ohm_status status = send(e, &b.plane[PLANE_STATE], &bytes, state, sizeof state);
    if (!status) status = make_ready(e, &j);
    if (!status) status = opencl_view_band(&b.base, &j);
    if (!status) status = opencl_view_image(&e->base, &j, &pixel);
    if (b.plane[PLANE_STATE]) clReleaseMemObject(b.plane[PLANE_STATE]);
    return status;
}

ohm_status opencl_view_begin(engine *base, const view_job *job) {
    opencl_engine *e = (opencl_engine *)base;
    ohm_status status = OHM_OK;
    if (!e->picture.image) {
        opencl_building(e->device);
        status = build_kernels(e);
        if (!status) status = rehearse(e, job);
        opencl_building(NULL);
    }
    return status ? status : make_ready(e, job);
}

// ---- Into a buffer of the caller's ------------------------------------------------------------

// The picture of several engines is put together on the host, and is small.
static ohm_status send_image(ohm_crossbar *c, const view_job *job, cl_mem image) {
    const opencl_engine *e = (opencl_engine *)c->engines[0];
    const size_t bytes = image_bytes(job);
    float *pixels = malloc(bytes);
    if (!pixels) return error_no_memory("a picture");
    ohm_status status = crossbar_image(c, job, pixels);
    if (!status) {
        const cl_int code =
            clEnqueueWriteBuffer(e->device->queue, image, CL_TRUE, 0, bytes, pixels, 0, NULL, NULL);
        if (code) status = opencl_failed("clEnqueueWriteBuffer", code);
    }
    free(pixels);
    return status;
}

static ohm_status to_buffer(ohm_crossbar *c, const view_job *job, void *image) {
    if (c->engine_count > 1) return send_image(c, job, image);
    return opencl_view_buffer(c->engines[0], job, image);
}

ohm_status ohm_crossbar_view_cl(ohm_crossbar *c, const ohm_view *view, cl_mem image) {
    assert(c->engines[0]->class == &opencl_class && "the first device is the native engine");
    return crossbar_draw(c, view, to_buffer, image);
}
