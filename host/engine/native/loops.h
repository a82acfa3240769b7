// The native engine's inner loops, compiled once for each lane width; native.c picks one set.
#ifndef OHM_NATIVE_LANES_H
#define OHM_NATIVE_LANES_H

#include "../../../kernels/advance.h"
#include "../../../kernels/measure.h"
#include "../../array/picture.h"

// One band, and what to do to it.
typedef struct native_job {
    ohm_memory memory; // flux and field may be NULL
    ohm_frame geometry;
    ohm_shape shape;
    ohm_physics physics;
    ohm_variant variant;
    int initial; // distribution
    uint64_t t;
    uint32_t steps;
} native_job;

// Calls body(row, x) for the strips first … end − 1, row by row.
#define FOR_STRIPS(shape, first, end, body)                                                                  \
    do {                                                                                                     \
        const u32 strips = strips_per_row(shape);                                                            \
        u32 row = (u32)((first) / strips), x = (u32)((first) % strips);                                      \
        for (u64 left = (end) - (first); left > 0; row++, x = 0)                                             \
            for (; x < strips && left > 0; x++, left--) body;                                                \
    } while (0)

// The same in runs: calls body(row, x, stop) for the strips x … stop − 1 of a row.
#define FOR_RUNS(shape, first, end, body)                                                                    \
    do {                                                                                                     \
        const u32 strips = strips_per_row(shape);                                                            \
        u32 row = (u32)((first) / strips), x = (u32)((first) % strips);                                      \
        for (u64 left = (end) - (first); left > 0; row++, x = 0) {                                           \
            const u32 stop = left < strips - x ? x + (u32)left : strips;                                     \
            left -= stop - x;                                                                                \
            body;                                                                                            \
        }                                                                                                    \
    } while (0)

// Strips first … end − 1 of the band, counted along its rows.
typedef void native_advance(const native_job *job, uint64_t first, uint64_t end);

// Adds the band to the totals, int64 [height, width], of pixels x … end − 1 in row y.
typedef void native_view(const native_job *job, const view_job *view, uint32_t x, uint32_t end, uint32_t y,
                         int64_t *totals);

typedef struct native_lanes {
    const char *instructions; // what it was compiled for
    unsigned lanes;
    native_advance *plain[OHM_MODEL_COUNT];  // for uniform voltages, devices that are all alike, no flux
    native_advance *varied[OHM_MODEL_COUNT]; // for uniform voltages, devices that are not alike, no flux
    native_advance *general;                 // for every variant
    native_advance *fill, *settle;
    native_view *view;
    uint64_t (*digest)(const float *plane, ohm_shape shape, uint64_t first, uint64_t end);
    // At most TALLY_SYNAPSES synapses; adds to bins[TALLY_BINS].
    ohm_tally (*tally)(const native_job *job, uint64_t first, uint64_t end, uint32_t *bins);
} native_lanes;

extern const native_lanes native_lanes_1, native_lanes_4, native_lanes_8, native_lanes_16;

#endif
