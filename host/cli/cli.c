#include "cli.h"
#include "../base/error.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int cli_fail(ohm_status status) {
    fprintf(stderr, "ohmscape: error: %s\n", ohm_error_message());
    if (ohm_error_hint()) fprintf(stderr, "hint: %s\n", ohm_error_hint());
    return status == OHM_BAD_ARGUMENT ? EXIT_USAGE : EXIT_FAILURE;
}

ohm_status cli_flush(void) {
    if (fflush(stdout) == 0 && !ferror(stdout)) return OHM_OK;
    return ohm_fail(OHM_IO_FAILED, "cannot write standard output: %s", strerror(errno));
}

static volatile sig_atomic_t caught, nothing_to_lose;

static void catch_signal(int number) {
    if (nothing_to_lose) _exit(128 + number);
    if (!caught) caught = number;
}

static void catch_one(int number, int flags) {
    struct sigaction action = {.sa_handler = catch_signal, .sa_flags = flags};
    sigemptyset(&action.sa_mask);
    sigaction(number, &action, NULL);
}

static bool is_ignored(int number) {
    struct sigaction now;
    return sigaction(number, NULL, &now) == 0 && now.sa_handler == SIG_IGN;
}

void cli_catch_signals(void) {
    catch_one(SIGINT, (int)SA_RESETHAND);
    catch_one(SIGTERM, (int)SA_RESETHAND);
    // A closing terminal sends SIGHUP twice: through the shell, and by itself.
    if (!is_ignored(SIGHUP)) catch_one(SIGHUP, 0);
    signal(SIGPIPE, SIG_IGN);
}

// Opened for the wrong direction, so that using one is still an error.
static void occupy_streams(void) {
    for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++)
        if (fcntl(fd, F_GETFD) < 0) open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY);
}

void cli_start(void) {
    occupy_streams();
    signal(SIGXFSZ, SIG_IGN);
}

void cli_nothing_to_lose(bool nothing) {
    nothing_to_lose = nothing;
}

int cli_caught(void) {
    return caught;
}

void cli_program_path(const char *program, char *path, size_t size) {
    char self[PATH_MAX] = "";
    const ssize_t length = readlink("/proc/self/exe", self, sizeof self - 1);
    if (length < 0) snprintf(self, sizeof self, "./");
    snprintf(path, size, "%s/%s", dirname(self), program);
}
