// See history.h.
#include "history.h"
#include "../base/error.h"

#include <stdlib.h>
#include <string.h>

ohm_status history_prepare(history *h, const char *stimulus, char **copy) {
    if (h->count == h->capacity) {
        const size_t capacity = h->capacity ? 2 * h->capacity : 4;
        ohm_history_entry *more = realloc(h->entries, capacity * sizeof *more);
        if (!more) return ohm_fail_memory("the history");
        h->entries = more;
        h->capacity = capacity;
    }
    *copy = strdup(stimulus);
    return *copy ? OHM_OK : ohm_fail_memory("the history");
}

static void drop_last(history *h) {
    free((char *)h->entries[--h->count].stimulus);
}

void history_note(history *h, uint64_t step, char *copy) {
    if (h->count && h->entries[h->count - 1].step == step) drop_last(h);
    if (h->count && strcmp(h->entries[h->count - 1].stimulus, copy) == 0) {
        free(copy);
        return;
    }
    h->entries[h->count++] = (ohm_history_entry){step, copy};
}

ohm_status history_add(history *h, uint64_t step, const char *stimulus) {
    char *copy;
    const ohm_status status = history_prepare(h, stimulus, &copy);
    if (!status) history_note(h, step, copy);
    return status;
}

void history_clear(history *h) {
    while (h->count) drop_last(h);
}

void history_free(history *h) {
    history_clear(h);
    free(h->entries);
    *h = (history){0};
}
