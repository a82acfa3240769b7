#include "network.h"
#include "ui.h"

#include <math.h>
#include <string.h>

#define OPACITY 0xE6u // 0.9
#define NEURON 0x1F4FE0FFu

const char *const network_layout_name[NETWORK_LAYOUTS] = {"diagonal", "ring", "bipartite"};

int network_layout_find(const char *name) {
    for (int i = 0; i < NETWORK_LAYOUTS; i++)
        if (strcmp(name, network_layout_name[i]) == 0) return i;
    return -1;
}

typedef struct point {
    double x, y;
} point;

// ---- Lines ------------------------------------------------------------------------------------

static double place_of(const network_style *s, float value) {
    const double t = color_scale_place(s->scale, value);
    return t >= 0 ? (t <= 1 ? t : 1) : 0; // 0 for NaN too
}

static ui_color color_of(const network_style *s, float value) {
    const uint8_t *c = s->colors[(int)(place_of(s, value) * 255 + 0.5)];
    return (ui_color)c[0] << 24 | (ui_color)c[1] << 16 | (ui_color)c[2] << 8 | OPACITY;
}

// A line is a third to five thirds as wide as in the middle of the scale.
static double width_of(const network_style *s, float value) {
    return s->equal_width ? s->line_width : s->line_width * (1 + 4 * place_of(s, value)) / 3;
}

static void draw_line(const network_style *s, point a, point b, float value) {
    ui_line(a.x, a.y, b.x, b.y, color_of(s, value), width_of(s, value));
}

// ---- Diagonal ---------------------------------------------------------------------------------

// Grid point (i, j), with j upwards as in a plot.
static point grid_point(rectangle r, int n, double i, double j) {
    const double step = n > 1 ? 1.0 / (n - 1) : 0;
    const double x = n > 1 ? i * step : 0.5, y = n > 1 ? j * step : 0.5;
    return (point){r.x + r.width * (0.05 + 0.9 * x), r.y + r.height * (0.95 - 0.9 * y)};
}

static void draw_diagonal(const network_style *s, int n, const float *value, rectangle r) {
    const double radius = fmax(1, fmin(r.width, r.height) * fmin(0.023, 0.25 / n));
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++) {
            const point p = grid_point(r, n, i, j);
            ui_dot(p.x, p.y, radius, NEURON);
        }
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++)
            draw_line(s, grid_point(r, n, i, i), grid_point(r, n, j, j), value[i * n + j]);
}

// ---- Ring -------------------------------------------------------------------------------------

static point ring_point(rectangle r, int n, int i, double distance) {
    const double turn = 6.283185307179586 * i / n - 1.5707963267948966; // clockwise from the top
    const double radius = 0.42 * fmin(r.width, r.height) * distance;
    return (point){r.x + r.width / 2.0 + radius * cos(turn), r.y + r.height / 2.0 + radius * sin(turn)};
}

// Draws one of the two lines between a pair of neurons. Each is to the right of its own direction, so that
// both can be seen.
static void draw_pair_line(const network_style *s, point a, point b, float value) {
    const double dx = b.x - a.x, dy = b.y - a.y, length = hypot(dx, dy);
    const double aside = s->line_width * 0.9 / (length > 0 ? length : 1);
    a.x -= dy * aside, b.x -= dy * aside;
    a.y += dx * aside, b.y += dx * aside;
    draw_line(s, a, b, value);
}

static void draw_loop(const network_style *s, rectangle r, int n, int i, float value) {
    const point middle = ring_point(r, n, i, 1.09);
    const double radius = fmin(0.07 * 0.42 * fmin(r.width, r.height), 1.2 * fmin(r.width, r.height) / n);
    point last = {middle.x + radius, middle.y};
    for (int k = 1; k <= 16; k++) {
        const point next = {middle.x + radius * cos(k * 0.39269908169872414),
                            middle.y + radius * sin(k * 0.39269908169872414)};
        draw_line(s, last, next, value);
        last = next;
    }
}

static void draw_ring(const network_style *s, int n, const float *value, rectangle r) {
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++)
            if (i == j)
                draw_loop(s, r, n, i, value[i * n + j]);
            else
                draw_pair_line(s, ring_point(r, n, i, 1), ring_point(r, n, j, 1), value[i * n + j]);
    for (int i = 0; i < n; i++) {
        const point p = ring_point(r, n, i, 1);
        ui_dot(p.x, p.y, fmax(2, fmin(r.width, r.height) / (20.0 + 2 * n)), NEURON);
    }
}

// ---- Bipartite --------------------------------------------------------------------------------

static point side_point(rectangle r, int n, int i, int right) {
    const double down = n > 1 ? (double)i / (n - 1) : 0.5;
    return (point){r.x + r.width * (right ? 0.88 : 0.12), r.y + r.height * (0.06 + 0.88 * down)};
}

static void draw_bipartite(const network_style *s, int n, const float *value, rectangle r) {
    for (int i = 0; i < n; i++)
        for (int j = 0; j < n; j++)
            draw_line(s, side_point(r, n, i, 0), side_point(r, n, j, 1), value[i * n + j]);
    for (int i = 0; i < 2 * n; i++) {
        const point p = side_point(r, n, i / 2, i % 2);
        ui_dot(p.x, p.y, fmax(2, fmin(r.width, r.height) / (20.0 + 2 * n)), NEURON);
    }
}

void network_draw(const network_style *s, int n, const float *value, rectangle place) {
    switch (s->layout) {
    case NETWORK_RING: draw_ring(s, n, value, place); break;
    case NETWORK_BIPARTITE: draw_bipartite(s, n, value, place); break;
    default: draw_diagonal(s, n, value, place); break;
    }
}
