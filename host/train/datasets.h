// The data sets that have a name, because Debian has a package of them.
#ifndef OHM_DATASETS_H
#define OHM_DATASETS_H

#include "../ohmscape.h"

// Whether it is one of these names, and no path.
bool datasets_have(const char *name);

// Makes *name, if it is one, the path of the set: a folder or a file. Errors: OHM_IO_FAILED, with the package
// as a hint, where it is not installed.
ohm_status datasets_find(const char **name);

#endif
