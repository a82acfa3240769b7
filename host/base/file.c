#include "file.h"
#include "error.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

ohm_status file_cannot_read(const char *path) {
    return ohm_fail(OHM_IO_FAILED, "cannot read %s: %s", path, strerror(errno));
}

ohm_status file_check(const char *path) {
    struct stat info;
    if (stat(path, &info) < 0) return file_cannot_read(path);
    if (S_ISREG(info.st_mode)) return OHM_OK;
    errno = EISDIR;
    if (S_ISDIR(info.st_mode)) return file_cannot_read(path);
    return ohm_fail(OHM_IO_FAILED, "cannot read %s: it is not a regular file", path);
}

ohm_status file_read_bytes(FILE *f, const char *path, size_t most, uint8_t **bytes, size_t *size) {
    size_t room = 0;
    *bytes = NULL;
    *size = 0;
    do {
        room = room ? 2 * room : (size_t)1 << 16;
        if (room > most) room = most;
        uint8_t *more = realloc(*bytes, room + 1);
        if (!more) {
            free(*bytes);
            *bytes = NULL;
            return ohm_fail_memory("a file");
        }
        *bytes = more;
        *size += fread(*bytes + *size, 1, room - *size, f);
    } while (*size == room && room < most);
    if (!ferror(f)) return OHM_OK;
    const ohm_status status = file_cannot_read(path);
    free(*bytes);
    *bytes = NULL;
    return status;
}

ohm_status file_read_text(const char *path, size_t most, char **text, size_t *size) {
    FILE *f = fopen(path, "r");
    if (!f) return file_cannot_read(path);
    uint8_t *bytes = NULL;
    ohm_status status = file_read_bytes(f, path, most + 1, &bytes, size);
    fclose(f);
    if (!status && *size > most) {
        free(bytes);
        status = ohm_fail(OHM_BAD_FILE, "%s has more than %zu bytes", path, most);
    }
    if (status) return status;
    bytes[*size] = '\0';
    *text = (char *)bytes;
    return OHM_OK;
}

bool file_is_same(const char *a, const char *b) {
    struct stat one, other;
    return stat(a, &one) == 0 && stat(b, &other) == 0 && one.st_dev == other.st_dev &&
           one.st_ino == other.st_ino;
}

int file_open_unnamed(const char *folder) {
    const int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd >= 0) return fd;
    if (!*folder) return -1; // and not the root
    char *path;              // not every file system has O_TMPFILE: make a file and unlink it
    if (asprintf(&path, "%s/.ohmscape-XXXXXX", folder) < 0) return -1;
    const int named = mkostemp(path, O_CLOEXEC);
    if (named >= 0) unlink(path);
    free(path);
    return named;
}
