// What the benchmark found: rows, one for each thing measured, and what is worked out from them.
#ifndef BENCH_RESULTS_H
#define BENCH_RESULTS_H

#include "../host/ohmscape.h"
#include "samples.h"

// What a row is about.
typedef enum row_kind {
    ROW_UPDATE,     // the crossbar, on a device
    ROW_COPY,       // ceilings of that device: reading and writing the state
    ROW_PHILOX,     // the random words alone
    ROW_ARITHMETIC, // the update in registers
    ROW_PEER,       // the same work in another language or library
    ROW_MEMORY,     // memory taken
    ROW_FRAME,      // a frame of the viewer
    ROW_READ,       // a vector read through the crossbar
    ROW_TRANSPOSED, // the same the other way
    ROW_EXACT,      // the same with each device's current by its model
    ROW_OUTER,      // a rank-1 update of the crossbar
    ROW_SOLVE,      // a vector read through lines with resistances
    ROW_KINDS
} row_kind;

// What became of it.
typedef enum row_state {
    ROW_MEASURED,
    ROW_SKIPPED, // it can't run here
    ROW_LOST,    // its device failed
    ROW_STATES
} row_state;

// Where a frame's time goes, in seconds a frame.
typedef struct frame_times {
    double total, longest, step, reduce, transfer, draw, panel, present;
} frame_times;

// Synapse-steps a second over the samples. Of a vector that is read, a step is a vector.
typedef struct rates {
    double least, median, greatest;
} rates;

typedef struct bench_row {
    // What it is: no two rows have the same.
    const char *part; // of the benchmark: "throughput", "threads", …
    row_kind kind;
    char device[24];   // its id; of a peer its name; of frames "shared" or "copied" too
    uint64_t side;     // rows and columns of the crossbar
    unsigned fuse;     // steps a launch, as asked for: 0 for auto
    unsigned threads;  // 0: all there are
    const char *model; // where a part has several: the one it is of, as it was asked for; else NULL. Static
    unsigned batch;    // vectors a call, where they are read; else 0
    unsigned ranks; // whose devices it uses, where several have some; else 0. Told by the device's name too
    const char *wires; // the resistances of its lines; NULL: none. Static
    const char *rests; // of one that is streamed through the device: in "memory", a "file"; else NULL. Static

    const char *plain; // of a model with a spread: the same one without. Static

    row_state state;
    char note[256]; // why it was skipped or lost; of a peer, its version

    // What was measured; times in seconds.
    uint64_t synapses;     // that each step updates
    uint64_t steps;        // in a sample
    uint64_t launches;     // in a sample
    samples wall, clock;   // of the samples; the device's own clock, where it has one
    double setup;          // creating the crossbar
    uint64_t digest;       // at the end of a sample
    uint64_t peak_memory;  // bytes: the most that was resident
    uint64_t base_memory;  // bytes: the same of the smallest crossbar
    uint64_t state_memory; // bytes on the device
    frame_times frame;
    double sweeps; // over all cells, for one circuit

    // What is worked out, 0 where there is nothing to compare with.
    double share;          // of what memory and arithmetic allow
    bool memory_bound;     // memory allows less than arithmetic
    double times_native;   // as fast as the native engine
    double times_thread;   // as fast as one thread of it
    double times_sin;      // as fast as sin-state on this device
    double times_plain;    // as fast as the same model without its spread
    double times_numpy;    // as fast as the same model in NumPy, or as the same product
    double times_copy;     // as many cells a second as copying the state
    double times_linear;   // as fast as the linear readout of the same model
    double times_ideal;    // as fast as the same step with ideal lines
    double times_stay;     // as fast as the same crossbar that stays on the device
    double times_one_rank; // as fast as on one rank
    rates old;             // of the same row in the results compared with
} bench_row;

typedef struct results {
    size_t count;
    bench_row *row;
} results;

// Adds a row; *index is its place. Errors: OHM_OUT_OF_MEMORY.
ohm_status results_add(results *r, const bench_row *is, size_t *index);
void results_free(results *r);

// "update", "copy", …; "measured", "skipped", "lost". Static.
const char *row_kind_name(row_kind kind);
const char *row_state_name(row_state state);

// Whether a row has the digest of what it computed.
bool row_has_digest(const bench_row *r);

// Whether two rows are about the same thing.
bool row_same(const bench_row *a, const bench_row *b);

// Synapse-steps a second at a quantile of the samples: 0 the slowest, 1 the fastest. 0 if not measured.
double row_rate(const bench_row *r, double q);

// Seconds for one synapse-step, for one step and for one launch, at the median.
double row_synapse_step(const bench_row *r);
double row_step(const bench_row *r);
double row_launch(const bench_row *r);

// Seconds for one sweep over one cell of a circuit, at the median; 0 of what solves none.
double row_sweep(const bench_row *r);

// Bytes of state that a step reads and writes, and a second; 0 where nothing is said of memory. A launch
// moves 8 bytes a synapse, however many steps it has.
double row_bytes(const bench_row *r);
double row_bandwidth(const bench_row *r);

// The share of the lower of two limits that a row reaches, both of the same device and size: the memory
// traffic of copy, and the rate of arithmetic. Fills in share and memory_bound.
void row_set_share(bench_row *r, const bench_row *copy, const bench_row *arithmetic);

// Works out shares and speed-ups of all rows of a part and size, each against rows of its own model.
void results_relate(results *r, const char *part, uint64_t side);

// The slope of the time of a step against synapses, both logarithmic, over the measured updates of a device
// with at least so many synapses. False if there are fewer than two sizes.
bool results_slope(const results *r, const char *part, const char *device, uint64_t least, double *slope,
                   size_t *points);

#endif
