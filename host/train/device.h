// What training has to know of a model: how a pulse moves a device without spread in the middle of its range.
#ifndef OHM_TRAIN_DEVICE_H
#define OHM_TRAIN_DEVICE_H

#include "../ohmscape.h"

typedef struct train_device {
    double low, high;   // S, its range
    double amplitude;   // V, of pulses
    bool inverted;      // V > 0 lowers the conductance
    double step;        // S, the mean of a pulse up and one down
    bool rises;         // the conductance rises with the state
    double per_siemens; // of the state, where the conductance is linear in it; else 0
} train_device;

// amplitude is in V; 0 takes, of those up to the largest of the model's own stimulus, the one at which
// devices move the most both ways. Errors: OHM_BAD_ARGUMENT (a device of one conductance, or that no pulse
// moves).
ohm_status train_device_find(const ohm_crossbar *c, double amplitude, train_device *d);

#endif
