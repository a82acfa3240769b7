// A crossbar: its rows split into bands over the devices, and everything done band by band.
#include "crossbar.h"
#include "statistics.h"
#include "../base/error.h"
#include "../base/log.h"
#include "../define/line_wires.h"
#include "findings.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

ohm_status crossbar_check_state(const ohm_crossbar *c) {
    if (!c->lost) return OHM_OK;
    return ohm_fail(OHM_DEVICE_FAILED, "a device failed after step %" PRIu64 ", so the state is lost",
                    c->step);
}

drive *crossbar_source(const ohm_crossbar *c) {
    return c->own ? c->own : c->stimulus;
}

drive *crossbar_drive(const ohm_crossbar *c) {
    return c->wired ? c->wired : crossbar_source(c);
}

// Notes the voltages just applied: pictures show them, and they bound the flux. The factor 2 is for rounding,
// which can make an addition to the flux up to twice as large.
void crossbar_remember(ohm_crossbar *c, uint64_t steps) {
    drive *const now = crossbar_drive(c);
    if (c->applied != c->stimulus && c->applied != now) drive_close(c->applied);
    c->applied = now;
    if (steps) c->forgotten = false;
    memcpy(c->applied_constants, c->problem.physics.stimulus, sizeof c->applied_constants);
    c->flux_bound += drive_largest(crossbar_source(c)) * c->problem.physics.dt * (double)steps * 2;
}

// ---- Creating ---------------------------------------------------------------------------------

ohm_status crossbar_wait(ohm_crossbar *c, ohm_status status) {
    for (size_t i = 0; i < c->engine_count; i++) {
        const ohm_status waited = c->engines[i]->class->wait(c->engines[i]);
        if (!status) status = waited;
    }
    return status;
}

frame_store *crossbar_frames(ohm_crossbar *c, const engine *e) {
    size_t i = 0;
    while (c->engines[i] != e) i++;
    return &c->frames[i];
}

ohm_status crossbar_fill(ohm_crossbar *c) {
    ohm_status status = OHM_OK;
    for (size_t i = 0; i < c->band_count && !status; i++) status = band_fill(c->bands[i]);
    return crossbar_wait(c, status);
}

ohm_status crossbar_clear(ohm_crossbar *c) {
    const bool padded = c->problem.pitch != c->problem.cols;
    ohm_status status = OHM_OK;
    for (size_t i = 0; i < c->band_count; i++)
        for (int k = 0; k < PLANE_COUNT && !status; k++) {
            buffer *const held = c->bands[i]->plane[k];
            if (held && (padded || k != PLANE_STATE)) status = buffer_clear(held);
        }
    return status;
}

void crossbar_release(ohm_crossbar *c) {
    for (size_t i = 0; i < c->band_count; i++) {
        line_room_release(&c->lines[i]);
        band_destroy(c->bands[i]);
    }
    for (size_t i = 0; i < c->engine_count; i++) {
        frame_store_release(&c->frames[i]);
        canvas_release(&c->canvases[i]);
        c->engines[i]->class->destroy(c->engines[i]);
    }
    free(c->bands);
    free(c->lines);
    free(c->engines);
    free(c->frames);
    free(c->canvases);
    c->bands = NULL;
    c->lines = NULL;
    c->engines = NULL;
    c->frames = NULL;
    c->canvases = NULL;
    c->band_count = c->engine_count = 0;
}

void crossbar_take_findings(ohm_crossbar *c, const findings *f) {
    c->step_loss = f->step_loss;
    c->warnings = f->warnings;
    for (size_t i = 0; i < f->warnings.count; i++) log_say(OHM_LOG_WARNING, "%s", f->warnings.text[i]);
}

ohm_status crossbar_configure(ohm_crossbar *c, const problem *p) {
    for (size_t i = 0; i < c->engine_count; i++) {
        if (memcmp(&p->variant, &c->problem.variant, sizeof p->variant)) c->canvases[i].rehearsed = false;
        const ohm_status status = c->engines[i]->class->configure(c->engines[i], p);
        if (!status) continue;
        while (i-- > 0) (void)c->engines[i]->class->configure(c->engines[i], &c->problem);
        return status;
    }
    return OHM_OK;
}

ohm_status crossbar_prepare(ohm_crossbar *c, const problem *p) {
    ohm_status status = crossbar_configure(c, p);
    if (status) return status;
    for (size_t i = 0; i < c->band_count && !status; i++) status = band_extend(c->bands[i]);
    if (status) (void)crossbar_configure(c, &c->problem);
    return status;
}

ohm_status crossbar_end_own(ohm_crossbar *c) {
    if (!c->own) return OHM_OK;
    const problem p = crossbar_problem_now(c, &c->plan, c->stimulus, c->idle);
    const ohm_status status = crossbar_prepare(c, &p);
    if (status) return status;
    drive *const own = c->own;
    const bool shown = c->applied == own;
    c->own = NULL;
    c->problem = p;
    if (shown) {
        crossbar_remember(c, 0); // the kernels can no longer draw the caller's voltages
        c->forgotten = true;
    } else {
        drive_close(own);
    }
    return OHM_OK;
}

ohm_status crossbar_extend(ohm_crossbar *c) {
    problem p = c->problem;
    p.variant.extended = true;
    const ohm_status status = crossbar_prepare(c, &p);
    if (!status) c->problem = p;
    return status;
}

problem crossbar_problem_now(const ohm_crossbar *c, const plan *p, const drive *s, double idle) {
    problem now = plan_problem(p, drive_layout(s), idle);
    now.physics.reading = c->step;
    const bool wired = c->wires && !line_wires_are_ideal(c->wires);
    if (wired) now.variant.frame = OHM_FRAME_IMAGE;
    if (wired || (s != c->stimulus && s == c->own)) { // frames alone hold the voltages
        now.variant.stimulus = OHM_DISTRIBUTION_constant;
        memset(now.physics.stimulus, 0, sizeof now.physics.stimulus);
    }
    now.variant.extended = c->problem.variant.extended;
    return now;
}

void ohm_crossbar_destroy(ohm_crossbar *c) {
    if (!c) return;
    crossbar_release(c);
    series_free(&c->series);
    history_free(&c->history);
    if (c->own && c->own != c->applied) drive_close(c->own);
    if (c->applied != c->stimulus) drive_close(c->applied);
    if (c->wired != c->applied) drive_close(c->wired);
    ohm_wires_free(c->wires);
    free(c->note);
    drive_close(c->stimulus);
    free(c);
}

const ohm_definition *ohm_crossbar_definition(const ohm_crossbar *c) {
    return &c->plan.definition;
}

ohm_precision ohm_crossbar_precision(const ohm_crossbar *c) {
    return c->problem.variant.extended ? OHM_PRECISION_EXTENDED : OHM_PRECISION_SINGLE;
}

double ohm_crossbar_step_loss(const ohm_crossbar *c) {
    return c->step_loss;
}

const ohm_history_entry *ohm_crossbar_history(const ohm_crossbar *c, size_t *count) {
    *count = c->history.count;
    return c->history.entries;
}

const char *ohm_crossbar_warning(const ohm_crossbar *c, size_t i) {
    return i < c->warnings.count ? c->warnings.text[i] : NULL;
}

uint64_t ohm_crossbar_step(const ohm_crossbar *c) {
    return c->step;
}

#define PASS_STEPS 64 // in which a disk of 500 MB/s brings and takes a band while two cores compute

ohm_storage ohm_crossbar_storage(const ohm_crossbar *c) {
    ohm_storage s = {.streamed = c->streams, .pass_steps = 1};
    for (size_t i = 0; i < c->engine_count; i++) {
        const storage_report *r = &c->engines[i]->storage;
        s.visiting_bytes += r->visiting;
        s.memory_bytes += r->memory;
        s.file_bytes += r->file;
        if (!s.folder[0]) snprintf(s.folder, sizeof s.folder, "%s", r->folder);
    }
    if (c->streams && !drive_is_closed_loop(crossbar_drive(c))) s.pass_steps = PASS_STEPS;
    return s;
}

ohm_status ohm_crossbar_set_note(ohm_crossbar *c, const char *note) {
    const bool none = !note || !*note;
    if (!none && strlen(note) >= OHM_MAX_SPEC_TEXT)
        return ohm_fail(OHM_BAD_ARGUMENT, "a note of %zu characters: less than %u", strlen(note),
                        OHM_MAX_SPEC_TEXT);
    char *copy = none ? NULL : strdup(note);
    if (!none && !copy) return ohm_fail_memory("a note");
    free(c->note);
    c->note = copy;
    return OHM_OK;
}

const char *ohm_crossbar_note(const ohm_crossbar *c) {
    return c->note ? c->note : "";
}

// ---- Measuring --------------------------------------------------------------------------------

ohm_status crossbar_digest(ohm_crossbar *c, plane which, uint64_t *digest) {
    const ohm_status known = crossbar_check_state(c);
    if (known) return known;
    uint64_t sum = 0;
    for (size_t i = 0; i < c->band_count; i++) {
        const ohm_status status = band_digest(c->bands[i], which, &sum);
        if (status) return status;
    }
    *digest = sum;
    return OHM_OK;
}

ohm_status ohm_crossbar_digest(ohm_crossbar *c, uint64_t *digest) {
    return crossbar_digest(c, PLANE_STATE, digest);
}

ohm_status ohm_crossbar_rest_digest(ohm_crossbar *c, uint64_t *digest) {
    *digest = 0;
    return c->problem.variant.extended ? crossbar_digest(c, PLANE_STATE_REST, digest) : OHM_OK;
}

ohm_status ohm_crossbar_statistics(ohm_crossbar *c, ohm_statistics *statistics) {
    const ohm_status known = crossbar_check_state(c);
    if (known) return known;
    tally_total total = tally_total_start();
    for (size_t i = 0; i < c->band_count; i++) {
        const ohm_status status = band_tally(c->bands[i], &total);
        if (status) return status;
    }
    *statistics = tally_total_statistics(&total, &c->problem);
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

ohm_status ohm_crossbar_read_series(const ohm_crossbar *c, uint64_t first, uint64_t count,
                                    ohm_series_row *rows) {
    series_reader r;
    ohm_series_row skipped;
    if (first > c->series.count || count > c->series.count - first)
        return ohm_fail(OHM_BAD_ARGUMENT, "%" PRIu64 " rows from row %" PRIu64 ": the series has %" PRIu64,
                        count, first, c->series.count);
    ohm_status status = series_reader_open(&c->series, &r);
    for (uint64_t i = 0; i < first && !status; i++) status = series_reader_next(&r, &skipped, 1);
    if (!status) status = series_reader_next(&r, rows, count);
    series_reader_close(&r);
    return status;
}

uint64_t ohm_crossbar_series_rows(const ohm_crossbar *c) {
    return c->series.count;
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
    ohm_status status = crossbar_check_state(c);
    for (size_t i = 0; i < c->band_count && !status; i++) {
        band *b = c->bands[i];
        const area part = area_in_band(a, b);
        if (part.rows) status = band_get(b, which, part, out + offset_of(part, b, a));
    }
    return status;
}

ohm_status crossbar_write(ohm_crossbar *c, plane which, area a, const float *in) {
    ohm_status status = OHM_OK;
    for (size_t i = 0; i < c->band_count && !status; i++) {
        band *b = c->bands[i];
        const area part = area_in_band(a, b);
        if (part.rows) status = band_put(b, which, part, in + offset_of(part, b, a));
    }
    return status;
}
