#include "simulation.h"
#include "../host/cli/cli.h"
#include "../host/cli/progress.h"

#include <assert.h>
#include <errno.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <time.h>

struct simulation {
    ohm_crossbar *crossbar;
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t changed;
    bool busy, ending; // under the mutex
    float *image, *sample;
    float field[SIMULATION_FIELD * SIMULATION_FIELD];
    size_t pixels; // room for so many in image
    bars bars;
    membranes membranes;
    activity activity;
    simulation_result result;
};

// ---- Stepping -----------------------------------------------------------------------------------

#define SLICE 0.05 // s between two checks for a signal, at most twice that

ohm_status simulation_advance(ohm_crossbar *crossbar, uint64_t steps, uint64_t *done) {
    uint64_t slice = ohm_crossbar_definition(crossbar)->fuse;
    *done = 0;
    if (steps > OHM_MAX_STEP - ohm_crossbar_step(crossbar))
        return ohm_crossbar_advance(crossbar, steps); // refused, before any is done
    while (*done < steps && !cli_caught()) {
        const uint64_t left = steps - *done, now = slice < left ? slice : left;
        const double start = progress_clock();
        const ohm_status status = ohm_crossbar_advance(crossbar, now);
        if (status) return status;
        *done += now;
        if (progress_clock() - start < SLICE) slice *= 2;
    }
    return OHM_OK;
}

// Trains in slices that grow until they take long enough.
static ohm_status learn(ohm_training *training, uint64_t samples, uint64_t *done) {
    uint64_t slice = 1, now = 1;
    *done = 0;
    while (*done < samples && now && !ohm_training_is_over(training) && !cli_caught()) {
        const uint64_t left = samples - *done;
        const double start = progress_clock();
        const ohm_status status = ohm_training_advance(training, slice < left ? slice : left, &now);
        if (status) return status;
        *done += now;
        if (progress_clock() - start < SLICE) slice *= 2;
    }
    return OHM_OK;
}

// Takes samples of the neurons' membranes on the way, of the steps that can be seen.
static ohm_status step_neurons(simulation *s, const simulation_order *o, uint64_t *done) {
    const uint64_t seen = o->activity.steps, interval = membranes_interval(s->crossbar, seen);
    uint64_t now = o->steps > seen ? o->steps - seen : 0;
    *done = 0;
    ohm_status status = now ? simulation_advance(s->crossbar, now, done) : OHM_OK;
    if (!status) status = membranes_sample(&s->membranes, s->crossbar);
    while (!status && *done < o->steps && !cli_caught()) {
        const uint64_t next = interval - ohm_crossbar_step(s->crossbar) % interval, left = o->steps - *done;
        status = simulation_advance(s->crossbar, next < left ? next : left, &now);
        *done += now;
        if (!status) status = membranes_sample(&s->membranes, s->crossbar);
    }
    return status;
}

static ohm_status step(simulation *s, const simulation_order *o, uint64_t *done) {
    if (o->training) return learn(o->training, o->steps, done);
    if (o->activity.wanted) return step_neurons(s, o, done);
    return simulation_advance(s->crossbar, o->steps, done);
}

// ---- Carrying out an order --------------------------------------------------------------------

static ohm_status make_room(simulation *s, const ohm_view *v) {
    const size_t pixels = (size_t)v->width * v->height;
    if (pixels <= s->pixels) return OHM_OK;
    free(s->image);
    s->pixels = 0;
    s->image = malloc(pixels * sizeof *s->image);
    if (!s->image) return ohm_fail_memory("a picture");
    s->pixels = pixels;
    return OHM_OK;
}

static ohm_status draw_weights(simulation *s, const simulation_order *o) {
    const size_t count = (size_t)o->view.width * o->view.height;
    ohm_status status = make_room(s, &o->view);
    if (!status) status = ohm_training_weights(o->training, o->layer, s->image);
    if (status) return status;
    ohm_extremes e = {INFINITY, -INFINITY};
    for (size_t i = 0; i < count; i++) {
        e.least = fminf(e.least, s->image[i]);
        e.greatest = fmaxf(e.greatest, s->image[i]);
    }
    s->result.extremes = e.least <= e.greatest ? e : (ohm_extremes){NAN, NAN};
    return OHM_OK;
}

// Returns when the picture is complete, whether in the buffer or on the host.
static ohm_status draw(simulation *s, const simulation_order *o) {
    ohm_extremes *const extremes = &s->result.extremes;
    if (o->tiles && o->training) return draw_weights(s, o);
    if (o->buffer) return ohm_crossbar_view_cl_extremes(s->crossbar, &o->view, o->buffer, extremes);
    const ohm_status status = make_room(s, &o->view);
    return status ? status : ohm_crossbar_view_extremes(s->crossbar, &o->view, s->image, extremes);
}

static void sample_weights(simulation *s, const simulation_order *o) {
    const size_t side = SIMULATION_SAMPLE;
    for (size_t i = 0; i < side * side; i++) {
        const size_t row = i / side * o->view.height / side, col = i % side * o->view.width / side;
        s->sample[i] = s->image[row * o->view.width + col];
    }
}

// The sample has SIMULATION_SAMPLE² synapses, evenly over the view.
static ohm_status measure(simulation *s, const simulation_order *o) {
    ohm_view sample = o->view;
    sample.width = sample.height = SIMULATION_SAMPLE;
    sample.reduction = OHM_NEAREST;
    ohm_status status = ohm_crossbar_statistics(s->crossbar, &s->result.statistics);
    if (o->tiles && o->training)
        sample_weights(s, o);
    else if (!status)
        status = ohm_crossbar_view(s->crossbar, &sample, s->sample);
    if (!status && o->stimulus.width) status = ohm_crossbar_view(s->crossbar, &o->stimulus, s->field);
    return status;
}

static ohm_status trace(simulation *s, const simulation_order *o) {
    float value[OHM_QUANTITIES];
    const ohm_status status = ohm_crossbar_probe(s->crossbar, o->trace_row, o->trace_col, value);
    if (status) return status;
    s->result.trace_voltage = value[OHM_VOLTAGE];
    s->result.trace_current = value[OHM_CURRENT];
    return OHM_OK;
}

static ohm_status probe(simulation *s, const simulation_order *o) {
    ohm_status status = ohm_crossbar_probe(s->crossbar, o->probe_row, o->probe_col, s->result.value);
    ohm_view area = o->area;
    area.width = area.height = 1;
    for (int i = 0; i < OHM_NEAREST && !status; i++) {
        area.reduction = (ohm_reduction)i;
        status = ohm_crossbar_view(s->crossbar, &area, &s->result.area[i]);
    }
    return status;
}

static void keep_error(simulation_result *r) {
    snprintf(r->message, sizeof r->message, "%s", ohm_error_message());
    snprintf(r->hint, sizeof r->hint, "%s", ohm_error_hint() ? ohm_error_hint() : "");
}

static void carry_out(simulation *s) {
    simulation_result *r = &s->result;
    const simulation_order *o = &r->order;
    const double start = progress_clock();
    r->status = step(s, o, &r->steps);
    r->torn = r->status == OHM_DEVICE_FAILED;
    const double stepped = progress_clock();
    if (!r->status) r->status = draw(s, o);
    const double drawn = progress_clock();
    if (!r->status && o->statistics) r->status = measure(s, o);
    if (!r->status && o->probe) r->status = probe(s, o);
    if (!r->status && o->trace) r->status = trace(s, o);
    if (!r->status && o->bars) r->status = bars_read(s->crossbar, &o->view, &s->bars);
    if (!r->status && o->activity.wanted)
        r->status = activity_read(s->crossbar, &o->activity, &s->membranes, &s->activity);
    if (r->status) keep_error(r);
    r->step = ohm_crossbar_step(s->crossbar);
    r->image = o->buffer ? NULL : s->image;
    r->sample = s->sample;
    r->field = s->field;
    r->bars = &s->bars;
    r->activity = &s->activity;
    r->idle = ohm_crossbar_idle_time(s->crossbar);
    r->step_seconds = stepped - start;
    r->view_seconds = drawn - stepped;
    r->statistics_seconds = progress_clock() - drawn;
}

// Where stepping and drawing share the cores, as the native engine and software OpenGL do, drawing comes
// first, so that the window stays responsive. The native engine's threads are started by this one and inherit
// its niceness.
#define NICENESS 10

static void *work(void *object) {
    simulation *s = object;
    setpriority(PRIO_PROCESS, 0, NICENESS); // of this thread, on Linux
    pthread_mutex_lock(&s->mutex);
    for (;;) {
        while (!s->busy && !s->ending) pthread_cond_wait(&s->changed, &s->mutex);
        if (s->ending) break;
        pthread_mutex_unlock(&s->mutex);
        carry_out(s);
        pthread_mutex_lock(&s->mutex);
        s->busy = false;
        pthread_cond_broadcast(&s->changed);
    }
    pthread_mutex_unlock(&s->mutex);
    return NULL;
}

// ---- From outside -----------------------------------------------------------------------------

ohm_status simulation_create(ohm_crossbar *crossbar, simulation **out) {
    *out = NULL;
    simulation *s = calloc(1, sizeof *s);
    float *sample = calloc((size_t)SIMULATION_SAMPLE * SIMULATION_SAMPLE, sizeof *sample);
    if (!s || !sample) {
        free(s);
        free(sample);
        return ohm_fail_memory("a simulation");
    }
    s->crossbar = crossbar;
    s->sample = sample;
    pthread_condattr_t attributes;
    pthread_condattr_init(&attributes);
    pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
    pthread_cond_init(&s->changed, &attributes);
    pthread_condattr_destroy(&attributes);
    pthread_mutex_init(&s->mutex, NULL);
    s->result.step = ohm_crossbar_step(crossbar);
    if (pthread_create(&s->thread, NULL, work, s)) {
        free(sample);
        free(s);
        return ohm_fail_memory("a thread");
    }
    *out = s;
    return OHM_OK;
}

void simulation_destroy(simulation *s) {
    if (!s) return;
    pthread_mutex_lock(&s->mutex);
    s->ending = true;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->mutex);
    pthread_join(s->thread, NULL);
    pthread_cond_destroy(&s->changed);
    pthread_mutex_destroy(&s->mutex);
    bars_free(&s->bars);
    membranes_free(&s->membranes);
    activity_free(&s->activity);
    free(s->image);
    free(s->sample);
    free(s);
}

void simulation_use(simulation *s, ohm_crossbar *crossbar) {
    pthread_mutex_lock(&s->mutex);
    assert(!s->busy);
    s->crossbar = crossbar;
    pthread_mutex_unlock(&s->mutex);
}

void simulation_start(simulation *s, const simulation_order *order) {
    pthread_mutex_lock(&s->mutex);
    assert(!s->busy);
    s->result.order = *order;
    s->busy = true;
    pthread_cond_broadcast(&s->changed);
    pthread_mutex_unlock(&s->mutex);
}

bool simulation_wait(simulation *s, double seconds) {
    struct timespec until;
    clock_gettime(CLOCK_MONOTONIC, &until);
    until.tv_sec += (time_t)seconds;
    until.tv_nsec += (long)((seconds - (double)(time_t)seconds) * 1e9);
    if (until.tv_nsec >= 1000000000) {
        until.tv_nsec -= 1000000000;
        until.tv_sec++;
    }
    pthread_mutex_lock(&s->mutex);
    while (s->busy && pthread_cond_timedwait(&s->changed, &s->mutex, &until) != ETIMEDOUT) {
    }
    const bool idle = !s->busy;
    pthread_mutex_unlock(&s->mutex);
    return idle;
}

const simulation_result *simulation_last(const simulation *s) {
    return &s->result;
}
