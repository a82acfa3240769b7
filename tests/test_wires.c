// Crossbars with resistive lines: nodes and currents against a direct solution in long double, the laws they
// keep, and how many sweeps they take. Sweeps are counted, not timed.
#include "direct.h"
#include "sample.h"

#include "../host/wires/wires.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

// What is asked of a solution here, and what it may differ by: the estimate is of the largest voltage and the
// largest current.
static const double TOLERANCE = 1e-9, ALLOWED = 2e-9;

static uint64_t seed;

static double uniform(void) { // xorshift64
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (double)(seed >> 11) / 9007199254740992.0;
}

typedef enum kind { RANDOM, BINARY, OPEN, CHEQUERED, EQUAL, KINDS } kind;
static const char *const kind_names[] = {"random", "binary", "some open", "chequered", "equal"};

static float conductance(kind k, size_t i, size_t j, double on, double off) {
    const double x = uniform(), between = off + (on - off) * x;
    switch (k) {
    case BINARY: return (float)(x < 0.5 ? on : off);
    case OPEN: return x < 0.2 ? 0 : (float)between;
    case CHEQUERED: return (float)((i + j) % 2 ? on : off);
    case EQUAL: return (float)on;
    default: return (float)between;
    }
}

static float *conductances(size_t rows, size_t cols, kind k, double r_on) {
    float *g = malloc(rows * cols * sizeof *g);
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < cols; j++) g[i * cols + j] = conductance(k, i, j, 1 / r_on, 0.1 / r_on);
    return g;
}

static double *voltages(size_t n, double from) {
    double *v = malloc(n * sizeof *v);
    for (size_t k = 0; k < n; k++) v[k] = from + uniform();
    return v;
}

static wires *solver(const circuit *c) {
    wires *w;
    REQUIRE(wires_create(&c->d, &w));
    REQUIRE(wires_conductances(w, c->g, c->d.cols));
    REQUIRE(wires_voltages(w, c->row_volts, c->col_volts));
    wires_add_currents(w, c->added, c->d.cols);
    return w;
}

static wires_report solve(wires *w) {
    wires_report r;
    REQUIRE(wires_solve(w, TOLERANCE, 400, false, &r));
    assert_true(r.converged);
    return r;
}

// A solution as the direct one has it.
static direct read_all(wires *w, const wires_definition *d) {
    const size_t cells = d->rows * d->cols;
    direct x = {calloc(cells, 8),   calloc(cells, 8),   calloc(d->rows, 8),
                calloc(d->rows, 8), calloc(d->cols, 8), calloc(d->cols, 8)};
    wires_nodes(w, 0, d->rows, x.u, x.v, NULL);
    wires_currents(w, &(wires_ends){x.left, x.right, x.top, x.bottom});
    return x;
}

static double largest(const double *x, size_t n) {
    double most = 0;
    for (size_t k = 0; k < n; k++) most = fmax(most, fabs(x[k]));
    return most;
}

static void assert_all_near(const double *found, const double *right, size_t n, double most,
                            const char *what) {
    for (size_t k = 0; k < n; k++) assert_near(found[k], right[k], ALLOWED * most, what);
}

// ---- Against the direct solution --------------------------------------------------------------

static void check(const circuit *c, const char *name) {
    const size_t rows = c->d.rows, cols = c->d.cols, cells = rows * cols;
    char what[160];
    snprintf(what, sizeof what, "%s, %zu x %zu, row=%g col=%g source=%g sense=%g", name, rows, cols, c->d.row,
             c->d.col, c->d.source, c->d.sense);
    wires *w = solver(c);
    solve(w);
    direct found = read_all(w, &c->d), right = direct_solve(c);
    const double volts = fmax(largest(right.u, cells), largest(right.v, cells));
    const double into = fmax(largest(right.left, rows), largest(right.right, rows));
    const double out = fmax(largest(right.top, cols), largest(right.bottom, cols));
    assert_all_near(found.u, right.u, cells, volts, what);
    assert_all_near(found.v, right.v, cells, volts, what);
    assert_all_near(found.left, right.left, rows, fmax(into, out), what);
    assert_all_near(found.right, right.right, rows, fmax(into, out), what);
    assert_all_near(found.top, right.top, cols, fmax(out, 1e-3 * into), what);
    assert_all_near(found.bottom, right.bottom, cols, fmax(out, 1e-3 * into), what);
    direct_free(&found);
    direct_free(&right);
    wires_destroy(w);
}

// Resistances of a segment of a row and of a column, of the sources and of the sense amplifiers.
static const double resistances[][4] = {{1, 1, 0, 0},  {0.5, 2, 3, 7}, {10, 10, 0, 0},     {0, 1, 0, 0},
                                        {1, 0, 0, 0},  {0, 0, 0, 0},   {0, 0, 5, 9},       {0, 0, 1e4, 5e3},
                                        {0, 1, 10, 0}, {1, 0, 0, 10},  {1e-4, 1e-5, 0, 0}, {100, 0.01, 0, 1}};
enum { RESISTANCES = sizeof resistances / sizeof resistances[0] };

// A few lines float, but never the first.
static bool *some_lines(size_t n) {
    bool *floating = calloc(n, sizeof *floating);
    for (size_t k = 1; k < n; k++) floating[k] = uniform() < 0.3;
    return floating;
}

// Circuit k of a shape: all options in turn.
static void check_circuit(size_t rows, size_t cols, size_t k) {
    const double *r = resistances[k % RESISTANCES], r_on = (double[]){1e3, 1e4, 1e2, 1e5}[(k / 3 + rows) % 4];
    bool *float_row = some_lines(rows), *float_col = some_lines(cols);
    double *row_volts = voltages(rows, -0.3), *col_volts = voltages(cols, -0.5);
    float *g = conductances(rows, cols, k % KINDS, r_on),
          *added = conductances(rows, cols, RANDOM, 100 * r_on);
    const circuit c = {{rows, cols, r[0], r[1], r[2], r[3], k % 3 == 1, k % 5 == 2,
                        k % 4 == 1 ? float_row : NULL, k % 4 == 1 ? float_col : NULL},
                       g,
                       k % 7 == 3 ? added : NULL,
                       k % 6 == 4 ? NULL : row_volts,
                       k % 6 == 4 || k % 6 == 5 ? col_volts : NULL};
    check(&c, kind_names[k % KINDS]);
    free(float_row);
    free(float_col);
    free(row_volts);
    free(col_volts);
    free(g);
    free(added);
}

static void test_direct(void **state) {
    (void)state;
    static const size_t shapes[][2] = {{1, 1}, {1, 7}, {9, 1}, {3, 5}, {7, 64}, {64, 7}, {17, 33}, {65, 20}};
    seed = 1;
    for (size_t s = 0; s < sizeof shapes / sizeof shapes[0]; s++)
        for (size_t k = 0; k < 2 * RESISTANCES; k++) check_circuit(shapes[s][0], shapes[s][1], k);
    for (size_t k = 0; k < RESISTANCES; k += 5) check_circuit(65, 65, k);
    check_circuit(130, 63, 1);
    check_circuit(40, 200, 8);
}

// 100 Ω everywhere on segments of 10 Ω, seen from one corner, and a crossbar of which only one row is driven
// and one column sensed: current finds its way through all others.
static void test_hard(void **state) {
    (void)state;
    seed = 2;
    const size_t rows = 70, cols = 40;
    float *g = conductances(rows, cols, EQUAL, 100);
    double *volts = voltages(rows, 0);
    circuit c = {{.rows = rows, .cols = cols, .row = 10, .col = 10}, g, NULL, volts, NULL};
    check(&c, "100 Ohm");
    bool float_row[70], float_col[40];
    for (size_t i = 0; i < rows; i++) float_row[i] = i != 20;
    for (size_t j = 0; j < cols; j++) float_col[j] = j != 30;
    c.d.float_row = float_row;
    c.d.float_col = float_col;
    check(&c, "one row, one column");
    c.d.row = c.d.col = 0;
    check(&c, "one row, one column");
    c.d.source = c.d.sense = 100;
    check(&c, "one row, one column");
    free(g);
    free(volts);
}

// The example of badcrossbar's README (Joksas and Mehonic, SoftwareX 12, 2020).
static void test_published(void **state) {
    (void)state;
    static const double ohms[] = {345, 903, 755, 257, 646, 652, 401, 508, 166, 454, 442, 874, 190, 244, 635};
    static const double volts[] = {1.5, 2.3, 1.7};
    static const double right[] = {0.01158503, 0.00919064, 0.01511568, 0.02583321, 0.00981179};
    float g[15];
    for (size_t k = 0; k < 15; k++) g[k] = (float)(1 / ohms[k]);
    const circuit c = {{.rows = 3, .cols = 5, .row = 0.5, .col = 0.5}, g, NULL, volts, NULL};
    wires *w = solver(&c);
    solve(w);
    double found[5];
    wires_currents(w, &(wires_ends){.bottom = found});
    for (size_t j = 0; j < 5; j++)
        assert_near(found[j], right[j], 1e-8, "published current"); // its last digit
    wires_destroy(w);
}

// ---- Laws -------------------------------------------------------------------------------------

typedef struct balance {
    double supplied, cells, wires;
} balance;

// The power in a segment between two nodes of a line.
static double heat(double a, double b, double r) {
    return r > 0 ? (a - b) * (a - b) / r : 0;
}

static balance powers(const circuit *c, const direct *x) {
    const size_t rows = c->d.rows, cols = c->d.cols;
    balance p = {0};
    for (size_t i = 0; i < rows; i++)
        for (size_t j = 0; j < cols; j++) {
            const size_t o = i * cols + j;
            p.cells += (double)c->g[o] * (x->u[o] - x->v[o]) * (x->u[o] - x->v[o]);
            if (j) p.wires += heat(x->u[o], x->u[o - 1], c->d.row);
            if (i) p.wires += heat(x->v[o], x->v[o - cols], c->d.col);
        }
    for (size_t i = 0; i < rows; i++) {
        p.supplied -= c->row_volts[i] * (x->left[i] + x->right[i]);
        p.wires += (c->d.row + c->d.source) * (x->left[i] * x->left[i] + x->right[i] * x->right[i]);
    }
    for (size_t j = 0; j < cols; j++)
        p.wires += (c->d.col + c->d.sense) * (x->top[j] * x->top[j] + x->bottom[j] * x->bottom[j]);
    return p;
}

static double line_current(const circuit *c, const direct *x, size_t first, size_t count, size_t stride) {
    double sum = 0;
    for (size_t k = 0; k < count; k++) {
        const size_t o = first + k * stride;
        sum += (double)c->g[o] * (x->u[o] - x->v[o]);
    }
    return sum;
}

static void test_laws(void **state) {
    (void)state;
    seed = 3;
    const size_t n = 200;
    double *volts = voltages(n, -0.2);
    for (kind k = 0; k < KINDS; k++) {
        float *g = conductances(n, n, k, 1e3);
        const circuit c = {{n, n, 2, 1, 5, 3, true, true, NULL, NULL}, g, NULL, volts, NULL};
        wires *w = solver(&c);
        solve(w);
        direct x = read_all(w, &c.d);
        const double most = fmax(largest(x.bottom, n), largest(x.left, n));
        for (size_t i = 0; i < n; i++)
            assert_near(line_current(&c, &x, i * n, n, 1), -x.left[i] - x.right[i], 1e-8 * most,
                        "row's current");
        for (size_t j = 0; j < n; j++)
            assert_near(line_current(&c, &x, j, n, n), x.top[j] + x.bottom[j], 1e-8 * most,
                        "column's current");
        const balance p = powers(&c, &x);
        assert_near(p.cells + p.wires, p.supplied, 1e-7 * p.supplied, "power");
        direct_free(&x);
        free(g);
        wires_destroy(w);
    }
    free(volts);
}

// Current at column j from a volt on row i is that at row i from a volt on column j.
static void test_reciprocity(void **state) {
    (void)state;
    seed = 4;
    const size_t rows = 90, cols = 140, i = 17, j = 101;
    float *g = conductances(rows, cols, OPEN, 1e3);
    double row_volts[90] = {0}, col_volts[140] = {0}, bottom[140], left[90];
    const circuit c = {{.rows = rows, .cols = cols, .row = 3, .col = 2}, g, NULL, row_volts, col_volts};
    wires *w = solver(&c);
    row_volts[i] = 1;
    REQUIRE(wires_voltages(w, row_volts, NULL));
    solve(w);
    wires_currents(w, &(wires_ends){.bottom = bottom});
    col_volts[j] = 1;
    REQUIRE(wires_voltages(w, NULL, col_volts));
    solve(w);
    wires_currents(w, &(wires_ends){.left = left});
    assert_near(left[i], bottom[j], 1e-8 * largest(bottom, cols), "current the other way");
    free(g);
    wires_destroy(w);
}

// Without any resistance currents are the plain products.
static void test_plain(void **state) {
    (void)state;
    seed = 5;
    const wires_definition d = {.rows = 33, .cols = 21};
    assert_true(wires_is_plain(&d));
    assert_false(wires_is_plain(&(wires_definition){.rows = 33, .cols = 21, .sense = 1}));
    float *g = conductances(33, 21, RANDOM, 1e3);
    double *volts = voltages(33, 0), found[21];
    const circuit c = {d, g, NULL, volts, NULL};
    wires *w = solver(&c);
    assert_int_equal(solve(w).sweeps, 1);
    wires_currents(w, &(wires_ends){.bottom = found});
    for (size_t j = 0; j < 21; j++) {
        double right = 0;
        for (size_t i = 0; i < 33; i++) right += (double)g[i * 21 + j] * volts[i];
        assert_near(found[j], right, 1e-14 * fabs(right), "product");
    }
    free(g);
    free(volts);
    wires_destroy(w);
}

// Devices with I = G (x + x³), by Newton's method.
static void test_nonlinear(void **state) {
    (void)state;
    seed = 6;
    const size_t n = 60, cells = n * n;
    float *g = conductances(n, n, RANDOM, 1e3), *slope = malloc(cells * sizeof *g),
          *rest = calloc(cells, sizeof *g);
    float *x = calloc(cells, sizeof *x);
    double *volts = voltages(n, 0), u[3600], v[3600], bottom[60];
    memcpy(slope, g, cells * sizeof *g);
    const circuit c = {{.rows = n, .cols = n, .row = 1, .col = 1}, slope, rest, volts, NULL};
    wires *w = solver(&c);
    wires_report r;
    for (unsigned step = 0; step < 6; step++) {
        REQUIRE(wires_conductances(w, slope, n));
        REQUIRE(wires_solve(w, TOLERANCE, 100, step > 0, &r));
        wires_nodes(w, 0, n, u, v, x);
        for (size_t k = 0; k < cells; k++) {
            slope[k] = g[k] * (1 + 3 * x[k] * x[k]);
            rest[k] = -2 * g[k] * x[k] * x[k] * x[k];
        }
    }
    wires_currents(w, &(wires_ends){.bottom = bottom});
    for (size_t j = 0; j < n; j++) {
        double sum = 0;
        for (size_t k = j; k < cells; k += n)
            sum += (double)g[k] * (u[k] - v[k]) * (1 + (u[k] - v[k]) * (u[k] - v[k]));
        assert_near(bottom[j], sum, 1e-6 * largest(bottom, n), "current of cubic devices");
    }
    free(g), free(slope), free(rest), free(x), free(volts);
    wires_destroy(w);
}

// ---- Work -------------------------------------------------------------------------------------

static wires_report sweeps_of(size_t rows, size_t cols, kind k, double r_on, double r) {
    float *g = conductances(rows, cols, k, r_on);
    double *volts = voltages(rows, 0);
    const circuit c = {{.rows = rows, .cols = cols, .row = r, .col = r}, g, NULL, volts, NULL};
    wires *w = solver(&c);
    const wires_report report = solve(w);
    wires_destroy(w);
    free(g);
    free(volts);
    return report;
}

static void assert_sweeps(size_t n, kind k, unsigned most) {
    for (double r_on = 1e3; r_on < 2e5; r_on *= 10)
        for (double r = 0.1; r < 20; r *= 10) {
            const unsigned sweeps = sweeps_of(n, n, k, r_on, r).sweeps;
            if (sweeps > most)
                fail_msg("%s %zu x %zu of %g Ohm, %g Ohm a segment: %u sweeps", kind_names[k], n, n, r_on, r,
                         sweeps);
        }
}

static void test_sweeps(void **state) {
    (void)state;
    seed = 7;
#ifdef OHM_SMALL
    const size_t most = 128;
#else
    const size_t most = 512;
#endif
    for (size_t n = 64; n <= most; n *= 2) {
        assert_sweeps(n, RANDOM, 12);
        assert_sweeps(n, BINARY, 12);
        assert_sweeps(n, CHEQUERED, 40); // nearly two crossbars: 16 were measured
    }
    for (double r = 0.1; r < 20; r *= 10)
        assert_true(sweeps_of(2 * most, 2 * most, RANDOM, 1e3, r).sweeps <= 12);
    assert_true(sweeps_of(300, 300, EQUAL, 100, 10).sweeps <= 12);
}

// Cells that changed a little, as from one time step to the next.
static void test_warm(void **state) {
    (void)state;
    seed = 8;
    const size_t n = 128, cells = n * n;
    float *g = conductances(n, n, BINARY, 1e3), *quick = malloc(cells * 4), *exact = malloc(cells * 4);
    double *volts = voltages(n, 0);
    const circuit c = {{.rows = n, .cols = n, .row = 1, .col = 1}, g, NULL, volts, NULL};
    wires *w = solver(&c);
    solve(w);
    for (size_t k = 0; k < cells; k++) g[k] *= (float)(1 + 0.02 * (uniform() - 0.5));
    REQUIRE(wires_conductances(w, g, n));
    wires_report r;
    REQUIRE(wires_solve(w, 1e-4, 10, true, &r));
    assert_true(r.converged && r.sweeps <= 2);
    wires_nodes(w, 0, n, NULL, NULL, quick);
    solve(w);
    wires_nodes(w, 0, n, NULL, NULL, exact);
    for (size_t k = 0; k < cells; k++)
        assert_near((double)quick[k], (double)exact[k], 1e-4 * largest(volts, n), "voltage");
    free(g), free(quick), free(exact), free(volts);
    wires_destroy(w);
}

// The nodes of a circuit that takes conjugate gradients, by so many threads.
static double *nodes_by(unsigned threads, const circuit *c) {
    ohm_set_threads(threads);
    const size_t cells = c->d.rows * c->d.cols;
    double *x = malloc(2 * cells * sizeof *x);
    wires *w = solver(c);
    assert_true(solve(w).accelerated);
    wires_nodes(w, 0, c->d.rows, x, x + cells, NULL);
    wires_destroy(w);
    ohm_set_threads(0);
    return x;
}

static void test_threads(void **state) {
    (void)state;
    seed = 9;
    const size_t rows = 210, cols = 333;
    float *g = conductances(rows, cols, CHEQUERED, 1e3);
    double *volts = voltages(rows, 0);
    const circuit c = {{.rows = rows, .cols = cols, .row = 2, .col = 3}, g, NULL, volts, NULL};
    double *one = nodes_by(1, &c);
    for (unsigned threads = 2; threads <= 5; threads++) {
        double *more = nodes_by(threads, &c);
        assert_memory_equal(one, more, 2 * rows * cols * sizeof *one);
        free(more);
    }
    free(one), free(g), free(volts);
}

// A few rows of the nodes are those of all.
static void test_some_rows(void **state) {
    (void)state;
    seed = 10;
    float *g = conductances(30, 11, RANDOM, 1e3);
    double *volts = voltages(30, 0), u[330], some[7 * 11];
    const circuit c = {{.rows = 30, .cols = 11, .row = 1, .col = 1}, g, NULL, volts, NULL};
    wires *w = solver(&c);
    solve(w);
    wires_nodes(w, 0, 30, u, NULL, NULL);
    wires_nodes(w, 5, 7, some, NULL, NULL);
    assert_memory_equal(some, u + 5 * 11, sizeof some);
    free(g), free(volts);
    wires_destroy(w);
}

// ---- Refused ----------------------------------------------------------------------------------

static void test_refused(void **state) {
    (void)state;
    wires *w;
    wires_definition d = {.rows = 2, .cols = 3, .row = -1, .col = 1};
    refused(wires_create(&d, &w), OHM_BAD_ARGUMENT, "row is -1");
    assert_null(w);
    d.row = 1;
    d.sense = (double)NAN;
    refused(wires_create(&d, &w), OHM_BAD_ARGUMENT, "sense is nan");
    d.sense = 0;
    REQUIRE(wires_create(&d, &w));
    const float negative[] = {1, 1, 1, 1, 1, -2}, none[] = {1, NAN, 1, 1, 1, 1};
    refused(wires_conductances(w, negative, 3), OHM_BAD_ARGUMENT, "row 1, column 2 is -2");
    refused(wires_conductances(w, none, 3), OHM_BAD_ARGUMENT, "row 0, column 1 is nan");
    const double infinite[] = {0, (double)INFINITY}, last[] = {0, 0, (double)NAN};
    refused(wires_voltages(w, infinite, NULL), OHM_BAD_ARGUMENT, "row 1 is inf");
    refused(wires_voltages(w, NULL, last), OHM_BAD_ARGUMENT, "column 2 is nan");
    wires_destroy(w);
    wires_destroy(NULL);
}

// A row that floats and whose cells are open; two rows and a column that have only each other.
static void test_without_terminal(void **state) {
    (void)state;
    const bool float_row[] = {false, true, true}, float_col[] = {false, true};
    const wires_definition d = {
        .rows = 3, .cols = 2, .row = 1, .col = 1, .float_row = float_row, .float_col = float_col};
    const double volts[] = {1, 1, 1};
    const float open[] = {1, 1, 0, 0, 1, 0}, apart[] = {1, 0, 0, 1, 0, 1}, joined[] = {1, 0, 0, 1, 1, 1};
    wires *w;
    wires_report r;
    REQUIRE(wires_create(&d, &w));
    REQUIRE(wires_voltages(w, volts, NULL));
    REQUIRE(wires_conductances(w, open, 2));
    refused(wires_solve(w, TOLERANCE, 100, false, &r), OHM_BAD_ARGUMENT, "row 1 floats");
    REQUIRE(wires_conductances(w, apart, 2));
    refused(wires_solve(w, TOLERANCE, 100, false, &r), OHM_BAD_ARGUMENT, "row 1 floats");
    REQUIRE(wires_conductances(w, joined, 2));
    REQUIRE(wires_solve(w, TOLERANCE, 100, false, &r));
    assert_true(r.converged);
    wires_destroy(w);
}

// Too few sweeps are no error, and said.
static void test_not_converged(void **state) {
    (void)state;
    seed = 11;
    float *g = conductances(200, 200, CHEQUERED, 100);
    double *volts = voltages(200, 0);
    const circuit c = {{.rows = 200, .cols = 200, .row = 10, .col = 10}, g, NULL, volts, NULL};
    wires *w = solver(&c);
    wires_report r;
    REQUIRE(wires_solve(w, TOLERANCE, 3, false, &r));
    assert_false(r.converged);
    assert_int_equal(r.sweeps, 3);
    assert_true(r.estimate > TOLERANCE);
    free(g), free(volts);
    wires_destroy(w);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_direct),
        cmocka_unit_test(test_hard),
        cmocka_unit_test(test_published),
        cmocka_unit_test(test_laws),
        cmocka_unit_test(test_reciprocity),
        cmocka_unit_test(test_plain),
        cmocka_unit_test(test_nonlinear),
        cmocka_unit_test(test_sweeps),
        cmocka_unit_test(test_warm),
        cmocka_unit_test(test_threads),
        cmocka_unit_test(test_some_rows),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_without_terminal),
        cmocka_unit_test(test_not_converged),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
