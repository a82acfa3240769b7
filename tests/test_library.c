// The library as a program uses it: every way to be refused, and what must hold afterwards.
#include "scene.h"

#include "../host/base/number.h"
#include "../host/array/series.h"
#include "../host/define/spec.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <hdf5.h>

// ---- The grammar ------------------------------------------------------------------------------

static void specifications_are_read_and_written(void **state) {
    (void)state;
    static const struct {
        spec_role role;
        const char *in, *out;
    } cases[] = {
        {ROLE_MODEL, "sin-state", "sin-state:beta=0.5,r_on=0.1,r_off=10"},
        {ROLE_MODEL, "sin-state:r_off=1e4,beta=-0.25", "sin-state:beta=-0.25,r_on=0.1,r_off=10000"},
        {ROLE_MODEL, "sin-resistance:alpha=0.1", "sin-resistance:alpha=0.1,r_on=0.1,r_off=10"},
        {ROLE_STIMULUS, "uniform", "uniform:lo=-5,hi=5"},
        {ROLE_STIMULUS, "constant:value=0.3333333333333333", "constant:value=0.3333333333333333"},
        {ROLE_INITIAL, "uniform:lo=0,hi=0", "uniform:lo=0,hi=0"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        spec s, again;
        char text[SPEC_MAX_TEXT];
        REQUIRE(spec_parse(cases[i].role, cases[i].in, &s));
        spec_format(&s, text);
        assert_string_equal(text, cases[i].out);
        REQUIRE(spec_parse(cases[i].role, text, &again));
        assert_memory_equal(s.value, again.value, sizeof s.value);
        assert_true(spec_agrees(&s, &again));
    }
}

static void specifications_are_refused(void **state) {
    (void)state;
    static const struct {
        spec_role role;
        const char *text, *part;
    } cases[] = {
        {ROLE_MODEL, "", "unknown model \"\"; available: sin-state, sin-resistance"},
        {ROLE_MODEL, "sin", "unknown model \"sin\""},
        {ROLE_MODEL, "sin-state:", "no parameter \"\"; available: beta, r_on, r_off"},
        {ROLE_MODEL, "sin-state:gamma=1", "no parameter \"gamma\""},
        {ROLE_MODEL, "sin-state:beta", "beta is not a finite number"},
        {ROLE_MODEL, "sin-state:beta=", "beta= is not a finite number"},
        {ROLE_MODEL, "sin-state:beta=1x", "beta=1x is not"},
        {ROLE_MODEL, "sin-state:beta= 1", "is not a finite number"},
        {ROLE_MODEL, "sin-state:beta=nan", "beta=nan is not a finite number"},
        {ROLE_MODEL, "sin-state:beta=-inf", "is not a finite number"},
        {ROLE_MODEL, "sin-state:beta=1e999", "is not a finite number"},
        {ROLE_MODEL, "sin-state:beta=1,beta=1", "beta is given twice"},
        {ROLE_MODEL, "sin-state:beta=1,", "no parameter \"\""},
        {ROLE_MODEL, "sin-state:beta=2e6", "beta=2e+06 is outside [-1e+06, 1e+06]"},
        {ROLE_MODEL, "sin-state:r_on=0", "r_on=0 is outside [1e-12, 1e+12]"},
        {ROLE_MODEL, "sin-state:r_on=20", "r_on=20 exceeds r_off=10"},
        {ROLE_STIMULUS, "uniform:hi=1000.5", "hi=1000.5 is outside [-1000, 1000]"},
        {ROLE_STIMULUS, "uniform:lo=6", "lo=6 exceeds hi=5"},
        {ROLE_INITIAL, "uniform:lo=-0.1", "lo=-0.1 is outside [0, 1]"},
        {ROLE_INITIAL, "constant:value=1.1", "value=1.1 is outside [0, 1]"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        spec s;
        refused(spec_parse(cases[i].role, cases[i].text, &s), OHM_BAD_ARGUMENT, cases[i].part);
    }
}

static void numbers_are_read_whole(void **state) {
    (void)state;
    uint64_t u;
    double d;
    char text[NUMBER_MAX_TEXT];
    assert_true(number_read_u64("18446744073709551615", &u) && u == UINT64_MAX);
    static const char *const wrong[] = {"",    "-1", "+1", " 1", "1 ", "1.0", "1e3", "18446744073709551616",
                                        "0x10"};
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) assert_false(number_read_u64(wrong[i], &u));
    assert_true(number_read_double("-2.5e-3", &d) && d == -2.5e-3);
    assert_false(number_read_double("", &d) || number_read_double("1 ", &d) || number_read_double("inf", &d));
    number_format(0.1, text);
    assert_string_equal(text, "0.1");
    number_format(0.1 + 0.2, text);
    assert_string_equal(text, "0.30000000000000004");
    number_format_count(16777216, text);
    assert_string_equal(text, "16,777,216");
    number_format_bytes(5ull << 30, text);
    assert_string_equal(text, "5.0 GiB");
}

// ---- Objects ----------------------------------------------------------------------------------

static void nothing_is_destroyed_quietly(void **state) {
    (void)state;
    ohm_crossbar_destroy(NULL);
    ohm_devices_close(NULL);
}

static void definitions_are_checked(void **state) {
    (void)state;
    ohm_devices *devices;
    ohm_crossbar *c = (ohm_crossbar *)&devices;
    REQUIRE(ohm_devices_open("native", &devices));
    ohm_definition d = ohm_definition_default();
    d.rows = 0;
    refused(ohm_crossbar_create(devices, &d, &c), OHM_BAD_ARGUMENT, "rows: 0 is outside [1, 2147483648]");
    assert_null(c);
    d = ohm_definition_default();
    d.cols = OHM_MAX_SIDE + 1ull;
    refused(ohm_crossbar_create(devices, &d, &c), OHM_BAD_ARGUMENT, "cols: 2147483649");
    d = ohm_definition_default();
    d.dt = -0.0;
    refused(ohm_crossbar_create(devices, &d, &c), OHM_BAD_ARGUMENT, "dt: -0 is outside");
    d.dt = 0.0 / (d.dt + 0.0);
    refused(ohm_crossbar_create(devices, &d, &c), OHM_BAD_ARGUMENT, "dt: ");
    d = ohm_definition_default();
    d.lanes = 2;
    refused(ohm_crossbar_create(devices, &d, &c), OHM_BAD_ARGUMENT, "lanes: 2 is not 1, 4, 8 or 16");
    d = ohm_definition_default();
    d.fuse = OHM_MAX_FUSE + 1;
    refused(ohm_crossbar_create(devices, &d, &c), OHM_BAD_ARGUMENT, "fuse: 65537");
    d = ohm_definition_default();
    d.rows = d.cols = OHM_MAX_SIDE;
    refused(ohm_crossbar_create(devices, &d, &c), OHM_OUT_OF_MEMORY, "needs 16.0 EiB");
    ohm_devices_close(devices);
}

static void devices_are_found_or_refused(void **state) {
    (void)state;
    ohm_devices *devices;
    refused(ohm_devices_open("", &devices), OHM_BAD_ARGUMENT, "unknown device \"\"");
    refused(ohm_devices_open("native,", &devices), OHM_BAD_ARGUMENT, "unknown device \"\"");
    refused(ohm_devices_open("0.", &devices), OHM_BAD_ARGUMENT, "unknown device \"0.\"");
    refused(ohm_devices_open("63.63", &devices), OHM_NO_DEVICE, "no OpenCL device 63.63");
    assert_non_null(ohm_error_hint());
    assert_null(devices);
    REQUIRE(ohm_devices_open("native,native", &devices));
    assert_int_equal(ohm_devices_count(devices), 2);
    assert_string_equal(ohm_devices_info(devices, 1)->id, "native");
    ohm_devices_close(devices);
}

static unsigned begun, ended; // builds of kernels
static char builder[128];

static void hear(const ohm_device_info *device) {
    if (device) snprintf(builder, sizeof builder, "%s", device->id);
    device ? begun++ : ended++;
}

static void build_and_look(const char *selector) {
    const ohm_view view = {0, 0, 5, 5, 8, 8, OHM_STATE, OHM_MEAN};
    const ohm_definition d = ohm_definition_default();
    float image[64];
    ohm_devices *devices;
    ohm_crossbar *c;
    begun = ended = 0;
    REQUIRE(ohm_devices_open(selector, &devices));
    REQUIRE(ohm_crossbar_create(devices, &d, &c));
    REQUIRE(ohm_crossbar_view(c, &view, image));
    assert_null(ohm_devices_fallback(devices));
    ohm_crossbar_destroy(c);
    ohm_devices_close(devices);
    assert_int_equal(begun, ended);
}

static void builds_are_told(void **state) {
    (void)state;
    char opencl[1][16];
    ohm_set_build_listener(hear);
    build_and_look("native");
    assert_int_equal(begun, 0);
    if (scene_opencl_devices(opencl, 1)) {
        build_and_look(opencl[0]);
        assert_true(begun > 0);
        assert_string_equal(builder, opencl[0]);
    }
    ohm_set_build_listener(NULL);
    build_and_look("auto");
    assert_int_equal(begun, 0);
}

static void steps_and_rows_have_ends(void **state) {
    (void)state;
    ohm_devices *devices;
    ohm_crossbar *c;
    const ohm_definition d = ohm_definition_default();
    float row[5];
    REQUIRE(ohm_devices_open("native", &devices));
    REQUIRE(ohm_crossbar_create(devices, &d, &c));
    REQUIRE(ohm_crossbar_advance(c, 3));
    refused(ohm_crossbar_advance(c, OHM_MAX_STEP - 2), OHM_BAD_ARGUMENT, "go beyond the last step");
    assert_int_equal(ohm_crossbar_step(c), 3);
    refused(ohm_crossbar_read_state(c, 5, 1, row), OHM_BAD_ARGUMENT, "not within the crossbar's 5");
    refused(ohm_crossbar_read_state(c, UINT64_MAX, 2, row), OHM_BAD_ARGUMENT, "not within the crossbar's 5");
    refused(ohm_crossbar_read_flux(c, 0, 1, row), OHM_BAD_ARGUMENT, "does not track the flux");
    REQUIRE(ohm_crossbar_read_state(c, 4, 1, row));
    assert_string_equal(ohm_crossbar_definition(c)->model, "sin-state:beta=0.5,r_on=0.1,r_off=10");
    ohm_crossbar_destroy(c);
    ohm_devices_close(devices);
}

static void files_are_refused(void **state) {
    (void)state;
    ohm_file_info *info;
    refused(ohm_file_read_info("/nonexistent/file.h5", &info), OHM_IO_FAILED, "No such file or directory");
    refused(ohm_file_read_info("LICENSE", &info), OHM_BAD_FILE, "not an ohmscape file");
    assert_null(info);
    refused(ohm_save_check("/nonexistent/file.h5", 0), OHM_IO_FAILED, "/nonexistent/file.h5");
    refused(ohm_save_check("/tmp", 0), OHM_IO_FAILED, "not a regular file");
    refused(ohm_save_check("/tmp/file.h5", UINT64_MAX), OHM_IO_FAILED,
            "No space left on device: it needs 16.0 EiB");
}

static void nothing_is_open(void) {
    assert_int_equal(H5Fget_obj_count((hid_t)H5F_OBJ_ALL, H5F_OBJ_ALL), 0);
}

// Saving, loading and being refused close all that they opened.
static void files_are_closed(void **state) {
    (void)state;
    char path[] = "/tmp/ohmscape-test-XXXXXX";
    close(mkstemp(path));
    ohm_devices *devices;
    ohm_crossbar *c, *again;
    ohm_file_info *info;
    ohm_definition d = ohm_definition_default();
    d.track_flux = true;
    REQUIRE(ohm_devices_open("native", &devices));
    REQUIRE(ohm_crossbar_create(devices, &d, &c));
    REQUIRE(ohm_crossbar_record(c, NULL));
    REQUIRE(ohm_crossbar_save(c, path));
    nothing_is_open();
    REQUIRE(ohm_crossbar_load(devices, path, NULL, &again));
    ohm_crossbar_destroy(again);
    nothing_is_open();
    REQUIRE(ohm_file_read_info(path, &info));
    free(info);
    nothing_is_open();
    assert_int_equal(truncate(path, 4096), 0);
    refused(ohm_file_read_info(path, &info), OHM_BAD_FILE, "damaged");
    nothing_is_open();
    unlink(path);
    ohm_crossbar_destroy(c);
    ohm_devices_close(devices);
}

// What is loaded is the file that was opened, whatever is at its path by then.
static void an_opened_file_stays_the_same(void **state) {
    (void)state;
    char path[] = "/tmp/ohmscape-test-XXXXXX";
    close(mkstemp(path));
    ohm_devices *devices;
    ohm_crossbar *c, *again;
    ohm_file *file;
    uint64_t saved, loaded;
    const ohm_definition d = ohm_definition_default();
    REQUIRE(ohm_devices_open("native", &devices));
    REQUIRE(ohm_crossbar_create(devices, &d, &c));
    REQUIRE(ohm_crossbar_advance(c, 3));
    REQUIRE(ohm_crossbar_save(c, path));
    REQUIRE(ohm_crossbar_digest(c, &saved));
    REQUIRE(ohm_file_open(path, &file));
    REQUIRE(ohm_crossbar_advance(c, 1));
    REQUIRE(ohm_crossbar_save(c, path));
    unlink(path);
    assert_int_equal(ohm_file_describe(file)->step, 3);
    for (int i = 0; i < 2; i++) {
        REQUIRE(ohm_file_load(file, devices, NULL, &again));
        assert_int_equal(ohm_crossbar_step(again), 3);
        REQUIRE(ohm_crossbar_digest(again, &loaded));
        assert_int_equal(loaded, saved);
        ohm_crossbar_destroy(again);
    }
    ohm_file_close(file);
    nothing_is_open();
    refused(ohm_file_open(path, &file), OHM_IO_FAILED, "No such file or directory");
    assert_null(file);
    ohm_file_close(NULL);
    ohm_crossbar_destroy(c);
    ohm_devices_close(devices);
}

// ---- Series -----------------------------------------------------------------------------------

// A row with every kind of bin: empty ones alone and in runs, and numbers of every length.
static series_row row_of(uint64_t i) {
    series_row row = {i, 0.1 * (double)i, -1 / (double)(i + 1), -INFINITY, 1e300, {0}};
    for (uint64_t k = 0; k < OHM_HISTOGRAM_BINS; k++) {
        const uint64_t word = (i * OHM_HISTOGRAM_BINS + k + 1) * 0x9E3779B97F4A7C15u;
        row.histogram[k] = k % (i % 7 + 1) ? 0 : word >> (word & 63);
    }
    if (i % 11 == 0) memset(row.histogram, i % 2 ? 0xFF : 0, sizeof row.histogram);
    return row;
}

static void rows_come_back(const series *s) {
    series_reader r;
    series_row rows[100];
    REQUIRE(series_reader_open(s, &r));
    for (uint64_t i = 0; i < s->count; i += 100) {
        const size_t count = s->count - i < 100 ? (size_t)(s->count - i) : 100;
        REQUIRE(series_reader_next(&r, rows, count));
        for (size_t k = 0; k < count; k++) {
            const series_row expected = row_of(i + k);
            assert_memory_equal(&rows[k], &expected, sizeof expected);
        }
    }
    series_reader_close(&r);
}

static void a_series_keeps_its_rows(void **state) {
    (void)state;
    series s = {0};
    for (uint64_t i = 0; i < 5000; i++) {
        const series_row row = row_of(i);
        REQUIRE(series_append(&s, &row));
        if (i == 0 || i == 700) rows_come_back(&s);
    }
    assert_true(s.stored > 1u << 20); // most are in the file
    assert_true(s.tail_bytes > 0);
    rows_come_back(&s);
    series_clear(&s);
    assert_int_equal(s.count, 0);
    const series_row row = row_of(0);
    REQUIRE(series_append(&s, &row));
    rows_come_back(&s);
    series_free(&s);
}

// What is recorded stays when a row has no room.
static void a_series_without_room_keeps_what_it_has(void **state) {
    (void)state;
    series s = {.reserve = (uint64_t)1 << 62};
    ohm_status status = OHM_OK;
    for (uint64_t i = 0; i < 10000 && !status; i++) {
        const series_row row = row_of(i);
        status = series_append(&s, &row);
    }
    refused(status, OHM_IO_FAILED, "No space left on device");
    assert_true(s.count > 100);
    rows_come_back(&s);
    series_free(&s);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(specifications_are_read_and_written),
        cmocka_unit_test(specifications_are_refused),
        cmocka_unit_test(numbers_are_read_whole),
        cmocka_unit_test(nothing_is_destroyed_quietly),
        cmocka_unit_test(definitions_are_checked),
        cmocka_unit_test(devices_are_found_or_refused),
        cmocka_unit_test(builds_are_told),
        cmocka_unit_test(steps_and_rows_have_ends),
        cmocka_unit_test(files_are_refused),
        cmocka_unit_test(files_are_closed),
        cmocka_unit_test(an_opened_file_stays_the_same),
        cmocka_unit_test(a_series_keeps_its_rows),
        cmocka_unit_test(a_series_without_room_keeps_what_it_has),
    };
    return cmocka_run_group_tests_name("library", tests, NULL, NULL);
}
