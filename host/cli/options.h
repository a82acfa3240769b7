// Command-line options: one table a command, from which its parser, its --help and its page of the
// manual are made.
#ifndef CLI_OPTIONS_H
#define CLI_OPTIONS_H

#include "../ohmscape.h"

#include <stdio.h>

// One option. set receives the text after it, or NULL if it takes none (argument is NULL), and the
// object being filled in.
typedef struct option_entry {
    const char *name;     // long name, without the dashes
    char letter;          // short name, or 0
    const char *argument; // what stands for its value in the help: "N", "F.h5"
    const char *help;     // with unit, range and default
    ohm_status (*set)(void *object, const char *text);
} option_entry;

// A command of the program.
typedef struct command {
    const char *name;
    const char *arguments;       // what follows the options: "F.h5", or ""
    const char *summary;         // one line
    const option_entry *options; // ends with a nameless entry
    int (*run)(int argc, char **argv);
} command;

#define OPTIONS_MAX 64

// Fills in object from the options in argv; *given gets a bit for each option that was there, in the
// order of the table, and *first the place of the first other argument. --help prints and exits.
ohm_status options_parse(const command *c, void *object, int argc, char **argv, uint64_t *given, int *first);

void options_print_help(const command *c, FILE *out);

// Prints the options of all commands in the manual's own language, so that there is one place for them.
void options_print_manual(const command *const *commands, size_t count);

// Sets an error that names the option: "--dt: 0 is …", for setters.
ohm_status options_bad_value(const char *name, const char *text, const char *allowed);

// Reads a number of bytes: 4096, 512MiB, 8GB (10^9), 1.5G (2^30).
ohm_status options_read_bytes(const char *name, const char *text, uint64_t *value);

// Reads a duration above 0, in s: 90, 90s, 30min, 2h or 1d.
ohm_status options_read_duration(const char *name, const char *text, double *seconds);

// A setter for a command whose object is one bool.
ohm_status options_set_flag(void *object, const char *text);

// Reads a number that is all of text. False if it is not one, or not finite.
bool options_read_number(const char *text, double *value);

// Reads a whole number in [min, max] for an option.
ohm_status options_read_u64(const char *name, const char *text, uint64_t min, uint64_t max, uint64_t *value);

// The same in [1, max], or auto, which is 0.
ohm_status options_read_auto(const char *name, const char *text, uint64_t max, uint64_t *value);

#endif
