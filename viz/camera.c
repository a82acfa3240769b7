#include "camera.h"

#include <math.h>

#define SQUARE_UP_TO 8.0 // up to this ratio of its sides a crossbar is shown with square synapses

camera camera_of(uint64_t rows, uint64_t cols) {
    camera c = {.rows = rows, .cols = cols, .width = 1, .height = 1, .whole = 1};
    camera_reset(&c);
    return c;
}

static double clamp(double x, double low, double high) {
    return x < low ? low : x > high ? high : x;
}

// Keeps the picture's middle on the crossbar.
static void keep_in_sight(camera *c) {
    const double half_width = c->width / 2 * c->across, half_height = c->height / 2 * c->down;
    c->col = clamp(c->col, -half_width, (double)c->cols - half_width);
    c->row = clamp(c->row, -half_height, (double)c->rows - half_height);
}

void camera_reset(camera *c) {
    const double cols = (double)c->cols, rows = (double)c->rows;
    c->across = cols / c->width;
    c->down = rows / c->height;
    if (fmax(cols / rows, rows / cols) <= SQUARE_UP_TO) c->across = c->down = fmax(c->across, c->down);
    c->col = (cols - c->width * c->across) / 2;
    c->row = (rows - c->height * c->down) / 2;
    c->whole = 1;
}

void camera_resize(camera *c, double width, double height) {
    if (width == c->width && height == c->height) return;
    c->col += (c->width - width) / 2 * c->across;
    c->row += (c->height - height) / 2 * c->down;
    c->width = width;
    c->height = height;
    if (c->whole) camera_reset(c);
    keep_in_sight(c);
}

void camera_pan(camera *c, double x, double y) {
    c->col -= x * c->across;
    c->row -= y * c->down;
    c->whole = 0;
    keep_in_sight(c);
}

void camera_zoom(camera *c, double x, double y, double factor) {
    double row, col;
    camera_synapse(c, x, y, &row, &col);
    // From one synapse filling the picture to the crossbar at half size. If it is beyond that already, it
    // does not jump back.
    const double scale = fmax(c->across, c->down), closest = 1 / fmin(c->width, c->height);
    const double farthest = 2 * fmax((double)c->cols / c->width, (double)c->rows / c->height);
    factor = scale / clamp(scale / factor, fmin(closest, scale), fmax(farthest, scale));
    c->across /= factor;
    c->down /= factor;
    c->col = col - x * c->across;
    c->row = row - y * c->down;
    c->whole = 0;
    keep_in_sight(c);
}

void camera_synapse(const camera *c, double x, double y, double *row, double *col) {
    *col = c->col + x * c->across;
    *row = c->row + y * c->down;
}
