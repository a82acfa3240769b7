// Listing devices, and opening those that a selector names.
#include "devices.h"
#include "../base/error.h"
#include "../base/log.h"
#include "native/native.h"
#include "opencl/opencl.h"
#include "streamed/streamed_engine.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_DEVICES 64 // in one selector

struct ohm_devices {
    const cl_context_properties
        *gl; // while opening: the OpenGL context that the first device shares with, or NULL
    cl_command_queue_properties properties;
    size_t count;
    struct {
        ohm_device_info info;
        opencl_device *opencl; // NULL: the native engine
        bool automatic;        // chosen by auto
        unsigned tried;        // by auto: so many kinds of device
    } device[MAX_DEVICES];
    opencl_device *passed_over[2 * MAX_DEVICES]; // to be closed with the others
    size_t passed_over_count;
    char fallback[512]; // why the last one was passed over, or ""
};

const char *ohm_device_type_name(ohm_device_type type) {
    static const char *const names[] = {"native", "cpu", "gpu", "other"};
    return (unsigned)type < sizeof names / sizeof names[0] ? names[type] : "unknown";
}

// ---- Listing ----------------------------------------------------------------------------------

typedef struct listing {
    ohm_device_info *list;
    size_t count;
    bool failed;
} listing;

static bool append(cl_device_id id, const ohm_device_info *info, void *context) {
    (void)id;
    listing *l = context;
    ohm_device_info *more = realloc(l->list, (l->count + 1) * sizeof *more);
    l->failed = !more;
    if (!more) return false;
    l->list = more;
    l->list[l->count++] = *info;
    return true;
}

ohm_status ohm_devices_list(ohm_device_info **list, size_t *count) {
    listing l = {0};
    const ohm_device_info native = native_device_info();
    if (append(NULL, &native, &l)) opencl_visit(append, &l);
    if (l.failed) {
        free(l.list);
        return ohm_fail_memory("the list of devices");
    }
    *list = l.list;
    *count = l.count;
    return OHM_OK;
}

void ohm_devices_list_free(ohm_device_info *list) {
    free(list);
}

// ---- Choosing ---------------------------------------------------------------------------------

// The search for the first device that fits, while all are visited.
typedef struct search {
    const char *wanted; // "0.1", "gpu" or "cpu"
    size_t length;
    bool found;
    cl_device_id id;
    ohm_device_info info;
} search;

static bool is_word(const char *text, size_t length, const char *word) {
    return strlen(word) == length && strncmp(text, word, length) == 0;
}

static bool visit(cl_device_id id, const ohm_device_info *info, void *context) {
    search *s = context;
    s->found = is_word(s->wanted, s->length, info->id) ||
               is_word(s->wanted, s->length, ohm_device_type_name(info->type));
    s->id = id;
    s->info = *info;
    return !s->found;
}

static search find_device(const char *wanted, size_t length) {
    search s = {.wanted = wanted, .length = length};
    opencl_visit(visit, &s);
    return s;
}

// Whether text is gpu, cpu or P.D.
static bool names_opencl(const char *text, size_t length) {
    if (is_word(text, length, "gpu") || is_word(text, length, "cpu")) return true;
    const size_t platform = strspn(text, "0123456789");
    if (platform == 0 || text[platform] != '.') return false;
    const size_t device = strspn(text + platform + 1, "0123456789");
    return device > 0 && platform + 1 + device == length;
}

// The OpenGL context that the next device shares with, or NULL: only the first device shares.
static const cl_context_properties *sharing(const ohm_devices *devices) {
    return devices->count == 0 ? devices->gl : NULL;
}

static ohm_status open_native(ohm_devices *devices, size_t i) {
    if (sharing(devices))
        return opencl_no_sharing("the native engine computes on the host, not in an OpenCL context");
    devices->device[i].info = native_device_info();
    devices->device[i].opencl = NULL;
    return OHM_OK;
}

static ohm_status open_opencl(ohm_devices *devices, size_t i, const search *s) {
    devices->device[i].info = s->info;
    return opencl_open(s->id, &s->info, sharing(devices), devices->properties, &devices->device[i].opencl);
}

// Notes the first line of this thread's last error as the reason why a device was passed over.
static void note_fallback(ohm_devices *devices, const ohm_device_info *info) {
    const char *reason = ohm_error_message();
    char *text = devices->fallback;
    const size_t size = sizeof devices->fallback;
    if (strncmp(reason, info->name, strlen(info->name)) == 0)
        snprintf(text, size, "%s", reason);
    else
        snprintf(text, size, "%s (%s) does not work: %s", info->name, info->id, reason);
    text[strcspn(text, "\n")] = '\0';
    log_say(OHM_LOG_WARNING, "%s", text);
}

// Opens the next device that auto would choose in place i.
static ohm_status open_next(ohm_devices *devices, size_t i) {
    static const char *const kinds[] = {"gpu", "cpu"};
    unsigned *tried = &devices->device[i].tried;
    while (*tried < sizeof kinds / sizeof kinds[0]) {
        const search s = find_device(kinds[(*tried)++], 3);
        if (!s.found) continue;
        const ohm_status status = open_opencl(devices, i, &s);
        if (status != OHM_DEVICE_FAILED) return status;
        note_fallback(devices, &s.info);
    }
    return open_native(devices, i);
}

static ohm_status open_auto(ohm_devices *devices, size_t i) {
    devices->device[i].automatic = true;
    return open_next(devices, i);
}

bool devices_fall_back(ohm_devices *devices) {
    for (size_t i = 0; i < devices->count; i++) {
        opencl_device *opencl = devices->device[i].opencl;
        if (!devices->device[i].automatic || !opencl) continue;
        note_fallback(devices, &devices->device[i].info);
        devices->passed_over[devices->passed_over_count++] = opencl;
        devices->device[i].opencl = NULL;
        return open_next(devices, i) == OHM_OK;
    }
    return false;
}

bool devices_is_automatic(const ohm_devices *devices, size_t i) {
    return devices->device[i].automatic;
}

const char *ohm_devices_fallback(const ohm_devices *devices) {
    return devices->fallback[0] ? devices->fallback : NULL;
}

static ohm_status open_one(ohm_devices *devices, const char *text, size_t length) {
    const size_t i = devices->count;
    if (is_word(text, length, "native")) return open_native(devices, i);
    if (is_word(text, length, "auto")) return open_auto(devices, i);
    if (!names_opencl(text, length))
        return ohm_fail(OHM_BAD_ARGUMENT,
                        "unknown device \"%.*s\"; use auto, native, gpu, cpu or PLATFORM.DEVICE", (int)length,
                        text);
    const search s = find_device(text, length);
    if (s.found) return open_opencl(devices, i, &s);
    ohm_fail(OHM_NO_DEVICE, "there is no OpenCL device %.*s", (int)length, text);
    ohm_fail_hint("`ohmscape devices` lists the available ones");
    return OHM_NO_DEVICE;
}

static ohm_status open_all(const char *selector, const cl_context_properties *gl,
                           cl_command_queue_properties properties, ohm_devices **devices) {
    assert(selector && devices);
    *devices = NULL;
    ohm_devices *d = calloc(1, sizeof *d);
    if (!d) return ohm_fail_memory("devices");
    d->gl = gl;
    d->properties = properties;
    ohm_status status = OHM_OK;
    for (const char *text = selector; !status;) {
        const size_t length = strcspn(text, ",");
        if (d->count == MAX_DEVICES)
            status = ohm_fail(OHM_BAD_ARGUMENT, "more than %d devices in \"%s\"", MAX_DEVICES, selector);
        else
            status = open_one(d, text, length);
        if (!status) d->count++;
        if (!text[length]) break;
        text += length + 1;
    }
    if (status) {
        ohm_devices_close(d);
        return status;
    }
    d->gl = NULL;
    *devices = d;
    return OHM_OK;
}

ohm_status ohm_devices_open(const char *selector, ohm_devices **devices) {
    return open_all(selector, NULL, 0, devices);
}

ohm_status ohm_devices_open_gl(const char *selector, const cl_context_properties *gl, ohm_devices **devices) {
    return open_all(selector, gl, 0, devices);
}

ohm_status ohm_devices_open_profiling(const char *selector, ohm_devices **devices) {
    return open_all(selector, NULL, CL_QUEUE_PROFILING_ENABLE, devices);
}

ohm_status ohm_devices_open_cl(cl_context context, cl_device_id id, cl_command_queue queue,
                               ohm_devices **devices) {
    *devices = NULL;
    ohm_device_info info = opencl_describe(id);
    ohm_devices *d = calloc(1, sizeof *d);
    if (!d) return ohm_fail_memory("devices");
    snprintf(info.id, sizeof info.id, "own");
    d->device[0].info = info;
    const ohm_status status = opencl_adopt(context, id, queue, &info, &d->device[0].opencl);
    if (status) {
        free(d);
        return status;
    }
    d->count = 1;
    *devices = d;
    return OHM_OK;
}

opencl_device *devices_opencl(const ohm_devices *devices, size_t i) {
    assert(i < devices->count);
    return devices->device[i].opencl;
}

cl_context ohm_devices_cl_context(const ohm_devices *devices, size_t i) {
    const opencl_device *device = devices_opencl(devices, i);
    return device ? device->context : NULL;
}

cl_command_queue ohm_devices_cl_queue(const ohm_devices *devices, size_t i) {
    const opencl_device *device = devices_opencl(devices, i);
    return device ? device->queue : NULL;
}

size_t ohm_devices_count(const ohm_devices *devices) {
    return devices->count;
}

const ohm_device_info *ohm_devices_info(const ohm_devices *devices, size_t i) {
    assert(i < devices->count);
    return &devices->device[i].info;
}

void ohm_devices_close(ohm_devices *devices) {
    if (!devices) return;
    for (size_t i = 0; i < devices->count; i++) opencl_close(devices->device[i].opencl);
    for (size_t i = 0; i < devices->passed_over_count; i++) opencl_close(devices->passed_over[i]);
    free(devices);
}

ohm_status devices_create_engine(ohm_devices *devices, size_t i, const problem *p, const storage *s,
                                 engine **e) {
    opencl_device *opencl = devices->device[i].opencl;
    engine *made;
    const ohm_status status =
        opencl ? opencl_engine_create(opencl, p, &made) : native_engine_create(p, &made);
    if (status) return status;
    if (s && s->streams) return streamed_engine_create(made, s, e);
    *e = made;
    return OHM_OK;
}
