#include "peer.h"
#include "../../base/error.h"

#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

// An answer within this time is waited for without sleep: a sleep takes as long. Yielding instead gives the
// processor to whoever else wants it, for milliseconds: on a busy machine a launch took 200 us.
#define BUSY_WAIT 5e-5 // s
#define LONGEST_SLEEP 1e-3
#define LOOK_EACH 0.1 // s, after the process of a peer

double peer_clock(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

ohm_status peer_create(const transport *way, int rank, peer **p) {
    peer *made = calloc(1, sizeof *made);
    *p = NULL;
    if (!made) return ohm_fail_memory("a rank");
    made->way = way;
    made->rank = rank;
    made->parent = rank ? 0 : getppid();
    made->in = rank ? CHANNEL_ANSWERS : CHANNEL_ORDERS;
    made->out = rank ? CHANNEL_ORDERS : CHANNEL_ANSWERS;
    pthread_mutex_init(&made->lock, NULL);
    made->sent = malloc(PEER_ROOM);
    made->received = malloc(PEER_ROOM);
    if (!made->sent || !made->received) {
        peer_destroy(made);
        return ohm_fail_memory("a rank");
    }
    *p = made;
    return OHM_OK;
}

// Lost ones, which may still be written to.
static peer *kept;

void peer_destroy(peer *p) {
    if (!p) return;
    if (p->lost) {
        p->next = kept;
        kept = p;
        return;
    }
    free(p->sent);
    free(p->received);
    pthread_mutex_destroy(&p->lock);
    free(p);
}

// ---- Losing it --------------------------------------------------------------------------------

static ohm_status fail_lost(const peer *p) {
    return ohm_fail(OHM_DEVICE_FAILED, "%s", p->why);
}

static ohm_status lose(peer *p, const char *format, ...) {
    char what[160];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    p->lost = true;
    snprintf(p->why, sizeof p->why, "rank %d%s%s %s", p->rank, *p->host ? " on " : "", p->host, what);
    return fail_lost(p);
}

static ohm_status lose_silent(peer *p) {
    lose(p, "has given no sign of life for %g s", p->patience);
    ohm_fail_hint(
        "the environment variable OHMSCAPE_RANK_TIMEOUT sets for how many seconds it is waited for");
    return OHM_DEVICE_FAILED;
}

static ohm_status lose_unreachable(peer *p) {
    return lose(p, "cannot be reached: %s", p->way->error());
}

// Whether its process has ended, also if nobody has taken note of it yet.
static bool has_ended(int process) {
    char path[64], line[512] = "";
    if (kill(process, 0)) return errno == ESRCH;
    snprintf(path, sizeof path, "/proc/%d/stat", process);
    FILE *f = fopen(path, "re");
    if (f && !fgets(line, sizeof line, f)) line[0] = '\0';
    if (f) fclose(f);
    const char *end = strrchr(line, ')'); // of its name; the state follows
    return end && (end[2] == 'Z' || end[2] == 'X');
}

// ---- Waiting ----------------------------------------------------------------------------------

typedef struct waiting {
    double begun, heard, looked;
} waiting;

static waiting waiting_start(void) {
    const double now = peer_clock();
    return (waiting){now, now, now};
}

// Sleeps are to be as short as they say, but this thread's other ones as they were.
static void rest(double waited) {
    const double seconds = waited / 8 < LONGEST_SLEEP ? waited / 8 : LONGEST_SLEEP;
    if (waited <= BUSY_WAIT) return;
    const int slack = prctl(PR_GET_TIMERSLACK);
    prctl(PR_SET_TIMERSLACK, 1000); // ns
    nanosleep(&(struct timespec){.tv_nsec = (long)(1e9 * seconds)}, NULL);
    if (slack > 0) prctl(PR_SET_TIMERSLACK, slack);
}

// To be called while there is nothing to do: rests a little, unless the peer is lost.
static ohm_status wait_on(peer *p, waiting *w) {
    const double now = peer_clock();
    if (now - w->looked > LOOK_EACH) {
        w->looked = now;
        if (p->process && has_ended(p->process)) return lose(p, "has ended");
        if (p->parent && getppid() != p->parent) return lose(p, "cannot be reached: the launcher has ended");
    }
    if (p->patience > 0 && now - w->heard > p->patience) return lose_silent(p);
    rest(now - w->begun);
    return OHM_OK;
}

// Waits until it is sent or received.
static ohm_status complete(peer *p, waiting *w, transport_request *r, bool *done) {
    if (!p->way->test(r, done)) return lose_unreachable(p);
    return *done ? OHM_OK : wait_on(p, w);
}

// Takes a sign of life if there is one.
static ohm_status hear(peer *p, waiting *w) {
    bool there = false, done = false;
    size_t bytes;
    transport_request r;
    char nothing;
    if (p->in != CHANNEL_ANSWERS) return OHM_OK;
    if (!p->way->probe(p->rank, CHANNEL_LIFE, &there, &bytes)) return lose_unreachable(p);
    if (!there) return OHM_OK;
    if (!p->way->receive(p->rank, CHANNEL_LIFE, &nothing, 0, &r)) return lose_unreachable(p);
    ohm_status status = OHM_OK;
    while (!done && !status) status = complete(p, w, &r, &done);
    w->heard = peer_clock();
    return status;
}

static ohm_status finish(peer *p, transport_request *r) {
    waiting w = waiting_start();
    ohm_status status = OHM_OK;
    for (bool done = false; !done && !status;) {
        status = complete(p, &w, r, &done);
        if (!done && !status && peer_clock() - w.begun > BUSY_WAIT) status = hear(p, &w);
    }
    return status;
}

// ---- Messages ---------------------------------------------------------------------------------

ohm_status peer_send(peer *p, const message_part *parts, size_t count) {
    size_t bytes = 0;
    transport_request r;
    if (p->lost) return fail_lost(p);
    for (size_t i = 0; i < count; i++) {
        if (parts[i].bytes) memcpy(p->sent + bytes, parts[i].data, parts[i].bytes);
        bytes += parts[i].bytes;
    }
    if (!p->way->send(p->rank, p->out, p->sent, bytes, &r)) return lose_unreachable(p);
    return finish(p, &r);
}

ohm_status peer_receive(peer *p, size_t *bytes) {
    waiting w = waiting_start();
    transport_request r;
    if (p->lost) return fail_lost(p);
    for (bool there = false; !there;) {
        if (!p->way->probe(p->rank, p->in, &there, bytes)) return lose_unreachable(p);
        if (there) break;
        ohm_status status = hear(p, &w);
        if (!status) status = wait_on(p, &w);
        if (status) return status;
    }
    if (*bytes > PEER_ROOM) return lose(p, "sends a message of %zu bytes, more than any of ours", *bytes);
    if (!p->way->receive(p->rank, p->in, p->received, *bytes, &r)) return lose_unreachable(p);
    return finish(p, &r);
}
