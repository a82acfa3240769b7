// What a kernel is told about the physics, and the table entry that describes a parameter to people.
#ifndef OHM_PHYSICS_H
#define OHM_PHYSICS_H

#include "lanes.h"

// Quantities, derived from the user's parameters on the host in double and rounded once. An argument
// of every kernel, by value, so that no quantity causes a rebuild.
typedef struct ohm_physics {
    u32 key[2];                                             // the seed: low half, high half
    float dt;                                               // time step
    float state_low, state_high;                            // the range of the model's state
    float resistance_low, resistance_high;                  // the range of its resistance
    float state_scale, resistance_scale, conductance_scale; // fixed points of the tally: measure.h
    float model[8];    // the model's own constants, as its NAME_derive lays them out
    float stimulus[8]; // the stimulus's, as its distribution's derive does
    float initial[8];  // the initial state's, likewise
} ohm_physics;

#ifndef __OPENCL_C_VERSION__

// One parameter of a model or a distribution: all that parsing, checks, help and files need.
typedef struct ohm_parameter {
    const char *key;    // as typed: beta
    const char *symbol; // as printed in formulas: β
    const char *unit;   // SI; "1" when dimensionless
    double standard;    // the default
    double min, max;    // the valid range, both ends included
    const char *help;   // one line
} ohm_parameter;

// A model or distribution in words, and the one check a table of ranges can't express.
typedef struct ohm_about {
    const char *name;       // as typed
    const char *summary;    // one line
    const char *equation;   // in plain characters
    const char *source;     // where it was published, or NULL
    const char *ordered[2]; // keys of two parameters of which the first may not exceed the second
} ohm_about;

#endif

#endif
