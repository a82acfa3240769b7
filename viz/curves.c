#include "curves.h"
#include "chart.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#define LOSS_COLOR 0xB9E3A0FFu
#define NOW_COLOR 0xFFFFFF40u
#define BETWEEN 38       // pixels between the two plots, for the lower one's title
#define LEAST_HEIGHT 230 // of both

// ---- What is drawn ----------------------------------------------------------------------------

// A number of a record, by epoch.
typedef double value_of(const ohm_training_record *r);

static double train_of(const ohm_training_record *r) {
    return r->train_accuracy;
}

static double test_of(const ohm_training_record *r) {
    return r->test_accuracy;
}

static double loss_of(const ohm_training_record *r) {
    return r->loss;
}

// The last value that was measured, or NaN.
static double last_of(const learning *l, value_of *value) {
    for (size_t i = l->count; i > 0; i--)
        if (!isnan(value(&l->record[i - 1]))) return value(&l->record[i - 1]);
    return NAN;
}

static void widen(const learning *l, value_of *value, double *low, double *high) {
    for (size_t i = 0; i < l->count; i++) {
        *low = fmin(*low, value(&l->record[i]));
        *high = fmax(*high, value(&l->record[i]));
    }
}

// Points that were not measured are left out, and the line goes on to the next.
static void draw_curve(const learning *l, const chart *c, value_of *value, ui_color color) {
    const double s = c->scale;
    double x = NAN, y = NAN;
    for (size_t i = 0; i < l->count; i++) {
        const ohm_training_record *r = &l->record[i];
        if (isnan(value(r))) continue;
        chart_line(c, x, y, r->epoch, value(r), color, 1.6 * s);
        x = r->epoch;
        y = value(r);
        if (l->count <= 60) ui_dot(chart_x(c, x), chart_y(c, y), 2.4 * s, color);
    }
}

// ---- Plots ------------------------------------------------------------------------------------

// Whole epochs, at least two, up to the one under way.
static double last_epoch(const learning *l) {
    const double now = learning_epochs(l);
    return isnan(now) ? 2 : fmax(2, ceil(now - 1e-9));
}

static void draw_now(const learning *l, const chart *c) {
    const double now = learning_epochs(l);
    if (l->over || isnan(now)) return;
    chart_line(c, now, c->low, now, c->high, NOW_COLOR, c->scale);
}

static void word(chart_word *w, const char *name, double percent, const char *unit) {
    if (!isnan(percent)) snprintf(w->text, sizeof w->text, "%s %.4g%s", name, percent, unit);
}

static chart_word worded(ui_color color, const char *name, double value, const char *unit) {
    chart_word w = {color, ""};
    snprintf(w.text, sizeof w.text, "%s", name);
    word(&w, name, value, unit);
    return w;
}

// From the ten below the lowest up to 100 %.
static void draw_accuracy(const viewer *v, rectangle place, bool last) {
    const learning *l = &v->learning;
    double low = 1, high = 0;
    widen(l, train_of, &low, &high);
    widen(l, test_of, &low, &high);
    low = low < high ? floor(low * 10 - 1e-9) / 10 : fmin(floor(low * 10) / 10, 0.9);
    if (!l->count) low = 0;
    const chart c = {place, 0, last_epoch(l), low, 1, v->ui_scale};
    const chart_word words[2] = {worded(CHART_BLUE, "train", 100 * last_of(l, train_of), " %"),
                                 worded(CHART_ORANGE, "test", 100 * last_of(l, test_of), " %")};
    chart_ground(&c);
    chart_heights(&c, 100, false, "%");
    chart_widths(&c, true, last ? "epoch" : NULL);
    draw_now(l, &c);
    draw_curve(l, &c, train_of, CHART_BLUE);
    draw_curve(l, &c, test_of, CHART_ORANGE);
    chart_title(&c, "accuracy", words, 2);
    if (l->count) return;
    ui_text(place.x + place.width / 2.0, place.y + place.height / 2.0, 0.5, 0.5, CHART_FAINT,
            "measured at the end of each epoch");
}

static void draw_loss(const viewer *v, rectangle place) {
    const learning *l = &v->learning;
    double low = 0, high = 0;
    widen(l, loss_of, &low, &high);
    const chart c = {place, 0, last_epoch(l), 0, high > 0 ? 1.08 * high : 1, v->ui_scale};
    const chart_word words[1] = {worded(LOSS_COLOR, "", last_of(l, loss_of), "")};
    chart_ground(&c);
    chart_heights(&c, 1, false, "");
    chart_widths(&c, true, "epoch");
    draw_now(l, &c);
    draw_curve(l, &c, loss_of, LOSS_COLOR);
    chart_title(&c, "loss", words, 1);
}

void curves_draw(const viewer *v, const layout *l) {
    if (!v->learning.training || l->plots.width <= 0) return;
    rectangle above = l->plots, below = l->plots;
    const double s = v->ui_scale;
    const bool both = above.height >= LEAST_HEIGHT * s && !v->learning.spiking;
    if (both) above.height = (int)(0.6 * (above.height - BETWEEN * s));
    below.y += above.height + (int)(BETWEEN * s);
    below.height = l->plots.y + l->plots.height - below.y;
    draw_accuracy(v, above, !both);
    if (both) draw_loss(v, below);
}

// ---- Words ------------------------------------------------------------------------------------

void curves_describe(const viewer *v, char *text, size_t size) {
    const learning *l = &v->learning;
    const double epochs = learning_epochs(l);
    int used = 0;
    if (!isnan(epochs)) used += snprintf(text, size, "epoch %.2f    ", epochs);
    used += snprintf(text + used, size - (size_t)used, "%" PRIu64 " samples", l->samples);
    if (l->over)
        snprintf(text + used, size - (size_t)used, "    finished");
    else if (v->rate > 0 && !v->headless) // pictures of the same sample are the same
        snprintf(text + used, size - (size_t)used, "    %.*f samples/s", v->rate < 10 ? 1 : 0, v->rate);
}
