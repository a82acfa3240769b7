// Updates of a layer's devices from inputs and gradients.
#ifndef OHM_UPDATE_H
#define OHM_UPDATE_H

#include "layer.h"

// Changes the weights by −rate·xᵀ·delta/count, as the settings say: x float32 [count, inputs], with a bias of
// 1 behind each, and delta [count, outputs]. Adds the pulses of all devices to *pulses. Errors: those of
// ohm_crossbar_pulse and ohm_crossbar_add_outer, ohm_crossbar_hold and ohm_crossbar_readout.
ohm_status layer_update(layer *l, const settings *s, double rate, uint64_t count, const float *x,
                        const float *delta, uint64_t *pulses);

#endif
