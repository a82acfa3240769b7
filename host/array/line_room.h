// What a band keeps from one reading of its lines to the next.
#ifndef OHM_LINE_ROOM_H
#define OHM_LINE_ROOM_H

#include "../engine/engine.h"

typedef struct line_room {
    buffer *input, *sums, *totals; // as in kernels/readout.h
} line_room;

void line_room_release(line_room *r);

#endif
