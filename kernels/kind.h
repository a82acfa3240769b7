// The ohm_kind of a program of kernels, from the options it is built with.
#ifndef OHM_KIND_H
#define OHM_KIND_H

#include "physics.h"

#define KIND                                                                                                 \
    ((ohm_kind){OHM_MODEL, OHM_STIMULUS, OHM_FIELD, OHM_FLUX, OHM_VARIED, OHM_NOISY, OHM_FAULTY, OHM_SPREADS})

#endif
