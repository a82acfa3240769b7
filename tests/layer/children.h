// Processes that the tests of the layer start, each with its fault or its OpenGL: the layer reads the fault
// when OpenCL is loaded, and writes its summary when the process ends. What a child finds wrong it prints,
// and exits with 1.
#ifndef TESTS_LAYER_CHILDREN_H
#define TESTS_LAYER_CHILDREN_H

#include "session.h"

#include <limits.h>
#include <sys/wait.h>
#include <unistd.h>

// ---- What they do ------------------------------------------------------------------------------

#define MUST(condition)                                                                                      \
    do {                                                                                                     \
        if (condition) break;                                                                                \
        print_error("%s:%d: not so: %s\n", __FILE__, __LINE__, #condition);                                  \
        exit(1);                                                                                             \
    } while (0)

static bool lists(void) {
    char of_device[8192], of_platform[8192];
    MUST(!clGetDeviceInfo(device, CL_DEVICE_EXTENSIONS, sizeof of_device, of_device, NULL));
    MUST(!clGetPlatformInfo(platform, CL_PLATFORM_EXTENSIONS, sizeof of_platform, of_platform, NULL));
    const bool listed = strstr(of_device, "cl_khr_gl_sharing");
    MUST(listed == (strstr(of_platform, "cl_khr_gl_sharing") != NULL));
    return listed;
}

static cl_int share(cl_context context, GLuint name, cl_mem *mem) {
    cl_int code;
    *mem = clCreateFromGLBuffer(context, CL_MEM_READ_WRITE, name, &code);
    MUST((*mem == NULL) == (code != CL_SUCCESS));
    return code;
}

static void child_without_layer(void) {
    char name[64];
    MUST(!clGetPlatformInfo(platform, CL_PLATFORM_NAME, sizeof name, name, NULL));
    MUST(strcmp(name, "Portable Computing Language") || !lists()); // other drivers may have it
}

static void child_not_listed(void) {
    const properties p = sharing_properties(&window, 0);
    cl_device_id named;
    MUST(!lists());
    MUST(!find_info() && !clGetExtensionFunctionAddress("clGetGLContextInfoKHR"));
    MUST(clGetGLContextInfoKHR(p.list, CL_CURRENT_DEVICE_FOR_GL_CONTEXT_KHR, sizeof named, &named, NULL) ==
         CL_INVALID_OPERATION);
    MUST(create_code(&p, false) == CL_INVALID_PROPERTY);
    MUST(create_code(&p, true) == CL_INVALID_PROPERTY);
}

static void child_no_function(void) {
    MUST(lists());
    MUST(!find_info() && !clGetExtensionFunctionAddress("clGetGLContextInfoKHR"));
    MUST(clGetExtensionFunctionAddressForPlatform(platform, "clIcdGetPlatformIDsKHR"));
}

static void child_refuse_device(void) {
    const properties p = sharing_properties(&window, 0);
    cl_device_id named = NULL;
    size_t size = 1;
    MUST(lists());
    MUST(!find_info()(p.list, CL_DEVICES_FOR_GL_CONTEXT_KHR, sizeof named, &named, &size));
    MUST(size == 0 && !named);
    MUST(create_code(&p, false) == CL_INVALID_OPERATION); // one violation
}

static void child_context(void) {
    const properties p = sharing_properties(&window, 0), plain = {{0}};
    MUST(lists() && !ask(&p));
    MUST(create_code(&p, false) == CL_INVALID_OPERATION);
    MUST(create_code(&p, true) == CL_INVALID_OPERATION);
    MUST(!create_code(&plain, false));
}

static void child_buffers(void) {
    const properties p = sharing_properties(&window, 0);
    const char *fault = getenv("GL_SHARING_FAULT");
    const GLuint name = make_store(BYTES, NULL);
    cl_int code;
    cl_context context = open_sharing(&p, &code);
    MUST(context);
    for (int i = 1; i <= 3; i++) {
        const bool fails = strcmp(fault, "buffer") == 0 || i == 2;
        cl_mem mem;
        MUST(share(context, name, &mem) == (fails ? CL_INVALID_GL_OBJECT : CL_SUCCESS));
        if (mem) clReleaseMemObject(mem);
    }
    clReleaseContext(context);
}

static void child_acquire(void) {
    session s;
    MUST(!session_open(&s));
    MUST(acquire(&s) == CL_OUT_OF_RESOURCES);
    MUST(gl_finds(&s, 1));
    session_close(&s);
}

static void child_unknown(void) {
    MUST(!"reached");
}

// It has no summary of its own. The leak checker cannot end a process that is one of several threads' fork.
static void exit_a_fork(void) {
    const char *sanitize = getenv("SANITIZE");
    if (sanitize && *sanitize) return;
    if (fork() == 0) {
        alarm(20);
        exit(0);
    }
    wait(NULL);
}

// Two objects, of which one is left; two kernels with a shared buffer and one without; one violation.
static void child_summary(void) {
    session s, left;
    MUST(!session_open(&s) && !session_open(&left));
    MUST(launch(&s, s.twice));
    MUST(!acquire(&s) && !launch(&s, s.twice) && !launch(&s, s.twice) && !release(&s) && !clFinish(s.queue));
    MUST(!clSetKernelArg(s.twice, 0, sizeof s.plain, &s.plain) && !launch(&s, s.twice));
    MUST(!acquire(&s) && !release(&s) && !clFinish(s.queue));
    session_close(&s);
    exit_a_fork();
}

static void child_glx(void) {
    session s;
    MUST(!session_open(&s));
    MUST(!acquire(&s) && gl_finds(&s, POISON) && !launch(&s, s.twice) && !release(&s));
    MUST(gl_finds(&s, POISON) && !clFinish(s.queue) && gl_finds(&s, 2));
    session_close(&s);
}

static const struct child {
    const char *name;
    void (*run)(void);
    const char *fault;
    const char *log; // part of what is logged
} children[] = {
    {"without layer", child_without_layer, NULL, ""},
    {"not-listed", child_not_listed, "not-listed", "violations 3 alive 0"},
    {"no-function", child_no_function, "no-function", "violations 0 alive 0"},
    {"refuse-device", child_refuse_device, "refuse-device", "violations 1 alive 0"},
    {"context", child_context, "context", "violations 0 alive 0"},
    {"buffer", child_buffers, "buffer", "summary: created 0 destroyed 0"},
    {"buffer-2", child_buffers, "buffer-2", "summary: created 2 destroyed 2"},
    {"acquire", child_acquire, "acquire",
     "summary: created 1 destroyed 1 acquired 0 released 0 kernels 0 violations 0 alive 0"},
    {"unknown", child_unknown, "acquired", ""},
    {"unknown number", child_unknown, "buffer-2x", ""},
    {"summary", child_summary, "",
     "leak: buffer 2 of 4002 bytes is still shared\n"
     "summary: created 2 destroyed 1 acquired 2 released 2 kernels 2 violations 1 alive 1\n"},
    {"GLX", child_glx, "", "kernels 1 violations 0 alive 0"},
};

// ---- Processes --------------------------------------------------------------------------------

static const char *build_folder(void) {
    const char *folder = getenv("BUILD");
    return folder ? folder : "build";
}

static const char *layer_path(void) {
    static char path[PATH_MAX];
    const char *given = getenv("GL_SHARING_LAYER");
    snprintf(path, sizeof path, "%s%s", given ? given : build_folder(), given ? "" : "/tests/gl_sharing.so");
    return path;
}

// In this process, which is about to become another.
static void set_environment(const char *layer, const char *fault, const char *log) {
    static char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/tests/%s", build_folder(), log);
    unlink(path);
    setenv("GL_SHARING_LOG", path, 1);
    setenv("GL_SHARING_FAULT", fault ? fault : "", 1);
    if (layer)
        setenv("OPENCL_LAYERS", layer, 1);
    else
        unsetenv("OPENCL_LAYERS");
}

#define CANNOT 77 // exit status: this machine has not what the child needs

// GLX unloads drivers on its way out: their leaks could not be told from ours.
static void check_no_leaks(void) {
    const char *options = getenv("ASAN_OPTIONS");
    char all[512];
    snprintf(all, sizeof all, "%s:detect_leaks=0", options ? options : "");
    setenv("ASAN_OPTIONS", all, 1);
}

static int run_child(const struct child *c) {
    const pid_t pid = fork();
    if (pid == 0) {
        set_environment(c->fault ? layer_path() : NULL, c->fault, "test_gl_sharing.child.log");
        if (c->run == child_glx) check_no_leaks();
        if (c->run == child_unknown) freopen("/dev/null", "w", stderr); // it says why it aborts
        execl("/proc/self/exe", "test_gl_sharing", c->name, (char *)NULL);
        _exit(127);
    }
    int status = -1;
    waitpid(pid, &status, 0);
    return status;
}

static void check_child(const struct child *c, int status) {
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s/tests/test_gl_sharing.child.log", build_folder());
    long from = 0;
    const char *text = log_read(path, &from);
    const bool right = c->run == child_unknown ? WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT
                                               : WIFEXITED(status) && WEXITSTATUS(status) == 0;
    if (!right) fail_msg("%s: wait status %x; logged: %s", c->name, (unsigned)status, text);
    const char *summary = strstr(text, "summary: ");
    if (summary && strstr(summary + 1, "summary: ")) fail_msg("%s: two summaries: %s", c->name, text);
    if (!strstr(text, c->log)) fail_msg("%s: logged \"%s\", not \"%s\"", c->name, text, c->log);
}

static void faults_and_summaries(void **state) {
    session_of(state);
    for (size_t i = 0; i < sizeof children / sizeof children[0]; i++) {
        const int status = run_child(&children[i]);
        if (WIFEXITED(status) && WEXITSTATUS(status) == CANNOT)
            print_message("  skipped: %s\n", children[i].name);
        else
            check_child(&children[i], status);
    }
}

static int child_main(const char *name) {
    for (size_t i = 0; i < sizeof children / sizeof children[0]; i++) {
        const struct child *c = &children[i];
        if (strcmp(c->name, name) != 0) continue;
        const bool by_glx = c->run == child_glx;
        const char *missing = by_glx ? headless_open_glx(&window) : headless_open_egl(&window);
        if (missing) {
            print_message("  %s: this machine lacks %s\n", name, missing);
            return CANNOT;
        }
        MUST(find_device());
        c->run();
        if (!by_glx) headless_close_egl(&window);
        return 0;
    }
    return 2;
}

#endif
