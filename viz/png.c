// Writing a PNG file: into a temporary beside the target, flushed to disk, then renamed.
#include "png.h"

#include "../host/error.h"

#include <errno.h>
#include <fcntl.h>
#include <png.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static ohm_status failed(const char *path, const char *reason) {
    return error_set(OHM_IO_FAILED, "cannot write %s: %s", path, reason);
}

ohm_status png_check(const char *path) {
    return ohm_save_check(path, 0);
}

// Writes the picture and flushes it to disk.
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
        return error_set(OHM_IO_FAILED, "cannot write %s: %u x %u pixels: %s", path, width, height,
                         image.message);
    return fflush(file) == 0 && fsync(fileno(file)) == 0 ? OHM_OK : failed(path, strerror(errno));
}

// Fills the empty file that fd is open on, and closes it.
static ohm_status fill(int fd, const char *path, unsigned width, unsigned height, const uint8_t *rgb) {
    FILE *file = fdopen(fd, "wb");
    if (!file) {
        close(fd);
        return error_no_memory("a file");
    }
    const ohm_status status = write_pixels(file, path, width, height, rgb);
    return fclose(file) == 0 || status ? status : failed(path, strerror(errno));
}

// The permissions of the file that is replaced, or of any new file.
static mode_t permissions(const char *target) {
    const mode_t mask = umask(0);
    umask(mask);
    struct stat info;
    return stat(target, &info) == 0 ? info.st_mode & 07777 : 0666 & ~mask;
}

static ohm_status replace(const char *target, char *temporary, const char *path, unsigned width,
                          unsigned height, const uint8_t *rgb) {
    const int fd = mkostemp(temporary, O_CLOEXEC);
    if (fd < 0) return failed(path, strerror(errno));
    fchmod(fd, permissions(target));
    ohm_status status = fill(fd, path, width, height, rgb);
    if (!status && rename(temporary, target) < 0) status = failed(path, strerror(errno));
    if (status) unlink(temporary);
    return status;
}

ohm_status png_write(const char *path, unsigned width, unsigned height, const uint8_t *rgb) {
    ohm_status status = png_check(path);
    if (status) return status;
    char *target = realpath(path, NULL); // through symbolic links, which stay
    char *temporary = NULL;
    if (!target) target = strdup(path);
    if (!target || asprintf(&temporary, "%s.XXXXXX", target) < 0) status = error_no_memory("a path");
    if (!status) status = replace(target, temporary, path, width, height, rgb);
    free(temporary);
    free(target);
    return status;
}
