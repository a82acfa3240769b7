// Crossbars whose lines have resistances, by the library: steps against readouts and sums over devices, what
// is known of the last step, and what is refused.
#include "sample.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

enum { ROWS = 70, COLS = 45 };

static ohm_definition definition(const char *model, const char *wires) {
    ohm_definition d = ohm_definition_default();
    d.rows = ROWS;
    d.cols = COLS;
    d.model = model;
    d.stimulus = "lines";
    d.wires = wires;
    return d;
}

static ohm_crossbar *made(const char *model, const char *wires) {
    const ohm_definition d = definition(model, wires);
    return create(native, &d);
}

static void assert_refused(ohm_status status, const char *part) {
    assert_int_equal(status, OHM_BAD_ARGUMENT);
    if (!strstr(ohm_error_message(), part)) fail_msg("\"%s\" is not in: %s", part, ohm_error_message());
}

static void currents_leave_where_they_are_said_to(void **state) {
    (void)state;
    ohm_crossbar *c = made("vteam:r_on=1000,r_off=20000", "row=2,col=3,tol=1e-9");
    double rows[ROWS], into[ROWS], cols[COLS], out[COLS], sum = 0;
    REQUIRE(ohm_crossbar_advance(c, 4));
    ohm_crossbar *before = made("vteam:r_on=1000,r_off=20000", "row=2,col=3,tol=1e-9");
    REQUIRE(ohm_crossbar_advance(before, 3));
    REQUIRE(ohm_crossbar_read_terminals(c, rows, into, cols, out));
    float *g = quantity_of(before, OHM_CONDUCTANCE), *v = quantity_of(c, OHM_VOLTAGE);
    double most = 0;
    for (int j = 0; j < COLS; j++) most = fmax(most, fabs(out[j]));
    for (int j = 0; j < COLS; j++) {
        double through = 0;
        for (int i = 0; i < ROWS; i++) through += (double)g[i * COLS + j] * (double)v[i * COLS + j];
        assert_float_equal(through, out[j], 1e-6 * most);
        sum += out[j];
    }
    for (int i = 0; i < ROWS; i++) sum += into[i];
    assert_float_equal(sum, 0, 1e-7 * most);
    free(g);
    free(v);
    ohm_crossbar_destroy(before);
    ohm_crossbar_destroy(c);
}

// A readout of the last step's voltages through the same wires finds the same currents, where columns are at
// 0 V.
static void a_step_is_a_readout(void **state) {
    (void)state;
    static const char *const models[] = {"sin-state:r_on=500,r_off=9000", "yakopcic:b=3"};
    for (size_t m = 0; m < COUNT_OF(models); m++) {
        ohm_definition d = definition(models[m], "row=2,col=3,source=5,tol=1e-10");
        d.stimulus = "wave:amplitude=0.4,phase=1";
        ohm_crossbar *c = create(native, &d), *before = create(native, &d);
        ohm_readout how = ohm_readout_default();
        double rows[ROWS], out[COLS];
        float in[ROWS], read[COLS];
        how.exact = true;
        REQUIRE(ohm_crossbar_advance(before, 2)); // through whose own wires it is read
        REQUIRE(ohm_crossbar_advance(c, 3));
        REQUIRE(ohm_crossbar_read_terminals(c, rows, NULL, NULL, out));
        for (int i = 0; i < ROWS; i++) in[i] = (float)rows[i];
        REQUIRE(ohm_crossbar_readout(before, &how, 1, in, read));
        for (int j = 0; j < COLS; j++) assert_float_equal((double)read[j], out[j], 2e-6 * fabs(out[j]));
        ohm_crossbar_destroy(before);
        ohm_crossbar_destroy(c);
    }
}

static void ideal_lines_have_terminals_too(void **state) {
    (void)state;
    ohm_crossbar *c = made("sin-state", "none");
    double rows[ROWS], into[ROWS], cols[COLS], out[COLS];
    float *v, *i;
    assert_refused(ohm_crossbar_read_terminals(c, rows, into, cols, out), "no step has been taken");
    REQUIRE(ohm_crossbar_advance(c, 2));
    REQUIRE(ohm_crossbar_read_terminals(c, rows, into, cols, out));
    v = quantity_of(c, OHM_VOLTAGE);
    i = quantity_of(c, OHM_CURRENT);
    double most = 0;
    for (int j = 0; j < COLS; j++) most = fmax(most, fabs(out[j]));
    for (int k = 0; k < ROWS * COLS; k++)
        assert_float_equal((double)v[k], rows[k / COLS] - cols[k % COLS], 1e-6);
    for (int j = 0; j < COLS; j++) {
        double sum = 0;
        for (int k = 0; k < ROWS; k++) sum += (double)i[k * COLS + j];
        assert_float_equal(out[j], sum, 1e-5 * most);
    }
    for (int k = 0; k < ROWS; k++) {
        double sum = 0;
        for (int j = 0; j < COLS; j++) sum += (double)i[k * COLS + j];
        assert_float_equal(into[k], -sum, 1e-5 * most);
    }
    free(v);
    free(i);
    ohm_crossbar_destroy(c);
}

static void one_device_tells_its_lines(void **state) {
    (void)state;
    ohm_crossbar *c = made("yakopcic", "row=2,col=3");
    float value[OHM_QUANTITIES];
    REQUIRE(ohm_crossbar_probe(c, 5, 6, value));
    assert_true(isnan(value[OHM_VOLTAGE]) && isnan(value[OHM_CURRENT]) && isnan(value[OHM_WORD_LINE]));
    REQUIRE(ohm_crossbar_advance(c, 2));
    for (ohm_quantity q = 0; q < OHM_QUANTITIES; q++) {
        if (q == OHM_FLUX) continue;
        float *all = quantity_of(c, q);
        for (int k = 0; k < ROWS * COLS; k += 97) {
            REQUIRE(ohm_crossbar_probe(c, (uint64_t)k / COLS, (uint64_t)k % COLS, value));
            assert_memory_equal(&value[q], &all[k], sizeof value[q]);
        }
        free(all);
    }
    REQUIRE(ohm_crossbar_probe(c, 5, 6, value));
    assert_float_equal(value[OHM_WORD_LINE] - value[OHM_BIT_LINE], value[OHM_VOLTAGE], 1e-6);
    ohm_crossbar_destroy(c);
}

static void own_voltages_are_those_of_lines(void **state) {
    (void)state;
    ohm_crossbar *c = made("sin-state:r_on=500,r_off=9000", "row=2,col=3");
    float rows[2 * ROWS], cols[2 * COLS], *cells = calloc(ROWS * COLS, sizeof *cells);
    double seen[ROWS];
    uint64_t digest, again;
    for (int i = 0; i < 2 * ROWS; i++) rows[i] = (float)(0.01 * (i % 7));
    for (int j = 0; j < 2 * COLS; j++) cols[j] = (float)(-0.01 * (j % 5));
    assert_refused(ohm_crossbar_apply(c, 1, cells),
                   "an array of voltages gives every device a voltage of its own");
    REQUIRE(ohm_crossbar_apply_lines(c, 2, rows, cols));
    REQUIRE(ohm_crossbar_read_terminals(c, seen, NULL, NULL, NULL));
    for (int i = 0; i < ROWS; i++) assert_float_equal(seen[i], (double)rows[ROWS + i], 0);
    REQUIRE(ohm_crossbar_advance(c, 1)); // with its stimulus again
    REQUIRE(ohm_crossbar_digest(c, &digest));
    ohm_crossbar_destroy(c);

    c = made("sin-state:r_on=500,r_off=9000", "row=2,col=3");
    REQUIRE(ohm_crossbar_hold_lines(c, 1, rows, cols));
    REQUIRE(ohm_crossbar_hold_lines(c, 1, rows + ROWS, cols + COLS));
    REQUIRE(ohm_crossbar_advance(c, 1));
    REQUIRE(ohm_crossbar_digest(c, &again));
    assert_true(digest == again);
    ohm_crossbar_destroy(c);
    free(cells);
}

// Where all lines have one voltage, what flows is rounding, and it need not balance; nor do a thousand lines
// to a coarse tolerance.
static void hardly_any_current_is_none_from_nowhere(void **state) {
    (void)state;
    static const char *const wires[] = {"row=2,col=3", "row=1e-6,col=1e-6,tol=1e-9", "row=1e4,col=0,sense=3",
                                        "row=2,col=3,drive=both,ground=both,tol=0.01", "row=2,float=c0-44"};
    for (size_t w = 0; w < COUNT_OF(wires); w++) {
        ohm_crossbar *c = made("soft-bounds", wires[w]);
        float rows[ROWS], cols[COLS];
        for (int i = 0; i < ROWS; i++) rows[i] = 0.7f;
        for (int j = 0; j < COLS; j++) cols[j] = 0.7f;
        REQUIRE(ohm_crossbar_hold_lines(c, 2, rows, cols));
        rows[3] = 0.70001f;
        REQUIRE(ohm_crossbar_hold_lines(c, 2, rows, cols));
        REQUIRE(ohm_crossbar_advance(c, 3));
        ohm_crossbar_destroy(c);
    }
    ohm_definition d = definition("soft-bounds", "row=5,col=5,tol=0.01");
    d.rows = d.cols = 500;
    ohm_crossbar *c = create(native, &d);
    REQUIRE(ohm_crossbar_advance(c, 3));
    ohm_crossbar_destroy(c);
}

static void wires_come_and_go(void **state) {
    (void)state;
    ohm_crossbar *c = made("sin-state:r_on=500,r_off=9000", NULL);
    ohm_wires_report report;
    float value[OHM_QUANTITIES];
    uint64_t digest, again;
    REQUIRE(ohm_crossbar_advance(c, 2));
    REQUIRE(ohm_crossbar_set_wires(c, "row=2,col=3"));
    assert_non_null(strstr(ohm_crossbar_definition(c)->wires, "row=2,col=3"));
    assert_refused(ohm_crossbar_set_wires(c, "row=2,cool=3"), "has no parameter \"cool\"");
    assert_refused(ohm_crossbar_change(c, NULL, "uniform"),
                   "uniform gives every device a voltage of its own");
    REQUIRE(ohm_crossbar_probe(c, 0, 0, value));
    assert_true(isnan(value[OHM_VOLTAGE])); // of the last step, before there were wires
    REQUIRE(ohm_crossbar_advance(c, 2));
    ohm_crossbar_wires_report(c, &report);
    assert_int_equal(report.solutions, 2);
    REQUIRE(ohm_crossbar_set_wires(c, NULL));
    REQUIRE(ohm_crossbar_change(c, NULL, "uniform"));
    REQUIRE(ohm_crossbar_advance(c, 2));

    REQUIRE(ohm_crossbar_restart(c, 7));
    REQUIRE(ohm_crossbar_change(c, NULL, "lines"));
    REQUIRE(ohm_crossbar_set_wires(c, "row=2,col=3"));
    REQUIRE(ohm_crossbar_advance(c, 3));
    REQUIRE(ohm_crossbar_digest(c, &digest));
    REQUIRE(ohm_crossbar_restart(c, 7)); // nothing of the last run stays
    REQUIRE(ohm_crossbar_advance(c, 1));
    REQUIRE(ohm_crossbar_advance(c, 2));
    REQUIRE(ohm_crossbar_digest(c, &again));
    assert_true(digest == again);
    ohm_crossbar_destroy(c);
}

static void texts_of_wires_are_read(void **state) {
    (void)state;
    ohm_wires *w;
    REQUIRE(ohm_wires_read("row=2,sense=7,ground=both,float=r1+c0-2", 3, 4, &w));
    assert_float_equal(w->row, 2, 0);
    assert_float_equal(w->col, 1, 0);
    assert_float_equal(w->sense, 7, 0);
    assert_true(w->ground_both && !w->drive_both);
    assert_true(!w->float_row[0] && w->float_row[1] && w->float_col[0] && w->float_col[2] &&
                !w->float_col[3]);
    ohm_wires_free(w);
    REQUIRE(ohm_wires_read("none", 3, 4, &w));
    assert_true(w->row == 0 && w->col == 0 && w->source == 0 && w->sense == 0 && !w->float_row);
    ohm_wires_free(w);
    assert_refused(ohm_wires_read("float=c4", 3, 4, &w), "has 4 columns, from 0");
    assert_null(w);
    ohm_wires_free(NULL);
}

static void notes_are_kept(void **state) {
    (void)state;
    char path[] = "/tmp/ohmscape-note-XXXXXX", long_note[OHM_MAX_SPEC_TEXT + 1];
    ohm_crossbar *c = made("sin-state", NULL), *loaded;
    assert_string_equal(ohm_crossbar_note(c), "");
    memset(long_note, 'x', OHM_MAX_SPEC_TEXT);
    long_note[OHM_MAX_SPEC_TEXT] = '\0';
    assert_refused(ohm_crossbar_set_note(c, long_note), "a note of 4096 characters");
    REQUIRE(ohm_crossbar_set_note(c, "a mapping"));
    const int file = mkstemp(path);
    assert_true(file >= 0);
    REQUIRE(ohm_crossbar_save(c, path));
    REQUIRE(ohm_crossbar_load(native, path, NULL, &loaded));
    assert_string_equal(ohm_crossbar_note(loaded), "a mapping");
    ohm_crossbar_destroy(loaded);
    ohm_crossbar_destroy(c);
    unlink(path);
    close(file);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(currents_leave_where_they_are_said_to),
        cmocka_unit_test(a_step_is_a_readout),
        cmocka_unit_test(ideal_lines_have_terminals_too),
        cmocka_unit_test(one_device_tells_its_lines),
        cmocka_unit_test(own_voltages_are_those_of_lines),
        cmocka_unit_test(hardly_any_current_is_none_from_nowhere),
        cmocka_unit_test(wires_come_and_go),
        cmocka_unit_test(texts_of_wires_are_read),
        cmocka_unit_test(notes_are_kept),
    };
    return cmocka_run_group_tests(tests, open_native, close_native);
}
