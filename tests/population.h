// A million devices of one model, whose values have the distribution that they should.
#ifndef TESTS_POPULATION_H
#define TESTS_POPULATION_H

#include "sample.h"

enum { SIDE = 1000, N = SIDE * SIDE };

#define LEAST "constant:value=0"
#define MOST "constant:value=1"

// A million devices of a model, all at the same initial state, at 1 V.
ohm_crossbar *devices_of(const char *model, const char *initial, uint64_t seed);

// One quantity of such devices before the first step. sin-state's R is r_on at its most conductive, and the
// least state of a pulsed model is w_min, both to the bit.
float *drawn(const char *model, const char *initial, ohm_quantity quantity);

// A spread by its formula: about a value, sigma wide, cut to [low, high].
enum { VALUE, SIGMA, LOW, HIGH };
distribution_function normal_spread;

// The part of [low, high] that is below x.
double cut(double x, double low, double high);

// Fails the test unless a count of N honest trials is within five standard deviations.
void assert_part(size_t count, double part, const char *what);

// Fails the test where a device goes together with its neighbours.
void assert_unrelated_neighbours(const float *x, const char *what);

#endif
