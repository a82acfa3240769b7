#include "rescue.h"
#include "../base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// The i-th candidate name for path in a folder, or next to path if the folder is NULL. NULL if out of memory.
static char *make_name(const char *folder, const char *path, int i) {
    const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;
    const char *dot = strrchr(name, '.'), *ending = dot && dot > name ? dot : name + strlen(name);
    char number[16] = "", *text;
    if (i) snprintf(number, sizeof number, "-%d", i + 1);
    const int length =
        folder ? asprintf(&text, "%s/%.*s-rescued%s%s", folder, (int)(ending - name), name, number, ending)
               : asprintf(&text, "%.*s-rescued%s%s", (int)(ending - path), path, number, ending);
    return length < 0 ? NULL : text;
}

// Reserves a free name with an empty file, so that another run ending now takes a different one. Free it.
static char *claim_name(const char *folder, const char *path) {
    for (int i = 0; i < 1000; i++) {
        char *name = make_name(folder, path, i);
        const int file = name ? open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666) : -1;
        if (file >= 0) {
            close(file);
            return name;
        }
        const bool taken = name && errno == EEXIST;
        free(name);
        if (!taken) return NULL;
    }
    return NULL;
}

// Writes to the first folder that works, and returns the path.
static char *write_somewhere(const char *path, rescue_write *write, void *object) {
    const char *const folders[] = {NULL, getenv("TMPDIR"), getenv("HOME"), "/var/tmp", "/tmp"};
    for (size_t i = 0; i < sizeof folders / sizeof folders[0]; i++) {
        if (i && (!folders[i] || !*folders[i])) continue;
        char *name = claim_name(folders[i], path);
        if (name && write(object, name) == OHM_OK) return name;
        if (name) unlink(name);
        free(name);
    }
    return NULL;
}

ohm_status rescue_elsewhere(const char *path, ohm_status status, rescue_write *write, void *object,
                            char **where) {
    *where = NULL;
    if (status != OHM_IO_FAILED) return status;
    char *message = strdup(ohm_error_message()), *hint = ohm_error_hint() ? strdup(ohm_error_hint()) : NULL;
    *where = write_somewhere(path, write, object);
    if (message) ohm_fail(status, "%s", message);
    if (*where)
        ohm_fail_hint("saved to %s instead", *where);
    else if (hint)
        ohm_fail_hint("%s", hint);
    free(message);
    free(hint);
    return status;
}

ohm_status rescue_at(const char *path, rescue_write *write, void *object, char **where) {
    const ohm_status status = write(object, path);
    if (status) return rescue_elsewhere(path, status, write, object, where);
    *where = strdup(path);
    return *where ? OHM_OK : ohm_fail_memory("a path");
}
