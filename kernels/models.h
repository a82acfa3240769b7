// The models of a memristor. To add one, write its header and enter its name in the two lists below.
//
// A model NAME is, in NAME.h, for the kernels:
//   NAME_initial(x, p)      the state that x in [0, 1] stands for, 1 being the most conductive
//   NAME_advance(s, v, p)   the state after one step at voltage v
//   NAME_resistance(s, p)   the resistance at state s; the conductance is its reciprocal
// and for the host (OHM_TABLES): NAME_about, NAME_parameters, and NAME_derive, which turns the
// parameters, in the table's order, into the constants the functions read.
#ifndef OHM_MODELS_H
#define OHM_MODELS_H

#include "sin_resistance.h"
#include "sin_state.h"

#define OHM_MODELS(X, argument) X(sin_state, argument) X(sin_resistance, argument)

#define OHM_MODEL_ID(name, unused) OHM_MODEL_##name,
enum { OHM_MODELS(OHM_MODEL_ID, ) OHM_MODEL_COUNT };

// The three functions of the model whose number is known at compile time.
#define OHM_MODEL_CASE(name, call)                                                                           \
    case OHM_MODEL_##name: return name##_##call;

OHM_FN vf32 model_initial(int model, vf32 x, const ohm_physics *p) {
    switch (model) { OHM_MODELS(OHM_MODEL_CASE, initial(x, p)) }
    return x;
}

OHM_FN vf32 model_advance(int model, vf32 state, vf32 voltage, const ohm_physics *p) {
    switch (model) { OHM_MODELS(OHM_MODEL_CASE, advance(state, voltage, p)) }
    return state;
}

OHM_FN vf32 model_resistance(int model, vf32 state, const ohm_physics *p) {
    switch (model) { OHM_MODELS(OHM_MODEL_CASE, resistance(state, p)) }
    return state;
}

#endif
