// Readout: the currents that flow out of a crossbar's columns while voltages drive its rows, I_j = Σ_i G_ij
// V_i, or out of its rows while its columns are driven.
//
// Every sum has the same bits on every device, whatever the lanes, the bands and the order of work. Products
// are added up in pairs of floats, in a fixed order over no more than 64 rows (or, where the columns are
// driven, over the same column of each 16 in 1024). These sums are added up as whole numbers, for which order
// does not matter.
//
// A pair's error is about 3e-11 of the largest product, and never above that of a sum of floats: a line whose
// currents are all small is read as well as any float can say. Per product that takes four operations; a
// two-sum of products with their errors, which keeps 48 bits, takes ten, and halves the rate of a readout on
// a CPU. No pair asks for float64, which many GPUs have not or have slowly.
#ifndef OHM_READOUT_H
#define OHM_READOUT_H

#include "measure.h"

#define READOUT_BLOCK OHM_BLOCK // rows whose products are added up in their order; bands begin at multiples
#define READOUT_SPAN 16         // blocks of 64 columns whose products are, where the columns are driven
#define READOUT_GROUP 4         // vectors that are read at a time, so that each device is read once for all

// A sum of products, and what its roundings have left over. The sum begins at PAIR_START, so that its last
// place does not change while no more than 64 products, none above 1, are added up: what a product adds
// to it is the difference of the two sums, exactly, and one fma finds the rest of the product.
typedef struct pair_sum {
    vf32 sum, rest;
} pair_sum;

#define PAIR_START 192.0f // 1.5·2⁷: sums from -64 to 64 keep the exponent of 2⁷, and others do no harm

OHM_FN pair_sum pair_start(void) {
    const pair_sum start = {v_splat(PAIR_START), v_splat(0)};
    return start;
}

// Adds a·b.
OHM_FN void pair_add(pair_sum *s, vf32 a, vf32 b) {
    const vf32 before = s->sum;
    s->sum = v_fma(a, b, before);
    s->rest += v_fma(a, b, before - s->sum);
}

// A sum of fixed-point numbers: high·2⁻³⁰ + low·2⁻⁶⁸, both signed.
typedef struct fixed_sum {
    vu64 high, low;
} fixed_sum;

#define FIXED_HIGH 0x1p-30
#define FIXED_LOW 0x1p-68

OHM_FN fixed_sum fixed_start(void) {
    const fixed_sum zero = {v_splat_u64(0), v_splat_u64(0)};
    return zero;
}

// Adds x, |x| < 2³³, cut to a multiple of 2⁻⁶⁸. A scaled x of 2²⁴ or more is whole.
OHM_FN void fixed_add_float(fixed_sum *s, vf32 x) {
    const vf32 scaled = x * 0x1p30f;
    const vu64 high = v_signed(scaled);
    const vf32 rest =
        v_where_less(v_abs(scaled), v_splat(0x1p24f), scaled - v_float(v_int(v_narrow(high))), v_splat(0));
    s->high += high;
    s->low += v_signed(rest * 0x1p38f);
}

OHM_FN void fixed_add(fixed_sum *s, pair_sum x) {
    fixed_add_float(s, x.sum - PAIR_START);
    fixed_add_float(s, x.rest);
}

// What the readout of up to READOUT_GROUP vectors needs to know. The inputs are scaled by a power of two so
// that no product is above 1 by much.
typedef struct ohm_readout_part {
    u64 stride;                 // of the input: floats from one vector to the next
    u32 vectors;                // 1 or READOUT_GROUP
    u32 blocks;                 // rows driven: blocks of an item; columns driven: items of a row
    float scale[READOUT_GROUP]; // of the currents, where they are computed by the model at each voltage
} ohm_readout_part;

// How the current through a device is found: from its conductance, or by the model's own law at each voltage.
enum { READOUT_LINEAR, READOUT_EXACT };

// In a loop that is not made for one model, functions: the code of all models, and for each part and vector,
// would take the compiler minutes.
#ifdef __OPENCL_C_VERSION__
#define read_conductance(variant, state, at, c, p)                                                           \
    v_reciprocal(memristor_resistance(variant, state, at, c, p))
#define read_current memristor_current
#define read_draw strip_draw
#else
OHM_RARE vf32 any_conductance(ohm_variant variant, vf32 state, strip_place at, const vf32 *c,
                              const ohm_physics *p) {
    return v_reciprocal(memristor_resistance(variant, state, at, c, p));
}

OHM_RARE vf32 read_current(ohm_variant variant, vf32 state, vf32 voltage, strip_place at, const vf32 *c,
                           const ohm_physics *p) {
    return memristor_current(variant, state, voltage, at, c, p);
}

OHM_RARE void any_draw(ohm_variant variant, vf32 (*c)[OHM_CONSTANTS], u32 row, u32 x, const ohm_physics *p) {
    strip_draw(variant, c, row, x, p);
}

#define read_draw any_draw // no loop that knows its model has devices that differ

OHM_FN vf32 read_conductance(ohm_variant variant, vf32 state, strip_place at, const vf32 *c,
                             const ohm_physics *p) {
    if (!__builtin_constant_p(variant.model)) return any_conductance(variant, state, at, c, p);
    return v_reciprocal(memristor_resistance(variant, state, at, c, p));
}
#endif

// Adds, for each vector, what flows through the devices of a part of a strip to the sums.
OHM_FN void part_read(ohm_variant variant, int law, int vectors, pair_sum *sum, vf32 state, const vf32 *input,
                      vu32 inside, const float *scale, strip_place at, const vf32 *c, const ohm_physics *p) {
    if (law == READOUT_LINEAR) {
        const vf32 g = read_conductance(variant, state, at, c, p);
        const vf32 counted = v_from_bits(v_bits(g) & inside);
        OHM_UNROLL
        for (int v = 0; v < vectors; v++) pair_add(&sum[v], counted, input[v]);
    } else {
        OHM_UNROLL
        for (int v = 0; v < vectors; v++) {
            const vf32 current = read_current(variant, state, input[v], at, c, p);
            pair_add(&sum[v], v_from_bits(v_bits(current) & inside), v_splat(scale[v]));
        }
    }
}

// Processors do not foresee reads that are a row apart, nor any beyond the end of a page. Asked for 32 rows
// ahead, or a page, the state of a large crossbar is read 1.2 to 1.4 times as fast on two Zen 4 cores.
#define AHEAD_ROWS 32
#define AHEAD 1024 // cells

// Asks for a strip's state some rows on.
OHM_FN void prefetch_rows_on(const OHM_GLOBAL float *state, ohm_shape shape, u32 row, u32 x) {
    const u32 then = row + AHEAD_ROWS < shape.rows ? row + AHEAD_ROWS : row;
    OHM_UNROLL
    for (int k = 0; k < 4; k++) OHM_PREFETCH(state + then * shape.pitch + strip_column(x, k));
}

// Asks for the state that is read a page after number at.
OHM_FN void prefetch_on(const OHM_GLOBAL float *state, ohm_shape shape, u64 at) {
    if (at + AHEAD < shape.rows * shape.pitch) OHM_PREFETCH(state + at + AHEAD);
}

#define ALL_LANES (v_bits(v_splat(0)) - 1)

// ---- Rows driven ------------------------------------------------------------------------------

// Adds the rows of a block to the sums of strip x; input is its first row's.
OHM_FN void block_forward(ohm_variant variant, int law, int vectors, pair_sum (*sum)[READOUT_GROUP],
                          strip_constants c, const OHM_GLOBAL float *state, const OHM_GLOBAL float *input,
                          ohm_shape shape, u32 first, u32 end, u32 x, const ohm_readout_part *a,
                          const ohm_physics *p) {
    for (u32 row = first; row < end; row++) {
        const OHM_GLOBAL float *at = state + row * shape.pitch;
        vf32 volt[READOUT_GROUP];
        prefetch_rows_on(state, shape, row, x);
        if (variant_of(variant, varied)) read_draw(variant, c, shape.row0 + row, x, p);
        OHM_UNROLL
        for (int v = 0; v < vectors; v++) volt[v] = v_splat(input[v * a->stride + row]);
        OHM_UNROLL
        for (int k = 0; k < 4; k++) {
            const strip_place place = {shape.row0 + row, x, k};
            part_read(variant, law, vectors, sum[k], v_load(at + strip_column(x, k)), volt, ALL_LANES,
                      a->scale, place, constants_of(variant, c, k), p);
        }
    }
}

// Adds up the columns of strip x over the rows of some blocks, a slab. input is float32 [vectors, stride], of
// the band's rows; sums is i64 [slabs, vectors, 2, pitch].
OHM_FN void strip_forward(ohm_variant variant, int law, int vectors, const OHM_GLOBAL float *state,
                          const OHM_GLOBAL float *input, OHM_GLOBAL u64 *sums, ohm_shape shape, u32 x,
                          u32 slab, const ohm_readout_part *a, const ohm_physics *p) {
    strip_constants c;
    fixed_sum total[4][READOUT_GROUP];
    const u32 last = (slab + 1) * a->blocks * READOUT_BLOCK, end = last < shape.rows ? last : shape.rows;
    strip_common(variant, c, p);
    OHM_UNROLL
    for (int k = 0; k < 4; k++) {
        OHM_UNROLL
        for (int v = 0; v < vectors; v++) total[k][v] = fixed_start();
    }
    for (u32 row = slab * a->blocks * READOUT_BLOCK; row < end; row += READOUT_BLOCK) {
        pair_sum sum[4][READOUT_GROUP];
        OHM_UNROLL
        for (int k = 0; k < 4; k++) {
            OHM_UNROLL
            for (int v = 0; v < vectors; v++) sum[k][v] = pair_start();
        }
        block_forward(variant, law, vectors, sum, c, state, input, shape, row,
                      row + READOUT_BLOCK < end ? row + READOUT_BLOCK : end, x, a, p);
        OHM_UNROLL
        for (int k = 0; k < 4; k++) {
            OHM_UNROLL
            for (int v = 0; v < vectors; v++) fixed_add(&total[k][v], sum[k][v]);
        }
    }
    OHM_UNROLL
    for (int k = 0; k < 4; k++) {
        OHM_UNROLL
        for (int v = 0; v < vectors; v++) {
            OHM_GLOBAL u64 *out = sums + ((u64)slab * vectors + v) * 2 * shape.pitch + strip_column(x, k);
            v_store_u64(out, total[k][v].high);
            v_store_u64(out + shape.pitch, total[k][v].low);
        }
    }
}

// ---- Columns driven ---------------------------------------------------------------------------

// Adds up a row over a span of columns, of which item i of the row takes those of OHM_LANES strips' places:
// items 0 … 16/OHM_LANES − 1 share the first span. input is float32 [vectors, stride], of the columns; sums
// is i64 [vectors, 2, rows, items of a row].
OHM_FN void strip_backward(ohm_variant variant, int law, int vectors, const OHM_GLOBAL float *state,
                           const OHM_GLOBAL float *input, OHM_GLOBAL u64 *sums, ohm_shape shape, u32 i,
                           u32 row, const ohm_readout_part *a, const ohm_physics *p) {
    const u32 strips = 16 / OHM_LANES, first = i / strips * READOUT_SPAN,
              blocks = (u32)(shape.pitch / OHM_BLOCK);
    const u32 end = first + READOUT_SPAN < blocks ? first + READOUT_SPAN : blocks;
    strip_constants c;
    pair_sum sum[READOUT_GROUP];
    strip_common(variant, c, p);
    OHM_UNROLL
    for (int v = 0; v < vectors; v++) sum[v] = pair_start();
    for (u32 block = first; block < end; block++) {
        const u32 x = block * strips + i % strips;
        if (variant_of(variant, varied)) read_draw(variant, c, shape.row0 + row, x, p);
        OHM_UNROLL
        for (int k = 0; k < 4; k++) {
            const u64 column = strip_column(x, k);
            const strip_place place = {shape.row0 + row, x, k};
            const vu32 inside =
                column + OHM_LANES <= shape.cols ? ALL_LANES : v_narrow(lanes_inside(column, shape.cols));
            vf32 volt[READOUT_GROUP];
            prefetch_on(state, shape, row * shape.pitch + column);
            OHM_UNROLL
            for (int v = 0; v < vectors; v++) volt[v] = v_load(input + v * a->stride + column);
            part_read(variant, law, vectors, sum, v_load(state + row * shape.pitch + column), volt, inside,
                      a->scale, place, constants_of(variant, c, k), p);
        }
    }
    OHM_UNROLL
    for (int v = 0; v < vectors; v++) {
        fixed_sum total = fixed_start();
        OHM_GLOBAL u64 *out = sums + ((u64)v * 2 * shape.rows + row) * a->blocks + i;
        fixed_add(&total, sum[v]);
        out[0] = sum_lanes(total.high);
        out[(u64)shape.rows * a->blocks] = sum_lanes(total.low);
    }
}

// ---- Adding up --------------------------------------------------------------------------------

// out[i] = Σ_s sums[i·step + s·stride] for s < count: what the items above have found.
typedef struct ohm_gather {
    u64 step, stride;
    u32 count, width; // width: of a row of the grid
} ohm_gather;

OHM_FN void gather_one(const OHM_GLOBAL u64 *sums, OHM_GLOBAL u64 *out, u64 i, const ohm_gather *a) {
    u64 sum = 0;
    for (u32 s = 0; s < a->count; s++) sum += sums[i * a->step + s * a->stride];
    out[i] = sum;
}

// ---- Rank-one updates -------------------------------------------------------------------------

// Adds row_i·col_j to the state of each device that can move, within its bounds. rows are the band's, cols is
// padded to pitch.
OHM_FN void strip_outer_on(ohm_variant variant, strip_constants c, OHM_GLOBAL float *state,
                           OHM_GLOBAL float *rest, const OHM_GLOBAL float *rows, const OHM_GLOBAL float *cols,
                           ohm_shape shape, u32 row, u32 x) {
    OHM_UNROLL
    for (int k = 0; k < 4; k++) {
        const u64 column = strip_column(x, k), at = row * shape.pitch + column;
        prefetch_on(state, shape, at);
        const vf32 *own = constants_of(variant, c, k);
        vf32 more = variant_of(variant, extended) ? v_load(rest + at) : v_splat(0);
        vf32 change = v_splat(rows[row]) * v_load(cols + column);
        if (variant_of(variant, faulty))
            change = v_where_less(own[OHM_FAULT], v_splat(OHM_STUCK - 0.5f), change, v_splat(0));
        v_store(state + at, memristor_add(variant, v_load(state + at), &more, change, own));
        if (variant_of(variant, extended)) v_store(rest + at, more);
    }
}

OHM_FN void strip_outer(ohm_variant variant, OHM_GLOBAL float *state, OHM_GLOBAL float *rest,
                        const OHM_GLOBAL float *rows, const OHM_GLOBAL float *cols, ohm_shape shape, u32 row,
                        u32 x, const ohm_physics *p) {
    strip_constants c;
    strip_devices(variant, c, shape.row0 + row, x, p);
    strip_outer_on(variant, c, state, rest, rows, cols, shape, row, x);
}

#endif
