// Drives: opened stimuli, which say what voltage every synapse has at every step. What is random in it is
// drawn in the kernels; the rest, which depends on the step, on files or on what the crossbar answers, is a
// frame (kernels/frame.h) made here, launch by launch.
#ifndef OHM_DRIVE_H
#define OHM_DRIVE_H

#include "../../kernels/frame.h"
#include "../define/plan.h"
#include "input.h"

// What a drive is applied to.
typedef struct drive_site {
    uint64_t rows, cols, pitch, seed;
    double dt;
    // For drives that listen, of a device without spread: the largest conductance in S; the range of the
    // state, negative where a larger state conducts less; and 1 where V > 0 raises the conductance, -1 where
    // it lowers it.
    double most_conductance, rising_range;
    int polarity;
} drive_site;

// The frame of some steps, as kernels/frame.h has it, image rows from 0.
typedef struct drive_frame {
    ohm_frame geometry;
    const float *values; // live until the next frame of the same drive
    size_t count;
    uint64_t version; // equal only if the values are the same; never 0
    uint32_t steps;   // that it is good for, from 1 to what was asked for
    int manner;       // of its step
    // Of drives that listen: where in the values the rows' inputs are, in V, [rows], by which the columns are
    // read in the step, and the largest of all steps; where the two pairs of lines of a rule are; and whether
    // the columns of the first are not all 0 (kernels/network.h).
    size_t input, more;
    float largest_input;
    bool posts;
} drive_frame;

// What becomes of the devices in a step: they get the frame's voltages; the same, while the columns are read;
// or their states change by a rule while the columns are read.
enum { DRIVE_STEP, DRIVE_LISTEN, DRIVE_LEARN };

typedef struct drive drive;

// Opens the stimulus of a plan: reads what it takes from files, those that are known (input_get) or NULL, and
// checks all of it. Errors: OHM_IO_FAILED, OHM_BAD_FILE, OHM_BAD_ARGUMENT, OHM_OUT_OF_MEMORY.
ohm_status drive_open(const plan *p, const input_set *known, drive **opened);

// Legal on NULL.
void drive_close(drive *d);

// The files that it was read from.
const input_set *drive_inputs(const drive *d);

// How its frames are laid out, of kernels/frame.h.
int drive_layout(const drive *d);

// Whether what it applies in a step depends on the steps before: they are taken one by one.
bool drive_is_closed_loop(const drive *d);

// The least and the greatest voltage it applies, and the greatest either way, in V.
void drive_range(const drive *d, double *low, double *high);
double drive_largest(const drive *d);

// The voltages it applies beside 0, if they are a few levels, and how many: none of one that varies.
#define DRIVE_MAX_LEVELS 3
int drive_levels(const drive *d, double level[DRIVE_MAX_LEVELS]);

// Of a drive that listens. begin: the next step is t, wherever it was before. hear: what the columns carried
// in step t, whose frame was the last one, in A, float64 [cols]; ends the step. restart: the next step is its
// first. Others do nothing.
void drive_begin(drive *d, uint64_t t);
void drive_hear(drive *d, uint64_t t, const double *col_current);
void drive_restart(drive *d);

// The frame of up to most steps from t on. Without frames, values is NULL and every step is good. A drive
// that listens knows that of its next step and, until that is asked for, of its last one. Errors:
// OHM_IO_FAILED, OHM_BAD_FILE, OHM_OUT_OF_MEMORY; OHM_BAD_ARGUMENT, of a step that it does not know.
ohm_status drive_next(drive *d, uint64_t t, uint32_t most, drive_frame *frame);

// Whether it gives every line a voltage, of which those of the synapses are differences; and these voltages
// at a step, in V: V_ij = rows_i − cols_j, float64 [rows] and [cols]. Errors: those of drive_next.
bool drive_has_lines(const drive *d);
ohm_status drive_line_voltages(drive *d, uint64_t t, double *rows, double *cols);

#endif
