// Unsupervised training: neurons of a spiking network compete for the samples, and each is labelled
// afterwards with the class that it answered most. Diehl & Cook 2015, Front. Comput. Neurosci. 9:99.
#ifndef OHM_COMPETITION_H
#define OHM_COMPETITION_H

#include "data.h"

// What stands for a network without a stimulus of its own.
#define COMPETITION_STIMULUS                                                                                 \
    "spiking:plasticity=pair,lateral=winner,rate=200,show=0.05,pause=0.02,weight=0.003,theta_plus=2e-3,"     \
    "tau_theta=20,a_plus=0.03,a_minus=0,target=0.6,keep=0"
#define COMPETITION_MODEL "soft-bounds:dw_min=0.001,up_down=0"
#define COMPETITION_INITIAL "uniform:lo=0.1,hi=0.4"

typedef struct competition {
    uint64_t inputs, neurons;
    uint32_t classes;
    uint64_t show, pause;   // steps, as the stimulus has them
    char *learning, *fixed; // the stimulus, and the same in which nothing learns or adapts
    double *answer;         // spikes to the samples of each class in this epoch, [neurons, classes]
    uint64_t *shown;        // samples of each class in this epoch
    uint32_t *label;        // of each neuron; classes: none
    double *before, *now;   // spikes so far, [neurons]
    float *rates;           // [inputs]
} competition;

// Whether a stimulus is one for it. Errors: OHM_BAD_ARGUMENT.
ohm_status competition_check(const char *stimulus);

// Makes one for a crossbar with this stimulus, [inputs, neurons]. Errors: OHM_OUT_OF_MEMORY.
ohm_status competition_make(const ohm_crossbar *c, const data *d, competition **made);
void competition_free(competition *p); // legal on NULL

// Shows a sample, from which the network learns, and what it takes it for by the labels that the neurons
// have; classes where none of them fires. Errors: those of ohm_crossbar_advance.
ohm_status competition_train(competition *p, ohm_crossbar *c, const float *sample, uint32_t label,
                             uint32_t *guess);

// Labels the neurons by their answers in the epoch, and begins another.
void competition_label(competition *p);

// Counts what a network that does not change takes samples for, in confusion [classes, classes]: one that no
// neuron answers is taken for class 0. Errors: those of ohm_crossbar_advance and ohm_crossbar_change.
ohm_status competition_evaluate(competition *p, ohm_crossbar *c, const sample_set *s, uint64_t *confusion);

#endif
