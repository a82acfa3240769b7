// The benchmark as its parts see it: what was asked for, the opened devices, and what was found so far.
#ifndef BENCH_BENCH_H
#define BENCH_BENCH_H

#include "digests.h"
#include "options.h"
#include "results.h"

#include "../host/ohmscape_cl.h"

// A device that takes part, opened alone.
typedef struct contender {
    ohm_devices *devices;
    ohm_device_info info;
} contender;

typedef struct bench {
    const bench_options *options;
    size_t contender_count;
    contender *contender;
    digests digests;
    results results;
    bool progress;       // stderr is a terminal: say what is being measured
    const char *heading; // the part that the table's last rows are of, or NULL
} bench;

// Says on one line of the terminal what is being done, in the place of the last. NULL removes it.
void bench_say(const bench *b, const char *format, ...) __attribute__((format(printf, 2, 3)));

// Whether it is a device that computes on the host, and takes its memory.
bool on_host(const ohm_device_info *info);

// The definition of a crossbar of side × side as the options want it.
ohm_definition bench_definition(const bench *b, uint64_t side);

// Bytes of state of a crossbar of side × side.
uint64_t state_bytes(uint64_t side);

// The sizes asked for, or these if none were; for auto, all powers of 4 synapses from 2⁸ to what some device
// has memory for.
number_list bench_sizes(const bench *b, const number_list *standard);

// Measures devices first … end − 1 of a size together, and tells whether all of them can be.
typedef ohm_status bench_measure(bench *b, uint64_t side, size_t first, size_t end);
typedef bool bench_fits(const bench *b, uint64_t side);

// Measures the sizes asked for, all devices together where they fit, else one after the other. Errors:
// measure's.
ohm_status bench_each_size(bench *b, const number_list *standard, bench_fits *fit, bench_measure *measure);

// The one size of what is measured at no more: the largest of those asked for, or 4096.
uint64_t bench_one_side(const bench *b);

// ---- The parts ----------------------------------------------------------------------------------
// Each adds its rows to the results, prints them and returns when it is interrupted. Errors:
// OHM_OUT_OF_MEMORY of the host's own, and OHM_DEVICE_FAILED for a wrong digest; what a device cannot do is
// in its row.

ohm_status part_throughput(bench *b);
ohm_status part_scaling(bench *b);
ohm_status part_ranks(bench *b); // of scaling, where there are several
ohm_status part_peers(bench *b);
ohm_status part_models(bench *b);
ohm_status part_read(bench *b);
ohm_status part_wires(bench *b);
ohm_status part_frames(bench *b);

#endif
