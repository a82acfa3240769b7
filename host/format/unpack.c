// See unpack.h.
#include "unpack.h"
#include "../base/error.h"
#include "../base/file.h"

#include <errno.h>
#include <stdlib.h>

#define PIECE (1u << 30) // bytes that zlib is asked for at a time

ohm_status unpack_open(const char *path, unpacked *f) {
    *f = (unpacked){.path = path};
    const ohm_status status = file_check(path);
    if (status) return status;
    errno = 0;
    f->file = gzopen(path, "rb");
    if (!f->file) return errno ? file_cannot_read(path) : ohm_fail_memory("a compressed file");
    gzbuffer(f->file, 1u << 17);
    return OHM_OK;
}

// zlib says that something is wrong at the read or, of a file that ends too early, at the next one.
static ohm_status failed(unpacked *f) {
    int code = 0;
    const char *message = gzerror(f->file, &code);
    if (code == Z_ERRNO) return file_cannot_read(f->path);
    if (code == Z_BUF_ERROR) return ohm_fail(OHM_BAD_FILE, "%s is cut off", f->path);
    return ohm_fail(OHM_BAD_FILE, "cannot unpack %s: %s", f->path, message);
}

ohm_status unpack_read(unpacked *f, void *bytes, size_t count, size_t *got) {
    *got = 0;
    while (*got < count) {
        const size_t left = count - *got;
        const int n = gzread(f->file, (char *)bytes + *got, (unsigned)(left < PIECE ? left : PIECE));
        int code = 0;
        if (n > 0) *got += (size_t)n;
        gzerror(f->file, &code);
        if (n < 0 || code < 0) return failed(f);
        if (n == 0) break;
    }
    return OHM_OK;
}

void unpack_close(unpacked *f) {
    if (f->file) gzclose_r(f->file);
    f->file = NULL;
}

static ohm_status read_all(unpacked *f, size_t most, char **text, size_t *size) {
    size_t room = 1u << 16;
    for (;;) {
        size_t got;
        char *more = realloc(*text, room + 1);
        if (!more) return ohm_fail_memory("a file");
        *text = more;
        const ohm_status status = unpack_read(f, *text + *size, room - *size, &got);
        if (status) return status;
        *size += got;
        (*text)[*size] = '\0';
        if (*size < room) return OHM_OK;
        if (room >= most) return ohm_fail(OHM_BAD_FILE, "%s has more than %zu bytes", f->path, most);
        room = 2 * room < most ? 2 * room : most;
    }
}

ohm_status unpack_text(const char *path, size_t most, char **text, size_t *size) {
    unpacked f;
    *text = NULL;
    *size = 0;
    ohm_status status = unpack_open(path, &f);
    if (!status) status = read_all(&f, most, text, size);
    unpack_close(&f);
    if (!status) return OHM_OK;
    free(*text);
    *text = NULL;
    return status;
}
