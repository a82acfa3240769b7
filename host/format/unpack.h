// Files that may be compressed by gzip, read from their beginning.
#ifndef OHM_UNPACK_H
#define OHM_UNPACK_H

#include "../ohmscape.h"

#include <zlib.h>

#define UNPACK_MOST ((uint64_t)1 << 33) // bytes that a file may unpack to

typedef struct unpacked {
    gzFile file;
    const char *path; // not owned
} unpacked;

// Errors: OHM_IO_FAILED, OHM_OUT_OF_MEMORY.
ohm_status unpack_open(const char *path, unpacked *f);

// Reads up to count bytes; *got receives how many, fewer at the end. Errors: OHM_IO_FAILED, OHM_BAD_FILE
// (damaged, or cut off within what is compressed).
ohm_status unpack_read(unpacked *f, void *bytes, size_t count, size_t *got);

void unpack_close(unpacked *f);

// Reads all of it, and a 0 behind it. Errors: these, and OHM_BAD_FILE (too long), OHM_OUT_OF_MEMORY.
ohm_status unpack_text(const char *path, size_t most, char **text, size_t *size);

#endif
