// A crossbar: its rows split into bands over the devices, and everything done band by band.
#include "crossbar.h"
#include "device.h"
#include "error.h"
#include "number.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// ---- Splitting --------------------------------------------------------------------------------

static uint64_t row_bytes(const problem *p) {
    return p->pitch * sizeof(float);
}

// The first row of device i of n; the rows are dealt out as evenly as whole rows can be.
static uint64_t first_row(const problem *p, size_t i, size_t n) {
    return (uint64_t)((u128)p->rows * i / n);
}

static ohm_status no_room(const ohm_device_info *info, const char *what, uint64_t needed, uint64_t has) {
    char needed_text[NUMBER_MAX_TEXT], has_text[NUMBER_MAX_TEXT];
    number_format_bytes(needed, needed_text);
    number_format_bytes(has, has_text);
    return error_set(OHM_OUT_OF_MEMORY, "%s needs %s, and %s (%s) has %s", what, needed_text, info->name,
                     info->id, has_text);
}

// Whether the share of device i fits into it. *host counts what all devices take of the host's memory.
static ohm_status check_share(const problem *p, const ohm_device_info *info, size_t i, size_t n, u128 *host) {
    const uint64_t rows = first_row(p, i + 1, n) - first_row(p, i, n);
    u128 needed = (u128)rows * row_bytes(p) * (p->track_flux ? 2 : 1);
    if (info->type == OHM_DEVICE_NATIVE || info->type == OHM_DEVICE_CPU) needed = *host += needed;
    char what[128];
    snprintf(what, sizeof what, "a crossbar of %" PRIu64 " x %" PRIu64, p->rows, p->cols);
    if (needed > info->memory)
        return no_room(info, what, needed > UINT64_MAX ? UINT64_MAX : (uint64_t)needed, info->memory);
    if (rows && row_bytes(p) > info->max_allocation)
        return no_room(info, "one row, which has to be in one buffer,", row_bytes(p), info->max_allocation);
    return OHM_OK;
}

// The rows of one band on a device.
static uint64_t rows_of_band(const problem *p, const ohm_device_info *info, uint64_t wanted) {
    const uint64_t fit = info->max_allocation / row_bytes(p);
    return wanted && wanted < fit ? wanted : fit;
}

static ohm_status add_bands(ohm_crossbar *c, const ohm_device_info *info, size_t i) {
    const problem *p = &c->problem;
    const uint64_t end = first_row(p, i + 1, c->engine_count);
    for (uint64_t row = first_row(p, i, c->engine_count); row < end;) {
        uint64_t rows = rows_of_band(p, info, c->plan.definition.band_rows);
        if (rows > end - row) rows = end - row;
        band **bands = realloc(c->bands, (c->band_count + 1) * sizeof *bands);
        if (!bands) return error_no_memory("a band");
        c->bands = bands;
        engine *e = c->engines[i];
        const ohm_status status =
            e->class->band_create(e, (uint32_t)row, (uint32_t)rows, &bands[c->band_count]);
        if (status) return status;
        c->band_count++;
        row += rows;
    }
    return OHM_OK;
}

// ---- Creating ---------------------------------------------------------------------------------

static ohm_status create_engines(ohm_crossbar *c, ohm_devices *devices) {
    const size_t n = ohm_devices_count(devices);
    c->engines = calloc(n, sizeof *c->engines);
    if (!c->engines) return error_no_memory("engines");
    for (size_t i = 0; i < n; i++) {
        const ohm_status status = devices_create_engine(devices, i, &c->problem, &c->engines[i]);
        if (status) return status;
        c->engine_count++;
    }
    return OHM_OK;
}

// Waits for every engine, also after one has failed.
static ohm_status wait_all(ohm_crossbar *c, ohm_status status) {
    for (size_t i = 0; i < c->engine_count; i++) {
        const ohm_status waited = c->engines[i]->class->wait(c->engines[i]);
        if (!status) status = waited;
    }
    return status;
}

// Draws the initial state, and steps by none: devices that compile at the first launch do it now.
ohm_status crossbar_fill(ohm_crossbar *c) {
    ohm_status status = OHM_OK;
    for (size_t i = 0; i < c->band_count && !status; i++) {
        const engine_class *class = c->bands[i]->engine->class;
        status = class->fill(c->bands[i]);
        if (!status) status = class->advance(c->bands[i], 0, 0);
    }
    return wait_all(c, status);
}

// Steps a launch, if not told: enough that a launch has some millions of synapse-steps, at least 16,
// beyond which the memory traffic saved no longer shows.
static unsigned choose_fuse(const problem *p) {
    const double launch = 4e6;
    const double steps = launch / ((double)p->rows * (double)p->pitch);
    return steps < 16 ? 16 : steps > 256 ? 256 : (unsigned)steps;
}

ohm_status ohm_crossbar_set_fuse(ohm_crossbar *c, unsigned fuse) {
    const ohm_status status = definition_check_fuse(fuse);
    if (!status) c->plan.definition.fuse = fuse ? fuse : choose_fuse(&c->problem);
    return status;
}

static ohm_status build(ohm_crossbar *c, ohm_devices *devices) {
    const size_t n = ohm_devices_count(devices);
    ohm_status status = OHM_OK;
    u128 host = 0;
    for (size_t i = 0; i < n && !status; i++)
        status = check_share(&c->problem, ohm_devices_info(devices, i), i, n, &host);
    if (!status) status = create_engines(c, devices);
    for (size_t i = 0; i < n && !status; i++) status = add_bands(c, ohm_devices_info(devices, i), i);
    return status ? status : crossbar_fill(c);
}

ohm_status ohm_crossbar_create(ohm_devices *devices, const ohm_definition *definition,
                               ohm_crossbar **crossbar) {
    assert(devices && definition && crossbar);
    *crossbar = NULL;
    ohm_crossbar *c = calloc(1, sizeof *c);
    if (!c) return error_no_memory("a crossbar");
    ohm_status status = plan_make(definition, &c->plan);
    if (!status) {
        c->problem = plan_problem(&c->plan);
        status = build(c, devices);
    }
    if (status) {
        ohm_crossbar_destroy(c);
        return status;
    }
    memcpy(c->applied, c->problem.physics.stimulus, sizeof c->applied); // if it is loaded, after some steps
    ohm_crossbar_set_fuse(c, c->plan.definition.fuse);
    if (!c->plan.definition.lanes) c->plan.definition.lanes = c->engines[0]->lanes;
    *crossbar = c;
    return OHM_OK;
}

void ohm_crossbar_destroy(ohm_crossbar *c) {
    if (!c) return;
    for (size_t i = 0; i < c->band_count; i++) c->bands[i]->engine->class->band_destroy(c->bands[i]);
    for (size_t i = 0; i < c->engine_count; i++) c->engines[i]->class->destroy(c->engines[i]);
    free(c->bands);
    free(c->engines);
    series_free(&c->series);
    free(c);
}

const ohm_definition *ohm_crossbar_definition(const ohm_crossbar *c) {
    return &c->plan.definition;
}

uint64_t ohm_crossbar_step(const ohm_crossbar *c) {
    return c->step;
}

// ---- Advancing --------------------------------------------------------------------------------

// Launches the bands whose engines return at once before those whose engines keep this thread.
static ohm_status launch(ohm_crossbar *c, uint64_t t, uint32_t steps) {
    ohm_status status = OHM_OK;
    for (int asynchronous = 1; asynchronous >= 0; asynchronous--)
        for (size_t i = 0; i < c->band_count && !status; i++) {
            const engine_class *class = c->bands[i]->engine->class;
            if (class->asynchronous == asynchronous) status = class->advance(c->bands[i], t, steps);
        }
    return status;
}

// The voltages just applied, for pictures of them and of the flux. What is added to a flux may round to
// twice as much.
static void remember(ohm_crossbar *c, uint64_t steps) {
    memcpy(c->applied, c->problem.physics.stimulus, sizeof c->applied);
    c->flux_bound += crossbar_largest_voltage(c) * c->problem.physics.dt * (double)steps * 2;
}

ohm_status ohm_crossbar_advance(ohm_crossbar *c, uint64_t steps) {
    if (steps > OHM_MAX_STEP - c->step)
        return error_set(OHM_BAD_ARGUMENT,
                         "%" PRIu64 " steps after step %" PRIu64 " pass the last step, %" PRIu64, steps,
                         c->step, OHM_MAX_STEP);
    const uint32_t fuse = c->plan.definition.fuse;
    ohm_status status = OHM_OK;
    for (uint64_t done = 0; done < steps && !status;) {
        const uint32_t count = steps - done < fuse ? (uint32_t)(steps - done) : fuse;
        status = launch(c, c->step + done, count);
        done += count;
    }
    status = wait_all(c, status);
    if (!status && steps) remember(c, steps);
    if (!status) c->step += steps;
    return status;
}

// ---- Measuring --------------------------------------------------------------------------------

ohm_status crossbar_digest(ohm_crossbar *c, plane which, uint64_t *digest) {
    uint64_t sum = 0;
    for (size_t i = 0; i < c->band_count; i++) {
        const ohm_status status = c->bands[i]->engine->class->digest(c->bands[i], which, &sum);
        if (status) return status;
    }
    *digest = sum;
    return OHM_OK;
}

ohm_status ohm_crossbar_digest(ohm_crossbar *c, uint64_t *digest) {
    return crossbar_digest(c, PLANE_STATE, digest);
}

// Mean and standard deviation of n fixed-point numbers, in their own unit, from exact sums: the spread
// about the whole number next to the mean is an integer, so nothing cancels.
static void summarise(u128 sum, u128 square, uint64_t n, double *mean, double *std) {
    const u128 whole = sum / n;
    const double rest = (double)(uint64_t)(sum % n) / (double)n;
    const u128 spread = square - 2 * whole * sum + whole * whole * n;
    *mean = (double)whole + rest;
    *std = sqrt(fmax((double)spread / (double)n - rest * rest, 0));
}

_Static_assert(OHM_HISTOGRAM_BINS == TALLY_BINS, "the histogram is the tally's");

static double mean_of(u128 sum, uint64_t n, float scale) {
    return ((double)(sum / n) + (double)(uint64_t)(sum % n) / (double)n) / scale;
}

static ohm_statistics statistics_of(const tally_total *t, const problem *p) {
    const ohm_physics *physics = &p->physics;
    const uint64_t n = p->rows * p->cols;
    const double range = (double)physics->state_high - physics->state_low;
    double mean, std;
    summarise(t->state, t->square, n, &mean, &std);
    ohm_statistics s = {
        .state_min = t->state_min,
        .state_max = t->state_max,
        .state_mean = physics->state_low + mean / TALLY_STATE_ONE * range,
        .state_std = std / TALLY_STATE_ONE * range,
        .resistance_min = t->resistance_min,
        .resistance_max = t->resistance_max,
        .resistance_mean = mean_of(t->resistance, n, physics->resistance_scale),
        .conductance_min = t->conductance_min,
        .conductance_max = t->conductance_max,
        .conductance_mean = mean_of(t->conductance, n, physics->conductance_scale),
        .state_low = physics->state_low,
        .state_high = physics->state_high,
    };
    for (int i = 0; i < OHM_HISTOGRAM_BINS; i++) s.histogram[i] = t->bins[i];
    return s;
}

ohm_status ohm_crossbar_statistics(ohm_crossbar *c, ohm_statistics *statistics) {
    tally_total total = tally_total_start();
    for (size_t i = 0; i < c->band_count; i++) {
        const ohm_status status = c->bands[i]->engine->class->tally(c->bands[i], &total);
        if (status) return status;
    }
    *statistics = statistics_of(&total, &c->problem);
    return OHM_OK;
}

ohm_status ohm_crossbar_record(ohm_crossbar *c, ohm_statistics *statistics) {
    ohm_statistics s;
    const ohm_status status = ohm_crossbar_statistics(c, &s);
    if (status) return status;
    if (statistics) *statistics = s;
    series_row row = {c->step, s.state_mean, s.state_std, s.state_min, s.state_max, {0}};
    for (int i = 0; i < OHM_HISTOGRAM_BINS; i++) row.histogram[i] = s.histogram[i];
    return series_append(&c->series, &row);
}

// ---- Reading and writing ----------------------------------------------------------------------

// The part of an area that lies in a band, as an area of the band; no rows if there is none.
static area area_in_band(area a, const band *b) {
    const uint64_t first = b->shape.row0, end = first + b->shape.rows;
    const uint64_t from = a.row > first ? a.row : first;
    const uint64_t to = a.row + a.rows < end ? a.row + a.rows : end;
    return (area){from - first, a.col, from < to ? to - from : 0, a.cols};
}

// Where that part starts in the caller's array.
static uint64_t offset_of(area part, const band *b, area whole) {
    return (b->shape.row0 + part.row - whole.row) * whole.cols;
}

ohm_status crossbar_read(ohm_crossbar *c, plane which, area a, float *out) {
    ohm_status status = OHM_OK;
    for (size_t i = 0; i < c->band_count && !status; i++) {
        band *b = c->bands[i];
        const area part = area_in_band(a, b);
        if (part.rows) status = b->engine->class->read(b, which, part, out + offset_of(part, b, a));
    }
    return status;
}

ohm_status crossbar_write(ohm_crossbar *c, plane which, area a, const float *in) {
    ohm_status status = OHM_OK;
    for (size_t i = 0; i < c->band_count && !status; i++) {
        band *b = c->bands[i];
        const area part = area_in_band(a, b);
        if (part.rows) status = b->engine->class->write(b, which, part, in + offset_of(part, b, a));
    }
    return status;
}

static ohm_status read_rows(ohm_crossbar *c, plane which, uint64_t row0, uint64_t rows, float *out) {
    if (row0 > c->problem.rows || rows > c->problem.rows - row0)
        return error_set(OHM_BAD_ARGUMENT,
                         "%" PRIu64 " rows from row %" PRIu64 " are not within the crossbar's %" PRIu64, rows,
                         row0, c->problem.rows);
    return crossbar_read(c, which, (area){row0, 0, rows, c->problem.cols}, out);
}

ohm_status ohm_crossbar_read_state(ohm_crossbar *c, uint64_t row0, uint64_t rows, float *out) {
    return read_rows(c, PLANE_STATE, row0, rows, out);
}

ohm_status ohm_crossbar_read_flux(ohm_crossbar *c, uint64_t row0, uint64_t rows, float *out) {
    if (!c->problem.track_flux) return error_set(OHM_BAD_ARGUMENT, "this crossbar does not track the flux");
    return read_rows(c, PLANE_FLUX, row0, rows, out);
}
