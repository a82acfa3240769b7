#include "pairs.h"
#include "error.h"

#include <stdio.h>
#include <string.h>

#define MOST_TEXT 256

static ohm_status unknown(const char *option, const pair_entry *table, const char *key) {
    char keys[MOST_TEXT] = "";
    for (const pair_entry *e = table; e->key; e++) {
        const size_t used = strlen(keys);
        snprintf(keys + used, sizeof keys - used, "%s%s", used ? ", " : "", e->key);
    }
    return ohm_fail(OHM_BAD_ARGUMENT, "--%s: \"%s\" is none of its keys: %s", option, key, keys);
}

// Reads one pair; *given gets the bit of its key.
static ohm_status read_pair(const char *option, const pair_entry *table, char *pair, void *object,
                            unsigned *given) {
    char *value = strchr(pair, '=');
    if (!value) return ohm_fail(OHM_BAD_ARGUMENT, "--%s: \"%s\" is not KEY=VALUE", option, pair);
    *value++ = '\0';
    for (int i = 0; table[i].key; i++) {
        if (strcmp(table[i].key, pair) != 0) continue;
        if (*given >> i & 1) return ohm_fail(OHM_BAD_ARGUMENT, "--%s: %s is given twice", option, pair);
        *given |= 1u << i;
        const char *allowed = table[i].set(object, value);
        return allowed
                   ? ohm_fail(OHM_BAD_ARGUMENT, "--%s: %s=%s: %s is expected", option, pair, value, allowed)
                   : OHM_OK;
    }
    return unknown(option, table, pair);
}

ohm_status pairs_read(const char *option, const pair_entry *table, const char *text, void *object) {
    char copy[MOST_TEXT];
    unsigned given = 0;
    ohm_status status = OHM_OK;
    if (strlen(text) >= sizeof copy) return ohm_fail(OHM_BAD_ARGUMENT, "--%s: the text is too long", option);
    snprintf(copy, sizeof copy, "%s", text);
    for (char *pair = copy, *next; pair && !status; pair = next) {
        next = strchr(pair, ',');
        if (next) *next++ = '\0';
        status = read_pair(option, table, pair, object, &given);
    }
    return status;
}
