// The files that a benchmark writes, and the one that it compares with.
#ifndef BENCH_FILES_H
#define BENCH_FILES_H

#include "bench.h"
#include "../host/cli/trouble.h"

#include <cjson/cJSON.h>

#define BENCH_FORMAT "ohmscape-bench"
#define BENCH_FORMAT_VERSION 1

// The files of one run, opened before it so that one that can't be written is known at once.
typedef struct bench_files {
    char json_path[4096];
    ohm_replacement json, csv;
    cJSON *old; // the results compared with
} bench_files;

// Opens those that the options name. files_close is due in any case.
// Errors: OHM_IO_FAILED, OHM_BAD_FILE (a damaged or foreign file to compare with), OHM_OUT_OF_MEMORY.
ohm_status files_open(const bench *b, bench_files *f);

// Looks up what the file compared with has for each row.
void files_compare(bench *b, const bench_files *f);

// Writes them, one whatever became of the other; what cannot be written is elsewhere then, as rescue.h says.
void files_write(const bench *b, bench_files *f, troubles *t);

void files_close(bench_files *f);

#endif
