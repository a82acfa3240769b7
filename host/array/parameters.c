// The catalogue, and a crossbar's own parameters, as callers see them.
#include "crossbar.h"
#include "../define/presets.h"

#include <limits.h>

_Static_assert((int)OHM_ROLE_MODEL == ROLE_MODEL && (int)OHM_ROLE_STIMULUS == ROLE_STIMULUS &&
                   (int)OHM_ROLE_INITIAL == ROLE_INITIAL && (int)OHM_ROLE_WIRES == ROLE_WIRES,
               "catalogue.h and ohmscape.h number alike");

static size_t parameters_of(const spec *s, ohm_parameter_info *parameters) {
    const catalogue_entry *entry = spec_entry_of(s);
    for (int i = 0; i < entry->count; i++) {
        const ohm_parameter *p = catalogue_parameter(entry, i);
        const spec_spread *spread = &s->spread[i];
        parameters[i] = (ohm_parameter_info){.key = p->key,
                                             .symbol = p->symbol,
                                             .unit = p->unit,
                                             .help = p->help,
                                             .min = p->min,
                                             .max = p->max,
                                             .value = s->value[i],
                                             .choices = p->choices,
                                             .whole = p->whole,
                                             .text = p->text,
                                             .device = i >= entry->own_count,
                                             .spread = spread->kind ? spec_spread_name[spread->kind] : NULL,
                                             .sigma = spread->sigma};
    }
    return (size_t)entry->count;
}

size_t ohm_crossbar_model_parameters(const ohm_crossbar *c, ohm_parameter_info *parameters) {
    return parameters_of(&c->plan.specs[ROLE_MODEL], parameters);
}

size_t ohm_crossbar_stimulus_parameters(const ohm_crossbar *c, ohm_parameter_info *parameters) {
    return parameters_of(&c->plan.specs[ROLE_STIMULUS], parameters);
}

static const catalogue_entry *entry_of(ohm_role role, size_t i) {
    return (unsigned)role < OHM_ROLES && i < INT_MAX ? catalogue_get((spec_role)role, (int)i) : NULL;
}

bool ohm_catalogue_entry(ohm_role role, size_t i, ohm_entry_info *info) {
    const catalogue_entry *entry = entry_of(role, i);
    if (!entry) return false;
    *info = (ohm_entry_info){.name = entry->about->name,
                             .summary = entry->about->summary,
                             .equation = entry->about->equation,
                             .source = entry->about->source,
                             .parameters = (size_t)entry->count,
                             .picture = entry->frames};
    return true;
}

size_t ohm_catalogue_parameters(ohm_role role, size_t i, ohm_parameter_info *parameters) {
    spec s;
    if (!entry_of(role, i)) return 0;
    spec_defaults((spec_role)role, (int)i, &s);
    return parameters_of(&s, parameters);
}

bool ohm_catalogue_preset(size_t i, ohm_preset_info *info) {
    const preset *p = presets_get(i);
    if (!p) return false;
    *info = (ohm_preset_info){p->model, p->name, p->summary, p->parameters, p->source, p->note};
    return true;
}

static const char *name_of(ohm_role role, size_t i) {
    const catalogue_entry *entry = entry_of(role, i);
    return entry ? entry->about->name : NULL;
}

const char *ohm_model_name(size_t i) {
    return name_of(OHM_ROLE_MODEL, i);
}

const char *ohm_stimulus_name(size_t i) {
    return name_of(OHM_ROLE_STIMULUS, i);
}

const char *ohm_initial_name(size_t i) {
    return name_of(OHM_ROLE_INITIAL, i);
}
