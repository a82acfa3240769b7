#include "rehearsal.h"
#include "../base/error.h"
#include "../engine/native/native.h"
#include "statistics.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

// The smallest part whose work-groups are as large as those of a large band.
#define PART_ROWS 256u
#define PART_COLS 4096u

enum { ANSWER_ROWS = 2, ANSWER_STEPS = 3, MANY_SUBSTEPS = 8 };

// A device that "auto" chose may be so many times slower than one thread of the native engine. On a busy
// machine a good device is a few times slower; Mesa's llvmpipe is two hundred times slower. A launch within
// NO_TIME is never too slow.
#define SLOWEST 25
#define NO_TIME 0.1 // s

// ---- A frame ----------------------------------------------------------------------------------

// Voltages in [-0.5, 0.5] V for the part, in the layout of the variant's frames.
typedef struct sample_frame {
    drive_frame frame;
    float *values;
} sample_frame;

static ohm_status make_frame(const ohm_shape *shape, int layout, sample_frame *made) {
    static _Atomic uint64_t version = (uint64_t)1 << 63; // versions that no drive has
    const size_t pitch = shape->pitch, rows = (shape->rows + OHM_BLOCK - 1) / OHM_BLOCK * OHM_BLOCK;
    const size_t stride = pitch + rows;
    const size_t count = layout == OHM_FRAME_IMAGE ? pitch : ANSWER_STEPS * stride; // an image of one row
    *made = (sample_frame){.frame = {.steps = ANSWER_STEPS}};
    if (layout == OHM_FRAME_NONE) return OHM_OK;
    made->values = aligned_alloc(OHM_BLOCK * sizeof(float), (count + 15) / 16 * 16 * sizeof(float));
    if (!made->values) return ohm_fail_memory("voltages");
    for (size_t i = 0; i < count; i++) made->values[i] = (float)(i * 37 % 101) / 100 - 0.5f;
    made->frame.values = made->values;
    made->frame.count = count;
    made->frame.version = ++version;
    if (layout == OHM_FRAME_IMAGE)
        made->frame.geometry = (ohm_frame){.across = (u64)1 << 32, .width = (u32)pitch, .height = 1};
    else
        made->frame.geometry = (ohm_frame){.stride = stride, .pitch = pitch};
    return OHM_OK;
}

// ---- The native engine's answer -----------------------------------------------------------------

static double clock_now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static uint32_t steps_of(const problem *p) {
    return p->physics.substeps > MANY_SUBSTEPS ? 1 : ANSWER_STEPS;
}

// What the native engine computes: the first rows of a part, after the steps.
typedef struct answer {
    ohm_shape shape;
    engine *engine;
    band *band;
    double seconds; // a synapse and step
} answer;

static void answer_free(answer *a) {
    band_destroy(a->band);
    if (a->engine) a->engine->class->destroy(a->engine);
}

static ohm_status answer_make(const problem *p, const ohm_shape *part, const drive_frame *frame, answer *a) {
    problem small = *p;
    frame_store store = {0};
    small.cols = part->cols;
    small.pitch = part->pitch;
    small.rows = part->rows < ANSWER_ROWS ? part->rows : ANSWER_ROWS;
    small.lanes = 0;
    *a = (answer){0};
    ohm_status status = native_engine_create(&small, &a->engine);
    if (!status) status = band_create(a->engine, 0, small.rows, &a->band);
    if (!status) status = band_fill(a->band);
    const double start = clock_now();
    if (!status) status = band_advance(a->band, &store, 0, steps_of(p), frame);
    a->seconds = (clock_now() - start) / ((double)small.rows * (double)small.pitch * steps_of(p));
    frame_store_release(&store);
    return status;
}

static ohm_status compare(const band *b, const answer *a, const ohm_device_info *info) {
    const area rows = {0, 0, a->band->shape.rows, a->band->shape.cols};
    const size_t count = rows.rows * rows.cols;
    float *found = malloc(2 * count * sizeof *found), *right = found + count;
    ohm_status status = found ? OHM_OK : ohm_fail_memory("a comparison");
    for (int i = 0; i < PLANE_COUNT && !status; i++) {
        if (!b->plane[i]) continue;
        status = band_get(b, i, rows, found);
        if (!status) status = band_get(a->band, i, rows, right);
        if (status || memcmp(found, right, count * sizeof *found) == 0) continue;
        status = ohm_fail(OHM_DEVICE_FAILED,
                          "%s (%s) computes wrong numbers at %u lanes: its driver or compiler is at fault",
                          info->name, info->id, b->engine->lanes);
        ohm_fail_hint("use another number of --lanes, or another --device");
    }
    free(found);
    return status;
}

// ---- The device -------------------------------------------------------------------------------

// Times the second launch of the steps, because the first one may compile.
static ohm_status check_speed(ohm_crossbar *c, const band *b, const answer *a, const drive_frame *frame,
                              const ohm_device_info *info) {
    const uint32_t steps = steps_of(&c->problem);
    const double start = clock_now();
    ohm_status status = band_advance(b, crossbar_frames(c, b->engine), steps, steps, frame);
    if (!status) status = b->engine->class->wait(b->engine);
    const double took = clock_now() - start;
    const double each = took / ((double)b->shape.rows * (double)b->shape.pitch * steps);
    if (status || took < NO_TIME || each < SLOWEST * a->seconds) return status;
    return ohm_fail(OHM_DEVICE_FAILED, "%s (%s) is %.0f times slower than the native engine", info->name,
                    info->id, each / a->seconds);
}

static ohm_status launch_each(ohm_crossbar *c, const band *b, const ohm_device_info *info, bool automatic) {
    tally_total total = tally_total_start();
    uint64_t digest = 0;
    answer a = {0};
    sample_frame s;
    const char *changed = getenv("OHMSCAPE_KERNELS"); // other kernels may give other answers
    ohm_status status = make_frame(&b->shape, c->problem.variant.frame, &s);
    if (!status) status = band_fill(b);
    if (!status) status = band_advance(b, crossbar_frames(c, b->engine), 0, steps_of(&c->problem), &s.frame);
    if (!status && !(changed && *changed)) {
        status = answer_make(&c->problem, &b->shape, &s.frame, &a);
        if (!status) status = compare(b, &a, info);
        if (!status && automatic && info->type == OHM_DEVICE_CPU)
            status = check_speed(c, b, &a, &s.frame, info);
    }
    if (!status) status = band_digest(b, PLANE_STATE, &digest);
    if (!status) status = band_tally(b, &total);
    const ohm_status waited = b->engine->class->wait(b->engine);
    answer_free(&a);
    free(s.values);
    return status ? status : waited;
}

static ohm_status rehearse(ohm_crossbar *c, const band *b, const ohm_device_info *info, bool automatic) {
    engine *e = b->engine;
    if (!e->class->build_begin) return OHM_OK;
    band part = *b;
    ohm_shape *shape = &part.shape;
    shape->row0 = 0; // the sample frame's lines start there
    if (shape->rows > PART_ROWS) shape->rows = PART_ROWS;
    if (shape->pitch > PART_COLS) shape->cols = shape->pitch = PART_COLS;
    e->class->build_begin(e);
    const ohm_status status = launch_each(c, &part, info, automatic);
    e->class->build_end(e, status);
    return status;
}

ohm_status rehearsal_run(ohm_crossbar *c, ohm_devices *devices) {
    ohm_status status = OHM_OK;
    size_t of = 0; // which engine the band is on
    for (size_t i = 0; i < c->band_count && !status; i++) {
        if (i > 0 && c->bands[i]->engine == c->bands[i - 1]->engine) continue;
        while (c->engines[of] != c->bands[i]->engine) of++;
        devices_blame(devices, of);
        status = rehearse(c, c->bands[i], ohm_devices_info(devices, of), devices_is_automatic(devices, of));
    }
    return status;
}
