// The options of `ohmscape bench`.
#ifndef BENCH_OPTIONS_H
#define BENCH_OPTIONS_H

#include "../host/cli/options.h"

#define LIST_MAX 64

// Numbers of a list, 0 for auto.
typedef struct number_list {
    size_t count;
    uint64_t value[LIST_MAX];
} number_list;

// The parts of the benchmark, a bit each.
enum {
    PART_THROUGHPUT = 1,
    PART_SCALING = 2,
    PART_PEERS = 4,
    PART_FRAMES = 8,
    PART_MODELS = 16,
    PART_READ = 32,
    PART_WIRES = 64,
    PART_ALL = 127
};

typedef struct bench_options {
    unsigned parts;
    number_list sizes; // sides; none given: each part's own
    number_list fuse;
    const char *devices; // selectors separated by commas, or "all"
    const char *model, *stimulus;
    bool one_model;      // the model was given
    const char *scratch; // folder of crossbars that rest in a file; NULL: that of temporary files
    double seconds;      // for each row
    const char *json, *csv, *compare, *plot;
    bool quiet;
} bench_options;

extern const command command_bench;

// Fills in the options from the command line. Errors: OHM_BAD_ARGUMENT.
ohm_status bench_options_parse(int argc, char **argv, bench_options *o);

// Runs the benchmark; the exit status. In main.c.
int bench_run(int argc, char **argv);

#endif
