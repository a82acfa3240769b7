// A picture of a crossbar: every pixel is the mean, the least or the greatest value of a quantity over
// the synapses it covers.
//
// Sums are of 64-bit integers, and the rest are minima, so no lane width, split or order of work can
// change a pixel's bits.
#ifndef OHM_VIEW_H
#define OHM_VIEW_H

#include "advance.h"
#include "readout.h"

// What a pixel shows, and of what. The numbers are those of ohm_quantity and ohm_reduction.
enum { VIEW_RESISTANCE, VIEW_CONDUCTANCE, VIEW_STATE, VIEW_VOLTAGE, VIEW_FLUX, VIEW_CURRENT };
enum { VIEW_MEAN, VIEW_MIN, VIEW_MAX, VIEW_NEAREST };

#define VIEW_RUN 128 // pixels of a row that one thread, or one work-item of several lanes, draws

// The columns first … end − 1 of a pixel column, or the rows of a pixel row.
typedef struct ohm_span {
    u32 first, end;
    float share; // 1/(end − first)
} ohm_span;

// A picture of width × height pixels, of which those in columns x0 … x1 − 1 and rows y0 … y1 − 1 show
// synapses and the others nothing.
typedef struct ohm_picture {
    u64 t; // the step whose voltage is shown
    u32 quantity, reduction;
    u32 width, height;
    u32 x0, x1, y0, y1;
    u32 row0;    // the engine's first row: pixels that begin above it begin there
    u32 spread;  // one lane: work-items that share a pixel
    float sign;  // −1 for the greatest value, as the least of −value; else 1
    float bound; // no value is beyond ±bound
    float scale; // fixed point of the sums, a power of 2: no pixel's sum reaches 2⁶²
    float unit;  // 1/scale
} ohm_picture;

// ---- Values -----------------------------------------------------------------------------------

// The quantity's value where a plane (the flux for flux, else the state) holds stored, of a device with the
// constants c.
OHM_FN vf32 view_value(ohm_variant variant, u32 quantity, vf32 stored, strip_place at, const vf32 *c,
                       const ohm_physics *p) {
    if (quantity == VIEW_RESISTANCE) return memristor_resistance(variant, stored, at, c, p);
    if (quantity == VIEW_CONDUCTANCE) return v_reciprocal(memristor_resistance(variant, stored, at, c, p));
    return stored;
}

// The voltages of a strip in a row of the crossbar, part by part, in the last step. frame has that step's
// lines first.
OHM_FN void view_voltages(ohm_variant variant, u64 t, const OHM_GLOBAL float *frame, const ohm_frame *f,
                          u32 row, u32 x, const ohm_physics *p, vf32 value[4]) {
    vu32 word[4];
    vf32 image[4];
    strip_words(word, row, x, t, OHM_STREAM_STIMULUS, p);
    OHM_UNROLL
    for (int k = 0; k < 4; k++) {
        image[k] = v_splat(0);
        if (variant_of(variant, frame) == OHM_FRAME_IMAGE)
            image[k] = frame_image(frame, f, row, strip_column(x, k));
        value[k] = strip_voltage(variant, word[k], image, frame, f, row, x, k, 0, p);
    }
}

// From the voltages of a strip to its currents; state is that of its row, in the crossbar's row row0.
OHM_FN void view_currents(ohm_variant variant, const OHM_GLOBAL float *state, u32 row0, u32 x,
                          const ohm_physics *p, vf32 value[4]) {
    strip_constants c;
    strip_devices(variant, c, row0, x, p);
    OHM_UNROLL
    for (int k = 0; k < 4; k++) {
        const strip_place at = {row0, x, k};
        value[k] = read_current(variant, v_load(state + strip_column(x, k)), value[k], at,
                                constants_of(variant, c, k), p);
    }
}

OHM_FN int view_needs_voltages(const ohm_picture *v) {
    return v->quantity == VIEW_VOLTAGE || v->quantity == VIEW_CURRENT;
}

// The values of a strip, part by part, in a row of the band. m.state is the plane they are in.
OHM_FN void view_values(ohm_variant variant, const ohm_picture *v, ohm_memory m, const ohm_frame *f,
                        ohm_shape shape, u32 row, u32 x, const ohm_physics *p, vf32 value[4]) {
    const u32 row0 = shape.row0 + row;
    strip_constants c;
    if (view_needs_voltages(v)) {
        view_voltages(variant, v->t, m.frame, f, row0, x, p, value);
        if (v->quantity == VIEW_CURRENT)
            view_currents(variant, m.state + row * shape.pitch, row0, x, p, value);
        return;
    }
    if (v->quantity < VIEW_STATE) strip_devices(variant, c, row0, x, p);
    OHM_UNROLL
    for (int k = 0; k < 4; k++) {
        const vf32 stored = v_load(m.state + row * shape.pitch + strip_column(x, k));
        const strip_place at = {row0, x, k};
        value[k] = v->quantity < VIEW_STATE
                       ? view_value(variant, v->quantity, stored, at, constants_of(variant, c, k), p)
                       : stored;
    }
}

// ---- Totals -----------------------------------------------------------------------------------
// A total is a 64-bit integer: a sum in fixed point, or a float's bits put in the floats' order.

OHM_FN vu64 view_fixed(const ohm_picture *v, vf32 value) {
    return v_signed(v_clamp(value, -v->bound, v->bound) * v_splat(v->scale));
}

// What the least is sought of. Adding 0 makes zeros alike, or which one wins would depend on the order.
OHM_FN vf32 view_signed(const ohm_picture *v, vf32 value) {
    return value * v_splat(v->sign) + v_splat(0);
}

// From a float's bits to those of an integer in the same order, and back.
OHM_FN u32 view_flip(u32 bits) {
    return bits >> 31 ? bits ^ 0x7FFFFFFF : bits;
}

OHM_FN i64 view_ordered(u32 bits) {
    return (i32)view_flip(bits);
}

OHM_FN i64 view_start(const ohm_picture *v) {
    return v->reduction == VIEW_MEAN ? 0 : 0x7FFFFFFF;
}

OHM_FN i64 view_join(const ohm_picture *v, i64 a, i64 b) {
    if (v->reduction == VIEW_MEAN) return a + b;
    return b < a ? b : a;
}

// The value of a pixel from its total.
OHM_FN float view_finish(const ohm_picture *v, ohm_span cols, ohm_span rows, i64 total) {
    if (v->reduction == VIEW_MEAN) return (float)total * v->unit * cols.share * rows.share;
    const v_any32 bits = {.u_lane = {view_flip((u32)total)}};
    return v->sign * bits.f_lane[0] + 0.0f;
}

// A pixel's value, or NaN outside the crossbar.
OHM_FN float view_pixel(const ohm_picture *v, const OHM_GLOBAL ohm_span *cols,
                        const OHM_GLOBAL ohm_span *rows, u32 x, u32 y, const OHM_GLOBAL i64 *totals) {
    const v_any32 nothing = {.u_lane = {0x7FC00000}};
    if (x < v->x0 || x >= v->x1 || y < v->y0 || y >= v->y1) return nothing.f_lane[0];
    return view_finish(v, cols[x], rows[y], totals[(u64)y * v->width + x]);
}

// The least and the greatest of some pixels, as view_ordered puts them: the least is the larger one where no
// pixel has a value.
typedef struct ohm_ends {
    i32 least, greatest;
} ohm_ends;

#define VIEW_SHARES 64 // an image is dealt out to so many items twice over: across, and down

// The ends of an image's pixels first, first + stride and so on, before end. NaN is left out. They are
// integers because compilers make vectors of the least integer, but not of the least float.
OHM_FN ohm_ends view_ends(const OHM_GLOBAL float *image, u64 first, u64 end, u64 stride) {
    ohm_ends ends = {0x7FFFFFFF, -0x7FFFFFFF - 1};
    for (u64 i = first; i < end; i += stride) {
        const u32 bits = float_bits(image[i]);
        const int nothing = (bits & 0x7FFFFFFF) > 0x7F800000;
        const i32 value = (i32)view_flip(bits);
        const i32 low = nothing ? 0x7FFFFFFF : value, high = nothing ? -0x7FFFFFFF - 1 : value;
        ends.least = low < ends.least ? low : ends.least;
        ends.greatest = high > ends.greatest ? high : ends.greatest;
    }
    return ends;
}

// The ends of an item's share of an image of so many pixels: a run of them.
OHM_FN ohm_ends view_run_ends(const OHM_GLOBAL float *image, u64 pixels, u32 item) {
    const u64 each = (pixels + VIEW_SHARES * VIEW_SHARES - 1) / (VIEW_SHARES * VIEW_SHARES);
    const u64 first = item * each, end = first + each;
    return view_ends(image, first, end < pixels ? end : pixels, 1);
}

// The part of a pixel's rows that lies in a band, counted from the band's first row.
OHM_FN ohm_span view_rows_of_band(ohm_span rows, ohm_shape shape) {
    const u32 end = shape.row0 + shape.rows;
    const u32 from = rows.first > shape.row0 ? rows.first : shape.row0;
    const u32 to = rows.end < end ? rows.end : end;
    const ohm_span part = {from - shape.row0, (to > from ? to : from) - shape.row0, 1};
    return part;
}

// Whether an earlier band of the same engine has had a part of a pixel's rows.
OHM_FN int view_begun(const ohm_picture *v, ohm_span rows, ohm_shape shape) {
    const u32 from = rows.first > v->row0 ? rows.first : v->row0;
    return from < shape.row0;
}

// ---- Rows of pixels, in vectors ---------------------------------------------------------------

// The totals down the columns of a strip, over some rows of the band. total[] is a block's.
OHM_FN void view_strip(ohm_variant variant, const ohm_picture *v, ohm_memory m, const ohm_frame *f,
                       ohm_shape shape, ohm_span rows, u32 x, const ohm_physics *p, i64 *total) {
    vu64 sum[4];
    vf32 least[4], value[4];
    OHM_UNROLL
    for (int k = 0; k < 4; k++) {
        sum[k] = v_splat_u64(0);
        least[k] = v_splat(3.4e38f);
    }
    for (u32 row = rows.first; row < rows.end; row++) {
        view_values(variant, v, m, f, shape, row, x, p, value);
        OHM_UNROLL
        for (int k = 0; k < 4; k++)
            if (v->reduction == VIEW_MEAN)
                sum[k] += view_fixed(v, value[k]);
            else
                least[k] = v_min(view_signed(v, value[k]), least[k]);
    }
    for (int k = 0; k < 4; k++) {
        const v_any64 sums = {.u = sum[k]};
        const v_any32 leasts = {.f = least[k]};
        i64 *to = total + strip_column(x, k) % OHM_BLOCK;
        for (int i = 0; i < OHM_LANES; i++)
            to[i] = v->reduction == VIEW_MEAN ? (i64)sums.lane[i] : view_ordered(leasts.u_lane[i]);
    }
}

// The pixels x … x_end − 1 of pixel row y, from left to right: columns are added up a block at a time,
// so that every synapse is read once and in vectors, whatever a pixel's width.
OHM_FN void view_run(ohm_variant variant, const ohm_picture *v, ohm_memory m, const ohm_frame *f,
                     ohm_shape shape, const OHM_GLOBAL ohm_span *cols, const OHM_GLOBAL ohm_span *rows, u32 x,
                     u32 x_end, u32 y, const ohm_physics *p, OHM_GLOBAL i64 *totals) {
    const ohm_span part = view_rows_of_band(rows[y], shape);
    if (part.first == part.end) return;
    const int begun = view_begun(v, rows[y], shape);
    OHM_GLOBAL i64 *out = totals + (u64)y * v->width;
    u32 col = cols[x].first;
    i64 total = begun ? out[x] : view_start(v);
    while (x < x_end) {
        const u32 first = col / OHM_BLOCK * OHM_BLOCK, end = first + OHM_BLOCK;
        i64 block[OHM_BLOCK];
        for (u32 s = 0; s < 16 / OHM_LANES; s++)
            view_strip(variant, v, m, f, shape, part, first / OHM_BLOCK * (16 / OHM_LANES) + s, p, block);
        while (x < x_end && col < end) {
            const u32 stop = cols[x].end < end ? cols[x].end : end;
            for (; col < stop; col++) total = view_join(v, total, block[col - first]);
            if (cols[x].end > end) break; // the rest of this pixel is in the next block
            out[x++] = total;
            if (x == x_end) break;
            col = cols[x].first;
            total = begun ? out[x] : view_start(v);
        }
    }
}

#endif
