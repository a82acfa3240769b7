// Inputs: the files that a stimulus is read from. What is small is kept whole, so that a saved crossbar does
// not depend on them; of what is large, such as the voltages of every cell at every step, the digest is kept.
#ifndef OHM_INPUT_H
#define OHM_INPUT_H

#include "../ohmscape.h"

#define INPUT_KEPT ((size_t)8 << 20) // most bytes of an input that is kept whole

typedef struct input_file {
    char *name;      // as the stimulus gives it
    uint64_t size;   // in bytes
    uint64_t digest; // of its bytes as little-endian uint32, the last one filled up with zeros: as of a state
    uint8_t *bytes;  // all of them, with a 0 behind; NULL: there are more than INPUT_KEPT
    char *path;      // where it is read from if they are not kept
} input_file;

// The inputs of one stimulus, each name once.
typedef struct input_set {
    input_file *inputs;
    size_t count;
    char *folder; // of the state file that they are of; NULL: of none
} input_set;

// Finds the input of a name in *set, and reads it if it is not there: from what is known, which may be NULL;
// or from the file of that name, or else from one in the folder of what is known. A file has to have the
// digest that is known. Errors: OHM_IO_FAILED, OHM_BAD_FILE (it has changed), OHM_OUT_OF_MEMORY.
ohm_status input_get(const char *name, const input_set *known, input_set *set, const input_file **found);

// The input of a name, or NULL.
const input_file *input_find(const input_set *set, const char *name);

// Adds an input, of which the set takes what the pointers point to, whatever comes of it.
// Errors: OHM_OUT_OF_MEMORY.
ohm_status input_add(input_set *set, input_file one);

void input_free(input_file *one);
void input_set_free(input_set *set);

// Digest of bytes.
uint64_t input_digest(const uint8_t *bytes, size_t size);

// Whether the file of a name, as it is now, is another than the input; false if it cannot be read.
bool input_has_changed(const char *name, uint64_t size, uint64_t digest);

#endif
