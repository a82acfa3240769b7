// ohmscape view: a crossbar in a window, or drawn without one.
#include "../host/cli/guard.h"
#include "../host/cli/progress.h"
#include "../host/cli/rescue.h"
#include "changes.h"
#include "controls.h"
#include "files.h"
#include "notice.h"
#include "options.h"
#include "trace.h"
#include "exchange.h"
#include "ui.h"
#include "frame.h"
#include "input.h"
#include "timings.h"

#define GLFW_INCLUDE_NONE
#include <GLFW/glfw3.h>
#include <inttypes.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// ---- Opening ----------------------------------------------------------------------------------

// Opens the devices, sharing with OpenGL if that is wanted and possible.
static ohm_status open_devices(const view_options *o, viewer *v) {
    if (o->share == SHARE_OFF) snprintf(v->share_reason, sizeof v->share_reason, "--share off");
    if (o->share != SHARE_OFF) {
        const ohm_status status =
            ohm_devices_open_gl(setup_device(&o->setup), surface_sharing(v->surface), &v->devices);
        v->shared = !status;
        if (!status) return OHM_OK;
        if (o->share == SHARE_ON || status != OHM_NO_DEVICE) return status;
        snprintf(v->share_reason, sizeof v->share_reason, "%s", ohm_error_message());
    }
    return ohm_devices_open(setup_device(&o->setup), &v->devices);
}

static double ui_scale_of(const viewer *v) {
    float x = 1, y = 1;
    if (surface_window(v->surface)) {
        glfwGetWindowContentScale(surface_window(v->surface), &x, &y);
        return fmax(x, 1);
    }
    return fmin(fmax(fmin(v->width / 1280.0, v->height / 800.0), 0.6), 6);
}

// What the devices have made of the crossbar.
static ohm_status look_at_devices(const view_options *o, viewer *v) {
    if (!o->quiet) setup_say_fallback(&o->setup, v->devices);
    setup_warn(v->crossbar);
    if (!o->quiet) setup_say_storage(v->crossbar);
    if (!changes_fell_back(v) || o->share != SHARE_ON) return OHM_OK;
    return ohm_fail(OHM_NO_DEVICE, "cannot share buffers with OpenGL: %s", v->share_reason);
}

// Draws one pixel, which builds the kernels for pictures, and takes the steps before the first frame.
static ohm_status step_ahead(const view_options *o, viewer *v) {
    const ohm_view pixel = {0, 0, 1, 1, 1, 1, OHM_STATE, OHM_NEAREST};
    float value;
    uint64_t done;
    const ohm_status status = ohm_crossbar_view(v->crossbar, &pixel, &value);
    if (status) return status;
    guard_settled();
    if (ohm_crossbar_neurons(v->crossbar)) { // which are watched on the way
        v->first_steps = o->steps;
        return OHM_OK;
    }
    return simulation_advance(v->crossbar, o->steps, &done);
}

// Whether the options of learning fit to so many devices a column and so many columns.
static ohm_status check_columns(const view_options *o, const viewer *v, uint64_t devices) {
    const uint64_t field = (uint64_t)o->field.width * o->field.height, columns = viewer_columns(v);
    if (field > devices)
        return ohm_fail(OHM_BAD_ARGUMENT, "--field %ux%u: a column has %" PRIu64 " devices", o->field.width,
                        o->field.height, devices);
    const bool any = !o->has_neuron || o->training || o->tiles || ohm_crossbar_neurons(v->crossbar);
    if (any && o->neuron < columns) return OHM_OK;
    ohm_fail(OHM_BAD_ARGUMENT, "--neuron %" PRIu64 ": there are %" PRIu64 " neurons", o->neuron,
             any ? columns : 0);
    if (!any) ohm_fail_hint("a crossbar has one for each column with --stimulus spiking");
    return OHM_BAD_ARGUMENT;
}

// A training has crossbars of its own, of which one is shown.
static ohm_status open_training(const view_options *o, viewer *v) {
    const ohm_status status = learning_open(&v->learning, v->devices, o->training, o->layer);
    if (!status) v->crossbar = ohm_training_crossbar(v->learning.training, v->learning.layer);
    return status ? status : check_columns(o, v, v->learning.inputs);
}

static ohm_status open_crossbar(view_options *o, viewer *v) {
    const ohm_status status = setup_make(&o->setup, v->devices, &v->crossbar);
    if (status) return status;
    const ohm_definition *d = ohm_crossbar_definition(v->crossbar);
    v->camera = camera_of(d->rows, d->cols);
    return check_columns(o, v, d->rows);
}

static ohm_status open_subject(view_options *o, viewer *v) {
    const ohm_status status = o->training ? open_training(o, v) : open_crossbar(o, v);
    return status ? status : look_at_devices(o, v);
}

static ohm_status open_all(view_options *o, viewer *v) {
    ohm_status status = surface_open(&o->surface, &v->surface);
    if (!status) status = open_devices(o, v);
    if (!status) status = open_subject(o, v);
    if (!status) status = image_create(v->devices, v->shared, &v->image);
    if (!status) status = image_create(v->devices, false, &v->tiles_image);
    if (!status) status = heatmap_create(&v->heatmap);
    if (!status) status = step_ahead(o, v);
    if (!status) status = simulation_create(v->crossbar, &v->simulation);
    if (status) return status;
    surface_size(v->surface, &v->width, &v->height);
    v->ui_scale = ui_scale_of(v);
    if (surface_window(v->surface)) input_listen(v);
    ui_open(v->surface, v->ui_scale);
    return OHM_OK;
}

static void show_region(viewer *v, const double region[4]) {
    camera *c = &v->camera;
    c->across = region[3] / c->width;
    c->down = region[2] / c->height;
    c->across = c->down = fmax(c->across, c->down);
    c->row = region[0] + (region[2] - c->height * c->down) / 2;
    c->col = region[1] + (region[3] - c->width * c->across) / 2;
    c->whole = false;
}

static void take_options(const view_options *o, viewer *v) {
    const ohm_definition *d = ohm_crossbar_definition(v->crossbar);
    v->quantity = o->quantity;
    v->reduction = o->reduction;
    v->colors = o->colors;
    v->colors_chosen = o->colors_chosen;
    v->tiles = o->show_chosen ? o->tiles : v->learning.width > 0;
    v->tile_shape = o->field;
    v->neuron = o->neuron;
    v->raster_steps = o->raster_steps;
    v->range = o->range;
    v->scale = o->scale;
    v->logarithmic = o->logarithmic;
    v->network = o->network;
    v->with_bars = o->bars;
    v->layout = o->layout;
    v->bare = o->bare;
    v->panel = o->panel && !o->bare;
    v->steps_per_frame = o->steps_per_frame;
    if (o->surface.headless && !v->steps_per_frame) v->steps_per_frame = 1;
    v->headless = o->surface.headless;
    v->timed = o->timings;
    v->share_only = o->share == SHARE_ON;
    v->seed = d->seed;
    v->camera = camera_of(d->rows, d->cols);
    v->neurons = v->learning.training ? 0 : ohm_crossbar_neurons(v->crossbar);
    const layout l = viewer_layout(v);
    camera_resize(&v->camera, l.map.width, l.map.height);
    if (o->has_region) show_region(v, o->region);
    if (!v->learning.training) controls_read(v);
    if (o->has_selection) trace_select(&v->trace, o->selection[0], o->selection[1]);
}

static void close_all(viewer *v) {
    simulation_destroy(v->simulation);
    image_destroy(v->image);
    image_destroy(v->tiles_image);
    heatmap_destroy(v->heatmap);
    if (v->surface) ui_close();
    if (!v->learning.training) ohm_crossbar_destroy(v->crossbar);
    learning_close(&v->learning);
    ohm_devices_close(v->devices);
    surface_close(v->surface);
    free(v->network_values);
    free(v->tile_values);
    free(v->tile_picture);
    activity_free(&v->activity);
    bars_free(&v->bars);
}

// ---- Saying how it goes -----------------------------------------------------------------------

static void set_title(const viewer *v) {
    char text[512];
    const bool training = v->learning.training;
    const ohm_definition *d = ohm_crossbar_definition(v->crossbar);
    snprintf(text, sizeof text,
             "ohmscape - %s %" PRIu64 " x %" PRIu64 " - %s %" PRIu64 "%s - %.3g %s/s - "
             "%.1f frames/s - %s, %s - %s",
             ohm_quantity_name(v->quantity), d->rows, d->cols, training ? "sample" : "step",
             training ? v->learning.samples : v->result.step, v->paused ? " paused" : "", v->rate,
             training ? "samples" : "synapse-steps", v->frame_rate, v->shared ? "shared" : "copied",
             surface_api_name(v->surface), ohm_devices_info(v->devices, 0)->name);
    glfwSetWindowTitle(surface_window(v->surface), text);
}

// Updates the rates about every half second.
static void take_rates(viewer *v, double now) {
    const double since = now - v->rated_at;
    if (v->rated_at > 0 && since < 0.5) return;
    const timings *t = &v->timings, *last = &v->rated;
    if (v->rated_at > 0) {
        v->rate = (double)(t->steps - last->steps) * viewer_work(v) / since;
        v->frame_rate = (double)(t->frames - last->frames) / since;
    }
    v->rated_at = now;
    v->rated = *t;
    if (surface_window(v->surface)) set_title(v);
}

// ---- The loop ---------------------------------------------------------------------------------

static bool finished(const view_options *o, const viewer *v) {
    const bool at_end = o->frames ? v->timings.frames >= o->frames : v->headless && v->learning.over;
    return v->quit || cli_caught() || at_end;
}

static ohm_status save_picture(const view_options *o, viewer *v, files *f, const char *path) {
    const ohm_status status = files_save(f, v, path);
    if (!status && !o->quiet) printf("saved %s\n", path);
    fflush(stdout);
    return status;
}

// Saves the picture that the key s asks for. If that fails, the window stays open.
static void save_screenshot(const view_options *o, viewer *v, files *f) {
    char path[96];
    files_free_name(v, path, sizeof path);
    v->screenshot = false;
    if (save_picture(o, v, f, path)) notice_error(v);
}

// A film that fails is no reason to close a window. Without a window there is nothing else to do, so it is an
// error.
static ohm_status record(const view_options *o, viewer *v, files *f) {
    const ohm_status status = files_record(f, v, o->record, (unsigned)o->fps);
    if (!status || v->headless) return status;
    notice_error(v);
    v->film_ended = true;
    return OHM_OK;
}

static ohm_status show_frame(const view_options *o, viewer *v, files *f, double seconds) {
    ohm_status status = frame_draw(v, seconds);
    if (!status && o->record && !v->film_ended) status = record(o, v, f);
    if (!status && v->screenshot) save_screenshot(o, v, f);
    const double start = progress_clock();
    if (!status) surface_present(v->surface);
    v->timings.present += progress_clock() - start;
    v->timings.frames++;
    return status;
}

// Whether there is anything to draw on. A minimised window has no pixels.
static bool visible(const viewer *v) {
    return v->width > 0 && v->height > 0;
}

// Handles the mouse and the keys. Sleeps while nothing happens.
static void hear(const viewer *v) {
    if (v->headless) return;
    if (!visible(v) || (!v->ordered && v->timings.frames > 2))
        glfwWaitEventsTimeout(0.1);
    else
        glfwPollEvents();
}

static ohm_status next_frame(const view_options *o, viewer *v, files *f, double seconds) {
    const layout l = viewer_layout(v);
    camera_resize(&v->camera, l.map.width, l.map.height);
    const bool last = o->frames && v->timings.frames + 1 >= o->frames;
    const ohm_status status = exchange_next(v, last);
    return status ? status : show_frame(o, v, f, seconds);
}

// A frame lasts from the end of the one before it to its own.
static void count_frame(viewer *v, double start, double before) {
    timings *t = &v->timings;
    const double now = progress_clock();
    t->total = now - start;
    if (t->frames == 1) {
        v->first = *t;
        v->first_seconds = now - v->start;
    } else {
        t->longest = fmax(t->longest, now - before);
    }
}

static ohm_status loop(const view_options *o, viewer *v, files *f) {
    const double start = progress_clock();
    double before = start, drawn = start;
    ohm_status status = exchange_first(v);
    while (!status && !finished(o, v)) {
        hear(v);
        surface_size(v->surface, &v->width, &v->height); // once a frame: it can change at any time
        if (!visible(v)) continue;
        const double now = progress_clock();
        status = next_frame(o, v, f, now - before);
        before = now;
        count_frame(v, start, drawn);
        drawn = progress_clock();
        take_rates(v, now);
    }
    // The order in hand may still take steps. Its result makes the last picture one of the step that is
    // saved.
    simulation_wait(v->simulation, 1e9);
    return status ? status : exchange_next(v, true);
}

// ---- The command ------------------------------------------------------------------------------

// Draws the last frame again, because a frame that was presented can no longer be read.
static ohm_status save_last(const view_options *o, viewer *v, files *f) {
    const ohm_status status = frame_draw(v, 0);
    return status ? status : save_picture(o, v, f, o->screenshot);
}

// Reports a failure. The exit status is that of the first one.
static int tell(ohm_status status, int code) {
    const int own = status ? cli_fail(status) : 0;
    return code ? code : own;
}

// What has to be ended and saved in order, even if the display is lost.
typedef struct session {
    view_options *options;
    viewer *viewer;
    files *files;
    bool over;   // all is saved
    int code;    // the exit status
    char *saved; // where the crossbar is, or NULL
} session;

static ohm_status write_crossbar(void *crossbar, const char *path) {
    return ohm_crossbar_save(crossbar, path);
}

// Ends the film and saves the crossbar, whatever else failed. Returns whether the crossbar is in a file now.
static bool save_all(session *s) {
    const viewer *v = s->viewer;
    const char *path = s->options->output;
    s->code = tell(files_close(s->files), s->code);
    s->files = NULL;
    s->over = true;
    if (!path || v->torn) return false;
    const ohm_status status = rescue_at(path, write_crossbar, v->crossbar, &s->saved);
    s->code = tell(status, s->code);
    return s->saved != NULL;
}

// Saves what can be saved when the display is lost. The process ends when this returns.
static void lose_display(void *context, const char *reason) {
    session *s = context;
    const viewer *v = s->viewer;
    if (s->over) _exit(s->code); // it was lost while the window was being closed
    s->code = tell(ohm_fail(OHM_NO_DEVICE, "%s", reason), 0);
    if (!v->simulation) return; // nothing has begun
    simulation_wait(v->simulation, 1e9);
    if (save_all(s) && !s->options->quiet)
        fprintf(stderr, "hint: %s was saved at step %" PRIu64 "\n", s->saved, ohm_crossbar_step(v->crossbar));
}

static void show(session *s) {
    view_options *o = s->options;
    viewer *v = s->viewer;
    ohm_status status = open_all(o, v);
    if (!status) take_options(o, v);
    if (!status) status = files_create(&s->files);
    s->code = tell(status, 0);
    s->over = status != OHM_OK;
    if (status) return;
    status = loop(o, v, s->files);
    if (!status && o->screenshot && visible(v)) status = save_last(o, v, s->files);
    s->code = tell(status, v->film_ended ? EXIT_FAILURE : 0);
    save_all(s);
    if (!s->code && o->timings) s->code = tell((o->json ? timings_print_json : timings_print)(v), s->code);
}

// Ends what the options hold open, and returns the exit status.
static int end(view_options *o, int code) {
    setup_end(&o->setup);
    return code;
}

static int view(int argc, char **argv) {
    view_options o = view_options_default();
    const ohm_status status = view_options_parse(&command_view, argc, argv, &o);
    if (status) return end(&o, cli_fail(status));
    cli_catch_signals();
    setup_guard(&o.setup, o.quiet);
    signal(SIGPIPE, SIG_IGN); // a closed pipe on stdout is no reason to lose the crossbar
    viewer v = {.start = progress_clock()};
    session s = {.options = &o, .viewer = &v};
    surface_on_loss(lose_display, &s);
    show(&s);
    if (!s.code && cli_caught()) s.code = 128 + cli_caught();
    close_all(&v);
    free(s.saved);
    return end(&o, !s.code && surface_complaints() ? EXIT_FAILURE : s.code);
}

const command command_view = {
    .name = "view",
    .arguments = "[TRAINING.ini]",
    .summary = "Watch a crossbar change",
    .options = view_entries,
    .run = view,
};
