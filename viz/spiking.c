#include "spiking.h"
#include "chart.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#define SELECTED_BAND 0xFFB45422u
#define POTENTIAL_COLOR CHART_BLUE
#define THRESHOLD_COLOR 0xFFB454B0u
#define SPIKE_COLOR 0xFFFFFFFFu

// ---- Places -----------------------------------------------------------------------------------

#define BETWEEN 38       // pixels between the two plots, for the lower one's title
#define LEAST_HEIGHT 190 // of both

// The raster takes most of the height, and all of it where there is little.
static rectangle raster_place(const viewer *v, const layout *l) {
    rectangle r = l->plots;
    if (r.height >= LEAST_HEIGHT * v->ui_scale) r.height = (int)(0.62 * (r.height - BETWEEN * v->ui_scale));
    return r;
}

static rectangle membrane_place(const viewer *v, const layout *l) {
    const rectangle above = raster_place(v, l);
    rectangle r = l->plots;
    r.y = above.y + above.height + (int)(BETWEEN * v->ui_scale);
    r.height = l->plots.y + l->plots.height - r.y;
    return r;
}

void spiking_ask(const viewer *v, activity_order *o) {
    const layout l = viewer_layout(v);
    if (!v->neurons || l.plots.width <= 0) return;
    const rectangle r = raster_place(v, &l);
    o->wanted = true;
    o->neuron = v->neuron;
    o->steps = v->raster_steps;
    o->width = r.width;
    o->height = r.height;
}

bool spiking_at(const viewer *v, double x, double y, uint64_t *neuron) {
    const layout l = viewer_layout(v);
    if (!v->neurons || v->bare) return false;
    const rectangle r = raster_place(v, &l), m = l.map;
    if (l.plots.width && x >= r.x && x < r.x + r.width && y >= r.y && y < r.y + r.height) {
        *neuron = (uint64_t)((y - r.y) / r.height * (double)v->neurons);
        return true;
    }
    if (x < m.x || x >= m.x + m.width || y < m.y + m.height || y >= m.y + m.height + l.bars) return false;
    const double col = v->camera.col + (x - m.x) * v->camera.across;
    *neuron = col > 0 ? (uint64_t)col : 0;
    return col >= 0 && col < (double)v->neurons;
}

// ---- Raster -----------------------------------------------------------------------------------

// A plot over the raster's time.
static chart chart_of(const viewer *v, rectangle place, double low, double high) {
    const activity *a = &v->activity;
    const double steps = (double)(a->shape.width * a->shape.steps);
    return (chart){place, (double)a->first, (double)a->first + steps, low, high, v->ui_scale};
}

// Bins with few of the spikes that the fullest has are fainter, but can still be seen.
static ui_color shade_of(uint16_t count, uint16_t most) {
    const double share = most > 1 ? sqrt((count - 1.0) / (most - 1.0)) : 1;
    return 0xBFE4FF00u | (ui_color)(175 + 80 * share);
}

// In whole pixels, so that all spikes look alike.
static void draw_bins(const activity *a, const chart *c) {
    const double width = (double)c->place.width / a->shape.width;
    const double height = (double)c->place.height / (double)a->neurons;
    const double wide = fmax(floor(width), round(1.6 * c->scale));
    const double tall = height > 3 ? floor(height) - 1 : fmax(ceil(height * (double)a->shape.neurons), wide);
    const uint64_t chosen = a->neuron / a->shape.neurons;
    for (uint32_t row = 0; row < a->shape.height; row++) {
        const double y = floor(chart_y(c, (double)(row * a->shape.neurons)));
        const uint16_t *bin = a->bins + (size_t)row * a->shape.width;
        for (uint32_t col = 0; col < a->shape.width; col++)
            if (bin[col])
                ui_box(floor(c->place.x + col * width), y, wide, tall,
                       row == chosen ? CHART_ORANGE : shade_of(bin[col], a->most));
    }
}

static void draw_chosen(const activity *a, const chart *c) {
    const double top = chart_y(c, (double)a->neuron), height = chart_y(c, (double)a->neuron + 1) - top;
    const double tall = fmax(height, 3 * c->scale);
    ui_box(c->place.x, top + height / 2 - tall / 2, c->place.width, tall, SELECTED_BAND);
}

// Spikes a second and neuron, in the time that the raster shows.
static double rate_of(const viewer *v) {
    const activity *a = &v->activity;
    const double dt = viewer_step_time(v), steps = (double)(a->step - a->first);
    return steps > 0 ? (double)a->spikes / (steps * dt * (double)a->neurons) : 0;
}

static void draw_raster(const viewer *v, rectangle place, bool last) {
    const activity *a = &v->activity;
    const chart c = chart_of(v, place, (double)a->neurons, 0);
    chart_word rate = {.color = CHART_FAINT};
    chart_ground(&c);
    chart_heights(&c, 1, true, "neuron");
    chart_times(&c, viewer_step_time(v), last);
    draw_chosen(a, &c);
    draw_bins(a, &c);
    snprintf(rate.text, sizeof rate.text, "mean rate %.3g Hz", rate_of(v));
    chart_title(&c, "spikes", &rate, 1);
}

// ---- Membrane ---------------------------------------------------------------------------------

// The ends of the plot: all that it shows, and a little more.
static void find_ends(const activity *a, double *low, double *high) {
    *low = INFINITY;
    *high = -INFINITY;
    for (size_t i = 0; i < a->samples; i++) {
        const activity_sample *s = &a->sample[i];
        *low = fmin(*low, fmin(s->potential, s->threshold));
        *high = fmax(*high, fmax(s->potential, s->threshold));
    }
    if (!(*low < *high)) {
        const double about = isfinite(*low) ? *low : 0;
        *low = about - 1e-3;
        *high = about + 1e-3;
    }
    const double edge = 0.08 * (*high - *low);
    *low -= edge;
    *high += 2 * edge; // for the marks of the spikes
}

static void draw_curves(const activity *a, const chart *c) {
    const double s = c->scale;
    for (size_t i = 1; i < a->samples; i++) {
        const activity_sample *p = &a->sample[i - 1], *q = &a->sample[i];
        const double from = (double)p->step, to = (double)q->step;
        chart_line(c, from, p->threshold, to, q->threshold, THRESHOLD_COLOR, s);
        chart_line(c, from, p->potential, to, q->potential, POTENTIAL_COLOR, 1.4 * s);
    }
}

// A spike is a short line at the top.
static void draw_marks(const activity *a, const chart *c) {
    const double s = c->scale, top = c->place.y + 2 * s;
    for (size_t i = 0; i < a->fired; i++) {
        const double x = chart_x(c, (double)a->fired_at[i]);
        if (x >= c->place.x && x <= c->place.x + c->place.width)
            ui_line(x, top, x, top + 7 * s, SPIKE_COLOR, 1.4 * s);
    }
}

static void draw_membrane(const viewer *v, rectangle place) {
    const activity *a = &v->activity;
    double low, high;
    char title[96];
    find_ends(a, &low, &high);
    const chart c = chart_of(v, place, low, high);
    chart_word words[3] = {{POTENTIAL_COLOR, ""}, {CHART_ORANGE, ""}, {SPIKE_COLOR, ""}};
    chart_ground(&c);
    chart_heights(&c, 1e3, false, "mV");
    chart_times(&c, viewer_step_time(v), true);
    draw_curves(a, &c);
    draw_marks(a, &c);
    snprintf(title, sizeof title, "neuron %" PRIu64, a->neuron);
    snprintf(words[0].text, sizeof words[0].text, "potential %.4g mV", a->potential * 1e3);
    snprintf(words[1].text, sizeof words[1].text, "threshold %.4g mV", a->threshold * 1e3);
    snprintf(words[2].text, sizeof words[2].text, "%zu spike%s", a->fired, a->fired == 1 ? "" : "s");
    chart_title(&c, title, words, 3);
}

// Marks the neuron's column at the lower and the upper edge of the map.
static void mark_column(const viewer *v, rectangle m) {
    const double s = v->ui_scale,
                 x = floor(m.x + ((double)v->neuron + 0.5 - v->camera.col) / v->camera.across);
    if (viewer_face(v) != FACE_HEATMAP || x < m.x || x >= m.x + m.width) return;
    ui_line(x + 0.5, m.y - 5 * s, x + 0.5, m.y, CHART_ORANGE, 2 * s);
    ui_line(x + 0.5, m.y + m.height, x + 0.5, m.y + m.height + 5 * s, CHART_ORANGE, 2 * s);
}

void spiking_draw(const viewer *v, const layout *l) {
    if (!v->neurons || !v->activity.neurons || l->plots.width <= 0) return;
    const rectangle raster = raster_place(v, l);
    mark_column(v, l->map);
    const bool both = raster.height < l->plots.height;
    draw_raster(v, raster, !both);
    if (both) draw_membrane(v, membrane_place(v, l));
}
