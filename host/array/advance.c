// Steps and idle times.
#include "applied.h"
#include "../base/error.h"
#include "crossbar.h"
#include "../drive/own.h"
#include "findings.h"
#include "schedule.h"
#include "wired_drive.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <time.h>

// Sets the time since the last step. It changes what is read of the devices, which drift, but not their
// states.
static ohm_status set_idle(ohm_crossbar *c, double seconds) {
    const double before = c->idle;
    c->idle = seconds;
    const problem p = crossbar_problem_now(c, &c->plan, crossbar_source(c), seconds);
    const ohm_status status = crossbar_configure(c, &p);
    if (status)
        c->idle = before;
    else
        c->problem = p;
    return status;
}

// Read noise is drawn once a step: looking twice at the same step gives the same values.
static ohm_status number_reading(ohm_crossbar *c) {
    c->problem.physics.reading = c->step;
    return c->problem.variant.noisy_read ? crossbar_configure(c, &c->problem) : OHM_OK;
}

ohm_status crossbar_settle(ohm_crossbar *c) {
    ohm_status status = OHM_OK;
    if (!(c->idle > 0)) return OHM_OK;
    const ohm_physics *p = &c->problem.physics;
    const bool drifts = p->drift > 0 && (p->model[OHM_NU] > 0 || p->spreads & OHM_BIT(OHM_NU));
    for (size_t i = 0; drifts && i < c->band_count && !status; i++) status = band_settle(c->bands[i]);
    status = crossbar_wait(c, status);
    c->lost = status != OHM_OK; // because only some of the bands may have settled
    return status ? status : set_idle(c, 0);
}

// Checks that so many steps can be done, and ends an idle time before them.
static ohm_status begin(ohm_crossbar *c, uint64_t steps) {
    if (steps > OHM_MAX_STEP - c->step)
        return ohm_fail(OHM_BAD_ARGUMENT,
                        "%" PRIu64 " steps after step %" PRIu64 " go beyond the last step, %" PRIu64, steps,
                        c->step, OHM_MAX_STEP);
    const ohm_status status = crossbar_check_state(c);
    return !status && steps ? crossbar_settle(c) : status;
}

// Takes steps with the present stimulus, or the caller's own voltages.
static ohm_status take_steps(ohm_crossbar *c, uint64_t steps) {
    ohm_status status = OHM_OK;
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

ohm_status ohm_crossbar_advance(ohm_crossbar *c, uint64_t steps) {
    ohm_status status = begin(c, steps);
    if (!status && steps) status = crossbar_end_own(c);
    return status ? status : take_steps(c, steps);
}

// ---- For a while ------------------------------------------------------------------------------

#define TURN 0.05 // s between two calls of progress

static double clock_now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

// How many of the steps left the next turn takes, at least so many, so that it lasts about that time: as fast
// as the last turn was.
static uint64_t steps_of_turn(uint64_t left, uint64_t last, double took, double time, uint64_t least) {
    double fit = last ? (double)last * 8 : 1; // a single short turn may have been measured badly
    if (took > 0) fit = fmin(fit, (double)last * time / took);
    const uint64_t steps = fit < (double)least ? least : fit > 1e15 ? (uint64_t)1e15 : (uint64_t)fit;
    return steps < left ? steps : left;
}

ohm_status ohm_crossbar_advance_while(ohm_crossbar *c, uint64_t steps, double seconds, ohm_progress *progress,
                                      void *context, uint64_t *done) {
    *done = 0;
    if (!(seconds >= 0)) return ohm_fail(OHM_BAD_ARGUMENT, "seconds: %g is negative or no number", seconds);
    ohm_status status = begin(c, steps);
    const double start = clock_now();
    uint64_t last = 0;
    double took = 0;
    const uint64_t least = ohm_crossbar_storage(c).pass_steps;
    while (!status && *done < steps) {
        const double before = clock_now(), left = seconds > 0 ? start + seconds - before : TURN;
        if (left <= 0) break;
        const uint64_t at = c->step;
        status = ohm_crossbar_advance(
            c, steps_of_turn(steps - *done, last, took, left < TURN ? left : TURN, least));
        last = c->step - at;
        took = clock_now() - before;
        *done += last;
        if (!status && progress && !progress(context, *done, steps)) break;
    }
    return status;
}

// ---- Own voltages -----------------------------------------------------------------------------

static ohm_status apply(ohm_crossbar *c, drive *own) {
    findings f;
    drive *const before = c->own;
    const ohm_status fits = crossbar_check_lines(c->wires, own, "an array of voltages");
    if (fits) return fits;
    c->own = own;
    problem p = crossbar_problem_now(c, &c->plan, own, c->idle);
    ohm_status status = findings_make(&c->plan, &p, own, &f);
    if (!status) status = crossbar_prepare(c, &p);
    if (status) {
        c->own = before;
        return status;
    }
    if (before && before != c->applied) drive_close(before);
    c->problem = p;
    return OHM_OK;
}

// The arrays are of so many steps, or of one that is held.
static ohm_status apply_steps(ohm_crossbar *c, uint64_t steps, bool held, const float *cells,
                              const float *rows, const float *cols) {
    drive *own;
    ohm_status status = begin(c, steps);
    if (status || !steps) return status;
    status = own_open(&c->plan, c->step, held ? 1 : steps, cells, rows, cols, &own);
    if (status) return status;
    status = apply(c, own);
    if (status) {
        drive_close(own);
        return status;
    }
    const uint64_t first = c->step;
    status = take_steps(c, steps);
    own_finish(own, held ? 1 : c->step - first);
    return status;
}

ohm_status ohm_crossbar_hold(ohm_crossbar *c, uint64_t steps, const float *voltage) {
    return apply_steps(c, steps, true, voltage, NULL, NULL);
}

ohm_status ohm_crossbar_hold_lines(ohm_crossbar *c, uint64_t steps, const float *row_voltage,
                                   const float *col_voltage) {
    return apply_steps(c, steps, true, NULL, row_voltage, col_voltage);
}

ohm_status ohm_crossbar_apply(ohm_crossbar *c, uint64_t steps, const float *voltage) {
    return apply_steps(c, steps, false, voltage, NULL, NULL);
}

ohm_status ohm_crossbar_apply_lines(ohm_crossbar *c, uint64_t steps, const float *row_voltage,
                                    const float *col_voltage) {
    return apply_steps(c, steps, false, NULL, row_voltage, col_voltage);
}

// ---- The step counter -------------------------------------------------------------------------

ohm_status ohm_crossbar_set_step(ohm_crossbar *c, uint64_t step) {
    char *noted = NULL;
    if (step > OHM_MAX_STEP)
        return ohm_fail(OHM_BAD_ARGUMENT, "step: %" PRIu64 " is more than %" PRIu64, step, OHM_MAX_STEP);
    if (step == c->step) return OHM_OK;
    ohm_status status = history_prepare(&c->history, c->plan.text[ROLE_STIMULUS], &noted);
    if (!status) status = crossbar_end_own(c);
    if (status) {
        free(noted);
        return status;
    }
    history_clear(&c->history);
    history_note(&c->history, 0, noted);
    series_clear(&c->series);
    if (c->wired) wired_forget(c->wired);
    drive_restart(c->stimulus);
    c->step = step;
    return number_reading(c);
}

// ---- Idle times -------------------------------------------------------------------------------

ohm_status ohm_crossbar_idle(ohm_crossbar *c, double seconds) {
    if (!(seconds >= 0 && c->idle + seconds <= OHM_MAX_IDLE))
        return ohm_fail(OHM_BAD_ARGUMENT, "an idle time of %g s is outside [0, 1e15]", c->idle + seconds);
    return set_idle(c, c->idle + seconds);
}

double ohm_crossbar_idle_time(const ohm_crossbar *c) {
    return c->idle;
}
