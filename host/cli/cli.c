#include "cli.h"
#include "../error.h"

#include <errno.h>
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
    return error_set(OHM_IO_FAILED, "cannot write standard output: %s", strerror(errno));
}

static volatile sig_atomic_t caught, nothing_to_lose;

static void catch_signal(int signal) {
    if (nothing_to_lose) _exit(128 + signal);
    caught = signal;
}

void cli_catch_signals(void) {
    struct sigaction action = {.sa_handler = catch_signal, .sa_flags = (int)SA_RESETHAND}, hangup;
    sigemptyset(&action.sa_mask);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    // When a connection drops, the shell and the terminal may both say so: the second is no impatience.
    action.sa_flags = 0;
    sigaction(SIGHUP, NULL, &hangup);
    if (hangup.sa_handler != SIG_IGN) sigaction(SIGHUP, &action, NULL); // nohup ignores it
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
