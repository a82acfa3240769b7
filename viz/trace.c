#include "trace.h"
#include "field.h"
#include "ui.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#define TEXT_COLOR 0xE6E6E6FFu
#define AXIS_COLOR 0x8C8C8CFFu
#define GROUND_COLOR 0x00000060u
#define LINE_COLOR 0xFFB454FFu
#define LAST_COLOR 0xFFFFFFFFu

// ---- Points -----------------------------------------------------------------------------------

void trace_clear(trace *t) {
    t->count = 0;
}

void trace_select(trace *t, uint64_t row, uint64_t col) {
    if (!t->on || t->row != row || t->col != col) trace_clear(t);
    t->on = true;
    t->row = row;
    t->col = col;
}

void trace_drop(trace *t) {
    t->on = false;
}

void trace_take(trace *t, const simulation_result *r) {
    const simulation_order *o = &r->order;
    if (!o->trace || o->trace_row != t->row || o->trace_col != t->col) return;
    if (t->count && t->step[(t->count - 1) % TRACE] > r->step) trace_clear(t); // restarted
    if (t->count && t->step[(t->count - 1) % TRACE] == r->step) return;
    if (isnan(r->trace_voltage) || isnan(r->trace_current)) return;
    const int at = t->count++ % TRACE;
    t->voltage[at] = r->trace_voltage;
    t->current[at] = r->trace_current;
    t->step[at] = r->step;
}

// ---- The mark ---------------------------------------------------------------------------------

// Draws a frame around the synapse, large enough to be seen. It is white with black edges, to stand out on
// every colour.
void trace_mark(const viewer *v, const layout *l) {
    const trace *t = &v->trace;
    const camera *c = &v->camera;
    if (!t->on || viewer_face(v) != FACE_HEATMAP || v->bare) return;
    const double s = v->ui_scale, least = 7 * s;
    const double x = l->map.x + ((double)t->col + 0.5 - c->col) / c->across;
    const double y = l->map.y + ((double)t->row + 0.5 - c->row) / c->down;
    const double width = fmax(1 / c->across, least), height = fmax(1 / c->down, least);
    if (x < l->map.x || x > l->map.x + l->map.width || y < l->map.y || y > l->map.y + l->map.height) return;
    const double left = floor(x - width / 2), top = floor(y - height / 2); // whole pixels are not blurred
    for (int i = 0; i < 3; i++)
        ui_frame(left - i, top - i, ceil(width) + 2 * i, ceil(height) + 2 * i,
                 i == 1 ? 0xFFFFFFFFu : 0x000000FFu);
}

// ---- The curve --------------------------------------------------------------------------------

// "3.2 µA".
static void format_amount(double value, const char *unit, char *text, size_t size) {
    static const char *const prefix[] = {"a", "f", "p", "n", "µ", "m", "", "k", "M", "G", "T"};
    int i = value != 0 ? (int)floor(log10(fabs(value)) / 3 + 1e-9) + 6 : 6;
    i = i < 0 ? 0 : i > 10 ? 10 : i;
    snprintf(text, size, "%.3g %s%s", value / pow(1000, i - 6), prefix[i], unit);
}

// The ends of an axis, which always includes 0.
typedef struct axis {
    double low, high;
} axis;

static axis axis_of(const float *value, int count) {
    axis a;
    viewer_extremes(value, (size_t)count, &a.low, &a.high);
    a.low = fmin(a.low, 0);
    a.high = fmax(a.high, 0);
    if (a.low == a.high) a.high = 1e-18;
    return a;
}

static double place_on(axis a, double value) {
    return (value - a.low) / (a.high - a.low);
}

// Where the curve is drawn.
typedef struct plot {
    double x, y, width, height, scale;
    axis voltage, current;
} plot;

static void point_of(const plot *p, double voltage, double current, double *x, double *y) {
    *x = p->x + p->width * place_on(p->voltage, voltage);
    *y = p->y + p->height * (1 - place_on(p->current, current));
}

static void draw_axes(const plot *p) {
    char text[32];
    double x, y;
    const double s = p->scale;
    point_of(p, 0, 0, &x, &y);
    ui_line(p->x, y, p->x + p->width, y, AXIS_COLOR, s);
    ui_line(x, p->y, x, p->y + p->height, AXIS_COLOR, s);
    format_amount(p->current.high, "A", text, sizeof text);
    ui_text(p->x - 5 * s, p->y, 1, 0, TEXT_COLOR, text);
    format_amount(p->current.low, "A", text, sizeof text);
    ui_text(p->x - 5 * s, p->y + p->height, 1, 1, TEXT_COLOR, text);
    format_amount(p->voltage.low, "V", text, sizeof text);
    ui_text(p->x, p->y + p->height + 3 * s, 0, 0, TEXT_COLOR, text);
    format_amount(p->voltage.high, "V", text, sizeof text);
    ui_text(p->x + p->width, p->y + p->height + 3 * s, 1, 0, TEXT_COLOR, text);
}

// Draws the points from the oldest to the newest, which is a large dot. Random voltages are drawn as dots,
// because lines between them would be a tangle.
static void draw_points(const trace *t, const plot *p, bool lines) {
    const int kept = t->count < TRACE ? t->count : TRACE;
    double x, y, last_x = 0, last_y = 0;
    for (int i = t->count - kept; i < t->count; i++) {
        point_of(p, t->voltage[i % TRACE], t->current[i % TRACE], &x, &y);
        if (!lines)
            ui_dot(x, y, 1.5 * p->scale, LINE_COLOR);
        else if (i > t->count - kept)
            ui_line(last_x, last_y, x, y, LINE_COLOR, 1.5 * p->scale);
        last_x = x;
        last_y = y;
    }
    ui_dot(last_x, last_y, 3 * p->scale, LAST_COLOR);
}

void trace_draw(const viewer *v) {
    const trace *t = &v->trace;
    if (!t->on) return;
    char text[128], voltage[32], current[32];
    const double s = v->ui_scale, height = 150 * s;
    double x, y, width, mouse;
    bool held;
    snprintf(text, sizeof text, "current against voltage at row %" PRIu64 ", column %" PRIu64, t->row,
             t->col);
    ui_section(text);
    ui_canvas("trace", height, &x, &y, &width, &held, &mouse);
    ui_box(x, y, width, height, GROUND_COLOR);
    if (!t->count) return;
    const int kept = t->count < TRACE ? t->count : TRACE;
    const double left = 66 * s, bottom = ui_text_height() + 6 * s, edge = 5 * s;
    const plot p = {.x = x + left,
                    .y = y + edge,
                    .width = width - left - edge,
                    .height = height - bottom - edge,
                    .scale = s,
                    .voltage = axis_of(t->voltage, kept),
                    .current = axis_of(t->current, kept)};
    draw_axes(&p);
    draw_points(t, &p, field_view(v).width > 0);
    format_amount(t->voltage[(t->count - 1) % TRACE], "V", voltage, sizeof voltage);
    format_amount(t->current[(t->count - 1) % TRACE], "A", current, sizeof current);
    snprintf(text, sizeof text, "%s at %s, step %" PRIu64, current, voltage, t->step[(t->count - 1) % TRACE]);
    ui_label(text);
}
