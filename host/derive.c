// See derive.h. All that depends on a model's formulas is computed by its own functions at one lane, so that
// it has the bits it has on devices.
#define OHM_LANES 1
#define OHM_TABLES
#include "derive.h"

#include "../kernels/measure.h"
#include "error.h"
#include "number.h"
#include "stimulus.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

// ---- Spreads ----------------------------------------------------------------------------------

// The valid range of parameter i beside what it is ordered with.
static void valid_range(const spec *s, int i, double *min, double *max) {
    const spec_entry *entry = spec_entry_of(s);
    const ohm_parameter *p = spec_parameter(entry, i);
    *min = p->min;
    *max = p->max;
    if (!entry->about->ordered[0]) return;
    const int first = spec_find(s, entry->about->ordered[0]), second = spec_find(s, entry->about->ordered[1]);
    if (i != first && i != second) return;
    const bool both = s->spread[first].kind && s->spread[second].kind;
    const double middle = (s->value[first] + s->value[second]) / 2;
    if (i == first) *max = fmin(*max, both ? middle : s->value[second]);
    if (i == second) *min = fmax(*min, both ? middle : s->value[first]);
}

// Where x stands in a spread about value, in sigmas.
static double place_of(const spec_spread *spread, double value, double x) {
    if (spread->kind != OHM_SPREAD_LOGNORMAL) return (x - value) / spread->sigma;
    return x / value > 0 ? log(x / value) / spread->sigma : -INFINITY;
}

ohm_status derive_spread(const spec *s, int i, ohm_spread *spread) {
    const spec_spread *given = &s->spread[i];
    const char *key = spec_parameter(spec_entry_of(s), i)->key;
    const double value = s->value[i];
    double min, max;
    if (given->kind == OHM_SPREAD_LOGNORMAL && value == 0)
        return error_set(OHM_BAD_ARGUMENT, "model %s: %s=0 cannot be spread lognormally",
                         spec_entry_of(s)->about->name, key);
    valid_range(s, i, &min, &max);
    double low = place_of(given, value, min), high = place_of(given, value, max);
    if (low > high) { // a negative value spread lognormally
        const double swap = low;
        low = high, high = swap;
    }
    if (given->kind == OHM_SPREAD_UNIFORM)
        low = fmax(low, -1), high = fmin(high, 1);
    else
        low = erf(low / sqrt(2)), high = erf(high / sqrt(2)); // 2Φ(z) − 1
    *spread =
        (ohm_spread){given->kind, (float)given->sigma, (float)((low + high) / 2), (float)((high - low) / 2),
                     (float)min,  (float)max};
    if (spread->reach >= 0.01f) return OHM_OK;
    return error_set(OHM_BAD_ARGUMENT,
                     "model %s: %s~%s:%g cannot be cut to [%g, %g]: less than a hundredth of it lies there",
                     spec_entry_of(s)->about->name, key, spec_spread_name[given->kind], given->sigma, min,
                     max);
}

// The least and the greatest value that a constant takes over all devices.
static float extreme(const ohm_spread *s, float value, bool greatest) {
    const u32 words[2] = {0, UINT32_MAX};
    float ends[2];
    spread_sample(s, value, words, 2, ends);
    return (ends[0] < ends[1]) == greatest ? ends[1] : ends[0];
}

// ---- Constants --------------------------------------------------------------------------------

#define DERIVE_MODEL(name, unused)                                                                           \
    case OHM_MODEL_##name: name##_derive(s->value, dt, p); break;

static void derive_model(const spec *s, double dt, ohm_physics *p) {
    const spec_entry *entry = spec_entry_of(s);
    const int substeps = spec_find(s, "substeps"), window = spec_find(s, "window");
    p->substeps = substeps < 0 ? 1 : (u32)s->value[substeps];
    p->choice = window < 0 ? 0 : (u32)s->value[window];
    p->model[OHM_GAIN] = (float)(dt / p->substeps);
    for (int i = 0; i < entry->count; i++) {
        const u32 place = spec_parameter(entry, i)->place;
        if (place != OHM_NO_PLACE) p->model[place] = (float)s->value[i];
    }
    const float gain = p->model[OHM_GAIN];
    model_prepare(s->id, p->model, UINT32_MAX, p);
    p->model[OHM_GAIN] = gain;
    switch (s->id) { OHM_MODELS(DERIVE_MODEL, ) }
}

// The spreads, in the order of their places.
static void derive_spreads(const spec *s, ohm_physics *p) {
    const spec_entry *entry = spec_entry_of(s);
    int n = 0;
    for (u32 place = 0; place < OHM_CONSTANTS; place++)
        for (int i = 0; i < entry->count; i++) {
            if (!s->spread[i].kind || spec_parameter(entry, i)->place != place) continue;
            const ohm_status status = derive_spread(s, i, &p->spread[n++]);
            assert(!status && "spec_check lets none through");
            (void)status;
            p->spreads |= 1u << place;
        }
}

static void derive_device(const spec *s, double idle, ohm_physics *p) {
    const double low = spec_value(s, "stuck_low"), high = spec_value(s, "stuck_high");
    const double t0 = spec_value(s, "drift_t0");
    p->fault[0] = (float)low;
    p->fault[1] = (float)(low + high);
    p->fault[2] = (float)(low + high + spec_value(s, "stuck_open"));
    p->drift = idle > t0 ? (float)log(idle / t0) : 0;
}

// ---- Ranges -----------------------------------------------------------------------------------

void derive_corner(int model, const ohm_physics *p, u32 corner, float c[OHM_CONSTANTS]) {
    memcpy(c, p->model, sizeof p->model);
    for (u32 place = 0, n = 0; place < OHM_CONSTANTS; place++) {
        if (!(p->spreads >> place & 1)) continue;
        c[place] = extreme(&p->spread[n], p->model[place], corner >> n & 1);
        n++;
    }
    if (p->spreads) model_prepare(model, c, p->spreads, p);
}

// R rises or falls with each constant and with the state, so its ends are at corners.
static void derive_ranges(int model, ohm_physics *p) {
    const ohm_kind plain = {.model = model};
    const u32 corners = 1u << __builtin_popcount(p->spreads);
    float low = INFINITY, high = 0;
    p->state_low = INFINITY;
    p->state_high = -INFINITY;
    for (u32 corner = 0; corner < corners; corner++) {
        float c[OHM_CONSTANTS];
        derive_corner(model, p, corner, c);
        p->state_low = fminf(p->state_low, c[OHM_LOW]);
        p->state_high = fmaxf(p->state_high, c[OHM_HIGH]);
        for (int end = OHM_LOW; end <= OHM_HIGH; end++) {
            const float r = memristor_resistance(plain, c[end], c, p);
            low = fminf(low, r);
            high = fmaxf(high, r);
        }
    }
    p->resistance_low = low;
    p->resistance_high = high;
}

// The levels, between the ends of a device without spread.
static void derive_levels(int model, u32 levels, ohm_physics *p) {
    const double r0 = (double)model_resistance(model, p->model[OHM_LOW], p->model);
    const double r1 = (double)model_resistance(model, p->model[OHM_HIGH], p->model);
    const double low = 1 / fmax(r0, r1), gap = levels ? (1 / fmin(r0, r1) - low) / (levels - 1) : 0;
    p->level_low = (float)low;
    p->level_gap = (float)gap;
    p->levels = gap > 0 ? levels : 0;
}

static void derive_open(ohm_physics *p) {
    u32 n = 0;
    for (u32 place = 0; place < OHM_R_OPEN; place++) n += p->spreads >> place & 1;
    const bool spread = p->spreads >> OHM_R_OPEN & 1;
    const float value = p->model[OHM_R_OPEN];
    if (!(p->fault[2] > p->fault[1])) return;
    p->resistance_low = fminf(p->resistance_low, spread ? extreme(&p->spread[n], value, false) : value);
    p->resistance_high = fmaxf(p->resistance_high, spread ? extreme(&p->spread[n], value, true) : value);
}

static void derive_scales(ohm_physics *p) {
    const float range = p->state_high - p->state_low;
    p->state_scale = range > 0 ? TALLY_STATE_ONE / range : 0;
    p->resistance_scale = TALLY_OHM_ONE / p->resistance_high;
    p->conductance_scale = TALLY_OHM_ONE * p->resistance_low;
}

// ---- All --------------------------------------------------------------------------------------

#define DERIVE_INITIAL(name, unused)                                                                         \
    case OHM_DISTRIBUTION_##name: name##_derive(specs[ROLE_INITIAL].value, p.initial); break;

ohm_physics derive_physics(const spec specs[ROLE_COUNT], double dt, uint64_t seed, double idle) {
    const spec *model = &specs[ROLE_MODEL];
    ohm_physics p;
    memset(&p, 0, sizeof p); // compared and hashed byte by byte
    p.key[0] = (u32)seed;
    p.key[1] = (u32)(seed >> 32);
    p.dt = (float)dt;
    derive_spreads(model, &p);
    derive_model(model, dt, &p);
    derive_device(model, idle, &p);
    derive_levels(model->id, (u32)spec_value(model, "levels"), &p);
    derive_ranges(model->id, &p);
    derive_open(&p);
    derive_scales(&p);
    stimulus_derive(&specs[ROLE_STIMULUS], p.stimulus);
    switch (specs[ROLE_INITIAL].id) { OHM_DISTRIBUTIONS(DERIVE_INITIAL, ) }
    return p;
}

static bool is_noisy(const ohm_physics *p) {
    return p->model[OHM_NOISE] > 0 || p->spreads >> OHM_NOISE & 1;
}

ohm_kind derive_kind(const spec specs[ROLE_COUNT], const ohm_physics *p, int field, bool track_flux) {
    return (ohm_kind){.model = specs[ROLE_MODEL].id,
                      .stimulus = stimulus_distribution(&specs[ROLE_STIMULUS]),
                      .field = field,
                      .flux = track_flux,
                      .single = p->substeps == 1,
                      .varied = p->spreads || is_noisy(p) || p->fault[2] > 0,
                      .noisy = is_noisy(p),
                      .faulty = p->fault[2] > 0,
                      .spreads = p->spreads};
}

int derive_initial(const spec specs[ROLE_COUNT]) {
    return specs[ROLE_INITIAL].id;
}
