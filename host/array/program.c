// Programming: pulses, and readings between them, until the devices have the conductances that are wanted.
#define OHM_LANES 1
#include "programming.h"
#include "../base/error.h"
#include "../base/log.h"
#include "../define/spec.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST_CYCLES 100000u

ohm_program ohm_program_default(void) {
    return (ohm_program){.size = sizeof(ohm_program), .tolerance = 0.01, .cycles = 100};
}

const char *ohm_program_method_name(ohm_program_method method) {
    static const char *const name[OHM_PROGRAM_METHODS] = {"ispp", "single", "gdp"};
    return (unsigned)method < OHM_PROGRAM_METHODS ? name[method] : "unknown";
}

const char *ohm_select_name(ohm_select select) {
    static const char *const name[OHM_SELECTS] = {"alone", "half", "third"};
    return (unsigned)select < OHM_SELECTS ? name[select] : "unknown";
}

// ---- Reading ----------------------------------------------------------------------------------

double program_error(const programming *p, uint64_t i) {
    return ((double)p->read[i] - (double)p->target[i]) / (p->high - p->low);
}

// Reads all devices, and takes stock.
ohm_status program_verify(programming *p) {
    ohm_program_report *r = p->report;
    const ohm_status status =
        ohm_crossbar_read_quantity(p->crossbar, OHM_CONDUCTANCE, 0, p->crossbar->problem.rows, p->read);
    double sum = 0, squares = 0;
    if (status) return status;
    r->reached = 0;
    r->error_max = 0;
    for (uint64_t i = 0; i < p->devices; i++) {
        const double error = program_error(p, i);
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

// ---- When to stop -----------------------------------------------------------------------------

bool program_is_wanted(const programming *p) {
    return !p->how->progress || p->how->progress(p->how->context, p->report->reached, p->devices);
}

// Once so many of a thousand devices are at their targets, after cycles that together bring less than one in
// a thousand more: a few that are slow, or never arrive, would take most of the time.
#define MOST_OF_THEM 0.99
#define GAIN 1e-3

bool program_is_done(programming *p) {
    const ohm_program_report *r = p->report;
    const unsigned at = p->looks++ % PROGRAM_WINDOW;
    const double all = (double)p->devices, now = (double)r->reached, before = (double)p->reached[at];
    p->reached[at] = r->reached;
    const bool stalls = p->looks > PROGRAM_WINDOW && now >= MOST_OF_THEM * all && now - before < GAIN * all;
    if (stalls || r->reached == p->devices || r->cycles == p->how->cycles) return true;
    if (p->how->steps && r->steps >= p->how->steps) return true;
    return !program_is_wanted(p);
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
    if ((unsigned)how->select >= OHM_SELECTS)
        return ohm_fail(OHM_BAD_ARGUMENT, "there is no way %d of selecting devices", (int)how->select);
    if (!(how->voltage >= 0 && how->voltage <= 1000))
        return ohm_fail(OHM_BAD_ARGUMENT, "voltage %g V is outside [0, 1000]", how->voltage);
    return OHM_OK;
}

static ohm_status check_wires(const ohm_crossbar *c, const ohm_program *how) {
    if (!c->wired || how->select != OHM_SELECT_ALONE) return OHM_OK;
    ohm_fail(OHM_BAD_ARGUMENT, "with wires, pulses reach devices along lines alone");
    ohm_fail_hint("select them with half or third of the voltage on the others");
    return OHM_BAD_ARGUMENT;
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

#define AMPLITUDES 128
#define UNMOVED 1e-3 // of what a selected device moves: others hardly do

// How far a voltage that is to raise the conductance, or lower it, moves a device; not at all if others move
// too: at half of it, or at a third of it either way.
static double use_of(const programming *p, double voltage, bool raise) {
    const double sign = raise ? p->up : -p->up;
    const double moved = raise ? motion(p, sign * voltage) : -motion(p, sign * voltage);
    double others = 0;
    if (p->how->select == OHM_SELECT_HALF) others = fabs(motion(p, sign * voltage / 2));
    if (p->how->select == OHM_SELECT_THIRD)
        others = fmax(fabs(motion(p, voltage / 3)), fabs(motion(p, -voltage / 3)));
    return others > UNMOVED * moved ? 0 : moved;
}

// Where pulses reach devices alone, one amplitude for both ways; along lines, the threshold may be another.
static double best_amplitude(const programming *p, double largest, bool raise) {
    const bool both = p->how->select == OHM_SELECT_ALONE;
    double best = 0, amplitude = 0;
    for (int i = 1; i <= AMPLITUDES; i++) {
        const double voltage = largest * i / AMPLITUDES;
        double use = use_of(p, voltage, raise);
        if (both) use = fmin(use, use_of(p, voltage, !raise));
        if (!(use > 0) || use < best) continue;
        best = use;
        amplitude = voltage;
    }
    return amplitude;
}

// The amplitude, up to the largest voltage of the model's own stimulus, or twice that along lines, at which
// devices move the most: not every model moves more, or the same way, at a larger voltage.
static ohm_status own_amplitude(programming *p, const spec *model) {
    const bool alone = p->how->select == OHM_SELECT_ALONE;
    double largest;
    bool warned = alone;
    const ohm_status status = largest_voltage(model, &largest);
    if (status) return status;
    for (int raise = 0; raise < 2; raise++) {
        p->amplitude[raise] = best_amplitude(p, alone ? largest : 2 * largest, raise);
        if (p->amplitude[raise] > 0) continue;
        p->amplitude[raise] = largest;
        if (!warned)
            log_say(OHM_LOG_WARNING,
                    "model %s moves at %s of every voltage: devices that are not selected move too",
                    spec_entry_of(model)->about->name,
                    p->how->select == OHM_SELECT_HALF ? "half" : "a third");
        warned = true;
    }
    return OHM_OK;
}

static ohm_status look_at_model(programming *p) {
    const spec *model = &p->crossbar->plan.specs[ROLE_MODEL];
    ohm_crossbar_nominal_range(p->crossbar, &p->low, &p->high);
    p->up = spec_entry_of(model)->about->polarity < 0 ? -1 : 1;
    p->pulsed = model_kinetics(model->id) == OHM_PULSED;
    p->amplitude[0] = p->amplitude[1] = p->how->voltage;
    if (!(p->low < p->high))
        return ohm_fail(OHM_BAD_ARGUMENT, "the devices have one conductance alone, %g S", p->low);
    return p->how->voltage > 0 ? OHM_OK : own_amplitude(p, model);
}

double program_motion(const programming *p) {
    const float *c = p->crossbar->problem.physics.model;
    const double range = (double)(c[OHM_HIGH] - c[OHM_LOW]);
    return fmin(motion(p, p->up * p->amplitude[1]), -motion(p, -p->up * p->amplitude[0])) / range;
}

static ohm_status make(programming *p) {
    p->pulses = calloc(p->devices, sizeof *p->pulses);
    p->read = malloc(p->devices * sizeof *p->read);
    p->voltage =
        malloc((p->devices + p->crossbar->problem.rows + p->crossbar->problem.cols) * sizeof *p->voltage);
    return p->pulses && p->read && p->voltage ? OHM_OK : ohm_fail_memory("programming");
}

typedef ohm_status program_method(programming *p);
static program_method *const method[OHM_PROGRAM_METHODS] = {program_ispp, program_single, program_gradient};

ohm_status ohm_crossbar_program(ohm_crossbar *c, const ohm_program *how, const float *target,
                                ohm_program_report *report) {
    programming p = {.crossbar = c,
                     .how = how,
                     .target = target,
                     .devices = c->problem.rows * c->problem.cols,
                     .report = report};
    *report = (ohm_program_report){.devices = p.devices};
    ohm_status status = check_how(how);
    if (!status) status = check_wires(c, how);
    if (!status) status = look_at_model(&p);
    if (!status) status = check_targets(&p);
    if (!status) status = make(&p);
    if (!status) status = method[how->method](&p);
    free(p.pulses);
    free(p.read);
    free(p.voltage);
    return status;
}
