// Crossbars as cases.
#include "cases.h"
#include "../host/cli/progress.h"

#include <omp.h>
#include <stdlib.h>
#include <string.h>

// ---- The device's own clock -------------------------------------------------------------------

// Marks a place in a device's queue. NULL for the native engine, or if the device cannot do it.
static cl_event mark(const contender *c) {
    const cl_command_queue queue = ohm_devices_cl_queue(c->devices, 0);
    cl_event event = NULL;
    if (queue) clEnqueueMarkerWithWaitList(queue, 0, NULL, &event);
    return event;
}

static cl_ulong time_of(cl_event event) {
    cl_ulong end = 0; // ns
    clGetEventProfilingInfo(event, CL_PROFILING_COMMAND_END, sizeof end, &end, NULL);
    return end;
}

// Seconds on the device's clock between two marks that the device has passed; 0 if it has no clock.
static double between(cl_event first, cl_event last) {
    double seconds = 0;
    if (first && last && clWaitForEvents(1, &last) == CL_SUCCESS)
        seconds = 1e-9 * (double)(time_of(last) - time_of(first));
    if (first) clReleaseEvent(first);
    if (last) clReleaseEvent(last);
    return seconds;
}

// ---- Running ----------------------------------------------------------------------------------

typedef struct crossbar_prop {
    contender *device;
    ohm_crossbar *crossbar;
    const char *shape; // as cases_add_rows
} crossbar_prop;

static ohm_status advance(const contender *device, ohm_crossbar *c, uint64_t steps, sample *s) {
    const cl_event first = mark(device);
    const double start = progress_clock();
    const ohm_status status = ohm_crossbar_advance(c, steps);
    s->wall = progress_clock() - start;
    s->device = between(first, mark(device));
    return status;
}

static ohm_status run_crossbar(bench_case *e, uint64_t steps, sample *s) {
    const crossbar_prop *p = e->object;
    const int all = omp_get_max_threads();
    ohm_status status = ohm_crossbar_restart(p->crossbar, ohm_crossbar_definition(p->crossbar)->seed);
    if (!status) status = ohm_crossbar_set_fuse(p->crossbar, e->choice);
    if (status) return status;
    if (e->threads) omp_set_num_threads((int)e->threads);
    status = advance(p->device, p->crossbar, steps, s);
    omp_set_num_threads(all);
    const unsigned fuse = ohm_crossbar_definition(p->crossbar)->fuse;
    s->launches = (steps + fuse - 1) / fuse;
    s->has_digest = true;
    s->digest_of = p->shape;
    return status ? status : ohm_crossbar_digest(p->crossbar, &s->digest);
}

// ---- Lining up --------------------------------------------------------------------------------

static void destroy(void *object) {
    crossbar_prop *p = object;
    ohm_crossbar_destroy(p->crossbar);
    free(p);
}

// Adds a row that says why for each fuse of a crossbar that cannot be created.
static ohm_status fail_all(bench *b, const bench_row *r, const number_list *fuses, ohm_status reason) {
    ohm_status status = OHM_OK;
    for (size_t i = 0; i < fuses->count && !status; i++) {
        bench_row failed = *r;
        failed.fuse = (unsigned)fuses->value[i];
        status = cases_fail(b, failed, reason);
    }
    return status;
}

static ohm_status add_rows(bench *b, case_list *l, const bench_row *like, crossbar_prop *p,
                           const number_list *fuses, bool thread) {
    ohm_status status = OHM_OK;
    bench_row r = *like;
    bench_case e = {.run = run_crossbar, .object = p, .digests = true};
    for (size_t i = 0; i < fuses->count && !status; i++) {
        r.fuse = e.choice = (unsigned)fuses->value[i];
        e.least = e.choice ? e.choice : ohm_crossbar_definition(p->crossbar)->fuse;
        const uint64_t pass = ohm_crossbar_storage(p->crossbar).pass_steps;
        if (e.least < pass) e.least = pass;
        status = cases_add(b, l, &r, &e);
    }
    if (status || !thread || p->device->info.type != OHM_DEVICE_NATIVE) return status;
    r.fuse = e.choice = 0;
    r.threads = e.threads = 1;
    e.least = ohm_crossbar_definition(p->crossbar)->fuse;
    return cases_add(b, l, &r, &e);
}

// A crossbar to be measured.
typedef struct wanted {
    contender *device;
    ohm_definition definition;
    bench_row row;            // a template for its rows
    const number_list *fuses; // each gets a row
    bool thread;              // also add a row with a single thread
    const char *shape;        // as cases_add_rows
} wanted;

// Creates the crossbar and adds its rows. *made is NULL if it cannot be created.
static ohm_status add_crossbar(bench *b, case_list *l, const wanted *w, ohm_crossbar **made) {
    bench_row r = w->row;
    crossbar_prop *p = calloc(1, sizeof *p);
    *made = NULL;
    if (!p) return ohm_fail_memory("a crossbar");
    p->device = w->device;
    p->shape = w->shape;
    const double start = progress_clock();
    const ohm_status status = ohm_crossbar_create(w->device->devices, &w->definition, &p->crossbar);
    r.setup = progress_clock() - start;
    r.state_memory = state_bytes(l->side) / l->side * w->definition.rows;
    if (status) {
        free(p);
        return fail_all(b, &r, w->fuses, status);
    }
    cases_own(l, p, destroy);
    *made = p->crossbar;
    return add_rows(b, l, &r, p, w->fuses, w->thread);
}

ohm_status cases_add_crossbar(bench *b, case_list *l, contender *c, const number_list *fuses, bool thread,
                              unsigned *fuse) {
    const wanted w = {c, bench_definition(b, l->side), cases_row(l, ROW_UPDATE, c->info.id), fuses, thread};
    ohm_crossbar *made;
    const ohm_status status = add_crossbar(b, l, &w, &made);
    if (made) *fuse = ohm_crossbar_definition(made)->fuse;
    return status;
}

ohm_status cases_add_streamed(bench *b, case_list *l, contender *c, uint64_t memory, const char *rests,
                              const char *folder) {
    static const number_list automatic = {1, {0}};
    wanted w = {c, bench_definition(b, l->side), cases_row(l, ROW_UPDATE, c->info.id), &automatic, false};
    ohm_crossbar *made;
    w.row.rests = rests;
    if (rests) w.definition.memory = memory;
    if (rests && strcmp(rests, "file") == 0) w.definition.host_memory = 0;
    w.definition.scratch = folder;
    return add_crossbar(b, l, &w, &made);
}

ohm_status cases_add_rows(bench *b, case_list *l, contender *c, const bench_row *row, uint64_t rows,
                          const char *shape) {
    static const number_list automatic = {1, {0}};
    wanted w = {c, bench_definition(b, l->side), *row, &automatic, false, shape};
    w.definition.rows = rows;
    ohm_crossbar *made;
    return add_crossbar(b, l, &w, &made);
}

ohm_status cases_add_model(bench *b, case_list *l, contender *c, const char *model, const char *plain,
                           unsigned fuse, ohm_crossbar **crossbar) {
    const number_list fuses = {1, {fuse}};
    wanted w = {c, bench_definition(b, l->side), cases_row(l, ROW_UPDATE, c->info.id), &fuses, false};
    w.definition.model = w.row.model = model;
    w.definition.stimulus = NULL; // the model's own
    w.row.plain = plain;
    return add_crossbar(b, l, &w, crossbar);
}
