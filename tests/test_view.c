// Looking at a crossbar, and changing it while it runs: pictures against plain sums in double, the same
// bits from every engine, and runs that go on after a change as the law says.
#include "scene.h"

#include "../host/crossbar.h"
#include "../host/ohmscape_cl.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <CL/cl_gl.h>
#include <Random123/philox.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define POISON 0x7E // every byte of what has not been written: 8.5e37, nothing a crossbar shows
#define GUARD 64    // floats behind a picture that stay as they are

#define MAX_SELECTORS 16
static char selectors[MAX_SELECTORS][64]; // every way to place a crossbar here; the first is "native"
static size_t selector_count;
static char opencl[4][16];
static size_t opencl_count;
static unsigned widest; // lanes the native engine can have here

static void add_selector(const char *first, const char *second) {
    assert_true(selector_count < MAX_SELECTORS);
    snprintf(selectors[selector_count++], sizeof selectors[0], "%s%s%s", first, *second ? "," : "", second);
}

static int prepare(void **state) {
    (void)state;
    opencl_count = scene_opencl_devices(opencl, COUNT_OF(opencl));
    widest = native_device_info().lanes;
    add_selector("native", "");
    add_selector("native", "native");
    for (size_t o = 0; o < opencl_count; o++) add_selector(opencl[o], "");
    if (opencl_count) {
        add_selector("native", opencl[0]);
        add_selector(opencl[0], "native");
        add_selector(opencl[0], opencl[opencl_count - 1]);
    }
    print_message("  native: up to %u lanes; OpenCL devices: %zu\n", widest, opencl_count);
    return 0;
}

static void refused(ohm_status found, ohm_status expected, const char *part) {
    if (found != expected) fail_msg("status %d, not %d (%s)", found, expected, ohm_error_message());
    if (!strstr(ohm_error_message(), part)) fail_msg("\"%s\" does not say \"%s\"", ohm_error_message(), part);
}

static ohm_devices *open_devices(const char *selector) {
    ohm_devices *devices;
    REQUIRE(ohm_devices_open(selector, &devices));
    return devices;
}

// A scene at its end.
static ohm_crossbar *play(ohm_devices *devices, const scene *s, unsigned lanes, uint64_t band_rows) {
    ohm_definition d = scene_definition(s);
    d.lanes = lanes;
    d.band_rows = band_rows;
    ohm_crossbar *c;
    REQUIRE(ohm_crossbar_create(devices, &d, &c));
    c->step = s->first_step; // the only way to a late step that does not take all before it
    REQUIRE(ohm_crossbar_advance(c, s->steps));
    return c;
}

static void digests_of(ohm_crossbar *c, uint64_t digests[2]) {
    digests[1] = 0;
    REQUIRE(ohm_crossbar_digest(c, &digests[0]));
    if (ohm_crossbar_definition(c)->track_flux) REQUIRE(crossbar_digest(c, PLANE_FLUX, &digests[1]));
}

static void assert_same_state(ohm_crossbar *a, ohm_crossbar *b) {
    uint64_t of_a[2], of_b[2];
    digests_of(a, of_a);
    digests_of(b, of_b);
    assert_int_equal(ohm_crossbar_step(a), ohm_crossbar_step(b));
    assert_memory_equal(of_a, of_b, sizeof of_a);
}

// ---- What there is to see ---------------------------------------------------------------------

// What a scene's strings say, and the scene.
typedef struct subject {
    bool resistance; // the state is the resistance
    double r_on, r_off, lo, hi;
    scene scene;
} subject;

static const subject subjects[] = {
    {false, 0.1, 10, -5, 5, {"one synapse", 1, 1, 1, 0, 5, NULL, NULL, NULL, true}},
    {true, 2, 5, -5, 5, {"one row", 1, 300, 2, 0, 5, "sin-resistance:r_on=2,r_off=5", NULL, NULL, true}},
    {false, 0.1, 10, -900, 900, {"one column", 300, 1, 3, 0, 5, NULL, "uniform:lo=-900,hi=900", NULL, true}},
    {false, 1, 1000, -5, 5, {"65 columns", 37, 65, 4, 0, 7, "sin-state:r_on=1,r_off=1000", NULL, NULL, true}},
    {true, 0.1, 10, -5, 5, {"late", 64, 64, 5, 4294967290, 9, "sin-resistance", NULL, NULL, true}},
    {false, 0.1, 10, -5, 5, {"257 columns", 130, 257, 18446744073709551615u, 0, 5, NULL, NULL, NULL, true}},
    {false, 0.1, 10, -5, 5, {"before the first step", 5, 70, 6, 0, 0, NULL, NULL, NULL, true}},
    {true, 0.1, 10, 2, 2, {"constant", 9, 63, 7, 0, 3, "sin-resistance", "constant:value=2", NULL, true}},
};

// From the formulas, with Random123's Philox: the voltage of a synapse at step t.
static float voltage_of(const subject *s, uint64_t row, uint64_t col, uint64_t t) {
    const uint64_t seed = s->scene.seed;
    const philox4x32_ctr_t counter = {
        {(uint32_t)(col / 64 * 16 + col % 16), (uint32_t)row, (uint32_t)t, 1u << 24 | (uint32_t)(t >> 32)}};
    const philox4x32_key_t key = {{(uint32_t)seed, (uint32_t)(seed >> 32)}};
    const uint32_t word = philox4x32(counter, key).v[col / 16 % 4];
    return fmaf((float)(word >> 8), (float)((s->hi - s->lo) * 0x1p-24), (float)s->lo);
}

// Every value of a crossbar, float32 [rows, cols], and the largest magnitude of each quantity.
typedef struct values {
    uint64_t rows, cols;
    float *of[OHM_QUANTITIES];
    double largest[OHM_QUANTITIES];
} values;

static bool same(float a, float b) {
    return a == b || (isnan(a) && isnan(b));
}

// R and G by the law, of a state rounded to float32: R is rounded three times, and G once more, by an ulp.
static void check_resistance(const subject *s, const float value[OHM_QUANTITIES]) {
    const double w = (double)value[OHM_STATE], r = s->resistance ? w : s->r_on * w + s->r_off * (1 - w);
    assert_true(fabs((double)value[OHM_RESISTANCE] - r) <= 2e-7 * r);
    assert_true(fabs((double)value[OHM_CONDUCTANCE] - 1 / r) <= 4e-7 / r);
}

// The probe of a synapse against what was read of it; R and G, whose last bits the law leaves open, are
// taken from it.
static void take_probe(const subject *s, ohm_crossbar *c, values *v, uint64_t row, uint64_t col) {
    const size_t i = row * v->cols + col;
    float value[OHM_QUANTITIES];
    memset(value, POISON, sizeof value);
    REQUIRE(ohm_crossbar_probe(c, row, col, value));
    assert_true(same(value[OHM_STATE], v->of[OHM_STATE][i]));
    assert_true(same(value[OHM_VOLTAGE], v->of[OHM_VOLTAGE][i]));
    assert_true(same(value[OHM_FLUX], v->of[OHM_FLUX][i]));
    check_resistance(s, value);
    v->of[OHM_RESISTANCE][i] = value[OHM_RESISTANCE];
    v->of[OHM_CONDUCTANCE][i] = value[OHM_CONDUCTANCE];
}

static void values_read(const subject *s, ohm_crossbar *c, values *v) {
    const uint64_t step = ohm_crossbar_step(c);
    *v = (values){.rows = s->scene.rows, .cols = s->scene.cols};
    const size_t n = v->rows * v->cols;
    for (int q = 0; q < OHM_QUANTITIES; q++) {
        v->of[q] = malloc(n * sizeof(float));
        assert_non_null(v->of[q]);
    }
    REQUIRE(ohm_crossbar_read_state(c, 0, v->rows, v->of[OHM_STATE]));
    for (size_t i = 0; i < n; i++) v->of[OHM_FLUX][i] = NAN;
    if (s->scene.flux) REQUIRE(ohm_crossbar_read_flux(c, 0, v->rows, v->of[OHM_FLUX]));
    for (size_t i = 0; i < n; i++) {
        const uint64_t row = i / v->cols, col = i % v->cols;
        v->of[OHM_VOLTAGE][i] = step ? voltage_of(s, row, col, step - 1) : NAN;
        take_probe(s, c, v, row, col);
        for (int q = 0; q < OHM_QUANTITIES; q++)
            v->largest[q] = fmax(v->largest[q], fabs((double)v->of[q][i]));
    }
}

static void values_free(values *v) {
    for (int q = 0; q < OHM_QUANTITIES; q++) free(v->of[q]);
}

// ---- Views ------------------------------------------------------------------------------------

// A view whose places and extents are share·side + rest, so that it suits every crossbar. No pixels
// given: one a synapse.
typedef struct frame {
    const char *name;
    double row[2], col[2], rows[2], cols[2];
    uint32_t width, height;
} frame;

static const frame frames[] = {
    {"a pixel a synapse", {0, 0}, {0, 0}, {1, 0}, {1, 0}, 0, 0},
    {"all in one pixel", {0, 0}, {0, 0}, {1, 0}, {1, 0}, 1, 1},
    {"all in few pixels", {0, 0}, {0, 0}, {1, 0}, {1, 0}, 3, 2},
    {"odd scales", {0, 0}, {0, 0}, {1, 0}, {1, 0}, 13, 17},
    {"just above one", {0, -0.1}, {0, -0.1}, {1, 0.3}, {1, 0.4}, 0, 0},
    {"half a synapse off", {0, 0.5}, {0, -0.5}, {1, 0}, {1, 0}, 0, 0},
    {"enlarged", {0.25, 0}, {0.5, 0}, {0, 5}, {0, 3}, 40, 33},
    {"enlarged at a border", {1, -1.25}, {1, -2.5}, {0, 2.5}, {0, 3.75}, 31, 27},
    {"inside one synapse", {0.5, 0.125}, {0.5, 0.25}, {0, 0.001}, {0, 0.002}, 5, 4},
    {"beyond every side", {-0.5, -3.25}, {-0.25, -2.75}, {2, 7}, {1.5, 6}, 37, 29},
    {"beyond, enlarged", {-0.5, -1.3}, {-0.5, -1.7}, {2, 3}, {2, 3}, 700, 40},
    {"above and left", {-2, 0}, {-1, 0}, {2, 0}, {1, 0}, 7, 5},
    {"below and right", {1, 0}, {1, 0}, {1, 0}, {1, 0}, 7, 5},
    {"left of all", {0, 0}, {-3, 0}, {1, 0}, {2, 0.5}, 6, 6},
    {"a corner", {-1, 0.5}, {-1, 0.5}, {1, 0}, {1, 0}, 3, 3},
    {"the other corner", {1, -0.5}, {1, -0.5}, {1, 0}, {1, 0}, 3, 3},
    {"rows enlarged, columns not", {0.5, -0.75}, {0, 0}, {0, 2}, {1, 0}, 9, 50},
    {"columns enlarged, rows not", {0, 0}, {0.5, 0.3}, {1, 0}, {0, 1.9}, 130, 7},
    {"from very far", {0, -1e12}, {0, -1e12}, {0, 2e12}, {0, 2e12}, 5, 3},
};

static double along(const double place[2], uint64_t side) {
    return place[0] * (double)side + place[1];
}

static ohm_view view_of(const frame *f, uint64_t rows, uint64_t cols, int quantity, int reduction) {
    ohm_view v = {.row = along(f->row, rows), .col = along(f->col, cols), .rows = along(f->rows, rows)};
    v.cols = along(f->cols, cols);
    v.width = f->width ? f->width : (uint32_t)v.cols;
    v.height = f->height ? f->height : (uint32_t)v.rows;
    v.quantity = quantity;
    v.reduction = reduction;
    return v;
}

// How many views of a scene there are: every frame, quantity and reduction; and which is the n-th.
static size_t views_of(const scene *s) {
    return COUNT_OF(frames) * OHM_REDUCTIONS * (s->flux ? OHM_QUANTITIES : OHM_FLUX);
}

static ohm_view view_number(const scene *s, size_t n) {
    const size_t which = n / OHM_REDUCTIONS % COUNT_OF(frames);
    const size_t quantity = n / OHM_REDUCTIONS / COUNT_OF(frames);
    return view_of(&frames[which], s->rows, s->cols, (int)quantity, (int)(n % OHM_REDUCTIONS));
}

static void say_view(const ohm_view *v) {
    print_error("%s, %s of %g x %g synapses from (%g, %g) on %u x %u pixels\n",
                ohm_quantity_name(v->quantity), ohm_reduction_name(v->reduction), v->rows, v->cols, v->row,
                v->col, v->height, v->width);
}

static size_t pixels_of(const ohm_view *v) {
    return (size_t)v->width * v->height;
}

static float *poisoned(const ohm_view *v) {
    const size_t bytes = (pixels_of(v) + GUARD) * sizeof(float);
    float *image = malloc(bytes);
    assert_non_null(image);
    memset(image, POISON, bytes);
    return image;
}

static void check_guard(const ohm_view *v, const float *image) {
    const unsigned char *byte = (const unsigned char *)(image + pixels_of(v));
    for (size_t i = 0; i < GUARD * sizeof *image; i++) assert_int_equal(byte[i], POISON);
}

static float *draw(ohm_crossbar *c, const ohm_view *v) {
    float *image = poisoned(v);
    REQUIRE(ohm_crossbar_view(c, v, image));
    check_guard(v, image);
    return image;
}

// ---- The reference ----------------------------------------------------------------------------
// Written from ohmscape.h.

// The synapses from … to − 1 under a pixel.
typedef struct range {
    size_t from, to;
} range;

static size_t clip(double place, uint64_t side) {
    return place < 0 ? 0 : place > (double)side ? side : (size_t)place;
}

static range synapses_under(double first, double extent, uint32_t pixels, uint32_t i, uint64_t side,
                            bool nearest) {
    const double s = extent / pixels;
    const bool one = nearest || s < 1;
    const double from = floor(first + (one ? i + 0.5 : i) * s);
    const double to = one ? from + 1 : floor(first + (i + 1.0) * s);
    return (range){clip(from, side), clip(to, side)};
}

static double reduce(const values *v, ohm_quantity quantity, ohm_reduction reduction, range rows,
                     range cols) {
    double sum = 0, least = INFINITY, greatest = -INFINITY;
    for (size_t row = rows.from; row < rows.to; row++)
        for (size_t col = cols.from; col < cols.to; col++) {
            const double value = (double)v->of[quantity][row * v->cols + col];
            if (isnan(value)) return NAN;
            sum += value;
            least = fmin(least, value);
            greatest = fmax(greatest, value);
        }
    const size_t n = (rows.to - rows.from) * (cols.to - cols.from);
    if (!n) return NAN;
    return reduction == OHM_MEAN ? sum / (double)n : reduction == OHM_MIN ? least : greatest;
}

// Means may be off by 1e-6 of the largest magnitude, but where a pixel covers one synapse all are the same.
static bool pixel_holds(const values *all, const ohm_view *v, range rows, range cols, float found) {
    const double expected = reduce(all, v->quantity, v->reduction, rows, cols);
    const bool one = rows.to - rows.from == 1 && cols.to - cols.from == 1;
    if (isnan(expected)) return isnan(found);
    if (v->reduction != OHM_MEAN || one) return (double)found == expected;
    return fabs((double)found - expected) <= 1e-6 * all->largest[v->quantity];
}

static void check_view(const char *name, const values *all, const ohm_view *v, const float *image) {
    const bool nearest = v->reduction == OHM_NEAREST;
    for (uint32_t y = 0; y < v->height; y++)
        for (uint32_t x = 0; x < v->width; x++) {
            const range rows = synapses_under(v->row, v->rows, v->height, y, all->rows, nearest);
            const range cols = synapses_under(v->col, v->cols, v->width, x, all->cols, nearest);
            const float found = image[(size_t)y * v->width + x];
            if (pixel_holds(all, v, rows, cols, found)) continue;
            say_view(v);
            fail_msg("%s: pixel (%u, %u) is %.9g, not %.9g", name, y, x, (double)found,
                     reduce(all, v->quantity, v->reduction, rows, cols));
        }
}

static void check_pictures(const subject *s) {
    ohm_devices *devices = open_devices("native");
    ohm_crossbar *c = play(devices, &s->scene, 0, 0);
    values all;
    values_read(s, c, &all);
    for (size_t n = 0; n < views_of(&s->scene); n++) {
        const ohm_view v = view_number(&s->scene, n);
        float *image = draw(c, &v);
        check_view(s->scene.name, &all, &v, image);
        free(image);
    }
    values_free(&all);
    ohm_crossbar_destroy(c);
    ohm_devices_close(devices);
}

static void pictures_show_what_was_read(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT_OF(subjects); i++) check_pictures(&subjects[i]);
}

static void means_of_small_voltages_are_as_good(void **state) {
    (void)state;
    static const scene s = {"microvolts", 256, 256, 9, 0, 2, NULL, "uniform:lo=1e-6,hi=2e-6", NULL, true};
    const subject small = {false, 0.1, 10, 1e-6, 2e-6, s};
    check_pictures(&small);
}

// R of every state, rounded, lies around the one resistance there is.
static void means_of_rounded_resistances_are_as_good(void **state) {
    (void)state;
    static const scene s = {"one R", 20, 70, 1, 0, 3, "sin-state:r_on=3.7,r_off=3.7", NULL, NULL, true};
    const subject one = {false, 3.7, 3.7, -5, 5, s};
    check_pictures(&one);
}

// Half an ulp and a little more, added over and over, becomes a whole one: the flux outruns n·V·dt, 1.28e7.
static void a_mean_flux_may_outrun_its_sum(void **state) {
    (void)state;
    float value[OHM_QUANTITIES];
    ohm_definition d = ohm_definition_default();
    d.rows = d.cols = 1;
    d.dt = 1;
    d.stimulus = "constant:value=0.51";
    d.track_flux = true;
    d.fuse = OHM_MAX_FUSE;
    ohm_crossbar *c;
    ohm_devices *devices = open_devices("native");
    REQUIRE(ohm_crossbar_create(devices, &d, &c));
    REQUIRE(ohm_crossbar_advance(c, 25000000));
    REQUIRE(ohm_crossbar_probe(c, 0, 0, value));
    const ohm_view v = {0, 0, 1, 1, 1, 1, OHM_FLUX, OHM_MEAN};
    float *image = draw(c, &v);
    assert_true(image[0] == value[OHM_FLUX]);
    free(image);
    ohm_crossbar_destroy(c);
    ohm_devices_close(devices);
}

// The longest sides a picture may have, and a million synapses in a pixel.
static void pictures_have_every_size(void **state) {
    (void)state;
    static const uint32_t sizes[][2] = {{1, 1}, {2, 1}, {OHM_MAX_IMAGE, 1}, {1, OHM_MAX_IMAGE}, {1023, 3}};
    const subject s = {false, 0.1, 10, -5, 5, {"a million", 1000, 1100, 8, 0, 20, NULL, NULL, NULL, true}};
    ohm_devices *devices = open_devices("native");
    ohm_crossbar *c = play(devices, &s.scene, 0, 0);
    values all;
    values_read(&s, c, &all);
    for (size_t i = 0; i < COUNT_OF(sizes); i++)
        for (int q = 0; q < OHM_QUANTITIES; q++)
            for (int r = 0; r < OHM_REDUCTIONS; r++) {
                const ohm_view v = {0, 0, 1000, 1100, sizes[i][0], sizes[i][1], q, r};
                float *image = draw(c, &v);
                check_view(s.scene.name, &all, &v, image);
                free(image);
            }
    values_free(&all);
    ohm_crossbar_destroy(c);
    ohm_devices_close(devices);
}

// ---- Same bits --------------------------------------------------------------------------------

// All views of a scene.
typedef struct album {
    const scene *scene;
    float *image[COUNT_OF(frames) * OHM_REDUCTIONS * OHM_QUANTITIES];
} album;

static void album_draw(const scene *s, ohm_crossbar *c, album *a) {
    a->scene = s;
    for (size_t n = 0; n < views_of(s); n++) {
        const ohm_view v = view_number(s, n);
        a->image[n] = draw(c, &v);
    }
}

static void album_free(album *a) {
    for (size_t n = 0; n < views_of(a->scene); n++) free(a->image[n]);
}

static void compare_views(const album *expected, const char *selector, ohm_crossbar *c) {
    const ohm_definition *d = ohm_crossbar_definition(c);
    for (size_t n = 0; n < views_of(expected->scene); n++) {
        const ohm_view v = view_number(expected->scene, n);
        float *image = draw(c, &v);
        if (memcmp(image, expected->image[n], pixels_of(&v) * sizeof *image) != 0) {
            say_view(&v);
            fail_msg("other bits on %s with %u lanes and bands of %u", selector, d->lanes,
                     (unsigned)d->band_rows);
        }
        free(image);
    }
}

// Speeds at which a crossbar may run, which its pictures may not show. 0: the default; all rows.
typedef struct speed {
    unsigned lanes;
    uint64_t band_rows;
} speed;

static void compare_speeds(const album *expected, const char *selector, const speed *speeds, size_t count) {
    const scene *s = expected->scene;
    ohm_devices *devices = open_devices(selector);
    const unsigned most = strstr(selector, "native") ? widest : 16;
    for (size_t i = 0; i < count; i++) {
        if (speeds[i].lanes > most) continue;
        if (speeds[i].band_rows == 1 && s->rows > 100) continue; // a hundred launches a picture show no more
        ohm_crossbar *c = play(devices, s, speeds[i].lanes, speeds[i].band_rows);
        compare_views(expected, selector, c);
        ohm_crossbar_destroy(c);
    }
    ohm_devices_close(devices);
}

// What the reference has been put to, the native engine in one band, is what all others must equal.
static void compare_selectors(size_t from, size_t to, const speed *speeds, size_t count) {
    static const size_t compared[] = {3, 4, 5};
    ohm_devices *devices = open_devices("native");
    for (size_t i = 0; i < COUNT_OF(compared); i++) {
        const scene *s = &subjects[compared[i]].scene;
        album expected;
        ohm_crossbar *c = play(devices, s, 0, 0);
        album_draw(s, c, &expected);
        for (size_t k = from; k < to; k++) compare_speeds(&expected, selectors[k], speeds, count);
        album_free(&expected);
        ohm_crossbar_destroy(c);
    }
    ohm_devices_close(devices);
}

static void the_native_engine_draws_the_same_bits(void **state) {
    (void)state;
    static const speed speeds[] = {{0, 0}, {0, 7}, {1, 0}, {1, 3}, {4, 0}, {4, 1}, {8, 7}, {16, 3}};
    compare_selectors(0, 2, speeds, COUNT_OF(speeds));
}

static void opencl_draws_the_same_bits(void **state) {
    (void)state;
    if (!opencl_count) skip(); // no OpenCL device here
    static const speed speeds[] = {{0, 0}, {1, 0}, {1, 7}, {4, 3}, {8, 0}, {16, 7}};
    compare_selectors(2, 2 + opencl_count, speeds, COUNT_OF(speeds));
}

static void several_devices_draw_the_same_bits(void **state) {
    (void)state;
    if (!opencl_count) skip();
    static const speed speeds[] = {{1, 7}, {4, 3}};
    compare_selectors(2 + opencl_count, selector_count, speeds, COUNT_OF(speeds));
}

static ohm_crossbar *play_zeros(ohm_devices *devices, const scene *s, unsigned lanes) {
    ohm_crossbar *c;
    ohm_definition d = scene_definition(s);
    d.dt = 1e-30;
    d.lanes = lanes;
    REQUIRE(ohm_crossbar_create(devices, &d, &c));
    REQUIRE(ohm_crossbar_advance(c, s->steps));
    return c;
}

// Voltages times dt that vanish leave a flux of −0 or +0, of which only one can be the least.
static void zeros_have_the_same_sign(void **state) {
    (void)state;
    static const scene s = {"zeros", 37, 65, 9, 0, 1, NULL, "uniform:lo=-1e-20,hi=1e-20", NULL, true};
    ohm_devices *native = open_devices("native");
    ohm_crossbar *first = play_zeros(native, &s, 0);
    album expected;
    album_draw(&s, first, &expected);
    for (size_t k = 0; k < selector_count; k++) {
        ohm_devices *devices = open_devices(selectors[k]);
        ohm_crossbar *c = play_zeros(devices, &s, 1);
        compare_views(&expected, selectors[k], c);
        ohm_crossbar_destroy(c);
        ohm_devices_close(devices);
    }
    album_free(&expected);
    ohm_crossbar_destroy(first);
    ohm_devices_close(native);
}

// ---- One synapse ------------------------------------------------------------------------------

static void compare_probe(ohm_crossbar *expected, ohm_crossbar *c, uint64_t row, uint64_t col) {
    const bool flux = ohm_crossbar_definition(c)->track_flux;
    float first[OHM_QUANTITIES], value[OHM_QUANTITIES];
    memset(value, POISON, sizeof value);
    REQUIRE(ohm_crossbar_probe(expected, row, col, first));
    REQUIRE(ohm_crossbar_probe(c, row, col, value));
    assert_memory_equal(value, first, sizeof value);
    for (int q = 0; q < OHM_QUANTITIES; q++) {
        const ohm_view v = {(double)row, (double)col, 1, 1, 1, 1, q, OHM_NEAREST};
        if (q == OHM_FLUX && !flux) {
            assert_true(isnan(value[q]));
            continue;
        }
        float *image = draw(c, &v);
        assert_true(same(image[0], value[q]));
        free(image);
    }
}

static void a_probe_is_a_picture_of_one_pixel(void **state) {
    (void)state;
    ohm_devices *native = open_devices("native");
    for (size_t k = 0; k < selector_count; k++) {
        ohm_devices *devices = open_devices(selectors[k]);
        for (size_t i = 0; i < COUNT_OF(subjects); i++) {
            const scene *s = &subjects[i].scene;
            ohm_crossbar *expected = play(native, s, 0, 0), *c = play(devices, s, 0, 3);
            for (uint64_t n = 0; n < 12; n++) // from the first row to the last, over all columns
                compare_probe(expected, c, (s->rows - 1) * n / 11, n * 61 % s->cols);
            compare_probe(expected, c, s->rows - 1, s->cols - 1);
            ohm_crossbar_destroy(expected);
            ohm_crossbar_destroy(c);
        }
        ohm_devices_close(devices);
    }
    ohm_devices_close(native);
}

// ---- Ranges -----------------------------------------------------------------------------------

// The range is in double, and what is drawn is rounded to float32: by an ulp at most.
static void check_range(ohm_crossbar *c, const char *name, ohm_quantity q) {
    const ohm_definition *d = ohm_crossbar_definition(c);
    double low, high;
    ohm_crossbar_range(c, q, &low, &high);
    const float least = nextafterf((float)low, -INFINITY), greatest = nextafterf((float)high, INFINITY);
    for (int r = OHM_MIN; r <= OHM_MAX; r++) {
        const ohm_view v = {0, 0, (double)d->rows, (double)d->cols, 3, 2, q, r};
        float *image = draw(c, &v);
        for (size_t i = 0; i < pixels_of(&v); i++)
            if (image[i] < least || image[i] > greatest)
                fail_msg("%s: %s %.9g is outside [%.17g, %.17g]", name, ohm_quantity_name(q),
                         (double)image[i], low, high);
        free(image);
    }
}

static void assert_range(const ohm_crossbar *c, ohm_quantity q, double low, double high) {
    double found[2] = {NAN, NAN};
    ohm_crossbar_range(c, q, &found[0], &found[1]);
    assert_true(fabs(found[0] - low) <= 1e-6 * fabs(low));
    assert_true(fabs(found[1] - high) <= 1e-6 * fabs(high));
}

static void check_ranges(ohm_devices *devices, const subject *s) {
    ohm_crossbar *c = play(devices, &s->scene, 0, 0);
    assert_range(c, OHM_RESISTANCE, s->r_on, s->r_off);
    assert_range(c, OHM_CONDUCTANCE, 1 / s->r_off, 1 / s->r_on);
    assert_range(c, OHM_STATE, s->resistance ? s->r_on : 0, s->resistance ? s->r_off : 1);
    assert_range(c, OHM_VOLTAGE, s->lo, s->hi);
    assert_range(c, OHM_FLUX, 0, 0);
    for (int q = 0; q < OHM_FLUX; q++) check_range(c, s->scene.name, q);
    ohm_crossbar_destroy(c);
}

static void values_stay_in_their_ranges(void **state) {
    (void)state;
    ohm_devices *devices = open_devices("native");
    for (size_t i = 0; i < COUNT_OF(subjects); i++) check_ranges(devices, &subjects[i]);
    ohm_devices_close(devices);
}

// ---- Buffers of the caller's ------------------------------------------------------------------

static cl_mem poisoned_buffer(const ohm_devices *devices, const ohm_view *v) {
    cl_int code;
    float *poison = poisoned(v);
    cl_mem buffer =
        clCreateBuffer(ohm_devices_cl_context(devices, 0), CL_MEM_READ_WRITE | CL_MEM_COPY_HOST_PTR,
                       (pixels_of(v) + GUARD) * sizeof *poison, poison, &code);
    assert_int_equal(code, CL_SUCCESS);
    free(poison);
    return buffer;
}

static void compare_buffer(const ohm_devices *devices, ohm_crossbar *c, const ohm_view *v, cl_mem buffer) {
    float *expected = draw(c, v), *found = poisoned(v);
    const cl_int code = clEnqueueReadBuffer(ohm_devices_cl_queue(devices, 0), buffer, CL_TRUE, 0,
                                            (pixels_of(v) + GUARD) * sizeof *found, found, 0, NULL, NULL);
    assert_int_equal(code, CL_SUCCESS);
    check_guard(v, found);
    if (memcmp(found, expected, pixels_of(v) * sizeof *found) != 0) {
        say_view(v);
        fail_msg("other bits in a buffer");
    }
    free(expected);
    free(found);
}

// Two at a time, so that the second is enqueued while the first may still be drawn.
static void check_buffers(const ohm_devices *devices, ohm_crossbar *c, const scene *s) {
    const size_t count = views_of(s);
    for (size_t n = 0; n < count; n++) {
        const ohm_view a = view_number(s, n), b = view_number(s, (n + 5) % count);
        cl_mem into_a = poisoned_buffer(devices, &a), into_b = poisoned_buffer(devices, &b);
        REQUIRE(ohm_crossbar_view_cl(c, &a, into_a));
        REQUIRE(ohm_crossbar_view_cl(c, &b, into_b));
        compare_buffer(devices, c, &b, into_b);
        compare_buffer(devices, c, &a, into_a);
        clReleaseMemObject(into_a);
        clReleaseMemObject(into_b);
    }
}

static void buffers_receive_the_same_pictures(void **state) {
    (void)state;
    if (!opencl_count) skip();
    static const speed speeds[] = {{0, 0}, {1, 7}};
    for (size_t k = 2; k < selector_count; k++) {
        if (strncmp(selectors[k], "native", 6) == 0) continue;
        ohm_devices *devices = open_devices(selectors[k]);
        for (size_t i = 0; i < COUNT_OF(speeds); i++) {
            ohm_crossbar *c = play(devices, &subjects[3].scene, speeds[i].lanes, speeds[i].band_rows);
            check_buffers(devices, c, &subjects[3].scene);
            ohm_crossbar_destroy(c);
        }
        ohm_devices_close(devices);
    }
}

static void the_native_engine_has_no_context(void **state) {
    (void)state;
    ohm_devices *devices = open_devices("native");
    assert_null(ohm_devices_cl_context(devices, 0));
    assert_null(ohm_devices_cl_queue(devices, 0));
    ohm_devices_close(devices);
}

// Whether a device lists cl_khr_gl_sharing: then it would be handed an OpenGL context that is none.
static bool lists_sharing(const char *selector) {
    ohm_devices *devices = open_devices(selector);
    cl_device_id id;
    char extensions[16384] = "";
    clGetContextInfo(ohm_devices_cl_context(devices, 0), CL_CONTEXT_DEVICES, sizeof id, &id, NULL);
    clGetDeviceInfo(id, CL_DEVICE_EXTENSIONS, sizeof extensions, extensions, NULL);
    ohm_devices_close(devices);
    return strstr(extensions, "cl_khr_gl_sharing") != NULL;
}

static void refuse_sharing(const char *selector, ohm_status expected, const char *part) {
    const cl_context_properties gl[] = {CL_GL_CONTEXT_KHR, 1, CL_EGL_DISPLAY_KHR, 1, 0};
    ohm_devices *devices = (ohm_devices *)&gl;
    refused(ohm_devices_open_gl(selector, gl, &devices), expected, part);
    assert_null(devices);
}

static void sharing_with_opengl_is_refused(void **state) {
    (void)state;
    refuse_sharing("native", OHM_NO_DEVICE, "native engine");
    refuse_sharing("native,native", OHM_NO_DEVICE, "native engine");
    refuse_sharing("opengl", OHM_BAD_ARGUMENT, "unknown device \"opengl\"");
    refuse_sharing("63.63", OHM_NO_DEVICE, "no OpenCL device 63.63");
    for (size_t k = 2; k < selector_count; k++) {
        if (strncmp(selectors[k], "native", 6) == 0)
            refuse_sharing(selectors[k], OHM_NO_DEVICE, "native engine");
        else if (!lists_sharing(selectors[k]))
            refuse_sharing(selectors[k], OHM_NO_DEVICE, "cl_khr_gl_sharing");
    }
}

// ---- Changing ---------------------------------------------------------------------------------

static const scene changing = {"changing", 40, 70, 11, 0, 3, NULL, NULL, NULL, true};

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
    digests_of(c, before);
    REQUIRE(ohm_crossbar_change(c, model, stimulus));
    digests_of(c, after);
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
    digests_of(c, digests);
    ohm_crossbar_destroy(c);
}

static void a_changed_run_is_the_same_everywhere(void **state) {
    (void)state;
    uint64_t expected[2], found[2];
    for (size_t k = 0; k < selector_count; k++) {
        ohm_devices *devices = open_devices(selectors[k]);
        if (k == 0) play_changes(devices, 0, expected);
        play_changes(devices, k % 3 * 3, found);
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
        {"sin-resistance", NULL, "sin-state cannot become sin-resistance"},
        {NULL, "constant:value=1", "uniform cannot become constant"},
        {"sin", NULL, "unknown model \"sin\""},
        {"", NULL, "unknown model \"\""},
        {"sin-state:gamma=1", NULL, "no parameter \"gamma\""},
        {"sin-state:beta=1,beta=2", NULL, "beta is given twice"},
        {"sin-state:beta=2e6", NULL, "beta=2e+06 is outside"},
        {"sin-state:beta=nan", NULL, "not a finite number"},
        {"sin-state:r_on=20", NULL, "r_on=20 is more than r_off=10"},
        {"sin-state:beta=1", "uniform:lo=6", "lo=6 is more than hi=5"},
        {"sin-state:beta=1", "uniform:hi=-6", "lo=-5 is more than hi=-6"},
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
    refused(ohm_crossbar_change(c, NULL, "uniform:hi=5.5"), OHM_BAD_ARGUMENT, "lo=6 is more than hi=5.5");
    refused(ohm_crossbar_change(c, NULL, "uniform:lo=9"), OHM_BAD_ARGUMENT, "lo=9 is more than hi=8");
    refused(ohm_crossbar_change(c, "sin-state:r_off=20", NULL), OHM_BAD_ARGUMENT,
            "r_on=50 is more than r_off=20");
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
    ohm_crossbar *c = play(devices, &changing, 0, 0), *constant = play(devices, &subjects[7].scene, 0, 0);
    assert_int_equal(ohm_crossbar_model_parameters(c, p), 3);
    assert_parameter(&p[0], "beta", "1", -1e6, 1e6, 0.5);
    assert_parameter(&p[2], "r_off", "Ω", 1e-12, 1e12, 10);
    REQUIRE(ohm_crossbar_change(c, "sin-state:beta=-0.3,r_on=0.7", "uniform:hi=0.1"));
    assert_int_equal(ohm_crossbar_model_parameters(c, p), 3);
    assert_parameter(&p[0], "beta", "1", -1e6, 1e6, -0.3);
    assert_parameter(&p[1], "r_on", "Ω", 1e-12, 1e12, 0.7);
    assert_parameter(&p[2], "r_off", "Ω", 1e-12, 1e12, 10);
    assert_int_equal(ohm_crossbar_stimulus_parameters(c, p), 2);
    assert_parameter(&p[0], "lo", "V", -1000, 1000, -5);
    assert_parameter(&p[1], "hi", "V", -1000, 1000, 0.1);
    assert_int_equal(ohm_crossbar_model_parameters(constant, p), 3);
    assert_parameter(&p[0], "alpha", "1", -1e6, 1e6, 0.5);
    assert_int_equal(ohm_crossbar_stimulus_parameters(constant, p), 1);
    assert_parameter(&p[0], "value", "V", -1000, 1000, 2);
    ohm_crossbar_destroy(c);
    ohm_crossbar_destroy(constant);
    ohm_devices_close(devices);
}

static void temporary_path(char *path) {
    strcpy(path, "/tmp/ohmscape-test-XXXXXX");
    const int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
}

// Saves a crossbar, goes on with it, and goes on from the file on every kind of device.
static void check_saved(ohm_crossbar *c) {
    char path[32];
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

static void check_loaded(const scene *s, const char *path, const char *selector, const album *expected) {
    ohm_crossbar *c;
    ohm_devices *devices = open_devices(selector);
    REQUIRE(ohm_crossbar_load(devices, path, NULL, &c));
    assert_int_equal(ohm_crossbar_step(c), s->first_step + s->steps);
    compare_views(expected, selector, c);
    ohm_crossbar_destroy(c);
    ohm_devices_close(devices);
}

static void a_loaded_crossbar_draws_the_same_bits(void **state) {
    (void)state;
    static const size_t compared[] = {2, 4, 5, 6, 7};
    char path[32];
    temporary_path(path);
    ohm_devices *devices = open_devices("native");
    for (size_t i = 0; i < COUNT_OF(compared); i++) {
        const scene *s = &subjects[compared[i]].scene;
        album expected;
        ohm_crossbar *c = play(devices, s, 0, 0);
        album_draw(s, c, &expected);
        REQUIRE(ohm_crossbar_save(c, path));
        check_loaded(s, path, "native", &expected);
        if (opencl_count) check_loaded(s, path, opencl[0], &expected);
        album_free(&expected);
        ohm_crossbar_destroy(c);
    }
    unlink(path);
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
    char path[32];
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

// ---- Bad input --------------------------------------------------------------------------------

static void refuse_view(ohm_crossbar *c, ohm_view v, const char *part) {
    float image[4];
    memset(image, POISON, sizeof image);
    refused(ohm_crossbar_view(c, &v, image), OHM_BAD_ARGUMENT, part);
    for (size_t i = 0; i < sizeof image; i++) assert_int_equal(((unsigned char *)image)[i], POISON);
}

static void refuse_sizes(ohm_crossbar *c) {
    static const uint32_t sizes[][2] = {
        {0, 2}, {2, 0}, {OHM_MAX_IMAGE + 1, 2}, {2, OHM_MAX_IMAGE + 1}, {UINT32_MAX, UINT32_MAX}};
    for (size_t i = 0; i < COUNT_OF(sizes); i++)
        refuse_view(c, (ohm_view){0, 0, 1, 1, sizes[i][0], sizes[i][1], OHM_STATE, OHM_MEAN},
                    "outside [1, 16384]");
}

static void refuse_places(ohm_crossbar *c) {
    static const double places[][4] = {{0, 0, 0, 1},        {0, 0, 1, 0},         {0, 0, -1, 1},
                                       {0, 0, 1, -0.5},     {0, 0, NAN, 1},       {0, 0, 1, NAN},
                                       {0, 0, INFINITY, 1}, {0, 0, 1, INFINITY},  {NAN, 0, 1, 1},
                                       {0, NAN, 1, 1},      {-INFINITY, 0, 1, 1}, {0, INFINITY, 1, 1}};
    for (size_t i = 0; i < COUNT_OF(places); i++) {
        const double *p = places[i];
        refuse_view(c, (ohm_view){p[0], p[1], p[2], p[3], 2, 2, OHM_STATE, OHM_MEAN}, "extent above 0");
    }
}

static void bad_views_are_refused(void **state) {
    (void)state;
    ohm_definition d = ohm_definition_default();
    for (size_t k = 0; k < selector_count; k++) {
        ohm_crossbar *c;
        ohm_devices *devices = open_devices(selectors[k]);
        REQUIRE(ohm_crossbar_create(devices, &d, &c));
        refuse_sizes(c);
        refuse_places(c);
        refuse_view(c, (ohm_view){0, 0, 1, 1, 2, 2, OHM_FLUX, OHM_MEAN}, "does not track the flux");
        refuse_view(c, (ohm_view){0, 0, 1, 1, 2, 2, OHM_QUANTITIES, OHM_MEAN}, "no such quantity");
        refuse_view(c, (ohm_view){0, 0, 1, 1, 2, 2, OHM_STATE, OHM_REDUCTIONS}, "no such quantity");
        ohm_crossbar_destroy(c);
        ohm_devices_close(devices);
    }
}

static void refuse_probe(ohm_crossbar *c, uint64_t row, uint64_t col, const char *part) {
    float value[OHM_QUANTITIES];
    memset(value, POISON, sizeof value);
    refused(ohm_crossbar_probe(c, row, col, value), OHM_BAD_ARGUMENT, part);
    for (size_t i = 0; i < sizeof value; i++) assert_int_equal(((unsigned char *)value)[i], POISON);
}

static void probes_outside_are_refused(void **state) {
    (void)state;
    ohm_devices *devices = open_devices("native");
    ohm_crossbar *c = play(devices, &changing, 0, 0);
    refuse_probe(c, 40, 0, "no synapse in row 40, column 0");
    refuse_probe(c, 0, 70, "no synapse in row 0, column 70");
    refuse_probe(c, UINT64_MAX, 0, "no synapse in row 18446744073709551615");
    refuse_probe(c, 0, (uint64_t)1 << 32, "no synapse in row 0, column 4294967296");
    ohm_crossbar_destroy(c);
    ohm_devices_close(devices);
}

static void names_are_those_of_the_header(void **state) {
    (void)state;
    static const char *const quantities[] = {"resistance", "conductance", "state", "voltage", "flux"};
    static const char *const reductions[] = {"mean", "min", "max", "nearest"};
    for (int q = 0; q < OHM_QUANTITIES; q++) assert_string_equal(ohm_quantity_name(q), quantities[q]);
    for (int r = 0; r < OHM_REDUCTIONS; r++) assert_string_equal(ohm_reduction_name(r), reductions[r]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pictures_show_what_was_read),
        cmocka_unit_test(means_of_small_voltages_are_as_good),
        cmocka_unit_test(means_of_rounded_resistances_are_as_good),
        cmocka_unit_test(a_mean_flux_may_outrun_its_sum),
        cmocka_unit_test(pictures_have_every_size),
        cmocka_unit_test(the_native_engine_draws_the_same_bits),
        cmocka_unit_test(opencl_draws_the_same_bits),
        cmocka_unit_test(several_devices_draw_the_same_bits),
        cmocka_unit_test(zeros_have_the_same_sign),
        cmocka_unit_test(a_probe_is_a_picture_of_one_pixel),
        cmocka_unit_test(values_stay_in_their_ranges),
        cmocka_unit_test(buffers_receive_the_same_pictures),
        cmocka_unit_test(the_native_engine_has_no_context),
        cmocka_unit_test(sharing_with_opengl_is_refused),
        cmocka_unit_test(a_change_holds_from_the_next_step_on),
        cmocka_unit_test(a_changed_run_is_the_same_everywhere),
        cmocka_unit_test(nothing_changed_changes_nothing),
        cmocka_unit_test(a_refused_change_changes_nothing),
        cmocka_unit_test(a_change_is_checked_against_what_is_kept),
        cmocka_unit_test(parameters_tell_their_values),
        cmocka_unit_test(a_file_tells_the_change),
        cmocka_unit_test(the_voltage_shown_is_the_one_applied),
        cmocka_unit_test(what_bounds_the_state_cannot_change),
        cmocka_unit_test(a_loaded_crossbar_draws_the_same_bits),
        cmocka_unit_test(a_restart_is_a_fresh_start),
        cmocka_unit_test(a_restart_keeps_the_parameters),
        cmocka_unit_test(a_restart_drops_the_series),
        cmocka_unit_test(bad_views_are_refused),
        cmocka_unit_test(probes_outside_are_refused),
        cmocka_unit_test(names_are_those_of_the_header),
    };
    return cmocka_run_group_tests_name("view", tests, prepare, NULL);
}
