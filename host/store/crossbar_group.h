// Crossbars as groups of a file, of which each has what the root of a state file has (state_file.h), but for
// a series. All calls stand between hdf5_begin and hdf5_end.
#ifndef OHM_CROSSBAR_GROUP_H
#define OHM_CROSSBAR_GROUP_H

#include "../format/hdf5.h"
#include "../ohmscape.h"

// Makes an empty file in the format of state files, and writes a crossbar to a group of it. Errors:
// OHM_IO_FAILED, OHM_OUT_OF_MEMORY, OHM_DEVICE_FAILED.
hid_t crossbar_file_create(const char *path);
ohm_status crossbar_group_write(hid_t group, ohm_crossbar *c);

// Creates the crossbar of a group; path is the file's, for messages. Errors: as ohm_crossbar_load.
ohm_status crossbar_group_read(hid_t group, const char *path, ohm_devices *devices,
                               const ohm_definition *speed, ohm_crossbar **c);

#endif
