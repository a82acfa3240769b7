// Writing a PNG file: into a temporary beside the target, flushed to disk, then renamed.
#include "png.h"

#include <errno.h>
#include <png.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static ohm_status failed(const char *path, const char *reason) {
    return ohm_fail(OHM_IO_FAILED, "cannot write %s: %s", path, reason);
}

ohm_status png_check(const char *path) {
    const ohm_status status = ohm_save_check(path, 0);
    if (status) return status;
    const size_t length = strlen(path);
    if (length > 4 && strcasecmp(path + length - 4, ".png") == 0) return OHM_OK;
    ohm_fail(OHM_BAD_ARGUMENT, "cannot write a picture to \"%s\": its name does not end in .png", path);
    ohm_fail_hint("pictures are PNG files; convert them with another program");
    return OHM_BAD_ARGUMENT;
}

static ohm_status write_pixels(FILE *file, const char *path, unsigned width, unsigned height,
                               const uint8_t *rgb) {
    // Fast: a third of the time, and no larger for the noise that crossbars are.
    png_image image = {.flags = PNG_IMAGE_FLAG_FAST,
                       .version = PNG_IMAGE_VERSION,
                       .width = width,
                       .height = height,
                       .format = PNG_FORMAT_RGB};
    const bool written = png_image_write_to_stdio(&image, file, 0, rgb, 0, NULL);
    // libpng's text on a failed write is "Write Error"; the reason is still in errno.
    if (!written && ferror(file)) return failed(path, strerror(errno));
    if (!written)
        return ohm_fail(OHM_IO_FAILED, "cannot write %s: %u x %u pixels: %s", path, width, height,
                        image.message);
    return OHM_OK;
}

static ohm_status write_file(const char *temporary, const char *path, unsigned width, unsigned height,
                             const uint8_t *rgb) {
    FILE *file = fopen(temporary, "wbe");
    if (!file) return failed(path, strerror(errno));
    const ohm_status status = write_pixels(file, path, width, height, rgb);
    return fclose(file) == 0 || status ? status : failed(path, strerror(errno));
}

ohm_status png_write(const char *path, unsigned width, unsigned height, const uint8_t *rgb) {
    ohm_replacement r;
    ohm_status status = ohm_replacement_begin(path, &r);
    if (!status) status = write_file(r.temporary, path, width, height, rgb);
    if (!status) status = ohm_replacement_finish(&r);
    ohm_replacement_abandon(&r);
    return status;
}
