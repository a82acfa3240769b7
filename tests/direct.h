// A crossbar with resistive lines solved directly, in long double: what the solver of host/wires has to find.
// Every node is an unknown, or every line that has no resistance; the equations are Kirchhoff's, written down
// cell by cell, and solved by Cholesky's method.
#ifndef TESTS_DIRECT_H
#define TESTS_DIRECT_H

#include "../host/wires/wires.h"

// A circuit: conductances [rows][cols]; added currents [rows][cols], or NULL; voltages, or NULL for 0.
typedef struct circuit {
    wires_definition d;
    const float *g, *added;
    const double *row_volts, *col_volts;
} circuit;

// Nodes [rows][cols], and currents out of the lines' ends. direct_free releases its arrays.
typedef struct direct {
    double *u, *v, *left, *right, *top, *bottom;
} direct;

direct direct_solve(const circuit *c);
void direct_free(direct *x);

#endif
