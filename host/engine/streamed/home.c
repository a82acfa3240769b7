#include "home.h"
#include "../../base/error.h"
#include "../../base/file.h"
#include "../../base/number.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/magic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/vfs.h>
#include <unistd.h>

// A file that planes have been saved to.
struct saved_file {
    int file;
    size_t users; // planes
};

// A place in the file that has been given back.
typedef struct hole {
    uint64_t offset, bytes;
} hole;

struct home {
    int file, direct; // the same file, past the system's cache; -1
    uint64_t end;     // of the places taken in it,
    uint64_t size;    // and of what is reserved
    hole *holes;      // before the end
    size_t hole_count;
    uint64_t memory; // bytes for places in memory
    char folder[512];
    saved_file *saved; // the latest, or NULL
};

// ---- The file ---------------------------------------------------------------------------------

static ohm_status no_room(const char *folder, uint64_t bytes) {
    char needed[NUMBER_MAX_TEXT], free_text[NUMBER_MAX_TEXT];
    struct statvfs disk;
    const bool known = statvfs(folder, &disk) == 0;
    number_format_bytes(bytes, needed);
    number_format_bytes(known ? (uint64_t)disk.f_bavail * disk.f_frsize : 0, free_text);
    ohm_fail(OHM_IO_FAILED, "the crossbar does not fit into memory, and needs %s of disk: %s has %s free",
             needed, folder, free_text);
    ohm_fail_hint("--scratch names a folder on another disk");
    return OHM_IO_FAILED;
}

// Reserves bytes of the file, so that a full disk shows before any work. Where the system cannot reserve, it
// may show later.
static ohm_status reserve(home *h, uint64_t offset, uint64_t bytes) {
    struct statvfs disk;
    const uint64_t end = offset + bytes;
    // Asked first: some systems reserve all there is, and fail then.
    if (fstatvfs(h->file, &disk) == 0 && (uint64_t)disk.f_bavail * disk.f_frsize < bytes)
        return no_room(h->folder, bytes);
    int code = fallocate(h->file, 0, (off_t)offset, (off_t)bytes);
    if (code && errno != ENOSPC && errno != EFBIG && errno != EDQUOT)
        code = end > h->size ? ftruncate(h->file, (off_t)end) : 0;
    if (code) return no_room(h->folder, bytes);
    if (end > h->size) h->size = end;
    return OHM_OK;
}

// Whether a folder is in memory itself.
static bool is_in_memory(const char *folder) {
    struct statfs info;
    return statfs(folder, &info) == 0 && info.f_type == TMPFS_MAGIC;
}

// Opens the file past the system's cache too, where what rests in it would crowd out everything else. Not all
// file systems can.
static void open_direct(home *h, uint64_t bytes) {
    char path[64];
    if (bytes < ohm_memory_available() / 2) return;
    snprintf(path, sizeof path, "/proc/self/fd/%d", h->file);
    h->direct = open(path, O_RDWR | O_DIRECT | O_CLOEXEC);
}

static void close_file(home *h) {
    if (h->direct >= 0) close(h->direct);
    if (h->file >= 0) close(h->file);
    h->direct = h->file = -1;
}

static ohm_status open_named(home *h, const char *folder, uint64_t bytes) {
    h->file = file_open_unnamed(folder);
    if (h->file >= 0) {
        snprintf(h->folder, sizeof h->folder, "%s", folder);
        open_direct(h, bytes);
        return reserve(h, 0, bytes);
    }
    ohm_fail(OHM_IO_FAILED, "cannot keep the crossbar in %s: %s", folder, strerror(errno));
    ohm_fail_hint("--scratch names a folder that can be written");
    return OHM_IO_FAILED;
}

// Takes the first folder for temporary files that is on a disk and has room.
static ohm_status open_any(home *h, uint64_t bytes) {
    const char *const folders[] = {getenv("TMPDIR"), "/var/tmp", "/tmp"};
    ohm_status status = ohm_fail(OHM_IO_FAILED, "there is no folder on a disk to keep the crossbar in");
    ohm_fail_hint("--scratch names one");
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        if (!folders[i] || !*folders[i] || is_in_memory(folders[i])) continue;
        status = open_named(h, folders[i], bytes);
        if (!status) break;
        close_file(h);
    }
    return status;
}

// ---- Opening ----------------------------------------------------------------------------------

ohm_status home_open(const storage *s, home **opened) {
    home *h = calloc(1, sizeof *h);
    *opened = NULL;
    if (!h) return ohm_fail_memory("bands");
    h->file = h->direct = -1;
    const uint64_t available = ohm_memory_available();
    const bool fits = s->bytes <= s->host && s->bytes <= available;
    ohm_status status = OHM_OK;
    if (fits) h->memory = s->bytes;
    if (!fits) status = s->scratch ? open_named(h, s->scratch, s->bytes) : open_any(h, s->bytes);
    if (status) {
        home_close(h);
        return status;
    }
    *opened = h;
    return OHM_OK;
}

void home_close(home *h) {
    if (!h) return;
    close_file(h);
    free(h->holes);
    free(h);
}

void home_describe(const home *h, storage_report *r) {
    r->memory = h->memory;
    r->file = h->size;
    snprintf(r->folder, sizeof r->folder, "%s", h->folder);
}

// ---- Saved files ---------------------------------------------------------------------------------

static bool is_open_already(const home *h, int fd) {
    struct stat known, asked;
    return h->saved && fstat(h->saved->file, &known) == 0 && fstat(fd, &asked) == 0 &&
           known.st_dev == asked.st_dev && known.st_ino == asked.st_ino;
}

// Opens it anew, since fd is somebody's lock on it.
static ohm_status open_saved(home *h, int fd) {
    char path[64];
    if (is_open_already(h, fd)) return OHM_OK;
    snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    if (file < 0) return ohm_fail(OHM_IO_FAILED, "cannot keep a saved file open: %s", strerror(errno));
    saved_file *const made = calloc(1, sizeof *made);
    if (!made) {
        close(file);
        return ohm_fail_memory("a saved file");
    }
    made->file = file;
    h->saved = made;
    return OHM_OK;
}

static void let_go(home *h, saved_file *s) {
    if (--s->users) return;
    if (h->saved == s) h->saved = NULL;
    close(s->file);
    free(s);
}

// ---- Places -----------------------------------------------------------------------------------

// Places of a size are taken again, so that the file does not grow with every plane that leaves and comes
// back: a long run that is saved often would reach the longest file that there can be.
static hole *find_hole(const home *h, uint64_t bytes) {
    for (size_t i = 0; i < h->hole_count; i++)
        if (h->holes[i].bytes == bytes) return &h->holes[i];
    return NULL;
}

static ohm_status take_in_file(home *h, place *p) {
    hole *const again = find_hole(h, p->bytes);
    ohm_status status = OHM_OK;
    p->offset = again ? again->offset : h->end;
    if (again)
        status = reserve(h, p->offset, p->bytes);
    else if (h->end + p->bytes > h->size)
        status = reserve(h, h->size, h->end + p->bytes - h->size);
    if (status) return status;
    if (again)
        *again = h->holes[--h->hole_count];
    else
        h->end += p->bytes;
    return OHM_OK;
}

// One that there is no memory to note is not taken again.
static void leave_hole(home *h, const place *p) {
    (void)fallocate(h->file, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, (off_t)p->offset, (off_t)p->bytes);
    hole *more = realloc(h->holes, (h->hole_count + 1) * sizeof *more);
    if (!more) return;
    h->holes = more;
    more[h->hole_count++] = (hole){p->offset, p->bytes};
}

ohm_status home_take(home *h, uint64_t bytes, place *p) {
    *p = (place){.bytes = storage_round(bytes)};
    if (h->file >= 0) return take_in_file(h, p);
    void *const memory =
        mmap(NULL, p->bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) return ohm_fail_memory("a band");
    madvise(memory, p->bytes, MADV_HUGEPAGE);
    p->memory = memory;
    return OHM_OK;
}

void home_give_back(home *h, place *p) {
    if (p->extents) {
        let_go(h, p->saved);
        free(p->extents);
    } else if (p->memory) {
        munmap(p->memory, p->bytes);
    } else if (p->bytes) {
        leave_hole(h, p);
    }
    *p = (place){0};
}

bool home_shares_disk(const home *h, int fd) {
    struct stat own, other;
    return h->file >= 0 && fstat(h->file, &own) == 0 && fstat(fd, &other) == 0 && own.st_dev == other.st_dev;
}

ohm_status home_saved(home *h, int fd, const file_extent *extents, size_t count, uint64_t bytes, place *p) {
    *p = (place){.bytes = storage_round(bytes), .extent_count = count};
    file_extent *const copy = malloc(count * sizeof *copy);
    if (!copy) return ohm_fail_memory("a band");
    const ohm_status status = open_saved(h, fd);
    if (status) {
        free(copy);
        return status;
    }
    memcpy(copy, extents, count * sizeof *copy);
    p->extents = copy;
    p->saved = h->saved;
    p->saved->users++;
    return OHM_OK;
}

// ---- Transfers --------------------------------------------------------------------------------

// The file, past the cache where that is possible.
static int file_for(const home *h, uint64_t offset, uint64_t bytes, const void *memory) {
    const bool aligned = !((offset | bytes | (uintptr_t)memory) % STORAGE_PAGE);
    return aligned && h->direct >= 0 ? h->direct : h->file;
}

static ohm_status failed(const home *h, const char *verb, ssize_t count) {
    return ohm_fail(OHM_IO_FAILED, "cannot %s the part of the crossbar that is in %s: %s", verb, h->folder,
                    count < 0 ? strerror(errno) : "the file ends");
}

static ohm_status read_file(const home *h, int fd, uint64_t at, uint64_t bytes, char *to) {
    while (bytes) {
        const int from = fd >= 0 ? fd : file_for(h, at, bytes, to);
        const ssize_t count = pread(from, to, bytes, (off_t)at);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return failed(h, "read", count);
        at += (uint64_t)count;
        to += count;
        bytes -= (uint64_t)count;
    }
    return OHM_OK;
}

// What is behind the last extent is padding.
static ohm_status read_extents(const home *h, const place *p, uint64_t offset, uint64_t bytes, char *to) {
    ohm_status status = OHM_OK;
    for (size_t i = 0; i < p->extent_count && !status; i++) {
        const file_extent *e = &p->extents[i];
        const uint64_t first = e->at > offset ? e->at : offset, last = e->at + e->bytes;
        const uint64_t end = last < offset + bytes ? last : offset + bytes;
        if (first < end)
            status =
                read_file(h, p->saved->file, e->offset + (first - e->at), end - first, to + (first - offset));
    }
    return status;
}

ohm_status home_read(const home *h, const place *p, uint64_t offset, uint64_t bytes, void *to) {
    if (p->extents) return read_extents(h, p, offset, bytes, to);
    if (!p->memory) return read_file(h, -1, p->offset + offset, bytes, to);
    memcpy(to, p->memory + offset, bytes);
    return OHM_OK;
}

ohm_status home_write(const home *h, const place *p, uint64_t offset, uint64_t bytes, const void *from) {
    if (p->memory) {
        memcpy(p->memory + offset, from, bytes);
        return OHM_OK;
    }
    for (uint64_t done = 0; done < bytes;) {
        const uint64_t at = p->offset + offset + done;
        const ssize_t count =
            pwrite(file_for(h, at, bytes - done, from), (const char *)from + done, bytes - done, (off_t)at);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return failed(h, "write", count);
        done += (uint64_t)count;
    }
    return OHM_OK;
}
