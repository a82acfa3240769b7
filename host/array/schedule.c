#include "schedule.h"
#include "listen.h"

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

uint64_t schedule_steps(ohm_crossbar *c, uint64_t steps, ohm_status *status) {
    drive *const d = crossbar_drive(c);
    const uint32_t most = drive_is_closed_loop(d) ? 1 : c->plan.definition.fuse;
    uint64_t done = 0;
    drive_begin(d, c->step);
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
