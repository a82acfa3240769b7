// Stimuli by their formulas, cell by cell: waves, lines, write schemes, pictures and files; and that reading,
// viewing and stepping agree on what was applied.
#include "sample.h"

#include "../host/array/crossbar.h"

#include <hdf5.h>
#include <math.h>
#include <png.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include <Random123/philox.h>

// A crossbar with a time step of 1 s, so that its flux is the sum of its voltages.
static ohm_crossbar *driven_on(ohm_devices *on, uint64_t rows, uint64_t cols, const char *stimulus) {
    ohm_definition d = ohm_definition_default();
    d.rows = rows;
    d.cols = cols;
    d.dt = 1;
    d.seed = 11;
    d.stimulus = stimulus;
    d.track_flux = true;
    return create(on, &d);
}

static ohm_crossbar *driven(uint64_t rows, uint64_t cols, const char *stimulus) {
    return driven_on(native, rows, cols, stimulus);
}

// Fails the test unless the voltages of a step are these, to the bit.
static void assert_voltages(ohm_crossbar *c, uint64_t step, const float *expected) {
    const ohm_definition *d = ohm_crossbar_definition(c);
    float *found = voltages_at(c, step);
    for (size_t i = 0; i < d->rows * d->cols; i++)
        if (found[i] != expected[i])
            fail_msg("%s: at step %lu cell (%zu, %zu) has %.9g V, not %.9g", d->stimulus, (unsigned long)step,
                     i / d->cols, i % d->cols, (double)found[i], (double)expected[i]);
    free(found);
}

// ---- Waves ----------------------------------------------------------------------------------------

// Of a crossbar of one device.
static float wave(ohm_crossbar *c, uint64_t step) {
    float voltage;
    REQUIRE(ohm_crossbar_read_voltage(c, step, 0, 1, &voltage));
    return voltage;
}

// The wave's value at a part u of a period.
typedef double shape(double u);

static double sine(double u) {
    return sin(2 * 3.14159265358979323846 * u);
}

static double triangle(double u) {
    return u < 0.25 ? 4 * u : u < 0.75 ? 2 - 4 * u : 4 * u - 4;
}

static double square(double u) {
    return u < 0.5 ? 1 : -1;
}

static double pulse_of_30_percent(double u) {
    return u < 0.3 ? 1 : 0;
}

// At offset 0.25 and amplitude 2, from a step on that is the first of a period of so many hundredths of one.
// u is rounded to 2⁻²⁴ and 2πu by 2.4e-7, and the shapes rise by 2π at most: 2·7e-7.
static void check_wave(const char *parameters, shape *f, uint64_t first, uint64_t hundredths) {
    char stimulus[128];
    snprintf(stimulus, sizeof stimulus, "wave:offset=0.25,amplitude=2,%s", parameters);
    ohm_crossbar *c = driven(1, 1, stimulus);
    for (uint64_t i = 0; i < 300; i++)
        assert_near((double)wave(c, first + i), 0.25 + 2 * f((double)(i * hundredths % 100) / 100), 1.4e-6,
                    stimulus);
    ohm_crossbar_destroy(c);
}

static void waves_have_their_shapes(void **state) {
    (void)state;
    check_wave("shape=sine", sine, 0, 1);
    check_wave("shape=triangle", triangle, 0, 1);
    check_wave("shape=square", square, 0, 1);
    check_wave("shape=pulse,duty=0.3", pulse_of_30_percent, 0, 1);
}

// 0.03, 0.07 and 0.29 of a period a step: some of the products of frequency and time step are rounded down
// and some up, and the edges of a square are where they should be all the same.
static void waves_have_their_frequency(void **state) {
    (void)state;
    check_wave("shape=sine,frequency=0.03", sine, 0, 3);
    check_wave("shape=triangle,frequency=0.07", triangle, 0, 7);
    check_wave("shape=square,frequency=0.03", square, 0, 3);
    check_wave("shape=square,frequency=0.07", square, 0, 7);
    check_wave("shape=square,frequency=0.29", square, 0, 29);
    check_wave("shape=pulse,duty=0.3,frequency=0.03", pulse_of_30_percent, 0, 3);
    check_wave("shape=sine,frequency=7.03", sine, 0, 3); // whole periods do not show
}

// 10¹² steps on, the period of 100 steps is exact; a frequency that is not exact in binary is 10⁻¹⁶ off,
// which by then is 10⁻⁴ of a period: 2·2π·10⁻⁴ here.
static void waves_keep_their_phase(void **state) {
    (void)state;
    check_wave("shape=sine", sine, 1000000000000, 1);
    check_wave("shape=square", square, 1000000000000, 1);
    check_wave("shape=pulse,duty=0.3", pulse_of_30_percent, 1000000000000, 1);
    ohm_crossbar *c = driven(1, 1, "wave:frequency=0.03");
    for (uint64_t i = 0; i < 100; i++)
        assert_near((double)wave(c, 1000000000000 + i), sine(0.03 * (double)i), 1.3e-3, "a late sine");
    ohm_crossbar_destroy(c);
    c = driven(1, 1, "wave:frequency=0.015625,shape=square"); // 1/64 is exact
    for (uint64_t i = 0; i < 100; i++)
        assert_true(wave(c, ((uint64_t)1 << 50) + i) == (i % 64 < 32 ? 1 : -1));
    ohm_crossbar_destroy(c);
}

static void waves_have_a_phase_and_a_start(void **state) {
    (void)state;
    ohm_crossbar *c = driven(1, 1, "wave:phase=1.5707963267948966,start=40");
    for (uint64_t t = 0; t < 40; t++) assert_true(wave(c, t) == 0);
    for (uint64_t t = 40; t < 140; t++)
        assert_near((double)wave(c, t), sine(((double)(t - 40) + 25) / 100), 7e-7, "a cosine");
    ohm_crossbar_destroy(c);
    c = driven(1, 1, "wave:phase=-1.5707963267948966");
    assert_near((double)wave(c, 0), -1, 1e-7, "minus a cosine");
    ohm_crossbar_destroy(c);
    c = driven(1, 1, "wave:shape=pulse,duty=0,offset=-0.5");
    for (uint64_t t = 0; t < 100; t++) assert_true(wave(c, t) == -0.5f);
    ohm_crossbar_destroy(c);
    c = driven(1, 1, "wave:shape=pulse,duty=1,offset=-0.5");
    for (uint64_t t = 0; t < 100; t++) assert_true(wave(c, t) == 0.5f);
    ohm_crossbar_destroy(c);
}

static void a_wave_is_the_same_everywhere(void **state) {
    (void)state;
    float expected[5 * 70];
    ohm_crossbar *one = driven(1, 1, "wave"), *many = driven(5, 70, "wave");
    for (int i = 0; i < 5 * 70; i++) expected[i] = wave(one, 13);
    assert_voltages(many, 13, expected);
    ohm_crossbar_destroy(one);
    ohm_crossbar_destroy(many);
}

// ---- Lines ----------------------------------------------------------------------------------------

// A line's voltage from Random123: word i % 4 of counter (i/4, 0 of a row and 1 of a column, step), stream 4.
static float line(uint64_t i, uint32_t across, uint64_t t) {
    const philox4x32_ctr_t counter = {
        {(uint32_t)(i / 4), across, (uint32_t)t, 4u << 24 | (uint32_t)(t >> 32)}};
    const philox4x32_key_t key = {{11, 0}};
    return fmaf((float)(philox4x32(counter, key).v[i % 4] >> 8), 0x1p-24f, -0.25f);
}

static void check_lines(uint64_t rows, uint64_t cols, uint64_t t) {
    ohm_crossbar *c = driven(rows, cols, "lines:lo=-0.25,hi=0.75");
    float *expected = malloc(rows * cols * sizeof *expected);
    assert_non_null(expected);
    for (uint64_t i = 0; i < rows; i++)
        for (uint64_t j = 0; j < cols; j++) expected[i * cols + j] = line(i, 0, t) - line(j, 1, t);
    assert_voltages(c, t, expected);
    free(expected);
    ohm_crossbar_destroy(c);
}

static void cells_have_the_difference_of_their_lines(void **state) {
    (void)state;
    check_lines(7, 130, 0);
    check_lines(130, 7, 1);
    check_lines(1, 1, ((uint64_t)1 << 40) + 3);
}

// V_ij − V_ik is the same in every row, to the rounding of two differences of at most 1.
static void lines_are_of_rank_one_and_one(void **state) {
    (void)state;
    ohm_crossbar *c = driven(50, 70, "lines");
    float *v = voltages_at(c, 4);
    for (int i = 1; i < 50; i++)
        for (int j = 1; j < 70; j++)
            assert_near((double)v[70 * i + j] - (double)v[70 * i], (double)v[j] - (double)v[0], 2.5e-7,
                        "V_ij - V_i0");
    free(v);
    ohm_crossbar_destroy(c);
}

static void lines_are_uniform_and_independent(void **state) {
    (void)state;
    enum { LINES = 200000 };
    static float of_row[2][LINES], of_col[LINES];
    static const double end[] = {-0.25, 0.75};
    for (int i = 0; i < LINES; i++) {
        of_row[0][i] = line((uint64_t)i, 0, 0);
        of_row[1][i] = line((uint64_t)i, 0, 1);
        of_col[i] = line((uint64_t)i, 1, 0);
    }
    assert_distributed(of_row[0], LINES, uniform_part, end, "rows");
    assert_distributed(of_col, LINES, uniform_part, end, "columns");
    assert_uncorrelated(of_row[0], of_row[1], LINES, "steps");
    assert_uncorrelated(of_row[0], of_col, LINES, "rows and columns");
    assert_uncorrelated(of_row[0], of_row[0] + 1, LINES - 1, "neighbours");
    assert_uncorrelated(of_row[0], of_row[0] + 4, LINES - 4, "neighbouring counters");
}

// ---- Writing --------------------------------------------------------------------------------------

// A cell's voltage when another is selected: V on it, a half or a third on its lines, 0 or minus a third
// elsewhere.
static float of_scheme(bool third, float v, bool same_row, bool same_col) {
    if (same_row && same_col) return v;
    if (third) return same_row || same_col ? v / 3 : -v / 3;
    return same_row || same_col ? v / 2 : 0;
}

enum { ROWS = 3, COLS = 4 };

// To the rounding of v/3 − 2v/3.
static void check_selected(ohm_crossbar *c, uint64_t t, bool third, float v, int row, int col) {
    float *found = voltages_at(c, t);
    for (int i = 0; i < ROWS; i++)
        for (int j = 0; j < COLS; j++)
            assert_near((double)found[COLS * i + j], (double)of_scheme(third, v, i == row, j == col), 2e-7,
                        ohm_crossbar_definition(c)->stimulus);
    free(found);
}

static void all_cells_are_written_in_turn(void **state) {
    (void)state;
    for (int third = 0; third <= 1; third++) {
        ohm_crossbar *c = driven(ROWS, COLS, third ? "write:v=1.5,scheme=third" : "write:v=-2");
        for (int t = 0; t < 3 * ROWS * COLS; t++)
            check_selected(c, (uint64_t)t, third, third ? 1.5f : -2, t / COLS % ROWS, t % COLS);
        ohm_crossbar_destroy(c);
    }
}

static void a_row_a_column_or_a_cell_is_written(void **state) {
    (void)state;
    ohm_crossbar *row = driven(ROWS, COLS, "write:row=2"), *col = driven(ROWS, COLS, "write:col=1");
    ohm_crossbar *one = driven(ROWS, COLS, "write:row=1,col=3,scheme=third");
    for (int t = 0; t < 30; t++) {
        check_selected(row, (uint64_t)t, false, 1, 2, t % COLS);
        check_selected(col, (uint64_t)t, false, 1, t % ROWS, 1);
        check_selected(one, (uint64_t)t, true, 1, 1, 3);
    }
    ohm_crossbar_destroy(row);
    ohm_crossbar_destroy(col);
    ohm_crossbar_destroy(one);
}

static void writing_holds_and_starts(void **state) {
    (void)state;
    static const float nothing[ROWS * COLS];
    ohm_crossbar *c = driven(ROWS, COLS, "write:hold=3,start=5,scheme=third");
    for (uint64_t t = 0; t < 5; t++) assert_voltages(c, t, nothing);
    for (int t = 0; t < 60; t++)
        check_selected(c, (uint64_t)t + 5, true, 1, t / 3 / COLS % ROWS, t / 3 % COLS);
    ohm_crossbar_destroy(c);
}

// A text in a new file.
static void write_text(char path[MAX_PATH], const char *text) {
    temporary_path(path);
    FILE *f = fopen(path, "w");
    assert_non_null(f);
    assert_true(fputs(text, f) >= 0);
    fclose(f);
}

static void cells_of_a_list_are_written(void **state) {
    (void)state;
    char path[MAX_PATH], stimulus[96];
    write_text(path, "# the corners\n0,0\n\n 2 , 3\r\n0,3\n  \n2,0"); // a last line without its end
    snprintf(stimulus, sizeof stimulus, "write:cells=%s,hold=2", path);
    ohm_crossbar *c = driven(ROWS, COLS, stimulus);
    unlink(path); // it has been read
    static const int row[] = {0, 2, 0, 2}, col[] = {0, 3, 3, 0};
    for (int t = 0; t < 20; t++) check_selected(c, (uint64_t)t, false, 1, row[t / 2 % 4], col[t / 2 % 4]);
    ohm_crossbar_destroy(c);
}

// ---- Pictures -------------------------------------------------------------------------------------

// A grey picture in a new file.
static void write_picture(char path[MAX_PATH], uint32_t width, uint32_t height, const uint8_t *grey) {
    png_image image = {.version = PNG_IMAGE_VERSION, .width = width, .height = height};
    image.format = PNG_FORMAT_GRAY;
    temporary_path(path);
    assert_true(png_image_write_to_file(&image, path, 0, grey, 0, NULL));
}

static const uint8_t picture[] = {0, 51, 102, 153, 204, 255};      // 3 wide, 2 high
static const uint8_t other_picture[] = {255, 10, 20, 30, 40, 250}; // 2 wide, 3 high

// The voltage from a pixel, lo and hi being −1 and 3.
static float of_grey(uint8_t grey) {
    return fmaf(4, (float)grey / 255, -1);
}

// Cell (i, j) has pixel (⌊i·height/rows⌋, ⌊j·width/cols⌋).
static void check_pattern(ohm_crossbar *c, uint64_t t, uint32_t width, uint32_t height, const uint8_t *grey) {
    const ohm_definition *d = ohm_crossbar_definition(c);
    float *expected = malloc(d->rows * d->cols * sizeof *expected);
    assert_non_null(expected);
    for (uint64_t i = 0; i < d->rows; i++)
        for (uint64_t j = 0; j < d->cols; j++)
            expected[i * d->cols + j] = of_grey(grey[i * height / d->rows * width + j * width / d->cols]);
    assert_voltages(c, t, expected);
    free(expected);
}

static void pictures_are_scaled_over_the_crossbar(void **state) {
    (void)state;
    static const uint64_t side[][2] = {{2, 3}, {1, 1}, {1, 3}, {7, 5}, {2, 130}, {100, 2}, {257, 511}};
    char path[MAX_PATH], stimulus[96];
    write_picture(path, 3, 2, picture);
    snprintf(stimulus, sizeof stimulus, "pattern:file=%s,lo=-1,hi=3", path);
    for (size_t i = 0; i < COUNT_OF(side); i++) {
        ohm_crossbar *c = driven(side[i][0], side[i][1], stimulus);
        check_pattern(c, 0, 3, 2, picture);
        check_pattern(c, 12345678901, 3, 2, picture);
        ohm_crossbar_destroy(c);
    }
    unlink(path);
}

// A picture larger than the crossbar: every 3rd pixel of 300, every 7.3rd of 73.
static void large_pictures_are_sampled(void **state) {
    (void)state;
    static uint8_t large[300 * 73];
    char path[MAX_PATH], stimulus[96];
    for (int i = 0; i < 300 * 73; i++) large[i] = (uint8_t)(i * 7919 >> 3);
    write_picture(path, 300, 73, large);
    snprintf(stimulus, sizeof stimulus, "pattern:file=%s,lo=-1,hi=3", path);
    ohm_crossbar *c = driven(10, 100, stimulus);
    check_pattern(c, 0, 300, 73, large);
    ohm_crossbar_destroy(c);
    unlink(path);
}

static void pictures_take_turns(void **state) {
    (void)state;
    char first[MAX_PATH], second[MAX_PATH], stimulus[160];
    static const float nothing[ROWS * COLS];
    write_picture(first, 3, 2, picture);
    write_picture(second, 2, 3, other_picture);
    snprintf(stimulus, sizeof stimulus, "pattern:file=%s+%s,lo=-1,hi=3,hold=3,start=2", first, second);
    ohm_crossbar *c = driven(ROWS, COLS, stimulus);
    for (uint64_t t = 0; t < 2; t++) assert_voltages(c, t, nothing);
    for (uint64_t t = 0; t < 20; t++)
        if (t / 3 % 2 == 0)
            check_pattern(c, t + 2, 3, 2, picture);
        else
            check_pattern(c, t + 2, 2, 3, other_picture);
    ohm_crossbar_destroy(c);
    unlink(first);
    unlink(second);
}

static double normal_about_zero(double x, const double *sigma) {
    return normal_part(x / sigma[0]);
}

static void pictures_are_noisy(void **state) {
    (void)state;
    enum { SIDE = 700, N = SIDE * SIDE };
    static const double sigma[] = {0.5};
    char path[MAX_PATH], stimulus[96];
    write_picture(path, 3, 2, picture);
    snprintf(stimulus, sizeof stimulus, "pattern:file=%s,lo=-1,hi=3,noise=0.5", path);
    ohm_crossbar *c = driven(SIDE, SIDE, stimulus);
    float *v = voltages_at(c, 0), *next = voltages_at(c, 1);
    for (int i = 0; i < N; i++) {
        const float dark = of_grey(picture[i / SIDE * 2 / SIDE * 3 + i % SIDE * 3 / SIDE]);
        v[i] -= dark;
        next[i] -= dark;
    }
    assert_near(mean_of(v, N), 0, 5 * 0.5 / sqrt(N), "the mean");
    assert_near(variance_of(v, N), 0.25, 5 * 0.25 * sqrt(2.0 / N), "the variance");
    assert_distributed(v, N, normal_about_zero, sigma, "noise");
    assert_uncorrelated(v, next, N, "steps");
    free(v), free(next);
    ohm_crossbar_destroy(c);
    unlink(path);
}

static void normal_voltages_are_normal(void **state) {
    (void)state;
    enum { SIDE = 700, N = SIDE * SIDE };
    static const double sigma[] = {0.5};
    ohm_crossbar *c = driven(SIDE, SIDE, "normal:mean=2,sd=0.5");
    float *v = voltages_at(c, 3);
    for (int i = 0; i < N; i++) v[i] -= 2;
    assert_near(mean_of(v, N), 0, 5 * 0.5 / sqrt(N), "the mean");
    assert_distributed(v, N, normal_about_zero, sigma, "voltages");
    free(v);
    ohm_crossbar_destroy(c);
}

// ---- Files ----------------------------------------------------------------------------------------

// Adds numbers of rank sides to a file.
static void add_numbers(hid_t file, const char *name, int rank, const hsize_t *side, const double *value) {
    const hid_t space = H5Screate_simple(rank, side, NULL);
    const hid_t set = H5Dcreate2(file, name, H5T_IEEE_F64LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    assert_true(H5Dwrite(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, value) >= 0);
    H5Dclose(set);
    H5Sclose(space);
}

enum { FILE_STEPS = 3 };

// Voltages that are different at every step and cell, and exact in float32.
static double of_file(uint64_t t, int i, int j) {
    return (double)(t % FILE_STEPS) * 8 - i + j * 0.125;
}

static void write_cells(char path[MAX_PATH]) {
    double value[FILE_STEPS * ROWS * COLS];
    static const hsize_t side[] = {FILE_STEPS, ROWS, COLS};
    for (int k = 0; k < FILE_STEPS * ROWS * COLS; k++)
        value[k] = of_file((uint64_t)(k / (ROWS * COLS)), k / COLS % ROWS, k % COLS);
    temporary_path(path);
    const hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    add_numbers(file, "voltage", 3, side, value);
    H5Fclose(file);
}

// The same voltages as a row's less a column's.
static void write_lines(char path[MAX_PATH]) {
    double row[FILE_STEPS * ROWS], col[FILE_STEPS * COLS];
    static const hsize_t of_rows[] = {FILE_STEPS, ROWS}, of_cols[] = {FILE_STEPS, COLS};
    for (int k = 0; k < FILE_STEPS * ROWS; k++) row[k] = k / ROWS * 8 - k % ROWS;
    for (int k = 0; k < FILE_STEPS * COLS; k++) col[k] = -(k % COLS) * 0.125;
    temporary_path(path);
    const hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    add_numbers(file, "row_voltage", 2, of_rows, row);
    add_numbers(file, "col_voltage", 2, of_cols, col);
    H5Fclose(file);
}

// It repeats after its last step, and begins at its start.
static void check_file(const char *path) {
    char stimulus[96];
    float expected[ROWS * COLS] = {0};
    snprintf(stimulus, sizeof stimulus, "file:path=%s,start=2", path);
    ohm_crossbar *c = driven(ROWS, COLS, stimulus);
    for (uint64_t t = 0; t < 2; t++) assert_voltages(c, t, expected);
    for (uint64_t t = 2; t < 12; t++) {
        for (int k = 0; k < ROWS * COLS; k++) expected[k] = (float)of_file(t - 2, k / COLS, k % COLS);
        assert_voltages(c, t, expected);
    }
    ohm_crossbar_destroy(c);
}

static void voltages_come_from_a_file(void **state) {
    (void)state;
    char path[MAX_PATH];
    write_cells(path);
    check_file(path);
    unlink(path);
    write_lines(path);
    check_file(path);
    unlink(path);
}

// ---- What is applied ------------------------------------------------------------------------------

// Adds to a flux in two parts, of which the second is what the first cannot hold.
static void add_flux(float *flux, float *rest, float change) {
    const float more = change + *rest, sum = *flux + more;
    *rest = (float)((long double)*flux + (long double)more - (long double)sum);
    *flux = sum;
}

// What reading says of a step is what a view shows after it, and what the flux grows by, to the bit; also
// where a launch has several steps, and late.
static void check_agreement(ohm_devices *on, const char *stimulus, uint64_t first, uint64_t fuse) {
    ohm_crossbar *c = driven_on(on, ROWS, COLS, stimulus);
    float flux[ROWS * COLS] = {0}, rest[ROWS * COLS] = {0}, found[ROWS * COLS];
    REQUIRE(ohm_crossbar_set_fuse(c, (unsigned)fuse));
    c->step = first;
    for (uint64_t t = first; t < first + 12; t += fuse) {
        for (uint64_t i = 0; i < fuse; i++) {
            float *v = voltages_at(c, t + i);
            for (int k = 0; k < ROWS * COLS; k++) add_flux(&flux[k], &rest[k], v[k]);
            free(v);
        }
        REQUIRE(ohm_crossbar_advance(c, fuse));
        REQUIRE(ohm_crossbar_read_flux(c, 0, ROWS, found));
        assert_memory_equal(found, flux, sizeof flux);
        float *shown = quantity_of(c, OHM_VOLTAGE);
        assert_voltages(c, t + fuse - 1, shown);
        free(shown);
    }
    ohm_crossbar_destroy(c);
}

static void reading_viewing_and_stepping_agree(void **state) {
    (void)state;
    char cells[MAX_PATH], lines[MAX_PATH], first[MAX_PATH], second[MAX_PATH], text[4][160];
    write_cells(cells);
    write_lines(lines);
    write_picture(first, 3, 2, picture);
    write_picture(second, 2, 3, other_picture);
    snprintf(text[0], sizeof text[0], "pattern:file=%s+%s,noise=0.1,hold=2,start=3", first, second);
    snprintf(text[1], sizeof text[1], "pattern:file=%s", first);
    snprintf(text[2], sizeof text[2], "file:path=%s,start=1", cells);
    snprintf(text[3], sizeof text[3], "file:path=%s,start=1", lines);
    const char *all[] = {"uniform", "constant", "normal:sd=0.3", "wave:start=2",
                         "lines",   text[1],    text[3],         "write:scheme=third,hold=2",
                         text[0],   text[2]};
    const char *selector[] = {"native", "auto"};
    for (int s = 0; s < 2; s++) {
        ohm_devices *on = open_devices(selector[s]);
        for (size_t i = s ? COUNT_OF(all) - 3 : 0; i < COUNT_OF(all); i++)
            for (uint64_t fuse = 1; fuse <= 6; fuse += 5) {
                check_agreement(on, all[i], 0, fuse);
                check_agreement(on, all[i], 4294967290, fuse);
            }
        ohm_devices_close(on);
    }
    unlink(cells), unlink(lines), unlink(first), unlink(second);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(waves_have_their_shapes),
        cmocka_unit_test(waves_have_their_frequency),
        cmocka_unit_test(waves_keep_their_phase),
        cmocka_unit_test(waves_have_a_phase_and_a_start),
        cmocka_unit_test(a_wave_is_the_same_everywhere),
        cmocka_unit_test(cells_have_the_difference_of_their_lines),
        cmocka_unit_test(lines_are_of_rank_one_and_one),
        cmocka_unit_test(lines_are_uniform_and_independent),
        cmocka_unit_test(all_cells_are_written_in_turn),
        cmocka_unit_test(a_row_a_column_or_a_cell_is_written),
        cmocka_unit_test(writing_holds_and_starts),
        cmocka_unit_test(cells_of_a_list_are_written),
        cmocka_unit_test(pictures_are_scaled_over_the_crossbar),
        cmocka_unit_test(large_pictures_are_sampled),
        cmocka_unit_test(pictures_take_turns),
        cmocka_unit_test(pictures_are_noisy),
        cmocka_unit_test(normal_voltages_are_normal),
        cmocka_unit_test(voltages_come_from_a_file),
        cmocka_unit_test(reading_viewing_and_stepping_agree),
    };
    return cmocka_run_group_tests_name("stimuli", tests, open_native, close_native);
}
