// Pictures. A rectangle of the crossbar becomes spans of synapses, one for each row and column of pixels. The
// engines draw their bands, and the host puts the parts together if there are several engines.
#include "picture.h"
#include "applied.h"
#include "../base/error.h"
#include "lines.h"
#include "wired_drive.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

_Static_assert((int)VIEW_RESISTANCE == OHM_RESISTANCE && (int)VIEW_CONDUCTANCE == OHM_CONDUCTANCE &&
                   (int)VIEW_STATE == OHM_STATE && (int)VIEW_VOLTAGE == OHM_VOLTAGE &&
                   (int)VIEW_FLUX == OHM_FLUX && (int)VIEW_CURRENT == OHM_CURRENT &&
                   (int)VIEW_MEAN == OHM_MEAN && (int)VIEW_MIN == OHM_MIN && (int)VIEW_MAX == OHM_MAX &&
                   (int)VIEW_NEAREST == OHM_NEAREST,
               "kernels/view.h and ohmscape.h number alike");

const char *ohm_quantity_name(ohm_quantity quantity) {
    static const char *const names[] = {"resistance", "conductance", "state",     "voltage",
                                        "flux",       "current",     "word-line", "bit-line"};
    return (unsigned)quantity < OHM_QUANTITIES ? names[quantity] : "unknown";
}

const char *ohm_reduction_name(ohm_reduction reduction) {
    static const char *const names[] = {"mean", "min", "max", "nearest"};
    return (unsigned)reduction < OHM_REDUCTIONS ? names[reduction] : "unknown";
}

// ---- From a view to its job -------------------------------------------------------------------

// One side of a view: so many pixels show extent synapses, from start on.
typedef struct side {
    double start, extent;
    uint32_t pixels;
    uint64_t synapses; // the crossbar's
} side;

// The synapse at a place along a side; 0 before its beginning, and synapses past its end.
static uint64_t clip(double place, uint64_t synapses) {
    return place <= 0 ? 0 : place >= (double)synapses ? synapses : (uint64_t)place;
}

// The synapses of pixel i; none (first = end) outside the crossbar.
static ohm_span span_of(const side *s, bool nearest, uint32_t i) {
    const double scale = s->extent / s->pixels;
    uint64_t first, end;
    if (nearest || scale < 1) {
        const double place = floor(s->start + (i + 0.5) * scale);
        first = clip(place, s->synapses);
        end = clip(place + 1, s->synapses);
    } else {
        first = clip(floor(s->start + i * scale), s->synapses);
        end = clip(floor(s->start + (i + 1.0) * scale), s->synapses);
    }
    return (ohm_span){(uint32_t)first, (uint32_t)end, end > first ? 1.0f / (float)(end - first) : 0};
}

// The distinct spans of a side: where a synapse is larger than a pixel, several pixels share one.
typedef struct spans {
    ohm_span *span;
    uint32_t count;
    uint32_t *of;     // [pixels]: the span that each pixel shows
    view_part inside; // those with synapses
    uint64_t most;    // synapses in one
} spans;

static bool same_span(ohm_span a, ohm_span b) {
    return a.first == b.first && a.end == b.end;
}

static void add_span(spans *made, ohm_span span) {
    const uint32_t i = made->count++;
    made->span[i] = span;
    if (span.first == span.end) return;
    if (made->inside.first == made->inside.end) made->inside.first = i;
    made->inside.end = i + 1;
    if (span.end - span.first > made->most) made->most = span.end - span.first;
}

// Pixels with the same span are neighbours, so comparing with the last one finds them. The caller frees *made
// even on failure.
static ohm_status make_spans(const side *s, bool nearest, spans *made) {
    *made = (spans){.span = malloc(s->pixels * sizeof *made->span),
                    .of = malloc(s->pixels * sizeof *made->of),
                    .most = 1};
    if (!made->span || !made->of) return ohm_fail_memory("a picture");
    for (uint32_t i = 0; i < s->pixels; i++) {
        const ohm_span span = span_of(s, nearest, i);
        if (i == 0 || !same_span(made->span[made->count - 1], span)) add_span(made, span);
        made->of[i] = made->count - 1;
    }
    return OHM_OK;
}

// The pixel rows that show any of so many rows of the crossbar.
static view_part part_of(const view_job *job, uint64_t row0, uint64_t rows) {
    const ohm_picture *p = &job->picture;
    view_part part = {p->y0, p->y1};
    while (part.first < part.end && job->rows[part.first].end <= row0) part.first++;
    while (part.end > part.first && job->rows[part.end - 1].first >= row0 + rows) part.end--;
    return part;
}

// The largest voltage of the last step.
static double largest_voltage(const ohm_crossbar *c) {
    return drive_largest(c->wired ? crossbar_source(c) : c->applied);
}

// The largest magnitude of a quantity. A resistance may round to slightly more than its range allows.
static double bound_of(const ohm_crossbar *c, ohm_quantity quantity) {
    const ohm_physics *p = &c->problem.physics;
    switch (quantity) {
    case OHM_RESISTANCE: return p->resistance_high * 1.000001;
    case OHM_CONDUCTANCE: return 1.000001 / p->resistance_low;
    case OHM_STATE: return fmax(fabs(p->state_low), fabs(p->state_high));
    case OHM_FLUX: return c->flux_bound;
    case OHM_CURRENT: return lines_largest_current(c, true, largest_voltage(c));
    default: return largest_voltage(c);
    }
}

// How many work-items share a pixel, with one lane: a power of 2, and no more than the pixel has columns.
static uint32_t spread_of(uint64_t most_cols) {
    uint32_t spread = 1;
    while (spread < 32 && spread * 2 <= most_cols) spread *= 2;
    return spread;
}

// Chooses the fixed point in which means are summed, so that no sum of so many values within ±bound reaches
// 2⁶². An exponent above 100 would leave the range of a float.
static void set_fixed_point(ohm_picture *p, double bound, double most) {
    bound = fmax(bound, 1e-36); // it is 0 if all values are
    int exponent = 61 - ilogb(bound) - 1 - (int)ceil(log2(most));
    if (exponent > 100) exponent = 100;
    p->bound = (float)bound;
    p->scale = ldexpf(1, exponent);
    p->unit = ldexpf(1, -exponent);
}

static void job_free(view_job *job) {
    free(job->cols);
    free(job->rows);
    free(job->col_of);
    free(job->row_of);
}

static ohm_status set_spans(const ohm_crossbar *c, const ohm_view *v, view_job *job, spans *x, spans *y) {
    const side across = {v->col, v->cols, v->width, c->problem.cols};
    const side down = {v->row, v->rows, v->height, c->problem.rows};
    const bool nearest = v->reduction == OHM_NEAREST;
    ohm_status status = make_spans(&across, nearest, x);
    job->cols = x->span;
    job->col_of = x->of;
    if (status) return status;
    status = make_spans(&down, nearest, y);
    job->rows = y->span;
    job->row_of = y->of;
    return status;
}

// Whether a quantity is one of the lines: it is drawn as devices' voltages are.
static bool is_line(ohm_quantity quantity) {
    return quantity == OHM_WORD_LINE || quantity == OHM_BIT_LINE;
}

static bool needs_voltages(ohm_quantity quantity) {
    return quantity == OHM_VOLTAGE || quantity == OHM_CURRENT || is_line(quantity);
}

static ohm_status take_frame(const ohm_crossbar *c, ohm_quantity quantity, drive_frame *frame) {
    return is_line(quantity) ? wired_line_frame(c->wired, quantity == OHM_BIT_LINE, frame)
                             : crossbar_last_frame(c, frame);
}

static ohm_status job_make(const ohm_crossbar *c, const ohm_view *v, view_job *job) {
    const bool shown = !needs_voltages(v->quantity) || crossbar_has_voltages(c);
    spans x, y;
    ohm_status status = set_spans(c, v, job, &x, &y);
    if (status) return status;
    job->width = v->width;
    job->height = v->height;
    job->picture = (ohm_picture){
        .t = c->step ? c->step - 1 : 0,
        .quantity = is_line(v->quantity) ? VIEW_VOLTAGE : (uint32_t)v->quantity,
        .reduction = v->reduction,
        .width = x.count,
        .height = y.count,
        .x0 = x.inside.first,
        .x1 = shown ? x.inside.end : x.inside.first,
        .y0 = y.inside.first,
        .y1 = y.inside.end,
        .spread = spread_of(x.most),
        .sign = v->reduction == OHM_MAX ? -1 : 1,
    };
    job->physics = c->problem.physics;
    memcpy(job->physics.stimulus, c->applied_constants, sizeof c->applied_constants);
    if (needs_voltages(v->quantity) && shown) status = take_frame(c, v->quantity, &job->frame);
    if (status) return status;
    set_fixed_point(&job->picture, bound_of(c, v->quantity), (double)x.most * (double)y.most);
    return OHM_OK;
}

static ohm_status check_view(const ohm_crossbar *c, const ohm_view *v) {
    if (v->width < 1 || v->width > OHM_MAX_IMAGE || v->height < 1 || v->height > OHM_MAX_IMAGE)
        return ohm_fail(OHM_BAD_ARGUMENT, "an image of %" PRIu32 " x %" PRIu32 " pixels is outside [1, %u]",
                        v->width, v->height, OHM_MAX_IMAGE);
    if (!(v->rows > 0 && v->cols > 0 && isfinite(v->rows) && isfinite(v->cols) && isfinite(v->row) &&
          isfinite(v->col)))
        return ohm_fail(OHM_BAD_ARGUMENT, "a view needs a finite position and an extent above 0");
    if ((unsigned)v->quantity >= OHM_QUANTITIES || (unsigned)v->reduction >= OHM_REDUCTIONS)
        return ohm_fail(OHM_BAD_ARGUMENT, "no such quantity or reduction");
    if (v->quantity == OHM_FLUX && !c->problem.variant.flux)
        return ohm_fail(OHM_BAD_ARGUMENT, "this crossbar does not track the flux");
    if (is_line(v->quantity) && !c->wired)
        return ohm_fail(OHM_BAD_ARGUMENT,
                        "the lines of this crossbar have no resistance, and so no potentials of their own");
    if (v->quantity == OHM_CURRENT) return crossbar_check_voltage(c, largest_voltage(c));
    return OHM_OK;
}

// ---- Memory -----------------------------------------------------------------------------------

// Sends an array to the engine. An engine that works in the host's memory uses it where it is.
static ohm_status send(engine *e, buffer **b, const void *values, uint64_t bytes) {
    if (e->class->wrap) {
        buffer_release(*b);
        return e->class->wrap(e, (void *)values, bytes, b); // it is only read
    }
    const ohm_status status = buffer_make_room(e, b, bytes);
    return status ? status : buffer_put(*b, region_of_bytes(bytes), values);
}

static ohm_status make_ready(engine *e, canvas *s, const view_job *job) {
    const uint64_t width = job->picture.width, height = job->picture.height;
    ohm_status status = send(e, &s->cols, job->cols, width * sizeof *job->cols);
    if (!status) status = send(e, &s->rows, job->rows, height * sizeof *job->rows);
    if (!status) status = send(e, &s->col_of, job->col_of, job->width * sizeof *job->col_of);
    if (!status) status = send(e, &s->row_of, job->row_of, job->height * sizeof *job->row_of);
    if (!status) status = buffer_make_room(e, &s->totals, width * height * sizeof(int64_t));
    return status;
}

// ---- Drawing ----------------------------------------------------------------------------------

// Adds a band's synapses to its engine's picture. An engine's bands must come in the order of their rows.
static ohm_status draw_band(const band *b, frame_store *f, const canvas *s, const view_job *job) {
    const ohm_picture *v = &job->picture;
    const view_part part = part_of(job, b->shape.row0, b->shape.rows);
    const drive_frame none = {0}; // only voltages need one
    const bool volts = v->quantity == VIEW_VOLTAGE || v->quantity == VIEW_CURRENT;
    const drive_frame *frame = volts ? &job->frame : &none;
    if (part.first >= part.end) return OHM_OK;
    ohm_view_part a = {.picture = *v, .first = part.first};
    const ohm_status status = frame_store_send(f, b->engine, &b->shape, frame, &a.frame);
    if (status) return status;
    buffer *const from = b->plane[v->quantity == VIEW_FLUX ? PLANE_FLUX : PLANE_STATE];
    return b->engine->class->run(
        b->engine, &(launch){.operation = OHM_OPERATION_view,
                             .shape = b->shape,
                             .physics = &job->physics,
                             .buffer = {from, frame->values ? f->values : NULL, s->cols, s->rows, s->totals},
                             .buffers = 5,
                             .arguments = &a,
                             .size = sizeof a,
                             .width = v->x1 - v->x0,
                             .height = part.end - part.first,
                             .work = b->shape.rows * b->shape.pitch,
                             .spread = v->spread});
}

static float value_of(int32_t ordered) {
    const v_any32 bits = {.u_lane = {view_flip((uint32_t)ordered)}};
    return bits.f_lane[0];
}

// Widens the ends of all by those of some.
static void join_ends(ohm_ends *all, const ohm_ends *some) {
    if (some->least < all->least) all->least = some->least;
    if (some->greatest > all->greatest) all->greatest = some->greatest;
}

static void set_extremes(const view_job *job, const ohm_ends *ends) {
    const bool none = ends->least > ends->greatest;
    job->extremes->least = none ? NAN : value_of(ends->least);
    job->extremes->greatest = none ? NAN : value_of(ends->greatest);
}

// Finds the extremes of an image in a buffer of the engine, which finds those of each share.
static ohm_status find_extremes(engine *e, canvas *s, const view_job *job, buffer *image) {
    const ohm_pixels a = {(uint64_t)job->width * job->height};
    ohm_ends some[VIEW_SHARES * VIEW_SHARES];
    ohm_status status = buffer_make_room(e, &s->extremes, sizeof some);
    if (!status)
        status = e->class->run(e, &(launch){.operation = OHM_OPERATION_extremes,
                                            .physics = &job->physics,
                                            .buffer = {image, s->extremes},
                                            .buffers = 2,
                                            .arguments = &a,
                                            .size = sizeof a,
                                            .width = VIEW_SHARES,
                                            .height = VIEW_SHARES,
                                            .work = a.count});
    if (!status) status = buffer_get(s->extremes, region_of_bytes(sizeof some), some);
    if (status) return status;
    for (size_t i = 1; i < sizeof some / sizeof some[0]; i++) join_ends(&some[0], &some[i]);
    set_extremes(job, &some[0]);
    return OHM_OK;
}

// Fills the image, a buffer of the engine, from the totals. Finds its extremes if they are wanted.
static ohm_status fill_image(engine *e, canvas *s, const view_job *job, buffer *image) {
    const ohm_image a = {.picture = job->picture, .width = job->width};
    const ohm_status status =
        e->class->run(e, &(launch){.operation = OHM_OPERATION_image,
                                   .physics = &job->physics,
                                   .buffer = {s->cols, s->rows, s->totals, s->col_of, s->row_of, image},
                                   .buffers = 6,
                                   .arguments = &a,
                                   .size = sizeof a,
                                   .width = job->width,
                                   .height = job->height,
                                   .work = 8 * (uint64_t)job->width * job->height});
    return status || !job->extremes ? status : find_extremes(e, s, job, image);
}

static ohm_status image_to_host(engine *e, canvas *s, const view_job *job, float *image) {
    const uint64_t bytes = (uint64_t)job->width * job->height * sizeof *image;
    buffer *wrapped = NULL;
    if (!e->class->wrap) {
        ohm_status status = buffer_make_room(e, &s->image, bytes);
        if (!status) status = fill_image(e, s, job, s->image);
        return status ? status : buffer_get(s->image, region_of_bytes(bytes), image);
    }
    ohm_status status = e->class->wrap(e, image, bytes, &wrapped);
    if (!status) status = fill_image(e, s, job, wrapped);
    buffer_release(wrapped);
    return status;
}

// Draws one synapse of state 0 to one pixel, because PoCL compiles a kernel when it is first launched.
static ohm_status draw_one(engine *e, canvas *s, const view_job *job) {
    ohm_span one = {0, 1, 1};
    uint32_t first = 0;
    float pixel;
    ohm_extremes extremes;
    frame_store nothing = {0};
    view_job j = *job;
    j.extremes = &extremes;
    j.picture.quantity = VIEW_STATE;
    j.picture.width = j.picture.height = j.picture.spread = j.picture.x1 = j.picture.y1 = 1;
    j.picture.x0 = j.picture.y0 = j.picture.row0 = 0;
    j.cols = j.rows = &one;
    j.width = j.height = 1;
    j.col_of = j.row_of = &first;
    band b = {.engine = e, .shape = {1, OHM_BLOCK, 1, 0}};
    ohm_status status = e->class->create(e, OHM_BLOCK * sizeof(float), &b.plane[PLANE_STATE]);
    if (!status) status = buffer_clear(b.plane[PLANE_STATE]);
    if (!status) status = make_ready(e, s, &j);
    if (!status) status = draw_band(&b, &nothing, s, &j);
    if (!status) status = image_to_host(e, s, &j, &pixel);
    buffer_release(b.plane[PLANE_STATE]);
    return status;
}

static ohm_status rehearse(engine *e, canvas *s, const view_job *job) {
    if (!e->class->build_begin || s->rehearsed) return OHM_OK;
    e->class->build_begin(e);
    const ohm_status status = draw_one(e, s, job);
    e->class->build_end(e, status);
    s->rehearsed = !status;
    return status;
}

// The rows of an engine, whose bands follow one another.
static view_part rows_of_engine(const ohm_crossbar *c, const engine *e) {
    view_part rows = {UINT32_MAX, 0};
    for (size_t i = 0; i < c->band_count; i++) {
        const ohm_shape *s = &c->bands[i]->shape;
        if (c->bands[i]->engine != e) continue;
        if (rows.first == UINT32_MAX) rows.first = s->row0;
        rows.end = s->row0 + s->rows;
    }
    return rows;
}

static bool empty(const view_job *job) {
    return job->picture.x0 == job->picture.x1 || job->picture.y0 == job->picture.y1;
}

static ohm_status draw_bands(ohm_crossbar *c, view_job *job) {
    size_t of = 0; // which engine the band is on
    ohm_status status = OHM_OK;
    for (size_t i = 0; i < c->engine_count && !status; i++) {
        status = rehearse(c->engines[i], &c->canvases[i], job);
        if (!status) status = make_ready(c->engines[i], &c->canvases[i], job);
    }
    for (size_t i = 0; i < c->band_count && !status && !empty(job); i++) {
        const band *b = c->bands[i];
        const bool first = i == 0 || c->bands[i - 1]->engine != b->engine;
        while (c->engines[of] != b->engine) of++;
        if (first) job->picture.row0 = b->shape.row0;
        status = draw_band(b, &c->frames[of], &c->canvases[of], job);
    }
    return status;
}

// Joins an engine's totals to those of the other engines.
static ohm_status join(ohm_crossbar *c, size_t of, const view_job *job, int64_t *totals) {
    engine *e = c->engines[of];
    const ohm_picture *p = &job->picture;
    const view_part rows = rows_of_engine(c, e);
    if (rows.end <= rows.first) return OHM_OK;
    const view_part part = part_of(job, rows.first, rows.end - rows.first);
    if (part.first >= part.end) return OHM_OK;
    const size_t first = (size_t)part.first * p->width, count = (size_t)(part.end - part.first) * p->width;
    int64_t *some = malloc(count * sizeof *some);
    if (!some) return ohm_fail_memory("a picture");
    const region rows_drawn = {first * sizeof *some, count * sizeof *some, count * sizeof *some, 1};
    const ohm_status status = buffer_get(c->canvases[of].totals, rows_drawn, some);
    for (size_t row = 0; row < count && !status; row += p->width)
        for (size_t i = row + p->x0; i < row + p->x1; i++) // no engine writes outside x0 … x1 − 1
            totals[first + i] = view_join(p, totals[first + i], some[i]);
    free(some);
    return status;
}

static void fill_row(const view_job *job, const int64_t *totals, uint32_t y, float *image) {
    float *row = image + (size_t)y * job->width;
    for (uint32_t x = 0; x < job->width; x++)
        row[x] = view_pixel(&job->picture, job->cols, job->rows, job->col_of[x], job->row_of[y], totals);
}

static ohm_status join_all(ohm_crossbar *c, const view_job *job, float *image) {
    const size_t pixels = (size_t)job->picture.width * job->picture.height;
    int64_t *totals = malloc(pixels * sizeof *totals);
    if (!totals) return ohm_fail_memory("a picture");
    for (size_t i = 0; i < pixels; i++) totals[i] = view_start(&job->picture);
    ohm_status status = OHM_OK;
    for (size_t i = 0; i < c->engine_count && !status && !empty(job); i++) status = join(c, i, job, totals);
    for (uint32_t y = 0; y < job->height && !status; y++) fill_row(job, totals, y, image);
    free(totals);
    if (status || !job->extremes) return status;
    const ohm_ends ends = view_ends(image, 0, (uint64_t)job->width * job->height, 1);
    set_extremes(job, &ends);
    return OHM_OK;
}

ohm_status crossbar_draw(ohm_crossbar *c, const ohm_view *view, view_sink *sink, void *target,
                         ohm_extremes *extremes) {
    ohm_status status = check_view(c, view);
    if (status) return status;
    view_job job = {.extremes = extremes};
    status = job_make(c, view, &job);
    if (!status) status = draw_bands(c, &job);
    if (!status) status = sink(c, &job, target);
    job_free(&job);
    return status;
}

ohm_status crossbar_image(ohm_crossbar *c, const view_job *job, void *image) {
    if (c->engine_count > 1) return join_all(c, job, image);
    return image_to_host(c->engines[0], &c->canvases[0], job, image);
}

ohm_status crossbar_image_into(ohm_crossbar *c, const view_job *job, buffer *image) {
    return fill_image(c->engines[0], &c->canvases[0], job, image);
}

ohm_status ohm_crossbar_view(ohm_crossbar *c, const ohm_view *view, float *image) {
    return crossbar_draw(c, view, crossbar_image, image, NULL);
}

ohm_status ohm_crossbar_view_extremes(ohm_crossbar *c, const ohm_view *view, float *image,
                                      ohm_extremes *extremes) {
    return crossbar_draw(c, view, crossbar_image, image, extremes);
}

// ---- Values -----------------------------------------------------------------------------------

void ohm_crossbar_range(const ohm_crossbar *c, ohm_quantity quantity, double *low, double *high) {
    const problem *p = &c->problem;
    const ohm_physics *physics = &p->physics;
    *low = *high = 0;
    switch (quantity) {
    case OHM_RESISTANCE: *low = physics->resistance_low, *high = physics->resistance_high; break;
    case OHM_CONDUCTANCE:
        *low = v_reciprocal(physics->resistance_high), *high = v_reciprocal(physics->resistance_low);
        break;
    case OHM_STATE: *low = physics->state_low, *high = physics->state_high; break;
    case OHM_VOLTAGE: drive_range(c->stimulus, low, high); break;
    case OHM_CURRENT:
        *high = lines_largest_current(c, true, drive_largest(c->stimulus));
        *low = -*high;
        break;
    case OHM_WORD_LINE:
    case OHM_BIT_LINE:
        if (c->wired) drive_range(c->stimulus, low, high);
        break;
    default: break;
    }
}
