// Two-level line relaxation. With A and B the wires of the word and the bit lines and D the cells,
//     (A + D) u − D v = f_u,  (B + D) v − D u = f_v,
// and with u eliminated, S v = f, S = B + D − D (A + D)^-1 D. Only v is kept. A sweep is
//   1. v += z + P e
//   2. u = (A + D)^-1 (f_u + D v), line by line; r = f − S v, in float64, rounded to float32
//   3. z = (B + D)^-1 r, line by line, in float32
//   4. e: what the coarse crossbar answers to D z, which then is all that is missing, on word lines
// Lines carry voltages far at once, and the coarse crossbar carries them across lines. Where both are slow,
// sweeps become steps of conjugate gradients with z + P e as what precedes S: a circuit that nearly falls
// apart, such as a chequerboard, has a few patterns that neither sees, and these are what it finds: 16 sweeps
// for one of 4096 x 4096 cells, where 84 of another kind of momentum were needed at 1024 x 1024.
//
// The bits don't depend on threads: lines are solved in a fixed order, sums over cells go row by row and then
// over rows or blocks in their order, and all else that is joined is a maximum.
#include "bits.h"
#include "coarse.h"
#include "reach.h"
#include "ritz.h"
#include "../base/threads.h"

#include <assert.h>
#include <math.h>
#include <omp.h>
#include <stdlib.h>
#include <string.h>

typedef enum stage { PLAIN, FIRST, CONJUGATE } stage;

typedef struct course {
    unsigned sweeps;
    bool spread;          // there is an e to be spread
    bool pending;         // there is a step to be taken
    double v_most;        // the largest |v| before z
    double most, current; // the largest |z|; the largest current that z adds
    double rate, rate_before;
    stage stage;
    bool moved;         // by p, in this sweep
    double alpha, beta; // of the last direction: the best length, and what is taken of it into the next
    double before;      // of it and the residual before it: their product
    ritz values;
} course;

// ---- 1. The step ------------------------------------------------------------------------------

// t: z + P e of a row.
static void correction(const wires *w, const course *c, size_t i, double *t, double *scratch) {
    const float *z = w->z + i * w->stride;
    if (c->spread)
        coarse_row(w, i, t, scratch);
    else
        memset(t, 0, w->pitch * sizeof *t);
    for (size_t j = 0; j < w->pitch; j++) t[j] += (double)z[j];
}

static double add_row(size_t n, double *restrict v, const double *restrict t) {
    double most = 0;
    for (size_t j = 0; j < n; j++) {
        v[j] += t[j];
        most = larger(most, fabs(v[j]));
    }
    return most;
}

static double step_plain(wires *w, const course *c) {
    double most = 0;
#pragma omp parallel for num_threads(w->threads) reduction(max : most)
    for (size_t i = 0; i < w->held; i++) {
        double *t = scratch_of(w, omp_get_thread_num());
        correction(w, c, i, t, t + w->pitch);
        most = larger(most, add_row(w->pitch, w->v + i * w->stride, t));
    }
    return most;
}

static double largest_voltage(const wires *w) {
    double most = 0;
#pragma omp parallel for num_threads(w->threads) reduction(max : most)
    for (size_t i = 0; i < w->held; i++)
        for (size_t j = 0; j < w->cols; j++) most = larger(most, fabs(w->v[i * w->stride + j]));
    return most;
}

// ---- Conjugate gradients ----------------------------------------------------------------------

// Σ a b of a row, in 8 sums side by side.
WIRES_CLONES static double row_dot(size_t n, const float *restrict a, const float *restrict b) {
    double sum[8] = {0};
    for (size_t j = 0; j < n; j += 8)
        for (size_t k = 0; k < 8; k++) sum[k] += (double)a[j + k] * (double)b[j + k];
    return ((sum[0] + sum[4]) + (sum[2] + sum[6])) + ((sum[1] + sum[5]) + (sum[3] + sum[7]));
}

static double sum_dots(const wires *w, size_t which) {
    double sum = 0;
    for (size_t i = 0; i < w->held; i++) sum += w->row_dots[2 * i + which];
    return sum;
}

static ohm_status begin_conjugate(wires *w) {
    const size_t bytes = w->held * w->pitch * sizeof *w->p;
    if (!w->p) w->p = aligned_alloc(64, (bytes + 63) / 64 * 64);
    if (!w->r) w->r = aligned_alloc(64, (bytes + 63) / 64 * 64);
    if (!w->r_before) w->r_before = aligned_alloc(64, (bytes / 2 + 63) / 64 * 64);
    return w->p && w->r && w->r_before ? OHM_OK : ohm_fail_memory("the directions of conjugate gradients");
}

// v has moved by p whole. S p is the difference of the residuals, so the step that is best along p follows
// without another sweep: it is alpha p, and z becomes the residual there. It keeps to the true residual,
// which is taken anew in every sweep, and never drifts from it.
static void find_step(wires *w, course *c) {
    const size_t P = w->pitch;
#pragma omp parallel for num_threads(w->threads)
    for (size_t i = 0; i < w->held; i++) {
        const size_t o = i * w->stride;
        w->row_dots[2 * i] = row_dot(P, w->p + o, w->r + o);
        w->row_dots[2 * i + 1] = row_dot(P, w->p + o, w->z + o);
    }
    const double after = sum_dots(w, 1);
    c->before = sum_dots(w, 0);
    c->alpha = c->before > after ? c->before / (c->before - after) : 1;
    ritz_add(&c->values, c->alpha, c->beta);
}

// The upper half of a float32, rounded. What r_before keeps is only for one sum over all cells, which errors
// of a part in 500 of either sign hardly change, so that 2 bytes a cell do.
static uint16_t upper_half(float x) {
    uint32_t bits;
    memcpy(&bits, &x, sizeof bits);
    return (uint16_t)((bits + 0x8000u) >> 16);
}

static float from_upper_half(uint16_t half) {
    const uint32_t bits = (uint32_t)half << 16;
    float x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

static void take_back(wires *w, const course *c) {
    const float rest = (float)(1 - c->alpha);
#pragma omp parallel for num_threads(w->threads)
    for (size_t i = 0; i < w->held; i++) {
        float *z = w->z + i * w->stride, *r = w->r + i * w->stride;
        uint16_t *before = w->r_before + i * w->stride;
        for (size_t j = 0; j < w->pitch; j++) {
            before[j] = upper_half(r[j]);
            r[j] = z[j] += rest * (r[j] - z[j]);
        }
    }
}

static double row_dot_before(size_t n, const float *a, const uint16_t *before, float *t) {
    for (size_t j = 0; j < n; j++) t[j] = from_upper_half(before[j]);
    return row_dot(n, a, t);
}

// The next direction: z + P e, left in z, and as much of the last as makes them conjugate. What precedes S is
// not symmetric, so that the formula has to be the one for that (Polak and Ribière's): with the shorter one
// of Fletcher and Reeves a crossbar with one driven row and one sensed column, all others floating, got
// stuck.
static void find_direction(wires *w, course *c) {
#pragma omp parallel for num_threads(w->threads)
    for (size_t i = 0; i < w->held; i++) {
        void *scratch = scratch_of(w, omp_get_thread_num());
        double *t = scratch;
        float *z = w->z + i * w->stride;
        correction(w, c, i, t, t + w->pitch);
        for (size_t j = 0; j < w->pitch; j++) z[j] = (float)t[j];
        w->row_dots[2 * i] = row_dot(w->pitch, z, w->r + i * w->stride);
        if (c->moved)
            w->row_dots[2 * i + 1] = row_dot_before(w->pitch, z, w->r_before + i * w->stride, scratch);
    }
    c->beta = c->moved && c->before != 0 ? (sum_dots(w, 0) - sum_dots(w, 1)) / c->before : 0;
}

// v moves by p whole, and back by what was too much of the last.
static double step_conjugate(wires *w, const course *c) {
    const float beta = (float)c->beta;
    const double back = c->moved ? c->alpha - 1 : 0;
    double most = 0;
#pragma omp parallel for num_threads(w->threads) reduction(max : most)
    for (size_t i = 0; i < w->held; i++) {
        double *t = scratch_of(w, omp_get_thread_num());
        float *p = w->p + i * w->stride;
        const float *z = w->z + i * w->stride;
        for (size_t j = 0; j < w->pitch; j++) {
            const float last = c->moved ? p[j] : 0;
            p[j] = z[j] + beta * last;
            t[j] = back * (double)last + (double)p[j];
        }
        most = larger(most, add_row(w->pitch, w->v + i * w->stride, t));
    }
    return most;
}

// ---- Sweeps -----------------------------------------------------------------------------------

static void take_residual(wires *w, bool and_eliminate) {
#pragma omp parallel for num_threads(w->threads) schedule(dynamic)
    for (size_t k = 0; k < w->blocks; k++) {
        bits_residual(w, k, scratch_of(w, omp_get_thread_num()));
        if (and_eliminate) bits_eliminate(w, k);
    }
    bits_gather(w);
}

static void eliminate(wires *w) {
#pragma omp parallel for num_threads(w->threads) schedule(dynamic)
    for (size_t k = 0; k < w->blocks; k++) bits_eliminate(w, k);
}

static void keep_residual(wires *w) {
    const size_t bytes = w->pitch * sizeof *w->r;
#pragma omp parallel for num_threads(w->threads)
    for (size_t i = 0; i < w->held; i++) memcpy(w->r + i * w->stride, w->z + i * w->stride, bytes);
}

static void answer(wires *w, course *c) {
    bits_chain(w);
#pragma omp parallel for num_threads(w->threads) schedule(dynamic)
    for (size_t k = 0; k < w->blocks; k++) bits_answer(w, k, scratch_of(w, omp_get_thread_num()));
    const double before = c->most;
    c->most = c->current = 0;
    for (size_t k = 0; k < w->blocks; k++) {
        c->most = larger(c->most, (double)w->most[2 * k]);
        c->current = larger(c->current, (double)w->most[2 * k + 1]);
    }
    c->rate_before = c->rate;
    c->rate = before > 0 ? c->most / before : 1;
}

static void sweep(wires *w, course *c) {
    if (c->pending) c->v_most = c->stage == CONJUGATE ? step_conjugate(w, c) : step_plain(w, c);
    c->moved = c->stage == CONJUGATE;
    take_residual(w, !c->moved);
    if (c->stage == FIRST) keep_residual(w);
    if (c->moved) {
        find_step(w, c);
        take_back(w, c);
        eliminate(w);
    }
    answer(w, c);
    c->sweeps++;
}

// ---- When to stop -----------------------------------------------------------------------------

// The largest current out of a bit line; or a thousandth of the largest out of a word line, where currents of
// bit lines cancel.
static double largest_current(const wires *w) {
    double most = 0;
    for (size_t k = 0; k < 2 * w->rows; k++) most = larger(most, 1e-3 * fabs(w->row_out[k]));
    const size_t last = (w->held - 1) * w->stride;
    for (size_t j = 0; j < w->cols; j++) {
        if (w->bit.stiff[j]) continue;
        const double top = w->v[j] + (double)w->z[j], bottom = w->v[last + j] + (double)w->z[last + j];
        most = larger(most, fabs(top - w->bit.volts[j]) * w->bit.near[j]);
        most = larger(most, fabs(bottom - w->bit.volts[j]) * w->bit.far[j]);
    }
    return most;
}

// What is missing after z, over z. A stationary iteration that shrinks by rate shrinks all of what is to come
// to rate / (1 − rate); it may begin faster than it goes on, so that neither of the last two rates is trusted
// below 0.15, nor the first at all. Conjugate gradients have found their least eigenvalue by then.
static double remaining(const course *c) {
    if (c->moved && c->values.least > 0) return larger(1, 1 / c->values.least);
    if (c->sweeps == 1) return 20;
    double rate = c->sweeps == 2 ? c->rate : larger(c->rate, c->rate_before);
    rate = rate > 0.95 ? 0.95 : rate < 0.15 ? 0.15 : rate;
    return (3 * rate < 1 ? 3 * rate : 1) / (1 - rate);
}

static double part_of(double x, double whole) {
    return x == 0 ? 0 : whole > 0 ? x / whole : INFINITY;
}

// The rounding of a bit line's voltage, as a current through its terminal. Where all lines have one voltage
// no more than that flows, and there is nothing to be found.
static double rounding(const wires *w, const course *c) {
    double conductance = 0;
    for (size_t j = 0; j < w->cols; j++)
        if (!w->bit.stiff[j]) conductance = larger(conductance, larger(w->bit.near[j], w->bit.far[j]));
    return 1e-15 * c->v_most * conductance;
}

static double estimate(const wires *w, const course *c) {
    const double volts = part_of(c->most, larger(c->v_most, c->most));
    const double current = c->current > rounding(w, c) ? part_of(c->current, largest_current(w)) : 0;
    return larger(volts, current) * remaining(c);
}

// What is to be done about z. The residual of the sweep after slow ones is where conjugate gradients begin.
static ohm_status look_ahead(wires *w, course *c) {
    if (w->coarse) coarse_answer(w);
    c->spread = w->coarse > 0;
    c->pending = true;
    if (c->stage != PLAIN) {
        find_direction(w, c);
        c->stage = CONJUGATE;
    } else if (c->sweeps >= 3 && c->rate > 0.3) {
        c->stage = FIRST;
        return begin_conjugate(w);
    }
    return OHM_OK;
}

// ---- Solving ----------------------------------------------------------------------------------

// Cells that are worth a thread of their own: on a busy machine a team waits at the end of every loop.
static const size_t THREAD_CELLS = 32768;

static int team_size(const wires *w) {
    const size_t useful = 1 + w->rows * w->cols / THREAD_CELLS, most = (size_t)threads_count();
    return (int)(useful < most ? useful : most);
}

static ohm_status prepare(wires *w) {
    if (!w->checked) {
        const ohm_status status = reach_check(w);
        if (status) return status;
    }
    w->checked = true;
    const int threads = team_size(w);
    size_t need = bits_scratch(w);
    if (need < w->pitch + coarse_row_scratch(w)) need = w->pitch + coarse_row_scratch(w);
    need = (need + 63) / 8 * 8;
    if (w->scratch && w->threads == threads && w->scratch_each >= need) return OHM_OK;
    free(w->scratch);
    w->threads = threads;
    w->scratch_each = need;
    w->scratch = aligned_alloc(64, need * (size_t)threads * sizeof *w->scratch);
    return w->scratch ? OHM_OK : ohm_fail_memory("the solver's threads");
}

// Every bit line at its terminals' voltage, and then as the coarse crossbar answers to all sources.
static void start_cold(wires *w, course *c) {
#pragma omp parallel for num_threads(w->threads)
    for (size_t i = 0; i < w->held; i++) {
        memcpy(w->v + i * w->stride, w->bit.volts, w->cols * sizeof *w->v);
        memset(w->z + i * w->stride, 0, w->pitch * sizeof *w->z);
    }
    if (!w->coarse) return;
    coarse_start(w);
    c->spread = c->pending = true;
}

// The last z is worth adding, and what was too much of the last direction to be taken back.
static void finish(wires *w, course *c) {
    c->spread = false;
    if (c->moved) {
        const float back = (float)(c->alpha - 1);
#pragma omp parallel for num_threads(w->threads)
        for (size_t i = 0; i < w->held; i++)
            for (size_t j = 0; j < w->pitch; j++) w->z[i * w->stride + j] += back * w->p[i * w->stride + j];
    }
    step_plain(w, c);
    w->solved = true;
}

static ohm_status iterate(wires *w, course *c, double tolerance, unsigned max_sweeps, wires_report *report) {
    for (;;) {
        sweep(w, c);
        report->estimate = estimate(w, c);
        report->converged = report->estimate <= tolerance;
        if (report->converged || c->sweeps >= max_sweeps) return OHM_OK;
        const ohm_status status = look_ahead(w, c);
        if (status) return status;
    }
}

ohm_status wires_solve(wires *w, double tolerance, unsigned max_sweeps, bool warm, wires_report *report) {
    assert(tolerance > 0 && max_sweeps > 0);
    *report = (wires_report){0};
    ohm_status status = prepare(w);
    if (status) return status;
    course c = {0};
    if (!warm || !w->solved)
        start_cold(w, &c);
    else
        c.v_most = largest_voltage(w);
    status = iterate(w, &c, tolerance, max_sweeps, report);
    if (status) return status;
    finish(w, &c);
    report->sweeps = c.sweeps;
    report->accelerated = c.stage != PLAIN;
    report->coarse = w->coarse;
    return OHM_OK;
}
