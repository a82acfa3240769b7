// What is worth knowing of a crossbar that could be made, one line each.
#ifndef OHM_WARNINGS_H
#define OHM_WARNINGS_H

#include <stddef.h>

enum { WARNINGS_MAX = 8, WARNINGS_LENGTH = 384 };

typedef struct warnings {
    size_t count;
    char text[WARNINGS_MAX][WARNINGS_LENGTH];
} warnings;

// Adds a line, unless there are WARNINGS_MAX.
void warnings_add(warnings *w, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
