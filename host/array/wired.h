// Currents of lines that have resistances: the crossbar's circuit, solved on the host (host/wires).
#ifndef OHM_WIRED_H
#define OHM_WIRED_H

#include "lines.h"

// As lines_read, through wires; *report is added to. Where no line has a resistance the bits are those of
// lines_read. Errors: as ohm_crossbar_readout.
ohm_status wired_read(ohm_crossbar *c, const ohm_wires *w, const line_reading *how, uint64_t count,
                      const float *voltage, double *current, ohm_wires_report *report);

#endif
