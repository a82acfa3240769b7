// What a kernel is told about the physics, and the table entry that describes a parameter to people.
#ifndef OHM_PHYSICS_H
#define OHM_PHYSICS_H

#include "lanes.h"

// The constants of one device, by their places: these of every model, then the model's own from OHM_OWN on.
// A parameter that is a constant can have a device-to-device spread.
enum {
    OHM_GAIN,   // what a rate is multiplied by in one sub-step
    OHM_LOW,    // the bounds of the state
    OHM_HIGH,   //
    OHM_NOISE,  // cycle-to-cycle noise of a change, relative
    OHM_NU,     // exponent of the retention drift
    OHM_R_OPEN, // resistance of an open device, Ω
    OHM_FAULT,  // one of the faults below, as a number
    OHM_OWN,
    // From the other end, so that the model's own keep their places, and with these their random numbers.
    OHM_NOISE_ADD = 29, // noise of a step, as a fraction of the state's range
    OHM_WRITE_NOISE,    // read error as a fraction of the conductance range, redrawn when the state changes
    OHM_READ_NOISE,     // the same, redrawn at every reading
    OHM_CONSTANTS
};

#define OHM_BLOCK 64 // columns; rows are padded to a multiple of it

#define OHM_BIT(slot) (1u << (slot)) // of a set of constants

// A device with several faults has the last of these. OHM_STUCK is stuck at its initial state.
enum { OHM_INTACT, OHM_STUCK, OHM_STUCK_LOW, OHM_STUCK_HIGH, OHM_STUCK_OPEN, OHM_FAULTS = OHM_STUCK_OPEN };

// How a model moves its state: by a rule for one step, by a differential equation, or by pulses.
enum { OHM_PER_STEP, OHM_CONTINUOUS, OHM_PULSED };

// The device-to-device distribution of a constant.
enum { OHM_SPREAD_NONE, OHM_SPREAD_NORMAL, OHM_SPREAD_LOGNORMAL, OHM_SPREAD_UNIFORM, OHM_SPREAD_KINDS };

// With v uniform in (−1, 1) and y = middle + reach·v: value + sigma·y (uniform), value + sigma·Φ⁻¹((1 + y)/2)
// (normal) or value·exp(sigma·Φ⁻¹((1 + y)/2)) (lognormal). middle and reach truncate the distribution to the
// valid range, which is low to high.
typedef struct ohm_spread {
    u32 kind;
    float sigma, middle, reach, low, high;
} ohm_spread;

#define OHM_MAX_SPREADS 16

// Quantities, derived from the user's parameters on the host in double and rounded once. An argument
// of every kernel, by value, so that no quantity causes a rebuild.
typedef struct ohm_physics {
    u32 key[2];                                             // the seed: low half, high half
    u64 reading;                                            // the number of a reading, for its noise
    float dt;                                               // time step
    float state_low, state_high;                            // the range of the model's state
    float resistance_low, resistance_high;                  // the range of its resistance
    float state_scale, resistance_scale, conductance_scale; // fixed points of the tally: measure.h
    u32 substeps;                                           // of one step, 1 or more
    u32 choice;                                             // which of its variants a model follows
    u32 power[2];                                           // exponents that are small whole numbers, or 0
    u32 spreads;                // bit i: constant i is spread, in the order of the places
    u32 levels;                 // of conductance, or 0 when it is continuous
    float level_gap;            // distance of two levels, as a fraction of a device's range: 1/(levels - 1)
    float drift;                // ln(idle time/t0) of the retention drift, or 0
    float fault[OHM_FAULTS];    // the fraction of devices with each fault, OHM_STUCK first
    float model[OHM_CONSTANTS]; // the constants of a device without spread
    float stimulus[4];          // the stimulus's, as its distribution's derive does
    float initial[4];           // the initial state's, likewise
    ohm_spread spread[OHM_MAX_SPREADS]; // of the constants that are spread, one after the other
} ohm_physics;

#ifndef __OPENCL_C_VERSION__

#define OHM_NO_SLOT 0xFF

// One parameter of a model or a distribution: all that parsing, checks, help and files need.
typedef struct ohm_parameter {
    const char *key;    // as typed: beta
    const char *symbol; // as printed in formulas: β
    const char *unit;   // SI; "1" when dimensionless
    double standard;    // the default
    double min, max;    // the valid range, both ends included
    const char *help;   // one line
    u32 slot;           // of the constant it is, or OHM_NO_SLOT
    // Of few parameters:
    const char *const *choices; // the value is the number of one of these names, which end in NULL
    int whole;                  // it is a whole number
    int text;                   // it is a text, a file's path
    u32 spread;                 // the default spread,
    double sigma;               // and how wide
    double scaled;              // of a stimulus: its default as a multiple of its model's own largest voltage
} ohm_parameter;

// The power that constant i is, where it is a whole number up to most in every device: multiplied out, it
// takes a fraction of v_pow's time. Else 0.
OHM_FN u32 ohm_whole_power(const ohm_physics *p, u32 i, u32 most) {
    const float exponent = p->model[i];
    const int same = !(p->spreads & OHM_BIT(i));
    return same && exponent <= (float)most && exponent == floorf(exponent) ? (u32)exponent : 0;
}

// The argument of an exponential or a power in a model's formulas, and the largest that it can have: beyond,
// the function of elementary.h that computes it saturates.
typedef struct ohm_exponent {
    const char *formula; // in plain characters
    const char *key;     // the parameter to change
    double value, limit;
    int current; // 1 if the current depends on it, and it is in proportion to the voltage
} ohm_exponent;

#define OHM_MAX_EXPONENTS 6

// A model or distribution in words, and the one check a table of ranges can't express.
typedef struct ohm_about {
    const char *name;       // as typed
    const char *summary;    // one line
    const char *equation;   // in plain characters
    const char *source;     // where it was published, or NULL
    const char *ordered[2]; // keys of two parameters of which the first may not exceed the second
    // Of models alone:
    double dt;            // the default time step, s
    const char *stimulus; // the default stimulus
    double period;        // of a sine of its amplitude that shows the loop of current and voltage, s
    double noise;         // the default noise
    double substeps;      // the default number of sub-steps, or 0 for 1
    // The exponents at a voltage, of the device with constants c: how many there are, OHM_MAX_EXPONENTS at
    // most; NULL if none can be too large.
    int (*exponents)(const float *c, double voltage, ohm_exponent *e);
    // What is wrong with values each of which is in its range, in the order of the table, or NULL.
    const char *(*flaw)(const double *value);
    int polarity; // 1 where V > 0 raises the conductance, -1 where it lowers it
} ohm_about;

#endif

#endif
