// The thread that steps the crossbar and looks at it, so that the window never waits for either.
//
// It works on one order at a time. Between orders the crossbar belongs to whoever drives it; during one,
// to the thread.
#ifndef VIZ_SIMULATION_H
#define VIZ_SIMULATION_H

#include "../host/ohmscape_cl.h"
#include "../host/ohmscape_train.h"
#include "activity.h"
#include "bars.h"

#define SIMULATION_SAMPLE 256 // the sample's pixels on a side
#define SIMULATION_FIELD 64   // most pixels on a side of the picture of the stimulus

// What to do, in this order.
typedef struct simulation_order {
    uint64_t steps;         // of a training, samples
    ohm_training *training; // which the crossbar is part of, or NULL
    size_t layer;           // the crossbar's
    bool statistics; // of the state, a sample of the view's values, and the stimulus if that has a width
    bool probe;      // the synapse and the area below
    bool trace;      // the selected synapse's voltage and current
    bool network;    // for whoever gave the order: the view is a network's
    bool tiles;      // likewise, of receptive fields; in a training the view is of weights
    bool print;      // and the probe is to be printed
    bool bars;       // the voltages and currents of lines, for the view
    activity_order activity; // of the neurons
    ohm_view view;           // to be drawn
    cl_mem buffer;           // where, if OpenCL has it; NULL: on the host
    uint64_t probe_row, probe_col;
    ohm_view area; // of one pixel
    uint64_t trace_row, trace_col;
    ohm_view stimulus; // SIMULATION_FIELD pixels or less on a side
} simulation_order;

// What came of it. The arrays live until the next order.
typedef struct simulation_result {
    simulation_order order;
    ohm_status status; // of the first thing that failed, and its texts
    char message[1024], hint[256];
    bool torn;             // the device failed in the midst of the steps: the state is of none
    uint64_t steps;        // of the order that were done: fewer if a signal came
    uint64_t step;         // steps done in all
    ohm_extremes extremes; // of the view
    const float *image;    // [view.height, view.width], or NULL if it was drawn into the buffer
    const float *sample;   // SIMULATION_SAMPLE² values of synapses, evenly over the view
    const float *field;    // [stimulus.height, stimulus.width]
    ohm_statistics statistics;
    const bars *bars;            // of the lines
    const activity *activity;    // of the neurons
    float value[OHM_QUANTITIES]; // of the synapse
    float trace_voltage, trace_current;
    double idle;             // s, as ohm_crossbar_idle_time
    float area[OHM_NEAREST]; // mean, min and max of the view's quantity in the area
    double step_seconds, view_seconds, statistics_seconds;
} simulation_result;

// Does so many steps, or fewer if a signal comes; *done receives how many. Errors: those of
// ohm_crossbar_advance.
ohm_status simulation_advance(ohm_crossbar *crossbar, uint64_t steps, uint64_t *done);

typedef struct simulation simulation;

// Starts the thread. Errors: OHM_OUT_OF_MEMORY.
ohm_status simulation_create(ohm_crossbar *crossbar, simulation **s);

// Waits for the order in hand and ends the thread. Legal on NULL.
void simulation_destroy(simulation *s);

// Gives an order; none may be in hand.
void simulation_start(simulation *s, const simulation_order *order);

// Whether no order is in hand, waiting up to so many seconds for that.
bool simulation_wait(simulation *s, double seconds);

// Goes on with another crossbar; no order may be in hand.
void simulation_use(simulation *s, ohm_crossbar *crossbar);

// What came of the last order.
const simulation_result *simulation_last(const simulation *s);

#endif
