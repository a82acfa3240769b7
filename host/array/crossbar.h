// The inside of a crossbar.
#ifndef OHM_CROSSBAR_H
#define OHM_CROSSBAR_H

#include "../define/plan.h"
#include "band.h"
#include "canvas.h"
#include "findings.h"
#include "history.h"
#include "line_room.h"
#include "series.h"
#include "../define/warnings.h"

struct ohm_crossbar {
    plan plan;
    problem problem;
    uint64_t step;
    size_t engine_count, band_count;
    engine **engines;    // one for each device
    band **bands;        // in the order of their rows
    frame_store *frames; // of each engine
    canvas *canvases;    // likewise
    line_room *lines;    // of each band
    series series;
    history history;
    bool streams;     // some engine does: a band best takes many steps at a visit
    bool backwards;   // of which the next pass begins with the last band
    bool lost;        // a device failed within a step: nobody knows what the state is
    double idle;      // s since the last step
    drive *stimulus;  // opened
    drive *own;       // voltages of the caller's in its place, for which the engines are configured; or NULL
    ohm_wires *wires; // of its definition; NULL where lines are ideal and there are no tiles
    drive *wired; // where lines have resistances: what the circuit makes of these voltages (wired_drive.h)
    // What pictures need to know of the past: the stimulus of the last step, and its constants.
    drive *applied; // the same as stimulus unless that has changed since
    float applied_constants[4];
    bool forgotten;    // the voltages of the last step were a caller's, and are no longer known
    warnings warnings; // of its definition
    double flux_bound; // V·s, beyond which no flux can be
    double pulsed;     // V, of the pulses on lines that the model was last checked for; 0: none
    double step_loss;  // as ohm_crossbar_step_loss
    char *note;        // as ohm_crossbar_note; NULL for ""
};

// Whether its state is known. Errors: OHM_DEVICE_FAILED after a device has failed.
ohm_status crossbar_check_state(const ohm_crossbar *crossbar);

// Gives every engine a problem of the same size; if one fails, the old one again to those before it. prepare
// makes the bands' planes too. Errors: OHM_OUT_OF_MEMORY, OHM_DEVICE_FAILED, OHM_BUILD_FAILED.
ohm_status crossbar_configure(ohm_crossbar *crossbar, const problem *p);
ohm_status crossbar_prepare(ohm_crossbar *crossbar, const problem *p);

// The problem of a plan for the crossbar where it is now.
problem crossbar_problem_now(const ohm_crossbar *crossbar, const plan *p, const drive *stimulus, double idle);

// Takes what was found out about its definition.
void crossbar_take_findings(ohm_crossbar *crossbar, const findings *f);

// Whether the model's current at voltages up to this, either way, is its formula's. Errors: OHM_BAD_ARGUMENT.
ohm_status crossbar_check_voltage(const ohm_crossbar *crossbar, double voltage);

// Ends an idle time: what is read of the devices at its end is their state from now on.
// Errors: OHM_DEVICE_FAILED; the state is lost then.
ohm_status crossbar_settle(ohm_crossbar *crossbar);

// What it is given: its stimulus, or the caller's own voltages; and what its devices get of it: the same, but
// with wires what the circuit makes of it.
drive *crossbar_source(const ohm_crossbar *crossbar);
drive *crossbar_drive(const ohm_crossbar *crossbar);

// Goes back to the stimulus after voltages of the caller's own. Errors: as crossbar_prepare.
ohm_status crossbar_end_own(ohm_crossbar *crossbar);

// Notes that so many steps have been done with what drives it, for pictures of the voltage and the flux.
void crossbar_remember(ohm_crossbar *crossbar, uint64_t steps);

// Waits for every engine, also after one has failed. Returns status, or why waiting failed.
ohm_status crossbar_wait(ohm_crossbar *crossbar, ohm_status status);

// Lets go of bands and engines. Legal on one that is half-built.
void crossbar_release(ohm_crossbar *crossbar);

// Goes on in extended precision: what the states could not hold is 0 until now.
// Errors: OHM_OUT_OF_MEMORY, OHM_DEVICE_FAILED, OHM_BUILD_FAILED.
ohm_status crossbar_extend(ohm_crossbar *crossbar);

// Bytes that the planes take in a file.
uint64_t crossbar_planes_bytes(const ohm_crossbar *crossbar);

// What an engine has of the stimulus's frames.
frame_store *crossbar_frames(ohm_crossbar *crossbar, const engine *e);

// Draws the initial state. Errors: OHM_DEVICE_FAILED.
ohm_status crossbar_fill(ohm_crossbar *crossbar);

// Fills with 0 what a file may not have: every plane but the state's, and the padding of that.
// Errors: OHM_DEVICE_FAILED.
ohm_status crossbar_clear(ohm_crossbar *crossbar);

// Digest of a plane, as ohm_crossbar_digest of the state.
ohm_status crossbar_digest(ohm_crossbar *crossbar, plane which, uint64_t *digest);

// An area of a plane, from and to float32 [area.rows, area.cols]. It lies within the crossbar.
ohm_status crossbar_read(ohm_crossbar *crossbar, plane which, area a, float *out);
ohm_status crossbar_write(ohm_crossbar *crossbar, plane which, area a, const float *in);

#endif
