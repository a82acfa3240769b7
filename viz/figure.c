// ohmscape figure: the paper's Figure 1, also with other layouts and sizes.
#include "options.h"
#include "png.h"
#include "ui.h"

#include <epoxy/gl.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define IN_A_ROW 10    // panels
#define PANEL 200      // pixels on a side, unless told otherwise
#define STEPS_MAX 1000 // panels in all
#define SIDE_MAX 8192  // pixels, as --size allows

// A figure while it is drawn.
typedef struct figure {
    view_options *options;
    surface *surface;
    ohm_devices *devices;
    ohm_crossbar *crossbar;
    float *values; // [panels, n, n]
    int n, panels, columns, rows;
    uint64_t first_step;
    color_scale scale;
} figure;

// ---- Simulating -------------------------------------------------------------------------------

// Takes the steps, and keeps the quantity of every synapse after each.
static ohm_status simulate(figure *f) {
    const size_t each = (size_t)f->n * (size_t)f->n;
    const uint32_t n = (uint32_t)f->n;
    const ohm_view view = {0, 0, n, n, n, n, f->options->quantity, OHM_NEAREST};
    f->values = malloc(each * (size_t)f->panels * sizeof *f->values);
    if (!f->values) return ohm_fail_memory("a figure");
    ohm_status status = OHM_OK;
    for (int i = 0; i < f->panels && !status; i++) {
        status = ohm_crossbar_advance(f->crossbar, 1);
        if (!status) status = ohm_crossbar_view(f->crossbar, &view, f->values + each * (size_t)i);
    }
    return status;
}

static void find_scale(figure *f) {
    const view_options *o = f->options;
    double low, high;
    ohm_crossbar_range(f->crossbar, o->quantity, &low, &high);
    if (o->range == RANGE_SEEN || low == high) {
        const size_t count = (size_t)f->n * (size_t)f->n * (size_t)f->panels;
        low = high = f->values[0];
        for (size_t i = 0; i < count; i++) {
            low = fmin(low, f->values[i]);
            high = fmax(high, f->values[i]);
        }
    }
    f->scale = (color_scale){low, high > low ? high : low + 1, false};
    if (o->range == RANGE_MANUAL) f->scale = o->scale;
    f->scale.logarithmic = o->logarithmic && f->scale.low > 0;
}

// ---- Drawing ----------------------------------------------------------------------------------

static void draw_panel(const figure *f, int i, const uint8_t (*colors)[3]) {
    const surface_options *s = &f->options->surface;
    const double width = (double)s->width / f->columns, height = (double)s->height / f->rows;
    const double x = i % f->columns * width, y = i / f->columns * height, text = 1.5 * ui_text_height();
    char title[32];
    snprintf(title, sizeof title, "Step %" PRIu64, f->first_step + (uint64_t)i + 1);
    ui_text(x + width / 2, y + 0.15 * text, 0.5, 0, 0x000000FFu, title);
    const double margin = 0.04 * width;
    const rectangle place = {(int)(x + margin), (int)(y + text), (int)(width - 2 * margin),
                             (int)(height - text - margin)};
    const network_style style = {.layout = f->options->layout,
                                 .scale = &f->scale,
                                 .colors = colors,
                                 // 2 points, as in the paper's panels of 2 inches
                                 .line_width = 2.0 / 72 / 2 * fmin(width, height) * fmin(1, 16.0 / f->n),
                                 .equal_width = f->options->layout == NETWORK_DIAGONAL};
    network_draw(&style, f->n, f->values + (size_t)i * (size_t)f->n * (size_t)f->n, place);
}

static void draw(const figure *f) {
    const surface_options *s = &f->options->surface;
    uint8_t colors[256][3];
    colormap_table(f->options->colors, colors);
    surface_bind(f->surface, s->width, s->height);
    glClearColor(1, 1, 1, 1);
    glClear(GL_COLOR_BUFFER_BIT);
    ui_open(f->surface, fmax(0.4, fmin((double)s->width / f->columns, (double)s->height / f->rows) / PANEL));
    ui_begin(s->width, s->height, 0);
    for (int i = 0; i < f->panels; i++) draw_panel(f, i, (const uint8_t(*)[3])colors);
    ui_end();
    ui_close();
}

static ohm_status save(const figure *f) {
    const surface_options *s = &f->options->surface;
    uint8_t *rgb = malloc((size_t)s->width * (size_t)s->height * 3);
    if (!rgb) return ohm_fail_memory("a figure");
    surface_read(s->width, s->height, rgb);
    const ohm_status status = png_write(f->options->output, (unsigned)s->width, (unsigned)s->height, rgb);
    free(rgb);
    if (!status && !f->options->quiet) printf("saved %s\n", f->options->output);
    return status ? status : cli_flush();
}

// ---- The command ------------------------------------------------------------------------------

static ohm_status make(figure *f) {
    view_options *o = f->options;
    setup_guard(&o->setup, o->quiet);
    ohm_status status = surface_open(&o->surface, &f->surface);
    if (!status) status = ohm_devices_open(setup_device(&o->setup), &f->devices);
    if (!status) status = setup_make(&o->setup, f->devices, &f->crossbar);
    if (status) return status;
    if (!o->quiet) setup_say_fallback(&o->setup, f->devices);
    setup_warn(f->crossbar);
    f->n = (int)ohm_crossbar_definition(f->crossbar)->rows;
    f->first_step = ohm_crossbar_step(f->crossbar);
    status = simulate(f);
    if (status) return status;
    find_scale(f);
    draw(f);
    return save(f);
}

static void close_figure(figure *f) {
    setup_end(&f->options->setup);
    ohm_crossbar_destroy(f->crossbar);
    ohm_devices_close(f->devices);
    surface_close(f->surface);
    free(f->values);
}

// Lays the panels out, in a picture of a size that suits them if none was asked for.
static figure figure_of(view_options *o) {
    figure f = {.options = o, .panels = (int)o->steps};
    f.columns = f.panels < IN_A_ROW ? f.panels : IN_A_ROW;
    f.rows = (f.panels + IN_A_ROW - 1) / IN_A_ROW;
    if (o->surface.width) return f;
    const int panel = f.rows * PANEL <= SIDE_MAX ? PANEL : SIDE_MAX / f.rows;
    o->surface.width = panel * f.columns;
    o->surface.height = panel * f.rows;
    return f;
}

static ohm_status check(const view_options *o) {
    if (o->steps < 1 || o->steps > STEPS_MAX)
        return ohm_fail(OHM_BAD_ARGUMENT, "--steps: a figure has 1 to %d panels", STEPS_MAX);
    return png_check(o->output);
}

static int run_figure(int argc, char **argv) {
    view_options o = view_options_default();
    figure f = {.options = &o};
    o.steps = 20;
    o.layout = NETWORK_DIAGONAL;
    o.output = "figure1.png";
    o.surface = (surface_options){.headless = true};
    ohm_status status = view_options_parse(&command_figure, argc, argv, &o);
    if (!status) status = check(&o);
    if (!status) {
        f = figure_of(&o);
        status = make(&f);
    }
    const int code = status ? cli_fail(status) : EXIT_SUCCESS;
    close_figure(&f);
    return !code && surface_complaints() ? EXIT_FAILURE : code;
}

const command command_figure = {
    .name = "figure",
    .arguments = "",
    .summary = "Draw the paper's Figure 1",
    .options = figure_entries,
    .run = run_figure,
};
