#include "overlay.h"
#include "notice.h"
#include "ui.h"
#include "input.h"

#include <inttypes.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

// Adds a line to text as long as there is room.
__attribute__((format(printf, 3, 4))) static void add(char *text, size_t size, const char *format, ...) {
    const size_t used = strlen(text);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text + used, size - used, format, arguments);
    va_end(arguments);
}

// The first and the last synapse of a range that starts at place, along a side of so many synapses.
static void ends_of(double place, double extent, uint64_t synapses, double *first, double *last) {
    *first = fmax(floor(place), 0);
    *last = fmin(fmax(floor(place + extent) - 1, *first), (double)synapses - 1);
}

static void add_area(const viewer *v, char *text, size_t size) {
    const simulation_result *r = &v->probe;
    const ohm_view *a = &r->order.area;
    const char *unit = viewer_unit(a->quantity);
    double row, last_row, col, last_col;
    ends_of(a->row, a->rows, v->camera.rows, &row, &last_row);
    ends_of(a->col, a->cols, v->camera.cols, &col, &last_col);
    add(text, size, "\nrows %.0f to %.0f, columns %.0f to %.0f", row, last_row, col, last_col);
    add(text, size, "\n%s mean %.6g %s", ohm_quantity_name(a->quantity), r->area[OHM_MEAN], unit);
    add(text, size, "\nmin %.6g, max %.6g %s", r->area[OHM_MIN], r->area[OHM_MAX], unit);
}

void overlay_probe(const viewer *v, char *text, size_t size) {
    const simulation_result *r = &v->probe;
    text[0] = '\0';
    add(text, size, "row %" PRIu64 ", column %" PRIu64 ", step %" PRIu64, r->order.probe_row,
        r->order.probe_col, r->step);
    static const ohm_quantity order[OHM_QUANTITIES] = {OHM_STATE,     OHM_RESISTANCE, OHM_CONDUCTANCE,
                                                       OHM_VOLTAGE,   OHM_FLUX,       OHM_CURRENT,
                                                       OHM_WORD_LINE, OHM_BIT_LINE};
    for (int i = 0; i < OHM_QUANTITIES; i++) {
        const float value = r->value[order[i]];
        if (!isnan(value))
            add(text, size, "\n%s %.9g %s", ohm_quantity_name(order[i]), value, viewer_unit(order[i]));
    }
    if (r->order.area.rows > 1 || r->order.area.cols > 1) add_area(v, text, size);
}

static void draw_keys(const viewer *v, const layout *l) {
    const double s = v->ui_scale, line = ui_text_height() * 1.35;
    int lines = 0;
    for (const char *k = input_keys; *k; k++) lines += *k == '\n';
    const double width = 470 * s, height = (lines + 1) * line, x = l->map.x + 20 * s, y = l->map.y + 20 * s;
    ui_box(x, y, width, height, 0x101014E6u);
    ui_frame(x, y, width, height, 0x8C8C8CFFu);
    double at = y + line / 2;
    for (const char *k = input_keys; *k; at += line) {
        char text[128];
        const size_t length = strcspn(k, "\n");
        snprintf(text, sizeof text, "%.*s", (int)length, k);
        char *tab = strchr(text, '\t');
        if (tab) *tab = '\0';
        ui_text(x + 14 * s, at, 0, 0, 0xFFFFFFFFu, text);
        if (tab) ui_text(x + 150 * s, at, 0, 0, 0xE6E6E6FFu, tab + 1);
        k += length + (k[length] == '\n');
    }
}

void overlay_draw(const viewer *v, const layout *l) {
    if (v->help) draw_keys(v, l);
    notice_draw(v, l);
    if (!v->has_probe || !v->mouse_inside || v->grip != GRIP_NONE) return;
    char text[1024];
    overlay_probe(v, text, sizeof text);
    ui_tooltip(text);
}
