// Leaky integrate-and-fire neurons: τ_m dv/dt = −(v − v_rest) + R_m I, solved exactly over a step in which I
// is constant. A neuron fires where v reaches v_threshold + θ; it is then reset, rests for a refractory time,
// and θ, its adaptation, grows by θ₊. θ decays with a time constant of its own (Diehl & Cook 2015, Front.
// Comput. Neurosci. 9:99).
#ifndef OHM_NEURONS_H
#define OHM_NEURONS_H

#include "../ohmscape.h"

// How neurons of one step affect the others: not at all; each spike lowers the potentials of all others; or
// the one furthest above its threshold fires alone, and all others are reset.
enum { LATERAL_NONE, LATERAL_INHIBIT, LATERAL_WINNER };

typedef struct neuron_law {
    double rest, threshold, reset; // V
    double keep;                   // exp(−step/τ_m): what a step leaves of v − v_rest
    double gain;                   // V/A: R_m·(1 − keep), what a step adds to v
    double theta_plus, theta_keep; // V; exp(−step/τ_θ)
    uint32_t refractory;           // steps
    int lateral;
    double inhibition, lowest; // V; inhibition lowers no potential below lowest
} neuron_law;

typedef struct neurons {
    neuron_law law;
    uint64_t count;
    double *v, *theta, *current; // V, V, A: after the last step
    uint64_t *spikes;            // since they began
    uint32_t *resting;           // steps left of the refractory time
    uint32_t *fired;             // who did in the last step, ascending
    uint64_t fired_count;
} neurons;

// exp(−x) for x ≥ 0, the same bits on every machine, which the C library does not promise.
double neurons_decay(double x);

// Makes count neurons at rest. Errors: OHM_OUT_OF_MEMORY.
ohm_status neurons_make(neurons *n, const neuron_law *law, uint64_t count);
void neurons_free(neurons *n);

// All at rest, as they were made.
void neurons_reset(neurons *n);

// Takes a step under the currents, A, float64 [count]; kick is added to the potentials before, V, or NULL.
void neurons_step(neurons *n, const double *current, const float *kick);

#endif
