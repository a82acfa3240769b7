// A round: several ways of doing the same work, measured in turns, so that a noisy machine is noisy to all
// alike.
#ifndef BENCH_ROUNDS_H
#define BENCH_ROUNDS_H

#include "bench.h"

// One sample.
typedef struct sample {
    double wall, device; // s; the device's own clock, 0 where it has none
    uint64_t launches;
    bool has_digest;
    uint64_t digest;       // of the state, for the digests
    const char *digest_of; // what else it is of, in words that no model has as its name; static; or NULL
    double sweeps;         // over all cells, for one circuit
} sample;

typedef struct bench_case bench_case;

// Does steps steps from the start. Errors: those of its device.
typedef ohm_status case_run(bench_case *e, uint64_t steps, sample *s);

struct bench_case {
    size_t row; // its place in the results, where the samples go
    case_run *run;
    void *object;    // what run works on
    uint64_t least;  // the fewest steps of a sample
    uint64_t common; // steps that all devices do once to compare their digests; 0: as many as suit the size
    unsigned choice; // its fuse, or what else run needs to know
    unsigned threads;
    bool digests; // its samples have them
    bool out;     // its device failed
};

// Warms everyone up, finds how many steps make a sample, and measures until each has had its share of time.
// A device that fails takes its cases out, their rows say why, and the rest goes on.
// Errors: OHM_DEVICE_FAILED for digests that differ, OHM_OUT_OF_MEMORY.
ohm_status rounds_run(bench *b, bench_case *cases, size_t count);

#endif
