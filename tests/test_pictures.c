// Pictures and films: the PNG that is written is the picture, a film has its frames, and whatever is in
// the way of either is an error that leaves nothing behind.
//
// With --dump-colormaps it prints the colour maps, for tests/colormaps.py.
#include "scene.h"

#include "../viz/colormap.h"
#include "../viz/png.h"
#include "../viz/record.h"

#include <dirent.h>
#include <fcntl.h>
#include <png.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

static char folder[] = "/tmp/ohmscape-pictures-XXXXXX"; // a new one for each test

// ---- Files ------------------------------------------------------------------------------------

static int enter_folder(void **state) {
    (void)state;
    strcpy(folder + strlen(folder) - 6, "XXXXXX");
    return mkdtemp(folder) ? 0 : -1;
}

static int leave_folder(void **state) {
    (void)state;
    char command[64];
    snprintf(command, sizeof command, "rm -r %s", folder);
    setenv("PATH", getenv("REAL"), 1);
    return system(command);
}

// The path of a name in the folder, good until the next call but three.
static const char *inside(const char *name) {
    static char paths[4][256];
    static int next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", folder, name);
    return path;
}

static void put(const char *path, const char *text) {
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    fputs(text, file);
    assert_int_equal(fclose(file), 0);
}

static void holds(const char *path, const char *text) {
    char found[256] = "";
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    found[fread(found, 1, sizeof found - 1, file)] = '\0';
    fclose(file);
    assert_string_equal(found, text);
}

static int entries(const char *path) {
    int count = 0;
    DIR *entry = opendir(path);
    assert_non_null(entry);
    while (readdir(entry)) count++;
    closedir(entry);
    return count - 2; // . and ..
}

static mode_t mode(const char *path) {
    struct stat info;
    assert_int_equal(lstat(path, &info), 0);
    return info.st_mode;
}

// ---- Pixels -----------------------------------------------------------------------------------

static uint8_t *noise(unsigned width, unsigned height) {
    const size_t bytes = (size_t)width * height * 3;
    uint8_t *rgb = malloc(bytes);
    uint32_t x = width * 1000 + height;
    assert_non_null(rgb);
    for (size_t i = 0; i < bytes; i++) rgb[i] = (uint8_t)((x = x * 1664525 + 1013904223) >> 24);
    return rgb;
}

// The upper half of one colour, the lower of another.
static uint8_t *flag(unsigned width, unsigned height, const uint8_t upper[3], const uint8_t lower[3]) {
    uint8_t *rgb = malloc((size_t)width * height * 3);
    assert_non_null(rgb);
    for (size_t i = 0; i < (size_t)width * height; i++)
        memcpy(rgb + 3 * i, i / width < height / 2 ? upper : lower, 3);
    return rgb;
}

// ---- Colour maps ------------------------------------------------------------------------------

static void dump_colormaps(void) {
    for (int m = 0; m < COLORMAP_COUNT; m++) {
        uint8_t rgb[256][3];
        colormap_table((colormap)m, rgb);
        for (int i = 0; i < 256; i++)
            printf("%s %d %d %d %d\n", colormap_name[m], i, rgb[i][0], rgb[i][1], rgb[i][2]);
    }
}

static void colormaps_are_found(void **state) {
    (void)state;
    for (int m = 0; m < COLORMAP_COUNT; m++) assert_int_equal(colormap_find(colormap_name[m]), m);
    assert_int_equal(colormap_find("jet"), 0);
    assert_int_equal(colormap_find(""), -1);
    assert_int_equal(colormap_find("Jet"), -1);
}

// Moreland's, and the first and last entries of the published tables.
static void colormaps_have_their_ends(void **state) {
    (void)state;
    static const uint8_t ends[COLORMAP_COUNT][2][3] = {
        [COLORMAP_JET] = {{0, 0, 128}, {128, 0, 0}},
        [COLORMAP_VIRIDIS] = {{68, 1, 84}, {253, 231, 37}},
        [COLORMAP_MAGMA] = {{0, 0, 4}, {252, 253, 191}},
        [COLORMAP_CIVIDIS] = {{0, 34, 78}, {254, 232, 56}},
        [COLORMAP_COOLWARM] = {{59, 76, 192}, {180, 4, 38}},
        [COLORMAP_GRAY] = {{0, 0, 0}, {255, 255, 255}},
    };
    for (int m = 0; m < COLORMAP_COUNT; m++) {
        uint8_t rgb[256][3];
        colormap_table((colormap)m, rgb);
        assert_memory_equal(rgb[0], ends[m][0], 3);
        assert_memory_equal(rgb[255], ends[m][1], 3);
    }
}

// ---- PNG --------------------------------------------------------------------------------------

// Bit depth and colour type, which libpng's reader would hide.
static void is_rgb8(const char *path) {
    uint8_t head[26];
    FILE *file = fopen(path, "rb");
    assert_non_null(file);
    assert_int_equal(fread(head, 1, sizeof head, file), sizeof head);
    fclose(file);
    assert_true(head[24] == 8 && head[25] == PNG_COLOR_TYPE_RGB);
}

static void shows(const char *path, unsigned width, unsigned height, const uint8_t *rgb) {
    png_image image = {.version = PNG_IMAGE_VERSION};
    if (!png_image_begin_read_from_file(&image, path)) fail_msg("%s: %s", path, image.message);
    image.format = PNG_FORMAT_RGB;
    assert_int_equal(image.width, width);
    assert_int_equal(image.height, height);
    uint8_t *found = malloc(PNG_IMAGE_SIZE(image));
    assert_non_null(found);
    assert_true(png_image_finish_read(&image, NULL, found, 0, NULL));
    assert_memory_equal(found, rgb, (size_t)width * height * 3);
    free(found);
}

static void pictures_come_back(void **state) {
    (void)state;
    static const unsigned sizes[][2] = {{1, 1}, {3, 5}, {5, 3}, {1, 700}, {700, 1}, {257, 129}};
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        const unsigned width = sizes[i][0], height = sizes[i][1];
        const char *path = inside("a picture.png");
        uint8_t *rgb = noise(width, height);
        REQUIRE(png_check(path));
        REQUIRE(png_write(path, width, height, rgb));
        shows(path, width, height, rgb);
        is_rgb8(path);
        free(rgb);
    }
    assert_int_equal(entries(folder), 1);
}

static void both_refused(const char *path, const char *reason) {
    static const uint8_t pixel[3];
    refused(png_check(path), OHM_IO_FAILED, reason);
    refused(png_write(path, 1, 1, pixel), OHM_IO_FAILED, reason);
}

// Permissions don't bind root, who may run these tests; these do.
static void pictures_are_refused(void **state) {
    (void)state;
    put(inside("file"), "old");
    mkdir(inside("folder"), 0777);
    both_refused("", "No such file or directory");
    both_refused(inside("missing/picture.png"), "No such file or directory");
    both_refused(inside("file/picture.png"), "Not a directory");
    both_refused(inside("folder"), "not a regular file");
    both_refused("/dev/null", "not a regular file");
    refused(png_write(inside("file"), 0, 1, (const uint8_t *)""), OHM_IO_FAILED, "0 x 1 pixels");
    refused(png_write(inside("file"), 1, 0, (const uint8_t *)""), OHM_IO_FAILED, "1 x 0 pixels");
    holds(inside("file"), "old");
    assert_int_equal(entries(folder), 2);
    assert_int_equal(entries(inside("folder")), 0);
}

static void checking_touches_nothing(void **state) {
    (void)state;
    const struct timespec past[2] = {{.tv_sec = 1000}, {.tv_sec = 1000}};
    struct stat info;
    put(inside("picture.png"), "old");
    assert_int_equal(utimensat(AT_FDCWD, inside("picture.png"), past, 0), 0);
    REQUIRE(png_check(inside("picture.png")));
    REQUIRE(png_check(inside("new.png")));
    assert_int_equal(stat(inside("picture.png"), &info), 0);
    assert_int_equal(info.st_mtim.tv_sec, 1000);
    holds(inside("picture.png"), "old");
    assert_int_equal(entries(folder), 1);
}

// The limit on the size of files stands for a full disk.
static void half_a_picture_is_none(void **state) {
    (void)state;
    struct rlimit before, small;
    uint8_t *rgb = noise(256, 256);
    put(inside("picture.png"), "old");
    signal(SIGXFSZ, SIG_IGN);
    getrlimit(RLIMIT_FSIZE, &before);
    small = (struct rlimit){30000, before.rlim_max};
    setrlimit(RLIMIT_FSIZE, &small);
    const ohm_status status = png_write(inside("picture.png"), 256, 256, rgb);
    setrlimit(RLIMIT_FSIZE, &before);
    signal(SIGXFSZ, SIG_DFL);
    free(rgb);
    refused(status, OHM_IO_FAILED, "File too large");
    holds(inside("picture.png"), "old");
    assert_int_equal(entries(folder), 1);
}

static void pictures_have_permissions(void **state) {
    (void)state;
    static const uint8_t pixel[3] = {1, 2, 3};
    const mode_t before = umask(027);
    const ohm_status status = png_write(inside("picture.png"), 1, 1, pixel);
    umask(before);
    REQUIRE(status);
    assert_int_equal(mode(inside("picture.png")), S_IFREG | 0640);
    chmod(inside("picture.png"), 0600);
    assert_int_equal(symlink("picture.png", inside("link.png")), 0);
    REQUIRE(png_write(inside("link.png"), 1, 1, pixel));
    assert_int_equal(mode(inside("picture.png")), S_IFREG | 0600);
    assert_true(S_ISLNK(mode(inside("link.png"))));
}

// ---- Films ------------------------------------------------------------------------------------

#define RATE 25
static uint8_t *frame; // of 64 x 48 pixels

static void need_ffmpeg(void) {
    if (!system("command -v ffmpeg >/dev/null && command -v ffprobe >/dev/null")) return;
    print_message("  skipped: no ffmpeg and ffprobe\n");
    skip();
}

// A program named ffmpeg that is found before the real one, which it finds through $REAL.
static void pretend_ffmpeg(const char *script) {
    char text[512];
    mkdir(inside("bin"), 0777);
    snprintf(text, sizeof text, "#!/bin/sh\nPATH=$REAL\n%s\n", script);
    put(inside("bin/ffmpeg"), text);
    assert_int_equal(chmod(inside("bin/ffmpeg"), 0755), 0);
    setenv("PATH", inside("bin"), 1);
}

typedef struct film {
    int width, height, frames;
} film;

// What can be decoded of a film. Nothing is no error.
static film watch(const char *path) {
    film f = {0};
    char command[512];
    snprintf(command, sizeof command,
             "PATH=$REAL ffprobe -v quiet -count_frames -select_streams v:0 -of csv=p=0 "
             "-show_entries stream=width,height,nb_read_frames '%s'",
             path);
    FILE *output = popen(command, "r");
    assert_non_null(output);
    if (fscanf(output, "%d,%d,%d", &f.width, &f.height, &f.frames) != 3) f.frames = 0;
    pclose(output);
    return f;
}

static void is_film(const char *path, int width, int height, int frames) {
    const film f = watch(path);
    assert_int_equal(f.width, width);
    assert_int_equal(f.height, height);
    assert_int_equal(f.frames, frames);
}

static void first_frame(const char *path, uint8_t *rgb, size_t bytes) {
    char command[512];
    snprintf(command, sizeof command,
             "ffmpeg -v error -nostdin -i '%s' -frames:v 1 -f rawvideo -pix_fmt rgb24 -", path);
    FILE *output = popen(command, "r");
    assert_non_null(output);
    assert_int_equal(fread(rgb, 1, bytes, output), bytes);
    assert_int_equal(pclose(output), 0);
}

// The means of the pixels are the colour's. 8-bit YUV in the range 16 … 235 rounds by up to 2 of 255 in
// RGB, and H.264 at this quality adds about 1; the wrong matrix would be off by 10 and more.
static void has_colour(const uint8_t *rgb, size_t pixels, const uint8_t colour[3]) {
    for (int c = 0; c < 3; c++) {
        double sum = 0;
        for (size_t i = 0; i < pixels; i++) sum += rgb[3 * i + (size_t)c];
        assert_float_equal(sum / (double)pixels, colour[c], 4);
    }
}

static void record_film(const char *path, unsigned width, unsigned height, int frames, const uint8_t *rgb) {
    recorder *r;
    REQUIRE(record_check(path));
    REQUIRE(record_open(path, width, height, RATE, &r));
    for (int i = 0; i < frames; i++) REQUIRE(record_frame(r, rgb));
    REQUIRE(record_close(r));
}

static void films_come_back(void **state) {
    (void)state;
    static const unsigned sizes[][2] = {{64, 48}, {33, 17}, {2, 2}, {3, 3}, {641, 2}};
    static const char *const names[] = {"film.mp4", "film.mkv", "x:y.mp4", "-a film.MKV"};
    need_ffmpeg();
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        const unsigned width = sizes[i][0], height = sizes[i][1];
        const char *path = inside(names[i % 4]);
        uint8_t *rgb = noise(width, height);
        record_film(path, width, height, 31, rgb);
        is_film(path, (int)width & ~1, (int)height & ~1, 31);
        free(rgb);
    }
}

static void films_have_their_colours(void **state) {
    (void)state;
    static const uint8_t colours[][3] = {
        {255, 0, 0}, {0, 0, 255}, {30, 200, 90}, {255, 255, 255}, {200, 80, 40}};
    need_ffmpeg();
    for (size_t i = 0; i + 1 < sizeof colours / sizeof colours[0]; i++) {
        uint8_t found[64 * 64 * 3], *rgb = flag(65, 65, colours[i], colours[i + 1]);
        record_film(inside("film.mp4"), 65, 65, 3, rgb);
        first_frame(inside("film.mp4"), found, sizeof found);
        has_colour(found, 64 * 30, colours[i]);
        has_colour(found + 3 * 64 * 34, 64 * 30, colours[i + 1]);
        free(rgb);
    }
}

static void films_are_refused(void **state) {
    (void)state;
    recorder *r;
    put(inside("file"), "old");
    mkdir(inside("folder.mp4"), 0777);
    refused(record_check(""), OHM_BAD_ARGUMENT, "neither .mp4 nor .mkv");
    refused(record_check(inside("film.avi")), OHM_BAD_ARGUMENT, "neither .mp4 nor .mkv");
    refused(record_check(".mp4"), OHM_BAD_ARGUMENT, "neither .mp4 nor .mkv");
    refused(record_check(inside("missing/film.mp4")), OHM_IO_FAILED, "No such file or directory");
    refused(record_check(inside("file/film.mp4")), OHM_IO_FAILED, "Not a directory");
    refused(record_check(inside("folder.mp4")), OHM_IO_FAILED, "not a regular file");
    refused(record_open(inside("file/film.mkv"), 8, 8, 1, &r), OHM_IO_FAILED, "Not a directory");
    assert_null(r);
    refused(record_open(inside("film.mp4"), 1, 8, 1, &r), OHM_BAD_ARGUMENT, "1 x 8");
    refused(record_open(inside("film.mp4"), 8, 20000, 1, &r), OHM_BAD_ARGUMENT, "8 x 20000");
    refused(record_open(inside("film.mp4"), 8, 8, 0, &r), OHM_BAD_ARGUMENT, "0 frames per second");
    assert_null(r);
    assert_int_equal(entries(folder), 2);
    REQUIRE(record_close(NULL));
}

static void checking_a_film_touches_nothing(void **state) {
    (void)state;
    need_ffmpeg();
    put(inside("film.mp4"), "old");
    REQUIRE(record_check(inside("film.mp4")));
    REQUIRE(record_check(inside("new.mkv")));
    holds(inside("film.mp4"), "old");
    assert_int_equal(entries(folder), 1);
}

static void ffmpeg_is_missed(void **state) {
    (void)state;
    recorder *r;
    mkdir(inside("bin"), 0777);
    setenv("PATH", inside("bin"), 1);
    refused(record_check(inside("film.mp4")), OHM_IO_FAILED, "recording needs ffmpeg");
    assert_non_null(strstr(ohm_error_hint(), "install"));
    refused(record_open(inside("film.mp4"), 8, 8, RATE, &r), OHM_IO_FAILED, "recording needs ffmpeg");
    assert_null(r);
    assert_int_equal(entries(folder), 1);
}

// ---- Films that go wrong ----------------------------------------------------------------------

// Adds frames until one is refused; the socket takes some more after ffmpeg has ended reading.
static ohm_status record_until_refused(recorder *r, const uint8_t *rgb) {
    for (int i = 0; i < 10000; i++) {
        const ohm_status status = record_frame(r, rgb);
        if (status) return status;
    }
    return OHM_OK;
}

// What is beside a film while it is recorded, or was left by a process that was killed: the one other file
// that has its name in its own.
static const char *beside(const char *path_of_film) {
    static char path[512];
    const char *name = strrchr(path_of_film, '/') + 1;
    DIR *entries = opendir(folder);
    assert_non_null(entries);
    path[0] = '\0';
    for (struct dirent *e; (e = readdir(entries));)
        if (strstr(e->d_name, name) && strcmp(e->d_name, name) != 0)
            snprintf(path, sizeof path, "%s/%s", folder, e->d_name);
    closedir(entries);
    return path;
}

static void film_fails(const char *script, const char *reason) {
    recorder *r;
    pretend_ffmpeg(script);
    REQUIRE(record_open(inside("film.mp4"), 64, 48, RATE, &r));
    refused(record_until_refused(r, frame), OHM_IO_FAILED, reason);
    refused(record_frame(r, frame), OHM_IO_FAILED, reason);
    refused(record_close(r), OHM_IO_FAILED, reason);
}

// Also where nothing but the exit status can tell.
static void ffmpeg_dies(const char *script, const char *reason) {
    recorder *r;
    film_fails(script, reason);
    refused(record_check(inside("film.mp4")), OHM_IO_FAILED, reason);
    REQUIRE(record_open(inside("film.mp4"), 64, 48, RATE, &r));
    refused(record_close(r), OHM_IO_FAILED, reason);
}

static void ffmpeg_dies_midway(void **state) {
    (void)state;
    ffmpeg_dies("head -c 100 >/dev/null; echo one >&2; echo 'no space' >&2; exit 3", "ffmpeg: no space");
    ffmpeg_dies("head -c 100 >/dev/null; exit 3", "early with status 3");
    ffmpeg_dies("kill -SEGV $$", "Segmentation fault");
    film_fails("exit 0", "exited early with status 0");
}

// The text of a failure that ffmpeg itself writes: the limit on the size of files stands for a full disk.
static void ffmpeg_says_why(void **state) {
    (void)state;
    need_ffmpeg();
    film_fails("trap '' XFSZ; ulimit -f 100; exec ffmpeg \"$@\"", "File too large");
}

static pid_t number_in(const char *path) {
    int number = 0;
    FILE *file = fopen(path, "r");
    if (!file || fscanf(file, "%d", &number) != 1) fail_msg("no number in %s", path);
    fclose(file);
    return number;
}

// More than two seconds of film are given; one second at least has to be left.
static void a_killed_ffmpeg_leaves_a_film(const char *name) {
    recorder *r;
    pretend_ffmpeg("echo $$ >\"${0%/*}/pid\"; exec ffmpeg \"$@\"");
    REQUIRE(record_open(inside(name), 64, 48, RATE, &r));
    for (int i = 0; i < 4 * RATE; i++) REQUIRE(record_frame(r, frame));
    for (int i = 0; i < 100 && watch(beside(inside(name))).frames < RATE; i++) usleep(100000); // it is behind
    kill(number_in(inside("bin/pid")), SIGKILL);
    refused(record_until_refused(r, frame), OHM_IO_FAILED, "killed by a signal: Killed");
    refused(record_close(r), OHM_IO_FAILED, "Killed");
    assert_non_null(strstr(ohm_error_hint(), inside(name)));
    assert_in_range(watch(inside(name)).frames, RATE, 4 * RATE);
}

// A film that fails leaves the one that was there, and what there is of it beside that.
static void films_take_their_place_when_whole(void **state) {
    (void)state;
    recorder *r;
    need_ffmpeg();
    put(inside("film.mp4"), "old");
    REQUIRE(record_open(inside("film.mp4"), 64, 48, RATE, &r));
    for (int i = 0; i < RATE; i++) REQUIRE(record_frame(r, frame));
    holds(inside("film.mp4"), "old");
    REQUIRE(record_close(r));
    is_film(inside("film.mp4"), 64, 48, RATE);
    assert_int_equal(entries(folder), 1);

    put(inside("film.mp4"), "old");
    film_fails("trap '' XFSZ; ulimit -f 100; exec ffmpeg \"$@\"", "File too large");
    holds(inside("film.mp4"), "old");
    assert_non_null(strstr(ohm_error_hint(), "film.cut.mp4"));
    assert_true(watch(inside("film.cut.mp4")).frames > 0);
    assert_int_equal(entries(folder), 3); // and the pretended ffmpeg's
    film_fails("exit 0", "exited early with status 0");
    holds(inside("film.mp4"), "old");
    assert_int_equal(entries(folder), 3);
}

static void films_outlive_ffmpeg(void **state) {
    (void)state;
    need_ffmpeg();
    a_killed_ffmpeg_leaves_a_film("film.mp4");
    a_killed_ffmpeg_leaves_a_film("film.mkv");
}

// A process of its own that records some frames, says so, and waits to be killed.
static pid_t start_recording(const char *path, int frames) {
    int said[2];
    char word;
    assert_int_equal(pipe2(said, O_CLOEXEC), 0);
    const pid_t child = fork();
    if (child == 0) {
        recorder *r;
        ohm_status status = record_open(path, 64, 48, RATE, &r);
        for (int i = 0; i < frames && !status; i++) status = record_frame(r, frame);
        if (!status) status = write(said[1], "!", 1) == 1 ? OHM_OK : OHM_IO_FAILED;
        while (!status) pause();
        _exit(1);
    }
    close(said[1]);
    assert_int_equal(read(said[0], &word, 1), 1);
    close(said[0]);
    return child;
}

static void films_outlive_us(void **state) {
    (void)state;
    static const char *const names[] = {"film.mp4", "film.mkv"};
    need_ffmpeg();
    prctl(PR_SET_CHILD_SUBREAPER, 1); // so that we can wait for the ffmpeg of our child
    for (int i = 0; i < 2; i++) {
        const pid_t child = start_recording(inside(names[i]), 40);
        int ended;
        kill(child, SIGKILL);
        assert_int_equal(waitpid(child, &ended, 0), child);
        assert_true(wait(&ended) > 0);
        assert_int_equal(ended, 0);
        is_film(beside(inside(names[i])), 64, 48, 40);
        assert_int_equal(unlink(beside(inside(names[i]))), 0);
    }
    prctl(PR_SET_CHILD_SUBREAPER, 0);
}

// As a Ctrl-C in the terminal, the signal goes to all of a process group; a film that ends after it is
// whole.
static void films_outlive_an_interrupt(void **state) {
    (void)state;
    int ended;
    need_ffmpeg();
    const pid_t child = fork();
    if (child == 0) {
        recorder *r;
        setpgid(0, 0);
        signal(SIGINT, SIG_IGN);
        ohm_status status = record_open(inside("film.mp4"), 64, 48, RATE, &r);
        for (int i = 0; i < 80 && !status; i++) {
            if (i % 10 == 0) kill(0, SIGINT);
            status = record_frame(r, frame);
            usleep(5000);
        }
        _exit(status || record_close(r) ? 1 : 0);
    }
    assert_int_equal(waitpid(child, &ended, 0), child);
    assert_int_equal(ended, 0);
    is_film(inside("film.mp4"), 64, 48, 80);
}

static int open_descriptors(bool all) {
    int count = 0;
    for (int fd = 0; fd < 256; fd++) {
        const int flags = fcntl(fd, F_GETFD);
        count += flags >= 0 && (all || !(flags & FD_CLOEXEC));
    }
    return count;
}

// Nothing of a recording is inherited by another program, nor left open after it.
static void descriptors_are_kept_and_closed(void **state) {
    (void)state;
    recorder *one, *two;
    need_ffmpeg();
    const int all = open_descriptors(true), inherited = open_descriptors(false);
    REQUIRE(record_open(inside("one.mp4"), 64, 48, RATE, &one));
    REQUIRE(record_open(inside("two.mkv"), 64, 48, RATE, &two));
    assert_int_equal(open_descriptors(false), inherited);
    REQUIRE(record_frame(one, frame));
    REQUIRE(record_frame(two, frame));
    REQUIRE(record_close(one));
    REQUIRE(record_close(two));
    assert_int_equal(open_descriptors(true), all);
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); // no child is left
}

#define IN_FOLDER(test) cmocka_unit_test_setup_teardown(test, enter_folder, leave_folder)

int main(int argc, char **argv) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(colormaps_are_found),
        cmocka_unit_test(colormaps_have_their_ends),
        IN_FOLDER(pictures_come_back),
        IN_FOLDER(pictures_are_refused),
        IN_FOLDER(checking_touches_nothing),
        IN_FOLDER(half_a_picture_is_none),
        IN_FOLDER(pictures_have_permissions),
        IN_FOLDER(films_come_back),
        IN_FOLDER(films_have_their_colours),
        IN_FOLDER(films_are_refused),
        IN_FOLDER(checking_a_film_touches_nothing),
        IN_FOLDER(ffmpeg_is_missed),
        IN_FOLDER(ffmpeg_dies_midway),
        IN_FOLDER(ffmpeg_says_why),
        IN_FOLDER(films_take_their_place_when_whole),
        IN_FOLDER(films_outlive_ffmpeg),
        IN_FOLDER(films_outlive_us),
        IN_FOLDER(films_outlive_an_interrupt),
        IN_FOLDER(descriptors_are_kept_and_closed),
    };
    if (argc == 2 && !strcmp(argv[1], "--dump-colormaps")) {
        dump_colormaps();
        return 0;
    }
    setenv("REAL", getenv("PATH"), 1);
    frame = noise(64, 48);
    const int failed = cmocka_run_group_tests_name("pictures", tests, NULL, NULL);
    free(frame);
    return failed;
}
