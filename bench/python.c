#include "python.h"
#include "../host/ohmscape.h"

#include <assert.h>
#include <math.h>
#include <stdlib.h>

// The next line that it says, or NULL when it has ended.
static cJSON *python_hear(child *c) {
    char line[512];
    return fgets(line, sizeof line, c->out) ? cJSON_Parse(line) : NULL;
}

ohm_status python_ask(child *c, const char *line, cJSON **answer) {
    fprintf(c->in, "%s\n", line);
    fflush(c->in);
    *answer = python_hear(c);
    return *answer ? OHM_OK : ohm_fail(OHM_DEVICE_FAILED, "it exited during the measurement");
}

double python_number(const cJSON *object, const char *name) {
    const cJSON *item = cJSON_GetObjectItem(object, name);
    return cJSON_IsNumber(item) ? item->valuedouble : NAN;
}

const char *python_text(const cJSON *object, const char *name) {
    return cJSON_GetStringValue(cJSON_GetObjectItem(object, name));
}

// Starts a script with one candidate interpreter.
static ohm_status start(const char *python, const unsigned char *program, const char *const *arguments,
                        child *c, cJSON **hello) {
    const char *all[8] = {python, "-c", (const char *)program};
    for (size_t i = 0; arguments[i]; i++) {
        assert(i + 4 < sizeof all / sizeof all[0]);
        all[i + 3] = arguments[i];
    }
    ohm_status status = child_start(all, 0, c);
    if (status) return status;
    *hello = python_hear(c);
    if (python_text(*hello, "version")) return OHM_OK;
    status = child_end(c);
    if (status) return status;
    const char *missing = python_text(*hello, "missing"), *refused = python_text(*hello, "refused");
    if (missing) return ohm_fail(OHM_NO_DEVICE, "no %s: %s", missing, python_text(*hello, "install"));
    return ohm_fail(OHM_NO_DEVICE, "%s", refused ? refused : "it printed nothing");
}

ohm_status python_start(const unsigned char *program, const char *const *arguments, child *c, cJSON **hello) {
    const char *chosen = getenv("PYTHON");
    const char *const python[] = {chosen && *chosen ? chosen : "python3", "/usr/bin/python3"};
    ohm_status status = OHM_NO_DEVICE;
    *hello = NULL;
    for (int i = 0; i < 2 && status == OHM_NO_DEVICE; i++) {
        cJSON_Delete(*hello);
        *hello = NULL;
        status = start(python[i], program, arguments, c, hello);
    }
    return status;
}
