// Blocks of 64 rows are eliminated by themselves, from the top: of each a two-port is left between its first
// and last row. The chain of two-ports is solved in float64, which takes a 64th of the work. Then each block
// is solved again, with what it sees above and below. All conductances are times r, so that a wire's is 1.
#include "bits.h"
#include "coarse.h"
#include "words.h"

#include <math.h>
#include <string.h>

// ---- The residual -----------------------------------------------------------------------------

WIRES_CLONES static void inner_residual(size_t P, double r, const float *restrict g, const double *restrict u,
                                        const double *restrict v, const double *restrict above,
                                        const double *restrict below, float *restrict out) {
    for (size_t j = 0; j < P; j++)
        out[j] = (float)((r * (double)g[j]) * (u[j] - v[j]) + (above[j] - v[j]) + (below[j] - v[j]));
}

// What a bit line's node gets from the next one on a side, or from the terminal there.
static double from_side(const wires *w, const double *v, const double *next, const double *end, size_t j) {
    if (next) return next[j] - v[j];
    return w->bit.r * end[j] * (w->bit.volts[j] - v[j]);
}

// Rows at an end, and rows with currents added.
static void any_residual(const wires *w, size_t i, const double *u, float *out) {
    const size_t P = w->pitch;
    const double *v = w->v + i * P, *above = i ? v - P : NULL, *below = i + 1 < w->rows ? v + P : NULL;
    const float *g = w->g + i * P, *added = w->added ? w->added + i * w->added_pitch : NULL;
    for (size_t j = 0; j < w->cols; j++) {
        const double r = w->bit.r,
                     cell = r * (double)g[j] * (u[j] - v[j]) + (added ? r * (double)added[j] : 0);
        out[j] =
            (float)(cell + from_side(w, v, above, w->bit.near, j) + from_side(w, v, below, w->bit.far, j));
    }
    for (size_t j = w->cols; j < P; j++) out[j] = 0;
}

static void row_residual(wires *w, size_t i, const double *u) {
    const size_t P = w->pitch;
    const double *v = w->v + i * P;
    if (i && i + 1 < w->rows && !w->added)
        inner_residual(P, w->bit.r, w->g + i * P, u, v, v - P, v + P, w->z + i * P);
    else
        any_residual(w, i, u, w->z + i * P);
}

WIRES_CLONES static void add_cell_currents(size_t P, const float *restrict g, const double *restrict u,
                                           const double *restrict v, double *restrict sum) {
    for (size_t j = 0; j < P; j++) sum[j] += (double)g[j] * (u[j] - v[j]);
}

static void row_sum(wires *w, size_t k, size_t i, const double *u) {
    double *sum = w->sums + k * w->pitch;
    add_cell_currents(w->pitch, w->g + i * w->pitch, u, w->v, sum);
    if (!w->added) return;
    const float *added = w->added + i * w->added_pitch;
    for (size_t j = 0; j < w->cols; j++) sum[j] += (double)added[j];
}

// The currents out of a word line, for the largest one.
static void keep_out(wires *w, size_t i, const double *u) {
    const lines *l = &w->word;
    const bool known = l->known[i];
    w->row_out[2 * i] = known ? 0 : (u[0] - l->volts[i]) * l->near[i];
    w->row_out[2 * i + 1] = known ? 0 : (u[w->cols - 1] - l->volts[i]) * l->far[i];
}

void bits_residual(wires *w, size_t k, double *scratch) {
    const size_t P = w->pitch, end = block_end(w, k);
    const bool flat = is_flat(&w->bit);
    if (flat) memset(w->sums + k * P, 0, P * sizeof *w->sums);
    for (size_t first = block_first(k); first < end; first += GROUP) {
        words_solve(w, first, scratch, scratch + GROUP * P);
        for (size_t i = first; i < first + GROUP && i < end; i++) {
            const double *u = scratch + (i - first) * P;
            keep_out(w, i, u);
            if (flat)
                row_sum(w, k, i, u);
            else
                row_residual(w, i, u);
        }
    }
}

void bits_gather(wires *w) {
    const lines *l = &w->bit;
    if (!is_flat(l)) return;
    for (size_t j = 0; j < w->cols; j++) {
        double sum = 0;
        for (size_t k = 0; k < w->blocks; k++) sum += w->sums[k * w->pitch + j];
        w->z[j] = l->known[j] ? 0 : (float)(sum + (l->near[j] + l->far[j]) * (l->volts[j] - w->v[j]));
    }
}

static void flat_answer(wires *w) {
    const lines *l = &w->bit;
    for (size_t j = 0; j < w->cols; j++) {
        const double all = w->col_sum[j] + l->near[j] + l->far[j];
        w->z[j] = l->known[j] || !(all > 0) ? 0 : (float)((double)w->z[j] / all);
    }
}

// ---- Down -------------------------------------------------------------------------------------

typedef struct port {
    float *restrict through, *restrict top, *restrict bottom, *restrict top_current, *restrict bottom_current;
} port;

static port port_of(const wires *w, size_t k) {
    const two_ports *t = &w->ports;
    const size_t o = k * w->pitch;
    return (port){t->through + o, t->top + o, t->bottom + o, t->top_current + o, t->bottom_current + o};
}

// Four rows at once, so that a column's two-port stays in registers.
WIRES_CLONES static void eliminate_4(size_t P, float r, const float *restrict g, const float *restrict z,
                                     port p) {
    for (size_t j = 0; j < P; j++) {
        float t = p.through[j], top = p.top[j], q = p.bottom[j], c = p.top_current[j],
              d = p.bottom_current[j];
#define ELIMINATE(k)                                                                                         \
    {                                                                                                        \
        const float s = 1 / (1 + t + q);                                                                     \
        t *= s;                                                                                              \
        top += t * q;                                                                                        \
        c += t * d;                                                                                          \
        d = z[j + (k)*P] + d * s;                                                                            \
        q = r * g[j + (k)*P] + q * s;                                                                        \
    }
        ELIMINATE(0)
        ELIMINATE(1)
        ELIMINATE(2)
        ELIMINATE(3)
        p.through[j] = t, p.top[j] = top, p.bottom[j] = q, p.top_current[j] = c, p.bottom_current[j] = d;
    }
}

WIRES_CLONES static void eliminate_1(size_t P, float r, const float *restrict g, const float *restrict z,
                                     port p) {
    for (size_t j = 0; j < P; j++) {
        float t = p.through[j], top = p.top[j], q = p.bottom[j], c = p.top_current[j],
              d = p.bottom_current[j];
        ELIMINATE(0)
        p.through[j] = t, p.top[j] = top, p.bottom[j] = q, p.top_current[j] = c, p.bottom_current[j] = d;
    }
}
#undef ELIMINATE

// A block's first row, and its second, between which there is one segment.
static void start_1(size_t P, float r, const float *restrict g, const float *restrict z, port p) {
    for (size_t j = 0; j < P; j++) {
        p.through[j] = p.bottom[j] = p.bottom_current[j] = 0;
        p.top[j] = r * g[j];
        p.top_current[j] = z[j];
    }
}

static void start_2(size_t P, float r, const float *restrict g, const float *restrict z, port p) {
    for (size_t j = 0; j < P; j++) {
        p.through[j] = 1;
        p.bottom[j] = r * g[j];
        p.bottom_current[j] = z[j];
    }
}

void bits_eliminate(wires *w, size_t k) {
    if (is_flat(&w->bit)) return;
    const size_t P = w->pitch, first = block_first(k), end = block_end(w, k);
    const float r = (float)w->bit.r;
    const port p = port_of(w, k);
    size_t i = first;
    start_1(P, r, w->g + i * P, w->z + i * P, p);
    if (++i < end) start_2(P, r, w->g + i * P, w->z + i * P, p), i++;
    for (; i + 4 <= end; i += 4) eliminate_4(P, r, w->g + i * P, w->z + i * P, p);
    for (; i < end; i++) eliminate_1(P, r, w->g + i * P, w->z + i * P, p);
}

// ---- The chain --------------------------------------------------------------------------------

static bool is_single(const wires *w, size_t k) {
    return block_end(w, k) - block_first(k) == 1;
}

// What block k is joined to above: nothing but the terminal, whose voltage the residual already holds, or
// the last row of the block above with all it sees.
static void seen_above(const wires *w, size_t k, size_t j, double *load, double *current) {
    if (k == 0) {
        *load = j < w->cols ? w->bit.r * w->bit.near[j] : 0;
        *current = 0;
        return;
    }
    const size_t o = (k - 1) * w->pitch + j;
    const double s = 1 / (1 + w->ports.last_load[o]);
    *load = w->ports.last_load[o] * s;
    *current = w->ports.last_current[o] * s;
}

static void chain_down(const wires *w, size_t k, size_t first, size_t end) {
    const two_ports *t = &w->ports;
    const bool single = is_single(w, k);
    for (size_t j = first; j < end; j++) {
        const size_t o = k * w->pitch + j;
        double load, current;
        seen_above(w, k, j, &load, &current);
        load += (double)t->top[o];
        current += (double)t->top_current[o];
        t->first_load[o] = load;
        t->first_current[o] = current;
        const double through = (double)t->through[o], part = single ? 1 : through / (through + load);
        t->last_load[o] = (double)t->bottom[o] + load * part;
        t->last_current[o] = (double)t->bottom_current[o] + current * part;
    }
}

// below: the answer of the row below the block, or of its last row if there is none; afterwards that of its
// first row. Each block keeps the former where the current at its top was.
static void chain_up(const wires *w, size_t k, size_t first, size_t end, double *below) {
    const two_ports *t = &w->ports;
    const bool single = is_single(w, k), last = k + 1 == w->blocks;
    for (size_t j = first; j < end; j++) {
        const size_t o = k * w->pitch + j;
        double x = below[j - first];
        t->top_current[o] = (float)x;
        if (!last) x = (t->last_current[o] + x) / (1 + t->last_load[o]);
        const double through = (double)t->through[o];
        below[j - first] = single ? x : (t->first_current[o] + through * x) / (t->first_load[o] + through);
    }
}

static void chain(wires *w, size_t first, size_t end) {
    double below[TILE];
    for (size_t k = 0; k < w->blocks; k++) chain_down(w, k, first, end);
    for (size_t j = first; j < end; j++) {
        const size_t o = (w->blocks - 1) * w->pitch + j;
        const double all = w->ports.last_load[o] + (j < w->cols ? w->bit.r * w->bit.far[j] : 0);
        below[j - first] = all > 0 ? w->ports.last_current[o] / all : 0;
    }
    for (size_t k = w->blocks; k-- > 0;) chain_up(w, k, first, end, below);
}

void bits_chain(wires *w) {
    if (is_flat(&w->bit)) {
        flat_answer(w);
        return;
    }
#pragma omp parallel for num_threads(w->threads)
    for (size_t j = 0; j < w->pitch; j += TILE) chain(w, j, j + TILE < w->pitch ? j + TILE : w->pitch);
}

// ---- Up ---------------------------------------------------------------------------------------

// A tile of a block, and what is kept of its elimination: TILE numbers a row.
typedef struct tile {
    size_t first, width, pitch, rows;
    const float *g;
    float *z, *s, *c;
    float r;
} tile;

// From the top: as words.c, a column in each lane. load and current: what is seen above, then what the last
// row sees.
WIRES_CLONES static void tile_down(const tile *t, float *restrict load, float *restrict current) {
    for (size_t i = 0; i < t->rows; i++) {
        const float *restrict g = t->g + i * t->pitch, *restrict z = t->z + i * t->pitch;
        float *restrict s = t->s + i * TILE, *restrict c = t->c + i * TILE;
        for (size_t j = 0; j < t->width; j++) {
            load[j] += t->r * g[j];
            current[j] += z[j];
            s[j] = 1 / (1 + load[j]);
            c[j] = current[j];
        }
        if (i + 1 == t->rows) return;
        for (size_t j = 0; j < t->width; j++) {
            load[j] *= s[j];
            current[j] *= s[j];
        }
    }
}

// From the answer x of the last row. big: the largest of each column.
WIRES_CLONES static void tile_up(const tile *t, float *restrict x, float *restrict big) {
    for (size_t i = t->rows; i-- > 0;) {
        float *restrict z = t->z + i * t->pitch;
        const float *restrict s = t->s + i * TILE, *restrict c = t->c + i * TILE;
        if (i + 1 < t->rows)
            for (size_t j = 0; j < t->width; j++) x[j] = (c[j] + x[j]) * s[j];
        for (size_t j = 0; j < t->width; j++) {
            z[j] = x[j];
            const float size = fabsf(x[j]);
            big[j] = size > big[j] ? size : big[j];
        }
    }
}

static void tile_answer(const wires *w, size_t k, const tile *t, float *big) {
    float load[TILE], x[TILE];
    const float *below = w->ports.top_current + k * w->pitch + t->first, *s = t->s + (t->rows - 1) * TILE;
    for (size_t j = 0; j < t->width; j++) {
        double seen, current;
        seen_above(w, k, t->first + j, &seen, &current);
        load[j] = (float)seen;
        x[j] = (float)current;
    }
    tile_down(t, load, x);
    // Below the last block `below` is the answer of the last row itself.
    for (size_t j = 0; j < t->width; j++) x[j] = k + 1 == w->blocks ? below[j] : (x[j] + below[j]) * s[j];
    tile_up(t, x, big);
}

static float largest(const float *x, size_t n) {
    float most = 0;
    for (size_t j = 0; j < n; j++) most = fabsf(x[j]) > most ? fabsf(x[j]) : most;
    return most;
}

// The largest current by which z of a row changes what flows into terminals. That of stiff lines is as exact
// as the voltages are.
static float largest_current(const wires *w, size_t row, const double *ends) {
    const float *z = w->z + row * w->stride;
    double most = 0;
    for (size_t j = 0; j < w->cols; j++)
        if (!w->bit.stiff[j]) most = larger(most, fabs((double)z[j]) * ends[j]);
    return (float)most;
}

static float block_current(const wires *w, size_t k) {
    const float top = k ? 0 : largest_current(w, 0, w->bit.near);
    const float bottom = k + 1 < w->blocks ? 0 : largest_current(w, w->rows - 1, w->bit.far);
    return top > bottom ? top : bottom;
}

size_t bits_scratch(const wires *w) {
    const size_t residual = GROUP * w->pitch + words_scratch(w->pitch);
    const size_t answer = w->pitch + BLOCK * TILE + coarse_scratch(w);
    return residual > answer ? residual : answer;
}

void bits_answer(wires *w, size_t k, void *scratch) {
    const size_t P = w->pitch, first = block_first(k), rows = block_end(w, k) - first;
    double *row = scratch; // and floats behind it
    void *behind = row + P;
    float *s = behind, *c = s + BLOCK * TILE, *collected = c + BLOCK * TILE, big[TILE] = {0};
    coarse_collect_begin(w, collected);
    for (size_t j = 0; j < P; j += TILE) {
        const size_t o = first * P + j, width = P - j < TILE ? P - j : TILE;
        const tile t = {j, width, P, rows, w->g + o, w->z + first * w->stride + j, s, c, (float)w->bit.r};
        if (!is_flat(&w->bit)) tile_answer(w, k, &t, big);
        coarse_collect_tile(w, k, j, width, collected);
    }
    coarse_collect_end(w, k, collected, row);
    w->most[2 * k] = is_flat(&w->bit) ? largest(w->z, P) : largest(big, TILE);
    w->most[2 * k + 1] = block_current(w, k);
}
