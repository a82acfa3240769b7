// Training of layered networks whose weights are the devices of crossbars: what `ohmscape train` and the
// viewer are made of. Conventions are those of ohmscape.h. Since 0.4.
#ifndef OHMSCAPE_TRAIN_H
#define OHMSCAPE_TRAIN_H

#include "ohmscape.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

// A network in training, with its data.
typedef struct ohm_training ohm_training;

// Where it stands after some samples. An accuracy is a fraction from 0 to 1, NaN where it was not measured.
typedef struct ohm_training_record {
    uint64_t samples;      // trained on since the start
    double epoch;          // samples/(samples of the training set)
    double loss;           // mean over the samples since the last record
    double train_accuracy; // of the predictions made while training since the last record
    double test_accuracy;  // of the whole test set
    uint64_t pulses;       // of all devices since the start
} ohm_training_record;

// Whether a file is one for training: an INI text that names data, images or layers.
bool ohm_training_is_file(const char *path);

// Reads a training file (INI: its keys are described by `ohmscape train --help`), the data that it names, and
// makes the network on the devices, which must outlive it. Nothing is trained yet.
// Errors: OHM_IO_FAILED, OHM_BAD_FILE (with the line), OHM_BAD_ARGUMENT, and those of ohm_crossbar_create.
ohm_status ohm_training_open(ohm_devices *devices, const char *path, ohm_training **training);

// Legal on NULL.
void ohm_training_close(ohm_training *training);

// Trains on so many samples, in the order that the seed gives: rounded up to whole batches, fewer at the end
// of an epoch, where the test set is evaluated and a record is added, and none after the last epoch. *done
// receives how many. How the samples are dealt out to calls changes no bit of what comes of them.
// Errors: those of the crossbars' steps and readouts.
ohm_status ohm_training_advance(ohm_training *training, uint64_t samples, uint64_t *done);

bool ohm_training_is_over(const ohm_training *training);

// Samples trained on so far; *all receives those of all epochs.
uint64_t ohm_training_samples(const ohm_training *training, uint64_t *all);

// The fraction of the test set that is classified rightly, and the mean cross-entropy. Readings are counted,
// so that read noise is drawn anew. Errors: those of the crossbars' readouts.
ohm_status ohm_training_evaluate(ohm_training *training, double *accuracy, double *loss);

// Adds a record at once, in the midst of an epoch. Errors: those of ohm_training_evaluate.
ohm_status ohm_training_record_now(ohm_training *training);

// How many samples of the test set of class i were taken for class j in the last evaluation, [classes,
// classes]. Valid until the next one.
const uint64_t *ohm_training_confusion(const ohm_training *training, size_t *classes);

// Saves the network with all of its crossbars (HDF5), as ohm_crossbar_save does; and goes on from such a file
// to the same bits, with the data where it was. Errors: those of ohm_crossbar_save; of ohm_crossbar_load and
// ohm_training_open, and OHM_BAD_FILE if the data have changed.
ohm_status ohm_training_save(ohm_training *training, const char *path);
ohm_status ohm_training_load(ohm_devices *devices, const char *path, ohm_training **training);

// The records so far. Valid until the training is advanced or closed.
const ohm_training_record *ohm_training_records(const ohm_training *training, size_t *count);

// The number of layers, and the sides of one: inputs without the bias, and outputs.
size_t ohm_training_layers(const ohm_training *training);
void ohm_training_layer_sides(const ohm_training *training, size_t layer, uint64_t *inputs,
                              uint64_t *outputs);

// A layer's crossbar, [rows, cols] as it is mapped: still the training's own. Advance it by nothing else.
ohm_crossbar *ohm_training_crossbar(ohm_training *training, size_t layer);

// The weights of a layer as they are read now: float32 [inputs, outputs], without the bias; the conductances
// in S of a spiking network. What a column of the first layer looks for is its receptive field.
ohm_status ohm_training_weights(ohm_training *training, size_t layer, float *weights);

// The shape of a sample as a picture, [height, width]; 1 × inputs if it is none.
void ohm_training_picture(const ohm_training *training, uint64_t *height, uint64_t *width);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
