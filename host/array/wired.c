#include "wired.h"
#include "../base/error.h"
#include "../wires/wires.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

ohm_wires ohm_wires_default(void) {
    return (ohm_wires){.size = sizeof(ohm_wires), .row = 1, .col = 1, .tolerance = 1e-9, .sweeps = 500};
}

// A circuit, and room to linearise its devices.
typedef struct circuit {
    ohm_crossbar *crossbar;
    const ohm_wires *definition;
    const line_reading *how;
    wires *solver;
    double *rows, *cols;            // voltages of the terminals, V
    double *right, *top;            // currents out of second terminals, A
    float *volts, *current, *other; // of cells that are not ohmic, [rows, cols]
    float *slope, *added;
    ohm_wires_report *report;
} circuit;

// ---- Making it --------------------------------------------------------------------------------

static ohm_status check(const ohm_wires *w) {
    if (w->size != sizeof *w)
        return ohm_fail(OHM_BAD_ARGUMENT, "wires that do not come from ohm_wires_default");
    if (!(w->tolerance >= 1e-12 && w->tolerance <= 1e-2))
        return ohm_fail(OHM_BAD_ARGUMENT, "wires: tolerance %g is outside [1e-12, 0.01]", w->tolerance);
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

static void circuit_free(circuit *k) {
    wires_destroy(k->solver);
    free(k->rows);
    free(k->cols);
    free(k->right);
    free(k->top);
    free(k->volts);
    free(k->current);
    free(k->other);
    free(k->slope);
    free(k->added);
}

static ohm_status circuit_make(circuit *k) {
    const problem *p = &k->crossbar->problem;
    const size_t cells = k->how->exact ? p->rows * p->cols : 1;
    const wires_definition d = definition_of(k->crossbar, k->definition);
    k->rows = calloc(p->rows, sizeof *k->rows);
    k->cols = calloc(p->cols, sizeof *k->cols);
    k->right = calloc(p->rows, sizeof *k->right);
    k->top = calloc(p->cols, sizeof *k->top);
    k->volts = malloc(cells * sizeof *k->volts);
    k->current = malloc(cells * sizeof *k->current);
    k->other = malloc(cells * sizeof *k->other);
    k->slope = malloc(cells * sizeof *k->slope);
    k->added = malloc(cells * sizeof *k->added);
    if (!k->rows || !k->cols || !k->right || !k->top || !k->volts || !k->current || !k->other || !k->slope ||
        !k->added)
        return ohm_fail_memory("a circuit");
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

// The conductances as the reading of that number sees them.
static ohm_status take_conductances(const circuit *k, uint64_t number) {
    ohm_crossbar *c = k->crossbar;
    const uint64_t before = c->problem.physics.reading;
    ohm_status status = OHM_OK;
    if (c->problem.variant.noisy_read) {
        c->problem.physics.reading = number;
        status = crossbar_configure(c, &c->problem);
    }
    if (!status) status = copy_conductances(k);
    c->problem.physics.reading = before;
    if (c->problem.variant.noisy_read) {
        const ohm_status back = crossbar_configure(c, &c->problem);
        if (!status) status = back;
    }
    return status ? status : wires_rows_written(k->solver);
}

static ohm_status solve(const circuit *k, bool warm) {
    wires_report r;
    const ohm_status status =
        wires_solve(k->solver, k->definition->tolerance, k->definition->sweeps, warm, &r);
    if (status) return status;
    k->report->solutions++;
    k->report->sweeps += r.sweeps;
    k->report->estimate = fmax(k->report->estimate, r.estimate);
    if (r.converged) return OHM_OK;
    return ohm_fail(
        OHM_NOT_CONVERGED,
        "wires: the voltages were not found to %g of the largest in %u sweeps: the error is about %.2g",
        k->definition->tolerance, r.sweeps, r.estimate);
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

// Newton's method, from the solution of the ohmic devices: until no cell's voltage moves by more than the
// tolerance, of float32 at best.
static ohm_status newton(circuit *k) {
    const problem *p = &k->crossbar->problem;
    const uint64_t n = p->rows * p->cols;
    const double enough = fmax(k->definition->tolerance, 3e-7);
    double moved = INFINITY;
    ohm_status status = OHM_OK;
    wires_nodes(k->solver, 0, p->rows, NULL, NULL, k->volts);
    for (int round = 0; round < MOST_ROUNDS && !status && moved > enough; round++) {
        double most = 0;
        status = linearise(k);
        if (!status) status = wires_conductances(k->solver, k->slope, p->cols);
        if (status) break;
        wires_add_currents(k->solver, k->added, p->cols);
        status = solve(k, true);
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

// ---- Vectors ----------------------------------------------------------------------------------

static ohm_status apply_voltages(const circuit *k, const float *voltage) {
    double *const driven = k->how->transposed ? k->cols : k->rows;
    const uint64_t lines = lines_driven(k->crossbar, k->how->transposed);
    for (uint64_t i = 0; i < lines; i++) driven[i] = (double)voltage[i];
    return wires_voltages(k->solver, k->rows, k->cols);
}

// What flows out of the lines that are read, at both ends.
static void take_currents(const circuit *k, double *current) {
    const uint64_t lines = lines_read_count(k->crossbar, k->how->transposed);
    const wires_ends bits = {.top = k->top, .bottom = current}, words = {.left = current, .right = k->right};
    wires_currents(k->solver, k->how->transposed ? &words : &bits);
    for (uint64_t i = 0; i < lines; i++) current[i] += k->how->transposed ? k->right[i] : k->top[i];
}

static ohm_status read_vectors(circuit *k, uint64_t count, const float *voltage, double *current) {
    const uint64_t driven = lines_driven(k->crossbar, k->how->transposed);
    const uint64_t read = lines_read_count(k->crossbar, k->how->transposed);
    ohm_status status = OHM_OK;
    for (uint64_t i = 0; i < count && !status; i++) {
        const bool anew = i == 0 || k->how->exact || k->crossbar->problem.variant.noisy_read;
        if (anew) status = take_conductances(k, k->how->number + i);
        if (anew) wires_add_currents(k->solver, NULL, 0);
        if (!status) status = apply_voltages(k, voltage + i * driven);
        if (!status) status = solve(k, false); // not from the last vector's: alone it would have other bits
        if (!status && k->how->exact) status = newton(k);
        if (!status) take_currents(k, current + i * read);
    }
    return status;
}

ohm_status wired_read(ohm_crossbar *c, const ohm_wires *w, const line_reading *how, uint64_t count,
                      const float *voltage, double *current, ohm_wires_report *report) {
    circuit k = {.crossbar = c, .definition = w, .how = how, .report = report};
    const wires_definition d = definition_of(c, w);
    ohm_status status = check(w);
    if (status) return status;
    if (wires_is_plain(&d) && !w->float_row && !w->float_col)
        return lines_read(c, how, count, voltage, current);
    status = circuit_make(&k);
    if (!status) status = read_vectors(&k, count, voltage, current);
    circuit_free(&k);
    return status;
}
