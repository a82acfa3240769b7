// Changing a crossbar while it runs: its parameters, or its seed from the start.
#include "crossbar.h"
#include "error.h"

// Takes the plan's parameters into the problem, and to every engine.
static void derive(ohm_crossbar *c) {
    plan_bind(&c->plan);
    c->problem.physics = spec_derive(c->plan.specs, c->plan.definition.dt, c->plan.definition.seed);
    for (size_t i = 0; i < c->engine_count; i++) c->engines[i]->problem.physics = c->problem.physics;
}

// What was given in text, over what s has.
static ohm_status merge(const char *text, spec *s) {
    spec given;
    const ohm_status status = spec_parse(s->role, text, &given);
    if (status) return status;
    if (given.id != s->id)
        return error_set(OHM_BAD_ARGUMENT, "%s: a crossbar of %s cannot become one of %s",
                         spec_role_name[s->role], spec_entry_of(s)->about->name,
                         spec_entry_of(&given)->about->name);
    for (int i = 0; i < spec_entry_of(s)->count; i++)
        if (given.given >> i & 1) s->value[i] = given.value[i];
    return spec_check(s);
}

ohm_status ohm_crossbar_change(ohm_crossbar *c, const char *model, const char *stimulus) {
    spec new_model = c->plan.specs[ROLE_MODEL], new_stimulus = c->plan.specs[ROLE_STIMULUS];
    ohm_status status = model ? merge(model, &new_model) : OHM_OK;
    if (!status && stimulus) status = merge(stimulus, &new_stimulus);
    if (status) return status;
    c->plan.specs[ROLE_MODEL] = new_model;
    c->plan.specs[ROLE_STIMULUS] = new_stimulus;
    derive(c);
    return OHM_OK;
}

ohm_status ohm_crossbar_restart(ohm_crossbar *c, uint64_t seed) {
    c->plan.definition.seed = seed;
    derive(c);
    c->step = 0;
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
