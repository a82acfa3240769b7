#include "lineup.h"
#include "table.h"
#include "../host/cli/cli.h"
#include "../host/base/error.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

ohm_status lineup_create(const bench *b, const char *part, uint64_t side, lineup **l) {
    *l = calloc(1, sizeof **l);
    if (!*l) return error_no_memory("a heat");
    (*l)->part = part;
    (*l)->side = side;
    (*l)->first_row = b->results.count;
    return OHM_OK;
}

void lineup_destroy(lineup *l) {
    while (l && l->prop_count > 0) {
        const prop *p = &l->prop[--l->prop_count];
        p->destroy(p->object);
    }
    free(l);
}

bench_row lineup_row(const lineup *l, row_kind kind, const char *device) {
    bench_row r = {.part = l->part, .kind = kind, .side = l->side, .synapses = l->side * l->side};
    snprintf(r.device, sizeof r.device, "%s", device);
    return r;
}

ohm_status lineup_add(bench *b, lineup *l, const bench_row *r, const entrant *e) {
    if (l->count == LINEUP_MAX) return error_set(OHM_BAD_ARGUMENT, "more than %d rows in a heat", LINEUP_MAX);
    entrant *added = &l->entrant[l->count];
    *added = *e;
    const ohm_status status = results_add(&b->results, r, &added->row);
    if (!status) l->count++;
    return status;
}

void lineup_own(lineup *l, void *object, void (*destroy)(void *object)) {
    assert(l->prop_count < LINEUP_MAX);
    l->prop[l->prop_count++] = (prop){object, destroy};
}

ohm_status lineup_fail(bench *b, bench_row r, ohm_status reason) {
    size_t place;
    const char *message = ohm_error_message();
    if (reason == OHM_BUILD_FAILED)
        fprintf(stderr, "ohmscape: error: %s\n", message); // with the compiler's log
    r.state = reason == OHM_OUT_OF_MEMORY || reason == OHM_NO_DEVICE ? ROW_SKIPPED : ROW_LOST;
    snprintf(r.note, sizeof r.note, "%.*s", (int)strcspn(message, "\n"), message);
    return results_add(&b->results, &r, &place);
}

ohm_status lineup_run(bench *b, lineup *l) {
    ohm_status status = heat_run(b, l->entrant, l->count);
    if (status) return status;
    results_relate(&b->results, l->part, l->side);
    table_print(b, l->first_row);
    return OHM_OK;
}

ohm_status lineup_add_device(bench *b, lineup *l, contender *c, const number_list *fuses) {
    unsigned fuse = 0;
    const ohm_status status = lineup_add_crossbar(b, l, c, fuses, true, &fuse);
    return status || !fuse ? status : lineup_add_ceilings(b, l, c, fuse);
}
