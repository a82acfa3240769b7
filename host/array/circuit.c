#include "circuit.h"
#include "../base/error.h"
#include "../base/number.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

// ---- Making it --------------------------------------------------------------------------------

static ohm_status check(const ohm_wires *w) {
    if (w->size != sizeof *w)
        return ohm_fail(OHM_BAD_ARGUMENT, "wires that do not come from ohm_wires_default");
    if (w->tolerance != 0 && !(w->tolerance >= 1e-12 && w->tolerance <= 1e-2))
        return ohm_fail(OHM_BAD_ARGUMENT, "wires: tolerance %g is not 0, nor in [1e-12, 0.01]", w->tolerance);
    if (w->sweeps < 1 || w->sweeps > 1000000)
        return ohm_fail(OHM_BAD_ARGUMENT, "wires: %u sweeps are outside [1, 1000000]", w->sweeps);
    return OHM_OK;
}

static wires_definition definition_of(const ohm_crossbar *c, const ohm_wires *w) {
    return (wires_definition){.rows = c->problem.rows,
                              .cols = c->problem.cols,
                              .row = w->row,
                              .col = w->col,
                              .source = w->source,
                              .sense = w->sense,
                              .drive_both = w->drive_both,
                              .ground_both = w->ground_both,
                              .float_row = w->float_row,
                              .float_col = w->float_col};
}

bool circuit_is_plain(const ohm_wires *w) {
    const wires_definition d = {.row = w->row, .col = w->col, .source = w->source, .sense = w->sense};
    return wires_is_plain(&d) && !w->float_row && !w->float_col;
}

// Before the memory is taken, and not by a signal after.
static ohm_status check_memory(const wires_definition *d, bool exact) {
    const uint64_t needed = wires_bytes(d) + (exact ? 5 * sizeof(float) * d->rows * d->cols : 0);
    const uint64_t has = ohm_memory_available();
    char needed_text[NUMBER_MAX_TEXT], has_text[NUMBER_MAX_TEXT];
    if (needed <= has) return OHM_OK;
    number_format_bytes(needed, needed_text);
    number_format_bytes(has, has_text);
    return ohm_fail(OHM_OUT_OF_MEMORY, "the circuit of %zu x %zu devices needs %s, but this machine has %s",
                    d->rows, d->cols, needed_text, has_text);
}

void circuit_free(circuit *k) {
    wires_destroy(k->solver);
    free(k->volts);
    free(k->current);
    free(k->other);
    free(k->slope);
    free(k->added);
    *k = (circuit){0};
}

ohm_status circuit_make(ohm_crossbar *c, const ohm_wires *w, bool exact, circuit *k) {
    const problem *p = &c->problem;
    const bool ohmic = spec_entry_of(&c->plan.specs[ROLE_MODEL])->ohmic;
    *k = (circuit){.crossbar = c, .definition = w, .exact = exact && !ohmic};
    const size_t cells = p->rows * p->cols;
    const wires_definition d = definition_of(c, w);
    ohm_status status = check(w);
    if (!status) status = check_memory(&d, k->exact);
    if (status) return status;
    if (k->exact) {
        k->volts = malloc(cells * sizeof *k->volts);
        k->current = malloc(cells * sizeof *k->current);
        k->other = malloc(cells * sizeof *k->other);
        k->slope = malloc(cells * sizeof *k->slope);
        k->added = malloc(cells * sizeof *k->added);
        if (!k->volts || !k->current || !k->other || !k->slope || !k->added)
            return ohm_fail_memory("a circuit");
    }
    return wires_create(&d, &k->solver);
}

// ---- Ohmic devices ----------------------------------------------------------------------------

#define PIECE_FLOATS ((uint64_t)1 << 20) // of the conductances at a time, unless a row has more

// Copies what is read of the devices to the solver.
static ohm_status copy_conductances(const circuit *k) {
    const uint64_t rows = k->crossbar->problem.rows, cols = k->crossbar->problem.cols;
    const uint64_t piece = PIECE_FLOATS / cols > 1 ? PIECE_FLOATS / cols : 1;
    float *some = malloc((piece < rows ? piece : rows) * cols * sizeof *some);
    ohm_status status = some ? OHM_OK : ohm_fail_memory("conductances");
    for (uint64_t i = 0; i < rows && !status; i += piece) {
        const uint64_t count = rows - i < piece ? rows - i : piece;
        status = ohm_crossbar_read_quantity(k->crossbar, OHM_CONDUCTANCE, i, count, some);
        for (uint64_t row = 0; row < count && !status; row++)
            memcpy(wires_row(k->solver, i + row), some + row * cols, cols * sizeof *some);
    }
    free(some);
    return status;
}

// From now on devices are read as at the reading of that number, from which read noise is drawn.
static ohm_status set_reading(const circuit *k, uint64_t number) {
    ohm_crossbar *c = k->crossbar;
    c->problem.physics.reading = number;
    return c->problem.variant.noisy_read ? crossbar_configure(c, &c->problem) : OHM_OK;
}

static ohm_status solve(const circuit *k, double tolerance, bool warm, ohm_wires_report *report) {
    wires_report r;
    const ohm_status status = wires_solve(k->solver, tolerance, k->definition->sweeps, warm, &r);
    if (status) return status;
    report->solutions++;
    report->sweeps += r.sweeps;
    report->estimate = fmax(report->estimate, r.estimate);
    if (r.converged) return OHM_OK;
    return ohm_fail(
        OHM_NOT_CONVERGED,
        "wires: the voltages were not found to %g of the largest in %u sweeps: the error is about %.2g",
        tolerance, r.sweeps, r.estimate);
}

// ---- Other devices ----------------------------------------------------------------------------

#define MOST_ROUNDS 60
#define SLOPE_STEP 1e-3f // of a cell's voltage, over which its current's slope is taken

// The current of each device at its voltage, and the line through it: I ≈ slope·V + added.
static ohm_status linearise(circuit *k) {
    ohm_crossbar *c = k->crossbar;
    const uint64_t rows = c->problem.rows, n = rows * c->problem.cols;
    float *moved = k->slope; // until it is the slope
    for (uint64_t i = 0; i < n; i++) {
        const float step = fmaxf(fabsf(k->volts[i]) * SLOPE_STEP, 1e-6f);
        moved[i] = k->volts[i] + step;
    }
    ohm_status status = ohm_crossbar_read_current(c, 0, rows, k->volts, k->current);
    if (!status) status = ohm_crossbar_read_current(c, 0, rows, moved, k->other);
    for (uint64_t i = 0; i < n && !status; i++) {
        const double v = (double)k->volts[i], now = (double)k->current[i];
        const double slope = ((double)k->other[i] - now) / ((double)moved[i] - v);
        k->slope[i] = (float)fmax(slope, 0);
        k->added[i] = (float)(now - (double)k->slope[i] * v);
    }
    return status;
}

// Newton's method, from the voltages that the devices have: until none moves by more than the tolerance, of
// float32 at best.
static ohm_status newton(circuit *k, double tolerance, ohm_wires_report *report) {
    const problem *p = &k->crossbar->problem;
    const uint64_t n = p->rows * p->cols;
    const double enough = fmax(tolerance, 3e-7);
    double moved = INFINITY;
    ohm_status status = OHM_OK;
    for (int round = 0; round < MOST_ROUNDS && !status && moved > enough; round++) {
        double most = 0;
        status = linearise(k);
        if (!status) status = wires_conductances(k->solver, k->slope, p->cols);
        if (status) break;
        wires_add_currents(k->solver, k->added, p->cols);
        status = solve(k, tolerance, true, report);
        if (status) break;
        wires_nodes(k->solver, 0, p->rows, NULL, NULL, k->other);
        moved = 0;
        for (uint64_t i = 0; i < n; i++) {
            moved = fmax(moved, fabs((double)k->other[i] - (double)k->volts[i]));
            most = fmax(most, fabs((double)k->other[i]));
            k->volts[i] = k->other[i];
        }
        moved = most > 0 ? moved / most : 0;
    }
    if (status || moved <= enough) return status;
    return ohm_fail(
        OHM_NOT_CONVERGED,
        "wires: these devices have no solution that Newton's method finds at these voltages: after %d "
        "rounds cells still move by %.2g of the largest voltage",
        MOST_ROUNDS, moved);
}

// ---- Solving ----------------------------------------------------------------------------------

static ohm_status solve_task(circuit *k, const circuit_task *t, ohm_wires_report *report) {
    const bool again = t->warm && k->exact; // Newton's method starts from the last voltages
    ohm_status status = wires_voltages(k->solver, t->rows, t->cols);
    if (!status && !again && !t->same) {
        status = copy_conductances(k);
        if (!status) status = wires_rows_written(k->solver);
    }
    if (!status && !again) {
        wires_add_currents(k->solver, NULL, 0);
        status = solve(k, t->tolerance, t->warm, report);
    }
    if (status || !k->exact) return status;
    if (!again) wires_nodes(k->solver, 0, k->crossbar->problem.rows, NULL, NULL, k->volts);
    return newton(k, t->tolerance, report);
}

ohm_status circuit_solve(circuit *k, const circuit_task *t, ohm_wires_report *report) {
    const uint64_t before = k->crossbar->problem.physics.reading;
    ohm_status status = set_reading(k, t->number);
    if (!status) status = solve_task(k, t, report);
    const ohm_status back = set_reading(k, before);
    return status ? status : back;
}
