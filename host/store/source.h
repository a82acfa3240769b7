// A saved file while it is read, and its attributes. Nothing in it is trusted.
#ifndef OHM_SOURCE_H
#define OHM_SOURCE_H

#include "state_file.h"

#define SOURCE_MAX_TEXT 64 // longest text in an attribute, with its end

// A file, or an object in it.
typedef struct source {
    const char *path;
    hid_t file;
} source;

// Opens one, to be closed with H5Fclose. Errors: OHM_IO_FAILED, OHM_BAD_FILE.
ohm_status source_open(const char *path, source *s);

// What is wrong with it, and that something cannot be read, with HDF5's reason: both as OHM_BAD_FILE.
ohm_status source_damaged(const source *s, const char *what);
ohm_status source_unreadable(const source *s, const char *name);

// Whether it has an attribute of that name.
bool source_has(const source *s, const char *name);

// Read scalar attributes: a whole number that is not negative, a real one, a text in so many bytes with its
// end, and a digest of 16 hexadecimal digits. Texts may be of fixed or variable length. Errors: OHM_BAD_FILE.
ohm_status source_number(const source *s, const char *name, uint64_t *value);
ohm_status source_real(const source *s, const char *name, double *value);
ohm_status source_long_text(const source *s, const char *name, char *text, size_t size);
ohm_status source_text(const source *s, const char *name, char text[SOURCE_MAX_TEXT]);
ohm_status source_digest(const source *s, const char *name, uint64_t *digest);

// The files that the stimulus was read from, to be freed in any case (input.h); none if it has none.
// Errors: OHM_BAD_FILE, OHM_OUT_OF_MEMORY.
ohm_status source_inputs(const source *s, input_set *set);

// The history of a crossbar that has reached a step, and now has this stimulus, into an empty one. A stimulus
// that somebody has put into the file since then counts from now on. Errors: OHM_BAD_FILE, OHM_OUT_OF_MEMORY.
ohm_status source_history(const source *s, uint64_t step, const char *stimulus, history *h);

#endif
