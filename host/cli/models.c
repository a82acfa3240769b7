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
    printf("%*s", width > 0 ? width : 0, "");
}

static void print_row(const char *key, const char *symbol, const char *unit, const char *standard,
                      const char *range, const char *help) {
    printf("  ");
    print_column(key, 8);
    print_column(symbol, 8);
    print_column(unit, 6);
    print_column(standard, 9);
    print_column(range, 18);
    printf("%s\n", help);
}

static void print_entry(spec_role role, const spec_entry *entry) {
    printf("%s %s: %s\n  %s\n", spec_role_name[role], entry->about->name, entry->about->summary,
           entry->about->equation);
    if (entry->about->source) printf("  Source: %s\n", entry->about->source);
    printf("\n");
    print_row("key", "symbol", "unit", "default", "range", "");
    for (int i = 0; i < entry->count; i++) {
        const ohm_parameter *p = &entry->parameters[i];
        char standard[NUMBER_MAX_TEXT], min[NUMBER_MAX_TEXT], max[NUMBER_MAX_TEXT], range[80];
        number_format(p->standard, standard);
        number_format(p->min, min);
        number_format(p->max, max);
        snprintf(range, sizeof range, "[%s, %s]", min, max);
        print_row(p->key, p->symbol, p->unit, standard, range, p->help);
    }
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
