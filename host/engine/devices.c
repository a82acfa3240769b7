// Listing devices, and opening those that a selector names.
#include "devices.h"
#include "../base/error.h"
#include "../base/log.h"
#include "native/native.h"
#include "opencl/opencl.h"
#include "remote/ranks.h"
#include "remote/remote.h"
#include "streamed/streamed_engine.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_DEVICES 1024 // of one selector

// One that is opened: of this rank by OpenCL, or of another, or the native engine.
typedef struct opened {
    ohm_device_info info;
    opencl_device *opencl;
    remote_device *remote;
    int rank;
    bool automatic; // chosen by auto
    unsigned tried; // by auto: so many kinds of device
} opened;

struct ohm_devices {
    const cl_context_properties
        *gl; // while opening: the OpenGL context that the first device shares with, or NULL
    cl_command_queue_properties properties;
    size_t count, failed; // failed: the last one on which no engine could be made to work
    opened device[MAX_DEVICES];
    opened passed_over[2 * MAX_DEVICES]; // to be closed with the others
    size_t passed_over_count;
    remote_list *lists; // of other ranks, once they are needed
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

static ohm_status finish_list(listing *l, ohm_device_info **list, size_t *count) {
    if (l->failed) {
        free(l->list);
        return ohm_fail_memory("the list of devices");
    }
    *list = l->list;
    *count = l->count;
    return OHM_OK;
}

ohm_status devices_list_own(ohm_device_info **list, size_t *count) {
    listing l = {0};
    const ohm_device_info native = native_device_info();
    if (append(NULL, &native, &l)) opencl_visit(append, &l);
    return finish_list(&l, list, count);
}

// Among several ranks an id begins with its rank.
static void name_by_rank(ohm_device_info *info, int rank) {
    char id[sizeof info->id + 16];
    if (ranks_count() == 1) return;
    snprintf(id, sizeof id, "%d:%s", rank, info->id);
    memcpy(info->id, id, sizeof info->id - 1);
}

static void append_of_rank(listing *l, int rank, const ohm_device_info *list, size_t count) {
    for (size_t i = 0; i < count && !l->failed; i++) {
        ohm_device_info info = list[i];
        name_by_rank(&info, rank);
        append(NULL, &info, l);
    }
}

ohm_status ohm_devices_list(ohm_device_info **list, size_t *count) {
    listing l = {0};
    remote_list *others;
    ohm_device_info *own;
    size_t own_count;
    ohm_status status = remote_list_all(&others);
    if (status) return status;
    status = devices_list_own(&own, &own_count);
    if (!status) append_of_rank(&l, 0, own, own_count);
    if (!status) ohm_devices_list_free(own);
    for (int r = 1; r < ranks_count() && !status; r++)
        append_of_rank(&l, r, others[r].devices, others[r].count);
    remote_list_free(others);
    return status ? status : finish_list(&l, list, count);
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
    name_by_rank(&devices->device[i].info, 0);
    return OHM_OK;
}

static ohm_status open_opencl(ohm_devices *devices, size_t i, const search *s) {
    ohm_device_info *info = &devices->device[i].info;
    *info = s->info;
    name_by_rank(info, 0);
    return opencl_open(s->id, info, sharing(devices), devices->properties, &devices->device[i].opencl);
}

static ohm_status open_own(ohm_devices *devices, size_t i, const char *text, size_t length, bool *found) {
    if (is_word(text, length, "native")) return open_native(devices, i);
    const search s = find_device(text, length);
    *found = s.found;
    return s.found ? open_opencl(devices, i, &s) : OHM_OK;
}

// Ranks of one machine take its devices of one kind in turn.
static const ohm_device_info *find_remote(const remote_list *list, const char *text, size_t length,
                                          int local) {
    size_t fit = 0;
    for (size_t i = 0; i < list->count; i++) {
        if (is_word(text, length, list->devices[i].id)) return &list->devices[i];
        fit += is_word(text, length, ohm_device_type_name(list->devices[i].type));
    }
    for (size_t i = 0, left = fit ? (size_t)local % fit : 0; i < list->count && fit; i++)
        if (is_word(text, length, ohm_device_type_name(list->devices[i].type)) && left-- == 0)
            return &list->devices[i];
    return NULL;
}

static ohm_status open_remote(ohm_devices *devices, size_t i, const char *text, size_t length, bool *there) {
    opened *d = &devices->device[i];
    const rank_entry *rank = ranks_entry(d->rank);
    if (sharing(devices)) return opencl_no_sharing("the device belongs to another rank");
    ohm_status status = devices->lists ? OHM_OK : remote_list_all(&devices->lists);
    if (status) return status;
    const ohm_device_info *found = find_remote(&devices->lists[d->rank], text, length, rank->local);
    *there = found;
    if (!found) return OHM_OK;
    d->info = *found;
    name_by_rank(&d->info, d->rank);
    return remote_open(d->rank, found->id, &d->info, &d->remote);
}

// Opens one by its name or kind, if there is one.
static ohm_status open_found(ohm_devices *devices, size_t i, const char *text, size_t length, bool *found) {
    *found = true;
    return devices->device[i].rank ? open_remote(devices, i, text, length, found)
                                   : open_own(devices, i, text, length, found);
}

static ohm_status open_named(ohm_devices *devices, size_t i, const char *text, size_t length) {
    bool found;
    const int rank = devices->device[i].rank;
    const ohm_status status = open_found(devices, i, text, length, &found);
    if (found) return status;
    if (ranks_count() == 1)
        ohm_fail(OHM_NO_DEVICE, "there is no OpenCL device %.*s", (int)length, text);
    else
        ohm_fail(OHM_NO_DEVICE, "there is no OpenCL device %.*s on rank %d (%s)", (int)length, text, rank,
                 ranks_entry(rank)->host);
    ohm_fail_hint("`ohmscape devices` lists the available ones");
    return OHM_NO_DEVICE;
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

static bool is_lost(int rank) {
    return rank && ranks_entry(rank)->peer->lost;
}

// Opens the next device that auto would choose in place i.
static ohm_status open_next(ohm_devices *devices, size_t i) {
    static const char *const kinds[] = {"gpu", "cpu"};
    opened *d = &devices->device[i];
    while (d->tried < sizeof kinds / sizeof kinds[0]) {
        bool found;
        const ohm_status status = open_found(devices, i, kinds[d->tried++], 3, &found);
        if (!found) continue;
        if (status != OHM_DEVICE_FAILED || is_lost(d->rank)) return status;
        note_fallback(devices, &d->info);
    }
    return open_named(devices, i, "native", strlen("native"));
}

static ohm_status open_auto(ohm_devices *devices, size_t i) {
    devices->device[i].automatic = true;
    return open_next(devices, i);
}

// Whether another could take its place.
static bool can_be_replaced(const opened *d) {
    return d->automatic && d->info.type != OHM_DEVICE_NATIVE && !is_lost(d->rank);
}

bool devices_fall_back(ohm_devices *devices) {
    const size_t i = devices->failed;
    if (i >= devices->count || !can_be_replaced(&devices->device[i])) return false;
    opened *d = &devices->device[i];
    note_fallback(devices, &d->info);
    devices->passed_over[devices->passed_over_count++] = *d;
    d->opencl = NULL;
    d->remote = NULL;
    return open_next(devices, i) == OHM_OK;
}

void devices_blame(ohm_devices *devices, size_t i) {
    devices->failed = i;
}

bool devices_is_automatic(const ohm_devices *devices, size_t i) {
    return devices->device[i].automatic;
}

const char *ohm_devices_fallback(const ohm_devices *devices) {
    return devices->fallback[0] ? devices->fallback : NULL;
}

// Opens one of a rank.
static ohm_status open_at(ohm_devices *devices, int rank, const char *text, size_t length) {
    const size_t i = devices->count;
    if (i == MAX_DEVICES) return ohm_fail(OHM_BAD_ARGUMENT, "more than %d devices are selected", MAX_DEVICES);
    devices->device[i].rank = rank;
    const ohm_status status =
        is_word(text, length, "auto") ? open_auto(devices, i) : open_named(devices, i, text, length);
    if (!status) devices->count++;
    return status;
}

static ohm_status unknown_rank(const char *text, size_t digits) {
    const int count = ranks_count();
    if (count > 1)
        return ohm_fail(OHM_BAD_ARGUMENT, "there is no rank %.*s: the %d ranks are numbered from 0 to %d",
                        (int)digits, text, count, count - 1);
    ohm_fail(OHM_BAD_ARGUMENT, "there is no rank %.*s: this program runs alone", (int)digits, text);
    ohm_fail_hint("start several ranks with mpirun or srun");
    return OHM_BAD_ARGUMENT;
}

// A name alone is that of a device of every rank; RANK: goes before the name of one.
static ohm_status open_one(ohm_devices *devices, const char *text, size_t length) {
    const size_t digits = strspn(text, "0123456789"), prefix = digits && text[digits] == ':' ? digits + 1 : 0;
    const char *name = text + prefix;
    const size_t rest = length - prefix;
    if (!is_word(name, rest, "native") && !is_word(name, rest, "auto") && !names_opencl(name, rest))
        return ohm_fail(OHM_BAD_ARGUMENT,
                        "unknown device \"%.*s\"; use auto, native, gpu, cpu or PLATFORM.DEVICE", (int)length,
                        text);
    const unsigned long rank = prefix ? strtoul(text, NULL, 10) : 0;
    const unsigned long end = prefix ? rank + 1 : (unsigned long)ranks_count();
    if (end > (unsigned long)ranks_count() || digits > 9) return unknown_rank(text, digits);
    ohm_status status = OHM_OK;
    for (unsigned long r = rank; r < end && !status; r++) status = open_at(devices, (int)r, name, rest);
    return status;
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
        status = open_one(d, text, length);
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

static void close_one(opened *d) {
    opencl_close(d->opencl);
    remote_close(d->remote);
}

void ohm_devices_close(ohm_devices *devices) {
    if (!devices) return;
    for (size_t i = 0; i < devices->count; i++) close_one(&devices->device[i]);
    for (size_t i = 0; i < devices->passed_over_count; i++) close_one(&devices->passed_over[i]);
    remote_list_free(devices->lists);
    free(devices);
}

static ohm_status create_here(const opened *d, const problem *p, const storage *s, engine **e) {
    engine *made;
    const ohm_status status =
        d->opencl ? opencl_engine_create(d->opencl, p, &made) : native_engine_create(p, &made);
    if (status) return status;
    if (s && s->streams) return streamed_engine_create(made, s, e);
    *e = made;
    return OHM_OK;
}

ohm_status devices_create_engine(ohm_devices *devices, size_t i, const problem *p, const storage *s,
                                 engine **e) {
    const opened *d = &devices->device[i];
    devices_blame(devices, i);
    return d->remote ? remote_engine_create(d->remote, p, s, e) : create_here(d, p, s, e);
}

bool devices_is_remote(const ohm_devices *devices, size_t i) {
    return devices->device[i].remote;
}

int devices_machine(const ohm_devices *devices, size_t i) {
    return ranks_entry(devices->device[i].rank)->machine;
}
