#include "band.h"
#include "../base/error.h"

#include <stdlib.h>

bool plane_exists(ohm_variant variant, plane which) {
    switch (which) {
    case PLANE_STATE: return true;
    case PLANE_STATE_REST: return variant.extended;
    default: return variant.flux;
    }
}

unsigned plane_count(ohm_variant variant) {
    unsigned count = 0;
    for (int i = 0; i < PLANE_COUNT; i++) count += plane_exists(variant, i);
    return count;
}

static uint64_t plane_bytes(const band *b) {
    return (uint64_t)b->shape.rows * b->shape.pitch * sizeof(float);
}

ohm_status band_create(engine *e, uint64_t row0, uint64_t rows, band **b) {
    const problem *p = &e->problem;
    band *made = calloc(1, sizeof *made);
    *b = NULL;
    if (!made) return ohm_fail_memory("a band");
    *made = (band){e, {p->cols, p->pitch, (u32)rows, (u32)row0}, {NULL}};
    ohm_status status = OHM_OK;
    for (int i = 0; i < PLANE_COUNT && !status; i++)
        if (plane_exists(p->variant, i)) status = engine_keep(e, plane_bytes(made), &made->plane[i]);
    if (status) {
        band_destroy(made);
        return status;
    }
    *b = made;
    return OHM_OK;
}

void band_destroy(band *b) {
    if (!b) return;
    for (int i = 0; i < PLANE_COUNT; i++) buffer_release(b->plane[i]);
    free(b);
}

static void release_plane(band *b, int which) {
    buffer_release(b->plane[which]);
    b->plane[which] = NULL;
}

ohm_status band_extend(band *b) {
    engine *e = b->engine;
    ohm_status status = OHM_OK;
    for (int i = 0; i < PLANE_COUNT && !status; i++) {
        const bool wanted = plane_exists(e->problem.variant, i);
        if (!wanted) release_plane(b, i);
        if (!wanted || b->plane[i]) continue;
        status = engine_keep(e, plane_bytes(b), &b->plane[i]);
        if (!status) status = buffer_clear(b->plane[i]);
        if (status) release_plane(b, i); // which is not full of 0
    }
    return status;
}

// ---- Areas ------------------------------------------------------------------------------------

static region region_of(const band *b, area a) {
    const uint64_t pitch = b->shape.pitch;
    return (region){(a.row * pitch + a.col) * sizeof(float), pitch * sizeof(float), a.cols * sizeof(float),
                    a.rows};
}

ohm_status band_get(const band *b, plane which, area a, float *out) {
    return buffer_get(b->plane[which], region_of(b, a), out);
}

ohm_status band_put(const band *b, plane which, area a, const float *in) {
    return buffer_put(b->plane[which], region_of(b, a), in);
}

ohm_status band_move(const band *b, plane which, int fd, const file_extent *extents, size_t count) {
    const engine_class *class = b->engine->class;
    return class->move ? class->move(b->plane[which], fd, extents, count) : OHM_OK;
}

// ---- Frames -----------------------------------------------------------------------------------

void frame_store_release(frame_store *s) {
    buffer_release(s->values);
    *s = (frame_store){0};
}

// The rows of an image that a band shows; lines are one row.
static void rows_shown(const ohm_shape *shape, const drive_frame *frame, u32 *first, u32 *rows) {
    const ohm_frame *f = &frame->geometry;
    *first = f->height ? (u32)frame_pixel(shape->row0, f->down, f->height) : 0;
    *rows = f->height ? (u32)frame_pixel(shape->row0 + shape->rows - 1, f->down, f->height) + 1 - *first : 1;
}

// Where the engine works in the host's memory, the frame stays where it is.
static ohm_status take(frame_store *s, engine *e, const float *values, uint64_t bytes) {
    if (!e->class->wrap) {
        const ohm_status status = buffer_make_room(e, &s->values, bytes);
        return status ? status : buffer_put(s->values, region_of_bytes(bytes), values);
    }
    buffer_release(s->values);
    return e->class->wrap(e, (void *)values, bytes, &s->values); // which kernels only read
}

ohm_status frame_store_send(frame_store *s, engine *e, const ohm_shape *shape, const drive_frame *frame,
                            ohm_frame *geometry) {
    u32 first, rows;
    *geometry = frame->geometry;
    if (!frame->values) return OHM_OK;
    rows_shown(shape, frame, &first, &rows);
    geometry->row0 = first;
    const bool there = s->version == frame->version && s->row0 == first && s->rows == rows;
    if (there && !e->class->wrap) return OHM_OK;
    const size_t row = frame->geometry.height ? frame->geometry.width : frame->count;
    s->version = 0;
    const ohm_status status = take(s, e, frame->values + row * first, row * rows * sizeof(float));
    if (status) return status;
    s->version = frame->version;
    s->row0 = first;
    s->rows = rows;
    return OHM_OK;
}

// ---- Operations -------------------------------------------------------------------------------

static ohm_status run(const band *b, const launch *l) {
    return b->engine->class->run(b->engine, l);
}

ohm_status band_fill(const band *b) {
    const problem *p = &b->engine->problem;
    const ohm_fill a = {(u32)p->initial};
    return run(b, &(launch){.operation = OHM_OPERATION_fill,
                            .shape = b->shape,
                            .physics = &p->physics,
                            .buffer = {b->plane[PLANE_STATE], b->plane[PLANE_FLUX],
                                       b->plane[PLANE_STATE_REST], b->plane[PLANE_FLUX_REST]},
                            .buffers = 4,
                            .arguments = &a,
                            .size = sizeof a});
}

ohm_status band_settle(const band *b) {
    return run(b, &(launch){.operation = OHM_OPERATION_settle,
                            .shape = b->shape,
                            .physics = &b->engine->problem.physics,
                            .buffer = {b->plane[PLANE_STATE], b->plane[PLANE_STATE_REST]},
                            .buffers = 2});
}

ohm_status band_advance(const band *b, frame_store *s, uint64_t t, uint32_t steps, const drive_frame *frame) {
    ohm_advance a = {.t = t, .steps = steps};
    const ohm_status status = frame_store_send(s, b->engine, &b->shape, frame, &a.frame);
    if (status) return status;
    return run(b,
               &(launch){.operation = OHM_OPERATION_advance,
                         .shape = b->shape,
                         .physics = &b->engine->problem.physics,
                         .buffer = {b->plane[PLANE_STATE], b->plane[PLANE_FLUX], b->plane[PLANE_STATE_REST],
                                    b->plane[PLANE_FLUX_REST], frame->values ? s->values : NULL},
                         .buffers = 5,
                         .arguments = &a,
                         .size = sizeof a});
}

ohm_status band_current(const band *b, uint64_t row, uint64_t rows, buffer *voltage, buffer *current) {
    const ohm_current a = {(u32)row};
    ohm_shape shape = b->shape;
    shape.rows = (u32)rows;
    return run(b, &(launch){.operation = OHM_OPERATION_current,
                            .shape = shape,
                            .physics = &b->engine->problem.physics,
                            .buffer = {b->plane[PLANE_STATE], voltage, current},
                            .buffers = 3,
                            .arguments = &a,
                            .size = sizeof a});
}
