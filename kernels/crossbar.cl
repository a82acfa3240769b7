// The kernels of a crossbar. Options that shape their code: OHM_LANES; those of variant.h;
// OHM_INITIAL, the distribution of the initial state; OHM_GROUP, the work-items in a group that tallies, 1
// unless OHM_LANES is 1.
//
// The operations are those of operations.h. STRIPS is a grid of (strips of a row, rows), rounded up; SHARES
// any number of work-items, among which they share the strips of the band.
#include "operations.h"

// A vector in memory makes LLVM align the stack of a kernel. Without one, whether vectors for which there are
// no registers lie across cache lines depends on what called the kernel (yakopcic at 16 lanes: 1.63 or
// 1.97·10⁹ synapse-steps/s, by the size of the program's thread-local variables alone).
#if OHM_LANES > 1
#define ALIGN_STACK __attribute__((unused)) volatile vf32 aligned = 0
#else
#define ALIGN_STACK
#endif

// PoCL compiles a kernel when it is first enqueued, not when the program is built: steps = 0 is how
// the host pays for that during set-up.
__kernel void crossbar_advance(__global float *state, __global float *flux, __global float *state_rest,
                               __global float *flux_rest, __global const float *frame, ohm_shape shape,
                               ohm_physics physics, ohm_advance a) {
    const uint x = get_global_id(0), row = get_global_id(1);
    if (x >= strips_per_row(shape) || row >= shape.rows || a.steps == 0) return;
    const ohm_memory m = {state, flux, state_rest, flux_rest, frame};
    ALIGN_STACK;
    strip_advance(VARIANT, m, &a.frame, shape, row, x, a.t, a.steps, &physics);
}

__kernel void crossbar_fill(__global float *state, __global float *flux, __global float *state_rest,
                            __global float *flux_rest, ohm_shape shape, ohm_physics physics, ohm_fill a) {
    const uint x = get_global_id(0), row = get_global_id(1);
    if (x >= strips_per_row(shape) || row >= shape.rows) return;
    const ohm_memory m = {state, flux, state_rest, flux_rest, 0};
    (void)a;
    strip_fill(VARIANT, OHM_INITIAL, m, shape, row, x, &physics);
}

__kernel void crossbar_settle(__global float *state, __global float *state_rest, ohm_shape shape,
                              ohm_physics physics) {
    const uint x = get_global_id(0), row = get_global_id(1);
    if (x >= strips_per_row(shape) || row >= shape.rows) return;
    const ohm_memory m = {.state = state, .state_rest = state_rest};
    strip_settle(VARIANT, m, shape, row, x, &physics);
}

// The strips of one work-item among all: on a GPU every n-th, so that neighbours read neighbouring
// columns; on a CPU a run of them, so that each core reads on.
typedef struct share {
    ulong first, end, stride;
} share;

static inline share share_of_item(ohm_shape shape) {
    const ulong strips = (ulong)strips_per_row(shape) * shape.rows;
    const ulong item = get_global_id(0), items = get_global_size(0);
#if OHM_LANES == 1
    const share s = {item, strips, items};
#else
    const ulong each = (strips + items - 1) / items;
    const share s = {min(item * each, strips), min((item + 1) * each, strips), 1};
#endif
    return s;
}

// sums[item] = the item's share of the digest of a plane.
__kernel void crossbar_digest(__global const float *plane, __global ulong *sums, ohm_shape shape,
                              ohm_physics physics) {
    (void)physics;
    const share s = share_of_item(shape);
    const uint strips = strips_per_row(shape);
    vu64 sum = v_splat_u64(0);
    for (ulong i = s.first; i < s.end; i += s.stride) {
        const uint row = i / strips, x = i - (ulong)row * strips;
        sum = strip_digest(sum, plane, shape, row, x);
    }
    sums[get_global_id(0)] = sum_lanes(sum);
}

// tallies[item], and bins[TALLY_BINS * group], the group's histogram.
__kernel __attribute__((reqd_work_group_size(OHM_GROUP, 1, 1))) void
crossbar_tally(__global const float *state, __global ohm_tally *tallies, __global uint *bins, ohm_shape shape,
               ohm_physics physics) {
    __local uint local_bins[TALLY_BINS];
    for (uint i = get_local_id(0); i < TALLY_BINS; i += OHM_GROUP) local_bins[i] = 0;
    barrier(CLK_LOCAL_MEM_FENCE);
    const share s = share_of_item(shape);
    const uint strips = strips_per_row(shape);
    tally_lanes tally = tally_start();
    for (ulong i = s.first; i < s.end; i += s.stride) {
        const uint row = i / strips, x = i - (ulong)row * strips;
        strip_tally(VARIANT, &tally, local_bins, state, shape, row, x, &physics);
    }
    tallies[get_global_id(0)] = tally_finish(&tally);
    barrier(CLK_LOCAL_MEM_FENCE);
    for (uint i = get_local_id(0); i < TALLY_BINS; i += OHM_GROUP)
        bins[get_group_id(0) * TALLY_BINS + i] = local_bins[i];
}
