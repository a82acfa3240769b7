// The currents of whole lines: what flows out of the columns while voltages drive the rows, or out of the
// rows while the columns are driven.
#ifndef OHM_LINES_H
#define OHM_LINES_H

#include "crossbar.h"

// How lines are read.
typedef struct line_reading {
    bool transposed; // the columns are driven
    bool exact;      // by the model's own current at each voltage, not by the conductance
    uint64_t number; // of the first vector, for the noise of reading
} line_reading;

// The number of lines that are driven, and that are read.
uint64_t lines_driven(const ohm_crossbar *c, bool transposed);
uint64_t lines_read_count(const ohm_crossbar *c, bool transposed);

// Reads count vectors: voltages in V, float32 [count, driven], to currents in A, float64 [count, read]. An
// input below 2⁻⁶⁰ of the largest of its vector counts as 0. Errors: OHM_OUT_OF_MEMORY, OHM_DEVICE_FAILED,
// OHM_BUILD_FAILED.
ohm_status lines_read(ohm_crossbar *c, const line_reading *how, uint64_t count, const float *voltage,
                      double *current);

// ---- For those that add up lines in a launch of their own ----

// How the work on a band is dealt out: so many items of READOUT_SPAN × 64 columns a row; or slabs of whole
// blocks of rows, enough that with their strips they keep the engine busy. Each item leaves sums of its own.
typedef struct lines_deal {
    uint32_t width, height, blocks, results;
} lines_deal;

lines_deal lines_deal_out(const band *b, bool transposed);

// Makes room for the sums; adds up those of all items in a launch; copies the result, i64 [vectors, 2,
// lines], to the host; and what a pair of them is. Errors: OHM_OUT_OF_MEMORY, OHM_DEVICE_FAILED,
// OHM_BUILD_FAILED.
ohm_status lines_room(const band *b, line_room *r, const lines_deal *d, bool transposed, unsigned vectors);
ohm_status lines_gather(const band *b, const line_room *r, const lines_deal *d, bool transposed,
                        unsigned vectors);
ohm_status lines_take(const line_room *r, const lines_deal *d, uint64_t bytes, uint64_t *sums);
double lines_sum(const uint64_t *high, const uint64_t *low);

// The exponent e for which 2ᵉ·x is below 1 for every current x of a device at voltages up to this.
int lines_scale(const ohm_crossbar *c, bool exact, double voltage);

// The largest current in A, either way, that flows through one device at voltages up to this, either way.
double lines_largest_current(const ohm_crossbar *c, bool exact, double voltage);

#endif
