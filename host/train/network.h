// A network's passes over up to a batch of samples, of which value[0] holds the inputs.
#ifndef OHM_NETWORK_H
#define OHM_NETWORK_H

#include "training.h"

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
