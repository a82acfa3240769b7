#include "activity.h"

#include <stdlib.h>
#include <string.h>

// ---- The past of the membranes ----------------------------------------------------------------

#define MOST_BYTES ((size_t)64 << 20) // of the samples of all neurons
#define LEAST_SAMPLES 16

static size_t capacity_of(uint64_t neurons) {
    const uint64_t fit = MOST_BYTES / (2 * sizeof(float)) / (neurons ? neurons : 1);
    return fit > ACTIVITY_SAMPLES ? ACTIVITY_SAMPLES : fit < LEAST_SAMPLES ? LEAST_SAMPLES : (size_t)fit;
}

uint64_t membranes_interval(const ohm_crossbar *c, uint64_t steps) {
    const size_t capacity = capacity_of(ohm_crossbar_neurons(c));
    return steps <= capacity ? 1 : (steps + capacity - 1) / capacity;
}

void membranes_free(membranes *m) {
    free(m->potential);
    free(m->threshold);
    free(m->step);
    free(m->values);
    *m = (membranes){0};
}

static ohm_status make_membranes(membranes *m, uint64_t neurons) {
    if (m->neurons == neurons) return OHM_OK;
    membranes_free(m);
    m->capacity = capacity_of(neurons);
    m->potential = malloc(m->capacity * neurons * sizeof *m->potential);
    m->threshold = malloc(m->capacity * neurons * sizeof *m->threshold);
    m->step = malloc(m->capacity * sizeof *m->step);
    m->values = malloc(neurons * sizeof *m->values);
    if (m->potential && m->threshold && m->step && m->values) {
        m->neurons = neurons;
        return OHM_OK;
    }
    membranes_free(m);
    return ohm_fail_memory("the membranes of neurons");
}

static ohm_status read_line(membranes *m, const ohm_crossbar *c, ohm_neuron_quantity q, float *line) {
    const ohm_status status = ohm_crossbar_read_neurons(c, q, m->values);
    for (uint64_t i = 0; i < m->neurons && !status; i++) line[i] = (float)m->values[i];
    return status;
}

ohm_status membranes_sample(membranes *m, const ohm_crossbar *c) {
    const uint64_t step = ohm_crossbar_step(c);
    ohm_status status = make_membranes(m, ohm_crossbar_neurons(c));
    if (status) return status;
    const uint64_t last = m->count ? m->step[(m->count - 1) % m->capacity] : 0;
    if (m->count && step == last) return OHM_OK;
    if (m->count && step < last) m->count = 0;
    const size_t at = m->count % m->capacity;
    status = read_line(m, c, OHM_NEURON_MEMBRANE, m->potential + at * m->neurons);
    if (!status) status = read_line(m, c, OHM_NEURON_THRESHOLD, m->threshold + at * m->neurons);
    if (status) return status;
    m->step[at] = step;
    m->count++;
    return OHM_OK;
}

// ---- Spikes -----------------------------------------------------------------------------------

#define CHUNK 4096 // spikes that are read at once

// The number of the first spike of a step or a later one: they are in the order of their steps.
static ohm_status find_spike(const ohm_crossbar *c, uint64_t step, uint64_t count, uint64_t *found) {
    uint64_t low = 0, high = count;
    while (low < high) {
        const uint64_t middle = low + (high - low) / 2;
        ohm_spike spike;
        const ohm_status status = ohm_crossbar_read_spikes(c, middle, 1, &spike);
        if (status) return status;
        if (spike.step < step)
            low = middle + 1;
        else
            high = middle;
    }
    *found = low;
    return OHM_OK;
}

// Keeps the last ACTIVITY_SAMPLES steps at which the neuron fired.
static void note_fired(activity *a, const ohm_spike *spikes, size_t count) {
    for (size_t i = 0; i < count; i++) {
        if (spikes[i].neuron != a->neuron) continue;
        if (a->fired == ACTIVITY_SAMPLES)
            memmove(a->fired_at, a->fired_at + 1, --a->fired * sizeof *a->fired_at);
        a->fired_at[a->fired++] = spikes[i].step;
    }
}

static ohm_status count_spikes(const ohm_crossbar *c, activity *a) {
    ohm_spike spikes[CHUNK];
    const uint64_t count = ohm_crossbar_spike_count(c);
    uint64_t next;
    ohm_status status = find_spike(c, a->first, count, &next);
    a->spikes = status ? 0 : count - next;
    while (!status && next < count) {
        const size_t now = count - next < CHUNK ? (size_t)(count - next) : CHUNK;
        status = ohm_crossbar_read_spikes(c, next, now, spikes);
        if (status) break;
        raster_count(&a->shape, a->first, spikes, now, a->bins);
        note_fired(a, spikes, now);
        next += now;
    }
    return status;
}

// ---- Reading ----------------------------------------------------------------------------------

static ohm_status make_bins(activity *a) {
    const size_t bins = (size_t)a->shape.width * a->shape.height;
    if (bins > a->room) {
        free(a->bins);
        a->room = 0;
        a->bins = malloc(bins * sizeof *a->bins);
        if (!a->bins) return ohm_fail_memory("a spike raster");
        a->room = bins;
    }
    if (bins) memset(a->bins, 0, bins * sizeof *a->bins);
    return OHM_OK;
}

static void take_samples(const membranes *m, activity *a) {
    const size_t kept = m->count < m->capacity ? m->count : m->capacity;
    a->samples = 0;
    for (size_t i = m->count - kept; i < m->count; i++) {
        const size_t at = i % m->capacity;
        const size_t place = at * m->neurons + a->neuron;
        if (m->step[at] < a->first) continue;
        a->sample[a->samples++] = (activity_sample){m->step[at], m->potential[place], m->threshold[place]};
    }
}

// The neuron's values now. The membranes' scratch space is ours to use.
static ohm_status take_present(const ohm_crossbar *c, const membranes *m, activity *a) {
    double *const out[OHM_NEURON_QUANTITIES] = {[OHM_NEURON_MEMBRANE] = &a->potential,
                                                [OHM_NEURON_THRESHOLD] = &a->threshold,
                                                [OHM_NEURON_CURRENT] = &a->current};
    for (int q = 0; q < OHM_NEURON_QUANTITIES; q++) {
        if (!out[q]) continue;
        const ohm_status status = ohm_crossbar_read_neurons(c, (ohm_neuron_quantity)q, m->values);
        if (status) return status;
        *out[q] = m->values[a->neuron];
    }
    return OHM_OK;
}

ohm_status activity_read(const ohm_crossbar *c, const activity_order *o, const membranes *m, activity *a) {
    a->neurons = ohm_crossbar_neurons(c);
    a->step = ohm_crossbar_step(c);
    a->steps = o->steps;
    a->neuron = o->neuron < a->neurons ? o->neuron : a->neurons - 1;
    a->shape = raster_shape_of(a->neurons, o->steps, o->width, o->height);
    a->first = raster_first(&a->shape, a->step);
    a->fired = 0;
    a->most = 0;
    ohm_status status = make_bins(a);
    if (!status) status = count_spikes(c, a);
    if (!status) status = take_present(c, m, a);
    if (status) return status;
    for (size_t i = 0; i < (size_t)a->shape.width * a->shape.height; i++)
        if (a->bins[i] > a->most) a->most = a->bins[i];
    take_samples(m, a);
    return OHM_OK;
}

// ---- Copies -----------------------------------------------------------------------------------

ohm_status activity_copy(activity *to, const activity *from) {
    uint16_t *bins = to->bins;
    size_t room = to->room;
    const size_t count = (size_t)from->shape.width * from->shape.height;
    if (count > room) {
        free(bins);
        bins = malloc(count * sizeof *bins);
        room = bins ? count : 0;
    }
    *to = *from;
    to->bins = bins;
    to->room = room;
    if (count > room) {
        to->neurons = 0;
        return ohm_fail_memory("a spike raster");
    }
    if (count) memcpy(bins, from->bins, count * sizeof *bins);
    return OHM_OK;
}

void activity_free(activity *a) {
    free(a->bins);
    a->bins = NULL;
    a->room = 0;
}
