// Reading devices: their states and fluxes, and what follows from these by the models' own functions.
#define OHM_LANES 1
#include "crossbar.h"
#include "applied.h"
#include "../base/error.h"
#include "../define/euler.h"
#include "wired_drive.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static ohm_status check_rows(const ohm_crossbar *c, uint64_t row0, uint64_t rows) {
    if (row0 <= c->problem.rows && rows <= c->problem.rows - row0) return OHM_OK;
    return ohm_fail(OHM_BAD_ARGUMENT,
                    "%" PRIu64 " rows from row %" PRIu64 " are not within the crossbar's %" PRIu64, rows,
                    row0, c->problem.rows);
}

static ohm_status read_rows(ohm_crossbar *c, plane which, uint64_t row0, uint64_t rows, float *out) {
    const ohm_status status = check_rows(c, row0, rows);
    return status ? status : crossbar_read(c, which, (area){row0, 0, rows, c->problem.cols}, out);
}

ohm_status ohm_crossbar_read_state(ohm_crossbar *c, uint64_t row0, uint64_t rows, float *out) {
    return read_rows(c, PLANE_STATE, row0, rows, out);
}

static ohm_status check_rectangle(const ohm_crossbar *c, ohm_rectangle r) {
    const problem *p = &c->problem;
    if (r.row <= p->rows && r.rows <= p->rows - r.row && r.col <= p->cols && r.cols <= p->cols - r.col)
        return OHM_OK;
    return ohm_fail(OHM_BAD_ARGUMENT,
                    "%" PRIu64 " x %" PRIu64 " synapses from row %" PRIu64 ", column %" PRIu64
                    " are not within the crossbar's %" PRIu64 " x %" PRIu64,
                    r.rows, r.cols, r.row, r.col, p->rows, p->cols);
}

static area area_of(ohm_rectangle r) {
    return (area){r.row, r.col, r.rows, r.cols};
}

ohm_status ohm_crossbar_get_states(ohm_crossbar *c, ohm_rectangle r, float *out) {
    const ohm_status status = check_rectangle(c, r);
    return status || !r.rows || !r.cols ? status : crossbar_read(c, PLANE_STATE, area_of(r), out);
}

#define CHECKED 4096u // states whose check has no branch, which vectors can do

// Where the first state outside the model's range is, or count if there is none.
static uint64_t first_outside(const ohm_physics *p, const float *in, uint64_t count) {
    const float low = p->state_low, high = p->state_high;
    for (uint64_t i = 0; i < count; i += CHECKED) {
        const uint64_t end = count - i < CHECKED ? count : i + CHECKED;
        int outside = 0;
        for (uint64_t k = i; k < end; k++) outside |= !((in[k] >= low) & (in[k] <= high));
        for (uint64_t k = i; k < end && outside; k++)
            if (!(in[k] >= low && in[k] <= high)) return k;
    }
    return count;
}

// The range of the model's states is that of all its devices. A device whose own is narrower is brought back
// into it by its next step.
static ohm_status check_states(const ohm_crossbar *c, ohm_rectangle r, const float *in) {
    const ohm_physics *p = &c->problem.physics;
    const uint64_t i = first_outside(p, in, r.rows * r.cols);
    if (i == r.rows * r.cols) return OHM_OK;
    return ohm_fail(OHM_BAD_ARGUMENT,
                    "the state [%" PRIu64 ", %" PRIu64 "] is %g, and a state of the model is from %g to %g",
                    i / r.cols, i % r.cols, (double)in[i], (double)p->state_low, (double)p->state_high);
}

ohm_status ohm_crossbar_set_states(ohm_crossbar *c, ohm_rectangle r, const float *in) {
    ohm_status status = check_rectangle(c, r);
    if (!status) status = crossbar_check_state(c);
    if (!status) status = check_states(c, r, in);
    if (status || !r.rows || !r.cols) return status;
    float *nothing = NULL;
    if (c->problem.variant.extended) {
        nothing = calloc(r.rows * r.cols, sizeof *nothing);
        if (!nothing) return ohm_fail_memory("states");
    }
    status = crossbar_write(c, PLANE_STATE, area_of(r), in);
    if (!status && nothing) status = crossbar_write(c, PLANE_STATE_REST, area_of(r), nothing);
    free(nothing);
    return status;
}

ohm_status ohm_crossbar_memory(ohm_crossbar *c, float **states, uint64_t *pitch) {
    const ohm_status status = crossbar_check_state(c);
    if (status) return status;
    const buffer *held = c->bands[0]->plane[PLANE_STATE];
    const engine_class *class = held->engine->class;
    float *memory = c->band_count == 1 && class->memory ? class->memory(held) : NULL;
    if (!memory) {
        ohm_fail(OHM_BAD_ARGUMENT, "the states are not in one piece of the native engine's memory");
        ohm_fail_hint("create the crossbar on the device native, without band_rows; or copy the states");
        return OHM_BAD_ARGUMENT;
    }
    *states = memory;
    *pitch = c->problem.pitch;
    return OHM_OK;
}

static ohm_status check_flux(const ohm_crossbar *c) {
    if (c->problem.variant.flux) return OHM_OK;
    return ohm_fail(OHM_BAD_ARGUMENT, "this crossbar does not track the flux");
}

ohm_status ohm_crossbar_read_flux(ohm_crossbar *c, uint64_t row0, uint64_t rows, float *out) {
    const ohm_status status = check_flux(c);
    return status ? status : read_rows(c, PLANE_FLUX, row0, rows, out);
}

// Adds to a plane's values, in float64, what the plane could not hold.
static ohm_status read_exact(ohm_crossbar *c, plane which, plane rest, uint64_t row0, uint64_t rows,
                             double *out) {
    const uint64_t cols = c->problem.cols;
    ohm_status status = check_rows(c, row0, rows);
    float *line = status ? NULL : malloc(2 * cols * sizeof *line);
    if (!status && !line) status = ohm_fail_memory("a row");
    for (uint64_t i = 0; i < rows && !status; i++) {
        const area row = {row0 + i, 0, 1, cols};
        memset(line + cols, 0, cols * sizeof *line);
        status = crossbar_read(c, which, row, line);
        if (!status && plane_exists(c->problem.variant, rest))
            status = crossbar_read(c, rest, row, line + cols);
        for (uint64_t col = 0; col < cols && !status; col++)
            out[i * cols + col] = (double)line[col] + (double)line[cols + col];
    }
    free(line);
    return status;
}

ohm_status ohm_crossbar_read_state_exact(ohm_crossbar *c, uint64_t row0, uint64_t rows, double *out) {
    return read_exact(c, PLANE_STATE, PLANE_STATE_REST, row0, rows, out);
}

ohm_status ohm_crossbar_read_flux_exact(ohm_crossbar *c, uint64_t row0, uint64_t rows, double *out) {
    const ohm_status status = check_flux(c);
    return status ? status : read_exact(c, PLANE_FLUX, PLANE_FLUX_REST, row0, rows, out);
}

// ---- A quantity of many devices ---------------------------------------------------------------

// Draws one pixel a synapse: the least of one value is its bits.
static ohm_status draw_piece(ohm_crossbar *c, ohm_quantity quantity, area a, float *image) {
    const ohm_view view = {.row = (double)a.row,
                           .col = (double)a.col,
                           .rows = (double)a.rows,
                           .cols = (double)a.cols,
                           .width = (uint32_t)a.cols,
                           .height = (uint32_t)a.rows,
                           .quantity = quantity,
                           .reduction = OHM_MIN};
    return ohm_crossbar_view(c, &view, image);
}

// Draws rows of more columns than a picture can have, piece by piece.
static ohm_status draw_wide(ohm_crossbar *c, ohm_quantity quantity, area a, float *image, float *out) {
    ohm_status status = OHM_OK;
    const uint64_t all = a.cols;
    for (a.col = 0; a.col < all && !status; a.col += OHM_MAX_IMAGE) {
        a.cols = all - a.col < OHM_MAX_IMAGE ? all - a.col : OHM_MAX_IMAGE;
        status = draw_piece(c, quantity, a, image);
        for (uint64_t i = 0; i < a.rows && !status; i++)
            memcpy(out + i * all + a.col, image + i * a.cols, a.cols * sizeof *out);
    }
    return status;
}

#define PIECE_ROWS 64u // of a wide crossbar at a time

static ohm_status draw_rows(ohm_crossbar *c, ohm_quantity quantity, uint64_t row0, uint64_t rows,
                            float *out) {
    const uint64_t cols = c->problem.cols, piece = cols <= OHM_MAX_IMAGE ? OHM_MAX_IMAGE : PIECE_ROWS;
    float *image = cols <= OHM_MAX_IMAGE ? NULL : malloc((size_t)PIECE_ROWS * OHM_MAX_IMAGE * sizeof *image);
    ohm_status status = image || cols <= OHM_MAX_IMAGE ? OHM_OK : ohm_fail_memory("a picture");
    for (uint64_t i = 0; i < rows && !status; i += piece) {
        const area a = {row0 + i, 0, rows - i < piece ? rows - i : piece, cols};
        status = image ? draw_wide(c, quantity, a, image, out + i * cols)
                       : draw_piece(c, quantity, a, out + i * cols);
    }
    free(image);
    return status;
}

ohm_status ohm_crossbar_read_quantity(ohm_crossbar *c, ohm_quantity quantity, uint64_t row0, uint64_t rows,
                                      float *out) {
    const ohm_status status = check_rows(c, row0, rows);
    if (status || !rows) return status;
    switch (quantity) {
    case OHM_STATE: return ohm_crossbar_read_state(c, row0, rows, out);
    case OHM_FLUX: return ohm_crossbar_read_flux(c, row0, rows, out);
    default: return draw_rows(c, quantity, row0, rows, out);
    }
}

// ---- One device -------------------------------------------------------------------------------

// The strip of one lane that a column is in, and its part there.
static u32 strip_of(uint64_t col) {
    return (u32)(col / OHM_BLOCK * 16 + col % 16);
}

static int part_of(uint64_t col) {
    return (int)(col / 16 % 4);
}

static strip_place place_of(uint64_t row, uint64_t col) {
    return (strip_place){(u32)row, strip_of(col), part_of(col)};
}

// Its constants.
static const vf32 *device_of(const problem *p, uint64_t row, uint64_t col, strip_constants c) {
    strip_devices(p->variant, c, (u32)row, strip_of(col), &p->physics);
    return constants_of(p->variant, c, part_of(col));
}

// The current through it.
static float current_of(const problem *p, uint64_t row, uint64_t col, float state, float voltage) {
    strip_constants room;
    const vf32 *own = device_of(p, row, col, room);
    return memristor_current(p->variant, state, voltage, place_of(row, col), own, &p->physics);
}

// The voltage of a synapse at a step, by the same words as the kernels'. frame is of that step.
static float voltage_of(const problem *p, uint64_t t, const drive_frame *frame, uint64_t row, uint64_t col) {
    float value[4];
    view_voltages(p->variant, t, frame->values, &frame->geometry, (u32)row, strip_of(col), &p->physics,
                  value);
    return value[part_of(col)];
}

ohm_status ohm_crossbar_read_voltage(ohm_crossbar *c, uint64_t step, uint64_t row0, uint64_t rows,
                                     float *out) {
    drive_frame frame;
    ohm_status status = check_rows(c, row0, rows);
    if (!status && c->wired && !(crossbar_has_voltages(c) && step == c->step - 1))
        status = ohm_fail(OHM_BAD_ARGUMENT,
                          "with wires, the voltages of devices are known for the last step alone");
    if (!status && drive_is_closed_loop(c->stimulus) && !(c->step && step == c->step - 1))
        status =
            ohm_fail(OHM_BAD_ARGUMENT, "the voltages of a spiking network are known for its last step alone");
    if (!status) status = drive_next(c->wired ? c->wired : c->stimulus, step, 1, &frame);
    if (status) return status;
    for (uint64_t i = 0; i < rows; i++)
        for (uint64_t col = 0; col < c->problem.cols; col++)
            out[i * c->problem.cols + col] = voltage_of(&c->problem, step, &frame, row0 + i, col);
    return OHM_OK;
}

ohm_status crossbar_check_voltage(const ohm_crossbar *c, double voltage) {
    const spec *model = &c->plan.specs[ROLE_MODEL];
    ohm_exponent exponent;
    const double limit = euler_current_limit(model, &c->problem.physics, &exponent);
    if (!(fabs(voltage) > limit)) return OHM_OK;
    return ohm_fail(
        OHM_BAD_ARGUMENT,
        "model %s: the current at %g V cannot be computed: the exponential of %s is limited to %.3g V",
        spec_entry_of(model)->about->name, voltage, exponent.formula, limit);
}

// The one of n voltages that is the furthest from 0.
static double furthest(const float *voltage, uint64_t n) {
    double most = 0;
    for (uint64_t i = 0; i < n; i++)
        if (fabs((double)voltage[i]) > fabs(most)) most = (double)voltage[i];
    return most;
}

// Bytes of voltages, and of currents, that an engine has at a time.
#define PIECE_BYTES ((uint64_t)16 << 20)

// The currents of a band's rows, piece by piece.
static ohm_status currents_of_band(const band *b, uint64_t row, uint64_t rows, const float *voltage,
                                   float *out) {
    const engine_class *class = b->engine->class;
    const uint64_t cols = b->shape.cols, pitch = b->shape.pitch * sizeof(float);
    uint64_t piece = PIECE_BYTES / pitch ? PIECE_BYTES / pitch : 1;
    if (piece > rows) piece = rows;
    buffer *in = NULL, *currents = NULL;
    ohm_status status = class->create(b->engine, piece * pitch, &in);
    if (!status) status = class->create(b->engine, piece * pitch, &currents);
    if (!status) status = class->clear(in); // the padding
    for (uint64_t i = 0; i < rows && !status; i += piece) {
        const uint64_t some = piece < rows - i ? piece : rows - i;
        const region r = {0, pitch, cols * sizeof(float), some};
        status = class->put(in, r, voltage + i * cols);
        if (!status) status = band_current(b, row + i, some, in, currents);
        if (!status) status = class->get(currents, r, out + i * cols);
    }
    buffer_release(in);
    buffer_release(currents);
    return status;
}

ohm_status ohm_crossbar_read_current(ohm_crossbar *c, uint64_t row0, uint64_t rows, const float *voltage,
                                     float *out) {
    ohm_status status = check_rows(c, row0, rows);
    if (!status) status = crossbar_check_voltage(c, furthest(voltage, rows * c->problem.cols));
    for (size_t i = 0; i < c->band_count && !status; i++) {
        const band *b = c->bands[i];
        const uint64_t first = b->shape.row0 > row0 ? b->shape.row0 : row0;
        const uint64_t band_end = b->shape.row0 + b->shape.rows;
        const uint64_t end = band_end < row0 + rows ? band_end : row0 + rows;
        if (first >= end) continue;
        const uint64_t skipped = (first - row0) * c->problem.cols;
        status = currents_of_band(b, first - b->shape.row0, end - first, voltage + skipped, out + skipped);
    }
    return status;
}

// The last step's voltage, by the stimulus that it was applied by.
static ohm_status last_voltage(const ohm_crossbar *c, uint64_t row, uint64_t col, float *voltage) {
    problem p = c->problem;
    drive_frame frame;
    *voltage = NAN;
    if (!crossbar_has_voltages(c)) return OHM_OK;
    const ohm_status status = crossbar_last_frame(c, &frame);
    memcpy(p.physics.stimulus, c->applied_constants, sizeof c->applied_constants);
    if (!status) *voltage = voltage_of(&p, c->step - 1, &frame, row, col);
    return status;
}

// The potentials of its lines in the last step: NaN without wires.
static void last_potentials(const ohm_crossbar *c, uint64_t row, uint64_t col, float *word, float *bit) {
    *word = *bit = NAN;
    if (c->wired && crossbar_has_voltages(c)) wired_potentials(c->wired, row, col, word, bit);
}

static ohm_status check_place(const ohm_crossbar *c, uint64_t row, uint64_t col) {
    if (row < c->problem.rows && col < c->problem.cols) return OHM_OK;
    return ohm_fail(OHM_BAD_ARGUMENT, "there is no synapse in row %" PRIu64 ", column %" PRIu64, row, col);
}

ohm_status ohm_crossbar_probe_current(ohm_crossbar *c, uint64_t row, uint64_t col, float voltage,
                                      float *current) {
    float state;
    ohm_status status = check_place(c, row, col);
    if (!status) status = crossbar_check_voltage(c, (double)voltage);
    if (!status) status = crossbar_read(c, PLANE_STATE, (area){row, col, 1, 1}, &state);
    if (!status) *current = current_of(&c->problem, row, col, state, voltage);
    return status;
}

ohm_status ohm_crossbar_probe(ohm_crossbar *c, uint64_t row, uint64_t col, float value[OHM_QUANTITIES]) {
    const problem *p = &c->problem;
    const area one = {row, col, 1, 1};
    strip_constants room;
    float state, voltage, flux = NAN;
    ohm_status status = check_place(c, row, col);
    if (!status) status = crossbar_read(c, PLANE_STATE, one, &state);
    if (!status && p->variant.flux) status = crossbar_read(c, PLANE_FLUX, one, &flux);
    if (!status) status = last_voltage(c, row, col, &voltage);
    if (status) return status;
    const vf32 *own = device_of(p, row, col, room);
    value[OHM_STATE] = state;
    const strip_place at = place_of(row, col);
    value[OHM_RESISTANCE] = view_value(p->variant, VIEW_RESISTANCE, state, at, own, &p->physics);
    value[OHM_CONDUCTANCE] = view_value(p->variant, VIEW_CONDUCTANCE, state, at, own, &p->physics);
    value[OHM_VOLTAGE] = voltage;
    value[OHM_FLUX] = flux;
    value[OHM_CURRENT] = isnan(voltage) ? NAN : current_of(p, row, col, state, voltage);
    last_potentials(c, row, col, &value[OHM_WORD_LINE], &value[OHM_BIT_LINE]);
    return OHM_OK;
}

// One value, with what its plane could not hold.
static ohm_status probe_exact(ohm_crossbar *c, plane which, plane rest, area one, double *value) {
    float held, more = 0;
    ohm_status status = crossbar_read(c, which, one, &held);
    if (!status && plane_exists(c->problem.variant, rest)) status = crossbar_read(c, rest, one, &more);
    if (!status) *value = (double)held + (double)more;
    return status;
}

ohm_status ohm_crossbar_probe_exact(ohm_crossbar *c, uint64_t row, uint64_t col, double *state,
                                    double *flux) {
    const area one = {row, col, 1, 1};
    ohm_status status = check_place(c, row, col);
    if (!status) status = probe_exact(c, PLANE_STATE, PLANE_STATE_REST, one, state);
    if (!status) *flux = (double)NAN;
    if (!status && c->problem.variant.flux) status = probe_exact(c, PLANE_FLUX, PLANE_FLUX_REST, one, flux);
    return status;
}
