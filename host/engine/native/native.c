// The native engine: the physics in C, on all cores, with the widest vectors the processor has.
#include "native.h"
#include "../../base/error.h"
#include "../../base/threads.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define HUGE_PAGE ((size_t)2 << 20)
#define SHARES_EACH 8 // shares of a digest or a tally for each thread

typedef struct native_engine {
    engine base;
    const native_lanes *lanes;
} native_engine;

typedef struct native_buffer {
    buffer base;
    void *values;
    bool borrowed; // the caller's own
} native_buffer;

// ---- The machine ------------------------------------------------------------------------------

// Whether this processor can run the loops of that lane width.
static bool lanes_supported(unsigned lanes) {
    if (lanes == 1 || lanes == 4) return true;
#ifdef OHM_WIDE
    if (lanes == 8) return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    if (lanes == 16)
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
               __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw");
#endif
    return false;
}

static const native_lanes *find_lanes(unsigned wanted) {
    static const native_lanes *const all[] = {
#ifdef OHM_WIDE
        &native_lanes_16,
        &native_lanes_8,
#endif
        &native_lanes_4,
        &native_lanes_1,
    };
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
        if ((wanted == 0 || all[i]->lanes == wanted) && lanes_supported(all[i]->lanes)) return all[i];
    return NULL;
}

static void read_processor_name(char *name, size_t size) {
    FILE *f = fopen("/proc/cpuinfo", "r");
    char line[256];
    snprintf(name, size, "processor");
    while (f && fgets(line, sizeof line, f)) {
        const char *value = strchr(line, ':');
        if (strncmp(line, "model name", 10) != 0 || !value) continue;
        snprintf(name, size, "%.*s", (int)strcspn(value + 2, "\n"), value + 2);
        break;
    }
    if (f) fclose(f);
}

ohm_device_info native_device_info(void) {
    const native_lanes *lanes = find_lanes(0);
    const uint64_t memory = ohm_memory_available();
    ohm_device_info info = {
        .id = "native",
        .platform = "C",
        .type = OHM_DEVICE_NATIVE,
        .compute_units = (unsigned)threads_count(),
        .lanes = lanes->lanes,
        .memory = memory,
        .max_allocation = memory,
    };
    read_processor_name(info.name, sizeof info.name);
    snprintf(info.driver, sizeof info.driver, "%s", lanes->instructions);
    return info;
}

// ---- Memory -----------------------------------------------------------------------------------

// Memory on its own pages, huge ones where the system has them: a large crossbar touches
// a million small pages, whose faults took longer than drawing its initial state.
static void *allocate(size_t bytes) {
    const size_t page = bytes < HUGE_PAGE ? OHM_BLOCK * sizeof(float) : HUGE_PAGE;
    const size_t rounded = (bytes + page - 1) / page * page;
    void *values = aligned_alloc(page, rounded);
    if (values && page == HUGE_PAGE) madvise(values, rounded, MADV_HUGEPAGE);
    return values;
}

static ohm_status make_buffer(engine *e, void *values, uint64_t bytes, bool borrowed, buffer **b) {
    native_buffer *n = values || !bytes ? calloc(1, sizeof *n) : NULL;
    *b = NULL;
    if (!n) {
        if (!borrowed) free(values);
        return ohm_fail_memory("a band");
    }
    *n = (native_buffer){{e, bytes}, values, borrowed};
    *b = &n->base;
    return OHM_OK;
}

static ohm_status native_create(engine *e, uint64_t bytes, buffer **b) {
    return make_buffer(e, bytes ? allocate(bytes) : NULL, bytes, false, b);
}

static ohm_status native_wrap(engine *e, void *values, uint64_t bytes, buffer **b) {
    return make_buffer(e, values, bytes, true, b);
}

static void native_release(buffer *b) {
    native_buffer *n = (native_buffer *)b;
    if (!n->borrowed) free(n->values);
    free(n);
}

void *native_memory(const buffer *b) {
    return b ? ((const native_buffer *)b)->values : NULL;
}

static ohm_status native_clear(buffer *b) {
    memset(native_memory(b), 0, b->bytes);
    return OHM_OK;
}

// Runs without gaps as one: a long memcpy goes past the caches, which takes half the time.
static region joined(region r) {
    return r.pitch == r.width ? (region){r.offset, r.width * r.height, r.width * r.height, 1} : r;
}

static ohm_status native_put(buffer *b, region to, const void *from) {
    const region r = joined(to);
    char *at = (char *)native_memory(b) + r.offset;
    for (uint64_t i = 0; i < r.height; i++)
        memcpy(at + i * r.pitch, (const char *)from + i * r.width, r.width);
    return OHM_OK;
}

static ohm_status native_get(buffer *b, region from, void *to) {
    const region r = joined(from);
    const char *at = (char *)native_memory(b) + r.offset;
    for (uint64_t i = 0; i < r.height; i++) memcpy((char *)to + i * r.width, at + i * r.pitch, r.width);
    return OHM_OK;
}

// ---- Running ----------------------------------------------------------------------------------

// Strips are dealt out in chunks: small enough that a core which the system keeps from us does not hold up
// the others.
#define CHUNK_SYNAPSES (1u << 15)

static uint64_t strips_of(const ohm_shape *shape, unsigned lanes) {
    return (uint64_t)shape->rows * (shape->pitch / (4 * lanes));
}

// Work below a chunk is done by this thread: others would take as long to start, and on a busy machine let it
// wait at every launch for milliseconds.
void native_run_strips(native_loop *run, const ohm_call *call, uint64_t steps, unsigned lanes) {
    const uint64_t strips = strips_of(&call->shape, lanes), most = CHUNK_SYNAPSES / (4 * lanes);
    const uint64_t share = strips / (unsigned)threads_count() + 1, chunk = share < most ? share : most;
#pragma omp parallel for num_threads(threads_count()) schedule(dynamic) if (strips * steps > most)
    for (uint64_t first = 0; first < strips; first += chunk)
        run(call, first, first + chunk < strips ? first + chunk : strips, 0);
}

static void run_shares(native_loop *run, const ohm_call *call, unsigned lanes, uint64_t items) {
    const uint64_t strips = strips_of(&call->shape, lanes), each = (strips + items - 1) / items;
#pragma omp parallel for num_threads(threads_count())                                                        \
    schedule(dynamic) if (strips > CHUNK_SYNAPSES / (4 * lanes))
    for (uint64_t i = 0; i < items; i++) {
        const uint64_t first = i * each < strips ? i * each : strips;
        run(call, first, first + each < strips ? first + each : strips, i);
    }
}

// Runs items, so many of a row at a time, and as many of these pieces as take a chunk's time.
static void run_grid(native_loop *run, const ohm_call *call, const launch *l, uint64_t each) {
    const uint64_t pieces = (l->width + each - 1) / each * l->height;
    const uint64_t most = pieces * CHUNK_SYNAPSES / (l->work + 1), at_once = most > 1 ? most : 1;
#pragma omp parallel for num_threads(threads_count()) collapse(2)                                            \
    schedule(dynamic, at_once) if (l->work > CHUNK_SYNAPSES)
    for (uint32_t y = 0; y < l->height; y++)
        for (uint64_t x = 0; x < l->width; x += each)
            run(call, x, x + each < l->width ? x + each : l->width, y);
}

// So many items of a row as take a chunk's time, all of them or fewer.
static uint64_t items_of_chunk(const launch *l) {
    const uint64_t items = (uint64_t)l->width * l->height * CHUNK_SYNAPSES / (l->work + 1) + 1;
    return items < l->width ? items : l->width;
}

// The loops made for a variant: the most common ones have their own, in which nothing is asked at each strip.
// Noise is common in pulsed models.
static native_loop *find_loop(const native_lanes *lanes, ohm_variant v, const launch *l) {
    const int operation = l->operation;
    const bool alike =
        !v.spreads && !v.faulty && !v.noisy_read && !(l->physics->drift > 0) && !l->physics->levels;
    const bool common = v.stimulus == OHM_DISTRIBUTION_uniform && !v.frame && !v.flux && v.single;
    const bool rare = v.additive || (v.noisy && model_kinetics(v.model) != OHM_PULSED);
    native_loop *const *set = lanes->loop;
    int i = operation;
    if (operation == OHM_OPERATION_advance && common && !rare) {
        set = v.varied ? lanes->varied : lanes->plain;
        i = v.model;
    }
    if ((operation == OHM_OPERATION_forward || operation == OHM_OPERATION_backward) && alike) {
        set = operation == OHM_OPERATION_forward ? lanes->forward : lanes->backward;
        i = v.model;
    }
    return set[i];
}

enum { STRIPS, SHARES, RUNS, ITEMS };
#define GRID(name, file, grid) [OHM_OPERATION_##name] = grid,
static const int grid_of[OHM_OPERATION_COUNT] = {OHM_OPERATIONS(GRID)};

static uint64_t steps_of(const launch *l) {
    return l->operation == OHM_OPERATION_advance ? ((const ohm_advance *)l->arguments)->steps : 1;
}

static ohm_status native_run(engine *e, const launch *l) {
    const native_lanes *lanes = ((const native_engine *)e)->lanes;
    void *memory[LAUNCH_MAX_BUFFERS];
    for (unsigned i = 0; i < LAUNCH_MAX_BUFFERS; i++) memory[i] = native_memory(l->buffer[i]);
    const ohm_call call = {memory, l->arguments, l->shape, l->physics, e->problem.variant};
    native_loop *const run = find_loop(lanes, call.variant, l);
    switch (grid_of[l->operation]) {
    case STRIPS: native_run_strips(run, &call, steps_of(l), lanes->lanes); break;
    case SHARES: run_shares(run, &call, lanes->lanes, l->items); break;
    case RUNS: run_grid(run, &call, l, VIEW_RUN); break;
    default: run_grid(run, &call, l, items_of_chunk(l)); break;
    }
    return OHM_OK;
}

static ohm_status native_wait(engine *e) {
    (void)e;
    return OHM_OK;
}

// ---- The engine -------------------------------------------------------------------------------

static void native_destroy(engine *e) {
    free(e);
}

static ohm_status native_configure(engine *e, const problem *p) {
    e->problem = *p;
    return OHM_OK;
}

static const engine_class native_class = {
    .destroy = native_destroy,
    .configure = native_configure,
    .create = native_create,
    .wrap = native_wrap,
    .memory = native_memory,
    .release = native_release,
    .clear = native_clear,
    .put = native_put,
    .get = native_get,
    .run = native_run,
    .wait = native_wait,
};

ohm_status native_engine_create(const problem *p, engine **e) {
    const native_lanes *lanes = find_lanes(p->lanes);
    if (!lanes) return ohm_fail(OHM_BAD_ARGUMENT, "this processor has no %u-lane native engine", p->lanes);
    native_engine *n = calloc(1, sizeof *n);
    if (!n) return ohm_fail_memory("the native engine");
    n->base = (engine){&native_class, *p, lanes->lanes, SHARES_EACH * (unsigned)threads_count(), 1};
    n->lanes = lanes;
    *e = &n->base;
    return OHM_OK;
}
