// The heatmap: an image through a range and a colour map, in a rectangle of the surface.
#ifndef VIZ_HEATMAP_H
#define VIZ_HEATMAP_H

#include "colormap.h"
#include "image.h"

// Which values the ends of the colour map stand for, and what lies between.
typedef struct color_scale {
    double low, high;
    bool logarithmic; // low and high above 0
} color_scale;

// Where between the ends a value is: below 0 or above 1 beyond them.
double color_scale_place(const color_scale *s, double value);
// The value at a place.
double color_scale_value(const color_scale *s, double place);

// A rectangle of a surface in pixels, from its upper left corner.
typedef struct rectangle {
    int x, y, width, height;
} rectangle;

typedef struct heatmap heatmap;

// In the current OpenGL context. Errors: OHM_OUT_OF_MEMORY, OHM_BUILD_FAILED.
ohm_status heatmap_create(heatmap **h);

// Legal on NULL.
void heatmap_destroy(heatmap *h);

// Draws what the image knows of a view, into a rectangle of view->width × view->height pixels of a surface
// that is so high. An image of another view stands in for it until there is one, at the right place and
// size. Synapses of HEATMAP_GRID_PIXELS or more on a side are set apart by grid lines: the first row and
// column of pixels of each are HEATMAP_GRID_SHADE of their colour.
#define HEATMAP_GRID_PIXELS 8
#define HEATMAP_GRID_SHADE 0.7f
// Errors: OHM_OUT_OF_MEMORY.
ohm_status heatmap_draw(heatmap *h, const image *i, const ohm_view *view, rectangle place, int surface_height,
                        const color_scale *scale, colormap colors);

#endif
