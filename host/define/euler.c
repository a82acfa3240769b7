// See euler.h. Rates and currents are computed by the kernels' own functions at one lane.
#define OHM_LANES 1
#define OHM_TABLES
#include "euler.h"

#undef OHM_RARE
#define OHM_RARE OHM_FN // compiled for fma, below
#include "../../kernels/models.h"
#include "derive.h"
#include "../base/error.h"
#include "../base/number.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>

static const char *name_of(const euler *e) {
    return spec_entry_of(e->model)->about->name;
}

static bool is_continuous(const euler *e) {
    return model_kinetics(e->model->id) == OHM_CONTINUOUS;
}

static inline double general_rate(const euler *e, double state, double voltage) {
    const ohm_physics *p = e->physics;
    return (double)model_rate(e->model->id, (float)state, (float)voltage, p->model, p);
}

// A hundred thousand rates are asked for, and without an instruction for fma each fma is a call: with it the
// same bits take jart-vcm, which solves for a root, 0.2 s rather than 0.5.
#ifdef __x86_64__
__attribute__((target("fma"), flatten)) static double rate_by_fma(const euler *e, double state,
                                                                  double voltage) {
    return general_rate(e, state, voltage);
}

static double rate_at(const euler *e, double state, double voltage) {
    return __builtin_cpu_supports("fma") ? rate_by_fma(e, state, voltage) : general_rate(e, state, voltage);
}
#else
#define rate_at general_rate
#endif

// ---- Stability --------------------------------------------------------------------------------

enum { STATES = 256, VOLTAGES = 32, HALVINGS = 6 };

// The i-th of PLACES places in [0, 1] at which a rate is sampled, in rising order. They are equally spaced,
// and halve towards either end, where slopes are steepest.
enum { PLACES = STATES + 1 + 2 * HALVINGS };

static double place_at(int i) {
    if (i == 0) return 0;
    if (i <= HALVINGS) return ldexp(1.0 / STATES, i - HALVINGS - 1);
    if (i < PLACES - 1 - HALVINGS) return (double)(i - HALVINGS) / STATES;
    return i == PLACES - 1 ? 1 : 1 - ldexp(1.0 / STATES, PLACES - 2 - HALVINGS - i);
}

// By which factor a sub-step is too long at one voltage. A jump of the rate to 0 at a threshold of the state
// does not count as a slope: the state passes the threshold once and rests.
static double excess_at(const euler *e, double voltage) {
    const ohm_physics *p = e->physics;
    const double low = (double)p->model[OHM_LOW], range = (double)p->model[OHM_HIGH] - low;
    double worst = 0, last_state = 0, last = 0;
    for (int i = 0; i < PLACES; i++) {
        const double state = (double)(float)(low + range * place_at(i)), rate = rate_at(e, state, voltage);
        if (!isfinite(rate)) return INFINITY;
        if (i && rate != 0 && last != 0 && state > last_state)
            worst = fmax(worst, (last - rate) / (state - last_state) * (double)p->model[OHM_GAIN] / 2);
        last_state = state;
        last = rate;
    }
    return worst;
}

// Rounds down to two digits.
static double two_digits(double x) {
    const double unit = pow(10, floor(log10(x)) - 1);
    return floor(x / unit) * unit;
}

// Writes ", or with substeps=N in the model", or nothing if N is more than the maximum.
static void format_substeps(const spec *model, double substeps, const char *format, char text[96]) {
    const int i = spec_find(model, "substeps");
    text[0] = '\0';
    if (substeps <= catalogue_parameter(spec_entry_of(model), i)->max) snprintf(text, 96, format, substeps);
}

ohm_status euler_check_stability(const euler *e) {
    if (!is_continuous(e)) return OHM_OK;
    double worst = 0;
    for (int i = 0; i <= VOLTAGES; i++)
        worst = fmax(worst, excess_at(e, e->low + (e->high - e->low) * i / VOLTAGES));
    if (worst <= 1) return OHM_OK;
    if (!isfinite(worst))
        return ohm_fail(OHM_BAD_ARGUMENT, "model %s has an unbounded rate at voltages from %g to %g V",
                        name_of(e), e->low, e->high);
    char step[NUMBER_MAX_TEXT], substeps[96];
    number_format(e->dt, step);
    format_substeps(e->model, ceil(e->physics->substeps * worst), ", or with substeps=%.0f in the model",
                    substeps);
    return ohm_fail(OHM_BAD_ARGUMENT,
                    "dt: %s is too long for %s at voltages from %g to %g V: Euler's method is stable up to "
                    "dt=%.2g%s",
                    step, name_of(e), e->low, e->high, two_digits(e->dt / worst), substeps);
}

// ---- Accuracy ---------------------------------------------------------------------------------

enum { LOOP_STEPS = 2000, LOOP_LEAST = 16, LOOP_SUBSTEPS = 32 };

#define TOLERANCE 0.02

// A period of a wave in steps: a sine whose half waves reach the maximum and minimum voltages.
static double wave_at(const euler *e, int i, int steps) {
    const double place = sin(2 * 3.14159265358979323846 * i / steps);
    return place * (place < 0 ? fabs(fmin(e->low, 0)) : fmax(e->high, 0));
}

// Computes the current at each step of the second period, for a number of sub-steps. The state is a double,
// so that only the error of the method shows. A rate may depend on the length of a sub-step (jart-vcm).
static void run_loop(const euler *whole, int substeps, int steps, float current[LOOP_STEPS]) {
    ohm_physics physics = *whole->physics;
    const euler own = {whole->model, &physics, whole->dt, whole->low, whole->high}, *e = &own;
    const ohm_physics *p = &physics;
    const double time = e->dt / substeps, low = (double)p->model[OHM_LOW], high = (double)p->model[OHM_HIGH];
    double state = (double)model_initial(e->model->id, 0.1f, p->model);
    physics.model[OHM_GAIN] = (float)time;
    for (int t = 0; t < 2 * steps; t++) {
        const double voltage = wave_at(e, t, steps);
        if (t >= steps)
            current[t - steps] = model_current(e->model->id, (float)state, (float)voltage, p->model);
        for (int i = 0; i < substeps; i++)
            state = fmin(fmax(state + rate_at(e, state, voltage) * time, low), high);
    }
}

// The error of a loop, estimated as twice its distance from the loop with twice as many sub-steps, because
// these halve the error of Euler's method.
static double loop_error(const euler *e, int substeps, int steps) {
    static _Thread_local float coarse[LOOP_STEPS], fine[LOOP_STEPS];
    double difference = 0, square = 0;
    run_loop(e, substeps, steps, coarse);
    run_loop(e, 2 * substeps, steps, fine);
    for (int i = 0; i < steps; i++) {
        difference += pow((double)coarse[i] - (double)fine[i], 2);
        square += pow((double)fine[i], 2);
    }
    return square > 0 ? 2 * sqrt(difference / square) : 0;
}

// The sub-steps with which a loop is within the tolerance: a power of 2 that was tried or, if LOOP_SUBSTEPS
// are not enough, an extrapolation from their error.
static double substeps_for(const euler *e, int steps) {
    for (int n = 2; n < LOOP_SUBSTEPS; n *= 2)
        if (loop_error(e, n, steps) <= TOLERANCE) return n;
    return ceil(fmax(1, loop_error(e, LOOP_SUBSTEPS, steps) / TOLERANCE)) * LOOP_SUBSTEPS;
}

void euler_check_accuracy(const euler *e, double period, warnings *w) {
    if (!is_continuous(e)) return;
    const int steps = (int)fmin(fmax(round(period / e->dt), LOOP_LEAST), LOOP_STEPS);
    const int own = (int)e->physics->substeps, few = own < LOOP_SUBSTEPS ? own : LOOP_SUBSTEPS;
    const double error = loop_error(e, few, steps) * few / own;
    if (!(error > TOLERANCE)) return;
    char step[NUMBER_MAX_TEXT], substeps[96];
    number_format(e->dt, step);
    format_substeps(e->model, fmax(substeps_for(e, steps), own + 1.0),
                    "; substeps=%.0f in the model would bring them within 2 %%", substeps);
    warnings_add(
        w,
        "dt: %s is long for %s at voltages from %g to %g V: in a wave of %d steps the currents are off "
        "by about %.3g %%%s",
        step, name_of(e), e->low, e->high, steps, fmin(100 * error, 100), substeps);
}

// ---- Exponents --------------------------------------------------------------------------------

// The exponent of one device that exceeds its limit the most at a voltage. If none does, its value is at most
// the limit.
static ohm_exponent worst_exponent(const ohm_about *about, const float *c, double voltage) {
    ohm_exponent list[OHM_MAX_EXPONENTS], worst = {.limit = 1};
    const int count = about->exponents(c, voltage, list);
    for (int i = 0; i < count; i++)
        if (list[i].value / list[i].limit > worst.value / worst.limit) worst = list[i];
    return worst;
}

static ohm_status exponent_too_large(const euler *e, const ohm_exponent *x, double voltage) {
    const int i = spec_find(e->model, x->key);
    char value[NUMBER_MAX_TEXT];
    number_format(e->model->value[i], value);
    return ohm_fail(
        OHM_BAD_ARGUMENT,
        "model %s: %s reaches %.3g at %g V, but its exponential is limited to %g: %s=%s or the voltage "
        "is outside the model's range",
        name_of(e), x->formula, x->value, voltage, x->limit, x->key, value);
}

ohm_status euler_check_exponents(const euler *e) {
    const ohm_about *about = spec_entry_of(e->model)->about;
    const ohm_physics *p = e->physics;
    if (!about->exponents) return OHM_OK;
    for (u32 corner = 0; corner < 1u << __builtin_popcount(p->spreads); corner++) {
        float c[OHM_CONSTANTS];
        derive_corner(e->model->id, p, corner, c);
        for (int i = 0; i <= VOLTAGES; i++) {
            const double voltage = e->low + (e->high - e->low) * i / VOLTAGES;
            const ohm_exponent worst = worst_exponent(about, c, voltage);
            if (worst.value > worst.limit) return exponent_too_large(e, &worst, voltage);
        }
    }
    return OHM_OK;
}

double euler_current_limit(const spec *model, const ohm_physics *p, ohm_exponent *exponent) {
    const ohm_about *about = spec_entry_of(model)->about;
    double limit = INFINITY;
    if (!about->exponents) return limit;
    for (u32 corner = 0; corner < 1u << __builtin_popcount(p->spreads); corner++) {
        ohm_exponent list[OHM_MAX_EXPONENTS];
        float c[OHM_CONSTANTS];
        derive_corner(model->id, p, corner, c);
        const int count = about->exponents(c, 1, list);
        for (int i = 0; i < count; i++) {
            if (!list[i].current || !(list[i].value * limit > list[i].limit)) continue;
            limit = list[i].limit / list[i].value;
            *exponent = list[i];
        }
    }
    return limit;
}
