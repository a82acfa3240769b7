// Where planes are while no launch uses them: in the host's memory, or in a file without a name, which is
// gone with the process however that ends.
#ifndef OHM_HOME_H
#define OHM_HOME_H

#include "../../ohmscape.h"
#include "../storage.h"

typedef struct home home;
typedef struct saved_file saved_file;

// The place of a plane there, or in the extents of a file that it has been saved to.
typedef struct place {
    char *memory;           // or NULL
    uint64_t offset, bytes; // in the file; bytes are whole pages
    saved_file *saved;      // the other file, if there are extents
    file_extent *extents;   // or NULL
    size_t extent_count;
} place;

// Makes a home for as many bytes as the storage says: in memory if it has room for them, and in a file else,
// in which they are reserved. Errors: OHM_IO_FAILED (no folder can be written, or has room),
// OHM_OUT_OF_MEMORY.
ohm_status home_open(const storage *s, home **h);
void home_close(home *h); // legal on NULL

// Bytes in memory and in the file, and the file's folder.
void home_describe(const home *h, storage_report *r);

// A place of no defined content, in addition to the bytes that were reserved if they are used up.
// Errors: OHM_IO_FAILED, OHM_OUT_OF_MEMORY.
ohm_status home_take(home *h, uint64_t bytes, place *p);
void home_give_back(home *h, place *p);

// Whether a file is on the disk of the home's own.
bool home_shares_disk(const home *h, int fd);

// A place in another file, which is only read. Errors: OHM_OUT_OF_MEMORY, OHM_IO_FAILED.
ohm_status home_saved(home *h, int fd, const file_extent *extents, size_t count, uint64_t bytes, place *p);

// Bytes of a place, from offset on. Any thread may call them. Errors: OHM_IO_FAILED.
ohm_status home_read(const home *h, const place *p, uint64_t offset, uint64_t bytes, void *to);
ohm_status home_write(const home *h, const place *p, uint64_t offset, uint64_t bytes, const void *from);

#endif
