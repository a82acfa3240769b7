// The inside of the OpenCL engine, for those that run kernels of their own on its device.
#ifndef OHM_OPENCL_ENGINE_H
#define OHM_OPENCL_ENGINE_H

#include "opencl.h"

// The grid of a kernel with a work-item for each strip of a band of this shape.
void opencl_grid(const ohm_shape *shape, unsigned lanes, size_t global[2], size_t local[2]);

// The options that shape the code of a problem's kernels, group work-items in a group of SHARES and RUNS.
// Quantities are kernel arguments, so changing one never rebuilds.
#define OPENCL_MAX_OPTIONS 384
void opencl_format_options(const problem *p, unsigned lanes, unsigned group, char text[OPENCL_MAX_OPTIONS]);

// A buffer's memory, and a buffer of memory that is and stays the caller's.
cl_mem opencl_memory(const buffer *b);
ohm_status opencl_wrap(engine *e, cl_mem memory, uint64_t bytes, buffer **b);

#endif
