// HDF5 calls that fail with a reason, and without printing.
#ifndef OHM_HDF5_H
#define OHM_HDF5_H

#include "../base/area.h"

#include <hdf5.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// Keep HDF5 from printing on this thread, and forget old reasons; and let it report as it did before, since
// the process may use HDF5 itself. All HDF5 calls but those that close something stand between the two, which
// may be nested.
void hdf5_begin(void);
void hdf5_end(void);

// Whether an HDF5 call succeeded, from what it returned. If not, its reason is kept, since the next
// HDF5 call, even one that cleans up, forgets it.
bool hdf5_did(int64_t result);

// Keeps a reason of our own, a phrase.
void hdf5_because(const char *phrase);

// The reason kept last, as a phrase: the system's own words where there are some.
const char *hdf5_reason(void);

// Makes a group without times, so that the same content gives the same file; −1, with a reason, if it cannot
// be.
hid_t hdf5_create_group(hid_t file, const char *name);

// Opens a dataset whose data lie in the file itself; −1, with a reason, if it cannot be opened or its data
// are in others: HDF5 1.10 crashes on a virtual dataset that refers to itself, and a file should stand alone.
hid_t hdf5_open_dataset(hid_t file, const char *name);

// Floats of a buffer by which large arrays are read and written, piece by piece.
#define HDF5_BUFFER (2u << 20) // 8 MiB

// Selects a piece in a dataset's space; memory receives the space of the buffer.
bool hdf5_select(hid_t dataset, area piece, hid_t *file_space, hid_t *memory_space);

// Opens a scalar attribute of the root group of a type class; −1, with a reason, if there is none.
hid_t hdf5_open_attribute(hid_t file, const char *name, H5T_class_t class);

// Reads the text of such an attribute, in so many bytes with its end, whether it is of fixed or variable
// length. False, with a reason, if it has none or it is longer.
bool hdf5_read_text(hid_t file, const char *name, char *text, size_t size);

// Write scalar attributes: of a type, a whole number, a text. False, with a reason, if one cannot be written.
bool hdf5_write_attribute(hid_t file, const char *name, hid_t type, const void *value);
bool hdf5_write_number(hid_t file, const char *name, uint64_t value);
bool hdf5_write_text(hid_t file, const char *name, const char *value);

#endif
