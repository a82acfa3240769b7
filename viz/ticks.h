// Round numbers along an axis.
#ifndef VIZ_TICKS_H
#define VIZ_TICKS_H

#include "heatmap.h"

#define TICKS_MAX 32

// The round numbers from low to high, at most so many (2 … TICKS_MAX), in
// value, which has room for TICKS_MAX; returns how many. Linear:
// multiples of 1, 2 or 5 times a power of ten, and with whole set only whole numbers.
int ticks_linear(double low, double high, int most, bool whole, double *value);

// Along a colour scale: the same, or if it is logarithmic powers of ten, with their 2 and 5 fold if there
// is room.
int ticks_scale(const color_scale *s, int most, double *value);

// Seconds in a unit that suits axes up to so many of them: "s", "ms", "µs" or "ns"; *each is how many of it
// are a second.
const char *ticks_time_unit(double seconds, double *each);

// A tick's text: short, and 0 where rounding left a trace of it.
void ticks_text(double value, double span, char *text, size_t size);

#endif
