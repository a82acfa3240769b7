// See derive.h. Whatever depends on a model's formulas is computed by the kernels' own functions at one lane,
// so that it has the same bits as on devices.
#define OHM_LANES 1
#define OHM_TABLES
#include "derive.h"

#include "../../kernels/measure.h"
#include "../base/error.h"
#include "../base/number.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// ---- Spreads ----------------------------------------------------------------------------------

// The valid range of parameter i, given the parameters that it must stay below or above.
static void valid_range(const spec *s, int i, double *min, double *max) {
    const catalogue_entry *entry = spec_entry_of(s);
    const ohm_parameter *p = catalogue_parameter(entry, i);
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

// The distance of x from value in sigmas, in a given distribution.
static double place_of(const spec_spread *spread, double value, double x) {
    if (spread->kind != OHM_SPREAD_LOGNORMAL) return (x - value) / spread->sigma;
    return x / value > 0 ? log(x / value) / spread->sigma : -INFINITY;
}

ohm_status derive_spread(const spec *s, int i, ohm_spread *spread) {
    const spec_spread *given = &s->spread[i];
    const char *key = catalogue_parameter(spec_entry_of(s), i)->key;
    const double value = s->value[i];
    double min, max;
    if (given->kind == OHM_SPREAD_LOGNORMAL && value == 0)
        return ohm_fail(OHM_BAD_ARGUMENT, "model %s: %s=0 cannot have a lognormal spread",
                        spec_entry_of(s)->about->name, key);
    valid_range(s, i, &min, &max);
    double low = place_of(given, value, min), high = place_of(given, value, max);
    if (low > high) { // lognormal, with a negative value
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
    return ohm_fail(OHM_BAD_ARGUMENT,
                    "model %s: %s~%s:%g cannot be truncated to [%g, %g]: less than 1 %% of it lies there",
                    spec_entry_of(s)->about->name, key, spec_spread_name[given->kind], given->sigma, min,
                    max);
}

// The minimum or maximum of a constant over all devices.
static float extreme(const ohm_spread *s, float value, bool greatest) {
    const u32 words[2] = {0, UINT32_MAX};
    float ends[2];
    spread_sample(s, value, words, 2, ends);
    return (ends[0] < ends[1]) == greatest ? ends[1] : ends[0];
}

// Samples the function that draws the devices, at DRAWN equally spaced words.
enum { DRAWN = 1 << 18 };

derive_drawn derive_draw(const spec *s, int i) {
    derive_drawn drawn = {0, 0, INFINITY, -INFINITY};
    const double value = s->value[i];
    double sum = 0, squares = 0; // relative to the value, to avoid cancellation
    ohm_spread spread;
    if (derive_spread(s, i, &spread)) return (derive_drawn){value, 0, value, value};
    for (u32 n = 0; n < DRAWN; n++) {
        const u32 word = (n * 2 + 1) << 13;
        float x;
        spread_sample(&spread, (float)value, &word, 1, &x);
        sum += (double)x - value;
        squares += ((double)x - value) * ((double)x - value);
    }
    drawn.mean = value + sum / DRAWN;
    drawn.deviation = sqrt(fmax(squares / DRAWN - sum / DRAWN * (sum / DRAWN), 0));
    drawn.low = (double)extreme(&spread, (float)value, false);
    drawn.high = (double)extreme(&spread, (float)value, true);
    return drawn;
}

// ---- Constants --------------------------------------------------------------------------------

#define DERIVE_MODEL(name, unused)                                                                           \
    case OHM_MODEL_##name: name##_derive(s->value, dt, p); break;

// The variant of the model: the value of its parameter that has choices.
static u32 choice_of(const spec *s) {
    const catalogue_entry *entry = spec_entry_of(s);
    for (int i = 0; i < entry->own_count; i++)
        if (entry->own[i].choices) return (u32)s->value[i];
    return 0;
}

// The factor of the noise. It makes the noise that accumulates in a time t independent of dt; at the model's
// default, dt0, the factor is 1. In n = t/dt steps, noise of changes proportional to dt has the variance
// n·dt²·noise², and noise_add has n·noise_add². Pulsed models have a fixed pulse length, so their factor
// is 1.
static double noise_scale(const spec *s, u32 slot, double dt) {
    const double dt0 = spec_entry_of(s)->about->dt;
    if (model_kinetics(s->id) == OHM_PULSED) return 1;
    return slot == OHM_NOISE ? sqrt(dt0 / dt) : slot == OHM_NOISE_ADD ? sqrt(dt / dt0) : 1;
}

static void derive_model(const spec *s, double dt, ohm_physics *p) {
    const catalogue_entry *entry = spec_entry_of(s);
    const int substeps = spec_find(s, "substeps");
    p->substeps = substeps < 0 ? 1 : (u32)s->value[substeps];
    p->choice = choice_of(s);
    p->model[OHM_GAIN] = (float)(dt / p->substeps);
    for (int i = 0; i < entry->count; i++) {
        const u32 slot = catalogue_parameter(entry, i)->slot;
        if (slot != OHM_NO_SLOT) p->model[slot] = (float)(s->value[i] * noise_scale(s, slot, dt));
    }
    const float gain = p->model[OHM_GAIN];
    model_prepare(s->id, p->model, UINT32_MAX, p);
    p->model[OHM_GAIN] = gain;
    switch (s->id) { OHM_MODELS(DERIVE_MODEL, ) }
}

// The same distribution for a value multiplied by a factor.
static void scale_spread(ohm_spread *spread, double scale) {
    if (spread->kind != OHM_SPREAD_LOGNORMAL) spread->sigma = (float)(spread->sigma * scale);
    spread->low = (float)(spread->low * scale);
    spread->high = (float)(spread->high * scale);
}

// Collects the spreads in the order of their slots.
static void derive_spreads(const spec *s, double dt, ohm_physics *p) {
    const catalogue_entry *entry = spec_entry_of(s);
    int n = 0;
    for (u32 slot = 0; slot < OHM_CONSTANTS; slot++)
        for (int i = 0; i < entry->count; i++) {
            if (!s->spread[i].kind || catalogue_parameter(entry, i)->slot != slot) continue;
            const ohm_status status = derive_spread(s, i, &p->spread[n]);
            assert(!status && "spec_check lets none through");
            (void)status;
            scale_spread(&p->spread[n++], noise_scale(s, slot, dt));
            p->spreads |= 1u << slot;
        }
}

static void derive_device(const spec *s, double idle, ohm_physics *p) {
    static const char *const fault[OHM_FAULTS] = {"stuck", "stuck_low", "stuck_high", "stuck_open"};
    const double t0 = spec_value(s, "drift_t0");
    const u32 levels = (u32)spec_value(s, "levels");
    for (int i = 0; i < OHM_FAULTS; i++) p->fault[i] = (float)spec_value(s, fault[i]);
    p->levels = levels;
    p->level_gap = levels ? 1.0f / (float)(levels - 1) : 0;
    p->drift = idle > t0 ? (float)log(idle / t0) : 0;
    if (spec_value(s, "drift_offset") != 0) p->drift = (float)log1p(idle / t0);
}

static bool is_faulty(const ohm_physics *p) {
    bool any = false;
    for (int i = 0; i < OHM_FAULTS; i++) any = any || p->fault[i] > 0;
    return any;
}

// Whether a constant that is 0 or more is above 0 in some device.
static bool is_used(const ohm_physics *p, u32 slot) {
    return p->model[slot] > 0 || p->spreads >> slot & 1;
}

static bool is_noisy_read(const ohm_physics *p) {
    return is_used(p, OHM_WRITE_NOISE) || is_used(p, OHM_READ_NOISE);
}

// ---- Ranges -----------------------------------------------------------------------------------

void derive_corner(int model, const ohm_physics *p, u32 corner, float c[OHM_CONSTANTS]) {
    memcpy(c, p->model, sizeof p->model);
    for (u32 slot = 0, n = 0; slot < OHM_CONSTANTS; slot++) {
        if (!(p->spreads >> slot & 1)) continue;
        c[slot] = extreme(&p->spread[n], p->model[slot], corner >> n & 1);
        n++;
    }
    if (p->spreads) model_prepare(model, c, p->spreads, p);
}

// The largest normal deviate, of either sign.
#define MOST_DEVIATION 5.43f

// The range of one device's resistance: that of the ends of its state, widened by noise.
static void range_of_device(int model, const float *c, const ohm_physics *p, float *low, float *high) {
    const ohm_variant plain = {.model = model};
    const strip_place anywhere = {0, 0, 0};
    const float a = memristor_read(plain, c[OHM_LOW], anywhere, c, p);
    const float b = memristor_read(plain, c[OHM_HIGH], anywhere, c, p);
    *low = fminf(a, b);
    *high = fmaxf(a, b);
    if (!is_noisy_read(p)) return;
    const float least = 1 / *high, most = 1 / *low;
    const float beyond = MOST_DEVIATION * (c[OHM_WRITE_NOISE] + c[OHM_READ_NOISE]) * (most - least);
    *low = 1 / (most + beyond) * (1 - 0x1p-20f); // a margin, as readings are rounded differently
    *high = 1 / fmaxf(least - beyond, least * 0.1f) * (1 + 0x1p-20f);
}

// R is monotonic in each constant and in the state, so its extremes are at corners of their ranges. Drift
// stays between these.
static void derive_ranges(int model, ohm_physics *p) {
    const u32 corners = 1u << __builtin_popcount(p->spreads);
    p->resistance_low = p->state_low = INFINITY;
    p->resistance_high = p->state_high = -INFINITY;
    for (u32 corner = 0; corner < corners; corner++) {
        float c[OHM_CONSTANTS], low, high;
        derive_corner(model, p, corner, c);
        range_of_device(model, c, p, &low, &high);
        p->state_low = fminf(p->state_low, c[OHM_LOW]);
        p->state_high = fmaxf(p->state_high, c[OHM_HIGH]);
        p->resistance_low = fminf(p->resistance_low, low);
        p->resistance_high = fmaxf(p->resistance_high, high);
    }
}

static void derive_open(ohm_physics *p) {
    u32 n = 0;
    for (u32 slot = 0; slot < OHM_R_OPEN; slot++) n += p->spreads >> slot & 1;
    const bool spread = p->spreads >> OHM_R_OPEN & 1;
    const float value = p->model[OHM_R_OPEN];
    if (!(p->fault[OHM_STUCK_OPEN - 1] > 0)) return;
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
    memset(&p, 0, sizeof p); // padding too: it is compared and hashed byte by byte
    p.key[0] = (u32)seed;
    p.key[1] = (u32)(seed >> 32);
    p.dt = (float)dt;
    derive_spreads(model, dt, &p);
    derive_model(model, dt, &p);
    derive_device(model, idle, &p);
    derive_ranges(model->id, &p);
    derive_open(&p);
    derive_scales(&p);
    const catalogue_entry *stimulus = spec_entry_of(&specs[ROLE_STIMULUS]);
    if (stimulus->derive) stimulus->derive(&specs[ROLE_STIMULUS], p.stimulus);
    switch (specs[ROLE_INITIAL].id) { OHM_DISTRIBUTIONS(DERIVE_INITIAL, ) }
    return p;
}

ohm_variant derive_variant(const spec specs[ROLE_COUNT], const ohm_physics *p, int field, bool track_flux) {
    const catalogue_entry *stimulus = spec_entry_of(&specs[ROLE_STIMULUS]);
    const bool noisy = is_used(p, OHM_NOISE), additive = is_used(p, OHM_NOISE_ADD);
    const bool noisy_read = is_noisy_read(p), faulty = is_faulty(p);
    return (ohm_variant){.model = specs[ROLE_MODEL].id,
                         .stimulus = stimulus->distribution ? stimulus->distribution(&specs[ROLE_STIMULUS])
                                                            : OHM_DISTRIBUTION_constant,
                         .frame = field,
                         .flux = track_flux,
                         .single = p->substeps == 1,
                         .extended = false,
                         .varied = p->spreads || noisy || additive || noisy_read || faulty,
                         .noisy = noisy,
                         .faulty = faulty,
                         .additive = additive,
                         .noisy_read = noisy_read,
                         .spreads = p->spreads};
}

int derive_initial(const spec specs[ROLE_COUNT]) {
    const int id = specs[ROLE_INITIAL].id;
    return id < OHM_DISTRIBUTION_COUNT ? id : OHM_DISTRIBUTION_constant; // replaced by the states of the file
}
