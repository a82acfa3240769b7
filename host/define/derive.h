// From parameters to what kernels compute with.
#ifndef OHM_DERIVE_H
#define OHM_DERIVE_H

#include "../../kernels/distributions.h"
#include "../../kernels/variant.h"
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

// The code they need, with a field of this variant.
ohm_variant derive_variant(const spec specs[ROLE_COUNT], const ohm_physics *p, int field, bool track_flux);

// The distribution of the initial state.
int derive_initial(const spec specs[ROLE_COUNT]);

// The constants of the device at one corner of all spreads: bit n of corner takes spread n's greatest value,
// n being below the number of spreads.
void derive_corner(int model, const ohm_physics *p, u32 corner, float c[OHM_CONSTANTS]);

#endif
