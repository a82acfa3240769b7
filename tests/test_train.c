// Training: pulses on lines against steps whose voltages are given device by device, on every engine, lane
// width and band; the statistics of stochastic updates; gradients against finite differences; and one result
// however a training is dealt out.
#include "../host/train/draw.h"
#include "../host/train/pulse_table.h"
#include "../host/train/training.h"
#include "../host/train/update.h"
#include "sample.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#define SIGN 0x80000000u

// ---- Pulses -------------------------------------------------------------------------------------

enum { ROWS = 70, COLS = 150, SLOTS = 9 };

// Models that rest at 0 V, with what can happen to a device.
typedef struct kind {
    const char *model;
    double volts;
    bool flux;
} kind;

static const kind kinds[] = {
    {"sin-state", 2, false},
    {"soft-bounds:dw_min=0.02", 1, false},
    {"soft-bounds:dw_min=0.02,noise_add=0.01,stuck=0.1,drift_nu=0.05", 1, true},
    {"table-step:noise=0.3", 1, false},
    {"vteam:k_on=-10~lognormal:0.3", 1, false},
    {"yakopcic:noise=0.2", 0.5, true},
};

static ohm_crossbar *make(ohm_devices *devices, const kind *k, unsigned lanes, uint64_t band_rows) {
    ohm_definition d = ohm_definition_default();
    d.rows = ROWS;
    d.cols = COLS;
    d.model = k->model;
    d.track_flux = k->flux;
    d.lanes = lanes;
    d.band_rows = band_rows;
    ohm_crossbar *c = create(devices, &d);
    REQUIRE(ohm_crossbar_advance(c, 2));
    REQUIRE(ohm_crossbar_idle(c, 10));
    return c;
}

// Trains in which pulses are rare or frequent, and some lines have none.
static void make_trains(uint32_t *rows, uint32_t *cols) {
    for (uint32_t i = 0; i < ROWS; i++)
        rows[i] = i % 3 ? draw_train(5, false, 1, i, 0.05 * (i % 8), SLOTS) | (i % 2 ? SIGN : 0) : 0;
    for (uint32_t j = 0; j < COLS; j++)
        cols[j] = j % 64 < 20 ? 0 : draw_train(5, true, 1, j, 0.02 * (j % 16), SLOTS) | (j % 5 ? SIGN : 0);
}

// The same pulses as voltages of devices, step by step; returns how many there are.
static uint64_t apply_trains(ohm_crossbar *c, const kind *k, const uint32_t *rows, const uint32_t *cols) {
    float *volts = malloc((size_t)SLOTS * ROWS * COLS * sizeof *volts), *v = volts;
    uint64_t count = 0;
    for (int s = 0; s < SLOTS; s++)
        for (int i = 0; i < ROWS; i++)
            for (int j = 0; j < COLS; j++) {
                const bool on = rows[i] & cols[j] & 1u << s, minus = (rows[i] ^ cols[j]) & SIGN;
                *v++ = on ? (float)(minus ? -k->volts : k->volts) : 0;
                count += on;
            }
    REQUIRE(ohm_crossbar_apply(c, SLOTS, volts));
    free(volts);
    return count;
}

static uint64_t digest_of(ohm_crossbar *c) {
    uint64_t digest;
    REQUIRE(ohm_crossbar_digest(c, &digest));
    return digest;
}

static void pulses_are_steps_of_some_devices(void **state) {
    (void)state;
    uint32_t rows[ROWS], cols[COLS];
    make_trains(rows, cols);
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        ohm_crossbar *a = make(native, &kinds[i], 0, 0), *b = make(native, &kinds[i], 0, 0);
        uint64_t pulses;
        const uint64_t expected = apply_trains(a, &kinds[i], rows, cols);
        REQUIRE(ohm_crossbar_pulse(b, kinds[i].volts, SLOTS, rows, cols, &pulses));
        assert_true(pulses == expected && expected > 300);
        assert_true(ohm_crossbar_step(b) == ohm_crossbar_step(a));
        if (digest_of(a) != digest_of(b)) fail_msg("%s", kinds[i].model);
        if (kinds[i].flux) {
            float x[COLS], y[COLS];
            REQUIRE(ohm_crossbar_read_flux(a, 1, 1, x));
            REQUIRE(ohm_crossbar_read_flux(b, 1, 1, y));
            assert_memory_equal(x, y, sizeof x);
        }
        ohm_crossbar_destroy(a);
        ohm_crossbar_destroy(b);
    }
}

static void check_same(const char *selector, const kind *k, unsigned lanes, uint64_t band_rows,
                       uint64_t expected) {
    uint32_t rows[ROWS], cols[COLS];
    ohm_devices *devices = open_devices(selector);
    make_trains(rows, cols);
    ohm_crossbar *c = make(devices, k, lanes, band_rows);
    REQUIRE(ohm_crossbar_pulse(c, k->volts, SLOTS, rows, cols, NULL));
    REQUIRE(ohm_crossbar_pulse(c, k->volts, 1, rows, cols, NULL));
    const uint64_t digest = digest_of(c);
    if (expected && digest != expected) fail_msg("%s on %s, %u lanes", k->model, selector, lanes);
    ohm_crossbar_destroy(c);
    ohm_devices_close(devices);
}

static uint64_t native_digest(const kind *k) {
    uint32_t rows[ROWS], cols[COLS];
    make_trains(rows, cols);
    ohm_crossbar *c = make(native, k, 0, 0);
    REQUIRE(ohm_crossbar_pulse(c, k->volts, SLOTS, rows, cols, NULL));
    REQUIRE(ohm_crossbar_pulse(c, k->volts, 1, rows, cols, NULL));
    const uint64_t digest = digest_of(c);
    ohm_crossbar_destroy(c);
    return digest;
}

static bool has_lanes(unsigned lanes) {
    ohm_definition d = ohm_definition_default();
    ohm_crossbar *c = NULL;
    d.lanes = lanes;
    const bool has = !ohm_crossbar_create(native, &d, &c);
    ohm_crossbar_destroy(c);
    return has;
}

static void every_engine_pulses_the_same(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        const uint64_t digest = native_digest(&kinds[i]);
        for (unsigned lanes = 1; lanes <= 16; lanes *= 2)
            if (lanes != 2 && has_lanes(lanes)) check_same("native", &kinds[i], lanes, 64, digest);
        check_same("native,native", &kinds[i], 0, 0, digest);
        // Three kinds, each at another width: PoCL takes seconds to compile for each.
        for (size_t n = 0; n < opencl_count && i < 3; n++)
            check_same(opencl[n], &kinds[i], 1u << (2 * i), 64, digest);
    }
}

static void what_cannot_be_pulsed_is_refused(void **state) {
    (void)state;
    uint32_t rows[ROWS] = {1}, cols[COLS] = {1};
    ohm_crossbar *c = make(native, &kinds[0], 0, 0);
    const uint64_t digest = digest_of(c);
    refused(ohm_crossbar_pulse(c, 1, 0, rows, cols, NULL), OHM_BAD_ARGUMENT, "0 slots");
    refused(ohm_crossbar_pulse(c, 1, 32, rows, cols, NULL), OHM_BAD_ARGUMENT, "32 slots");
    refused(ohm_crossbar_pulse(c, 0, 1, rows, cols, NULL), OHM_BAD_ARGUMENT, "0 V");
    refused(ohm_crossbar_pulse(c, (double)NAN, 1, rows, cols, NULL), OHM_BAD_ARGUMENT, "nan V");
    assert_true(digest_of(c) == digest);
    ohm_crossbar_destroy(c);
    ohm_definition d = ohm_definition_default();
    d.wires = "row=1,col=1";
    c = create(native, &d);
    refused(ohm_crossbar_pulse(c, 1, 1, rows, cols, NULL), OHM_BAD_ARGUMENT, "wires");
    ohm_crossbar_destroy(c);
}

// ---- Statistics ---------------------------------------------------------------------------------

static void trains_have_the_probability_asked_for(void **state) {
    (void)state;
    static const double p[] = {0, 1e-10, 0.001, 0.25, 0.3, 0.5, 0.999, 1, 3};
    enum { LINES = 40000 };
    for (size_t i = 0; i < COUNT_OF(p); i++) {
        uint64_t bits = 0;
        for (uint32_t line = 0; line < LINES; line++) {
            const uint32_t train = draw_train(1, false, i, line, p[i], 31);
            assert_true((train & SIGN) == 0);
            bits += (uint64_t)__builtin_popcount(train);
        }
        const double n = 31.0 * LINES, q = fmin(p[i], 1);
        assert_near((double)bits, n * q, 5 * sqrt(n * q * (1 - q)) + 1e-9, "pulses of trains");
    }
    assert_true(draw_train(1, false, 7, 3, 0.5, 31) != draw_train(1, true, 7, 3, 0.5, 31));
    assert_true(draw_train(1, false, 7, 3, 0.5, 31) != draw_train(2, false, 7, 3, 0.5, 31));
}

// The state of a million devices after an update by 0.02·x·d with steps of 0.001: a coincidence is as likely
// as both pulses together, so their number is binomial.
static void stochastic_updates_have_their_mean_and_variance(void **state) {
    (void)state;
    enum { SIDE = 1000 };
    ohm_definition d = ohm_definition_default();
    d.rows = d.cols = SIDE;
    d.model = "linear-step:dw_min=0.001,up_down=0,w_min=-1,w_max=1,gamma_up=0,gamma_down=0,noise=0";
    d.initial = "constant:value=0.5";
    ohm_crossbar *c = create(native, &d);
    uint32_t *rows = malloc(SIDE * sizeof *rows), *cols = malloc(SIDE * sizeof *cols);
    const double px = 0.6, pd = 0.35, p = px * pd;
    enum { UPDATES = 8 };
    for (uint32_t n = 0; n < UPDATES; n++) {
        for (uint32_t i = 0; i < SIDE; i++) rows[i] = draw_train(1, false, n, i, px, 31);
        for (uint32_t i = 0; i < SIDE; i++) cols[i] = draw_train(1, true, n, i, pd, 31);
        REQUIRE(ohm_crossbar_pulse(c, 1, 31, rows, cols, NULL));
    }
    float *w = quantity_of(c, OHM_STATE);
    const double n = 31.0 * UPDATES;
    // Devices share their lines, so the mean is that of 2000 trains, not of a million.
    assert_near(mean_of(w, SIDE * SIDE), 0.001 * n * p,
                5 * 0.001 * sqrt(n * p * p * ((1 - px) / px + (1 - pd) / pd) / SIDE), "mean");
    assert_near(variance_of(w, SIDE * SIDE), 1e-6 * n * p * (1 - p), 0.1 * 1e-6 * n * p * (1 - p),
                "variance"); // of which a good half is that of 1000 columns and 1000 rows
    free(w);
    free(rows);
    free(cols);
    ohm_crossbar_destroy(c);
}

// ---- Networks -----------------------------------------------------------------------------------

// Two classes of points on a plane, by a line, as a table; the file is the caller's to unlink.
enum { POINTS = 300 };

static void write_points(char path[MAX_PATH]) {
    temporary_path(path);
    FILE *f = fopen(path, "w");
    for (uint32_t i = 0; i < POINTS; i++) {
        const double x = draw_word(9, DRAW_WEIGHTS, 1, 2 * i) * 0x1p-31 - 1;
        const double y = draw_word(9, DRAW_WEIGHTS, 1, 2 * i + 1) * 0x1p-31 - 1;
        fprintf(f, "%.4f,%.4f,%.4f,%d\n", x, y, x * y, x + 2 * y > 0.1);
    }
    fclose(f);
}

static ohm_training *points(ohm_devices *devices, const char *path, const char *const *keys) {
    settings s = settings_default();
    ohm_training *t = NULL;
    REQUIRE(settings_set(&s, TRAIN_KEY_data, path));
    for (; *keys; keys += 2) {
        int key = 0;
        while (strcmp(train_key_name[key], keys[0]) != 0) key++;
        REQUIRE(settings_set(&s, (train_key)key, keys[1]));
    }
    REQUIRE(training_create(devices, &s, NULL, &t));
    return t;
}

static double loss_of(ohm_training *t, const uint32_t *label, uint64_t count) {
    const uint64_t classes = t->settings.side[t->layers];
    double loss = 0;
    REQUIRE(network_forward(t, count));
    for (uint64_t v = 0; v < count; v++) loss -= log((double)t->value[t->layers][v * classes + label[v]]);
    return loss;
}

static void check_gradients(const char *activation) {
    enum { COUNT = 6 };
    char path[MAX_PATH];
    write_points(path);
    ohm_training *t = points(native, path,
                             (const char *const[]){"layers", "3,7,4,2", "activation", activation, "update",
                                                   "ideal", "range", "2", NULL});
    const uint32_t *label = t->data.train.label;
    memcpy(t->value[0], t->data.train.input, COUNT * 3 * sizeof(float));
    for (size_t i = 0; i < t->layers; i++) {
        layer *l = &t->layer[i];
        const uint64_t n = l->rows * l->outputs;
        float *w = malloc(n * sizeof *w), *moved = malloc(n * sizeof *w);
        REQUIRE(layer_read(l, LAYER_SLOW, w));
        for (uint64_t k = 0; k < n; k += 3) {
            const uint64_t row = k / l->outputs, j = k % l->outputs;
            const double h = 1e-3; // a slope of relu may change within it
            double side[2], gradient = 0;
            for (int sign = 0; sign < 2; sign++) {
                memcpy(moved, w, n * sizeof *w);
                moved[k] += (float)(sign ? h : -h);
                REQUIRE(layer_write(l, LAYER_SLOW, moved));
                side[sign] = loss_of(t, label, COUNT);
            }
            REQUIRE(layer_write(l, LAYER_SLOW, w));
            REQUIRE(network_forward(t, COUNT));
            REQUIRE(network_backward(t, COUNT, label));
            for (int v = 0; v < COUNT; v++)
                gradient += (row < l->inputs ? (double)t->value[i][v * (int)l->inputs + (int)row] : 1) *
                            (double)t->delta[i + 1][v * (int)l->outputs + (int)j];
            assert_near((side[1] - side[0]) / (2 * h), gradient, 2e-3, activation);
        }
        free(w);
        free(moved);
    }
    ohm_training_close(t);
    unlink(path);
}

static void gradients_are_those_of_finite_differences(void **state) {
    (void)state;
    check_gradients("sigmoid");
    check_gradients("tanh");
    check_gradients("relu");
}

// Each sample moves the weights by −rate·x·delta, whatever the device's range.
static void ideal_updates_are_what_the_gradient_says(void **state) {
    (void)state;
    char path[MAX_PATH];
    write_points(path);
    ohm_training *t =
        points(native, path,
               (const char *const[]){"layers", "3,2", "update", "ideal", "rate", "0.5", "range", "3", NULL});
    layer *l = &t->layer[0];
    const float x[3] = {0.5f, -0.25f, 1}, delta[2] = {0.1f, -0.3f};
    float before[8], after[8];
    uint64_t pulses = 0;
    REQUIRE(layer_read(l, LAYER_SLOW, before));
    REQUIRE(layer_update(l, &t->settings, t->settings.rate, 1, x, delta, &pulses));
    REQUIRE(layer_read(l, LAYER_SLOW, after));
    for (int i = 0; i < 8; i++) {
        const double input = i / 2 < 3 ? (double)x[i / 2] : 1;
        assert_near((double)(after[i] - before[i]), -0.5 * input * (double)delta[i % 2], 2e-6, "a weight");
    }
    assert_true(pulses == 0);
    ohm_training_close(t);
    unlink(path);
}

// Of the same update by random pulses, again and again, the mean comes near to that.
static void stochastic_updates_follow_the_gradient(void **state) {
    (void)state;
    static const char *const models[] = {
        "linear-step:dw_min=1e-5,up_down=0,w_min=-1,w_max=1,gamma_up=0,gamma_down=0,noise=0.3",
        "vteam:k_on=-1e-5,k_off=1e-5,alpha_on=1,alpha_off=1"};
    char path[MAX_PATH];
    write_points(path);
    for (size_t m = 0; m < 2; m++) {
        ohm_training *t =
            points(native, path,
                   (const char *const[]){"layers", "3,2", "model", models[m], "range", "1",
                                         m ? "update" : "balance", m ? "stochastic" : "no", NULL});
        layer *l = &t->layer[0];
        const float x[3] = {0.5f, -0.25f, 1}, delta[2] = {0.2f, -0.3f};
        float before[8], after[8];
        uint64_t pulses = 0;
        t->settings.rate = 6 * l->step;
        const int updates = (int)(0.1 / (1.8 * l->step));
        REQUIRE(layer_write(l, LAYER_SLOW, NULL)); // the middle, where a pulse's step is known
        REQUIRE(layer_read(l, LAYER_SLOW, before));
        for (int i = 0; i < updates; i++)
            REQUIRE(layer_update(l, &t->settings, t->settings.rate, 1, x, delta, &pulses));
        REQUIRE(layer_read(l, LAYER_SLOW, after));
        for (int i = 0; i < 8; i++) {
            const double input = i / 2 < 3 ? (double)x[i / 2] : 1;
            const double expected = -t->settings.rate * updates * input * (double)delta[i % 2];
            const double moved = (double)after[i] - (double)before[i];
            if (!(fabs(moved - expected) <= (m ? 0.3 : 0.15) * fabs(expected)))
                fail_msg("%s: weight %d has moved by %g, not %g", models[m], i, moved, expected);
        }
        assert_true(pulses > 0);
        ohm_training_close(t);
    }
    unlink(path);
}

static uint64_t network_digest(ohm_training *t) {
    uint64_t sum = 0;
    for (size_t i = 0; i < t->layers; i++) sum = 31 * sum + digest_of(ohm_training_crossbar(t, i));
    return sum;
}

// Advances in calls of so many samples.
static void advance(ohm_training *t, uint64_t samples, uint64_t call) {
    for (uint64_t done, all = 0; all < samples; all += done) {
        REQUIRE(ohm_training_advance(t, samples - all < call ? samples - all : call, &done));
        assert_true(done > 0);
    }
}

static const char *const every_update[] = {"stochastic", "manhattan", "tiki-taka", "ideal"};

static void a_training_gives_one_result(void **state) {
    (void)state;
    char path[MAX_PATH], saved[MAX_PATH];
    write_points(path);
    temporary_path(saved);
    for (size_t i = 0; i < COUNT_OF(every_update); i++) {
        const char *const keys[] = {"layers",        "3,70,2", "update",
                                    every_update[i], "batch",  i == 1 ? "4" : "1",
                                    "adc",           "bits=9", NULL};
        ohm_training *t = points(native, path, keys);
        advance(t, 240, 1000);
        advance(t, 60, 1000);
        const uint64_t digest = network_digest(t);
        size_t records, again;
        const ohm_training_record last = *ohm_training_records(t, &records);
        ohm_training_close(t);

        ohm_devices *two = open_devices("native,native");
        t = points(two, path, keys);
        advance(t, 100, 7);
        REQUIRE(ohm_training_save(t, saved));
        ohm_training_close(t);
        REQUIRE(ohm_training_load(two, saved, &t));
        advance(t, 140, 1000);
        advance(t, 60, 4);
        if (network_digest(t) != digest) fail_msg("%s: another result", every_update[i]);
        const ohm_training_record same = *ohm_training_records(t, &again);
        assert_true(records == again && same.loss == last.loss && same.pulses == last.pulses &&
                    same.test_accuracy == last.test_accuracy);
        ohm_training_close(t);
        ohm_devices_close(two);

        for (size_t n = 0; n < opencl_count && i == 0; n++) {
            ohm_devices *other = open_devices(opencl[n]);
            t = points(other, path, keys);
            advance(t, 240, 1000);
            advance(t, 60, 1000);
            if (network_digest(t) != digest) fail_msg("another result on %s", opencl[n]);
            ohm_training_close(t);
            ohm_devices_close(other);
        }
    }
    unlink(path);
    unlink(saved);
}

// Tiki-taka has one transfer per sample, and so takes longer.
static void every_update_learns_a_line(void **state) {
    (void)state;
    char path[MAX_PATH];
    write_points(path);
    for (size_t i = 0; i < COUNT_OF(every_update); i++) {
        ohm_training *t = points(native, path,
                                 (const char *const[]){"layers", "3,2", "update", every_update[i], "rate",
                                                       i == 3 ? "0.1" : "0.02", "range", "2", "batch",
                                                       i == 1 ? "8" : "1", "epochs", "20", NULL});
        advance(t, 20 * t->data.train.count, 1 << 20);
        assert_true(ohm_training_is_over(t));
        size_t count;
        const ohm_training_record *r = ohm_training_records(t, &count);
        assert_true(count == 20);
        if (!(r[19].test_accuracy > 0.95)) fail_msg("%s: %g", every_update[i], r[19].test_accuracy);
        ohm_training_close(t);
    }
    unlink(path);
}

// ---- Measured pulses ------------------------------------------------------------------------------

static void a_table_of_pulses_is_followed(void **state) {
    (void)state;
    enum { PULSES = 60 };
    char path[MAX_PATH], model[OHM_MAX_SPEC_TEXT];
    double up = 1e-5, down = 9e-5, curve[PULSES + 1];
    temporary_path(path);
    FILE *f = fopen(path, "w");
    fprintf(f, "pulse,up,down\n");
    for (int i = 0; i <= PULSES; i++) {
        fprintf(f, "%d,%.9g,%.9g\n", i, up, down);
        curve[i] = up;
        up += (1e-4 - up) * 0.04;
        down -= (down - 0.5e-5) * 0.03;
    }
    fclose(f);
    REQUIRE(pulse_table_read(path, model));
    ohm_definition d = ohm_definition_default();
    d.rows = d.cols = 1;
    d.model = model;
    d.stimulus = "constant:value=1";
    d.initial = "constant:value=0.5";
    ohm_crossbar *c = create(native, &d);
    double low, high;
    ohm_crossbar_nominal_range(c, &low, &high);
    const float start = (float)((1e-5 - low) / (high - low));
    REQUIRE(ohm_crossbar_set_states(c, (ohm_rectangle){0, 0, 1, 1}, &start));
    for (int i = 0; i <= PULSES; i++) {
        float g;
        REQUIRE(ohm_crossbar_read_quantity(c, OHM_CONDUCTANCE, 0, 1, &g));
        assert_near((double)g, curve[i], 0.02 * 9e-5, "the conductance after pulses up");
        REQUIRE(ohm_crossbar_advance(c, 1));
    }
    ohm_crossbar_destroy(c);
    unlink(path);
}

// So little work is done by one thread: where others are busy, two wait for each other.
static int begin(void **state) {
    ohm_set_threads(1);
    return open_native(state) || find_selectors(state);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pulses_are_steps_of_some_devices),
        cmocka_unit_test(every_engine_pulses_the_same),
        cmocka_unit_test(what_cannot_be_pulsed_is_refused),
        cmocka_unit_test(trains_have_the_probability_asked_for),
        cmocka_unit_test(stochastic_updates_have_their_mean_and_variance),
        cmocka_unit_test(gradients_are_those_of_finite_differences),
        cmocka_unit_test(ideal_updates_are_what_the_gradient_says),
        cmocka_unit_test(stochastic_updates_follow_the_gradient),
        cmocka_unit_test(a_training_gives_one_result),
        cmocka_unit_test(every_update_learns_a_line),
        cmocka_unit_test(a_table_of_pulses_is_followed),
    };
    return cmocka_run_group_tests(tests, begin, close_native);
}
