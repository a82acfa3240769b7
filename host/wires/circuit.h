// What the solver of wires.h holds, for the files of this folder.
//
// Arrays over cells are [rows][pitch]: pitch is cols rounded up to 8, and there are rows enough for whole
// groups of 4, all zeros where there is no cell. Bit lines are worked on in blocks of 64 rows, so that no sum
// depends on how rows are shared among threads.
//
// Where bit lines have no resistance, v is one number a column: fields that otherwise have a row for each row
// of cells then have a single one (held = 1, stride = 0).
#ifndef OHM_WIRES_CIRCUIT_H
#define OHM_WIRES_CIRCUIT_H

#include "wires.h"

enum { BLOCK = 64, TILE = 64, GROUP = 4 };

// Loops over cells, once more for AVX2 where the compiler can choose at run time. Contraction is off and
// every element is computed alike, so the bits are the same. A sanitizer's own start-up comes after the
// choice.
#if defined __x86_64__ && defined __gnu_linux__ && !defined __clang__ && !defined __SANITIZE_ADDRESS__ &&    \
    !defined __SANITIZE_THREAD__
#define WIRES_CLONES __attribute__((target_clones("default", "avx2")))
#else
#define WIRES_CLONES
#endif

// The lines of a kind, and their ends: near is the left or the top. Conductances in S from the last node to
// the terminal: 0 where there is none, infinite where nothing lies between.
typedef struct lines {
    size_t count;
    double r; // Ω a segment
    double *near, *far, *volts;
    bool *known;    // lines that are their terminals: their voltage is known
    bool *floating; // lines without terminals
    bool *stiff; // lines whose last node is nearly at the terminal's voltage, for their cells: known ones too
    bool any_floating;
} lines;

typedef struct grid grid; // grid.h

// The two-ports that blocks of bit lines are eliminated to, [blocks][pitch]: the conductance through it and
// the loads at its ends (all times r), and the currents into its ends. The chain makes the other four.
typedef struct two_ports {
    float *through, *top, *bottom, *top_current, *bottom_current;
    double *first_load, *first_current, *last_load,
        *last_current; // all that its first and last row see above
} two_ports;

struct wires {
    size_t rows, cols, pitch, blocks;
    lines word, bit;
    float *g;           // conductances
    const float *added; // the caller's currents, or NULL
    size_t added_pitch;
    double *row_sum, *col_sum; // of the conductances of a line

    size_t held, stride; // of the fields:
    double *v;           // the bit lines' nodes
    float *z;            // first the residual, then what the bit lines answer
    float *p, *r;        // once conjugate gradients begin: the last direction and the residual before it,
    uint16_t *r_before;  // and the residual before that, roughly
    two_ports ports;
    double *sums;     // of the residuals of a block's columns, [blocks][pitch]: without resistance only
    double *row_dots; // [held][2]

    grid *fine; // this crossbar's lines alone, and from it the coarse ones; NULL without
    double fine_r[2];
    unsigned coarse;
    size_t coarse_rows;  // that one block can touch
    double *coarse_sums; // [blocks][coarse_rows][coarse columns]

    int threads;
    double *scratch; // each thread's, of so many doubles
    size_t scratch_each;
    double *row_out; // [rows][2], the currents out of the ends of word lines as they were last solved
    float *most;     // [blocks][2]: the largest |z| of a block, and the largest current that z adds
    bool checked;    // no part is without a terminal
    bool solved;
};

static inline size_t block_first(size_t k) {
    return k * BLOCK;
}

static inline size_t block_end(const wires *w, size_t k) {
    return (k + 1) * BLOCK < w->rows ? (k + 1) * BLOCK : w->rows;
}

static inline void *scratch_of(const wires *w, int thread) {
    return w->scratch + w->scratch_each * (size_t)thread;
}

static inline double larger(double a, double b) {
    return a > b ? a : b;
}

// Whether a line of a kind is one node.
static inline bool is_flat(const lines *l) {
    return l->r == 0;
}

#endif
