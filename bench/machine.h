// What results were measured on, and with.
#ifndef BENCH_MACHINE_H
#define BENCH_MACHINE_H

#include "bench.h"

#include <cjson/cJSON.h>

// Adds the objects "build" (version, commit, compiler) and "machine" (processor, threads, memory, system),
// and the array "devices".
void machine_describe(const bench *b, cJSON *root);

// A name for a file about this machine, from its processor, the instructions that the native engine uses and
// its GPU if it has one: "amd-epyc-avx2-2-threads".
void machine_slug(const bench *b, char *text, size_t size);

#endif
