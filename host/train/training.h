// A training from inside: what ohmscape_train.h hides, for the commands and the files.
#ifndef OHM_TRAINING_H
#define OHM_TRAINING_H

#include "network.h"

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
