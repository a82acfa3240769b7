// Readout: the currents of lines against sums in double over all devices, the same bits on every engine, lane
// width, band and batch; converters code by code; and rank-one updates.
#include "sample.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define MOST_VECTORS 5

// ---- Crossbars and inputs -----------------------------------------------------------------------

typedef struct kind {
    const char *name, *model;
    double volts; // of the inputs
} kind;

#define EVERYTHING                                                                                           \
    "noise=0.1,write_noise=0.05~normal:0.02,read_noise=0.03,stuck=0.02,stuck_low=0.02,stuck_high=0.02,"      \
    "stuck_open=0.02,levels=16,drift_nu=0.05~normal:0.02"

static const kind kinds[] = {
    {"sin-state", "sin-state", 1},
    {"sin-resistance", "sin-resistance:r_on=1e3,r_off=1e5", 0.3},
    {"yakopcic", "yakopcic:b=3", 0.5},
    {"soft-bounds with everything", "soft-bounds:dw_min=0.02," EVERYTHING, 0.2},
    {"mmss, spread", "mmss:temperature=298.5~uniform:20,tau=1e-4~lognormal:0.2," EVERYTHING, 0.2},
};

static const kind *kind_named(const char *name) {
    for (size_t i = 0; i < COUNT_OF(kinds); i++)
        if (strcmp(kinds[i].name, name) == 0) return &kinds[i];
    fail_msg("there is no kind %s", name);
    return NULL;
}

typedef struct sides {
    uint64_t rows, cols;
} sides;

static const sides shapes[] = {{1, 1}, {1, 150}, {130, 1}, {64, 64}, {133, 150}, {66, 1100}};

static ohm_crossbar *make(ohm_devices *devices, const kind *k, sides s, unsigned lanes, uint64_t band_rows) {
    ohm_definition d = ohm_definition_default();
    d.rows = s.rows;
    d.cols = s.cols;
    d.model = k->model;
    d.lanes = lanes;
    d.band_rows = band_rows;
    ohm_crossbar *c = create(devices, &d);
    REQUIRE(ohm_crossbar_advance(c, 3));
    REQUIRE(ohm_crossbar_idle(c, 50));
    return c;
}

// Voltages of all sizes and signs, some of them 0.
static float *inputs(const kind *k, uint64_t vectors, uint64_t lines) {
    float *x = malloc(vectors * lines * sizeof *x);
    uint64_t word = 88172645463325252u;
    for (uint64_t i = 0; i < vectors * lines; i++) {
        word ^= word << 13, word ^= word >> 7, word ^= word << 17;
        const double unit = (double)(word >> 11) * 0x1p-53 * 2 - 1;
        x[i] = (float)(k->volts * (word % 11 == 0 ? 0 : word % 13 == 0 ? unit * 1e-9 : unit));
    }
    return x;
}

static ohm_readout manner(bool transposed, bool exact) {
    ohm_readout how = ohm_readout_default();
    how.transposed = transposed;
    how.exact = exact;
    how.reading = 3; // the noise of the step, which pictures of the conductance have too
    return how;
}

static uint64_t lines_of(sides s, bool rows) {
    return rows ? s.rows : s.cols;
}

// ---- Against sums in double ---------------------------------------------------------------------

// The current that each device adds to its line, float32 [rows, cols].
static float *parts(ohm_crossbar *c, sides s, const float *x, bool transposed, bool exact) {
    float *part = exact ? malloc(s.rows * s.cols * sizeof *part) : quantity_of(c, OHM_CONDUCTANCE);
    float *volts = malloc(s.rows * s.cols * sizeof *volts);
    for (uint64_t i = 0; i < s.rows * s.cols; i++) volts[i] = transposed ? -x[i % s.cols] : x[i / s.cols];
    if (exact) REQUIRE(ohm_crossbar_read_current(c, 0, s.rows, volts, part));
    free(volts);
    return part;
}

static void check_vector(const kind *k, ohm_crossbar *c, sides s, const float *x, const float *y,
                         bool transposed, bool exact) {
    float *part = parts(c, s, x, transposed, exact);
    for (uint64_t line = 0; line < lines_of(s, transposed); line++) {
        double sum = 0, largest = 0;
        for (uint64_t i = 0; i < lines_of(s, !transposed); i++) {
            const double of = (double)part[transposed ? line * s.cols + i : i * s.cols + line];
            const double one = !exact ? of * (double)x[i] : transposed ? -of : of;
            sum += one;
            largest = fmax(largest, fabs(one));
        }
        // The sums keep 3e-11 of the largest current that a device can have. States from 0.1 to 0.9 carry a
        // tenth of it.
        const double off = fabs((double)y[line] - sum);
        if (!(off <= 6.1e-8 * fabs(sum) + 3e-10 * largest))
            fail_msg("%s, %d x %d, %s%s: line %d gives %.9g, not %.9g", k->name, (int)s.rows, (int)s.cols,
                     transposed ? "transposed" : "forward", exact ? ", exact" : "", (int)line,
                     (double)y[line], sum);
    }
    free(part);
}

static void currents_are_the_sums_of_all_devices(void **state) {
    (void)state;
    for (size_t n = 0; n < COUNT_OF(kinds); n++)
        for (size_t i = 0; i < COUNT_OF(shapes); i++) {
            ohm_crossbar *c = make(native, &kinds[n], shapes[i], 0, 0);
            for (int form = 0; form < 4; form++) {
                const bool transposed = form & 1, exact = form & 2;
                const ohm_readout how = manner(transposed, exact);
                float *x = inputs(&kinds[n], 1, lines_of(shapes[i], !transposed));
                float *y = malloc(lines_of(shapes[i], transposed) * sizeof *y);
                REQUIRE(ohm_crossbar_readout(c, &how, 1, x, y));
                check_vector(&kinds[n], c, shapes[i], x, y, transposed, exact);
                free(x);
                free(y);
            }
            ohm_crossbar_destroy(c);
        }
}

// ---- The same bits ------------------------------------------------------------------------------

// All forms of readout of one crossbar, one after the other.
static float *everything(ohm_crossbar *c, const kind *k, sides s, bool one_by_one) {
    const uint64_t most = s.rows > s.cols ? s.rows : s.cols;
    float *all = calloc(4 * MOST_VECTORS * most, sizeof *all);
    for (int form = 0; form < 4; form++) {
        ohm_readout how = manner(form & 1, form & 2);
        const uint64_t driven = lines_of(s, !how.transposed), read = lines_of(s, how.transposed);
        float *x = inputs(k, MOST_VECTORS, driven), *y = all + form * MOST_VECTORS * most;
        if (!one_by_one) REQUIRE(ohm_crossbar_readout(c, &how, MOST_VECTORS, x, y));
        for (int v = 0; v < MOST_VECTORS && one_by_one; v++) {
            REQUIRE(ohm_crossbar_readout(c, &how, 1, x + v * driven, y + v * read));
            how.reading++;
        }
        free(x);
    }
    return all;
}

static void same_bits(const char *selector, const kind *k, sides s, unsigned lanes, uint64_t band_rows,
                      const float *expected) {
    const uint64_t most = s.rows > s.cols ? s.rows : s.cols;
    ohm_devices *devices = open_devices(selector);
    ohm_crossbar *c = make(devices, k, s, lanes, band_rows);
    float *found = everything(c, k, s, false);
    for (uint64_t i = 0; i < 4 * MOST_VECTORS * most; i++)
        if (memcmp(&found[i], &expected[i], sizeof *found) != 0)
            fail_msg("%s on %s, %d x %d, %u lanes, bands of %d: %.9g, not %.9g (form %d)", k->name, selector,
                     (int)s.rows, (int)s.cols, lanes, (int)band_rows, (double)found[i], (double)expected[i],
                     (int)(i / (MOST_VECTORS * most)));
    free(found);
    ohm_crossbar_destroy(c);
    ohm_devices_close(devices);
}

static float *expected_of(const kind *k, sides s) {
    ohm_crossbar *c = make(native, k, s, 0, 0);
    float *all = everything(c, k, s, false);
    ohm_crossbar_destroy(c);
    return all;
}

static void native_gives_one_result(void **state) {
    (void)state;
    const unsigned widest = ohm_devices_info(native, 0)->lanes;
    for (size_t n = 0; n < COUNT_OF(kinds); n++)
        for (size_t i = 0; i < COUNT_OF(shapes); i++) {
            float *expected = expected_of(&kinds[n], shapes[i]);
            for (unsigned lanes = 1; lanes <= widest; lanes *= lanes == 1 ? 4 : 2)
                same_bits("native", &kinds[n], shapes[i], lanes, lanes == 4 ? 64 : 0, expected);
            same_bits("native,native", &kinds[n], shapes[i], 0, 0, expected);
            free(expected);
        }
}

// One kind with everything and two without, each at another width: PoCL takes seconds to compile for each.
static void opencl_gives_the_same(void **state) {
    (void)state;
    if (!opencl_count) skip(); // no OpenCL device here
    static const struct {
        const char *kind;
        unsigned lanes;
    } played[] = {{"sin-state", 1}, {"yakopcic", 16}, {"soft-bounds with everything", 8}};
    const char *sanitizers = getenv("SANITIZE"); // which see nothing of what PoCL has made of the kernels
    const size_t most = sanitizers && *sanitizers ? 1 : COUNT_OF(played);
    for (size_t o = 0; o < opencl_count; o++)
        for (size_t n = 0; n < most; n++)
            for (size_t i = COUNT_OF(shapes) - 2; i < COUNT_OF(shapes); i++) {
                const kind *k = kind_named(played[n].kind);
                float *expected = expected_of(k, shapes[i]);
                same_bits(opencl[o], k, shapes[i], played[n].lanes, shapes[i].rows > 64 ? 64 : 0, expected);
                free(expected);
            }
}

static void a_vector_alone_is_as_in_a_batch(void **state) {
    (void)state;
    const sides s = {133, 150};
    for (size_t n = 0; n < COUNT_OF(kinds); n++) {
        ohm_crossbar *c = make(native, &kinds[n], s, 0, 0);
        float *batch = everything(c, &kinds[n], s, false), *alone = everything(c, &kinds[n], s, true);
        assert_memory_equal(batch, alone, 4 * MOST_VECTORS * s.cols * sizeof *batch);
        free(batch);
        free(alone);
        ohm_crossbar_destroy(c);
    }
}

// Reading is no step, and read noise is of each reading.
static void reading_leaves_the_state_alone(void **state) {
    (void)state;
    const sides s = {70, 70};
    const kind *noisy = &kinds[3];
    ohm_crossbar *c = make(native, noisy, s, 0, 0);
    uint64_t before, after;
    REQUIRE(ohm_crossbar_digest(c, &before));
    float *x = inputs(noisy, 1, 70), y[3][70];
    ohm_readout how = ohm_readout_default();
    for (int i = 0; i < 3; i++) {
        how.reading = i == 1 ? 7 : 0;
        REQUIRE(ohm_crossbar_readout(c, &how, 1, x, y[i]));
    }
    REQUIRE(ohm_crossbar_digest(c, &after));
    assert_int_equal(before, after);
    assert_int_equal(ohm_crossbar_step(c), 3);
    assert_memory_equal(y[0], y[2], sizeof y[0]);
    assert_memory_not_equal(y[0], y[1], sizeof y[0]);
    free(x);
    ohm_crossbar_destroy(c);
}

// ---- Converters ---------------------------------------------------------------------------------

// One device of 1 Ω, so that the current is the voltage.
static ohm_crossbar *one_ohm(uint64_t cols) {
    ohm_definition d = ohm_definition_default();
    d.rows = 1;
    d.cols = cols;
    d.model = "sin-state:r_on=1,r_off=1";
    return create(native, &d);
}

static double through(ohm_crossbar *c, const ohm_readout *how, double volts) {
    const float x = (float)volts;
    float y;
    REQUIRE(ohm_crossbar_readout(c, how, 1, &x, &y));
    return (double)y;
}

// Every code of a binary DAC, between the codes, and beyond the ends; halves go to the even code.
static void a_binary_converter_gives_every_code(void **state) {
    (void)state;
    ohm_crossbar *c = one_ohm(1);
    ohm_readout how = ohm_readout_default();
    how.dac = (ohm_converter){3, false, -1, 6}; // codes 1 V apart
    for (int code = -1; code <= 6; code++) {
        assert_near(through(c, &how, code), code, 1e-6, "a code");
        if (code < 6) assert_near(through(c, &how, code + 0.49), code, 1e-6, "rounded down");
        if (code < 6) assert_near(through(c, &how, code + 0.51), code + 1, 1e-6, "rounded up");
        // The number of the code is code + 1.
        if (code < 6) assert_near(through(c, &how, code + 0.5), code % 2 ? code : code + 1, 1e-6, "a tie");
    }
    assert_near(through(c, &how, -40), -1, 1e-6, "clipped");
    assert_near(through(c, &how, 40), 6, 1e-6, "clipped");
    how.dac.bits = 0;
    how.adc = (ohm_converter){3, false, -1, 6};
    for (int code = -1; code <= 6; code++)
        assert_near(through(c, &how, code + 0.3), code + (code == 6 ? 0 : 0), 1e-6, "ADC");
    ohm_crossbar_destroy(c);
}

static void a_sign_magnitude_converter_has_a_zero(void **state) {
    (void)state;
    ohm_crossbar *c = one_ohm(1);
    ohm_readout how = ohm_readout_default();
    how.dac = (ohm_converter){3, true, -3, 3}; // 7 codes, 1 V apart
    for (int code = -3; code <= 3; code++) {
        assert_near(through(c, &how, code + 0.4), code == 3 ? 3 : code, 1e-6, "a code");
        assert_near(through(c, &how, code), code, 1e-6, "a code");
    }
    assert_near(through(c, &how, 0.5), 0, 1e-6, "a tie");
    assert_near(through(c, &how, -1.5), -2, 1e-6, "a tie");
    ohm_crossbar_destroy(c);
}

// Slices add up to what the whole input gives.
static void slices_add_up(void **state) {
    (void)state;
    ohm_crossbar *c = one_ohm(1);
    for (unsigned bits = 2; bits <= 10; bits++)
        for (unsigned slices = 1; slices < bits; slices++) {
            ohm_readout how = ohm_readout_default(), whole = how;
            how.dac = whole.dac = (ohm_converter){bits, true, -0.7, 0.7};
            how.slices = slices;
            for (double x = -0.8; x < 0.8; x += 0.037)
                assert_near(through(c, &how, x), through(c, &whole, x), 3e-7, "slices");
        }
    ohm_crossbar_destroy(c);
}

// Every digit passes the ADC on its own: two bits of it are lost in each.
static void slices_are_converted_one_by_one(void **state) {
    (void)state;
    ohm_crossbar *c = one_ohm(1);
    ohm_readout how = ohm_readout_default();
    how.dac = (ohm_converter){4, false, 0, 15};
    how.slices = 2;
    how.adc = (ohm_converter){1, false, 0, 15}; // 0 or 15: whether a digit is 2 or more of 3
    // 6 is the digits 1, 2: low 15·2/3 = 10 becomes 15, high 5 becomes 0; weights 3/15 and 12/15.
    assert_near(through(c, &how, 6), 15 * 3.0 / 15, 1e-5, "by slice");
    how.convert_sum = true;
    assert_near(through(c, &how, 6), 0, 1e-5, "the sum");
    assert_near(through(c, &how, 8), 15, 1e-5, "the sum");
    ohm_crossbar_destroy(c);
}

static void the_adc_has_gain_offset_and_noise(void **state) {
    (void)state;
    enum { N = 20000 };
    ohm_crossbar *c = one_ohm(N);
    const float x = 0.5f;
    float *y = malloc(N * sizeof *y), *again = malloc(N * sizeof *again);
    ohm_readout how = ohm_readout_default();
    how.adc_gain = 1.25;
    how.adc_offset = -0.125;
    REQUIRE(ohm_crossbar_readout(c, &how, 1, &x, y));
    for (int i = 0; i < N; i++) assert_near((double)y[i], 0.5, 1e-6, "gain and offset");
    how.adc_noise = 0.01;
    REQUIRE(ohm_crossbar_readout(c, &how, 1, &x, y));
    assert_near(mean_of(y, N), 0.5, 5 * 0.01 / sqrt(N), "the mean");
    assert_near(sqrt(variance_of(y, N)), 0.01, 5 * 0.01 / sqrt(2.0 * N), "the noise");
    REQUIRE(ohm_crossbar_readout(c, &how, 1, &x, again));
    assert_memory_equal(y, again, N * sizeof *y);
    how.reading = 1;
    REQUIRE(ohm_crossbar_readout(c, &how, 1, &x, again));
    assert_uncorrelated(y, again, N, "two readings");
    free(y);
    free(again);
    ohm_crossbar_destroy(c);
}

// The full range is that of the largest possible currents: rows · G_max · V_max.
static void a_full_range_holds_every_current(void **state) {
    (void)state;
    ohm_definition d = ohm_definition_default();
    d.rows = 100;
    d.cols = 1;
    d.model = "sin-state:r_on=2,r_off=20";
    d.initial = "constant:value=1";
    ohm_crossbar *c = create(native, &d);
    ohm_readout how = ohm_readout_default();
    how.dac = (ohm_converter){1, false, 0, 1};
    how.adc.bits = 24;
    how.adc_full = true;
    float x[100], y;
    for (int i = 0; i < 100; i++) x[i] = 1;
    REQUIRE(ohm_crossbar_readout(c, &how, 1, x, &y));
    assert_near((double)y, 50, 1e-5, "the largest current");
    ohm_crossbar_destroy(c);
}

// ---- Refusals -----------------------------------------------------------------------------------

static void what_cannot_be_read_is_refused(void **state) {
    (void)state;
    ohm_crossbar *c = one_ohm(2);
    float x = 1, y[2] = {7, 7};
    ohm_readout how = ohm_readout_default();
    how.size = 1;
    refused(ohm_crossbar_readout(c, &how, 1, &x, y), OHM_BAD_ARGUMENT, "ohm_readout_default");
    how = ohm_readout_default();
    x = NAN;
    refused(ohm_crossbar_readout(c, &how, 1, &x, y), OHM_BAD_ARGUMENT, "[0, 0] is nan");
    x = 1001;
    refused(ohm_crossbar_readout(c, &how, 1, &x, y), OHM_BAD_ARGUMENT, "[0, 0] is 1001");
    x = 1;
    how.dac = (ohm_converter){25, false, -1, 1};
    refused(ohm_crossbar_readout(c, &how, 1, &x, y), OHM_BAD_ARGUMENT, "bits=25");
    how.dac = (ohm_converter){8, false, 1, -1};
    refused(ohm_crossbar_readout(c, &how, 1, &x, y), OHM_BAD_ARGUMENT, "from 1 to -1");
    how.dac = (ohm_converter){8, true, 0, 1};
    refused(ohm_crossbar_readout(c, &how, 1, &x, y), OHM_BAD_ARGUMENT, "the same both ways");
    how.dac = (ohm_converter){8, false, -1, 1};
    how.slices = 2;
    refused(ohm_crossbar_readout(c, &how, 1, &x, y), OHM_BAD_ARGUMENT, "begin at 0");
    how.dac.low = 0;
    how.slices = 9;
    refused(ohm_crossbar_readout(c, &how, 1, &x, y), OHM_BAD_ARGUMENT, "9 slices");
    how = ohm_readout_default();
    how.slices = 2;
    refused(ohm_crossbar_readout(c, &how, 1, &x, y), OHM_BAD_ARGUMENT, "no DAC");
    how = ohm_readout_default();
    how.adc_full = true;
    refused(ohm_crossbar_readout(c, &how, 1, &x, y), OHM_BAD_ARGUMENT, "without a DAC");
    how = ohm_readout_default();
    how.adc_noise = -1;
    refused(ohm_crossbar_readout(c, &how, 1, &x, y), OHM_BAD_ARGUMENT, "noise -1");
    assert_true(y[0] == 7 && y[1] == 7);
    ohm_crossbar_destroy(c);
}

// ---- Rank-one updates ---------------------------------------------------------------------------

static void an_outer_product_moves_every_device(void **state) {
    (void)state;
    static const char *const models[] = {"sin-state", "sin-state:stuck=0.3"};
    for (size_t m = 0; m < 2; m++)
        for (size_t n = 0; n < selector_count; n++) {
            const sides s = {133, 150};
            ohm_definition d = ohm_definition_default();
            d.rows = s.rows;
            d.cols = s.cols;
            d.model = models[m];
            ohm_devices *devices = open_devices(selectors[n]);
            ohm_crossbar *c = create(devices, &d);
            const kind k = {"", "", 0.5};
            float *rows = inputs(&k, 1, s.rows), *cols = inputs(&k, 1, s.cols);
            float *before = quantity_of(c, OHM_STATE), *after;
            REQUIRE(ohm_crossbar_add_outer(c, rows, cols));
            after = quantity_of(c, OHM_STATE);
            size_t stayed = 0;
            for (uint64_t i = 0; i < s.rows * s.cols; i++) {
                const float sum = before[i] + rows[i / s.cols] * cols[i % s.cols];
                const float expected = sum < 0 ? 0 : sum > 1 ? 1 : sum;
                if (m && after[i] == before[i] && expected != before[i])
                    stayed++;
                else
                    assert_true(after[i] == expected || (m && after[i] == before[i]));
            }
            if (m)
                assert_near((double)stayed / (double)(s.rows * s.cols),
                            0.3 * 10 / 11 * 12 / 13 * 10 / 11 * 12 / 13, 0.03, "stuck");
            float bad[150] = {0};
            bad[3] = INFINITY;
            refused(ohm_crossbar_add_outer(c, rows, bad), OHM_BAD_ARGUMENT, "cols[3]");
            free(rows);
            free(cols);
            free(before);
            free(after);
            ohm_crossbar_destroy(c);
            ohm_devices_close(devices);
        }
}

static int begin(void **state) {
    return open_native(state) || find_selectors(state);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(currents_are_the_sums_of_all_devices),
        cmocka_unit_test(native_gives_one_result),
        cmocka_unit_test(opencl_gives_the_same),
        cmocka_unit_test(a_vector_alone_is_as_in_a_batch),
        cmocka_unit_test(reading_leaves_the_state_alone),
        cmocka_unit_test(a_binary_converter_gives_every_code),
        cmocka_unit_test(a_sign_magnitude_converter_has_a_zero),
        cmocka_unit_test(slices_add_up),
        cmocka_unit_test(slices_are_converted_one_by_one),
        cmocka_unit_test(the_adc_has_gain_offset_and_noise),
        cmocka_unit_test(a_full_range_holds_every_current),
        cmocka_unit_test(what_cannot_be_read_is_refused),
        cmocka_unit_test(an_outer_product_moves_every_device),
    };
    return cmocka_run_group_tests(tests, begin, close_native);
}
