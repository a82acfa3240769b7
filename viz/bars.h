// What bars along the edges of the picture show: the voltage that each word line is driven with, at the left,
// and the current that flows out of each bit line, at the bottom.
#ifndef VIZ_BARS_H
#define VIZ_BARS_H

#include "../host/ohmscape.h"

// What the bars of a view show: a value for each of its rows and columns of pixels, NaN outside of the
// crossbar.
typedef struct bars {
    bool known;       // some voltages were applied to lines
    float *row, *col; // V [height], A [width]
    size_t row_room, col_room;
    float row_most, col_most; // largest of all lines, either way
    ohm_view view;
} bars;

// Reads them. known is false if no step has been taken, or the last gave voltages to devices and not to
// lines. Errors: those of ohm_crossbar_read_terminals but for that.
ohm_status bars_read(ohm_crossbar *c, const ohm_view *view, bars *b);

// Copies what another has. Errors: OHM_OUT_OF_MEMORY.
ohm_status bars_copy(bars *to, const bars *from);
void bars_free(bars *b);

#endif
