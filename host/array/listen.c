// Each band adds up its rows in whole numbers, as for a readout, so that no split changes a bit.
#define OHM_LANES 1
#include "listen.h"
#include "../base/error.h"
#include "lines.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static ohm_status launch_band(ohm_crossbar *c, const band *b, const line_room *r, const lines_deal *d,
                              uint64_t t, const drive_frame *frame) {
    frame_store *s = crossbar_frames(c, b->engine);
    ohm_listen a = {.t = t,
                    .input = frame->input,
                    .more = frame->more,
                    .unit = ldexpf(1, lines_scale(c, false, (double)frame->largest_input)),
                    .blocks = d->blocks,
                    .posts = frame->posts};
    ohm_physics physics = b->engine->problem.physics;
    physics.reading = t;
    const ohm_status status = frame_store_send(s, b->engine, &b->shape, frame, &a.frame);
    if (status) return status;
    return b->engine->class->run(
        b->engine,
        &(launch){.operation = frame->manner == DRIVE_LEARN ? OHM_OPERATION_learn : OHM_OPERATION_listen,
                  .shape = b->shape,
                  .physics = &physics,
                  .buffer = {b->plane[PLANE_STATE], b->plane[PLANE_FLUX], b->plane[PLANE_STATE_REST],
                             b->plane[PLANE_FLUX_REST], s->values, r->sums},
                  .buffers = 6,
                  .arguments = &a,
                  .size = sizeof a,
                  .width = d->width,
                  .height = d->height,
                  .work = b->shape.rows * b->shape.pitch});
}

static ohm_status start_band(ohm_crossbar *c, size_t i, uint64_t t, const drive_frame *frame) {
    const band *b = c->bands[i];
    const lines_deal d = lines_deal_out(b, false);
    ohm_status status = lines_room(b, &c->lines[i], &d, false, 1);
    if (!status) status = launch_band(c, b, &c->lines[i], &d, t, frame);
    return status ? status : lines_gather(b, &c->lines[i], &d, false, 1);
}

// Adds a band's sums to the totals, both i64 [2, pitch].
static ohm_status finish_band(const ohm_crossbar *c, size_t i, uint64_t *sums, uint64_t *totals) {
    const uint64_t count = 2 * c->problem.pitch;
    const lines_deal d = lines_deal_out(c->bands[i], false);
    const ohm_status status = lines_take(&c->lines[i], &d, count * sizeof *sums, sums);
    for (uint64_t j = 0; j < count && !status; j++) totals[j] += sums[j];
    return status;
}

// Tells the drive the totals as currents, which take their place.
static void tell(ohm_crossbar *c, uint64_t t, float largest, const uint64_t *totals, double *current) {
    const double unit = ldexp(1, -lines_scale(c, false, (double)largest));
    for (uint64_t j = 0; j < c->problem.cols; j++)
        current[j] = lines_sum(&totals[j], &totals[c->problem.pitch + j]) * unit;
    drive_hear(crossbar_drive(c), t, current);
}

// Engines that return at once come first, as in schedule.c.
static ohm_status start_all(ohm_crossbar *c, uint64_t t, const drive_frame *frame) {
    ohm_status status = OHM_OK;
    for (int asynchronous = 1; asynchronous >= 0; asynchronous--)
        for (size_t i = 0; i < c->band_count && !status; i++)
            if (c->bands[i]->engine->class->asynchronous == asynchronous) status = start_band(c, i, t, frame);
    return status;
}

ohm_status listen_step(ohm_crossbar *c, uint64_t t, const drive_frame *frame) {
    const uint64_t pitch = c->problem.pitch;
    uint64_t *sums = malloc(2 * pitch * sizeof *sums), *totals = calloc(2 * pitch, sizeof *totals);
    double *current = malloc(pitch * sizeof *current);
    ohm_status status = sums && totals && current ? OHM_OK : ohm_fail_memory("currents of lines");
    if (!status) status = start_all(c, t, frame);
    for (size_t i = 0; i < c->band_count && !status; i++) status = finish_band(c, i, sums, totals);
    if (!status) tell(c, t, frame->largest_input, totals, current);
    free(sums);
    free(totals);
    free(current);
    return status;
}
