#include "room.h"
#include "../base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

static ohm_status write_failed(const char *path) {
    return ohm_fail(OHM_IO_FAILED, "cannot write %s: %s", path, strerror(errno));
}

uint64_t crossbar_planes_bytes(const ohm_crossbar *c) {
    const problem *p = &c->problem;
    hsize_t chunk[2];
    file_plane_chunk(p, chunk);
    const uint64_t rows = (p->rows + chunk[0] - 1) / chunk[0] * chunk[0];
    const uint64_t cols = (p->cols + chunk[1] - 1) / chunk[1] * chunk[1];
    return rows * cols * sizeof(float) * plane_count(p->variant);
}

// Bytes of a file in addition to its data, rounded up.
uint64_t room_overhead(const ohm_crossbar *c, uint64_t data) {
    const uint64_t chunks = c->series.count / FILE_SERIES_CHUNK * FILE_COLUMN_COUNT;
    return data / 1024 + 32 * chunks + (64u << 10);
}

// Reserves disk space for the whole file before HDF5 writes. A full disk is then reported as such. Otherwise
// a flush would fail inside HDF5 1.10, which then cannot even close the file. Skipped where the system cannot
// reserve.
ohm_status room_reserve(const ohm_replacement *r, uint64_t bytes) {
    struct rlimit limit;
    errno = 0;
    if (getrlimit(RLIMIT_FSIZE, &limit) == 0 && bytes > limit.rlim_cur)
        errno = EFBIG;
    else if (fallocate(r->lock, FALLOC_FL_KEEP_SIZE, 0, (off_t)bytes) == 0)
        return OHM_OK;
    const bool full = errno == ENOSPC || errno == EDQUOT || errno == EFBIG;
    return full ? write_failed(r->path) : OHM_OK;
}

// Gives back what was reserved beyond the end of the file.
ohm_status room_trim(const ohm_replacement *r) {
    struct stat info;
    const bool trimmed = fstat(r->lock, &info) == 0 && ftruncate(r->lock, info.st_size) == 0;
    return trimmed ? OHM_OK : write_failed(r->path);
}
