// Ceilings as cases. Each part of an update (host/ohmscape_ceiling.h) gets a row.
#include "cases.h"
#include "../host/cli/progress.h"
#include "../host/ohmscape_ceiling.h"

#include <stdlib.h>

typedef struct ceiling_prop {
    ohm_ceilings *ceilings;
    unsigned fuse; // steps per launch
} ceiling_prop;

static void destroy(void *object) {
    ceiling_prop *p = object;
    ohm_ceilings_destroy(p->ceilings);
    free(p);
}

static ohm_status run_ceiling(bench_case *e, uint64_t steps, sample *s) {
    const ceiling_prop *p = e->object;
    const ohm_ceiling_kind kind = e->choice;
    const unsigned fuse = kind == OHM_CEILING_COPY ? 1 : p->fuse;
    const double start = progress_clock();
    const ohm_status status = ohm_ceilings_run(p->ceilings, kind, steps, fuse);
    s->wall = progress_clock() - start;
    s->launches = (steps + fuse - 1) / fuse;
    return status;
}

// Adds the first so many kinds of ceilings.
static ohm_status add_ceilings(bench *b, case_list *l, contender *c, unsigned fuse, ohm_ceiling_kind count) {
    static const row_kind row_of[OHM_CEILINGS] = {ROW_COPY, ROW_PHILOX, ROW_ARITHMETIC};
    const ohm_definition d = bench_definition(b, l->side);
    ceiling_prop *p = calloc(1, sizeof *p);
    if (!p) return ohm_fail_memory("a ceiling");
    p->fuse = fuse;
    const ohm_status made = ohm_ceilings_create(c->devices, &d, &p->ceilings);
    cases_own(l, p, destroy);
    ohm_status status = OHM_OK;
    for (ohm_ceiling_kind kind = 0; kind < count && !status; kind++) {
        bench_row r = cases_row(l, row_of[kind], c->info.id);
        if (!made) r.synapses = ohm_ceilings_synapses(p->ceilings);
        const bench_case e = {
            .run = run_ceiling, .object = p, .choice = kind, .least = kind == OHM_CEILING_COPY ? 1 : fuse};
        status = made ? cases_fail(b, r, made) : cases_add(b, l, &r, &e);
    }
    return status;
}

ohm_status cases_add_ceilings(bench *b, case_list *l, contender *c, unsigned fuse) {
    return add_ceilings(b, l, c, fuse, OHM_CEILINGS);
}

ohm_status cases_add_copy(bench *b, case_list *l, contender *c) {
    return add_ceilings(b, l, c, 1, OHM_CEILING_COPY + 1);
}
