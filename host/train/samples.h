// Samples in files.
#ifndef OHM_SAMPLES_H
#define OHM_SAMPLES_H

#include "../ohmscape.h"

// Some samples.
typedef struct sample_set {
    uint64_t count;
    float *input;    // [count, inputs]
    uint32_t *label; // [count]
} sample_set;

// Each reads *s, inputs in the file's own unit, and the sides of a sample; on failure there is nothing to
// free.
ohm_status samples_pair(const char *images, const char *labels, sample_set *s, uint64_t side[2]);
ohm_status samples_table(const char *path, sample_set *s, uint64_t side[2]);

// The images and labels of an HDF5 file, "images" and "labels" or "test_images" and "test_labels".
ohm_status samples_hdf5(const char *path, const char *images, const char *labels, sample_set *s,
                        uint64_t side[2]);

// Whether the file has a dataset of this name.
bool samples_hdf5_has(const char *path, const char *name);

// The width and the height of a sample of so many inputs that says nothing of them: a square, or a line.
void samples_square(uint64_t inputs, uint64_t side[2]);

#endif
