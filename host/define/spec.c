// See spec.h.
#include "spec.h"
#include "../base/error.h"
#include "../base/number.h"
#include "presets.h"

#include <assert.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// ---- Entries ----------------------------------------------------------------------------------

const char *const spec_spread_name[OHM_SPREAD_KINDS] = {"none", "normal", "lognormal", "uniform"};

const catalogue_entry *spec_entry_of(const spec *s) {
    return catalogue_at(s->role, s->id);
}

static const char *name_of(const spec *s) {
    return spec_entry_of(s)->about->name;
}

int spec_find(const spec *s, const char *key) {
    return catalogue_find(spec_entry_of(s), key, (int)strlen(key));
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
    const catalogue_entry *entry;
    for (int i = 0; (entry = catalogue_get(role, i)); i++) append(names, sizeof names, entry->about->name);
    return ohm_fail(OHM_BAD_ARGUMENT, "unknown %s \"%.*s\"; available: %s", spec_role_name[role], length,
                    name, names);
}

static ohm_status unknown_key(const spec *s, const char *key, int length) {
    char keys[512] = "";
    const catalogue_entry *entry = spec_entry_of(s);
    for (int i = 0; i < entry->count; i++) append(keys, sizeof keys, catalogue_parameter(entry, i)->key);
    return ohm_fail(OHM_BAD_ARGUMENT, "%s %s has no parameter \"%.*s\"; available: %s",
                    spec_role_name[s->role], name_of(s), length, key, *keys ? keys : "none");
}

static ohm_status unknown_choice(const spec *s, const ohm_parameter *p, const char *value) {
    char names[256] = "";
    for (int i = 0; p->choices[i]; i++) append(names, sizeof names, p->choices[i]);
    return ohm_fail(OHM_BAD_ARGUMENT, "%s %s: %s=%s is not one of %s", spec_role_name[s->role], name_of(s),
                    p->key, value, names);
}

// Fails because parameter i cannot have this value ("=1x", or none).
static ohm_status not_a_value(const spec *s, int i, const char *value) {
    const ohm_parameter *p = catalogue_parameter(spec_entry_of(s), i);
    if (p->text || p->choices)
        return ohm_fail(OHM_BAD_ARGUMENT, "%s %s: write %s=%s", spec_role_name[s->role], name_of(s), p->key,
                        p->text == SPEC_LINES ? "LINES"
                        : p->text             ? "FILE"
                                              : "NAME");
    return ohm_fail(OHM_BAD_ARGUMENT, "%s %s: %s%s is not a %s number: write %s=NUMBER",
                    spec_role_name[s->role], name_of(s), p->key, value, p->whole ? "whole" : "finite",
                    p->key);
}

// ---- Parsing ----------------------------------------------------------------------------------

static ohm_status find_entry(spec *s, const char *name, int length) {
    for (s->id = 0; spec_entry_of(s); s->id++)
        if ((int)strlen(name_of(s)) == length && strncmp(name_of(s), name, (size_t)length) == 0)
            return OHM_OK;
    return unknown_name(s->role, name, length);
}

// Parses VARIANT:SIGMA, the spread of parameter i.
static ohm_status parse_spread(spec *s, int i, const char *text) {
    const ohm_parameter *p = catalogue_parameter(spec_entry_of(s), i);
    const size_t length = strcspn(text, ":");
    spec_spread *spread = &s->spread[i];
    if (p->slot == OHM_NO_SLOT)
        return ohm_fail(OHM_BAD_ARGUMENT, "%s %s: %s cannot have a device-to-device spread",
                        spec_role_name[s->role], name_of(s), p->key);
    for (uint32_t kind = OHM_SPREAD_NORMAL; kind < OHM_SPREAD_KINDS; kind++)
        if (strlen(spec_spread_name[kind]) == length && strncmp(spec_spread_name[kind], text, length) == 0)
            spread->kind = kind;
    if (!spread->kind || !text[length] || !number_read_double(text + length + 1, &spread->sigma) ||
        spread->sigma < 0)
        return ohm_fail(OHM_BAD_ARGUMENT,
                        "%s %s: %s~%s: write ~normal:SIGMA, ~lognormal:SIGMA or ~uniform:SIGMA",
                        spec_role_name[s->role], name_of(s), p->key, text);
    if (spread->sigma == 0) spread->kind = OHM_SPREAD_NONE;
    return OHM_OK;
}

static ohm_status parse_choice(spec *s, int i, const char *text) {
    const ohm_parameter *p = catalogue_parameter(spec_entry_of(s), i);
    for (int choice = 0; p->choices[choice]; choice++)
        if (strcmp(p->choices[choice], text) == 0) {
            s->value[i] = choice;
            return OHM_OK;
        }
    return unknown_choice(s, p, text);
}

// Parses the value of parameter i.
static ohm_status parse_value(spec *s, int i, char *text) {
    const ohm_parameter *p = catalogue_parameter(spec_entry_of(s), i);
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
    const int i = catalogue_find(spec_entry_of(s), text, key_length);
    if (i < 0) return unknown_key(s, text, key_length);
    const char *key = catalogue_parameter(spec_entry_of(s), i)->key;
    if (s->given >> i & 1)
        return ohm_fail(OHM_BAD_ARGUMENT, "%s %s: %s is given twice", spec_role_name[s->role], name_of(s),
                        key);
    s->given |= (uint64_t)1 << i;
    if (!equals) return not_a_value(s, i, "");
    char value[SPEC_MAX_PATH];
    const int value_length = equals ? length - key_length - 1 : 0;
    if (value_length >= (int)sizeof value)
        return ohm_fail(OHM_BAD_ARGUMENT, "%s %s: %s has more than %d characters", spec_role_name[s->role],
                        name_of(s), key, (int)sizeof value - 1);
    snprintf(value, sizeof value, "%.*s", value_length, text + length - value_length);
    return parse_value(s, i, value);
}

// Parses what follows the name. The values replace those in s.
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
    const catalogue_entry *entry = spec_entry_of(s);
    assert(entry->count <= (int)SPEC_MAX_PARAMETERS);
    for (int i = 0; i < entry->count; i++) {
        const ohm_parameter *p = catalogue_parameter(entry, i);
        s->value[i] = catalogue_standard(entry, i);
        s->spread[i] = (spec_spread){p->spread, p->sigma};
    }
}

static ohm_status unknown_preset(const spec *s, const char *name, int length) {
    char names[512] = "";
    const preset *p;
    for (size_t i = 0; (p = presets_get(i)); i++)
        if (strcmp(p->model, name_of(s)) == 0) append(names, sizeof names, p->name);
    return ohm_fail(OHM_BAD_ARGUMENT, "%s %s has no preset \"%.*s\"; available: %s", spec_role_name[s->role],
                    name_of(s), length, name, *names ? names : "none");
}

// Parses what follows the name: @PRESET, then the parameters. The values replace those in s.
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

// Wires may be written without their name: row=1,col=1.
static ohm_status parse_wires(const char *text, spec *s) {
    char rest[SPEC_MAX_TEXT];
    spec_defaults(ROLE_WIRES, 1, s);
    snprintf(rest, sizeof rest, ":%s", text);
    return parse_parameters(s, rest);
}

ohm_status spec_parse(spec_role role, const char *text, spec *s) {
    if (role == ROLE_WIRES && strchr(text, '=') && !strchr(text, ':')) return parse_wires(text, s);
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
    const ohm_parameter *p = catalogue_parameter(spec_entry_of(s), i);
    if (p->text || (s->value[i] >= p->min && s->value[i] <= p->max)) return OHM_OK;
    char value[NUMBER_MAX_TEXT], min[NUMBER_MAX_TEXT], max[NUMBER_MAX_TEXT];
    number_format(s->value[i], value);
    number_format(p->min, min);
    number_format(p->max, max);
    ohm_fail(OHM_BAD_ARGUMENT, "%s %s: %s=%s is outside [%s, %s]", spec_role_name[s->role], name_of(s),
             p->key, value, min, max);
    ohm_fail_hint("%s: %s", p->key, p->help);
    return OHM_BAD_ARGUMENT;
}

static ohm_status check_order(const spec *s) {
    const char *const *key = spec_entry_of(s)->about->ordered;
    if (!key[0] || spec_value(s, key[0]) <= spec_value(s, key[1])) return OHM_OK;
    char low_text[NUMBER_MAX_TEXT], high_text[NUMBER_MAX_TEXT];
    number_format(spec_value(s, key[0]), low_text);
    number_format(spec_value(s, key[1]), high_text);
    return ohm_fail(OHM_BAD_ARGUMENT, "%s %s: %s=%s exceeds %s=%s", spec_role_name[s->role], name_of(s),
                    key[0], low_text, key[1], high_text);
}

ohm_status spec_check(const spec *s) {
    for (int i = 0; i < spec_entry_of(s)->count; i++) {
        const ohm_status status = check_range(s, i);
        if (status) return status;
    }
    const ohm_status status = check_order(s);
    return status || !spec_entry_of(s)->check ? status : spec_entry_of(s)->check(s);
}

// ---- Formatting -------------------------------------------------------------------------------

bool spec_differs(const spec *s, int i) {
    const catalogue_entry *entry = spec_entry_of(s);
    const ohm_parameter *p = catalogue_parameter(entry, i);
    if (p->text) return s->path[0] != '\0';
    return s->value[i] != catalogue_standard(entry, i) || s->spread[i].kind != p->spread ||
           s->spread[i].sigma != p->sigma;
}

bool spec_is_written(const spec *s, int i) {
    const catalogue_entry *entry = spec_entry_of(s);
    const ohm_parameter *p = catalogue_parameter(entry, i);
    const bool own = i < entry->own_count && !p->text;
    return own || spec_differs(s, i) || (strcmp(p->key, "substeps") == 0 && s->value[i] != p->standard);
}

void spec_format_value(const spec *s, int i, char *text, size_t size) {
    const ohm_parameter *p = catalogue_parameter(spec_entry_of(s), i);
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
    const catalogue_entry *entry = spec_entry_of(s);
    int used = snprintf(text, SPEC_MAX_TEXT, "%s", name_of(s));
    char separator = ':';
    for (int i = 0; i < entry->count; i++) {
        char value[SPEC_MAX_PATH];
        const ohm_parameter *p = catalogue_parameter(entry, i);
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
        if (catalogue_parameter(spec_entry_of(part), i)->text && strcmp(part->path, whole->path) != 0)
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
        const bool whole = stop == value || *value == '/' || p->text == SPEC_LINES;
        fprintf(out, "%s%.*s%s", whole ? "" : folder, (int)(stop - value), value, plus ? "+" : "");
        value = stop + 1;
    }
}

// Writes one key=value of the given length.
static void write_parameter(FILE *out, const catalogue_entry *entry, const char *folder, const char *text,
                            int length) {
    const char *equals = memchr(text, '=', (size_t)length);
    const int key_length = equals ? (int)(equals - text) : length;
    const int i = catalogue_find(entry, text, key_length);
    if (!equals || i < 0 || !catalogue_parameter(entry, i)->text) {
        fprintf(out, "%.*s", length, text);
        return;
    }
    fprintf(out, "%.*s", key_length + 1, text);
    write_paths(out, catalogue_parameter(entry, i), folder, equals + 1, length - key_length - 1);
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
