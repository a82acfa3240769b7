// A rectangle of a matrix.
#ifndef OHM_AREA_H
#define OHM_AREA_H

#include <stdint.h>

typedef struct area {
    uint64_t row, col, rows, cols;
} area;

#endif
