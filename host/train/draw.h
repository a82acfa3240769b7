// What is random in a training, by counters (kernels/philox.h): the same on every machine, and nothing to
// remember but where it is.
#ifndef OHM_DRAW_H
#define OHM_DRAW_H

#include <stdbool.h>
#include <stdint.h>

// What numbers are drawn for.
typedef enum draw_use { DRAW_HELD_OUT, DRAW_ORDER, DRAW_WEIGHTS } draw_use;

// Word i of a use, a seed and a number, such as the epoch's.
uint32_t draw_word(uint64_t seed, draw_use use, uint32_t number, uint32_t i);

// A random order of 0 … count − 1.
void draw_order(uint64_t seed, draw_use use, uint32_t number, uint32_t count, uint32_t *order);

// A train of so many slots, in each of which there is a pulse with the probability p: that of a line in an
// update; lines of columns, not of rows.
uint32_t draw_train(uint64_t seed, bool columns, uint64_t update, uint32_t line, double p, unsigned slots);

#endif
