// A frame: voltages that come from the host, beside or instead of those drawn in the kernel. Either of lines,
// V_ij = Vcol_j + Vrow_i, for every step of a launch, or an image that is scaled over the crossbar and stays
// for a launch.
#ifndef OHM_FRAME_H
#define OHM_FRAME_H

#include "lanes.h"

enum { OHM_FRAME_NONE, OHM_FRAME_LINES, OHM_FRAME_IMAGE, OHM_FRAME_KINDS };

// Where a voltage stands in the frame's floats. Lines: step i of the launch has the columns' from i·stride
// on, padded to whole blocks, and then the rows'. An image: that of (row, col) is pixel (min(row·down >> 32,
// height − 1), min(col·across >> 32, width − 1)), row by row; its rows from row0 on are there.
typedef struct ohm_frame {
    u64 stride, pitch;
    u64 down, across;
    u32 width, height;
    u32 row0, padding;
} ohm_frame;

OHM_FN u64 frame_pixel(u64 place, u64 scale, u32 count) {
    const u64 i = place * scale >> 32; // place < 2³¹, and scale ≤ 2³³ of what is not magnified
    return i < count ? i : count - 1;
}

// The pixels of the columns that start at col, in the crossbar's row.
OHM_FN vf32 frame_image(const OHM_GLOBAL float *frame, const ohm_frame *f, u32 row, u64 col) {
    const OHM_GLOBAL float *line = frame + (frame_pixel(row, f->down, f->height) - f->row0) * f->width;
    v_any32 v;
    OHM_UNROLL
    for (u32 i = 0; i < OHM_LANES; i++) v.f_lane[i] = line[frame_pixel(col + i, f->across, f->width)];
    return v.f;
}

OHM_FN vf32 frame_lines(const OHM_GLOBAL float *frame, const ohm_frame *f, u32 row, u64 col, u32 step) {
    const OHM_GLOBAL float *lines = frame + step * f->stride;
    return v_load(lines + col) + v_splat(lines[f->pitch + row]);
}

#endif
