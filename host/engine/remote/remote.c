#include "remote.h"
#include "../../base/error.h"
#include "../building.h"
#include "protocol.h"
#include "ranks.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Orders that are not answered go ahead of what is done, so far.
#define MOST_AHEAD 1024
#define MOST_AHEAD_BYTES ((uint64_t)16 << 20)

struct remote_device {
    peer *peer;
    uint32_t handle;
    ohm_device_info info;
};

typedef struct remote_engine {
    engine base;
    peer *peer;
    const remote_device *device;
    uint32_t handle;
    bool told;           // the rank has these:
    ohm_physics physics; // of the last launch
} remote_engine;

typedef struct remote_buffer {
    buffer base;
    uint32_t handle;
} remote_buffer;

// ---- Orders and answers -----------------------------------------------------------------------

// The failure that an answer tells of.
static ohm_status fail_as_told(const peer *p, const answer *a, const char *text, size_t bytes) {
    const size_t length = strnlen(text, bytes);
    const char *hint = length + 1 < bytes ? text + length + 1 : "";
    ohm_fail((ohm_status)a->status, "rank %d on %s: %.*s", p->rank, p->host, (int)length, text);
    if (*hint) ohm_fail_hint("%.*s", (int)strnlen(hint, bytes - length - 1), hint);
    return (ohm_status)a->status;
}

// The answer to an order; into gets its data, which has to have room bytes at most. The peer is locked.
static ohm_status hear(peer *p, answer *a, void *into, size_t room, size_t *got) {
    size_t bytes = 0;
    const ohm_status status = peer_receive(p, &bytes);
    if (status) return status;
    if (bytes < sizeof *a) return ohm_fail(OHM_DEVICE_FAILED, "rank %d gave an answer that is none", p->rank);
    p->ahead = 0;
    p->ahead_bytes = 0;
    memcpy(a, p->received, sizeof *a);
    const char *data = p->received + sizeof *a;
    bytes -= sizeof *a;
    if (a->status) return fail_as_told(p, a, data, bytes);
    if (got) *got = bytes;
    if (bytes && into) memcpy(into, data, bytes < room ? bytes : room);
    return OHM_OK;
}

// Gives an order that is answered. The peer is locked.
static ohm_status ask_locked(peer *p, const order *o, const void *data, size_t bytes, answer *a, void *into,
                             size_t room) {
    const message_part parts[] = {{o, sizeof *o}, {data, bytes}};
    const ohm_status status = peer_send(p, parts, 2);
    return status ? status : hear(p, a, into, room, NULL);
}

static ohm_status ask(peer *p, const order *o, const void *data, size_t bytes, answer *a) {
    pthread_mutex_lock(&p->lock);
    const ohm_status status = ask_locked(p, o, data, bytes, a, NULL, 0);
    pthread_mutex_unlock(&p->lock);
    return status;
}

// Gives an order that is not answered, once the rank is not too far behind.
static ohm_status tell(peer *p, const message_part *parts, size_t count) {
    ohm_status status = OHM_OK;
    answer a;
    pthread_mutex_lock(&p->lock);
    if (p->ahead >= MOST_AHEAD || p->ahead_bytes >= MOST_AHEAD_BYTES)
        status = ask_locked(p, &(order){ORDER_PING, 0, {0}}, NULL, 0, &a, NULL, 0);
    if (!status) status = peer_send(p, parts, count);
    p->ahead++;
    for (size_t i = 0; i < count; i++) p->ahead_bytes += parts[i].bytes;
    pthread_mutex_unlock(&p->lock);
    return status;
}

static ohm_status tell_short(peer *p, order_kind kind, uint32_t handle) {
    const order o = {kind, handle, {0}};
    return tell(p, &(message_part){&o, sizeof o}, 1);
}

ohm_status remote_dismiss(peer *p, bool orderly) {
    answer a;
    return ask(p, &(order){ORDER_LEAVE, orderly, {0}}, NULL, 0, &a);
}

// ---- Devices ----------------------------------------------------------------------------------

static ohm_status take_list(peer *p, remote_list *l) {
    answer a;
    size_t bytes = 0;
    const ohm_status status = hear(p, &a, NULL, 0, &bytes);
    if (status) return status;
    l->devices = malloc(bytes);
    if (!l->devices) return ohm_fail_memory("the list of devices");
    memcpy(l->devices, p->received + sizeof a, bytes);
    l->count = bytes / sizeof *l->devices;
    return OHM_OK;
}

// All ranks look at the same time.
ohm_status remote_list_all(remote_list **lists) {
    const order o = {ORDER_LIST, 0, {0}};
    const int count = ranks_count();
    remote_list *all = calloc((size_t)count, sizeof *all);
    *lists = NULL;
    if (!all) return ohm_fail_memory("the list of devices");
    ohm_status status = OHM_OK;
    for (int r = 1; r < count; r++) {
        pthread_mutex_lock(&ranks_entry(r)->peer->lock);
        (void)peer_send(ranks_entry(r)->peer, &(message_part){&o, sizeof o}, 1); // lost ones have no answer
    }
    for (int r = 1; r < count; r++) {
        const ohm_status one = take_list(ranks_entry(r)->peer, &all[r]);
        if (one) status = one;
        pthread_mutex_unlock(&ranks_entry(r)->peer->lock);
    }
    if (status)
        remote_list_free(all);
    else
        *lists = all;
    return status;
}

void remote_list_free(remote_list *lists) {
    for (int r = 0; lists && r < ranks_count(); r++) free(lists[r].devices);
    free(lists);
}

ohm_status remote_open(int rank, const char *id, const ohm_device_info *info, remote_device **device) {
    answer a;
    peer *p = ranks_entry(rank)->peer;
    remote_device *made = malloc(sizeof *made);
    *device = NULL;
    if (!made) return ohm_fail_memory("a device");
    const ohm_status status = ask(p, &(order){ORDER_OPEN, 0, {0}}, id, strlen(id) + 1, &a);
    if (status) {
        free(made);
        return status;
    }
    *made = (remote_device){p, (uint32_t)a.value[0], *info};
    *device = made;
    return OHM_OK;
}

void remote_close(remote_device *device) {
    if (device) (void)tell_short(device->peer, ORDER_CLOSE, device->handle);
    free(device);
}

// ---- Memory -----------------------------------------------------------------------------------

static peer *peer_of(const engine *e) {
    return ((const remote_engine *)e)->peer;
}

static uint32_t engine_handle(const engine *e) {
    return ((const remote_engine *)e)->handle;
}

static uint32_t buffer_handle(const buffer *b) {
    return b ? ((const remote_buffer *)b)->handle : NO_HANDLE;
}

static ohm_status make_buffer(engine *e, uint64_t bytes, bool is_plane, buffer **b) {
    answer a;
    remote_buffer *made = malloc(sizeof *made);
    *b = NULL;
    if (!made) return ohm_fail_memory("a buffer");
    const order o = {ORDER_CREATE, engine_handle(e), {.width = bytes, .height = is_plane}};
    const ohm_status status = ask(peer_of(e), &o, NULL, 0, &a);
    if (status) {
        free(made);
        return status;
    }
    *made = (remote_buffer){{e, bytes}, (uint32_t)a.value[0]};
    *b = &made->base;
    return OHM_OK;
}

static ohm_status remote_create(engine *e, uint64_t bytes, buffer **b) {
    return make_buffer(e, bytes, false, b);
}

static ohm_status remote_keep(engine *e, uint64_t bytes, buffer **b) {
    return make_buffer(e, bytes, true, b);
}

static void remote_release(buffer *b) {
    (void)tell_short(peer_of(b->engine), ORDER_RELEASE, buffer_handle(b));
    free(b);
}

static ohm_status remote_clear(buffer *b) {
    return tell_short(peer_of(b->engine), ORDER_CLEAR, buffer_handle(b));
}

typedef ohm_status carry(buffer *b, region part, char *host);

static ohm_status put_part(buffer *b, region part, char *host) {
    const order o = {ORDER_PUT, buffer_handle(b), part};
    const message_part parts[] = {{&o, sizeof o}, {host, part.width * part.height}};
    return tell(peer_of(b->engine), parts, 2);
}

static ohm_status get_part(buffer *b, region part, char *host) {
    answer a;
    peer *p = peer_of(b->engine);
    const order o = {ORDER_GET, buffer_handle(b), part};
    pthread_mutex_lock(&p->lock);
    const ohm_status status = ask_locked(p, &o, NULL, 0, &a, host, part.width * part.height);
    pthread_mutex_unlock(&p->lock);
    return status;
}

// Carries a run that is longer than a message.
static ohm_status carry_long(buffer *b, uint64_t offset, uint64_t width, char *host, carry *one) {
    ohm_status status = OHM_OK;
    for (uint64_t x = 0; x < width && !status; x += PEER_PIECE) {
        const uint64_t now = width - x < PEER_PIECE ? width - x : PEER_PIECE;
        status = one(b, (region){offset + x, now, now, 1}, host + x);
    }
    return status;
}

// Carries a region between the buffer and the host, in parts that fit into a message: so many whole runs, or
// parts of one.
static ohm_status carry_all(buffer *b, region r, char *host, carry *one) {
    const uint64_t runs = r.width < PEER_PIECE ? PEER_PIECE / (r.width ? r.width : 1) : 1;
    ohm_status status = OHM_OK;
    for (uint64_t i = 0; i < r.height && !status; i += runs) {
        const uint64_t now = r.height - i < runs ? r.height - i : runs, offset = r.offset + i * r.pitch;
        char *at = host + i * r.width;
        status = r.width > PEER_PIECE ? carry_long(b, offset, r.width, at, one)
                                      : one(b, (region){offset, r.pitch, r.width, now}, at);
    }
    return status;
}

static ohm_status remote_put(buffer *b, region to, const void *from) {
    return carry_all(b, to, (char *)from, put_part); // which only reads it
}

static ohm_status remote_get(buffer *b, region from, void *to) {
    return carry_all(b, from, to, get_part);
}

// ---- Running ----------------------------------------------------------------------------------

static launch_order order_of(const launch *l) {
    launch_order o = {
        .operation = l->operation,
        .buffers = l->buffers,
        .shape = l->shape,
        .items = l->items,
        .work = l->work,
        .width = l->width,
        .height = l->height,
        .spread = l->spread,
        .arguments = (uint32_t)l->size,
    };
    for (unsigned i = 0; i < LAUNCH_MAX_BUFFERS; i++) o.buffer[i] = buffer_handle(l->buffer[i]);
    return o;
}

static ohm_status remote_run(engine *e, const launch *l) {
    remote_engine *r = (remote_engine *)e;
    const order o = {ORDER_RUN, r->handle, {0}};
    launch_order what = order_of(l);
    const bool known = r->told && memcmp(&r->physics, l->physics, sizeof r->physics) == 0;
    if (!known) what.physics = sizeof *l->physics;
    const message_part parts[] = {
        {&o, sizeof o}, {&what, sizeof what}, {l->physics, what.physics}, {l->arguments, l->size}};
    const ohm_status status = tell(r->peer, parts, 4);
    if (status) return status;
    r->physics = *l->physics;
    r->told = true;
    return OHM_OK;
}

static ohm_status remote_wait(engine *e) {
    answer a;
    return ask(peer_of(e), &(order){ORDER_WAIT, engine_handle(e), {0}}, NULL, 0, &a);
}

// ---- The engine -------------------------------------------------------------------------------

static ohm_status remote_configure(engine *e, const problem *p) {
    answer a;
    const order o = {ORDER_CONFIGURE, engine_handle(e), {0}};
    const ohm_status status = ask(peer_of(e), &o, p, sizeof *p, &a);
    if (!status) e->problem = *p;
    return status;
}

static void remote_destroy(engine *e) {
    (void)tell_short(peer_of(e), ORDER_DESTROY, engine_handle(e));
    free(e);
}

static void remote_build_begin(engine *e) {
    building_tell(&((const remote_engine *)e)->device->info);
}

static void remote_build_end(engine *e, ohm_status status) {
    (void)e;
    (void)status; // what could be done about it, the rank has said
    building_tell(NULL);
}

#define REMOTE_CLASS                                                                                         \
    .asynchronous = true, .destroy = remote_destroy, .configure = remote_configure, .create = remote_create, \
    .keep = remote_keep, .release = remote_release, .clear = remote_clear, .put = remote_put,                \
    .get = remote_get, .run = remote_run, .wait = remote_wait

static const engine_class remote_class = {REMOTE_CLASS};
static const engine_class compiling_class = {
    REMOTE_CLASS,
    .build_begin = remote_build_begin,
    .build_end = remote_build_end,
};

// Gives the order for an engine. s may be NULL.
static ohm_status order_engine(remote_device *device, const problem *p, const storage *s, answer *a,
                               storage_report *report) {
    const order o = {ORDER_ENGINE, device->handle, {0}};
    engine_order what = {.problem = *p};
    if (s) what.storage = *s;
    if (s && s->scratch) snprintf(what.folder, sizeof what.folder, "%s", s->scratch);
    pthread_mutex_lock(&device->peer->lock);
    const ohm_status status = ask_locked(device->peer, &o, &what, sizeof what, a, report, sizeof *report);
    pthread_mutex_unlock(&device->peer->lock);
    return status;
}

ohm_status remote_engine_create(remote_device *device, const problem *p, const storage *s, engine **e) {
    answer a;
    storage_report report = {0};
    remote_engine *made = calloc(1, sizeof *made);
    if (!made) return ohm_fail_memory("an engine");
    const bool compiles = device->info.type != OHM_DEVICE_NATIVE;
    if (compiles) building_tell(&device->info);
    const ohm_status status = order_engine(device, p, s, &a, &report);
    if (compiles) building_tell(NULL);
    if (status) {
        free(made);
        return status;
    }
    const uint64_t *v = a.value;
    made->base = (engine){v[ENGINE_COMPILES] ? &compiling_class : &remote_class,
                          *p,
                          (unsigned)v[ENGINE_LANES],
                          (unsigned)v[ENGINE_SHARES],
                          (unsigned)v[ENGINE_GROUP],
                          report};
    made->peer = device->peer;
    made->device = device;
    made->handle = (uint32_t)v[ENGINE_HANDLE];
    *e = &made->base;
    return OHM_OK;
}
