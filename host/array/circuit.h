// A crossbar's circuit: its devices as they are, on lines that have resistances (host/wires); of tiles, each
// has lines and a solver of its own.
#ifndef OHM_CIRCUIT_H
#define OHM_CIRCUIT_H

#include "crossbar.h"

typedef struct circuit {
    ohm_crossbar *crossbar;
    const ohm_wires *definition;
    bool exact; // devices conduct by their model's law, and not by the conductance that is read of them
    uint64_t tile_rows, tile_cols; // of a tile, but for the last ones
    uint64_t down, across;         // tiles
    double tolerance;              // of the last task
    struct wires **solver;         // [down, across]
    // Of devices that are not ohmic, [rows, cols]: their voltages in V, currents in A, and the lines through
    // these, I = slope V + added.
    float *volts, *current, *other, *slope, *added;
} circuit;

// How many tiles a crossbar is down, or across: 1 without tiles.
uint64_t circuit_tiles(uint64_t lines, uint64_t of_tile);

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

// The voltages of the devices, float32 [rows, cols], and after circuit_solve the currents in A out of the
// crossbar at the ends of the lines, both together: of each tile's lines, float64 [down, cols] and [across,
// rows]. Either may be NULL. Errors: OHM_OUT_OF_MEMORY, OHM_NOT_CONVERGED where
// they do not add up to nothing.
ohm_status circuit_devices(const circuit *k, float *volts);
ohm_status circuit_currents(const circuit *k, double *cols, double *rows);

// The bit lines' nodes: wires_get_bit_lines of all tiles, [circuit_bit_rows, cols], a row of nodes or of
// tiles.
uint64_t circuit_bit_rows(const circuit *k);
uint64_t circuit_bit_row(const circuit *k, uint64_t row); // of a row of devices
double circuit_bit_node(const circuit *k, uint64_t row, uint64_t col);
void circuit_bit_nodes(const circuit *k, uint64_t row, double *v); // all of a row of devices: [cols]
ohm_status circuit_get_bit_lines(const circuit *k, double *v);
ohm_status circuit_set_bit_lines(circuit *k, const double *v);

#endif
