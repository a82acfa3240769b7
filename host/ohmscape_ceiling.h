// For benchmarks, in addition to ohmscape.h: what bounds the speed of a crossbar on a device, measured alone.
// An update can't be faster than the slowest of its parts.
#ifndef OHMSCAPE_CEILING_H
#define OHMSCAPE_CEILING_H

#include "ohmscape.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

// A part of an update.
typedef enum ohm_ceiling_kind {
    OHM_CEILING_COPY,       // reading and writing the states, in memory
    OHM_CEILING_PHILOX,     // the random words of the stimulus
    OHM_CEILING_ARITHMETIC, // all computation, on states that stay in registers
    OHM_CEILINGS
} ohm_ceiling_kind;

// The parts of a crossbar's update, ready to run on a device.
typedef struct ohm_ceilings ohm_ceilings;

// Makes ready the parts for a definition on the first of the devices, which must outlive them: builds their
// kernels and allocates memory for the states, at most 1 GiB, since more is no slower. The stimulus counts
// by what is random in it. Since 0.2.
// Errors: OHM_BAD_ARGUMENT, OHM_NO_DEVICE (it belongs to another rank), OHM_OUT_OF_MEMORY, OHM_DEVICE_FAILED,
// OHM_BUILD_FAILED.
ohm_status ohm_ceilings_create(ohm_devices *devices, const ohm_definition *definition,
                               ohm_ceilings **ceilings);

// The number of synapses that the memory holds, by which rates are to be computed. Since 0.2.
uint64_t ohm_ceilings_synapses(const ohm_ceilings *ceilings);

// Runs one part for so many steps, fuse of them per launch, and waits until it is done. OHM_CEILING_COPY
// takes one step per launch, whatever fuse is. Since 0.2. Errors: OHM_BAD_ARGUMENT (fuse outside 1 …
// OHM_MAX_FUSE), OHM_DEVICE_FAILED.
ohm_status ohm_ceilings_run(ohm_ceilings *ceilings, ohm_ceiling_kind kind, uint64_t steps, unsigned fuse);

// Legal on NULL. Since 0.2.
void ohm_ceilings_destroy(ohm_ceilings *ceilings);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
