// The least eigenvalue that conjugate gradients have seen, from the lengths of their steps: that of the
// tridiagonal matrix of Lanczos's method, by bisection.
#ifndef OHM_WIRES_RITZ_H
#define OHM_WIRES_RITZ_H

#include <stddef.h>

// Steps that count; later ones hardly change the least.
enum { RITZ_MOST = 512 };

typedef struct ritz {
    size_t count;
    double least;       // of up to now
    double alpha, beta; // the last step's
    double diagonal[RITZ_MOST];
    double square[RITZ_MOST]; // of the element before the diagonal's
} ritz;

// The next step: alpha along a direction that holds beta of the last.
void ritz_add(ritz *r, double alpha, double beta);

#endif
