// ohmscape models: describes the values of --model, --stimulus and --init.
#include "cli.h"
#include "../define/derive.h"
#include "../base/error.h"
#include "../base/number.h"
#include "../define/presets.h"
#include "../define/scale.h"
#include "../define/spec.h"
#include "commands.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const option_entry entries[] = {{0}};

static const char *const title[ROLE_COUNT] = {"Models (--model)", "Stimuli (--stimulus)",
                                              "Initial states (--init)", "Wires (--wires)"};

// Prints the presets of one model, or of all models if it is NULL.
static void print_presets(const char *model, const char *heading) {
    const preset *p;
    bool any = false;
    for (size_t i = 0; (p = presets_get(i)); i++) {
        char name[64];
        if (model && strcmp(p->model, model) != 0) continue;
        if (!any) printf("\n%s\n", heading);
        any = true;
        snprintf(name, sizeof name, "%s@%s", p->model, p->name);
        printf("  %-25s %s\n", name, p->summary);
    }
}

static void print_list(void) {
    for (int role = 0; role < ROLE_COUNT; role++) {
        const catalogue_entry *entry;
        printf("%s%s\n", role ? "\n" : "", title[role]);
        for (int i = 0; (entry = catalogue_get(role, i)); i++)
            printf("  %-16s %s%s\n", entry->about->name, entry->about->summary, i ? "" : " (default)");
    }
    print_presets(NULL, "Published devices (--model NAME@PRESET)");
    printf("\n`ohmscape models NAME` prints the equation and the parameters; `ohmscape models\n"
           "NAME:key=value~SPREAD` also prints statistics of the values drawn.\n");
}

// Prints UTF-8 text in a column of that many characters. printf would count bytes.
static void print_column(const char *text, int width) {
    printf("%s", text);
    for (; *text; text++) width -= (*text & 0xC0) != 0x80;
    printf("%*s", width > 1 ? width : 1, "");
}

static void print_row(const char *key, const char *symbol, const char *unit, const char *standard,
                      const char *range, const char *help) {
    printf("  ");
    print_column(key, 13);
    print_column(symbol, 8);
    print_column(unit, 10);
    print_column(standard, 9);
    print_column(range, 20);
    printf("%s\n", help);
}

// Writes the valid values of a parameter.
static void format_range(const ohm_parameter *p, char *text, size_t size) {
    char min[NUMBER_MAX_TEXT], max[NUMBER_MAX_TEXT];
    number_format(p->min, min);
    number_format(p->max, max);
    if (p->text)
        snprintf(text, size, p->text == SPEC_LINES ? "lines" : "a path");
    else if (!p->choices)
        snprintf(text, size, "[%s, %s]", min, max);
    for (int i = 0; p->choices && p->choices[i]; i++) {
        const size_t used = i ? strlen(text) : 0;
        snprintf(text + used, size - used, "%s%s", i ? " " : "", p->choices[i]);
    }
}

static void print_parameter(const spec *s, int i) {
    const ohm_parameter *p = catalogue_parameter(spec_entry_of(s), i);
    char value[SPEC_MAX_PATH], range[96];
    spec_format_value(s, i, value, sizeof value);
    format_range(p, range, sizeof range);
    print_row(p->key, p->symbol, p->unit, value, range, p->help);
}

// Prints the resulting distributions over the devices.
static void print_drawn(const spec *s) {
    const catalogue_entry *entry = spec_entry_of(s);
    bool any = false;
    for (int i = 0; i < entry->count; i++) {
        const ohm_parameter *p = catalogue_parameter(entry, i);
        char mean[32], deviation[32];
        if (!s->spread[i].kind) continue;
        if (!any) printf("\n  values drawn\n");
        any = true;
        const derive_drawn drawn = derive_draw(s, i);
        snprintf(mean, sizeof mean, "mean %.5g", drawn.mean);
        snprintf(deviation, sizeof deviation, "deviation %.4g", drawn.deviation);
        printf("  ");
        print_column(p->key, 13);
        print_column(mean, 18);
        print_column(deviation, 22);
        printf("from %.5g to %.5g\n", drawn.low, drawn.high);
    }
}

// Prints text with its further lines aligned to the first.
static void print_lines(const char *before, const char *text) {
    for (const char *line = text; line;) {
        const int length = (int)strcspn(line, "\n");
        printf("  %*s%.*s\n", (int)strlen(before), line == text ? before : "", length, line);
        line = line[length] ? line + length + 1 : NULL;
    }
}

static void print_model(const ohm_about *about) {
    char dt[NUMBER_MAX_TEXT];
    number_format(about->dt, dt);
    printf("  Polarity: V > 0 %s the conductance, for parameters with their default signs\n",
           about->polarity > 0 ? "raises" : "lowers");
    printf("  Defaults: dt %s s, stimulus %s\n", dt, about->stimulus);
}

static void print_spreading(void) {
    printf(
        "\n  Real-valued parameters of a device can have a device-to-device spread: VALUE~normal:SIGMA or\n"
        "  VALUE~uniform:SIGMA (VALUE +- SIGMA), with SIGMA in the parameter's unit, or\n"
        "  VALUE~lognormal:SIGMA, with SIGMA the standard deviation of the logarithm. Spreads are truncated\n"
        "  to the valid range. A parameter that may not exceed another, as r_on and r_off, is also "
        "truncated\n"
        "  at the other's value, or half-way between the two if both have a spread. Truncation shifts the\n"
        "  mean; \"values drawn\" shows the result.\n"
        "\n  Noise is given at the default dt. At another dt, noise is scaled by sqrt(default dt/dt) and\n"
        "  noise_add by sqrt(dt/default dt), so that the noise accumulated over a given time is the same.\n"
        "  In the pulsed models it is per pulse. A device with several faults has the last of them in the\n"
        "  order stuck, stuck_low, stuck_high, stuck_open.\n");
}

// Describes a published device, if the text names one.
static void print_preset(const spec *s, const char *text) {
    const char *at = strchr(text, '@');
    const char *model = spec_entry_of(s)->about->name;
    const preset *p = at && s->role == ROLE_MODEL ? presets_find(model, at + 1, strcspn(at + 1, ":")) : NULL;
    if (!p) return;
    printf("\n  Preset %s: %s\n", p->name, p->summary);
    print_lines("Source: ", p->source);
    if (p->note) print_lines("", p->note);
}

// Prints the defaults of a stimulus for models other than the default one.
static void print_scale(const spec *s) {
    int n = 0;
    for (int i = 0; i < spec_entry_of(s)->own_count; i++) {
        const ohm_parameter *p = &spec_entry_of(s)->own[i];
        char factor[24];
        if (p->scaled == 0) continue;
        if (!n)
            printf("  For a model whose default voltages are from -U to U, with U other than 5 V, the "
                   "defaults are");
        snprintf(factor, sizeof factor, p->scaled < 0 ? "-%g " : "%g ", fabs(p->scaled));
        if (fabs(p->scaled) == 1) snprintf(factor, sizeof factor, p->scaled < 0 ? "-" : "");
        printf("%s %s=%sU", n++ ? "," : "", p->key, factor);
    }
    if (n) printf("\n");
}

static void print_entry(const spec *s, const char *text, bool given) {
    const catalogue_entry *entry = spec_entry_of(s);
    const ohm_about *about = entry->about;
    printf("%s %s: %s\n", spec_role_name[s->role], about->name, about->summary);
    print_lines("", about->equation);
    if (about->source) print_lines("Source: ", about->source);
    if (s->role == ROLE_MODEL) print_model(about);
    if (s->role == ROLE_STIMULUS) print_scale(s);
    print_preset(s, text);
    printf("\n");
    print_row("key", "symbol", "unit", given ? "value" : "default", "range", "");
    for (int i = 0; i < entry->own_count; i++) print_parameter(s, i);
    if (entry->count > entry->own_count) printf("\n  common to all models\n");
    for (int i = entry->own_count; i < entry->count; i++) print_parameter(s, i);
    print_drawn(s);
    if (s->role == ROLE_MODEL) print_spreading();
    if (s->role == ROLE_MODEL) print_presets(about->name, "  published devices");
    printf("\n");
}

// The index of the entry that a text names, or -1.
static int place_of(spec_role role, const char *text) {
    const size_t length = strcspn(text, ":@");
    const catalogue_entry *entry;
    for (int i = 0; (entry = catalogue_get(role, i)); i++)
        if (strlen(entry->about->name) == length && strncmp(entry->about->name, text, length) == 0) return i;
    return -1;
}

// Describes NAME or NAME:key=value,…. A distribution is both a stimulus and an initial state.
static ohm_status print_named(const char *text) {
    const bool given = strpbrk(text, ":@") != NULL;
    ohm_status status = OHM_OK;
    bool named = false, printed = false;
    for (int role = 0; role < ROLE_COUNT; role++) {
        const int id = place_of((spec_role)role, text);
        spec s;
        if (id < 0) continue;
        named = true;
        spec_defaults((spec_role)role, id, &s); // a stimulus without its required path cannot be parsed
        if (given) status = spec_parse((spec_role)role, text, &s);
        if (given && status) continue;
        print_entry(&s, text, given);
        printed = true;
    }
    if (printed) return OHM_OK;
    if (named) return status;
    ohm_fail(OHM_BAD_ARGUMENT, "unknown model, stimulus or initial state \"%.*s\"", (int)strcspn(text, ":@"),
             text);
    ohm_fail_hint("`ohmscape models` lists them");
    return OHM_BAD_ARGUMENT;
}

static int models(int argc, char **argv) {
    uint64_t given;
    int first;
    ohm_status status = options_parse(&command_models, NULL, argc, argv, &given, &first);
    if (!status && argc - first > 1) status = ohm_fail(OHM_BAD_ARGUMENT, "models takes one NAME");
    if (status) return cli_fail(status);
    if (first < argc)
        status = print_named(argv[first]);
    else
        print_list();
    if (!status) status = cli_flush();
    return status ? cli_fail(status) : EXIT_SUCCESS;
}

const command command_models = {
    .name = "models",
    .arguments = "[NAME[@PRESET][:KEY=VALUE,...]]",
    .summary = "Describe the models, stimuli and initial states",
    .options = entries,
    .run = models,
};
