#include "progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

double progress_clock(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

progress progress_start(bool quiet, uint64_t total, uint64_t synapses) {
    return (progress){.shown = !quiet && isatty(STDERR_FILENO), .total = total, .synapses = synapses};
}

void progress_update(progress *p, uint64_t done, double seconds) {
    const double now = progress_clock();
    if (!p->shown || done == 0 || (now - p->last < 0.1 && done < p->total)) return;
    p->last = now;
    char bar[31];
    const int full = (int)(30.0 * (double)done / (double)p->total);
    for (int i = 0; i < 30; i++) bar[i] = i < full ? '#' : '.';
    bar[30] = '\0';
    const double rate = (double)done / seconds;
    const double left = (double)(p->total - done) / rate;
    fprintf(stderr, "\r[%s] step %" PRIu64 " of %" PRIu64 "  %.3g synapse-steps/s  %.0f s left \033[K", bar,
            done, p->total, rate * (double)p->synapses, left);
    fflush(stderr);
}

void progress_end(progress *p) {
    if (p->shown) fprintf(stderr, "\r\033[K");
    p->shown = false;
}
