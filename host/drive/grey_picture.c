#include "grey_picture.h"
#include "../base/error.h"

#include <inttypes.h>
#include <png.h>
#include <stdlib.h>

#define PICTURE_MAX ((uint64_t)1 << 28) // pixels

static ohm_status read_pixels(png_image *image, const char *path, grey_picture *picture) {
    image->format = PNG_FORMAT_GRAY;
    const uint64_t pixels = (uint64_t)image->width * image->height;
    if (pixels > PICTURE_MAX)
        return ohm_fail(OHM_BAD_FILE, "%s has %" PRIu64 " pixels, more than 2^28", path, pixels);
    uint8_t *bytes = malloc(pixels);
    float *values = malloc(pixels * sizeof *values);
    ohm_status status = bytes && values ? OHM_OK : ohm_fail_memory("a picture");
    const png_color black = {0, 0, 0}; // shows where a picture is transparent
    if (!status && !png_image_finish_read(image, &black, bytes, 0, NULL))
        status = ohm_fail(OHM_BAD_FILE, "%s is damaged: %s", path, image->message);
    for (uint64_t i = 0; i < pixels && !status; i++) values[i] = (float)bytes[i] / 255;
    free(bytes);
    if (status)
        free(values);
    else
        *picture = (grey_picture){image->width, image->height, values};
    return status;
}

ohm_status grey_picture_read(const input_file *file, grey_picture *picture) {
    png_image image = {.version = PNG_IMAGE_VERSION};
    const bool begun = file->bytes ? png_image_begin_read_from_memory(&image, file->bytes, file->size)
                                   : png_image_begin_read_from_file(&image, file->path);
    if (!begun) {
        png_image_free(&image);
        return ohm_fail(OHM_BAD_FILE, "%s is not a PNG: %s", file->name, image.message);
    }
    const ohm_status status = read_pixels(&image, file->name, picture);
    png_image_free(&image);
    return status;
}

void grey_picture_free(grey_picture *picture) {
    free(picture->values);
    *picture = (grey_picture){0};
}
