// Pulses on lines: trains of bits, of which the coincidences move devices.
#include "../base/error.h"
#include "../define/euler.h"
#include "crossbar.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

// Whether the model can be stepped at pulses of this amplitude, either way. It takes longer than a pulse, so
// it is asked once.
static ohm_status check_amplitude(ohm_crossbar *c, double amplitude) {
    const euler e = {.model = &c->plan.specs[ROLE_MODEL],
                     .physics = &c->problem.physics,
                     .dt = c->plan.definition.dt,
                     .low = -amplitude,
                     .high = amplitude};
    if (!(amplitude > 0 && amplitude <= 1000))
        return ohm_fail(OHM_BAD_ARGUMENT, "pulses of %g V: an amplitude above 0 and up to 1000 V", amplitude);
    if (c->pulsed == amplitude) return OHM_OK;
    ohm_status status = euler_check_exponents(&e);
    if (!status) status = euler_check_stability(&e);
    if (!status) c->pulsed = amplitude;
    return status;
}

static ohm_status check_pulses(ohm_crossbar *c, double amplitude, unsigned slots) {
    if (slots < 1 || slots > OHM_MAX_SLOTS)
        return ohm_fail(OHM_BAD_ARGUMENT, "%u slots of pulses: from 1 to %u", slots, OHM_MAX_SLOTS);
    if (slots > OHM_MAX_STEP - c->step)
        return ohm_fail(OHM_BAD_ARGUMENT, "%u steps after step %" PRIu64 " go beyond the last step, %" PRIu64,
                        slots, c->step, OHM_MAX_STEP);
    if (c->wired)
        return ohm_fail(OHM_BAD_ARGUMENT,
                        "pulses on lines do not go through wires; readouts do, by how->wires");
    return check_amplitude(c, amplitude);
}

// Pulses a band; padded is [pitch].
static ohm_status pulse_band(const band *b, line_room *r, const ohm_pulses *a, const uint32_t *rows,
                             const uint32_t *padded) {
    engine *e = b->engine;
    const ohm_status status = line_room_send(r, b, rows, padded);
    if (status) return status;
    return e->class->run(
        e, &(launch){.operation = OHM_OPERATION_pulses,
                     .shape = b->shape,
                     .physics = &e->problem.physics,
                     .buffer = {b->plane[PLANE_STATE], b->plane[PLANE_FLUX], b->plane[PLANE_STATE_REST],
                                b->plane[PLANE_FLUX_REST], r->input, r->sums},
                     .buffers = 6,
                     .arguments = a,
                     .size = sizeof *a});
}

static ohm_status pulse_bands(ohm_crossbar *c, const ohm_pulses *a, const uint32_t *rows,
                              const uint32_t *padded) {
    ohm_status status = OHM_OK;
    for (size_t i = 0; i < c->band_count && !status; i++)
        status = pulse_band(c->bands[i], &c->lines[i], a, rows, padded);
    return crossbar_wait(c, status);
}

// The coincidences, slot by slot.
static uint64_t count_pulses(const ohm_crossbar *c, unsigned slots, const uint32_t *rows,
                             const uint32_t *cols) {
    uint64_t count = 0;
    for (unsigned s = 0; s < slots; s++) {
        uint64_t high = 0, wide = 0;
        for (uint64_t i = 0; i < c->problem.rows; i++) high += rows[i] >> s & 1;
        for (uint64_t j = 0; j < c->problem.cols; j++) wide += cols[j] >> s & 1;
        count += high * wide;
    }
    return count;
}

// What the last step's voltages were, no picture can tell.
static void remember(ohm_crossbar *c, const ohm_pulses *a) {
    c->step += a->slots;
    c->forgotten = true;
    c->problem.physics.reading = c->step;
    c->flux_bound += (double)a->amplitude * (double)c->problem.physics.dt * a->slots * 2;
}

ohm_status ohm_crossbar_pulse(ohm_crossbar *c, double amplitude, unsigned slots, const uint32_t *rows,
                              const uint32_t *cols, uint64_t *pulses) {
    const ohm_pulses a = {.t = c->step, .amplitude = (float)amplitude, .slots = slots};
    if (pulses) *pulses = 0;
    ohm_status status = crossbar_check_state(c);
    if (!status) status = check_pulses(c, amplitude, slots);
    if (!status) status = crossbar_settle(c);
    uint32_t *padded = status ? NULL : calloc(c->problem.pitch, sizeof *padded);
    if (!status && !padded) status = ohm_fail_memory("pulses");
    if (status) return status;
    memcpy(padded, cols, c->problem.cols * sizeof *padded);
    status = pulse_bands(c, &a, rows, padded);
    free(padded);
    c->lost = c->lost || status; // some bands may have had them, and others not
    if (status) return status;
    remember(c, &a);
    if (pulses) *pulses = count_pulses(c, slots, rows, cols);
    return c->problem.variant.noisy_read ? crossbar_configure(c, &c->problem) : OHM_OK;
}
