// What was applied in the last step, and what may be.
#ifndef OHM_APPLIED_H
#define OHM_APPLIED_H

#include "crossbar.h"

// Whether the voltages of the last step are known: not before the first.
bool crossbar_has_voltages(const ohm_crossbar *crossbar);

// Refuses, with wires, what does not give voltages of lines. Errors: OHM_BAD_ARGUMENT.
ohm_status crossbar_check_lines(const ohm_wires *wires, const drive *d, const char *name);

// The field of the last step, for pictures of its voltage. Errors: as drive_next.
ohm_status crossbar_last_frame(const ohm_crossbar *crossbar, drive_frame *frame);

#endif
