#include "schedule.h"
#include "../base/error.h"
#include "listen.h"

#include <stdlib.h>
#include <string.h>

// ---- All bands together -----------------------------------------------------------------------

// Advances every band once. Engines that return at once come first, so that they compute while the native
// engine keeps this thread busy.
static ohm_status visit(ohm_crossbar *c, uint64_t t, uint32_t steps, const drive_frame *frame) {
    ohm_status status = OHM_OK;
    for (int asynchronous = 1; asynchronous >= 0; asynchronous--)
        for (size_t i = 0; i < c->band_count && !status; i++) {
            const band *b = c->bands[i];
            if (b->engine->class->asynchronous != asynchronous) continue;
            status = band_advance(b, crossbar_frames(c, b->engine), t, steps, frame);
        }
    return status;
}

// One launch of every band.
static ohm_status launch_all(ohm_crossbar *c, uint64_t t, const drive_frame *frame) {
    if (frame->manner == DRIVE_STEP) return visit(c, t, frame->steps, frame);
    return listen_step(c, t, frame);
}

static uint64_t step_together(ohm_crossbar *c, drive *d, uint64_t steps, uint32_t most, ohm_status *status) {
    uint64_t done = 0;
    while (done < steps) {
        const uint32_t now = steps - done < most ? (uint32_t)(steps - done) : most;
        drive_frame frame;
        *status = drive_next(d, c->step + done, now, &frame);
        if (*status) return done;
        *status = launch_all(c, c->step + done, &frame);
        c->lost = *status != OHM_OK; // because only some of the bands may have advanced
        if (c->lost) return done;
        done += frame.steps;
    }
    return done;
}

// ---- Band after band --------------------------------------------------------------------------

// The launches of a pass, each band's the same.
typedef struct reel {
    struct scene {
        uint64_t t;
        drive_frame frame; // its values are the reel's own
        float *values;     // of this scene alone, or NULL
    } * scenes;
    size_t count;
    uint64_t steps, bytes;
} reel;

#define REEL_BYTES ((uint64_t)128 << 20) // of scenes and their voltages, after which a pass ends

static void reel_free(reel *r) {
    for (size_t i = 0; i < r->count; i++) free(r->scenes[i].values);
    free(r->scenes);
}

static ohm_status copy_values(reel *r, struct scene *s) {
    drive_frame *f = &s->frame;
    const drive_frame *before = r->count ? &r->scenes[r->count - 1].frame : NULL;
    if (!f->values) return OHM_OK;
    if (before && before->version == f->version) {
        f->values = before->values;
        return OHM_OK;
    }
    const size_t bytes = (f->count * sizeof *f->values + 255) / 256 * 256;
    s->values = aligned_alloc(256, bytes);
    if (!s->values) return ohm_fail_memory("voltages");
    memcpy(s->values, f->values, f->count * sizeof *f->values);
    f->values = s->values;
    r->bytes += bytes;
    return OHM_OK;
}

static ohm_status add_scene(reel *r, uint64_t t, const drive_frame *frame) {
    struct scene *more = realloc(r->scenes, (r->count + 1) * sizeof *more);
    if (!more) return ohm_fail_memory("a pass");
    r->scenes = more;
    struct scene *s = &more[r->count];
    *s = (struct scene){.t = t, .frame = *frame};
    const ohm_status status = copy_values(r, s);
    if (status) return status;
    r->count++;
    r->bytes += sizeof *s;
    r->steps += frame->steps;
    return OHM_OK;
}

static ohm_status reel_make(const ohm_crossbar *c, drive *d, uint64_t t, uint64_t steps, reel *r) {
    const uint32_t most = c->plan.definition.fuse;
    ohm_status status = OHM_OK;
    *r = (reel){0};
    while (r->steps < steps && r->bytes < REEL_BYTES && !status) {
        const uint64_t left = steps - r->steps;
        drive_frame frame;
        status = drive_next(d, t + r->steps, left < most ? (uint32_t)left : most, &frame);
        if (!status) status = add_scene(r, t + r->steps, &frame);
    }
    return status;
}

static ohm_status play(ohm_crossbar *c, const band *b, const reel *r) {
    ohm_status status = OHM_OK;
    for (size_t i = 0; i < r->count && !status; i++)
        status = band_advance(b, crossbar_frames(c, b->engine), r->scenes[i].t, r->scenes[i].frame.steps,
                              &r->scenes[i].frame);
    return status;
}

// The bands of an engine, which follow one another.
static size_t bands_of(const ohm_crossbar *c, const engine *e, size_t *first) {
    size_t count = 0;
    for (size_t i = 0; i < c->band_count; i++)
        if (c->bands[i]->engine == e && !count++) *first = i;
    return count;
}

// All launches of the band that is the turn-th of each engine.
static ohm_status take_turn(ohm_crossbar *c, const reel *r, size_t turn, bool *any) {
    ohm_status status = OHM_OK;
    *any = false;
    for (int asynchronous = 1; asynchronous >= 0; asynchronous--)
        for (size_t i = 0; i < c->engine_count && !status; i++) {
            size_t first = 0;
            const size_t count = bands_of(c, c->engines[i], &first);
            if (c->engines[i]->class->asynchronous != asynchronous || turn >= count) continue;
            status = play(c, c->bands[first + (c->backwards ? count - 1 - turn : turn)], r);
            *any = true;
        }
    return status;
}

// A pass over the bands, the other way than the last one, so that it begins with those that are still there.
static ohm_status pass(ohm_crossbar *c, const reel *r) {
    ohm_status status = OHM_OK;
    bool any = true;
    for (size_t turn = 0; any && !status; turn++) status = take_turn(c, r, turn, &any);
    c->backwards = !c->backwards;
    return status;
}

static uint64_t step_in_passes(ohm_crossbar *c, drive *d, uint64_t steps, ohm_status *status) {
    uint64_t done = 0;
    while (done < steps && !*status) {
        reel r;
        const ohm_status made = reel_make(c, d, c->step + done, steps - done, &r);
        *status = pass(c, &r);       // also of the steps before those whose voltages cannot be had
        c->lost = *status != OHM_OK; // because only some of the bands may have advanced
        if (!c->lost) done += r.steps;
        if (!*status) *status = made;
        reel_free(&r);
    }
    return done;
}

// ---- Steps ------------------------------------------------------------------------------------

uint64_t schedule_steps(ohm_crossbar *c, uint64_t steps, ohm_status *status) {
    drive *const d = crossbar_drive(c);
    const bool closed = drive_is_closed_loop(d);
    drive_begin(d, c->step);
    if (c->streams && !closed) return step_in_passes(c, d, steps, status);
    return step_together(c, d, steps, closed ? 1 : c->plan.definition.fuse, status);
}
