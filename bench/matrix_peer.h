// Peers that are given a crossbar's conductances, vectors of voltages and the currents that we found of them,
// do the same work, and tell how far they are from these currents.
#ifndef BENCH_MATRIX_PEER_H
#define BENCH_MATRIX_PEER_H

#include "cases.h"

typedef struct matrix_task {
    const unsigned char *program; // started with the row's device, the side and the setting
    const char *setting;
    ohm_crossbar *crossbar; // of the conductances
    uint64_t count;         // of voltages in V and of currents in A
    const float *in, *out;
    uint64_t least; // the fewest vectors of a sample
    double allowed; // the largest difference of a current, relative to the largest current
} matrix_task;

// Starts the peer that the row's device names, and adds its row and case; or the row with the reason, if it
// is not installed or refuses the size. Its time is without the handing over. A case whose currents differ by
// more than is allowed is lost. Errors: OHM_OUT_OF_MEMORY.
ohm_status matrix_peer_add(bench *b, case_list *l, const bench_row *r, const matrix_task *t);

#endif
