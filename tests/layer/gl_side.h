// The layer's hands on OpenGL. Nothing is linked: the functions are those of the EGL or GLX that the
// program itself has loaded, found when its OpenGL context is first named.
#ifndef TESTS_LAYER_GL_SIDE_H
#define TESTS_LAYER_GL_SIDE_H

#include <dlfcn.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <GL/glcorearb.h>

typedef void (*gl_function)(void);

typedef struct gl_functions {
    void *(*current)(void); // eglGetCurrentContext or glXGetCurrentContext
    PFNGLGETSTRINGPROC get_string;
    PFNGLGETINTEGERVPROC get_integer;
    PFNGLISBUFFERPROC is_buffer;
    PFNGLBINDBUFFERPROC bind_buffer;
    PFNGLGETBUFFERPARAMETERI64VPROC get_buffer_parameter;
    PFNGLGETBUFFERSUBDATAPROC get_buffer_sub_data;
    PFNGLBUFFERSUBDATAPROC buffer_sub_data;
    PFNGLFENCESYNCPROC fence;
    PFNGLCLIENTWAITSYNCPROC wait;
    PFNGLDELETESYNCPROC delete_fence;
} gl_functions;

// The OpenGL context that an OpenCL context shares objects with.
typedef struct gl_home {
    bool glx; // else EGL
    void *context;
    const gl_functions *gl;
} gl_home;

// ---- Finding ----------------------------------------------------------------------------------

// By the names of libraries: GLFW and libepoxy open theirs without RTLD_GLOBAL, out of RTLD_DEFAULT's sight.
static gl_function gl_find(const char *const *libraries, const char *name) {
    void *found = NULL;
    for (; !found && *libraries; libraries++) {
        void *library = dlopen(*libraries, RTLD_LAZY | RTLD_NOLOAD);
        if (!library) continue;
        found = dlsym(library, name);
        dlclose(library); // only what RTLD_NOLOAD counted: the program keeps it open
    }
    gl_function function;
    memcpy(&function, &found, sizeof function); // ISO C has no cast for it
    return function;
}

static gl_function gl_require(gl_function function, const char *name) {
    if (function) return function;
    fprintf(stderr, "gl_sharing: this process has no %s\n", name);
    abort();
}

static void gl_load(gl_functions *gl, gl_function (*address)(const char *)) {
#define LOAD(member, type, name) gl->member = (type)gl_require(address(name), name)
    LOAD(get_string, PFNGLGETSTRINGPROC, "glGetString");
    LOAD(get_integer, PFNGLGETINTEGERVPROC, "glGetIntegerv");
    LOAD(is_buffer, PFNGLISBUFFERPROC, "glIsBuffer");
    LOAD(bind_buffer, PFNGLBINDBUFFERPROC, "glBindBuffer");
    LOAD(get_buffer_parameter, PFNGLGETBUFFERPARAMETERI64VPROC, "glGetBufferParameteri64v");
    LOAD(get_buffer_sub_data, PFNGLGETBUFFERSUBDATAPROC, "glGetBufferSubData");
    LOAD(buffer_sub_data, PFNGLBUFFERSUBDATAPROC, "glBufferSubData");
    LOAD(fence, PFNGLFENCESYNCPROC, "glFenceSync");
    LOAD(wait, PFNGLCLIENTWAITSYNCPROC, "glClientWaitSync");
    LOAD(delete_fence, PFNGLDELETESYNCPROC, "glDeleteSync");
#undef LOAD
}

// The functions of EGL's contexts, or GLX's. Called with the layer's lock held.
static const gl_functions *gl_of(bool glx) {
    static const char *const libraries[2][4] = {{"libEGL.so.1", NULL}, {"libGLX.so.0", "libGL.so.1", NULL}};
    static const char *const current[2] = {"eglGetCurrentContext", "glXGetCurrentContext"};
    static const char *const address[2] = {"eglGetProcAddress", "glXGetProcAddressARB"};
    static gl_functions both[2];
    gl_functions *gl = &both[glx];
    if (gl->current) return gl;
    gl->current = (void *(*)(void))gl_require(gl_find(libraries[glx], current[glx]), current[glx]);
    gl_load(gl,
            (gl_function(*)(const char *))gl_require(gl_find(libraries[glx], address[glx]), address[glx]));
    return gl;
}

// ---- Asking -----------------------------------------------------------------------------------

static bool gl_is_current(const gl_home *home) {
    return home->gl->current() == home->context;
}

// Whether all commands of the current context have finished. Mesa's llvmpipe gives a new fence the state
// of the newest scene, so one made after glFinish is signalled at once and one made after a draw or clear
// that was only flushed is not (seen in 205 of 205 tries each). Uploads from a buffer it does at once, so
// these never show. Hardware signals a new fence only after looking at it: there nothing can be told.
static bool gl_is_finished(const gl_home *home) {
    const gl_functions *gl = home->gl;
    const char *renderer = (const char *)gl->get_string(GL_RENDERER);
    if (!renderer || !strstr(renderer, "llvmpipe")) return true;
    GLsync fence = gl->fence(GL_SYNC_GPU_COMMANDS_COMPLETE, 0);
    const GLenum state = gl->wait(fence, 0, 0);
    gl->delete_fence(fence);
    return state == GL_ALREADY_SIGNALED;
}

// Nothing draws or transfers from GL_COPY_WRITE_BUFFER; what was bound there is put back all the same.
static GLuint gl_bind(const gl_home *home, GLuint name) {
    GLint before = 0;
    home->gl->get_integer(GL_COPY_WRITE_BUFFER_BINDING, &before);
    home->gl->bind_buffer(GL_COPY_WRITE_BUFFER, name);
    return (GLuint)before;
}

static size_t gl_parameter(const gl_home *home, GLuint name, GLenum parameter) {
    if (!home->gl->is_buffer(name)) return 0;
    const GLuint before = gl_bind(home, name);
    GLint64 value = 0;
    home->gl->get_buffer_parameter(GL_COPY_WRITE_BUFFER, parameter, &value);
    gl_bind(home, before);
    return (size_t)value;
}

// Bytes in a buffer's store; 0 when there is no such buffer, or no store.
static size_t gl_size(const gl_home *home, GLuint name) {
    return gl_parameter(home, name, GL_BUFFER_SIZE);
}

static bool gl_is_mapped(const gl_home *home, GLuint name) {
    return gl_parameter(home, name, GL_BUFFER_MAPPED) != 0;
}

// ---- Copying ----------------------------------------------------------------------------------

static void gl_read(const gl_home *home, GLuint name, void *bytes, size_t size) {
    const GLuint before = gl_bind(home, name);
    home->gl->get_buffer_sub_data(GL_COPY_WRITE_BUFFER, 0, (GLsizeiptr)size, bytes);
    gl_bind(home, before);
}

static void gl_write(const gl_home *home, GLuint name, const void *bytes, size_t size) {
    const GLuint before = gl_bind(home, name);
    home->gl->buffer_sub_data(GL_COPY_WRITE_BUFFER, 0, (GLsizeiptr)size, bytes);
    gl_bind(home, before);
}

#endif
