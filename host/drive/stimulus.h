// Stimuli: the voltage of every synapse at every step. What is random in it is drawn in the kernels; the
// rest, which depends on the step and comes from formulas or files, is a field (kernels/frame.h) made here,
// launch by launch.
#ifndef OHM_STIMULUS_H
#define OHM_STIMULUS_H

#include "../../kernels/frame.h"
#include "input.h"
#include "../define/spec.h"

enum {
    STIMULUS_UNIFORM,
    STIMULUS_CONSTANT,
    STIMULUS_NORMAL,
    STIMULUS_WAVE,
    STIMULUS_LINES,
    STIMULUS_WRITE,
    STIMULUS_PATTERN,
    STIMULUS_FILE,
    STIMULUS_COUNT
};

extern const spec_entry stimulus_entries[STIMULUS_COUNT];

// The largest voltage, either way: as far as v_sin is good.
#define STIMULUS_MAX 1000.0

// What a table of ranges can't express. Errors: OHM_BAD_ARGUMENT.
ohm_status stimulus_check(const spec *s);

// The distribution that the kernels need for it, and its constants.
int stimulus_distribution(const spec *s);
void stimulus_derive(const spec *s, float c[4]);

// What it is applied to.
typedef struct stimulus_site {
    uint64_t rows, cols, pitch, seed;
    double dt;
} stimulus_site;

// The host's part of a stimulus: an opened one.
typedef struct stimulator stimulator;

// Reads what it takes from files, those that are known (input_get) or NULL, and checks all of it.
// Errors: OHM_IO_FAILED, OHM_BAD_FILE, OHM_BAD_ARGUMENT, OHM_OUT_OF_MEMORY.
ohm_status stimulus_open(const spec *s, const stimulus_site *site, const input_set *known,
                         stimulator **opened);

// What it was read from.
const input_set *stimulus_inputs(const stimulator *s);

// Legal on NULL.
void stimulus_close(stimulator *s);

// The variant of its field (kernels/frame.h).
int stimulus_field(const stimulator *s);

// The least and the greatest voltage it applies.
void stimulus_range(const stimulator *s, double *low, double *high);

// The voltages it applies beside 0, if they are a few levels, and how many: none of one that varies.
#define STIMULUS_MAX_LEVELS 3
int stimulus_levels(const stimulator *s, double level[STIMULUS_MAX_LEVELS]);

// The field of some steps from t on, as kernels/frame.h has it, image rows from 0.
typedef struct stimulus_frame {
    ohm_frame geometry;
    const float *values; // live until the next frame of the same stimulus
    size_t count;
    uint64_t version; // equal only if the values are the same; never 0
    uint32_t steps;   // that it is good for, from 1 to what was asked for
} stimulus_frame;

// Without a field, values is NULL and every step is good.
// Errors: OHM_IO_FAILED, OHM_OUT_OF_MEMORY.
ohm_status stimulus_make_frame(stimulator *s, uint64_t t, uint32_t most, stimulus_frame *frame);

#endif
