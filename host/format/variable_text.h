// Texts of variable length in HDF5 files, as h5py writes them.
#ifndef OHM_VARIABLE_TEXT_H
#define OHM_VARIABLE_TEXT_H

#include <hdf5.h>
#include <stdbool.h>
#include <stddef.h>

// Reads the one text of an attribute whose type is a string of variable length. False if it has size bytes
// or more, or cannot be read; it then says nothing to hdf5_reason.
//
// Such a text lies in a heap that has no checksum, and HDF5 1.10 crashes on a damaged one. So a process of
// its own reads it, and a crash there is an error here.
bool variable_text_read(hid_t attribute, char *text, size_t size);

#endif
