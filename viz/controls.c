// The controls of the panel, made from the library's tables of models, stimuli and parameters.
#include "controls.h"
#include "ui.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define MENU_MAX 64

// ---- Reading ----------------------------------------------------------------------------------

// The magnitude that a slider's range is made from: that of its first value, or a usual one if that is 0.
static double magnitude_of(const ohm_parameter_info *info, double dt) {
    if (info->whole) return fmax(fabs(info->value), 25);
    if (info->value == 0 && strcmp(info->unit, "Hz") == 0) return 0.01 / dt; // a period of 100 steps
    return info->value != 0 ? fabs(info->value) : 1;
}

// A slider covers values near its first one, because valid ranges span many decades.
static control control_of(const ohm_parameter_info *info, double dt) {
    const double about = magnitude_of(info, dt);
    control c = {.info = *info, .low = -4 * about, .high = 4 * about, .widest = 4 * info->sigma};
    if (info->min >= 0) c.low = 0;
    if (info->min > 0 && !info->whole) c.low = about / 100, c.high = about * 100;
    c.low = fmax(c.low, info->min);
    c.high = fmin(c.high, info->max);
    return c;
}

static size_t take_controls(control *c, const ohm_parameter_info *info, size_t count, double dt) {
    for (size_t i = 0; i < count; i++) c[i] = control_of(&info[i], dt);
    return count;
}

bool controls_is_of(const char *text, const char *name) {
    const size_t length = strcspn(text, ":");
    return strlen(name) == length && strncmp(text, name, length) == 0;
}

// Whether a text NAME:key=value,… sets this parameter.
static bool gives(const char *text, const char *key) {
    const size_t length = strlen(key);
    for (text = strchr(text, ':'); text; text = strchr(text + 1, ','))
        if (strncmp(text + 1, key, length) == 0 && text[1 + length] == '=') return true;
    return false;
}

static bool has_file(const controls *c, const char *text) {
    for (size_t i = 0; i < c->stimulus_count; i++)
        if (c->stimulus[i].info.text && gives(text, c->stimulus[i].info.key)) return true;
    return false;
}

// Remembers the text of a stimulus with a file, instead of an older text of the same stimulus.
static void remember(controls *c, const char *text) {
    if (!has_file(c, text)) return;
    char name[64];
    snprintf(name, sizeof name, "%.*s", (int)strcspn(text, ":"), text);
    for (int i = 0; i < REMEMBERED; i++) {
        if (c->remembered[i][0] && !controls_is_of(c->remembered[i], name)) continue;
        snprintf(c->remembered[i], sizeof c->remembered[i], "%s", text);
        return;
    }
}

const char *controls_remembered(const controls *c, const char *name) {
    for (int i = 0; i < REMEMBERED; i++)
        if (controls_is_of(c->remembered[i], name)) return c->remembered[i];
    return name;
}

void controls_read_texts(viewer *v) {
    controls *c = &v->controls;
    const char *stimulus = ohm_crossbar_definition(v->crossbar)->stimulus;
    snprintf(c->text, sizeof c->text, "%s", stimulus);
    remember(c, stimulus);
}

void controls_read(viewer *v) {
    ohm_parameter_info info[OHM_MAX_PARAMETERS];
    controls *c = &v->controls;
    const double dt = ohm_crossbar_definition(v->crossbar)->dt;
    c->model_count = take_controls(c->model, info, ohm_crossbar_model_parameters(v->crossbar, info), dt);
    c->stimulus_count =
        take_controls(c->stimulus, info, ohm_crossbar_stimulus_parameters(v->crossbar, info), dt);
    c->changed = c->typed = false;
    c->new_model = c->new_stimulus = NULL;
    controls_read_texts(v);
}

// ---- Menus ------------------------------------------------------------------------------------

// Draws a menu of all names, in which that of the text is selected. Returns a name just chosen, or NULL.
static const char *draw_menu(const char *label, const char *(*name)(size_t), const char *text) {
    const char *names[MENU_MAX];
    int count = 0, chosen = 0;
    for (; count < MENU_MAX && (names[count] = name((size_t)count)); count++)
        if (controls_is_of(text, names[count])) chosen = count;
    const int before = chosen;
    return ui_choice(label, &chosen, names, count) && chosen != before ? names[chosen] : NULL;
}

void controls_draw_menus(viewer *v) {
    controls *c = &v->controls;
    const ohm_definition *d = ohm_crossbar_definition(v->crossbar);
    const char *model = draw_menu("model", ohm_model_name, d->model);
    const char *stimulus = draw_menu("stimulus", ohm_stimulus_name, d->stimulus);
    if (model) c->new_model = model;
    if (stimulus) c->new_stimulus = stimulus;
    c->typed |=
        ui_typed("as text", c->text, sizeof c->text, "NAME:key=value,... as for --stimulus; can name a file");
    if (c->problem[0]) ui_label(c->problem);
}

// ---- Parameters -------------------------------------------------------------------------------

static bool draw_choice(const char *label, ohm_parameter_info *p) {
    int count = 0, chosen = (int)p->value;
    while (p->choices[count]) count++;
    const bool changed = ui_choice(label, &chosen, p->choices, count);
    p->value = chosen;
    return changed;
}

// Draws the slider of a parameter's device-to-device spread.
static bool draw_spread(control *c) {
    char label[96], help[128];
    snprintf(label, sizeof label, "± %s##%s spread", c->info.symbol, c->info.key);
    snprintf(help, sizeof help, "sigma of its %s device-to-device spread", c->info.spread);
    return ui_slider(label, &c->info.sigma, 0, c->widest, help);
}

static bool draw_control(control *c) {
    char label[64]; // what follows ## is not shown; it tells equal labels apart
    ohm_parameter_info *p = &c->info;
    if (strcmp(p->unit, "1") == 0)
        snprintf(label, sizeof label, "%s##%s", p->symbol, p->key);
    else
        snprintf(label, sizeof label, "%s (%s)##%s", p->symbol, p->unit, p->key);
    if (p->text) return false; // the field for the stimulus shows it
    bool moved;
    if (p->choices)
        moved = draw_choice(label, p);
    else if (p->whole)
        moved = ui_whole(label, &p->value, c->low, c->high, p->help);
    else
        moved = ui_slider(label, &p->value, c->low, c->high, p->help);
    const bool moved_spread = p->spread && draw_spread(c);
    c->moved |= moved;
    c->moved_spread |= moved_spread;
    return moved || moved_spread;
}

// Draws either the parameters that every model has, such as noise and faults, or the model's own.
static bool draw_some(control *c, size_t count, bool device) {
    bool changed = false;
    for (size_t i = 0; i < count; i++)
        if (c[i].info.device == device) changed |= draw_control(&c[i]);
    return changed;
}

static double value_of(const controls *c, const char *key) {
    for (size_t i = 0; i < c->model_count; i++)
        if (strcmp(c->model[i].info.key, key) == 0) return c->model[i].info.value;
    return 0;
}

// Draws the controls of the idle time, in which only drift happens. Without drift there is nothing to draw.
static void draw_idle(viewer *v) {
    controls *c = &v->controls;
    char text[64];
    if (!(value_of(c, "drift_nu") > 0)) return;
    if (!(c->idle_seconds > 0)) c->idle_seconds = 1;
    ui_slider("idle (s)", &c->idle_seconds, 1e-3, 1e8, "idle time that the button adds");
    if (ui_button("add idle time")) c->idle = v->paused = true; // the next step would end it
    snprintf(text, sizeof text, "%.4g s since the last step", v->result.idle);
    ui_same_line();
    ui_label(text);
}

void controls_draw(viewer *v) {
    controls *c = &v->controls;
    ui_section("parameters (from the next step on)");
    c->changed |= draw_some(c->model, c->model_count, false);
    c->changed |= draw_some(c->stimulus, c->stimulus_count, false);
    draw_idle(v);
    if (ui_fold("noise, faults, levels, drift")) c->changed |= draw_some(c->model, c->model_count, true);
}
