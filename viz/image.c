#include "image.h"

#include <CL/cl_gl.h>
#include <epoxy/gl.h>
#include <stdlib.h>

struct image {
    bool shared;
    cl_context context;
    cl_command_queue queue;
    GLuint texture, buffer;
    cl_mem memory;                        // OpenCL's object for the buffer
    bool lent;                            // to OpenCL
    uint32_t width, height;               // of the texture
    uint32_t buffer_width, buffer_height; // of the buffer
    ohm_view view;
};

ohm_status image_create(ohm_devices *devices, bool shared, image **out) {
    image *i = *out = calloc(1, sizeof *i);
    if (!i) return ohm_fail_memory("a picture");
    i->shared = shared;
    i->context = ohm_devices_cl_context(devices, 0);
    i->queue = ohm_devices_cl_queue(devices, 0);
    glGenTextures(1, &i->texture);
    glBindTexture(GL_TEXTURE_2D, i->texture);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MIN_FILTER, GL_NEAREST);
    glTexParameteri(GL_TEXTURE_2D, GL_TEXTURE_MAG_FILTER, GL_NEAREST);
    return OHM_OK;
}

static void release_buffer(image *i) {
    if (i->memory) clReleaseMemObject(i->memory);
    if (i->buffer) glDeleteBuffers(1, &i->buffer);
    i->memory = NULL;
    i->buffer = 0;
}

void image_destroy(image *i) {
    if (!i) return;
    image_take_back(i, NULL);
    release_buffer(i);
    glDeleteTextures(1, &i->texture);
    free(i);
}

// Fills the texture, from values on the host or from the buffer that is bound.
static void fill_texture(image *i, const ohm_view *view, const void *values) {
    glBindTexture(GL_TEXTURE_2D, i->texture);
    glPixelStorei(GL_UNPACK_ALIGNMENT, 4);
    const GLsizei width = (GLsizei)view->width, height = (GLsizei)view->height;
    if (i->width != view->width || i->height != view->height)
        glTexImage2D(GL_TEXTURE_2D, 0, GL_R32F, width, height, 0, GL_RED, GL_FLOAT, values);
    else
        glTexSubImage2D(GL_TEXTURE_2D, 0, 0, 0, width, height, GL_RED, GL_FLOAT, values);
    i->width = view->width;
    i->height = view->height;
    i->view = *view;
}

void image_upload(image *i, const ohm_view *view, const float *values) {
    fill_texture(i, view, values);
}

// ---- Sharing ----------------------------------------------------------------------------------

static ohm_status failed(const char *call, cl_int code) {
    return ohm_fail(OHM_NO_DEVICE, "cannot share buffers with OpenGL: %s failed (%d)", call, code);
}

// Makes a new buffer for another size: OpenCL keeps the store that a buffer had when it was shared.
static ohm_status make_buffer(image *i, const ohm_view *view) {
    if (i->memory && i->buffer_width == view->width && i->buffer_height == view->height) return OHM_OK;
    release_buffer(i);
    glGenBuffers(1, &i->buffer);
    glBindBuffer(GL_PIXEL_UNPACK_BUFFER, i->buffer);
    glBufferData(GL_PIXEL_UNPACK_BUFFER, (GLsizeiptr)sizeof(float) * view->width * view->height, NULL,
                 GL_DYNAMIC_DRAW);
    glBindBuffer(GL_PIXEL_UNPACK_BUFFER, 0);
    glFinish();
    cl_int code = CL_SUCCESS;
    i->memory = clCreateFromGLBuffer(i->context, CL_MEM_READ_WRITE, i->buffer, &code);
    i->buffer_width = view->width;
    i->buffer_height = view->height;
    return i->memory ? OHM_OK : failed("clCreateFromGLBuffer", code);
}

// OpenGL must have finished with the buffer before OpenCL acquires it: hence glFinish.
ohm_status image_lend(image *i, const ohm_view *view, cl_mem *buffer) {
    const ohm_status status = make_buffer(i, view);
    if (status) return status;
    glFinish();
    const cl_int code = clEnqueueAcquireGLObjects(i->queue, 1, &i->memory, 0, NULL, NULL);
    if (code) return failed("clEnqueueAcquireGLObjects", code);
    i->lent = true;
    *buffer = i->memory;
    return OHM_OK;
}

static ohm_status release_to_opengl(image *i) {
    cl_event released;
    cl_int code = clEnqueueReleaseGLObjects(i->queue, 1, &i->memory, 0, NULL, &released);
    if (code) return failed("clEnqueueReleaseGLObjects", code);
    code = clWaitForEvents(1, &released);
    clReleaseEvent(released);
    return code ? failed("clWaitForEvents", code) : OHM_OK;
}

// OpenCL must have released the buffer before OpenGL reads it: hence the wait for the event.
ohm_status image_take_back(image *i, const ohm_view *view) {
    if (!i->lent) return OHM_OK;
    const ohm_status status = release_to_opengl(i);
    i->lent = false;
    if (status || !view) return status;
    glBindBuffer(GL_PIXEL_UNPACK_BUFFER, i->buffer);
    fill_texture(i, view, NULL);
    glBindBuffer(GL_PIXEL_UNPACK_BUFFER, 0);
    return OHM_OK;
}

const ohm_view *image_view(const image *i) {
    return &i->view;
}

unsigned image_texture(const image *i) {
    return i->texture;
}
