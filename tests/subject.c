#include "subject.h"

#include "../host/engine/native/native.h"
#include "../host/array/crossbar.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <Random123/philox.h>

// ---- Crossbars --------------------------------------------------------------------------------

char selectors[MAX_SELECTORS][64];
size_t selector_count;
char opencl[4][16];
size_t opencl_count;

static void add_selector(const char *first, const char *second) {
    assert_true(selector_count < MAX_SELECTORS);
    snprintf(selectors[selector_count++], sizeof selectors[0], "%s%s%s", first, *second ? "," : "", second);
}

int find_selectors(void **state) {
    (void)state;
    opencl_count = scene_opencl_devices(opencl, COUNT_OF(opencl));
    add_selector("native", "");
    add_selector("native", "native");
    for (size_t o = 0; o < opencl_count; o++) add_selector(opencl[o], "");
    if (opencl_count) {
        add_selector("native", opencl[0]);
        add_selector(opencl[0], "native");
        add_selector(opencl[0], opencl[opencl_count - 1]);
    }
    print_message("  native: up to %u lanes; OpenCL devices: %zu\n", native_device_info().lanes,
                  opencl_count);
    return 0;
}

ohm_devices *open_devices(const char *selector) {
    ohm_devices *devices;
    REQUIRE(ohm_devices_open(selector, &devices));
    return devices;
}

ohm_crossbar *play(ohm_devices *devices, const scene *s, unsigned lanes, uint64_t band_rows) {
    ohm_definition d = scene_definition(s);
    d.lanes = lanes;
    d.band_rows = band_rows;
    ohm_crossbar *c;
    REQUIRE(ohm_crossbar_create(devices, &d, &c));
    c->step = s->first_step; // the only way to a late step that does not take all before it
    REQUIRE(ohm_crossbar_advance(c, s->steps));
    return c;
}

void assert_same_state(ohm_crossbar *a, ohm_crossbar *b) {
    uint64_t of_a[2], of_b[2];
    scene_digests(a, of_a);
    scene_digests(b, of_b);
    assert_int_equal(ohm_crossbar_step(a), ohm_crossbar_step(b));
    assert_memory_equal(of_a, of_b, sizeof of_a);
}

void temporary_path(char path[MAX_PATH]) {
    strcpy(path, "/tmp/ohmscape-test-XXXXXX");
    const int fd = mkstemp(path);
    assert_true(fd >= 0);
    close(fd);
}

// ---- What there is to see ---------------------------------------------------------------------

const subject subjects[] = {
    {false, 0.1, 10, -5, 5, {"one synapse", 1, 1, 1, 0, 5, NULL, NULL, NULL, true}},
    {true, 2, 5, -5, 5, {"one row", 1, 300, 2, 0, 5, "sin-resistance:r_on=2,r_off=5", NULL, NULL, true}},
    {false, 0.1, 10, -900, 900, {"one column", 300, 1, 3, 0, 5, NULL, "uniform:lo=-900,hi=900", NULL, true}},
    {false, 1, 1000, -5, 5, {"65 columns", 37, 65, 4, 0, 7, "sin-state:r_on=1,r_off=1000", NULL, NULL, true}},
    {true, 0.1, 10, -5, 5, {"late", 64, 64, 5, 4294967290, 9, "sin-resistance", NULL, NULL, true}},
    {false, 0.1, 10, -5, 5, {"257 columns", 130, 257, 18446744073709551615u, 0, 5, NULL, NULL, NULL, true}},
    {false, 0.1, 10, -5, 5, {"before the first step", 5, 70, 6, 0, 0, NULL, NULL, NULL, true}},
    {true, 0.1, 10, 2, 2, {"constant", 9, 63, 7, 0, 3, "sin-resistance", "constant:value=2", NULL, true}},
};
const size_t subject_count = COUNT_OF(subjects);

const subject *subject_named(const char *name) {
    for (size_t i = 0; i < subject_count; i++)
        if (strcmp(subjects[i].scene.name, name) == 0) return &subjects[i];
    fail_msg("no subject is named \"%s\"", name);
    return NULL;
}

float voltage_of(const subject *s, uint64_t row, uint64_t col, uint64_t t) {
    const uint64_t seed = s->scene.seed;
    const philox4x32_ctr_t counter = {
        {(uint32_t)(col / 64 * 16 + col % 16), (uint32_t)row, (uint32_t)t, 1u << 24 | (uint32_t)(t >> 32)}};
    const philox4x32_key_t key = {{(uint32_t)seed, (uint32_t)(seed >> 32)}};
    const uint32_t word = philox4x32(counter, key).v[col / 16 % 4];
    return fmaf((float)(word >> 8), (float)((s->hi - s->lo) * 0x1p-24), (float)s->lo);
}

bool same(float a, float b) {
    return a == b || (isnan(a) && isnan(b));
}

// R and G by the law, of a state rounded to float32: R is rounded three times, and G once more, by an ulp.
static void check_resistance(const subject *s, const float value[OHM_QUANTITIES]) {
    const double w = (double)value[OHM_STATE], r = s->resistance ? w : s->r_on * w + s->r_off * (1 - w);
    assert_true(fabs((double)value[OHM_RESISTANCE] - r) <= 2e-7 * r);
    assert_true(fabs((double)value[OHM_CONDUCTANCE] - 1 / r) <= 4e-7 / r);
}

static void check_current(const float value[OHM_QUANTITIES]) {
    const double current = (double)value[OHM_VOLTAGE] / (double)value[OHM_RESISTANCE];
    if (isnan(current))
        assert_true(isnan(value[OHM_CURRENT]));
    else
        assert_true(fabs((double)value[OHM_CURRENT] - current) <= 1e-6 * fabs(current));
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
    check_current(value);
    assert_true(isnan(value[OHM_WORD_LINE]) && isnan(value[OHM_BIT_LINE]));
    v->of[OHM_RESISTANCE][i] = value[OHM_RESISTANCE];
    v->of[OHM_CONDUCTANCE][i] = value[OHM_CONDUCTANCE];
    v->of[OHM_CURRENT][i] = value[OHM_CURRENT];
    v->of[OHM_WORD_LINE][i] = v->of[OHM_BIT_LINE][i] = NAN;
}

void values_read(const subject *s, ohm_crossbar *c, values *v) {
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

void values_free(values *v) {
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

const ohm_quantity drawn_quantity[DRAWN_QUANTITIES] = {OHM_RESISTANCE, OHM_CONDUCTANCE, OHM_STATE,
                                                       OHM_VOLTAGE,    OHM_CURRENT,     OHM_FLUX};

size_t views_of(const scene *s) {
    return COUNT_OF(frames) * OHM_REDUCTIONS * (DRAWN_QUANTITIES - !s->flux);
}

ohm_view view_number(const scene *s, size_t n) {
    const size_t which = n / OHM_REDUCTIONS % COUNT_OF(frames);
    const size_t quantity = n / OHM_REDUCTIONS / COUNT_OF(frames);
    return view_of(&frames[which], s->rows, s->cols, (int)drawn_quantity[quantity],
                   (int)(n % OHM_REDUCTIONS));
}

void say_view(const ohm_view *v) {
    print_error("%s, %s of %g x %g synapses from (%g, %g) on %u x %u pixels\n",
                ohm_quantity_name(v->quantity), ohm_reduction_name(v->reduction), v->rows, v->cols, v->row,
                v->col, v->height, v->width);
}

size_t pixels_of(const ohm_view *v) {
    return (size_t)v->width * v->height;
}

float *poisoned(const ohm_view *v) {
    const size_t bytes = (pixels_of(v) + GUARD) * sizeof(float);
    float *image = malloc(bytes);
    assert_non_null(image);
    memset(image, POISON, bytes);
    return image;
}

void check_guard(const ohm_view *v, const float *image) {
    const unsigned char *byte = (const unsigned char *)(image + pixels_of(v));
    for (size_t i = 0; i < GUARD * sizeof *image; i++) assert_int_equal(byte[i], POISON);
}

void check_extremes(const ohm_view *v, const float *image, ohm_extremes found) {
    ohm_extremes expected = {INFINITY, -INFINITY};
    for (size_t i = 0; i < pixels_of(v); i++) {
        if (image[i] < expected.least) expected.least = image[i];
        if (image[i] > expected.greatest) expected.greatest = image[i];
    }
    if (expected.least > expected.greatest) expected = (ohm_extremes){NAN, NAN};
    if (same(found.least, expected.least) && same(found.greatest, expected.greatest)) return;
    say_view(v);
    fail_msg("its extremes are %g and %g, not %g and %g", (double)found.least, (double)found.greatest,
             (double)expected.least, (double)expected.greatest);
}

float *draw(ohm_crossbar *c, const ohm_view *v) {
    float *image = poisoned(v);
    ohm_extremes extremes = {-1, -1};
    REQUIRE(ohm_crossbar_view_extremes(c, v, image, &extremes));
    check_guard(v, image);
    check_extremes(v, image, extremes);
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

void check_view(const char *name, const values *all, const ohm_view *v, const float *image) {
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
