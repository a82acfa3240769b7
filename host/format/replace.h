// Files that are replaced whole: made beside their target, flushed to disk, then renamed, so that the
// target is always the old file or the new one.
//
// The file beside NAME is .NAME.ohmscape-XXXXXX, and locked while its writer lives. What a killed writer has
// left is removed by the next one to the same target: by its name, its owner, and a lock that nobody holds.
#ifndef OHM_REPLACE_H
#define OHM_REPLACE_H

#include "../ohmscape.h"

typedef struct replacement {
    const char *path; // as it was given, for messages
    char *target;     // path, through any symbolic links
    char *temporary;  // the file beside it; NULL when there is none
    int lock;         // open on it while there is one, locked where the file system can
} replacement;

// Creates the temporary file, empty, with the permissions of the target or, if there is none, of any new
// file. To be ended by replacement_abandon in any case. Errors: OHM_IO_FAILED, OHM_OUT_OF_MEMORY.
ohm_status replacement_begin(const char *path, replacement *r);

// Flushes it and puts it in the target's place. Errors: OHM_IO_FAILED, OHM_OUT_OF_MEMORY.
ohm_status replacement_finish(replacement *r);

// Removes the temporary file unless it has taken the target's place, and frees the texts.
void replacement_abandon(replacement *r);

#endif
