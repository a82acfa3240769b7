// The results as text.
#ifndef BENCH_TABLE_H
#define BENCH_TABLE_H

#include "bench.h"

// Nothing is printed if the options ask for quiet.

// The rows from one on, below a heading if the last rows had another.
void table_print(bench *b, size_t first);

// Each device's slope of time against synapses in a part, from so many synapses on.
void table_print_slopes(const bench *b, const char *part, uint64_t least);

// Each device's best rate at each size, against the native engine's and one thread's.
void table_print_versus(const bench *b);

// How many times as fast the best of our own is as each peer.
void table_print_peers(const bench *b);

// How many rows were measured, skipped and lost.
void table_print_count(const bench *b);

// How many times the rates of the results compared with. A row is faster or slower if none of its samples is
// within the range of the old ones.
void table_print_compared(const bench *b);

#endif
