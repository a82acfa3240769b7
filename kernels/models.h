// The models of a memristor. To add one, write its header in models/ and enter it here, where it is included
// and in the list.
//
// A model NAME is, in models/NAME.h, for the kernels, c being the constants of one device (physics.h):
//   NAME_initial(x, c)      the state that x in [0, 1] stands for, 1 being the most conductive
//   NAME_rate(s, v, c, p)   what a (sub-)step at voltage v adds to the state, over c[OHM_GAIN]
//   NAME_resistance(s, c)   the resistance at state s; the conductance is its reciprocal
//   NAME_current(s, v, c)   the current at voltage v; OHMIC_CURRENT(NAME) makes it v/R
//   NAME_ohmic              whether it is that; OHMIC_CURRENT says so
//   NAME_inverse(r, c)      the state whose resistance is r, for r between those at the ends
//   NAME_kinetics             how it moves (physics.h)
//   NAME_prepare(c, n, p)   those constants that follow from parameters whose bits (OHM_BIT) are set in n,
//                           for new; the others need not be worked out again
// and for the host (OHM_TABLES): NAME_about, NAME_parameters, and NAME_derive, which sets what is left: the
// bounds of the state unless they are parameters, and OHM_GAIN unless it is the time of a sub-step.
#ifndef OHM_MODELS_H
#define OHM_MODELS_H

#include "variant.h"

// The current through a resistor.
#define OHMIC_CURRENT(name)                                                                                  \
    enum { name##_ohmic = 1 };                                                                               \
    OHM_FN vf32 name##_current(vf32 state, vf32 voltage, const vf32 *c) {                                    \
        return v_divide(voltage, name##_resistance(state, c));                                               \
    }

#include "models/exp_step.h"
#include "models/jart_vcm.h"
#include "models/linear_ion_drift.h"
#include "models/linear_step.h"
#include "models/mmss.h"
#include "models/sin_resistance.h"
#include "models/sin_state.h"
#include "models/soft_bounds.h"
#include "models/stanford_pku.h"
#include "models/table_step.h"
#include "models/vteam.h"
#include "models/yakopcic.h"

#define OHM_MODELS(X, argument)                                                                              \
    X(sin_state, argument)                                                                                   \
    X(sin_resistance, argument)                                                                              \
    X(linear_ion_drift, argument)                                                                            \
    X(vteam, argument)                                                                                       \
    X(yakopcic, argument)                                                                                    \
    X(mmss, argument)                                                                                        \
    X(stanford_pku, argument)                                                                                \
    X(jart_vcm, argument)                                                                                    \
    X(linear_step, argument)                                                                                 \
    X(soft_bounds, argument)                                                                                 \
    X(exp_step, argument)                                                                                    \
    X(table_step, argument)

#define OHM_MODEL_ID(name, unused) OHM_MODEL_##name,
enum { OHM_MODELS(OHM_MODEL_ID, ) OHM_MODEL_COUNT };

#ifdef __OPENCL_C_VERSION__

#define model_prepare(model, c, n, p) OHM_PASTE(OHM_MODEL, _prepare)(c, n, p)
#define model_initial(model, x, c) OHM_PASTE(OHM_MODEL, _initial)(x, c)
#define model_rate(model, state, voltage, c, p) OHM_PASTE(OHM_MODEL, _rate)(state, voltage, c, p)
#define model_resistance(model, state, c) OHM_PASTE(OHM_MODEL, _resistance)(state, c)
#define model_current(model, state, voltage, c) OHM_PASTE(OHM_MODEL, _current)(state, voltage, c)
#define model_inverse(model, resistance, c) OHM_PASTE(OHM_MODEL, _inverse)(resistance, c)
#define model_kinetics(model) ((int)OHM_PASTE(OHM_MODEL, _kinetics))

#else

// clang-format off

#define OHM_MODEL_PREPARE(name, call)                                                                        \
    case OHM_MODEL_##name: name##_prepare call; break;
#define OHM_MODEL_CASE(name, call)                                                                           \
    case OHM_MODEL_##name: return name##_##call;
#define OHM_MODEL_MOTION(name, unused)                                                                       \
    case OHM_MODEL_##name: return name##_kinetics;

// clang-format on

OHM_FN void model_prepare(int model, vf32 *c, u32 n, const ohm_physics *p) {
    switch (model) { OHM_MODELS(OHM_MODEL_PREPARE, (c, n, p)) }
}

OHM_FN vf32 model_initial(int model, vf32 x, const vf32 *c) {
    switch (model) { OHM_MODELS(OHM_MODEL_CASE, initial(x, c)) }
    return x;
}

OHM_FN vf32 model_rate(int model, vf32 state, vf32 voltage, const vf32 *c, const ohm_physics *p) {
    switch (model) { OHM_MODELS(OHM_MODEL_CASE, rate(state, voltage, c, p)) }
    return state;
}

OHM_FN vf32 model_resistance(int model, vf32 state, const vf32 *c) {
    switch (model) { OHM_MODELS(OHM_MODEL_CASE, resistance(state, c)) }
    return state;
}

OHM_FN vf32 model_current(int model, vf32 state, vf32 voltage, const vf32 *c) {
    switch (model) { OHM_MODELS(OHM_MODEL_CASE, current(state, voltage, c)) }
    return voltage;
}

OHM_FN vf32 model_inverse(int model, vf32 resistance, const vf32 *c) {
    switch (model) { OHM_MODELS(OHM_MODEL_CASE, inverse(resistance, c)) }
    return resistance;
}

OHM_FN int model_kinetics(int model) {
    switch (model) { OHM_MODELS(OHM_MODEL_MOTION, ) }
    return OHM_PER_STEP;
}

#endif

#endif
