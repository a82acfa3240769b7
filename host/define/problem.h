// What engines compute: a definition, checked and derived.
#ifndef OHM_PROBLEM_H
#define OHM_PROBLEM_H

#include "../../kernels/variant.h"
#include "../ohmscape.h"

typedef struct problem {
    uint64_t rows, cols;
    uint64_t pitch; // columns stored in a row: cols rounded up to OHM_BLOCK
    ohm_physics physics;
    ohm_variant variant;
    int initial;    // distribution of the initial state
    unsigned lanes; // 0: the engine chooses
} problem;

#endif
