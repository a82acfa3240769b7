// What saving and loading share: the names in a file, and HDF5 calls that fail with a message.
//
// A file is: the attributes below on the root group; /state and, when tracked, /flux, float32
// [rows, cols] in chunks of whole rows; /state_rest, in extended precision, and /flux_rest, likewise, which
// are what these could not hold; and /series, if anything was recorded, with a row for each record. A
// parameter of a model, stimulus or initial state is an attribute ROLE.KEY: model.beta; one of those of every
// device only where it has not its default. How a parameter is spread over the devices is another,
// ROLE.KEY.VARIANT: model.r_on.lognormal.
//
// /inputs/0, 1 … are the files that the stimulus was read from, uint8 [size], or without data if they are not
// kept, with the attributes name, size and digest. /history, where the stimulus has changed, has a row for
// each: step uint64 and stimulus, a text of fixed length. /wires: wires_file.h.
#ifndef OHM_FILE_H
#define OHM_FILE_H

#include "../array/crossbar.h"
#include "../format/hdf5.h"

#define FILE_FORMAT "ohmscape"
#define FILE_SERIES_FORMAT "ohmscape-series" // without a state: ohm_crossbar_save_series
// A file is of the least version that tells all. Version 2 has spreads. Version 3 has what readers of version
// 2 do not know or take for something else: an idle time, a parameter of every device, linear-step as aihwkit
// has it, planes of what float32 could not hold, a precision that was asked for, inputs, a history or an
// initial state from a file. Version 4 has wires.
#define FILE_FORMAT_VERSION 4

// The datasets of the planes, and the attributes with their digests.
extern const char *const file_plane_name[PLANE_COUNT];
extern const char *const file_plane_digest[PLANE_COUNT];

// The datasets of /series: each a run of 64-bit numbers within a series_row.
typedef struct file_column {
    const char *name;
    hsize_t first, width; // in numbers
    bool real;            // double, else uint64
} file_column;

#define FILE_COLUMN_COUNT 6
extern const file_column file_columns[FILE_COLUMN_COUNT];

// Chunks of a plane: whole rows, unless one row is longer, up to the 1 MiB that HDF5's chunk cache holds
// (with a cache too small for a chunk HDF5 1.10 wrote rubbish).
void file_plane_chunk(const problem *p, hsize_t chunk[2]);

// Rows of the series in a chunk, and in the pieces by which it is written and read.
#define FILE_SERIES_CHUNK 256

// The host's type of a column's numbers.
hid_t file_column_type(const file_column *column);

// Selects count rows of a column from row first on in its dataset's space; memory receives the space of as
// many series_row.
bool file_select_rows(hid_t dataset, const file_column *column, uint64_t first, uint64_t count,
                      hid_t *file_space, hid_t *memory_space);

// The attribute of a parameter, "model.beta".
#define FILE_MAX_NAME 64
void file_parameter_name(spec_role role, const char *key, char name[FILE_MAX_NAME]);

// The attribute of its spread, "model.beta.normal".
void file_spread_name(spec_role role, const char *key, uint32_t kind, char name[FILE_MAX_NAME]);

// Calls copy for pieces that together are some rows of a plane, until one fails.
typedef ohm_status file_copy(ohm_crossbar *c, plane which, area piece, hid_t dataset, float *buffer);
ohm_status file_for_pieces(ohm_crossbar *c, plane which, uint64_t row0, uint64_t count, hid_t dataset,
                           file_copy *copy);

#endif
