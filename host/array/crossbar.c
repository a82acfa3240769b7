// A crossbar: its rows split into bands over the devices, and everything done band by band.
#include "crossbar.h"
#include "../engine/devices.h"
#include "schedule.h"
#include "statistics.h"
#include "../base/error.h"
#include "findings.h"
#include "initial.h"
#include "../base/number.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static ohm_status check_state(const ohm_crossbar *c) {
    if (!c->lost) return OHM_OK;
    return error_set(OHM_DEVICE_FAILED, "a device failed after step %" PRIu64 ", so the state is lost",
                     c->step);
}

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
    return error_set(OHM_OUT_OF_MEMORY, "%s needs %s, but %s (%s) has %s", what, needed_text, info->name,
                     info->id, has_text);
}

// Whether the share of device i fits into it. *host counts what all devices take of the host's memory.
static ohm_status check_share(const problem *p, const ohm_device_info *info, size_t i, size_t n, u128 *host) {
    const uint64_t rows = first_row(p, i + 1, n) - first_row(p, i, n);
    u128 needed = (u128)rows * row_bytes(p) * plane_count(p->variant);
    if (info->type == OHM_DEVICE_NATIVE || info->type == OHM_DEVICE_CPU) needed = *host += needed;
    char what[128];
    snprintf(what, sizeof what, "a crossbar of %" PRIu64 " x %" PRIu64, p->rows, p->cols);
    if (needed > info->memory)
        return no_room(info, what, needed > UINT64_MAX ? UINT64_MAX : (uint64_t)needed, info->memory);
    if (rows && row_bytes(p) > info->max_allocation)
        return no_room(info, "one row, which must fit in one buffer,", row_bytes(p), info->max_allocation);
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
        const ohm_status status = band_create(e, row, rows, &bands[c->band_count]);
        if (status) return status;
        c->band_count++;
        row += rows;
    }
    return OHM_OK;
}

// The voltages just applied, for pictures of them and of the flux. What is added to a flux may round to
// twice as much.
static void remember(ohm_crossbar *c, uint64_t steps) {
    if (c->applied != c->stimulus) drive_close(c->applied);
    c->applied = c->stimulus;
    memcpy(c->applied_constants, c->problem.physics.stimulus, sizeof c->applied_constants);
    c->flux_bound += drive_largest(c->stimulus) * c->problem.physics.dt * (double)steps * 2;
}

ohm_status crossbar_last_frame(const ohm_crossbar *c, drive_frame *frame) {
    return drive_next(c->applied, c->step ? c->step - 1 : 0, 1, NULL, frame);
}

// ---- Creating ---------------------------------------------------------------------------------

static ohm_status create_engines(ohm_crossbar *c, ohm_devices *devices) {
    const size_t n = ohm_devices_count(devices);
    c->engines = calloc(n, sizeof *c->engines);
    c->frames = calloc(n, sizeof *c->frames);
    c->pictures = calloc(n, sizeof *c->pictures);
    if (!c->engines || !c->frames || !c->pictures) return error_no_memory("engines");
    for (size_t i = 0; i < n; i++) {
        const ohm_status status = devices_create_engine(devices, i, &c->problem, &c->engines[i]);
        if (status) return status;
        c->engine_count++;
    }
    return OHM_OK;
}

frame_store *crossbar_frames(ohm_crossbar *c, const engine *e) {
    size_t i = 0;
    while (c->engines[i] != e) i++;
    return &c->frames[i];
}

ohm_status crossbar_fill(ohm_crossbar *c) {
    ohm_status status = OHM_OK;
    for (size_t i = 0; i < c->band_count && !status; i++) status = band_fill(c->bands[i]);
    return schedule_wait(c, status);
}

ohm_status crossbar_clear(ohm_crossbar *c) {
    const bool padded = c->problem.pitch != c->problem.cols;
    ohm_status status = OHM_OK;
    for (size_t i = 0; i < c->band_count; i++)
        for (int k = 0; k < PLANE_COUNT && !status; k++) {
            buffer *const held = c->bands[i]->plane[k];
            if (held && (padded || k != PLANE_STATE)) status = held->engine->class->clear(held);
        }
    return status;
}

// ---- The first launches -----------------------------------------------------------------------

// The least sides at which a band's groups have the size that they have in a large one.
#define REHEARSAL_ROWS 256u
#define REHEARSAL_COLS 4096u

static ohm_status launch_each(ohm_crossbar *c, const band *b) {
    const drive_frame none = {0};
    tally_total total = tally_total_start();
    uint64_t digest = 0;
    ohm_status status = band_fill(b);
    if (!status) status = band_advance(b, crossbar_frames(c, b->engine), 0, 0, &none);
    if (!status) status = band_digest(b, PLANE_STATE, &digest);
    if (!status) status = band_tally(b, &total);
    const ohm_status waited = b->engine->class->wait(b->engine);
    return status ? status : waited;
}

// Launches the operations of every run once, on a part of a band that is to be filled: PoCL compiles a kernel
// when it is launched. What its compiler can do wrong it does now, and not at the end of a long run.
static ohm_status rehearse(ohm_crossbar *c, const band *b) {
    engine *e = b->engine;
    if (!e->class->build_begin) return OHM_OK;
    band part = *b;
    ohm_shape *shape = &part.shape;
    if (shape->rows > REHEARSAL_ROWS) shape->rows = REHEARSAL_ROWS;
    if (shape->pitch > REHEARSAL_COLS) shape->cols = shape->pitch = REHEARSAL_COLS;
    e->class->build_begin(e);
    const ohm_status status = launch_each(c, &part);
    e->class->build_end(e, status);
    return status;
}

static ohm_status rehearse_all(ohm_crossbar *c) {
    ohm_status status = OHM_OK;
    for (size_t i = 0; i < c->band_count && !status; i++)
        if (i == 0 || c->bands[i]->engine != c->bands[i - 1]->engine) status = rehearse(c, c->bands[i]);
    return status;
}

// Steps a launch, if not told: enough that a launch has some millions of synapse-steps, at least 16,
// beyond which the memory traffic saved no longer shows, and 64 where every launch draws what differs between
// devices, which takes as long as three to five steps.
static unsigned choose_fuse(const problem *p) {
    const double whole = 4e6, least = p->variant.varied ? 64 : 16;
    const double steps = whole / ((double)p->rows * (double)p->pitch);
    return (unsigned)(steps < least ? least : steps > 256 ? 256 : steps);
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
    return status ? status : rehearse_all(c);
}

static void release(ohm_crossbar *c) {
    for (size_t i = 0; i < c->band_count; i++) band_destroy(c->bands[i]);
    for (size_t i = 0; i < c->engine_count; i++) {
        frame_store_release(&c->frames[i]);
        picture_store_release(&c->pictures[i]);
        c->engines[i]->class->destroy(c->engines[i]);
    }
    free(c->bands);
    free(c->engines);
    free(c->frames);
    free(c->pictures);
    c->bands = NULL;
    c->engines = NULL;
    c->frames = NULL;
    c->pictures = NULL;
    c->band_count = c->engine_count = 0;
}

// Where auto has chosen a device that fails, the next that it would choose gets the crossbar. Who changes
// kernels wants to know what is wrong with them.
static ohm_status build_where_it_works(ohm_crossbar *c, ohm_devices *devices) {
    const char *changed = getenv("OHMSCAPE_KERNELS");
    ohm_status status = build(c, devices);
    while ((status == OHM_BUILD_FAILED || status == OHM_DEVICE_FAILED) && !(changed && *changed) &&
           devices_fall_back(devices)) {
        release(c);
        status = build(c, devices);
    }
    return status;
}

// The problem of a plan and the stimulus, which is the caller's to close even on failure.
static ohm_status make_problem(const plan *p, const input_set *known, problem *made, drive **s, findings *f) {
    const ohm_status status = drive_open(p, known, s);
    if (status) return status;
    *made = plan_problem(p, drive_layout(*s), 0);
    return findings_make(p, made, *s, f);
}

static void take_findings(ohm_crossbar *c, const findings *f) {
    c->step_loss = f->step_loss;
    c->warnings = f->warnings;
}

ohm_status ohm_definition_check(const ohm_definition *d) {
    plan p;
    problem made;
    drive *s = NULL;
    findings f;
    matrix_file initial;
    ohm_status status = plan_make(d, &p);
    if (!status) status = make_problem(&p, NULL, &made, &s, &f);
    if (!status) {
        status = initial_open(&p, &made, &initial);
        matrix_close(&initial);
    }
    drive_close(s);
    return status;
}

// Gives every engine a problem of the same size; if one fails, the old one again to those before it.
static ohm_status configure(ohm_crossbar *c, const problem *p) {
    for (size_t i = 0; i < c->engine_count; i++) {
        if (memcmp(&p->variant, &c->problem.variant, sizeof p->variant)) c->pictures[i].rehearsed = false;
        const ohm_status status = c->engines[i]->class->configure(c->engines[i], p);
        if (!status) continue;
        while (i-- > 0) (void)c->engines[i]->class->configure(c->engines[i], &c->problem);
        return status;
    }
    return OHM_OK;
}

// Makes the engines ready for a problem, and the bands' planes too; or leaves both as they were.
static ohm_status prepare(ohm_crossbar *c, const problem *p) {
    ohm_status status = configure(c, p);
    if (status) return status;
    for (size_t i = 0; i < c->band_count && !status; i++) status = band_extend(c->bands[i]);
    if (status) (void)configure(c, &c->problem);
    return status;
}

ohm_status crossbar_extend(ohm_crossbar *c) {
    problem p = c->problem;
    p.variant.extended = true;
    const ohm_status status = prepare(c, &p);
    if (!status) c->problem = p;
    return status;
}

// The problem of a plan for the crossbar where it is now.
static problem problem_now(const ohm_crossbar *c, const plan *p, const drive *s, double idle) {
    problem now = plan_problem(p, drive_layout(s), idle);
    now.physics.reading = c->step;
    now.variant.extended = c->problem.variant.extended;
    return now;
}

ohm_status crossbar_take(ohm_crossbar *c, const plan *changed, drive *opened) {
    drive *s = opened ? opened : c->stimulus;
    problem p = problem_now(c, changed, s, c->idle);
    findings f;
    if (!c->step) p.variant.extended = false; // else what the states could not hold is there
    ohm_status status = findings_make(changed, &p, s, &f);
    if (!status) status = prepare(c, &p);
    if (status) return status;
    take_findings(c, &f);
    const bool same_kind =
        p.variant.stimulus == c->problem.variant.stimulus && p.variant.frame == c->problem.variant.frame;
    c->problem = p;
    c->plan = *changed;
    plan_bind(&c->plan);
    if (!opened) return OHM_OK;
    if (c->applied != c->stimulus) drive_close(c->stimulus);
    c->stimulus = opened;
    if (!same_kind || c->step == 0) remember(c, 0); // the kernels can draw no other
    return OHM_OK;
}

// Where a long series goes, and what saving it will take beside its rows.
static ohm_status prepare_series(ohm_crossbar *c) {
    ohm_definition *d = &c->plan.definition;
    c->series.folder = d->scratch ? strdup(d->scratch) : NULL;
    c->series.reserve = crossbar_planes_bytes(c) + (2u << 20);
    if (d->scratch && !c->series.folder) return error_no_memory("a path");
    d->scratch = c->series.folder;
    return OHM_OK;
}

ohm_status crossbar_create(ohm_devices *devices, const ohm_definition *definition, const input_set *inputs,
                           ohm_crossbar **crossbar) {
    *crossbar = NULL;
    ohm_crossbar *c = calloc(1, sizeof *c);
    if (!c) return error_no_memory("a crossbar");
    ohm_status status = plan_make(definition, &c->plan);
    findings f;
    if (!status) status = make_problem(&c->plan, inputs, &c->problem, &c->stimulus, &f);
    if (!status) take_findings(c, &f);
    matrix_file initial = {.array = {.file = -1}, .file = -1, .dataset = -1};
    if (!status && !inputs) status = initial_open(&c->plan, &c->problem, &initial);
    if (!status) status = build_where_it_works(c, devices);
    if (!status && !inputs) status = crossbar_fill(c);
    if (!status) status = initial_write(c, &initial);
    matrix_close(&initial);
    if (!status) status = history_add(&c->history, 0, c->plan.text[ROLE_STIMULUS]);
    if (!status) status = prepare_series(c);
    if (status) {
        ohm_crossbar_destroy(c);
        return status;
    }
    remember(c, 0); // if it is loaded, after some steps
    ohm_crossbar_set_fuse(c, c->plan.definition.fuse);
    if (!c->plan.definition.lanes) c->plan.definition.lanes = c->engines[0]->lanes;
    *crossbar = c;
    return OHM_OK;
}

ohm_status ohm_crossbar_create(ohm_devices *devices, const ohm_definition *definition,
                               ohm_crossbar **crossbar) {
    assert(devices && definition && crossbar);
    return crossbar_create(devices, definition, NULL, crossbar);
}

void ohm_crossbar_destroy(ohm_crossbar *c) {
    if (!c) return;
    release(c);
    series_free(&c->series);
    history_free(&c->history);
    if (c->applied != c->stimulus) drive_close(c->applied);
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

// ---- Advancing --------------------------------------------------------------------------------

// What is read of the devices changes with it, and nothing else.
static ohm_status set_idle(ohm_crossbar *c, double seconds) {
    const double before = c->idle;
    c->idle = seconds;
    const problem p = problem_now(c, &c->plan, c->stimulus, seconds);
    const ohm_status status = configure(c, &p);
    if (status)
        c->idle = before;
    else
        c->problem = p;
    return status;
}

// Looks at one step are one reading.
static ohm_status number_reading(ohm_crossbar *c) {
    c->problem.physics.reading = c->step;
    return c->problem.variant.noisy_read ? configure(c, &c->problem) : OHM_OK;
}

// Ends an idle time: what is read of the devices at its end is what is read of them from now on.
static ohm_status settle(ohm_crossbar *c) {
    ohm_status status = OHM_OK;
    const ohm_physics *p = &c->problem.physics;
    const bool drifts = p->drift > 0 && (p->model[OHM_NU] > 0 || p->spreads & OHM_BIT(OHM_NU));
    for (size_t i = 0; drifts && i < c->band_count && !status; i++) status = band_settle(c->bands[i]);
    status = schedule_wait(c, status);
    c->lost = status != OHM_OK; // some of the bands may have settled, and others not
    return status ? status : set_idle(c, 0);
}

ohm_status ohm_crossbar_advance(ohm_crossbar *c, uint64_t steps) {
    if (steps > OHM_MAX_STEP - c->step)
        return error_set(OHM_BAD_ARGUMENT,
                         "%" PRIu64 " steps after step %" PRIu64 " go beyond the last step, %" PRIu64, steps,
                         c->step, OHM_MAX_STEP);
    ohm_status status = check_state(c);
    if (!status && steps && c->idle > 0) status = settle(c);
    if (status) return status;
    const uint64_t done = schedule_steps(c, steps, &status);
    const ohm_status waited = schedule_wait(c, OHM_OK);
    c->lost = c->lost || waited;
    if (!status) status = waited;
    if (c->lost || !done) return status;
    remember(c, done);
    c->step += done;
    const ohm_status numbered = number_reading(c);
    return status ? status : numbered;
}

ohm_status ohm_crossbar_idle(ohm_crossbar *c, double seconds) {
    if (!(seconds >= 0 && c->idle + seconds <= OHM_MAX_IDLE))
        return error_set(OHM_BAD_ARGUMENT, "an idle time of %g s is outside [0, 1e15]", c->idle + seconds);
    return set_idle(c, c->idle + seconds);
}

double ohm_crossbar_idle_time(const ohm_crossbar *c) {
    return c->idle;
}

// ---- Measuring --------------------------------------------------------------------------------

ohm_status crossbar_digest(ohm_crossbar *c, plane which, uint64_t *digest) {
    const ohm_status known = check_state(c);
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
    const ohm_status known = check_state(c);
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
    ohm_status status = check_state(c);
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
