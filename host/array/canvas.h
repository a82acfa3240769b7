// An engine's memory for pictures.
#ifndef OHM_CANVAS_H
#define OHM_CANVAS_H

#include "../engine/engine.h"

// What pictures take of an engine, kept from one to the next.
typedef struct canvas {
    buffer *cols, *rows, *totals, *col_of, *row_of, *image, *extremes;
    bool rehearsed; // each operation has been run once
} canvas;

// Legal on one that is full of 0, which it is afterwards.
void canvas_release(canvas *s);

#endif
