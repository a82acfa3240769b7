// Unsupervised training: neurons of a spiking network compete for the samples, and each is labelled
// afterwards with the class that it answered most. Diehl & Cook 2015, Front. Comput. Neurosci. 9:99.
#ifndef OHM_COMPETITION_H
#define OHM_COMPETITION_H

#include "samples.h"

// What stands for a network without a stimulus of its own.
#define COMPETITION_STIMULUS                                                                                 \
    "spiking:plasticity=pair,lateral=winner,rate=1000,show=0.03,pause=0.02,weight=8e-4,tau_m=0.03,"          \
    "refractory=0,theta_plus=1e-3,tau_theta=100,a_plus=1.5e-3,a_minus=0,target=6,keep=0"
#define COMPETITION_MODEL                                                                                    \
    "linear-step:dw_min=0.001,up_down=0,w_min=-1,w_max=1,gamma_up=0,gamma_down=0,noise=0"
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

// Makes one for a crossbar, [inputs, neurons], with such a stimulus. Errors: OHM_OUT_OF_MEMORY.
ohm_status competition_make(const ohm_crossbar *c, uint32_t classes, competition **made);
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
