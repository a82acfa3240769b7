// The loops over strips for one lane width and instruction set, both given by compiler options. The
// physics comes from the same headers as the OpenCL kernels'.
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

// One step a launch has a loop of its own: 3.1 instead of 2.9·10⁹ synapse-steps/s on two Zen 4 cores.
OHM_FN void advance_strips(ohm_variant variant, const native_job *job, u64 first, u64 end) {
    const ohm_physics physics = job->physics; // a copy the stores below can't change
    const ohm_frame geometry = job->geometry;
    const ohm_shape shape = job->shape;
    const ohm_memory m = job->memory;
    const u64 t = job->t;
    const u32 steps = job->steps;
    if (variant_unrolls(variant) && !variant_of(variant, varied) && !variant_of(variant, extended) &&
        steps == 1)
        FOR_RUNS(shape, first, end,
                 strips_advance(variant, m, &geometry, shape, row, x, stop, t, 1, &physics));
    else
        FOR_RUNS(shape, first, end,
                 strips_advance(variant, m, &geometry, shape, row, x, stop, t, steps, &physics));
}

static void fill_strips(const native_job *job, u64 first, u64 end) {
    const ohm_physics physics = job->physics;
    FOR_STRIPS(job->shape, first, end,
               strip_fill(job->variant, job->initial, job->memory, job->shape, row, x, &physics));
}

static void settle_strips(const native_job *job, u64 first, u64 end) {
    const ohm_physics physics = job->physics;
    FOR_STRIPS(job->shape, first, end, strip_settle(job->variant, job->memory, job->shape, row, x, &physics));
}

static ohm_tally tally_strips(const native_job *job, u64 first, u64 end, u32 *bins) {
    tally_lanes tally = tally_start();
    FOR_STRIPS(job->shape, first, end,
               strip_tally(job->variant, &tally, bins, job->memory.state, job->shape, row, x, &job->physics));
    return tally_finish(&tally);
}

static u64 digest_strips(const float *plane, ohm_shape shape, u64 first, u64 end) {
    vu64 sum = v_splat_u64(0);
    FOR_STRIPS(shape, first, end, sum = strip_digest(sum, plane, shape, row, x));
    return sum_lanes(sum);
}

static void view_pixels(const native_job *job, const view_job *view, u32 x, u32 end, u32 y, i64 *totals) {
    ohm_memory m = job->memory;
    if (view->picture.quantity == VIEW_FLUX) m.state = m.flux;
    view_run(job->variant, &view->picture, m, &job->geometry, job->shape, view->cols, view->rows, x, end, y,
             &job->physics, totals);
}

static void general_strips(const native_job *job, u64 first, u64 end) {
    advance_strips(job->variant, job, first, end);
}

// Loops for each model, in which the compiler knows it, for the commonest kinds. The rest has one set for
// all: to have one for each model takes the compiler minutes. On x86 without an fma instruction all kinds
// have: each fma is a call there, beside which nothing else shows.
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
                   .extended = job->variant.extended,                                                        \
                   .varied = 1,                                                                              \
                   .noisy = model_kinetics(id) == OHM_PULSED && job->variant.noisy,                          \
                   .faulty = job->variant.faulty,                                                            \
                   .spreads = job->variant.spreads})
#define MODEL(model, unused)                                                                                 \
    static void plain_##model(const native_job *job, u64 first, u64 end) {                                   \
        if (job->variant.extended)                                                                           \
            advance_strips(PLAIN(OHM_MODEL_##model, 1), job, first, end);                                    \
        else                                                                                                 \
            advance_strips(PLAIN(OHM_MODEL_##model, 0), job, first, end);                                    \
    }                                                                                                        \
    static void varied_##model(const native_job *job, u64 first, u64 end) {                                  \
        advance_strips(VARIED(OHM_MODEL_##model), job, first, end);                                          \
    }
OHM_MODELS(MODEL, )
#define ENTRY(model, function) [OHM_MODEL_##model] = function##_##model,

#else
#define ENTRY(model, function) [OHM_MODEL_##model] = general_strips,
#endif

const native_lanes OHM_PASTE(native_lanes_, OHM_LANES) = {
    .instructions = INSTRUCTIONS,
    .lanes = OHM_LANES,
    .plain = {OHM_MODELS(ENTRY, plain)},
    .varied = {OHM_MODELS(ENTRY, varied)},
    .general = general_strips,
    .fill = fill_strips,
    .settle = settle_strips,
    .view = view_pixels,
    .tally = tally_strips,
    .digest = digest_strips,
};
