#include "grid.h"

#include <omp.h>
#include <stdlib.h>
#include <string.h>

// ---- Making -----------------------------------------------------------------------------------

static bool lines_create(grid_lines *l, size_t count, double r) {
    l->count = count;
    l->r = r;
    l->place = calloc(6 * count, sizeof *l->place);
    if (!l->place) return false;
    l->wide = l->place + count;
    l->near = l->wide + count;
    l->far = l->near + count;
    l->near_slope = l->far + count;
    l->far_slope = l->near_slope + count;
    return true;
}

static void lines_free(grid_lines *l) {
    free(l->place);
    axis_free(&l->to_next);
}

bool grid_create(struct grid **made, size_t rows, size_t cols, double word_r, double bit_r) {
    struct grid *g = *made = calloc(1, sizeof *g);
    if (!g || !lines_create(&g->word, rows, word_r) || !lines_create(&g->bit, cols, bit_r)) return false;
    for (size_t i = 0; i < rows; i++) g->word.place[i] = (double)i, g->word.wide[i] = 1;
    for (size_t j = 0; j < cols; j++) g->bit.place[j] = (double)j, g->bit.wide[j] = 1;
    return true;
}

void grid_destroy(struct grid *g) {
    while (g) {
        struct grid *next = g->next;
        lines_free(&g->word);
        lines_free(&g->bit);
        free(g->g);
        free(g);
        g = next;
    }
}

// The ends of lines in parallel: each through the wire between its last node and the coarse one.
static double ends_in_parallel(const grid_lines *l, const double *end, size_t first, size_t width,
                               double distance) {
    double sum = 0;
    for (size_t k = first; k < first + width && k < l->count; k++)
        sum += end[k] / (1 + end[k] * (l->r * distance / l->wide[k]));
    return sum;
}

static void lines_join(const grid_lines *fine, grid_lines *coarse, size_t width, double near, double far) {
    for (size_t c = 0; c < coarse->count; c++) {
        const size_t first = c * width;
        coarse->wide[c] = 0;
        for (size_t k = first; k < first + width && k < fine->count; k++) coarse->wide[c] += fine->wide[k];
        coarse->near[c] = ends_in_parallel(fine, fine->near, first, width, near);
        coarse->far[c] = ends_in_parallel(fine, fine->far, first, width, far);
        coarse->near_slope[c] = coarse->r / coarse->wide[c] * coarse->near[c];
        coarse->far_slope[c] = coarse->r / coarse->wide[c] * coarse->far[c];
    }
}

// How far the first and the last coarse node lie inside.
static double first_gap(const grid_lines *fine, const grid_lines *coarse) {
    return coarse->place[0] - fine->place[0];
}

static double last_gap(const grid_lines *fine, const grid_lines *coarse) {
    return fine->place[fine->count - 1] - coarse->place[coarse->count - 1];
}

static bool fields_create(struct grid *g) {
    const size_t cells = g->word.count * g->bit.count;
    g->g = calloc(5 * cells, sizeof *g->g);
    if (!g->g) return false;
    g->u = g->g + cells;
    g->v = g->u + cells;
    g->fu = g->v + cells;
    g->fv = g->fu + cells;
    return true;
}

static bool coarsen_once(struct grid *g, size_t width) {
    const size_t rows = (g->word.count + width - 1) / width, cols = (g->bit.count + width - 1) / width;
    if (!grid_create(&g->next, rows, cols, g->word.r, g->bit.r) || !fields_create(g->next)) return false;
    grid_lines *word = &g->next->word, *bit = &g->next->bit;
    if (!axis_create(&g->word.to_next, g->word.count, g->word.place, width, word->place) ||
        !axis_create(&g->bit.to_next, g->bit.count, g->bit.place, width, bit->place))
        return false;
    lines_join(&g->word, word, width, first_gap(&g->bit, bit), last_gap(&g->bit, bit));
    lines_join(&g->bit, bit, width, first_gap(&g->word, word), last_gap(&g->word, word));
    return true;
}

bool grid_coarsen(struct grid *finest, size_t width) {
    if (!coarsen_once(finest, width)) return false;
    for (struct grid *g = finest->next; g->word.count > 1 && g->bit.count > 1; g = g->next)
        if (!coarsen_once(g, 2)) return false;
    return true;
}

void grid_sum(struct grid *g) {
    for (; g->next; g = g->next) {
        const size_t rows = g->word.count, cols = g->bit.count, coarse = g->next->bit.count;
        memset(g->next->g, 0, g->next->word.count * coarse * sizeof *g->g);
        for (size_t i = 0; i < rows; i++)
            for (size_t j = 0; j < cols; j++) g->next->g[i / 2 * coarse + j / 2] += g->g[i * cols + j];
    }
}

// ---- Between a grid and the next --------------------------------------------------------------

void grid_bits_at(const struct grid *finer, size_t row, double *v) {
    const axis *a = &finer->word.to_next;
    const struct grid *c = finer->next;
    const size_t cols = c->bit.count, last = a->coarse - 1;
    const ptrdiff_t at = a->at[row];
    const double *here = c->v + (at < 0 ? 0 : (size_t)at) * cols, beyond = a->beyond[row],
                 part = a->part[row];
    if (at >= 0 && (size_t)at < last) {
        for (size_t j = 0; j < cols; j++) v[j] = (1 - part) * here[j] + part * here[j + cols];
        return;
    }
    const double *slope = at < 0 ? c->bit.near_slope : c->bit.far_slope;
    for (size_t j = 0; j < cols; j++) v[j] = here[j] * (1 - beyond * slope[j]);
}

// Adds to u of one fine row what the next grid's word lines say there. t: [cols].
static void add_words(struct grid *g, size_t row, double *t) {
    const struct grid *c = g->next;
    const size_t cols = g->bit.count;
    double *u = g->u + row * cols;
    for (size_t I = 0; I < 2; I++) {
        const ptrdiff_t at = g->word.to_next.at[row] + (ptrdiff_t)I;
        if (at < 0 || at >= (ptrdiff_t)c->word.count) continue;
        const double weight = axis_weight(&g->word.to_next, row, (size_t)at, 0, 0);
        if (weight == 0) continue;
        axis_spread(&g->bit.to_next, c->u + (size_t)at * c->bit.count, c->word.near_slope[at],
                    c->word.far_slope[at], t);
        for (size_t j = 0; j < cols; j++) u[j] += weight * t[j];
    }
}

static void add_bits(struct grid *g, size_t row, double *t) {
    const size_t cols = g->bit.count;
    double *spread = t + cols, *v = g->v + row * cols;
    grid_bits_at(g, row, t);
    axis_spread(&g->bit.to_next, t, 0, 0, spread);
    for (size_t j = 0; j < cols; j++) v[j] += spread[j];
}

// The currents that are missing at the nodes of one row.
static void residual(const struct grid *g, size_t i, double *ru, double *rv) {
    const grid_lines *word = &g->word, *bit = &g->bit;
    const size_t rows = word->count, cols = bit->count, o = i * cols;
    const double *u = g->u + o, *v = g->v + o, wide = word->wide[i];
    const double up = i ? 1 / (bit->r * (word->place[i] - word->place[i - 1])) : 0;
    const double down = i + 1 < rows ? 1 / (bit->r * (word->place[i + 1] - word->place[i])) : 0;
    for (size_t j = 0; j < cols; j++) {
        const double cell = g->g[o + j] * (u[j] - v[j]);
        ru[j] = g->fu[o + j] - cell;
        rv[j] = g->fv[o + j] + cell;
        rv[j] += i ? (v[j - cols] - v[j]) * (bit->wide[j] * up) : -bit->near[j] * v[j];
        rv[j] += i + 1 < rows ? (v[j + cols] - v[j]) * (bit->wide[j] * down) : -bit->far[j] * v[j];
    }
    ru[0] -= word->near[i] * u[0];
    ru[cols - 1] -= word->far[i] * u[cols - 1];
    for (size_t j = 0; j + 1 < cols; j++) {
        const double flow = (u[j + 1] - u[j]) * (wide / (word->r * (bit->place[j + 1] - bit->place[j])));
        ru[j] += flow;
        ru[j + 1] -= flow;
    }
}

// Gathers what is missing into row c of the next grid. t: 4 × cols.
static void restrict_row(struct grid *g, size_t c, double *t) {
    const size_t cols = g->bit.count, coarse = g->next->bit.count;
    const grid_lines *word = &g->next->word, *bit = &g->next->bit;
    const axis *rows = &g->word.to_next;
    double *ru = t, *rv = t + cols, *sum = t + 2 * cols, *gathered = t + 3 * cols;
    double *fv = g->next->fv + c * coarse;
    memset(sum, 0, cols * sizeof *sum);
    memset(fv, 0, coarse * sizeof *fv);
    for (size_t i = axis_touched_first(rows, c); i < axis_touched_end(rows, c); i++) {
        residual(g, i, ru, rv);
        const double weight = axis_weight(rows, i, c, 0, 0);
        for (size_t j = 0; j < cols; j++) sum[j] += weight * ru[j];
        axis_gather(&g->bit.to_next, rv, 0, 0, gathered);
        for (size_t j = 0; j < coarse; j++)
            fv[j] += axis_weight(rows, i, c, bit->near_slope[j], bit->far_slope[j]) * gathered[j];
    }
    axis_gather(&g->bit.to_next, sum, word->near_slope[c], word->far_slope[c], g->next->fu + c * coarse);
}

// ---- Relaxation -------------------------------------------------------------------------------

// The lines of a kind and the nodes on them, which belong to the lines of the other kind.
typedef struct side {
    const grid_lines *own, *other;
    size_t line_stride, node_stride;
    double *x, *y; // voltages of their nodes, of the other lines'
    const double *g, *fx, *fy;
} side;

static side words_of(const struct grid *g) {
    return (side){&g->word, &g->bit, g->bit.count, 1, g->u, g->v, g->g, g->fu, g->fv};
}

static side bits_of(const struct grid *g) {
    return (side){&g->bit, &g->word, 1, g->bit.count, g->v, g->u, g->g, g->fv, g->fu};
}

// A line whose nodes have loads and currents to ground and wires of resistance wire[k] before node k, by
// elimination from the near end. All terms are positive, so nothing cancels. s and c: its own memory.
static void ladder(size_t n, const double *load, const double *current, const double *wire, double near,
                   double far, double *s, double *c, double *out) {
    double q = near + load[0], a = current[0];
    for (size_t k = 1; k < n; k++) {
        s[k] = 1 / (1 + wire[k] * q);
        c[k] = a * wire[k];
        q = load[k] + q * s[k];
        a = current[k] + a * s[k];
    }
    q += far;
    double x = q > 0 ? a / q : 0;
    out[n - 1] = x;
    for (size_t k = n - 1; k > 0; k--) out[k - 1] = x = (c[k] + x) * s[k];
}

// Solves one line with the nodes across its cells, each with its own neighbours held still: those nodes are
// eliminated, and the rest is a ladder. t: 8 × nodes.
static void relax(const side *s, size_t line, double *t) {
    const grid_lines *own = s->own, *other = s->other;
    const size_t n = other->count, L = s->line_stride, N = s->node_stride;
    double *load = t, *current = t + n, *wire = t + 2 * n, *across = t + 3 * n, *held = t + 4 * n;
    double *out = t + 7 * n;
    const bool before = line > 0, after = line + 1 < own->count;
    const double back = before ? 1 / (other->r * (own->place[line] - own->place[line - 1])) : 0;
    const double ahead = after ? 1 / (other->r * (own->place[line + 1] - own->place[line])) : 0;
    for (size_t k = 0; k < n; k++) {
        const size_t o = line * L + k * N;
        const double a = before ? other->wide[k] * back : other->near[k];
        const double b = after ? other->wide[k] * ahead : other->far[k], g = s->g[o];
        held[k] = s->fy[o] + (before ? a * s->y[o - L] : 0) + (after ? b * s->y[o + L] : 0);
        across[k] = g + (a + b) > 0 ? 1 / (g + (a + b)) : 0;
        load[k] = g * (a + b) * across[k];
        current[k] = s->fx[o] + g * held[k] * across[k];
        wire[k] = k ? own->r * (other->place[k] - other->place[k - 1]) / own->wide[line] : 0;
    }
    ladder(n, load, current, wire, own->near[line], own->far[line], t + 5 * n, t + 6 * n, out);
    for (size_t k = 0; k < n; k++) {
        const size_t o = line * L + k * N;
        s->x[o] = out[k];
        s->y[o] = (s->g[o] * out[k] + held[k]) * across[k];
    }
}

size_t grid_scratch(const struct grid *g) {
    return 8 * (g->word.count > g->bit.count ? g->word.count : g->bit.count);
}

// Grids below this many cells are not worth a team of threads.
enum { SMALL = 4096 };

static double *own_scratch(const grid_team *team) {
    return team->scratch + team->each * (size_t)omp_get_thread_num();
}

static void relax_every_other(const struct grid *g, side s, size_t first, const grid_team *team) {
#pragma omp parallel for num_threads(team->threads) if (g->word.count * g->bit.count > SMALL)
    for (size_t line = first; line < s.own->count; line += 2) relax(&s, line, own_scratch(team));
}

static void restrict_all(struct grid *g, const grid_team *team) {
#pragma omp parallel for num_threads(team->threads) if (g->word.count * g->bit.count > SMALL)
    for (size_t c = 0; c < g->next->word.count; c++) restrict_row(g, c, own_scratch(team));
}

static void prolong_all(struct grid *g, const grid_team *team) {
#pragma omp parallel for num_threads(team->threads) if (g->word.count * g->bit.count > SMALL)
    for (size_t i = 0; i < g->word.count; i++) {
        add_words(g, i, own_scratch(team));
        add_bits(g, i, own_scratch(team));
    }
}

static void clear(struct grid *g) {
    memset(g->u, 0, 2 * g->word.count * g->bit.count * sizeof *g->u);
}

// Rows then columns on the way down, the same backwards on the way up: so it is symmetric.
static void cycle(struct grid *g, const grid_team *team) {
    if (!g->next) {
        const side s = g->word.count == 1 ? words_of(g) : bits_of(g); // exact: all other lines are one node
        relax(&s, 0, team->scratch);
        return;
    }
    const side words = words_of(g), bits = bits_of(g);
    relax_every_other(g, words, 0, team);
    relax_every_other(g, words, 1, team);
    relax_every_other(g, bits, 0, team);
    relax_every_other(g, bits, 1, team);
    restrict_all(g, team);
    clear(g->next);
    cycle(g->next, team);
    prolong_all(g, team);
    relax_every_other(g, bits, 1, team);
    relax_every_other(g, bits, 0, team);
    relax_every_other(g, words, 1, team);
    relax_every_other(g, words, 0, team);
}

void grid_solve(struct grid *g, unsigned cycles, const grid_team *team) {
    clear(g);
    for (unsigned k = 0; k < cycles; k++) cycle(g, team);
}
