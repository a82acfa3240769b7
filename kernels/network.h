// A step of a spiking network: every column is read while its rows' inputs drive it, and every device
// changes, in one pass over the state. What is read is of the states before the change.
//
// A frame of lines (frame.h) holds the step's voltages, V_ij = Vcol_j + Vrow_i. Behind them stand the inputs
// of the rows, and of a rule of learning two more pairs of lines.
#ifndef OHM_NETWORK_H
#define OHM_NETWORK_H

#include "advance.h"
#include "readout.h"

typedef struct ohm_listen {
    ohm_frame frame;
    u64 t;
    u64 input;  // where the inputs begin in the frame's floats: V, [rows]; as many as a pair of lines takes
    u64 more;   // and the two pairs of a rule: [pitch] and [rows], and the same again, input floats further
    float unit; // of the inputs, a power of two: no product of an input and a conductance is above 1
    u32 blocks; // of 64 rows that an item goes over
    u32 posts;  // of learn: whether the columns of the rule's first pair are not all 0
    u32 padding;
} ohm_listen;

// Adds to a strip's sums what its devices carry. An input of 0 adds nothing, and most are.
OHM_FN void strip_hear(ohm_variant variant, pair_sum sum[4], const strip_run *s, float input, u32 row, u32 x,
                       const ohm_physics *p) {
    OHM_UNROLL
    for (int k = 0; k < 4; k++) {
        const strip_place place = {row, x, k};
        pair_add(&sum[k], read_conductance(variant, s->w[k], place, constants_of(variant, s->c, k), p),
                 v_splat(input));
    }
}

// A step of a strip under the frame's voltages.
OHM_FN void strip_move(ohm_variant variant, strip_run *s, ohm_memory m, u32 row, u32 x, const ohm_listen *a,
                       const ohm_physics *p) {
    const vu32 none = v_bits(v_splat(0)); // no stimulus with such a frame draws words
    strip_noise noise;
    strip_draw_noise(variant, &noise, s, row, x, a->t, p);
    if (variant_unrolls(variant)) {
        OHM_UNROLL
        for (int k = 0; k < 4; k++) strip_update(variant, s, none, &noise, m, &a->frame, row, x, k, 0, p);
    } else {
        OHM_ROLL
        for (int k = 0; k < 4; k++) strip_update(variant, s, none, &noise, m, &a->frame, row, x, k, 0, p);
    }
}

// The change of a part by a rule: the sum of two products of a row's and a column's value.
OHM_FN vf32 rule_change(const OHM_GLOBAL float *frame, u32 row, u64 column, const ohm_listen *a) {
    const OHM_GLOBAL float *one = frame + a->more, *two = one + a->input;
    const u64 pitch = a->frame.pitch;
    return v_fma(v_splat(one[pitch + row]), v_load(one + column),
                 v_splat(two[pitch + row]) * v_load(two + column));
}

OHM_FN void strip_teach(ohm_variant variant, strip_run *s, ohm_memory m, u32 row, u32 x,
                        const ohm_listen *a) {
    OHM_UNROLL
    for (int k = 0; k < 4; k++) {
        const vf32 *own = constants_of(variant, s->c, k);
        vf32 change = rule_change(m.frame, row, strip_column(x, k), a);
        if (variant_of(variant, faulty))
            change = v_where_less(own[OHM_FAULT], v_splat(OHM_STUCK - 0.5f), change, v_splat(0));
        s->w[k] = memristor_add(variant, s->w[k], &s->w_rest[k], change, own);
    }
}

// Whether a rule leaves a row as it is, and nothing is read of it.
OHM_FN int row_rests(const OHM_GLOBAL float *frame, u32 row, const ohm_listen *a) {
    const OHM_GLOBAL float *one = frame + a->more + a->frame.pitch, *two = one + a->input;
    return frame[a->input + row] == 0 && two[row] == 0 && (!a->posts || one[row] == 0);
}

// The rows first … end − 1 of a strip, one block of them or less. teach: by a rule, else by voltages.
OHM_FN void block_listen(ohm_variant variant, int teach, pair_sum sum[4], strip_run *s, ohm_memory m,
                         ohm_shape shape, u32 first, u32 end, u32 x, const ohm_listen *a,
                         const ohm_physics *p) {
    for (u32 row = first; row < end; row++) {
        const u32 of = shape.row0 + row;
        if (teach && row_rests(m.frame, of, a)) continue;
        prefetch_rows_on(m.state, shape, row, x);
        if (variant_of(variant, varied)) strip_draw(variant, s->c, of, x, p);
        strip_load(variant, s, m, &a->frame, shape, row, x);
        const float input = m.frame[a->input + of] * a->unit;
        if (input != 0) strip_hear(variant, sum, s, input, of, x, p);
        if (teach)
            strip_teach(variant, s, m, of, x, a);
        else
            strip_move(variant, s, m, of, x, a, p);
        strip_store(variant, s, m, shape, row, x);
    }
}

// A slab of some blocks of rows of strip x. sums is i64 [slabs, 2, pitch], as of a readout.
OHM_FN void strip_listen(ohm_variant variant, int teach, ohm_memory m, OHM_GLOBAL u64 *sums, ohm_shape shape,
                         u32 x, u32 slab, const ohm_listen *a, const ohm_physics *p) {
    strip_run s;
    fixed_sum total[4];
    const u32 last = (slab + 1) * a->blocks * READOUT_BLOCK, end = last < shape.rows ? last : shape.rows;
    strip_common(variant, s.c, p);
    OHM_UNROLL
    for (int k = 0; k < 4; k++) {
        total[k] = fixed_start();
        s.image[k] = v_splat(0);
    }
    for (u32 row = slab * a->blocks * READOUT_BLOCK; row < end; row += READOUT_BLOCK) {
        pair_sum sum[4];
        OHM_UNROLL
        for (int k = 0; k < 4; k++) sum[k] = pair_start();
        block_listen(variant, teach, sum, &s, m, shape, row,
                     row + READOUT_BLOCK < end ? row + READOUT_BLOCK : end, x, a, p);
        OHM_UNROLL
        for (int k = 0; k < 4; k++) fixed_add(&total[k], sum[k]);
    }
    OHM_UNROLL
    for (int k = 0; k < 4; k++) {
        OHM_GLOBAL u64 *out = sums + (u64)slab * 2 * shape.pitch + strip_column(x, k);
        v_store_u64(out, total[k].high);
        v_store_u64(out + shape.pitch, total[k].low);
    }
}

#endif
