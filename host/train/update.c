// See update.h. Stochastic pulses are those of Gokmen and Vlasov, Front. Neurosci. 10, 333 (2016); tiki-taka
// is that of Gokmen and Haensch, Front. Neurosci. 14, 103 (2020).
#include "update.h"
#include "../base/error.h"
#include "draw.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define SIGN 0x80000000u

static double largest(const float *values, uint64_t n, double most) {
    for (uint64_t i = 0; i < n; i++)
        if (fabs((double)values[i]) > most) most = fabs((double)values[i]);
    return most;
}

// ---- Trains -----------------------------------------------------------------------------------

// An update of an array by pulses that change weights by x·d in the mean.
typedef struct trains {
    layer *layer;
    int array;
    unsigned slots;
    double per_x, per_d; // the probability of a pulse for an x of 1, and for a d of 1
} trains;

// The products of both probabilities, of the slots and of a pulse's step are the change. As aihwkit, both
// have the same factor, or, balanced, such ones that both have the same largest probability.
static trains trains_for(layer *l, int array, const settings *s, double rate, double x, double d) {
    const double product = rate / (l->step * s->slots), same = sqrt(product);
    const double shift = s->balance && x > 0 && d > 0 ? sqrt(d / x) : 1;
    return (trains){l, array, s->slots, same * shift, same / shift};
}

static uint32_t train_of(const trains *t, bool columns, uint64_t line, double value) {
    const layer *l = t->layer;
    const double p = fabs(value) * (columns ? t->per_d : t->per_x);
    return draw_train(l->seed[t->array], columns, l->updates[t->array], (uint32_t)line, p, t->slots);
}

// Of rows, the last of which is the bias.
static void make_rows(const trains *t, const float *x) {
    const layer *l = t->layer;
    for (uint64_t i = 0; i < l->rows; i++) {
        const double value = i < l->inputs ? (double)x[i] : 1;
        l->train[0][i] = value != 0 ? train_of(t, false, i, value) | (value < 0 ? SIGN : 0) : 0;
    }
}

// Of the columns of a pair, which are pulsed in opposite ways. d is the change that is wanted of a weight
// whose x is 1.
static void make_columns(const trains *t, const float *d, double factor) {
    const layer *l = t->layer;
    for (uint64_t j = 0; j < l->outputs; j++) {
        const double value = (double)d[j] * factor;
        const uint32_t sign = (value < 0) != l->device.inverted ? SIGN : 0;
        l->train[1][2 * j] = value != 0 ? train_of(t, true, 2 * j, value) | sign : 0;
        l->train[1][2 * j + 1] = value != 0 ? train_of(t, true, 2 * j + 1, value) | (sign ^ SIGN) : 0;
    }
}

static ohm_status send(const trains *t, uint64_t *pulses) {
    layer *l = t->layer;
    uint64_t count = 0;
    l->updates[t->array]++;
    const ohm_status status = ohm_crossbar_pulse(l->array[t->array], l->device.amplitude, t->slots,
                                                 l->train[0], l->train[1], &count);
    *pulses += count;
    return status;
}

static ohm_status stochastic(layer *l, int array, const settings *s, double rate, const float *x,
                             const float *delta, uint64_t *pulses) {
    const trains t = trains_for(l, array, s, rate, largest(x, l->inputs, 1), largest(delta, l->outputs, 0));
    make_rows(&t, x);
    make_columns(&t, delta, -1);
    return send(&t, pulses);
}

// ---- Tiki-taka --------------------------------------------------------------------------------

// Adds a part of a row of the fast weights to the slow ones.
static ohm_status transfer(layer *l, const settings *s, uint64_t row, uint64_t *pulses) {
    float *fast = malloc(l->outputs * sizeof *fast);
    if (!fast) return ohm_fail_memory("a transfer");
    const trains t = {l, LAYER_SLOW, s->slots, 1, 1 / (l->step * s->slots)};
    ohm_status status = layer_read_row(l, LAYER_FAST, row, fast);
    memset(l->train[0], 0, l->rows * sizeof *l->train[0]);
    l->train[0][row] = (1u << s->slots) - 1;
    if (!status) make_columns(&t, fast, s->transfer_rate);
    if (!status) status = send(&t, pulses);
    free(fast);
    return status;
}

static ohm_status tiki_taka(layer *l, const settings *s, double rate, const float *x, const float *delta,
                            uint64_t *pulses) {
    const ohm_status status = stochastic(l, LAYER_FAST, s, rate, x, delta, pulses);
    const uint64_t updates = l->updates[LAYER_FAST];
    if (status || updates % s->transfer_every) return status;
    return transfer(l, s, updates / s->transfer_every % l->rows, pulses);
}

// ---- Ideal ------------------------------------------------------------------------------------

static ohm_status ideal(layer *l, double rate, const float *x, const float *delta) {
    float *const rows = l->line[0], *const cols = l->line[1];
    const double unit = rate * l->scale / 2 * l->device.per_siemens;
    for (uint64_t i = 0; i < l->rows; i++) rows[i] = i < l->inputs ? x[i] : 1;
    for (uint64_t j = 0; j < l->outputs; j++) {
        cols[2 * j] = (float)(-unit * (double)delta[j]);
        cols[2 * j + 1] = -cols[2 * j];
    }
    return ohm_crossbar_add_outer(l->array[LAYER_SLOW], rows, cols);
}

// ---- Manhattan --------------------------------------------------------------------------------

// One sample's gradient has the signs of its inputs and its deltas: one slot of pulses on lines.
static ohm_status pulse_signs(layer *l, const float *x, const float *delta, uint64_t *pulses) {
    const trains t = {l, LAYER_SLOW, 1, 1, 1};
    for (uint64_t i = 0; i < l->rows; i++) {
        const float value = i < l->inputs ? x[i] : 1;
        l->train[0][i] = value > 0 ? 1 : value < 0 ? 1 | SIGN : 0;
    }
    for (uint64_t j = 0; j < l->outputs; j++) {
        const uint32_t sign = (delta[j] > 0) != l->device.inverted ? SIGN : 0;
        l->train[1][2 * j] = delta[j] != 0 ? 1 | sign : 0;
        l->train[1][2 * j + 1] = delta[j] != 0 ? 1 | (sign ^ SIGN) : 0;
    }
    return send(&t, pulses);
}

static double gradient_of(const layer *l, uint64_t count, const float *x, const float *delta, uint64_t i,
                          uint64_t j) {
    double sum = 0;
    for (uint64_t v = 0; v < count; v++)
        sum += (i < l->inputs ? (double)x[v * l->inputs + i] : 1) * (double)delta[v * l->outputs + j];
    return sum;
}

// Each device by the sign of its own gradient.
static ohm_status pulse_each(layer *l, uint64_t count, const float *x, const float *delta, uint64_t *pulses) {
    float *volts = calloc(l->rows * l->cols, sizeof *volts);
    if (!volts) return ohm_fail_memory("voltages of devices");
    const float up = (float)(l->device.inverted ? -l->device.amplitude : l->device.amplitude);
    for (uint64_t i = 0; i < l->rows; i++)
        for (uint64_t j = 0; j < l->outputs; j++) {
            const double gradient = gradient_of(l, count, x, delta, i, j);
            if (gradient == 0) continue;
            volts[i * l->cols + 2 * j] = gradient < 0 ? up : -up;
            volts[i * l->cols + 2 * j + 1] = gradient < 0 ? -up : up;
            *pulses += 2;
        }
    l->updates[LAYER_SLOW]++;
    const ohm_status status = ohm_crossbar_hold(l->array[LAYER_SLOW], 1, volts);
    free(volts);
    return status;
}

// ---- All --------------------------------------------------------------------------------------

static ohm_status update_one(layer *l, const settings *s, double rate, const float *x, const float *delta,
                             uint64_t *pulses) {
    switch (s->update) {
    case TRAIN_IDEAL: return ideal(l, rate, x, delta);
    case TRAIN_TIKI_TAKA: return tiki_taka(l, s, rate, x, delta, pulses);
    default: return stochastic(l, LAYER_SLOW, s, rate, x, delta, pulses);
    }
}

ohm_status layer_update(layer *l, const settings *s, double rate, uint64_t count, const float *x,
                        const float *delta, uint64_t *pulses) {
    ohm_status status = OHM_OK;
    if (s->update == TRAIN_MANHATTAN)
        return count == 1 ? pulse_signs(l, x, delta, pulses) : pulse_each(l, count, x, delta, pulses);
    for (uint64_t v = 0; v < count && !status; v++)
        status = update_one(l, s, rate / (double)count, x + v * l->inputs, delta + v * l->outputs, pulses);
    return status;
}
