// How the update scales with ranks: the same crossbar on more and more of them (strong), and one that grows
// with their number (weak). Each uses the first so many ranks of this run.
#include "cases.h"
#include "../host/cli/cli.h"
#include "../host/ohmscape_ranks.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SELECTOR_MAX 16384

// Devices of several ranks, as one that takes part.
static void close_devices(void *object) {
    contender *c = object;
    ohm_devices_close(c->devices);
    free(c);
}

// Opens this kind of device of the first so many ranks.
static ohm_status open_devices(const char *kind, int ranks, contender **made) {
    char selector[SELECTOR_MAX] = "";
    size_t used = 0;
    for (int r = 0; r < ranks && used < sizeof selector; r++)
        used += (size_t)snprintf(selector + used, sizeof selector - used, "%s%d:%s", r ? "," : "", r, kind);
    if (used >= sizeof selector) return ohm_fail(OHM_BAD_ARGUMENT, "%d ranks are too many", ranks);
    contender *c = calloc(1, sizeof *c);
    if (!c) return ohm_fail_memory("devices");
    const ohm_status status = ohm_devices_open(selector, &c->devices);
    if (status) {
        free(c);
        return status;
    }
    c->info = *ohm_devices_info(c->devices, 0);
    *made = c;
    return OHM_OK;
}

// What digests of crossbars that are not square are of.
static const char *shape_of(int ranks) {
    static char text[32][24];
    static size_t count;
    char wanted[24];
    size_t i = 0;
    snprintf(wanted, sizeof wanted, "for %d ranks", ranks);
    while (i < count && strcmp(text[i], wanted) != 0) i++;
    if (i == count && count < sizeof text / sizeof text[0]) memcpy(text[count++], wanted, sizeof wanted);
    return i < count ? text[i] : NULL;
}

static ohm_status add_ranks(bench *b, case_list *l, const char *kind, int ranks, bool weak) {
    contender *c;
    const uint64_t times = weak ? (uint64_t)ranks : 1;
    bench_row r = cases_row(l, ROW_UPDATE, "");
    snprintf(r.device, sizeof r.device, "%s of %d", kind, ranks);
    r.ranks = (unsigned)ranks;
    r.synapses *= times;
    ohm_status status = open_devices(kind, ranks, &c);
    if (status) return cases_fail(b, r, status);
    cases_own(l, c, close_devices);
    return cases_add_rows(b, l, c, &r, l->side * times, weak ? shape_of(ranks) : NULL);
}

// Powers of two, and all.
static int next_count(int ranks, int all) {
    return ranks < all && 2 * ranks > all ? all : 2 * ranks;
}

// How many times as fast each row is as that of one rank.
static void relate(bench *b, const case_list *l) {
    double one = 0;
    for (size_t i = l->first_row; i < b->results.count; i++) {
        bench_row *r = &b->results.row[i];
        if (r->ranks == 1) one = row_rate(r, 0.5);
        if (one > 0 && r->ranks) r->times_one_rank = row_rate(r, 0.5) / one;
        if (r->ranks > 1 && r->times_one_rank > 0)
            printf("%6" PRIu64 "  %s: %.2f times one rank, %.2f each\n", r->side, r->device,
                   r->times_one_rank, r->times_one_rank / r->ranks);
    }
}

static ohm_status measure(bench *b, const char *kind, bool weak) {
    case_list *l;
    const int all = ohm_ranks_count();
    ohm_status status = cases_create(b, weak ? "weak" : "strong", bench_one_side(b), &l);
    for (int n = 1; n <= all && !status; n = next_count(n, all)) status = add_ranks(b, l, kind, n, weak);
    if (!status) status = cases_run(b, l);
    if (!status) relate(b, l);
    cases_destroy(l);
    return status;
}

// Whether every rank has this kind.
static bool all_have(const char *kind) {
    contender *c;
    if (open_devices(kind, ohm_ranks_count(), &c)) return false;
    close_devices(c);
    return true;
}

ohm_status part_ranks(bench *b) {
    static const char *const kinds[] = {"native", "gpu"};
    ohm_status status = OHM_OK;
    if (ohm_ranks_count() == 1) return OHM_OK;
    for (size_t k = 0; k < 2 && !status && !cli_caught(); k++) {
        if (!all_have(kinds[k])) continue;
        status = measure(b, kinds[k], false);
        if (!status && !cli_caught()) status = measure(b, kinds[k], true);
    }
    return status;
}
