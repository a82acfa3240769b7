// Changing a crossbar while it runs: its parameters, or its seed from the start.
#include "crossbar.h"
#include "error.h"

#include <string.h>

// Takes physics to the problem, and to every engine.
static void take(ohm_crossbar *c, const ohm_physics *physics) {
    plan_bind(&c->plan);
    c->problem.physics = *physics;
    for (size_t i = 0; i < c->engine_count; i++) c->engines[i]->problem.physics = *physics;
}

// A state outside the range that its model now has would be no state of that model.
static ohm_status check_state_range(const ohm_crossbar *c, const ohm_physics *changed) {
    const ohm_physics *p = &c->problem.physics;
    if (changed->state_low == p->state_low && changed->state_high == p->state_high) return OHM_OK;
    const char *model = spec_entry_of(&c->plan.specs[ROLE_MODEL])->about->name;
    return error_set(OHM_BAD_ARGUMENT, "model %s: what bounds its state cannot change while it runs", model);
}

ohm_status ohm_crossbar_change(ohm_crossbar *c, const char *model, const char *stimulus) {
    spec specs[ROLE_COUNT];
    memcpy(specs, c->plan.specs, sizeof specs);
    ohm_status status = model ? spec_change(&specs[ROLE_MODEL], model) : OHM_OK;
    if (!status && stimulus) status = spec_change(&specs[ROLE_STIMULUS], stimulus);
    if (status) return status;
    const ohm_physics physics = spec_derive(specs, c->plan.definition.dt, c->plan.definition.seed);
    status = check_state_range(c, &physics);
    if (status) return status;
    memcpy(c->plan.specs, specs, sizeof specs);
    take(c, &physics);
    return OHM_OK;
}

ohm_status ohm_crossbar_restart(ohm_crossbar *c, uint64_t seed) {
    c->plan.definition.seed = seed;
    const ohm_physics physics = spec_derive(c->plan.specs, c->plan.definition.dt, seed);
    take(c, &physics);
    c->step = 0;
    c->flux_bound = 0;
    series_free(&c->series);
    c->series = (series){0};
    return crossbar_fill(c);
}

static size_t parameters_of(const spec *s, ohm_parameter_info *parameters) {
    const spec_entry *entry = spec_entry_of(s);
    for (int i = 0; i < entry->count; i++) {
        const ohm_parameter *p = &entry->parameters[i];
        parameters[i] =
            (ohm_parameter_info){p->key, p->symbol, p->unit, p->help, p->min, p->max, s->value[i]};
    }
    return (size_t)entry->count;
}

size_t ohm_crossbar_model_parameters(const ohm_crossbar *c, ohm_parameter_info *parameters) {
    return parameters_of(&c->plan.specs[ROLE_MODEL], parameters);
}

size_t ohm_crossbar_stimulus_parameters(const ohm_crossbar *c, ohm_parameter_info *parameters) {
    return parameters_of(&c->plan.specs[ROLE_STIMULUS], parameters);
}
