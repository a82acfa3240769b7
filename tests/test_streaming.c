// Crossbars that do not fit: their bands visit the devices, from memory or from a file, and nothing else
// differs.
#include "subject.h"

#include "../host/array/crossbar.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

// Seven bands of 64 rows, the last one of fewer; their planes fit twice.
enum { ROWS = 419, COLS = 130, PITCH = 192, STEPS = 9 };
#define BLOCK ((uint64_t)64 * PITCH * sizeof(float))

static const scene tall = {"tall", ROWS, COLS, 12, 0, STEPS, NULL, NULL, NULL, false};
static const scene with_all = {
    "with all", ROWS, COLS, 13, 0, STEPS, NULL, NULL, NULL, true, OHM_PRECISION_EXTENDED};

static uint64_t least_memory(const scene *s) {
    return (s->flux ? 8 : 4) * BLOCK;
}

// Where bands are between their visits. The native engine computes in memory at once: there it is a file in
// any case.
typedef enum rest { RESIDENT, IN_MEMORY, IN_FILE } rest;

static ohm_definition definition_of(const scene *s, rest where) {
    ohm_definition d = scene_definition(s);
    d.fuse = 4;
    if (where != RESIDENT) d.memory = least_memory(s);
    if (where == IN_FILE) d.host_memory = 0;
    return d;
}

static ohm_crossbar *create(ohm_devices *devices, const ohm_definition *d, rest where) {
    ohm_crossbar *c;
    REQUIRE(ohm_crossbar_create(devices, d, &c));
    const ohm_storage s = ohm_crossbar_storage(c);
    const bool native = ohm_devices_info(devices, 0)->type == OHM_DEVICE_NATIVE;
    assert_int_equal(s.streamed, where != RESIDENT);
    if (where == RESIDENT) return c;
    assert_in_range(s.visiting_bytes, 1, d->memory);
    assert_int_equal(s.file_bytes > 0, where == IN_FILE || native);
    assert_int_equal(s.memory_bytes > 0, where == IN_MEMORY && !native);
    return c;
}

static ohm_crossbar *resident(ohm_devices *devices, const scene *s) {
    const ohm_definition d = definition_of(s, RESIDENT);
    return create(devices, &d, RESIDENT);
}

static ohm_crossbar *streamed(ohm_devices *devices, const scene *s, rest where) {
    const ohm_definition d = definition_of(s, where);
    return create(devices, &d, where);
}

// Calls a test for every device of its own, in memory and in a file.
typedef void check_function(ohm_devices *devices, rest where);

static void on_every_device(check_function *check) {
    for (size_t k = 0; k < selector_count; k++)
        for (rest where = IN_MEMORY; where <= IN_FILE; where++) {
            if (strchr(selectors[k], ',')) continue; // several, which share the rows: below
            ohm_devices *devices = open_devices(selectors[k]);
            check(devices, where);
            ohm_devices_close(devices);
        }
}

static void assert_same(ohm_crossbar *a, ohm_crossbar *b) {
    uint64_t expected[2], found[2];
    ohm_statistics s, t;
    scene_digests(a, expected);
    scene_digests(b, found);
    assert_memory_equal(expected, found, sizeof expected);
    REQUIRE(ohm_crossbar_statistics(a, &s));
    REQUIRE(ohm_crossbar_statistics(b, &t));
    assert_memory_equal(&s, &t, sizeof s);
}

// ---- Steps ------------------------------------------------------------------------------------

static void check_steps(ohm_devices *devices, rest where) {
    static const char *const stimuli[] = {NULL, "lines", "wave:frequency=3", "write", "spiking:rate=40"};
    const scene *const both[] = {&tall, &with_all};
    for (size_t k = 0; k < 2 * COUNT_OF(stimuli); k++) {
        scene s = *both[k % 2];
        s.stimulus = stimuli[k / 2];
        ohm_crossbar *a = resident(devices, &s), *b = streamed(devices, &s, where);
        assert_same(a, b);
        REQUIRE(ohm_crossbar_advance(a, STEPS));
        REQUIRE(ohm_crossbar_advance(b, STEPS - 2)); // in two passes, there and back
        REQUIRE(ohm_crossbar_advance(b, 2));
        assert_same(a, b);
        ohm_crossbar_destroy(a);
        ohm_crossbar_destroy(b);
    }
}

static void steps_are_the_same(void **state) {
    (void)state;
    on_every_device(check_steps);
}

// More devices than one, of which each streams its rows; and some of which none has to.
static void several_devices_stream(void **state) {
    (void)state;
    ohm_devices *one = open_devices("native");
    ohm_crossbar *expected = resident(one, &with_all);
    REQUIRE(ohm_crossbar_advance(expected, STEPS));
    for (size_t k = 0; k < selector_count; k++) {
        if (!strchr(selectors[k], ',')) continue;
        ohm_devices *devices = open_devices(selectors[k]);
        ohm_definition d = definition_of(&with_all, IN_FILE);
        ohm_crossbar *c;
        REQUIRE(ohm_crossbar_create(devices, &d, &c));
        assert_true(ohm_crossbar_storage(c).streamed);
        REQUIRE(ohm_crossbar_advance(c, STEPS));
        assert_same(expected, c);
        ohm_crossbar_destroy(c);
        ohm_devices_close(devices);
    }
    ohm_crossbar_destroy(expected);
    ohm_devices_close(one);
}

// ---- Voltages, states and changes -------------------------------------------------------------

static void check_own(ohm_devices *devices, rest where) {
    static float volts[2 * ROWS * COLS], states[100 * 60];
    for (size_t i = 0; i < 2 * ROWS * COLS; i++) volts[i] = (float)(i * 7919 % 1000) / 250 - 2;
    for (size_t i = 0; i < COUNT_OF(states); i++) states[i] = (float)(i % 97) / 97;
    const ohm_rectangle part = {50, 33, 100, 60};
    ohm_crossbar *both[] = {resident(devices, &tall), streamed(devices, &tall, where)};
    for (int i = 0; i < 2; i++) {
        ohm_crossbar *c = both[i];
        REQUIRE(ohm_crossbar_apply(c, 2, volts));
        REQUIRE(ohm_crossbar_set_states(c, part, states));            // of bands here and away
        REQUIRE(ohm_crossbar_change(c, "sin-state:beta=1e-6", NULL)); // extended precision: planes are added
        assert_int_equal(ohm_crossbar_precision(c), OHM_PRECISION_EXTENDED);
        REQUIRE(ohm_crossbar_advance(c, STEPS));
        REQUIRE(ohm_crossbar_idle(c, 10));
        REQUIRE(ohm_crossbar_advance(c, 1));
    }
    assert_same(both[0], both[1]);
    float found[2][100 * 60];
    for (int i = 0; i < 2; i++) {
        REQUIRE(ohm_crossbar_get_states(both[i], part, found[i]));
        ohm_crossbar_destroy(both[i]);
    }
    assert_memory_equal(found[0], found[1], sizeof found[0]);
}

static void voltages_states_and_changes_reach_every_band(void **state) {
    (void)state;
    on_every_device(check_own);
}

// ---- Looking ----------------------------------------------------------------------------------

static void check_looking(ohm_devices *devices, rest where) {
    static float in[3 * ROWS], out[2][3 * COLS];
    ohm_crossbar *a = resident(devices, &with_all), *b = streamed(devices, &with_all, where);
    const ohm_readout how = ohm_readout_default();
    for (size_t i = 0; i < 3 * ROWS; i++) in[i] = (float)(i % 11) / 11;
    REQUIRE(ohm_crossbar_advance(a, STEPS));
    REQUIRE(ohm_crossbar_advance(b, STEPS));
    REQUIRE(ohm_crossbar_readout(a, &how, 3, in, out[0]));
    REQUIRE(ohm_crossbar_readout(b, &how, 3, in, out[1]));
    assert_memory_equal(out[0], out[1], sizeof out[0]);
    for (size_t n = 0; n < views_of(&with_all); n += 7) {
        const ohm_view v = view_number(&with_all, n);
        float *x = draw(a, &v), *y = draw(b, &v);
        assert_memory_equal(x, y, pixels_of(&v) * sizeof *x);
        free(x);
        free(y);
    }
    assert_same(a, b); // looking changes nothing
    ohm_crossbar_destroy(a);
    ohm_crossbar_destroy(b);
}

static void readouts_and_views_are_the_same(void **state) {
    (void)state;
    on_every_device(check_looking);
}

// ---- Files ------------------------------------------------------------------------------------

static void assert_same_file(const char *a, const char *b) {
    struct stat x, y;
    assert_int_equal(stat(a, &x), 0);
    assert_int_equal(stat(b, &y), 0);
    assert_int_equal(x.st_size, y.st_size);
    char *text[2];
    const char *const path[] = {a, b};
    for (int i = 0; i < 2; i++) {
        FILE *f = fopen(path[i], "rb");
        text[i] = malloc((size_t)x.st_size);
        assert_non_null(text[i]);
        assert_int_equal(fread(text[i], 1, (size_t)x.st_size, f), x.st_size);
        fclose(f);
    }
    assert_memory_equal(text[0], text[1], (size_t)x.st_size);
    free(text[0]);
    free(text[1]);
}

// Bytes of disk that this process's files without names take.
static uint64_t nameless_bytes(void) {
    uint64_t bytes = 0;
    for (int fd = 3; fd < 256; fd++) {
        struct stat info;
        if (fstat(fd, &info) == 0 && S_ISREG(info.st_mode) && !info.st_nlink)
            bytes += (uint64_t)info.st_blocks * 512;
    }
    return bytes;
}

// Saves, goes on, saves again, and loads; cols is a multiple of 64 where bands move into the saved file.
static void check_saving(ohm_devices *devices, rest where, uint64_t cols) {
    scene s = with_all;
    s.cols = cols;
    char folder[] = "/tmp/ohmscape-test-XXXXXX", path[4][64];
    assert_non_null(mkdtemp(folder));
    for (int i = 0; i < 4; i++) snprintf(path[i], sizeof path[i], "%s/%d.h5", folder, i);
    ohm_definition d = definition_of(&s, where);
    d.scratch = folder;
    ohm_crossbar *a = resident(devices, &s), *b = create(devices, &d, where), *c;
    const bool moves = ohm_crossbar_storage(b).file_bytes && cols % 64 == 0;
    for (int i = 0; i < 2; i++) {
        REQUIRE(ohm_crossbar_advance(a, STEPS));
        REQUIRE(ohm_crossbar_advance(b, STEPS));
        REQUIRE(ohm_crossbar_save(a, path[0]));
        REQUIRE(ohm_crossbar_save(b, path[1 + i]));
        assert_same_file(path[0], path[1 + i]);
        assert_same(a, b);
        if (moves) assert_int_equal(nameless_bytes(), 0); // all of it is in the saved file
    }
    REQUIRE(ohm_crossbar_load(devices, path[1], &d, &c)); // which going on has not touched
    REQUIRE(ohm_crossbar_advance(c, STEPS));
    REQUIRE(ohm_crossbar_save(c, path[3]));
    assert_same_file(path[0], path[3]);
    ohm_crossbar_destroy(a);
    ohm_crossbar_destroy(b);
    ohm_crossbar_destroy(c);
    for (int i = 0; i < 4; i++) unlink(path[i]);
    assert_int_equal(rmdir(folder), 0); // nothing else is there
}

static void check_files(ohm_devices *devices, rest where) {
    check_saving(devices, where, COLS);
    check_saving(devices, where, PITCH);
}

static void files_are_the_same(void **state) {
    (void)state;
    on_every_device(check_files);
}

// ---- A disk that fails ------------------------------------------------------------------------

static atomic_int reads_until_failure; // 0: none fails

// In the place of the system's.
ssize_t pread(int file, void *to, size_t bytes, off_t offset) {
    const int left = reads_until_failure;
    if (left) reads_until_failure = left - 1;
    if (left != 1) return syscall(SYS_pread64, file, to, bytes, offset);
    errno = EIO;
    return -1;
}

// Reads a band's states, which either fails or finds what they are to be.
static void band_is_right_or_fails(ohm_crossbar *c, uint64_t row, const float *expected) {
    static float found[64 * COLS];
    const ohm_rectangle r = {row, 0, ROWS - row < 64 ? ROWS - row : 64, COLS};
    const ohm_status status = ohm_crossbar_get_states(c, r, found);
    if (status) return;
    assert_memory_equal(found, expected + row * COLS, r.rows * r.cols * sizeof *found);
}

static void what_could_not_be_read_is_never_shown(void **state) {
    static float expected[ROWS * COLS];
    (void)state;
    ohm_devices *devices = open_devices("native");
    ohm_crossbar *whole = resident(devices, &tall);
    REQUIRE(ohm_crossbar_advance(whole, STEPS));
    REQUIRE(ohm_crossbar_get_states(whole, (ohm_rectangle){0, 0, ROWS, COLS}, expected));
    ohm_crossbar_destroy(whole);
    int n = 0;
    for (bool reached = true; reached; n++) {
        ohm_crossbar *c = streamed(devices, &tall, IN_FILE);
        reads_until_failure = n + 1;
        uint64_t digest; // for which bands come once more; what has failed to stays where it would be
        (void)ohm_crossbar_advance(c, STEPS);
        (void)ohm_crossbar_digest(c, &digest);
        for (uint64_t row = 0; row < ROWS; row += 64) band_is_right_or_fails(c, row, expected);
        reached = !reads_until_failure;
        reads_until_failure = 0;
        ohm_crossbar_destroy(c);
    }
    assert_true(n > 7); // a pass reads each band
    ohm_devices_close(devices);
}

// ---- Refusals ---------------------------------------------------------------------------------

static void refuses(ohm_devices *devices, const ohm_definition *d, ohm_status status, const char *part) {
    ohm_crossbar *c;
    refused(ohm_crossbar_create(devices, d, &c), status, part);
    assert_null(c);
}

static void what_cannot_be_is_refused(void **state) {
    (void)state;
    ohm_devices *devices = open_devices("native");
    ohm_definition d = definition_of(&tall, IN_FILE);
    d.memory = 4 * BLOCK - 1;
    refuses(devices, &d, OHM_OUT_OF_MEMORY, "needs at least 192.0 KiB of memory at a time");
    d.memory = 4 * BLOCK;
    d.scratch = "/nowhere";
    refuses(devices, &d, OHM_IO_FAILED, "cannot keep the crossbar in /nowhere");
    d = definition_of(&tall, IN_FILE);
    d.rows = OHM_MAX_SIDE;
    d.cols = 65536;
    d.memory = (uint64_t)1 << 28;
    d.scratch = "/tmp";
    refuses(devices, &d, OHM_IO_FAILED, "needs 512.0 TiB of disk");
    ohm_devices_close(devices);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(steps_are_the_same),
        cmocka_unit_test(several_devices_stream),
        cmocka_unit_test(voltages_states_and_changes_reach_every_band),
        cmocka_unit_test(readouts_and_views_are_the_same),
        cmocka_unit_test(files_are_the_same),
        cmocka_unit_test(what_could_not_be_read_is_never_shown),
        cmocka_unit_test(what_cannot_be_is_refused),
    };
    return cmocka_run_group_tests_name("streaming", tests, find_selectors, NULL);
}
