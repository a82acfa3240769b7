// Coarse crossbars: one cell stands for a group of cells in parallel, one line for some lines in parallel,
// with nodes at the centres of the groups. A V-cycle over ever coarser ones gives an approximate answer to
// currents put into their nodes, always by the same linear map, which is symmetric.
#ifndef OHM_WIRES_GRID_H
#define OHM_WIRES_GRID_H

#include "axis.h"

// The lines of a kind. wide: how many of the finest crossbar's each stands for. place: of each line, in
// segments of the finest crossbar, and so of each node on the lines of the other kind. near, far:
// conductances of the ends, S. near_slope, far_slope: how a line falls towards them (axis.h), a segment.
typedef struct grid_lines {
    size_t count;
    double r;
    double *place, *wide, *near, *far, *near_slope, *far_slope;
    axis to_next; // of the places, to those of the next grid
} grid_lines;

struct grid {
    grid_lines word, bit;
    double *g, *u, *v, *fu, *fv; // [rows][cols]; NULL in the finest, whose own the solver has
    struct grid *next;
};

// The finest crossbar's lines: rows and cols of them with these resistances. Ends are to be filled in before
// grid_coarsen, which makes a coarser one and then, by halves, all down to one of a single row or column.
// grid_destroy releases all; it is legal on NULL.
// Both return false without memory.
bool grid_create(struct grid **g, size_t rows, size_t cols, double word_r, double bit_r);
bool grid_coarsen(struct grid *finest, size_t width);
void grid_destroy(struct grid *g);

// Conductances of all coarser than g from its own.
void grid_sum(struct grid *g);

// The voltages v of the coarse bit lines at one row of the next finer grid: [coarse columns].
void grid_bits_at(const struct grid *finer, size_t row, double *v);

// So many doubles each of the threads needs below, for g and all coarser than it.
size_t grid_scratch(const struct grid *g);

typedef struct grid_team {
    int threads;
    double *scratch;
    size_t each;
} grid_team;

// u and v from fu and fv by so many V-cycles from 0.
void grid_solve(struct grid *g, unsigned cycles, const grid_team *team);

#endif
