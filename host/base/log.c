#include "log.h"

#include <stdarg.h>
#include <stdio.h>

static ohm_log *_Atomic sink;
static void *_Atomic sink_context;

void ohm_set_log(ohm_log *log, void *context) {
    sink = NULL; // none gets the context of another
    sink_context = context;
    sink = log;
}

void log_say(ohm_log_level level, const char *format, ...) {
    ohm_log *const log = sink;
    char line[1024];
    if (!log) return;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(line, sizeof line, format, arguments);
    va_end(arguments);
    log(sink_context, level, line);
}
