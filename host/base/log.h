// What the library says that is no error.
#ifndef OHM_LOG_H
#define OHM_LOG_H

#include "../ohmscape.h"

// Says a line to the process's log (ohm_set_log), if there is one.
void log_say(ohm_log_level level, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
