#include "options.h"
#include "cli.h"
#include "../base/error.h"
#include "../base/number.h"

#include <ctype.h>
#include <getopt.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define FIRST_LONG 256 // getopt's value for option 0, above all letters
#define HELP_LETTER 'h'
#define HELP_LONG 255

// A table of options in getopt's two forms.
typedef struct getopt_tables {
    struct option longs[OPTIONS_MAX + 2];
    char letters[3 * OPTIONS_MAX + 4];
} getopt_tables;

static getopt_tables make_tables(const option_entry *options) {
    getopt_tables t = {.letters = ":h"}; // the colon: we report errors ourselves
    size_t used = strlen(t.letters);
    int n = 0;
    for (const option_entry *o = options; o->name; o++, n++) {
        t.longs[n] =
            (struct option){o->name, o->argument ? required_argument : no_argument, NULL, FIRST_LONG + n};
        if (!o->letter) continue;
        t.letters[used++] = o->letter;
        if (o->argument) t.letters[used++] = ':';
    }
    t.longs[n] = (struct option){"help", no_argument, NULL, HELP_LONG};
    return t;
}

static int place_of_letter(const option_entry *options, int letter) {
    for (int i = 0; options[i].name; i++)
        if (options[i].letter == letter) return i;
    return -1;
}

// The option that getopt refused: a letter, perhaps one of several, or a long option as typed.
static ohm_status bad_option(const command *c, int code, char **argv) {
    const char letter[3] = {'-', (char)optopt, '\0'};
    const char *typed = optopt > 0 && optopt < HELP_LONG ? letter : argv[optind - 1];
    ohm_fail(OHM_BAD_ARGUMENT, code == ':' ? "%s needs a value" : "unknown option %s", typed);
    ohm_fail_hint("`ohmscape %s --help` lists the options", c->name);
    return OHM_BAD_ARGUMENT;
}

ohm_status options_parse(const command *c, void *object, int argc, char **argv, uint64_t *given, int *first) {
    const getopt_tables t = make_tables(c->options);
    *given = 0;
    opterr = 0;
    optind = 1;
    for (;;) {
        const int code = getopt_long(argc, argv, t.letters, t.longs, NULL);
        if (code == -1) break;
        if (code == '?' || code == ':') return bad_option(c, code, argv);
        if (code == HELP_LETTER || code == HELP_LONG) {
            options_print_help(c, stdout);
            const ohm_status status = cli_flush();
            exit(status ? cli_fail(status) : EXIT_SUCCESS);
        }
        const int place = code >= FIRST_LONG ? code - FIRST_LONG : place_of_letter(c->options, code);
        const ohm_status status = c->options[place].set(object, optarg);
        if (status) return status;
        *given |= (uint64_t)1 << place;
    }
    *first = optind;
    return OHM_OK;
}

static void print_option(const option_entry *o, FILE *out) {
    char left[64];
    const char letter[] = {'-', o->letter, ',', ' ', '\0'};
    snprintf(left, sizeof left, "%s--%s%s%s", o->letter ? letter : "    ", o->name, o->argument ? " " : "",
             o->argument ? o->argument : "");
    fprintf(out, "  %-27s", left);
    if (strlen(left) >= 27) fprintf(out, "\n  %-27s", "");
    for (const char *line = o->help; line;) {
        const int length = (int)strcspn(line, "\n");
        fprintf(out, "%.*s\n", length, line);
        line = line[length] ? line + length + 1 : NULL;
        if (line) fprintf(out, "  %-27s", "");
    }
}

void options_print_help(const command *c, FILE *out) {
    fprintf(out, "Usage: ohmscape %s [OPTION]...%s%s\n%s.\n\n", c->name, *c->arguments ? " " : "",
            c->arguments, c->summary);
    for (const option_entry *o = c->options; o->name; o++) print_option(o, out);
    print_option(&(option_entry){"help", 'h', NULL, "print this help", NULL}, out);
}

ohm_status options_bad_value(const char *name, const char *text, const char *allowed) {
    return ohm_fail(OHM_BAD_ARGUMENT, "--%s: \"%s\" is not %s", name, text, allowed);
}

bool options_read_number(const char *text, double *value) {
    return number_read_double(text, value);
}

ohm_status options_read_u64(const char *name, const char *text, uint64_t min, uint64_t max, uint64_t *value) {
    char allowed[96];
    snprintf(allowed, sizeof allowed, "a whole number from %" PRIu64 " to %" PRIu64, min, max);
    const bool right = number_read_u64(text, value) && *value >= min && *value <= max;
    return right ? OHM_OK : options_bad_value(name, text, allowed);
}

ohm_status options_read_auto(const char *name, const char *text, uint64_t max, uint64_t *value) {
    *value = 0;
    return strcmp(text, "auto") == 0 ? OHM_OK : options_read_u64(name, text, 1, max, value);
}

// What a unit of bytes multiplies by, or 0.
static double unit_of(const char *text) {
    static const char letters[] = "KMGTPE";
    if (!*text || strcasecmp(text, "B") == 0) return 1;
    const char *place = strchr(letters, toupper((unsigned char)*text));
    if (!place) return 0;
    const double power = (double)(place - letters + 1);
    const bool decimal = strcasecmp(text + 1, "B") == 0;
    return decimal || !text[1] || strcasecmp(text + 1, "iB") == 0 ? pow(decimal ? 1000 : 1024, power) : 0;
}

ohm_status options_read_bytes(const char *name, const char *text, uint64_t *value) {
    char *end;
    const double number = strtod(text, &end), bytes = number * unit_of(end + strspn(end, " "));
    const bool right =
        end != text && isdigit((unsigned char)*text) && bytes < 0x1p63 && (bytes >= 1 || number == 0);
    *value = right ? (uint64_t)bytes : 0;
    return right ? OHM_OK : options_bad_value(name, text, "bytes, such as 512MiB or 8GB");
}

ohm_status options_read_duration(const char *name, const char *text, double *seconds) {
    static const struct unit {
        const char *name;
        double seconds;
    } units[] = {{"", 1}, {"s", 1}, {"min", 60}, {"m", 60}, {"h", 3600}, {"d", 86400}};
    char *end;
    *seconds = 0;
    const double number = strtod(text, &end);
    for (size_t i = 0; end != text && i < sizeof units / sizeof units[0]; i++)
        if (strcmp(end, units[i].name) == 0) *seconds = number * units[i].seconds;
    const bool right = *seconds > 0 && *seconds <= 1e9;
    return right ? OHM_OK : options_bad_value(name, text, "a duration, such as 90s, 30min or 2h");
}

ohm_status options_set_flag(void *object, const char *text) {
    (void)text;
    *(bool *)object = true;
    return OHM_OK;
}

void options_print_manual(const command *const *commands, size_t count) {
    for (size_t i = 0; i < count; i++) {
        printf(".SS ohmscape %s\n.nf\n", commands[i]->name);
        options_print_help(commands[i], stdout);
        printf(".fi\n");
    }
}
