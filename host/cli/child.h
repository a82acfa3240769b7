// Other programs: run on some of the processors, talked to, and measured.
#ifndef CLI_CHILD_H
#define CLI_CHILD_H

#include "../ohmscape.h"

#include <stdio.h>
#include <sys/types.h>

typedef struct child {
    pid_t pid;
    FILE *in, *out; // its standard input and output
    FILE *errors;   // what it says on standard error, so far
} child;

// Starts a program, found by the search path if its name has no slash, with arguments that end in NULL, on
// the first so many of the processors that this one may use, or on all of them (0).
// Errors: OHM_NO_DEVICE (there is no such program), OHM_OUT_OF_MEMORY.
ohm_status child_start(const char *const *arguments, unsigned processors, child *c);

// Waits for its end. Errors: OHM_NO_DEVICE, with the first line that it said, if it did not end well.
ohm_status child_end(child *c);

// Runs one to its end. *output is all that it printed, to be freed.
// Errors: those of both.
ohm_status child_run(const char *const *arguments, unsigned processors, char **output);

// The processors that this process may use.
unsigned child_processors(void);

#endif
