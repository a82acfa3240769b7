// Measured pulses as a model.
#ifndef OHM_PULSE_TABLE_H
#define OHM_PULSE_TABLE_H

#include "../ohmscape.h"

// Reads a table of the conductances in S of a device after 0, 1, 2 … pulses up and after as many pulses down,
// each from the other end of its range (csv.h), and writes the text of the table-step whose steps fit them
// best (least squares); what they miss is its noise. Errors: OHM_IO_FAILED, OHM_OUT_OF_MEMORY, OHM_BAD_FILE,
// with the line: fewer than 4 rows, other columns than 3, pulse numbers that do not rise, a conductance of 0
// or less; conductances that do not rise, or fall, from the first to the last.
ohm_status pulse_table_read(const char *path, char model[OHM_MAX_SPEC_TEXT]);

#endif
