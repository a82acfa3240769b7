// Making a crossbar: its rows split into bands over the devices, and what has to be known of its definition
// before.
#include "create.h"
#include "applied.h"
#include "../base/error.h"
#include "findings.h"
#include "initial.h"
#include "shares.h"
#include "../define/line_wires.h"
#include "wired_drive.h"
#include "rehearsal.h"
#include "statistics.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

// ---- Splitting --------------------------------------------------------------------------------

static ohm_status add_bands(ohm_crossbar *c, engine *e, const share *s) {
    for (uint64_t row = s->first; row < s->end;) {
        const uint64_t rows = s->band_rows < s->end - row ? s->band_rows : s->end - row;
        band **bands = realloc(c->bands, (c->band_count + 1) * sizeof *bands);
        if (!bands) return ohm_fail_memory("a band");
        c->bands = bands;
        line_room *rooms = realloc(c->lines, (c->band_count + 1) * sizeof *rooms);
        if (!rooms) return ohm_fail_memory("a band");
        c->lines = rooms;
        rooms[c->band_count] = (line_room){0};
        const ohm_status status = band_create(e, row, rows, &bands[c->band_count]);
        if (status) return status;
        c->band_count++;
        row += rows;
    }
    return OHM_OK;
}

static ohm_status create_engines(ohm_crossbar *c, ohm_devices *devices, const share *shares) {
    const size_t n = ohm_devices_count(devices);
    c->engines = calloc(n, sizeof *c->engines);
    c->frames = calloc(n, sizeof *c->frames);
    c->canvases = calloc(n, sizeof *c->canvases);
    c->streams = false;
    if (!c->engines || !c->frames || !c->canvases) return ohm_fail_memory("engines");
    for (size_t i = 0; i < n; i++) {
        const ohm_status status =
            devices_create_engine(devices, i, &c->problem, &shares[i].storage, &c->engines[i]);
        if (status) return status;
        c->streams = c->streams || c->engines[i]->storage.visiting;
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
    share *shares = calloc(n, sizeof *shares);
    if (!shares) return ohm_fail_memory("devices");
    ohm_status status = shares_make(&c->problem, &c->plan.definition, devices, shares);
    if (!status) status = create_engines(c, devices, shares);
    for (size_t i = 0; i < n && !status; i++) {
        devices_blame(devices, i);
        status = add_bands(c, c->engines[i], &shares[i]);
    }
    free(shares);
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
