#include "surface.h"

#include <epoxy/gl.h>
// After OpenGL's header, which they must not replace.
#include <epoxy/egl.h>
#define GLFW_INCLUDE_NONE
#define GLFW_EXPOSE_NATIVE_X11
#define GLFW_EXPOSE_NATIVE_GLX
#define GLFW_EXPOSE_NATIVE_EGL
#include <GLFW/glfw3.h>
#include <GLFW/glfw3native.h>

#include <CL/cl_gl.h>
#include <X11/Xlib.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct surface {
    const char *api;
    int width, height;  // without a display
    GLFWwindow *window; // NULL without a display
    EGLDisplay display;
    EGLContext context;
    GLuint framebuffer, color;
    cl_context_properties sharing[5];
};

// ---- The libraries ----------------------------------------------------------------------------

// OpenGL's libraries are opened when they are needed, not linked, so that a machine without them gets our
// message instead of the linker's. RTLD_GLOBAL, because OpenCL drivers look their functions up globally.
static ohm_status open_library(const char *name, void **library) {
    *library = dlopen(name, RTLD_NOW | RTLD_GLOBAL);
    if (*library) return OHM_OK;
    return ohm_fail(OHM_NO_DEVICE, "cannot draw without OpenGL: %s", dlerror());
}

// ---- Complaints -------------------------------------------------------------------------------

static unsigned complaints;

unsigned surface_complaints(void) {
    return complaints;
}

static bool debugging(void) {
    const char *wanted = getenv("OHMSCAPE_GL_DEBUG");
    return wanted && *wanted;
}

static void complain(GLenum source, GLenum type, GLuint id, GLenum severity, GLsizei length,
                     const GLchar *message, const void *context) {
    (void)source, (void)id, (void)severity, (void)length, (void)context;
    if (type != GL_DEBUG_TYPE_ERROR && type != GL_DEBUG_TYPE_UNDEFINED_BEHAVIOR) return;
    complaints++;
    fprintf(stderr, "ohmscape: OpenGL: %s\n", message);
}

static void listen_for_complaints(void) {
    if (!debugging()) return;
    if (epoxy_gl_version() < 43 && !epoxy_has_gl_extension("GL_KHR_debug")) return;
    glEnable(GL_DEBUG_OUTPUT);
    glEnable(GL_DEBUG_OUTPUT_SYNCHRONOUS);
    glDebugMessageCallback(complain, NULL);
}

// ---- Losing the display -------------------------------------------------------------------------
// Xlib ends the process when one of its handlers returns from a lost connection, and by default also at an
// error. Both are called in the middle of some function of Xlib's, on the thread that draws.

static surface_lost *on_loss;
static void *loss_context;

void surface_on_loss(surface_lost *lost, void *context) {
    on_loss = lost;
    loss_context = context;
}

static _Noreturn void lose_display(const char *reason) {
    if (on_loss) on_loss(loss_context, reason);
    fflush(NULL);
    _exit(EXIT_FAILURE); // not exit: its handlers would draw on the lost display
}

static int lose_connection(Display *display) {
    char reason[256];
    snprintf(reason, sizeof reason, "the connection to the display %s was lost", DisplayString(display));
    lose_display(reason);
}

static int lose_by_error(Display *display, XErrorEvent *error) {
    char text[128] = "", reason[256];
    XGetErrorText(display, error->error_code, text, sizeof text);
    snprintf(reason, sizeof reason, "the display %s reports an error: %s", DisplayString(display), text);
    lose_display(reason);
}

// ---- With a window ----------------------------------------------------------------------------

static char glfw_reason[256];

static void keep_reason(int code, const char *text) {
    (void)code;
    snprintf(glfw_reason, sizeof glfw_reason, "%s", text);
}

static ohm_status no_display(void) {
    ohm_fail(OHM_NO_DEVICE, "there is no display to open a window on: %s", glfw_reason);
    ohm_fail_hint("--headless draws without one: add --screenshot F.png or --record F.mp4");
    return OHM_NO_DEVICE;
}

static GLFWwindow *create_window(const surface_options *o, int api) {
    glfwDefaultWindowHints();
    glfwWindowHint(GLFW_CONTEXT_CREATION_API, api);
    glfwWindowHint(GLFW_CONTEXT_VERSION_MAJOR, 3);
    glfwWindowHint(GLFW_CONTEXT_VERSION_MINOR, 3);
    glfwWindowHint(GLFW_OPENGL_PROFILE, GLFW_OPENGL_CORE_PROFILE);
    glfwWindowHint(GLFW_OPENGL_FORWARD_COMPAT, GLFW_TRUE);
    glfwWindowHint(GLFW_OPENGL_DEBUG_CONTEXT, debugging());
    return glfwCreateWindow(o->width, o->height, "ohmscape", NULL, NULL);
}

// Weak, because a GLFW for Wayland alone lacks them. Debian 12 has one.
#pragma weak glfwGetX11Display
#pragma weak glfwGetGLXContext

static bool on_x11(void) {
    return glfwGetX11Display && glfwGetX11Display();
}

static void note_sharing_of_window(surface *s, int api) {
    const bool egl = api == GLFW_EGL_CONTEXT_API;
    s->api = egl ? "EGL" : "GLX";
    const cl_context_properties sharing[5] = {
        CL_GL_CONTEXT_KHR,
        egl ? (cl_context_properties)glfwGetEGLContext(s->window)
            : (cl_context_properties)glfwGetGLXContext(s->window),
        egl ? CL_EGL_DISPLAY_KHR : CL_GLX_DISPLAY_KHR,
        egl ? (cl_context_properties)glfwGetEGLDisplay() : (cl_context_properties)glfwGetX11Display(),
        0,
    };
    memcpy(s->sharing, sharing, sizeof sharing);
}

#ifdef GLFW_PLATFORM
static bool is_set(const char *name) {
    const char *value = getenv(name);
    return value && *value;
}

// Whether there may be a Wayland display. GLFW tries Wayland first, and without a display libwayland
// complains on stderr.
static bool may_be_wayland(void) {
    const char *name = getenv("WAYLAND_DISPLAY");
    if (is_set("WAYLAND_SOCKET") || (name && *name == '/')) return true;
    return is_set("XDG_RUNTIME_DIR") && (is_set("WAYLAND_DISPLAY") || !is_set("DISPLAY"));
}
#endif

static bool start_glfw(void) {
    glfwSetErrorCallback(keep_reason);
#ifdef GLFW_PLATFORM
    if (!may_be_wayland() && glfwPlatformSupported(GLFW_PLATFORM_X11))
        glfwInitHint(GLFW_PLATFORM, GLFW_PLATFORM_X11);
#endif
    return glfwInit();
}

// On X11 GLFW's native API is GLX. On Wayland it is EGL, which is asked for by name so that we know what we
// get.
static int choose_api(const surface_options *o) {
    return o->api == SURFACE_API_EGL || !on_x11() ? GLFW_EGL_CONTEXT_API : GLFW_NATIVE_CONTEXT_API;
}

static ohm_status no_glx(void) {
    ohm_fail(OHM_NO_DEVICE, "there is no GLX here: the display is not an X server's");
    ohm_fail_hint("--context egl");
    return OHM_NO_DEVICE;
}

static ohm_status open_window(const surface_options *o, surface *s) {
    if (!start_glfw()) return no_display();
    if (o->api == SURFACE_API_GLX && !on_x11()) return no_glx();
    int api = choose_api(o);
    s->window = create_window(o, api);
    if (!s->window && o->api == SURFACE_API_AUTO && api != GLFW_EGL_CONTEXT_API) {
        api = GLFW_EGL_CONTEXT_API;
        s->window = create_window(o, api);
    }
    if (!s->window) return ohm_fail(OHM_NO_DEVICE, "cannot open a window with OpenGL 3.3: %s", glfw_reason);
    XSetIOErrorHandler(lose_connection);
    XSetErrorHandler(lose_by_error);
    glfwMakeContextCurrent(s->window);
    glfwSwapInterval(1);
    note_sharing_of_window(s, api);
    return OHM_OK;
}

// ---- Without a display ------------------------------------------------------------------------

static bool create_context(surface *s) {
    const EGLint config_attributes[] = {EGL_SURFACE_TYPE, 0, EGL_RENDERABLE_TYPE, EGL_OPENGL_BIT, EGL_NONE};
    const EGLint context_attributes[] = {EGL_CONTEXT_MAJOR_VERSION,
                                         3,
                                         EGL_CONTEXT_MINOR_VERSION,
                                         3,
                                         EGL_CONTEXT_OPENGL_PROFILE_MASK,
                                         EGL_CONTEXT_OPENGL_CORE_PROFILE_BIT,
                                         EGL_CONTEXT_OPENGL_DEBUG,
                                         debugging(),
                                         EGL_NONE};
    EGLConfig config;
    EGLint count = 0;
    if (!eglBindAPI(EGL_OPENGL_API) || !eglChooseConfig(s->display, config_attributes, &config, 1, &count) ||
        count == 0)
        return false;
    s->context = eglCreateContext(s->display, config, EGL_NO_CONTEXT, context_attributes);
    return s->context && eglMakeCurrent(s->display, EGL_NO_SURFACE, EGL_NO_SURFACE, s->context);
}

// Makes a context on a display. Leaves nothing behind on failure.
static bool try_display(surface *s, EGLDisplay display, const char *api) {
    if (display == EGL_NO_DISPLAY || !eglInitialize(display, NULL, NULL)) return false;
    s->display = display;
    s->api = api;
    if (create_context(s)) return true;
    if (s->context) eglDestroyContext(display, s->context);
    eglTerminate(display);
    s->context = EGL_NO_CONTEXT;
    s->display = EGL_NO_DISPLAY;
    return false;
}

typedef EGLDisplay get_platform_display(EGLenum platform, void *native, const EGLAttrib *attributes);

// Tries the devices in the driver's order, so that a GPU draws where there is one, then Mesa's surfaceless
// platform. eglGetPlatformDisplay is libEGL's own, because libepoxy 1.5 does not find it before there is a
// display.
static bool try_platforms(surface *s, void *egl) {
    get_platform_display *get;
    void *found = dlsym(egl, "eglGetPlatformDisplay");
    memcpy(&get, &found, sizeof get);
    if (!found) return false;
    EGLDeviceEXT devices[16];
    EGLint count = 0;
    if (epoxy_has_egl_extension(EGL_NO_DISPLAY, "EGL_EXT_platform_device"))
        eglQueryDevicesEXT(16, devices, &count);
    for (EGLint i = 0; i < count; i++)
        if (try_display(s, get(EGL_PLATFORM_DEVICE_EXT, devices[i], NULL), "EGL device")) return true;
    return try_display(s, get(EGL_PLATFORM_SURFACELESS_MESA, EGL_DEFAULT_DISPLAY, NULL), "EGL surfaceless");
}

static ohm_status make_framebuffer(const surface_options *o, surface *s) {
    s->width = o->width;
    s->height = o->height;
    glGenFramebuffers(1, &s->framebuffer);
    glGenRenderbuffers(1, &s->color);
    glBindRenderbuffer(GL_RENDERBUFFER, s->color);
    glRenderbufferStorage(GL_RENDERBUFFER, GL_RGBA8, o->width, o->height);
    glBindFramebuffer(GL_FRAMEBUFFER, s->framebuffer);
    glFramebufferRenderbuffer(GL_FRAMEBUFFER, GL_COLOR_ATTACHMENT0, GL_RENDERBUFFER, s->color);
    if (glCheckFramebufferStatus(GL_FRAMEBUFFER) == GL_FRAMEBUFFER_COMPLETE) return OHM_OK;
    return ohm_fail(OHM_NO_DEVICE, "OpenGL cannot draw to %d x %d pixels", o->width, o->height);
}

static ohm_status open_headless(const surface_options *o, void *egl, surface *s) {
    if (!try_platforms(s, egl)) return ohm_fail(OHM_NO_DEVICE, "EGL offers no OpenGL 3.3 without a display");
    const cl_context_properties sharing[5] = {CL_GL_CONTEXT_KHR, (cl_context_properties)s->context,
                                              CL_EGL_DISPLAY_KHR, (cl_context_properties)s->display, 0};
    memcpy(s->sharing, sharing, sizeof sharing);
    return make_framebuffer(o, s);
}

// ---- Either -----------------------------------------------------------------------------------

static ohm_status open_either(const surface_options *o, surface *s) {
    void *gl, *egl;
    ohm_status status = open_library("libGL.so.1", &gl);
    if (!status) status = open_library("libEGL.so.1", &egl);
    if (!status) status = o->headless ? open_headless(o, egl, s) : open_window(o, s);
    if (status) return status;
    if (epoxy_gl_version() < 33)
        return ohm_fail(OHM_NO_DEVICE, "OpenGL 3.3 is needed, but this is %d.%d", epoxy_gl_version() / 10,
                        epoxy_gl_version() % 10);
    listen_for_complaints();
    return OHM_OK;
}

ohm_status surface_open(const surface_options *options, surface **out) {
    *out = NULL;
    surface *s = calloc(1, sizeof *s);
    if (!s) return ohm_fail_memory("a window");
    const ohm_status status = open_either(options, s);
    if (status) {
        surface_close(s);
        return status;
    }
    *out = s;
    return OHM_OK;
}

void surface_close(surface *s) {
    if (!s) return;
    if (s->framebuffer) glDeleteFramebuffers(1, &s->framebuffer);
    if (s->color) glDeleteRenderbuffers(1, &s->color);
    if (s->display) {
        eglMakeCurrent(s->display, EGL_NO_SURFACE, EGL_NO_SURFACE, EGL_NO_CONTEXT);
        eglDestroyContext(s->display, s->context);
        eglTerminate(s->display);
    } else {
        if (s->window) glfwDestroyWindow(s->window);
        glfwTerminate();
    }
    free(s);
}

GLFWwindow *surface_window(const surface *s) {
    return s->window;
}

void surface_size(const surface *s, int *width, int *height) {
    *width = s->width;
    *height = s->height;
    if (s->window) glfwGetFramebufferSize(s->window, width, height);
}

double surface_scale(const surface *s) {
    if (!s->window) return 1;
    int width, height, pixels, unused;
    glfwGetWindowSize(s->window, &width, &height);
    glfwGetFramebufferSize(s->window, &pixels, &unused);
    return width > 0 ? (double)pixels / width : 1;
}

const cl_context_properties *surface_sharing(const surface *s) {
    return s->sharing;
}

const char *surface_api_name(const surface *s) {
    return s->api;
}

void surface_bind(const surface *s, int width, int height) {
    glBindFramebuffer(GL_FRAMEBUFFER, s->framebuffer);
    glViewport(0, 0, width, height);
}

static void swap_bytes(uint8_t *a, uint8_t *b, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const uint8_t was = a[i];
        a[i] = b[i];
        b[i] = was;
    }
}

void surface_read(int width, int height, uint8_t *rgb) {
    const size_t row = (size_t)width * 3;
    glPixelStorei(GL_PACK_ALIGNMENT, 1);
    glReadPixels(0, 0, width, height, GL_RGB, GL_UNSIGNED_BYTE, rgb);
    for (int y = 0; y < height / 2; y++) // OpenGL counts from the bottom
        swap_bytes(rgb + y * row, rgb + (height - 1 - y) * row, row);
}

void surface_present(const surface *s) {
    if (s->window)
        glfwSwapBuffers(s->window);
    else
        glFinish();
}
