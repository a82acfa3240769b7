// Saving a crossbar on the way of a long run.
#ifndef OHM_CHECKPOINT_H
#define OHM_CHECKPOINT_H

#include "../ohmscape.h"

// Saves a crossbar to a file in a folder. What fails is said on stderr, and costs nothing: the last
// checkpoint is still there. So it does if the run could not go on after it for lack of room on the disk.
void checkpoint_save(ohm_crossbar *c, const char *path, const char *folder);

#endif
