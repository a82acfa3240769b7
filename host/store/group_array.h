// Arrays in a group of a state file, each in chunks with checksums.
#ifndef OHM_GROUP_ARRAY_H
#define OHM_GROUP_ARRAY_H

#include "source.h"

typedef enum group_type { GROUP_F32, GROUP_F64, GROUP_U32, GROUP_U64 } group_type;

// [rows, cols], or [cols] where rows is 0.
typedef struct group_array {
    const char *name;
    hsize_t rows, cols;
    group_type type;
    void *values;
} group_array;

// An upper bound of its bytes in a file.
uint64_t group_array_size(const group_array *a);

// Writes some into a new group of a file. Errors: OHM_IO_FAILED.
ohm_status group_write(hid_t file, const char *group, const group_array *a, size_t count);

// Reads one, whose shape and values are known to be right but for damage. Errors: OHM_BAD_FILE (also another
// shape, and floats that are not finite).
ohm_status group_read(const source *s, const char *group, const group_array *a);

// The length of an array of one side; 0 if there is none.
hsize_t group_length(const source *s, const char *group, const char *name);

#endif
