// See device.h.
#define OHM_LANES 1
#include "device.h"
#include "../array/crossbar.h"
#include "../base/error.h"

#include <math.h>

#define AMPLITUDES 128
#define HALVINGS 60
#define LINEAR 1e-4 // of the range, that a conductance may be off the line between the ends

// A device without spread or noise.
typedef struct nominal {
    const ohm_physics *physics;
    ohm_variant variant;
    double middle; // the state of the middle conductance
} nominal;

static double conductance_of(const nominal *n, double state) {
    return 1 / (double)model_resistance(n->variant.model, (float)state, n->physics->model);
}

static double state_low(const nominal *n) {
    return (double)n->physics->model[OHM_LOW];
}

static double state_high(const nominal *n) {
    return (double)n->physics->model[OHM_HIGH];
}

// The state at which the conductance is that of the middle.
static double find_middle(const nominal *n) {
    double low = state_low(n), high = state_high(n);
    const double a = conductance_of(n, low), b = conductance_of(n, high), target = (a + b) / 2;
    for (int i = 0; i < HALVINGS; i++) {
        const double middle = (low + high) / 2;
        if ((conductance_of(n, middle) < target) == (a < b))
            low = middle;
        else
            high = middle;
    }
    return (low + high) / 2;
}

// What a pulse at this voltage adds to the conductance.
static double motion(const nominal *n, double voltage) {
    float rest = 0;
    const float after = memristor_step(n->variant, (float)n->middle, &rest, (float)voltage, 1, 0,
                                       n->physics->model, n->physics);
    return conductance_of(n, (double)after) - conductance_of(n, n->middle);
}

// What pulses of an amplitude move a device at least, in the right way.
static double use_of(const nominal *n, const train_device *d, double amplitude) {
    const double up = d->inverted ? -amplitude : amplitude;
    return fmin(motion(n, up), -motion(n, -up));
}

static ohm_status find_amplitude(const spec *model, const nominal *n, train_device *d) {
    spec own;
    double best = 0;
    const ohm_status status = spec_parse(ROLE_STIMULUS, spec_entry_of(model)->about->stimulus, &own);
    if (status) return status;
    const double largest = fmax(fabs(spec_value(&own, "lo")), fabs(spec_value(&own, "hi")));
    d->amplitude = largest; // of a device that moves one way alone
    for (int i = 1; i <= AMPLITUDES; i++) {
        const double use = use_of(n, d, largest * i / AMPLITUDES);
        if (!(use > 0) || use < best) continue;
        best = use;
        d->amplitude = largest * i / AMPLITUDES;
    }
    return OHM_OK;
}

static bool is_linear(const nominal *n, const train_device *d) {
    const double low = state_low(n), high = state_high(n);
    const double a = conductance_of(n, low), b = conductance_of(n, high);
    for (int i = 1; i < 16; i++) {
        const double line = a + (b - a) * i / 16;
        if (fabs(conductance_of(n, low + (high - low) * i / 16) - line) > LINEAR * (d->high - d->low))
            return false;
    }
    return true;
}

ohm_status train_device_find(const ohm_crossbar *c, double amplitude, train_device *d) {
    const spec *model = &c->plan.specs[ROLE_MODEL];
    const char *name = spec_entry_of(model)->about->name;
    nominal n = {&c->problem.physics, {.model = c->problem.variant.model}, 0};
    *d = (train_device){.amplitude = amplitude, .inverted = spec_entry_of(model)->about->polarity < 0};
    ohm_crossbar_nominal_range(c, &d->low, &d->high);
    if (!(d->low < d->high))
        return ohm_fail(OHM_BAD_ARGUMENT, "model %s: its devices have one conductance alone, %g S", name,
                        d->low);
    n.middle = find_middle(&n);
    const ohm_status status = amplitude > 0 ? OHM_OK : find_amplitude(model, &n, d);
    if (status) return status;
    const double up = d->inverted ? -d->amplitude : d->amplitude;
    d->step = (fmax(motion(&n, up), 0) + fmax(-motion(&n, -up), 0)) / 2;
    const double a = conductance_of(&n, state_low(&n)), b = conductance_of(&n, state_high(&n));
    d->rises = a < b;
    if (is_linear(&n, d)) d->per_siemens = (state_high(&n) - state_low(&n)) / (b - a);
    if (d->step > 0) return OHM_OK;
    return ohm_fail(OHM_BAD_ARGUMENT, "model %s: pulses of %g V do not move its devices", name, d->amplitude);
}
