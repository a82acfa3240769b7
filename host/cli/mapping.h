// How a matrix of weights becomes conductances of a crossbar, and what its readouts say of the weights.
#ifndef CLI_MAPPING_H
#define CLI_MAPPING_H

#include "../ohmscape.h"

// With k S for a weight of 1:
//   pair    a weight is the difference of columns 2 j and 2 j + 1, k·w = G⁺ − G⁻, one of which is at the low
//   end offset  a weight is the difference from one more column, at the middle of the range sliced  the
//   weight's size, in slices·bits bits, is cut into digits of so many bits, the lowest first; each is a
//           pair, k S for a weight of 1 in the first, 2^−bits as many in the next, and so on
//   direct  weights are conductances
typedef enum mapping_kind { MAP_PAIR, MAP_DIRECT, MAP_OFFSET, MAP_SLICED, MAPS } mapping_kind;

typedef struct mapping {
    mapping_kind kind;
    unsigned slices, bits; // of sliced
    uint64_t weights;      // of a row
    double low, high;      // S
    double scale;          // k
} mapping;

// "pair" and so on.
extern const char *const mapping_name[MAPS];

// Reads pair, direct, offset, or sliced:K,bits=B. False if it is none of these.
bool mapping_parse(const char *text, mapping *m);

// The columns of devices that a row of weights takes.
uint64_t mapping_columns(const mapping *m);

// Chooses k, so that the largest weight, by size, uses all of low … high.
void mapping_set_scale(mapping *m, double largest);

// A row's conductances in S.
void mapping_row(const mapping *m, const float *weight, float *conductance);

// From the currents of a vector to the product with the weights: [columns] to [weights], in V times the
// weights' unit; and from the voltages of weights' columns to those of the devices', for a transposed
// readout, whose currents are then divided by k. Sliced weights cannot be driven.
void mapping_decode(const mapping *m, const float *current, float *product);
void mapping_drive(const mapping *m, const float *input, float *voltage);

// To the note of a crossbar and back. Errors: OHM_BAD_ARGUMENT (no mapping in the note), OHM_OUT_OF_MEMORY.
ohm_status mapping_keep(const mapping *m, ohm_crossbar *c);
ohm_status mapping_find(const ohm_crossbar *c, mapping *m);

#endif
