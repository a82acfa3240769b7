// Digests by what they are of, so that every timed run can be held against all others.
#ifndef BENCH_LEDGER_H
#define BENCH_LEDGER_H

#include "../host/ohmscape.h"

typedef struct ledger_entry ledger_entry;

typedef struct ledger {
    size_t count;
    ledger_entry *entry;
} ledger;

// Enters the digest that `who` found of a crossbar of side × side after so many steps, of a model or of the
// run's own (NULL), or holds it against the one that is there. The model's name has to live as long as the
// ledger. Errors: OHM_DEVICE_FAILED, naming both, if they differ; OHM_OUT_OF_MEMORY.
ohm_status ledger_check(ledger *l, const char *model, uint64_t side, uint64_t steps, uint64_t digest,
                        const char *who);

void ledger_free(ledger *l);

#endif
