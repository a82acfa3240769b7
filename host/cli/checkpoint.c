#include "checkpoint.h"
#include "../base/error.h"
#include "../base/number.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

static bool is_on_disk_of(const char *a, const char *b) {
    struct stat one, other;
    return stat(a, &one) == 0 && stat(b, &other) == 0 && one.st_dev == other.st_dev;
}

// What the disk has once the file is replaced.
static uint64_t room_in(const char *folder, const char *path) {
    struct statvfs disk;
    struct stat old;
    if (statvfs(folder, &disk) < 0) return UINT64_MAX;
    const uint64_t replaced = stat(path, &old) == 0 ? (uint64_t)old.st_blocks * 512 : 0;
    return (uint64_t)disk.f_bavail * disk.f_frsize + replaced;
}

// A streamed crossbar moves into the file that it is saved to, if that is on the disk of its own. Its bands
// need their room there again as they change, and the next save some to move them in, which is less than what
// visits.
static ohm_status check_room(const ohm_crossbar *c, const char *path, const char *folder) {
    const ohm_storage s = ohm_crossbar_storage(c);
    if (!s.file_bytes || !is_on_disk_of(s.folder, folder)) return OHM_OK;
    const uint64_t room = room_in(folder, path), needs = s.file_bytes + s.visiting_bytes;
    if (room >= needs) return OHM_OK;
    char needed[NUMBER_MAX_TEXT], left[NUMBER_MAX_TEXT];
    number_format_bytes(needs, needed);
    number_format_bytes(room, left);
    return ohm_fail(OHM_IO_FAILED, "cannot write %s and go on: %s: it needs %s, but only %s is free", path,
                    strerror(ENOSPC), needed, left);
}

void checkpoint_save(ohm_crossbar *c, const char *path, const char *folder) {
    ohm_status status = check_room(c, path, folder);
    if (!status) status = ohm_crossbar_save(c, path);
    if (status)
        fprintf(stderr, "ohmscape: warning: no checkpoint at step %" PRIu64 ": %s\n", ohm_crossbar_step(c),
                ohm_error_message());
}
