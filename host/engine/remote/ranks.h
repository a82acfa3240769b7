// The ranks as rank 0 knows them, once they have joined (join.c). Without others, and in the others, there is
// one: this process.
#ifndef OHM_RANKS_TABLE_H
#define OHM_RANKS_TABLE_H

#include "peer.h"

// What rank 0 knows of another.
typedef struct rank_entry {
    peer *peer; // NULL for rank 0, this process
    char host[64];
    int machine; // ranks of one machine, whose memory they share, have the same number; that of rank 0 is 0
    int local;   // its place among the ranks of its machine
} rank_entry;

int ranks_count(void);
const rank_entry *ranks_entry(int rank);

// Takes a table of so many, and releases it with its peers.
void ranks_set(rank_entry *entries, int count);
void ranks_clear(void);

#endif
