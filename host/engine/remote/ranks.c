#include "ranks.h"

#include <assert.h>
#include <stdlib.h>

static rank_entry alone;
static struct {
    rank_entry *entries;
    int count;
} ranks = {&alone, 1};

int ranks_count(void) {
    return ranks.count;
}

const rank_entry *ranks_entry(int rank) {
    assert(rank >= 0 && rank < ranks.count);
    return &ranks.entries[rank];
}

void ranks_set(rank_entry *entries, int count) {
    ranks_clear();
    ranks.entries = entries;
    ranks.count = count;
}

void ranks_clear(void) {
    if (ranks.entries == &alone) return;
    for (int i = 0; i < ranks.count; i++) peer_destroy(ranks.entries[i].peer);
    free(ranks.entries);
    ranks.entries = &alone;
    ranks.count = 1;
}
