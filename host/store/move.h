// Saving a crossbar that rests in a file, without a second copy of it on the disk: bands move one by one from
// that file into the one that is saved, where they stay until they change.
#ifndef OHM_MOVE_H
#define OHM_MOVE_H

#include "state_file.h"

// Whether the crossbar's planes can move into this file: rows have no padding, and both files are on one
// disk. False of NULL.
bool planes_move(const ohm_crossbar *c, const ohm_replacement *r);

// Writes a plane by pieces, band by band, and lets each go from where it was. What fails in between leaves
// the crossbar whole, partly in either file. Errors: OHM_IO_FAILED, OHM_OUT_OF_MEMORY, those of write.
ohm_status plane_move(ohm_crossbar *c, plane which, hid_t dataset, const ohm_replacement *r,
                      file_copy *write);

#endif
