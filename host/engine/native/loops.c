// The loops over strips, for the lane width and instruction set that the compiler's options give. The physics
// is in the same headers as that of the OpenCL kernels.
#include "loops.h"

#if OHM_LANES == 16
#define INSTRUCTIONS "AVX-512"
#elif OHM_LANES == 8
#define INSTRUCTIONS "AVX2"
#elif OHM_LANES == 4
#define INSTRUCTIONS "4-lane vectors"
#else
#define INSTRUCTIONS "scalar"
#endif

#define LOOP(name, file, grid)                                                                               \
    static void run_##name(const ohm_call *call, u64 first, u64 end, u64 item) {                             \
        name##_loop(call, first, end, item);                                                                 \
    }
OHM_OPERATIONS(LOOP)
#define LISTED(name, file, grid) [OHM_OPERATION_##name] = run_##name,

// The most common kinds of crossbar have a loop for each model, so that the compiler knows the model. All
// other kinds share one set of loops, because compiling one for each model takes minutes. So do all kinds on
// x86 without an fma instruction: each fma is a call there, and its cost hides every other.
#if !defined(__x86_64__) || defined(__FMA__) || defined(__AVX512F__)

#define PLAIN(id, both)                                                                                      \
    ((ohm_variant){.model = id,                                                                              \
                   .stimulus = OHM_DISTRIBUTION_uniform,                                                     \
                   .frame = OHM_FRAME_NONE,                                                                  \
                   .single = 1,                                                                              \
                   .extended = both})
#define VARIED(id)                                                                                           \
    ((ohm_variant){.model = id,                                                                              \
                   .stimulus = OHM_DISTRIBUTION_uniform,                                                     \
                   .frame = OHM_FRAME_NONE,                                                                  \
                   .single = 1,                                                                              \
                   .extended = c->variant.extended,                                                          \
                   .varied = 1,                                                                              \
                   .noisy = model_kinetics(id) == OHM_PULSED && c->variant.noisy,                            \
                   .faulty = c->variant.faulty,                                                              \
                   .spreads = c->variant.spreads})
#define ALIKE(id) ((ohm_variant){.model = id})
#define MODEL(model, unused)                                                                                 \
    static void plain_##model(const ohm_call *c, u64 first, u64 end, u64 item) {                             \
        (void)item;                                                                                          \
        if (c->variant.extended)                                                                             \
            advance_strips(PLAIN(OHM_MODEL_##model, 1), c, first, end);                                      \
        else                                                                                                 \
            advance_strips(PLAIN(OHM_MODEL_##model, 0), c, first, end);                                      \
    }                                                                                                        \
    static void varied_##model(const ohm_call *c, u64 first, u64 end, u64 item) {                            \
        (void)item;                                                                                          \
        advance_strips(VARIED(OHM_MODEL_##model), c, first, end);                                            \
    }
OHM_MODELS(MODEL, )
#define ENTRY(model, function) [OHM_MODEL_##model] = function##_##model,

#else
#define ENTRY(model, function) [OHM_MODEL_##model] = run_advance,
#endif

// Readout has loops for each model too, but not under the sanitizers, which take minutes to compile them.
#if (!defined(__x86_64__) || defined(__FMA__) || defined(__AVX512F__)) && !defined(OHM_SMALL)
#define READOUT(model, unused)                                                                               \
    static void forward_##model(const ohm_call *c, u64 first, u64 end, u64 item) {                           \
        forward_items(ALIKE(OHM_MODEL_##model), 1, c, first, end, item);                                     \
    }                                                                                                        \
    static void backward_##model(const ohm_call *c, u64 first, u64 end, u64 item) {                          \
        backward_items(ALIKE(OHM_MODEL_##model), 1, c, first, end, item);                                    \
    }
OHM_MODELS(READOUT, )
#define READOUT_ENTRY(model, function) [OHM_MODEL_##model] = function##_##model,

#else
#define READOUT_ENTRY(model, function) [OHM_MODEL_##model] = run_##function,
#endif

const native_lanes OHM_PASTE(native_lanes_, OHM_LANES) = {
    .instructions = INSTRUCTIONS,
    .lanes = OHM_LANES,
    .loop = {OHM_OPERATIONS(LISTED)},
    .plain = {OHM_MODELS(ENTRY, plain)},
    .varied = {OHM_MODELS(ENTRY, varied)},
    .forward = {OHM_MODELS(READOUT_ENTRY, forward)},
    .backward = {OHM_MODELS(READOUT_ENTRY, backward)},
};
