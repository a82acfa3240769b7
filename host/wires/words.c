// A word line is a ladder: its nodes are eliminated from both ends to the middle. With r the resistance of a
// segment, d = r G and q = r times the conductance that a node sees towards its end, a node takes
//     q += d,  c += d v;  s = 1 / (1 + q);  then q s and c s is what the next node sees.
// All terms of q are positive: nothing cancels. Four lines go side by side, one in each lane of a vector, and
// the two halves together, so that divisions overlap.
#include "words.h"

#include <string.h>

typedef double vec __attribute__((vector_size(32)));
typedef double vec_at_8 __attribute__((vector_size(32), aligned(8)));
typedef int64_t vec_int __attribute__((vector_size(32)));
typedef float vec_float __attribute__((vector_size(16)));

size_t words_scratch(size_t pitch) {
    return 12 * pitch;
}

#define INLINE static inline __attribute__((always_inline))

INLINE void transpose(vec *a) {
    const vec p = __builtin_shufflevector(a[0], a[1], 0, 4, 2, 6);
    const vec q = __builtin_shufflevector(a[0], a[1], 1, 5, 3, 7);
    const vec r = __builtin_shufflevector(a[2], a[3], 0, 4, 2, 6);
    const vec s = __builtin_shufflevector(a[2], a[3], 1, 5, 3, 7);
    a[0] = __builtin_shufflevector(p, r, 0, 1, 4, 5);
    a[1] = __builtin_shufflevector(q, s, 0, 1, 4, 5);
    a[2] = __builtin_shufflevector(p, r, 2, 3, 6, 7);
    a[3] = __builtin_shufflevector(q, s, 2, 3, 6, 7);
}

// Four rows from here on: conductances, voltages of the bit lines (in rows stride apart, or all the same) and
// currents added, or NULL.
typedef struct cells {
    const float *g;
    const double *v, *added;
    size_t pitch, stride;
    double r;
} cells;

// Loads and currents of columns j … j + 3, times r; lanes are rows.
INLINE void load_columns(const cells *c, size_t j, vec *load, vec *current) {
    for (size_t k = 0; k < 4; k++) {
        load[k] = c->r * __builtin_convertvector(*(const vec_float *)(c->g + k * c->pitch + j), vec);
        current[k] = load[k] * *(const vec *)(c->v + k * c->stride + j);
        if (c->added) current[k] -= c->r * *(const vec *)(c->added + k * c->pitch + j);
    }
    transpose(load);
    transpose(current);
}

// What a half of the lines has eliminated so far, and what it keeps of each node.
typedef struct half {
    vec q, c, *s, *kept;
} half;

INLINE void eliminate(half *h, size_t j, vec load, vec current) {
    h->q += load;
    h->c += current;
    const vec s = 1 / (1 + h->q);
    h->s[j] = s;
    h->kept[j] = h->c;
    h->q *= s;
    h->c *= s;
}

// The right terminals, at the last column; columns past it are open and hang on it.
typedef struct terminals {
    vec q, c;
    size_t at;
} terminals;

INLINE void join(half *h, size_t j, const terminals *t) {
    if (j != t->at) return;
    h->q += t->q;
    h->c += t->c;
}

// The voltages from the middle outwards.
INLINE void substitute(vec middle, size_t pitch, const vec *s, const vec *kept, double *u) {
    const size_t inner = pitch / 2;
    vec left = middle, right = middle, a[4], b[4];
    for (size_t t = 0; t < inner; t += 4) {
        const size_t l = inner - 4 - t, r = inner + t;
        for (size_t k = 4; k-- > 0;) {
            a[k] = left;
            if (l + k) left = (kept[l + k - 1] + left) * s[l + k - 1];
        }
        for (size_t k = 0; k < 4; k++) b[k] = right = (kept[r + k] + right) * s[r + k];
        transpose(a);
        transpose(b);
        for (size_t k = 0; k < 4; k++) {
            *(vec *)(u + k * pitch + l) = a[k];
            *(vec *)(u + k * pitch + r) = b[k];
        }
    }
}

// No vector is an argument: its size is not that of one instruction everywhere.
WIRES_CLONES static void ladders(const cells *c, const lines *l, size_t first, size_t last, double *u,
                                 double *scratch) {
    const size_t P = c->pitch, middle = P / 2 - 1;
    vec *s = (vec *)scratch, *kept = s + P;
    const vec volts = *(const vec_at_8 *)(l->volts + first);
    const vec q0 = c->r * *(const vec_at_8 *)(l->near + first),
              q1 = c->r * *(const vec_at_8 *)(l->far + first);
    const terminals end = {q1, q1 * volts, last};
    half left = {q0, q0 * volts, s, kept}, right = {{0}, {0}, s, kept};
    vec middle_q = q0;
    for (size_t t = 0; t <= middle; t += 4) {
        vec load[4], current[4], load2[4], current2[4];
        const size_t far = P - 4 - t;
        load_columns(c, t, load, current);
        load_columns(c, far, load2, current2);
        for (size_t k = 0; k < 4; k++) {
            join(&left, t + k, &end);
            if (t + k == middle) middle_q = left.q + load[k];
            eliminate(&left, t + k, load[k], current[k]);
            join(&right, far + 3 - k, &end);
            eliminate(&right, far + 3 - k, load2[3 - k], current2[3 - k]);
        }
    }
    const vec all = middle_q + right.q, u_middle = (kept[middle] + right.c) / all;
    substitute((vec)((vec_int)u_middle & (all > 0)), P, s, kept, u); // 0 on a line that nothing is joined to
}

// ---- Lines without resistance -----------------------------------------------------------------

// Σ G v − added of a row, in 8 sums side by side.
WIRES_CLONES static double row_current(size_t P, const float *restrict g, const double *restrict v,
                                       const double *restrict added) {
    double sum[8] = {0};
    for (size_t j = 0; j < P; j += 8)
        for (size_t k = 0; k < 8; k++) sum[k] += (double)g[j + k] * v[j + k];
    if (added)
        for (size_t j = 0; j < P; j += 8)
            for (size_t k = 0; k < 8; k++) sum[k] -= added[j + k];
    return ((sum[0] + sum[4]) + (sum[2] + sum[6])) + ((sum[1] + sum[5]) + (sum[3] + sum[7]));
}

static double flat_voltage(const wires *w, size_t i, const double *added) {
    const lines *l = &w->word;
    if (l->known[i]) return l->volts[i];
    const double ends = l->near[i] + l->far[i], all = w->row_sum[i] + ends;
    const double current =
        row_current(w->pitch, w->g + i * w->pitch, w->v + i * w->stride, added) + ends * l->volts[i];
    return all > 0 ? current / all : 0;
}

static void flat_rows(const wires *w, size_t first, const double *added, double *u) {
    const size_t P = w->pitch;
    for (size_t k = 0; k < GROUP && first + k < w->rows; k++) {
        const double voltage = flat_voltage(w, first + k, added ? added + k * P : NULL);
        for (size_t j = 0; j < P; j++) u[k * P + j] = voltage;
    }
}

// ---- Both -------------------------------------------------------------------------------------

// The caller's currents of four rows, with zeros where there is no cell; NULL if there are none.
static const double *added_rows(const wires *w, size_t first, double *out) {
    if (!w->added) return NULL;
    memset(out, 0, GROUP * w->pitch * sizeof *out);
    for (size_t k = 0; k < GROUP && first + k < w->rows; k++)
        for (size_t j = 0; j < w->cols; j++)
            out[k * w->pitch + j] = w->added[(first + k) * w->added_pitch + j];
    return out;
}

void words_solve(const wires *w, size_t first, double *u, double *scratch) {
    const lines *l = &w->word;
    const double *added = added_rows(w, first, scratch + 8 * w->pitch);
    if (is_flat(l)) {
        flat_rows(w, first, added, u);
        return;
    }
    const cells c = {w->g + first * w->pitch, w->v + first * w->stride, added, w->pitch, w->stride, l->r};
    ladders(&c, l, first, w->cols - 1, u, scratch);
}
