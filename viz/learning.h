// A network in training (ohmscape_train.h) as the viewer knows it: what is asked for and copied between two
// orders, because the records last only until the training goes on.
#ifndef VIZ_LEARNING_H
#define VIZ_LEARNING_H

#include "../host/ohmscape_train.h"

typedef struct learning {
    ohm_training *training; // NULL: none
    size_t layer, layers;   // the one that is shown, and all
    uint64_t inputs, outputs;
    uint64_t width, height; // of its receptive fields; 0 if they have no shape of their own
    uint64_t samples;       // trained on
    bool over;
    bool spiking; // its weights are conductances, and it has no loss
    ohm_training_record *record;
    size_t count, room; // records
} learning;

// Opens a training, to show a layer of it. Close it in any case. Errors: those of ohm_training_open,
// OHM_BAD_ARGUMENT (no such layer).
ohm_status learning_open(learning *l, ohm_devices *devices, const char *path, uint64_t layer);

// Legal on one that is all zeros.
void learning_close(learning *l);

// Takes what so many more samples have brought. Errors: OHM_OUT_OF_MEMORY.
ohm_status learning_take(learning *l, uint64_t samples);

// The epochs so far, with a fraction; NaN before the first is over, when their length is not known.
double learning_epochs(const learning *l);

#endif
