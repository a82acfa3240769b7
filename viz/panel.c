// The panel beside the picture: what is shown, the histogram, the state over time, and the parameters.
#include "controls.h"
#include "field.h"
#include "receptive.h"
#include "trace.h"
#include "ui.h"
#include "input.h"
#include "panel.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#define TEXT_COLOR 0xE6E6E6FFu
#define CURVE_COLOR 0x7FC8FFFFu
#define BAND_COLOR 0x7FC8FF40u
#define GROUND_COLOR 0x00000060u

// ---- Choices ----------------------------------------------------------------------------------

static void draw_face(viewer *v) {
    static const char *const faces[] = {"heatmap", "receptive fields"};
    int chosen = v->tiles;
    if (!v->network && ui_choice("show", &chosen, faces, 2)) input_show_tiles(v, chosen == 1);
}

// The one whose membrane or receptive field is marked.
static void draw_neuron(viewer *v) {
    if (v->neurons || viewer_face(v) == FACE_TILES) ui_number("neuron", &v->neuron);
}

static void draw_choices(viewer *v) {
    ohm_quantity listed[OHM_QUANTITIES];
    const char *quantities[OHM_QUANTITIES], *reductions[OHM_REDUCTIONS];
    int count = 0, quantity = 0;
    static const char *const ranges[] = {"full range", "visible values", "manual"};
    for (int i = 0; i < OHM_QUANTITIES; i++) {
        if (!viewer_has(v, (ohm_quantity)i)) continue;
        if ((ohm_quantity)i == v->quantity) quantity = count;
        quantities[count] = ohm_quantity_name(i);
        listed[count++] = (ohm_quantity)i;
    }
    const bool weights = viewer_of_weights(v); // which are what they are
    for (int i = 0; i < OHM_REDUCTIONS; i++) reductions[i] = ohm_reduction_name(i);
    int reduction = v->reduction, colors = viewer_colors(v), range = v->range;
    ui_section("picture");
    draw_face(v);
    draw_neuron(v);
    if (!weights && ui_choice("quantity", &quantity, quantities, count))
        input_choose_quantity(v, listed[quantity]);
    if (!v->tiles && ui_choice("reduction", &reduction, reductions, OHM_REDUCTIONS)) v->reduction = reduction;
    if (ui_choice("colours", &colors, colormap_name, COLORMAP_COUNT))
        v->colors = colors, v->colors_chosen = true;
    if (ui_choice("range", &range, ranges, RANGE_MODES)) v->range = range;
    if (!weights) ui_check("logarithmic", &v->logarithmic);
    if (v->learning.training) return;
    ui_same_line();
    ui_check("bars", &v->with_bars);
    if (v->camera.rows != v->camera.cols || v->camera.rows > NETWORK_MAX) return;
    ui_same_line();
    ui_check("network", &v->network);
    int chosen = v->layout;
    if (v->network && ui_choice("layout", &chosen, network_layout_name, NETWORK_LAYOUTS)) v->layout = chosen;
}

// ---- Running ----------------------------------------------------------------------------------

static void draw_running(viewer *v) {
    char text[768];
    const ohm_device_info *info = ohm_devices_info(v->devices, 0);
    const bool training = v->learning.training;
    snprintf(text, sizeof text, "%.3g synapse-steps/s, %.0f frames/s", v->rate, v->frame_rate);
    if (training)
        snprintf(text, sizeof text, "%.*f samples/s, %.0f frames/s", v->rate < 10 ? 1 : 0, v->rate,
                 v->frame_rate);
    ui_label(text);
    snprintf(text, sizeof text, "%s (%s), picture %s", info->name, info->id,
             v->shared ? "shared with OpenGL" : "copied");
    ui_label(text);
    if (ui_button(v->paused ? "run" : "pause")) v->paused = !v->paused;
    ui_same_line();
    if (ui_button(training ? "sample" : "step")) v->paused = true, v->extra_steps++;
    if (training) {
        ui_number("samples/frame", &v->steps_per_frame);
        return;
    }
    ui_same_line();
    if (ui_button("restart")) v->restart = true;
    ui_same_line();
    if (ui_button("new seed")) v->restart = true, v->seed++;
    ui_number("seed", &v->seed);
    ui_number("steps/frame", &v->steps_per_frame);
}

// ---- Histogram --------------------------------------------------------------------------------

static void draw_marker(const viewer *v, double value, double x, double y, double width, double height) {
    const double place = (value - v->histogram_low) / (v->histogram_high - v->histogram_low);
    if (place < 0 || place > 1) return;
    ui_line(x + place * width, y, x + place * width, y + height, 0xFFFFFFFFu, 2 * v->ui_scale);
}

// Moves the nearer end of the colour range to the mouse.
static void drag_range(viewer *v, double mouse) {
    const double span = v->histogram_high - v->histogram_low, value = v->histogram_low + mouse * span;
    double *end = fabs(value - v->scale.low) < fabs(value - v->scale.high) ? &v->scale.low : &v->scale.high;
    const double was = *end;
    *end = value;
    if (!(v->scale.low < v->scale.high)) *end = was;
    v->range = RANGE_MANUAL;
}

static void draw_histogram(viewer *v) {
    ui_section("visible values (a sample); drag to set the range");
    const double height = 70 * v->ui_scale;
    double x, y, width, mouse;
    bool held;
    ui_canvas("histogram", height, &x, &y, &width, &held, &mouse);
    ui_box(x, y, width, height, GROUND_COLOR);
    if (!v->has_statistics || !(v->histogram_high > v->histogram_low)) return;
    uint8_t rgb[256][3];
    colormap_table(viewer_colors(v), rgb);
    float most = 1;
    for (int i = 0; i < BINS; i++) most = fmaxf(most, v->histogram[i]);
    for (int i = 0; i < BINS; i++) {
        const double value = v->histogram_low + (i + 0.5) / BINS * (v->histogram_high - v->histogram_low);
        const double place = fmax(0, fmin(1, color_scale_place(&v->scale, value)));
        const uint8_t *c = rgb[(int)(place * 255)];
        const double bar = height * v->histogram[i] / most;
        ui_box(x + width * i / BINS, y + height - bar, width / BINS - 1, bar, ui_opaque(c));
    }
    draw_marker(v, v->scale.low, x, y, width, height);
    draw_marker(v, v->scale.high, x, y, width, height);
    if (held) drag_range(v, mouse);
}

// ---- The state's course -----------------------------------------------------------------------

static void draw_course(const viewer *v) {
    const history *h = &v->history;
    const double height = 80 * v->ui_scale;
    double x, y, width, mouse;
    bool held;
    char text[128];
    const ohm_statistics *s = &v->statistics;
    ui_section("state: mean and standard deviation");
    ui_canvas("course", height, &x, &y, &width, &held, &mouse);
    ui_box(x, y, width, height, GROUND_COLOR);
    const int count = h->count < HISTORY ? h->count : HISTORY, first = h->count - count;
    const double span = s->state_high - s->state_low;
    for (int i = first + 1; i < h->count && span > 0; i++) {
        const int a = (i - 1) % HISTORY, b = i % HISTORY;
        const double xa = x + width * (i - 1 - first) / fmax(count - 1, 1);
        const double xb = x + width * (i - first) / fmax(count - 1, 1);
        const double ya = y + height * (1 - (h->mean[a] - s->state_low) / span);
        const double yb = y + height * (1 - (h->mean[b] - s->state_low) / span);
        const double spread = height * h->spread[b] / span;
        ui_box(xa, yb - spread, xb - xa, 2 * spread, BAND_COLOR);
        ui_line(xa, ya, xb, yb, CURVE_COLOR, 1.5 * v->ui_scale);
    }
    if (!v->has_statistics) return;
    snprintf(text, sizeof text, "mean %.6f, std %.6f", s->state_mean, s->state_std);
    ui_label(text);
}

void panel_draw(viewer *v, const layout *l) {
    const bool training = v->learning.training; // whose crossbars are not to be changed by hand
    ui_window_begin("panel", l->panel_x, 0, l->panel_width, l->height);
    draw_running(v);
    if (!training) controls_draw_menus(v);
    draw_choices(v);
    draw_histogram(v);
    receptive_draw_chosen(v);
    if (!training) field_draw(v);
    trace_draw(v);
    draw_course(v);
    if (!training) controls_draw(v);
    ui_label("press h for keys");
    ui_window_end();
}
