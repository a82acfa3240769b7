// The kernels of a picture. Options as for crossbar.cl.
#include "operations.h"

// Adds the rows of one band to the pixels' totals, int64 [height, width].
#if OHM_LANES == 1

// The value of one synapse of the band: of a strip's four, which one lane makes together, that of its column.
static inline float synapse_value(const ohm_picture *v, ohm_memory m, const ohm_frame *f, ohm_shape shape,
                                  uint row, uint col, const ohm_physics *p) {
    const uint k = col / 16 % 4;
    const ohm_variant variant = VARIANT;
    if (!variant_of(variant, varied) && !view_needs_voltages(v)) { // that alone
        strip_constants c;
        memristor_common(c[0], p);
        const strip_place anywhere = {0, 0, 0}; // these are all alike
        return view_value(variant, v->quantity, m.state[row * shape.pitch + col], anywhere, c[0], p);
    }
    float value[4];
    view_values(variant, v, m, f, shape, row, col / OHM_BLOCK * 16 + col % 16, p, value);
    const float low = k & 1 ? value[1] : value[0], high = k & 1 ? value[3] : value[2];
    return k & 2 ? high : low;
}

// picture.spread neighbouring work-items share a pixel and take every spread-th of its columns, so that
// neighbours read neighbouring floats whether a pixel is one synapse wide or a thousand.
__kernel __attribute__((reqd_work_group_size(OHM_GROUP, 1, 1))) void
crossbar_view(__global float *plane, __global const float *frame, __global const ohm_span *cols,
              __global const ohm_span *rows, __global long *totals, ohm_shape shape, ohm_physics physics,
              ohm_view_part a) {
    const ohm_memory m = {.state = plane, .frame = frame};
    __local long shared_total[OHM_GROUP];
    const ohm_picture *v = &a.picture;
    const uint y = a.first + get_global_id(1), x = v->x0 + get_global_id(0) / v->spread;
    const uint share = get_local_id(0) % v->spread;
    const ohm_span part = view_rows_of_band(rows[y], shape);
    long total = view_start(v);
    if (x < v->x1)
        for (uint row = part.first; row < part.end; row++)
            for (uint col = cols[x].first + share; col < cols[x].end; col += v->spread) {
                const float value = synapse_value(v, m, &a.frame, shape, row, col, &physics);
                const long one = v->reduction == VIEW_MEAN ? (long)view_fixed(v, value)
                                                           : view_ordered(as_uint(view_signed(v, value)));
                total = view_join(v, total, one);
            }
    shared_total[get_local_id(0)] = total;
    barrier(CLK_LOCAL_MEM_FENCE);
    if (share != 0 || x >= v->x1) return;
    for (uint i = 1; i < v->spread; i++) total = view_join(v, total, shared_total[get_local_id(0) + i]);
    __global long *out = totals + (ulong)y * v->width + x;
    *out = view_begun(v, rows[y], shape) ? view_join(v, *out, total) : total;
}

#else

// A work-item has a run of pixels.
__kernel void crossbar_view(__global float *plane, __global const float *frame, __global const ohm_span *cols,
                            __global const ohm_span *rows, __global long *totals, ohm_shape shape,
                            ohm_physics physics, ohm_view_part a) {
    const ohm_memory m = {.state = plane, .frame = frame};
    const ohm_picture *v = &a.picture;
    const uint x = v->x0 + get_global_id(0) * VIEW_RUN, end = min(x + VIEW_RUN, v->x1);
    view_run(VARIANT, v, m, &a.frame, shape, cols, rows, x, end, a.first + get_global_id(1), &physics,
             totals);
}

#endif

// image[y, x] = the value of the picture's pixel that it shows. The image is width pixels wide.
__kernel void crossbar_image(__global const ohm_span *cols, __global const ohm_span *rows,
                             __global const long *totals, __global const uint *col_of,
                             __global const uint *row_of, __global float *image, ohm_shape shape,
                             ohm_physics physics, ohm_image a) {
    const uint x = get_global_id(0), y = get_global_id(1);
    (void)shape, (void)physics;
    if (x >= a.width) return;
    image[(ulong)y * a.width + x] = view_pixel(&a.picture, cols, rows, col_of[x], row_of[y], totals);
}

// extremes[item] = the ends of the item's share of the image. On a GPU neighbours read neighbouring floats.
__kernel void crossbar_extremes(__global const float *image, __global ohm_ends *extremes, ohm_shape shape,
                                ohm_physics physics, ohm_pixels a) {
    const uint item = get_global_id(1) * VIEW_SHARES + get_global_id(0);
    (void)shape, (void)physics;
#if OHM_LANES == 1
    extremes[item] = view_ends(image, item, a.count, VIEW_SHARES * VIEW_SHARES);
#else
    extremes[item] = view_run_ends(image, a.count, item);
#endif
}
