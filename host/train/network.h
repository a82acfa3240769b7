// A network, and its passes over up to a batch of samples, of which value[0] holds the inputs.
#ifndef OHM_TRAIN_NETWORK_H
#define OHM_TRAIN_NETWORK_H

#include "../ohmscape_train.h"
#include "competition.h"
#include "data.h"
#include "layer.h"

// A training is its network.
struct ohm_training {
    settings settings;
    data data;
    uint32_t classes;
    competition *competition; // of a spiking network, whose one layer has neither pairs nor a bias; or NULL
    size_t layers;
    layer layer[TRAIN_MOST_LAYERS];
    uint64_t done; // samples trained on since the start
    uint64_t pulses;
    uint32_t *order;  // of the samples in this epoch
    uint64_t ordered; // the epoch and one for which it is; 0: none
    // Since the last record:
    double loss;
    uint64_t seen, right;
    ohm_training_record *records;
    size_t record_count;
    uint64_t *confusion; // [classes, classes] of the last evaluation: what it is, what it was taken for
    // Of a batch: [batch, side] of inputs and of every layer's outputs, and their gradients.
    float *value[TRAIN_MOST_LAYERS + 1], *delta[TRAIN_MOST_LAYERS + 1];
};

// To value[1] and so on, the last being the probabilities of the classes. Errors: those of layer_forward.
ohm_status network_forward(ohm_training *t, uint64_t count);

// The gradients of the cross-entropy with respect to what each layer adds up, delta[1] and so on, after a
// pass forward. Errors: those of layer_backward.
ohm_status network_backward(ohm_training *t, uint64_t count, const uint32_t *label);

// Updates every layer, after both. Errors: those of layer_update.
ohm_status network_update(ohm_training *t, uint64_t count);

// The most probable class.
uint32_t network_guess(const float *probability, uint64_t classes);

#endif
