#include "wired.h"
#include "../base/error.h"
#include "../define/line_wires.h"
#include "circuit.h"

#include <stdlib.h>
#include <string.h>

uint64_t wired_parts(const ohm_crossbar *c, const ohm_wires *w, bool transposed) {
    return transposed ? circuit_tiles(c->problem.cols, w->tile_cols)
                      : circuit_tiles(c->problem.rows, w->tile_rows);
}

// ---- Ideal lines, in tiles --------------------------------------------------------------------

// A vector, once for each tile with the others' lines at 0 V.
static ohm_status read_tiles(ohm_crossbar *c, const ohm_wires *w, const line_reading *how, uint64_t parts,
                             const float *voltage, float *masked, double *current) {
    const uint64_t driven = lines_driven(c, how->transposed), read = lines_read_count(c, how->transposed);
    const uint64_t tile = how->transposed ? w->tile_cols : w->tile_rows;
    memset(masked, 0, parts * driven * sizeof *masked);
    for (uint64_t p = 0; p < parts; p++) {
        const uint64_t first = p * tile, lines = driven - first < tile ? driven - first : tile;
        memcpy(masked + p * driven + first, voltage + first, lines * sizeof *masked);
    }
    if (!c->problem.variant.noisy_read) return lines_read(c, how, parts, masked, current);
    ohm_status status = OHM_OK; // all parts belong to one reading
    for (uint64_t p = 0; p < parts && !status; p++)
        status = lines_read(c, how, 1, masked + p * driven, current + p * read);
    return status;
}

static ohm_status read_ideal(ohm_crossbar *c, const ohm_wires *w, const line_reading *how, uint64_t parts,
                             uint64_t count, const float *voltage, double *current) {
    const uint64_t driven = lines_driven(c, how->transposed), read = lines_read_count(c, how->transposed);
    if (parts == 1) return lines_read(c, how, count, voltage, current);
    float *masked = malloc(parts * driven * sizeof *masked);
    ohm_status status = masked ? OHM_OK : ohm_fail_memory("the inputs of tiles");
    line_reading one = *how;
    for (uint64_t i = 0; i < count && !status; i++, one.number++)
        status = read_tiles(c, w, &one, parts, voltage + i * driven, masked, current + i * parts * read);
    free(masked);
    return status;
}

// ---- Circuits ---------------------------------------------------------------------------------

// Vectors that are read through a circuit.
typedef struct wired_reading {
    circuit circuit;
    const line_reading *how;
    uint64_t parts, all; // that are wanted, and that there are
    double *rows, *cols; // voltages of the terminals, V
    double *current;     // [all, read], A
    ohm_wires_report *report;
} wired_reading;

static ohm_status make(wired_reading *r, ohm_crossbar *c, const ohm_wires *w) {
    const problem *p = &c->problem;
    r->all = wired_parts(c, w, r->how->transposed);
    r->rows = calloc(p->rows, sizeof *r->rows);
    r->cols = calloc(p->cols, sizeof *r->cols);
    r->current = malloc(r->all * lines_read_count(c, r->how->transposed) * sizeof *r->current);
    if (!r->rows || !r->cols || !r->current) return ohm_fail_memory("a circuit");
    return circuit_make(c, w, r->how->exact, &r->circuit);
}

static void release(wired_reading *r) {
    circuit_free(&r->circuit);
    free(r->rows);
    free(r->cols);
    free(r->current);
}

// What flows out of the lines that are read, tile by tile or together.
static ohm_status take_currents(const wired_reading *r, double *current) {
    const uint64_t read = lines_read_count(r->circuit.crossbar, r->how->transposed);
    double *const rows = r->how->transposed ? r->current : NULL, *const cols = rows ? NULL : r->current;
    const ohm_status status = circuit_currents(&r->circuit, cols, rows);
    if (status) return status;
    memcpy(current, r->current, r->parts * read * sizeof *current);
    for (uint64_t i = r->parts * read; i < r->all * read; i++) current[i % read] += r->current[i];
    return OHM_OK;
}

// Each from no voltages at all, not from those of the last vector: alone it would have other bits.
static ohm_status read_vectors(wired_reading *r, uint64_t count, const float *voltage, double *current) {
    const ohm_crossbar *c = r->circuit.crossbar;
    const uint64_t driven = lines_driven(c, r->how->transposed),
                   read = lines_read_count(c, r->how->transposed);
    const double given = r->circuit.definition->tolerance, tolerance = given > 0 ? given : 1e-9;
    double *const lines = r->how->transposed ? r->cols : r->rows;
    circuit_task task = {.rows = r->rows, .cols = r->cols, .tolerance = tolerance};
    ohm_status status = OHM_OK;
    for (uint64_t i = 0; i < count && !status; i++) {
        task.number = r->how->number + i;
        task.same = i > 0 && !r->circuit.exact && !c->problem.variant.noisy_read;
        for (uint64_t k = 0; k < driven; k++) lines[k] = (double)voltage[i * driven + k];
        status = circuit_solve(&r->circuit, &task, r->report);
        if (!status) status = take_currents(r, current + i * r->parts * read);
    }
    return status;
}

ohm_status wired_read(ohm_crossbar *c, const ohm_wires *w, const line_reading *how, uint64_t parts,
                      uint64_t count, const float *voltage, double *current, ohm_wires_report *report) {
    if (line_wires_are_ideal(w)) return read_ideal(c, w, how, parts, count, voltage, current);
    wired_reading r = {.how = how, .parts = parts, .report = report};
    ohm_status status = make(&r, c, w);
    if (!status) status = read_vectors(&r, count, voltage, current);
    release(&r);
    return status;
}
