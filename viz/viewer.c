#include "viewer.h"

#include <math.h>
#include <string.h>

const char *viewer_unit(ohm_quantity quantity) {
    static const char *const units[] = {"Ω", "S", "", "V", "V·s", "A", "V", "V"};
    return units[quantity];
}

bool viewer_has(const viewer *v, ohm_quantity quantity) {
    const ohm_definition *d = ohm_crossbar_definition(v->crossbar);
    if (quantity == OHM_FLUX) return d->track_flux;
    return (quantity != OHM_WORD_LINE && quantity != OHM_BIT_LINE) || strcmp(d->wires, "none") != 0;
}

face viewer_face(const viewer *v) {
    return v->network ? FACE_NETWORK : v->tiles ? FACE_TILES : FACE_HEATMAP;
}

bool viewer_of_weights(const viewer *v) {
    return v->learning.training && viewer_face(v) == FACE_TILES;
}

bool viewer_has_tiles(const viewer *v) {
    return v->learning.training || v->camera.rows <= OHM_MAX_IMAGE;
}

uint64_t viewer_columns(const viewer *v) {
    return v->learning.training ? v->learning.outputs : v->camera.cols;
}

double viewer_work(const viewer *v) {
    return v->learning.training ? 1 : (double)v->camera.rows * (double)v->camera.cols;
}

bool viewer_has_signs(const viewer *v) {
    return viewer_of_weights(v) && !v->learning.spiking;
}

// Two signs want a map that diverges from the middle.
colormap viewer_colors(const viewer *v) {
    if (!viewer_of_weights(v) || v->colors_chosen) return v->colors;
    return viewer_has_signs(v) ? COLORMAP_COOLWARM : COLORMAP_MAGMA;
}

// The time of a spiking network is its own.
double viewer_step_time(const viewer *v) {
    double tick;
    const bool spiking = ohm_crossbar_neurons(v->crossbar) > 0 &&
                         !ohm_crossbar_get_parameter(v->crossbar, OHM_ROLE_STIMULUS, "tick", &tick);
    return spiking ? tick : ohm_crossbar_definition(v->crossbar)->dt;
}

// ---- Where things are -------------------------------------------------------------------------

#define AXIS 40       // pixels below a plot or a map for the axis, times the scale of the interface
#define BAR_ROOM 108  // beside the map for the colour bar and its numbers
#define LEFT_ROOM 64  // beside the map or a plot for the numbers of its axis
#define RIGHT_ROOM 24 // beside the plots
#define TITLE_ROOM 30 // above the plots

// Plots go beside a map that would be wide, and otherwise below it. They are left out where the window is too
// small for both.
static void place_beside(layout *l, double s) {
    const double room = l->panel_x - RIGHT_ROOM * s - l->map.x - (BAR_ROOM + LEFT_ROOM) * s;
    const int map = (int)(room / 2), x = l->map.x + map + (int)((BAR_ROOM + LEFT_ROOM) * s);
    if (map < 150 * s || l->map.height < 160 * s) return;
    l->plots = (rectangle){x, l->map.y, (int)room - map, l->map.height + l->bars};
    l->map.width = map;
}

static void place_below(const viewer *v, layout *l, double s) {
    const int under = (int)((v->tiles ? TITLE_ROOM / 2 : AXIS) * s) + l->bars, title = (int)(TITLE_ROOM * s);
    const int room = l->map.height + l->bars - under - title, plots = (int)(0.42 * room);
    if (plots < 90 * s || room - plots < 110 * s || l->map.width < 200 * s) return;
    l->map.height = room - plots;
    l->plots = (rectangle){l->map.x, l->map.y + l->map.height + under + title, l->map.width, plots};
}

static void place_plots(const viewer *v, layout *l) {
    if (!v->neurons && !v->learning.training) return;
    if (l->map.width > 1.25 * l->map.height)
        place_beside(l, v->ui_scale);
    else
        place_below(v, l, v->ui_scale);
}

layout viewer_layout(const viewer *v) {
    layout l = {.width = v->width, .height = v->height};
    const double s = v->ui_scale;
    if (v->bare) {
        l.map = (rectangle){0, 0, l.width, l.height};
        return l;
    }
    l.panel_width = v->panel ? fmin(330 * s, 0.45 * l.width) : 0;
    l.panel_x = l.width - l.panel_width;
    l.bars = v->with_bars && viewer_face(v) == FACE_HEATMAP && !v->learning.training ? (int)(44 * s) : 0;
    const int left = (int)(LEFT_ROOM * s) + l.bars, top = (int)(34 * s), bottom = (int)(AXIS * s) + l.bars;
    const int right = (int)(BAR_ROOM * s);
    const int width = (int)l.panel_x - left - right, height = l.height - top - bottom;
    l.map = (rectangle){left, top, width > 1 ? width : 1, height > 1 ? height : 1};
    place_plots(v, &l);
    l.bar = (rectangle){left + l.map.width + (int)(16 * s), top, (int)(18 * s), l.map.height};
    return l;
}

static tiles_shape shape_of(const viewer *v) {
    const learning *l = &v->learning;
    if (v->tile_shape.width) return v->tile_shape;
    if (l->width) return (tiles_shape){(uint32_t)l->width, (uint32_t)l->height};
    return tiles_shape_of(l->training ? l->inputs : v->camera.rows);
}

tiles_grid viewer_tiles(const viewer *v) {
    const layout l = viewer_layout(v);
    tiles_grid g =
        tiles_arrange(shape_of(v), viewer_columns(v), v->first_tile, l.map, (int)fmax(3, 4 * v->ui_scale));
    if (g.shown > OHM_MAX_IMAGE) g.shown = OHM_MAX_IMAGE;
    return g;
}

// The columns whose tiles are shown; of a training all, as its weights are read together.
static ohm_view view_of_tiles(const viewer *v) {
    const tiles_grid g = viewer_tiles(v);
    const learning *l = &v->learning;
    const uint64_t devices = (uint64_t)g.shape.width * g.shape.height;
    const uint64_t inputs = devices < v->camera.rows ? devices : v->camera.rows;
    const uint32_t rows = (uint32_t)(l->training ? l->inputs : inputs);
    const uint32_t cols = (uint32_t)(l->training ? l->outputs : g.shown ? g.shown : 1);
    return (ohm_view){.col = l->training ? 0 : (double)g.first,
                      .rows = rows,
                      .cols = cols,
                      .width = cols,
                      .height = rows,
                      .quantity = v->quantity,
                      .reduction = OHM_NEAREST};
}

ohm_view viewer_view(const viewer *v) {
    const camera *c = &v->camera;
    if (viewer_face(v) == FACE_TILES) return view_of_tiles(v);
    ohm_view view = {.row = c->row,
                     .col = c->col,
                     .rows = c->down * c->height,
                     .cols = c->across * c->width,
                     .width = (uint32_t)c->width,
                     .height = (uint32_t)c->height,
                     .quantity = v->quantity,
                     .reduction = v->reduction};
    if (v->network) { // every synapse, once
        view.row = view.col = 0;
        view.rows = view.height = (uint32_t)c->rows;
        view.cols = view.width = (uint32_t)c->cols;
    }
    return view;
}

const ohm_view *viewer_shown(const viewer *v) {
    const ohm_view *const shown[FACES] = {[FACE_HEATMAP] = image_view(v->image),
                                          [FACE_NETWORK] = &v->network_view,
                                          [FACE_TILES] = &v->tile_view};
    return shown[viewer_face(v)];
}

ohm_quantity viewer_quantity(const viewer *v) {
    return viewer_shown(v)->width ? viewer_shown(v)->quantity : v->quantity;
}

void viewer_extremes(const float *value, size_t n, double *low, double *high) {
    float least = INFINITY, greatest = -INFINITY;
    for (size_t i = 0; i < n; i++) {
        if (value[i] < least) least = value[i];
        if (value[i] > greatest) greatest = value[i];
    }
    *low = least <= greatest ? least : 0;
    *high = least <= greatest ? greatest : 0;
}
