// The operations on a crossbar, listed once. Each is a function over strips, or over pixels; a kernel,
// crossbar_NAME in FILE.cl, for OpenCL devices; and a loop, NAME_loop below, for the native
// engine. An engine knows none of them: it runs what is in this list, on one of these grids.
//
//   STRIPS  an item for each strip of a band
//   SHARES  the strips of a band, dealt out among so many items as the engine says, each with results of its
//           own
//   RUNS    an item for each run of VIEW_RUN pixels of a row, or with one lane picture.spread for each pixel
//   ITEMS   an item for each of width × height
//
// A kernel takes its buffers, the shape and the physics, and what OHM_ARGUMENTS names, by value. Those of
// crossbar.cl are built with an engine, those of another file when the first of them runs.
#ifndef OHM_OPERATIONS_H
#define OHM_OPERATIONS_H

#include "network.h"
#include "readout.h"
#include "pulses.h"
#include "view.h"

#define OHM_OPERATIONS(X)                                                                                     \
    X(fill, crossbar, STRIPS)    /* state, flux, state_rest, flux_rest ← the start; ohm_fill */             \
    X(settle, crossbar, STRIPS)  /* state, state_rest ← what drift has left */                              \
    X(advance, crossbar, STRIPS) /* state, flux, state_rest, flux_rest ← after steps, frame; ohm_advance */ \
    X(digest, crossbar, SHARES)  /* plane, sums u64 [items] */                                                \
    X(tally, crossbar, SHARES)   /* state, ohm_tally [items], bins u32 [groups, TALLY_BINS] */                \
    X(current, read, STRIPS)     /* state, voltage, current, both [rows, pitch]; ohm_current */               \
    X(forward, readout, ITEMS)   /* state, input, sums: readout.h; ohm_readout_part */                        \
    X(backward, readout, ITEMS)  /* the same, columns driven */                                               \
    X(forward_exact, readout_exact, ITEMS) /* the same by the model's own law at each voltage */              \
    X(backward_exact, readout_exact, ITEMS)                                                                   \
    X(gather, readout, ITEMS) /* sums, out, both u64; ohm_gather */                                           \
    X(outer, readout, STRIPS) /* state, state_rest, rows, cols float32 */                                     \
    X(listen, network, ITEMS) /* state, flux, state_rest, flux_rest, frame, sums: network.h; ohm_listen */    \
    X(learn, network, ITEMS)  /* the same, by a rule instead of voltages */                                   \
    X(pulses, pulses, STRIPS) /* state, flux, state_rest, flux_rest, rows, cols u32; ohm_pulses */            \
    X(view, view, RUNS)       /* plane, frame, cols, rows, totals i64 [height, width]; ohm_view_part */       \
    X(image, view, ITEMS)     /* cols, rows, totals, col_of, row_of, image [height, width]; ohm_image */      \
    X(extremes, view, ITEMS)  /* image, ohm_ends [VIEW_SHARES, VIEW_SHARES]; ohm_pixels */

#define OHM_OPERATION_ID(name, file, grid) OHM_OPERATION_##name,
enum { OHM_OPERATIONS(OHM_OPERATION_ID) OHM_OPERATION_COUNT };

// ---- Arguments --------------------------------------------------------------------------------

typedef struct ohm_fill {
    u32 initial; // distribution; kernels know it as OHM_INITIAL
} ohm_fill;

typedef struct ohm_advance {
    ohm_frame frame;
    u64 t; // the first step
    u32 steps, padding;
} ohm_advance;

typedef struct ohm_current {
    u32 row; // of the band, that is row 0 of voltage and current
} ohm_current;

typedef struct ohm_view_part {
    ohm_frame frame;
    ohm_picture picture;
    u32 first, padding; // the pixel row of the grid's row 0
} ohm_view_part;

typedef struct ohm_image {
    ohm_picture picture;
    u32 width, padding; // of the image
} ohm_image;

typedef struct ohm_pixels {
    u64 count; // of the image
} ohm_pixels;

// ---- One strip --------------------------------------------------------------------------------

// The current in A through each device of a strip, at its state and a voltage in V.
OHM_FN void strip_current(ohm_variant variant, const OHM_GLOBAL float *state, const OHM_GLOBAL float *voltage,
                          OHM_GLOBAL float *current, ohm_shape shape, u32 first, u32 row, u32 x,
                          const ohm_physics *p) {
    const u32 in_band = first + row;
    strip_constants c;
    strip_devices(variant, c, shape.row0 + in_band, x, p);
    OHM_UNROLL
    for (int k = 0; k < 4; k++) {
        const u64 column = strip_column(x, k), at = row * shape.pitch + column;
        const strip_place place = {shape.row0 + in_band, x, k};
        const vf32 w = v_load(state + in_band * shape.pitch + column), v = v_load(voltage + at);
        v_store(current + at, memristor_current(variant, w, v, place, constants_of(variant, c, k), p));
    }
}

// ---- Native loops -----------------------------------------------------------------------------

#ifndef __OPENCL_C_VERSION__

// One operation on a band: what a kernel takes.
typedef struct ohm_call {
    void *const *buffer; // as listed above; NULL where there is none
    const void *arguments;
    ohm_shape shape;
    const ohm_physics *physics;
    ohm_variant variant;
} ohm_call;

// Calls body(row, x) for the strips first … end − 1, row by row.
#define FOR_STRIPS(shape, first, end, body)                                                                  \
    do {                                                                                                     \
        const u32 strips = strips_per_row(shape);                                                            \
        u32 row = (u32)((first) / strips), x = (u32)((first) % strips);                                      \
        for (u64 left = (end) - (first); left > 0; row++, x = 0)                                             \
            for (; x < strips && left > 0; x++, left--) body;                                                \
    } while (0)

// The same in runs: calls body(row, x, stop) for the strips x … stop − 1 of a row.
#define FOR_RUNS(shape, first, end, body)                                                                    \
    do {                                                                                                     \
        const u32 strips = strips_per_row(shape);                                                            \
        u32 row = (u32)((first) / strips), x = (u32)((first) % strips);                                      \
        for (u64 left = (end) - (first); left > 0; row++, x = 0) {                                           \
            const u32 stop = left < strips - x ? x + (u32)left : strips;                                     \
            left -= stop - x;                                                                                \
            body;                                                                                            \
        }                                                                                                    \
    } while (0)

OHM_FN ohm_memory call_memory(const ohm_call *c, const float *frame) {
    const ohm_memory m = {c->buffer[0], c->buffer[1], c->buffer[2], c->buffer[3], frame};
    return m;
}

// Each takes strips first … end − 1 of the band, as share item; or pixels first … end − 1 of row item.

OHM_FN void fill_loop(const ohm_call *c, u64 first, u64 end, u64 item) {
    const ohm_physics p = *c->physics;
    const ohm_fill *a = c->arguments;
    const ohm_memory m = call_memory(c, 0);
    (void)item;
    FOR_STRIPS(c->shape, first, end, strip_fill(c->variant, (int)a->initial, m, c->shape, row, x, &p));
}

OHM_FN void settle_loop(const ohm_call *c, u64 first, u64 end, u64 item) {
    const ohm_physics p = *c->physics;
    const ohm_memory m = {.state = c->buffer[0], .state_rest = c->buffer[1]};
    (void)item;
    FOR_STRIPS(c->shape, first, end, strip_settle(c->variant, m, c->shape, row, x, &p));
}

// For a variant that the compiler may know. One step a launch has a loop of its own: 3.1 instead of 2.9·10⁹
// synapse-steps/s on two Zen 4 cores.
OHM_FN void advance_strips(ohm_variant variant, const ohm_call *c, u64 first, u64 end) {
    const ohm_physics physics = *c->physics; // a copy the stores below can't change
    const ohm_advance a = *(const ohm_advance *)c->arguments;
    const ohm_shape shape = c->shape;
    const ohm_memory m = call_memory(c, c->buffer[4]);
    if (a.steps == 0) return; // what follows does one step at least
    if (variant_unrolls(variant) && !variant_of(variant, varied) && !variant_of(variant, extended) &&
        a.steps == 1)
        FOR_RUNS(shape, first, end,
                 strips_advance(variant, m, &a.frame, shape, row, x, stop, a.t, 1, &physics));
    else
        FOR_RUNS(shape, first, end,
                 strips_advance(variant, m, &a.frame, shape, row, x, stop, a.t, a.steps, &physics));
}

OHM_FN void advance_loop(const ohm_call *c, u64 first, u64 end, u64 item) {
    (void)item;
    advance_strips(c->variant, c, first, end);
}

OHM_FN void digest_loop(const ohm_call *c, u64 first, u64 end, u64 item) {
    vu64 sum = v_splat_u64(0);
    FOR_STRIPS(c->shape, first, end, sum = strip_digest(sum, c->buffer[0], c->shape, row, x));
    ((u64 *)c->buffer[1])[item] = sum_lanes(sum);
}

OHM_FN void tally_loop(const ohm_call *c, u64 first, u64 end, u64 item) {
    u32 *bins = (u32 *)c->buffer[2] + item * TALLY_BINS; // a group is one item
    tally_lanes tally = tally_start();
    const ohm_shape shape = c->shape; // copies that the bins can't change
    const ohm_physics p = *c->physics;
    for (u32 i = 0; i < TALLY_BINS; i++) bins[i] = 0;
    FOR_STRIPS(shape, first, end, strip_tally(c->variant, &tally, bins, c->buffer[0], shape, row, x, &p));
    ((ohm_tally *)c->buffer[1])[item] = tally_finish(&tally);
}

OHM_FN void current_loop(const ohm_call *c, u64 first, u64 end, u64 item) {
    const ohm_physics p = *c->physics;
    const ohm_current *a = c->arguments;
    (void)item;
    FOR_STRIPS(
        c->shape, first, end,
        strip_current(c->variant, c->buffer[0], c->buffer[1], c->buffer[2], c->shape, a->row, row, x, &p));
}

// known: for devices that are all alike, and neither drift nor have levels.
#define READOUT_LOOPS(name, strip, law)                                                                      \
    OHM_FN void name##_items(ohm_variant variant, int known, const ohm_call *c, u64 first, u64 end,          \
                             u64 item) {                                                                     \
        const ohm_readout_part a = *(const ohm_readout_part *)c->arguments;                                  \
        ohm_physics p = *c->physics;                                                                         \
        if (known) p.drift = 0, p.levels = 0;                                                                \
        for (u64 x = first; x < end; x++)                                                                    \
            if (a.vectors == 1 || law == READOUT_EXACT)                                                      \
                strip(variant, law, 1, c->buffer[0], c->buffer[1], c->buffer[2], c->shape, (u32)x,           \
                      (u32)item, &a, &p);                                                                    \
            else                                                                                             \
                strip(variant, law, READOUT_GROUP, c->buffer[0], c->buffer[1], c->buffer[2], c->shape,       \
                      (u32)x, (u32)item, &a, &p);                                                            \
    }                                                                                                        \
    OHM_FN void name##_loop(const ohm_call *c, u64 first, u64 end, u64 item) {                               \
        name##_items(c->variant, 0, c, first, end, item);                                                    \
    }
READOUT_LOOPS(forward, strip_forward, READOUT_LINEAR)
READOUT_LOOPS(backward, strip_backward, READOUT_LINEAR)
READOUT_LOOPS(forward_exact, strip_forward, READOUT_EXACT)
READOUT_LOOPS(backward_exact, strip_backward, READOUT_EXACT)

#define NETWORK_LOOP(name, teach)                                                                            \
    OHM_FN void name##_loop(const ohm_call *c, u64 first, u64 end, u64 item) {                               \
        const ohm_listen a = *(const ohm_listen *)c->arguments;                                              \
        const ohm_physics p = *c->physics;                                                                   \
        const ohm_memory m = call_memory(c, c->buffer[4]);                                                   \
        for (u64 x = first; x < end; x++)                                                                    \
            strip_listen(c->variant, teach, m, c->buffer[5], c->shape, (u32)x, (u32)item, &a, &p);           \
    }
NETWORK_LOOP(listen, 0)
NETWORK_LOOP(learn, 1)

OHM_FN void gather_loop(const ohm_call *c, u64 first, u64 end, u64 item) {
    const ohm_gather *a = c->arguments;
    for (u64 x = first; x < end; x++) gather_one(c->buffer[0], c->buffer[1], item * a->width + x, a);
}

// Devices that are all alike have their constants made once, and no model counts: 0.16 instead of 0.46 ns a
// cell.
OHM_FN void outer_alike(const ohm_call *c, u64 first, u64 end, const ohm_physics *p) {
    const ohm_variant alike = {.model = 0};
    const ohm_shape shape = c->shape; // a copy the stores below can't change
    float *const state = c->buffer[0];
    const float *const rows = c->buffer[2], *const cols = c->buffer[3];
    strip_constants own;
    memristor_common(own[0], p);
    FOR_STRIPS(shape, first, end, strip_outer_on(alike, own, state, state, rows, cols, shape, row, x));
}

OHM_FN void outer_loop(const ohm_call *c, u64 first, u64 end, u64 item) {
    const ohm_physics p = *c->physics;
    (void)item;
    if (!c->variant.spreads && !c->variant.extended && !c->variant.faulty) {
        outer_alike(c, first, end, &p);
        return;
    }
    FOR_STRIPS(c->shape, first, end,
               strip_outer(c->variant, c->buffer[0], c->buffer[1], c->buffer[2], c->buffer[3], c->shape, row,
                           x, &p));
}

// A row without a pulse is passed over.
OHM_FN void strips_pulse(const ohm_call *c, strip_run *s, ohm_memory m, u32 row, u32 x, u32 stop) {
    const ohm_pulses *a = c->arguments;
    const u32 train = float_bits(((const float *)c->buffer[4])[row]);
    if (!(train & ((1u << a->slots) - 1))) return;
    for (; x < stop; x++) strip_pulse(c->variant, s, m, c->buffer[5], train, c->shape, row, x, a, c->physics);
}

OHM_FN void pulses_loop(const ohm_call *c, u64 first, u64 end, u64 item) {
    const ohm_memory m = call_memory(c, 0);
    strip_run s;
    (void)item;
    strip_common(c->variant, s.c, c->physics);
    FOR_RUNS(c->shape, first, end, strips_pulse(c, &s, m, row, x, stop));
}

OHM_FN void view_loop(const ohm_call *c, u64 first, u64 end, u64 item) {
    const ohm_view_part *a = c->arguments;
    const ohm_picture *v = &a->picture;
    const ohm_memory m = {.state = c->buffer[0], .frame = c->buffer[1]};
    view_run(c->variant, v, m, &a->frame, c->shape, c->buffer[2], c->buffer[3], v->x0 + (u32)first,
             v->x0 + (u32)end, a->first + (u32)item, c->physics, c->buffer[4]);
}

OHM_FN void image_loop(const ohm_call *c, u64 first, u64 end, u64 item) {
    const ohm_image *a = c->arguments;
    const u32 *col_of = c->buffer[3], *row_of = c->buffer[4];
    float *row = (float *)c->buffer[5] + item * a->width;
    for (u64 x = first; x < end; x++)
        row[x] = view_pixel(&a->picture, c->buffer[0], c->buffer[1], col_of[x], row_of[item], c->buffer[2]);
}

OHM_FN void extremes_loop(const ohm_call *c, u64 first, u64 end, u64 item) {
    const ohm_pixels *a = c->arguments;
    ohm_ends *row = (ohm_ends *)c->buffer[1] + item * VIEW_SHARES;
    for (u64 x = first; x < end; x++)
        row[x] = view_run_ends(c->buffer[0], a->count, (u32)(item * VIEW_SHARES + x));
}

#endif

#endif
