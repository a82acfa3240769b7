// Faults, levels and drift, at a million devices: they are as many and as wide as described.
#include "population.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

// ---- Faults ---------------------------------------------------------------------------------------

static void faults_have_their_parts(void **state) {
    (void)state;
    ohm_crossbar *c =
        devices_of("sin-state:stuck_low=0.02,stuck_high=0.03,stuck_open=0.005,r_open=12345", "uniform", 1);
    float *before = quantity_of(c, OHM_STATE);
    REQUIRE(ohm_crossbar_advance(c, 1));
    float *w = quantity_of(c, OHM_STATE), *r = quantity_of(c, OHM_RESISTANCE);
    size_t low = 0, high = 0, open = 0, still = 0;
    for (size_t i = 0; i < N; i++) {
        const bool rests = w[i] == before[i];
        still += rests;
        open += rests && r[i] == 12345;
        low += rests && w[i] == 0 && r[i] == 10;
        high += rests && w[i] == 1 && r[i] == 0.1f;
    }
    assert_part(low, 0.02 * (1 - 0.03) * (1 - 0.005), "stuck low"); // and nothing that counts for more
    assert_part(high, 0.03 * (1 - 0.005), "stuck high");
    assert_part(open, 0.005, "open");
    assert_int_equal(still, low + high + open); // every other device moved
    free(before);
    free(w);
    free(r);
    ohm_crossbar_destroy(c);
}

// Of a small crossbar of each model, at its own voltages and with its own spreads and noise.
static void check_stuck(const char *name, const char *fault, const char *initial) {
    char text[128];
    ohm_definition d = ohm_definition_default();
    d.rows = 20;
    d.cols = 70;
    snprintf(text, sizeof text, "%s:%s=1,r_open=777", name, fault);
    d.model = text;
    ohm_crossbar *stuck = create(native, &d);
    REQUIRE(ohm_crossbar_advance(stuck, 20));
    d.model = name;
    d.initial = initial;
    ohm_crossbar *whole = create(native, &d);
    float *a = quantity_of(stuck, OHM_STATE), *b = quantity_of(whole, OHM_STATE);
    float *c = quantity_of(stuck, OHM_RESISTANCE), *e = quantity_of(whole, OHM_RESISTANCE);
    for (size_t i = 0; i < d.rows * d.cols; i++) {
        if (a[i] != b[i]) fail_msg("%s: a stuck device is at %g, not %g", text, (double)a[i], (double)b[i]);
        assert_true(c[i] == (strcmp(fault, "stuck_open") == 0 ? 777 : e[i]));
    }
    free(a), free(b), free(c), free(e);
    ohm_crossbar_destroy(stuck);
    ohm_crossbar_destroy(whole);
}

// Those stuck where they began do nothing: no steps, no drift.
static void check_stuck_anywhere(const char *name) {
    char text[128];
    ohm_definition d = ohm_definition_default();
    d.rows = 20;
    d.cols = 70;
    snprintf(text, sizeof text, "%s:stuck=1,noise_add=0.1,drift_nu=0.1", name);
    d.model = text;
    ohm_crossbar *c = create(native, &d);
    float *before = quantity_of(c, OHM_RESISTANCE);
    REQUIRE(ohm_crossbar_advance(c, 20));
    REQUIRE(ohm_crossbar_idle(c, 1e4));
    REQUIRE(ohm_crossbar_advance(c, 1));
    float *after = quantity_of(c, OHM_RESISTANCE);
    assert_memory_equal(before, after, d.rows * d.cols * sizeof *after);
    free(before), free(after);
    ohm_crossbar_destroy(c);
}

static void stuck_devices_of_every_model_rest_at_their_end(void **state) {
    (void)state;
    for (size_t i = 0; ohm_model_name(i); i++) {
        check_stuck(ohm_model_name(i), "stuck_low", LEAST);
        check_stuck(ohm_model_name(i), "stuck_high", MOST);
        check_stuck(ohm_model_name(i), "stuck_open", LEAST);
        check_stuck_anywhere(ohm_model_name(i));
    }
}

// Whether each device has a fault, by what it reads in the state that nothing else is in: of a model that is
// half conductive, moves, and has these faults.
static bool *struck(const char *faults, float of) {
    char text[128];
    snprintf(text, sizeof text, "sin-state:r_open=12345,%s", faults);
    ohm_crossbar *c = devices_of(text, "constant:value=0.5", 1);
    REQUIRE(ohm_crossbar_advance(c, 1));
    float *r = quantity_of(c, OHM_RESISTANCE);
    bool *is = calloc(N, sizeof *is);
    assert_non_null(is);
    for (size_t i = 0; i < N; i++) is[i] = r[i] == of;
    free(r);
    ohm_crossbar_destroy(c);
    return is;
}

// R of a device that is stuck where it began, low, high and open.
#define STUCK (0.1f * 0.5f + 10 * 0.5f)
static const float fault_ohms[] = {STUCK, 10, 0.1f, 12345};

// Adding one fault leaves the devices that have another, but for those that a later one in the order takes.
static void faults_have_sets_of_their_own(void **state) {
    (void)state;
    static const char *const fault[] = {"stuck=0.1", "stuck_low=0.1", "stuck_high=0.1", "stuck_open=0.1"};
    const char *all = "stuck=0.1,stuck_low=0.1,stuck_high=0.1,stuck_open=0.1";
    bool *alone[4], *later = calloc(N, sizeof *later);
    for (int k = 0; k < 4; k++) alone[k] = struck(fault[k], fault_ohms[k]);
    for (int k = 3; k >= 0; k--) {
        bool *beside = struck(all, fault_ohms[k]);
        size_t count = 0, both = 0;
        for (size_t i = 0; i < N; i++) {
            count += alone[k][i];
            both += alone[k][i] && later[i];
            assert_true(beside[i] == (alone[k][i] && !later[i]));
            later[i] = later[i] || alone[k][i];
        }
        assert_part(count, 0.1, fault[k]);
        assert_part(both, 0.1 * (1 - pow(0.9, 3 - k)), "of these also with a later fault");
        free(beside);
    }
    for (int k = 0; k < 4; k++) free(alone[k]);
    free(later);
}

// They need not add up to 1.
static void the_last_fault_decides(void **state) {
    (void)state;
    static const char *const faults[] = {"stuck=1", "stuck=1,stuck_low=1", "stuck=1,stuck_low=1,stuck_high=1",
                                         "stuck=1,stuck_low=1,stuck_high=1,stuck_open=1"};
    for (int k = 0; k < 4; k++) {
        bool *is = struck(faults[k], fault_ohms[k]);
        for (size_t i = 0; i < N; i++) assert_true(is[i]);
        free(is);
    }
}

// An open device conducts V/R_open, whatever its model's current.
static void an_open_device_conducts_next_to_nothing(void **state) {
    (void)state;
    ohm_definition d = ohm_definition_default();
    d.rows = d.cols = 1;
    d.model = "sin-state:stuck_open=1,r_open=1e6";
    ohm_crossbar *c = create(native, &d);
    const float voltage = 2;
    float current;
    REQUIRE(ohm_crossbar_read_current(c, 0, 1, &voltage, &current));
    assert_near((double)current, 2e-6, 1e-12, "the current"); // three roundings
    ohm_crossbar_destroy(c);
}

// ---- Levels and drift -----------------------------------------------------------------------------

// Of mmss, whose G is linear in its state: each is the nearest of five, equally spaced from 1/r_off to
// 1/r_on.
static void only_levels_are_read(void **state) {
    (void)state;
    float *free_g = drawn("mmss", "uniform:lo=0,hi=1", OHM_CONDUCTANCE);
    float *g = drawn("mmss:levels=5", "uniform:lo=0,hi=1", OHM_CONDUCTANCE);
    const double low = 1.0 / 1500, gap = (1.0 / 500 - 1.0 / 1500) / 4;
    size_t count[5] = {0};
    for (size_t i = 0; i < N; i++) {
        const int k = (int)lround(((double)g[i] - low) / gap);
        assert_true(k >= 0 && k < 5);
        count[k]++;
        assert_near((double)g[i], low + k * gap, 3e-7 * (low + k * gap), "a level"); // rounded four times
        assert_near((double)g[i], (double)free_g[i], gap / 2 + 1e-6 * low, "the nearest level");
    }
    for (int k = 0; k < 5; k++) assert_part(count[k], k == 0 || k == 4 ? 0.125 : 0.25, "devices on a level");
    free(free_g);
    free(g);
}

// Levels divide each device's own range: of two it reads its own r_on or r_off.
static void levels_divide_what_is_each_device_s_own(void **state) {
    (void)state;
    const char *model = "vteam:levels=2,r_on=50~lognormal:0.5,r_off=1000~lognormal:0.5";
    float *on = drawn(model, MOST, OHM_RESISTANCE), *off = drawn(model, LEAST, OHM_RESISTANCE);
    float *r = drawn(model, "uniform:lo=0,hi=1", OHM_RESISTANCE);
    size_t low = 0;
    for (size_t i = 0; i < N; i++) {
        if (r[i] != on[i] && r[i] != off[i])
            fail_msg("%g is neither %g nor %g", (double)r[i], (double)on[i], (double)off[i]);
        low += r[i] == on[i] && on[i] != off[i];
    }
    assert_true(low > N / 100 && low < N / 2); // R is linear in the state: half-way in G is near r_on
    assert_near(sqrt(variance_of(on, N)) / mean_of(on, N), 0.53, 0.05, "the spread of r_on");
    free(on), free(off), free(r);
}

// G(t) = G0·(t/t0)^{−ν} from t0 on. The exponential is good to 1e-7, its exponent, 1.4 at most, to as much.
static void conductance_drifts_while_idle(void **state) {
    (void)state;
    static const double idle[] = {0.5, 1.5, 3, 45, 950, 1e6}; // 0.5, 2, 5, 50, 1000 and 1001000 s in all
    ohm_definition d = ohm_definition_default();
    d.model = "yakopcic:x_min=1e-6,drift_nu=0.1,drift_t0=2"; // G is proportional to x
    ohm_crossbar *c = create(native, &d);
    float *before = quantity_of(c, OHM_CONDUCTANCE);
    double t = 0;
    for (size_t i = 0; i < COUNT_OF(idle); i++) {
        REQUIRE(ohm_crossbar_idle(c, idle[i]));
        t += idle[i];
        assert_true(ohm_crossbar_idle_time(c) == t);
        float *g = quantity_of(c, OHM_CONDUCTANCE);
        const double expected = t <= 2 ? 1 : pow(t / 2, -0.1);
        for (size_t k = 0; k < 25; k++)
            assert_near((double)g[k] / (double)before[k], expected, 5e-7 * expected, "G(t)/G0");
        free(g);
    }
    free(before);
    ohm_crossbar_destroy(c);
}

// The conductances of a small crossbar of devices that differ, a tenth of which are stuck in some way, after
// an idle time, and how large they were before.
static ohm_crossbar *idle_devices(const char *name, const char *more, float **before, float **after) {
    char text[256];
    ohm_definition d = ohm_definition_default();
    snprintf(text, sizeof text,
             "%s:drift_nu=0.1~normal:0.05,stuck=0.05,stuck_low=0.02,stuck_high=0.02,"
             "stuck_open=0.02%s",
             name, more);
    d.rows = 20;
    d.cols = 70;
    d.model = text;
    d.stimulus = "constant:value=0";
    ohm_crossbar *c = create(native, &d);
    *before = quantity_of(c, OHM_CONDUCTANCE);
    REQUIRE(ohm_crossbar_idle(c, 2000));
    *after = quantity_of(c, OHM_CONDUCTANCE);
    return c;
}

// What is read at the end of an idle time is what is read after it, to the bit: one step at 0 V, at which all
// but mmss rest, brings nothing back. No steps are no step.
static void check_drift_stays(const char *name, const char *more) {
    float *before, *after;
    ohm_crossbar *c = idle_devices(name, more, &before, &after);
    uint64_t digest, later;
    REQUIRE(ohm_crossbar_digest(c, &digest));
    REQUIRE(ohm_crossbar_advance(c, 0));
    REQUIRE(ohm_crossbar_digest(c, &later));
    assert_true(digest == later && ohm_crossbar_idle_time(c) == 2000);
    REQUIRE(ohm_crossbar_advance(c, 1));
    REQUIRE(ohm_crossbar_digest(c, &later));
    assert_true(digest != later && ohm_crossbar_idle_time(c) == 0);
    float *stepped = quantity_of(c, OHM_CONDUCTANCE);
    size_t fell = 0;
    for (size_t i = 0; i < 20 * 70; i++) {
        assert_true(after[i] <= before[i] || *more);
        fell += after[i] < before[i];
        if (strcmp(name, "mmss") == 0 && *more) continue; // another state, another error
        if (strcmp(name, "mmss") == 0)
            assert_near((double)stepped[i], (double)after[i], 1e-4 * (double)after[i], name);
        else if (stepped[i] != after[i])
            fail_msg("%s%s: %.9g S became %.9g S", name, more, (double)after[i], (double)stepped[i]);
    }
    assert_true(*more || (fell > 900 && fell < 1400)); // some have stuck, and some are at their least
    free(before), free(after), free(stepped);
    ohm_crossbar_destroy(c);
}

static void drift_stays(void **state) {
    (void)state;
    for (size_t i = 0; ohm_model_name(i); i++) {
        check_drift_stays(ohm_model_name(i), "");
        check_drift_stays(ohm_model_name(i), ",levels=64,write_noise=0.01");
    }
}

// Of every model: G0·(t/t0)^{−ν}, but for the least conductance that the device can have. The exponential,
// the state and what is read of it are rounded.
static void check_drifted(const char *name) {
    char text[128];
    ohm_definition d = ohm_definition_default();
    d.rows = 20;
    d.cols = 70;
    snprintf(text, sizeof text, "%s:drift_nu=0.03", name);
    d.model = text;
    d.initial = LEAST;
    ohm_crossbar *least = create(native, &d);
    d.initial = "uniform";
    ohm_crossbar *c = create(native, &d);
    float *low = quantity_of(least, OHM_CONDUCTANCE), *before = quantity_of(c, OHM_CONDUCTANCE);
    REQUIRE(ohm_crossbar_idle(c, 2000));
    float *after = quantity_of(c, OHM_CONDUCTANCE);
    for (size_t i = 0; i < d.rows * d.cols; i++) {
        const double g = fmax((double)before[i] * pow(2000, -0.03), (double)low[i]);
        assert_near((double)after[i], g, 2e-5 * g, name);
    }
    free(low), free(before), free(after);
    ohm_crossbar_destroy(least);
    ohm_crossbar_destroy(c);
}

static void every_model_drifts_as_it_should(void **state) {
    (void)state;
    for (size_t i = 0; ohm_model_name(i); i++) check_drifted(ohm_model_name(i));
}

// A second idle time after a step starts anew, from t0; without a step between they are one. With an offset
// the devices drift from the start (Rasch et al., aihwkit).
static void idle_times_start_anew(void **state) {
    (void)state;
    ohm_definition d = ohm_definition_default();
    d.model = "yakopcic:x_min=1e-6,drift_nu=0.1,drift_t0=2,drift_offset=1";
    d.stimulus = "constant:value=0";
    ohm_crossbar *c = create(native, &d);
    float *before = quantity_of(c, OHM_CONDUCTANCE);
    REQUIRE(ohm_crossbar_idle(c, 1));
    REQUIRE(ohm_crossbar_idle(c, 2));
    REQUIRE(ohm_crossbar_advance(c, 3));
    REQUIRE(ohm_crossbar_idle(c, 5));
    float *after = quantity_of(c, OHM_CONDUCTANCE);
    const double expected = pow((3 + 2) / 2.0, -0.1) * pow((5 + 2) / 2.0, -0.1);
    for (size_t i = 0; i < 25; i++)
        assert_near((double)after[i] / (double)before[i], expected, 1e-6, "after two idle times");
    free(before), free(after);
    ohm_crossbar_destroy(c);
}

// ν from the drift of each device over 10⁶ times t0: ln is rounded by 1e-7 of 13.8.
static void drift_exponents_are_spread(void **state) {
    (void)state;
    static const double parameter[] = {0.03, 0.02, 0, 1};
    ohm_crossbar *c = devices_of("sin-state:drift_nu=0.03~normal:0.02", MOST, 1);
    float *before = quantity_of(c, OHM_RESISTANCE);
    REQUIRE(ohm_crossbar_idle(c, 1e6));
    float *nu = quantity_of(c, OHM_RESISTANCE);
    for (size_t i = 0; i < N; i++) nu[i] = (float)(log((double)nu[i] / (double)before[i]) / log(1e6));
    assert_distributed(nu, N, normal_spread, parameter, "drift exponents");
    free(before);
    free(nu);
    ohm_crossbar_destroy(c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(faults_have_their_parts),
        cmocka_unit_test(stuck_devices_of_every_model_rest_at_their_end),
        cmocka_unit_test(faults_have_sets_of_their_own),
        cmocka_unit_test(the_last_fault_decides),
        cmocka_unit_test(an_open_device_conducts_next_to_nothing),
        cmocka_unit_test(only_levels_are_read),
        cmocka_unit_test(levels_divide_what_is_each_device_s_own),
        cmocka_unit_test(conductance_drifts_while_idle),
        cmocka_unit_test(drift_stays),
        cmocka_unit_test(every_model_drifts_as_it_should),
        cmocka_unit_test(idle_times_start_anew),
        cmocka_unit_test(drift_exponents_are_spread),
    };
    return cmocka_run_group_tests_name("faults", tests, open_native, close_native);
}
