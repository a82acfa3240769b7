// What goes wrong at the end of a command, which goes on to report and to save what it has.
#ifndef CLI_TROUBLE_H
#define CLI_TROUBLE_H

#include "../ohmscape.h"

#define TROUBLE_MOST 8

typedef struct trouble {
    ohm_status status;
    char *message, *hint; // of their own; NULL if there is no hint, or no memory
} trouble;

// All zeros, there is none.
typedef struct troubles {
    trouble kept[TROUBLE_MOST];
    int count;
} troubles;

// Keeps the library's last error unless status is OHM_OK, or one of the same text is kept.
void troubles_note(troubles *t, ohm_status status);

// The first message, or NULL.
const char *troubles_first(const troubles *t);

// Prints all on stderr, in their order, and forgets them. Returns the exit status for the first, EXIT_SUCCESS
// if there is none.
int troubles_tell(troubles *t);

#endif
