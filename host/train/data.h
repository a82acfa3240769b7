// The samples that a network is trained on and tested with.
#ifndef OHM_DATA_H
#define OHM_DATA_H

#include "samples.h"
#include "settings.h"

typedef struct data {
    uint64_t inputs, height, width; // height × width is inputs: a sample as a picture
    uint32_t classes;               // one more than the largest label
    sample_set train, test;
    uint64_t digest; // of all of it
} data;

// Reads what the settings name, holds out a test set unless they name one, and scales all inputs by the
// largest magnitude of the training set. Release with data_free, which is legal on one that is all zeros.
// Errors: OHM_IO_FAILED, OHM_OUT_OF_MEMORY, OHM_BAD_FILE (what the readers of format/ refuse; labels that are
// no classes; samples and labels that differ in number; nothing left to train on), with a hint where Debian's
// package is missing.
ohm_status data_read(const settings *s, data *d);
void data_free(data *d);

#endif
