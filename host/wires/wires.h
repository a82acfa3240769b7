// Crossbars with resistive lines: the voltages of their nodes and the currents of their lines.
//
// Every cell has a node on its word line (its row), at u, and one on its bit line (its column), at v. Its
// current is G (u − v) + added, from the word line to the bit line. Between two nodes of a line lies one
// segment of wire. A terminal is a voltage behind one full segment more and a resistance of the source or the
// sense amplifier: word lines have theirs at the left, bit lines at the bottom, both at the other end too if
// that is asked. A floating line has none.
//
// How it is solved, and why so: solve.c. The result has the same bits for any number of threads and any
// instruction set. Nothing here knows of devices or models: a non-linear device is linearised by the caller,
// who solves again until its currents fit (Newton's method).
#ifndef OHM_WIRES_H
#define OHM_WIRES_H

#include "../ohmscape.h"

typedef struct wires_definition {
    size_t rows, cols;     // at least 1
    double row, col;       // Ω of one segment of a word line, of a bit line; 0: none, exactly
    double source, sense;  // Ω between a word line and its terminal, a bit line and its terminal; 0: none
    bool drive_both;       // word lines have a terminal at the right too
    bool ground_both;      // bit lines have a terminal at the top too
    const bool *float_row; // [rows], [cols]: lines without any terminal; NULL: none. Needed only during
    const bool *float_col; // the call
} wires_definition;

// A solver, with the conductances, the voltages of the terminals and the voltages of the nodes.
typedef struct wires wires;

// All cells open, all terminals at 0 V. wires_destroy releases it; it is legal on NULL.
// Errors: OHM_BAD_ARGUMENT (a resistance that is negative or not finite), OHM_OUT_OF_MEMORY.
ohm_status wires_create(const wires_definition *d, wires **w);
void wires_destroy(wires *w);

// Bytes a solver of this definition takes, with conjugate gradients: 27 a cell, of which 4 are the
// conductances and 10 are only taken when they begin. The coarse crossbars come on top: 0.3 a cell where G r
// is below 1/81 (G the largest mean conductance of 16 x 16 cells), 4 below 1/6, 16 above.
uint64_t wires_bytes(const wires_definition *d);

// Whether no line has any resistance: u and v are then the terminals' voltages, and currents are plain
// products, which a caller can have without a solver. (A solver gives them too.)
bool wires_is_plain(const wires_definition *d);

// New conductances in S, float32 [rows][pitch], which are copied; pitch is in cells. 0 is an open cell. The
// voltages stay, to start from.
// Errors: OHM_BAD_ARGUMENT (a conductance that is negative or not finite: the first, with its place; the
// solver is then as after wires_create, but for its voltages), OHM_OUT_OF_MEMORY.
ohm_status wires_conductances(wires *w, const float *conductances, size_t pitch);

// The same without a copy: row i of the conductances inside of the solver, to be written by the caller, and
// what has to be called after they were. Errors: as of wires_conductances.
float *wires_row(wires *w, size_t row);
ohm_status wires_rows_written(wires *w);

// New currents in A that flow through each cell beside G (u − v), float32 [rows][pitch], finite. Not copied:
// they have to stay until the next call. NULL, as after wires_create: none.
void wires_add_currents(wires *w, const float *added, size_t pitch);

// New voltages in V of the terminals of each row and column. NULL: 0. A readout drives the rows and holds the
// columns at 0, a transposed readout the other way round; writing may drive both.
// Errors: OHM_BAD_ARGUMENT (a voltage that is not finite; nothing is changed).
ohm_status wires_voltages(wires *w, const double *rows, const double *cols);

typedef struct wires_report {
    unsigned sweeps; // passes over the cells
    double estimate; // of the error of the voltages v over the largest v, and of the bit lines' currents over
                     // the largest current: the larger of both
    bool converged;  // estimate ≤ tolerance
    bool accelerated; // by conjugate gradients, which take 10 bytes a cell more from then on
    unsigned coarse;  // cells that a cell of the coarse crossbar is wide; 0 without one
} wires_report;

// Solves to a tolerance, relative to the largest: 1e-9 is as far as it is tested, 1e-4 is quick. warm: starts
// from the voltages of the last solution. Not to have converged after so many sweeps (≥ 1) is no error: the
// report says how far it came, and the voltages are the best there are.
// Errors: OHM_BAD_ARGUMENT (a part of the circuit that no terminal is joined to: one of its lines is named),
// OHM_OUT_OF_MEMORY.
ohm_status wires_solve(wires *w, double tolerance, unsigned max_sweeps, bool warm, wires_report *report);

// After wires_solve: the voltages of the nodes of some rows, and of their cells (u − v), each [count][cols].
// Any may be NULL.
void wires_nodes(wires *w, size_t row, size_t count, double *u, double *v, float *cell);

// The voltages of the bit lines' nodes, [wires_bit_rows][cols]: 1 row where bit lines have no resistance.
// They are all of a solution that a warm start goes on from, and setting them is as good as having solved.
size_t wires_bit_rows(const wires *w);
void wires_get_bit_lines(const wires *w, double *v);
void wires_set_bit_lines(wires *w, const double *v);
double wires_bit_node(const wires *w, size_t row, size_t col);

// After wires_solve: the currents in A out of each line at each end, float64 [rows] and [cols]. What flows in
// is negative. A line without any resistance and with two terminals gives each one half. Any may be NULL.
typedef struct wires_ends {
    double *left, *right, *top, *bottom;
} wires_ends;
void wires_currents(wires *w, const wires_ends *ends);

// The largest current in A that a line could carry at the terminals' voltages: what currents that cancel each
// other are accurate to the rounding of.
double wires_largest_current(const wires *w);

#endif
