// Others doing the same work: bench/peers.py, a process for each, beside our own devices.
#include "../host/cli/child.h"
#include "lineup.h"
#include "table.h"
#include "../host/cli/cli.h"
#include "../host/error.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern const unsigned char ohm_bench_peers[]; // peers.py; made by the build; it ends in 0

static const char *const peer_name[] = {"seed-loop",   "numpy-float32", "numpy-float64", "numba", "pytorch",
                                        "pytorch-gpu", "jax",           "jax-gpu",       "cupy"};
enum { PEERS = sizeof peer_name / sizeof peer_name[0] };

// What the law gives: the moments of our own state after so many steps.
typedef struct reference {
    ohm_crossbar *crossbar; // on the first device
    uint64_t side, steps;
    ohm_statistics statistics;
} reference;

typedef struct peer {
    child child;
    reference *reference;
} peer;

// ---- Talking ----------------------------------------------------------------------------------

// A line that the peer says, or NULL when it has ended.
static cJSON *hear(peer *p) {
    char line[512];
    return fgets(line, sizeof line, p->child.out) ? cJSON_Parse(line) : NULL;
}

static double number(const cJSON *object, const char *name) {
    const cJSON *item = cJSON_GetObjectItem(object, name);
    return cJSON_IsNumber(item) ? item->valuedouble : NAN;
}

static const char *text(const cJSON *object, const char *name) {
    return cJSON_GetStringValue(cJSON_GetObjectItem(object, name));
}

static ohm_status reach(reference *r, uint64_t steps) {
    if (r->steps == steps) return OHM_OK;
    const uint64_t seed = ohm_crossbar_definition(r->crossbar)->seed;
    ohm_status status = ohm_crossbar_restart(r->crossbar, seed);
    if (!status) status = ohm_crossbar_advance(r->crossbar, steps);
    if (!status) status = ohm_crossbar_statistics(r->crossbar, &r->statistics);
    r->steps = status ? 0 : steps;
    return status;
}

// Both simulate the same law if means and spreads are no further apart than chance can take them: six times
// the standard error of the difference of two means. The spread of a state in [0, 1] errs less than its mean.
static ohm_status check_law(reference *r, uint64_t steps, double mean, double std) {
    const ohm_status status = reach(r, steps);
    if (status) return status;
    const ohm_statistics *s = &r->statistics;
    const double apart = fmax(fabs(mean - s->state_mean), fabs(std - s->state_std));
    if (apart <= 6 * sqrt(2) * s->state_std / (double)r->side) return OHM_OK;
    return error_set(OHM_DEVICE_FAILED,
                     "not the same law: after %" PRIu64 " steps mean %.6f and std %.6f, not %.6f and %.6f",
                     steps, mean, std, s->state_mean, s->state_std);
}

static ohm_status run_peer(entrant *e, uint64_t steps, sample *s) {
    peer *p = e->object;
    fprintf(p->child.in, "%" PRIu64 "\n", steps);
    fflush(p->child.in);
    cJSON *answer = hear(p);
    if (!answer) return error_set(OHM_DEVICE_FAILED, "it ended while it was measured");
    s->wall = number(answer, "seconds");
    s->launches = steps;
    const ohm_status status = check_law(p->reference, steps, number(answer, "mean"), number(answer, "std"));
    cJSON_Delete(answer);
    return status;
}

// ---- Lining up --------------------------------------------------------------------------------

static void destroy(void *object) {
    peer *p = object;
    child_end(&p->child);
    free(p);
}

// Starts the peer and hears whether it can take part; *hello is what it said.
static ohm_status start(peer *p, const char *python, const char *name, uint64_t side, cJSON **hello) {
    char size[24];
    snprintf(size, sizeof size, "%" PRIu64, side);
    const char *const arguments[] = {python, "-c", (const char *)ohm_bench_peers, name, size, NULL};
    ohm_status status = child_start(arguments, 0, &p->child);
    if (status) return status;
    *hello = hear(p);
    if (text(*hello, "version")) return OHM_OK;
    status = child_end(&p->child);
    if (status) return status;
    if (text(*hello, "missing"))
        error_set(OHM_NO_DEVICE, "no %s: %s", text(*hello, "missing"), text(*hello, "install"));
    else
        error_set(OHM_NO_DEVICE, "%s", text(*hello, "refused") ? text(*hello, "refused") : "it said nothing");
    return OHM_NO_DEVICE;
}

// With the Python that has what it needs: that of the environment, or the system's, to which Debian's
// packages belong.
static ohm_status start_any(peer *p, const char *name, uint64_t side, cJSON **hello) {
    const char *chosen = getenv("PYTHON");
    const char *const python[] = {chosen && *chosen ? chosen : "python3", "/usr/bin/python3"};
    ohm_status status = OHM_NO_DEVICE;
    for (int i = 0; i < 2 && status == OHM_NO_DEVICE; i++) {
        cJSON_Delete(*hello);
        *hello = NULL;
        status = start(p, python[i], name, side, hello);
    }
    return status;
}

// A size that the first device has no memory for is a reason to skip it, not to end.
static ohm_status make_reference(const bench *b, reference *r) {
    const ohm_definition d = bench_definition(b, r->side);
    return r->crossbar ? OHM_OK : ohm_crossbar_create(b->contender[0].devices, &d, &r->crossbar);
}

static ohm_status add_peer(bench *b, lineup *l, const char *name, reference *r) {
    bench_row is = lineup_row(l, ROW_PEER, name);
    const ohm_status made = make_reference(b, r);
    if (made) return lineup_fail(b, is, made);
    peer *p = calloc(1, sizeof *p);
    cJSON *hello = NULL;
    if (!p) return error_no_memory("a peer");
    p->reference = r;
    bench_say(b, "%" PRIu64 " x %" PRIu64 ": starting %s", l->side, l->side, name);
    const ohm_status started = start_any(p, name, l->side, &hello);
    if (started) {
        cJSON_Delete(hello);
        free(p);
        return lineup_fail(b, is, started);
    }
    lineup_own(l, p, destroy);
    snprintf(is.note, sizeof is.note, "%s, Python %s", text(hello, "version"), text(hello, "python"));
    cJSON_Delete(hello);
    const entrant e = {.run = run_peer, .object = p, .least = 1};
    return lineup_add(b, l, &is, &e);
}

static ohm_status add_all(bench *b, lineup *l, reference *r) {
    ohm_status status = OHM_OK;
    unsigned fuse;
    for (size_t i = 0; i < b->contender_count && !status; i++)
        status = lineup_add_crossbar(b, l, &b->contender[i], &b->options->fuse, true, &fuse);
    for (size_t i = 0; i < PEERS && !status && !cli_caught(); i++) status = add_peer(b, l, peer_name[i], r);
    return status;
}

static ohm_status of_size(bench *b, uint64_t side) {
    reference r = {.side = side};
    lineup *l;
    ohm_status status = lineup_create(b, "peers", side, &l);
    if (!status) status = add_all(b, l, &r);
    if (!status) status = lineup_run(b, l);
    lineup_destroy(l);
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
