// The models, the parameters common to all models, and the checks of both.
#define OHM_LANES 1
#define OHM_TABLES
#include "catalogue.h"

#include "../../kernels/memristor.h"
#include "../base/error.h"
#include "derive.h"

// ---- Parameters -------------------------------------------------------------------------------

// Common to all models. substeps comes first, and only models with a differential equation have it.
static const ohm_parameter common_parameters[] = {
    {"substeps", "n", "1", 1, 1, 1e6, "Euler sub-steps per time step", OHM_NO_SLOT, .whole = 1},
    {"noise", "σ", "1", 0, 0, 10,
     "cycle-to-cycle noise: each change is multiplied by 1 + noise xi, xi normal; at default dt", OHM_NOISE},
    {"noise_add", "σ_add", "1", 0, 0, 1,
     "additive cycle-to-cycle noise: noise_add xi times the state's range; at default dt", OHM_NOISE_ADD},
    {"write_noise", "σ_w", "1", 0, 0, 1,
     "write noise: read error redrawn when the state changes, as a fraction of the conductance range",
     OHM_WRITE_NOISE},
    {"read_noise", "σ_r", "1", 0, 0, 1,
     "read noise: read error redrawn at every step, as a fraction of the conductance range", OHM_READ_NOISE},
    {"stuck", "p_stuck", "1", 0, 0, 1, "fraction of devices stuck at their initial state", OHM_NO_SLOT},
    {"stuck_low", "p_low", "1", 0, 0, 1, "fraction of devices stuck at minimum conductance", OHM_NO_SLOT},
    {"stuck_high", "p_high", "1", 0, 0, 1, "fraction of devices stuck at maximum conductance", OHM_NO_SLOT},
    {"stuck_open", "p_open", "1", 0, 0, 1, "fraction of devices that are open circuits", OHM_NO_SLOT},
    {"r_open", "R_open", "Ω", 1e9, 1e-3, 1e12, "resistance of an open device", OHM_R_OPEN},
    {"levels", "L", "1", 0, 0, 65536,
     "conductance levels that can be read, evenly spaced over each device's range; 0: continuous",
     OHM_NO_SLOT, .whole = 1},
    {"drift_nu", "ν", "1", 0, 0, 1,
     "drift exponent: an idle time t scales G by (t/drift_t0)^-drift_nu, down to the device's minimum",
     OHM_NU},
    {"drift_t0", "t_0", "s", 1, 1e-9, 1e9, "idle time after which drift starts", OHM_NO_SLOT},
    {"drift_offset", "o", "1", 0, 0, 1, "1: drift from the start, by (t/drift_t0 + 1)^-drift_nu", OHM_NO_SLOT,
     .whole = 1},
};

// ---- Checks -----------------------------------------------------------------------------------

// Of linear-step: refuses a sign that would be lost.
static ohm_status check_growing(const spec *s) {
    static const char *const gamma[] = {"gamma_up", "gamma_down"};
    if (spec_find(s, "growing") < 0 || spec_value(s, "growing") != LINEAR_SHRINKING) return OHM_OK;
    for (int i = 0; i < 2; i++) {
        if (spec_value(s, gamma[i]) >= 0) continue;
        ohm_fail(OHM_BAD_ARGUMENT, "model %s: with %s=%g steps grow towards the bound",
                 spec_entry_of(s)->about->name, gamma[i], spec_value(s, gamma[i]));
        ohm_fail_hint("add growing=yes to allow this");
        return OHM_BAD_ARGUMENT;
    }
    return OHM_OK;
}

// The checks that only models need.
static ohm_status check_model(const spec *s) {
    const ohm_about *about = spec_entry_of(s)->about;
    const char *flaw = about->flaw ? about->flaw(s->value) : NULL;
    if (flaw) return ohm_fail(OHM_BAD_ARGUMENT, "model %s: %s", about->name, flaw);
    int spreads = 0;
    const ohm_status growing = check_growing(s);
    if (growing) return growing;
    if (spec_value(s, "levels") == 1)
        return ohm_fail(OHM_BAD_ARGUMENT,
                        "model %s: levels=1: use 2 or more, or 0 for continuous conductance",
                        spec_entry_of(s)->about->name);
    for (int i = 0; i < spec_entry_of(s)->count; i++) {
        ohm_spread spread;
        if (!s->spread[i].kind) continue;
        const ohm_status status = derive_spread(s, i, &spread);
        if (status) return status;
        spreads++;
    }
    if (spreads <= OHM_MAX_SPREADS) return OHM_OK;
    return ohm_fail(OHM_BAD_ARGUMENT, "model %s: %d parameters have a spread, more than %d",
                    spec_entry_of(s)->about->name, spreads, OHM_MAX_SPREADS);
}

// ---- The list ---------------------------------------------------------------------------------

#define COUNT_OF(array) ((int)(sizeof(array) / sizeof((array)[0])))
#define COMMON(kinetics) ((int)(kinetics) == (int)OHM_CONTINUOUS ? common_parameters : common_parameters + 1)
#define COMMON_COUNT(kinetics)                                                                               \
    (COUNT_OF(common_parameters) - ((int)(kinetics) == (int)OHM_CONTINUOUS ? 0 : 1))
#define ENTRY(name, unused)                                                                                  \
    static const catalogue_entry name##_entry = {                                                            \
        .about = &name##_about,                                                                              \
        .own = name##_parameters,                                                                            \
        .common = COMMON(name##_kinetics),                                                                   \
        .own_count = COUNT_OF(name##_parameters),                                                            \
        .count = COUNT_OF(name##_parameters) + COMMON_COUNT(name##_kinetics),                                \
        .kinetics = name##_kinetics,                                                                         \
        .ohmic = name##_ohmic,                                                                               \
        .check = check_model,                                                                                \
    };
#define LISTED(name, unused) &name##_entry,

OHM_MODELS(ENTRY, )
const catalogue_entry *const catalogue_models[] = {OHM_MODELS(LISTED, ) NULL};
