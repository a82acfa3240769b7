// Errors: functions fail by ohm_fail (ohmscape.h), the one sink, or by what is here.
#ifndef OHM_ERROR_H
#define OHM_ERROR_H

#include "../ohmscape.h"

// Says where: puts "WHERE: " in front of the message, and keeps its hint. Returns status.
ohm_status error_in(ohm_status status, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
