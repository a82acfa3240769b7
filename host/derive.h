// From parameters to what kernels compute with.
#ifndef OHM_DERIVE_H
#define OHM_DERIVE_H

#include "../kernels/distributions.h"
#include "../kernels/kind.h"
#include "spec.h"

// How parameter i of a model is spread: cut to its valid range, and to the right side of the parameter that
// it may not pass. Where that one is spread too, both are cut half-way between the two values. Errors:
// OHM_BAD_ARGUMENT when less than a hundredth of the distribution is left, or a lognormal of 0.
ohm_status derive_spread(const spec *s, int i, ohm_spread *spread);

// What parameter i, which is spread, comes to: the mean over all devices and the deviation from it, in its
// unit, and the ends.
typedef struct derive_drawn {
    double mean, deviation, low, high;
} derive_drawn;

derive_drawn derive_draw(const spec *s, int i);

// The kernels' constants for these three, a time step in s, and a seed. idle is the time in s that the
// devices have been left alone.
ohm_physics derive_physics(const spec specs[ROLE_COUNT], double dt, uint64_t seed, double idle);

// The code they need, with a field of this kind.
ohm_kind derive_kind(const spec specs[ROLE_COUNT], const ohm_physics *p, int field, bool track_flux);

// The initial state that is read from a file (initial.c), behind those that are distributions.
enum { INITIAL_FILE = OHM_DISTRIBUTION_COUNT, INITIAL_COUNT, INITIAL_FILE_PARAMETERS = 2 };
extern const ohm_about initial_file_about;
extern const ohm_parameter initial_file_parameters[INITIAL_FILE_PARAMETERS];

// The distribution of the initial state.
int derive_initial(const spec specs[ROLE_COUNT]);

// The part of the largest step that rounding a state to float32 can take, from 0 to 1, of a drive with
// voltages in [low, high], or with some levels of voltage alone, each of which then counts by itself: steps
// up and steps down apart, at nine in ten of the states that move so, of devices without spread. A drive that
// moves nothing loses nothing.
double derive_step_loss(const spec *model, const ohm_physics *p, double low, double high, const double *level,
                        int levels);

// Whether Euler's method is stable for the model at every state and every voltage in [low, high], by devices
// without spread: no sub-step moves the state by more than its whole range, nor, by more than twice the
// distance, past a point that attracts it (the slope of the rate is at least −2/step).
// Errors: OHM_BAD_ARGUMENT, with the time step that would do, and the number of sub-steps if there may be so
// many.
ohm_status derive_check_step(const spec *model, const ohm_physics *p, double dt, double low, double high);

#endif
