// What a run comes to, and its report.
#ifndef CLI_RUN_REPORT_H
#define CLI_RUN_REPORT_H

#include "experiment.h"

#include <cjson/cJSON.h>

// How a phase ended.
typedef struct phase_end {
    const phase *phase;
    uint64_t steps, step; // steps done now, and the step reached
    ohm_statistics statistics;
    cJSON *results; // of a task, or NULL
} phase_end;

typedef struct run_result {
    double setup_seconds, seconds; // for creating the crossbar, and for stepping alone
    double checkpointed;           // when it was last saved on the way
    uint64_t steps, total;         // done now, and to do in all
    bool measured;                 // whether the next three are valid
    uint64_t digest, rest_digest;
    ohm_statistics statistics;
    phase_end *ends; // of the phases of an experiment
    size_t end_count;
    bool nothing_left;          // the experiment was already done
    char *saved, *saved_series; // paths, or NULL
    const char *error;          // the first error, or NULL
} run_result;

// Print it on stdout: as JSON, false if there is no memory; and as text.
bool run_report_json(const ohm_devices *devices, const ohm_crossbar *c, const run_result *r);
void run_report_text(const ohm_devices *devices, const ohm_crossbar *c, const run_result *r);

#endif
