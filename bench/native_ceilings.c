// The ceilings of the native engine for one lane width and instruction set, both given by compiler
// options, as for host/engine/native/loops.c.
#include "native_ceilings.h"

#include "../kernels/ceilings.h"

static void copy(const native_job *job, u64 first, u64 end) {
    const ohm_shape shape = job->shape;
    float *plane = job->memory.state;
    const u32 flip = (u32)(job->t >> 32); // t is small
    FOR_STRIPS(shape, first, end, ceiling_copy(plane, shape, row, x, flip));
}

static void philox(const native_job *job, u64 first, u64 end) {
    const ohm_physics physics = job->physics;
    const ohm_shape shape = job->shape;
    float *plane = job->memory.state;
    const u64 t = job->t;
    const u32 steps = job->steps;
    FOR_STRIPS(shape, first, end, ceiling_philox(plane, shape, row, x, t, steps, &physics));
}

OHM_FN void arithmetic_strips(int model, const native_job *job, u64 first, u64 end) {
    const ohm_variant kind = {.model = model, .stimulus = OHM_DISTRIBUTION_uniform};
    const ohm_physics physics = job->physics;
    const ohm_shape shape = job->shape;
    const ohm_memory m = job->memory;
    const u64 t = job->t;
    const u32 steps = job->steps;
    FOR_RUNS(shape, first, end, ceiling_arithmetic_run(kind, m, shape, row, x, stop, t, steps, &physics));
}

#define ARITHMETIC(model, unused)                                                                            \
    static void arithmetic_##model(const native_job *job, u64 first, u64 end) {                              \
        arithmetic_strips(OHM_MODEL_##model, job, first, end);                                               \
    }
OHM_MODELS(ARITHMETIC, )

#define ENTRY(model, unused) [OHM_MODEL_##model] = arithmetic_##model,

const native_ceilings OHM_PASTE(native_ceilings_, OHM_LANES) = {
    .lanes = OHM_LANES,
    .copy = copy,
    .philox = philox,
    .arithmetic = {OHM_MODELS(ENTRY, )},
};
