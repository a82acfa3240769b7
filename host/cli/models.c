// ohmscape models: what can be written for --model, --stimulus and --init.
#include "cli.h"
#include "../error.h"
#include "../number.h"
#include "../spec.h"

#include <stdlib.h>
#include <string.h>

static const option_entry entries[] = {{0}};

static const char *const title[ROLE_COUNT] = {"Models (--model)", "Stimuli (--stimulus)",
                                              "Initial states (--init)"};

static void print_list(void) {
    for (int role = 0; role < ROLE_COUNT; role++) {
        int count;
        const spec_entry *table = spec_table(role, &count);
        printf("%s%s\n", role ? "\n" : "", title[role]);
        for (int i = 0; i < count; i++)
            printf("  %-16s %s%s\n", table[i].about->name, table[i].about->summary, i ? "" : " (default)");
    }
    printf("\n`ohmscape models NAME` prints the equation and the parameters.\n");
}

// Prints UTF-8 text in a column of so many characters; printf counts bytes.
static void print_column(const char *text, int width) {
    printf("%s", text);
    for (; *text; text++) width -= (*text & 0xC0) != 0x80;
    printf("%*s", width > 1 ? width : 1, "");
}

static void print_row(const char *key, const char *symbol, const char *unit, const char *standard,
                      const char *range, const char *help) {
    printf("  ");
    print_column(key, 11);
    print_column(symbol, 8);
    print_column(unit, 10);
    print_column(standard, 9);
    print_column(range, 20);
    printf("%s\n", help);
}

// What stands for the valid values of a parameter.
static void format_range(const ohm_parameter *p, char *text, size_t size) {
    char min[NUMBER_MAX_TEXT], max[NUMBER_MAX_TEXT];
    number_format(p->min, min);
    number_format(p->max, max);
    if (p->text)
        snprintf(text, size, "a path");
    else if (!p->choices)
        snprintf(text, size, "[%s, %s]", min, max);
    for (int i = 0; p->choices && p->choices[i]; i++) {
        const size_t used = i ? strlen(text) : 0;
        snprintf(text + used, size - used, "%s%s", i ? " " : "", p->choices[i]);
    }
}

static void print_parameter(const spec_entry *entry, int i) {
    const ohm_parameter *p = spec_parameter(entry, i);
    char standard[2 * NUMBER_MAX_TEXT + 16] = "", range[96], sigma[NUMBER_MAX_TEXT];
    number_format(p->sigma, sigma);
    if (!p->text && !p->choices) number_format(spec_standard(entry, i), standard);
    if (p->choices) snprintf(standard, sizeof standard, "%s", p->choices[(int)p->standard]);
    if (p->spread) {
        const size_t used = strlen(standard);
        snprintf(standard + used, sizeof standard - used, "~%s:%s", spec_spread_name[p->spread], sigma);
    }
    format_range(p, range, sizeof range);
    print_row(p->key, p->symbol, p->unit, standard, range, p->help);
}

// Prints text, its further lines as far to the right as the first.
static void print_lines(const char *before, const char *text) {
    for (const char *line = text; line;) {
        const int length = (int)strcspn(line, "\n");
        printf("  %*s%.*s\n", (int)strlen(before), line == text ? before : "", length, line);
        line = line[length] ? line + length + 1 : NULL;
    }
}

static void print_entry(spec_role role, const spec_entry *entry) {
    const ohm_about *about = entry->about;
    char dt[NUMBER_MAX_TEXT];
    number_format(about->dt, dt);
    printf("%s %s: %s\n", spec_role_name[role], about->name, about->summary);
    print_lines("", about->equation);
    if (about->source) print_lines("Source: ", about->source);
    if (role == ROLE_MODEL) printf("  Unless told otherwise: dt %s s, stimulus %s\n", dt, about->stimulus);
    printf("\n");
    print_row("key", "symbol", "unit", "default", "range", "");
    for (int i = 0; i < entry->own_count; i++) print_parameter(entry, i);
    if (entry->count > entry->own_count) printf("\n  of every device\n");
    for (int i = entry->own_count; i < entry->count; i++) print_parameter(entry, i);
    if (role == ROLE_MODEL)
        printf(
            "\n  A parameter that is not a whole number, a name or a part may be spread over the devices:\n"
            "  VALUE~normal:SIGMA and VALUE~uniform:SIGMA (up to SIGMA to either side), SIGMA in its unit,\n"
            "  and VALUE~lognormal:SIGMA, SIGMA of its logarithm; all are cut to the range.\n");
    printf("\n");
}

static ohm_status print_named(const char *name) {
    bool found = false;
    for (int role = 0; role < ROLE_COUNT; role++) {
        int count;
        const spec_entry *table = spec_table(role, &count);
        for (int i = 0; i < count; i++) {
            if (strcmp(table[i].about->name, name) != 0) continue;
            print_entry(role, &table[i]);
            found = true;
        }
    }
    if (found) return OHM_OK;
    error_set(OHM_BAD_ARGUMENT, "unknown model, stimulus or initial state \"%s\"", name);
    error_hint("`ohmscape models` lists them");
    return OHM_BAD_ARGUMENT;
}

static int models(int argc, char **argv) {
    uint64_t given;
    int first;
    ohm_status status = options_parse(&command_models, NULL, argc, argv, &given, &first);
    if (!status && argc - first > 1) status = error_set(OHM_BAD_ARGUMENT, "models takes one NAME");
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
    .arguments = "[NAME]",
    .summary = "Describe the models, stimuli and initial states",
    .options = entries,
    .run = models,
};
