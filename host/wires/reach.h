// Whether every part of a circuit has a terminal.
#ifndef OHM_WIRES_REACH_H
#define OHM_WIRES_REACH_H

#include "circuit.h"

// Errors: OHM_BAD_ARGUMENT (a line that no path of cells and lines joins to a terminal: its voltage could be
// any), OHM_OUT_OF_MEMORY.
ohm_status reach_check(const wires *w);

#endif
