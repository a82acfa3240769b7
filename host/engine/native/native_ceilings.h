// The ceilings (kernels/ceilings.h) of the native engine, one set of loops for each lane width.
#ifndef OHM_NATIVE_CEILINGS_H
#define OHM_NATIVE_CEILINGS_H

#include "loops.h"

// They work on buffer 0 as on any memory, with the arguments of advance. copy passes over it once, however
// many steps there are.
typedef struct native_ceilings {
    unsigned lanes;
    native_loop *copy, *philox;
    native_loop *arithmetic[OHM_MODEL_COUNT]; // under uniform voltages, of devices that are all alike
} native_ceilings;

extern const native_ceilings native_ceilings_1, native_ceilings_4, native_ceilings_8, native_ceilings_16;

#endif
