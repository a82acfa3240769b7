// Grey pictures from PNG files.
#ifndef OHM_GREY_PICTURE_H
#define OHM_GREY_PICTURE_H

#include "input.h"

// Row by row, from 0, black, to 1, white.
typedef struct grey_picture {
    uint32_t width, height;
    float *values;
} grey_picture;

// Reads one. Errors: OHM_BAD_FILE, OHM_OUT_OF_MEMORY.
ohm_status grey_picture_read(const input_file *file, grey_picture *picture);
void grey_picture_free(grey_picture *picture);

#endif
