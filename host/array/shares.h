// How a crossbar is dealt out to devices: rows, memory, and the height of bands.
#ifndef OHM_SHARES_H
#define OHM_SHARES_H

#include "../engine/devices.h"

// What a device gets.
typedef struct share {
    uint64_t first, end; // its rows, first … end − 1
    uint64_t band_rows;  // of its bands at most: a multiple of a block, unless there are fewer
    uint64_t host;       // bytes that it takes of its machine's memory
    storage storage;
} share;

// Deals the rows out as evenly as whole blocks can be: bands begin at multiples of a block, within which sums
// over the rows are taken in their order (kernels/readout.h). What does not fit into a device's memory, or
// is not to, is streamed through it. Errors: OHM_OUT_OF_MEMORY, if a device cannot hold even that.
ohm_status shares_make(const problem *p, const ohm_definition *d, const ohm_devices *devices, share *shares);

#endif
