#include "replace.h"
#include "error.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static ohm_status failed(const char *verb, const char *path) {
    return error_set(OHM_IO_FAILED, "cannot %s %s: %s", verb, path, strerror(errno));
}

// The texts of a replacement: all of them, or those that are NULL were not to be had.
static ohm_status name_files(const char *path, replacement *r) {
    r->target = realpath(path, NULL);
    if (!r->target) r->target = strdup(path);
    if (r->target && asprintf(&r->temporary, "%s.XXXXXX", r->target) >= 0) return OHM_OK;
    r->temporary = NULL; // glibc leaves it undefined
    return error_no_memory("a path");
}

ohm_status replacement_begin(const char *path, replacement *r) {
    *r = (replacement){.path = path};
    const mode_t mask = umask(0);
    umask(mask);
    struct stat info = {.st_mode = S_IFREG | (0666 & ~mask)};
    stat(path, &info);
    if (!*path) return error_set(OHM_IO_FAILED, "cannot write \"\": %s", strerror(ENOENT));
    if (!S_ISREG(info.st_mode))
        return error_set(OHM_IO_FAILED, "cannot write %s: it is not a regular file", path);
    const ohm_status status = name_files(path, r);
    if (status) return status;
    const int fd = mkostemp(r->temporary, O_CLOEXEC);
    if (fd < 0) {
        free(r->temporary);
        r->temporary = NULL;
        return failed("write", path);
    }
    fchmod(fd, info.st_mode & 07777);
    close(fd);
    return OHM_OK;
}

// Flushes a file or folder to disk.
static ohm_status flush(const char *path) {
    const int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0) return failed("open", path);
    const ohm_status status = fsync(fd) < 0 ? failed("flush", path) : OHM_OK;
    close(fd);
    return status;
}

static ohm_status flush_folder_of(const char *path) {
    char *copy = strdup(path);
    if (!copy) return error_no_memory("a path");
    const ohm_status status = flush(dirname(copy));
    free(copy);
    return status;
}

ohm_status replacement_finish(replacement *r) {
    ohm_status status = flush(r->temporary);
    if (status) return status;
    if (rename(r->temporary, r->target) < 0) return failed("rename the new file to", r->path);
    free(r->temporary);
    r->temporary = NULL;
    return flush_folder_of(r->target);
}

void replacement_abandon(replacement *r) {
    if (r->temporary) unlink(r->temporary);
    free(r->temporary);
    free(r->target);
}
