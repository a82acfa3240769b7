// A network's passes: forward through all layers, backward, and the updates.
#define OHM_LANES 1
#include "network.h"
#include "../../kernels/elementary.h"
#include "update.h"

#include <math.h>
#include <string.h>

// ---- Functions --------------------------------------------------------------------------------
// Made of what has the same bits on every machine.

static float sigmoid(float z) {
    return 1 / (1 + v_exp(-z));
}

static float activate(train_activation a, float z) {
    if (a == TRAIN_SIGMOID) return sigmoid(z);
    if (a == TRAIN_TANH) return 2 * sigmoid(2 * z) - 1;
    return z > 0 ? z : 0;
}

// The slope where the function has the value y.
static float slope(train_activation a, float y) {
    if (a == TRAIN_SIGMOID) return y * (1 - y);
    if (a == TRAIN_TANH) return 1 - y * y;
    return y > 0 ? 1 : 0;
}

static void softmax(float *z, uint64_t n) {
    float most = z[0];
    double sum = 0;
    for (uint64_t i = 1; i < n; i++)
        if (z[i] > most) most = z[i];
    for (uint64_t i = 0; i < n; i++) sum += (double)(z[i] = v_exp(z[i] - most));
    for (uint64_t i = 0; i < n; i++) z[i] = (float)((double)z[i] / sum);
}

uint32_t network_guess(const float *p, uint64_t n) {
    uint32_t best = 0;
    for (uint32_t i = 1; i < n; i++)
        if (p[i] > p[best]) best = i;
    return best;
}

// ---- Passes -----------------------------------------------------------------------------------

ohm_status network_forward(ohm_training *t, uint64_t count) {
    ohm_status status = OHM_OK;
    for (size_t i = 0; i < t->layers && !status; i++) {
        layer *l = &t->layer[i];
        float *z = t->value[i + 1];
        status = layer_forward(l, count, t->value[i], z);
        if (i + 1 < t->layers)
            for (uint64_t j = 0; j < count * l->outputs; j++) z[j] = activate(t->settings.activation, z[j]);
        else
            for (uint64_t v = 0; v < count; v++) softmax(z + v * l->outputs, l->outputs);
    }
    return status;
}

ohm_status network_backward(ohm_training *t, uint64_t count, const uint32_t *label) {
    const size_t last = t->layers;
    const uint64_t classes = t->layer[last - 1].outputs;
    ohm_status status = OHM_OK;
    memcpy(t->delta[last], t->value[last], count * classes * sizeof *t->delta[last]);
    for (uint64_t v = 0; v < count; v++) t->delta[last][v * classes + label[v]] -= 1;
    for (size_t i = last - 1; i > 0 && !status; i--) {
        const layer *l = &t->layer[i];
        status = layer_backward(&t->layer[i], count, t->delta[i + 1], t->delta[i]);
        for (uint64_t j = 0; j < count * l->inputs; j++)
            t->delta[i][j] *= slope(t->settings.activation, t->value[i][j]);
    }
    return status;
}

ohm_status network_update(ohm_training *t, uint64_t count) {
    ohm_status status = OHM_OK;
    double rate = t->settings.rate;
    for (uint64_t epoch = t->done / t->data.train.count; epoch > 0; epoch--) rate *= t->settings.decay;
    for (size_t i = 0; i < t->layers && !status; i++)
        status =
            layer_update(&t->layer[i], &t->settings, rate, count, t->value[i], t->delta[i + 1], &t->pulses);
    return status;
}
