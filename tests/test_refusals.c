// Models, spreads and stimuli that cannot be: each is refused with its status and one clear line, and nothing
// is left behind.
#include "sample.h"

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

enum { ROWS = 3, COLS = 4 };

static void check_refused(const char *model, const char *stimulus, ohm_status status, const char *part) {
    ohm_definition d = ohm_definition_default();
    ohm_crossbar *c;
    d.rows = ROWS;
    d.cols = COLS;
    if (model) d.model = model;
    d.stimulus = stimulus;
    refused(ohm_crossbar_create(native, &d, &c), status, part);
    assert_null(c);
    if (strchr(ohm_error_message(), '\n')) fail_msg("more than one line: \"%s\"", ohm_error_message());
}

static void bad_model(const char *model, const char *part) {
    check_refused(model, NULL, OHM_BAD_ARGUMENT, part);
}

static void bad_stimulus(const char *stimulus, const char *part) {
    check_refused(NULL, stimulus, OHM_BAD_ARGUMENT, part);
}

// ---- Parameters -----------------------------------------------------------------------------------

static void what_is_unknown_is_named(void **state) {
    (void)state;
    bad_model("memristor", "unknown model \"memristor\"; available: sin-state, ");
    bad_model("vteam:speed=1", "model vteam has no parameter \"speed\"; available: r_on, ");
    bad_model("yakopcic:window=none", "no parameter \"window\"");
    bad_model("sin-state:substeps=2", "no parameter \"substeps\"");
    bad_model("vteam:window=biolek", "model vteam: window=biolek is not one of none, exponential");
    bad_stimulus("waves",
                 "unknown stimulus \"waves\"; available: uniform, constant, normal, wave, lines, write,");
    bad_stimulus("wave:hold=2", "stimulus wave has no parameter \"hold\"");
    bad_stimulus("wave:shape=saw", "stimulus wave: shape=saw is not one of sine, triangle, square, pulse");
    bad_stimulus("write:scheme=quarter", "scheme=quarter is not one of half, third");
}

static void what_is_given_twice_is_named(void **state) {
    (void)state;
    bad_model("vteam:d=1e-9,v_on=-1,d=1e-9", "model vteam: d is given twice");
    bad_model("sin-state:noise=0.1,noise=0.1", "noise is given twice");
    bad_stimulus("wave:duty=0.1,duty=0.2", "stimulus wave: duty is given twice");
}

static void values_outside_their_range_are_named(void **state) {
    (void)state;
    bad_model("mmss:temperature=0", "model mmss: temperature=0 is outside [10, 2000]");
    bad_model("vteam:v_on=0.2", "v_on=0.2 is outside [-1000, -0.001]");
    bad_model("linear-step:noise=-0.1", "noise=-0.1 is outside [0, 10]");
    bad_model("mmss:substeps=0", "substeps=0 is outside [1, 1e+06]");
    bad_model("mmss:substeps=1.5", "substeps=1.5 is not a whole number: write substeps=NUMBER");
    bad_model("mmss:levels=1e6", "levels=1e+06 is outside [0, 65536]");
    bad_model("mmss:tau", "mmss: tau is not a finite number: write tau=NUMBER");
    bad_model("mmss:tau=inf", "tau=inf is not a finite number");
    bad_model("mmss:r_on=2000", "model mmss: r_on=2000 exceeds r_off=1500");
    bad_model("stanford-pku:g_min=1e-9,g_max=0.5e-9", "exceeds g_max");
    bad_stimulus("wave:duty=1.01", "stimulus wave: duty=1.01 is outside [0, 1]");
    bad_stimulus("wave:frequency=-1", "frequency=-1 is outside");
    bad_stimulus("write:hold=0", "hold=0 is outside [1, ");
    bad_stimulus("write:row=0.5", "row=0.5 is not a whole number");
    bad_stimulus("lines:lo=1,hi=0", "stimulus lines: lo=1 exceeds hi=0");
}

static void voltages_that_are_too_large_are_refused(void **state) {
    (void)state;
    bad_stimulus("constant:value=1001", "value=1001 is outside [-1000, 1000]");
    bad_stimulus("wave:amplitude=600,offset=-600",
                 "stimulus wave: its voltages reach 1200 V, more than 1000");
    bad_stimulus("lines:lo=-600,hi=600", "stimulus lines: its voltages reach 1200 V");
    bad_stimulus("normal:mean=500,sd=100", "stimulus normal: its voltages reach 1050 V");
    bad_stimulus("pattern:file=none.png,hi=900,noise=100", "stimulus pattern: its voltages reach 1450 V");
}

// ---- Spreads and faults ---------------------------------------------------------------------------

static void spreads_that_cannot_be_are_refused(void **state) {
    (void)state;
    bad_model("sin-state:r_on=1~gauss:0.1",
              "model sin-state: r_on~gauss:0.1: write ~normal:SIGMA, ~lognormal:");
    bad_model("sin-state:r_on=1~normal", "r_on~normal: write");
    bad_model("sin-state:r_on=1~normal:", "r_on~normal:: write");
    bad_model("sin-state:r_on=1~normal:-0.1", "r_on~normal:-0.1: write");
    bad_model("sin-state:r_on=1~normal:nan", "r_on~normal:nan: write");
    bad_model("sin-state:r_on=1~none:1", "r_on~none:1: write");
    bad_model("sin-state:r_on=~normal:1", "is not a finite number");
    bad_model("sin-state:levels=4~normal:1", "model sin-state: levels cannot have a device-to-device spread");
    bad_model("sin-state:stuck_low=0.1~normal:1", "stuck_low cannot have a device-to-device spread");
    bad_model("mmss:substeps=2~uniform:1", "substeps cannot have a device-to-device spread");
    bad_stimulus("uniform:lo=0~normal:1", "stimulus uniform: lo cannot have a device-to-device spread");
    bad_model("linear-step:up_down=0~lognormal:0.1",
              "model linear-step: up_down=0 cannot have a lognormal spread");
}

// Less than a hundredth of the distribution is left.
static void spreads_that_cannot_be_cut_are_refused(void **state) {
    (void)state;
    bad_model("linear-ion-drift:p=1~normal:1e4",
              "p~normal:10000 cannot be truncated to [0.1, 20]: less than 1 %");
    bad_model("linear-ion-drift:p=0.1~uniform:1e4", "p~uniform:10000 cannot be truncated to [0.1, 20]");
}

// Steps are divided by the bounds, of exp-step alone they are not; and a sign that would be lost is meant.
static void pulses_that_cannot_be_are_refused(void **state) {
    (void)state;
    bad_model("soft-bounds:w_min=0", "model soft-bounds: w_min=0 is outside [-100, -0.001]");
    assert_non_null(strstr(ohm_error_hint(), "steps are divided by it"));
    bad_model("linear-step:w_max=0", "model linear-step: w_max=0 is outside [0.001, 100]");
    bad_model("exp-step:w_min=0.1", "model exp-step: w_min=0.1 is outside [-100, 0]");
    bad_model("linear-step:gamma_down=-0.5", "with gamma_down=-0.5 steps grow towards the bound");
    assert_non_null(strstr(ohm_error_hint(), "growing=yes"));
    bad_model("linear-step:growing=maybe", "growing=maybe is not one of no, yes");
}

static void too_many_spreads_are_refused(void **state) {
    (void)state;
    bad_model("yakopcic:a1=0.17~normal:0.01,a2=0.17~normal:0.01,b=0.05~normal:0.001,a_p=4000~normal:1,"
              "a_n=4000~normal:1,x_p=0.3~normal:0.01,x_n=0.5~normal:0.01,alpha_p=1~normal:0.1,"
              "alpha_n=5~normal:0.1,eta=1~normal:0.1,v_p=0.16~normal:0.01,v_n=0.15~normal:0.01,"
              "v_read=0.1~normal:0.01,x_min=0.01~normal:0.001,noise=0.1~normal:0.01,r_open=1e9~normal:1e7,"
              "drift_nu=0.1~normal:0.01",
              "model yakopcic: 17 parameters have a spread, more than 16");
}

static void faults_and_levels_that_cannot_be_are_refused(void **state) {
    (void)state;
    bad_model("sin-state:stuck_open=1.5", "stuck_open=1.5 is outside [0, 1]");
    bad_model("sin-state:levels=1",
              "model sin-state: levels=1: use 2 or more, or 0 for continuous conductance");
    bad_model("sin-state:levels=-2", "levels=-2 is outside");
    bad_model("sin-state:noise_add=2", "noise_add=2 is outside [0, 1]");
    bad_model("sin-state:read_noise=-1", "read_noise=-1 is outside [0, 1]");
    bad_model("sin-state:drift_offset=0.5", "drift_offset=0.5 is not a whole number");
}

static void idle_times_that_cannot_be_are_refused(void **state) {
    (void)state;
    ohm_definition d = ohm_definition_default();
    ohm_crossbar *c = create(native, &d);
    refused(ohm_crossbar_idle(c, -1), OHM_BAD_ARGUMENT, "an idle time of -1 s is outside [0, 1e15]");
    refused(ohm_crossbar_idle(c, NAN), OHM_BAD_ARGUMENT, "is outside [0, 1e15]");
    REQUIRE(ohm_crossbar_idle(c, 1e15));
    refused(ohm_crossbar_idle(c, 1e15), OHM_BAD_ARGUMENT, "an idle time of 2e+15 s");
    assert_true(ohm_crossbar_idle_time(c) == 1e15);
    ohm_crossbar_destroy(c);
}

// ---- Files ----------------------------------------------------------------------------------------

// A stimulus that names a file.
static void bad_file(const char *prefix, const char *path, ohm_status status, const char *part) {
    char stimulus[128];
    snprintf(stimulus, sizeof stimulus, "%s%s", prefix, path);
    check_refused(NULL, stimulus, status, part);
    if (!strstr(ohm_error_message(), path)) fail_msg("\"%s\" does not name the file", ohm_error_message());
}

static void a_file_has_to_be_given_and_there(void **state) {
    (void)state;
    bad_stimulus("pattern", "stimulus pattern: give file=FILE");
    bad_stimulus("pattern:lo=0", "stimulus pattern: give file=FILE");
    bad_stimulus("pattern:file=", "stimulus pattern: give file=FILE");
    bad_stimulus("pattern:file=+", "stimulus pattern: give file=FILE");
    bad_stimulus("pattern:file", "stimulus pattern: write file=FILE");
    bad_stimulus("file", "stimulus file: give path=FILE");
    bad_stimulus("file:start=3", "stimulus file: give path=FILE");
    static const char *const prefix[] = {"pattern:file=", "file:path=", "write:cells="};
    for (int i = 0; i < 3; i++) bad_file(prefix[i], "/nowhere/at.all", OHM_IO_FAILED, "No such file");
    for (int i = 0; i < 3; i++) bad_file(prefix[i], "/", OHM_IO_FAILED, "Is a directory");
}

static void write_bytes(char path[MAX_PATH], const void *bytes, size_t count) {
    temporary_path(path);
    FILE *f = fopen(path, "wb");
    assert_non_null(f);
    assert_int_equal(fwrite(bytes, 1, count, f), count);
    fclose(f);
}

static void bad_cells(const char *text, const char *part) {
    char path[MAX_PATH];
    write_bytes(path, text, strlen(text));
    bad_file("write:cells=", path, OHM_BAD_FILE, part);
    unlink(path);
}

static void bad_lists_of_cells_are_refused_by_line(void **state) {
    (void)state;
    bad_cells("0,0\n1;2\n", ", line 2: expected ROW,COL");
    bad_cells("# a comment\n\n0,1\n1\n", ", line 4: expected ROW,COL");
    bad_cells("1,2,3\n", ", line 1: expected ROW,COL");
    bad_cells("1,x\n", ", line 1: expected ROW,COL");
    bad_cells("1.5,2\n", ", line 1: expected ROW,COL");
    bad_cells("-1,2\n", ", line 1: ");
    bad_cells("0,0\n3,0\n", ", line 2: there is no cell in row 3, column 0");
    bad_cells("0,4\n", ", line 1: there is no cell in row 0, column 4");
    bad_cells("99999999999999999999999,0\n", ", line 1: ");
    char text[600]; // a comment longer than most
    memset(text, '#', 500);
    strcpy(text + 500, "\n0,9\n");
    bad_cells(text, ", line 2: there is no cell in row 0, column 9");
    bad_cells("", " has no cells");
    bad_cells("# none\n", " has no cells");
    bad_stimulus("write:row=3", "stimulus write: there is no cell in row 3, column -1 of 3 x 4");
    bad_stimulus("write:row=0,col=4", "there is no cell in row 0, column 4 of 3 x 4");
}

static void bad_pictures_are_refused(void **state) {
    (void)state;
    enum { SIDE = 200 };
    static uint8_t grey[SIDE * SIDE], file[2 * SIDE * SIDE];
    char path[MAX_PATH];
    png_alloc_size_t size = sizeof file;
    png_image image = {
        .version = PNG_IMAGE_VERSION, .width = SIDE, .height = SIDE, .format = PNG_FORMAT_GRAY};
    for (int i = 0; i < SIDE * SIDE; i++) grey[i] = (uint8_t)(i * 7919 >> 4);
    assert_true(png_image_write_to_memory(&image, file, &size, 0, grey, 0, NULL));
    write_bytes(path, "this is no picture", 18);
    bad_file("pattern:file=", path, OHM_BAD_FILE, " is not a PNG: ");
    unlink(path);
    write_bytes(path, "", 0);
    bad_file("pattern:file=", path, OHM_BAD_FILE, " is not a PNG: ");
    unlink(path);
    write_bytes(path, file, size / 2);
    bad_file("pattern:file=", path, OHM_BAD_FILE, " is damaged: ");
    unlink(path);
    write_bytes(path, file, 20); // within the header
    bad_file("pattern:file=", path, OHM_BAD_FILE, " is not a PNG: ");
    unlink(path);
    file[size / 2] ^= 0xFF;
    write_bytes(path, file, size);
    bad_file("pattern:file=", path, OHM_BAD_FILE, " is damaged: ");
    unlink(path);
}

// ---- Voltages -------------------------------------------------------------------------------------

static void add_floats(hid_t file, const char *name, int rank, const hsize_t *side, const float *value) {
    const hid_t space = H5Screate_simple(rank, side, NULL);
    const hid_t set = H5Dcreate2(file, name, H5T_IEEE_F32LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    assert_true(H5Dwrite(set, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, value) >= 0);
    H5Dclose(set);
    H5Sclose(space);
}

static hid_t new_file(char path[MAX_PATH]) {
    temporary_path(path);
    return H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
}

static void end_file(hid_t file, char path[MAX_PATH], const char *part) {
    H5Fclose(file);
    bad_file("file:path=", path, OHM_BAD_FILE, part);
    unlink(path);
}

static const float zeros[1000];

static void bad_shape(int rank, hsize_t a, hsize_t b, hsize_t c, const char *part) {
    const hsize_t side[] = {a, b, c};
    char path[MAX_PATH];
    const hid_t file = new_file(path);
    add_floats(file, "voltage", rank, side, zeros);
    end_file(file, path, part);
}

static void voltages_of_a_wrong_shape_are_refused(void **state) {
    (void)state;
    bad_shape(2, ROWS, COLS, 0, ": voltage is not a numeric array of [steps, rows, cols]");
    bad_shape(3, 2, ROWS + 1, COLS, ": voltage has 4 rows, but the crossbar has 3");
    bad_shape(3, 2, ROWS, COLS - 1, ": voltage has 3 columns, but the crossbar has 4");
    bad_shape(3, 0, ROWS, COLS, ": voltage is not a numeric array of [steps, rows, cols]");
}

static void bad_lines(hsize_t row_steps, hsize_t rows, hsize_t col_steps, hsize_t cols, const char *part) {
    const hsize_t of_rows[] = {row_steps, rows}, of_cols[] = {col_steps, cols};
    char path[MAX_PATH];
    const hid_t file = new_file(path);
    if (rows) add_floats(file, "row_voltage", 2, of_rows, zeros);
    if (cols) add_floats(file, "col_voltage", 2, of_cols, zeros);
    end_file(file, path, part);
}

static void lines_of_a_wrong_shape_are_refused(void **state) {
    (void)state;
    bad_lines(2, ROWS, 3, COLS, ": row_voltage and col_voltage differ in their numbers of steps");
    bad_lines(2, ROWS + 1, 2, COLS, ": row_voltage has 4 rows, but the crossbar has 3");
    bad_lines(2, ROWS, 2, COLS + 1, ": col_voltage has 5 columns, but the crossbar has 4");
    bad_lines(2, ROWS, 0, 0, " has neither voltage nor both row_voltage and col_voltage");
    bad_lines(0, 0, 0, 0, " has neither voltage nor both row_voltage and col_voltage");
}

static void bad_value(size_t at, float value, const char *part) {
    static const hsize_t side[] = {2, ROWS, COLS};
    float all[2 * ROWS * COLS] = {0};
    char path[MAX_PATH];
    all[at] = value;
    const hid_t file = new_file(path);
    add_floats(file, "voltage", 3, side, all);
    end_file(file, path, part);
}

static void bad_voltages_are_refused_by_index(void **state) {
    (void)state;
    bad_value(0, NAN, ": voltage[0, 0, 0] is nan, not a voltage within 1000 V");
    bad_value(ROWS * COLS + COLS + 2, INFINITY, ": voltage[1, 1, 2] is inf, not a voltage");
    bad_value(ROWS * COLS - 1, 2000, ": voltage[0, 2, 3] is 2000, not a voltage within 1000 V");
    bad_value(1, -1000.5f, ": voltage[0, 0, 1] is -1000.5, not a voltage");
}

static void bad_line_voltage(const char *part, float row, float col) {
    static const hsize_t of_rows[] = {2, ROWS}, of_cols[] = {2, COLS};
    float rows[2 * ROWS] = {0}, cols[2 * COLS] = {0};
    char path[MAX_PATH];
    rows[ROWS + 1] = row;
    cols[3] = col;
    const hid_t file = new_file(path);
    add_floats(file, "row_voltage", 2, of_rows, rows);
    add_floats(file, "col_voltage", 2, of_cols, cols);
    end_file(file, path, part);
}

static void bad_voltages_of_lines_are_refused_by_index(void **state) {
    (void)state;
    bad_line_voltage(": row_voltage[1, 1] is nan, not a voltage", NAN, 0);
    bad_line_voltage(": col_voltage[0, 3] is 2000, not a voltage", 0, 2000);
    bad_line_voltage(": row and column voltages differ by up to 1500 V, more than 1000", 900, -600);
}

static void what_is_no_file_of_voltages_is_refused(void **state) {
    (void)state;
    char path[MAX_PATH];
    write_bytes(path, "this is no HDF5", 15);
    bad_file("file:path=", path, OHM_BAD_FILE, ": ");
    unlink(path);
    static const hsize_t side[] = {1, ROWS, COLS};
    const hid_t file = new_file(path), space = H5Screate_simple(3, side, NULL), text = H5Tcopy(H5T_C_S1);
    H5Dclose(H5Dcreate2(file, "voltage", text, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
    H5Tclose(text);
    H5Sclose(space);
    end_file(file, path, ": voltage is not a numeric array of [steps, rows, cols]");
}

// ---- Changing -------------------------------------------------------------------------------------

// A change that is refused leaves what was: definition, digests, voltages.
static void a_refused_change_changes_nothing(void **state) {
    (void)state;
    static const char *const model[] = {"linear-step:noise=-1", "linear-step:r_on=1e4~normal:-1", NULL, NULL,
                                        "linear-step:w_max=0.5"};
    static const char *const stimulus[] = {NULL, NULL, "file:path=/nowhere/at.all", "wave:amplitude=2000",
                                           NULL};
    ohm_definition d = ohm_definition_default();
    uint64_t before[2], after[2];
    d.model = "linear-step";
    ohm_crossbar *c = create(native, &d);
    REQUIRE(ohm_crossbar_advance(c, 3));
    char *was = strdup(ohm_crossbar_definition(c)->model);
    float *voltage = voltages_at(c, 3);
    for (size_t i = 0; i < COUNT_OF(model); i++) {
        scene_digests(c, before);
        assert_true(ohm_crossbar_change(c, model[i], stimulus[i]) != OHM_OK);
        scene_digests(c, after);
        assert_memory_equal(before, after, sizeof before);
        assert_string_equal(ohm_crossbar_definition(c)->model, was);
        float *now = voltages_at(c, 3);
        assert_memory_equal(now, voltage, 25 * sizeof *now);
        free(now);
    }
    free(was);
    free(voltage);
    ohm_crossbar_destroy(c);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_unknown_is_named),
        cmocka_unit_test(what_is_given_twice_is_named),
        cmocka_unit_test(values_outside_their_range_are_named),
        cmocka_unit_test(voltages_that_are_too_large_are_refused),
        cmocka_unit_test(spreads_that_cannot_be_are_refused),
        cmocka_unit_test(spreads_that_cannot_be_cut_are_refused),
        cmocka_unit_test(too_many_spreads_are_refused),
        cmocka_unit_test(faults_and_levels_that_cannot_be_are_refused),
        cmocka_unit_test(pulses_that_cannot_be_are_refused),
        cmocka_unit_test(idle_times_that_cannot_be_are_refused),
        cmocka_unit_test(a_file_has_to_be_given_and_there),
        cmocka_unit_test(bad_lists_of_cells_are_refused_by_line),
        cmocka_unit_test(bad_pictures_are_refused),
        cmocka_unit_test(voltages_of_a_wrong_shape_are_refused),
        cmocka_unit_test(lines_of_a_wrong_shape_are_refused),
        cmocka_unit_test(bad_voltages_are_refused_by_index),
        cmocka_unit_test(bad_voltages_of_lines_are_refused_by_index),
        cmocka_unit_test(what_is_no_file_of_voltages_is_refused),
        cmocka_unit_test(a_refused_change_changes_nothing),
    };
    return cmocka_run_group_tests_name("refusals", tests, open_native, close_native);
}
