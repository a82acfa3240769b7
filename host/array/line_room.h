// What a band keeps from one reading of its lines to the next.
#ifndef OHM_LINE_ROOM_H
#define OHM_LINE_ROOM_H

#include "band.h"

typedef struct line_room {
    buffer *input, *sums, *totals; // as in kernels/readout.h
} line_room;

void line_room_release(line_room *r);

// Brings to a band what a launch takes of all lines, 4 bytes each: input has the band's of rows [crossbar
// rows], sums those of cols [pitch]. Errors: OHM_OUT_OF_MEMORY, OHM_DEVICE_FAILED.
ohm_status line_room_send(line_room *r, const band *b, const void *rows, const void *cols);

#endif
