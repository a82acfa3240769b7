// OpenGL 3.3 without a window, for tests: by EGL on Mesa's surfaceless platform, or by GLX where there is
// an X server. Nothing is linked, so that a machine without OpenGL can say so and go on.
#ifndef TESTS_LAYER_HEADLESS_H
#define TESTS_LAYER_HEADLESS_H

#include <dlfcn.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include <EGL/egl.h>
#include <EGL/eglext.h>
#include <GL/glcorearb.h>
#include <GL/glx.h>

typedef struct headless {
    bool glx;
    void *display;
    void *contexts[2]; // the first is current
    GLXPbuffer surface;
} headless;

static struct {
    PFNGLGENBUFFERSPROC GenBuffers;
    PFNGLDELETEBUFFERSPROC DeleteBuffers;
    PFNGLBINDBUFFERPROC BindBuffer;
    PFNGLBUFFERDATAPROC BufferData;
    PFNGLBUFFERSUBDATAPROC BufferSubData;
    PFNGLGETBUFFERSUBDATAPROC GetBufferSubData;
    PFNGLMAPBUFFERPROC MapBuffer;
    PFNGLUNMAPBUFFERPROC UnmapBuffer;
    PFNGLGENFRAMEBUFFERSPROC GenFramebuffers;
    PFNGLDELETEFRAMEBUFFERSPROC DeleteFramebuffers;
    PFNGLBINDFRAMEBUFFERPROC BindFramebuffer;
    PFNGLGENRENDERBUFFERSPROC GenRenderbuffers;
    PFNGLDELETERENDERBUFFERSPROC DeleteRenderbuffers;
    PFNGLBINDRENDERBUFFERPROC BindRenderbuffer;
    PFNGLRENDERBUFFERSTORAGEPROC RenderbufferStorage;
    PFNGLFRAMEBUFFERRENDERBUFFERPROC FramebufferRenderbuffer;
    PFNGLCLEARPROC Clear;
    PFNGLFINISHPROC Finish;
    PFNGLGETERRORPROC GetError;
    PFNGLGETINTEGERVPROC GetIntegerv;
    PFNGLGETSTRINGPROC GetString;
} gl;

typedef void (*headless_function)(void);

// Fills a table of functions that all have the size of a pointer, in the order of the names.
static const char *headless_load(void *table, const char *const *names,
                                 headless_function (*address)(const char *)) {
    for (size_t i = 0; names[i]; i++) {
        const headless_function function = address(names[i]);
        if (!function) return names[i];
        memcpy((char *)table + i * sizeof function, &function, sizeof function);
    }
    return NULL;
}

static const char *headless_load_gl(headless_function (*address)(const char *)) {
    static const char *const names[] = {"glGenBuffers",
                                        "glDeleteBuffers",
                                        "glBindBuffer",
                                        "glBufferData",
                                        "glBufferSubData",
                                        "glGetBufferSubData",
                                        "glMapBuffer",
                                        "glUnmapBuffer",
                                        "glGenFramebuffers",
                                        "glDeleteFramebuffers",
                                        "glBindFramebuffer",
                                        "glGenRenderbuffers",
                                        "glDeleteRenderbuffers",
                                        "glBindRenderbuffer",
                                        "glRenderbufferStorage",
                                        "glFramebufferRenderbuffer",
                                        "glClear",
                                        "glFinish",
                                        "glGetError",
                                        "glGetIntegerv",
                                        "glGetString",
                                        NULL};
    return headless_load(&gl, names, address);
}

static void *headless_library; // where headless_symbol looks

static headless_function headless_symbol(const char *name) {
    void *found = headless_library ? dlsym(headless_library, name) : NULL;
    headless_function function;
    memcpy(&function, &found, sizeof function);
    return function;
}

// ---- EGL --------------------------------------------------------------------------------------

static struct {
    PFNEGLGETPLATFORMDISPLAYPROC GetPlatformDisplay;
    PFNEGLINITIALIZEPROC Initialize;
    PFNEGLBINDAPIPROC BindAPI;
    PFNEGLCREATECONTEXTPROC CreateContext;
    PFNEGLDESTROYCONTEXTPROC DestroyContext;
    PFNEGLMAKECURRENTPROC MakeCurrent;
    PFNEGLGETPROCADDRESSPROC GetProcAddress;
} egl;

// Returns NULL, or what is missing.
static const char *headless_open_egl(headless *h) {
    static const char *const names[] = {
        "eglGetPlatformDisplay", "eglInitialize",  "eglBindAPI",        "eglCreateContext",
        "eglDestroyContext",     "eglMakeCurrent", "eglGetProcAddress", NULL};
    static const EGLint attributes[] = {EGL_CONTEXT_MAJOR_VERSION,
                                        3,
                                        EGL_CONTEXT_MINOR_VERSION,
                                        3,
                                        EGL_CONTEXT_OPENGL_PROFILE_MASK,
                                        EGL_CONTEXT_OPENGL_CORE_PROFILE_BIT,
                                        EGL_NONE};
    *h = (headless){0};
    headless_library = dlopen("libEGL.so.1", RTLD_NOW | RTLD_LOCAL);
    if (!headless_library) return "libEGL.so.1";
    const char *missing = headless_load(&egl, names, headless_symbol);
    if (missing) return missing;
    h->display = egl.GetPlatformDisplay(EGL_PLATFORM_SURFACELESS_MESA, EGL_DEFAULT_DISPLAY, NULL);
    if (!h->display || !egl.Initialize(h->display, NULL, NULL)) return "a surfaceless EGL display";
    egl.BindAPI(EGL_OPENGL_API);
    for (int i = 0; i < 2; i++)
        h->contexts[i] = egl.CreateContext(h->display, EGL_NO_CONFIG_KHR, EGL_NO_CONTEXT, attributes);
    if (!h->contexts[1]) return "OpenGL 3.3";
    egl.MakeCurrent(h->display, EGL_NO_SURFACE, EGL_NO_SURFACE, h->contexts[0]);
    return headless_load_gl(egl.GetProcAddress);
}

// context: which of the two, or −1 for none.
static void headless_make_current(const headless *h, int context) {
    egl.MakeCurrent(h->display, EGL_NO_SURFACE, EGL_NO_SURFACE,
                    context < 0 ? EGL_NO_CONTEXT : h->contexts[context]);
}

// The display stays: ended, it unloads Mesa's driver, and the leak checker can no longer tell whose the leaks
// are.
static void headless_close_egl(headless *h) {
    if (!h->display) return;
    headless_make_current(h, -1);
    for (int i = 0; i < 2; i++)
        if (h->contexts[i]) egl.DestroyContext(h->display, h->contexts[i]);
    *h = (headless){0};
}

// ---- GLX --------------------------------------------------------------------------------------

static struct {
    GLXFBConfig *(*ChooseFBConfig)(Display *, int, const int *, int *);
    GLXPbuffer (*CreatePbuffer)(Display *, GLXFBConfig, const int *);
    Bool (*MakeContextCurrent)(Display *, GLXDrawable, GLXDrawable, GLXContext);
    headless_function (*GetProcAddress)(const char *);
} glx;

static const char *headless_open_glx(headless *h) {
    static const char *const names[] = {"glXChooseFBConfig", "glXCreatePbuffer", "glXMakeContextCurrent",
                                        "glXGetProcAddressARB", NULL};
    static const int config[] = {GLX_DRAWABLE_TYPE, GLX_PBUFFER_BIT, None};
    static const int surface[] = {GLX_PBUFFER_WIDTH, 16, GLX_PBUFFER_HEIGHT, 16, None};
    static const int attributes[] = {GLX_CONTEXT_MAJOR_VERSION_ARB, 3, GLX_CONTEXT_MINOR_VERSION_ARB, 3,
                                     None};
    *h = (headless){.glx = true};
    headless_library = dlopen("libX11.so.6", RTLD_NOW | RTLD_LOCAL);
    Display *(*const open)(const char *) = (Display * (*)(const char *)) headless_symbol("XOpenDisplay");
    Display *display = open ? open(NULL) : NULL;
    if (!display) return "an X server";
    h->display = display;
    headless_library = dlopen("libGL.so.1", RTLD_NOW | RTLD_LOCAL);
    const char *missing = headless_load(&glx, names, headless_symbol);
    if (missing) return missing;
    int count = 0;
    GLXFBConfig *configs = glx.ChooseFBConfig(display, 0, config, &count);
    PFNGLXCREATECONTEXTATTRIBSARBPROC create =
        (PFNGLXCREATECONTEXTATTRIBSARBPROC)glx.GetProcAddress("glXCreateContextAttribsARB");
    if (count < 1 || !create) return "a GLX configuration";
    h->surface = glx.CreatePbuffer(display, configs[0], surface);
    h->contexts[0] = create(display, configs[0], NULL, True, attributes);
    if (!h->contexts[0] || !glx.MakeContextCurrent(display, h->surface, h->surface, h->contexts[0]))
        return "OpenGL 3.3";
    return headless_load_gl(glx.GetProcAddress);
}

#endif
