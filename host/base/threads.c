#include "threads.h"
#include "../ohmscape.h"

#include <omp.h>

static _Atomic unsigned wanted, fair;

void ohm_set_threads(unsigned threads) {
    wanted = threads;
}

int threads_count(void) {
    const unsigned threads = wanted ? wanted : fair;
    return threads ? (int)threads : omp_get_max_threads();
}

void threads_share(unsigned threads) {
    fair = threads;
}
