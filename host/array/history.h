// What drove a crossbar: which stimulus, from which step on.
#ifndef OHM_HISTORY_H
#define OHM_HISTORY_H

#include "../ohmscape.h"

typedef struct history {
    ohm_history_entry *entries; // in the order of their steps, the first at step 0
    size_t count, capacity;
} history;

// Makes ready to note a stimulus: *copy is what history_note takes. Errors: OHM_OUT_OF_MEMORY.
ohm_status history_prepare(history *h, const char *stimulus, char **copy);

// Notes that a stimulus drives from a step on, no earlier than the last; it cannot fail. One that no step was
// done with is forgotten, and the same one again is none.
void history_note(history *h, uint64_t step, char *copy);

// Both at once. Errors: OHM_OUT_OF_MEMORY.
ohm_status history_add(history *h, uint64_t step, const char *stimulus);

// Forgets all of it; what was prepared is still good.
void history_clear(history *h);

void history_free(history *h);

#endif
