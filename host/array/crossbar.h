// The inside of a crossbar, for the files that save and load one.
#ifndef OHM_CROSSBAR_H
#define OHM_CROSSBAR_H

#include "../define/plan.h"
#include "band.h"
#include "picture.h"
#include "history.h"
#include "series.h"
#include "../define/warnings.h"

struct ohm_crossbar {
    plan plan;
    problem problem;
    uint64_t step;
    size_t engine_count, band_count;
    engine **engines;        // one for each device
    band **bands;            // in the order of their rows
    frame_store *frames;     // of each engine
    picture_store *pictures; // likewise
    series series;
    history history;
    bool lost;       // a device failed within a step: nobody knows what the state is
    double idle;     // s since the last step
    drive *stimulus; // opened
    // What pictures need to know of the past: the stimulus of the last step, and its constants.
    drive *applied; // the same as stimulus unless that has changed since
    float applied_constants[4];
    warnings warnings; // of its definition
    double flux_bound; // V·s, beyond which no flux can be
    double step_loss;  // as ohm_crossbar_step_loss
};

// The field of the last step, for pictures of its voltage. Errors: as drive_next.
ohm_status crossbar_last_frame(const ohm_crossbar *crossbar, drive_frame *frame);

// Takes a changed plan, and a stimulus for it in place of the one that is there unless it is NULL: makes the
// engines ready, unless Euler's method is not stable. On failure nothing has changed, and the stimulus is
// still the caller's.
ohm_status crossbar_take(ohm_crossbar *crossbar, const plan *changed, drive *opened);

// Goes on in extended precision: what the states could not hold is 0 until now.
// Errors: OHM_OUT_OF_MEMORY, OHM_DEVICE_FAILED, OHM_BUILD_FAILED.
ohm_status crossbar_extend(ohm_crossbar *crossbar);

// Creates a crossbar, as ohm_crossbar_create, to which a saved one is then copied: its stimulus is read from
// inputs that were saved (input_get), and its initial state is of no matter. inputs is NULL for a new one.
ohm_status crossbar_create(ohm_devices *devices, const ohm_definition *definition, const input_set *inputs,
                           ohm_crossbar **crossbar);

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
