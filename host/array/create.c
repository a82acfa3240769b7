// Making a crossbar: its rows split into bands over the devices, and what has to be known of its definition
// before.
#include "create.h"
#include "applied.h"
#include "../base/error.h"
#include "../base/number.h"
#include "../engine/devices.h"
#include "findings.h"
#include "initial.h"
#include "../define/line_wires.h"
#include "wired_drive.h"
#include "rehearsal.h"
#include "statistics.h"

#include <assert.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// ---- Splitting --------------------------------------------------------------------------------

static uint64_t row_bytes(const problem *p) {
    return p->pitch * sizeof(float);
}

// The first row of device i of n; the rows are dealt out as evenly as whole blocks can be. Bands begin at
// multiples of a block, within which sums over the rows are taken in their order (kernels/readout.h).
static uint64_t first_row(const problem *p, size_t i, size_t n) {
    const uint64_t blocks = (p->rows + READOUT_BLOCK - 1) / READOUT_BLOCK;
    const uint64_t row = (uint64_t)((u128)blocks * i / n) * READOUT_BLOCK;
    return row < p->rows ? row : p->rows;
}

static ohm_status no_room(const ohm_device_info *info, const char *what, uint64_t needed, uint64_t has) {
    char needed_text[NUMBER_MAX_TEXT], has_text[NUMBER_MAX_TEXT];
    number_format_bytes(needed, needed_text);
    number_format_bytes(has, has_text);
    return ohm_fail(OHM_OUT_OF_MEMORY, "%s needs %s, but %s (%s) has %s", what, needed_text, info->name,
                    info->id, has_text);
}

static bool computes_on_host(const ohm_device_info *info) {
    return info->type == OHM_DEVICE_NATIVE || info->type == OHM_DEVICE_CPU;
}

// The rows of device i, and what they take.
static u128 share_of(const problem *p, size_t i, size_t n) {
    return (u128)(first_row(p, i + 1, n) - first_row(p, i, n)) * row_bytes(p) * plane_count(p->variant);
}

// What the devices up to i take together of the memory that device i takes its own from: its own, or that of
// its machine.
static u128 taken(const problem *p, const ohm_devices *devices, size_t i) {
    const size_t n = ohm_devices_count(devices);
    u128 all = share_of(p, i, n);
    for (size_t k = 0; k < i && computes_on_host(ohm_devices_info(devices, i)); k++)
        if (computes_on_host(ohm_devices_info(devices, k)) &&
            devices_machine(devices, k) == devices_machine(devices, i))
            all += share_of(p, k, n);
    return all;
}

// Whether the share of device i fits into it.
static ohm_status check_share(const problem *p, const ohm_devices *devices, size_t i) {
    const ohm_device_info *info = ohm_devices_info(devices, i);
    const size_t n = ohm_devices_count(devices);
    const uint64_t rows = first_row(p, i + 1, n) - first_row(p, i, n);
    const u128 needed = taken(p, devices, i);
    char what[128];
    snprintf(what, sizeof what, "a crossbar of %" PRIu64 " x %" PRIu64, p->rows, p->cols);
    if (needed > info->memory)
        return no_room(info, what, needed > UINT64_MAX ? UINT64_MAX : (uint64_t)needed, info->memory);
    const uint64_t together = rows < READOUT_BLOCK ? rows : READOUT_BLOCK;
    if (together * row_bytes(p) > info->max_allocation) {
        snprintf(what, sizeof what, "a buffer of %" PRIu64 " rows, the smallest part of a crossbar,",
                 together);
        return no_room(info, what, together * row_bytes(p), info->max_allocation);
    }
    return OHM_OK;
}

// The rows of one band on a device, a multiple of a block. What is wanted is rounded up, what fits down.
static uint64_t rows_of_band(const problem *p, const ohm_device_info *info, uint64_t wanted) {
    const uint64_t fit = info->max_allocation / row_bytes(p) / READOUT_BLOCK * READOUT_BLOCK;
    const uint64_t rows = (wanted + READOUT_BLOCK - 1) / READOUT_BLOCK * READOUT_BLOCK;
    if (!fit) return READOUT_BLOCK; // of which there are fewer, and they fit
    return wanted && rows < fit ? rows : fit;
}

static ohm_status add_bands(ohm_crossbar *c, const ohm_device_info *info, size_t i) {
    const problem *p = &c->problem;
    const uint64_t end = first_row(p, i + 1, c->engine_count);
    for (uint64_t row = first_row(p, i, c->engine_count); row < end;) {
        uint64_t rows = rows_of_band(p, info, c->plan.definition.band_rows);
        if (rows > end - row) rows = end - row;
        band **bands = realloc(c->bands, (c->band_count + 1) * sizeof *bands);
        if (!bands) return ohm_fail_memory("a band");
        c->bands = bands;
        line_room *rooms = realloc(c->lines, (c->band_count + 1) * sizeof *rooms);
        if (!rooms) return ohm_fail_memory("a band");
        c->lines = rooms;
        rooms[c->band_count] = (line_room){0};
        engine *e = c->engines[i];
        const ohm_status status = band_create(e, row, rows, &bands[c->band_count]);
        if (status) return status;
        c->band_count++;
        row += rows;
    }
    return OHM_OK;
}

static ohm_status create_engines(ohm_crossbar *c, ohm_devices *devices) {
    const size_t n = ohm_devices_count(devices);
    c->engines = calloc(n, sizeof *c->engines);
    c->frames = calloc(n, sizeof *c->frames);
    c->canvases = calloc(n, sizeof *c->canvases);
    if (!c->engines || !c->frames || !c->canvases) return ohm_fail_memory("engines");
    for (size_t i = 0; i < n; i++) {
        const ohm_status status = devices_create_engine(devices, i, &c->problem, &c->engines[i]);
        if (status) return status;
        c->engine_count++;
    }
    return OHM_OK;
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
    for (size_t i = 0; i < n && !status; i++) status = check_share(&c->problem, devices, i);
    if (!status) status = create_engines(c, devices);
    for (size_t i = 0; i < n && !status; i++) {
        devices_blame(devices, i);
        status = add_bands(c, ohm_devices_info(devices, i), i);
    }
    return status ? status : rehearsal_run(c, devices);
}

// Where auto has chosen a device that fails, the next that it would choose gets the crossbar. Who changes
// kernels wants to know what is wrong with them.
static ohm_status build_where_it_works(ohm_crossbar *c, ohm_devices *devices) {
    const char *changed = getenv("OHMSCAPE_KERNELS");
    ohm_status status = build(c, devices);
    while ((status == OHM_BUILD_FAILED || status == OHM_DEVICE_FAILED) && !(changed && *changed) &&
           devices_fall_back(devices)) {
        crossbar_release(c);
        status = build(c, devices);
    }
    return status;
}

static ohm_status make_wires(const plan *p, ohm_wires **wires) {
    return line_wires_make(&p->specs[ROLE_WIRES], p->definition.rows, p->definition.cols, wires);
}

// The problem of a plan and the stimulus, which is the caller's to close even on failure.
static ohm_status make_problem(const plan *p, const input_set *known, ohm_wires *wires, problem *made,
                               drive **s, findings *f) {
    ohm_status status = drive_open(p, known, s);
    if (!status)
        status = crossbar_check_lines(wires, *s, spec_entry_of(&p->specs[ROLE_STIMULUS])->about->name);
    if (status) return status;
    const ohm_crossbar unmade = {.wires = wires, .stimulus = *s}; // of which its problem is
    *made = crossbar_problem_now(&unmade, p, *s, 0);
    return findings_make(p, made, *s, f);
}

ohm_status ohm_definition_check(const ohm_definition *d) {
    plan p;
    problem made;
    drive *s = NULL;
    findings f;
    matrix_file initial;
    ohm_wires *wires = NULL;
    ohm_status status = plan_make(d, &p);
    if (!status) status = make_wires(&p, &wires);
    if (!status) status = make_problem(&p, NULL, wires, &made, &s, &f);
    if (!status) {
        status = initial_open(&p, &made, &initial);
        matrix_close(&initial);
    }
    drive_close(s);
    ohm_wires_free(wires);
    return status;
}

// Where a long series goes, and what saving it will take beside its rows.
static ohm_status prepare_series(ohm_crossbar *c) {
    ohm_definition *d = &c->plan.definition;
    c->series.folder = d->scratch ? strdup(d->scratch) : NULL;
    c->series.reserve = crossbar_planes_bytes(c) + (2u << 20);
    if (d->scratch && !c->series.folder) return ohm_fail_memory("a path");
    d->scratch = c->series.folder;
    return OHM_OK;
}

ohm_status crossbar_create(ohm_devices *devices, const ohm_definition *definition, const input_set *inputs,
                           ohm_crossbar **crossbar) {
    *crossbar = NULL;
    ohm_crossbar *c = calloc(1, sizeof *c);
    if (!c) return ohm_fail_memory("a crossbar");
    ohm_status status = plan_make(definition, &c->plan);
    findings f;
    if (!status) status = make_wires(&c->plan, &c->wires);
    if (!status) status = make_problem(&c->plan, inputs, c->wires, &c->problem, &c->stimulus, &f);
    if (!status) crossbar_take_findings(c, &f);
    matrix_file initial = {.array = {.file = -1}, .file = -1, .dataset = -1};
    if (!status && !inputs) status = initial_open(&c->plan, &c->problem, &initial);
    if (!status && c->wires && !line_wires_are_ideal(c->wires)) status = wired_open(c, &c->wired);
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
    crossbar_remember(c, 0); // if it is loaded, after some steps
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
