// Rank-one updates: what lines on both sides add to all devices between them.
#include "../base/error.h"
#include "crossbar.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static ohm_status check_line(const char *name, const float *values, uint64_t n) {
    for (uint64_t i = 0; i < n; i++)
        if (!isfinite(values[i]))
            return ohm_fail(OHM_BAD_ARGUMENT, "%s[%" PRIu64 "] is %g", name, i, (double)values[i]);
    return OHM_OK;
}

// Adds to a band; padded is [pitch].
static ohm_status add_to_band(const band *b, line_room *r, const float *rows, const float *padded) {
    engine *e = b->engine;
    const ohm_status status = line_room_send(r, b, rows, padded);
    if (status) return status;
    return e->class->run(
        e, &(launch){.operation = OHM_OPERATION_outer,
                     .shape = b->shape,
                     .physics = &e->problem.physics,
                     .buffer = {b->plane[PLANE_STATE], b->plane[PLANE_STATE_REST], r->input, r->sums},
                     .buffers = 4});
}

ohm_status ohm_crossbar_add_outer(ohm_crossbar *c, const float *rows, const float *cols) {
    ohm_status status = crossbar_check_state(c);
    if (!status) status = check_line("rows", rows, c->problem.rows);
    if (!status) status = check_line("cols", cols, c->problem.cols);
    if (!status) status = crossbar_settle(c);
    float *padded = status ? NULL : calloc(c->problem.pitch, sizeof *padded);
    if (!status && !padded) status = ohm_fail_memory("an update");
    if (status) return status;
    memcpy(padded, cols, c->problem.cols * sizeof *padded);
    for (size_t i = 0; i < c->band_count && !status; i++)
        status = add_to_band(c->bands[i], &c->lines[i], rows, padded);
    status = crossbar_wait(c, status);
    c->lost = c->lost || status; // some bands may have it, and others not
    free(padded);
    return status;
}
