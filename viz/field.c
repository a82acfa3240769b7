#include "field.h"
#include "controls.h"
#include "ui.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define TEXT_COLOR 0xE6E6E6FFu
#define GROUND_COLOR 0x00000060u

// Whether the voltages of a stimulus form a picture, rather than noise.
static bool is_field(const char *stimulus) {
    ohm_entry_info entry;
    for (size_t i = 0; ohm_catalogue_entry(OHM_ROLE_STIMULUS, i, &entry); i++)
        if (controls_is_of(stimulus, entry.name)) return entry.picture;
    return false;
}

static uint32_t pixels_of(uint64_t side, uint64_t longest) {
    if (longest <= SIMULATION_FIELD) return (uint32_t)side;
    const double share = (double)side / (double)longest;
    return (uint32_t)fmax(1, round(SIMULATION_FIELD * share));
}

ohm_view field_view(const viewer *v) {
    const ohm_definition *d = ohm_crossbar_definition(v->crossbar);
    const uint64_t longest = d->rows > d->cols ? d->rows : d->cols;
    ohm_view view;
    memset(&view, 0, sizeof view); // compared byte by byte
    if (!is_field(d->stimulus)) return view;
    view.rows = (double)d->rows;
    view.cols = (double)d->cols;
    view.width = pixels_of(d->cols, longest);
    view.height = pixels_of(d->rows, longest);
    view.quantity = OHM_VOLTAGE;
    view.reduction = v->reduction;
    return view;
}

void field_take(viewer *v, const simulation_result *r) {
    v->field_view = r->order.stimulus;
    memcpy(v->field, r->field, sizeof *v->field * v->field_view.width * v->field_view.height);
}

// ---- Drawing ----------------------------------------------------------------------------------

// The colours of the voltages.
typedef struct palette {
    color_scale scale;
    uint8_t rgb[256][3];
} palette;

static palette palette_of(const viewer *v) {
    const quantity_limits *limits = &v->limits[OHM_VOLTAGE];
    palette p = {.scale = {limits->low, limits->high, false}};
    if (!(p.scale.low < p.scale.high)) p.scale.low -= 1e-3, p.scale.high += 1e-3;
    colormap_table(v->colors, p.rgb);
    return p;
}

static int entry_of(const palette *p, float value) {
    if (isnan(value)) return -1;
    return (int)(fmax(0, fmin(1, color_scale_place(&p->scale, (double)value))) * 255 + 0.5);
}

// Draws a row of so many values. Neighbours of one colour are one box.
static void draw_row(const palette *p, const float *value, uint32_t count, double x, double y, double pixel) {
    for (uint32_t i = 0; i < count;) {
        const int entry = entry_of(p, value[i]);
        uint32_t end = i + 1;
        while (end < count && entry_of(p, value[end]) == entry) end++;
        if (entry >= 0) ui_box(x + i * pixel, y, (end - i) * pixel, pixel, ui_opaque(p->rgb[entry]));
        i = end;
    }
}

static void draw_bar(const palette *p, double x, double y, double height, double s) {
    char text[32];
    for (int i = 0; i < 64; i++)
        ui_box(x, y + height * (63 - i) / 64, 10 * s, height / 64, ui_opaque(p->rgb[i * 255 / 63]));
    snprintf(text, sizeof text, "%.4g V", p->scale.high);
    ui_text(x + 15 * s, y, 0, 0, TEXT_COLOR, text);
    snprintf(text, sizeof text, "%.4g V", p->scale.low);
    ui_text(x + 15 * s, y + height, 0, 1, TEXT_COLOR, text);
}

static void draw_title(const viewer *v, const char *stimulus) {
    char text[128];
    const quantity_limits *limits = &v->limits[OHM_VOLTAGE];
    snprintf(text, sizeof text, "stimulus: %.*s, %.4g to %.4g V", (int)strcspn(stimulus, ":"), stimulus,
             limits->low, limits->high);
    ui_section(text);
}

void field_draw(const viewer *v) {
    const ohm_view *view = &v->field_view;
    const char *stimulus = ohm_crossbar_definition(v->crossbar)->stimulus;
    if (!view->width || !is_field(stimulus)) return;
    const double s = v->ui_scale, side = 128 * s;
    const uint32_t longest = view->width > view->height ? view->width : view->height;
    // Whole pixels, so that no lines show between boxes.
    const double pixel = fmax(1, floor(side / longest)), height = fmax(pixel * view->height, 40 * s);
    const palette p = palette_of(v);
    double x, y, width, mouse;
    bool held;
    draw_title(v, stimulus);
    ui_canvas("stimulus", height, &x, &y, &width, &held, &mouse);
    ui_box(x, y, width, height, GROUND_COLOR);
    x = floor(x);
    y = floor(y);
    for (uint32_t i = 0; i < view->height; i++)
        draw_row(&p, v->field + (size_t)i * view->width, view->width, x, y + i * pixel, pixel);
    draw_bar(&p, x + pixel * view->width + 12 * s, y, height, s);
}
