// A training from inside: what ohmscape_train.h hides, for the commands and the files.
#ifndef OHM_TRAINING_H
#define OHM_TRAINING_H

#include "../ohmscape_train.h"
#include "competition.h"
#include "data.h"
#include "layer.h"

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

// Makes a network from settings, which it takes over, also on failure. how sets the lanes and the band_rows
// of its crossbars; NULL means the defaults. Errors: those of ohm_training_open.
ohm_status training_create(ohm_devices *devices, settings *s, const ohm_definition *how,
                           ohm_training **training);

// Loads a network; keys that were given take the place of the file's. The settings are taken over, also on
// failure. Errors: those of ohm_training_load.
ohm_status training_load(ohm_devices *devices, const char *path, settings *given, const ohm_definition *how,
                         ohm_training **training);

// What both ways to make one share: a training with its data, without crossbars; and what follows once these
// are there.
ohm_status training_begin(settings *s, ohm_training **training);
ohm_status training_prepare(ohm_training *t);

// Sets how readouts are converted, from settings. Errors: OHM_BAD_ARGUMENT, OHM_OUT_OF_MEMORY.
ohm_status training_set_readout(ohm_training *t, const settings *s);

#endif
