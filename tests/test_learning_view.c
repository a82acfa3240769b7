// What the viewer works out before it draws spikes, receptive fields and their axes.
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../viz/raster.h"
#include "../viz/ticks.h"
#include "../viz/tiles.h"

// ---- Raster -----------------------------------------------------------------------------------

static void check_shape(uint64_t neurons, uint64_t steps, int width, int height) {
    const raster_shape s = raster_shape_of(neurons, steps, width, height);
    assert_true(s.width <= (uint32_t)width && s.height <= (uint32_t)height);
    assert_true(s.width * s.steps >= steps && (s.width - 1) * s.steps < steps);
    assert_true(s.height * s.neurons >= neurons && (s.height - 1) * s.neurons < neurons);
}

static void bins_hold_everything_and_are_no_more_than_pixels(void **state) {
    (void)state;
    for (uint64_t neurons = 1; neurons < 5000; neurons = neurons * 3 + 1)
        for (uint64_t steps = 10; steps < 100000; steps = steps * 7 / 2)
            for (int pixels = 1; pixels < 2000; pixels = pixels * 5 + 2)
                check_shape(neurons, steps, pixels, pixels / 2 + 1);
    const raster_shape few = raster_shape_of(5, 20, 700, 300);
    assert_true(few.width == 20 && few.steps == 1 && few.height == 5 && few.neurons == 1);
    const raster_shape none = raster_shape_of(0, 1000, 700, 300), flat = raster_shape_of(9, 1000, 700, 0);
    assert_true(none.width == 0 && none.height == 0 && flat.width == 0);
}

// The raster starts at 0, and later ends with the present step. Its columns begin at multiples of their
// steps, so that a spike stays in its column's company.
static void a_raster_moves_by_whole_columns(void **state) {
    (void)state;
    const raster_shape s = raster_shape_of(10, 1000, 300, 10);
    assert_int_equal(s.steps, 4);
    for (uint64_t step = 0; step < 5000; step++) {
        const uint64_t first = raster_first(&s, step), end = first + s.width * s.steps;
        assert_true(first % s.steps == 0 && first <= step && step < end);
        assert_true(first == 0 || end - step <= s.steps);
    }
    assert_int_equal(raster_first(&s, 999), 0);
    assert_int_equal(raster_first(&s, 1000), 4);
}

// Every spike is in one bin, as a plain count says.
static void spikes_are_counted_once(void **state) {
    (void)state;
    enum { COUNT = 3000 };
    static ohm_spike spikes[COUNT];
    static uint16_t bins[64 * 64];
    const raster_shape s = raster_shape_of(97, 500, 60, 40);
    const uint64_t first = raster_first(&s, 1200);
    uint64_t expected[64 * 64] = {0};
    for (int i = 0; i < COUNT; i++) {
        spikes[i] = (ohm_spike){(uint64_t)i * 1201 / COUNT, (uint32_t)(i * 31 % 97)};
        if (spikes[i].step >= first)
            expected[spikes[i].neuron / s.neurons * s.width + (spikes[i].step - first) / s.steps]++;
    }
    raster_count(&s, first, spikes, COUNT / 2, bins);
    raster_count(&s, first, spikes + COUNT / 2, COUNT - COUNT / 2, bins);
    for (uint32_t i = 0; i < s.width * s.height; i++) assert_int_equal(bins[i], expected[i]);
    for (uint32_t i = s.width * s.height; i < 64 * 64; i++) assert_int_equal(bins[i], 0);
}

static void spikes_outside_are_left_out(void **state) {
    (void)state;
    const raster_shape s = raster_shape_of(4, 10, 10, 4);
    const ohm_spike spikes[] = {{4, 0}, {15, 0}, {5, 4}, {14, 3}, {UINT64_MAX, 1}};
    uint16_t bins[40] = {0};
    raster_count(&s, 5, spikes, 5, bins);
    for (int i = 0; i < 40; i++) assert_int_equal(bins[i], i == 39);
}

static void a_full_bin_stays_full(void **state) {
    (void)state;
    const raster_shape s = raster_shape_of(1, 10, 1, 1);
    const ohm_spike spike = {3, 0};
    uint16_t bin = UINT16_MAX - 1;
    for (int i = 0; i < 3; i++) raster_count(&s, 0, &spike, 1, &bin);
    assert_int_equal(bin, UINT16_MAX);
}

// ---- Receptive fields -------------------------------------------------------------------------

static void check_field(uint64_t inputs, uint32_t width, uint32_t height) {
    const tiles_shape s = tiles_shape_of(inputs);
    if (s.width != width || s.height != height)
        fail_msg("%d inputs as %u x %u, not %u x %u", (int)inputs, s.width, s.height, width, height);
}

static void fields_are_nearly_square(void **state) {
    (void)state;
    check_field(784, 28, 28);
    check_field(64, 8, 8);
    check_field(1, 1, 1);
    check_field(2, 2, 1);
    check_field(200, 20, 10);
    check_field(72, 9, 8);
    check_field(785, 29, 28); // 5 x 157 would be a strip
    check_field(97, 10, 10);
    for (uint64_t inputs = 1; inputs < 20000; inputs++) {
        const tiles_shape s = tiles_shape_of(inputs);
        assert_true((uint64_t)s.width * s.height >= inputs);
        assert_true((uint64_t)s.width * (s.height - 1) < inputs);
        assert_true(s.width <= 2 * s.height && s.height <= s.width);
    }
}

static void check_grid(const tiles_grid *g, rectangle place) {
    for (uint64_t i = 0; i < g->shown; i++) {
        int x, y;
        tiles_corner(g, i, &x, &y);
        assert_true(x >= place.x && x + g->width <= place.x + place.width);
        assert_true(y >= place.y && y + g->height <= place.y + place.height);
    }
}

static void tiles_stay_in_their_place(void **state) {
    (void)state;
    for (int width = 1; width < 1500; width = width * 2 + 5)
        for (int height = 1; height < 1000; height = height * 3 + 1)
            for (uint64_t fields = 1; fields < 3000; fields = fields * 4 + 3)
                for (uint32_t side = 1; side < 60; side = side * 3 + 1) {
                    const rectangle place = {17, 9, width, height};
                    const tiles_grid g = tiles_arrange((tiles_shape){side, side}, fields, 0, place, 3);
                    check_grid(&g, place);
                    assert_true(g.shown <= fields && g.first == 0);
                }
}

static void many_fields_come_in_pages(void **state) {
    (void)state;
    const rectangle place = {0, 0, 200, 100};
    const tiles_shape shape = {28, 28};
    const tiles_grid first = tiles_arrange(shape, 100, 0, place, 2);
    assert_true(first.shown > 10 && first.shown < 100);
    const tiles_grid last = tiles_arrange(shape, 100, 95, place, 2);
    assert_true(last.first == 95 && last.shown == 5 && last.width == first.width);
    const tiles_grid beyond = tiles_arrange(shape, 100, 1000, place, 2);
    assert_true(beyond.first == 99 && beyond.shown == 1);
    const tiles_grid all = tiles_arrange(shape, 4, 3, place, 2);
    assert_true(all.first == 0 && all.shown == 4);
    assert_int_equal(tiles_arrange((tiles_shape){500, 500}, 3, 0, place, 2).shown, 0);
}

// A device is found where it was drawn, at any scale.
static void a_point_names_its_device(void **state) {
    (void)state;
    enum { INPUTS = 30, FIELDS = 7 };
    float value[INPUTS * FIELDS], *picture;
    for (int i = 0; i < INPUTS * FIELDS; i++) value[i] = (float)i;
    for (int width = 12; width < 300; width += 41) {
        const rectangle place = {5, 3, width, 77};
        const tiles_grid g = tiles_arrange((tiles_shape){6, 5}, FIELDS, 0, place, 2);
        picture = calloc((size_t)width * 77, sizeof *picture);
        tiles_fill(&g, place, value, INPUTS, FIELDS, picture);
        int inside = 0;
        for (int y = 0; y < 77; y++)
            for (int x = 0; x < width; x++) {
                uint64_t tile, device;
                const float shown = picture[y * width + x];
                const bool hit = tiles_at(&g, place.x + x + 0.5, place.y + y + 0.5, &tile, &device);
                assert_true(hit == !isnan(shown));
                if (hit) assert_true(shown == value[device * FIELDS + tile]);
                inside += hit;
            }
        assert_int_equal(inside, (int)g.shown * g.width * g.height);
        free(picture);
    }
}

// A field that has places left over shows nothing there.
static void places_without_an_input_stay_empty(void **state) {
    (void)state;
    const float value[5] = {1, 2, 3, 4, 5};
    const rectangle place = {0, 0, 3, 2};
    const tiles_grid g = tiles_arrange(tiles_shape_of(5), 1, 0, place, 0);
    float picture[6];
    tiles_fill(&g, place, value, 5, 1, picture);
    for (int i = 0; i < 5; i++) assert_true(picture[i] == value[i]);
    assert_true(isnan(picture[5]));
}

// ---- Axes -------------------------------------------------------------------------------------

static void check_unit(double seconds, const char *unit, double each) {
    double found;
    assert_string_equal(ticks_time_unit(seconds, &found), unit);
    assert_true(fabs(found / each - 1) < 1e-12);
}

static void times_have_a_unit_that_suits_them(void **state) {
    (void)state;
    check_unit(100, "s", 1);
    check_unit(1, "s", 1);
    check_unit(0.999, "ms", 1e3);
    check_unit(2e-4, "µs", 1e6);
    check_unit(2e-8, "ns", 1e9);
    check_unit(0, "ns", 1e9);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bins_hold_everything_and_are_no_more_than_pixels),
        cmocka_unit_test(a_raster_moves_by_whole_columns),
        cmocka_unit_test(spikes_are_counted_once),
        cmocka_unit_test(spikes_outside_are_left_out),
        cmocka_unit_test(a_full_bin_stays_full),
        cmocka_unit_test(fields_are_nearly_square),
        cmocka_unit_test(tiles_stay_in_their_place),
        cmocka_unit_test(many_fields_come_in_pages),
        cmocka_unit_test(a_point_names_its_device),
        cmocka_unit_test(places_without_an_input_stay_empty),
        cmocka_unit_test(times_have_a_unit_that_suits_them),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
