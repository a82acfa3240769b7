// The native engine's loops, compiled once for each lane width; native.c picks one set.
#ifndef OHM_LOOPS_H
#define OHM_LOOPS_H

#include "../../../kernels/operations.h"

// Strips first … end − 1 of a band, as share item of them; or pixels first … end − 1 of row item.
typedef void native_loop(const ohm_call *call, uint64_t first, uint64_t end, uint64_t item);

typedef struct native_lanes {
    const char *instructions; // what it was compiled for
    unsigned lanes;
    native_loop *loop[OHM_OPERATION_COUNT]; // for every variant
    // advance, for uniform voltages without flux: of devices that are all alike, and of others.
    native_loop *plain[OHM_MODEL_COUNT], *varied[OHM_MODEL_COUNT];
    native_loop *forward[OHM_MODEL_COUNT], *backward[OHM_MODEL_COUNT]; // of devices that are all alike
} native_lanes;

extern const native_lanes native_lanes_1, native_lanes_4, native_lanes_8, native_lanes_16;

#endif
