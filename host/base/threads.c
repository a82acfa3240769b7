#include "threads.h"
#include "../ohmscape.h"

#include <omp.h>

static _Atomic unsigned wanted;

void ohm_set_threads(unsigned threads) {
    wanted = threads;
}

int threads_count(void) {
    const unsigned threads = wanted;
    return threads ? (int)threads : omp_get_max_threads();
}
