// The ceilings of the native engine for one lane width and instruction set, both given by compiler
// options, as for loops.c.
#include "native_ceilings.h"

#include "../../../kernels/ceilings.h"

static void copy(const ohm_call *c, u64 first, u64 end, u64 item) {
    const ohm_shape shape = c->shape;
    float *plane = c->buffer[0];
    const u32 flip = (u32)(((const ohm_advance *)c->arguments)->t >> 32); // t is small
    (void)item;
    FOR_STRIPS(shape, first, end, ceiling_copy(plane, shape, row, x, flip));
}

static void philox(const ohm_call *c, u64 first, u64 end, u64 item) {
    const ohm_physics physics = *c->physics;
    const ohm_shape shape = c->shape;
    const ohm_advance a = *(const ohm_advance *)c->arguments;
    float *plane = c->buffer[0];
    (void)item;
    FOR_STRIPS(shape, first, end, ceiling_philox(plane, shape, row, x, a.t, a.steps, &physics));
}

OHM_FN void arithmetic_strips(int model, const ohm_call *c, u64 first, u64 end) {
    const ohm_variant variant = {.model = model, .stimulus = OHM_DISTRIBUTION_uniform};
    const ohm_physics physics = *c->physics;
    const ohm_shape shape = c->shape;
    const ohm_memory m = {.state = c->buffer[0]};
    const ohm_advance a = *(const ohm_advance *)c->arguments;
    FOR_RUNS(shape, first, end,
             ceiling_arithmetic_run(variant, m, shape, row, x, stop, a.t, a.steps, &physics));
}

#define ARITHMETIC(model, unused)                                                                            \
    static void arithmetic_##model(const ohm_call *c, u64 first, u64 end, u64 item) {                        \
        (void)item;                                                                                          \
        arithmetic_strips(OHM_MODEL_##model, c, first, end);                                                 \
    }
OHM_MODELS(ARITHMETIC, )

#define ENTRY(model, unused) [OHM_MODEL_##model] = arithmetic_##model,

const native_ceilings OHM_PASTE(native_ceilings_, OHM_LANES) = {
    .lanes = OHM_LANES,
    .copy = copy,
    .philox = philox,
    .arithmetic = {OHM_MODELS(ENTRY, )},
};
