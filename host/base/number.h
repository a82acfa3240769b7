// Numbers in text: read whole or not at all, and written so that they read back the same.
#ifndef OHM_NUMBER_H
#define OHM_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

#define NUMBER_MAX_TEXT 32

// Reads a decimal whole number that is all of text, without a sign. False if it is not one, or past
// 2⁶⁴ − 1.
bool number_read_u64(const char *text, uint64_t *value);

// Reads a number that is all of text. False if it is not one, or NaN, infinite or too large for a
// double.
bool number_read_double(const char *text, double *value);

// The fewest digits that number_read_double reads back to the same double.
void number_format(double value, char text[NUMBER_MAX_TEXT]);

// A size for people: "16.0 GiB".
void number_format_bytes(uint64_t bytes, char text[NUMBER_MAX_TEXT]);

// A count for people: "16,777,216".
void number_format_count(uint64_t count, char text[NUMBER_MAX_TEXT]);

#endif
