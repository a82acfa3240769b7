#include "warnings.h"

#include <stdarg.h>
#include <stdio.h>

void warnings_add(warnings *w, const char *format, ...) {
    if (w->count == WARNINGS_MAX) return;
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(w->text[w->count++], WARNINGS_LENGTH, format, arguments);
    va_end(arguments);
}
