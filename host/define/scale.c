#include "scale.h"

#include "../drive/stimulus.h"

#include <string.h>

// A normal deviate is up to 5.4 standard deviations away, and a line's voltage less another's is twice a
// line's.
static const struct {
    int stimulus;
    const char *key;
    double part;
} parts[] = {
    {STIMULUS_UNIFORM, "lo", -1}, {STIMULUS_UNIFORM, "hi", 1},     {STIMULUS_CONSTANT, "value", 1},
    {STIMULUS_NORMAL, "sd", 0.2}, {STIMULUS_WAVE, "amplitude", 1}, {STIMULUS_LINES, "lo", -0.5},
    {STIMULUS_LINES, "hi", 0.5},  {STIMULUS_WRITE, "v", 1},        {STIMULUS_PATTERN, "lo", -1},
    {STIMULUS_PATTERN, "hi", 1},
};

bool scale_parts(int stimulus, double part[SPEC_MAX_PARAMETERS]) {
    const spec s = {.role = ROLE_STIMULUS, .id = stimulus};
    bool any = false;
    memset(part, 0, SPEC_MAX_PARAMETERS * sizeof *part);
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (parts[i].stimulus != stimulus) continue;
        part[spec_find(&s, parts[i].key)] = parts[i].part;
        any = true;
    }
    return any;
}

ohm_status scale_stimulus(spec *s, const spec *model) {
    double part[SPEC_MAX_PARAMETERS];
    spec own, table;
    if (!scale_parts(s->id, part)) return OHM_OK;
    const ohm_status status = spec_parse(ROLE_STIMULUS, spec_entry_of(model)->about->stimulus, &own);
    if (status) return status;
    spec_defaults(ROLE_STIMULUS, STIMULUS_UNIFORM, &table);
    const double most = spec_value(&own, "hi");
    if (most == spec_value(&table, "hi")) return OHM_OK;
    for (int i = 0; i < spec_entry_of(s)->count; i++)
        if (part[i] != 0 && !(s->given >> i & 1)) s->value[i] = part[i] * most;
    return spec_check(s);
}
