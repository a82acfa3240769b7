// What the neurons of a crossbar do: the spikes of the last steps, and the membrane potentials.
#ifndef VIZ_ACTIVITY_H
#define VIZ_ACTIVITY_H

#include "raster.h"

#define ACTIVITY_SAMPLES 1024 // most points of a membrane's course

// What is wanted of it.
typedef struct activity_order {
    bool wanted;
    uint64_t neuron;   // the one whose membrane is shown
    uint64_t steps;    // of the past
    int width, height; // of the raster, pixels
} activity_order;

// A neuron's potential and threshold after a step.
typedef struct activity_sample {
    uint64_t step;
    float potential, threshold; // V
} activity_sample;

typedef struct activity {
    uint64_t neurons; // 0: nothing is known
    uint64_t step;    // now
    uint64_t steps;   // of the past, at most
    raster_shape shape;
    uint64_t first;   // the raster's first step
    uint16_t *bins;   // its counts
    size_t room;      // for so many
    uint16_t most;    // the largest count
    uint64_t spikes;  // in the raster
    uint64_t neuron;  // the one that is shown
    double potential; // V, its own now
    double threshold; // V
    double current;   // A
    size_t samples;   // from the oldest on
    activity_sample sample[ACTIVITY_SAMPLES];
    size_t fired; // steps at which it did, the last ones if there were more
    uint64_t fired_at[ACTIVITY_SAMPLES];
} activity;

// Copies what another has. Errors: OHM_OUT_OF_MEMORY.
ohm_status activity_copy(activity *to, const activity *from);
void activity_free(activity *a);

// The membranes of all neurons, as far as there is memory for their past, so that another neuron can be
// chosen and its past is there.
typedef struct membranes {
    uint64_t neurons;
    size_t capacity, count;       // samples: the last ones, number i at i % capacity
    float *potential, *threshold; // [capacity, neurons]
    uint64_t *step;               // [capacity]
    double *values;               // [neurons]
} membranes;

// Takes a sample now. One of an earlier step than the last begins anew. Errors: OHM_OUT_OF_MEMORY and those
// of ohm_crossbar_read_neurons.
ohm_status membranes_sample(membranes *m, const ohm_crossbar *c);

// How many steps apart samples have to be for so many steps of the past.
uint64_t membranes_interval(const ohm_crossbar *c, uint64_t steps);
void membranes_free(membranes *m);

// Reads what is wanted. Errors: OHM_OUT_OF_MEMORY and those of reading neurons and spikes.
ohm_status activity_read(const ohm_crossbar *c, const activity_order *o, const membranes *m, activity *a);

#endif
