// Whether a device can share objects between OpenCL and OpenGL (cl_khr_gl_sharing).
#include "../../base/error.h"
#include "opencl.h"

#include <CL/cl_gl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

ohm_status opencl_no_sharing(const char *format, ...) {
    char why[512];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(why, sizeof why, format, arguments);
    va_end(arguments);
    return ohm_fail(OHM_NO_DEVICE, "cannot share buffers with OpenGL: %s", why);
}

// Whether the device lists an extension, as a whole word.
static bool has_extension(cl_device_id id, const char *name) {
    size_t size = 0;
    clGetDeviceInfo(id, CL_DEVICE_EXTENSIONS, 0, NULL, &size);
    char *list = calloc(1, size + 1);
    if (list) clGetDeviceInfo(id, CL_DEVICE_EXTENSIONS, size, list, NULL);
    bool found = false;
    char *rest = list;
    for (char *word; !found && rest && (word = strsep(&rest, " "));) found = strcmp(word, name) == 0;
    free(list);
    return found;
}

// Whether the driver names the device among those that can share with that OpenGL context. This must be asked
// before a context is made: PoCL 3.1 and others accept the properties and then crash.
static ohm_status ask_driver(cl_platform_id platform, cl_device_id id,
                             const cl_context_properties *properties) {
    clGetGLContextInfoKHR_fn ask;
    void *found = clGetExtensionFunctionAddressForPlatform(platform, "clGetGLContextInfoKHR");
    memcpy(&ask, &found, sizeof ask); // ISO C has no cast from an object's to a function's pointer
    if (!found) return opencl_no_sharing("its driver lacks clGetGLContextInfoKHR");
    cl_device_id devices[64];
    size_t size = 0;
    const cl_int code = ask(properties, CL_DEVICES_FOR_GL_CONTEXT_KHR, sizeof devices, devices, &size);
    if (code) {
        opencl_failed("clGetGLContextInfoKHR", code);
        return opencl_no_sharing("%s", ohm_error_message());
    }
    for (size_t i = 0; i < size / sizeof id; i++)
        if (devices[i] == id) return OHM_OK;
    return opencl_no_sharing("this OpenGL context belongs to another device");
}

ohm_status opencl_sharing_properties(cl_device_id id, const cl_context_properties *gl,
                                     cl_context_properties properties[OPENCL_MAX_PROPERTIES]) {
    if (!has_extension(id, "cl_khr_gl_sharing"))
        return opencl_no_sharing("the device does not list cl_khr_gl_sharing");
    cl_platform_id platform;
    const cl_int code = clGetDeviceInfo(id, CL_DEVICE_PLATFORM, sizeof platform, &platform, NULL);
    if (code) return opencl_failed("clGetDeviceInfo", code);
    int n = 0;
    for (; gl[n] && n + 4 < OPENCL_MAX_PROPERTIES; n += 2) {
        properties[n] = gl[n];
        properties[n + 1] = gl[n + 1];
    }
    properties[n++] = CL_CONTEXT_PLATFORM;
    properties[n++] = (cl_context_properties)platform;
    properties[n] = 0;
    return ask_driver(platform, id, properties);
}
