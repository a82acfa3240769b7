// Frames as files: pictures, and a recording.
#include "files.h"
#include "png.h"
#include "record.h"

#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct files {
    recorder *recorder;
    uint8_t *rgb; // of one frame
    int width, height;
    uint64_t frames; // recorded
};

ohm_status files_create(files **f) {
    *f = calloc(1, sizeof **f);
    return *f ? OHM_OK : ohm_fail_memory("a picture");
}

ohm_status files_close(files *f) {
    if (!f) return OHM_OK;
    const ohm_status status = record_close(f->recorder);
    free(f->rgb);
    free(f);
    return status;
}

static ohm_status read_frame(const viewer *v, files *f) {
    f->width = v->width;
    f->height = v->height;
    uint8_t *rgb = realloc(f->rgb, (size_t)f->width * (size_t)f->height * 3);
    if (!rgb) return ohm_fail_memory("a picture");
    f->rgb = rgb;
    surface_bind(v->surface, f->width, f->height);
    surface_read(f->width, f->height, rgb);
    return OHM_OK;
}

static ohm_status start_recording(const viewer *v, const char *path, unsigned fps, files *f) {
    if (surface_window(v->surface)) // a film has one size
        glfwSetWindowAttrib(surface_window(v->surface), GLFW_RESIZABLE, GLFW_FALSE);
    return record_open(path, (unsigned)f->width, (unsigned)f->height, fps, &f->recorder);
}

// Ends the recording. A window can be resized again.
static ohm_status end_recording(const viewer *v, files *f) {
    const ohm_status status = record_close(f->recorder);
    f->recorder = NULL;
    if (surface_window(v->surface))
        glfwSetWindowAttrib(surface_window(v->surface), GLFW_RESIZABLE, GLFW_TRUE);
    return status;
}

ohm_status files_record(files *f, const viewer *v, const char *path, unsigned fps) {
    const int width = f->width, height = f->height;
    ohm_status status = read_frame(v, f);
    if (!status && !f->recorder) status = start_recording(v, path, fps, f);
    const bool resized = f->frames > 0 && (width != f->width || height != f->height);
    if (!status && !resized) status = record_frame(f->recorder, f->rgb);
    f->frames++;
    if (!status && !resized) return OHM_OK;
    const ohm_status ended = end_recording(v, f);
    if (ended || status) return ended ? ended : status;
    return ohm_fail(OHM_IO_FAILED, "%s ends here: the window was resized", path);
}

ohm_status files_save(files *f, const viewer *v, const char *path) {
    const ohm_status status = read_frame(v, f);
    return status ? status : png_write(path, (unsigned)f->width, (unsigned)f->height, f->rgb);
}

void files_free_name(const viewer *v, char *path, size_t size) {
    const uint64_t number = v->learning.training ? v->learning.samples : v->result.step;
    snprintf(path, size, "ohmscape-%" PRIu64 ".png", number);
    for (int i = 1; i < 10000 && access(path, F_OK) == 0; i++)
        snprintf(path, size, "ohmscape-%" PRIu64 "-%d.png", number, i);
}
