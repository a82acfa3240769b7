// Other implementations of the same work (bench/peers.py), each in a process of its own.
#include "moments.h"
#include "../host/cli/child.h"
#include "cases.h"
#include "python.h"
#include "table.h"
#include "../host/cli/cli.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

extern const unsigned char ohm_bench_peers[]; // peers.py, embedded by the build; it ends in 0

static const char *const peer_name[] = {"seed-loop",   "numpy-float32", "numpy-float64", "numba", "pytorch",
                                        "pytorch-gpu", "jax",           "jax-gpu",       "cupy"};
enum { PEERS = sizeof peer_name / sizeof peer_name[0] };

// The expected result: the moments of our own state after the same number of steps.
typedef struct reference {
    ohm_crossbar *crossbar; // on the first device
    uint64_t side, steps;
    moments moments;
} reference;

typedef struct peer {
    child child;
    reference *reference;
} peer;

static ohm_status reach(reference *r, uint64_t steps) {
    if (r->steps == steps) return OHM_OK;
    const uint64_t seed = ohm_crossbar_definition(r->crossbar)->seed;
    ohm_status status = ohm_crossbar_restart(r->crossbar, seed);
    if (!status) status = ohm_crossbar_advance(r->crossbar, steps);
    if (!status) status = moments_read(r->crossbar, &r->moments);
    r->steps = status ? 0 : steps;
    return status;
}

static ohm_status run_peer(bench_case *e, uint64_t steps, sample *s) {
    peer *p = e->object;
    char line[24];
    cJSON *answer;
    snprintf(line, sizeof line, "%" PRIu64, steps);
    const ohm_status heard = python_ask(&p->child, line, &answer);
    if (heard) return heard;
    s->wall = python_number(answer, "seconds");
    s->launches = steps;
    ohm_status status = reach(p->reference, steps);
    if (!status)
        status = moments_check(&p->reference->moments, steps, python_number(answer, "mean"),
                               python_number(answer, "std"));
    cJSON_Delete(answer);
    return status;
}

// ---- Lining up --------------------------------------------------------------------------------

static void destroy(void *object) {
    peer *p = object;
    child_end(&p->child);
    free(p);
}

// If the first device has no memory for a size, that size is skipped and the benchmark goes on.
static ohm_status make_reference(const bench *b, reference *r) {
    const ohm_definition d = bench_definition(b, r->side);
    return r->crossbar ? OHM_OK : ohm_crossbar_create(b->contender[0].devices, &d, &r->crossbar);
}

static ohm_status add_peer(bench *b, case_list *l, const char *name, reference *r) {
    bench_row is = cases_row(l, ROW_PEER, name);
    const ohm_status made = make_reference(b, r);
    if (made) return cases_fail(b, is, made);
    peer *p = calloc(1, sizeof *p);
    cJSON *hello = NULL;
    if (!p) return ohm_fail_memory("a peer");
    p->reference = r;
    bench_say(b, "%" PRIu64 " x %" PRIu64 ": starting %s", l->side, l->side, name);
    char size[24];
    snprintf(size, sizeof size, "%" PRIu64, l->side);
    const ohm_status started =
        python_start(ohm_bench_peers, (const char *const[]){name, size, NULL}, &p->child, &hello);
    if (started) {
        cJSON_Delete(hello);
        free(p);
        return cases_fail(b, is, started);
    }
    cases_own(l, p, destroy);
    snprintf(is.note, sizeof is.note, "%s, Python %s", python_text(hello, "version"),
             python_text(hello, "python"));
    cJSON_Delete(hello);
    const bench_case e = {.run = run_peer, .object = p, .least = 1};
    return cases_add(b, l, &is, &e);
}

static ohm_status add_all(bench *b, case_list *l, reference *r) {
    ohm_status status = OHM_OK;
    unsigned fuse;
    for (size_t i = 0; i < b->contender_count && !status; i++)
        status = cases_add_crossbar(b, l, &b->contender[i], &b->options->fuse, true, &fuse);
    for (size_t i = 0; i < PEERS && !status && !cli_caught(); i++) status = add_peer(b, l, peer_name[i], r);
    return status;
}

static ohm_status of_size(bench *b, uint64_t side) {
    reference r = {.side = side};
    case_list *l;
    ohm_status status = cases_create(b, "peers", side, &l);
    if (!status) status = add_all(b, l, &r);
    if (!status) status = cases_run(b, l);
    cases_destroy(l);
    ohm_crossbar_destroy(r.crossbar);
    return status;
}

ohm_status part_peers(bench *b) {
    static const number_list standard = {2, {256, 4096}};
    const number_list sides = bench_sizes(b, &standard);
    ohm_status status = OHM_OK;
    for (size_t i = 0; i < sides.count && !status && !cli_caught(); i++) status = of_size(b, sides.value[i]);
    if (!status) table_print_peers(b);
    return status;
}
