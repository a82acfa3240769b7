#include "cases.h"
#include "table.h"
#include "../host/cli/cli.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

ohm_status cases_create(const bench *b, const char *part, uint64_t side, case_list **l) {
    *l = calloc(1, sizeof **l);
    if (!*l) return ohm_fail_memory("a round");
    (*l)->part = part;
    (*l)->side = side;
    (*l)->first_row = b->results.count;
    return OHM_OK;
}

void cases_destroy(case_list *l) {
    while (l && l->prop_count > 0) {
        const prop *p = &l->prop[--l->prop_count];
        p->destroy(p->object);
    }
    free(l);
}

bench_row cases_row(const case_list *l, row_kind kind, const char *device) {
    bench_row r = {.part = l->part, .kind = kind, .side = l->side, .synapses = l->side * l->side};
    snprintf(r.device, sizeof r.device, "%s", device);
    return r;
}

ohm_status cases_add(bench *b, case_list *l, const bench_row *r, const bench_case *e) {
    if (l->count == CASES_MAX)
        return ohm_fail(OHM_BAD_ARGUMENT, "more than %d rows measured together", CASES_MAX);
    bench_case *added = &l->item[l->count];
    *added = *e;
    const ohm_status status = results_add(&b->results, r, &added->row);
    if (!status) l->count++;
    return status;
}

void cases_own(case_list *l, void *object, void (*destroy)(void *object)) {
    assert(l->prop_count < CASES_MAX);
    l->prop[l->prop_count++] = (prop){object, destroy};
}

ohm_status cases_fail(bench *b, bench_row r, ohm_status reason) {
    size_t place;
    const char *message = ohm_error_message();
    if (reason == OHM_BUILD_FAILED)
        fprintf(stderr, "ohmscape: error: %s\n", message); // with the compiler's log
    const bool cannot = reason == OHM_OUT_OF_MEMORY || reason == OHM_NO_DEVICE || reason == OHM_IO_FAILED;
    r.state = cannot ? ROW_SKIPPED : ROW_LOST;
    snprintf(r.note, sizeof r.note, "%.*s", (int)strcspn(message, "\n"), message);
    return results_add(&b->results, &r, &place);
}

ohm_status cases_run(bench *b, case_list *l) {
    ohm_status status = rounds_run(b, l->item, l->count);
    if (status) return status;
    results_relate(&b->results, l->part, l->side);
    table_print(b, l->first_row);
    return OHM_OK;
}
