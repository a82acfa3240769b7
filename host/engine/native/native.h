// The native engine: the physics in C, on all cores, with the widest vectors the processor has.
#ifndef OHM_NATIVE_H
#define OHM_NATIVE_H

#include "../engine.h"
#include "loops.h"

// Errors: OHM_BAD_ARGUMENT (lanes this machine does not have), OHM_OUT_OF_MEMORY.
ohm_status native_engine_create(const problem *p, engine **e);

// Its device.
ohm_device_info native_device_info(void);

// Runs a loop of so many lanes on all strips of a call's band, each for so many steps, with all threads where
// that is work enough for them.
void native_run_strips(native_loop *run, const ohm_call *call, uint64_t steps, unsigned lanes);

// The memory of a buffer of the native engine.
void *native_memory(const buffer *b);

#endif
