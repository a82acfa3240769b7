// The text of this thread's last error. Long enough for a compiler's log; a longer text is cut.
#include "error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static _Thread_local char message[16384];
static _Thread_local char hint[1024];

ohm_status ohm_fail(ohm_status status, const char *format, ...) {
    static _Thread_local char text[sizeof message]; // an argument may be the message itself
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    memcpy(message, text, sizeof message);
    hint[0] = '\0';
    return status;
}

void ohm_fail_hint(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(hint, sizeof hint, format, arguments);
    va_end(arguments);
}

ohm_status error_in(ohm_status status, const char *format, ...) {
    static _Thread_local char where[1024], said[sizeof hint];
    memcpy(said, hint, sizeof said);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(where, sizeof where, format, arguments);
    va_end(arguments);
    ohm_fail(status, "%s: %s", where, message);
    memcpy(hint, said, sizeof hint);
    return status;
}

ohm_status ohm_fail_memory(const char *what) {
    return ohm_fail(OHM_OUT_OF_MEMORY, "out of memory for %s", what);
}

const char *ohm_version(void) {
    return OHM_VERSION;
}

const char *ohm_status_name(ohm_status status) {
    static const char *const names[] = {
        "OHM_OK",           "OHM_BAD_ARGUMENT",  "OHM_NO_DEVICE", "OHM_DEVICE_FAILED",
        "OHM_BUILD_FAILED", "OHM_OUT_OF_MEMORY", "OHM_IO_FAILED", "OHM_BAD_FILE",
        "OHM_NOT_CONVERGED"};
    return (unsigned)status < sizeof names / sizeof names[0] ? names[status] : "unknown status";
}

const char *ohm_error_message(void) {
    return message;
}

const char *ohm_error_hint(void) {
    return hint[0] ? hint : NULL;
}
