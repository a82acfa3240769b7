// The probes in C, one for each lane width this processor family has.
#ifndef TESTS_PROBE_LANES_H
#define TESTS_PROBE_LANES_H

#include "probe.h"

extern const probe probe_lanes_1, probe_lanes_4, probe_lanes_8, probe_lanes_16;

#endif
