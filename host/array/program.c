// Programming: pulses, and readings between them, until the devices have the conductances that are wanted.
#define OHM_LANES 1
#include "../base/error.h"
#include "../define/spec.h"
#include "crossbar.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST_CYCLES 100000u
#define MOST_STEPS 64u // of a pulse
#define ALMOST 0.8     // of the way that is left: noise must not carry a device past its target
#define MOST_VAIN 4u   // pulses of that length that do not move a device: it is stuck then
#define WEAKEST 1e-5   // amplitude, of the largest

ohm_program ohm_program_default(void) {
    return (ohm_program){.size = sizeof(ohm_program), .tolerance = 0.01, .cycles = 100};
}

const char *ohm_program_method_name(ohm_program_method method) {
    static const char *const name[OHM_PROGRAM_METHODS] = {"ispp", "single"};
    return (unsigned)method < OHM_PROGRAM_METHODS ? name[method] : "unknown";
}

// What is known of one device while it is programmed. A pulse's strength is in steps at the largest
// amplitude.
typedef struct cell {
    float conductance; // as last read, S
    float strength;    // of its last pulse, or its next
    float limit;       // of it: halved where a pulse has gone past the target
    float voltage;     // of its next pulse, V; 0: none
    uint32_t steps;    // that its next pulse is long
    uint32_t vain;     // its last pulses that were as strong as can be and moved nothing
} cell;

typedef struct programming {
    ohm_crossbar *crossbar;
    const ohm_program *how;
    const float *target; // S
    uint64_t devices;
    double low, high; // the model's range without spread, S
    double amplitude; // the largest, V
    double up;        // 1, or −1 where V > 0 lowers the conductance
    bool pulsed;      // a pulse's amplitude makes no difference
    cell *cells;
    float *read;        // [devices]
    float *voltage;     // [steps at a time, devices]
    uint64_t at_a_time; // steps
    ohm_program_report *report;
} programming;

// ---- Reading ----------------------------------------------------------------------------------

static double error_of(const programming *p, uint64_t i) {
    return ((double)p->read[i] - (double)p->target[i]) / (p->high - p->low);
}

// Reads all devices, and takes stock.
static ohm_status verify(programming *p) {
    ohm_program_report *r = p->report;
    const ohm_status status =
        ohm_crossbar_read_quantity(p->crossbar, OHM_CONDUCTANCE, 0, p->crossbar->problem.rows, p->read);
    double sum = 0, squares = 0;
    if (status) return status;
    r->reached = 0;
    r->error_max = 0;
    for (uint64_t i = 0; i < p->devices; i++) {
        const double error = error_of(p, i);
        r->reached += fabs(error) <= p->how->tolerance;
        r->error_max = fmax(r->error_max, fabs(error));
        sum += error;
        squares += error * error;
    }
    const double n = (double)p->devices;
    r->error_mean = sum / n;
    r->error_std = sqrt(fmax(squares / n - r->error_mean * r->error_mean, 0));
    return OHM_OK;
}

// ---- Choosing pulses --------------------------------------------------------------------------

// How strong the next pulse of a device is, by what the last one did: as much of it as moves the device most
// of the way that is left, but half of it at most after it went too far, and not much more of it if it did
// not. A device may be far more sensitive near its target, or not move at all below a voltage.
static void follow(cell *c, double left, double moved, bool past) {
    const double each = moved > 0 ? moved / (double)c->strength : 0;
    const double wanted = each > 0 ? ALMOST * left / each : INFINITY;
    const double most = fmin(4.0 * (double)c->strength + 4, MOST_STEPS);
    c->limit = past ? c->strength / 2 : c->limit * 1.5f;
    c->vain = c->strength >= MOST_STEPS && !(moved > 0) ? c->vain + 1 : 0;
    c->strength = (float)fmax(fmin(fmin(wanted, most), (double)c->limit), WEAKEST);
}

// Its length and amplitude: those of a model whose pulses are all alike are whole steps.
static void shape(const programming *p, cell *c, double side) {
    const double steps = fmax(1, p->pulsed ? rint((double)c->strength) : ceil((double)c->strength));
    const double amplitude = p->pulsed ? 1 : fmin((double)c->strength / steps, 1);
    c->steps = (uint32_t)steps;
    c->voltage = (float)(side * amplitude * p->amplitude);
}

static void choose_pulse(const programming *p, uint64_t i) {
    cell *c = &p->cells[i];
    const double error = error_of(p, i), side = error < 0 ? p->up : -p->up;
    const double moved = (double)(p->read[i] - c->conductance) * p->up * (double)copysignf(1, c->voltage);
    const double left = fabs((double)p->read[i] - (double)p->target[i]);
    if (c->voltage != 0 && fabs(error) > p->how->tolerance)
        follow(c, left, moved, side * (double)c->voltage < 0);
    c->voltage = 0;
    if (fabs(error) > p->how->tolerance && c->vain < MOST_VAIN) shape(p, c, side);
    c->conductance = p->read[i];
}

// ---- Applying them ----------------------------------------------------------------------------

// Their number goes to *count.
static ohm_status apply_pulses(programming *p, uint64_t *count) {
    uint32_t longest = 0;
    ohm_status status = OHM_OK;
    for (uint64_t i = 0; i < p->devices; i++) {
        if (p->cells[i].voltage == 0) continue;
        (*count)++;
        if (p->cells[i].steps > longest) longest = p->cells[i].steps;
    }
    for (uint32_t done = 0; done < longest && !status;) {
        const uint32_t left = longest - done, steps = left < p->at_a_time ? left : (uint32_t)p->at_a_time;
        for (uint32_t t = 0; t < steps; t++)
            for (uint64_t i = 0; i < p->devices; i++)
                p->voltage[t * p->devices + i] = done + t < p->cells[i].steps ? p->cells[i].voltage : 0;
        status = ohm_crossbar_apply(p->crossbar, steps, p->voltage);
        if (!status) p->report->steps += steps;
        done += steps;
    }
    return status;
}

static ohm_status write_and_verify(programming *p) {
    ohm_status status = verify(p);
    uint64_t pulses = 1;
    while (!status && pulses && p->report->reached < p->devices && p->report->cycles < p->how->cycles) {
        pulses = 0;
        for (uint64_t i = 0; i < p->devices; i++) choose_pulse(p, i);
        status = apply_pulses(p, &pulses);
        if (!status) status = verify(p);
        p->report->pulses += pulses;
        p->report->cycles += pulses > 0;
    }
    return status;
}

// ---- One pulse --------------------------------------------------------------------------------

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

static ohm_status single_pulse(programming *p) {
    float *course = malloc(2 * COURSE_STEPS * sizeof *course);
    ohm_status status = course ? verify(p) : ohm_fail_memory("the course of a device");
    uint32_t length[2] = {0};
    for (int side = 0; side < 2 && !status; side++)
        length[side] =
            make_course(p, side ? -p->up * p->amplitude : p->up * p->amplitude, course + side * COURSE_STEPS);
    for (uint64_t i = 0; i < p->devices && !status; i++) {
        cell *c = &p->cells[i];
        const int side = p->read[i] > p->target[i];
        const float *way = course + side * COURSE_STEPS;
        const uint32_t from = step_at(way, length[side], (double)p->read[i]);
        const uint32_t to = step_at(way, length[side], (double)p->target[i]);
        c->steps = to > from ? to - from : 0;
        c->voltage = c->steps ? (float)((side ? -p->up : p->up) * p->amplitude) : 0;
    }
    free(course);
    if (!status) status = apply_pulses(p, &p->report->pulses);
    if (!status) status = verify(p);
    p->report->cycles = 1;
    return status;
}

// ---- All --------------------------------------------------------------------------------------

static ohm_status check_targets(const programming *p) {
    double low, high;
    uint64_t outside = 0, first = 0;
    ohm_crossbar_range(p->crossbar, OHM_CONDUCTANCE, &low, &high);
    for (uint64_t i = p->devices; i-- > 0;) {
        const double g = (double)p->target[i];
        if (g >= low * (1 - 1e-6) && g <= high * (1 + 1e-6)) continue;
        outside++;
        first = i;
    }
    if (!outside) return OHM_OK;
    const uint64_t cols = p->crossbar->problem.cols;
    return ohm_fail(OHM_BAD_ARGUMENT,
                    "%" PRIu64 " of %" PRIu64
                    " targets are outside what the devices can have, %g to %g S: the "
                    "first is [%" PRIu64 ", %" PRIu64 "], %g S",
                    outside, p->devices, low, high, first / cols, first % cols, (double)p->target[first]);
}

static ohm_status check_how(const ohm_program *how) {
    if (how->size != sizeof *how)
        return ohm_fail(OHM_BAD_ARGUMENT, "a program that does not come from ohm_program_default");
    if ((unsigned)how->method >= OHM_PROGRAM_METHODS)
        return ohm_fail(OHM_BAD_ARGUMENT, "there is no method %d of programming", (int)how->method);
    if (!(how->tolerance >= 1e-6 && how->tolerance <= 1))
        return ohm_fail(OHM_BAD_ARGUMENT, "tolerance %g is outside [1e-6, 1]", how->tolerance);
    if (how->cycles < 1 || how->cycles > MOST_CYCLES)
        return ohm_fail(OHM_BAD_ARGUMENT, "%u cycles are outside [1, %u]", how->cycles, MOST_CYCLES);
    if (!(how->voltage >= 0 && how->voltage <= 1000))
        return ohm_fail(OHM_BAD_ARGUMENT, "voltage %g V is outside [0, 1000]", how->voltage);
    return OHM_OK;
}

void ohm_crossbar_nominal_range(const ohm_crossbar *crossbar, double *low, double *high) {
    const float *c = crossbar->problem.physics.model;
    const int model = crossbar->problem.variant.model;
    const double a = 1 / (double)model_resistance(model, c[OHM_LOW], c);
    const double b = 1 / (double)model_resistance(model, c[OHM_HIGH], c);
    *low = fmin(a, b);
    *high = fmax(a, b);
}

// The largest voltage, either way, of the model's own stimulus.
static ohm_status largest_voltage(const spec *model, double *voltage) {
    spec own;
    const ohm_status status = spec_parse(ROLE_STIMULUS, spec_entry_of(model)->about->stimulus, &own);
    if (!status) *voltage = fmax(fabs(spec_value(&own, "lo")), fabs(spec_value(&own, "hi")));
    return status;
}

// How far a voltage moves a device's state from the middle of its range in one step, above 0 where that
// raises the conductance.
static double motion(const programming *p, double voltage) {
    const ohm_physics *physics = &p->crossbar->problem.physics;
    const int model = p->crossbar->problem.variant.model;
    const float *c = physics->model, middle = (c[OHM_LOW] + c[OHM_HIGH]) / 2;
    const bool rises = model_resistance(model, c[OHM_HIGH], c) < model_resistance(model, c[OHM_LOW], c);
    const double moved = (double)(model_rate(model, middle, (float)voltage, c, physics) * c[OHM_GAIN]);
    return rises ? moved : -moved;
}

#define AMPLITUDES 32

// The amplitude, up to the largest voltage of the model's own stimulus, at which opposite voltages move a
// device the most in opposite ways: not every model moves more, or the same way, at a larger voltage.
static ohm_status own_amplitude(programming *p, const spec *model) {
    double largest, best = 0;
    const ohm_status status = largest_voltage(model, &largest);
    if (status) return status;
    p->amplitude = largest;
    for (int i = 1; i <= AMPLITUDES; i++) {
        const double voltage = largest * i / AMPLITUDES;
        const double least = fmin(motion(p, p->up * voltage), -motion(p, -p->up * voltage));
        if (least < best) continue;
        best = least;
        p->amplitude = voltage;
    }
    return OHM_OK;
}

static ohm_status look_at_model(programming *p) {
    const spec *model = &p->crossbar->plan.specs[ROLE_MODEL];
    ohm_crossbar_nominal_range(p->crossbar, &p->low, &p->high);
    p->up = spec_entry_of(model)->about->polarity < 0 ? -1 : 1;
    p->pulsed = model_kinetics(model->id) == OHM_PULSED;
    p->amplitude = p->how->voltage;
    if (!(p->low < p->high))
        return ohm_fail(OHM_BAD_ARGUMENT, "the devices have one conductance alone, %g S", p->low);
    return p->amplitude > 0 ? OHM_OK : own_amplitude(p, model);
}

#define VOLTAGE_FLOATS ((uint64_t)1 << 22) // at a time, unless there are more devices

static ohm_status make(programming *p) {
    p->at_a_time = VOLTAGE_FLOATS / p->devices > 1 ? VOLTAGE_FLOATS / p->devices : 1;
    if (p->at_a_time > MOST_STEPS) p->at_a_time = MOST_STEPS;
    p->cells = calloc(p->devices, sizeof *p->cells);
    p->read = malloc(p->devices * sizeof *p->read);
    p->voltage = malloc(p->at_a_time * p->devices * sizeof *p->voltage);
    if (!p->cells || !p->read || !p->voltage) return ohm_fail_memory("programming");
    for (uint64_t i = 0; i < p->devices; i++)
        p->cells[i] = (cell){.strength = p->pulsed ? 1 : 0.5f, .limit = INFINITY};
    return OHM_OK;
}

ohm_status ohm_crossbar_program(ohm_crossbar *c, const ohm_program *how, const float *target,
                                ohm_program_report *report) {
    programming p = {.crossbar = c,
                     .how = how,
                     .target = target,
                     .devices = c->problem.rows * c->problem.cols,
                     .report = report};
    *report = (ohm_program_report){.devices = p.devices};
    ohm_status status = check_how(how);
    if (!status) status = look_at_model(&p);
    if (!status) status = check_targets(&p);
    if (!status) status = make(&p);
    if (!status) status = how->method == OHM_PROGRAM_SINGLE ? single_pulse(&p) : write_and_verify(&p);
    free(p.cells);
    free(p.read);
    free(p.voltage);
    return status;
}
