// An OpenCL layer (OPENCL_LAYERS) that gives any driver cl_khr_gl_sharing for buffers, by copying when they
// are acquired and when they are released, and that holds a program to every rule of the extension. It is
// for tests: no OpenCL driver for CPUs has the extension, and drivers that have it let much pass.
//
// What always holds: the side that does not own a shared buffer, OpenGL or OpenCL, finds NaNs in it. A
// released buffer belongs to nobody until the release has been waited for (clWaitForEvents, clFinish, or
// clGetEventInfo saying that it is complete), with the OpenGL context current: only then is it copied.
// A call that breaks a rule fails, and says why in the log.
//
//   GL_SHARING_LOG    a file to which one line for each broken rule is added as it happens, and at the end
//                     of the process one for each object that is left, and a summary
//   GL_SHARING_FAULT  a way in which the driver is to fail: see set_fault in ledger.h
//
// Not followed: images made from a shared buffer, and copies between buffers and images; these find NaNs
// when they come at the wrong time. Not seen: OpenGL giving a buffer a new store of the same size.
#include "hand_over.h"
#include "uses.h"

#include <CL/cl_gl.h>
#include <CL/cl_layer.h>

#define EXPORT __attribute__((visibility("default")))
#define EXTENSION "cl_khr_gl_sharing"

// ---- Answers ----------------------------------------------------------------------------------

static cl_int answer(const void *value, size_t size, size_t room, void *out, size_t *size_out) {
    if (out && room < size) return CL_INVALID_VALUE;
    if (out) memcpy(out, value, size);
    if (size_out) *size_out = size;
    return CL_SUCCESS;
}

// The extensions of a device, or with NULL of a platform, and ours; NULL where the driver does not say.
static char *extensions_of(cl_platform_id platform, cl_device_id device) {
    size_t size = 0;
    if (device ? next.clGetDeviceInfo(device, CL_DEVICE_EXTENSIONS, 0, NULL, &size)
               : next.clGetPlatformInfo(platform, CL_PLATFORM_EXTENSIONS, 0, NULL, &size))
        return NULL;
    char *list = allocate(size + sizeof " " EXTENSION);
    if (device)
        next.clGetDeviceInfo(device, CL_DEVICE_EXTENSIONS, size, list, NULL);
    else
        next.clGetPlatformInfo(platform, CL_PLATFORM_EXTENSIONS, size, list, NULL);
    if (strstr(list, EXTENSION)) return list;
    const size_t length = strlen(list);
    strcat(list, length && list[length - 1] != ' ' ? " " EXTENSION : EXTENSION);
    return list;
}

static cl_int answer_extensions(char *list, size_t room, void *out, size_t *size_out) {
    const cl_int code = answer(list, strlen(list) + 1, room, out, size_out);
    free(list);
    return code;
}

static cl_int CL_API_CALL get_platform_info(cl_platform_id platform, cl_platform_info name, size_t room,
                                            void *out, size_t *size_out) {
    char *list = NULL;
    if (name == CL_PLATFORM_EXTENSIONS && !fault_is("not-listed")) list = extensions_of(platform, NULL);
    return list ? answer_extensions(list, room, out, size_out)
                : next.clGetPlatformInfo(platform, name, room, out, size_out);
}

static cl_int CL_API_CALL get_device_info(cl_device_id device, cl_device_info name, size_t room, void *out,
                                          size_t *size_out) {
    char *list = NULL;
    if (name == CL_DEVICE_EXTENSIONS && device && !fault_is("not-listed")) list = extensions_of(NULL, device);
    return list ? answer_extensions(list, room, out, size_out)
                : next.clGetDeviceInfo(device, name, room, out, size_out);
}

// ---- Contexts ---------------------------------------------------------------------------------

// What properties of a context say of OpenGL, and the rest of them.
typedef struct split {
    bool sharing; // an OpenGL context is named, be it NULL
    void *context, *egl, *glx;
    cl_platform_id platform;
    cl_context_properties rest[64];
} split;

static split split_properties(const cl_context_properties *properties) {
    split s = {0};
    size_t n = 0;
    for (; properties && properties[0]; properties += 2) {
        void *value = (void *)properties[1];
        switch (properties[0]) {
        case CL_GL_CONTEXT_KHR:
            s.sharing = true;
            s.context = value;
            break;
        case CL_EGL_DISPLAY_KHR: s.egl = value; break;
        case CL_GLX_DISPLAY_KHR: s.glx = value; break;
        case CL_CONTEXT_PLATFORM: s.platform = value; // fall through
        default:
            if (n + 2 >= sizeof s.rest / sizeof s.rest[0]) abort();
            s.rest[n++] = properties[0];
            s.rest[n++] = properties[1];
        }
    }
    return s;
}

// An OpenGL context without its display is none.
static bool split_home(const split *s, gl_home *home) {
    if (!s->context || !(s->egl || s->glx)) return false;
    *home = (gl_home){!s->egl, s->context, gl_of(!s->egl)};
    return true;
}

// Whether the properties are those of a context that may share, and its home.
static cl_int allow_sharing(const char *call, const split *s, gl_home *home) {
    if (fault_is("not-listed"))
        return violation(CL_INVALID_PROPERTY, "%s: shares, and " EXTENSION " is not listed", call);
    if (!split_home(s, home))
        return violation(CL_INVALID_GL_SHAREGROUP_REFERENCE_KHR, "%s: no OpenGL context, or no display",
                         call);
    if (!sharing_asked(home))
        return violation(CL_INVALID_OPERATION,
                         "%s: clGetGLContextInfoKHR has named no device for this OpenGL context", call);
    return fault_is("context") ? CL_INVALID_OPERATION : CL_SUCCESS;
}

static cl_int allow_context(const char *call, const split *s, gl_home *home) {
    if (!s->sharing) return CL_SUCCESS;
    pthread_mutex_lock(&lock);
    const cl_int code = allow_sharing(call, s, home);
    pthread_mutex_unlock(&lock);
    return code;
}

static cl_context context_made(cl_context context, const split *s, const gl_home *home) {
    pthread_mutex_lock(&lock);
    if (context) sharing_forget(context);
    if (context && s->sharing) sharing_add(context, home);
    pthread_mutex_unlock(&lock);
    return context;
}

typedef void(CL_CALLBACK *context_notify)(const char *, const void *, size_t, void *);

static cl_context CL_API_CALL create_context(const cl_context_properties *properties, cl_uint count,
                                             const cl_device_id *devices, context_notify notify, void *data,
                                             cl_int *code_out) {
    const split s = split_properties(properties);
    gl_home home;
    const cl_int code = allow_context("clCreateContext", &s, &home);
    if (code) return none(code, code_out);
    const cl_context_properties *rest = s.rest[0] ? s.rest : NULL;
    return context_made(next.clCreateContext(rest, count, devices, notify, data, code_out), &s, &home);
}

static cl_context CL_API_CALL create_context_from_type(const cl_context_properties *properties,
                                                       cl_device_type type, context_notify notify, void *data,
                                                       cl_int *code_out) {
    const split s = split_properties(properties);
    gl_home home;
    const cl_int code = allow_context("clCreateContextFromType", &s, &home);
    if (code) return none(code, code_out);
    const cl_context_properties *rest = s.rest[0] ? s.rest : NULL;
    return context_made(next.clCreateContextFromType(rest, type, notify, data, code_out), &s, &home);
}

// ---- Asking for devices -----------------------------------------------------------------------

static cl_int name_devices(const split *s, cl_gl_context_info name, size_t room, void *out,
                           size_t *size_out) {
    cl_platform_id platform = s->platform;
    if (!platform && next.clGetPlatformIDs(1, &platform, NULL)) return CL_INVALID_PLATFORM;
    cl_device_id devices[64];
    cl_uint count = 0;
    const cl_int code = next.clGetDeviceIDs(platform, CL_DEVICE_TYPE_ALL, 64, devices, &count);
    if (code) return code;
    if (count > 64) count = 64;
    if (name == CL_CURRENT_DEVICE_FOR_GL_CONTEXT_KHR && count > 1) count = 1;
    return answer(devices, count * sizeof devices[0], room, out, size_out);
}

static cl_int CL_API_CALL get_gl_context_info(const cl_context_properties *properties,
                                              cl_gl_context_info name, size_t room, void *out,
                                              size_t *size_out) {
    const split s = split_properties(properties);
    gl_home home;
    cl_int code = CL_SUCCESS;
    pthread_mutex_lock(&lock);
    if (fault_is("not-listed"))
        code = violation(CL_INVALID_OPERATION, "clGetGLContextInfoKHR: " EXTENSION " is not listed");
    else if (!split_home(&s, &home))
        code = CL_INVALID_GL_SHAREGROUP_REFERENCE_KHR;
    else if (name != CL_CURRENT_DEVICE_FOR_GL_CONTEXT_KHR && name != CL_DEVICES_FOR_GL_CONTEXT_KHR)
        code = CL_INVALID_VALUE;
    else if (fault_is("refuse-device"))
        code = answer(NULL, 0, 0, NULL, size_out);
    else {
        code = name_devices(&s, name, room, out, size_out);
        // Who asked for the size alone has been told no device.
        if (!code && out && !sharing_asked(&home)) sharing_add(NULL, &home);
    }
    pthread_mutex_unlock(&lock);
    return code;
}

static bool is_ours(const char *name) {
    return name && strcmp(name, "clGetGLContextInfoKHR") == 0;
}

static void *our_function(void) {
    if (fault_is("no-function") || fault_is("not-listed")) return NULL;
    cl_int(CL_API_CALL *const function)(const cl_context_properties *, cl_gl_context_info, size_t, void *,
                                        size_t *) = get_gl_context_info;
    void *address;
    memcpy(&address, &function, sizeof address); // ISO C has no cast for it
    return address;
}

static void *CL_API_CALL get_function(const char *name) {
    return is_ours(name) ? our_function() : next.clGetExtensionFunctionAddress(name);
}

static void *CL_API_CALL get_function_for_platform(cl_platform_id platform, const char *name) {
    return is_ours(name) ? our_function() : next.clGetExtensionFunctionAddressForPlatform(platform, name);
}

// ---- Making objects ---------------------------------------------------------------------------

static cl_mem make_buffer(cl_context context, cl_mem_flags flags, GLuint name, cl_int *code) {
    const sharing *s = sharing_find(context);
    if (!s) {
        *code = violation(CL_INVALID_CONTEXT, "clCreateFromGLBuffer: the context does not share");
        return NULL;
    }
    if (flags != CL_MEM_READ_WRITE && flags != CL_MEM_READ_ONLY && flags != CL_MEM_WRITE_ONLY) {
        *code = violation(CL_INVALID_VALUE, "clCreateFromGLBuffer: flags %llx", (unsigned long long)flags);
        return NULL;
    }
    if (!gl_is_current(&s->home)) {
        *code = violation(CL_INVALID_OPERATION, "clCreateFromGLBuffer: the OpenGL context is not current");
        return NULL;
    }
    const size_t size = gl_size(&s->home, name);
    if (size == 0) {
        *code = violation(CL_INVALID_GL_OBJECT, "clCreateFromGLBuffer: %u is no buffer with a store", name);
        return NULL;
    }
    void *poison = poison_make(size);
    cl_mem mem = next.clCreateBuffer(context, flags | CL_MEM_COPY_HOST_PTR, size, poison, code);
    if (mem)
        object_add(mem, context, &s->home, name, size, poison);
    else
        free(poison);
    return mem;
}

static cl_mem CL_API_CALL create_from_gl_buffer(cl_context context, cl_mem_flags flags, cl_GLuint name,
                                                cl_int *code_out) {
    pthread_mutex_lock(&lock);
    fault.buffers++;
    cl_int code = CL_INVALID_GL_OBJECT;
    cl_mem mem = NULL;
    if (!fault_is("buffer") && fault.buffers != fault.buffer) mem = make_buffer(context, flags, name, &code);
    pthread_mutex_unlock(&lock);
    if (code_out) *code_out = code;
    return mem;
}

static cl_mem CL_API_CALL create_from_gl_texture(cl_context context, cl_mem_flags flags, cl_GLenum target,
                                                 cl_GLint level, cl_GLuint name, cl_int *code_out) {
    (void)context, (void)flags, (void)target, (void)level, (void)name;
    return none(CL_INVALID_OPERATION, code_out); // this layer shares buffers alone
}

static cl_int CL_API_CALL get_gl_object_info(cl_mem mem, cl_gl_object_type *type, cl_GLuint *name) {
    pthread_mutex_lock(&lock);
    const object *o = object_find(mem);
    if (o && type) *type = CL_GL_OBJECT_BUFFER;
    if (o && name) *name = o->name;
    pthread_mutex_unlock(&lock);
    return o ? CL_SUCCESS : CL_INVALID_GL_OBJECT;
}

// ---- The end of objects -----------------------------------------------------------------------

static cl_int CL_API_CALL retain_mem(cl_mem mem) {
    const cl_int code = next.clRetainMemObject(mem);
    pthread_mutex_lock(&lock);
    object *o = object_find(mem);
    if (o && !code) o->references++;
    pthread_mutex_unlock(&lock);
    return code;
}

static cl_int end_object(object *o) {
    cl_int code = CL_SUCCESS;
    if (o->owner == OWNER_CL)
        code = violation(CL_INVALID_OPERATION, "clReleaseMemObject: buffer %u is acquired", o->name);
    if (o->owner == OWNER_NOBODY) {
        code = violation(CL_INVALID_OPERATION,
                         "clReleaseMemObject: nobody has waited for the release of buffer %u", o->name);
        next.clReleaseEvent(o->release);
    }
    argument_destroyed(o);
    object_remove(o);
    return code;
}

// The program's own references are counted: the driver's include those of commands in flight, and its
// destructor callback may come from another thread, later.
static cl_int CL_API_CALL release_mem(cl_mem mem) {
    pthread_mutex_lock(&lock);
    object *o = object_find(mem);
    const cl_int broken = o && --o->references == 0 ? end_object(o) : CL_SUCCESS;
    pthread_mutex_unlock(&lock);
    const cl_int code = next.clReleaseMemObject(mem);
    return broken ? broken : code;
}

// ---- The layer --------------------------------------------------------------------------------

static const cl_icd_dispatch functions = {
    .clGetPlatformInfo = get_platform_info,
    .clGetDeviceInfo = get_device_info,
    .clCreateContext = create_context,
    .clCreateContextFromType = create_context_from_type,
    .clRetainMemObject = retain_mem,
    .clReleaseMemObject = release_mem,
    .clCreateKernel = create_kernel,
    .clCreateKernelsInProgram = create_kernels,
    .clSetKernelArg = set_kernel_arg,
    .clWaitForEvents = wait_for_events,
    .clGetEventInfo = get_event_info,
    .clFinish = finish,
    .clEnqueueReadBuffer = enqueue_read,
    .clEnqueueWriteBuffer = enqueue_write,
    .clEnqueueCopyBuffer = enqueue_copy,
    .clEnqueueMapBuffer = enqueue_map,
    .clEnqueueNDRangeKernel = enqueue_kernel,
    .clEnqueueTask = enqueue_task,
    .clGetExtensionFunctionAddress = get_function,
    .clCreateFromGLBuffer = create_from_gl_buffer,
    .clGetGLObjectInfo = get_gl_object_info,
    .clEnqueueAcquireGLObjects = enqueue_acquire,
    .clEnqueueReleaseGLObjects = enqueue_release,
    .clGetGLContextInfoKHR = get_gl_context_info,
    .clCreateSubBuffer = create_sub_buffer,
    .clEnqueueReadBufferRect = enqueue_read_rect,
    .clEnqueueWriteBufferRect = enqueue_write_rect,
    .clEnqueueCopyBufferRect = enqueue_copy_rect,
    .clEnqueueFillBuffer = enqueue_fill,
    .clGetExtensionFunctionAddressForPlatform = get_function_for_platform,
    .clCreateFromGLTexture = create_from_gl_texture,
    .clCloneKernel = clone_kernel,
};

EXPORT CL_API_ENTRY cl_int CL_API_CALL clGetLayerInfo(cl_layer_info name, size_t room, void *out,
                                                      size_t *size_out) {
    static const cl_layer_api_version version = CL_LAYER_API_VERSION_100;
    static const char layer[] = EXTENSION " by copying";
    switch (name) {
    case CL_LAYER_API_VERSION: return answer(&version, sizeof version, room, out, size_out);
    case CL_LAYER_NAME: return answer(layer, sizeof layer, room, out, size_out);
    }
    return CL_INVALID_VALUE;
}

// A loader fills the entries that are NULL from the driver's; its table may be shorter than ours.
EXPORT CL_API_ENTRY cl_int CL_API_CALL clInitLayer(cl_uint count, const cl_icd_dispatch *target,
                                                   cl_uint *count_out, const cl_icd_dispatch **out) {
    if (!target || !count_out || !out) return CL_INVALID_VALUE;
    const cl_uint ours = sizeof functions / sizeof(void (*)(void));
    *count_out = count < ours ? count : ours;
    memcpy(&next, target, *count_out * sizeof(void (*)(void)));
    *out = &functions;
    const char *path = getenv("GL_SHARING_LOG"), *name = getenv("GL_SHARING_FAULT");
    if (path && *path) ledger.path = strdup(path);
    ledger.process = getpid();
    set_fault(name ? name : "");
    return CL_SUCCESS;
}

// What loaders newer than Debian 12's look for first. Its properties say how the layer is ended; this one
// ends with the process in any case.
typedef cl_ulong layer_property;
EXPORT cl_int CL_API_CALL clInitLayerWithProperties(cl_uint count, const cl_icd_dispatch *target,
                                                    cl_uint *count_out, const cl_icd_dispatch **out,
                                                    const layer_property *properties);
EXPORT cl_int CL_API_CALL clInitLayerWithProperties(cl_uint count, const cl_icd_dispatch *target,
                                                    cl_uint *count_out, const cl_icd_dispatch **out,
                                                    const layer_property *properties) {
    (void)properties;
    return clInitLayer(count, target, count_out, out);
}

// Not in a process forked from the one that loaded the layer.
__attribute__((destructor)) static void summarize(void) {
    if (!ledger.process || ledger.process != getpid()) return;
    pthread_mutex_lock(&lock);
    for (const object *o = objects; o; o = o->next)
        note("leak", "buffer %u of %zu bytes is still shared", o->name, o->size);
    note("summary",
         "created %lu destroyed %lu acquired %lu released %lu kernels %lu violations %lu alive %lu",
         ledger.created, ledger.destroyed, ledger.acquired, ledger.released, ledger.kernels,
         ledger.violations, objects_alive());
    pthread_mutex_unlock(&lock);
}
