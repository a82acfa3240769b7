#include "digests.h"
#include "../host/ohmscape.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct digests_entry {
    const char *model;
    uint64_t side, steps, digest;
    char who[200];
};

static ohm_status hold_against(const digests_entry *e, uint64_t digest, const char *who) {
    if (e->digest == digest) return OHM_OK;
    return ohm_fail(OHM_DEVICE_FAILED,
                    "either %s or %s computes wrong results: after %" PRIu64 " steps of %" PRIu64
                    " x %" PRIu64 " the digests are %016" PRIx64 " and %016" PRIx64,
                    who, e->who, e->steps, e->side, e->side, digest, e->digest);
}

static bool is_of(const digests_entry *e, const char *model, uint64_t side, uint64_t steps) {
    const bool same = model && e->model ? strcmp(model, e->model) == 0 : model == e->model;
    return same && e->side == side && e->steps == steps;
}

ohm_status digests_check(digests *l, const char *model, uint64_t side, uint64_t steps, uint64_t digest,
                         const char *who) {
    for (size_t i = 0; i < l->count; i++)
        if (is_of(&l->entry[i], model, side, steps)) return hold_against(&l->entry[i], digest, who);
    digests_entry *more = realloc(l->entry, (l->count + 1) * sizeof *more);
    if (!more) return ohm_fail_memory("digests");
    l->entry = more;
    digests_entry *e = &more[l->count++];
    *e = (digests_entry){.model = model, .side = side, .steps = steps, .digest = digest};
    snprintf(e->who, sizeof e->who, "%s", who);
    return OHM_OK;
}

void digests_free(digests *l) {
    free(l->entry);
}
