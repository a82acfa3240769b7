// IDX files, plain or compressed by gzip, as the MNIST data sets are distributed: arrays of bytes.
#ifndef OHM_IDX_H
#define OHM_IDX_H

#include "../ohmscape.h"

#define IDX_MOST_SIDES 4

typedef struct idx_array {
    unsigned sides;
    uint64_t side[IDX_MOST_SIDES]; // the first is that of the samples
    uint64_t count;                // of all bytes
    uint8_t *bytes;                // to be freed
} idx_array;

// Whether a file, unpacked, begins as IDX files of bytes do; false if it cannot be read.
bool idx_is_one(const char *path);

// Reads one. Errors: OHM_IO_FAILED, OHM_BAD_FILE (not IDX; another type than bytes; cut off; more behind its
// end), OHM_OUT_OF_MEMORY.
ohm_status idx_read(const char *path, idx_array *a);

#endif
