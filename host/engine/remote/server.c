#include "server.h"
#include "../../base/error.h"
#include "../devices.h"
#include "life.h"
#include "protocol.h"

#include <stdlib.h>
#include <string.h>

// Things that rank 0 knows by their handles, places in an array.
typedef struct table {
    void **things;
    uint32_t count;
} table;

typedef struct served_engine {
    engine *engine;
    ohm_physics physics; // of the last launch
    // The first failure of an order that is not answered, to be told with the next answer.
    ohm_status failed;
    char *message, *hint;
} served_engine;

typedef struct served_buffer {
    buffer *buffer;
    served_engine *of;
} served_buffer;

typedef struct server {
    peer *zero;
    table devices, engines, buffers; // ohm_devices, served_engine, served_buffer
    bool leaving, orderly;
    char room[PEER_PIECE]; // for an answer's data
} server;

// An order that is carried out.
typedef struct job {
    order order;
    const char *data;
    size_t bytes;
    answer answer;
    const void *reply; // the answer's data
    size_t reply_bytes;
} job;

// ---- Tables -----------------------------------------------------------------------------------

static ohm_status table_add(table *t, void *thing, uint64_t *handle) {
    uint32_t i = 0;
    while (i < t->count && t->things[i]) i++;
    if (i == t->count) {
        void **more = realloc(t->things, (i + 1) * sizeof *more);
        if (!more) return ohm_fail_memory("a handle");
        t->things = more;
        t->count++;
    }
    t->things[i] = thing;
    *handle = i;
    return OHM_OK;
}

static void *table_find(const table *t, uint32_t handle) {
    return handle < t->count ? t->things[handle] : NULL;
}

static void *table_take(table *t, uint32_t handle) {
    void *thing = table_find(t, handle);
    if (thing) t->things[handle] = NULL;
    return thing;
}

// ---- Failures that are told later -------------------------------------------------------------

static void note(served_engine *e, ohm_status status) {
    if (!status || e->failed) return;
    e->failed = status;
    e->message = strdup(ohm_error_message());
    e->hint = ohm_error_hint() ? strdup(ohm_error_hint()) : NULL;
}

static void forget(served_engine *e) {
    free(e->message);
    free(e->hint);
    e->message = e->hint = NULL;
    e->failed = OHM_OK;
}

// The noted failure, or status if there is none.
static ohm_status recall(served_engine *e, ohm_status status) {
    if (!e->failed) return status;
    status = e->failed;
    ohm_fail(status, "%s", e->message ? e->message : "out of memory for a message");
    if (e->hint) ohm_fail_hint("%s", e->hint);
    forget(e);
    return status;
}

// ---- Devices ----------------------------------------------------------------------------------

static ohm_status do_list(server *s, job *j) {
    ohm_device_info *list;
    size_t count;
    const ohm_status status = devices_list_own(&list, &count);
    if (status) return status;
    const size_t most = PEER_PIECE / sizeof *list, told = count < most ? count : most;
    memcpy(s->room, list, told * sizeof *list);
    ohm_devices_list_free(list);
    j->reply = s->room;
    j->reply_bytes = told * sizeof *list;
    return OHM_OK;
}

static ohm_status do_open(server *s, job *j) {
    ohm_devices *devices;
    ohm_status status = ohm_devices_open(j->data, &devices);
    if (status) return status;
    status = table_add(&s->devices, devices, &j->answer.value[0]);
    if (status) ohm_devices_close(devices);
    return status;
}

static ohm_status do_close(server *s, job *j) {
    ohm_devices_close(table_take(&s->devices, j->order.handle));
    return OHM_OK;
}

// ---- Engines ----------------------------------------------------------------------------------

static served_engine *engine_of(const server *s, const job *j) {
    return table_find(&s->engines, j->order.handle);
}

static void destroy_engine(served_engine *e) {
    if (!e) return;
    if (e->engine) e->engine->class->destroy(e->engine);
    forget(e);
    free(e);
}

static ohm_status do_engine(server *s, job *j) {
    engine_order what;
    memcpy(&what, j->data, sizeof what);
    what.storage.scratch = what.folder[0] ? what.folder : NULL;
    ohm_devices *devices = table_find(&s->devices, j->order.handle);
    served_engine *made = calloc(1, sizeof *made);
    ohm_status status = made ? OHM_OK : ohm_fail_memory("an engine");
    if (!status) status = devices_create_engine(devices, 0, &what.problem, &what.storage, &made->engine);
    if (!status) status = table_add(&s->engines, made, &j->answer.value[ENGINE_HANDLE]);
    if (status) {
        destroy_engine(made);
        return status;
    }
    const engine *e = made->engine;
    j->answer.value[ENGINE_LANES] = e->lanes;
    j->answer.value[ENGINE_SHARES] = e->shares;
    j->answer.value[ENGINE_GROUP] = e->group;
    j->answer.value[ENGINE_COMPILES] = e->class->build_begin != NULL;
    j->reply = &e->storage;
    j->reply_bytes = sizeof e->storage;
    return OHM_OK;
}

static ohm_status do_destroy(server *s, job *j) {
    destroy_engine(table_take(&s->engines, j->order.handle));
    return OHM_OK;
}

static ohm_status do_configure(server *s, job *j) {
    problem p;
    served_engine *e = engine_of(s, j);
    memcpy(&p, j->data, sizeof p);
    return recall(e, e->engine->class->configure(e->engine, &p));
}

static ohm_status do_wait(server *s, job *j) {
    served_engine *e = engine_of(s, j);
    return recall(e, e->engine->class->wait(e->engine));
}

// ---- Memory -----------------------------------------------------------------------------------

static served_buffer *buffer_of(const server *s, const job *j) {
    return table_find(&s->buffers, j->order.handle);
}

static void release(served_buffer *b) {
    if (b) buffer_release(b->buffer);
    free(b);
}

static ohm_status do_create(server *s, job *j) {
    served_engine *e = engine_of(s, j);
    served_buffer *made = calloc(1, sizeof *made);
    if (!made) return ohm_fail_memory("a buffer");
    made->of = e;
    const region *r = &j->order.region;
    ohm_status status = r->height ? engine_keep(e->engine, r->width, &made->buffer)
                                  : e->engine->class->create(e->engine, r->width, &made->buffer);
    if (!status) status = table_add(&s->buffers, made, &j->answer.value[0]);
    if (status) release(made);
    return status;
}

static ohm_status do_release(server *s, job *j) {
    release(table_take(&s->buffers, j->order.handle));
    return OHM_OK;
}

static ohm_status do_clear(server *s, job *j) {
    const served_buffer *b = buffer_of(s, j);
    note(b->of, buffer_clear(b->buffer));
    return OHM_OK;
}

static ohm_status do_put(server *s, job *j) {
    const served_buffer *b = buffer_of(s, j);
    note(b->of, buffer_put(b->buffer, j->order.region, j->data));
    return OHM_OK;
}

static ohm_status do_get(server *s, job *j) {
    const served_buffer *b = buffer_of(s, j);
    j->reply = s->room;
    j->reply_bytes = j->order.region.width * j->order.region.height;
    return recall(b->of, buffer_get(b->buffer, j->order.region, s->room));
}

// ---- Running ----------------------------------------------------------------------------------

static launch launch_of(const server *s, const launch_order *o) {
    launch l = {
        .operation = o->operation,
        .shape = o->shape,
        .buffers = o->buffers,
        .size = o->arguments,
        .items = o->items,
        .width = o->width,
        .height = o->height,
        .work = o->work,
        .spread = o->spread,
    };
    for (unsigned i = 0; i < LAUNCH_MAX_BUFFERS; i++) {
        const served_buffer *b = table_find(&s->buffers, o->buffer[i]);
        l.buffer[i] = b ? b->buffer : NULL;
    }
    return l;
}

// Whether a launch has the physics and the arguments that it says, of which room bytes fit.
static bool is_whole(const launch_order *o, const job *j, size_t room) {
    return (o->physics == 0 || o->physics == sizeof(ohm_physics)) && o->arguments <= room &&
           j->bytes == sizeof *o + o->physics + o->arguments;
}

static ohm_status do_run(server *s, job *j) {
    launch_order o;
    uint64_t arguments[1024]; // aligned
    served_engine *e = engine_of(s, j);
    const char *data = j->data + sizeof o;
    memcpy(&o, j->data, sizeof o);
    if (!is_whole(&o, j, sizeof arguments)) {
        note(e, ohm_fail(OHM_DEVICE_FAILED, "a launch that makes no sense"));
        return OHM_OK;
    }
    if (o.physics) memcpy(&e->physics, data, sizeof e->physics);
    memcpy(arguments, data + o.physics, o.arguments);
    launch l = launch_of(s, &o);
    l.physics = &e->physics;
    l.arguments = o.arguments ? arguments : NULL;
    note(e, e->engine->class->run(e->engine, &l));
    return OHM_OK;
}

// ---- Serving ----------------------------------------------------------------------------------

static ohm_status do_ping(server *s, job *j) {
    (void)s;
    (void)j;
    return OHM_OK;
}

static ohm_status do_leave(server *s, job *j) {
    s->leaving = true;
    s->orderly = j->order.handle;
    return OHM_OK;
}

typedef ohm_status work(server *s, job *j);

// What an order needs: data of this size, at least, and a thing that has its handle.
typedef struct order_entry {
    work *work;
    bool answered;
    size_t bytes;
    size_t of; // where the table is in a server, or 0
} order_entry;

#define OF(name) offsetof(server, name)

static const order_entry entries[ORDER_KINDS] = {
    [ORDER_PING] = {do_ping, true},
    [ORDER_LIST] = {do_list, true},
    [ORDER_OPEN] = {do_open, true, 1},
    [ORDER_CLOSE] = {do_close, false, 0, OF(devices)},
    [ORDER_ENGINE] = {do_engine, true, sizeof(engine_order), OF(devices)},
    [ORDER_DESTROY] = {do_destroy, false, 0, OF(engines)},
    [ORDER_CONFIGURE] = {do_configure, true, sizeof(problem), OF(engines)},
    [ORDER_CREATE] = {do_create, true, 0, OF(engines)},
    [ORDER_RELEASE] = {do_release, false, 0, OF(buffers)},
    [ORDER_CLEAR] = {do_clear, false, 0, OF(buffers)},
    [ORDER_PUT] = {do_put, false, 0, OF(buffers)},
    [ORDER_GET] = {do_get, true, 0, OF(buffers)},
    [ORDER_RUN] = {do_run, false, sizeof(launch_order), OF(engines)},
    [ORDER_WAIT] = {do_wait, true, 0, OF(engines)},
    [ORDER_LEAVE] = {do_leave, true},
};

// The order of a message, or NULL: it is none of ours.
static const order_entry *read_order(const server *s, size_t bytes, job *j) {
    if (bytes < sizeof j->order) return NULL;
    memcpy(&j->order, s->zero->received, sizeof j->order);
    j->data = s->zero->received + sizeof j->order;
    j->bytes = bytes - sizeof j->order;
    if (j->order.kind >= ORDER_KINDS) return NULL;
    const order_entry *e = &entries[j->order.kind];
    const table *t = (const table *)((const char *)s + e->of);
    const region *r = &j->order.region;
    if (j->bytes < e->bytes || (e->of && !table_find(t, j->order.handle))) return NULL;
    if (e->work == do_open && j->data[j->bytes - 1]) return NULL;
    if (e->work == do_put && j->bytes != r->width * r->height) return NULL;
    if (e->work == do_get && r->width * r->height > PEER_PIECE) return NULL;
    return e;
}

static ohm_status send_answer(server *s, job *j, ohm_status status) {
    const char *message = ohm_error_message(), *hint = ohm_error_hint() ? ohm_error_hint() : "";
    j->answer.status = (int32_t)status;
    const message_part failure[] = {
        {&j->answer, sizeof j->answer}, {message, strlen(message) + 1}, {hint, strlen(hint) + 1}};
    const message_part success[] = {{&j->answer, sizeof j->answer}, {j->reply, j->reply_bytes}};
    return status ? peer_send(s->zero, failure, 3) : peer_send(s->zero, success, 2);
}

static ohm_status serve_one(server *s, life *signs) {
    size_t bytes;
    job j = {0};
    ohm_status status = peer_receive(s->zero, &bytes);
    if (status) return status;
    const order_entry *e = read_order(s, bytes, &j);
    if (!e) return ohm_fail(OHM_DEVICE_FAILED, "rank 0 gave an order that makes no sense");
    life_busy(signs, true);
    status = e->work(s, &j);
    life_busy(signs, false);
    return e->answered ? send_answer(s, &j, status) : OHM_OK;
}

static void server_free(server *s) {
    for (uint32_t i = 0; i < s->buffers.count; i++) release(s->buffers.things[i]);
    for (uint32_t i = 0; i < s->engines.count; i++) destroy_engine(s->engines.things[i]);
    for (uint32_t i = 0; i < s->devices.count; i++) ohm_devices_close(s->devices.things[i]);
    free(s->buffers.things);
    free(s->engines.things);
    free(s->devices.things);
    free(s);
}

ohm_status server_run(peer *zero, double interval, bool *orderly) {
    life *signs = NULL;
    server *s = calloc(1, sizeof *s);
    if (!s) return ohm_fail_memory("a rank");
    s->zero = zero;
    ohm_status status = life_start(zero, interval, &signs);
    while (!status && !s->leaving) status = serve_one(s, signs);
    life_end(signs);
    *orderly = !status && s->orderly;
    server_free(s);
    return status;
}
