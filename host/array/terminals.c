// What was applied and what flowed at the ends of the lines in the last step.
#include "applied.h"
#include "../base/error.h"
#include "crossbar.h"
#include "wired_drive.h"

#include <stdlib.h>
#include <string.h>

// ---- Without wires ----------------------------------------------------------------------------

// The currents of the columns first … first + count − 1 as one row of pixels, or of rows as a column: means,
// times the number of devices.
static ohm_status sum_lines(ohm_crossbar *c, bool cols, uint64_t first, uint64_t count, float *mean,
                            double *current) {
    const double rows = (double)c->problem.rows, width = (double)c->problem.cols;
    const ohm_view v = {.row = cols ? 0 : (double)first,
                        .col = cols ? (double)first : 0,
                        .rows = cols ? rows : (double)count,
                        .cols = cols ? (double)count : width,
                        .width = cols ? (uint32_t)count : 1,
                        .height = cols ? 1 : (uint32_t)count,
                        .quantity = OHM_CURRENT};
    const ohm_status status = ohm_crossbar_view(c, &v, mean);
    // A word line's current flows into the devices, a bit line's out of them.
    for (uint64_t i = 0; i < count && !status; i++)
        current[first + i] = (double)mean[i] * (cols ? rows : -width);
    return status;
}

static ohm_status ideal_currents(ohm_crossbar *c, bool cols, double *current) {
    const uint64_t lines = cols ? c->problem.cols : c->problem.rows;
    float *mean = malloc(OHM_MAX_IMAGE * sizeof *mean);
    ohm_status status = mean ? OHM_OK : ohm_fail_memory("currents");
    for (uint64_t i = 0; i < lines && !status; i += OHM_MAX_IMAGE)
        status = sum_lines(c, cols, i, lines - i < OHM_MAX_IMAGE ? lines - i : OHM_MAX_IMAGE, mean, current);
    free(mean);
    return status;
}

static ohm_status ideal_voltages(ohm_crossbar *c, double *row, double *col) {
    double *rows = malloc(c->problem.rows * sizeof *rows), *cols = malloc(c->problem.cols * sizeof *cols);
    ohm_status status = rows && cols ? OHM_OK : ohm_fail_memory("voltages");
    if (!status) status = drive_line_voltages(c->applied, c->step - 1, rows, cols);
    if (!status && row) memcpy(row, rows, c->problem.rows * sizeof *rows);
    if (!status && col) memcpy(col, cols, c->problem.cols * sizeof *cols);
    free(rows);
    free(cols);
    return status;
}

void ohm_crossbar_wires_report(const ohm_crossbar *c, ohm_wires_report *report) {
    *report = c->wired ? *wired_report(c->wired) : (ohm_wires_report){0};
}

// ---- Both -------------------------------------------------------------------------------------

static void copy(double *to, const double *from, uint64_t count) {
    if (to) memcpy(to, from, count * sizeof *to);
}

ohm_status ohm_crossbar_read_terminals(ohm_crossbar *c, double *row_voltage, double *row_current,
                                       double *col_voltage, double *col_current) {
    if (!crossbar_has_voltages(c))
        return ohm_fail(OHM_BAD_ARGUMENT, "no step has been taken, so no line has a voltage yet");
    if (c->wired) {
        const wired_nodes *n = wired_last(c->wired);
        copy(row_voltage, n->row_volts, c->problem.rows);
        copy(row_current, n->row_current, c->problem.rows);
        copy(col_voltage, n->col_volts, c->problem.cols);
        copy(col_current, n->col_current, c->problem.cols);
        return OHM_OK;
    }
    if (!drive_has_lines(c->applied))
        return ohm_fail(OHM_BAD_ARGUMENT,
                        "the last step gave every device a voltage of its own, and none to lines");
    ohm_status status = row_voltage || col_voltage ? ideal_voltages(c, row_voltage, col_voltage) : OHM_OK;
    if (!status && row_current) status = ideal_currents(c, false, row_current);
    if (!status && col_current) status = ideal_currents(c, true, col_current);
    return status;
}
