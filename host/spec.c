// See spec.h. The only file that sees the tables in kernels/.
#define OHM_LANES 1
#define OHM_TABLES
#include "spec.h"

#include "../kernels/distributions.h"
#include "../kernels/measure.h"
#include "../kernels/models.h"
#include "error.h"
#include "number.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#define COUNT_OF(array) ((int)(sizeof(array) / sizeof((array)[0])))
#define ENTRY(about, table) {&about, table, COUNT_OF(table)},
#define MODEL_ENTRY(name, unused) ENTRY(name##_about, name##_parameters)
#define STIMULUS_ENTRY(name, unused) ENTRY(name##_about, name##_stimulus)
#define INITIAL_ENTRY(name, unused) ENTRY(name##_about, name##_initial)

static const spec_entry models[] = {OHM_MODELS(MODEL_ENTRY, )};
static const spec_entry stimuli[] = {OHM_DISTRIBUTIONS(STIMULUS_ENTRY, )};
static const spec_entry initials[] = {OHM_DISTRIBUTIONS(INITIAL_ENTRY, )};

static const struct {
    const spec_entry *entries;
    int count;
} tables[ROLE_COUNT] = {
    [ROLE_MODEL] = {models, COUNT_OF(models)},
    [ROLE_STIMULUS] = {stimuli, COUNT_OF(stimuli)},
    [ROLE_INITIAL] = {initials, COUNT_OF(initials)},
};

const char *const spec_role_name[ROLE_COUNT] = {"model", "stimulus", "init"};

const spec_entry *spec_table(spec_role role, int *count) {
    if (count) *count = tables[role].count;
    return tables[role].entries;
}

const spec_entry *spec_entry_of(const spec *s) {
    return &tables[s->role].entries[s->id];
}

static const char *name_of(const spec *s) {
    return spec_entry_of(s)->about->name;
}

// The names of a role, "uniform, constant", for messages.
static void list_names(spec_role role, char *text, size_t size) {
    size_t used = 0;
    text[0] = '\0';
    for (int i = 0; i < tables[role].count && used < size; i++)
        used += (size_t)snprintf(text + used, size - used, "%s%s", i ? ", " : "",
                                 tables[role].entries[i].about->name);
}

static void list_keys(const spec_entry *entry, char *text, size_t size) {
    size_t used = 0;
    text[0] = '\0';
    for (int i = 0; i < entry->count && used < size; i++)
        used += (size_t)snprintf(text + used, size - used, "%s%s", i ? ", " : "", entry->parameters[i].key);
}

static ohm_status find_entry(spec *s, const char *name, int length) {
    for (s->id = 0; s->id < tables[s->role].count; s->id++)
        if ((int)strlen(name_of(s)) == length && strncmp(name_of(s), name, (size_t)length) == 0)
            return OHM_OK;
    char names[256];
    list_names(s->role, names, sizeof names);
    return error_set(OHM_BAD_ARGUMENT, "unknown %s \"%.*s\": there are %s", spec_role_name[s->role], length,
                     name, names);
}

static int find_parameter(const spec_entry *entry, const char *key, int length) {
    for (int i = 0; i < entry->count; i++)
        if ((int)strlen(entry->parameters[i].key) == length &&
            strncmp(entry->parameters[i].key, key, (size_t)length) == 0)
            return i;
    return -1;
}

// Parses one key=value of the given length.
static ohm_status parse_parameter(spec *s, const char *text, int length) {
    const spec_entry *entry = spec_entry_of(s);
    const char *equals = memchr(text, '=', (size_t)length);
    const int key_length = equals ? (int)(equals - text) : length;
    const int i = find_parameter(entry, text, key_length);
    if (i < 0) {
        char keys[256];
        list_keys(entry, keys, sizeof keys);
        return error_set(OHM_BAD_ARGUMENT, "%s %s has no parameter \"%.*s\": there are %s",
                         spec_role_name[s->role], name_of(s), key_length, text, keys);
    }
    if (s->given & 1u << i)
        return error_set(OHM_BAD_ARGUMENT, "%s %s: %s is given twice", spec_role_name[s->role], name_of(s),
                         entry->parameters[i].key);
    s->given |= 1u << i;

    char value[64] = "";
    const int value_length = equals ? length - key_length - 1 : 0;
    if (value_length < (int)sizeof value) memcpy(value, text + length - value_length, (size_t)value_length);
    if (!number_read_double(value, &s->value[i]))
        return error_set(OHM_BAD_ARGUMENT, "%s %s: %.*s is not a finite number: write %s=NUMBER",
                         spec_role_name[s->role], name_of(s), length, text, entry->parameters[i].key);
    return OHM_OK;
}

// Parses what follows the name, over the values that s has.
static ohm_status parse_parameters(spec *s, const char *rest) {
    s->given = 0;
    while (*rest) {
        rest++; // the colon or comma
        const int length = (int)strcspn(rest, ",");
        const ohm_status status = parse_parameter(s, rest, length);
        if (status) return status;
        rest += length;
    }
    return spec_check(s);
}

ohm_status spec_parse(spec_role role, const char *text, spec *s) {
    *s = (spec){.role = role};
    const int name_length = (int)strcspn(text, ":");
    const ohm_status status = find_entry(s, text, name_length);
    if (status) return status;
    const spec_entry *entry = spec_entry_of(s);
    assert(entry->count <= SPEC_MAX_PARAMETERS);
    for (int i = 0; i < entry->count; i++) s->value[i] = entry->parameters[i].standard;
    return parse_parameters(s, text + name_length);
}

ohm_status spec_change(spec *s, const char *text) {
    spec changed = *s;
    const int name_length = (int)strcspn(text, ":");
    ohm_status status = find_entry(&changed, text, name_length);
    if (status) return status;
    if (changed.id != s->id)
        return error_set(OHM_BAD_ARGUMENT, "%s: %s cannot become %s while it runs", spec_role_name[s->role],
                         name_of(s), name_of(&changed));
    status = parse_parameters(&changed, text + name_length);
    if (!status) *s = changed;
    return status;
}

static ohm_status check_range(const spec *s, int i) {
    const ohm_parameter *p = &spec_entry_of(s)->parameters[i];
    if (s->value[i] >= p->min && s->value[i] <= p->max) return OHM_OK;
    char value[NUMBER_MAX_TEXT], min[NUMBER_MAX_TEXT], max[NUMBER_MAX_TEXT];
    number_format(s->value[i], value);
    number_format(p->min, min);
    number_format(p->max, max);
    return error_set(OHM_BAD_ARGUMENT, "%s %s: %s=%s is outside [%s, %s]", spec_role_name[s->role],
                     name_of(s), p->key, value, min, max);
}

static ohm_status check_order(const spec *s) {
    const spec_entry *entry = spec_entry_of(s);
    const char *const *key = entry->about->ordered;
    if (!key[0]) return OHM_OK;
    const double low = s->value[find_parameter(entry, key[0], (int)strlen(key[0]))];
    const double high = s->value[find_parameter(entry, key[1], (int)strlen(key[1]))];
    if (low <= high) return OHM_OK;
    char low_text[NUMBER_MAX_TEXT], high_text[NUMBER_MAX_TEXT];
    number_format(low, low_text);
    number_format(high, high_text);
    return error_set(OHM_BAD_ARGUMENT, "%s %s: %s=%s is more than %s=%s", spec_role_name[s->role], name_of(s),
                     key[0], low_text, key[1], high_text);
}

ohm_status spec_check(const spec *s) {
    for (int i = 0; i < spec_entry_of(s)->count; i++) {
        const ohm_status status = check_range(s, i);
        if (status) return status;
    }
    return check_order(s);
}

void spec_format(const spec *s, char text[SPEC_MAX_TEXT]) {
    const spec_entry *entry = spec_entry_of(s);
    int used = snprintf(text, SPEC_MAX_TEXT, "%s", name_of(s));
    for (int i = 0; i < entry->count; i++) {
        char value[NUMBER_MAX_TEXT];
        number_format(s->value[i], value);
        used += snprintf(text + used, (size_t)(SPEC_MAX_TEXT - used), "%c%s=%s", i ? ',' : ':',
                         entry->parameters[i].key, value);
        assert(used < SPEC_MAX_TEXT);
    }
}

bool spec_agrees(const spec *part, const spec *whole) {
    if (part->role != whole->role || part->id != whole->id) return false;
    for (int i = 0; i < spec_entry_of(part)->count; i++)
        if (part->given & 1u << i && part->value[i] != whole->value[i]) return false;
    return true;
}

#define DERIVE_MODEL(name, unused)                                                                           \
    case OHM_MODEL_##name:                                                                                   \
        name##_derive(specs[ROLE_MODEL].value, dt, &p);                                                      \
        break;
#define DERIVE_DISTRIBUTION(name, role_and_place)                                                            \
    case OHM_DISTRIBUTION_##name: name##_derive role_and_place; break;

ohm_physics spec_derive(const spec specs[ROLE_COUNT], double dt, uint64_t seed) {
    ohm_physics p = {.key = {(uint32_t)seed, (uint32_t)(seed >> 32)}, .dt = (float)dt};
    switch (specs[ROLE_MODEL].id) { OHM_MODELS(DERIVE_MODEL, ) }
    switch (specs[ROLE_STIMULUS].id) {
        OHM_DISTRIBUTIONS(DERIVE_DISTRIBUTION, (specs[ROLE_STIMULUS].value, p.stimulus))
    }
    switch (specs[ROLE_INITIAL].id) {
        OHM_DISTRIBUTIONS(DERIVE_DISTRIBUTION, (specs[ROLE_INITIAL].value, p.initial))
    }
    const float range = p.state_high - p.state_low;
    p.state_scale = range > 0 ? TALLY_STATE_ONE / range : 0;
    p.resistance_scale = TALLY_OHM_ONE / p.resistance_high;
    p.conductance_scale = TALLY_OHM_ONE * p.resistance_low;
    return p;
}
