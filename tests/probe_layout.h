// The list that probe.h's layout gives, spelled once for C and for OpenCL C.
#ifndef __OPENCL_C_VERSION__
#include <stddef.h>
#else
#define offsetof(type, member) ((uint)(size_t) & ((type *)0)->member)
#endif

#define PROBE_LAYOUT_VALUES                                                                                  \
    sizeof(ohm_physics), offsetof(ohm_physics, dt), offsetof(ohm_physics, state_scale),                      \
        offsetof(ohm_physics, model), offsetof(ohm_physics, stimulus), offsetof(ohm_physics, initial),       \
        sizeof(ohm_shape), offsetof(ohm_shape, rows), offsetof(ohm_shape, row0), sizeof(ohm_tally),          \
        offsetof(ohm_tally, conductance), offsetof(ohm_tally, conductance_max)
