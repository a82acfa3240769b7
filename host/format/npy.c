// See npy.h.
#include "npy.h"
#include "../base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAGIC "\x93NUMPY"
#define MAGIC_SIZE 6
#define MOST_HEADER ((size_t)1 << 20) // bytes
#define ALIGNMENT 64                  // of the first number, in bytes

static ohm_status cannot_read(const char *path) {
    return ohm_fail(OHM_IO_FAILED, "cannot read %s: %s", path, strerror(errno));
}

static ohm_status damaged(const npy_array *a, const char *what) {
    return ohm_fail(OHM_BAD_FILE, "%s is damaged: %s", a->path, what);
}

// ---- Bytes ------------------------------------------------------------------------------------

// Reads size bytes at a position.
static ohm_status read_at(const npy_array *a, uint64_t position, void *to, size_t size) {
    char *at = to;
    while (size > 0) {
        const ssize_t count = pread(a->file, at, size, (off_t)position);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return cannot_read(a->path);
        if (count == 0) return damaged(a, "it is truncated");
        at += count;
        size -= (size_t)count;
        position += (uint64_t)count;
    }
    return OHM_OK;
}

static uint64_t little_endian(const uint8_t *bytes, unsigned width) {
    uint64_t value = 0;
    for (unsigned i = 0; i < width; i++) value |= (uint64_t)bytes[i] << (8 * i);
    return value;
}

bool npy_is_one(const char *path) {
    char start[MAGIC_SIZE] = "";
    const int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); // O_NONBLOCK: do not wait for a pipe
    const bool is_one = file >= 0 && pread(file, start, sizeof start, 0) == MAGIC_SIZE &&
                        memcmp(start, MAGIC, MAGIC_SIZE) == 0;
    if (file >= 0) close(file);
    return is_one;
}

// ---- The header: a Python dictionary with descr, fortran_order and shape -----------------------

// The value of a key, or NULL.
static const char *find_value(const char *header, const char *key) {
    char quoted[32];
    snprintf(quoted, sizeof quoted, "'%s'", key);
    const char *at = strstr(header, quoted);
    if (!at) return NULL;
    at += strlen(quoted);
    at += strspn(at, " ");
    if (*at != ':') return NULL;
    at++;
    return at + strspn(at, " ");
}

// Parses '<f8'.
static ohm_status take_type(const char *text, npy_array *a) {
    char type[32] = "";
    if (!text) return damaged(a, "its header has no descr");
    if (*text == '[') return ohm_fail(OHM_BAD_FILE, "%s has records, not numbers", a->path);
    if (sscanf(text, "'%31[^']'", type) != 1) return damaged(a, "its header has no descr");
    a->kind = type[1];
    a->width = (unsigned)strtoul(type[0] ? type + 1 + (type[1] != '\0') : "", NULL, 10);
    const bool one_byte = type[0] == '|' && a->width == 1;
    const bool real = a->kind == 'f' && (a->width == 4 || a->width == 8);
    const bool whole = (a->kind == 'i' || a->kind == 'u') &&
                       (a->width == 1 || a->width == 2 || a->width == 4 || a->width == 8);
    if ((type[0] == '<' || one_byte) && (real || whole)) return OHM_OK;
    ohm_fail(OHM_BAD_FILE, "%s has numbers of type %s", a->path, type);
    ohm_fail_hint("save it as float32 or float64, little-endian: array.astype('<f4')");
    return OHM_BAD_FILE;
}

static ohm_status take_order(const char *text, npy_array *a) {
    if (text && strncmp(text, "True", 4) == 0)
        a->fortran = true;
    else if (!text || strncmp(text, "False", 5) != 0)
        return damaged(a, "its header has no fortran_order");
    return OHM_OK;
}

// Parses (3, 4).
static ohm_status take_shape(const char *text, npy_array *a) {
    uint64_t side[2] = {0};
    if (!text || *text++ != '(') return damaged(a, "its header has no shape");
    for (a->sides = 0; *text && *text != ')'; a->sides++) {
        char *end;
        text += strspn(text, " ");
        errno = 0;
        const uint64_t value = strtoull(text, &end, 10);
        if (end == text || *text == '-' || errno) return damaged(a, "its header has no shape");
        if (a->sides < 2) side[a->sides] = value;
        text = end + strspn(end, " ");
        if (*text == ',') text++;
        text += strspn(text, " ");
    }
    if (*text != ')') return damaged(a, "its header has no shape");
    if (a->sides != 1 && a->sides != 2)
        return ohm_fail(OHM_BAD_FILE, "%s has %u dimensions, but a matrix has two", a->path, a->sides);
    a->rows = a->sides == 2 ? side[0] : 1;
    a->cols = a->sides == 2 ? side[1] : side[0];
    return OHM_OK;
}

static ohm_status read_header(npy_array *a, size_t size) {
    char *header = calloc(1, size + 1);
    if (!header) return ohm_fail_memory("a header");
    ohm_status status = read_at(a, a->position - size, header, size);
    if (!status) status = take_type(find_value(header, "descr"), a);
    if (!status) status = take_order(find_value(header, "fortran_order"), a);
    if (!status) status = take_shape(find_value(header, "shape"), a);
    free(header);
    return status;
}

static ohm_status check_size(const npy_array *a) {
    struct stat info;
    if (fstat(a->file, &info) < 0) return cannot_read(a->path);
    __extension__ typedef unsigned __int128 u128;
    const u128 numbers = (u128)a->rows * a->cols;
    if (numbers <= (uint64_t)info.st_size && numbers * a->width + a->position <= (uint64_t)info.st_size)
        return OHM_OK;
    return ohm_fail(OHM_BAD_FILE, "%s is truncated: it should have %" PRIu64 " x %" PRIu64 " numbers",
                    a->path, a->rows, a->cols);
}

static ohm_status read_start(npy_array *a) {
    uint8_t start[12] = {0};
    ohm_status status = read_at(a, 0, start, 10);
    if (status == OHM_IO_FAILED) return status;
    if (status || memcmp(start, MAGIC, MAGIC_SIZE) != 0)
        return ohm_fail(OHM_BAD_FILE, "%s is not an .npy file", a->path);
    const unsigned version = start[6], width = version == 1 ? 2 : 4;
    if (version != 1 && version != 2)
        return ohm_fail(OHM_BAD_FILE, "%s has .npy format version %u.%u, but only 1 and 2 can be read",
                        a->path, start[6], start[7]);
    status = read_at(a, 8, start + 8, width);
    const uint64_t size = little_endian(start + 8, width);
    if (!status && size > MOST_HEADER) status = damaged(a, "its header is too long");
    a->position = 8 + width + size;
    if (!status) status = read_header(a, size);
    return status ? status : check_size(a);
}

ohm_status npy_open(const char *path, npy_array *a) {
    *a = (npy_array){.path = path};
    a->file = open(path, O_RDONLY | O_CLOEXEC);
    if (a->file < 0) return cannot_read(path);
    const ohm_status status = read_start(a);
    if (status) npy_close(a);
    return status;
}

void npy_close(npy_array *a) {
    if (a->file >= 0) close(a->file);
    a->file = -1;
}

// ---- Numbers ----------------------------------------------------------------------------------

static float number_at(const npy_array *a, const uint8_t *bytes) {
    const uint64_t bits = little_endian(bytes, a->width);
    if (a->kind == 'u') return (float)bits;
    if (a->kind == 'i') {
        const unsigned unused = 64 - 8 * a->width;
        return (float)((int64_t)(bits << unused) >> unused);
    }
    if (a->width == 4) {
        const uint32_t single = (uint32_t)bits;
        float value;
        memcpy(&value, &single, sizeof value);
        return value;
    }
    double value;
    memcpy(&value, &bits, sizeof value);
    return (float)value;
}

// Reads count consecutive numbers and stores them with a stride.
static ohm_status read_run(const npy_array *a, uint64_t first, uint64_t count, float *out, uint64_t stride) {
    uint8_t bytes[1 << 13];
    const uint64_t most = sizeof bytes / a->width;
    for (uint64_t done = 0; done < count;) {
        const uint64_t piece = count - done < most ? count - done : most;
        const ohm_status status =
            read_at(a, a->position + (first + done) * a->width, bytes, (size_t)(piece * a->width));
        if (status) return status;
        for (uint64_t i = 0; i < piece; i++) out[(done + i) * stride] = number_at(a, bytes + i * a->width);
        done += piece;
    }
    return OHM_OK;
}

ohm_status npy_read_rows(const npy_array *a, uint64_t row0, uint64_t rows, float *out) {
    if (!a->fortran) return read_run(a, row0 * a->cols, rows * a->cols, out, 1);
    ohm_status status = OHM_OK;
    for (uint64_t col = 0; col < a->cols && !status; col++)
        status = read_run(a, col * a->rows + row0, rows, out + col, a->cols);
    return status;
}

// ---- Writing ----------------------------------------------------------------------------------

bool npy_write_header(FILE *out, uint64_t rows, uint64_t cols) {
    char header[192];
    const int used = snprintf(
        header, sizeof header,
        "{'descr': '<f4', 'fortran_order': False, 'shape': (%" PRIu64 ", %" PRIu64 "), }", rows, cols);
    const int before = MAGIC_SIZE + 4; // including version and length
    const int size = (before + used + 1 + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT - before;
    return fwrite(MAGIC "\x01\0", 1, MAGIC_SIZE + 2, out) == MAGIC_SIZE + 2 && fputc(size & 255, out) >= 0 &&
           fputc(size >> 8, out) >= 0 && fprintf(out, "%-*s\n", size - 1, header) == size;
}

bool npy_write_values(FILE *out, const float *values, size_t count) {
    uint8_t bytes[1 << 13];
    const size_t most = sizeof bytes / sizeof *values;
    for (size_t done = 0; done < count;) {
        const size_t piece = count - done < most ? count - done : most;
        for (size_t i = 0; i < piece; i++) {
            uint32_t bits;
            memcpy(&bits, &values[done + i], sizeof bits);
            for (int k = 0; k < 4; k++) bytes[4 * i + (size_t)k] = (uint8_t)(bits >> (8 * k));
        }
        if (fwrite(bytes, sizeof *values, piece, out) != piece) return false;
        done += piece;
    }
    return true;
}
