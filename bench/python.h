// Programs in Python that the benchmark carries and talks to, line by line of JSON.
#ifndef BENCH_PYTHON_H
#define BENCH_PYTHON_H

#include "../host/cli/child.h"

#include <cjson/cJSON.h>

// Starts a program with arguments that end in NULL, with the Python that has what it needs: that of the
// environment, or the system's, to which Debian's packages belong. *hello is the line that it said first,
// with its version, to be deleted in any case. Errors: OHM_NO_DEVICE (no Python, or what it needs is not
// there), OHM_OUT_OF_MEMORY.
ohm_status python_start(const unsigned char *program, const char *const *arguments, child *c, cJSON **hello);

// Says a line to it and hears the answer, to be deleted by the caller, NULL on failure. Errors:
// OHM_DEVICE_FAILED (it has ended).
ohm_status python_ask(child *c, const char *line, cJSON **answer);

// A member of what it said; NaN or NULL if there is none.
double python_number(const cJSON *object, const char *name);
const char *python_text(const cJSON *object, const char *name);

#endif
