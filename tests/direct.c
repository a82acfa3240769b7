#include "direct.h"

#include <math.h>
#include <stdlib.h>

typedef long double real;

// A symmetric matrix of which each row is kept from its first element that is not 0 to the diagonal.
typedef struct skyline {
    size_t n;
    size_t *first, *start;
    real *a, *right;
} skyline;

static real *element(const skyline *s, size_t i, size_t j) {
    return s->a + s->start[i] + (j - s->first[i]);
}

static void make_room(skyline *s) {
    size_t room = 0;
    for (size_t i = 0; i < s->n; i++) {
        s->start[i] = room;
        room += i - s->first[i] + 1;
    }
    s->a = calloc(room, sizeof *s->a);
}

static void factor(skyline *s) {
    for (size_t i = 0; i < s->n; i++)
        for (size_t j = s->first[i]; j <= i; j++) {
            real sum = *element(s, i, j);
            const size_t from = s->first[i] > s->first[j] ? s->first[i] : s->first[j];
            const real *a = element(s, i, from), *b = element(s, j, from);
            for (size_t k = 0; k < j - from; k++) sum -= a[k] * b[k];
            *element(s, i, j) = i == j ? sqrtl(sum) : sum / *element(s, j, j);
        }
}

static void substitute(skyline *s) {
    for (size_t i = 0; i < s->n; i++) {
        for (size_t k = s->first[i]; k < i; k++) s->right[i] -= *element(s, i, k) * s->right[k];
        s->right[i] /= *element(s, i, i);
    }
    for (size_t i = s->n; i-- > 0;) {
        s->right[i] /= *element(s, i, i);
        for (size_t k = s->first[i]; k < i; k++) s->right[k] -= *element(s, i, k) * s->right[i];
    }
}

// ---- The circuit ------------------------------------------------------------------------------

// A node that is an unknown, or one whose voltage is known.
typedef struct node {
    bool known;
    size_t index;
    real volts;
} node;

static bool floats(const bool *floating, size_t k) {
    return floating && floating[k];
}

static real volts_of(const double *volts, size_t k) {
    return volts ? (real)volts[k] : 0;
}

// The unknowns go along the longer side, so that the matrix is narrow; lines that are one come last.
static size_t cell_index(const circuit *c, size_t i, size_t j) {
    return 2 * (c->d.rows >= c->d.cols ? i * c->d.cols + j : j * c->d.rows + i);
}

static node word_node(const circuit *c, size_t i, size_t j) {
    const wires_definition *d = &c->d;
    if (d->row > 0) return (node){false, cell_index(c, i, j), 0};
    if (d->source == 0 && !floats(d->float_row, i)) return (node){true, 0, volts_of(c->row_volts, i)};
    return (node){false, 2 * d->rows * d->cols + i, 0};
}

static node bit_node(const circuit *c, size_t i, size_t j) {
    const wires_definition *d = &c->d;
    if (d->col > 0) return (node){false, cell_index(c, i, j) + 1, 0};
    if (d->sense == 0 && !floats(d->float_col, j)) return (node){true, 0, volts_of(c->col_volts, j)};
    return (node){false, 2 * d->rows * d->cols + d->rows + j, 0};
}

// Called with every branch: two nodes, a conductance and a current beside it from a to b.
typedef void branch_visitor(skyline *s, node a, node b, real g, real current);

static node terminal(real volts) {
    return (node){true, 0, volts};
}

static void visit_word_ends(const circuit *c, size_t i, skyline *s, branch_visitor *visit) {
    const wires_definition *d = &c->d;
    const node v = terminal(volts_of(c->row_volts, i));
    if (floats(d->float_row, i) || d->row + d->source == 0) return;
    const real g = 1 / ((real)d->row + (real)d->source);
    visit(s, word_node(c, i, 0), v, g, 0);
    if (d->drive_both) visit(s, word_node(c, i, d->cols - 1), v, g, 0);
}

static void visit_bit_ends(const circuit *c, size_t j, skyline *s, branch_visitor *visit) {
    const wires_definition *d = &c->d;
    const node v = terminal(volts_of(c->col_volts, j));
    if (floats(d->float_col, j) || d->col + d->sense == 0) return;
    const real g = 1 / ((real)d->col + (real)d->sense);
    visit(s, bit_node(c, d->rows - 1, j), v, g, 0);
    if (d->ground_both) visit(s, bit_node(c, 0, j), v, g, 0);
}

static void visit_cell(const circuit *c, size_t i, size_t j, skyline *s, branch_visitor *visit) {
    const wires_definition *d = &c->d;
    const node u = word_node(c, i, j), v = bit_node(c, i, j);
    const size_t o = i * d->cols + j;
    visit(s, u, v, (real)c->g[o], c->added ? (real)c->added[o] : 0);
    if (d->row > 0 && j) visit(s, u, word_node(c, i, j - 1), 1 / (real)d->row, 0);
    if (d->col > 0 && i) visit(s, v, bit_node(c, i - 1, j), 1 / (real)d->col, 0);
}

static void visit_all(const circuit *c, skyline *s, branch_visitor *visit) {
    for (size_t i = 0; i < c->d.rows; i++) visit_word_ends(c, i, s, visit);
    for (size_t j = 0; j < c->d.cols; j++) visit_bit_ends(c, j, s, visit);
    for (size_t i = 0; i < c->d.rows; i++)
        for (size_t j = 0; j < c->d.cols; j++) visit_cell(c, i, j, s, visit);
}

static void widen(skyline *s, node a, node b, real g, real current) {
    (void)g, (void)current;
    if (a.known || b.known) return;
    const size_t low = a.index < b.index ? a.index : b.index, high = a.index < b.index ? b.index : a.index;
    if (low < s->first[high]) s->first[high] = low;
}

static void add_to(skyline *s, node a, node b, real g, real current) {
    if (a.known) return;
    *element(s, a.index, a.index) += g;
    s->right[a.index] -= current;
    if (b.known)
        s->right[a.index] += g * b.volts;
    else if (b.index < a.index)
        *element(s, a.index, b.index) -= g;
}

static void add(skyline *s, node a, node b, real g, real current) {
    add_to(s, a, b, g, current);
    add_to(s, b, a, g, -current);
}

// ---- What is read of it -----------------------------------------------------------------------

static real voltage(const skyline *s, node x) {
    return x.known ? x.volts : s->right[x.index];
}

static void read_nodes(const circuit *c, const skyline *s, direct *x) {
    for (size_t i = 0; i < c->d.rows; i++)
        for (size_t j = 0; j < c->d.cols; j++) {
            x->u[i * c->d.cols + j] = (double)voltage(s, word_node(c, i, j));
            x->v[i * c->d.cols + j] = (double)voltage(s, bit_node(c, i, j));
        }
}

static real cells_of(const circuit *c, const skyline *s, size_t i, size_t j) {
    const size_t o = i * c->d.cols + j;
    return (real)c->g[o] * (voltage(s, word_node(c, i, j)) - voltage(s, bit_node(c, i, j))) +
           (c->added ? (real)c->added[o] : 0);
}

static void read_rows(const circuit *c, const skyline *s, direct *x) {
    const wires_definition *d = &c->d;
    for (size_t i = 0; i < d->rows; i++) {
        if (floats(d->float_row, i)) continue;
        const real volts = volts_of(c->row_volts, i), r = (real)d->row + (real)d->source;
        real left = 0, right = 0;
        if (r > 0) {
            left = (voltage(s, word_node(c, i, 0)) - volts) / r;
            right = d->drive_both ? (voltage(s, word_node(c, i, d->cols - 1)) - volts) / r : 0;
        } else {
            for (size_t j = 0; j < d->cols; j++) left -= cells_of(c, s, i, j);
            if (d->drive_both) left = right = left / 2;
        }
        x->left[i] = (double)left;
        x->right[i] = (double)right;
    }
}

static void read_columns(const circuit *c, const skyline *s, direct *x) {
    const wires_definition *d = &c->d;
    for (size_t j = 0; j < d->cols; j++) {
        if (floats(d->float_col, j)) continue;
        const real volts = volts_of(c->col_volts, j), r = (real)d->col + (real)d->sense;
        real top = 0, bottom = 0;
        if (r > 0) {
            bottom = (voltage(s, bit_node(c, d->rows - 1, j)) - volts) / r;
            top = d->ground_both ? (voltage(s, bit_node(c, 0, j)) - volts) / r : 0;
        } else {
            for (size_t i = 0; i < d->rows; i++) bottom += cells_of(c, s, i, j);
            if (d->ground_both) bottom = top = bottom / 2;
        }
        x->top[j] = (double)top;
        x->bottom[j] = (double)bottom;
    }
}

// Unknowns that are none, where a line is one: held at 0 by themselves.
static void hold_unused(skyline *s) {
    for (size_t i = 0; i < s->n; i++)
        if (*element(s, i, i) == 0) *element(s, i, i) = 1;
}

direct direct_solve(const circuit *c) {
    const size_t rows = c->d.rows, cols = c->d.cols, cells = rows * cols;
    skyline s = {.n = 2 * cells + rows + cols};
    s.first = malloc(s.n * sizeof *s.first);
    s.start = malloc(s.n * sizeof *s.start);
    s.right = calloc(s.n, sizeof *s.right);
    for (size_t i = 0; i < s.n; i++) s.first[i] = i;
    visit_all(c, &s, widen);
    make_room(&s);
    visit_all(c, &s, add);
    hold_unused(&s);
    factor(&s);
    substitute(&s);
    direct x = {calloc(cells, 8), calloc(cells, 8), calloc(rows, 8),
                calloc(rows, 8),  calloc(cols, 8),  calloc(cols, 8)};
    read_nodes(c, &s, &x);
    read_rows(c, &s, &x);
    read_columns(c, &s, &x);
    free(s.first);
    free(s.start);
    free(s.right);
    free(s.a);
    return x;
}

void direct_free(direct *x) {
    free(x->u);
    free(x->v);
    free(x->left);
    free(x->right);
    free(x->top);
    free(x->bottom);
}
