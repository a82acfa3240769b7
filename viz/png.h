// Pictures as PNG files.
#ifndef VIZ_PNG_H
#define VIZ_PNG_H

#include "../host/ohmscape.h"

// Whether a picture could be written at path, whose name has to end in .png, without touching one that is
// there. Errors: OHM_IO_FAILED, OHM_BAD_ARGUMENT (another ending).
ohm_status png_check(const char *path);

// Writes width x height pixels, red, green and blue of 8 bits each (sRGB), rows from the top, without
// padding. The file is written beside path, flushed to disk and renamed: path is always the old file
// or the whole new one, and a failure leaves nothing behind.
// Errors: OHM_IO_FAILED, OHM_OUT_OF_MEMORY.
ohm_status png_write(const char *path, unsigned width, unsigned height, const uint8_t *rgb);

#endif
