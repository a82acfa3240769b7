#include "wired.h"
#include "../base/error.h"
#include "circuit.h"

#include <stdlib.h>

// Vectors that are read through a circuit.
typedef struct wired_reading {
    circuit circuit;
    const line_reading *how;
    double *rows, *cols;           // voltages of the terminals, V
    double *right, *top;           // currents out of second terminals, A
    ohm_wires_report *report;
} wired_reading;

static ohm_status make(wired_reading *r, ohm_crossbar *c, const ohm_wires *w) {
    const problem *p = &c->problem;
    r->rows = calloc(p->rows, sizeof *r->rows);
    r->cols = calloc(p->cols, sizeof *r->cols);
    r->right = calloc(p->rows, sizeof *r->right);
    r->top = calloc(p->cols, sizeof *r->top);
    if (!r->rows || !r->cols || !r->right || !r->top) return ohm_fail_memory("a circuit");
    return circuit_make(c, w, r->how->exact, &r->circuit);
}

static void release(wired_reading *r) {
    circuit_free(&r->circuit);
    free(r->rows);
    free(r->cols);
    free(r->right);
    free(r->top);
}

// What flows out of the lines that are read, at both ends.
static void take_currents(const wired_reading *r, double *current) {
    const ohm_crossbar *c = r->circuit.crossbar;
    const uint64_t lines = lines_read_count(c, r->how->transposed);
    const wires_ends bits = {.top = r->top, .bottom = current}, words = {.left = current, .right = r->right};
    wires_currents(r->circuit.solver, r->how->transposed ? &words : &bits);
    for (uint64_t i = 0; i < lines; i++) current[i] += r->how->transposed ? r->right[i] : r->top[i];
}

// Each from no voltages at all, not from those of the last vector: alone it would have other bits.
static ohm_status read_vectors(wired_reading *r, uint64_t count, const float *voltage, double *current) {
    const ohm_crossbar *c = r->circuit.crossbar;
    const uint64_t driven = lines_driven(c, r->how->transposed), read = lines_read_count(c, r->how->transposed);
    const double given = r->circuit.definition->tolerance, tolerance = given > 0 ? given : 1e-9;
    double *const lines = r->how->transposed ? r->cols : r->rows;
    circuit_task task = {.rows = r->rows, .cols = r->cols, .tolerance = tolerance};
    ohm_status status = OHM_OK;
    for (uint64_t i = 0; i < count && !status; i++) {
        task.number = r->how->number + i;
        task.same = i > 0 && !r->circuit.exact && !c->problem.variant.noisy_read;
        for (uint64_t k = 0; k < driven; k++) lines[k] = (double)voltage[i * driven + k];
        status = circuit_solve(&r->circuit, &task, r->report);
        if (!status) take_currents(r, current + i * read);
    }
    return status;
}

ohm_status wired_read(ohm_crossbar *c, const ohm_wires *w, const line_reading *how, uint64_t count,
                      const float *voltage, double *current, ohm_wires_report *report) {
    if (circuit_is_plain(w)) return lines_read(c, how, count, voltage, current);
    wired_reading r = {.how = how, .report = report};
    ohm_status status = make(&r, c, w);
    if (!status) status = read_vectors(&r, count, voltage, current);
    release(&r);
    return status;
}
