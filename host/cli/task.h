// What a phase of an experiment may do beside taking steps: what another command does, to the crossbar at
// hand.
#ifndef CLI_TASK_H
#define CLI_TASK_H

#include "options.h"

#include <cjson/cJSON.h>

typedef struct task_class {
    const char *key;            // of the phase that says so, whose value is that of the option:
    const char *input;          // "input", "target"
    const command *command;     // whose options are keys of the phase,
    const char *const *refused; // but for these, ending in NULL
    const char *const *paths;   // options that name files, ending in NULL
    bool steps;                 // it takes steps, as many as the phase says at most
    void *(*create)(void);      // an object for the options; NULL if out of memory
    void (*destroy)(void *object);
    // Whether the options go together. Errors: OHM_BAD_ARGUMENT, OHM_IO_FAILED.
    ohm_status (*check)(const void *object);
    // Does it, within so many steps, and adds what came of it to the report. It ends early, without an error,
    // when a signal comes.
    ohm_status (*run)(void *object, ohm_crossbar *c, uint64_t steps, cJSON *report);
} task_class;

extern const task_class task_read, task_program;

#endif
