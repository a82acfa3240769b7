// See spec.h.
#define OHM_LANES 1
#define OHM_TABLES
#include "spec.h"

#include "../../kernels/memristor.h"
#include "../base/error.h"
#include "../base/number.h"
#include "presets.h"
#include "derive.h"
#include "../drive/stimulus.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// ---- Tables -----------------------------------------------------------------------------------

// Of every model, behind its own: sub-steps if it follows a differential equation, and the rest.
static const ohm_parameter common_parameters[] = {
    {"substeps", "n", "1", 1, 1, 1e6, "sub-steps of Euler's method in a step", OHM_NO_SLOT, .whole = 1},
    {"noise", "σ", "1", 0, 0, 10,
     "noise of a step's change: it is taken 1 + noise xi times, xi normal; at the default dt", OHM_NOISE},
    {"noise_add", "σ_add", "1", 0, 0, 1,
     "noise added to a change: noise_add xi times the range of the state; at the default dt", OHM_NOISE_ADD},
    {"write_noise", "σ_w", "1", 0, 0, 1,
     "noise of what is read until the device changes again, as a part of its range of conductance",
     OHM_WRITE_NOISE},
    {"read_noise", "σ_r", "1", 0, 0, 1,
     "noise of what is read, new at every step, as a part of the range of conductance", OHM_READ_NOISE},
    {"stuck", "p_stuck", "1", 0, 0, 1, "part of the devices that stay where they began", OHM_NO_SLOT},
    {"stuck_low", "p_low", "1", 0, 0, 1, "part that rest at their least conductance", OHM_NO_SLOT},
    {"stuck_high", "p_high", "1", 0, 0, 1, "part that rest at their greatest conductance", OHM_NO_SLOT},
    {"stuck_open", "p_open", "1", 0, 0, 1, "part that are open", OHM_NO_SLOT},
    {"r_open", "R_open", "Ω", 1e9, 1e-3, 1e12, "resistance of an open device", OHM_R_OPEN},
    {"levels", "L", "1", 0, 0, 65536,
     "levels of conductance that can be read, which divide each device's range equally; 0: continuous",
     OHM_NO_SLOT, .whole = 1},
    {"drift_nu", "ν", "1", 0, 0, 1,
     "an idle time t leaves (t/drift_t0)^-drift_nu of a conductance, or the device's least one", OHM_NU},
    {"drift_t0", "t_0", "s", 1, 1e-9, 1e9, "idle time from which on it drifts", OHM_NO_SLOT},
    {"drift_offset", "o", "1", 0, 0, 1, "1: it drifts from the start, by (t/drift_t0 + 1)^-drift_nu",
     OHM_NO_SLOT, .whole = 1},
};

#define COUNT_OF(array) ((int)(sizeof(array) / sizeof((array)[0])))
#define COMMON(kinetics) ((int)(kinetics) == (int)OHM_CONTINUOUS ? common_parameters : common_parameters + 1)
#define COMMON_COUNT(kinetics)                                                                               \
    (COUNT_OF(common_parameters) - ((int)(kinetics) == (int)OHM_CONTINUOUS ? 0 : 1))
#define MODEL_ENTRY(name, unused)                                                                            \
    {&name##_about,                                                                                          \
     name##_parameters,                                                                                      \
     COMMON(name##_kinetics),                                                                                \
     COUNT_OF(name##_parameters),                                                                            \
     COUNT_OF(name##_parameters) + COMMON_COUNT(name##_kinetics),                                            \
     name##_kinetics},
#define INITIAL_ENTRY(name, unused)                                                                          \
    {&name##_about, name##_initial, NULL, COUNT_OF(name##_initial), COUNT_OF(name##_initial), 0},

static const spec_entry models[] = {OHM_MODELS(MODEL_ENTRY, )};
static const spec_entry initials[INITIAL_COUNT] = {OHM_DISTRIBUTIONS(INITIAL_ENTRY, ){
    &initial_file_about, initial_file_parameters, NULL, INITIAL_FILE_PARAMETERS, INITIAL_FILE_PARAMETERS, 0}};

const char *const spec_role_name[ROLE_COUNT] = {"model", "stimulus", "init"};
const char *const spec_spread_name[OHM_SPREAD_KINDS] = {"none", "normal", "lognormal", "uniform"};

const spec_entry *spec_table(spec_role role, int *count) {
    static const int counts[ROLE_COUNT] = {COUNT_OF(models), STIMULUS_COUNT, INITIAL_COUNT};
    if (count) *count = counts[role];
    return role == ROLE_MODEL ? models : role == ROLE_STIMULUS ? stimulus_entries : initials;
}

const spec_entry *spec_entry_of(const spec *s) {
    return &spec_table(s->role, NULL)[s->id];
}

const ohm_parameter *spec_parameter(const spec_entry *entry, int i) {
    return i < entry->own_count ? &entry->own[i] : &entry->common[i - entry->own_count];
}

double spec_standard(const spec_entry *entry, int i) {
    const ohm_parameter *p = spec_parameter(entry, i);
    if (i >= entry->own_count && p->slot == OHM_NOISE) return entry->about->noise;
    const bool own_substeps = entry->about->substeps > 0 && strcmp(p->key, "substeps") == 0;
    return own_substeps ? entry->about->substeps : p->standard;
}

static const char *name_of(const spec *s) {
    return spec_entry_of(s)->about->name;
}

static int find_parameter(const spec_entry *entry, const char *key, int length) {
    for (int i = 0; i < entry->count; i++) {
        const char *name = spec_parameter(entry, i)->key;
        if ((int)strlen(name) == length && strncmp(name, key, (size_t)length) == 0) return i;
    }
    return -1;
}

int spec_find(const spec *s, const char *key) {
    return find_parameter(spec_entry_of(s), key, (int)strlen(key));
}

double spec_value(const spec *s, const char *key) {
    const int i = spec_find(s, key);
    assert(i >= 0);
    return s->value[i];
}

// ---- Messages ---------------------------------------------------------------------------------

// Appends ", text" to a list.
static void append(char *list, size_t size, const char *text) {
    const size_t used = strlen(list);
    snprintf(list + used, size - used, "%s%s", used ? ", " : "", text);
}

static ohm_status unknown_name(spec_role role, const char *name, int length) {
    char names[256] = "";
    int count;
    const spec_entry *table = spec_table(role, &count);
    for (int i = 0; i < count; i++) append(names, sizeof names, table[i].about->name);
    return error_set(OHM_BAD_ARGUMENT, "unknown %s \"%.*s\": there are %s", spec_role_name[role], length,
                     name, names);
}

static ohm_status unknown_key(const spec *s, const char *key, int length) {
    char keys[512] = "";
    const spec_entry *entry = spec_entry_of(s);
    for (int i = 0; i < entry->count; i++) append(keys, sizeof keys, spec_parameter(entry, i)->key);
    return error_set(OHM_BAD_ARGUMENT, "%s %s has no parameter \"%.*s\": there are %s",
                     spec_role_name[s->role], name_of(s), length, key, keys);
}

static ohm_status unknown_choice(const spec *s, const ohm_parameter *p, const char *value) {
    char names[256] = "";
    for (int i = 0; p->choices[i]; i++) append(names, sizeof names, p->choices[i]);
    return error_set(OHM_BAD_ARGUMENT, "%s %s: %s=%s: there are %s", spec_role_name[s->role], name_of(s),
                     p->key, value, names);
}

// A value, "=1x", or none, that parameter i cannot have.
static ohm_status not_a_value(const spec *s, int i, const char *value) {
    const ohm_parameter *p = spec_parameter(spec_entry_of(s), i);
    if (p->text || p->choices)
        return error_set(OHM_BAD_ARGUMENT, "%s %s: write %s=%s", spec_role_name[s->role], name_of(s), p->key,
                         p->text ? "FILE" : "NAME");
    return error_set(OHM_BAD_ARGUMENT, "%s %s: %s%s is not a %s number: write %s=NUMBER",
                     spec_role_name[s->role], name_of(s), p->key, value, p->whole ? "whole" : "finite",
                     p->key);
}

// ---- Parsing ----------------------------------------------------------------------------------

static ohm_status find_entry(spec *s, const char *name, int length) {
    int count;
    spec_table(s->role, &count);
    for (s->id = 0; s->id < count; s->id++)
        if ((int)strlen(name_of(s)) == length && strncmp(name_of(s), name, (size_t)length) == 0)
            return OHM_OK;
    return unknown_name(s->role, name, length);
}

// Parses VARIANT:SIGMA, how parameter i is spread.
static ohm_status parse_spread(spec *s, int i, const char *text) {
    const ohm_parameter *p = spec_parameter(spec_entry_of(s), i);
    const size_t length = strcspn(text, ":");
    spec_spread *spread = &s->spread[i];
    if (p->slot == OHM_NO_SLOT)
        return error_set(OHM_BAD_ARGUMENT, "%s %s: %s cannot be spread over the devices",
                         spec_role_name[s->role], name_of(s), p->key);
    for (uint32_t kind = OHM_SPREAD_NORMAL; kind < OHM_SPREAD_KINDS; kind++)
        if (strlen(spec_spread_name[kind]) == length && strncmp(spec_spread_name[kind], text, length) == 0)
            spread->kind = kind;
    if (!spread->kind || !text[length] || !number_read_double(text + length + 1, &spread->sigma) ||
        spread->sigma < 0)
        return error_set(OHM_BAD_ARGUMENT,
                         "%s %s: %s~%s: write ~normal:SIGMA, ~lognormal:SIGMA or ~uniform:SIGMA",
                         spec_role_name[s->role], name_of(s), p->key, text);
    if (spread->sigma == 0) spread->kind = OHM_SPREAD_NONE;
    return OHM_OK;
}

static ohm_status parse_choice(spec *s, int i, const char *text) {
    const ohm_parameter *p = spec_parameter(spec_entry_of(s), i);
    for (int choice = 0; p->choices[choice]; choice++)
        if (strcmp(p->choices[choice], text) == 0) {
            s->value[i] = choice;
            return OHM_OK;
        }
    return unknown_choice(s, p, text);
}

// Parses the value of parameter i.
static ohm_status parse_value(spec *s, int i, char *text) {
    const ohm_parameter *p = spec_parameter(spec_entry_of(s), i);
    if (p->text) {
        snprintf(s->path, sizeof s->path, "%s", text);
        return OHM_OK;
    }
    if (p->choices) return parse_choice(s, i, text);
    char *tilde = strchr(text, '~'), equals[SPEC_MAX_PATH + 1];
    if (tilde) *tilde = '\0';
    snprintf(equals, sizeof equals, "=%s", text);
    if (!number_read_double(text, &s->value[i]) || (p->whole && s->value[i] != floor(s->value[i])))
        return not_a_value(s, i, equals);
    s->spread[i] = (spec_spread){0};
    return tilde ? parse_spread(s, i, tilde + 1) : OHM_OK;
}

// Parses one key=value of the given length.
static ohm_status parse_parameter(spec *s, const char *text, int length) {
    const char *equals = memchr(text, '=', (size_t)length);
    const int key_length = equals ? (int)(equals - text) : length;
    const int i = find_parameter(spec_entry_of(s), text, key_length);
    if (i < 0) return unknown_key(s, text, key_length);
    const char *key = spec_parameter(spec_entry_of(s), i)->key;
    if (s->given >> i & 1)
        return error_set(OHM_BAD_ARGUMENT, "%s %s: %s is given twice", spec_role_name[s->role], name_of(s),
                         key);
    s->given |= (uint64_t)1 << i;
    if (!equals) return not_a_value(s, i, "");
    char value[SPEC_MAX_PATH];
    const int value_length = equals ? length - key_length - 1 : 0;
    if (value_length >= (int)sizeof value)
        return error_set(OHM_BAD_ARGUMENT, "%s %s: %s has more than %d characters", spec_role_name[s->role],
                         name_of(s), key, (int)sizeof value - 1);
    snprintf(value, sizeof value, "%.*s", value_length, text + length - value_length);
    return parse_value(s, i, value);
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

void spec_defaults(spec_role role, int id, spec *s) {
    memset(s, 0, sizeof *s);
    s->role = role;
    s->id = id;
    const spec_entry *entry = spec_entry_of(s);
    assert(entry->count <= (int)SPEC_MAX_PARAMETERS);
    for (int i = 0; i < entry->count; i++) {
        const ohm_parameter *p = spec_parameter(entry, i);
        s->value[i] = spec_standard(entry, i);
        s->spread[i] = (spec_spread){p->spread, p->sigma};
    }
}

static ohm_status unknown_preset(const spec *s, const char *name, int length) {
    char names[512] = "";
    const preset *p;
    for (size_t i = 0; (p = presets_get(i)); i++)
        if (strcmp(p->model, name_of(s)) == 0) append(names, sizeof names, p->name);
    return error_set(OHM_BAD_ARGUMENT, "%s %s has no preset \"%.*s\": there are %s", spec_role_name[s->role],
                     name_of(s), length, name, *names ? names : "none");
}

// Parses what follows the name: @PRESET, then the parameters, over the values that s has.
static ohm_status parse_rest(spec *s, const char *rest) {
    uint64_t of_preset = 0;
    if (*rest == '@') {
        const int length = (int)strcspn(++rest, ":");
        const preset *p = s->role == ROLE_MODEL ? presets_find(name_of(s), rest, (size_t)length) : NULL;
        char parameters[SPEC_MAX_TEXT];
        if (!p) return unknown_preset(s, rest, length);
        snprintf(parameters, sizeof parameters, ":%s", p->parameters);
        const ohm_status status = parse_parameters(s, parameters);
        if (status) return status;
        of_preset = s->given;
        rest += length;
    }
    const ohm_status status = parse_parameters(s, rest);
    s->given |= of_preset;
    return status;
}

// The length of the name in NAME@PRESET:key=value,….
static int name_length(const char *text) {
    return (int)strcspn(text, ":@");
}

ohm_status spec_parse(spec_role role, const char *text, spec *s) {
    memset(s, 0, sizeof *s);
    s->role = role;
    const ohm_status status = find_entry(s, text, name_length(text));
    if (status) return status;
    spec_defaults(role, s->id, s);
    return parse_rest(s, text + name_length(text));
}

ohm_status spec_change(spec *s, const char *text) {
    spec changed = *s;
    ohm_status status = find_entry(&changed, text, name_length(text));
    if (!status && changed.id == s->id)
        status = parse_rest(&changed, text + name_length(text));
    else if (!status)
        status = spec_parse(s->role, text, &changed);
    if (!status) *s = changed;
    return status;
}

// ---- Checking ---------------------------------------------------------------------------------

static ohm_status check_range(const spec *s, int i) {
    const ohm_parameter *p = spec_parameter(spec_entry_of(s), i);
    if (p->text || (s->value[i] >= p->min && s->value[i] <= p->max)) return OHM_OK;
    char value[NUMBER_MAX_TEXT], min[NUMBER_MAX_TEXT], max[NUMBER_MAX_TEXT];
    number_format(s->value[i], value);
    number_format(p->min, min);
    number_format(p->max, max);
    error_set(OHM_BAD_ARGUMENT, "%s %s: %s=%s is outside [%s, %s]", spec_role_name[s->role], name_of(s),
              p->key, value, min, max);
    error_hint("%s: %s", p->key, p->help);
    return OHM_BAD_ARGUMENT;
}

static ohm_status check_order(const spec *s) {
    const char *const *key = spec_entry_of(s)->about->ordered;
    if (!key[0] || spec_value(s, key[0]) <= spec_value(s, key[1])) return OHM_OK;
    char low_text[NUMBER_MAX_TEXT], high_text[NUMBER_MAX_TEXT];
    number_format(spec_value(s, key[0]), low_text);
    number_format(spec_value(s, key[1]), high_text);
    return error_set(OHM_BAD_ARGUMENT, "%s %s: %s=%s is more than %s=%s", spec_role_name[s->role], name_of(s),
                     key[0], low_text, key[1], high_text);
}

// Of linear-step: a sign that would be lost.
static ohm_status check_growing(const spec *s) {
    static const char *const gamma[] = {"gamma_up", "gamma_down"};
    if (spec_find(s, "growing") < 0 || spec_value(s, "growing") != LINEAR_SHRINKING) return OHM_OK;
    for (int i = 0; i < 2; i++) {
        if (spec_value(s, gamma[i]) >= 0) continue;
        error_set(OHM_BAD_ARGUMENT, "model %s: with %s=%g steps grow towards their bound", name_of(s),
                  gamma[i], spec_value(s, gamma[i]));
        error_hint("if that is meant, add growing=yes");
        return OHM_BAD_ARGUMENT;
    }
    return OHM_OK;
}

// What only a model can have wrong.
static ohm_status check_device(const spec *s) {
    const ohm_about *about = spec_entry_of(s)->about;
    const char *flaw = about->flaw ? about->flaw(s->value) : NULL;
    if (flaw) return error_set(OHM_BAD_ARGUMENT, "model %s: %s", about->name, flaw);
    int spreads = 0;
    const ohm_status growing = check_growing(s);
    if (growing) return growing;
    if (spec_value(s, "levels") == 1)
        return error_set(OHM_BAD_ARGUMENT, "model %s: levels=1: write 2 or more, or 0 for none", name_of(s));
    for (int i = 0; i < spec_entry_of(s)->count; i++) {
        ohm_spread spread;
        if (!s->spread[i].kind) continue;
        const ohm_status status = derive_spread(s, i, &spread);
        if (status) return status;
        spreads++;
    }
    if (spreads <= OHM_MAX_SPREADS) return OHM_OK;
    return error_set(OHM_BAD_ARGUMENT, "model %s: %d parameters are spread, more than %d", name_of(s),
                     spreads, OHM_MAX_SPREADS);
}

ohm_status spec_check(const spec *s) {
    for (int i = 0; i < spec_entry_of(s)->count; i++) {
        const ohm_status status = check_range(s, i);
        if (status) return status;
    }
    const ohm_status status = check_order(s);
    if (status) return status;
    if (s->role == ROLE_STIMULUS) return stimulus_check(s);
    return s->role == ROLE_MODEL ? check_device(s) : OHM_OK;
}

// ---- Formatting -------------------------------------------------------------------------------

bool spec_differs(const spec *s, int i) {
    const spec_entry *entry = spec_entry_of(s);
    const ohm_parameter *p = spec_parameter(entry, i);
    if (p->text) return s->path[0] != '\0';
    return s->value[i] != spec_standard(entry, i) || s->spread[i].kind != p->spread ||
           s->spread[i].sigma != p->sigma;
}

bool spec_is_written(const spec *s, int i) {
    const spec_entry *entry = spec_entry_of(s);
    const ohm_parameter *p = spec_parameter(entry, i);
    const bool own = i < entry->own_count && !p->text;
    return own || spec_differs(s, i) || (strcmp(p->key, "substeps") == 0 && s->value[i] != p->standard);
}

void spec_format_value(const spec *s, int i, char *text, size_t size) {
    const ohm_parameter *p = spec_parameter(spec_entry_of(s), i);
    char value[NUMBER_MAX_TEXT], sigma[NUMBER_MAX_TEXT];
    if (p->text) {
        snprintf(text, size, "%s", s->path);
        return;
    }
    if (p->choices) {
        snprintf(text, size, "%s", p->choices[(int)s->value[i]]);
        return;
    }
    number_format(s->value[i], value);
    number_format(s->spread[i].sigma, sigma);
    if (s->spread[i].kind)
        snprintf(text, size, "%s~%s:%s", value, spec_spread_name[s->spread[i].kind], sigma);
    else
        snprintf(text, size, "%s", value);
}

void spec_format(const spec *s, char text[SPEC_MAX_TEXT]) {
    const spec_entry *entry = spec_entry_of(s);
    int used = snprintf(text, SPEC_MAX_TEXT, "%s", name_of(s));
    char separator = ':';
    for (int i = 0; i < entry->count; i++) {
        char value[SPEC_MAX_PATH];
        const ohm_parameter *p = spec_parameter(entry, i);
        if (!spec_is_written(s, i)) continue;
        spec_format_value(s, i, value, sizeof value);
        used += snprintf(text + used, (size_t)(SPEC_MAX_TEXT - used), "%c%s=%s", separator, p->key, value);
        separator = ',';
        assert(used < (int)SPEC_MAX_TEXT);
    }
}

bool spec_agrees(const spec *part, const spec *whole) {
    if (part->role != whole->role || part->id != whole->id) return false;
    for (int i = 0; i < spec_entry_of(part)->count; i++) {
        if (!(part->given >> i & 1)) continue;
        if (part->value[i] != whole->value[i] || part->spread[i].kind != whole->spread[i].kind ||
            part->spread[i].sigma != whole->spread[i].sigma)
            return false;
        if (spec_parameter(spec_entry_of(part), i)->text && strcmp(part->path, whole->path) != 0)
            return false;
    }
    return true;
}

// ---- Paths ------------------------------------------------------------------------------------

char *spec_path_in(const char *folder, const char *path) {
    char *joined;
    return asprintf(&joined, "%s%s", path[0] == '/' ? "" : folder, path) < 0 ? NULL : joined;
}

// Writes the value of a text parameter, a path or several of them.
static void write_paths(FILE *out, const ohm_parameter *p, const char *folder, const char *value,
                        int length) {
    const char *end = value + length;
    while (value <= end) {
        const char *plus = p->text == SPEC_PATHS ? memchr(value, '+', (size_t)(end - value)) : NULL;
        const char *stop = plus ? plus : end;
        fprintf(out, "%s%.*s%s", stop == value || *value == '/' ? "" : folder, (int)(stop - value), value,
                plus ? "+" : "");
        value = stop + 1;
    }
}

// Writes one key=value of the given length.
static void write_parameter(FILE *out, const spec_entry *entry, const char *folder, const char *text,
                            int length) {
    const char *equals = memchr(text, '=', (size_t)length);
    const int key_length = equals ? (int)(equals - text) : length;
    const int i = find_parameter(entry, text, key_length);
    if (!equals || i < 0 || !spec_parameter(entry, i)->text) {
        fprintf(out, "%.*s", length, text);
        return;
    }
    fprintf(out, "%.*s", key_length + 1, text);
    write_paths(out, spec_parameter(entry, i), folder, equals + 1, length - key_length - 1);
}

char *spec_text_in(spec_role role, const char *folder, const char *text) {
    spec s = {.role = role};
    char *moved = NULL;
    size_t size;
    const int name_length = (int)strcspn(text, ":");
    if (find_entry(&s, text, name_length)) return strdup(text);
    FILE *out = open_memstream(&moved, &size);
    if (!out) return NULL;
    fprintf(out, "%.*s", name_length, text);
    for (const char *rest = text + name_length; *rest;) {
        const int length = (int)strcspn(rest + 1, ",");
        fputc(*rest, out); // the colon or comma
        write_parameter(out, spec_entry_of(&s), folder, rest + 1, length);
        rest += 1 + length;
    }
    if (fclose(out) == 0) return moved;
    free(moved);
    return NULL;
}
