#include "plan.h"
#include "../base/error.h"
#include "../base/number.h"
#include "line_wires.h"
#include "scale.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stddef.h>
#include <string.h>

ohm_definition ohm_definition_default(void) {
    return (ohm_definition){
        .size = sizeof(ohm_definition),
        .rows = 5,
        .cols = 5,
        .seed = 1,
        .model = "sin-state",
        .initial = "uniform",
        .wires = "none",
        .host_memory = UINT64_MAX,
    };
}

static ohm_status check_side(const char *name, uint64_t value) {
    if (value >= 1 && value <= OHM_MAX_SIDE) return OHM_OK;
    return ohm_fail(OHM_BAD_ARGUMENT, "%s: %" PRIu64 " is outside [1, %u]", name, value, OHM_MAX_SIDE);
}

static ohm_status check_time_step(double dt) {
    if ((dt == 0 && !signbit(dt)) || (dt >= 1e-30 && dt <= 1e6)) return OHM_OK;
    char text[NUMBER_MAX_TEXT];
    number_format(dt, text);
    return ohm_fail(OHM_BAD_ARGUMENT, "dt: %s is outside [1e-30, 1e6]", text);
}

ohm_status definition_check_fuse(unsigned fuse) {
    if (fuse <= OHM_MAX_FUSE) return OHM_OK;
    return ohm_fail(OHM_BAD_ARGUMENT, "fuse: %u is outside [1, %u]", fuse, OHM_MAX_FUSE);
}

static ohm_status check_lanes(const ohm_definition *d) {
    if (d->lanes != 0 && d->lanes != 1 && d->lanes != 4 && d->lanes != 8 && d->lanes != 16)
        return ohm_fail(OHM_BAD_ARGUMENT, "lanes: %u is not 1, 4, 8 or 16", d->lanes);
    return OHM_OK;
}

static ohm_status check_precision(const ohm_definition *d) {
    if ((unsigned)d->precision < OHM_PRECISIONS) return OHM_OK;
    return ohm_fail(OHM_BAD_ARGUMENT, "precision: %d is not auto, single or extended", (int)d->precision);
}

const char *ohm_precision_name(ohm_precision precision) {
    static const char *const names[OHM_PRECISIONS] = {"auto", "single", "extended"};
    return (unsigned)precision < OHM_PRECISIONS ? names[precision] : "unknown";
}

bool plan_wants_extended(const plan *p, double step_loss) {
    const ohm_precision wanted = p->definition.precision;
    return wanted == OHM_PRECISION_EXTENDED || (wanted == OHM_PRECISION_AUTO && step_loss > 1e-3);
}

void plan_bind(plan *p) {
    for (int i = 0; i < ROLE_COUNT; i++) spec_format(&p->specs[i], p->text[i]);
    p->definition.model = p->text[ROLE_MODEL];
    p->definition.stimulus = p->text[ROLE_STIMULUS];
    p->definition.initial = p->text[ROLE_INITIAL];
    p->definition.wires = p->text[ROLE_WIRES];
}

// Copies a definition. Fields that an older caller's struct lacks, and names that are NULL, get their
// defaults.
static ohm_status complete(const ohm_definition *given, ohm_definition *d) {
    const size_t oldest = offsetof(ohm_definition, scratch) + sizeof given->scratch; // version 0.2
    *d = ohm_definition_default();
    if (given->size < oldest || given->size > sizeof *d)
        return ohm_fail(OHM_BAD_ARGUMENT, "an ohm_definition has to come from ohm_definition_default()");
    memcpy(d, given, given->size);
    d->size = sizeof *d;
    if (!d->model) d->model = ohm_definition_default().model;
    if (!d->initial) d->initial = ohm_definition_default().initial;
    if (!d->wires) d->wires = ohm_definition_default().wires;
    return OHM_OK;
}

ohm_status plan_make(const ohm_definition *given, plan *p) {
    ohm_definition whole;
    const ohm_definition *d = &whole;
    ohm_status status = complete(given, &whole);
    if (!status) status = check_side("rows", d->rows);
    if (!status) status = check_side("cols", d->cols);
    if (!status) status = check_time_step(d->dt);
    if (!status) status = definition_check_fuse(d->fuse);
    if (!status) status = check_lanes(d);
    if (!status) status = check_precision(d);
    if (!status) status = spec_parse(ROLE_MODEL, d->model, &p->specs[ROLE_MODEL]);
    if (status) return status;
    const ohm_about *model = spec_entry_of(&p->specs[ROLE_MODEL])->about;
    status = spec_parse(ROLE_WIRES, d->wires, &p->specs[ROLE_WIRES]);
    if (!status) status = line_wires_check(&p->specs[ROLE_WIRES], d->rows, d->cols);
    if (status) return status;
    // Devices behind wires cannot have voltages of their own, as most models' stimuli give them.
    const char *own = line_wires_is_ideal(&p->specs[ROLE_WIRES]) ? model->stimulus : "lines";
    status = spec_parse(ROLE_STIMULUS, d->stimulus ? d->stimulus : own, &p->specs[ROLE_STIMULUS]);
    if (!status) status = scale_stimulus(&p->specs[ROLE_STIMULUS], &p->specs[ROLE_MODEL]);
    if (!status) status = spec_parse(ROLE_INITIAL, d->initial, &p->specs[ROLE_INITIAL]);
    if (status) return status;
    p->definition = *d;
    if (!d->dt) p->definition.dt = model->dt;
    plan_bind(p);
    return OHM_OK;
}

ohm_status ohm_definition_write_out(const ohm_definition *definition, ohm_full_definition *full) {
    plan p;
    assert(definition && full);
    const ohm_status status = plan_make(definition, &p);
    if (status) return status;
    *full = (ohm_full_definition){.definition = p.definition};
    memcpy(full->text, p.text, sizeof full->text);
    full->definition.model = full->text[OHM_ROLE_MODEL];
    full->definition.stimulus = full->text[OHM_ROLE_STIMULUS];
    full->definition.initial = full->text[OHM_ROLE_INITIAL];
    full->definition.wires = full->text[OHM_ROLE_WIRES];
    return OHM_OK;
}

uint64_t plan_pitch(const plan *p) {
    return (p->definition.cols + OHM_BLOCK - 1) / OHM_BLOCK * OHM_BLOCK;
}

problem plan_problem(const plan *p, int field, double idle) {
    const ohm_definition *d = &p->definition;
    const ohm_physics physics = derive_physics(p->specs, d->dt, d->seed, idle);
    return (problem){
        .rows = d->rows,
        .cols = d->cols,
        .pitch = plan_pitch(p),
        .physics = physics,
        .variant = derive_variant(p->specs, &physics, field, d->track_flux),
        .initial = derive_initial(p->specs),
        .lanes = d->lanes,
    };
}
