#include "receptive.h"
#include "ui.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define CHOSEN_COLOR 0xFFB454FFu
#define HOVER_COLOR 0xFFFFFFFFu

// ---- Tiles ------------------------------------------------------------------------------------

static ohm_status make_room(viewer *v, size_t pixels) {
    if (pixels <= v->tile_room) return OHM_OK;
    free(v->tile_picture);
    v->tile_room = 0;
    v->tile_picture = malloc(pixels * sizeof *v->tile_picture);
    if (!v->tile_picture) return ohm_fail_memory("receptive fields");
    v->tile_room = pixels;
    return OHM_OK;
}

// The values may be of other columns than are to be shown now: then what there is of these is drawn. *offset
// is the first column among the values.
static tiles_grid drawable(const viewer *v, uint64_t *offset) {
    tiles_grid g = viewer_tiles(v);
    const uint64_t from = (uint64_t)v->tile_view.col, end = from + v->tile_view.width;
    *offset = g.first - from;
    if (g.first < from || g.first >= end)
        g.shown = 0;
    else if (g.shown > end - g.first)
        g.shown = end - g.first;
    return g;
}

ohm_status receptive_draw(viewer *v, const layout *l) {
    uint64_t offset;
    const tiles_grid g = drawable(v, &offset);
    const uint32_t width = (uint32_t)l->map.width, height = (uint32_t)l->map.height;
    const ohm_status status = g.shown ? make_room(v, (size_t)width * height) : OHM_OK;
    if (status || !g.shown) return status;
    const ohm_view *values = &v->tile_view;
    tiles_fill(&g, l->map, v->tile_values + offset, values->height, values->width, v->tile_picture);
    const ohm_view view = {.rows = height, .cols = width, .width = width, .height = height};
    image_upload(v->tiles_image, &view, v->tile_picture);
    return heatmap_draw(v->heatmap, v->tiles_image, &view, l->map, l->height, &v->scale, viewer_colors(v));
}

void receptive_describe(const viewer *v, char *text, size_t size) {
    const tiles_grid g = viewer_tiles(v);
    const uint64_t all = viewer_columns(v);
    if (g.shown == all)
        snprintf(text, size, "%" PRIu64 " fields of %u × %u", all, g.shape.width, g.shape.height);
    else
        snprintf(text, size, "fields %" PRIu64 " to %" PRIu64 " of %" PRIu64 ", %u × %u; wheel for more",
                 g.first, g.first + g.shown - (g.shown > 0), all, g.shape.width, g.shape.height);
}

// ---- The mouse --------------------------------------------------------------------------------

bool receptive_at(const viewer *v, double x, double y, uint64_t *neuron) {
    const tiles_grid g = viewer_tiles(v);
    uint64_t tile, device;
    if (viewer_face(v) != FACE_TILES || !tiles_at(&g, x, y, &tile, &device)) return false;
    *neuron = g.first + tile;
    return true;
}

void receptive_turn(viewer *v, int pages) {
    const tiles_grid g = viewer_tiles(v);
    const uint64_t all = viewer_columns(v);
    if (pages > 0 && g.first + g.shown < all) v->first_tile = g.first + g.shown;
    if (pages < 0) v->first_tile = g.first > g.shown ? g.first - g.shown : 0;
}

// ---- Over the tiles ---------------------------------------------------------------------------

// In the gap around the tile, set off by a black line inside of it.
static void frame_tile(const viewer *v, const tiles_grid *g, uint64_t neuron, ui_color color) {
    if (neuron < g->first || neuron >= g->first + g->shown) return;
    const int thick = (int)fmax(3, round(3 * v->ui_scale));
    int x, y;
    tiles_corner(g, neuron - g->first, &x, &y);
    ui_frame(x, y, g->width, g->height, 0x000000FFu);
    for (int i = 1; i <= thick; i++) ui_frame(x - i, y - i, g->width + 2 * i, g->height + 2 * i, color);
}

static void draw_label(const viewer *v, uint64_t neuron, const tiles_shape *shape, uint64_t device,
                       double value) {
    char text[256];
    const bool weights = viewer_has_signs(v);
    const ohm_quantity q = v->learning.spiking ? OHM_CONDUCTANCE : v->tile_view.quantity;
    snprintf(text, sizeof text,
             "neuron %" PRIu64 "\ninput %" PRIu64 ": row %" PRIu64 ", column %" PRIu64 " of the field\n"
             "%s %.6g %s",
             neuron, device, device / shape->width, device % shape->width,
             weights ? "weight" : ohm_quantity_name(q), value, weights ? "" : viewer_unit(q));
    ui_tooltip(text);
}

void receptive_follow(viewer *v) {
    const tiles_grid g = viewer_tiles(v);
    if (v->neuron < g.first) receptive_turn(v, -1);
    if (v->neuron >= g.first + g.shown) receptive_turn(v, 1);
    const tiles_grid now = viewer_tiles(v);
    if (v->neuron < now.first || v->neuron >= now.first + now.shown) v->first_tile = v->neuron;
}

// ---- The panel --------------------------------------------------------------------------------

// What a field's devices are drawn with.
typedef struct enlarged {
    const viewer *v;
    const tiles_grid *grid;
    uint64_t column; // among the values
    uint8_t rgb[256][3];
    double x, y, pixel;
} enlarged;

static void draw_device(const enlarged *e, uint64_t device) {
    const ohm_view *values = &e->v->tile_view;
    const float value = e->v->tile_values[device * values->width + e->column];
    if (isnan(value)) return;
    const double place = fmax(0, fmin(1, color_scale_place(&e->v->scale, (double)value)));
    const uint64_t row = device / e->grid->shape.width, col = device % e->grid->shape.width;
    ui_box(e->x + (double)col * e->pixel, e->y + (double)row * e->pixel, e->pixel, e->pixel,
           ui_opaque(e->rgb[(int)(place * 255 + 0.5)]));
}

#define ENLARGED 140    // pixels on a side
#define MOST_DEVICES 64 // on a side; larger fields are large enough on the map

void receptive_draw_chosen(const viewer *v) {
    uint64_t offset;
    const tiles_grid g = drawable(v, &offset);
    const uint32_t longest = g.shape.width > g.shape.height ? g.shape.width : g.shape.height;
    const bool chosen = v->neuron >= g.first && v->neuron < g.first + g.shown;
    if (viewer_face(v) != FACE_TILES || !chosen || longest > MOST_DEVICES) return;
    char title[64];
    double width, mouse;
    bool held;
    enlarged e = {
        v, &g, offset + v->neuron - g.first, {{0}}, 0, 0, fmax(1, floor(ENLARGED * v->ui_scale / longest))};
    snprintf(title, sizeof title, "receptive field of neuron %" PRIu64, v->neuron);
    ui_section(title);
    ui_canvas("receptive field", e.pixel * g.shape.height, &e.x, &e.y, &width, &held, &mouse);
    e.x = floor(e.x);
    e.y = floor(e.y);
    colormap_table(viewer_colors(v), e.rgb);
    const uint64_t devices = (uint64_t)g.shape.width * g.shape.height;
    for (uint64_t i = 0; i < devices && i < v->tile_view.height; i++) draw_device(&e, i);
}

// ---- Over the tiles ---------------------------------------------------------------------------

void receptive_overlay(const viewer *v) {
    uint64_t offset, tile, device;
    const tiles_grid g = drawable(v, &offset);
    frame_tile(v, &g, v->neuron, CHOSEN_COLOR);
    if (!v->mouse_inside || !tiles_at(&g, v->mouse_x, v->mouse_y, &tile, &device)) return;
    frame_tile(v, &g, g.first + tile, HOVER_COLOR);
    if (device >= v->tile_view.height) return;
    draw_label(v, g.first + tile, &g.shape, device,
               (double)v->tile_values[device * v->tile_view.width + offset + tile]);
}
