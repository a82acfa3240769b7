// See initial.h.
#define OHM_LANES 1
#include "initial.h"
#include "../base/error.h"
#include "../base/threads.h"
#include "../format/hdf5.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

enum { AS_X, AS_STATE, AS_AUTO }; // the parameter quantity (define/initials.c)

// ---- Pieces -----------------------------------------------------------------------------------

// Some rows of a file, to be checked or turned into states.
typedef struct piece {
    uint64_t row, rows;
    float *values; // [rows, cols]
} piece;

typedef ohm_status take_piece(void *object, const piece *rows);

// Reads all of a file, some rows at a time.
static ohm_status for_pieces(const matrix_file *m, take_piece *take, void *object) {
    const uint64_t fit = HDF5_BUFFER / m->cols, rows = fit ? fit : 1;
    float *values = malloc(rows * m->cols * sizeof *values);
    ohm_status status = values ? OHM_OK : ohm_fail_memory("a copy of some rows");
    for (uint64_t row = 0; row < m->rows && !status; row += rows) {
        const piece some = {row, rows < m->rows - row ? rows : m->rows - row, values};
        status = matrix_read_rows(m, row, some.rows, values);
        if (!status) status = take(object, &some);
    }
    free(values);
    return status;
}

// ---- Opening ----------------------------------------------------------------------------------

// The range that a file's values must be in.
typedef struct limits {
    const matrix_file *matrix;
    float low, high;
} limits;

static ohm_status check_piece(void *object, const piece *rows) {
    const limits *l = object;
    const uint64_t cols = l->matrix->cols;
    for (uint64_t i = 0; i < rows->rows * cols; i++) {
        if (rows->values[i] >= l->low && rows->values[i] <= l->high) continue;
        return ohm_fail(OHM_BAD_FILE,
                        "%s: row %" PRIu64 ", column %" PRIu64
                        " is %g, but an initial state must be from %g to %g",
                        l->matrix->path, rows->row + i / cols, i % cols, (double)rows->values[i],
                        (double)l->low, (double)l->high);
    }
    return OHM_OK;
}

// Whether the numbers are states, rather than x from 0 to 1.
static bool is_state(const spec *s, const matrix_file *m) {
    const double quantity = spec_value(s, "quantity");
    return quantity == AS_STATE || (quantity == AS_AUTO && m->model[0]);
}

// Refuses the states of another model: they mean something else.
static ohm_status check_model(const spec *s, const char *model, const matrix_file *m) {
    if (spec_value(s, "quantity") != AS_AUTO || !m->model[0] || strcmp(m->model, model) == 0) return OHM_OK;
    ohm_fail(OHM_BAD_ARGUMENT, "%s holds states of %s, not of %s", m->path, m->model, model);
    ohm_fail_hint("say what its numbers are here: quantity=x, from 0 to 1, or quantity=state");
    return OHM_BAD_ARGUMENT;
}

static ohm_status check_file(const spec *s, const problem *p, const matrix_file *m) {
    if (m->rows != p->rows || m->cols != p->cols)
        return ohm_fail(OHM_BAD_FILE,
                        "%s has %" PRIu64 " rows and %" PRIu64 " columns, but the crossbar has %" PRIu64
                        " and %" PRIu64,
                        m->path, m->rows, m->cols, p->rows, p->cols);
    limits l = {m, 0, 1};
    if (is_state(s, m)) l = (limits){m, p->physics.state_low, p->physics.state_high};
    return for_pieces(m, check_piece, &l);
}

ohm_status initial_open(const plan *p, const problem *made, matrix_file *m) {
    const spec *s = &p->specs[ROLE_INITIAL];
    *m = (matrix_file){.array = {.file = -1}, .file = -1, .dataset = -1};
    if (spec_entry_of(s) != &catalogue_initial_file) return OHM_OK;
    if (!s->path[0]) return ohm_fail(OHM_BAD_ARGUMENT, "init file: give path=FILE");
    ohm_status status = matrix_open(s->path, m);
    if (!status) status = check_model(s, spec_entry_of(&p->specs[ROLE_MODEL])->about->name, m);
    if (!status) status = check_file(s, made, m);
    if (status) matrix_close(m);
    return status;
}

// ---- Writing ----------------------------------------------------------------------------------

static bool is_stuck(ohm_variant variant, const vf32 *c) {
    return variant.faulty && c[OHM_FAULT] > OHM_STUCK_LOW - 0.5f;
}

// The state of a device from its number in the file. A stuck device ignores the number.
static float state_of(const problem *p, bool as_state, float value, const vf32 *c) {
    if (!as_state || is_stuck(p->variant, c)) return memristor_initial(p->variant, value, c);
    return v_min(v_max(value, c[OHM_LOW]), c[OHM_HIGH]);
}

// Turns a row's numbers into states, in place.
static void make_states(const problem *p, bool as_state, uint64_t row, float *values) {
    for (u32 x = 0; x < p->pitch / OHM_BLOCK * 16; x++) {
        strip_constants c;
        strip_devices(p->variant, c, (u32)row, x, &p->physics);
        for (int k = 0; k < 4; k++) {
            const uint64_t col = strip_column(x, k);
            if (col < p->cols)
                values[col] = state_of(p, as_state, values[col], constants_of(p->variant, c, k));
        }
    }
}

static ohm_status check_numbers(const ohm_crossbar *c, const float *x) {
    const uint64_t cols = c->problem.cols;
    for (uint64_t i = 0; i < c->problem.rows * cols; i++)
        if (!(x[i] >= 0 && x[i] <= 1))
            return ohm_fail(OHM_BAD_ARGUMENT,
                            "the initial state [%" PRIu64 ", %" PRIu64 "] is %g, and it must be from 0 to 1",
                            i / cols, i % cols, (double)x[i]);
    return OHM_OK;
}

ohm_status ohm_crossbar_set_initial(ohm_crossbar *c, const float *x) {
    const problem *p = &c->problem;
    ohm_status status = crossbar_check_state(c);
    if (!status) status = check_numbers(c, x);
    float *row = status ? NULL : malloc(p->cols * sizeof *row);
    if (!status && !row) status = ohm_fail_memory("a row");
    for (uint64_t i = 0; i < p->rows && !status; i++) {
        memcpy(row, x + i * p->cols, p->cols * sizeof *row);
        make_states(p, false, i, row);
        status = ohm_crossbar_set_states(c, (ohm_rectangle){i, 0, 1, p->cols}, row);
    }
    free(row);
    return status;
}

// A crossbar and what fills it.
typedef struct filling {
    ohm_crossbar *crossbar;
    bool as_state;
} filling;

static ohm_status write_piece(void *object, const piece *rows) {
    const filling *f = object;
    const problem *p = &f->crossbar->problem;
#pragma omp parallel for num_threads(threads_count())
    for (uint64_t i = 0; i < rows->rows; i++)
        make_states(p, f->as_state, rows->row + i, rows->values + i * p->cols);
    return crossbar_write(f->crossbar, PLANE_STATE, (area){rows->row, 0, rows->rows, p->cols}, rows->values);
}

ohm_status initial_write(ohm_crossbar *c, const matrix_file *m) {
    const bool open = m->dataset >= 0 || m->array.file >= 0;
    if (!open) return OHM_OK;
    filling f = {c, is_state(&c->plan.specs[ROLE_INITIAL], m)};
    return for_pieces(m, write_piece, &f);
}
