// Signs of life: while a rank is busy with an order, a thread of its own tells rank 0 that it is.
#ifndef OHM_LIFE_H
#define OHM_LIFE_H

#include "peer.h"

typedef struct life life;

// Starts and ends the thread. A sign goes to rank 0 at intervals of so many seconds, while it is busy.
// Errors: OHM_OUT_OF_MEMORY.
ohm_status life_start(const peer *zero, double interval, life **l);
void life_end(life *l);

void life_busy(life *l, bool busy);

#endif
