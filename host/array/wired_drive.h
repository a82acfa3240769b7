// What drives a crossbar whose lines have resistances: at each step the voltages of its devices, as the
// circuit gives them between terminals that its stimulus, or the caller, gives the voltages of.
#ifndef OHM_WIRED_DRIVE_H
#define OHM_WIRED_DRIVE_H

#include "../drive/drive.h"

// Makes one of the crossbar's wires, of which there are some. The crossbar's devices have to be there when it
// is asked for voltages. Errors: those of circuit_make.
ohm_status wired_open(ohm_crossbar *c, drive **opened);

// The last circuit: what is known of a step that has been taken, and of none after wired_open or
// wired_forget.
typedef struct wired_nodes {
    bool known;
    uint64_t step;
    float *device;                     // V, [rows, cols]: the voltage of each device, u − v
    double *row_volts, *col_volts;     // V, of the terminals
    double *row_current, *col_current; // A out of the crossbar through a line's terminals, both if it has two
} wired_nodes;

wired_nodes *wired_last(drive *d);
void wired_forget(drive *d);

// How the circuits of all steps were solved.
const ohm_wires_report *wired_report(drive *d);

// The bit lines' nodes in V, of which there are so many rows of cols: 1 of each row of tiles where bit lines
// have no resistance, else all. They and the devices' voltages are where the next solution begins, so that a
// crossbar that is saved and loaded goes on to the same bits: after wired_set_bit_lines and a filled
// wired_last.
uint64_t wired_bit_rows(const drive *d);
// Errors: OHM_OUT_OF_MEMORY.
ohm_status wired_get_bit_lines(const drive *d, double *v);
ohm_status wired_set_bit_lines(drive *d, const double *v);

// The potentials in V of a device's nodes in the last circuit.
void wired_potentials(const drive *d, uint64_t row, uint64_t col, float *word, float *bit);

// A frame of the potentials of the word lines' nodes, or of the bit lines', of the last circuit: of one pixel
// a device. Lives until the next frame of the drive. Errors: OHM_OUT_OF_MEMORY.
ohm_status wired_line_frame(drive *d, bool bit, drive_frame *frame);

#endif
