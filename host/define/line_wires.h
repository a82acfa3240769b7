// The resistances of a crossbar's lines, as a text of a definition names them.
#ifndef OHM_LINE_WIRES_H
#define OHM_LINE_WIRES_H

#include "spec.h"

// Whether the lines that a specification of wires leaves floating are of a crossbar of that size.
// Errors: OHM_BAD_ARGUMENT.
ohm_status line_wires_check(const spec *s, uint64_t rows, uint64_t cols);

// Whether no line has a resistance, and none floats.
bool line_wires_is_ideal(const spec *s);

// The same of wires that are made.
bool line_wires_are_ideal(const ohm_wires *w);

// The wires of a specification that has been checked, to be released with ohm_wires_free: NULL where no line
// has a resistance, none floats and there are no tiles. Errors: OHM_OUT_OF_MEMORY.
ohm_status line_wires_make(const spec *s, uint64_t rows, uint64_t cols, ohm_wires **wires);

#endif
