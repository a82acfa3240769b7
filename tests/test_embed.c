// The library embedded in another program: its own states and voltages, progress and cancelling, parameters
// as numbers, threads, contexts, and that the rest of the process stays as it was.
#include "sample.h"

#include "../host/ohmscape_ceiling.h"
#include "../host/ohmscape_cl.h"

#include <hdf5.h>
#include <math.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

enum { ROWS = 37, COLS = 90, STEPS = 5 };

static ohm_definition definition_of(const char *model, const char *stimulus) {
    ohm_definition d = ohm_definition_default();
    d.rows = ROWS;
    d.cols = COLS;
    d.seed = 7;
    d.model = model;
    d.stimulus = stimulus;
    return d;
}

static ohm_crossbar *made(const char *model, const char *stimulus) {
    const ohm_definition d = definition_of(model, stimulus);
    return create(native, &d);
}

static uint64_t digest_of(ohm_crossbar *c) {
    uint64_t digest;
    REQUIRE(ohm_crossbar_digest(c, &digest));
    return digest;
}

static void assert_refused(ohm_status status, const char *part) {
    assert_int_equal(status, OHM_BAD_ARGUMENT);
    if (!strstr(ohm_error_message(), part)) fail_msg("\"%s\" has no \"%s\"", ohm_error_message(), part);
}

// ---- Definitions and names --------------------------------------------------------------------

static void a_definition_has_a_size_and_defaults(void **state) {
    (void)state;
    ohm_definition d = {0}, whole = ohm_definition_default();
    ohm_crossbar *c;
    assert_refused(ohm_definition_check(&d), "ohm_definition_default()");
    d = whole;
    d.size += 1;
    assert_refused(ohm_definition_check(&d), "ohm_definition_default()");
    d = whole;
    d.model = d.stimulus = d.initial = NULL;
    REQUIRE(ohm_crossbar_create(native, &d, &c));
    assert_string_equal(ohm_crossbar_definition(c)->model, "sin-state:beta=0.5,r_on=0.1,r_off=10");
    assert_string_equal(ohm_crossbar_definition(c)->initial, "uniform:lo=0.1,hi=0.9");
    ohm_crossbar_destroy(c);
}

static void a_definition_is_written_out(void **state) {
    (void)state;
    static ohm_full_definition full;
    ohm_definition d = definition_of("linear-step", NULL);
    REQUIRE(ohm_definition_write_out(&d, &full));
    ohm_crossbar *c = create(native, &d);
    const ohm_definition *whole = ohm_crossbar_definition(c);
    assert_string_equal(full.definition.model, whole->model);
    assert_string_equal(full.definition.stimulus, whole->stimulus);
    assert_string_equal(full.text[OHM_ROLE_INITIAL], whole->initial);
    assert_true(full.definition.dt > 0 && full.definition.dt == whole->dt);
    ohm_crossbar_destroy(c);
    d.stimulus = "file:path=/nowhere.h5";
    REQUIRE(ohm_definition_write_out(&d, &full)); // no file is opened
    d.stimulus = "uniform:lo=9,hi=1";
    assert_refused(ohm_definition_write_out(&d, &full), "lo=9 exceeds hi=1");
}

static void numbers_without_a_name_have_an_answer(void **state) {
    (void)state;
    assert_string_equal(ohm_status_name(OHM_BAD_FILE), "OHM_BAD_FILE");
    assert_string_equal(ohm_status_name((ohm_status)99), "unknown status");
    assert_string_equal(ohm_device_type_name((ohm_device_type)9), "unknown");
    assert_string_equal(ohm_quantity_name((ohm_quantity)9), "unknown");
    assert_string_equal(ohm_reduction_name((ohm_reduction)9), "unknown");
    assert_string_equal(ohm_precision_name((ohm_precision)9), "unknown");
    assert_string_equal(ohm_version(), OHM_VERSION);
}

static void the_catalogue_lists_what_the_program_does(void **state) {
    (void)state;
    ohm_entry_info e;
    ohm_parameter_info p[OHM_MAX_PARAMETERS];
    size_t pictures = 0, files = 0;
    for (size_t i = 0; ohm_catalogue_entry(OHM_ROLE_MODEL, i, &e); i++) {
        assert_string_equal(e.name, ohm_model_name(i));
        assert_int_equal(ohm_catalogue_parameters(OHM_ROLE_MODEL, i, p), e.parameters);
        assert_true(p[0].value >= p[0].min && p[0].value <= p[0].max);
    }
    for (size_t i = 0; ohm_catalogue_entry(OHM_ROLE_STIMULUS, i, &e); i++) {
        const size_t count = ohm_catalogue_parameters(OHM_ROLE_STIMULUS, i, p);
        assert_string_equal(e.name, ohm_stimulus_name(i));
        pictures += e.picture;
        for (size_t k = 0; k < count; k++) files += p[k].text;
    }
    assert_int_equal(pictures, 6); // wave, lines, write, pattern, file, spiking
    assert_int_equal(files, 4);    // write's cells, pattern's file, file's path, spiking's file
    assert_false(ohm_catalogue_entry((ohm_role)7, 0, &e));
    assert_int_equal(ohm_catalogue_parameters(OHM_ROLE_MODEL, 1000, p), 0);
    ohm_preset_info preset;
    size_t presets = 0;
    for (; ohm_catalogue_preset(presets, &preset); presets++) {
        char text[256];
        snprintf(text, sizeof text, "%s@%s", preset.model, preset.name);
        const ohm_definition d = definition_of(text, NULL);
        REQUIRE(ohm_definition_check(&d));
        assert_true(preset.summary[0] && preset.parameters[0] && preset.source[0]);
    }
    assert_int_equal(presets, 17);
}

// ---- States -----------------------------------------------------------------------------------

static void states_go_in_and_out_by_rectangles(void **state) {
    (void)state;
    ohm_crossbar *c = made("vteam", NULL), *other = made("vteam", NULL);
    static float all[ROWS * COLS], part[11 * 13];
    const ohm_rectangle whole = {0, 0, ROWS, COLS}, some = {20, 70, 11, 13};
    REQUIRE(ohm_crossbar_advance(c, 300));
    REQUIRE(ohm_crossbar_get_states(c, whole, all));
    REQUIRE(ohm_crossbar_set_states(other, whole, all));
    assert_int_equal(digest_of(c), digest_of(other));
    REQUIRE(ohm_crossbar_get_states(other, some, part));
    for (int i = 0; i < 11; i++)
        assert_memory_equal(&part[i * 13], &all[(20 + i) * COLS + 70], 13 * sizeof(float));
    REQUIRE(ohm_crossbar_set_step(other, 300)); // with which it goes on as the first
    REQUIRE(ohm_crossbar_advance(c, 17));
    REQUIRE(ohm_crossbar_advance(other, 17));
    assert_int_equal(digest_of(c), digest_of(other));
    assert_refused(ohm_crossbar_get_states(c, (ohm_rectangle){0, 80, 1, 11}, all), "not within");
    assert_refused(ohm_crossbar_set_states(c, (ohm_rectangle){37, 0, 1, 1}, all), "not within");
    const uint64_t before = digest_of(c);
    part[14] = NAN;
    assert_refused(ohm_crossbar_set_states(c, some, part), "the state [1, 1] is");
    part[14] = 2;
    assert_refused(ohm_crossbar_set_states(c, some, part), "the state [1, 1] is 2");
    assert_int_equal(digest_of(c), before);
    assert_refused(ohm_crossbar_set_step(c, OHM_MAX_STEP + 1), "step");
    ohm_crossbar_destroy(c);
    ohm_crossbar_destroy(other);
}

static void initial_numbers_are_those_of_a_file(void **state) {
    (void)state;
    char path[MAX_PATH], initial[MAX_PATH + 32];
    static float x[ROWS * COLS];
    for (int i = 0; i < ROWS * COLS; i++) x[i] = (float)(i % 101) / 100;
    temporary_path(path);
    const hsize_t side[] = {ROWS, COLS};
    const hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    const hid_t space = H5Screate_simple(2, side, NULL);
    const hid_t set = H5Dcreate2(file, "x", H5T_IEEE_F32LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    assert_true(H5Dwrite(set, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, x) >= 0);
    H5Dclose(set);
    H5Sclose(space);
    H5Fclose(file);
    snprintf(initial, sizeof initial, "file:path=%s", path);
    static const char *const model[] = {"sin-resistance", "stanford-pku", "soft-bounds:stuck_low=0.1"};
    for (size_t i = 0; i < COUNT_OF(model); i++) {
        ohm_definition d = definition_of(model[i], NULL);
        ohm_crossbar *own = create(native, &d), *read;
        REQUIRE(ohm_crossbar_advance(own, 2)); // with rests, in extended precision
        REQUIRE(ohm_crossbar_set_initial(own, x));
        d.initial = initial;
        read = create(native, &d);
        assert_int_equal(digest_of(own), digest_of(read));
        ohm_crossbar_destroy(own);
        ohm_crossbar_destroy(read);
    }
    ohm_crossbar *c = made("sin-state", NULL);
    const uint64_t before = digest_of(c);
    x[COLS + 3] = 1.5f;
    assert_refused(ohm_crossbar_set_initial(c, x), "the initial state [1, 3] is 1.5");
    x[COLS + 3] = NAN;
    assert_refused(ohm_crossbar_set_initial(c, x), "the initial state [1, 3] is ");
    assert_int_equal(digest_of(c), before);
    ohm_crossbar_destroy(c);
    unlink(path);
}

static void the_native_engine_shows_its_memory(void **state) {
    (void)state;
    ohm_crossbar *c = made("sin-state", NULL);
    static float all[ROWS * COLS];
    float *memory = NULL, one = 0;
    uint64_t pitch = 0;
    REQUIRE(ohm_crossbar_memory(c, &memory, &pitch));
    assert_int_equal(pitch, 128);
    REQUIRE(ohm_crossbar_advance(c, 20));
    REQUIRE(ohm_crossbar_get_states(c, (ohm_rectangle){0, 0, ROWS, COLS}, all));
    for (int i = 0; i < ROWS; i++)
        assert_memory_equal(memory + (uint64_t)i * pitch, all + i * COLS, COLS * sizeof(float));
    memory[3 * pitch + 5] = 0.25f;
    REQUIRE(ohm_crossbar_get_states(c, (ohm_rectangle){3, 5, 1, 1}, &one));
    assert_true(one == 0.25f);
    ohm_crossbar_destroy(c);
    ohm_definition d = definition_of("sin-state", NULL);
    d.rows = 100;
    d.band_rows = 64;
    c = create(native, &d);
    assert_refused(ohm_crossbar_memory(c, &memory, &pitch), "not in one piece");
    assert_non_null(ohm_error_hint());
    ohm_crossbar_destroy(c);
}

static void opencl_devices_keep_their_memory(void **state) {
    (void)state;
    ohm_devices *devices = NULL;
    if (getenv("OHMSCAPE_NATIVE_ONLY") || ohm_devices_open("cpu", &devices)) skip();
    const ohm_definition d = definition_of("sin-state", NULL);
    ohm_crossbar *c = create(devices, &d);
    float *memory = NULL;
    uint64_t pitch = 0;
    assert_refused(ohm_crossbar_memory(c, &memory, &pitch), "not in one piece");
    assert_null(memory);
    ohm_crossbar_destroy(c);
    ohm_devices_close(devices);
}

// ---- Own voltages -----------------------------------------------------------------------------

static float row_voltage[STEPS * ROWS], col_voltage[STEPS * COLS], voltage[STEPS * ROWS * COLS];

static void draw_voltages(void) {
    unsigned random = 1;
    for (int i = 0; i < STEPS * ROWS; i++) row_voltage[i] = (float)(rand_r(&random) % 1000) / 500 - 1;
    for (int i = 0; i < STEPS * COLS; i++) col_voltage[i] = (float)(rand_r(&random) % 1000) / 500 - 1;
    for (int t = 0; t < STEPS; t++)
        for (int i = 0; i < ROWS; i++)
            for (int j = 0; j < COLS; j++)
                voltage[(t * ROWS + i) * COLS + j] = row_voltage[t * ROWS + i] - col_voltage[t * COLS + j];
}

static void write_voltages(const char *path) {
    const hsize_t size[3] = {STEPS, ROWS, COLS};
    const hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    const hid_t space = H5Screate_simple(3, size, NULL);
    const hid_t dataset =
        H5Dcreate2(file, "voltage", H5T_IEEE_F32LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    assert_true(H5Dwrite(dataset, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, voltage) >= 0);
    H5Dclose(dataset);
    H5Sclose(space);
    H5Fclose(file);
}

// On the devices of a selector: own voltages of cells and of lines, and those of a file, are the same.
static void compare_own(ohm_devices *on, const char *file) {
    ohm_definition d = definition_of("sin-state", file);
    d.track_flux = true;
    ohm_crossbar *from_file = create(on, &d);
    d.stimulus = NULL;
    ohm_crossbar *cells = create(on, &d), *lines = create(on, &d);
    float shown[OHM_QUANTITIES];
    REQUIRE(ohm_crossbar_advance(from_file, STEPS));
    REQUIRE(ohm_crossbar_apply(cells, STEPS, voltage));
    REQUIRE(ohm_crossbar_apply_lines(lines, 2, row_voltage, col_voltage));
    REQUIRE(ohm_crossbar_apply_lines(lines, STEPS - 2, row_voltage + 2 * ROWS, col_voltage + 2 * COLS));
    assert_int_equal(digest_of(cells), digest_of(from_file));
    assert_int_equal(digest_of(lines), digest_of(from_file));
    REQUIRE(ohm_crossbar_probe(lines, 5, 80, shown));
    assert_true(shown[OHM_VOLTAGE] == voltage[((STEPS - 1) * ROWS + 5) * COLS + 80]);
    // The stimulus goes on at the step reached, as in one that was put there.
    static float states[ROWS * COLS];
    const ohm_rectangle whole = {0, 0, ROWS, COLS};
    ohm_crossbar *put = create(on, &d);
    REQUIRE(ohm_crossbar_get_states(cells, whole, states));
    REQUIRE(ohm_crossbar_set_states(put, whole, states));
    REQUIRE(ohm_crossbar_set_step(put, STEPS));
    REQUIRE(ohm_crossbar_advance(cells, 6));
    REQUIRE(ohm_crossbar_advance(lines, 6));
    REQUIRE(ohm_crossbar_advance(put, 6));
    assert_int_equal(digest_of(cells), digest_of(put));
    assert_int_equal(digest_of(lines), digest_of(put));
    ohm_crossbar_destroy(from_file);
    ohm_crossbar_destroy(cells);
    ohm_crossbar_destroy(lines);
    ohm_crossbar_destroy(put);
}

static void own_voltages_are_those_of_a_file(void **state) {
    (void)state;
    char path[] = "/tmp/ohmscape-embed-XXXXXX", stimulus[64];
    const int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    draw_voltages();
    write_voltages(path);
    snprintf(stimulus, sizeof stimulus, "file:path=%s", path);
    compare_own(native, stimulus);
    ohm_devices *cpu;
    if (!getenv("OHMSCAPE_NATIVE_ONLY") && !ohm_devices_open("cpu", &cpu)) {
        compare_own(cpu, stimulus);
        ohm_devices_close(cpu);
    }
    unlink(path);
}

static void bad_voltages_change_nothing(void **state) {
    (void)state;
    ohm_crossbar *c = made("linear-ion-drift", NULL);
    const uint64_t before = digest_of(c);
    draw_voltages();
    voltage[(2 * ROWS + 3) * COLS + 4] = INFINITY;
    assert_refused(ohm_crossbar_apply(c, STEPS, voltage), "voltage[2, 3, 4] is inf");
    row_voltage[ROWS + 1] = 1001;
    assert_refused(ohm_crossbar_apply_lines(c, STEPS, row_voltage, col_voltage), "row_voltage[1, 1] is 1001");
    draw_voltages();
    for (int i = 0; i < ROWS * COLS; i++) voltage[i] = -900; // far beyond what Euler's method can do
    assert_refused(ohm_crossbar_apply(c, 1, voltage), "dt");
    assert_int_equal(digest_of(c), before);
    assert_int_equal(ohm_crossbar_step(c), 0);
    REQUIRE(ohm_crossbar_apply(c, 0, NULL));
    REQUIRE(ohm_crossbar_advance(c, 3));
    ohm_crossbar_destroy(c);
}

static void after_own_voltages_all_else_works(void **state) {
    (void)state;
    ohm_crossbar *c = made("vteam", NULL);
    static float image[ROWS * COLS];
    const ohm_view view = {
        .rows = ROWS, .cols = COLS, .width = COLS, .height = ROWS, .quantity = OHM_VOLTAGE};
    draw_voltages();
    REQUIRE(ohm_crossbar_apply(c, STEPS, voltage));
    REQUIRE(ohm_crossbar_view(c, &view, image));
    assert_memory_equal(image, voltage + (STEPS - 1) * ROWS * COLS, sizeof image);
    REQUIRE(ohm_crossbar_idle(c, 5));
    REQUIRE(ohm_crossbar_apply_lines(c, 1, row_voltage, col_voltage));
    REQUIRE(ohm_crossbar_change(c, NULL, "constant:value=0.1"));
    REQUIRE(ohm_crossbar_advance(c, 1));
    REQUIRE(ohm_crossbar_view(c, &view, image));
    assert_true(image[0] == 0.1f && image[ROWS * COLS - 1] == 0.1f);
    REQUIRE(ohm_crossbar_apply(c, 2, voltage));
    REQUIRE(ohm_crossbar_restart(c, 3));
    REQUIRE(ohm_crossbar_apply(c, 2, voltage));
    ohm_crossbar_destroy(c); // in the midst of it
}

// ---- Progress ---------------------------------------------------------------------------------

typedef struct watch {
    uint64_t calls, last, stop;
} watch;

static bool look(void *context, uint64_t done, uint64_t steps) {
    watch *w = context;
    assert_true(done > w->last && done <= steps);
    w->calls++;
    w->last = done;
    return done < w->stop;
}

static void progress_is_told_and_can_stop(void **state) {
    (void)state;
    ohm_crossbar *c = made("sin-state", NULL), *plain = made("sin-state", NULL);
    watch w = {.stop = 100};
    uint64_t done;
    REQUIRE(ohm_crossbar_advance_while(c, 1000000, 0, look, &w, &done));
    assert_true(done >= 100 && done < 1000000 && done == w.last);
    assert_int_equal(ohm_crossbar_step(c), done);
    REQUIRE(ohm_crossbar_advance(plain, done));
    assert_int_equal(digest_of(c), digest_of(plain));
    REQUIRE(ohm_crossbar_advance_while(c, (uint64_t)1 << 50, 0.05, NULL, NULL, &done)); // ends by the clock
    assert_true(done > 0 && done < (uint64_t)1 << 50);
    w = (watch){.stop = UINT64_MAX};
    REQUIRE(ohm_crossbar_advance_while(c, 50, 0, look, &w, &done));
    assert_int_equal(done, 50);
    assert_refused(ohm_crossbar_advance_while(c, 1, -1, NULL, NULL, &done), "seconds");
    assert_refused(ohm_crossbar_advance_while(c, 1, NAN, NULL, NULL, &done), "seconds");
    ohm_crossbar_destroy(c);
    ohm_crossbar_destroy(plain);
}

// ---- Parameters and the series ----------------------------------------------------------------

static void parameters_are_numbers(void **state) {
    (void)state;
    ohm_crossbar *c = made("sin-state", "wave"), *by_text = made("sin-state", "wave");
    double value;
    REQUIRE(ohm_crossbar_get_parameter(c, OHM_ROLE_MODEL, "r_off", &value));
    assert_true(value == 10);
    REQUIRE(ohm_crossbar_set_parameter(c, OHM_ROLE_MODEL, "beta", 0.25));
    REQUIRE(ohm_crossbar_set_parameter(c, OHM_ROLE_STIMULUS, "amplitude", 2));
    REQUIRE(ohm_crossbar_change(by_text, "sin-state:beta=0.25", "wave:amplitude=2"));
    REQUIRE(ohm_crossbar_advance(c, 9));
    REQUIRE(ohm_crossbar_advance(by_text, 9));
    assert_int_equal(digest_of(c), digest_of(by_text));
    assert_refused(ohm_crossbar_set_spread(c, "beta", 0.1), "no spread");
    assert_refused(ohm_crossbar_set_parameter(c, OHM_ROLE_MODEL, "gamma", 1), "no number \"gamma\"");
    assert_refused(ohm_crossbar_set_parameter(c, OHM_ROLE_MODEL, "r_on", -1), "outside");
    assert_refused(ohm_crossbar_set_parameter(c, OHM_ROLE_MODEL, "r_on", NAN), "outside");
    assert_refused(ohm_crossbar_set_parameter(c, OHM_ROLE_STIMULUS, "start", 0.5), "whole");
    assert_refused(ohm_crossbar_get_parameter(c, OHM_ROLE_INITIAL, "lo", &value), "only");
    ohm_crossbar_destroy(c);
    ohm_crossbar_destroy(by_text);
    c = made("vteam:r_on=50~lognormal:0.1", NULL);
    by_text = made("vteam:r_on=50~lognormal:0.3", NULL);
    REQUIRE(ohm_crossbar_set_spread(c, "r_on", 0.3));
    assert_string_equal(ohm_crossbar_definition(c)->model, ohm_crossbar_definition(by_text)->model);
    ohm_crossbar_destroy(c);
    ohm_crossbar_destroy(by_text);
}

static void a_series_is_read_back(void **state) {
    (void)state;
    ohm_crossbar *c = made("sin-state", NULL);
    ohm_series_row rows[3];
    ohm_statistics s[4];
    for (int i = 0; i < 4; i++) {
        REQUIRE(ohm_crossbar_advance(c, 10));
        REQUIRE(ohm_crossbar_record(c, &s[i]));
    }
    REQUIRE(ohm_crossbar_read_series(c, 1, 3, rows));
    for (int i = 0; i < 3; i++) {
        assert_int_equal(rows[i].step, 20 + 10 * i);
        assert_true(rows[i].state_mean == s[i + 1].state_mean && rows[i].state_max == s[i + 1].state_max);
        assert_memory_equal(rows[i].histogram, s[i + 1].histogram, sizeof rows[i].histogram);
    }
    assert_refused(ohm_crossbar_read_series(c, 2, 3, rows), "the series has 4");
    ohm_crossbar_destroy(c);
}

// ---- The process ------------------------------------------------------------------------------

enum { THREADS = 4 };

static void *run_one(void *context) {
    uint64_t *digest = context;
    ohm_devices *on = NULL;
    ohm_crossbar *c = NULL;
    ohm_definition d = definition_of("sin-state", NULL);
    d.rows = 300;
    if (ohm_devices_open("native", &on) || ohm_crossbar_create(on, &d, &c)) return NULL;
    for (int i = 0; i < 10; i++)
        if (ohm_crossbar_advance(c, 3) || ohm_crossbar_digest(c, digest)) *digest = 0;
    ohm_crossbar_destroy(c);
    ohm_devices_close(on);
    return NULL;
}

static void crossbars_live_in_several_threads(void **state) {
    (void)state;
    pthread_t thread[THREADS];
    uint64_t digest[THREADS + 1] = {0};
    run_one(&digest[THREADS]);
    assert_true(digest[THREADS] != 0);
    for (unsigned threads = 0; threads <= 2; threads++) {
        ohm_set_threads(threads);
        for (int i = 0; i < THREADS; i++)
            assert_int_equal(pthread_create(&thread[i], NULL, run_one, &digest[i]), 0);
        for (int i = 0; i < THREADS; i++) pthread_join(thread[i], NULL);
        for (int i = 0; i < THREADS; i++) assert_int_equal(digest[i], digest[THREADS]);
    }
    ohm_set_threads(0);
}

static herr_t report(hid_t stack, void *context) {
    (void)stack, (void)context;
    return 0;
}

static void the_process_stays_as_it_was(void **state) {
    (void)state;
    char path[] = "/tmp/ohmscape-embed-XXXXXX";
    const int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
    H5E_auto2_t before = NULL;
    void *context = NULL;
    const mode_t mask = umask(027);
    H5Eset_auto2(H5E_DEFAULT, report, path);
    ohm_crossbar *c = made("sin-state", NULL), *again = NULL, *none;
    ohm_file_info *info = NULL;
    REQUIRE(ohm_crossbar_save(c, path));
    REQUIRE(ohm_file_read_info(path, &info));
    REQUIRE(ohm_crossbar_load(native, path, NULL, &again));
    assert_int_equal(ohm_crossbar_load(native, "/nowhere", NULL, &none), OHM_IO_FAILED);
    H5Eget_auto2(H5E_DEFAULT, &before, &context);
    assert_true(before == report && context == path);
    assert_int_equal(umask(mask), 027);
    ohm_file_info_free(info);
    ohm_file_info_free(NULL);
    ohm_devices_list_free(NULL);
    assert_null(none);
    ohm_crossbar_destroy(c);
    ohm_crossbar_destroy(again);
    unlink(path);
}

static void write_text(const char *path, const char *text) {
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    fputs(text, f);
    fclose(f);
}

static void assert_text(const char *path, const char *text) {
    char found[64] = "";
    FILE *f = fopen(path, "r");
    assert_non_null(f);
    assert_non_null(fgets(found, sizeof found, f));
    fclose(f);
    assert_string_equal(found, text);
}

static void a_file_is_replaced_whole_or_not_at_all(void **state) {
    (void)state;
    char path[64];
    snprintf(path, sizeof path, "/tmp/ohm-replaced-%d", (int)getpid());
    write_text(path, "old");
    ohm_replacement r = {0};
    ohm_replacement_abandon(&r);
    for (int whole = 0; whole < 2; whole++) {
        REQUIRE(ohm_replacement_begin(path, &r));
        write_text(r.temporary, "new");
        assert_text(path, "old");
        char *temporary = strdup(r.temporary);
        if (whole) REQUIRE(ohm_replacement_finish(&r));
        ohm_replacement_abandon(&r);
        assert_int_equal(access(temporary, F_OK), -1);
        free(temporary);
        assert_text(path, whole ? "new" : "old");
    }
    assert_int_equal(ohm_replacement_begin("/nowhere/file", &r), OHM_IO_FAILED);
    ohm_replacement_abandon(&r);
    unlink(path);
}

// All kinds run on every engine, on memory of the crossbar's size.
static void run_ceilings(ohm_devices *devices) {
    const ohm_definition d = definition_of("yakopcic", NULL);
    ohm_ceilings *c;
    REQUIRE(ohm_ceilings_create(devices, &d, &c));
    assert_int_equal(ohm_ceilings_synapses(c), ROWS * COLS);
    for (ohm_ceiling_kind kind = 0; kind < OHM_CEILINGS; kind++) {
        REQUIRE(ohm_ceilings_run(c, kind, 0, 1));
        REQUIRE(ohm_ceilings_run(c, kind, 5, 2));
    }
    assert_refused(ohm_ceilings_run(c, OHM_CEILING_COPY, 1, 0), "fuse: 0");
    ohm_ceilings_destroy(c);
}

static void ceilings_run_on_every_engine(void **state) {
    (void)state;
    ohm_devices *cpu = NULL;
    ohm_ceilings *none;
    const ohm_definition wrong = definition_of("nosuch", NULL);
    assert_refused(ohm_ceilings_create(native, &wrong, &none), "nosuch");
    assert_null(none);
    ohm_ceilings_destroy(NULL);
    run_ceilings(native);
    if (getenv("OHMSCAPE_NATIVE_ONLY") || ohm_devices_open("cpu", &cpu)) skip();
    run_ceilings(cpu);
    ohm_devices_close(cpu);
}

static void count_warnings(void *context, ohm_log_level level, const char *line) {
    int *count = context;
    assert_non_null(line);
    assert_null(strchr(line, '\n'));
    *count += level == OHM_LOG_WARNING;
}

static void a_log_is_told_of_warnings(void **state) {
    (void)state;
    int count = 0;
    ohm_set_log(count_warnings, &count);
    ohm_crossbar_destroy(made("sin-state", "wave:frequency=10")); // a period of one step
    ohm_set_log(NULL, NULL);
    assert_true(count > 0);
    const int told = count;
    ohm_crossbar_destroy(made("sin-state", "wave:frequency=10"));
    assert_int_equal(count, told);
}

static void a_context_of_the_callers_serves(void **state) {
    (void)state;
    ohm_devices *opened = NULL, *adopted;
    if (getenv("OHMSCAPE_NATIVE_ONLY") || ohm_devices_open("cpu", &opened)) skip();
    const cl_context context = ohm_devices_cl_context(opened, 0);
    const cl_command_queue queue = ohm_devices_cl_queue(opened, 0);
    cl_device_id id;
    assert_int_equal(clGetContextInfo(context, CL_CONTEXT_DEVICES, sizeof id, &id, NULL), CL_SUCCESS);
    REQUIRE(ohm_devices_open_cl(context, id, queue, &adopted));
    ohm_devices_close(opened); // it is retained
    ohm_definition d = definition_of("sin-state", NULL);
    ohm_crossbar *c = create(adopted, &d), *reference = made("sin-state", NULL);
    REQUIRE(ohm_crossbar_advance(c, 5));
    REQUIRE(ohm_crossbar_advance(reference, 5));
    assert_int_equal(digest_of(c), digest_of(reference));
    ohm_crossbar_destroy(c);
    ohm_crossbar_destroy(reference);
    assert_refused(ohm_devices_open_cl(context, id, NULL, &opened), "queue");
    assert_null(opened);
    ohm_devices_close(adopted);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_definition_has_a_size_and_defaults),
        cmocka_unit_test(a_definition_is_written_out),
        cmocka_unit_test(numbers_without_a_name_have_an_answer),
        cmocka_unit_test(the_catalogue_lists_what_the_program_does),
        cmocka_unit_test(states_go_in_and_out_by_rectangles),
        cmocka_unit_test(initial_numbers_are_those_of_a_file),
        cmocka_unit_test(the_native_engine_shows_its_memory),
        cmocka_unit_test(opencl_devices_keep_their_memory),
        cmocka_unit_test(own_voltages_are_those_of_a_file),
        cmocka_unit_test(bad_voltages_change_nothing),
        cmocka_unit_test(after_own_voltages_all_else_works),
        cmocka_unit_test(progress_is_told_and_can_stop),
        cmocka_unit_test(parameters_are_numbers),
        cmocka_unit_test(a_series_is_read_back),
        cmocka_unit_test(crossbars_live_in_several_threads),
        cmocka_unit_test(the_process_stays_as_it_was),
        cmocka_unit_test(a_file_is_replaced_whole_or_not_at_all),
        cmocka_unit_test(ceilings_run_on_every_engine),
        cmocka_unit_test(a_log_is_told_of_warnings),
        cmocka_unit_test(a_context_of_the_callers_serves),
    };
    return cmocka_run_group_tests(tests, open_native, close_native);
}
