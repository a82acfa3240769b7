// The series a crossbar records: one row of the state's statistics each time.
#ifndef OHM_SERIES_H
#define OHM_SERIES_H

#include "ohmscape.h"

typedef struct series_row {
    uint64_t step;
    double state_mean, state_std, state_min, state_max;
    uint64_t histogram[OHM_HISTOGRAM_BINS];
} series_row;

typedef struct series {
    series_row *rows;
    size_t count, capacity;
} series;

// Errors: OHM_OUT_OF_MEMORY.
ohm_status series_append(series *s, const series_row *row);
void series_free(series *s);

#endif
