// Files on the user's disk.
#ifndef OHM_FILE_H
#define OHM_FILE_H

#include "../ohmscape.h"

#include <stdio.h>

// Says that a file cannot be read, by errno, as OHM_IO_FAILED.
ohm_status file_cannot_read(const char *path);

// Whether two paths lead to one file that is there.
bool file_is_same(const char *a, const char *b);

// Reads up to most bytes, and makes room for one more.
ohm_status file_read_bytes(FILE *f, const char *path, size_t most, uint8_t **bytes, size_t *size);

// Whether there is a file at path that ends: no pipe and no device, at which reading could wait for ever.
// Errors: OHM_IO_FAILED.
ohm_status file_check(const char *path);

// Reads a file of up to most bytes whole, and a 0 behind them. Errors: OHM_IO_FAILED, OHM_BAD_FILE (too
// long), OHM_OUT_OF_MEMORY.
ohm_status file_read_text(const char *path, size_t most, char **text, size_t *size);

// Opens a file without a name in a folder, which is gone when it is closed, also after a kill. -1 with errno
// where that cannot be.
int file_open_unnamed(const char *folder);

#endif
