#include "threads.h"
#include "../ohmscape.h"

#include <omp.h>

static _Atomic unsigned wanted, fair;

void ohm_set_threads(unsigned threads) {
    wanted = threads;
}

int threads_count(void) {
    const unsigned threads = wanted, most = (unsigned)omp_get_max_threads(), share = fair;
    return (int)(threads ? threads : share && share < most ? share : most);
}

void threads_share(unsigned threads) {
    fair = threads;
}
