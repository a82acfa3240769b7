// Steps too small for float32: what a step adds is never lost, however small it is. Right values are closed
// forms, or Euler's method in double with the equations as they were published.
#include "sample.h"

#include "../host/array/crossbar.h"

#include "equations.h"

#include <hdf5.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static ohm_definition one_device(const char *model, const char *stimulus, const char *initial, double dt) {
    ohm_definition d = ohm_definition_default();
    d.rows = d.cols = 1;
    d.model = model;
    d.stimulus = stimulus;
    d.initial = initial;
    d.dt = dt;
    d.fuse = 4096;
    return d;
}

static double state_of(ohm_crossbar *c) {
    double state, flux;
    REQUIRE(ohm_crossbar_probe_exact(c, 0, 0, &state, &flux));
    return state;
}

// The state of a device after so many steps.
static double run(const ohm_definition *d, uint64_t steps) {
    ohm_crossbar *c = create(native, d);
    REQUIRE(ohm_crossbar_advance(c, steps));
    const double found = state_of(c);
    ohm_crossbar_destroy(c);
    return found;
}

// ---- Closed forms -------------------------------------------------------------------------------

// A constant voltage of some steps, from an initial state, and how far the state goes.
typedef struct row {
    const char *model, *stimulus, *initial;
    double dt;
    uint64_t steps;
    double change;
} row;

// Of linear ion drift: R(x)² falls linearly in time, as dR/dt = −(R_off − R_on)·μ·R_on/D²·V/R; so from x = ½,
// in 10 ms at 1 V, to 0.5125790.
#define ION "linear-ion-drift"
#define ION_CHANGE 0.0125790

// Pulses that are all alike, from the middle of the range or from its ends.
#define PULSES "noise=0,w_min=-0.6,w_max=0.6,up_down=0,gamma_up=0,gamma_down=0"
#define HALF_PI "constant:value=1.5707963267948966"

static const row rows[] = {
    {ION, "constant:value=1", "constant:value=0.5", 1e-7, 100000, ION_CHANGE},
    {ION, "constant:value=1", "constant:value=0.5", 3e-8, 333333, ION_CHANGE},
    {ION, "constant:value=1", "constant:value=0.5", 2e-8, 500000, ION_CHANGE},
    {ION ":substeps=1", "constant:value=1", "constant:value=0.5", 1e-4, 100, ION_CHANGE},
    {ION ":substeps=1000", "constant:value=1", "constant:value=0.5", 1e-4, 100, ION_CHANGE},
    {ION ":substeps=100000", "constant:value=1", "constant:value=0.5", 1e-4, 100, ION_CHANGE},
    {"vteam", "constant:value=0.0202", "constant:value=0.4", 1e-11, 1000000, 1. / 60},
    {"vteam", "constant:value=0.0204", "constant:value=0.4", 1e-11, 1000000, 2. / 60},
    {"vteam", "constant:value=0.022", "constant:value=0.4", 1e-11, 1000000, 10. / 60},
    {"linear-step:dw_min=1e-6," PULSES, "constant:value=1", "constant:value=0.5", 0, 10000, 0.01},
    {"linear-step:dw_min=1e-7," PULSES, "constant:value=-1", "constant:value=0.5", 0, 100000, -0.01},
    {"linear-step:dw_min=3e-8," PULSES, "constant:value=1", "constant:value=0", 0, 333333, 0.01},
    {"linear-step:dw_min=1e-8," PULSES, "constant:value=-1", "constant:value=1", 0, 1000000, -0.01},
    {"sin-state:beta=1e-6", HALF_PI, "constant:value=0.5", 0, 100000, 0.01},
    {"sin-state:beta=1e-7", HALF_PI, "constant:value=0.9", 0, 100000, 0.001},
    {"sin-resistance:alpha=1e-6", HALF_PI, "constant:value=0.1", 0, 100000, 0.01},
};

static void every_step_counts(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const row *r = &rows[i];
        const ohm_definition d = one_device(r->model, r->stimulus, r->initial, r->dt);
        const double found = run(&d, r->steps) - run(&d, 0);
        if (fabs(found / r->change - 1) > 1e-3)
            fail_msg("%s, dt %g: the state changes by %g, not %g", r->model, r->dt, found, r->change);
    }
}

// In single precision a drive that goes wrong is one of which the library says so.
static void single_precision_tells_its_loss(void **state) {
    (void)state;
    size_t wrong = 0;
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        ohm_definition d = one_device(rows[i].model, rows[i].stimulus, rows[i].initial, rows[i].dt);
        if (rows[i].steps > 100000) continue;
        d.precision = OHM_PRECISION_SINGLE;
        ohm_crossbar *c = create(native, &d);
        const double before = state_of(c), loss = ohm_crossbar_step_loss(c);
        REQUIRE(ohm_crossbar_advance(c, rows[i].steps));
        const double error = fabs((state_of(c) - before) / rows[i].change - 1);
        ohm_crossbar_destroy(c);
        if (error > 0.01 && loss <= 0.01)
            fail_msg("%s is off by %g, and loses %g", rows[i].model, error, loss);
        wrong += error > 0.01;
    }
    assert_true(wrong >= 4);
}

// V·dt = 0.1, three million times: a float32 alone gives 290,775.
static void flux_is_kept(void **state) {
    (void)state;
    ohm_definition d = one_device("sin-state", "constant:value=1", "constant:value=0.5", 0.1);
    d.track_flux = true;
    ohm_crossbar *c = create(native, &d);
    double w, flux, read;
    REQUIRE(ohm_crossbar_advance(c, 3000000));
    REQUIRE(ohm_crossbar_probe_exact(c, 0, 0, &w, &flux));
    assert_near(flux, 3e6 * (double)0.1f, 1e-3, "flux");
    REQUIRE(ohm_crossbar_read_flux_exact(c, 0, 1, &read));
    assert_true(read == flux);
    ohm_crossbar_destroy(c);
}

// ---- A million steps ------------------------------------------------------------------------------

typedef struct course {
    const char *model;
    const equation *equation;
    double start, end; // start from 0 to 1, as the initial state is given; end in s
    drive drive;
} course;

static const course courses[] = {
    {"linear-ion-drift:r_on=1000", &ion_drift, 0.3, 0.03, {0, 1.5, 20, 0}},
    {"linear-ion-drift:r_on=1000,window=joglekar", &ion_joglekar, 0.3, 0.03, {0, 1.5, 20, 0}},
    {"vteam", &vteam, 0.2, 2e-9, {-0.26, 0.04, 1e8, 0}},
    {"yakopcic", &yakopcic, 0.45, 3e-4, {-0.4, 0.1, 1e3, 0}},
    {"mmss", &mmss, 0.4, 2e-4, {0, 0.35, 4e3, 0}},
    {"stanford-pku:substeps=1", &stanford, 0.5, 3e-8, {1.25, 0.1, 1e7, 0}},
};

static double euler(const equation *e, double voltage, double state, double end, int steps) {
    const double dt = end / steps;
    for (int i = 0; i < steps; i++) state += e->rate(state, voltage) * dt;
    return state;
}

// How far a device is from Euler's method in double after so many steps.
static double error_of(const course *w, int steps) {
    const double voltage = (double)(float)(w->drive.offset + w->drive.amplitude / 2);
    char stimulus[64], initial[64];
    snprintf(stimulus, sizeof stimulus, "constant:value=%.17g", voltage);
    snprintf(initial, sizeof initial, "constant:value=%.17g", w->start);
    const ohm_definition d = one_device(w->model, stimulus, initial, w->end / steps);
    const double start = run(&d, 0);
    return fabs(run(&d, (uint64_t)steps) - euler(w->equation, voltage, start, w->end, steps));
}

static void a_million_steps_are_as_good_as_a_thousand(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(courses); i++) {
        const double range = courses[i].equation == &stanford ? 1.5e-9 : 1;
        const double few = error_of(&courses[i], 1000) / range, many = error_of(&courses[i], 1000000) / range;
        print_message("  %-46s 1e3 steps: %.1e, 1e6 steps: %.1e\n", courses[i].model, few, many);
        // Both are rounded voltages and rates: 3e-7 of the range at most.
        if (many > fmax(few, 3e-7)) fail_msg("%s: %g after 1e6 steps", courses[i].model, many);
    }
}

// ---- The choice -----------------------------------------------------------------------------------

static ohm_precision choice(const char *model, const char *stimulus, double dt) {
    ohm_definition d = one_device(model, stimulus, "constant:value=0.5", dt);
    ohm_crossbar *c = create(native, &d);
    const ohm_precision chosen = ohm_crossbar_precision(c);
    ohm_crossbar_destroy(c);
    return chosen;
}

// Every model as it comes takes four bytes a synapse.
static void defaults_are_single(void **state) {
    (void)state;
    for (size_t i = 0; ohm_model_name(i); i++)
        assert_int_equal(choice(ohm_model_name(i), NULL, 0), OHM_PRECISION_SINGLE);
}

static void small_steps_are_extended(void **state) {
    (void)state;
    assert_int_equal(choice(ION, "constant:value=1", 1e-5), OHM_PRECISION_EXTENDED);
    assert_int_equal(choice(ION, "uniform:lo=-1,hi=1", 1e-6), OHM_PRECISION_EXTENDED);
    assert_int_equal(choice("sin-state:beta=1e-4", "uniform:lo=-5,hi=5", 0), OHM_PRECISION_EXTENDED);
    // Steps up are large, steps down are small.
    assert_int_equal(choice("vteam", "uniform:lo=-0.5,hi=0.0201", 0), OHM_PRECISION_EXTENDED);
    // What is half selected moves little by little.
    assert_int_equal(choice("vteam", "constant:value=0.0603", 1e-9), OHM_PRECISION_SINGLE);
    assert_int_equal(choice("vteam", "write:v=0.0603,scheme=third", 1e-9), OHM_PRECISION_EXTENDED);
    // Nothing moves: nothing can be lost.
    assert_int_equal(choice("vteam", "constant:value=0", 0), OHM_PRECISION_SINGLE);
}

static void asked_for_is_had(void **state) {
    (void)state;
    for (int p = OHM_PRECISION_SINGLE; p <= OHM_PRECISION_EXTENDED; p++) {
        ohm_definition d = one_device("sin-state:beta=1e-7", HALF_PI, "constant:value=0.5", 0);
        d.precision = (ohm_precision)p;
        ohm_crossbar *c = create(native, &d);
        assert_int_equal(ohm_crossbar_precision(c), p);
        ohm_crossbar_destroy(c);
    }
    ohm_definition d = one_device("sin-state", NULL, "constant:value=0.5", 0);
    d.precision = OHM_PRECISIONS;
    refused(ohm_definition_check(&d), OHM_BAD_ARGUMENT, "precision");
}

// ---- Bounds ---------------------------------------------------------------------------------------

// Where a bound stops a state, nothing is left that would hold it there later.
static void nothing_is_left_at_a_bound(void **state) {
    (void)state;
    ohm_definition d = one_device("sin-state:beta=0.3", "uniform:lo=-5,hi=5", "uniform:lo=0,hi=1", 0);
    d.precision = OHM_PRECISION_EXTENDED;
    d.rows = d.cols = 200;
    ohm_crossbar *c = create(native, &d);
    REQUIRE(ohm_crossbar_advance(c, 200));
    float *w = malloc(2 * 40000 * sizeof *w), *rest = w + 40000;
    size_t stopped = 0, between = 0;
    REQUIRE(ohm_crossbar_read_state(c, 0, 200, w));
    REQUIRE(crossbar_read(c, PLANE_STATE_REST, (area){0, 0, 200, 200}, rest));
    for (size_t i = 0; i < 40000; i++) {
        assert_true((double)fabsf(rest[i]) <= 0x1p-25);
        assert_true((double)w[i] + (double)rest[i] >= 0 && (double)w[i] + (double)rest[i] <= 1);
        stopped += (w[i] == 0 || w[i] == 1) && rest[i] == 0;
        between += w[i] > 0.5f && w[i] < 1 && rest[i] != 0;
    }
    assert_true(stopped > 50 && between > 10000);
    free(w);
    ohm_crossbar_destroy(c);
}

// ---- Going on -------------------------------------------------------------------------------------

static uint64_t rest_digest(ohm_crossbar *c) {
    uint64_t digest;
    REQUIRE(ohm_crossbar_rest_digest(c, &digest));
    return digest;
}

static void assert_same(ohm_crossbar *a, ohm_crossbar *b) {
    assert_same_state(a, b);
    assert_int_equal(ohm_crossbar_precision(a), ohm_crossbar_precision(b));
    assert_true(rest_digest(a) == rest_digest(b));
}

static void a_file_has_both_parts(void **state) {
    (void)state;
    char path[MAX_PATH];
    temporary_path(path);
    ohm_definition d = one_device("sin-state:beta=1e-5", "uniform:lo=0,hi=3", "uniform:lo=0,hi=1", 0);
    d.rows = 70;
    d.cols = 130;
    ohm_crossbar *a = create(native, &d), *b;
    ohm_file_info *info;
    REQUIRE(ohm_crossbar_advance(a, 100));
    REQUIRE(ohm_crossbar_save(a, path));
    REQUIRE(ohm_file_read_info(path, &info));
    assert_int_equal(info->kept, OHM_PRECISION_EXTENDED);
    assert_true(info->rest_digest == rest_digest(a) && info->rest_digest != 0);
    REQUIRE(ohm_crossbar_load(native, path, NULL, &b));
    assert_same(a, b);
    REQUIRE(ohm_crossbar_advance(a, 100));
    REQUIRE(ohm_crossbar_advance(b, 100));
    assert_same(a, b);
    free(info);
    ohm_crossbar_destroy(a);
    ohm_crossbar_destroy(b);
    unlink(path);
}

// A change to smaller steps makes room for them, on every device, and a file made then is read so.
static void smaller_steps_may_come_later(void **state) {
    (void)state;
    char path[MAX_PATH];
    temporary_path(path);
    for (size_t s = 0; s < selector_count; s++) {
        ohm_devices *some = open_devices(selectors[s]);
        ohm_definition d = one_device("sin-state", HALF_PI, "constant:value=0.5", 0);
        d.rows = d.cols = 65;
        ohm_crossbar *a = create(some, &d), *b;
        REQUIRE(ohm_crossbar_advance(a, 1));
        assert_int_equal(ohm_crossbar_precision(a), OHM_PRECISION_SINGLE);
        REQUIRE(ohm_crossbar_change(a, "sin-state:beta=1e-7", NULL));
        assert_int_equal(ohm_crossbar_precision(a), OHM_PRECISION_EXTENDED);
        const double before = state_of(a);
        REQUIRE(ohm_crossbar_advance(a, 10000));
        assert_near(state_of(a) - before, 1e-4, 1e-9, "change");
        REQUIRE(ohm_crossbar_change(a, "sin-state:beta=0.5", NULL)); // what is there stays there
        assert_int_equal(ohm_crossbar_precision(a), OHM_PRECISION_EXTENDED);
        REQUIRE(ohm_crossbar_save(a, path));
        REQUIRE(ohm_crossbar_load(native, path, NULL, &b));
        assert_same(a, b);
        REQUIRE(ohm_crossbar_restart(a, 1)); // from the start it is as new
        assert_int_equal(ohm_crossbar_precision(a), OHM_PRECISION_SINGLE);
        ohm_crossbar_destroy(b);
        // And nothing is left of what states could not hold before.
        d.model = "sin-state:beta=1e-7";
        b = create(some, &d);
        REQUIRE(ohm_crossbar_change(a, d.model, NULL));
        REQUIRE(ohm_crossbar_advance(a, 100));
        REQUIRE(ohm_crossbar_advance(b, 100));
        assert_same(a, b);
        ohm_crossbar_destroy(a);
        ohm_crossbar_destroy(b);
        ohm_devices_close(some);
    }
    unlink(path);
}

// A file of an older version has no second part of the flux: it begins at 0.
static void a_part_that_is_not_there_is_0(void **state) {
    (void)state;
    char path[MAX_PATH];
    temporary_path(path);
    ohm_definition d = one_device("sin-state", "constant:value=1", "constant:value=0.5", 0.1);
    d.track_flux = true;
    ohm_crossbar *a = create(native, &d), *b;
    REQUIRE(ohm_crossbar_advance(a, 1000));
    REQUIRE(ohm_crossbar_save(a, path));
    const hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
    assert_true(H5Ldelete(file, "flux_rest", H5P_DEFAULT) >= 0);
    H5Fclose(file);
    REQUIRE(ohm_crossbar_load(native, path, NULL, &b));
    float flux;
    double w, exact;
    REQUIRE(ohm_crossbar_read_flux(a, 0, 1, &flux));
    REQUIRE(ohm_crossbar_probe_exact(b, 0, 0, &w, &exact));
    assert_true((double)flux == exact);
    ohm_crossbar_destroy(a);
    ohm_crossbar_destroy(b);
    unlink(path);
}

static int prepare(void **state) {
    find_selectors(state);
    return open_native(state);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_step_counts),
        cmocka_unit_test(single_precision_tells_its_loss),
        cmocka_unit_test(flux_is_kept),
        cmocka_unit_test(a_million_steps_are_as_good_as_a_thousand),
        cmocka_unit_test(defaults_are_single),
        cmocka_unit_test(small_steps_are_extended),
        cmocka_unit_test(asked_for_is_had),
        cmocka_unit_test(nothing_is_left_at_a_bound),
        cmocka_unit_test(a_file_has_both_parts),
        cmocka_unit_test(smaller_steps_may_come_later),
        cmocka_unit_test(a_part_that_is_not_there_is_0),
    };
    return cmocka_run_group_tests_name("precision", tests, prepare, close_native);
}
