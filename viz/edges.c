#include "edges.h"
#include "ui.h"

#include <math.h>
#include <stdio.h>

#define POSITIVE_COLOR 0x7FC8FFFFu
#define NEGATIVE_COLOR 0xFFA060FFu
#define GROUND_COLOR 0x00000060u
#define TEXT_COLOR 0xE6E6E6FFu

static ui_color color_of(float value) {
    return value < 0 ? NEGATIVE_COLOR : POSITIVE_COLOR;
}

// How long a bar is, of so many pixels.
static double length_of(float value, float most, int pixels) {
    return isnan(value) || !(most > 0) ? 0 : fmin(fabsf(value) / most, 1) * pixels;
}

// The bars were read for a view that may have moved on since: each is drawn where its line is now.
void edges_draw(const viewer *v, const layout *l) {
    const bars *b = &v->bars;
    const double gap = 3 * v->ui_scale;
    const int thick = l->bars - (int)gap;
    const rectangle m = l->map;
    char text[64];
    if (l->bars <= 0) return;
    ui_box(m.x - l->bars, m.y, thick, m.height, GROUND_COLOR);
    ui_box(m.x, m.y + m.height + gap, m.width, thick, GROUND_COLOR);
    if (!b->known) return;
    for (uint32_t i = 0; i < b->view.height && i < (uint32_t)m.height; i++) {
        const double length = length_of(b->row[i], b->row_most, thick);
        ui_box(m.x - gap - length, m.y + i, length, 1, color_of(b->row[i]));
    }
    for (uint32_t i = 0; i < b->view.width && i < (uint32_t)m.width; i++) {
        const double length = length_of(b->col[i], b->col_most, thick);
        ui_box(m.x + i, m.y + m.height + gap, 1, length, color_of(b->col[i]));
    }
    snprintf(text, sizeof text, "%.3g V", b->row_most);
    ui_text(m.x - gap, m.y + m.height + 2 * gap, 1, 0, TEXT_COLOR, text);
    snprintf(text, sizeof text, "%.3g A", b->col_most);
    ui_text(m.x + m.width + gap, m.y + m.height + l->bars, 0, 1, TEXT_COLOR, text);
}
