// Which part of a crossbar is looked at, and how that moves.
#ifndef VIZ_CAMERA_H
#define VIZ_CAMERA_H

#include <stdbool.h>
#include <stdint.h>

typedef struct camera {
    uint64_t rows, cols;  // of the crossbar
    double width, height; // of the picture, pixels
    double row, col;      // its upper left corner, in synapses
    double down, across;  // synapses a pixel
    // Whether the whole crossbar is to be seen, also when the picture's size changes.
    bool whole;
} camera;

camera camera_of(uint64_t rows, uint64_t cols);

// The picture has a new size; what is in its middle stays there.
void camera_resize(camera *c, double width, double height);

// Shows the whole crossbar: its synapses as squares, unless it is more than 8 times as long as wide.
void camera_reset(camera *c);

// Moves what is seen by so many pixels. Some of the crossbar always stays in sight.
void camera_pan(camera *c, double x, double y);

// Magnifies by factor, about the synapse at a pixel, which stays there. One synapse fills the picture at
// most.
void camera_zoom(camera *c, double x, double y, double factor);

// The synapse at a pixel, row in *row: beyond the crossbar where there is none.
void camera_synapse(const camera *c, double x, double y, double *row, double *col);

#endif
