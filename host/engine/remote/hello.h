// What ranks tell each other of themselves when they meet, and whether they go together.
#ifndef OHM_HELLO_H
#define OHM_HELLO_H

#include "ranks.h"

#include <sched.h>

#define HELLO_MAGIC "ohmscape"
#define HELLO_SIZES 6

// From every rank to rank 0. The first four stay as they are in all versions.
typedef struct hello {
    char magic[8];
    uint32_t byte_order; // 0x01020304
    char version[20];
    uint32_t sizes[HELLO_SIZES]; // of the structures that travel
    uint64_t kernels;            // digest of the sources of all kernels
    char host[64], machine[64];  // the machine's name, and what tells it from all others
    char processes[64];          // what tells this space of process ids from others
    int32_t process;
    cpu_set_t processors; // that it may use
} hello;

// From rank 0 to every other.
typedef struct verdict {
    uint32_t accepted; // 0 in any byte order: they do not go together
    uint32_t threads;  // its share of the machine's processors, 0 if it has it for itself
    int32_t process;   // rank 0's, if it can be seen from there
    uint32_t padding;
    double patience; // s
} verdict;

// Of this process.
void hello_make(hello *h);

// Whether two go together. Errors: OHM_BAD_ARGUMENT, naming the hosts and what differs.
ohm_status hello_check(const hello *zero, const hello *other, int rank, size_t bytes);

// Whether the process of one can be seen from the other.
bool hello_sees(const hello *one, const hello *other);

// Fills in where the ranks are: their machines, and their places in them.
void hello_place(const hello *all, rank_entry *entries, int count);

// A rank's share of the processors that it may use, if others may too; else 0.
unsigned hello_share(const hello *all, int rank, int count);

#endif
