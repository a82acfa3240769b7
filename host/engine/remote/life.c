#include "life.h"

#include <math.h>
#include <stdlib.h>
#include <time.h>

struct life {
    const peer *zero;
    double interval;
    pthread_t thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    bool ending; // under the lock
    _Atomic bool busy;
};

// Waits for so many seconds, or until the end has come, which is returned.
static bool ends_within(life *l, double seconds) {
    struct timespec until;
    clock_gettime(CLOCK_REALTIME, &until);
    const double end = (double)until.tv_nsec * 1e-9 + seconds;
    until.tv_sec += (time_t)floor(end);
    until.tv_nsec = (long)((end - floor(end)) * 1e9);
    pthread_mutex_lock(&l->lock);
    int code = 0;
    while (!l->ending && !code) code = pthread_cond_timedwait(&l->changed, &l->lock, &until);
    const bool ending = l->ending;
    pthread_mutex_unlock(&l->lock);
    return ending;
}

// If that is not possible, rank 0 finds out by itself.
static void send_sign(life *l) {
    const transport *way = l->zero->way;
    transport_request r;
    static const char nothing;
    bool done = !way->send(l->zero->rank, CHANNEL_LIFE, &nothing, 0, &r);
    while (!done && way->test(&r, &done) && !done)
        if (ends_within(l, 0.01)) return;
}

static void *tell(void *context) {
    life *l = context;
    while (!ends_within(l, l->interval))
        if (l->busy) send_sign(l);
    return NULL;
}

ohm_status life_start(const peer *zero, double interval, life **l) {
    life *made = calloc(1, sizeof *made);
    *l = NULL;
    if (!made) return ohm_fail_memory("signs of life");
    made->zero = zero;
    made->interval = interval;
    pthread_mutex_init(&made->lock, NULL);
    pthread_cond_init(&made->changed, NULL);
    if (pthread_create(&made->thread, NULL, tell, made)) {
        free(made);
        return ohm_fail(OHM_OUT_OF_MEMORY, "cannot start a thread");
    }
    *l = made;
    return OHM_OK;
}

void life_end(life *l) {
    if (!l) return;
    pthread_mutex_lock(&l->lock);
    l->ending = true;
    pthread_cond_signal(&l->changed);
    pthread_mutex_unlock(&l->lock);
    pthread_join(l->thread, NULL);
    pthread_mutex_destroy(&l->lock);
    pthread_cond_destroy(&l->changed);
    free(l);
}

void life_busy(life *l, bool busy) {
    l->busy = busy;
}
