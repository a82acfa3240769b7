// Values of options that are made of several: KEY=VALUE,KEY=VALUE…
#ifndef OHM_PAIRS_H
#define OHM_PAIRS_H

#include "../ohmscape.h"

// One of the keys. set receives the text after it, and the object being filled in; it returns what is allowed
// where the text is not.
typedef struct pair_entry {
    const char *key;
    const char *(*set)(void *object, const char *text);
} pair_entry;

// Fills in object from the text of an option; the table ends with a keyless entry. Errors: OHM_BAD_ARGUMENT:
// an unknown key, which lists the others; a key twice; a wrong value, by what is allowed.
ohm_status pairs_read(const char *option, const pair_entry *table, const char *text, void *object);

#endif
