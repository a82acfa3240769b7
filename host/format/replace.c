// Files that are replaced whole: ohm_replacement.
//
// The temporary file is locked while its writer lives. What a killed writer has left is recognised by its
// name, its owner, and a lock that nobody holds.
#include "../base/error.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

// Marks a temporary file as ours. It is between the target's name and the random letters.
#define MARK ".ohmscape-"
#define LETTERS 6
// Bytes of the target's name that fit, as names have at most 255 bytes.
#define MOST_OF_NAME (255 - 1 - (int)(sizeof MARK - 1) - LETTERS)

static ohm_status failed(const char *verb, const char *path) {
    return ohm_fail(OHM_IO_FAILED, "cannot %s %s: %s", verb, path, strerror(errno));
}

// ---- Names ------------------------------------------------------------------------------------

// The file name in a path.
static const char *name_in(const char *target) {
    const char *slash = strrchr(target, '/');
    return slash ? slash + 1 : target;
}

static char *folder_of(const char *target) {
    char *copy = strdup(target), *folder = copy ? strdup(dirname(copy)) : NULL;
    free(copy);
    return folder;
}

// Allocates the paths. The random letters of the temporary are filled in later. On failure some are NULL.
static ohm_status name_files(const char *path, ohm_replacement *r) {
    r->target = realpath(path, NULL);
    if (!r->target) r->target = strdup(path);
    if (!r->target) return ohm_fail_memory("a path");
    const char *name = name_in(r->target);
    if (asprintf(&r->temporary, "%.*s.%.*s" MARK "XXXXXX", (int)(name - r->target), r->target, MOST_OF_NAME,
                 name) >= 0)
        return OHM_OK;
    r->temporary = NULL; // asprintf leaves it undefined
    return ohm_fail_memory("a path");
}

// Whether a file in the target's folder is one of its temporaries, by its name.
static bool is_temporary_of(const char *name, const char *target) {
    const char *wanted = name_in(target);
    const size_t length = strnlen(wanted, MOST_OF_NAME), mark = sizeof MARK - 1;
    return name[0] == '.' && strncmp(name + 1, wanted, length) == 0 &&
           strncmp(name + 1 + length, MARK, mark) == 0 && strlen(name + 1 + length + mark) == LETTERS;
}

// ---- Locks ------------------------------------------------------------------------------------

// Locks the open file description. Unlike a lock of the process, it survives when HDF5 opens and closes the
// file again.
static bool lock_file(int fd, int command) {
    struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
    int result;
    do {
        result = fcntl(fd, command, &whole);
    } while (result < 0 && errno == EINTR);
    return result == 0;
}

// Removes a temporary whose writer is gone.
static void sweep_file(int folder, const char *name) {
    const int fd = openat(folder, name, O_RDWR | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    struct stat info;
    if (fd < 0) return;
    const bool ours = fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && info.st_uid == geteuid();
    if (ours && lock_file(fd, F_OFD_SETLK)) unlinkat(folder, name, 0);
    close(fd);
}

// Removes the temporaries of killed writers to the target.
static void sweep(const char *target) {
    char *path = folder_of(target);
    DIR *folder = path ? opendir(path) : NULL;
    free(path);
    if (!folder) return;
    for (struct dirent *entry; (entry = readdir(folder));)
        if (is_temporary_of(entry->d_name, target)) sweep_file(dirfd(folder), entry->d_name);
    closedir(folder);
}

// ---- Beginning --------------------------------------------------------------------------------

static bool draw_letters(char *letters) {
    static const char alphabet[] = "abcdefghijklmnopqrstuvwxyz012345";
    unsigned char random[LETTERS];
    if (getrandom(random, sizeof random, 0) != (ssize_t)sizeof random) return false;
    for (int i = 0; i < LETTERS; i++) letters[i] = alphabet[random[i] % 32];
    return true;
}

// Creates a new file and locks it. If another writer removes it before it is locked, a new one is created.
static int create(char *temporary, mode_t mode) {
    for (int i = 0; i < 100; i++) {
        if (!draw_letters(temporary + strlen(temporary) - LETTERS)) return -1;
        const int fd = open(temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, mode);
        if (fd < 0 && errno == EEXIST) continue;
        if (fd < 0) return -1;
        lock_file(fd, F_OFD_SETLKW); // without locks in the file system nothing is removed either
        struct stat info;
        if (fstat(fd, &info) == 0 && info.st_nlink > 0) return fd;
        close(fd);
    }
    errno = EEXIST;
    return -1;
}

ohm_status ohm_replacement_begin(const char *path, ohm_replacement *r) {
    *r = (ohm_replacement){.path = path, .lock = -1};
    struct stat info;
    const bool there = stat(path, &info) == 0;
    if (!*path) return ohm_fail(OHM_IO_FAILED, "cannot write \"\": %s", strerror(ENOENT));
    if (there && !S_ISREG(info.st_mode))
        return ohm_fail(OHM_IO_FAILED, "cannot write %s: it is not a regular file", path);
    const ohm_status status = name_files(path, r);
    if (status) return status;
    sweep(r->target);
    r->lock = create(r->temporary, there ? 0600 : 0666); // for a new file the system applies the umask
    if (r->lock < 0) {
        free(r->temporary);
        r->temporary = NULL;
        return failed("write", path);
    }
    if (there) fchmod(r->lock, info.st_mode & 07777);
    return OHM_OK;
}

// ---- Ending -----------------------------------------------------------------------------------

static ohm_status flush_folder_of(const char *path) {
    char *folder = folder_of(path);
    if (!folder) return ohm_fail_memory("a path");
    const int fd = open(folder, O_RDONLY | O_CLOEXEC);
    const ohm_status status = fd < 0          ? failed("open", folder)
                              : fsync(fd) < 0 ? failed("flush", folder)
                                              : OHM_OK;
    if (fd >= 0) close(fd);
    free(folder);
    return status;
}

ohm_status ohm_replacement_finish(ohm_replacement *r) {
    if (fsync(r->lock) < 0) return failed("flush", r->path);
    if (rename(r->temporary, r->target) < 0) return failed("rename the new file to", r->path);
    free(r->temporary);
    r->temporary = NULL;
    return flush_folder_of(r->target);
}

void ohm_replacement_abandon(ohm_replacement *r) {
    if (r->temporary) unlink(r->temporary);
    if (r->target && r->lock >= 0) close(r->lock); // a replacement of all zeros was never begun
    free(r->temporary);
    free(r->target);
}
