// Pictures drawn into an OpenCL buffer, such as one shared with OpenGL.
#include "../base/error.h"
#include "../engine/opencl/opencl_engine.h"
#include "picture.h"

#include <assert.h>
#include <stdlib.h>

// With several engines the host puts the picture together. It is small, so copying it costs little.
static ohm_status send_image(ohm_crossbar *c, const view_job *job, buffer *image) {
    float *pixels = malloc(image->bytes);
    if (!pixels) return ohm_fail_memory("a picture");
    ohm_status status = crossbar_image(c, job, pixels);
    if (!status) status = buffer_put(image, region_of_bytes(image->bytes), pixels);
    free(pixels);
    return status;
}

static ohm_status to_buffer(ohm_crossbar *c, const view_job *job, void *memory) {
    buffer *image;
    ohm_status status = opencl_wrap(engine_inner(c->engines[0]), memory,
                                    (uint64_t)job->width * job->height * sizeof(float), &image);
    if (status) return status;
    status = c->engine_count > 1 ? send_image(c, job, image) : crossbar_image_into(c, job, image);
    buffer_release(image);
    return status;
}

ohm_status ohm_crossbar_view_cl(ohm_crossbar *c, const ohm_view *view, cl_mem image) {
    assert(c->engines[0]->class->asynchronous && "the first device is the native engine");
    return crossbar_draw(c, view, to_buffer, image, NULL);
}

ohm_status ohm_crossbar_view_cl_extremes(ohm_crossbar *c, const ohm_view *view, cl_mem image,
                                         ohm_extremes *extremes) {
    assert(c->engines[0]->class->asynchronous && "the first device is the native engine");
    return crossbar_draw(c, view, to_buffer, image, extremes);
}
