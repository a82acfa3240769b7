// What the layer knows and what it reports: the log, the fault it is to show, the sharing contexts, the
// shared objects and the kernels that have them as arguments. All of it is used with the lock held, save
// the fault and the functions of the driver, which are set once.
#ifndef TESTS_LAYER_LEDGER_H
#define TESTS_LAYER_LEDGER_H

#include "gl_side.h"

#ifndef CL_TARGET_OPENCL_VERSION
#define CL_TARGET_OPENCL_VERSION 300
#endif
#include <CL/cl_icd.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <unistd.h>

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static cl_icd_dispatch next; // the driver's functions, or another layer's

static void *none(cl_int code, cl_int *code_out) {
    if (code_out) *code_out = code;
    return NULL;
}

// ---- Log --------------------------------------------------------------------------------------

static struct {
    char *path; // NULL: standard error
    pid_t process;
    unsigned long created, destroyed, acquired, released, kernels, violations;
} ledger;

// One write a line: the processes of a test may share the file.
static void report(const char *kind, const char *format, va_list arguments) {
    char line[512];
    int length = snprintf(line, sizeof line, ledger.path ? "%s: " : "gl_sharing: %s: ", kind);
    length += vsnprintf(line + length, sizeof line - (size_t)length - 1, format, arguments);
    if ((size_t)length > sizeof line - 2) length = sizeof line - 2;
    line[length++] = '\n';
    const int file =
        ledger.path ? open(ledger.path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0666) : STDERR_FILENO;
    if (file < 0 || write(file, line, (size_t)length) != length) perror("gl_sharing: the log");
    if (file >= 0 && ledger.path) close(file);
}

__attribute__((format(printf, 2, 3))) static void note(const char *kind, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    report(kind, format, arguments);
    va_end(arguments);
}

// A rule is broken: what the call that broke it returns.
__attribute__((format(printf, 2, 3))) static cl_int violation(cl_int code, const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    report("violation", format, arguments);
    va_end(arguments);
    ledger.violations++;
    return code;
}

static void *allocate(size_t size) {
    void *memory = calloc(1, size);
    if (memory) return memory;
    fprintf(stderr, "gl_sharing: out of memory\n");
    abort();
}

// ---- Faults -----------------------------------------------------------------------------------

static struct {
    const char *name; // never NULL
    unsigned buffer;  // which clCreateFromGLBuffer fails, from 1; 0: none
    unsigned buffers; // how many there have been
} fault = {.name = ""};

static bool fault_is(const char *name) {
    return strcmp(fault.name, name) == 0;
}

static void set_fault(const char *name) {
    static const char *const names[] = {
        "",
        "not-listed",    // the extension is not there at all
        "no-function",   // clGetGLContextInfoKHR is not found
        "refuse-device", // clGetGLContextInfoKHR names no device
        "context",       // a context that shares cannot be made
        "buffer",        // nor can a buffer; buffer-N: the N-th cannot
        "acquire",       // clEnqueueAcquireGLObjects fails
    };
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++)
        if (strcmp(name, names[i]) == 0) fault.name = names[i];
    char rest;
    const bool numbered = sscanf(name, "buffer-%u%c", &fault.buffer, &rest) == 1 && fault.buffer > 0;
    if (numbered || strcmp(name, fault.name) == 0) return;
    fprintf(stderr, "gl_sharing: GL_SHARING_FAULT is \"%s\", which is no fault\n", name);
    abort();
}

// ---- Contexts ---------------------------------------------------------------------------------

typedef struct sharing {
    cl_context context; // NULL: an OpenGL context for which a device was named, and no more yet
    gl_home home;
    struct sharing *next;
} sharing;

static sharing *sharings;

static const sharing *sharing_find(cl_context context) {
    const sharing *s = sharings;
    while (s && s->context != context) s = s->next;
    return s;
}

static bool sharing_asked(const gl_home *home) {
    const sharing *s = sharings;
    while (s && (s->context || s->home.context != home->context || s->home.glx != home->glx)) s = s->next;
    return s != NULL;
}

static void sharing_add(cl_context context, const gl_home *home) {
    sharing *s = allocate(sizeof *s);
    *s = (sharing){context, *home, sharings};
    sharings = s;
}

// A new context may have the address of one that is gone.
static void sharing_forget(cl_context context) {
    for (sharing **s = &sharings; *s;) {
        sharing *gone = *s;
        if (gone->context == context) {
            *s = gone->next;
            free(gone);
        } else {
            s = &gone->next;
        }
    }
}

// ---- Objects ----------------------------------------------------------------------------------

typedef enum owner {
    OWNER_GL,
    OWNER_CL,    // acquired
    OWNER_NOBODY // released, and nobody has waited for that yet
} owner;

typedef struct object {
    cl_mem mem;
    cl_context context;
    gl_home home;
    GLuint name;
    size_t size; // of the store when the object was made
    unsigned references;
    owner owner;
    void *contents;       // on their way from one side to the other
    const void *poison;   // what the side that does not own the object sees: NaNs
    cl_event release;     // OWNER_NOBODY: its event,
    cl_command_queue via; // and its queue
    struct object *next;
} object;

static object *objects;

static object *object_find(cl_mem mem) {
    object *o = objects;
    while (o && o->mem != mem) o = o->next;
    return o;
}

static unsigned long objects_alive(void) {
    unsigned long count = 0;
    for (const object *o = objects; o; o = o->next) count++;
    return count;
}

// A NaN that no arithmetic gives. A store that is not whole floats ends in a part of one.
static void *poison_make(size_t size) {
    static const uint32_t nan = 0x7FC00BAD;
    unsigned char *poison = allocate(size);
    for (size_t i = 0; i < size; i += sizeof nan)
        memcpy(poison + i, &nan, size - i < sizeof nan ? size - i : sizeof nan);
    return poison;
}

static void object_add(cl_mem mem, cl_context context, const gl_home *home, GLuint name, size_t size,
                       void *poison) {
    object *o = allocate(sizeof *o);
    *o = (object){.mem = mem,
                  .context = context,
                  .home = *home,
                  .name = name,
                  .size = size,
                  .references = 1,
                  .contents = allocate(size),
                  .poison = poison,
                  .next = objects};
    objects = o;
    ledger.created++;
}

static void object_remove(object *gone) {
    object **o = &objects;
    while (*o != gone) o = &(*o)->next;
    *o = gone->next;
    free(gone->contents);
    free((void *)gone->poison);
    free(gone);
    ledger.destroyed++;
}

// ---- Kernels ----------------------------------------------------------------------------------

typedef struct argument {
    cl_kernel kernel;
    cl_uint index;
    const object *object; // NULL: it has been destroyed since
    struct argument *next;
} argument;

static argument *arguments;

static void argument_add(cl_kernel kernel, cl_uint index, const object *o) {
    argument *a = allocate(sizeof *a);
    *a = (argument){kernel, index, o, arguments};
    arguments = a;
}

#define ALL_ARGUMENTS ((cl_uint)-1)

// What a kernel had as an argument, or as all; a new kernel may have the address of one that is gone.
static void argument_forget(cl_kernel kernel, cl_uint index) {
    for (argument **a = &arguments; *a;) {
        argument *gone = *a;
        if (gone->kernel == kernel && (index == ALL_ARGUMENTS || gone->index == index)) {
            *a = gone->next;
            free(gone);
        } else {
            a = &gone->next;
        }
    }
}

static void argument_destroyed(const object *o) {
    for (argument *a = arguments; a; a = a->next)
        if (a->object == o) a->object = NULL;
}

#endif
