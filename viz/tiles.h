// Receptive fields as a grid of tiles: what each column of a crossbar looks for, as a small picture whose
// pixels are the column's devices.
#ifndef VIZ_TILES_H
#define VIZ_TILES_H

#include "heatmap.h"

// The shape of a field, in devices.
typedef struct tiles_shape {
    uint32_t width, height;
} tiles_shape;

// The shape for so many inputs: the two factors nearest to a square, or, where one would be more than twice
// the other, the smallest near-square that holds them all, with a few places left over.
tiles_shape tiles_shape_of(uint64_t inputs);

// Where the tiles are, in pixels.
typedef struct tiles_grid {
    tiles_shape shape;
    uint64_t first;        // the neuron of the upper left tile
    uint64_t shown;        // tiles, from there on
    uint32_t across, down; // tiles a row, and rows
    double scale;          // pixels a device
    int width, height;     // of a tile
    int gap;               // between two
    int x, y;              // of the upper left one
} tiles_grid;

// The grid of so many fields that makes their devices largest in the place, in its middle. If they would be
// too small to be made out, there are fewer tiles, from the field first on. shown is 0 if there is no room.
tiles_grid tiles_arrange(tiles_shape shape, uint64_t fields, uint64_t first, rectangle place, int gap);

// The corner of tile i.
void tiles_corner(const tiles_grid *g, uint64_t i, int *x, int *y);

// Whether there is a tile at a point, which of the grid's it is, and which device of it.
bool tiles_at(const tiles_grid *g, double x, double y, uint64_t *tile, uint64_t *device);

// Draws the tiles into a picture of the place, float32 [height, width], NaN between them. value is float32
// [inputs, stride], tile i being its column i from the first on.
void tiles_fill(const tiles_grid *g, rectangle place, const float *value, uint64_t inputs, uint64_t stride,
                float *picture);

#endif
