// See layer.h.
//
// Inputs are driven as voltages whose largest, by size, is the end of the DAC's range, or 1 V, and outputs
// are scaled back: gradients would fall below the DAC's first code otherwise.
#include "layer.h"
#include "../array/converters.h"
#include "../base/error.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define HALVINGS 32

// ---- Making -----------------------------------------------------------------------------------

void layer_free(layer *l) {
    for (int i = 0; i < LAYER_ARRAYS; i++) ohm_crossbar_destroy(l->array[i]);
    for (int i = 0; i < 2; i++) {
        free(l->line[i]);
        free(l->train[i]);
    }
    free(l->volts);
    free(l->amperes);
    ohm_wires_free(l->wires);
    *l = (layer){0};
}

static ohm_status make_room(layer *l, uint64_t batch) {
    const uint64_t side = l->rows > l->cols ? l->rows : l->cols;
    l->volts = malloc(batch * side * sizeof *l->volts);
    l->amperes = malloc(batch * side * sizeof *l->amperes);
    bool done = l->volts && l->amperes;
    for (int i = 0; i < 2; i++) {
        l->line[i] = malloc((i ? l->cols : l->rows) * sizeof *l->line[i]);
        l->train[i] = malloc((i ? l->cols : l->rows) * sizeof *l->train[i]);
        done = done && l->line[i] && l->train[i];
    }
    return done ? OHM_OK : ohm_fail_memory("a layer");
}

ohm_status layer_prepare(layer *l, const settings *s) {
    ohm_status status = train_device_find(l->array[LAYER_SLOW], s->voltage, &l->device);
    if (!status) status = make_room(l, settings_room(s));
    if (!status) status = layer_set_readout(l, s);
    l->scale = (l->device.high - l->device.low) / s->range;
    l->step = 2 * l->device.step / l->scale;
    l->gain = 1;
    return status;
}

ohm_status layer_set_readout(layer *l, const settings *s) {
    const char *wires = s->text[TRAIN_KEY_wires];
    ohm_wires *made = NULL;
    const ohm_status status = wires ? ohm_wires_read(wires, l->rows, l->cols, &made) : OHM_OK;
    if (status) return status;
    ohm_wires_free(l->wires);
    l->wires = made;
    l->readout = ohm_readout_default();
    l->readout.dac = s->readout.dac;
    l->readout.wires = made;
    l->adc = s->readout.adc;
    l->calibrated = s->calibrated;
    l->full = s->readout.adc_full && !s->calibrated;
    return OHM_OK;
}

// ---- Reading ----------------------------------------------------------------------------------

static double full_volts(const layer *l) {
    return l->readout.dac.bits ? l->readout.dac.high : 1;
}

static double largest(const float *values, uint64_t n, double most) {
    for (uint64_t i = 0; i < n; i++)
        if (fabs((double)values[i]) > most) most = fabs((double)values[i]);
    return most;
}

static ohm_status read_lines(layer *l, int array, bool transposed, uint64_t count) {
    l->readout.transposed = transposed;
    l->readout.reading = l->readings;
    l->readings += count;
    return ohm_crossbar_readout(l->array[array], &l->readout, count, l->volts, l->amperes);
}

// The ADC for some currents: a calibrated one has seen them.
static ohm_converter adc_for(layer *l, int way, const float *amperes, uint64_t n) {
    ohm_converter adc = l->adc;
    const uint64_t lines = way == LAYER_FORWARD ? l->rows : l->cols;
    if (!adc.bits) return adc;
    if (l->calibrated && !(l->frozen && l->reach[way] > 0))
        l->reach[way] = largest(amperes, n, l->reach[way]);
    if (l->full) adc.high = full_volts(l) * (double)lines * (l->device.high - l->device.low);
    if (l->calibrated) adc.high = l->reach[way] > 0 ? l->reach[way] : 1;
    if (l->full || l->calibrated) adc.low = -adc.high;
    return adc;
}

// Converts currents, in place.
static void convert(layer *l, int way, float *amperes, uint64_t n) {
    const ohm_converter adc = adc_for(l, way, amperes, n);
    for (uint64_t i = 0; adc.bits && i < n; i++)
        amperes[i] = (float)converter_apply(&adc, (double)amperes[i]);
}

// The differences of pairs, to the front of the array.
static void subtract(float *amperes, uint64_t pairs) {
    for (uint64_t j = 0; j < pairs; j++) amperes[j] = amperes[2 * j] - amperes[2 * j + 1];
}

// A vector and its bias as voltages; returns what 1 V stands for.
static double drive_rows(const layer *l, const float *x, float *volts) {
    const double most = largest(x, l->inputs, 1), full = full_volts(l);
    for (uint64_t i = 0; i < l->inputs; i++) volts[i] = (float)((double)x[i] / most * full);
    volts[l->inputs] = (float)(1 / most * full);
    return most / full;
}

ohm_status layer_forward(layer *l, uint64_t count, const float *x, float *z) {
    for (uint64_t v = 0; v < count; v++) drive_rows(l, x + v * l->inputs, l->volts + v * l->rows);
    const ohm_status status = read_lines(l, LAYER_SLOW, false, count);
    if (status) return status;
    for (uint64_t v = 0; v < count; v++) {
        float *amperes = l->amperes + v * l->cols;
        const double most = largest(x + v * l->inputs, l->inputs, 1);
        const double unit = most / full_volts(l) / l->scale * l->gain;
        subtract(amperes, l->outputs);
        convert(l, LAYER_FORWARD, amperes, l->outputs);
        for (uint64_t j = 0; j < l->outputs; j++) z[v * l->outputs + j] = (float)((double)amperes[j] * unit);
    }
    return OHM_OK;
}

ohm_status layer_backward(layer *l, uint64_t count, const float *delta, float *back) {
    const double full = full_volts(l);
    for (uint64_t v = 0; v < count; v++) {
        const float *from = delta + v * l->outputs;
        const double most = largest(from, l->outputs, 0), unit = most > 0 ? full / most : 0;
        for (uint64_t j = 0; j < l->outputs; j++) {
            l->volts[v * l->cols + 2 * j] = (float)((double)from[j] * unit);
            l->volts[v * l->cols + 2 * j + 1] = -l->volts[v * l->cols + 2 * j];
        }
    }
    const ohm_status status = read_lines(l, LAYER_SLOW, true, count);
    if (status) return status;
    for (uint64_t v = 0; v < count; v++) {
        const double unit = largest(delta + v * l->outputs, l->outputs, 0) / full / l->scale;
        convert(l, LAYER_BACKWARD, l->amperes + v * l->rows, l->inputs);
        for (uint64_t i = 0; i < l->inputs; i++)
            back[v * l->inputs + i] = (float)((double)l->amperes[v * l->rows + i] * unit);
    }
    return OHM_OK;
}

ohm_status layer_read_row(layer *l, int array, uint64_t row, float *weights) {
    memset(l->volts, 0, l->rows * sizeof *l->volts);
    l->volts[row] = (float)full_volts(l);
    const ohm_status status = read_lines(l, array, false, 1);
    if (status) return status;
    subtract(l->amperes, l->outputs);
    for (uint64_t j = 0; j < l->outputs; j++)
        weights[j] = (float)((double)l->amperes[j] / full_volts(l) / l->scale);
    return OHM_OK;
}

ohm_status layer_reference(layer *l, double *amperes) {
    for (uint64_t i = 0; i < l->rows; i++) l->volts[i] = (float)full_volts(l);
    const ohm_status status = read_lines(l, LAYER_SLOW, false, 1);
    *amperes = 0;
    for (uint64_t j = 0; j < l->cols && !status; j++) *amperes += (double)l->amperes[j];
    return status;
}

ohm_status layer_read(layer *l, int array, float *weights) {
    float *row = malloc(l->cols * sizeof *row);
    ohm_status status = row ? OHM_OK : ohm_fail_memory("weights");
    for (uint64_t i = 0; i < l->rows && !status; i++) {
        status = ohm_crossbar_read_quantity(l->array[array], OHM_CONDUCTANCE, i, 1, row);
        for (uint64_t j = 0; j < l->outputs && !status; j++)
            weights[i * l->outputs + j] = (float)(((double)row[2 * j] - (double)row[2 * j + 1]) / l->scale);
    }
    free(row);
    return status;
}

// ---- Writing ----------------------------------------------------------------------------------

typedef struct search {
    uint64_t devices;
    float *low, *high, *state, *read; // [devices]
} search;

static float target_of(const layer *l, const float *weights, uint64_t i) {
    const uint64_t row = i / l->cols, column = i % l->cols;
    const double w = weights ? (double)weights[row * l->outputs + column / 2] : 0;
    return (float)((l->device.low + l->device.high) / 2 + (column % 2 ? -w : w) * l->scale / 2);
}

// Halves what the state of every device can be. Devices may differ, so they are read at each.
static ohm_status halve(const layer *l, ohm_crossbar *c, const search *s, const float *weights, bool rises) {
    const ohm_rectangle all = {0, 0, l->rows, l->cols};
    for (uint64_t i = 0; i < s->devices; i++)
        s->state[i] = (float)(((double)s->low[i] + (double)s->high[i]) / 2);
    ohm_status status = ohm_crossbar_set_states(c, all, s->state);
    if (!status) status = ohm_crossbar_read_quantity(c, OHM_CONDUCTANCE, 0, l->rows, s->read);
    for (uint64_t i = 0; i < s->devices && !status; i++) {
        const bool below = s->read[i] < target_of(l, weights, i);
        *(below == rises ? &s->low[i] : &s->high[i]) = s->state[i];
    }
    return status;
}

ohm_status layer_write(layer *l, int array, const float *weights) {
    ohm_crossbar *c = l->array[array];
    double low, high;
    search s = {.devices = l->rows * l->cols};
    float *room = malloc(4 * s.devices * sizeof *room);
    ohm_crossbar_range(c, OHM_STATE, &low, &high);
    if (!room) return ohm_fail_memory("a layer's states");
    s.low = room, s.high = room + s.devices, s.state = s.high + s.devices, s.read = s.state + s.devices;
    for (uint64_t i = 0; i < s.devices; i++) s.low[i] = (float)low, s.high[i] = (float)high;
    ohm_status status = OHM_OK;
    for (int i = 0; i < HALVINGS && !status; i++) status = halve(l, c, &s, weights, l->device.rises);
    free(room);
    return status;
}
