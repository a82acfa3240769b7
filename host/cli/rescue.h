// Results that are saved although the place where they were to go does not take them.
#ifndef CLI_RESCUE_H
#define CLI_RESCUE_H

#include "../ohmscape.h"

// Writes an object's results as the file at path, whole or not at all.
typedef ohm_status rescue_write(void *object, const char *path);

// Writes at path or, where it cannot be written, elsewhere: see rescue_elsewhere. *where receives the path at
// which the results are, to be freed, or NULL. Errors: those of write at path, even if they are elsewhere.
ohm_status rescue_at(const char *path, rescue_write *write, void *object, char **where);

// After writing at path has failed with this status: writes under a name that is free, NAME-rescued.ENDING,
// beside it, in $TMPDIR, in the home folder, in /var/tmp or in /tmp, and adds to the error, as its hint,
// where that was. Errors no other place can mend, such as a device's, are left as they are. Returns the
// status.
ohm_status rescue_elsewhere(const char *path, ohm_status status, rescue_write *write, void *object,
                            char **where);

#endif
