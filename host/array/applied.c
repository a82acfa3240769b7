#include "applied.h"
#include "../base/error.h"
#include "../define/line_wires.h"
#include "wired_drive.h"

bool crossbar_has_voltages(const ohm_crossbar *c) {
    return c->step > 0 && !c->forgotten && (!c->wired || wired_last(c->wired)->known);
}

ohm_status crossbar_check_lines(const ohm_wires *wires, const drive *d, const char *name) {
    if (!wires || line_wires_are_ideal(wires)) return OHM_OK;
    if (drive_is_closed_loop(d))
        return ohm_fail(OHM_BAD_ARGUMENT, "%s reads ideal lines: it goes with no wires", name);
    if (drive_has_lines(d)) return OHM_OK;
    ohm_fail(OHM_BAD_ARGUMENT, "%s gives every device a voltage of its own, but wires need voltages of lines",
             name);
    ohm_fail_hint(
        "stimuli that drive lines are lines, write, wave, constant, and voltages of rows and columns");
    return OHM_BAD_ARGUMENT;
}

ohm_status crossbar_last_frame(const ohm_crossbar *c, drive_frame *frame) {
    return drive_next(c->applied, c->step ? c->step - 1 : 0, 1, frame);
}
