#include "chart.h"
#include "ticks.h"

#include <math.h>
#include <stdio.h>

#define GROUND_COLOR 0x00000060u
#define GRID_COLOR 0xFFFFFF12u
#define FRAME_COLOR 0xFFFFFF28u

// ---- Places -----------------------------------------------------------------------------------

double chart_x(const chart *c, double value) {
    return c->place.x + c->place.width * (value - c->left) / (c->right - c->left);
}

double chart_y(const chart *c, double value) {
    return c->place.y + c->place.height * (1 - (value - c->low) / (c->high - c->low));
}

void chart_ground(const chart *c) {
    const rectangle p = c->place;
    ui_box(p.x, p.y, p.width, p.height, GROUND_COLOR);
    ui_frame(p.x, p.y, p.width, p.height, FRAME_COLOR);
}

// ---- Axes -------------------------------------------------------------------------------------

// Between the pixels' edges, so that a line of one pixel is not blurred.
static double middle(double x) {
    return floor(x) + 0.5;
}

void chart_heights(const chart *c, double each, bool whole, const char *name) {
    const rectangle p = c->place;
    const double s = c->scale, low = fmin(c->low, c->high) * each, high = fmax(c->low, c->high) * each;
    double tick[TICKS_MAX];
    const int n = ticks_linear(low, high, (int)fmax(2, p.height / (19 * s) + 1), whole, tick);
    for (int i = 0; i < n; i++) {
        char text[32];
        const double y = chart_y(c, tick[i] / each);
        ticks_text(tick[i], high - low, text, sizeof text);
        ui_line(p.x, middle(y), p.x + p.width, middle(y), GRID_COLOR, s);
        ui_line(p.x - 4 * s, middle(y), p.x, middle(y), CHART_FAINT, s);
        ui_text(p.x - 7 * s, y, 1, 0.5, CHART_TEXT, text);
    }
    ui_text(p.x - 7 * s, p.y - 8 * s, 1, 1, CHART_FAINT, name);
}

static void draw_width(const chart *c, double x, const char *above, const char *below) {
    const rectangle p = c->place;
    const double s = c->scale, bottom = p.y + p.height;
    ui_line(middle(x), p.y, middle(x), bottom, GRID_COLOR, s);
    if (above) ui_line(middle(x), bottom, middle(x), bottom + 4 * s, CHART_FAINT, s);
    if (above) ui_text(x, bottom + 5 * s, 0.5, 0, CHART_TEXT, above);
    if (below) ui_text(x, bottom + 5 * s + 1.1 * ui_text_height(), 0.5, 0, CHART_FAINT, below);
}

void chart_widths(const chart *c, bool whole, const char *name) {
    const rectangle p = c->place;
    const double s = c->scale;
    double tick[TICKS_MAX];
    const int n = ticks_linear(c->left, c->right, (int)fmax(2, p.width / (60 * s)), whole, tick);
    for (int i = 0; i < n; i++) {
        char text[32];
        ticks_text(tick[i], c->right - c->left, text, sizeof text);
        draw_width(c, chart_x(c, tick[i]), name ? text : NULL, NULL);
    }
    if (name) ui_text(p.x + p.width / 2.0, p.y + p.height + 38 * s, 0.5, 1, CHART_FAINT, name);
}

// Ticks are at round steps, whose times are exact.
void chart_times(const chart *c, double dt, bool names) {
    const rectangle p = c->place;
    const double s = c->scale, bottom = p.y + p.height;
    double tick[TICKS_MAX], each;
    const char *unit = ticks_time_unit(c->right * dt, &each);
    const int n = ticks_linear(c->left, c->right, (int)fmax(2, p.width / (90 * s)), true, tick);
    for (int i = 0; i < n; i++) {
        char time[32], step[32];
        snprintf(time, sizeof time, "%.7g", fabs(tick[i]) * dt * each);
        snprintf(step, sizeof step, "%.0f", fabs(tick[i]));
        draw_width(c, chart_x(c, tick[i]), names ? time : NULL, names ? step : NULL);
    }
    if (!names) return;
    ui_text(p.x - 16 * s, bottom + 5 * s, 1, 0, CHART_FAINT, unit);
    ui_text(p.x - 16 * s, bottom + 5 * s + 1.1 * ui_text_height(), 1, 0, CHART_FAINT, "step");
}

// ---- Title ------------------------------------------------------------------------------------

void chart_title(const chart *c, const char *title, const chart_word *legend, int count) {
    const rectangle p = c->place;
    const double s = c->scale, gap = 14 * s, y = p.y - 8 * s;
    double width = 0;
    for (int i = 0; i < count; i++) width += ui_text_width(legend[i].text) + (i ? gap : 0);
    ui_text(p.x, y, 0, 1, CHART_TEXT, title);
    if (ui_text_width(title) + 2 * gap + width > p.width) return;
    double x = p.x + p.width - width;
    for (int i = 0; i < count; i++) {
        ui_text(x, y, 0, 1, legend[i].color, legend[i].text);
        x += ui_text_width(legend[i].text) + gap;
    }
}

// ---- Lines ------------------------------------------------------------------------------------

// Cuts the part of a line from a to b that lies within [low, high] of one coordinate: *from and *to are its
// ends as fractions of the line.
static void cut(double a, double b, double low, double high, double *from, double *to) {
    if (a == b) {
        if (a < low || a > high) *to = -1;
        return;
    }
    const double one = (low - a) / (b - a), other = (high - a) / (b - a);
    *from = fmax(*from, fmin(one, other));
    *to = fmin(*to, fmax(one, other));
}

void chart_line(const chart *c, double x0, double y0, double x1, double y1, ui_color color, double width) {
    if (isnan(x0 + y0 + x1 + y1)) return;
    double from = 0, to = 1;
    cut(x0, x1, c->left, c->right, &from, &to);
    cut(y0, y1, fmin(c->low, c->high), fmax(c->low, c->high), &from, &to);
    if (from > to) return;
    ui_line(chart_x(c, x0 + from * (x1 - x0)), chart_y(c, y0 + from * (y1 - y0)),
            chart_x(c, x0 + to * (x1 - x0)), chart_y(c, y0 + to * (y1 - y0)), color, width);
}
