#include "guard.h"
#include "../engine/opencl/opencl.h"
#include "../ohmscape_ranks.h"
#include "cli.h"
#include "options.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

// Tells the restarted program the reason.
#define VARIABLE "OHMSCAPE_DEVICE_CRASHED"

#define PATIENCE_US 300000 // of building before it is mentioned; cached kernels take a tenth of that

extern char **environ;

// All that a signal handler uses is prepared before the handler is installed.
static struct {
    bool automatic, settled;
    pid_t process;
    volatile sig_atomic_t building, shown; // shown: mention the build
    char **arguments, **environment;       // for the restart
    char reason[512];                      // the environment entry VARIABLE=reason
    char news[256], error[1536];           // the messages about building and about a crash
} guard;

static const int crashes[] = {SIGABRT, SIGBUS, SIGSEGV, SIGILL, SIGFPE};
#define CRASHES (sizeof crashes / sizeof crashes[0])

static struct sigaction before[CRASHES], alarm_before;

static void say(const char *text) {
    const ssize_t written = write(STDERR_FILENO, text, strlen(text));
    (void)written; // a failed write cannot be reported
}

// ---- In a signal handler ----------------------------------------------------------------------

static void on_alarm(int signal) {
    (void)signal;
    if (guard.building && guard.shown) say(guard.news);
    guard.shown = 0; // once is enough
}

// From here on only system calls are safe, because the driver may have crashed anywhere.
static _Noreturn void give_up(void) {
    const struct itimerval never = {0};
    sigset_t none;
    if (getpid() != guard.process) _exit(EXIT_FAILURE); // a child process of the driver
    guard.building = 0;
    setitimer(ITIMER_REAL, &never, NULL);
    sigemptyset(&none);
    sigprocmask(SIG_SETMASK, &none, NULL); // the restarted program would inherit the blocked signal
    if (guard.automatic && !guard.settled && guard.arguments && guard.environment)
        execve("/proc/self/exe", guard.arguments, guard.environment);
    say(guard.error);
    _exit(EXIT_FAILURE);
}

static void on_crash(int signal) {
    (void)signal;
    give_up();
}

// LLVM ends the whole process if it cannot write a file.
static void on_exit_of_driver(void) {
    if (guard.building) give_up();
}

// ---- Around the building ----------------------------------------------------------------------

static void write_texts(const ohm_device_info *device) {
    char hint[512];
    opencl_building_hint(device, hint, sizeof hint);
    snprintf(guard.reason, sizeof guard.reason, VARIABLE "=%s (%s) crashed while building the kernels",
             device->name, device->id);
    snprintf(guard.news, sizeof guard.news, "\r\033[Kohmscape: compiling kernels for %s (first time only)\n",
             device->name);
    snprintf(guard.error, sizeof guard.error, "ohmscape: error: %.500s\nhint: %.511s\n",
             guard.reason + strlen(VARIABLE "="), hint);
}

static void set_timer(long microseconds) {
    const struct itimerval timer = {.it_value.tv_usec = microseconds};
    setitimer(ITIMER_REAL, &timer, NULL);
}

static void begin(const ohm_device_info *device) {
    struct sigaction action = {.sa_handler = on_crash};
    if (cli_caught() && !guard.settled) _exit(128 + cli_caught());
    write_texts(device);
    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < CRASHES; i++) sigaction(crashes[i], &action, &before[i]);
    action.sa_handler = on_alarm;
    action.sa_flags = SA_RESTART;
    sigaction(SIGALRM, &action, &alarm_before);
    guard.building = 1;
    cli_nothing_to_lose(!guard.settled);
    if (guard.shown) set_timer(PATIENCE_US);
}

static void end(void) {
    guard.building = 0;
    cli_nothing_to_lose(false);
    set_timer(0);
    for (size_t i = 0; i < CRASHES; i++) sigaction(crashes[i], &before[i], NULL);
    sigaction(SIGALRM, &alarm_before, NULL);
}

static void listen(const ohm_device_info *device) {
    if (device)
        begin(device);
    else if (guard.building)
        end();
}

// ---- From outside -----------------------------------------------------------------------------

// The command line of this process, ending in NULL, or NULL if it cannot be read.
static char **own_arguments(void) {
    char *text = NULL;
    size_t size = 0;
    FILE *f = fopen("/proc/self/cmdline", "re");
    const ssize_t length = f ? getdelim(&text, &size, EOF, f) : -1;
    if (f) fclose(f);
    char **arguments = length > 0 ? calloc((size_t)length + 1, sizeof *arguments) : NULL;
    size_t count = 0;
    for (ssize_t at = 0; arguments && at < length; at += (ssize_t)strlen(text + at) + 1)
        arguments[count++] = text + at;
    return arguments;
}

// Copies the environment, with room for the reason.
static char **own_environment(void) {
    size_t count = 0;
    while (environ[count]) count++;
    char **environment = calloc(count + 2, sizeof *environment);
    if (!environment) return NULL;
    memcpy(environment, environ, count * sizeof *environment);
    environment[count] = guard.reason;
    return environment;
}

void guard_start(bool automatic, bool quiet) {
    guard.automatic = automatic && !guard_reason() && ohm_ranks_count() == 1; // others would not start over
    guard.shown = !quiet && isatty(STDERR_FILENO);
    guard.process = getpid();
    if (guard.automatic) {
        guard.arguments = own_arguments();
        guard.environment = own_environment();
    }
    atexit(on_exit_of_driver);
    ohm_set_build_listener(listen);
}

void guard_settled(void) {
    guard.settled = true;
}

const char *guard_reason(void) {
    const char *reason = getenv(VARIABLE);
    return reason && *reason ? reason : NULL;
}
