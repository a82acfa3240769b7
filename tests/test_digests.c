// Same bits everywhere: one digest a scene, over engines, lane widths, launch sizes, bands, devices
// and interruptions.
#include "scene.h"

#include "../host/engine/native/native.h"
#include "../host/array/crossbar.h"

#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

// What the scenes gave when they were written: no later version may change a bit. Printed on mismatch. And
// the widths, a sum of some of 1, 4, 8 and 16, at which OpenCL devices play them beside their own. PoCL takes
// a second and a half for each: flux, resistances, constants and extended precision meet every width, but not
// all of their combinations do.
typedef struct golden {
    const char *name;
    uint64_t digests[2];
    unsigned lanes;
} golden;

enum { EVERY = 1 + 4 + 8 + 16 };

static const golden goldens[] = {
    {"one synapse", {0x2abff82c6fa7f621, 0}, EVERY},
    {"63 columns", {0x0a76fda987b2abb0, 0}, EVERY},
    {"64 columns, with flux", {0x755272033e4d16d1, 0xec9f60a6898cebf4}, EVERY},
    {"65 columns", {0x6e07beda28474fcb, 0}, 1 + 16},
    {"one row", {0xa9dd5b0ef72b36c3, 0xb5fb38a38c695237}, 4 + 16},
    {"one column", {0xed3a2cc78b615374, 0}, EVERY},
    {"odd sides", {0xefede0b24fb557fd, 0}, EVERY},
    {"past 2^32 steps", {0x2161c4225561c870, 0xd99a19b0401124b3}, EVERY},
    {"constant voltage", {0xe58f40f5e24430e4, 0xc5d8cbd52d6d1085}, 4 + 8 + 16},
    {"constant voltage on resistance", {0xfaf04dff9d2ed2db, 0}, 1 + 16},
    {"extended", {0xf1f8cf490dc63985, 0}, 1 + 4 + 16},
    {"extended resistance", {0x0eac277fa2f7cfc4, 0x14504fc4882edd1e}, 8 + 16},
};

static const golden *golden_of(const char *name) {
    for (size_t i = 0; i < sizeof goldens / sizeof goldens[0]; i++)
        if (strcmp(goldens[i].name, name) == 0) return &goldens[i];
    fail_msg("scene \"%s\" has no golden digests", name);
    return NULL;
}

#define MAX_DEVICES 8
static char opencl[MAX_DEVICES][16];
static size_t opencl_count;
static unsigned widest; // lanes the native engine can have here
static uint64_t reference[16][2];

static int prepare(void **state) {
    (void)state;
    opencl_count = scene_opencl_devices(opencl, MAX_DEVICES);
    widest = native_device_info().lanes;
    print_message("  native: up to %u lanes; OpenCL devices: %zu\n", widest, opencl_count);
    assert_true(scene_count <= sizeof reference / sizeof reference[0]);
    for (size_t i = 0; i < scene_count; i++) scene_reference(&scenes[i], reference[i]);
    return 0;
}

static void check(size_t i, const ohm_definition *d, const char *selector) {
    uint64_t found[2];
    scene_play(&scenes[i], d, selector, found);
    if (memcmp(found, reference[i], sizeof found) != 0)
        fail_msg("scene \"%s\" on %s with fuse %u, lanes %u, bands of %" PRIu64 ": digests %016" PRIx64
                 " %016" PRIx64 ", not %016" PRIx64 " %016" PRIx64,
                 scenes[i].name, selector, d->fuse, d->lanes, d->band_rows, found[0], found[1],
                 reference[i][0], reference[i][1]);
}

static void reference_is_golden(void **state) {
    (void)state;
    bool equal = true;
    for (size_t i = 0; i < scene_count; i++) {
        if (memcmp(reference[i], golden_of(scenes[i].name)->digests, sizeof reference[i]) == 0) continue;
        print_error("scene \"%s\" gives {0x%016" PRIx64 ", 0x%016" PRIx64 "},\n", scenes[i].name,
                    reference[i][0], reference[i][1]);
        equal = false;
    }
    assert_true(equal);
}

// Whether a scene is played at a width there. On the native engine every one that this processor has.
static bool has_lanes(size_t i, const char *selector, unsigned lanes) {
    return strcmp(selector, "native") == 0 ? lanes <= widest : golden_of(scenes[i].name)->lanes & lanes;
}

static void check_lanes(const char *selector) {
    for (size_t i = 0; i < scene_count; i++)
        for (unsigned lanes = 1; lanes <= 16; lanes *= lanes == 1 ? 4 : 2) {
            if (!has_lanes(i, selector, lanes)) continue;
            ohm_definition d = scene_definition(&scenes[i]);
            d.lanes = lanes;
            check(i, &d, selector);
        }
}

static void native_at_every_lane_width(void **state) {
    (void)state;
    check_lanes("native");
}

static void opencl_at_every_lane_width(void **state) {
    (void)state;
    if (!opencl_count) skip(); // no OpenCL device here
    for (size_t o = 0; o < opencl_count; o++) check_lanes(opencl[o]);
}

static void check_speeds(const char *selector) {
    static const unsigned fuse[] = {0, 1, 2, 7, 64};
    for (size_t i = 0; i < scene_count; i++)
        for (int f = 0; f < 5; f++) {
            const uint64_t bands[] = {0, 64};
            for (int b = 0; b < 2; b++) {
                if (bands[b] >= scenes[i].rows) continue;
                ohm_definition d = scene_definition(&scenes[i]);
                d.fuse = fuse[f];
                d.band_rows = bands[b];
                check(i, &d, selector);
            }
        }
}

static void native_at_every_fuse_and_split(void **state) {
    (void)state;
    check_speeds("native");
}

static void opencl_at_every_fuse_and_split(void **state) {
    (void)state;
    if (!opencl_count) skip();
    for (size_t o = 0; o < opencl_count; o++) check_speeds(opencl[o]);
}

static void several_devices(void **state) {
    (void)state;
    for (size_t i = 0; i < scene_count; i++) {
        const ohm_definition d = scene_definition(&scenes[i]);
        check(i, &d, "native,native,native");
        for (size_t o = 0; o < opencl_count; o++) {
            char selector[64];
            snprintf(selector, sizeof selector, "%s,native,%s", opencl[o], opencl[0]);
            check(i, &d, selector);
        }
    }
}

// ---- Interrupted runs -------------------------------------------------------------------------

// Saves after each number of steps in turn on one device and goes on from the file on another.
static void resume_at_every_step(const scene *s, const uint64_t expected[2], const char *before,
                                 const char *after) {
    char path[] = "/tmp/ohmscape-test-XXXXXX";
    const int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    ohm_devices *first, *second;
    REQUIRE(ohm_devices_open(before, &first));
    REQUIRE(ohm_devices_open(after, &second));
    const ohm_definition d = scene_definition(s);
    ohm_crossbar *a, *b;
    REQUIRE(ohm_crossbar_create(first, &d, &a));
    a->step = s->first_step;
    for (uint64_t steps = 0; steps <= s->steps; steps++) {
        uint64_t digests[2];
        if (steps) REQUIRE(ohm_crossbar_advance(a, 1));
        REQUIRE(ohm_crossbar_save(a, path));
        REQUIRE(ohm_crossbar_load(second, path, NULL, &b));
        assert_int_equal(ohm_crossbar_step(b), s->first_step + steps);
        REQUIRE(ohm_crossbar_advance(b, s->steps - steps));
        scene_digests(b, digests);
        ohm_crossbar_destroy(b);
        if (memcmp(digests, expected, sizeof digests) != 0)
            fail_msg("scene \"%s\" saved on %s after %" PRIu64 " steps and resumed on %s: digest %016" PRIx64,
                     s->name, before, steps, after, digests[0]);
    }
    ohm_crossbar_destroy(a);
    ohm_devices_close(first);
    ohm_devices_close(second);
    unlink(path);
}

static void resumed_at_every_step(void **state) {
    (void)state;
    for (size_t i = 0; i < scene_count; i++) {
        if (scenes[i].steps > 20) continue; // one save a step: the short ones will do
        resume_at_every_step(&scenes[i], reference[i], "native", "native");
        if (!opencl_count) continue;
        resume_at_every_step(&scenes[i], reference[i], "native", opencl[0]);
        resume_at_every_step(&scenes[i], reference[i], opencl[0], "native");
    }
}

// ---- Statistics -------------------------------------------------------------------------------

static void statistics_are_the_same_digits(void **state) {
    (void)state;
    for (size_t i = 0; i < scene_count; i++) {
        static const unsigned lanes[] = {1, 4, 8, 16};
        ohm_statistics first, other;
        bool have = false;
        for (size_t o = 0; o <= opencl_count; o++)
            for (int l = 0; l < 4; l++) {
                const char *selector = o == opencl_count ? "native" : opencl[o];
                if (!has_lanes(i, selector, lanes[l])) continue;
                ohm_devices *devices;
                ohm_crossbar *c;
                ohm_definition d = scene_definition(&scenes[i]);
                d.lanes = lanes[l];
                d.band_rows = l == 1 ? 64 : 0;
                REQUIRE(ohm_devices_open(selector, &devices));
                REQUIRE(ohm_crossbar_create(devices, &d, &c));
                REQUIRE(ohm_crossbar_advance(c, 3));
                memset(&other, 0xA5, sizeof other);
                REQUIRE(ohm_crossbar_statistics(c, have ? &other : &first));
                if (have) assert_memory_equal(&first, &other, sizeof first);
                have = true;
                ohm_crossbar_destroy(c);
                ohm_devices_close(devices);
            }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reference_is_golden),
        cmocka_unit_test(native_at_every_lane_width),
        cmocka_unit_test(opencl_at_every_lane_width),
        cmocka_unit_test(native_at_every_fuse_and_split),
        cmocka_unit_test(opencl_at_every_fuse_and_split),
        cmocka_unit_test(several_devices),
        cmocka_unit_test(resumed_at_every_step),
        cmocka_unit_test(statistics_are_the_same_digits),
    };
    return cmocka_run_group_tests_name("digests", tests, prepare, NULL);
}
