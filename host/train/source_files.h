// Samples in files: what data.c puts together.
#ifndef OHM_SOURCE_FILES_H
#define OHM_SOURCE_FILES_H

#include "data.h"

// Each reads *s, inputs in the file's own unit, and the sides of a sample; on failure there is nothing to
// free.
ohm_status source_pair(const char *images, const char *labels, sample_set *s, uint64_t side[2]);
ohm_status source_table(const char *path, sample_set *s, uint64_t side[2]);

// The images and labels of an HDF5 file, "images" and "labels" or "test_images" and "test_labels".
ohm_status source_hdf5(const char *path, const char *images, const char *labels, sample_set *s,
                       uint64_t side[2]);

// Whether the file has a dataset of this name.
bool source_hdf5_has(const char *path, const char *name);

// The width and the height of a sample of so many inputs that says nothing of them: a square, or a line.
void source_square(uint64_t inputs, uint64_t side[2]);

#endif
