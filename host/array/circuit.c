#include "circuit.h"
#include "../base/error.h"
#include "../base/number.h"
#include "../wires/wires.h"

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

uint64_t circuit_tiles(uint64_t lines, uint64_t of_tile) {
    return of_tile && of_tile < lines ? (lines + of_tile - 1) / of_tile : 1;
}

// Where a tile is.
static area tile_area(const circuit *k, uint64_t tile) {
    const problem *p = &k->crossbar->problem;
    area a = {tile / k->across * k->tile_rows, tile % k->across * k->tile_cols, k->tile_rows, k->tile_cols};
    if (a.rows > p->rows - a.row) a.rows = p->rows - a.row;
    if (a.cols > p->cols - a.col) a.cols = p->cols - a.col;
    return a;
}

static wires_definition definition_of(const ohm_wires *w, area a) {
    return (wires_definition){.rows = a.rows,
                              .cols = a.cols,
                              .row = w->row,
                              .col = w->col,
                              .source = w->source,
                              .sense = w->sense,
                              .drive_both = w->drive_both,
                              .ground_both = w->ground_both,
                              .float_row = w->float_row ? w->float_row + a.row : NULL,
                              .float_col = w->float_col ? w->float_col + a.col : NULL};
}

// Before the memory is taken, and not by a signal after.
static ohm_status check_memory(const circuit *k) {
    const uint64_t rows = k->crossbar->problem.rows, cols = k->crossbar->problem.cols;
    const uint64_t has = ohm_memory_available();
    uint64_t needed = k->exact ? 5 * sizeof(float) * rows * cols : 0;
    for (uint64_t i = 0; i < k->down * k->across; i++) {
        const wires_definition d = definition_of(k->definition, tile_area(k, i));
        needed += wires_bytes(&d);
    }
    char needed_text[NUMBER_MAX_TEXT], has_text[NUMBER_MAX_TEXT];
    if (needed <= has) return OHM_OK;
    number_format_bytes(needed, needed_text);
    number_format_bytes(has, has_text);
    return ohm_fail(OHM_OUT_OF_MEMORY,
                    "the circuit of %" PRIu64 " x %" PRIu64 " devices needs %s, but this machine has %s",
                    rows, cols, needed_text, has_text);
}

void circuit_free(circuit *k) {
    for (uint64_t i = 0; k->solver && i < k->down * k->across; i++) wires_destroy(k->solver[i]);
    free(k->solver);
    free(k->volts);
    free(k->current);
    free(k->other);
    free(k->slope);
    free(k->added);
    *k = (circuit){0};
}

static ohm_status make_arrays(circuit *k) {
    const size_t cells = k->crossbar->problem.rows * k->crossbar->problem.cols;
    k->volts = malloc(cells * sizeof *k->volts);
    k->current = malloc(cells * sizeof *k->current);
    k->other = malloc(cells * sizeof *k->other);
    k->slope = malloc(cells * sizeof *k->slope);
    k->added = malloc(cells * sizeof *k->added);
    return k->volts && k->current && k->other && k->slope && k->added ? OHM_OK : ohm_fail_memory("a circuit");
}

static ohm_status make_solvers(circuit *k) {
    const uint64_t tiles = k->down * k->across;
    k->solver = calloc(tiles, sizeof *k->solver);
    if (!k->solver) return ohm_fail_memory("a circuit");
    ohm_status status = OHM_OK;
    for (uint64_t i = 0; i < tiles && !status; i++) {
        const wires_definition d = definition_of(k->definition, tile_area(k, i));
        status = wires_create(&d, &k->solver[i]);
    }
    return status;
}

ohm_status circuit_make(ohm_crossbar *c, const ohm_wires *w, bool exact, circuit *k) {
    const problem *p = &c->problem;
    const bool ohmic = spec_entry_of(&c->plan.specs[ROLE_MODEL])->ohmic;
    *k = (circuit){.crossbar = c,
                   .definition = w,
                   .exact = exact && !ohmic,
                   .down = circuit_tiles(p->rows, w->tile_rows),
                   .across = circuit_tiles(p->cols, w->tile_cols)};
    k->tile_rows = k->down > 1 ? w->tile_rows : p->rows;
    k->tile_cols = k->across > 1 ? w->tile_cols : p->cols;
    ohm_status status = check(w);
    if (!status) status = check_memory(k);
    if (!status && k->exact) status = make_arrays(k);
    return status ? status : make_solvers(k);
}

// ---- Tiles ------------------------------------------------------------------------------------

#define TILE_BLOCK 64 // rows that are copied at a time

// Copies the devices' voltages of a tile to the crossbar's.
static ohm_status tile_devices(const circuit *k, uint64_t tile, float *volts) {
    const area a = tile_area(k, tile);
    const uint64_t cols = k->crossbar->problem.cols;
    if (a.cols == cols) {
        wires_nodes(k->solver[tile], 0, a.rows, NULL, NULL, volts + a.row * cols);
        return OHM_OK;
    }
    float *some = malloc(TILE_BLOCK * a.cols * sizeof *some);
    if (!some) return ohm_fail_memory("a tile's voltages");
    for (uint64_t i = 0; i < a.rows; i += TILE_BLOCK) {
        const uint64_t rows = a.rows - i < TILE_BLOCK ? a.rows - i : TILE_BLOCK;
        wires_nodes(k->solver[tile], i, rows, NULL, NULL, some);
        for (uint64_t r = 0; r < rows; r++)
            memcpy(volts + (a.row + i + r) * cols + a.col, some + r * a.cols, a.cols * sizeof *some);
    }
    free(some);
    return OHM_OK;
}

ohm_status circuit_devices(const circuit *k, float *volts) {
    ohm_status status = OHM_OK;
    for (uint64_t i = 0; i < k->down * k->across && !status; i++) status = tile_devices(k, i, volts);
    return status;
}

#define BALANCE 0.01  // of the largest current: what all together may be off,
#define ROUNDING 1e-9 // or of the largest that there could be: where lines have one voltage, hardly any flows

// What flows into a tile has to flow out of it, but for what the tolerance of each line's voltage is as a
// current. Where wires are far more resistive than the devices, the solver can take voltages for found that
// are not.
static ohm_status check_balance(const circuit *k, uint64_t tile, const double *rows, const double *cols) {
    const area a = tile_area(k, tile);
    const double lines = (double)(a.rows + a.cols);
    double sum = 0, most = 0;
    for (uint64_t i = 0; i < a.rows; i++) sum += rows[i], most = fmax(most, fabs(rows[i]));
    for (uint64_t j = 0; j < a.cols; j++) sum += cols[j], most = fmax(most, fabs(cols[j]));
    const double possible = wires_largest_current(k->solver[tile]);
    if (fabs(sum) <= fmax(BALANCE * most, fmax(ROUNDING, k->tolerance * lines) * possible)) return OHM_OK;
    return ohm_fail(
        OHM_NOT_CONVERGED,
        "wires: the voltages were not found: currents of %.2g A come from nowhere, where the largest is "
        "%.2g A. The wires are too resistive beside the devices",
        fabs(sum), most);
}

// ends has room for the currents of all terminals of a tile: left, right, top, bottom.
static ohm_status tile_currents(const circuit *k, uint64_t tile, double *cols, double *rows, double *ends) {
    const area a = tile_area(k, tile);
    const problem *p = &k->crossbar->problem;
    double *const left = ends, *const right = left + a.rows, *const top = right + a.rows,
                  *const bottom = top + a.cols;
    wires_currents(k->solver[tile], &(wires_ends){left, right, top, bottom});
    for (uint64_t i = 0; i < a.rows; i++) left[i] += right[i];
    for (uint64_t j = 0; j < a.cols; j++) bottom[j] += top[j];
    if (rows) memcpy(rows + tile % k->across * p->rows + a.row, left, a.rows * sizeof *left);
    if (cols) memcpy(cols + tile / k->across * p->cols + a.col, bottom, a.cols * sizeof *bottom);
    return check_balance(k, tile, left, bottom);
}

ohm_status circuit_currents(const circuit *k, double *cols, double *rows) {
    double *ends = malloc(2 * (k->tile_rows + k->tile_cols) * sizeof *ends);
    ohm_status status = ends ? OHM_OK : ohm_fail_memory("currents");
    for (uint64_t i = 0; i < k->down * k->across && !status; i++)
        status = tile_currents(k, i, cols, rows, ends);
    free(ends);
    return status;
}

static bool is_flat(const circuit *k) {
    return k->definition->col == 0;
}

uint64_t circuit_bit_rows(const circuit *k) {
    return is_flat(k) ? k->down : k->crossbar->problem.rows;
}

uint64_t circuit_bit_row(const circuit *k, uint64_t row) {
    return is_flat(k) ? row / k->tile_rows : row;
}

double circuit_bit_node(const circuit *k, uint64_t row, uint64_t col) {
    const uint64_t tile = row / k->tile_rows * k->across + col / k->tile_cols;
    return wires_bit_node(k->solver[tile], row % k->tile_rows, col % k->tile_cols);
}

void circuit_bit_nodes(const circuit *k, uint64_t row, double *v) {
    const uint64_t first = row / k->tile_rows * k->across;
    for (uint64_t tile = first; tile < first + k->across; tile++) {
        const area a = tile_area(k, tile);
        for (uint64_t j = 0; j < a.cols; j++) v[a.col + j] = wires_bit_node(k->solver[tile], row - a.row, j);
    }
}

// Copies the nodes of all tiles to or from an array.
static ohm_status copy_bit_lines(const circuit *k, double *out, const double *in) {
    const uint64_t cols = k->crossbar->problem.cols;
    double *some = malloc(k->tile_rows * k->tile_cols * sizeof *some);
    if (!some) return ohm_fail_memory("the lines' voltages");
    for (uint64_t tile = 0; tile < k->down * k->across; tile++) {
        const area a = tile_area(k, tile);
        const uint64_t first = circuit_bit_row(k, a.row), rows = is_flat(k) ? 1 : a.rows;
        const size_t bytes = a.cols * sizeof *some;
        if (out) wires_get_bit_lines(k->solver[tile], some);
        for (uint64_t i = 0; i < rows; i++)
            if (out)
                memcpy(out + (first + i) * cols + a.col, some + i * a.cols, bytes);
            else
                memcpy(some + i * a.cols, in + (first + i) * cols + a.col, bytes);
        if (!out) wires_set_bit_lines(k->solver[tile], some);
    }
    free(some);
    return OHM_OK;
}

ohm_status circuit_get_bit_lines(const circuit *k, double *v) {
    return copy_bit_lines(k, v, NULL);
}

ohm_status circuit_set_bit_lines(circuit *k, const double *v) {
    return copy_bit_lines(k, NULL, v);
}

// ---- Ohmic devices ----------------------------------------------------------------------------

#define PIECE_FLOATS ((uint64_t)1 << 20) // of the conductances at a time, unless a row has more

static void take_row(const circuit *k, uint64_t row, const float *conductance) {
    const uint64_t first = row / k->tile_rows * k->across;
    for (uint64_t tile = first; tile < first + k->across; tile++) {
        const area a = tile_area(k, tile);
        memcpy(wires_row(k->solver[tile], row - a.row), conductance + a.col, a.cols * sizeof *conductance);
    }
}

// Copies what is read of the devices to the solvers.
static ohm_status copy_conductances(const circuit *k) {
    const uint64_t rows = k->crossbar->problem.rows, cols = k->crossbar->problem.cols;
    const uint64_t piece = PIECE_FLOATS / cols > 1 ? PIECE_FLOATS / cols : 1;
    float *some = malloc((piece < rows ? piece : rows) * cols * sizeof *some);
    ohm_status status = some ? OHM_OK : ohm_fail_memory("conductances");
    for (uint64_t i = 0; i < rows && !status; i += piece) {
        const uint64_t count = rows - i < piece ? rows - i : piece;
        status = ohm_crossbar_read_quantity(k->crossbar, OHM_CONDUCTANCE, i, count, some);
        for (uint64_t row = 0; row < count && !status; row++) take_row(k, i + row, some + row * cols);
    }
    free(some);
    for (uint64_t tile = 0; tile < k->down * k->across && !status; tile++)
        status = wires_rows_written(k->solver[tile]);
    return status;
}

// From now on devices are read as at the reading of that number, from which read noise is drawn.
static ohm_status set_reading(const circuit *k, uint64_t number) {
    ohm_crossbar *c = k->crossbar;
    c->problem.physics.reading = number;
    return c->problem.variant.noisy_read ? crossbar_configure(c, &c->problem) : OHM_OK;
}

static ohm_status solve_tile(const circuit *k, uint64_t tile, double tolerance, bool warm,
                             ohm_wires_report *report) {
    wires_report r;
    const ohm_status status = wires_solve(k->solver[tile], tolerance, k->definition->sweeps, warm, &r);
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

static ohm_status solve(const circuit *k, double tolerance, bool warm, ohm_wires_report *report) {
    ohm_status status = OHM_OK;
    for (uint64_t i = 0; i < k->down * k->across && !status; i++)
        status = solve_tile(k, i, tolerance, warm, report);
    return status;
}

// Gives the solvers currents beside those of the conductances; NULL: none.
static void add_currents(const circuit *k, const float *added) {
    const uint64_t cols = k->crossbar->problem.cols;
    for (uint64_t i = 0; i < k->down * k->across; i++) {
        const area a = tile_area(k, i);
        wires_add_currents(k->solver[i], added ? added + a.row * cols + a.col : NULL, cols);
    }
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

static ohm_status take_slopes(const circuit *k) {
    const uint64_t cols = k->crossbar->problem.cols;
    ohm_status status = OHM_OK;
    for (uint64_t i = 0; i < k->down * k->across && !status; i++) {
        const area a = tile_area(k, i);
        status = wires_conductances(k->solver[i], k->slope + a.row * cols + a.col, cols);
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
        if (!status) status = take_slopes(k);
        if (status) break;
        add_currents(k, k->added);
        status = solve(k, tolerance, true, report);
        if (!status) status = circuit_devices(k, k->other);
        if (status) break;
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

static ohm_status set_voltages(const circuit *k, const circuit_task *t) {
    ohm_status status = OHM_OK;
    for (uint64_t i = 0; i < k->down * k->across && !status; i++) {
        const area a = tile_area(k, i);
        status = wires_voltages(k->solver[i], t->rows + a.row, t->cols + a.col);
    }
    return status;
}

static ohm_status solve_task(circuit *k, const circuit_task *t, ohm_wires_report *report) {
    const bool again = t->warm && k->exact; // Newton's method starts from the last voltages
    ohm_status status = set_voltages(k, t);
    if (!status && !again && !t->same) status = copy_conductances(k);
    if (!status && !again) {
        add_currents(k, NULL);
        status = solve(k, t->tolerance, t->warm, report);
    }
    if (!status && k->exact && !again) status = circuit_devices(k, k->volts);
    return status || !k->exact ? status : newton(k, t->tolerance, report);
}

ohm_status circuit_solve(circuit *k, const circuit_task *t, ohm_wires_report *report) {
    const uint64_t before = k->crossbar->problem.physics.reading;
    ohm_status status = set_reading(k, t->number);
    k->tolerance = t->tolerance;
    if (!status) status = solve_task(k, t, report);
    const ohm_status back = set_reading(k, before);
    return status ? status : back;
}
