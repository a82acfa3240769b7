// How the planes of an engine's bands are stored.
#ifndef OHM_STORAGE_H
#define OHM_STORAGE_H

#include <stdbool.h>
#include <stdint.h>

typedef struct storage {
    bool streams;        // the device does not hold them all at a time, and the rest of this counts
    uint64_t bytes;      // of all planes together
    uint64_t plane;      // of the largest plane of a band
    uint64_t visiting;   // that the device may hold at a time
    uint64_t host;       // of the host's memory that they may rest in; else they are in a file
    const char *scratch; // the folder of that file; NULL: one for temporary files
} storage;

// What became of it: bytes of the device's memory, of the host's, and of the file.
typedef struct storage_report {
    uint64_t visiting, memory, file;
    char folder[512]; // of the file, or ""
} storage_report;

// Bytes of a plane, from at on, which are in a file from offset on.
typedef struct file_extent {
    uint64_t at, offset, bytes;
} file_extent;

// What is transferred to and from a file at full speed is whole pages, and aligned to them on the host.
#define STORAGE_PAGE ((uint64_t)4096)

// Bytes rounded up to them.
uint64_t storage_round(uint64_t bytes);

// Groups of planes between which a device alternates: one computes, one leaves and one comes. With two, what
// comes waits for what leaves.
#define STORAGE_LEAST_GROUPS 2

#endif
