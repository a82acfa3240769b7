// Steps and idle times.
#include "../base/error.h"
#include "crossbar.h"
#include "schedule.h"

#include <inttypes.h>

// What is read of the devices changes with it, and nothing else.
static ohm_status set_idle(ohm_crossbar *c, double seconds) {
    const double before = c->idle;
    c->idle = seconds;
    const problem p = crossbar_problem_now(c, &c->plan, c->stimulus, seconds);
    const ohm_status status = crossbar_configure(c, &p);
    if (status)
        c->idle = before;
    else
        c->problem = p;
    return status;
}

// Looks at one step are one reading.
static ohm_status number_reading(ohm_crossbar *c) {
    c->problem.physics.reading = c->step;
    return c->problem.variant.noisy_read ? crossbar_configure(c, &c->problem) : OHM_OK;
}

// Ends an idle time: what is read of the devices at its end is what is read of them from now on.
static ohm_status settle(ohm_crossbar *c) {
    ohm_status status = OHM_OK;
    const ohm_physics *p = &c->problem.physics;
    const bool drifts = p->drift > 0 && (p->model[OHM_NU] > 0 || p->spreads & OHM_BIT(OHM_NU));
    for (size_t i = 0; drifts && i < c->band_count && !status; i++) status = band_settle(c->bands[i]);
    status = crossbar_wait(c, status);
    c->lost = status != OHM_OK; // some of the bands may have settled, and others not
    return status ? status : set_idle(c, 0);
}

ohm_status ohm_crossbar_advance(ohm_crossbar *c, uint64_t steps) {
    if (steps > OHM_MAX_STEP - c->step)
        return error_set(OHM_BAD_ARGUMENT,
                         "%" PRIu64 " steps after step %" PRIu64 " go beyond the last step, %" PRIu64, steps,
                         c->step, OHM_MAX_STEP);
    ohm_status status = crossbar_check_state(c);
    if (!status && steps && c->idle > 0) status = settle(c);
    if (status) return status;
    const uint64_t done = schedule_steps(c, steps, &status);
    const ohm_status waited = crossbar_wait(c, OHM_OK);
    c->lost = c->lost || waited;
    if (!status) status = waited;
    if (c->lost || !done) return status;
    crossbar_remember(c, done);
    c->step += done;
    const ohm_status numbered = number_reading(c);
    return status ? status : numbered;
}

ohm_status ohm_crossbar_idle(ohm_crossbar *c, double seconds) {
    if (!(seconds >= 0 && c->idle + seconds <= OHM_MAX_IDLE))
        return error_set(OHM_BAD_ARGUMENT, "an idle time of %g s is outside [0, 1e15]", c->idle + seconds);
    return set_idle(c, c->idle + seconds);
}

double ohm_crossbar_idle_time(const ohm_crossbar *c) {
    return c->idle;
}
