// A strip: the synapses that one set of Philox calls serves, and the work of one work-item.
//
// A row is stored in blocks of 64 columns. A strip is 4 × OHM_LANES synapses of one block: part k of
// it holds the OHM_LANES columns from 64·block + 16·k + offset on, which take word k. With one lane,
// as on GPUs, neighbouring work-items touch neighbouring columns; with 16, as on AVX-512, a strip is
// a whole block and a part is one register.
#ifndef OHM_STRIP_H
#define OHM_STRIP_H

#include "philox.h"
#include "physics.h"

// Where a band of rows lies in the whole crossbar.
typedef struct ohm_shape {
    u64 cols;  // columns of the crossbar
    u64 pitch; // columns stored, a multiple of OHM_BLOCK
    u32 rows;  // rows of this band
    u32 row0;  // the crossbar's row that is this band's row 0
} ohm_shape;

OHM_FN u32 strips_per_row(ohm_shape shape) {
    return (u32)(shape.pitch / OHM_BLOCK) * (16 / OHM_LANES);
}

// Strip x of a row: counter word c0 of its first lane, and the column of its first lane in part k.
OHM_FN u32 strip_counter(u32 x) {
    return x * OHM_LANES;
}

OHM_FN u64 strip_column(u32 x, int k) {
    const u32 c0 = strip_counter(x);
    return (u64)(c0 / 16) * OHM_BLOCK + c0 % 16 + 16 * k;
}

// The synapses of part k of strip x in a row of the crossbar.
typedef struct strip_place {
    u32 row, x;
    int k;
} strip_place;

OHM_FN void strip_words(vu32 word[4], u32 row, u32 x, u64 t, u32 stream, const ohm_physics *p) {
    philox_strip(word, strip_counter(x), row, (u32)t, stream << 24 | (u32)(t >> 32), p->key[0], p->key[1]);
}

#if OHM_LANES == 16
OHM_FN philox_calls strip_calls(u32 row, u32 x, u64 t, u32 stream, const ohm_physics *p) {
    return philox_begin(strip_counter(x), row, (u32)t, stream << 24 | (u32)(t >> 32), p->key[0], p->key[1]);
}
#endif

#endif
