// Changing a crossbar while it runs, and starting it again: what follows is as the law says, on every engine.
#include "subject.h"

#include "../host/array/crossbar.h"
#include "../host/format/npy.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

// ---- Changing ---------------------------------------------------------------------------------

static const scene changing = {"changing", 90, 70, 11, 0, 3, NULL, NULL, NULL, true};

static float *read_plane(ohm_crossbar *c, plane which) {
    const ohm_definition *d = ohm_crossbar_definition(c);
    float *out = malloc(d->rows * d->cols * sizeof *out);
    assert_non_null(out);
    REQUIRE(crossbar_read(c, which, (area){0, 0, d->rows, d->cols}, out));
    return out;
}

// One step of the law in double from state and flux, over which w and φ are rounded once or twice.
static void check_step(const subject *s, ohm_crossbar *c, double gain, const float *state,
                       const float *flux) {
    const double low = s->resistance ? s->r_on : 0, high = s->resistance ? s->r_off : 1;
    float *new_state = read_plane(c, PLANE_STATE), *new_flux = read_plane(c, PLANE_FLUX);
    for (size_t i = 0; i < s->scene.rows * s->scene.cols; i++) {
        const double dt = 0.1, voltage = (double)voltage_of(s, i / s->scene.cols, i % s->scene.cols, 3);
        const double w = (double)state[i] + gain * sin(voltage) * dt;
        assert_true(fabs((double)new_state[i] - fmin(fmax(w, low), high)) <= 2e-7 * high);
        assert_true(fabs((double)new_flux[i] - ((double)flux[i] + voltage * dt)) <= 2e-7);
    }
    free(new_state);
    free(new_flux);
}

static void check_change(const char *selector, const subject *s, double gain, const char *model,
                         const char *stimulus) {
    ohm_devices *devices = open_devices(selector);
    ohm_crossbar *c = play(devices, &s->scene, 0, 7);
    float *state = read_plane(c, PLANE_STATE), *flux = read_plane(c, PLANE_FLUX);
    uint64_t before[2], after[2];
    scene_digests(c, before);
    REQUIRE(ohm_crossbar_change(c, model, stimulus));
    scene_digests(c, after);
    assert_memory_equal(before, after, sizeof before);
    assert_int_equal(ohm_crossbar_step(c), 3);
    REQUIRE(ohm_crossbar_advance(c, 1));
    check_step(s, c, gain, state, flux);
    free(state);
    free(flux);
    ohm_crossbar_destroy(c);
    ohm_devices_close(devices);
}

static void a_change_holds_from_the_next_step_on(void **state) {
    (void)state;
    const subject w = {false, 0.1, 10, -3, 5, changing};
    subject r = {true, 0.1, 10, -5, 2, changing};
    r.scene.model = "sin-resistance";
    for (size_t k = 0; k < selector_count; k++) {
        check_change(selectors[k], &w, 2, "sin-state:beta=2", "uniform:lo=-3");
        check_change(selectors[k], &r, -30, "sin-resistance:alpha=-30,r_on=0.1", "uniform:hi=2");
    }
}

// A run with changes on its way: what it comes to.
static void play_changes(ohm_devices *devices, uint64_t band_rows, uint64_t digests[2]) {
    ohm_crossbar *c = play(devices, &changing, 0, band_rows);
    REQUIRE(ohm_crossbar_change(c, "sin-state:beta=2", "uniform:lo=-3"));
    REQUIRE(ohm_crossbar_advance(c, 4));
    REQUIRE(ohm_crossbar_change(c, NULL, "uniform:hi=0.5"));
    REQUIRE(ohm_crossbar_change(c, "sin-state:r_on=1", NULL));
    REQUIRE(ohm_crossbar_advance(c, 3));
    assert_string_equal(ohm_crossbar_definition(c)->model, "sin-state:beta=2,r_on=1,r_off=10");
    assert_string_equal(ohm_crossbar_definition(c)->stimulus, "uniform:lo=-3,hi=0.5");
    scene_digests(c, digests);
    ohm_crossbar_destroy(c);
}

static void a_changed_run_is_the_same_everywhere(void **state) {
    (void)state;
    uint64_t expected[2], found[2];
    for (size_t k = 0; k < selector_count; k++) {
        ohm_devices *devices = open_devices(selectors[k]);
        if (k == 0) play_changes(devices, 0, expected);
        play_changes(devices, k % 2 * 64, found);
        assert_memory_equal(found, expected, sizeof expected);
        ohm_devices_close(devices);
    }
}

static void nothing_changed_changes_nothing(void **state) {
    (void)state;
    ohm_devices *devices = open_devices("native");
    ohm_crossbar *plain = play(devices, &changing, 0, 0), *c = play(devices, &changing, 0, 0);
    REQUIRE(ohm_crossbar_change(c, NULL, NULL));
    REQUIRE(ohm_crossbar_change(c, "sin-state", "uniform"));
    REQUIRE(ohm_crossbar_change(c, "sin-state:beta=0.5", "uniform:hi=5"));
    REQUIRE(ohm_crossbar_advance(plain, 4));
    REQUIRE(ohm_crossbar_advance(c, 4));
    assert_same_state(plain, c);
    assert_string_equal(ohm_crossbar_definition(c)->model, ohm_crossbar_definition(plain)->model);
    assert_string_equal(ohm_crossbar_definition(c)->stimulus, ohm_crossbar_definition(plain)->stimulus);
    ohm_crossbar_destroy(plain);
    ohm_crossbar_destroy(c);
    ohm_devices_close(devices);
}

static void refuse_changes(ohm_crossbar *c) {
    static const struct {
        const char *model, *stimulus, *part;
    } cases[] = {
        {"sin-resistance", NULL, "sin-state cannot be replaced by sin-resistance"},
        {"sin", NULL, "unknown model \"sin\""},
        {"", NULL, "unknown model \"\""},
        {"sin-state:gamma=1", NULL, "no parameter \"gamma\""},
        {"sin-state:beta=1,beta=2", NULL, "beta is given twice"},
        {"sin-state:beta=2e6", NULL, "beta=2e+06 is outside"},
        {"sin-state:beta=nan", NULL, "not a finite number"},
        {"sin-state:r_on=20", NULL, "r_on=20 exceeds r_off=10"},
        {"sin-state:beta=1", "uniform:lo=6", "lo=6 exceeds hi=5"},
        {"sin-state:beta=1", "uniform:hi=-6", "lo=-5 exceeds hi=-6"},
        {"sin-state:beta=1", "uniform:value=3", "no parameter \"value\""},
        {"sin-state:gamma=1", "uniform:lo=0", "no parameter \"gamma\""},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        refused(ohm_crossbar_change(c, cases[i].model, cases[i].stimulus), OHM_BAD_ARGUMENT, cases[i].part);
        REQUIRE(ohm_crossbar_change(c, NULL, NULL)); // would take in what had been left behind
        assert_string_equal(ohm_crossbar_definition(c)->model, "sin-state:beta=0.5,r_on=0.1,r_off=10");
        assert_string_equal(ohm_crossbar_definition(c)->stimulus, "uniform:lo=-5,hi=5");
    }
}

static void a_refused_change_changes_nothing(void **state) {
    (void)state;
    ohm_devices *devices = open_devices("native");
    ohm_crossbar *plain = play(devices, &changing, 0, 0), *c = play(devices, &changing, 0, 0);
    refuse_changes(c);
    REQUIRE(ohm_crossbar_advance(plain, 4));
    REQUIRE(ohm_crossbar_advance(c, 4));
    assert_same_state(plain, c);
    ohm_crossbar_destroy(plain);
    ohm_crossbar_destroy(c);
    ohm_devices_close(devices);
}

// What is given is checked together with what is kept, whatever the defaults are.
static void a_change_is_checked_against_what_is_kept(void **state) {
    (void)state;
    ohm_devices *devices = open_devices("native");
    ohm_crossbar *c = play(devices, &changing, 0, 0);
    REQUIRE(ohm_crossbar_change(c, "sin-state:r_on=50,r_off=100", "uniform:lo=6,hi=8"));
    refused(ohm_crossbar_change(c, NULL, "uniform:hi=5.5"), OHM_BAD_ARGUMENT, "lo=6 exceeds hi=5.5");
    refused(ohm_crossbar_change(c, NULL, "uniform:lo=9"), OHM_BAD_ARGUMENT, "lo=9 exceeds hi=8");
    refused(ohm_crossbar_change(c, "sin-state:r_off=20", NULL), OHM_BAD_ARGUMENT, "r_on=50 exceeds r_off=20");
    REQUIRE(ohm_crossbar_change(c, NULL, "uniform:lo=7"));
    REQUIRE(ohm_crossbar_change(c, "sin-state:r_on=60", NULL));
    assert_string_equal(ohm_crossbar_definition(c)->model, "sin-state:beta=0.5,r_on=60,r_off=100");
    assert_string_equal(ohm_crossbar_definition(c)->stimulus, "uniform:lo=7,hi=8");
    ohm_crossbar_destroy(c);
    ohm_devices_close(devices);
}

static void assert_parameter(const ohm_parameter_info *p, const char *key, const char *unit, double min,
                             double max, double value) {
    assert_string_equal(p->key, key);
    assert_string_equal(p->unit, unit);
    assert_true(p->symbol && *p->symbol && p->help && *p->help);
    assert_true(p->min == min && p->max == max && p->value == value);
}

static void parameters_tell_their_values(void **state) {
    (void)state;
    ohm_parameter_info p[OHM_MAX_PARAMETERS];
    ohm_devices *devices = open_devices("native");
    ohm_crossbar *c = play(devices, &changing, 0, 0),
                 *constant = play(devices, &subject_named("constant")->scene, 0, 0);
    assert_int_equal(ohm_crossbar_model_parameters(c, p), 3 + 13); // its own, and those of every device
    assert_parameter(&p[0], "beta", "1", -1e6, 1e6, 0.5);
    assert_parameter(&p[2], "r_off", "Ω", 1e-12, 1e12, 10);
    REQUIRE(ohm_crossbar_change(c, "sin-state:beta=-0.3,r_on=0.7", "uniform:hi=0.1"));
    assert_int_equal(ohm_crossbar_model_parameters(c, p), 3 + 13); // its own, and those of every device
    assert_parameter(&p[0], "beta", "1", -1e6, 1e6, -0.3);
    assert_parameter(&p[1], "r_on", "Ω", 1e-12, 1e12, 0.7);
    assert_parameter(&p[2], "r_off", "Ω", 1e-12, 1e12, 10);
    assert_int_equal(ohm_crossbar_stimulus_parameters(c, p), 2);
    assert_parameter(&p[0], "lo", "V", -1000, 1000, -5);
    assert_parameter(&p[1], "hi", "V", -1000, 1000, 0.1);
    assert_int_equal(ohm_crossbar_model_parameters(constant, p), 3 + 13);
    assert_parameter(&p[0], "alpha", "1", -1e6, 1e6, 0.5);
    assert_int_equal(ohm_crossbar_stimulus_parameters(constant, p), 1);
    assert_parameter(&p[0], "value", "V", -1000, 1000, 2);
    ohm_crossbar_destroy(c);
    ohm_crossbar_destroy(constant);
    ohm_devices_close(devices);
}

// Saves a crossbar, goes on with it, and goes on from the file on every kind of device.
static void check_saved(ohm_crossbar *c) {
    char path[MAX_PATH];
    temporary_path(path);
    const uint64_t step = ohm_crossbar_step(c);
    REQUIRE(ohm_crossbar_save(c, path));
    REQUIRE(ohm_crossbar_advance(c, 9));
    for (size_t k = 0; k < selector_count; k++) {
        ohm_crossbar *again;
        ohm_devices *devices = open_devices(selectors[k]);
        REQUIRE(ohm_crossbar_load(devices, path, NULL, &again));
        assert_int_equal(ohm_crossbar_step(again), step);
        assert_string_equal(ohm_crossbar_definition(again)->model, ohm_crossbar_definition(c)->model);
        assert_string_equal(ohm_crossbar_definition(again)->stimulus, ohm_crossbar_definition(c)->stimulus);
        REQUIRE(ohm_crossbar_advance(again, 9));
        assert_same_state(again, c);
        ohm_crossbar_destroy(again);
        ohm_devices_close(devices);
    }
    unlink(path);
}

static void a_file_tells_the_change(void **state) {
    (void)state;
    for (size_t k = 0; k < selector_count; k++) {
        ohm_devices *devices = open_devices(selectors[k]);
        ohm_crossbar *c = play(devices, &changing, 0, 0);
        REQUIRE(ohm_crossbar_change(c, "sin-state:beta=2,r_off=70", "uniform:lo=-3"));
        check_saved(c);
        ohm_crossbar_destroy(c);
        ohm_devices_close(devices);
    }
}

// What was applied is not what will be.
static void check_applied(const char *selector) {
    const subject before = {false, 0.1, 10, -5, 5, changing}, after = {false, 0.1, 10, 1, 2, changing};
    values all;
    ohm_devices *devices = open_devices(selector);
    ohm_crossbar *c = play(devices, &changing, 0, 7);
    REQUIRE(ohm_crossbar_change(c, NULL, "uniform:lo=1,hi=2"));
    for (int step = 0; step < 2; step++) {
        values_read(step ? &after : &before, c, &all);
        for (size_t n = 0; n < views_of(&changing); n++) {
            const ohm_view v = view_number(&changing, n);
            if (v.quantity != OHM_VOLTAGE && v.quantity != OHM_FLUX) continue;
            float *image = draw(c, &v);
            check_view(selector, &all, &v, image);
            free(image);
        }
        values_free(&all);
        REQUIRE(ohm_crossbar_advance(c, 1));
    }
    ohm_crossbar_destroy(c);
    ohm_devices_close(devices);
}

static void the_voltage_shown_is_the_one_applied(void **state) {
    (void)state;
    for (size_t k = 0; k < selector_count; k++) check_applied(selectors[k]);
}

// A state beyond its new bounds would be neither shown nor saved as it is.
static void what_bounds_the_state_cannot_change(void **state) {
    (void)state;
    static const char *const bounds[] = {"sin-resistance:r_off=4", "sin-resistance:r_on=1,alpha=2",
                                         "sin-resistance:r_off=40"};
    scene s = changing;
    s.model = "sin-resistance";
    ohm_devices *devices = open_devices("native");
    ohm_crossbar *c = play(devices, &s, 0, 0);
    for (size_t i = 0; i < COUNT_OF(bounds); i++)
        refused(ohm_crossbar_change(c, bounds[i], "uniform:lo=0"), OHM_BAD_ARGUMENT, "cannot change");
    REQUIRE(ohm_crossbar_change(c, NULL, NULL));
    assert_string_equal(ohm_crossbar_definition(c)->model, "sin-resistance:alpha=0.5,r_on=0.1,r_off=10");
    assert_string_equal(ohm_crossbar_definition(c)->stimulus, "uniform:lo=-5,hi=5");
    check_saved(c);
    ohm_crossbar_destroy(c);
    ohm_devices_close(devices);
}

// ---- Restarting -------------------------------------------------------------------------------

// What a fresh crossbar of a scene with another seed is after some steps.
static void compare_fresh(ohm_crossbar *c, const scene *s, uint64_t seed) {
    scene other = *s;
    other.seed = seed;
    other.steps = ohm_crossbar_step(c);
    ohm_devices *devices = open_devices("native");
    ohm_crossbar *fresh = play(devices, &other, 0, 0);
    assert_same_state(fresh, c);
    ohm_crossbar_destroy(fresh);
    ohm_devices_close(devices);
}

static void check_restart(ohm_crossbar *c, const scene *s, uint64_t seed) {
    float value[OHM_QUANTITIES];
    REQUIRE(ohm_crossbar_restart(c, seed));
    assert_int_equal(ohm_crossbar_step(c), 0);
    assert_int_equal(ohm_crossbar_definition(c)->seed, seed);
    compare_fresh(c, s, seed);
    REQUIRE(ohm_crossbar_probe(c, s->rows - 1, s->cols / 2, value));
    assert_true(isnan(value[OHM_VOLTAGE]));
    assert_true(value[OHM_FLUX] == 0);
    REQUIRE(ohm_crossbar_advance(c, 5));
    compare_fresh(c, s, seed);
}

static void a_restart_is_a_fresh_start(void **state) {
    (void)state;
    for (size_t k = 0; k < selector_count; k++) {
        ohm_devices *devices = open_devices(selectors[k]);
        ohm_crossbar *c = play(devices, &changing, 0, 7);
        check_restart(c, &changing, changing.seed);
        check_restart(c, &changing, 18446744073709551615u);
        check_restart(c, &changing, 0);
        ohm_crossbar_destroy(c);
        ohm_devices_close(devices);
    }
}

static void a_restart_keeps_the_parameters(void **state) {
    (void)state;
    scene s = changing;
    s.model = "sin-state:beta=2,r_on=0.1,r_off=10";
    s.stimulus = "uniform:lo=-3,hi=5";
    ohm_devices *devices = open_devices("native");
    ohm_crossbar *c = play(devices, &changing, 0, 0);
    REQUIRE(ohm_crossbar_change(c, "sin-state:beta=2", "uniform:lo=-3"));
    check_restart(c, &s, 12);
    ohm_crossbar_destroy(c);
    ohm_devices_close(devices);
}

static void a_restart_drops_the_series(void **state) {
    (void)state;
    char path[MAX_PATH];
    temporary_path(path);
    ohm_file_info *info;
    ohm_devices *devices = open_devices("native");
    ohm_crossbar *c = play(devices, &changing, 0, 0);
    REQUIRE(ohm_crossbar_record(c, NULL));
    REQUIRE(ohm_crossbar_restart(c, 2));
    REQUIRE(ohm_crossbar_save(c, path));
    REQUIRE(ohm_file_read_info(path, &info));
    assert_int_equal(info->series_rows, 0);
    assert_int_equal(info->step, 0);
    assert_int_equal(info->definition.seed, 2);
    free(info);
    REQUIRE(ohm_crossbar_record(c, NULL));
    REQUIRE(ohm_crossbar_save(c, path));
    REQUIRE(ohm_file_read_info(path, &info));
    assert_int_equal(info->series_rows, 1);
    free(info);
    unlink(path);
    ohm_crossbar_destroy(c);
    ohm_devices_close(devices);
}

// Writes a matrix of 4 x 6, and a list of one cell.
static void write_inputs(const char *matrix, const char *cells) {
    FILE *f = fopen(matrix, "w");
    float numbers[24];
    for (int i = 0; i < 24; i++) numbers[i] = (float)i / 32;
    assert_true(f && npy_write_header(f, 4, 6) && npy_write_values(f, numbers, 24) && fclose(f) == 0);
    f = fopen(cells, "w");
    assert_true(f && fputs("1,2\n", f) > 0 && fclose(f) == 0);
}

// The initial state comes from its file again; what the stimulus was read from is kept.
static void a_restart_reads_the_initial_state_again(void **state) {
    (void)state;
    char matrix[MAX_PATH], cells[MAX_PATH], initial[MAX_PATH + 16], stimulus[MAX_PATH + 16];
    temporary_path(matrix);
    temporary_path(cells);
    write_inputs(matrix, cells);
    snprintf(initial, sizeof initial, "file:path=%s", matrix);
    snprintf(stimulus, sizeof stimulus, "write:cells=%s", cells);
    ohm_definition d = ohm_definition_default();
    d.rows = 4, d.cols = 6, d.initial = initial, d.stimulus = stimulus;
    ohm_devices *devices = open_devices("native");
    ohm_crossbar *c;
    REQUIRE(ohm_crossbar_create(devices, &d, &c));
    uint64_t first, now;
    float read[24];
    REQUIRE(ohm_crossbar_digest(c, &first));
    REQUIRE(ohm_crossbar_read_state(c, 0, 4, read));
    for (int i = 0; i < 24; i++) assert_float_equal(read[i], (float)i / 32, 0);
    REQUIRE(ohm_crossbar_advance(c, 3));
    unlink(cells);
    REQUIRE(ohm_crossbar_restart(c, 9));
    REQUIRE(ohm_crossbar_digest(c, &now));
    assert_true(now == first);
    REQUIRE(ohm_crossbar_advance(c, 2));
    REQUIRE(ohm_crossbar_digest(c, &first));
    unlink(matrix);
    refused(ohm_crossbar_restart(c, 1), OHM_IO_FAILED, "No such file");
    REQUIRE(ohm_crossbar_digest(c, &now));
    assert_true(now == first && ohm_crossbar_step(c) == 2);
    ohm_crossbar_destroy(c);
    ohm_devices_close(devices);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_change_holds_from_the_next_step_on),
        cmocka_unit_test(a_changed_run_is_the_same_everywhere),
        cmocka_unit_test(nothing_changed_changes_nothing),
        cmocka_unit_test(a_refused_change_changes_nothing),
        cmocka_unit_test(a_change_is_checked_against_what_is_kept),
        cmocka_unit_test(parameters_tell_their_values),
        cmocka_unit_test(a_file_tells_the_change),
        cmocka_unit_test(the_voltage_shown_is_the_one_applied),
        cmocka_unit_test(what_bounds_the_state_cannot_change),
        cmocka_unit_test(a_restart_is_a_fresh_start),
        cmocka_unit_test(a_restart_keeps_the_parameters),
        cmocka_unit_test(a_restart_drops_the_series),
        cmocka_unit_test(a_restart_reads_the_initial_state_again),
    };
    return cmocka_run_group_tests_name("change", tests, find_selectors, NULL);
}
