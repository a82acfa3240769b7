// Write and verify: pulses whose strength follows what the last one did to its device.
#include "programming.h"
#include "../base/error.h"

#include <math.h>
#include <stdlib.h>

#define ALMOST 0.8      // of the way that is left: noise must not carry a device past its target
#define MOST_VAIN 4u    // strongest pulses that do not move a device: it is stuck then
#define LEAST_MOVE 1e-4 // of its conductance
#define WEAKEST 1e-5    // amplitude, of the largest

// What is known of one device. A pulse's strength is in steps at the largest amplitude.
typedef struct cell {
    float conductance; // when it got its last pulse, S
    float strength;    // of its last pulse, or its next
    float limit;       // of it: halved where a pulse has gone past the target
    uint32_t vain;     // its last pulses that were as strong as can be and did not move it
} cell;

// How strong the next pulse of a device is, by what the last one did: as much of it as moves the device most
// of the way that is left, but half of it at most after it went too far, and not much more of it if it did
// not. A device may be far more sensitive near its target, or not move at all below a voltage.
static void follow(cell *c, double left, double moved, bool past) {
    const double each = moved > 0 ? moved / (double)c->strength : 0;
    const double wanted = each > 0 ? ALMOST * left / each : INFINITY;
    const double most = fmin(4.0 * (double)c->strength + 4, PROGRAM_MOST_STEPS);
    c->limit = past ? c->strength / 2 : c->limit * 1.5f;
    c->strength = (float)fmax(fmin(fmin(wanted, most), (double)c->limit), WEAKEST);
}

static void choose_pulse(const programming *p, cell *c, uint64_t i) {
    pulse *const next = &p->pulses[i];
    const double error = program_error(p, i), size = fabs(error), range = p->high - p->low;
    const double moved = (double)(p->read[i] - c->conductance) * p->up * (double)copysignf(1, next->voltage);
    const bool raise = error<0, was_raised = (double)next->voltage * p->up> 0;
    if (next->voltage != 0) {
        const bool strongest = c->strength >= PROGRAM_MOST_STEPS;
        c->vain = strongest && !(moved > LEAST_MOVE * (double)p->read[i]) ? c->vain + 1 : 0;
        if (size > p->how->tolerance) follow(c, size * range, moved, raise != was_raised);
    }
    c->conductance = p->read[i];
    next->voltage = 0;
    if (size > p->how->tolerance && c->vain < MOST_VAIN)
        c->strength = (float)program_shape(p, (double)c->strength, raise, next);
}

static ohm_status write_and_verify(programming *p, cell *cells) {
    ohm_status status = program_verify(p);
    uint64_t pulses = 1;
    for (uint64_t i = 0; i < p->devices; i++)
        cells[i] = (cell){.strength = p->pulsed ? 1 : 0.5f, .limit = INFINITY};
    while (!status && pulses && !program_is_done(p)) {
        for (uint64_t i = 0; i < p->devices; i++) choose_pulse(p, &cells[i], i);
        status = program_apply(p, &pulses);
        if (!status) status = program_verify(p);
        p->report->cycles += pulses > 0;
    }
    return status;
}

ohm_status program_ispp(programming *p) {
    cell *cells = malloc(p->devices * sizeof *cells);
    const ohm_status status = cells ? write_and_verify(p, cells) : ohm_fail_memory("programming");
    free(cells);
    return status;
}
