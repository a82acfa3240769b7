// The one sink of errors: it formats the text that ohm_error_message returns.
#ifndef OHM_ERROR_H
#define OHM_ERROR_H

#include "../ohmscape.h"

// Sets this thread's message, clears its hint, and returns status, so that `return error_set(…)` is
// how a function fails.
ohm_status error_set(ohm_status status, const char *format, ...) __attribute__((format(printf, 2, 3)));

// Adds a hint to the message just set.
void error_hint(const char *format, ...) __attribute__((format(printf, 1, 2)));

// Says where: puts "WHERE: " in front of the message, and keeps its hint. Returns status.
ohm_status error_in(ohm_status status, const char *format, ...) __attribute__((format(printf, 2, 3)));

// The same as error_set, after a failed allocation of what is named.
ohm_status error_no_memory(const char *what);

#endif
