// Digests by what they are of, so that every timed run can be held against all others.
#ifndef BENCH_DIGESTS_H
#define BENCH_DIGESTS_H

#include "../host/ohmscape.h"

typedef struct digests_entry digests_entry;

typedef struct digests {
    size_t count;
    digests_entry *entry;
} digests;

// Enters the digest that `who` found of a crossbar of side × side after so many steps, of a model, of the
// run's own (NULL) or of what else the text says, or holds it against the one that is there. The text has to
// live as long as the digests. Errors: OHM_DEVICE_FAILED, naming both, if they differ; OHM_OUT_OF_MEMORY.
ohm_status digests_check(digests *l, const char *model, uint64_t side, uint64_t steps, uint64_t digest,
                         const char *who);

void digests_free(digests *l);

#endif
