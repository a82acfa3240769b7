// See ohmscape_ranks.h.
#include "../../ohmscape_ranks.h"
#include "../../base/error.h"
#include "../../base/threads.h"
#include "hello.h"
#include "join.h"
#include "remote.h"
#include "server.h"

#include <dlfcn.h>
#include <libgen.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define MODULE "ohmscape-mpi.so"
#define PATIENCE 60.0 // s

// This process.
static struct {
    const transport *way; // NULL: alone
    int rank, count;
    bool broken; // MPI cannot be ended in order
    peer *zero;  // in the others
    double patience;
} me;

// ---- How it was started -----------------------------------------------------------------------

// The number in the first of the variables that is there, or none.
static int read_variable(const char *const *names, int none) {
    for (; *names; names++) {
        const char *text = getenv(*names);
        if (text && *text) return atoi(text);
    }
    return none;
}

static bool is_off(void) {
    const char *text = getenv("OHMSCAPE_RANKS");
    return text && strcmp(text, "off") == 0;
}

static int launched_rank(void) {
    static const char *const names[] = {"OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK", NULL};
    return is_off() ? -1 : read_variable(names, -1);
}

static int launched_count(void) {
    static const char *const names[] = {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE", NULL};
    return is_off() ? 1 : read_variable(names, 0);
}

bool ohm_ranks_launched(void) {
    return launched_rank() >= 0;
}

int ohm_ranks_rank(void) {
    const int rank = me.count ? me.rank : launched_rank();
    return rank > 0 ? rank : 0;
}

int ohm_ranks_count(void) {
    const int count = me.count ? me.count : launched_count();
    return count > 1 ? count : 1;
}

const char *ohm_ranks_host(int rank) {
    return rank >= 0 && rank < ranks_count() ? ranks_entry(rank)->host : "";
}

// ---- The module -------------------------------------------------------------------------------

static bool is_there(const char *folder, const char *below, char *path) {
    snprintf(path, PATH_MAX, "%s/%s%s", folder, below, MODULE);
    return access(path, R_OK) == 0;
}

// Beside a program or library, or where it is installed.
static bool is_near(const char *file, char *path) {
    char whole[PATH_MAX];
    if (!realpath(file, whole)) return false;
    const char *folder = dirname(whole);
    return is_there(folder, "", path) || is_there(folder, "ohmscape/", path) ||
           is_there(folder, "../lib/ohmscape/", path);
}

static ohm_status find_module(char *path) {
    Dl_info library = {0};
    if (is_near("/proc/self/exe", path)) return OHM_OK;
    if (dladdr((const void *)&me, &library) && library.dli_fname && is_near(library.dli_fname, path))
        return OHM_OK;
    ohm_fail(OHM_NO_DEVICE, "this was started as one of several ranks, but %s is not there", MODULE);
    ohm_fail_hint("`make mpi` builds it; OHMSCAPE_RANKS=off runs each rank alone");
    return OHM_NO_DEVICE;
}

// It is never unloaded, as MPI leaves threads and handlers behind. Its own modules look for MPI among all
// names.
static ohm_status load(const char *module, const transport **way) {
    char found[PATH_MAX];
    const ohm_status status = module ? OHM_OK : find_module(found);
    if (status) return status;
    if (!module) module = found;
    void *handle = dlopen(module, RTLD_NOW | RTLD_GLOBAL);
    if (!handle) return ohm_fail(OHM_NO_DEVICE, "cannot load %s", dlerror());
    *way = dlsym(handle, TRANSPORT_SYMBOL);
    if (!*way || (*way)->version != TRANSPORT_VERSION)
        return ohm_fail(OHM_NO_DEVICE, "%s is not the module of this version, %s", module, OHM_VERSION);
    return OHM_OK;
}

// ---- Meeting ----------------------------------------------------------------------------------

static ohm_status read_patience(double *patience) {
    const char *text = getenv("OHMSCAPE_RANK_TIMEOUT");
    char *end;
    *patience = PATIENCE;
    if (!text || !*text) return OHM_OK;
    *patience = strtod(text, &end);
    if (*end == '\0' && *patience > 0 && *patience <= 1e9) return OHM_OK;
    return ohm_fail(OHM_BAD_ARGUMENT, "OHMSCAPE_RANK_TIMEOUT: \"%s\" is no number of seconds above 0", text);
}

// A failure, kept while others may follow.
typedef struct kept {
    ohm_status status;
    char *message, *hint;
} kept;

// Keeps this thread's last error, if it is the first.
static void keep(kept *k, ohm_status status) {
    if (!status || k->status) return;
    k->status = status;
    k->message = strdup(ohm_error_message());
    k->hint = ohm_error_hint() ? strdup(ohm_error_hint()) : NULL;
}

// Makes it this thread's last error again.
static ohm_status restore(kept *k) {
    if (!k->status) return OHM_OK;
    ohm_fail(k->status, "%s", k->message ? k->message : "out of memory for a message");
    if (k->hint) ohm_fail_hint("%s", k->hint);
    free(k->message);
    free(k->hint);
    return k->status;
}

static ohm_status hear_one(hello *all, int r, peer *p) {
    size_t bytes = 0;
    ohm_status status = peer_receive(p, &bytes);
    if (status) return status;
    memcpy(&all[r], p->received, bytes < sizeof all[r] ? bytes : sizeof all[r]);
    status = hello_check(&all[0], &all[r], r, bytes);
    if (status) return status;
    memcpy(p->host, all[r].host, sizeof p->host - 1);
    if (hello_sees(&all[0], &all[r])) p->process = all[r].process;
    return OHM_OK;
}

static ohm_status answer_one(const hello *all, int r, peer *p, bool accepted) {
    const verdict v = {.accepted = accepted,
                       .threads = hello_share(all, r, me.count),
                       .process = hello_sees(&all[0], &all[r]) ? all[0].process : 0,
                       .patience = p->patience};
    return peer_send(p, &(message_part){&v, sizeof v}, 1);
}

static void take_share(unsigned threads) {
    const char *text = getenv("OMP_NUM_THREADS");
    if (!text || !*text) threads_share(threads);
}

// Rank 0 hears all others before it answers, so that all hear the same.
static ohm_status gather(hello *all, rank_entry *entries) {
    double patience = PATIENCE;
    kept k = {0};
    hello_make(&all[0]);
    keep(&k, read_patience(&patience));
    for (int r = 1; r < me.count; r++) {
        const ohm_status status = peer_create(me.way, r, &entries[r].peer);
        if (status) return status;
        entries[r].peer->patience = patience;
        keep(&k, hear_one(all, r, entries[r].peer));
    }
    const bool accepted = !k.status;
    for (int r = 1; r < me.count; r++) keep(&k, answer_one(all, r, entries[r].peer, accepted));
    if (k.status) return restore(&k);
    hello_place(all, entries, me.count);
    take_share(hello_share(all, 0, me.count));
    return OHM_OK;
}

// Without an answer they would not end in order.
static bool has_answered_all(const rank_entry *entries) {
    for (int r = 1; r < me.count; r++)
        if (!entries[r].peer || entries[r].peer->lost) return false;
    return true;
}

static ohm_status meet_others(void) {
    const size_t count = (size_t)me.count;
    hello *all = calloc(count, sizeof *all);
    rank_entry *entries = calloc(count, sizeof *entries);
    const ohm_status status = all && entries ? gather(all, entries) : ohm_fail_memory("ranks");
    free(all);
    if (!entries) return status;
    me.broken = !has_answered_all(entries);
    ranks_set(entries, me.count);
    if (status) ranks_clear();
    return status;
}

static ohm_status meet_zero(void) {
    hello own;
    verdict v;
    size_t bytes = 0;
    hello_make(&own);
    ohm_status status = peer_create(me.way, 0, &me.zero);
    if (!status) status = peer_send(me.zero, &(message_part){&own, sizeof own}, 1);
    if (!status) status = peer_receive(me.zero, &bytes);
    if (status) return status;
    memset(&v, 0, sizeof v);
    memcpy(&v, me.zero->received, bytes < sizeof v ? bytes : sizeof v);
    if (!v.accepted) return ohm_fail(OHM_BAD_ARGUMENT, "rank 0 does not go together with another rank");
    me.zero->process = v.process;
    me.patience = v.patience;
    take_share(v.threads);
    return OHM_OK;
}

static ohm_status meet(int expected) {
    transport_place place = {0, 1};
    if (!me.way->join(&place)) return ohm_fail(OHM_NO_DEVICE, "cannot join the ranks: %s", me.way->error());
    me.rank = place.rank;
    me.count = place.count;
    if (expected > 0 && expected != place.count) {
        ohm_fail(OHM_NO_DEVICE, "%d ranks were started, but %s knows of %d", expected, me.way->name(),
                 place.count);
        ohm_fail_hint("mpirun and %s have to be of the same MPI", MODULE);
        return OHM_NO_DEVICE;
    }
    if (place.count == 1) return OHM_OK;
    return place.rank ? meet_zero() : meet_others();
}

ohm_status join_by(const transport *way, int expected) {
    kept k = {0};
    me.way = way;
    keep(&k, meet(expected));
    if (k.status) (void)ohm_ranks_leave();
    return restore(&k);
}

ohm_status ohm_ranks_join(const char *module) {
    const transport *way;
    if (me.way || !ohm_ranks_launched()) return OHM_OK;
    const ohm_status status = load(module, &way);
    return status ? status : join_by(way, launched_count());
}

// ---- Together ---------------------------------------------------------------------------------

ohm_status ohm_ranks_serve(void) {
    bool orderly = false;
    if (!me.zero) return OHM_OK;
    const double interval = me.patience / 4 < 1 ? me.patience / 4 : 1;
    const ohm_status status = server_run(me.zero, interval, &orderly);
    me.broken |= !orderly;
    return status;
}

// Those that are there are told how it ends: in order, or without the lost.
static ohm_status dismiss_all(void) {
    kept k = {0};
    for (int r = 1; r < ranks_count(); r++) me.broken |= ranks_entry(r)->peer->lost;
    for (int r = 1; r < ranks_count(); r++) keep(&k, remote_dismiss(ranks_entry(r)->peer, !me.broken));
    me.broken |= k.status != OHM_OK;
    return restore(&k);
}

ohm_status ohm_ranks_leave(void) {
    if (!me.way) return OHM_OK;
    ohm_status status = dismiss_all();
    if (!me.broken && me.count && !me.way->leave())
        status = ohm_fail(OHM_DEVICE_FAILED, "cannot leave the ranks: %s", me.way->error());
    peer_destroy(me.zero);
    ranks_clear();
    threads_share(0);
    memset(&me, 0, sizeof me);
    return status;
}
