// Draws a frame: the picture with its axes, colour bar and title, and the panel.
#include "../host/cli/progress.h"
#include "curves.h"
#include "edges.h"
#include "frame.h"
#include "overlay.h"
#include "receptive.h"
#include "spiking.h"
#include "ticks.h"
#include "trace.h"
#include "ui.h"
#include "panel.h"

#include <epoxy/gl.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#define TEXT_COLOR 0xE6E6E6FFu
#define FAINT_COLOR 0x8C8C8CFFu
#define TEXT_MAX 256

// ---- The colour scale -------------------------------------------------------------------------

static void set_scale(viewer *v) {
    const ohm_extremes *seen = &v->seen[viewer_face(v)];
    double low = isnan(seen->least) ? 0 : seen->least, high = isnan(seen->greatest) ? 0 : seen->greatest;
    if (viewer_has_signs(v)) { // 0 is in the middle
        high = fmax(-low, high);
        low = -high;
    } else if (v->range == RANGE_WHOLE && viewer_quantity(v) != OHM_FLUX && !viewer_of_weights(v)) {
        low = v->limits[viewer_quantity(v)].low;
        high = v->limits[viewer_quantity(v)].high;
    }
    if (!(low < high)) { // a single value is in the middle of the scale
        const double about = fmax(fabs(low) * 1e-3, 1e-30);
        low -= about;
        high += about;
    }
    if (v->range != RANGE_MANUAL) v->scale = (color_scale){low, high, false};
    v->scale.logarithmic = v->logarithmic && v->scale.low > 0;
}

// ---- Axes -------------------------------------------------------------------------------------

static void draw_columns_axis(const viewer *v, rectangle r) {
    const camera *c = &v->camera;
    const double s = v->ui_scale, y = r.y + r.height;
    double tick[TICKS_MAX];
    const int n = ticks_linear(fmax(c->col, 0), fmin(c->col + c->across * c->width, (double)c->cols),
                               (int)(r.width / (80 * s)), true, tick);
    for (int i = 0; i < n; i++) {
        char text[32];
        snprintf(text, sizeof text, "%.0f", fabs(tick[i]));
        // A tick is at the edge of its synapse, or in the middle once synapses are large enough to see that.
        const double x = r.x + (tick[i] - c->col + 0.5 * (c->across < 0.1)) / c->across;
        if (x > r.x + r.width) continue;
        ui_line(x, y, x, y + 4 * s, FAINT_COLOR, s);
        ui_text(x, y + 5 * s, 0.5, 0, TEXT_COLOR, text);
    }
    ui_text(r.x + r.width / 2.0, r.y + r.height + 38 * s, 0.5, 1, FAINT_COLOR, "column");
}

static void draw_rows_axis(const viewer *v, rectangle r) {
    const camera *c = &v->camera;
    const double s = v->ui_scale;
    double tick[TICKS_MAX];
    const int n = ticks_linear(fmax(c->row, 0), fmin(c->row + c->down * c->height, (double)c->rows),
                               (int)(r.height / (50 * s)), true, tick);
    for (int i = 0; i < n; i++) {
        char text[32];
        snprintf(text, sizeof text, "%.0f", fabs(tick[i]));
        const double y = r.y + (tick[i] - c->row + 0.5 * (c->down < 0.1)) / c->down;
        if (y > r.y + r.height) continue;
        ui_line(r.x - 4 * s, y, r.x, y, FAINT_COLOR, s);
        ui_text(r.x - 7 * s, y, 1, 0.5, TEXT_COLOR, text);
    }
    ui_text(4 * s, r.y - 4 * s, 0, 1, FAINT_COLOR, "row");
}

// ---- Colour bar -------------------------------------------------------------------------------

static void draw_bar(const viewer *v, rectangle b) {
    const double s = v->ui_scale;
    uint8_t rgb[256][3];
    colormap_table(viewer_colors(v), rgb);
    for (int y = 0; y < b.height; y++) {
        const uint8_t *c = rgb[(int)(255.0 * (b.height - 1 - y) / fmax(b.height - 1, 1) + 0.5)];
        ui_box(b.x, b.y + y, b.width, 1, ui_opaque(c));
    }
    double tick[TICKS_MAX];
    const int n = ticks_scale(&v->scale, (int)(b.height / (36 * s)), tick);
    for (int i = 0; i < n; i++) {
        char text[32];
        ticks_text(tick[i], v->scale.high - v->scale.low, text, sizeof text);
        const double y = b.y + b.height * (1 - color_scale_place(&v->scale, tick[i]));
        ui_line(b.x + b.width, y, b.x + b.width + 4 * s, y, FAINT_COLOR, s);
        ui_text(b.x + b.width + 7 * s, y, 0, 0.5, TEXT_COLOR, text);
    }
    ui_frame(b.x, b.y - 2 * s, b.width, 4 * s, TEXT_COLOR); // the handles that can be dragged
    ui_frame(b.x, b.y + b.height - 2 * s, b.width, 4 * s, TEXT_COLOR);
    const ohm_quantity q = viewer_quantity(v);
    const char *name = *viewer_unit(q) ? viewer_unit(q) : ohm_quantity_name(q);
    ui_text(b.x, b.y - 5 * s, 0, 1, TEXT_COLOR, viewer_has_signs(v) ? "weight" : name);
    if (v->scale.logarithmic) ui_text(b.x + b.width, b.y + b.height + 5 * s, 0.5, 0, FAINT_COLOR, "log");
}

// ---- Title ------------------------------------------------------------------------------------

// "mean of 5.12 × 5.12 synapses per pixel", or how many pixels a synapse has.
static void describe_scale(const viewer *v, char *text, size_t size) {
    const camera *c = &v->camera;
    if (fmax(c->across, c->down) > 1)
        snprintf(text, size, "%s of %.3g × %.3g synapses per pixel", ohm_reduction_name(v->reduction),
                 c->down, c->across);
    else
        snprintf(text, size, "%.3g × %.3g pixels per synapse", 1 / c->down, 1 / c->across);
}

static void describe_picture(const viewer *v, char *text, size_t size) {
    const face shown = viewer_face(v);
    if (shown == FACE_TILES)
        receptive_describe(v, text, size);
    else if (shown == FACE_NETWORK)
        snprintf(text, size, "%s network of %" PRIu64 " neurons", network_layout_name[v->layout],
                 v->camera.rows);
    else
        describe_scale(v, text, size);
}

// Leaves out the last parts of a text, which four spaces part, until it fits.
static void shorten(char *text, double width) {
    while (ui_text_width(text) > width) {
        char *cut = NULL;
        for (char *at = strstr(text, "    "); at; at = strstr(at + 4, "    ")) cut = at;
        if (!cut) return;
        *cut = '\0';
    }
}

static void draw_title(const viewer *v, const layout *l) {
    char picture[TEXT_MAX] = "", stage[TEXT_MAX] = "", what[TEXT_MAX], text[3 * TEXT_MAX];
    describe_picture(v, picture, sizeof picture);
    const ohm_definition *d = ohm_crossbar_definition(v->crossbar);
    snprintf(stage, sizeof stage, "step %" PRIu64, v->result.step);
    if (v->learning.training) curves_describe(v, stage, sizeof stage);
    snprintf(what, sizeof what, "%s    %" PRIu64 " × %" PRIu64, ohm_quantity_name(viewer_quantity(v)),
             d->rows, d->cols);
    if (viewer_of_weights(v))
        snprintf(what, sizeof what, "%s of layer %zu", viewer_has_signs(v) ? "weights" : "conductances",
                 v->learning.layer);
    const bool tiles = viewer_face(v) == FACE_TILES; // of which there may be more than are seen
    snprintf(text, sizeof text, "%s    %s    %s", stage, tiles ? picture : what, tiles ? what : picture);
    shorten(text, l->map.width);
    ui_text(l->map.x, l->map.y - 8 * v->ui_scale, 0, 1, TEXT_COLOR, text);
}

// ---- The whole --------------------------------------------------------------------------------

static void draw_network(const viewer *v, rectangle place) {
    if (!v->network_view.width) return;
    uint8_t rgb[256][3];
    colormap_table(v->colors, rgb);
    const int n = (int)v->camera.rows;
    const network_style style = {.layout = v->layout,
                                 .scale = &v->scale,
                                 .colors = (const uint8_t(*)[3])rgb,
                                 .line_width = fmax(0.4, fmin(2, 40.0 / n)) * v->ui_scale};
    network_draw(&style, n, v->network_values, place);
}

static void clear(const viewer *v) {
    surface_bind(v->surface, v->width, v->height);
    glDisable(GL_SCISSOR_TEST);
    glClearColor(0.1f, 0.1f, 0.11f, 1);
    if (v->bare) glClearColor(0.13f, 0.13f, 0.15f, 1);
    glClear(GL_COLOR_BUFFER_BIT);
}

static void draw_overlay(viewer *v, const layout *l, double seconds) {
    ui_begin(l->width, l->height, seconds);
    if (v->network) draw_network(v, l->map);
    if (!v->bare) {
        if (viewer_face(v) == FACE_TILES) receptive_overlay(v);
        if (viewer_face(v) == FACE_HEATMAP) {
            edges_draw(v, l);
            draw_columns_axis(v, (rectangle){l->map.x, l->map.y, l->map.width, l->map.height + l->bars});
            draw_rows_axis(v, (rectangle){l->map.x - l->bars, l->map.y, l->map.width, l->map.height});
        }
        draw_bar(v, l->bar);
        draw_title(v, l);
        trace_mark(v, l);
        spiking_draw(v, l);
        curves_draw(v, l);
        if (v->panel) panel_draw(v, l);
    }
    overlay_draw(v, l);
    ui_end();
}

static double passed(viewer *v, double since, double *sum) {
    if (v->timed) glFinish();
    const double now = progress_clock();
    *sum += now - since;
    return now;
}

// A network is drawn by ui.h.
static ohm_status draw_picture(viewer *v, const layout *l) {
    if (viewer_face(v) == FACE_NETWORK) return OHM_OK;
    if (viewer_face(v) == FACE_TILES) return receptive_draw(v, l);
    const ohm_view view = viewer_view(v);
    return heatmap_draw(v->heatmap, v->image, &view, l->map, l->height, &v->scale, v->colors);
}

ohm_status frame_draw(viewer *v, double seconds) {
    set_scale(v);
    const double start = progress_clock();
    const layout l = viewer_layout(v);
    clear(v);
    const ohm_status status = draw_picture(v, &l);
    if (status) return status;
    glViewport(0, 0, l.width, l.height);
    const double drawn = passed(v, start, &v->timings.draw);
    draw_overlay(v, &l, seconds);
    passed(v, drawn, &v->timings.panel);
    return OHM_OK;
}
