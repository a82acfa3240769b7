#include "ritz.h"

#include <stdbool.h>

// Whether all eigenvalues are above x, by Sturm's sequence.
static bool all_above(const ritz *r, double x) {
    double d = 1;
    for (size_t k = 0; k < r->count; k++) {
        d = r->diagonal[k] - x - (k ? r->square[k] / d : 0);
        if (!(d > 0)) return false;
    }
    return true;
}

static double least(const ritz *r) {
    double low = 0, high = r->diagonal[0];
    for (int k = 0; k < 40; k++) {
        const double middle = (low + high) / 2;
        if (all_above(r, middle))
            low = middle;
        else
            high = middle;
    }
    return high;
}

void ritz_add(ritz *r, double alpha, double beta) {
    if (!(beta > 0) || r->count == RITZ_MOST) r->count = 0;
    const size_t k = r->count++;
    r->diagonal[k] = 1 / alpha + (k ? beta / r->alpha : 0);
    r->square[k] = k ? beta / (r->alpha * r->alpha) : 0;
    r->alpha = alpha;
    const double found = least(r);
    if (found > 0 && (r->least == 0 || found < r->least)) r->least = found;
}
