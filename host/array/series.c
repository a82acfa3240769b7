#include "series.h"
#include "../base/error.h"
#include "../base/file.h"
#include "../base/number.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

// ---- Packing ----------------------------------------------------------------------------------

// A packed row is its step and its four real numbers unchanged, then the bins as numbers with 7 bits in each
// byte. A run of empty bins is a 0 and the number of empty bins after the first.
#define HEAD offsetof(series_row, histogram)
#define MOST_BYTES (HEAD + 10 * OHM_HISTOGRAM_BINS)

static uint8_t *pack_number(uint8_t *to, uint64_t value) {
    for (; value >= 0x80; value >>= 7) *to++ = (uint8_t)(value | 0x80);
    *to++ = (uint8_t)value;
    return to;
}

// The number of empty bins right after bin i.
static int empty_behind(const series_row *row, int i) {
    int end = i + 1;
    while (end < OHM_HISTOGRAM_BINS && !row->histogram[end]) end++;
    return end - i - 1;
}

// Returns the number of bytes written.
static size_t pack(const series_row *row, uint8_t packed[MOST_BYTES]) {
    uint8_t *to = packed + HEAD;
    memcpy(packed, row, HEAD);
    for (int i = 0; i < OHM_HISTOGRAM_BINS; i++) {
        to = pack_number(to, row->histogram[i]);
        if (row->histogram[i]) continue;
        const int more = empty_behind(row, i);
        to = pack_number(to, (uint64_t)more);
        i += more;
    }
    return (size_t)(to - packed);
}

static const uint8_t *unpack_number(const uint8_t *from, uint64_t *value) {
    *value = 0;
    for (int shift = 0;; shift += 7) {
        *value |= (uint64_t)(*from & 0x7F) << shift;
        if (!(*from++ & 0x80)) return from;
    }
}

// Returns the number of bytes read.
static size_t unpack(const uint8_t *packed, series_row *row) {
    const uint8_t *from = packed + HEAD;
    memset(row, 0, sizeof *row);
    memcpy(row, packed, HEAD);
    for (int i = 0; i < OHM_HISTOGRAM_BINS; i++) {
        uint64_t more = 0;
        from = unpack_number(from, &row->histogram[i]);
        if (!row->histogram[i]) from = unpack_number(from, &more);
        i += (int)more;
    }
    return (size_t)(from - packed);
}

// ---- The file ---------------------------------------------------------------------------------

#define TAIL (1u << 20) // bytes of rows in memory

// Makes the file in the first folder where that works.
static ohm_status make_file(series *s) {
    const char *const folders[] = {s->folder, getenv("TMPDIR"), "/var/tmp", "/tmp"};
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        if (!folders[i] || !*folders[i]) continue;
        s->file = file_open_unnamed(folders[i]);
        if (s->file >= 0) return OHM_OK;
    }
    return ohm_fail(OHM_IO_FAILED, "cannot keep the series in a file: %s", strerror(errno));
}

static ohm_status no_room(const series *s, uint64_t left) {
    char rows[NUMBER_MAX_TEXT], has[NUMBER_MAX_TEXT], rest[NUMBER_MAX_TEXT];
    number_format_bytes(s->stored + s->tail_bytes, rows);
    number_format_bytes(left, has);
    number_format_bytes(s->reserve, rest);
    ohm_fail(
        OHM_IO_FAILED,
        "the series ends after %" PRIu64
        " rows: %s: they take %s, saving them takes as much again and the crossbar %s, but only %s is free",
        s->count, strerror(ENOSPC), rows, rest, has);
    ohm_fail_hint("record less often (--every), or on a disk with more space");
    return OHM_IO_FAILED;
}

// Checks that the disk has room for the tail, and for saving everything to it later.
static ohm_status check_room(const series *s) {
    struct statvfs disk;
    if (fstatvfs(s->file, &disk)) return OHM_OK;
    const uint64_t left = (uint64_t)disk.f_bavail * disk.f_frsize;
    return left >= s->stored + 2 * s->tail_bytes + s->reserve ? OHM_OK : no_room(s, left);
}

static ohm_status write_tail(const series *s) {
    for (size_t done = 0; done < s->tail_bytes;) {
        const ssize_t written =
            pwrite(s->file, s->tail + done, s->tail_bytes - done, (off_t)(s->stored + done));
        if (written < 0 && errno == EINTR) continue;
        if (written <= 0)
            return ohm_fail(OHM_IO_FAILED, "the series ends after %" PRIu64 " rows: %s", s->count,
                            strerror(written ? errno : ENOSPC));
        done += (size_t)written;
    }
    return OHM_OK;
}

// Moves the tail into the file. If that fails, it stays where it is.
static ohm_status store_tail(series *s) {
    ohm_status status = s->stored ? OHM_OK : make_file(s);
    if (status) return status;
    status = check_room(s);
    if (!status) status = write_tail(s);
    if (status) {
        if (!s->stored) close(s->file);
        return status;
    }
    s->stored += s->tail_bytes;
    s->tail_bytes = 0;
    return OHM_OK;
}

// ---- Rows -------------------------------------------------------------------------------------

ohm_status series_append(series *s, const series_row *row) {
    if (!s->tail) s->tail = malloc(TAIL);
    if (!s->tail) return ohm_fail_memory("the series");
    const ohm_status status = s->tail_bytes + MOST_BYTES > TAIL ? store_tail(s) : OHM_OK;
    if (status) return status;
    s->tail_bytes += pack(row, s->tail + s->tail_bytes);
    s->count++;
    return OHM_OK;
}

void series_clear(series *s) {
    if (s->stored) close(s->file);
    free(s->tail);
    *s = (series){.folder = s->folder, .reserve = s->reserve};
}

void series_free(series *s) {
    series_clear(s);
    free(s->folder);
    *s = (series){0};
}

// ---- Reading ----------------------------------------------------------------------------------

#define PIECE (64u << 10)

ohm_status series_reader_open(const series *s, series_reader *r) {
    *r = (series_reader){.series = s, .piece = malloc(PIECE)};
    return r->piece ? OHM_OK : ohm_fail_memory("rows of the series");
}

void series_reader_close(series_reader *r) {
    free(r->piece);
    *r = (series_reader){0};
}

// Reads up to size bytes from the reader's place on. Returns how many; 0 at the end, below 0 on failure.
static ssize_t fetch(const series_reader *r, uint8_t *to, size_t size) {
    const series *s = r->series;
    const bool in_file = r->place < s->stored;
    const uint64_t left = in_file ? s->stored - r->place : s->stored + s->tail_bytes - r->place;
    const size_t count = left < size ? (size_t)left : size;
    if (in_file) return pread(s->file, to, count, (off_t)r->place);
    memcpy(to, s->tail + (r->place - s->stored), count);
    return (ssize_t)count;
}

// Fills the piece, or as much of it as there are bytes for.
static ohm_status fill(series_reader *r) {
    memmove(r->piece, r->piece + r->at, r->end - r->at);
    r->end -= r->at;
    r->at = 0;
    while (r->end < PIECE) {
        const ssize_t count = fetch(r, r->piece + r->end, PIECE - r->end);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return ohm_fail(OHM_IO_FAILED, "cannot read back the series: %s", strerror(errno));
        if (count == 0) break;
        r->end += (size_t)count;
        r->place += (uint64_t)count;
    }
    return OHM_OK;
}

ohm_status series_reader_next(series_reader *r, series_row *rows, size_t count) {
    for (size_t i = 0; i < count; i++) {
        const ohm_status status = r->end - r->at < MOST_BYTES ? fill(r) : OHM_OK;
        if (status) return status;
        assert(r->end > r->at);
        r->at += unpack(r->piece + r->at, &rows[i]);
    }
    return OHM_OK;
}
