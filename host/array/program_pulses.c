// Applying pulses: to each device alone, as if it had a transistor of its own; or along the lines, row after
// row.
#include "programming.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// ---- Their shapes -----------------------------------------------------------------------------

// The largest length up to a number of steps of those that pulses have: 1, 2, 3, 4, 6, 8, 12, 16, 24 …. All
// pulses of a cycle then end in a few groups, between which voltages stay the same, and these steps go in one
// launch: a matrix of 784 x 200 devices takes a fifth of the time of lengths that are any number.
static uint32_t length_up_to(double steps) {
    uint32_t power = 1;
    while (2 * power <= steps && 2 * power <= PROGRAM_MOST_STEPS) power *= 2;
    const uint32_t more = power + power / 2;
    return power >= 2 && more <= steps && more <= PROGRAM_MOST_STEPS ? more : power;
}

static uint32_t length_from(double steps) {
    const uint32_t below = length_up_to(steps);
    if (below >= steps || below >= PROGRAM_MOST_STEPS) return below;
    const uint32_t next = below + below / 2;
    return below & (below - 1) ? below / 3 * 4 : below < 2 ? 2 : next;
}

// A model whose pulses are all alike has whole steps of them; others have less amplitude for the rest.
double program_shape(const programming *p, double strength, bool raise, pulse *made) {
    const uint32_t steps = p->pulsed ? length_up_to(fmax(strength, 1)) : length_from(strength);
    const double amplitude = p->pulsed ? 1 : fmin(strength / steps, 1);
    made->steps = steps;
    made->voltage = (float)((raise ? p->up : -p->up) * amplitude * p->amplitude[raise]);
    return steps * amplitude;
}

// How many steps until a number of them are done, within those of all pulses.
static uint32_t steps_until(const programming *p, uint32_t done, uint32_t until) {
    const uint64_t left = p->how->steps ? p->how->steps - p->report->steps : UINT64_MAX;
    return until - done < left ? until - done : (uint32_t)left;
}

static bool may_go_on(const programming *p) {
    return (!p->how->steps || p->report->steps < p->how->steps) && program_is_wanted(p);
}

// ---- To devices alone -------------------------------------------------------------------------

// The least length of a pulse above a number of steps, 0 if there is none.
static uint32_t next_length(const pulse *pulses, uint64_t count, uint32_t above) {
    uint32_t least = 0;
    for (uint64_t i = 0; i < count; i++)
        if (pulses[i].voltage != 0 && pulses[i].steps > above && (!least || pulses[i].steps < least))
            least = pulses[i].steps;
    return least;
}

static ohm_status apply_alone(programming *p) {
    ohm_status status = OHM_OK;
    uint32_t done = 0, until;
    while (!status && may_go_on(p) && (until = next_length(p->pulses, p->devices, done)) > 0) {
        const uint32_t steps = steps_until(p, done, until);
        for (uint64_t i = 0; i < p->devices; i++)
            p->voltage[i] = p->pulses[i].steps > done ? p->pulses[i].voltage : 0;
        status = ohm_crossbar_hold(p->crossbar, steps, p->voltage);
        if (!status) p->report->steps += steps;
        done = until;
    }
    return status;
}

// ---- Along the lines --------------------------------------------------------------------------
// A row's devices are written together, those of one sign and of amplitudes above 1/share of the largest, A,
// at a time. With V/2, the row is at A/2 and columns at A/2 − V, or 0 where nothing is written; with V/3 at
// 2A/3, and columns at 2A/3 − V, or A/3. All other rows are at 0 V. No other device then sees more than A/2,
// or A/3.

typedef struct row_pass {
    double sign, largest, share;
} row_pass;

static bool takes_part(const row_pass *a, const pulse *one) {
    const double v = a->sign * (double)one->voltage;
    return v > 0 && v <= a->largest && v > a->largest / a->share;
}

// The largest amplitude of that sign below another, 0 if there is none.
static double largest_below(const pulse *row, uint64_t cols, double sign, double below) {
    double most = 0;
    for (uint64_t j = 0; j < cols; j++) {
        const double v = sign * (double)row[j].voltage;
        if (v > most && v <= below) most = v;
    }
    return most;
}

static void set_columns(const programming *p, const row_pass *a, const pulse *row, uint32_t done,
                        float *cols) {
    const bool third = p->how->select == OHM_SELECT_THIRD;
    const double base = a->sign * a->largest * (third ? 2.0 / 3 : 0.5);
    const double rest = third ? a->sign * a->largest / 3 : 0;
    for (uint64_t j = 0; j < p->crossbar->problem.cols; j++) {
        const bool written = takes_part(a, &row[j]) && row[j].steps > done;
        cols[j] = (float)(written ? base - (double)row[j].voltage : rest);
    }
}

static uint32_t next_of_pass(const row_pass *a, const pulse *row, uint64_t cols, uint32_t above) {
    uint32_t least = 0;
    for (uint64_t j = 0; j < cols; j++)
        if (takes_part(a, &row[j]) && row[j].steps > above && (!least || row[j].steps < least))
            least = row[j].steps;
    return least;
}

static ohm_status apply_pass(programming *p, const row_pass *a, uint64_t i) {
    const uint64_t cols = p->crossbar->problem.cols;
    const pulse *row = p->pulses + i * cols;
    float *const row_volts = p->voltage, *const col_volts = p->voltage + p->crossbar->problem.rows;
    ohm_status status = OHM_OK;
    uint32_t done = 0, until;
    row_volts[i] = (float)(a->sign * a->largest * (p->how->select == OHM_SELECT_THIRD ? 2.0 / 3 : 0.5));
    while (!status && may_go_on(p) && (until = next_of_pass(a, row, cols, done)) > 0) {
        const uint32_t steps = steps_until(p, done, until);
        set_columns(p, a, row, done, col_volts);
        status = ohm_crossbar_hold_lines(p->crossbar, steps, row_volts, col_volts);
        if (!status) p->report->steps += steps;
        done = until;
    }
    row_volts[i] = 0;
    return status;
}

static ohm_status apply_row(programming *p, uint64_t i) {
    const uint64_t cols = p->crossbar->problem.cols;
    const pulse *row = p->pulses + i * cols;
    ohm_status status = OHM_OK;
    for (int side = 0; side < 2 && !status; side++) {
        row_pass a = {.sign = side ? -1 : 1, .share = p->how->select == OHM_SELECT_THIRD ? 3 : 2};
        double below = INFINITY;
        while (!status && (a.largest = largest_below(row, cols, a.sign, below)) > 0) {
            status = apply_pass(p, &a, i);
            below = a.largest / a.share;
        }
    }
    return status;
}

static ohm_status apply_rows(programming *p) {
    ohm_status status = OHM_OK;
    memset(p->voltage, 0, p->crossbar->problem.rows * sizeof *p->voltage);
    for (uint64_t i = 0; i < p->crossbar->problem.rows && !status; i++) status = apply_row(p, i);
    return status;
}

// ---- All --------------------------------------------------------------------------------------

ohm_status program_apply(programming *p, uint64_t *count) {
    *count = 0;
    for (uint64_t i = 0; i < p->devices; i++) *count += p->pulses[i].voltage != 0;
    p->report->pulses += *count;
    return p->how->select == OHM_SELECT_ALONE ? apply_alone(p) : apply_rows(p);
}
