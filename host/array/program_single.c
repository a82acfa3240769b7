// One pulse for each device, as long as a device without spread would need.
#define OHM_LANES 1
#include "programming.h"
#include "../base/error.h"

#include <stdlib.h>

#define COURSE_STEPS 65536u

// The conductances of a device without spread or noise while a voltage moves it, from one end of its range.
static uint32_t make_course(const programming *p, double voltage, float *course) {
    const ohm_physics *physics = &p->crossbar->problem.physics;
    const ohm_variant plain = {.model = p->crossbar->problem.variant.model};
    const bool rises = voltage * p->up > 0;
    const float *c = physics->model;
    const float a = model_resistance(plain.model, c[OHM_LOW], c),
                b = model_resistance(plain.model, c[OHM_HIGH], c);
    float state = (a < b) == rises ? c[OHM_HIGH] : c[OHM_LOW], rest = 0;
    uint32_t n = 0;
    for (; n < COURSE_STEPS; n++) {
        course[n] = 1 / model_resistance(plain.model, state, c);
        const float before = state;
        state = memristor_step(plain, state, &rest, (float)voltage, 1, 0, c, physics);
        if (state == before) break;
    }
    return n;
}

// The first step of a course at which it has come as far as a conductance.
static uint32_t step_at(const float *course, uint32_t n, double conductance) {
    const bool rises = n && course[n - 1] > course[0];
    uint32_t low = 0, high = n;
    while (low < high) {
        const uint32_t middle = low + (high - low) / 2;
        const double at = (double)course[middle];
        if (rises ? at < conductance : at > conductance)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

// Of a pulse that raises the conductance, side 0, or lowers it.
static double voltage_of(const programming *p, int side) {
    return side ? -p->up * p->amplitude[0] : p->up * p->amplitude[1];
}

ohm_status program_single(programming *p) {
    float *course = malloc(2 * COURSE_STEPS * sizeof *course);
    ohm_status status = course ? program_verify(p) : ohm_fail_memory("the course of a device");
    uint32_t length[2] = {0};
    uint64_t count;
    for (int side = 0; side < 2 && !status; side++)
        length[side] = make_course(p, voltage_of(p, side), course + side * COURSE_STEPS);
    for (uint64_t i = 0; i < p->devices && !status; i++) {
        pulse *c = &p->pulses[i];
        const int side = p->read[i] > p->target[i];
        const float *way = course + side * COURSE_STEPS;
        const uint32_t from = step_at(way, length[side], (double)p->read[i]);
        const uint32_t to = step_at(way, length[side], (double)p->target[i]);
        c->steps = to > from ? to - from : 0;
        c->voltage = c->steps ? (float)voltage_of(p, side) : 0;
    }
    free(course);
    if (!status) status = program_apply(p, &count);
    if (!status) status = program_verify(p);
    p->report->cycles = 1;
    return status;
}
