// A heat: several ways of doing the same work, measured in turns, so that a noisy machine is noisy to all
// alike.
#ifndef BENCH_HEAT_H
#define BENCH_HEAT_H

#include "bench.h"

// One sample.
typedef struct sample {
    double wall, device; // s; the device's own clock, 0 where it has none
    uint64_t launches;
    bool has_digest;
    uint64_t digest; // of the state, for the ledger
} sample;

typedef struct entrant entrant;

// Does steps steps from the start. Errors: those of its device.
typedef ohm_status entrant_run(entrant *e, uint64_t steps, sample *s);

struct entrant {
    size_t row; // its place in the results, where the samples go
    entrant_run *run;
    void *object;    // what run works on
    uint64_t least;  // the fewest steps of a sample
    unsigned choice; // its fuse, or what else run needs to know
    unsigned threads;
    bool digests; // its samples have them
    bool out;     // its device failed
};

// Warms everyone up, finds how many steps make a sample, and measures until each has had its share of time.
// A device that fails takes its entrants out, their rows say why, and the rest goes on.
// Errors: OHM_DEVICE_FAILED for digests that differ, OHM_OUT_OF_MEMORY.
ohm_status heat_run(bench *b, entrant *entrants, size_t count);

#endif
