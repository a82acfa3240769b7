// Currents of lines that have resistances, or that are cut into tiles.
#ifndef OHM_WIRED_H
#define OHM_WIRED_H

#include "lines.h"

// The tiles that a line which is read is cut into, each with a current of its own.
uint64_t wired_parts(const ohm_crossbar *c, const ohm_wires *w, bool transposed);

// As lines_read, through wires: to float64 [count, parts, read], where parts is 1, all tiles added up, or
// wired_parts. *report is added to. Where no line has a resistance the bits are those of lines_read. Errors:
// as ohm_crossbar_readout.
ohm_status wired_read(ohm_crossbar *c, const ohm_wires *w, const line_reading *how, uint64_t parts,
                      uint64_t count, const float *voltage, double *current, ohm_wires_report *report);

#endif
