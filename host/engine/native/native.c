// The native engine: the physics in C, on all cores, with the widest vectors the processor has.
#include "../engine.h"
#include "../../base/error.h"
#include "loops.h"

#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define HUGE_PAGE ((size_t)2 << 20)

typedef struct native_engine {
    engine base;
    const native_lanes *lanes;
    int64_t *totals; // of the last picture
    size_t pixels;   // room for so many
} native_engine;

typedef struct native_band {
    band base;
    float *plane[PLANE_COUNT];
} native_band;

// ---- The machine ------------------------------------------------------------------------------

// Whether this processor can run the loops of that lane width.
static bool lanes_supported(unsigned lanes) {
    if (lanes == 1 || lanes == 4) return true;
#ifdef __x86_64__
    if (lanes == 8) return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
    if (lanes == 16)
        return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
               __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw");
#endif
    return false;
}

static const native_lanes *find_lanes(unsigned wanted) {
    static const native_lanes *const all[] = {
#ifdef __x86_64__
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

uint64_t host_memory_available(void) {
    unsigned long long kib = 0;
    FILE *f = fopen("/proc/meminfo", "r");
    char line[128];
    while (f && fgets(line, sizeof line, f))
        if (sscanf(line, "MemAvailable: %llu", &kib) == 1) break;
    if (f) fclose(f);
    if (kib) return (uint64_t)kib * 1024;
    return (uint64_t)sysconf(_SC_PHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);
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
    const uint64_t memory = host_memory_available();
    ohm_device_info info = {
        .id = "native",
        .platform = "C",
        .type = OHM_DEVICE_NATIVE,
        .compute_units = (unsigned)omp_get_max_threads(),
        .lanes = lanes->lanes,
        .memory = memory,
        .max_allocation = memory,
    };
    read_processor_name(info.name, sizeof info.name);
    snprintf(info.driver, sizeof info.driver, "%s", lanes->instructions);
    return info;
}

// ---- Bands ------------------------------------------------------------------------------------

static void native_band_destroy(band *b) {
    native_band *nb = (native_band *)b;
    if (!nb) return;
    for (int i = 0; i < PLANE_COUNT; i++) free(nb->plane[i]);
    free(nb);
}

// An array of floats on its own pages, huge ones where the system has them: a large crossbar touches
// a million small pages, whose faults took longer than drawing its initial state.
static float *allocate_plane(size_t bytes) {
    const size_t page = bytes < HUGE_PAGE ? OHM_BLOCK * sizeof(float) : HUGE_PAGE;
    const size_t rounded = (bytes + page - 1) / page * page;
    float *values = aligned_alloc(page, rounded);
    if (values && page == HUGE_PAGE) madvise(values, rounded, MADV_HUGEPAGE);
    return values;
}

static size_t plane_bytes(const band *b) {
    return (size_t)b->shape.rows * b->shape.pitch * sizeof(float);
}

static ohm_status native_band_create(engine *e, uint32_t row0, uint32_t rows, band **b) {
    const problem *p = &e->problem;
    native_band *nb = calloc(1, sizeof *nb);
    if (!nb) return error_no_memory("a band");
    nb->base = (band){e, {p->cols, p->pitch, rows, row0}};
    for (int i = 0; i < PLANE_COUNT; i++) {
        if (!plane_exists(p->variant, i)) continue;
        nb->plane[i] = allocate_plane(plane_bytes(&nb->base));
        if (!nb->plane[i]) {
            native_band_destroy(&nb->base);
            return error_no_memory("a band");
        }
    }
    *b = &nb->base;
    return OHM_OK;
}

static ohm_status native_band_extend(band *b) {
    native_band *nb = (native_band *)b;
    for (int i = 0; i < PLANE_COUNT; i++) {
        if (!plane_exists(b->engine->problem.variant, i)) {
            free(nb->plane[i]);
            nb->plane[i] = NULL;
        }
        if (nb->plane[i] || !plane_exists(b->engine->problem.variant, i)) continue;
        nb->plane[i] = allocate_plane(plane_bytes(b));
        if (!nb->plane[i]) return error_no_memory("a band");
        memset(nb->plane[i], 0, plane_bytes(b));
    }
    return OHM_OK;
}

float *native_plane(band *b, plane which) {
    return ((native_band *)b)->plane[which];
}

static native_job job_of(band *b) {
    native_band *nb = (native_band *)b;
    const problem *p = &b->engine->problem;
    return (native_job){.memory = {nb->plane[PLANE_STATE], nb->plane[PLANE_FLUX], nb->plane[PLANE_STATE_REST],
                                   nb->plane[PLANE_FLUX_REST], NULL},
                        .shape = b->shape,
                        .physics = p->physics,
                        .variant = p->variant,
                        .initial = p->initial};
}

// Work is dealt out in chunks of strips: small enough that a core which the system keeps from us does
// not hold up the others, and that a tally takes no more synapses than it may.
#define CHUNK_SYNAPSES (1u << 15)

static uint64_t strips_of(const band *b) {
    return (uint64_t)b->shape.rows * (b->shape.pitch / (4 * b->engine->lanes));
}

static uint64_t chunk_strips(const band *b) {
    const uint64_t strips = strips_of(b);
    const uint64_t share = strips / (unsigned)omp_get_max_threads() + 1;
    const uint64_t most = CHUNK_SYNAPSES / (4 * b->engine->lanes);
    return share < most ? share : most;
}

static const native_lanes *lanes_of(const band *b) {
    return ((const native_engine *)b->engine)->lanes;
}

static void run_job(const band *b, native_advance *run, const native_job *job) {
    const uint64_t strips = strips_of(b), chunk = chunk_strips(b);
    // A single chunk needs no other thread, which a busy machine would let it wait for.
#pragma omp parallel for schedule(dynamic) if (strips > chunk)
    for (uint64_t first = 0; first < strips; first += chunk)
        run(job, first, first + chunk < strips ? first + chunk : strips);
}

static ohm_status native_fill(band *b) {
    const native_job job = job_of(b);
    run_job(b, lanes_of(b)->fill, &job);
    return OHM_OK;
}

static ohm_status native_settle(band *b) {
    const native_job job = job_of(b);
    run_job(b, lanes_of(b)->settle, &job);
    return OHM_OK;
}

// The loops made for a variant: the most common ones have their own, in which nothing is asked at each strip.
// Noise is common in pulsed models.
static native_advance *find_advance(const native_lanes *lanes, ohm_variant variant) {
    const bool common =
        variant.stimulus == OHM_DISTRIBUTION_uniform && !variant.frame && !variant.flux && variant.single;
    if (!common || variant.additive) return lanes->general;
    if (variant.noisy && model_kinetics(variant.model) != OHM_PULSED) return lanes->general;
    return variant.varied ? lanes->varied[variant.model] : lanes->plain[variant.model];
}

static ohm_status native_advance_band(band *b, uint64_t t, uint32_t steps, const drive_frame *frame) {
    if (steps == 0) return OHM_OK; // the loops do one step at least
    native_job job = job_of(b);
    job.t = t;
    job.steps = steps;
    job.memory.frame = frame->values;
    job.geometry = frame->geometry;
    run_job(b, find_advance(lanes_of(b), job.variant), &job);
    return OHM_OK;
}

static ohm_status native_wait(engine *e) {
    (void)e;
    return OHM_OK;
}

static ohm_status native_digest(band *b, plane which, uint64_t *digest) {
    const native_lanes *lanes = lanes_of(b);
    const float *values = native_plane(b, which);
    const uint64_t strips = strips_of(b), chunk = chunk_strips(b);
    uint64_t sum = 0;
#pragma omp parallel for schedule(dynamic) reduction(+ : sum) if (strips > chunk)
    for (uint64_t first = 0; first < strips; first += chunk)
        sum += lanes->digest(values, b->shape, first, first + chunk < strips ? first + chunk : strips);
    *digest += sum;
    return OHM_OK;
}

static ohm_status native_tally(band *b, tally_total *total) {
    const native_lanes *lanes = lanes_of(b);
    const native_job job = job_of(b);
    const uint64_t strips = strips_of(b), chunk = chunk_strips(b);
#pragma omp parallel for schedule(dynamic) if (strips > chunk)
    for (uint64_t first = 0; first < strips; first += chunk) {
        const uint64_t end = first + chunk < strips ? first + chunk : strips;
        uint32_t bins[TALLY_BINS] = {0};
        const ohm_tally tally = lanes->tally(&job, first, end, bins);
#pragma omp critical
        {
            tally_total_add(total, &tally);
            tally_total_add_bins(total, bins);
        }
    }
    return OHM_OK;
}

static ohm_status native_read(band *b, plane which, area a, float *out) {
    const uint64_t pitch = b->shape.pitch;
    const float *from = native_plane(b, which) + a.row * pitch + a.col;
    for (uint64_t i = 0; i < a.rows; i++) memcpy(out + i * a.cols, from + i * pitch, a.cols * sizeof *out);
    return OHM_OK;
}

static ohm_status native_write(band *b, plane which, area a, const float *in) {
    const uint64_t pitch = b->shape.pitch;
    float *to = native_plane(b, which) + a.row * pitch + a.col;
    for (uint64_t i = 0; i < a.rows; i++) memcpy(to + i * pitch, in + i * a.cols, a.cols * sizeof *in);
    return OHM_OK;
}

// ---- Pictures ---------------------------------------------------------------------------------

static ohm_status native_view_begin(engine *e, const view_job *job) {
    native_engine *n = (native_engine *)e;
    const size_t pixels = (size_t)job->picture.width * job->picture.height;
    if (pixels <= n->pixels) return OHM_OK;
    free(n->totals);
    n->pixels = 0;
    n->totals = malloc(pixels * sizeof *n->totals);
    if (!n->totals) return error_no_memory("a picture");
    n->pixels = pixels;
    return OHM_OK;
}

static ohm_status native_view_band(band *b, const view_job *job) {
    native_engine *n = (native_engine *)b->engine;
    const ohm_picture *v = &job->picture;
    native_job band_job = job_of(b);
    band_job.physics = job->physics;
    band_job.memory.frame = job->frame.values;
    band_job.geometry = job->frame.geometry;
    const view_part part = view_part_of(job, b->shape.row0, b->shape.rows);
    native_view *const run = n->lanes->view;
#pragma omp parallel for collapse(2) schedule(dynamic)
    for (uint32_t y = part.first; y < part.end; y++)
        for (uint32_t x = v->x0; x < v->x1; x += VIEW_RUN)
            run(&band_job, job, x, x + VIEW_RUN < v->x1 ? x + VIEW_RUN : v->x1, y, n->totals);
    return OHM_OK;
}

static ohm_status native_view_totals(engine *e, const view_job *job, view_part part, int64_t *totals) {
    const size_t width = job->picture.width;
    memcpy(totals, ((native_engine *)e)->totals + part.first * width,
           (part.end - part.first) * width * sizeof *totals);
    return OHM_OK;
}

static ohm_status native_view_image(engine *e, const view_job *job, float *image) {
    const int64_t *totals = ((native_engine *)e)->totals;
#pragma omp parallel for
    for (uint32_t y = 0; y < job->height; y++) view_fill_row(job, totals, y, image);
    return OHM_OK;
}

// ---- The engine -------------------------------------------------------------------------------

static void native_destroy(engine *e) {
    if (e) free(((native_engine *)e)->totals);
    free(e);
}

static ohm_status native_configure(engine *e, const problem *p) {
    e->problem = *p;
    return OHM_OK;
}

static const engine_class native_class = {
    .asynchronous = false,
    .destroy = native_destroy,
    .configure = native_configure,
    .band_create = native_band_create,
    .band_destroy = native_band_destroy,
    .band_extend = native_band_extend,
    .fill = native_fill,
    .settle = native_settle,
    .advance = native_advance_band,
    .wait = native_wait,
    .digest = native_digest,
    .tally = native_tally,
    .read = native_read,
    .write = native_write,
    .view_begin = native_view_begin,
    .view = native_view_band,
    .view_totals = native_view_totals,
    .view_image = native_view_image,
};

ohm_status native_engine_create(const problem *p, engine **e) {
    const native_lanes *lanes = find_lanes(p->lanes);
    if (!lanes) return error_set(OHM_BAD_ARGUMENT, "this processor has no %u-lane native engine", p->lanes);
    native_engine *n = calloc(1, sizeof *n);
    if (!n) return error_no_memory("the native engine");
    n->base = (engine){&native_class, *p, lanes->lanes};
    n->lanes = lanes;
    *e = &n->base;
    return OHM_OK;
}
