#include "slots.h"
#include "../../base/error.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

struct slot {
    buffer *memory;   // of the inner engine
    void *host;       // which is this, where that engine works in the host's memory
    visitor *visitor; // who is there, or comes
    bool changed;     // its home is behind
    uint64_t used;    // the launch that used it last
    // What the mover is at, or will be: who leaves, to where; who comes, and what its home has; and what has
    // to be done before.
    bool busy;
    bool leaves;
    place from, to;
    uint64_t from_bytes, to_bytes;
    content comes;
    void *mark;
    slot *next; // that the mover takes after it
};

struct slots {
    engine *inner;
    home *home;
    size_t count;
    uint64_t bytes;
    uint64_t launch; // number of the one that has begun
    slot *all;
    char *staging; // STAGING bytes, for files where the inner engine does not work in the host's memory
    pthread_t mover;
    bool moving; // it has been started
    pthread_mutex_t lock;
    pthread_cond_t changed; // what follows, or a slot's busy
    slot *first, *last;     // of those that wait for the mover
    bool ends;
    ohm_status status; // of the mover, the first failure
    char message[1024];
};

#define STAGING ((uint64_t)16 << 20)
#define HUGE_PAGE ((uint64_t)2 << 20)

// ---- The mover --------------------------------------------------------------------------------

// A piece of a place to or from a device that has its own memory.
static ohm_status move_piece(const slots *s, const slot *at, const place *p, bool leaves, uint64_t offset,
                             uint64_t bytes) {
    const engine_class *class = s->inner->class;
    char *const memory = p->memory ? p->memory + offset : s->staging;
    const uint64_t stored = storage_round(bytes); // in a file
    ohm_status status = OHM_OK;
    if (!leaves && !p->memory) status = home_read(s->home, p, offset, stored, memory);
    if (!status)
        status = leaves ? class->unload(at->memory, offset, bytes, memory)
                        : class->load(at->memory, offset, bytes, memory);
    if (!status && leaves && !p->memory) status = home_write(s->home, p, offset, stored, memory);
    return status;
}

static ohm_status move(const slots *s, const slot *at, const place *p, uint64_t bytes, bool leaves) {
    if (at->host)
        return leaves ? home_write(s->home, p, 0, p->bytes, at->host)
                      : home_read(s->home, p, 0, p->bytes, at->host);
    const uint64_t most = p->memory ? bytes : STAGING;
    ohm_status status = OHM_OK;
    for (uint64_t offset = 0; offset < bytes && !status; offset += most)
        status = move_piece(s, at, p, leaves, offset, bytes - offset < most ? bytes - offset : most);
    return status;
}

static ohm_status fill_with_zeros(const slots *s, const slot *at) {
    ohm_status status = OHM_OK;
    if (at->host) {
        memset(at->host, 0, at->to_bytes);
        return OHM_OK;
    }
    char *const zeros = calloc(1, STAGING);
    if (!zeros) return ohm_fail_memory("a band");
    for (uint64_t offset = 0; offset < at->to_bytes && !status; offset += STAGING)
        status = s->inner->class->load(
            at->memory, offset, at->to_bytes - offset < STAGING ? at->to_bytes - offset : STAGING, zeros);
    free(zeros);
    return status;
}

static ohm_status serve(const slots *s, const slot *at) {
    ohm_status status = at->mark ? s->inner->class->pass(s->inner, at->mark) : OHM_OK;
    if (!status && at->leaves) status = move(s, at, &at->from, at->from_bytes, true);
    if (status) return status;
    switch (at->comes) {
    case CONTENT_THERE: return move(s, at, &at->to, at->to_bytes, false);
    case CONTENT_ZERO: return fill_with_zeros(s, at);
    default: return OHM_OK;
    }
}

// Keeps the first failure with its message, which is this thread's own.
static void note(slots *s, ohm_status status) {
    if (!status || s->status) return;
    s->status = status;
    snprintf(s->message, sizeof s->message, "%s", ohm_error_message());
}

static void *mover(void *object) {
    slots *s = object;
    pthread_mutex_lock(&s->lock);
    for (;;) {
        while (!s->first && !s->ends) pthread_cond_wait(&s->changed, &s->lock);
        slot *const at = s->first;
        if (!at) break;
        pthread_mutex_unlock(&s->lock);
        const ohm_status status = serve(s, at);
        pthread_mutex_lock(&s->lock);
        note(s, status);
        s->first = at->next;
        at->busy = false;
        pthread_cond_broadcast(&s->changed);
    }
    pthread_mutex_unlock(&s->lock);
    return NULL;
}

// ---- Memory -----------------------------------------------------------------------------------

static ohm_status make_slot(const slots *s, slot *at) {
    const engine_class *class = s->inner->class;
    if (!class->wrap) return class->create(s->inner, s->bytes, &at->memory);
    at->host =
        mmap(NULL, s->bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (at->host == MAP_FAILED) at->host = NULL;
    if (!at->host) return ohm_fail_memory("a band");
    if (s->bytes >= HUGE_PAGE) madvise(at->host, s->bytes, MADV_HUGEPAGE);
    return class->wrap(s->inner, at->host, s->bytes, &at->memory);
}

static ohm_status make_all(slots *s) {
    ohm_status status = OHM_OK;
    for (size_t i = 0; i < s->count && !status; i++) status = make_slot(s, &s->all[i]);
    return status;
}

static ohm_status start(slots *s) {
    const int code = pthread_create(&s->mover, NULL, mover, s);
    s->moving = !code;
    return code ? ohm_fail(OHM_OUT_OF_MEMORY, "cannot start a thread: %s", strerror(code)) : OHM_OK;
}

ohm_status slots_open(engine *inner, home *h, size_t count, uint64_t bytes, slots **opened) {
    slots *s = calloc(1, sizeof *s);
    *opened = NULL;
    if (!s) return ohm_fail_memory("bands");
    pthread_mutex_init(&s->lock, NULL);
    pthread_cond_init(&s->changed, NULL);
    s->inner = inner;
    s->home = h;
    s->count = count;
    s->bytes = storage_round(bytes);
    s->all = calloc(count, sizeof *s->all);
    s->staging = inner->class->wrap ? NULL : aligned_alloc(STORAGE_PAGE, STAGING);
    ohm_status status = s->all && (s->staging || inner->class->wrap) ? OHM_OK : ohm_fail_memory("bands");
    if (!status) status = make_all(s);
    if (!status) status = start(s);
    if (status) {
        slots_close(s);
        return status;
    }
    *opened = s;
    return OHM_OK;
}

static void end_mover(slots *s) {
    pthread_mutex_lock(&s->lock);
    s->ends = true;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->lock);
    pthread_join(s->mover, NULL);
}

void slots_close(slots *s) {
    if (!s) return;
    if (s->moving) end_mover(s);
    for (size_t i = 0; s->all && i < s->count; i++) {
        buffer_release(s->all[i].memory);
        if (s->all[i].host) munmap(s->all[i].host, s->bytes);
    }
    pthread_cond_destroy(&s->changed);
    pthread_mutex_destroy(&s->lock);
    free(s->staging);
    free(s->all);
    free(s);
}

// ---- Visits -----------------------------------------------------------------------------------

// The mover's failure, as this thread's error.
static ohm_status failure_of(const slots *s) {
    return s->status ? ohm_fail(s->status, "%s", s->message) : OHM_OK;
}

// The slot that was used the longest ago, but not in this launch. It may still be busy.
static slot *oldest(slots *s) {
    slot *best = NULL;
    for (size_t i = 0; i < s->count; i++) {
        slot *const at = &s->all[i];
        if (at->visitor && at->used == s->launch) continue;
        if (!best || !at->visitor || (best->visitor && at->used < best->used)) best = at;
    }
    return best;
}

static void wait_for(slots *s, const slot *at) {
    while (at->busy) pthread_cond_wait(&s->changed, &s->lock);
}

// Hands a slot, which is not busy, to the mover.
static void hand_over(slots *s, slot *at) {
    at->next = NULL;
    at->busy = true;
    if (s->first)
        s->last->next = at;
    else
        s->first = at;
    s->last = at;
    pthread_cond_broadcast(&s->changed);
}

// What is in a saved file stays as it was saved: a visitor that has changed gets another place.
static ohm_status leave_saved(slots *s, visitor *v) {
    place another;
    const ohm_status status = home_take(s->home, v->base.bytes, &another);
    if (status) return status;
    home_give_back(s->home, &v->place);
    v->place = another;
    return OHM_OK;
}

// Lets a visitor into a slot that is not busy, and the one who is there go home.
static ohm_status admit(slots *s, slot *at, visitor *v) {
    visitor *const old = at->visitor;
    const engine_class *class = s->inner->class;
    ohm_status status = OHM_OK;
    at->mark = NULL;
    at->leaves = old && at->changed;
    if (at->leaves && old->place.extents) status = leave_saved(s, old);
    // All launches by now, and so those that used the slot, also for a visitor that has been dropped.
    if (!status && at->used && class->mark) status = class->mark(s->inner, &at->mark);
    if (status) return status;
    if (old) {
        at->from = old->place;
        at->from_bytes = old->base.bytes;
        if (at->leaves) old->content = CONTENT_THERE;
        old->slot = NULL;
    }
    at->visitor = v;
    at->to = v->place;
    at->to_bytes = v->base.bytes;
    at->comes = v->content;
    at->changed = false;
    at->used = s->launch;
    v->slot = at;
    hand_over(s, at);
    return OHM_OK;
}

void slots_begin(slots *s) {
    s->launch++;
}

ohm_status slots_fetch(slots *s, visitor *v) {
    ohm_status status = OHM_OK;
    pthread_mutex_lock(&s->lock);
    if (!v->slot) {
        slot *const at = oldest(s);
        wait_for(s, at);
        status = admit(s, at, v);
    }
    if (!status) {
        v->slot->used = s->launch;
        wait_for(s, v->slot);
    }
    if (!status) status = failure_of(s);
    pthread_mutex_unlock(&s->lock);
    return status;
}

void slots_expect(slots *s, visitor *v) {
    pthread_mutex_lock(&s->lock);
    slot *const at = v->slot ? NULL : oldest(s);
    if (at && !at->busy && !s->status) (void)admit(s, at, v); // else it is fetched when it is wanted
    pthread_mutex_unlock(&s->lock);
}

buffer *slots_of(slots *s, const visitor *v) {
    if (!v->slot) return NULL;
    pthread_mutex_lock(&s->lock);
    wait_for(s, v->slot);
    pthread_mutex_unlock(&s->lock);
    return v->slot->memory;
}

void slots_touch(visitor *v) {
    v->slot->changed = true;
}

void slots_drop(slots *s, visitor *v, content now) {
    slot *const at = v->slot;
    v->content = now;
    if (!at) return;
    (void)slots_of(s, v);
    at->visitor = NULL;
    at->changed = false;
    v->slot = NULL;
}

void slots_saved(slots *s, visitor *v) {
    v->content = CONTENT_THERE;
    if (v->slot) (void)slots_of(s, v);
    if (v->slot) v->slot->changed = false;
}

ohm_status slots_check(slots *s) {
    pthread_mutex_lock(&s->lock);
    const ohm_status status = failure_of(s);
    pthread_mutex_unlock(&s->lock);
    return status;
}

ohm_status slots_settle(slots *s) {
    pthread_mutex_lock(&s->lock);
    while (s->first) pthread_cond_wait(&s->changed, &s->lock);
    const ohm_status status = failure_of(s);
    pthread_mutex_unlock(&s->lock);
    return status;
}
