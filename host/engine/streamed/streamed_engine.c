#include "streamed_engine.h"
#include "../../base/error.h"
#include "slots.h"

#include <stdlib.h>
#include <string.h>

typedef struct streamed_engine {
    engine base;
    engine *inner;
    home *home;
    slots *slots;
    visitor **visitors; // by their numbers; NULL of those that are gone
    size_t count;
    int ahead;        // bands that are brought before they are wanted
    size_t last;      // the number of the first visitor of the last launch,
    ptrdiff_t stride; // and how far from the one before it that was
} streamed_engine;

static streamed_engine *of(const buffer *b) {
    return (streamed_engine *)b->engine;
}

static visitor *visitor_of(const engine *e, buffer *b) {
    return b && b->engine == e ? (visitor *)b : NULL;
}

// ---- Memory -----------------------------------------------------------------------------------

// What is not a plane is the inner engine's own.
static ohm_status streamed_create(engine *e, uint64_t bytes, buffer **b) {
    engine *const inner = ((streamed_engine *)e)->inner;
    return inner->class->create(inner, bytes, b);
}

static ohm_status streamed_wrap(engine *e, void *values, uint64_t bytes, buffer **b) {
    engine *const inner = ((streamed_engine *)e)->inner;
    return inner->class->wrap(inner, values, bytes, b);
}

static ohm_status streamed_keep(engine *e, uint64_t bytes, buffer **b) {
    streamed_engine *s = (streamed_engine *)e;
    *b = NULL;
    visitor **visitors = realloc(s->visitors, (s->count + 1) * sizeof *visitors);
    if (!visitors) return ohm_fail_memory("a band");
    s->visitors = visitors;
    visitor *v = calloc(1, sizeof *v);
    if (!v) return ohm_fail_memory("a band");
    v->base = (buffer){e, bytes};
    v->number = s->count;
    const ohm_status status = home_take(s->home, bytes, &v->place);
    if (status) {
        free(v);
        return status;
    }
    visitors[s->count++] = v;
    *b = &v->base;
    return OHM_OK;
}

static ohm_status streamed_move(buffer *b, int fd, const file_extent *extents, size_t count) {
    streamed_engine *s = of(b);
    visitor *v = (visitor *)b;
    place there;
    if (!home_shares_disk(s->home, fd)) return OHM_OK;
    ohm_status status = slots_settle(s->slots);
    if (!status) status = home_saved(s->home, fd, extents, count, b->bytes, &there);
    if (status) return status;
    slots_saved(s->slots, v);
    home_give_back(s->home, &v->place);
    v->place = there;
    return OHM_OK;
}

static void streamed_release(buffer *b) {
    streamed_engine *s = of(b);
    visitor *v = (visitor *)b;
    slots_drop(s->slots, v, CONTENT_NONE);
    (void)slots_settle(s->slots); // it may be on its way home
    home_give_back(s->home, &v->place);
    s->visitors[v->number] = NULL;
    free(v);
}

static ohm_status streamed_clear(buffer *b) {
    slots_drop(of(b)->slots, (visitor *)b, CONTENT_ZERO);
    return OHM_OK;
}

typedef ohm_status move_row(const home *h, const place *p, uint64_t offset, uint64_t bytes, char *row);

static ohm_status read_row(const home *h, const place *p, uint64_t offset, uint64_t bytes, char *row) {
    return home_read(h, p, offset, bytes, row);
}

static ohm_status write_row(const home *h, const place *p, uint64_t offset, uint64_t bytes, char *row) {
    return home_write(h, p, offset, bytes, row);
}

// Rows of a visitor at home, one behind the other where they touch there too.
static ohm_status move_rows(const streamed_engine *s, const visitor *v, region r, char *rows,
                            move_row *move) {
    ohm_status status = slots_settle(s->slots);
    if (r.width == r.pitch) r.width *= r.height, r.height = r.height ? 1 : 0;
    for (uint64_t i = 0; i < r.height && !status; i++)
        status = move(s->home, &v->place, r.offset + i * r.pitch, r.width, rows + i * r.width);
    return status;
}

static ohm_status streamed_get(buffer *b, region from, void *to) {
    streamed_engine *s = of(b);
    const visitor *v = (const visitor *)b;
    buffer *const there = slots_of(s->slots, v);
    const ohm_status status = slots_check(s->slots);
    if (status) return status;
    if (there) return buffer_get(there, from, to);
    if (v->content == CONTENT_THERE) return move_rows(s, v, from, to, read_row);
    memset(to, 0, from.width * from.height);
    return OHM_OK;
}

static ohm_status streamed_put(buffer *b, region to, const void *from) {
    streamed_engine *s = of(b);
    visitor *v = (visitor *)b;
    if (!v->slot && v->content == CONTENT_THERE && !v->place.extents)
        return move_rows(s, v, to, (char *)from, write_row);
    slots_begin(s->slots);
    const ohm_status status = slots_fetch(s->slots, v);
    if (status) return status;
    slots_touch(v);
    return buffer_put(slots_of(s->slots, v), to, from);
}

// ---- Running ----------------------------------------------------------------------------------

static bool changes_planes(int operation) {
    switch (operation) {
    case OHM_OPERATION_fill:
    case OHM_OPERATION_settle:
    case OHM_OPERATION_advance:
    case OHM_OPERATION_outer:
    case OHM_OPERATION_pulses:
    case OHM_OPERATION_listen:
    case OHM_OPERATION_learn: return true;
    default: return false;
    }
}

// Notes how far a launch's first visitor is from that of the last launch which had another.
static void note_stride(streamed_engine *s, const launch *l) {
    unsigned i = 0;
    while (i < l->buffers && !visitor_of(&s->base, l->buffer[i])) i++;
    if (i == l->buffers) return;
    const size_t number = visitor_of(&s->base, l->buffer[i])->number;
    if (number != s->last) s->stride = (ptrdiff_t)number - (ptrdiff_t)s->last;
    s->last = number;
}

// Those that will be wanted so many launches later, if they go on as from the last one to this.
static void expect(streamed_engine *s, const launch *l, int later) {
    for (unsigned i = 0; i < l->buffers; i++) {
        const visitor *v = visitor_of(&s->base, l->buffer[i]);
        const ptrdiff_t next = v ? (ptrdiff_t)v->number + later * s->stride : -1;
        if (next >= 0 && next < (ptrdiff_t)s->count && s->visitors[next])
            slots_expect(s->slots, s->visitors[next]);
    }
}

static ohm_status streamed_run(engine *e, const launch *l) {
    streamed_engine *s = (streamed_engine *)e;
    launch there = *l;
    ohm_status status = OHM_OK;
    slots_begin(s->slots);
    for (unsigned i = 0; i < l->buffers && !status; i++) {
        visitor *v = visitor_of(e, l->buffer[i]);
        if (v) status = slots_fetch(s->slots, v);
    }
    if (status) return status;
    // Before the launch: what makes room for them then waits for the launches before this one alone.
    note_stride(s, l);
    for (int later = 1; later <= s->ahead; later++) expect(s, l, later);
    for (unsigned i = 0; i < l->buffers; i++) {
        visitor *v = visitor_of(e, l->buffer[i]);
        if (!v) continue;
        there.buffer[i] = slots_of(s->slots, v);
        if (changes_planes(l->operation)) slots_touch(v);
    }
    return s->inner->class->run(s->inner, &there);
}

static ohm_status streamed_configure(engine *e, const problem *p) {
    streamed_engine *s = (streamed_engine *)e;
    const ohm_status status = s->inner->class->configure(s->inner, p);
    if (!status) e->problem = s->inner->problem;
    return status;
}

static ohm_status streamed_wait(engine *e) {
    engine *const inner = ((streamed_engine *)e)->inner;
    return inner->class->wait(inner);
}

static void streamed_build_begin(engine *e) {
    engine *const inner = ((streamed_engine *)e)->inner;
    inner->class->build_begin(inner);
}

static void streamed_build_end(engine *e, ohm_status status) {
    engine *const inner = ((streamed_engine *)e)->inner;
    inner->class->build_end(inner, status);
}

static engine *streamed_inner(engine *e) {
    return engine_inner(((streamed_engine *)e)->inner);
}

// ---- The engine -------------------------------------------------------------------------------

static void streamed_destroy(engine *e) {
    streamed_engine *s = (streamed_engine *)e;
    slots_close(s->slots);
    home_close(s->home);
    s->inner->class->destroy(s->inner);
    free(s->visitors);
    free(s);
}

#define STREAMED                                                                                             \
    .destroy = streamed_destroy, .configure = streamed_configure, .create = streamed_create,                 \
    .keep = streamed_keep, .move = streamed_move, .release = streamed_release, .clear = streamed_clear,      \
    .put = streamed_put, .get = streamed_get, .run = streamed_run, .wait = streamed_wait,                    \
    .inner = streamed_inner

// On a device with its own memory, and on one that works in the host's.
static const engine_class on_device = {STREAMED, .asynchronous = true, .build_begin = streamed_build_begin,
                                       .build_end = streamed_build_end};
static const engine_class on_host = {STREAMED, .wrap = streamed_wrap};

// Bands that are brought before they are wanted, if there are slots enough: on a busy machine the mover may
// be late by some milliseconds, which is all that a launch over a small band takes.
#define MOST_AHEAD 4

ohm_status streamed_engine_create(engine *inner, const storage *how, engine **e) {
    streamed_engine *s = calloc(1, sizeof *s);
    *e = NULL;
    if (!s) {
        inner->class->destroy(inner);
        return ohm_fail_memory("an engine");
    }
    s->base = *inner;
    s->base.class = inner->class->wrap ? &on_host : &on_device;
    s->inner = inner;
    const uint64_t plane = storage_round(how->plane);
    const size_t count = (size_t)(how->visiting / plane);
    s->ahead = count / 4 > 2 * MOST_AHEAD ? MOST_AHEAD : 1;
    storage here = *how;
    if (inner->class->wrap) here.host = 0; // it would compute there at once
    ohm_status status = home_open(&here, &s->home);
    if (!status) status = slots_open(inner, s->home, count, plane, &s->slots);
    if (status) {
        streamed_destroy(&s->base);
        return status;
    }
    home_describe(s->home, &s->base.storage);
    s->base.storage.visiting = count * plane;
    *e = &s->base;
    return OHM_OK;
}
