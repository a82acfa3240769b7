#include "tiles.h"

#include <math.h>

#define LEAST_SCALE 0.75 // pixels a device; smaller pictures are not recognised
#define WHOLE_LOSS 0.8   // a scale is rounded down to whole pixels if that leaves so much of it

// ---- Shape ------------------------------------------------------------------------------------

static uint32_t root_of(uint64_t inputs) {
    return (uint32_t)ceil(sqrt((double)inputs) - 1e-9);
}

tiles_shape tiles_shape_of(uint64_t inputs) {
    const uint32_t root = root_of(inputs);
    for (uint32_t width = root; width && width < inputs && width <= inputs / width * 2; width++)
        if (inputs % width == 0) return (tiles_shape){width, (uint32_t)(inputs / width)};
    if (inputs < 2) return (tiles_shape){(uint32_t)inputs, (uint32_t)inputs};
    return (tiles_shape){root, (uint32_t)((inputs + root - 1) / root)};
}

// ---- Grid -------------------------------------------------------------------------------------

// Pixels a device, if there are so many tiles in a row and so many rows.
static double scale_of(tiles_shape s, uint64_t across, uint64_t down, rectangle place, int gap) {
    const double width = ((double)place.width - (double)(across - 1) * gap) / (double)across;
    const double height = ((double)place.height - (double)(down - 1) * gap) / (double)down;
    return fmin(width / s.width, height / s.height);
}

// How good it is to have so many tiles in a row: their size, less up to a tenth for what the last row lacks.
static double merit_of(tiles_shape s, uint64_t fields, uint64_t across, rectangle place, int gap) {
    const uint64_t down = (fields + across - 1) / across;
    const double lacking = (double)(down * across - fields) / (double)across;
    return scale_of(s, across, down, place, gap) * (1 - 0.1 * lacking);
}

static uint64_t best_across(tiles_shape s, uint64_t fields, rectangle place, int gap) {
    uint64_t best = 1;
    double most = -INFINITY;
    for (uint64_t across = 1; across <= fields && across <= (uint64_t)place.width; across++) {
        const double merit = merit_of(s, fields, across, place, gap);
        if (merit > most) {
            most = merit;
            best = across;
        }
    }
    return best;
}

// How many tiles of the least size fit along a side.
static uint64_t fitting(uint32_t devices, int side, int gap) {
    const double tile = ceil(devices * LEAST_SCALE);
    return side < tile ? 0 : (uint64_t)((side + gap) / (tile + gap));
}

// Whole pixels a device look even; in between they look larger.
static double round_scale(double scale) {
    const double whole = floor(scale + 1e-9);
    return whole >= WHOLE_LOSS * scale ? whole : scale;
}

static void centre(tiles_grid *g, rectangle place) {
    const int width = (int)g->across * (g->width + g->gap) - g->gap;
    const int height = (int)g->down * (g->height + g->gap) - g->gap;
    g->x = place.x + (place.width - width) / 2;
    g->y = place.y + (place.height - height) / 2;
}

tiles_grid tiles_arrange(tiles_shape shape, uint64_t fields, uint64_t first, rectangle place, int gap) {
    tiles_grid g = {.shape = shape, .gap = gap};
    if (!shape.width || !shape.height || !fields) return g;
    uint64_t across = best_across(shape, fields, place, gap), down = (fields + across - 1) / across;
    g.scale = scale_of(shape, across, down, place, gap);
    if (g.scale < LEAST_SCALE || g.scale * fmin(shape.width, shape.height) < 1) {
        across = fitting(shape.width, place.width, gap);
        down = fitting(shape.height, place.height, gap);
        if (!across || !down) return g;
        g.scale = LEAST_SCALE;
    }
    const uint64_t room = across * down;
    g.first = fields <= room ? 0 : first < fields ? first : fields - 1;
    g.shown = fields - g.first < room ? fields - g.first : room;
    g.across = (uint32_t)across;
    g.down = (uint32_t)down;
    g.scale = round_scale(g.scale);
    g.width = (int)fmax(1, floor(shape.width * g.scale + 1e-9));
    g.height = (int)fmax(1, floor(shape.height * g.scale + 1e-9));
    centre(&g, place);
    return g;
}

void tiles_corner(const tiles_grid *g, uint64_t i, int *x, int *y) {
    *x = g->x + (int)(i % g->across) * (g->width + g->gap);
    *y = g->y + (int)(i / g->across) * (g->height + g->gap);
}

bool tiles_at(const tiles_grid *g, double x, double y, uint64_t *tile, uint64_t *device) {
    if (!g->shown || x < g->x || y < g->y) return false;
    const uint64_t across = (uint64_t)((x - g->x) / (g->width + g->gap));
    const uint64_t down = (uint64_t)((y - g->y) / (g->height + g->gap));
    *tile = down * g->across + across;
    if (across >= g->across || *tile >= g->shown) return false;
    int left, top;
    tiles_corner(g, *tile, &left, &top);
    const uint64_t col = (uint64_t)((x - left) / g->scale), row = (uint64_t)((y - top) / g->scale);
    *device = row * g->shape.width + col;
    return col < g->shape.width && row < g->shape.height;
}

// ---- Picture ----------------------------------------------------------------------------------

// The device that a pixel of a tile shows: the one under its middle.
static uint64_t device_at(const tiles_grid *g, int pixel, uint32_t devices) {
    const uint64_t at = (uint64_t)((pixel + 0.5) / g->scale);
    return at < devices ? at : devices - 1;
}

static void fill_tile(const tiles_grid *g, uint64_t tile, rectangle place, const float *value,
                      uint64_t inputs, uint64_t stride, float *picture) {
    int left, top;
    tiles_corner(g, tile, &left, &top);
    for (int y = 0; y < g->height; y++) {
        const uint64_t row = device_at(g, y, g->shape.height) * g->shape.width;
        float *out = picture + (size_t)(top - place.y + y) * (size_t)place.width + (left - place.x);
        for (int x = 0; x < g->width; x++) {
            const uint64_t device = row + device_at(g, x, g->shape.width);
            if (device < inputs) out[x] = value[device * stride + tile];
        }
    }
}

void tiles_fill(const tiles_grid *g, rectangle place, const float *value, uint64_t inputs, uint64_t stride,
                float *picture) {
    const size_t pixels = (size_t)place.width * (size_t)place.height;
    for (size_t i = 0; i < pixels; i++) picture[i] = NAN;
    for (uint64_t i = 0; i < g->shown; i++) fill_tile(g, i, place, value, inputs, stride, picture);
}
