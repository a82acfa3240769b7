// What shapes the code of a crossbar's loops.
#ifndef OHM_VARIANT_H
#define OHM_VARIANT_H

#include "lanes.h"

#ifndef __OPENCL_C_VERSION__

// In C known when it is compiled, but for the native engine's general loops.
typedef struct ohm_variant {
    int model, stimulus; // numbers from the enums of models.h and distributions.h
    int frame;           // of frame.h
    int flux;            // 1 when φ is tracked
    int single;          // 1 when a step is known to be one sub-step
    int extended;        // 1 when a second plane holds what the float32 states could not
    int varied;          // 1 when devices differ, are noisy or have faults,
    int noisy, faulty;   // and which of these they are or have
    int additive;        // 1 when a step has noise that does not grow with it
    int noisy_read;      // 1 when what is read of a device is noisy
    u32 spreads;         // as in ohm_physics
} ohm_variant;

#define variant_of(variant, part) ((variant).part)

#else

// On a device the options that a program is built with, each a literal at its place: clang then leaves out
// what is of another variant, and the other models, before it inlines anything. With a structure PoCL took
// three times as long to build.
typedef int ohm_variant;
#define VARIANT 0
#define variant_of(variant, part) OHM_VARIANT_##part

#ifndef OHM_MODEL
#define OHM_MODEL sin_state // by name
#define OHM_STIMULUS 0
#define OHM_FRAME 0
#define OHM_FLUX 0
#define OHM_SINGLE 1
#define OHM_EXTENDED 0
#define OHM_VARIED 0
#define OHM_NOISY 0
#define OHM_FAULTY 0
#define OHM_ADDITIVE 0
#define OHM_NOISY_READ 0
#define OHM_SPREADS 0
#endif

#define OHM_VARIANT_stimulus OHM_STIMULUS
#define OHM_VARIANT_frame OHM_FRAME
#define OHM_VARIANT_flux OHM_FLUX
#define OHM_VARIANT_single OHM_SINGLE
#define OHM_VARIANT_extended OHM_EXTENDED
#define OHM_VARIANT_varied OHM_VARIED
#define OHM_VARIANT_noisy OHM_NOISY
#define OHM_VARIANT_faulty OHM_FAULTY
#define OHM_VARIANT_additive OHM_ADDITIVE
#define OHM_VARIANT_noisy_read OHM_NOISY_READ
#define OHM_VARIANT_spreads OHM_SPREADS
#define OHM_VARIANT_model OHM_PASTE(OHM_MODEL_, OHM_MODEL)

#endif

#endif
