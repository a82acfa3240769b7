// Disk space for a state file while it is written.
#ifndef OHM_ROOM_H
#define OHM_ROOM_H

#include "state_file.h"

// Bytes of a file in addition to its data, rounded up.
uint64_t room_overhead(const ohm_crossbar *c, uint64_t data);

// Reserves disk space for a file of so many bytes before HDF5 writes. A full disk is then reported as such.
// Otherwise a flush would fail inside HDF5 1.10, which then cannot even close the file. Skipped where the
// system cannot reserve. Errors: OHM_IO_FAILED.
ohm_status room_reserve(const ohm_replacement *r, uint64_t bytes);

// Gives back what was reserved beyond the end of the file.
ohm_status room_trim(const ohm_replacement *r);

#endif
