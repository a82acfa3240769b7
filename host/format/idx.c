// See idx.h. A file is: two bytes of 0, one for the type (8: unsigned bytes), one for the number of sides,
// these as big-endian uint32, and the array, the last side running fastest.
#include "idx.h"
#include "../base/error.h"
#include "unpack.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#define HEAD 4 // bytes before the sides

static bool begins_well(const uint8_t head[HEAD]) {
    return head[0] == 0 && head[1] == 0 && head[2] >= 8 && head[2] <= 14 && head[3] >= 1;
}

bool idx_is_one(const char *path) {
    uint8_t head[HEAD];
    unpacked f;
    if (unpack_open(path, &f)) return false;
    size_t got = 0;
    const bool read = !unpack_read(&f, head, sizeof head, &got) && got == sizeof head;
    unpack_close(&f);
    return read && begins_well(head);
}

static ohm_status cut_off(const char *path, const char *where) {
    return ohm_fail(OHM_BAD_FILE, "%s is cut off in %s", path, where);
}

static ohm_status read_head(unpacked *f, idx_array *a) {
    uint8_t head[HEAD + 4 * IDX_MOST_SIDES];
    size_t got;
    ohm_status status = unpack_read(f, head, HEAD, &got);
    if (status) return status;
    if (got < HEAD || !begins_well(head)) return ohm_fail(OHM_BAD_FILE, "%s is no IDX file", f->path);
    if (head[2] != 8)
        return ohm_fail(OHM_BAD_FILE, "%s: IDX type 0x%02x: unsigned bytes, 0x08, are read", f->path,
                        head[2]);
    a->sides = head[3];
    if (a->sides > IDX_MOST_SIDES)
        return ohm_fail(OHM_BAD_FILE, "%s has %u sides: up to %d are read", f->path, a->sides,
                        IDX_MOST_SIDES);
    status = unpack_read(f, head, 4 * a->sides, &got);
    if (status) return status;
    if (got < 4 * a->sides) return cut_off(f->path, "its sizes");
    a->count = 1;
    for (unsigned i = 0; i < a->sides; i++) {
        const uint8_t *s = head + 4 * i;
        a->side[i] = (uint64_t)s[0] << 24 | (uint64_t)s[1] << 16 | (uint64_t)s[2] << 8 | s[3];
        if (a->side[i] && a->count > UNPACK_MOST / a->side[i])
            return ohm_fail(OHM_BAD_FILE, "%s: its sizes are those of more than %" PRIu64 " bytes", f->path,
                            (uint64_t)UNPACK_MOST);
        a->count *= a->side[i];
    }
    return a->count ? OHM_OK : ohm_fail(OHM_BAD_FILE, "%s: one of its sizes is 0", f->path);
}

static ohm_status read_bytes(unpacked *f, idx_array *a) {
    uint8_t more;
    size_t got;
    a->bytes = malloc(a->count);
    if (!a->bytes) return ohm_fail_memory("an IDX file");
    ohm_status status = unpack_read(f, a->bytes, a->count, &got);
    if (!status && got < a->count)
        status =
            ohm_fail(OHM_BAD_FILE, "%s is cut off: its sizes are those of %" PRIu64 " bytes, and it has %zu",
                     f->path, a->count, got);
    if (!status) status = unpack_read(f, &more, 1, &got);
    if (!status && got) status = ohm_fail(OHM_BAD_FILE, "%s has more bytes than its sizes say", f->path);
    return status;
}

ohm_status idx_read(const char *path, idx_array *a) {
    unpacked f;
    *a = (idx_array){0};
    ohm_status status = unpack_open(path, &f);
    if (status) return status;
    status = read_head(&f, a);
    if (!status) status = read_bytes(&f, a);
    unpack_close(&f);
    if (!status) return OHM_OK;
    free(a->bytes);
    a->bytes = NULL;
    return status;
}
