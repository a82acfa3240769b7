#include "move.h"
#include "../base/error.h"
#include "room.h"

#include <stdlib.h>
#include <sys/stat.h>

bool planes_move(const ohm_crossbar *c, const ohm_replacement *r) {
#if H5_VERSION_GE(1, 10, 5)
    const ohm_storage s = ohm_crossbar_storage(c);
    struct stat own, other;
    return r && s.file_bytes && c->problem.pitch == c->problem.cols && stat(s.folder, &own) == 0 &&
           fstat(r->lock, &other) == 0 && own.st_dev == other.st_dev;
#else
    (void)c; // where its chunks are, HDF5 does not tell
    (void)r;
    return false;
#endif
}

// The extents of some rows of a dataset's chunks, in the order of a plane of these rows.
typedef struct extent_list {
    file_extent *extents;
    size_t count;
} extent_list;

static ohm_status add(extent_list *l, file_extent e) {
    file_extent *const last = l->count ? &l->extents[l->count - 1] : NULL;
    if (last && last->at + last->bytes == e.at && last->offset + last->bytes == e.offset) {
        last->bytes += e.bytes;
        return OHM_OK;
    }
    file_extent *more = realloc(l->extents, (l->count + 1) * sizeof *more);
    if (!more) return ohm_fail_memory("a band");
    l->extents = more;
    l->extents[l->count++] = e;
    return OHM_OK;
}

// Where a chunk is in the file.
static bool find_chunk(hid_t dataset, const hsize_t at[2], uint64_t *offset) {
#if H5_VERSION_GE(1, 10, 5)
    unsigned mask;
    hsize_t size;
    haddr_t address = HADDR_UNDEF;
    const bool found = hdf5_did(H5Dget_chunk_info_by_coord(dataset, at, &mask, &address, &size));
    *offset = address;
    return found && address != HADDR_UNDEF;
#else
    (void)dataset, (void)at, (void)offset;
    return false;
#endif
}

// The chunks of the row in which an area's columns begin, cut to it: chunks are of whole rows, or of parts of
// one.
static ohm_status add_row(extent_list *l, hid_t dataset, const problem *p, uint64_t row0, uint64_t row) {
    hsize_t chunk[2];
    file_plane_chunk(p, chunk);
    ohm_status status = OHM_OK;
    for (uint64_t col = 0; col < p->cols && !status; col += chunk[1]) {
        const hsize_t at[2] = {row / chunk[0] * chunk[0], col};
        const uint64_t cols = chunk[1] < p->cols - col ? chunk[1] : p->cols - col;
        uint64_t offset;
        if (!find_chunk(dataset, at, &offset))
            return ohm_fail(OHM_IO_FAILED, "cannot find what was saved: %s", hdf5_reason());
        offset += (row - at[0]) * chunk[1] * sizeof(float);
        status = add(
            l, (file_extent){((row - row0) * p->cols + col) * sizeof(float), offset, cols * sizeof(float)});
    }
    return status;
}

static ohm_status move_band(ohm_crossbar *c, const band *b, plane which, hid_t dataset,
                            const ohm_replacement *r) {
    extent_list l = {0};
    ohm_status status = OHM_OK;
    for (uint64_t i = 0; i < b->shape.rows && !status; i++)
        status = add_row(&l, dataset, &c->problem, b->shape.row0, b->shape.row0 + i);
    if (!status) status = band_move(b, which, r->lock, l.extents, l.count);
    free(l.extents);
    return status;
}

// Bytes of the file that a dataset is in.
static uint64_t size_of_file(hid_t dataset) {
    const hid_t file = H5Iget_file_id(dataset);
    hsize_t size = 0;
    H5Fget_filesize(file, &size);
    H5Idec_ref(file);
    return size;
}

// Bytes of the chunks that begin in a band, of which the last may go on in the next one.
static uint64_t new_bytes(const problem *p, const band *b) {
    hsize_t chunk[2];
    file_plane_chunk(p, chunk);
    const uint64_t first = (b->shape.row0 + chunk[0] - 1) / chunk[0],
                   end = (b->shape.row0 + b->shape.rows + chunk[0] - 1) / chunk[0];
    const uint64_t cols = (p->cols + chunk[1] - 1) / chunk[1] * chunk[1];
    return (end - first) * chunk[0] * cols * sizeof(float);
}

ohm_status plane_move(ohm_crossbar *c, plane which, hid_t dataset, const ohm_replacement *r,
                      file_copy *write) {
    ohm_status status = OHM_OK;
    for (size_t i = 0; i < c->band_count && !status; i++) {
        const band *b = c->bands[i];
        const uint64_t bytes = new_bytes(&c->problem, b);
        status = room_reserve(r, size_of_file(dataset) + bytes + room_overhead(c, bytes));
        if (!status) status = file_for_pieces(c, which, b->shape.row0, b->shape.rows, dataset, write);
        if (!status && !hdf5_did(H5Dflush(dataset)))
            status = ohm_fail(OHM_IO_FAILED, "cannot write %s: %s", r->path, hdf5_reason());
        if (!status) status = move_band(c, b, which, dataset, r);
    }
    return status;
}
