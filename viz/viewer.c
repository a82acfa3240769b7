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

layout viewer_layout(const viewer *v) {
    layout l = {.width = v->width, .height = v->height};
    const double s = v->ui_scale;
    if (v->bare) {
        l.map = (rectangle){0, 0, l.width, l.height};
        return l;
    }
    l.panel_width = v->panel ? fmin(330 * s, 0.45 * l.width) : 0;
    l.panel_x = l.width - l.panel_width;
    l.bars = v->with_bars && !v->network ? (int)(44 * s) : 0;
    const int left = (int)(64 * s) + l.bars, top = (int)(34 * s), bottom = (int)(40 * s) + l.bars;
    const int right = (int)(108 * s);
    const int width = (int)l.panel_x - left - right, height = l.height - top - bottom;
    l.map = (rectangle){left, top, width > 1 ? width : 1, height > 1 ? height : 1};
    l.bar = (rectangle){left + l.map.width + (int)(16 * s), top, (int)(18 * s), l.map.height};
    return l;
}

ohm_view viewer_view(const viewer *v) {
    const camera *c = &v->camera;
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
    return v->network ? &v->network_view : image_view(v->image);
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
