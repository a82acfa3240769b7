#include "child.h"
#include "../base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

unsigned child_processors(void) {
    cpu_set_t all;
    return sched_getaffinity(0, sizeof all, &all) ? 1 : (unsigned)CPU_COUNT(&all);
}

// Limits this process to the first so many processors.
static void keep_processors(unsigned count) {
    cpu_set_t set;
    if (count == 0 || sched_getaffinity(0, sizeof set, &set)) return;
    for (unsigned i = 0; i < CPU_SETSIZE; i++)
        if (CPU_ISSET(i, &set)) {
            if (count > 0)
                count--;
            else
                CPU_CLR(i, &set);
        }
    sched_setaffinity(0, sizeof set, &set);
}

// Runs in the new process. The program should not inherit that we ignore a signal.
static _Noreturn void become(const char *const *arguments, unsigned processors, int in, int out, int errors) {
    dup2(in, STDIN_FILENO);
    dup2(out, STDOUT_FILENO);
    dup2(errors, STDERR_FILENO);
    keep_processors(processors);
    signal(SIGPIPE, SIG_DFL);
    signal(SIGXFSZ, SIG_DFL);
    execvp(arguments[0], (char *const *)arguments);
    dprintf(STDERR_FILENO, "%s: %s\n", arguments[0], strerror(errno));
    _exit(127);
}

static void close_all(const int *fd, size_t count) {
    for (size_t i = 0; i < count; i++)
        if (fd[i] >= 0) close(fd[i]);
}

ohm_status child_start(const char *const *arguments, unsigned processors, child *c) {
    int fd[4] = {-1, -1, -1, -1};
    *c = (child){.pid = -1, .errors = tmpfile()};
    const bool piped = c->errors && pipe2(fd, O_CLOEXEC) == 0 && pipe2(fd + 2, O_CLOEXEC) == 0;
    if (piped) c->pid = fork();
    if (c->pid == 0) become(arguments, processors, fd[0], fd[3], fileno(c->errors));
    if (c->pid < 0) {
        close_all(fd, 4);
        if (c->errors) fclose(c->errors);
        return ohm_fail(OHM_OUT_OF_MEMORY, "cannot start %s: %s", arguments[0], strerror(errno));
    }
    close(fd[0]);
    close(fd[3]);
    c->in = fdopen(fd[1], "w");
    c->out = fdopen(fd[2], "r");
    return OHM_OK;
}

// The first line of its standard error, without our programs' prefix.
static ohm_status failed(child *c, int result) {
    char line[512] = "";
    rewind(c->errors);
    if (!fgets(line, sizeof line, c->errors)) line[0] = '\0';
    line[strcspn(line, "\n")] = '\0';
    const char *prefix = "ohmscape: error: ";
    const char *text = strncmp(line, prefix, strlen(prefix)) == 0 ? line + strlen(prefix) : line;
    if (*text) return ohm_fail(OHM_NO_DEVICE, "%s", text);
    if (WIFSIGNALED(result))
        return ohm_fail(OHM_NO_DEVICE, "it was killed by a signal: %s", strsignal(WTERMSIG(result)));
    return ohm_fail(OHM_NO_DEVICE, "it exited with status %d", WEXITSTATUS(result));
}

ohm_status child_end(child *c) {
    int result = 0;
    if (c->in) fclose(c->in);
    if (c->out) fclose(c->out);
    while (waitpid(c->pid, &result, 0) < 0 && errno == EINTR) {
    }
    const ohm_status status = result == 0 ? OHM_OK : failed(c, result);
    fclose(c->errors);
    return status;
}

ohm_status child_run(const char *const *arguments, unsigned processors, char **output) {
    child c;
    size_t size = 0;
    *output = NULL;
    ohm_status status = child_start(arguments, processors, &c);
    if (status) return status;
    const ssize_t length = getdelim(output, &size, '\0', c.out);
    status = child_end(&c);
    if (status || length < 0) {
        free(*output);
        *output = NULL;
    }
    return status || *output ? status : ohm_fail(OHM_NO_DEVICE, "%s printed nothing", arguments[0]);
}
