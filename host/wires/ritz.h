// The least eigenvalue that conjugate gradients have seen, from the lengths of their steps: that of the
// tridiagonal matrix of Lanczos's method, by bisection.
#ifndef OHM_WIRES_RITZ_H
#define OHM_WIRES_RITZ_H

#include <stddef.h>

// Steps of one matrix; after so many another is begun.
enum { RITZ_MOST = 256 };

typedef struct ritz {
    size_t count;
    double least; // of all up to now; 0 before the first
    double alpha; // the last step's
    double diagonal[RITZ_MOST];
    double square[RITZ_MOST]; // of the element before the diagonal's
} ritz;

// The next step: alpha along a direction that holds beta of the last. Without any of it, or less than none,
// as happens where what precedes is not symmetric, it begins another matrix.
void ritz_add(ritz *r, double alpha, double beta);

#endif
