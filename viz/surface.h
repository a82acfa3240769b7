// What is drawn on: a GLFW window, or without any display a framebuffer of an EGL context. Either has an
// OpenGL 3.3 core context, current from surface_open on in the thread that called it.
#ifndef VIZ_SURFACE_H
#define VIZ_SURFACE_H

#include "../host/ohmscape_cl.h"

#ifdef __cplusplus
extern "C" {
#endif

typedef struct GLFWwindow GLFWwindow;
typedef struct surface surface;

// Which library makes a window's context. Without a display it is EGL.
typedef enum surface_api { SURFACE_API_AUTO, SURFACE_API_GLX, SURFACE_API_EGL } surface_api;

typedef struct surface_options {
    bool headless;
    surface_api api;
    int width, height; // pixels
} surface_options;

// Opens a surface. Errors: OHM_NO_DEVICE (no display, no libGL or libEGL, no OpenGL 3.3),
// OHM_OUT_OF_MEMORY.
ohm_status surface_open(const surface_options *options, surface **s);

// Legal on NULL.
void surface_close(surface *s);

// From now on, when the X server ends, the connection to it is lost or it reports an error, lost is told the
// reason, after which the process ends with exit status 1: Xlib cannot go on. It must not draw.
typedef void surface_lost(void *context, const char *reason);
void surface_on_loss(surface_lost *lost, void *context);

// Its window, or NULL.
GLFWwindow *surface_window(const surface *s);

// Its size in pixels now: 0 × 0 while a window is minimised. A window's can change from call to call.
void surface_size(const surface *s, int *width, int *height);

// Pixels of a window for each unit of its mouse's coordinates.
double surface_scale(const surface *s);

// What an OpenCL context needs to share with it: pairs that end in 0, for ohm_devices_open_gl.
const cl_context_properties *surface_sharing(const surface *s);

// "GLX", "EGL", and for a surface without a display which platform: "EGL device", "EGL surfaceless".
const char *surface_api_name(const surface *s);

// Drawing goes to it from now on, to so many pixels.
void surface_bind(const surface *s, int width, int height);

// What has been drawn to the surface that is bound, as 8-bit RGB from the top, width × height × 3 bytes.
void surface_read(int width, int height, uint8_t *rgb);

// Shows what has been drawn.
void surface_present(const surface *s);

// OpenGL's complaints so far. It is asked for them if the environment has OHMSCAPE_GL_DEBUG, and then
// each is also printed on stderr.
unsigned surface_complaints(void);

#ifdef __cplusplus
}
#endif

#endif
