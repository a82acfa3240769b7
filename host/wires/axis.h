// Places along a direction of a crossbar, and those of a coarser one, which has a node at the centre of each
// group of so many nodes. What coarse nodes say is spread linearly between centres. Beyond the outermost
// centre a line falls towards its terminal: with the distance times a slope that is the line's own, 0 for a
// floating end. Gathering is the exact transpose of spreading. Without either the iteration would diverge.
#ifndef OHM_WIRES_AXIS_H
#define OHM_WIRES_AXIS_H

#include "../ohmscape.h"

typedef struct axis {
    size_t fine, coarse;
    ptrdiff_t *at;  // of each fine node: the coarse node at or before it, −1 before the first
    double *part;   // how far it is towards the next: 0 … 1
    double *beyond; // its distance beyond the outermost centre, 0 inside, in segments of the finest crossbar
    size_t *first;  // of each coarse node: the first fine node at or past it. [coarse + 1]
} axis;

// Groups of width nodes, which lie at place; sets the centres. False without memory. axis_free releases it
// even then, and is legal on zeros.
bool axis_create(axis *a, size_t fine, const double *place, size_t width, double *centre);
void axis_free(axis *a);

// The weight that coarse node c has in fine node i of a line with these slopes at its ends.
double axis_weight(const axis *a, size_t i, size_t c, double near, double far);

// The fine nodes that coarse node c has a weight in: first … end − 1.
size_t axis_touched_first(const axis *a, size_t c);
size_t axis_touched_end(const axis *a, size_t c);

// f [fine] = spread of c [coarse]; c = what is gathered from f.
void axis_spread(const axis *a, const double *c, double near, double far, double *f);
void axis_gather(const axis *a, const double *f, double near, double far, double *c);

#endif
