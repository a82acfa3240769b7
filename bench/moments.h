// Whether another program simulates the same law: by the moments of many devices' states, which differ by
// chance, but by no more than chance can.
#ifndef BENCH_MOMENTS_H
#define BENCH_MOMENTS_H

#include "../host/ohmscape.h"

typedef struct moments {
    double mean, std;
    double mean_error, std_error; // their standard errors
} moments;

// Of n values, n ≥ 1. Reads them by turns: add to a sum of zeros, then take its moments.
typedef struct moments_sum {
    double pivot; // near the values
    double n, power[4];
} moments_sum;

void moments_add(moments_sum *s, const float *value, uint64_t count);
moments moments_of(const moments_sum *s);

// Of a crossbar's state as it is. Errors: OHM_DEVICE_FAILED, OHM_OUT_OF_MEMORY.
ohm_status moments_read(ohm_crossbar *c, moments *m);

// Holds a mean and a standard deviation after some steps of as many devices against ours. Errors:
// OHM_DEVICE_FAILED, with both, if they are further apart than six standard errors of their difference and
// what float32 rounds.
ohm_status moments_check(const moments *ours, uint64_t steps, double mean, double std);

#endif
