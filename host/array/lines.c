// Every band adds up its part of each line in whole numbers (kernels/readout.h), which are added up here: no
// split changes a bit.
#define OHM_LANES 1
#include "lines.h"
#include "../base/error.h"
#include "../define/derive.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

uint64_t lines_driven(const ohm_crossbar *c, bool transposed) {
    return transposed ? c->problem.cols : c->problem.rows;
}

uint64_t lines_read_count(const ohm_crossbar *c, bool transposed) {
    return lines_driven(c, !transposed);
}

void line_room_release(line_room *r) {
    buffer_release(r->input);
    buffer_release(r->sums);
    buffer_release(r->totals);
    *r = (line_room){0};
}

ohm_status line_room_send(line_room *r, const band *b, const void *rows, const void *cols) {
    enum { EACH = 4 };
    engine *e = b->engine;
    const uint64_t height = (uint64_t)b->shape.rows * EACH, width = b->shape.pitch * EACH;
    const char *first = (const char *)rows + (uint64_t)b->shape.row0 * EACH;
    ohm_status status = buffer_make_room(e, &r->input, height);
    if (!status) status = buffer_make_room(e, &r->sums, width);
    if (!status) status = buffer_put(r->input, region_of_bytes(height), first);
    return status ? status : buffer_put(r->sums, region_of_bytes(width), cols);
}

// ---- Scales -----------------------------------------------------------------------------------

// The largest current of one device by the model's own law: that of its state, raised as far as what is read
// of it can be above the model's conductance. It grows with the voltage, so the largest is at a corner.
static double largest_exact(const ohm_crossbar *c, double voltage) {
    const ohm_physics *p = &c->problem.physics;
    const int model = c->problem.variant.model;
    double most = 0;
    for (u32 corner = 0; corner < 1u << __builtin_popcount(p->spreads); corner++) {
        float own[OHM_CONSTANTS];
        derive_corner(model, p, corner, own);
        for (int i = 0; i < 4; i++) {
            const float state = own[i & 1 ? OHM_HIGH : OHM_LOW], v = (float)(i & 2 ? voltage : -voltage);
            const float raised = model_resistance(model, state, own) / p->resistance_low;
            most = fmax(most, fabs((double)(model_current(model, state, v, own) * raised)));
        }
    }
    return most;
}

double lines_largest_current(const ohm_crossbar *c, bool exact, double voltage) {
    return exact ? largest_exact(c, voltage) : voltage / (double)c->problem.physics.resistance_low;
}

static double largest(const float *values, uint64_t n) {
    float most = 0;
    for (uint64_t i = 0; i < n; i++)
        if (fabsf(values[i]) > most) most = fabsf(values[i]);
    return (double)most;
}

int lines_scale(const ohm_crossbar *c, bool exact, double voltage) {
    int e;
    frexp(lines_largest_current(c, exact, voltage), &e);
    return -e;
}

// ---- A group of vectors -----------------------------------------------------------------------

// Up to READOUT_GROUP vectors on their way through the bands.
typedef struct group {
    ohm_crossbar *crossbar;
    const line_reading *how;
    unsigned vectors;
    const float *voltage; // [vectors, driven]
    int exponent[READOUT_GROUP];
    float *input;     // of one band, scaled: [vectors, lines of the band]
    uint64_t *sums;   // of one band: [vectors, 2, lines of the band]
    uint64_t *totals; // [vectors, 2, read]
} group;

// The lines that a band drives, and those that it reads, with padding.
static uint64_t driven_by(const group *g, const band *b) {
    return g->how->transposed ? b->shape.pitch : b->shape.rows;
}

static uint64_t read_of(const group *g, const band *b) {
    return g->how->transposed ? b->shape.rows : b->shape.pitch;
}

// A column's voltage is that of the other end of its devices.
static float input_of(const group *g, unsigned vector, float voltage) {
    if (!g->how->exact) return ldexpf(voltage, g->exponent[vector]);
    return g->how->transposed ? -voltage : voltage;
}

static void make_input(const group *g, const band *b) {
    const uint64_t driven = lines_driven(g->crossbar, g->how->transposed), stride = driven_by(g, b);
    const uint64_t first = g->how->transposed ? 0 : b->shape.row0;
    const uint64_t count = g->how->transposed ? driven : b->shape.rows;
    memset(g->input, 0, g->vectors * stride * sizeof *g->input);
    for (unsigned v = 0; v < g->vectors; v++) {
        const float *from = g->voltage + v * driven;
        const double least = largest(from, driven) * 0x1p-60;
        for (uint64_t i = 0; i < count; i++)
            if (fabs((double)from[first + i]) > least)
                g->input[v * stride + i] = input_of(g, v, from[first + i]);
    }
}

// ---- One band ---------------------------------------------------------------------------------

lines_deal lines_deal_out(const band *b, bool transposed) {
    const engine *e = b->engine;
    const uint32_t blocks = (uint32_t)(b->shape.pitch / OHM_BLOCK), lanes = e->lanes, strips = 16 / lanes;
    const uint32_t high = (b->shape.rows + READOUT_BLOCK - 1) / READOUT_BLOCK;
    if (transposed) {
        const uint32_t items = (blocks + READOUT_SPAN - 1) / READOUT_SPAN * strips;
        return (lines_deal){items, b->shape.rows, items, items};
    }
    const uint32_t width = blocks * strips, wanted = 4 * e->shares / width + 1;
    const uint32_t each = high / wanted > 1 ? high / wanted : 1, slabs = (high + each - 1) / each;
    return (lines_deal){width, slabs, each, slabs};
}

static int operation_of(const line_reading *how) {
    if (how->transposed) return how->exact ? OHM_OPERATION_backward_exact : OHM_OPERATION_backward;
    return how->exact ? OHM_OPERATION_forward_exact : OHM_OPERATION_forward;
}

static ohm_status run_readout(const group *g, const band *b, const line_room *r, lines_deal d) {
    ohm_readout_part a = {.stride = driven_by(g, b), .vectors = g->vectors, .blocks = d.blocks};
    ohm_physics physics = b->engine->problem.physics;
    physics.reading = g->how->number;
    for (unsigned v = 0; v < g->vectors; v++) a.scale[v] = ldexpf(1, g->exponent[v]);
    return b->engine->class->run(b->engine, &(launch){.operation = operation_of(g->how),
                                                      .shape = b->shape,
                                                      .physics = &physics,
                                                      .buffer = {b->plane[PLANE_STATE], r->input, r->sums},
                                                      .buffers = 3,
                                                      .arguments = &a,
                                                      .size = sizeof a,
                                                      .width = d.width,
                                                      .height = d.height,
                                                      .work = b->shape.rows * b->shape.pitch * g->vectors});
}

ohm_status lines_gather(const band *b, const line_room *r, const lines_deal *d, bool transposed,
                        unsigned vectors) {
    const uint64_t lines = transposed ? b->shape.rows : b->shape.pitch, all = 2 * vectors * lines;
    ohm_gather a = {1, all, d->results, (u32)lines};
    if (transposed) a = (ohm_gather){d->results, 1, d->results, (u32)lines};
    if (d->results == 1) return OHM_OK;
    return b->engine->class->run(b->engine, &(launch){.operation = OHM_OPERATION_gather,
                                                      .shape = b->shape,
                                                      .physics = &b->engine->problem.physics,
                                                      .buffer = {r->sums, r->totals},
                                                      .buffers = 2,
                                                      .arguments = &a,
                                                      .size = sizeof a,
                                                      .width = (u32)lines,
                                                      .height = 2 * vectors,
                                                      .work = all * d->results});
}

ohm_status lines_room(const band *b, line_room *r, const lines_deal *d, bool transposed, unsigned vectors) {
    const uint64_t lines = transposed ? b->shape.rows : b->shape.pitch;
    const uint64_t bytes = 2 * vectors * lines * sizeof(uint64_t);
    const ohm_status status = buffer_make_room(b->engine, &r->sums, bytes * d->results);
    return status || d->results == 1 ? status : buffer_make_room(b->engine, &r->totals, bytes);
}

ohm_status lines_take(const line_room *r, const lines_deal *d, uint64_t bytes, uint64_t *sums) {
    buffer *const from = d->results == 1 ? r->sums : r->totals;
    return buffer_get(from, region_of_bytes(bytes), sums);
}

double lines_sum(const uint64_t *high, const uint64_t *low) {
    return (double)(int64_t)*high * FIXED_HIGH + (double)(int64_t)*low * FIXED_LOW;
}

// Starts the work on a band; what it finds is in *r then.
static ohm_status start_band(const group *g, const band *b, line_room *r) {
    const bool transposed = g->how->transposed;
    const lines_deal d = lines_deal_out(b, transposed);
    ohm_status status = buffer_make_room(b->engine, &r->input, g->vectors * driven_by(g, b) * sizeof(float));
    if (!status) status = lines_room(b, r, &d, transposed, g->vectors);
    if (status) return status;
    make_input(g, b);
    const uint64_t bytes = g->vectors * driven_by(g, b) * sizeof(float);
    status = buffer_put(r->input, region_of_bytes(bytes), g->input);
    if (!status) status = run_readout(g, b, r, d);
    return status ? status : lines_gather(b, r, &d, transposed, g->vectors);
}

static void add_lines(const group *g, const band *b) {
    const uint64_t lines = read_of(g, b), all = lines_read_count(g->crossbar, g->how->transposed);
    const uint64_t first = g->how->transposed ? b->shape.row0 : 0;
    const uint64_t count = g->how->transposed ? b->shape.rows : all;
    for (unsigned i = 0; i < 2 * g->vectors; i++)
        for (uint64_t line = 0; line < count; line++)
            g->totals[i * all + first + line] += g->sums[i * lines + line];
}

static ohm_status finish_band(const group *g, const band *b, const line_room *r) {
    const uint64_t bytes = 2 * g->vectors * read_of(g, b) * sizeof(uint64_t);
    const lines_deal d = lines_deal_out(b, g->how->transposed);
    const ohm_status status = lines_take(r, &d, bytes, g->sums);
    if (!status) add_lines(g, b);
    return status;
}

// ---- All --------------------------------------------------------------------------------------

// Whole numbers to currents in A.
static void convert(const group *g, double *current) {
    const uint64_t lines = lines_read_count(g->crossbar, g->how->transposed);
    const double sign = g->how->exact && g->how->transposed ? -1 : 1;
    for (unsigned v = 0; v < g->vectors; v++) {
        const uint64_t *high = g->totals + (uint64_t)2 * v * lines, *low = high + lines;
        const double one = ldexp(sign, -g->exponent[v]);
        for (uint64_t i = 0; i < lines; i++) current[v * lines + i] = lines_sum(&high[i], &low[i]) * one;
    }
}

static ohm_status read_group(group *g, double *current) {
    ohm_crossbar *c = g->crossbar;
    ohm_status status = OHM_OK;
    const uint64_t driven = lines_driven(c, g->how->transposed);
    for (unsigned v = 0; v < g->vectors; v++)
        g->exponent[v] = lines_scale(c, g->how->exact, largest(g->voltage + v * driven, driven));
    memset(g->totals, 0, 2 * g->vectors * lines_read_count(c, g->how->transposed) * sizeof *g->totals);
    for (size_t i = 0; i < c->band_count && !status; i++) status = start_band(g, c->bands[i], &c->lines[i]);
    for (size_t i = 0; i < c->band_count && !status; i++) status = finish_band(g, c->bands[i], &c->lines[i]);
    if (status) return crossbar_wait(c, status);
    convert(g, current);
    return OHM_OK;
}

static ohm_status group_make(group *g, unsigned most) {
    const problem *p = &g->crossbar->problem;
    const uint64_t side = p->rows > p->pitch ? p->rows : p->pitch;
    g->input = malloc(most * side * sizeof *g->input);
    g->sums = malloc(2 * most * side * sizeof *g->sums);
    g->totals = malloc(2 * most * side * sizeof *g->totals);
    return g->input && g->sums && g->totals ? OHM_OK : ohm_fail_memory("currents of lines");
}

static void group_free(group *g) {
    free(g->input);
    free(g->sums);
    free(g->totals);
}

ohm_status lines_read(ohm_crossbar *c, const line_reading *how, uint64_t count, const float *voltage,
                      double *current) {
    const uint64_t driven = lines_driven(c, how->transposed), read = lines_read_count(c, how->transposed);
    line_reading now = *how;
    group g = {.crossbar = c, .how = &now};
    ohm_status status = group_make(&g, count < READOUT_GROUP ? (unsigned)count : READOUT_GROUP);
    for (uint64_t i = 0; i < count && !status; i += g.vectors) {
        // What is noisy is read anew for each vector.
        const bool together = count - i >= READOUT_GROUP && !c->problem.variant.noisy_read && !how->exact;
        g.vectors = together ? READOUT_GROUP : 1;
        g.voltage = voltage + i * driven;
        now.number = how->number + i;
        status = read_group(&g, current + i * read);
    }
    group_free(&g);
    return status;
}
