// What Euler's method makes of a model that follows a differential equation.
#ifndef OHM_EULER_H
#define OHM_EULER_H

#include "spec.h"
#include "warnings.h"

// A model at its time step, in s, and the least and the greatest voltage that drives it.
typedef struct euler {
    const spec *model;
    const ohm_physics *physics;
    double dt, low, high;
} euler;

// Whether Euler's method is stable at every state and voltage, by a device without spread: two states that
// approach each other do not come out of a sub-step further apart than they were, on the other side (the
// slope of the rate is at least −2 over the time of a sub-step). A rate that is the same at every state is
// always stable. Errors: OHM_BAD_ARGUMENT, with the time step that would do, and the number of sub-steps if
// there may be so many.
ohm_status euler_check_stability(const euler *e);

// How far off the currents are, over those of steps with as many sub-steps as it takes (root mean square): by
// a device without spread, in the second period of a wave between the least and the greatest voltage. period
// is in s; at most 2000 steps of it are taken. Warns, with a number of sub-steps that would do, of more than
// 2 %.
void euler_check_accuracy(const euler *e, double period, warnings *w);

// Whether the exponents of the model's formulas stay where float32 has their exponentials (ohm_exponent), by
// every device. Errors: OHM_BAD_ARGUMENT, naming the voltage and the parameter.
ohm_status euler_check_exponents(const euler *e);

// The largest voltage, either way, at which its current is the formula's by every device; INFINITY if there
// is no such voltage. *exponent is what ends there.
double euler_current_limit(const spec *model, const ohm_physics *p, ohm_exponent *exponent);

#endif
