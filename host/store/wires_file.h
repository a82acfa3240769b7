// The last circuit of a crossbar with wires, in its file: where its next step begins, and what other programs
// may want to see of it. In /wires: device_voltage float32 [rows, cols], what each device had; bit_line
// float64 [rows, cols], or [tiles down, cols] where bit lines have no resistance, the potentials of the bit
// lines' nodes; and of the terminals, row_voltage, row_current, col_voltage and col_current float64, in V and
// A, currents out of the crossbar. The potential of a word line's node is the sum of the first two.
#ifndef OHM_WIRES_FILE_H
#define OHM_WIRES_FILE_H

#include "source.h"

// Writes it, if it is known. Errors: OHM_IO_FAILED, OHM_OUT_OF_MEMORY.
ohm_status wires_file_write(hid_t file, const ohm_crossbar *c);

// Reads it, if the file has it, after the crossbar's step is set. Errors: OHM_BAD_FILE, OHM_OUT_OF_MEMORY.
ohm_status wires_file_read(const source *s, ohm_crossbar *c);

// An upper bound of its bytes.
uint64_t wires_file_size(const ohm_crossbar *c);

#endif
