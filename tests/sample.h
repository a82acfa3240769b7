// Samples: what is read of many devices at once, and how far it is from what it should be, in double.
#ifndef TESTS_SAMPLE_H
#define TESTS_SAMPLE_H

#include "subject.h"

// The native engine, opened, and what a group of tests that needs it begins and ends with.
extern ohm_devices *native;
int open_native(void **state);
int close_native(void **state);

// A crossbar on some devices; fails the test on any error.
ohm_crossbar *create(ohm_devices *devices, const ohm_definition *d);

// A quantity of every device, float32 [rows, cols], which is the caller's to free.
float *quantity_of(ohm_crossbar *c, ohm_quantity quantity);

// The voltages of a step, likewise.
float *voltages_at(ohm_crossbar *c, uint64_t step);

double mean_of(const float *x, size_t n);
double variance_of(const float *x, size_t n);

// Fails the test where two samples go together. With n numbers an honest correlation has standard deviation
// 1/√n; five of them is one in two million.
void assert_uncorrelated(const float *a, const float *b, size_t n, const char *what);

// The part of a distribution that is at most x.
typedef double distribution_function(double x, const double *parameter);

double normal_part(double z);
distribution_function uniform_part; // parameter: the ends

// Fails the test where n numbers are not of this distribution, by the largest distance of the two parts
// (Kolmogorov and Smirnov) times √n: 2.7 is one in a million.
void assert_distributed(const float *x, size_t n, distribution_function *part, const double *parameter,
                        const char *what);

// Fails the test unless two numbers are as near as tolerance; what it says is told with the numbers.
void assert_near(double found, double expected, double tolerance, const char *what);

#endif
