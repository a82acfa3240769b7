// A turn of the simulation: take the result of the last order, make the changes that were asked for, and give
// the next order.
#include "exchange.h"
#include "../host/cli/progress.h"
#include "changes.h"
#include "field.h"
#include "overlay.h"
#include "spiking.h"
#include "trace.h"
#include "input.h"

#include <epoxy/gl.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// ---- Orders -----------------------------------------------------------------------------------

#define STEP_BUDGET 0.012 // s of stepping in a frame, with --steps-per-frame auto
#define STEP_LIMIT 0.040  // s at most, however many steps were asked for

// The steps that are wanted, or fewer if the window would have to wait for them.
static uint64_t steps_of_frame(viewer *v) {
    const uint64_t left = v->learning.training ? UINT64_MAX : OHM_MAX_STEP - v->result.step;
    uint64_t steps = v->steps_per_frame;
    if (v->learning.over) return 0;
    if (v->paused) steps = v->extra_steps;
    if (!v->headless && !v->paused && v->step_cost > 0) {
        const double fit = (v->steps_per_frame ? STEP_LIMIT : STEP_BUDGET) / v->step_cost;
        const uint64_t most = fit < 1 ? 1 : fit > 1 << 20 ? 1 << 20 : (uint64_t)fit;
        if (!steps || steps > most) steps = most;
    }
    if (!v->paused && !steps) steps = 1; // as many as fit, but how long one takes is not known yet
    v->extra_steps = 0;
    return steps < left ? steps : left;
}

// Statistics are due every fifth of a second, but never take more than a tenth of the time. They are due at
// once for the step at which the simulation pauses, and for every frame without a window.
static bool statistics_due(const viewer *v) {
    if (!v->panel) return false;
    if (v->headless || !v->has_statistics || v->changed) return true;
    const ohm_view view = viewer_view(v);
    if (v->paused && v->statistics_step != v->result.step) return true;
    if (v->paused && memcmp(&v->statistics_view, &view, sizeof view) == 0) return false;
    return progress_clock() - v->statistics_time > fmax(0.2, 10 * v->statistics_cost);
}

// A click on a synapse selects it, and the neuron of its column. A click elsewhere ends the selection.
static void select_clicked(viewer *v, const simulation_order *o) {
    if (o->print) {
        trace_select(&v->trace, o->probe_row, o->probe_col);
        v->neuron = o->probe_col;
    } else if (v->clicked && !v->network) {
        trace_drop(&v->trace);
    }
    v->clicked = false;
}

static simulation_order make_order(viewer *v) {
    simulation_order o;
    memset(&o, 0, sizeof o); // compared byte by byte
    o.view = viewer_view(v);
    o.network = v->network;
    o.tiles = viewer_face(v) == FACE_TILES;
    o.training = v->learning.training;
    o.layer = v->learning.layer;
    o.statistics = statistics_due(v);
    o.print = v->clicked && input_probe(v, v->click_x, v->click_y, &o.probe_row, &o.probe_col, &o.area);
    o.probe = o.print || (v->mouse_inside &&
                          input_probe(v, v->mouse_x, v->mouse_y, &o.probe_row, &o.probe_col, &o.area));
    select_clicked(v, &o);
    o.trace = v->trace.on && !v->bare;
    if (o.trace) o.trace_row = v->trace.row, o.trace_col = v->trace.col;
    if (v->panel) o.stimulus = field_view(v);
    o.bars = v->with_bars && viewer_face(v) == FACE_HEATMAP && !v->bare;
    spiking_ask(v, &o.activity);
    return o;
}

// Whether an order would repeat the last one without a step.
static bool nothing_new(const viewer *v, const simulation_order *o) {
    simulation_order last = simulation_last(v->simulation)->order;
    last.steps = 0;
    last.statistics = last.print = false;
    last.buffer = NULL;
    return o->steps == 0 && memcmp(&last, o, sizeof last) == 0 && v->timings.frames > 1;
}

// The driver fails to share after all: pictures are copied from now on, unless sharing was required.
static ohm_status stop_sharing(viewer *v, ohm_status status) {
    if (status != OHM_NO_DEVICE || v->share_only) return status;
    snprintf(v->share_reason, sizeof v->share_reason, "%s", ohm_error_message());
    v->shared = false;
    return OHM_OK;
}

// Lends an order the shared buffer for its picture.
static ohm_status lend_buffer(viewer *v, simulation_order *o) {
    if (!v->shared || o->network || o->tiles) return OHM_OK;
    const double start = progress_clock();
    const ohm_status status = image_lend(v->image, &o->view, &o->buffer);
    v->timings.transfer += progress_clock() - start;
    return status ? stop_sharing(v, status) : OHM_OK;
}

static ohm_status give_order(viewer *v, simulation_order *o) {
    const ohm_status status = lend_buffer(v, o);
    if (status) return status;
    simulation_start(v->simulation, o);
    v->ordered = true;
    return OHM_OK;
}

// ---- Results ----------------------------------------------------------------------------------

static ohm_status fail_as(const simulation_result *r) {
    ohm_fail(r->status, "%s", r->message);
    if (r->hint[0]) ohm_fail_hint("%s", r->hint);
    return r->status;
}

static void take_histogram(viewer *v, const simulation_order *o, const float *sample) {
    const quantity_limits *limits = &v->limits[o->view.quantity];
    double low = limits->low, high = limits->high;
    if (o->tiles && o->training) { // weights: as the colour scale
        high = fmax(-v->seen[FACE_TILES].least, v->seen[FACE_TILES].greatest);
        low = -high;
    }
    const int n = SIMULATION_SAMPLE * SIMULATION_SAMPLE;
    if (low == high) viewer_extremes(sample, (size_t)n, &low, &high);
    memset(v->histogram, 0, sizeof v->histogram);
    v->histogram_low = low;
    v->histogram_high = high;
    for (int i = 0; i < n && high > low; i++) {
        if (isnan(sample[i])) continue;
        const int bin = (int)((sample[i] - low) / (high - low) * BINS);
        v->histogram[bin < 0 ? 0 : bin < BINS ? bin : BINS - 1]++;
    }
}

static void take_statistics(viewer *v, const simulation_result *r) {
    history *h = &v->history;
    v->statistics = r->statistics;
    v->statistics_time = progress_clock();
    v->statistics_step = r->step;
    v->statistics_view = r->order.view;
    if (v->has_statistics)
        v->statistics_cost = r->statistics_seconds; // the first ones may have compiled kernels
    v->has_statistics = true;
    take_histogram(v, &r->order, r->sample);
    field_take(v, r);
    if (h->count && h->step[(h->count - 1) % HISTORY] == r->step) return;
    if (h->count && h->step[(h->count - 1) % HISTORY] > r->step) h->count = 0; // restarted
    const int at = h->count++ % HISTORY;
    h->mean[at] = (float)r->statistics.state_mean;
    h->spread[at] = (float)r->statistics.state_std;
    h->step[at] = r->step;
}

static ohm_status take_values(const simulation_result *r, float **to, ohm_view *view) {
    const size_t bytes = sizeof(float) * r->order.view.width * r->order.view.height;
    float *values = realloc(*to, bytes);
    if (!values) return ohm_fail_memory("a picture");
    *to = values;
    memcpy(values, r->image, bytes);
    *view = r->order.view;
    return OHM_OK;
}

// Draws the picture again, on this thread, when the driver did not hand it over.
static ohm_status draw_copy(viewer *v, const ohm_view *view) {
    float *values = malloc(sizeof *values * view->width * view->height);
    if (!values) return ohm_fail_memory("a picture");
    const ohm_status status = ohm_crossbar_view_extremes(v->crossbar, view, values, &v->seen[0]);
    if (!status) image_upload(v->image, view, values);
    free(values);
    return status;
}

static ohm_status take_shared(viewer *v, const ohm_view *view) {
    const ohm_status status = image_take_back(v->image, view);
    if (!status) return OHM_OK;
    const ohm_status stopped = stop_sharing(v, status);
    return stopped ? stopped : draw_copy(v, view);
}

static ohm_status take_picture(viewer *v, const simulation_result *r) {
    const simulation_order *o = &r->order;
    v->seen[o->network ? FACE_NETWORK : o->tiles ? FACE_TILES : FACE_HEATMAP] = r->extremes;
    if (o->network) return take_values(r, &v->network_values, &v->network_view);
    if (o->tiles) return take_values(r, &v->tile_values, &v->tile_view);
    const double start = progress_clock();
    ohm_status status = OHM_OK;
    if (r->order.buffer)
        status = take_shared(v, &r->order.view);
    else
        image_upload(v->image, &r->order.view, r->image);
    if (v->timed) glFinish();
    v->timings.transfer += progress_clock() - start;
    return status;
}

static void take_timings(viewer *v, const simulation_result *r) {
    v->timings.step += r->step_seconds;
    v->timings.reduce += r->view_seconds;
    v->timings.steps += r->steps;
    if (r->steps) v->step_cost = r->step_seconds / (double)r->steps;
}

static void take_probe(viewer *v, const simulation_result *r) {
    v->has_probe = r->order.probe;
    if (!r->order.probe) return;
    v->probe = *r;
    if (!r->order.print) return;
    char text[1024];
    overlay_probe(v, text, sizeof text);
    for (char *c = text; *c; c++)
        if (*c == '\n') *c = ';';
    printf("%s\n", text);
    fflush(stdout);
}

// Takes the result of the last order. The crossbar belongs to this thread until the next order.
static ohm_status take_result(viewer *v) {
    const simulation_result *r = simulation_last(v->simulation);
    v->torn |= r->torn;
    if (r->status) {
        image_take_back(v->image, NULL);
        return fail_as(r);
    }
    v->result = *r;
    take_timings(v, r);
    ohm_status status = take_picture(v, r);
    if (r->order.statistics) take_statistics(v, r);
    take_probe(v, r);
    if (r->order.bars && !status) status = bars_copy(&v->bars, r->bars);
    if (r->order.activity.wanted && !status) status = activity_copy(&v->activity, r->activity);
    if (r->order.training && !status) status = learning_take(&v->learning, r->steps);
    trace_take(&v->trace, r);
    return status;
}

// ---- Turns ------------------------------------------------------------------------------------

#define QUICK 0.05    // s for steps and a picture: a faster simulation has a result in every frame
#define PATIENCE 0.08 // s that a frame waits for such a result, which may include statistics

// How long this frame waits for a result. Without a window and for the first picture, as long as it takes. If
// the simulation is slower than the frames anyway, hardly at all, so that panning and zooming move the old
// picture at once.
static double patience(const viewer *v) {
    const simulation_result *r = &v->result;
    if (v->headless || v->timings.frames == 0) return 1e9;
    return r->step_seconds + r->view_seconds < QUICK ? PATIENCE : 0.002;
}

// A current's takes a while where many parameters are spread.
static void take_limits(viewer *v) {
    for (int i = 0; i < OHM_QUANTITIES; i++)
        if (i != OHM_CURRENT || v->quantity == OHM_CURRENT)
            ohm_crossbar_range(v->crossbar, (ohm_quantity)i, &v->limits[i].low, &v->limits[i].high);
}

static void take_neurons(viewer *v) {
    v->neurons = v->learning.training ? 0 : ohm_crossbar_neurons(v->crossbar);
    if (v->neuron >= viewer_columns(v)) v->neuron = viewer_columns(v) - 1;
}

ohm_status exchange_first(viewer *v) {
    take_limits(v);
    take_neurons(v);
    simulation_order first = make_order(v);
    first.steps = v->first_steps;
    return give_order(v, &first);
}

static ohm_status take_ordered(viewer *v) {
    if (!v->ordered) return OHM_OK;
    v->ordered = false;
    return take_result(v);
}

ohm_status exchange_next(viewer *v, bool last) {
    if (!simulation_wait(v->simulation, patience(v))) return OHM_OK;
    ohm_status status = take_ordered(v);
    if (!status && !v->learning.training) status = changes_make(v);
    take_limits(v);
    take_neurons(v);
    if (status || last) return status;
    simulation_order next = make_order(v);
    next.steps = steps_of_frame(v);
    if (!v->headless && !v->changed && nothing_new(v, &next)) return OHM_OK;
    v->changed = false;
    return give_order(v, &next);
}
