// The settings of a training: the keys of a training file, which are the options of `ohmscape train` too.
#ifndef OHM_SETTINGS_H
#define OHM_SETTINGS_H

#include "../ohmscape.h"

#define TRAIN_MOST_LAYERS 16
#define TRAIN_MOST_SIDE 1000000u // outputs of a layer

// Every key: a name, as a part of a C name and as it is typed; what stands for its value; and its help.
#define TRAIN_KEYS(X)                                                                                        \
    X(data, "data", "D",                                                                                     \
      "training and test set: fashion-mnist or digits (Debian's), a folder\nwith the four IDX files of an "  \
      "MNIST, "                                                                                              \
      "a table F.csv or F.csv.gz whose\nlast column is the label, or F.h5 with images and labels")           \
    X(images, "images", "F", "training samples instead: IDX, plain or .gz, or .npy, one a row")              \
    X(labels, "labels", "F", "their labels: IDX or .npy, whole numbers from 0")                              \
    X(test_images, "test-images", "F", "test samples, likewise")                                             \
    X(test_labels, "test-labels", "F", "their labels")                                                       \
    X(test, "test", "P",                                                                                     \
      "fraction of the samples held out as the test set, where none is\ngiven (default "                     \
      "0.2)")                                                                                                \
    X(samples, "samples", "N", "train on the first N samples alone (default all)")                           \
    X(layers, "layers", "N,N,...",                                                                           \
      "sizes from the inputs to the classes, such as 784,100,10 (default:\nno hidden layer)")                \
    X(activation, "activation", "A",                                                                         \
      "of hidden layers: relu (default), sigmoid or tanh; the outputs are "                                  \
      "softmax\nwith cross-entropy")                                                                         \
    X(epochs, "epochs", "N", "passes over the training set (default 10)")                                    \
    X(batch, "batch", "N", "samples whose gradients are taken at the same weights (default 1)")              \
    X(rate, "rate", "R", "learning rate, above 0 (default 0.01)")                                            \
    X(decay, "decay", "D", "factor of the learning rate after every epoch (default 1)")                      \
    X(update, "update", "U",                                                                                 \
      "stochastic (default): coincidences of random pulses; manhattan: one\npulse by the gradient's sign; "  \
      "tiki-taka: stochastic pulses on a fast\narray, transferred to the slow one; ideal: exactly what the " \
      "gradient says")                                                                                       \
    X(slots, "slots", "N", "length of the trains of pulses, 1 to 31 (default 31)")                           \
    X(balance, "balance", "yes|no",                                                                          \
      "whether the most likely pulse of the rows is as likely as that of "                                   \
      "the\ncolumns (default yes)")                                                                          \
    X(transfer_every, "transfer-every", "N",                                                                 \
      "tiki-taka: samples between two transfers of a row (default 1)")                                       \
    X(transfer_rate, "transfer-rate", "R",                                                                   \
      "tiki-taka: part of the fast weights that a transfer adds to the "                                     \
      "slow\nones (default 0.1)")                                                                            \
    X(stimulus, "stimulus", "spiking:...",                                                                   \
      "spiking: the neurons, as for run; samples are shown for show, and\npause (default: a pair rule)")     \
    X(model, "model", "MODEL",                                                                               \
      "devices (default soft-bounds without spread; for ideal updates\nlinear-step), as for run")            \
    X(table, "table", "F.csv",                                                                               \
      "devices as measured instead: pulse number, conductance after as many\npulses up, and after as many "  \
      "down, in S")                                                                                          \
    X(range, "range", "W", "largest weight that a pair of devices can have (default 1)")                     \
    X(voltage, "voltage", "V", "amplitude of the pulses (default: that of the model's own stimulus)")        \
    X(dt, "dt", "DT", "length of a pulse in s (default: the model's time step)")                             \
    X(precision, "precision", "P", "of the states, as for run")                                              \
    X(dac, "dac", "KEY=VALUE,...", "convert the inputs of every readout, as for read")                       \
    X(adc, "adc", "KEY=VALUE,...",                                                                           \
      "convert the difference of every pair, as for read: bits, codes and\nrange=calibrated (default: the "  \
      "largest of all readouts while\ntraining), max, X or LO:HI in A")                                      \
    X(wires, "wires", "KEY=VALUE,...", "resistances of the lines when they are read, as for read")           \
    X(seed, "seed", "S", "seed of all randomness, 0 to 2^64 - 1 (default 1)")

#define TRAIN_KEY_ID(id, name, argument, help) TRAIN_KEY_##id,
typedef enum train_key { TRAIN_KEYS(TRAIN_KEY_ID) TRAIN_KEY_COUNT } train_key;

typedef enum train_update {
    TRAIN_STOCHASTIC,
    TRAIN_MANHATTAN,
    TRAIN_TIKI_TAKA,
    TRAIN_IDEAL,
    TRAIN_SPIKING,
    TRAIN_UPDATES
} train_update;

typedef enum train_activation { TRAIN_RELU, TRAIN_SIGMOID, TRAIN_TANH, TRAIN_ACTIVATIONS } train_activation;

typedef struct settings {
    char *text[TRAIN_KEY_COUNT]; // of the keys that were given, else NULL; and what they say:
    uint64_t side[TRAIN_MOST_LAYERS + 1];
    size_t sides; // layers and one; 0: not given
    train_activation activation;
    train_update update;
    uint64_t epochs, batch, samples, transfer_every, seed;       // samples 0: all
    double test, rate, decay, transfer_rate, range, voltage, dt; // voltage and dt 0: the model's
    unsigned slots;
    bool balance, calibrated;
    ohm_precision precision;
    ohm_readout readout; // its converters
} settings;

// "update" and so on; "stochastic", "relu".
extern const char *const train_key_name[TRAIN_KEY_COUNT];
extern const char *const train_update_name[TRAIN_UPDATES];
extern const char *const train_activation_name[TRAIN_ACTIVATIONS];

// The defaults. Release with settings_free.
settings settings_default(void);
void settings_free(settings *s);

// Sets a key from a text. Errors: OHM_BAD_ARGUMENT (what is allowed), OHM_OUT_OF_MEMORY.
ohm_status settings_set(settings *s, train_key key, const char *text);

// How many samples are read together at most: a batch, or as many as testing takes at a time.
uint64_t settings_room(const settings *s);

// Reads a training file, whose paths are relative to it; a key that was set before keeps its value. others,
// if not NULL, is asked to take keys that are none of a training's, and says whether it did. Errors: those of
// ini_read and settings_set, with the line; OHM_BAD_FILE (a key twice, an unknown key, a section).
typedef bool settings_other(void *object, const char *key, const char *path_in_folder, const char *value,
                            ohm_status *status);
ohm_status settings_read(settings *s, const char *path, settings_other *others, void *object);

// Whether they go together. Errors: OHM_BAD_ARGUMENT.
ohm_status settings_check(const settings *s);

#endif
