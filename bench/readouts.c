// How fast vectors are read from crossbars and rank-1 updates are added to them, next to copying the state on
// the same device and to the same products in NumPy (bench/peers_read.py).
#include "cases.h"
#include "matrix_peer.h"
#include "../host/cli/cli.h"
#include "../host/cli/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern const unsigned char ohm_bench_peers_read[]; // peers_read.py, embedded by the build; it ends in 0

enum { BATCH = 64 };

#define LARGEST_VOLTAGE 0.2f // V, either way: small enough for the exponentials of any model
#define NUMPY_ALLOWED 1e-5   // of the largest current: what sums in float32 may lose

// ---- What is measured -------------------------------------------------------------------------

typedef struct work {
    row_kind kind;
    unsigned batch;        // vectors in a call, 0 for updates
    const char *digest_of; // tells the digests of different work apart
} work;

// Of the benchmark's model.
static const work own_work[] = {
    {ROW_READ, 1, "a readout"},
    {ROW_TRANSPOSED, 1, "a transposed readout"},
    {ROW_READ, BATCH, "a batch of readouts"},
    {ROW_OUTER, 0, "rank-1 updates"},
};

// Of a model whose exact current takes two exponentials, next to its linear readout.
#define EXACT_MODEL "yakopcic"
static const work exact_work[] = {
    {ROW_READ, 1, "a readout of " EXACT_MODEL},
    {ROW_EXACT, 1, "an exact readout of " EXACT_MODEL},
};

// A crossbar to read from, and its vectors.
typedef struct reader {
    ohm_crossbar *crossbar;
    const work *works;
    uint64_t side;
    float *in, *out; // [BATCH, side]
} reader;

static void destroy(void *object) {
    reader *r = object;
    ohm_crossbar_destroy(r->crossbar);
    free(r->in);
    free(r->out);
    free(r);
}

// Spreads voltages evenly over the range, without a period that a crossbar's size could share.
static void fill(float *in, uint64_t count) {
    for (uint64_t i = 0; i < count; i++) {
        const uint32_t golden = (uint32_t)i * 2654435769u;
        in[i] = LARGEST_VOLTAGE * ((float)(golden >> 8) * 0x1p-23f - 1);
    }
}

// Errors: OHM_OUT_OF_MEMORY, and those of ohm_crossbar_create.
static ohm_status create(contender *c, const ohm_definition *d, const work *works, reader **made) {
    reader *r = calloc(1, sizeof *r);
    *made = r;
    if (!r) return ohm_fail_memory("a crossbar");
    r->works = works;
    r->side = d->rows;
    ohm_status status = ohm_crossbar_create(c->devices, d, &r->crossbar);
    if (!status) {
        r->in = malloc(BATCH * r->side * sizeof *r->in);
        r->out = malloc(BATCH * r->side * sizeof *r->out);
        status = r->in && r->out ? OHM_OK : ohm_fail_memory("vectors");
    }
    if (!status) {
        fill(r->in, BATCH * r->side);
        return OHM_OK;
    }
    destroy(r);
    *made = NULL;
    return status;
}

// ---- Running ----------------------------------------------------------------------------------

static ohm_status read_vectors(const reader *r, const work *w, uint64_t calls) {
    ohm_readout how = ohm_readout_default();
    how.transposed = w->kind == ROW_TRANSPOSED;
    how.exact = w->kind == ROW_EXACT;
    ohm_status status = OHM_OK;
    for (uint64_t i = 0; i < calls && !status; i++)
        status = ohm_crossbar_readout(r->crossbar, &how, w->batch, r->in, r->out);
    return status;
}

// Every second update takes the last one back, so that the states stay in the range however many there are.
static ohm_status add_updates(const reader *r, uint64_t calls) {
    ohm_status status = OHM_OK;
    for (uint64_t i = 0; i < r->side; i++) r->out[i] = -r->in[i];
    for (uint64_t i = 0; i < calls && !status; i++)
        status = ohm_crossbar_add_outer(r->crossbar, i & 1 ? r->out : r->in, r->in + r->side);
    return status;
}

// A step is a vector, or an update. The crossbar starts over each time, as updates change it.
static ohm_status run_work(bench_case *e, uint64_t steps, sample *s) {
    const reader *r = e->object;
    const work *w = &r->works[e->choice];
    s->launches = w->batch ? (steps + w->batch - 1) / w->batch : steps;
    ohm_status status = ohm_crossbar_restart(r->crossbar, ohm_crossbar_definition(r->crossbar)->seed);
    if (status) return status;
    const double start = progress_clock();
    status = w->batch ? read_vectors(r, w, s->launches) : add_updates(r, s->launches);
    s->wall = progress_clock() - start;
    if (status) return status;
    s->has_digest = true;
    s->digest_of = w->digest_of;
    if (!w->batch) return ohm_crossbar_digest(r->crossbar, &s->digest);
    s->digest = ohm_digest(0, w->batch * r->side, r->out);
    return OHM_OK;
}

// ---- Lining up --------------------------------------------------------------------------------

typedef struct model_work {
    const char *model;
    const work *works;
    size_t first, count;
} model_work;

// Adds a row for each work on a model, or the reason why there is none. *made is the list's, or NULL.
static ohm_status add_model(bench *b, case_list *l, contender *c, const model_work *m, reader **made) {
    ohm_definition d = bench_definition(b, l->side);
    bench_say(b, "%" PRIu64 " x %" PRIu64 ": making %s %s", l->side, l->side, c->info.id, m->model);
    if (strcmp(m->model, d.model) != 0) d.stimulus = NULL; // the model's own
    d.model = m->model;
    const ohm_status created = create(c, &d, m->works, made);
    if (!created) cases_own(l, *made, destroy);
    ohm_status status = OHM_OK;
    for (size_t i = m->first; i < m->count && !status; i++) {
        bench_row r = cases_row(l, m->works[i].kind, c->info.id);
        r.model = m->model;
        r.batch = m->works[i].batch;
        const bench_case e = {.run = run_work,
                              .object = *made,
                              .choice = (unsigned)i,
                              .least = r.batch ? r.batch : 1,
                              .digests = true};
        status = created ? cases_fail(b, r, created) : cases_add(b, l, &r, &e);
    }
    return status;
}

// NumPy multiplies by the same conductances. made is our own crossbar on the first device, or NULL.
static ohm_status add_numpy(bench *b, case_list *l, const reader *made) {
    static const unsigned batches[] = {1, BATCH};
    ohm_status status = OHM_OK;
    for (size_t i = 0; i < 2 && !status && !cli_caught(); i++) {
        char batch[24];
        snprintf(batch, sizeof batch, "%u", batches[i]);
        bench_row r = cases_row(l, ROW_PEER, "numpy-float32");
        r.model = b->options->model;
        r.batch = batches[i];
        const work w = {ROW_READ, batches[i], NULL};
        const ohm_status found =
            made ? read_vectors(made, &w, 1)
                 : ohm_fail(OHM_NO_DEVICE, "the first device has no crossbar of this size");
        if (found) {
            status = cases_fail(b, r, found);
            continue;
        }
        const matrix_task task = {.program = ohm_bench_peers_read,
                                  .setting = batch,
                                  .crossbar = made->crossbar,
                                  .count = batches[i] * made->side,
                                  .in = made->in,
                                  .out = made->out,
                                  .least = batches[i],
                                  .allowed = NUMPY_ALLOWED};
        status = matrix_peer_add(b, l, &r, &task);
    }
    return status;
}

// *made is the device's crossbar of the benchmark's model, or NULL.
static ohm_status add_device(bench *b, case_list *l, contender *c, reader **made) {
    const size_t own = sizeof own_work / sizeof own_work[0], exact = sizeof exact_work / sizeof exact_work[0];
    const char *model = b->options->model;
    const bool same = strcmp(model, EXACT_MODEL) == 0; // its linear readout is measured already
    const model_work first = {model, own_work, 0, own}, second = {EXACT_MODEL, exact_work, same, exact};
    reader *other;
    ohm_status status = add_model(b, l, c, &first, made);
    if (!status && *made) status = cases_add_copy(b, l, c);
    return status ? status : add_model(b, l, c, &second, &other);
}

// Whether all devices can hold their crossbars and copies at once, next to NumPy's matrices.
static bool all_fit(const bench *b, uint64_t side) {
    uint64_t states = 6;
    for (size_t i = 0; i < b->contender_count; i++)
        if (on_host(&b->contender[i].info)) states += 4;
    return states * state_bytes(side) < ohm_memory_available() / 10 * 9;
}

// Measures devices first … end − 1 together. NumPy is measured along with device 0.
static ohm_status measure(bench *b, uint64_t side, size_t first, size_t end) {
    case_list *l;
    reader *made = NULL, *own = NULL;
    ohm_status status = cases_create(b, "read", side, &l);
    for (size_t i = first; i < end && !status && !cli_caught(); i++) {
        status = add_device(b, l, &b->contender[i], &made);
        if (i == 0) own = made;
    }
    if (!status && first == 0) status = add_numpy(b, l, own);
    if (!status) status = cases_run(b, l);
    cases_destroy(l);
    return status;
}

ohm_status part_read(bench *b) {
    static const number_list standard = {2, {1024, 4096}};
    return bench_each_size(b, &standard, all_fit, measure);
}
