// The loops over strips for one lane width and instruction set, both given by compiler options. The
// physics comes from the same headers as the OpenCL kernels'.
#include "native_lanes.h"

#if OHM_LANES == 16
#define INSTRUCTIONS "AVX-512"
#elif OHM_LANES == 8
#define INSTRUCTIONS "AVX2"
#elif OHM_LANES == 4
#define INSTRUCTIONS "4-lane vectors"
#else
#define INSTRUCTIONS "scalar"
#endif

OHM_FN void advance_strips(int model, int stimulus, const native_job *job, u64 first, u64 end) {
    const ohm_physics physics = job->physics; // a copy the stores below can't change
    const ohm_shape shape = job->shape;
    float *state = job->state, *flux = job->flux;
    const u64 t = job->t;
    const u32 steps = job->steps;
    if (flux)
        FOR_RUNS(shape, first, end,
                 strips_advance(model, stimulus, 1, state, flux, shape, row, x, stop, t, steps, &physics));
    else if (steps == 1) // a loop of its own: 3.1 instead of 2.9·10⁹ synapse-steps/s on two Zen 4 cores
        FOR_RUNS(shape, first, end,
                 strips_advance(model, stimulus, 0, state, flux, shape, row, x, stop, t, 1, &physics));
    else
        FOR_RUNS(shape, first, end,
                 strips_advance(model, stimulus, 0, state, flux, shape, row, x, stop, t, steps, &physics));
}

OHM_FN void fill_strips(int model, const native_job *job, u64 first, u64 end) {
    FOR_STRIPS(job->shape, first, end,
               strip_fill(model, job->initial, job->flux != 0, job->state, job->flux, job->shape, row, x,
                          &job->physics));
}

OHM_FN ohm_tally tally_strips(int model, const native_job *job, u64 first, u64 end, u32 *bins) {
    tally_lanes tally = tally_start();
    FOR_STRIPS(job->shape, first, end,
               strip_tally(model, &tally, bins, job->state, job->shape, row, x, &job->physics));
    return tally_finish(&tally);
}

static u64 digest_strips(const float *plane, ohm_shape shape, u64 first, u64 end) {
    vu64 sum = v_splat_u64(0);
    FOR_STRIPS(shape, first, end, sum = strip_digest(sum, plane, shape, row, x));
    return sum_lanes(sum);
}

OHM_FN void view_pixels(int model, int stimulus, const native_job *job, const view_job *view, u32 x, u32 end,
                        u32 y, i64 *totals) {
    const float *plane = view->picture.quantity == VIEW_FLUX ? job->flux : job->state;
    view_run(model, stimulus, &view->picture, plane, job->shape, view->cols, view->rows, x, end, y,
             &job->physics, totals);
}

// One function for each choice, in which the compiler knows the choice.
#define ADVANCE(stimulus, model)                                                                             \
    static void advance_##model##_##stimulus(const native_job *job, u64 first, u64 end) {                    \
        advance_strips(OHM_MODEL_##model, OHM_DISTRIBUTION_##stimulus, job, first, end);                     \
    }                                                                                                        \
    static void view_##model##_##stimulus(const native_job *job, const view_job *view, u32 x, u32 end,       \
                                          u32 y, i64 *totals) {                                              \
        view_pixels(OHM_MODEL_##model, OHM_DISTRIBUTION_##stimulus, job, view, x, end, y, totals);           \
    }
#define MODEL(model, unused)                                                                                 \
    OHM_DISTRIBUTIONS(ADVANCE, model)                                                                        \
    static void fill_##model(const native_job *job, u64 first, u64 end) {                                    \
        fill_strips(OHM_MODEL_##model, job, first, end);                                                     \
    }                                                                                                        \
    static ohm_tally tally_##model(const native_job *job, u64 first, u64 end, u32 *bins) {                   \
        return tally_strips(OHM_MODEL_##model, job, first, end, bins);                                       \
    }
OHM_MODELS(MODEL, )

#define ADVANCE_ENTRY(stimulus, model) [OHM_DISTRIBUTION_##stimulus] = advance_##model##_##stimulus,
#define ADVANCE_ROW(model, unused) [OHM_MODEL_##model] = {OHM_DISTRIBUTIONS(ADVANCE_ENTRY, model)},
#define VIEW_ENTRY(stimulus, model) [OHM_DISTRIBUTION_##stimulus] = view_##model##_##stimulus,
#define VIEW_ROW(model, unused) [OHM_MODEL_##model] = {OHM_DISTRIBUTIONS(VIEW_ENTRY, model)},
#define FILL_ENTRY(model, unused) [OHM_MODEL_##model] = fill_##model,
#define TALLY_ENTRY(model, unused) [OHM_MODEL_##model] = tally_##model,

const native_lanes OHM_PASTE(native_lanes_, OHM_LANES) = {
    .instructions = INSTRUCTIONS,
    .lanes = OHM_LANES,
    .advance = {OHM_MODELS(ADVANCE_ROW, )},
    .view = {OHM_MODELS(VIEW_ROW, )},
    .fill = {OHM_MODELS(FILL_ENTRY, )},
    .tally = {OHM_MODELS(TALLY_ENTRY, )},
    .digest = digest_strips,
};
