// Recording through ffmpeg: a child process with our frames on its stdin.
//
// It writes beside the film's place, which the film takes once it is whole (ohm_replacement).
//
// Its stdin is a socket rather than a pipe, so that writing to an ffmpeg that is gone is an error and not
// a SIGPIPE. Its stderr is a file in memory, which never fills up and is read when it has failed.
#include "record.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_SIDE 8192u // ffmpeg takes fewer than 2^28 pixels
#define MAX_RATE 1000u
#define MAX_ARGUMENTS 64

extern char **environ;

struct recorder {
    char *path;
    ohm_replacement file; // what ffmpeg writes; none for a trial
    bool has_file;
    size_t frame_bytes;
    int frames;   // ffmpeg's stdin, -1 when there is none
    int messages; // ffmpeg's stderr, -1 when there is none
    pid_t ffmpeg; // 0 when it does not run
    int ended;    // how it ended, as waitpid says
    bool cut;     // whether it took less than it was given
};

// ---- The command ------------------------------------------------------------------------------

// How ffmpeg is told to write a file that is good at any moment.
typedef struct container {
    const char *ending, *format;
    const char *option, *value;
} container;

static const container containers[] = {
    {".mp4", "mp4", "-movflags", "+frag_keyframe+empty_moov+default_base_moof"},
    {".mkv", "matroska", "-cluster_time_limit", "1000"},
};
static const container nowhere = {"", "null", NULL, NULL};

static const container *container_for(const char *path) {
    const size_t length = strlen(path);
    for (size_t i = 0; i < sizeof containers / sizeof containers[0]; i++) {
        const size_t ending = strlen(containers[i].ending);
        if (length > ending && !strcasecmp(path + length - ending, containers[i].ending))
            return &containers[i];
    }
    return NULL;
}

typedef struct command {
    const char *argv[MAX_ARGUMENTS];
    int count;
    char size[32], rate[16], url[]; // what argv points to
} command;

static void add(command *c, const char *const *words, size_t count) {
    assert(c->count + count < MAX_ARGUMENTS);
    for (size_t i = 0; i < count; i++) c->argv[c->count++] = words[i];
    c->argv[c->count] = NULL;
}

#define ADD(c, ...)                                                                                          \
    add(c, (const char *const[]){__VA_ARGS__}, sizeof((const char *const[]){__VA_ARGS__}) / sizeof(char *))

// Colours: full-range sRGB in; out with the matrix and range that players expect, and a tag saying so.
static void add_encoder(command *c) {
    ADD(c, "-vf", "crop=trunc(iw/2)*2:trunc(ih/2)*2:0:0,scale=out_color_matrix=bt709:out_range=tv");
    ADD(c, "-c:v", "libx264", "-pix_fmt", "yuv420p", "-preset", "veryfast", "-crf", "18");
    ADD(c, "-color_range", "tv", "-colorspace", "bt709", "-color_primaries", "bt709");
    ADD(c, "-color_trc", "iec61966-2-1");
    // A fragment of the file ends before a keyframe: one each second, and each packet to the disk at once.
    ADD(c, "-g", c->rate, "-flush_packets", "1");
}

// The command that records to path, or as a trial to nowhere. NULL if out of memory.
static command *command_create(const container *to, const char *path, unsigned width, unsigned height,
                               unsigned rate) {
    static const char file[] = "file:"; // else a colon in the path would name a protocol
    command *c = calloc(1, sizeof *c + sizeof file + strlen(path));
    if (!c) return NULL;
    snprintf(c->size, sizeof c->size, "%ux%u", width, height);
    snprintf(c->rate, sizeof c->rate, "%u", rate);
    strcat(strcpy(c->url, file), path);
    ADD(c, "ffmpeg", "-v", "error", "-nostdin", "-y");
    ADD(c, "-f", "rawvideo", "-pixel_format", "rgb24", "-video_size", c->size, "-framerate", c->rate);
    ADD(c, "-i", "pipe:0");
    add_encoder(c);
    if (to->option) ADD(c, to->option, to->value);
    ADD(c, "-f", to->format, c->url);
    return c;
}

// ---- Starting it ------------------------------------------------------------------------------

// In a process group of its own, which a Ctrl-C in the terminal does not reach, and with no signal
// blocked.
static int spawn(char *const argv[], int in, int err, pid_t *pid) {
    posix_spawn_file_actions_t files;
    posix_spawnattr_t attributes;
    sigset_t none;
    sigemptyset(&none);
    posix_spawn_file_actions_init(&files);
    posix_spawn_file_actions_adddup2(&files, in, STDIN_FILENO);
    posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_adddup2(&files, err, STDERR_FILENO);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setpgroup(&attributes, 0);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGMASK);
    const int error = posix_spawnp(pid, argv[0], &files, &attributes, argv, environ);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&files);
    return error;
}

static ohm_status not_started(int error) {
    if (error != ENOENT) return ohm_fail(OHM_IO_FAILED, "cannot run ffmpeg: %s", strerror(error));
    ohm_fail(OHM_IO_FAILED, "recording needs ffmpeg, which is not on PATH");
    ohm_fail_hint("on Debian and Ubuntu: apt install ffmpeg");
    return OHM_IO_FAILED;
}

static ohm_status start(recorder *r, command *c) {
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) < 0) return not_started(errno);
    r->frames = ends[0];
    r->messages = memfd_create("messages of ffmpeg", MFD_CLOEXEC);
    const int error =
        r->messages < 0 ? errno : spawn((char *const *)c->argv, ends[1], r->messages, &r->ffmpeg);
    close(ends[1]);
    if (error) r->ffmpeg = 0;
    return error ? not_started(error) : OHM_OK;
}

// ---- How it ended -----------------------------------------------------------------------------

// The last line of ffmpeg's stderr, cut to what there is room for; "" if it said nothing.
static void last_message(const recorder *r, char *text, size_t size) {
    const off_t end = lseek(r->messages, 0, SEEK_END);
    const off_t start = end > (off_t)size - 1 ? end - ((off_t)size - 1) : 0;
    const ssize_t length = pread(r->messages, text, size - 1, start);
    text[length > 0 ? length : 0] = '\0';
    for (size_t n = strlen(text); n && strchr("\n\r ", text[n - 1]); n--) text[n - 1] = '\0';
    const char *line = strrchr(text, '\n');
    if (line) memmove(text, line + 1, strlen(line));
}

static ohm_status report(const recorder *r) {
    char text[1024];
    last_message(r, text, sizeof text);
    if (*text) return ohm_fail(OHM_IO_FAILED, "cannot record %s: ffmpeg: %s", r->path, text);
    if (WIFSIGNALED(r->ended))
        return ohm_fail(OHM_IO_FAILED, "cannot record %s: ffmpeg was killed by a signal: %s", r->path,
                        strsignal(WTERMSIG(r->ended)));
    return ohm_fail(OHM_IO_FAILED, "cannot record %s: ffmpeg exited early with status %d", r->path,
                    WEXITSTATUS(r->ended));
}

// Waits for ffmpeg to end.
static void reap(recorder *r) {
    while (r->ffmpeg && waitpid(r->ffmpeg, &r->ended, 0) < 0 && errno == EINTR)
        ; // try again
    r->ffmpeg = 0;
}

// ---- The file ---------------------------------------------------------------------------------

// The name beside a film's place for one that was cut short: film.mp4 gives film.cut.mp4.
static char *cut_name(const char *path) {
    const char *ending = path + strlen(path) - strlen(container_for(path)->ending);
    for (int i = 1; i < 1000; i++) {
        char *name, number[16] = "";
        if (i > 1) snprintf(number, sizeof number, "-%d", i);
        if (asprintf(&name, "%.*s.cut%s%s", (int)(ending - path), path, number, ending) < 0) return NULL;
        if (access(name, F_OK) < 0) return name;
        free(name);
    }
    return NULL;
}

// Keeps what there is of a film that failed: in its place if that is free, else beside the one that is
// there. The error, which stands, gets a hint that says where.
static void keep_cut(recorder *r) {
    struct stat info;
    char *name = access(r->file.target, F_OK) ? strdup(r->path) : cut_name(r->path);
    const bool empty = stat(r->file.temporary, &info) < 0 || info.st_size == 0;
    if (name && !empty && rename(r->file.temporary, name) == 0)
        ohm_fail_hint("the recording so far is in %s", name);
    free(name);
}

// Puts the file in its place if all went well, and else keeps what there is of it.
static ohm_status finish_file(recorder *r, ohm_status status) {
    if (!r->has_file || !r->file.temporary) return status;
    if (!status) status = ohm_replacement_finish(&r->file);
    if (status && r->file.temporary) keep_cut(r);
    return status;
}

// ---- A recording ------------------------------------------------------------------------------

// Frees what there is of a recording.
static void discard(recorder *r) {
    if (r->frames >= 0) close(r->frames); // the end of the film, to ffmpeg
    reap(r);
    if (r->messages >= 0) close(r->messages);
    if (r->has_file) ohm_replacement_abandon(&r->file);
    free(r->path);
    free(r);
}

// Makes the file that ffmpeg is to write, unless it is a trial, and starts it.
static ohm_status begin(recorder *r, const container *to, unsigned width, unsigned height, unsigned rate) {
    r->has_file = to != &nowhere;
    const ohm_status status = r->has_file ? ohm_replacement_begin(r->path, &r->file) : OHM_OK;
    if (status) return status;
    command *c = command_create(to, r->has_file ? r->file.temporary : r->path, width, height, rate);
    const ohm_status started = c ? start(r, c) : ohm_fail_memory("a recording");
    free(c);
    return started;
}

static ohm_status create(const container *to, const char *path, unsigned width, unsigned height,
                         unsigned rate, recorder **out) {
    recorder *r = *out = calloc(1, sizeof *r);
    if (!r) return ohm_fail_memory("a recording");
    *r = (recorder){
        .path = strdup(path), .frame_bytes = (size_t)width * height * 3, .frames = -1, .messages = -1};
    const ohm_status status = r->path ? begin(r, to, width, height, rate) : ohm_fail_memory("a recording");
    if (status) discard(r);
    if (status) *out = NULL;
    return status;
}

// Records a black frame to nowhere: some builds of ffmpeg have no H.264.
static ohm_status try_ffmpeg(void) {
    static const uint8_t black[16 * 16 * 3];
    recorder *r;
    ohm_status status = create(&nowhere, "a trial frame", 16, 16, 1, &r);
    if (status) return status;
    status = record_frame(r, black);
    const ohm_status closed = record_close(r);
    if (!status) status = closed;
    if (status) ohm_fail_hint("recording needs an ffmpeg built with libx264");
    return status;
}

static ohm_status check_file(const char *path) {
    if (!container_for(path))
        return ohm_fail(OHM_BAD_ARGUMENT, "cannot record \"%s\": its name ends in neither .mp4 nor .mkv",
                        path);
    return ohm_save_check(path, 0);
}

ohm_status record_check(const char *path) {
    const ohm_status status = check_file(path);
    return status ? status : try_ffmpeg();
}

ohm_status record_check_size(unsigned width, unsigned height) {
    if (width >= 2 && height >= 2 && width <= MAX_SIDE && height <= MAX_SIDE) return OHM_OK;
    return ohm_fail(OHM_BAD_ARGUMENT, "cannot record %u x %u pixels: the size must be from 2 x 2 to %u x %u",
                    width, height, MAX_SIDE, MAX_SIDE);
}

ohm_status record_open(const char *path, unsigned width, unsigned height, unsigned frames_per_second,
                       recorder **r) {
    *r = NULL;
    ohm_status status = check_file(path);
    if (!status) status = record_check_size(width, height);
    if (status) return status;
    if (frames_per_second < 1 || frames_per_second > MAX_RATE)
        return ohm_fail(OHM_BAD_ARGUMENT, "cannot record %u frames per second: the rate must be from 1 to %u",
                        frames_per_second, MAX_RATE);
    return create(container_for(path), path, width, height, frames_per_second, r);
}

ohm_status record_frame(recorder *r, const uint8_t *rgb) {
    for (size_t done = 0; done < r->frame_bytes && !r->cut;) {
        const ssize_t sent = send(r->frames, rgb + done, r->frame_bytes - done, MSG_NOSIGNAL);
        if (sent >= 0)
            done += (size_t)sent;
        else if (errno != EINTR)
            r->cut = true;
    }
    if (!r->cut) return OHM_OK;
    shutdown(r->frames, SHUT_RDWR); // whatever the reason, ffmpeg does not wait for more
    reap(r);
    return report(r);
}

ohm_status record_close(recorder *r) {
    if (!r) return OHM_OK;
    if (r->frames >= 0) close(r->frames); // the end of the film, to ffmpeg
    r->frames = -1;
    reap(r);
    const ohm_status status = finish_file(r, r->ended || r->cut ? report(r) : OHM_OK);
    discard(r);
    return status;
}
