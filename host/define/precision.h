// Steps too small for the float32 that a state is.
#ifndef OHM_PRECISION_H
#define OHM_PRECISION_H

#include "spec.h"
#include "warnings.h"

// The part of the largest step that rounding a state to float32 can take, from 0 to 1, of a drive with
// voltages in [low, high], or with some levels of voltage alone, each of which then counts by itself: steps
// up and steps down apart, at nine in ten of the states that move so, of devices without spread. A drive that
// moves nothing loses nothing.
double precision_step_loss(const spec *model, const ohm_physics *p, double low, double high,
                           const double *level, int levels);

// Warns of single precision where that part is more than 1 %.
void precision_warn(double loss, warnings *w);

#endif
