// Looking at a crossbar: pictures against plain sums in double, and the same bits from every engine.
#include "subject.h"

#include "../host/engine/native/native.h"
#include "../host/array/picture.h"
#include "../host/ohmscape_cl.h"

#include <inttypes.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <CL/cl_gl.h>

// ---- What is read -----------------------------------------------------------------------------

// Counts the synapses that the engines are told to read.
static ohm_status count_read(ohm_crossbar *c, const view_job *job, void *target) {
    (void)c;
    const ohm_picture *p = &job->picture;
    uint64_t cols = 0, rows = 0;
    for (uint32_t x = p->x0; x < p->x1; x++) cols += job->cols[x].end - job->cols[x].first;
    for (uint32_t y = p->y0; y < p->y1; y++) rows += job->rows[y].end - job->rows[y].first;
    *(uint64_t *)target = cols * rows;
    return OHM_OK;
}

static void check_read(ohm_crossbar *c, const ohm_view *v, uint64_t expected) {
    uint64_t read = 0;
    REQUIRE(crossbar_draw(c, v, count_read, &read, NULL));
    if (read != expected) fail_msg("%" PRIu64 " synapses are read, not %" PRIu64, read, expected);
}

// However many pixels show a synapse: a picture of few rows once took as long as if it had as many as pixels.
static void every_synapse_is_read_once(void **state) {
    (void)state;
    static const uint64_t sides[][2] = {{1, 100000}, {4, 3000}, {5000, 2}, {3, 5}, {1500, 1700}, {799, 1}};
    ohm_devices *devices = open_devices("native");
    for (size_t i = 0; i < sizeof sides / sizeof sides[0]; i++) {
        const double rows = (double)sides[i][0], cols = (double)sides[i][1];
        ohm_definition d = ohm_definition_default();
        ohm_crossbar *c;
        d.rows = sides[i][0];
        d.cols = sides[i][1];
        REQUIRE(ohm_crossbar_create(devices, &d, &c));
        for (ohm_reduction r = OHM_MEAN; r <= OHM_MAX; r++) {
            const ohm_view whole = {0, 0, rows, cols, 1000, 800, OHM_RESISTANCE, r};
            const ohm_view beyond = {-rows, -cols, 3 * rows, 3 * cols, 1000, 800, OHM_STATE, r};
            check_read(c, &whole, d.rows * d.cols);
            check_read(c, &beyond, d.rows * d.cols);
        }
        ohm_crossbar_destroy(c);
    }
    ohm_devices_close(devices);
}

// ---- What is shown ----------------------------------------------------------------------------

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
    for (size_t i = 0; i < subject_count; i++) check_pictures(&subjects[i]);
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
        for (int q = 0; q < DRAWN_QUANTITIES; q++)
            for (int r = 0; r < OHM_REDUCTIONS; r++) {
                const ohm_view v = {0, 0, 1000, 1100, sizes[i][0], sizes[i][1], drawn_quantity[q], r};
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
    float **image;
} album;

static void album_draw(const scene *s, ohm_crossbar *c, album *a) {
    a->scene = s;
    a->image = malloc(views_of(s) * sizeof *a->image);
    assert_non_null(a->image);
    for (size_t n = 0; n < views_of(s); n++) {
        const ohm_view v = view_number(s, n);
        a->image[n] = draw(c, &v);
    }
}

static void album_free(album *a) {
    for (size_t n = 0; n < views_of(a->scene); n++) free(a->image[n]);
    free(a->image);
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
    const unsigned most = strstr(selector, "native") ? native_device_info().lanes : 16;
    for (size_t i = 0; i < count; i++) {
        if (speeds[i].lanes > most) continue;
        ohm_crossbar *c = play(devices, s, speeds[i].lanes, speeds[i].band_rows);
        compare_views(expected, selector, c);
        ohm_crossbar_destroy(c);
    }
    ohm_devices_close(devices);
}

// What the reference has been put to, the native engine in one band, is what all others must equal.
static void compare_selectors(size_t from, size_t to, const speed *speeds, size_t count) {
    static const char *const compared[] = {"65 columns", "late", "257 columns"};
    ohm_devices *devices = open_devices("native");
    for (size_t i = 0; i < COUNT_OF(compared); i++) {
        const scene *s = &subject_named(compared[i])->scene;
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
    static const speed speeds[] = {{0, 0}, {0, 64}, {1, 0}, {4, 128}, {8, 64}, {16, 64}};
    compare_selectors(0, 2, speeds, COUNT_OF(speeds));
}

static void opencl_draws_the_same_bits(void **state) {
    (void)state;
    if (!opencl_count) skip(); // no OpenCL device here
    static const speed speeds[] = {{0, 0}, {1, 0}, {1, 64}, {4, 128}, {8, 0}, {16, 64}};
    compare_selectors(2, 2 + opencl_count, speeds, COUNT_OF(speeds));
}

static void several_devices_draw_the_same_bits(void **state) {
    (void)state;
    if (!opencl_count) skip();
    static const speed speeds[] = {{1, 64}, {4, 128}};
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
    static const char *const compared[] = {"one column", "late", "257 columns", "before the first step",
                                           "constant"};
    char path[MAX_PATH];
    temporary_path(path);
    ohm_devices *devices = open_devices("native");
    for (size_t i = 0; i < COUNT_OF(compared); i++) {
        const scene *s = &subject_named(compared[i])->scene;
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
        if ((q == OHM_FLUX && !flux) || q == OHM_WORD_LINE || q == OHM_BIT_LINE) {
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
        for (size_t i = 0; i < subject_count; i++) {
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
    for (size_t i = 0; i < subject_count; i++) check_ranges(devices, &subjects[i]);
    ohm_devices_close(devices);
}

// ---- Buffers of the caller's ------------------------------------------------------------------

static cl_mem poisoned_buffer(const ohm_devices *devices, const ohm_view *v) {
    cl_int code;
    float *poison = poisoned(v);
    cl_mem pixels =
        clCreateBuffer(ohm_devices_cl_context(devices, 0), CL_MEM_READ_WRITE | CL_MEM_COPY_HOST_PTR,
                       (pixels_of(v) + GUARD) * sizeof *poison, poison, &code);
    assert_int_equal(code, CL_SUCCESS);
    free(poison);
    return pixels;
}

// The extremes too, unless they are NULL.
static void compare_buffer(const ohm_devices *devices, ohm_crossbar *c, const ohm_view *v, cl_mem pixels,
                           const ohm_extremes *extremes) {
    float *expected = draw(c, v), *found = poisoned(v);
    const cl_int code = clEnqueueReadBuffer(ohm_devices_cl_queue(devices, 0), pixels, CL_TRUE, 0,
                                            (pixels_of(v) + GUARD) * sizeof *found, found, 0, NULL, NULL);
    assert_int_equal(code, CL_SUCCESS);
    check_guard(v, found);
    if (memcmp(found, expected, pixels_of(v) * sizeof *found) != 0) {
        say_view(v);
        fail_msg("other bits in a buffer");
    }
    if (extremes) check_extremes(v, expected, *extremes);
    free(expected);
    free(found);
}

// Two at a time, so that the second is enqueued while the first may still be drawn.
static void check_buffers(const ohm_devices *devices, ohm_crossbar *c, const scene *s) {
    const size_t count = views_of(s);
    for (size_t n = 0; n < count; n++) {
        const ohm_view a = view_number(s, n), b = view_number(s, (n + 5) % count);
        cl_mem into_a = poisoned_buffer(devices, &a), into_b = poisoned_buffer(devices, &b);
        ohm_extremes extremes = {-1, -1};
        REQUIRE(ohm_crossbar_view_cl(c, &a, into_a));
        REQUIRE(ohm_crossbar_view_cl_extremes(c, &b, into_b, &extremes));
        compare_buffer(devices, c, &b, into_b, &extremes);
        compare_buffer(devices, c, &a, into_a, NULL);
        clReleaseMemObject(into_a);
        clReleaseMemObject(into_b);
    }
}

static void buffers_receive_the_same_pictures(void **state) {
    (void)state;
    if (!opencl_count) skip();
    static const speed speeds[] = {{0, 0}, {1, 64}};
    for (size_t k = 2; k < selector_count; k++) {
        if (strncmp(selectors[k], "native", 6) == 0) continue;
        ohm_devices *devices = open_devices(selectors[k]);
        for (size_t i = 0; i < COUNT_OF(speeds); i++) {
            ohm_crossbar *c =
                play(devices, &subject_named("65 columns")->scene, speeds[i].lanes, speeds[i].band_rows);
            check_buffers(devices, c, &subject_named("65 columns")->scene);
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
    static const scene s = {"40 x 70", 40, 70, 11, 0, 3, NULL, NULL, NULL, true};
    ohm_crossbar *c = play(devices, &s, 0, 0);
    refuse_probe(c, 40, 0, "no synapse in row 40, column 0");
    refuse_probe(c, 0, 70, "no synapse in row 0, column 70");
    refuse_probe(c, UINT64_MAX, 0, "no synapse in row 18446744073709551615");
    refuse_probe(c, 0, (uint64_t)1 << 32, "no synapse in row 0, column 4294967296");
    ohm_crossbar_destroy(c);
    ohm_devices_close(devices);
}

static void names_are_those_of_the_header(void **state) {
    (void)state;
    static const char *const quantities[] = {"resistance", "conductance", "state",     "voltage",
                                             "flux",       "current",     "word-line", "bit-line"};
    static const char *const reductions[] = {"mean", "min", "max", "nearest"};
    for (int q = 0; q < OHM_QUANTITIES; q++) assert_string_equal(ohm_quantity_name(q), quantities[q]);
    for (int r = 0; r < OHM_REDUCTIONS; r++) assert_string_equal(ohm_reduction_name(r), reductions[r]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_synapse_is_read_once),
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
        cmocka_unit_test(a_loaded_crossbar_draws_the_same_bits),
        cmocka_unit_test(bad_views_are_refused),
        cmocka_unit_test(probes_outside_are_refused),
        cmocka_unit_test(names_are_those_of_the_header),
    };
    return cmocka_run_group_tests_name("view", tests, find_selectors, NULL);
}
