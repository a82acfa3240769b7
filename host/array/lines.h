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

// The largest current in A, either way, that flows through one device at voltages up to this, either way.
double lines_largest_current(const ohm_crossbar *c, bool exact, double voltage);

#endif
