// A crossbar's circuit: its devices as they are, on lines that have resistances (host/wires).
#ifndef OHM_CIRCUIT_H
#define OHM_CIRCUIT_H

#include "../wires/wires.h"
#include "crossbar.h"

typedef struct circuit {
    ohm_crossbar *crossbar;
    const ohm_wires *definition;
    bool exact; // devices conduct by their model's law, and not by the conductance that is read of them
    wires *solver;
    // Of devices that are not ohmic, [rows, cols]: their voltages in V, currents in A, and the lines through
    // these, I = slope V + added.
    float *volts, *current, *other, *slope, *added;
} circuit;

// Whether lines of these wires have no resistance, and all of them terminals.
bool circuit_is_plain(const ohm_wires *w);

// Checks wires and makes a circuit, which circuit_free releases even on failure; legal on one full of zeros.
// Errors: OHM_BAD_ARGUMENT, OHM_OUT_OF_MEMORY.
ohm_status circuit_make(ohm_crossbar *c, const ohm_wires *w, bool exact, circuit *k);
void circuit_free(circuit *k);

typedef struct circuit_task {
    const double *rows, *cols; // voltages of the terminals, V
    uint64_t number;           // of the reading, from which read noise is drawn
    double tolerance;          // relative to the largest voltage or current
    bool same;                 // devices that are ohmic conduct as they did in the last task
    bool warm;                 // starts from the last solution
} circuit_task;

// Finds the voltages of all nodes. *report is added to.
// Errors: OHM_NOT_CONVERGED, OHM_DEVICE_FAILED, and those of wires_solve.
ohm_status circuit_solve(circuit *k, const circuit_task *t, ohm_wires_report *report);

#endif
