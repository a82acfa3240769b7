// How fast circuits of crossbars with resistive lines are solved, alone and in time steps, next to steps with
// ideal lines and to other solvers (bench/peers_wires.py).
#include "cases.h"
#include "matrix_peer.h"
#include "../host/cli/cli.h"
#include "../host/cli/progress.h"

#include <inttypes.h>
#include <stdlib.h>

extern const unsigned char ohm_bench_peers_wires[]; // peers_wires.py, embedded by the build; it ends in 0

#define WIRES "row=1,col=1"
#define MODEL "sin-state:r_on=1000,r_off=100000"
#define TOLERANCE 1e-9 // of a solution, relative to the largest voltage and current

enum { COMMON = 2 }; // steps to compare digests after: each takes as long as hundreds without wires

// ---- What is measured -------------------------------------------------------------------------

// A crossbar, with the circuit that is solved when it is read.
typedef struct wired {
    ohm_crossbar *crossbar;
    const char *digest_of; // of its steps
    ohm_wires *wires;
    uint64_t side;
    float *in, *out; // [side]
} wired;

static void destroy(void *object) {
    wired *w = object;
    ohm_crossbar_destroy(w->crossbar);
    ohm_wires_free(w->wires);
    free(w->in);
    free(w->out);
    free(w);
}

// Random resistances between those of the on and the off state, and random voltages of lines at each step.
static ohm_definition definition(const bench *b, uint64_t side, const char *wires) {
    ohm_definition d = bench_definition(b, side);
    d.model = b->options->one_model ? b->options->model : MODEL;
    d.stimulus = "lines";
    d.initial = "uniform:lo=0,hi=1";
    d.fuse = 1;
    d.wires = wires;
    return d;
}

static ohm_status allocate(wired *w) {
    w->in = malloc(w->side * sizeof *w->in);
    w->out = malloc(w->side * sizeof *w->out);
    if (!w->in || !w->out) return ohm_fail_memory("vectors");
    for (uint64_t i = 0; i < w->side; i++) // evenly spread from −0.5 to 0.5 V
        w->in[i] = (float)((uint32_t)i * 2654435769u >> 8) * 0x1p-24f - 0.5f;
    const ohm_status status = ohm_wires_read(WIRES, w->side, w->side, &w->wires);
    if (!status) w->wires->tolerance = TOLERANCE;
    return status;
}

// Errors: OHM_OUT_OF_MEMORY, and those of ohm_crossbar_create.
static ohm_status create(contender *c, const ohm_definition *d, wired **made) {
    wired *w = calloc(1, sizeof *w);
    *made = w;
    if (!w) return ohm_fail_memory("a crossbar");
    w->side = d->rows;
    w->digest_of = d->wires ? "steps with wires" : "steps without wires";
    ohm_status status = ohm_crossbar_create(c->devices, d, &w->crossbar);
    if (!status) status = allocate(w);
    if (!status) return OHM_OK;
    destroy(w);
    *made = NULL;
    return status;
}

// ---- Running ----------------------------------------------------------------------------------

static ohm_status start_over(const wired *w) {
    return ohm_crossbar_restart(w->crossbar, ohm_crossbar_definition(w->crossbar)->seed);
}

// Solves the circuit so many times for the same voltages, each time from nothing.
static ohm_status solve(const wired *w, uint64_t times, ohm_wires_report *report) {
    ohm_readout how = ohm_readout_default();
    how.wires = w->wires;
    how.report = report;
    ohm_status status = OHM_OK;
    for (uint64_t i = 0; i < times && !status; i++)
        status = ohm_crossbar_readout(w->crossbar, &how, 1, w->in, w->out);
    return status;
}

static ohm_status run_solutions(bench_case *e, uint64_t steps, sample *s) {
    const wired *w = e->object;
    ohm_wires_report report = {0};
    ohm_status status = start_over(w);
    if (status) return status;
    const double start = progress_clock();
    status = solve(w, steps, &report);
    s->wall = progress_clock() - start;
    s->launches = steps;
    if (status) return status;
    s->sweeps = report.solutions ? (double)report.sweeps / (double)report.solutions : 0;
    s->has_digest = true;
    s->digest_of = "a solution";
    s->digest = ohm_digest(0, w->side, w->out);
    return OHM_OK;
}

// The first step, which has no voltages to start from, is not timed.
static ohm_status run_steps(bench_case *e, uint64_t steps, sample *s) {
    const wired *w = e->object;
    ohm_wires_report before, after;
    ohm_status status = start_over(w);
    if (!status) status = ohm_crossbar_advance(w->crossbar, 1);
    if (status) return status;
    ohm_crossbar_wires_report(w->crossbar, &before);
    const double start = progress_clock();
    status = ohm_crossbar_advance(w->crossbar, steps);
    s->wall = progress_clock() - start;
    ohm_crossbar_wires_report(w->crossbar, &after);
    s->launches = steps;
    const double solutions = (double)(after.solutions - before.solutions);
    s->sweeps = solutions > 0 ? (double)(after.sweeps - before.sweeps) / solutions : 0;
    s->has_digest = true;
    s->digest_of = w->digest_of;
    return status ? status : ohm_crossbar_digest(w->crossbar, &s->digest);
}

// ---- Lining up --------------------------------------------------------------------------------

static bench_row new_row(const bench *b, const case_list *l, row_kind kind, const char *device) {
    bench_row r = cases_row(l, kind, device);
    r.model = definition(b, l->side, NULL).model;
    r.wires = WIRES;
    return r;
}

static ohm_status add_solutions(bench *b, case_list *l, const contender *c, wired *made, ohm_status created) {
    const bench_row r = new_row(b, l, ROW_SOLVE, c->info.id);
    const bench_case e = {
        .run = run_solutions, .object = made, .least = 1, .common = COMMON, .digests = true};
    return made ? cases_add(b, l, &r, &e) : cases_fail(b, r, created);
}

// Adds steps with wires, or with ideal lines (NULL) and solutions of the same crossbar besides.
static ohm_status add_crossbar(bench *b, case_list *l, contender *c, const char *wires, wired **made) {
    const ohm_definition d = definition(b, l->side, wires);
    bench_row r = new_row(b, l, ROW_UPDATE, c->info.id);
    r.wires = wires;
    r.fuse = d.fuse;
    const double start = progress_clock();
    const ohm_status created = create(c, &d, made);
    r.setup = progress_clock() - start;
    r.state_memory = state_bytes(l->side);
    if (!created) cases_own(l, *made, destroy);
    ohm_status status = wires ? OHM_OK : add_solutions(b, l, c, *made, created);
    if (status) return status;
    if (created) return cases_fail(b, r, created);
    const bench_case e = {.run = run_steps, .object = *made, .least = 1, .common = COMMON, .digests = true};
    return cases_add(b, l, &r, &e);
}

// made is our own crossbar on the first device, or NULL.
static ohm_status add_peer(bench *b, case_list *l, const wired *made, const char *name, double allowed) {
    const bench_row r = new_row(b, l, ROW_PEER, name);
    if (!made)
        return cases_fail(b, r, ohm_fail(OHM_NO_DEVICE, "the first device has no crossbar of this size"));
    const ohm_status solved = solve(made, 1, NULL);
    if (solved) return cases_fail(b, r, solved);
    const matrix_task task = {.program = ohm_bench_peers_wires,
                              .setting = WIRES,
                              .crossbar = made->crossbar,
                              .count = made->side,
                              .in = made->in,
                              .out = made->out,
                              .least = 1,
                              .allowed = allowed};
    return matrix_peer_add(b, l, &r, &task);
}

// *ideal is the device's crossbar that solutions are measured on, or NULL.
static ohm_status add_device(bench *b, case_list *l, contender *c, wired **ideal) {
    wired *other;
    bench_say(b, "%" PRIu64 " x %" PRIu64 ": making %s", l->side, l->side, c->info.id);
    const ohm_status status = add_crossbar(b, l, c, NULL, ideal);
    return status ? status : add_crossbar(b, l, c, WIRES, &other);
}

// Whether all devices' crossbars fit at once with their circuits, which are solved on the host.
static bool all_fit(const bench *b, uint64_t side) {
    const uint64_t circuits = 2 * 24, states = 3 * sizeof(float); // bytes a cell
    return b->contender_count * side * side * (circuits + states) < ohm_memory_available() / 10 * 9;
}

// Measures devices first … end − 1 together. The peers are measured along with device 0.
static ohm_status measure(bench *b, uint64_t side, size_t first, size_t end) {
    case_list *l;
    wired *made = NULL, *own = NULL;
    ohm_status status = cases_create(b, "wires", side, &l);
    for (size_t i = first; i < end && !status && !cli_caught(); i++) {
        status = add_device(b, l, &b->contender[i], &made);
        if (i == 0) own = made;
    }
    if (!status && first == 0) status = add_peer(b, l, own, "scipy", 1e-8);
    if (!status && first == 0) status = add_peer(b, l, own, "badcrossbar", 1e-6);
    if (!status) status = cases_run(b, l);
    cases_destroy(l);
    return status;
}

ohm_status part_wires(bench *b) {
    static const number_list standard = {4, {64, 256, 1024, 2048}};
    return bench_each_size(b, &standard, all_fit, measure);
}
