#include "results.h"
#include "../host/ohmscape.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

ohm_status results_add(results *r, const bench_row *is, size_t *index) {
    bench_row *more = realloc(r->row, (r->count + 1) * sizeof *more);
    if (!more) return ohm_fail_memory("results");
    r->row = more;
    *index = r->count++;
    r->row[*index] = *is;
    return OHM_OK;
}

void results_free(results *r) {
    free(r->row);
}

const char *row_kind_name(row_kind kind) {
    static const char *const name[] = {"update", "copy", "philox",     "arithmetic", "peer",  "memory",
                                       "frame",  "read", "transposed", "exact",      "outer", "solve"};
    return name[kind];
}

const char *row_state_name(row_state state) {
    static const char *const name[] = {"measured", "skipped", "lost"};
    return name[state];
}

bool row_has_digest(const bench_row *r) {
    return r->kind == ROW_UPDATE || (r->kind >= ROW_READ && r->kind <= ROW_SOLVE);
}

static bool same_text(const char *a, const char *b) {
    return a && b ? strcmp(a, b) == 0 : a == b;
}

bool row_same(const bench_row *a, const bench_row *b) {
    return strcmp(a->part, b->part) == 0 && a->kind == b->kind && strcmp(a->device, b->device) == 0 &&
           a->side == b->side && a->fuse == b->fuse && a->threads == b->threads && a->batch == b->batch &&
           same_text(a->model, b->model) && same_text(a->wires, b->wires) && same_text(a->rests, b->rests);
}

// ---- Rates ------------------------------------------------------------------------------------

double row_rate(const bench_row *r, double q) {
    if (r->kind == ROW_FRAME) return r->frame.total > 0 ? 1 / r->frame.total : 0;
    const double seconds = samples_quantile(&r->wall, 1 - q);
    return seconds > 0 ? (double)r->synapses * (double)r->steps / seconds : 0;
}

double row_step(const bench_row *r) {
    return r->steps ? samples_quantile(&r->wall, 0.5) / (double)r->steps : 0;
}

double row_synapse_step(const bench_row *r) {
    return r->synapses ? row_step(r) / (double)r->synapses : 0;
}

double row_launch(const bench_row *r) {
    return r->launches ? samples_quantile(&r->wall, 0.5) / (double)r->launches : 0;
}

double row_sweep(const bench_row *r) {
    return r->sweeps > 0 ? row_synapse_step(r) / r->sweeps : 0;
}

double row_bytes(const bench_row *r) {
    if (r->kind != ROW_UPDATE && r->kind != ROW_COPY) return 0;
    return r->steps ? 8.0 * (double)r->synapses * (double)r->launches / (double)r->steps : 0;
}

double row_bandwidth(const bench_row *r) {
    const double step = row_step(r);
    return step > 0 ? row_bytes(r) / step : 0;
}

// ---- Relations --------------------------------------------------------------------------------

void row_set_share(bench_row *r, const bench_row *copy, const bench_row *arithmetic) {
    const double bytes = row_bytes(r) / (double)r->synapses; // per synapse-step
    const double by_memory = row_bandwidth(copy) / bytes, by_arithmetic = row_rate(arithmetic, 0.5);
    r->memory_bound = by_memory < by_arithmetic;
    r->share = row_rate(r, 0.5) / fmin(by_memory, by_arithmetic);
}

static bool is_part(const bench_row *r, const char *part) {
    return strcmp(r->part, part) == 0;
}

// Finds the measured row that is about this, or NULL.
static const bench_row *find_same(const results *r, const bench_row *wanted) {
    for (size_t i = 0; i < r->count; i++)
        if (row_same(&r->row[i], wanted) && r->row[i].state == ROW_MEASURED) return &r->row[i];
    return NULL;
}

// The same of this kind, device, fuse and threads, in the part, size and model of another row.
static const bench_row *find(const results *r, const bench_row *like, row_kind kind, const char *device,
                             unsigned fuse, unsigned threads) {
    bench_row wanted = {.part = like->part,
                        .kind = kind,
                        .side = like->side,
                        .fuse = fuse,
                        .threads = threads,
                        .model = like->model};
    strncpy(wanted.device, device, sizeof wanted.device - 1);
    return find_same(r, &wanted);
}

static double times(const bench_row *r, const bench_row *other) {
    return other ? row_rate(r, 0.5) / row_rate(other, 0.5) : 0;
}

static void relate_to_devices(const results *r, bench_row *it) {
    const bench_row *copy = find(r, it, ROW_COPY, it->device, 0, 0);
    const bench_row *arithmetic = find(r, it, ROW_ARITHMETIC, it->device, 0, 0);
    if (copy && arithmetic && it->threads == 0) row_set_share(it, copy, arithmetic);
    const bench_row *native = find(r, it, ROW_UPDATE, "native", 0, 0);
    if (!native) native = find(r, it, ROW_UPDATE, "native", it->fuse, 0);
    it->times_native = times(it, native);
    it->times_thread = times(it, find(r, it, ROW_UPDATE, "native", 0, 1));
}

static void relate_to_models(const results *r, bench_row *it) {
    bench_row other = *it;
    if (!it->model || it->kind != ROW_UPDATE || !is_part(it, "models")) return;
    other.model = "sin-state";
    it->times_sin = times(it, find(r, &other, ROW_UPDATE, it->device, it->fuse, it->threads));
    other.model = it->plain;
    if (it->plain)
        it->times_plain = times(it, find(r, &other, ROW_UPDATE, it->device, it->fuse, it->threads));
    it->times_numpy = times(it, find(r, it, ROW_PEER, "numpy-float32", 0, 0));
}

// What the native engine does of a peer's work, and of anything else.
static const bench_row *find_native(const results *r, const bench_row *it) {
    bench_row wanted = *it;
    strcpy(wanted.device, "native");
    if (it->kind == ROW_PEER) wanted.kind = is_part(it, "read") ? ROW_READ : ROW_SOLVE;
    return find_same(r, &wanted);
}

static void relate_to_staying(const results *r, bench_row *it) {
    bench_row wanted = *it;
    wanted.rests = NULL;
    if (it->rests) it->times_stay = times(it, find_same(r, &wanted));
}

// What NumPy does of a readout.
static const bench_row *find_numpy(const results *r, const bench_row *it) {
    bench_row wanted = *it;
    wanted.kind = ROW_PEER;
    strcpy(wanted.device, "numpy-float32");
    return find_same(r, &wanted);
}

static void relate_to_copy(const results *r, bench_row *it) {
    bench_row copy = {.part = it->part, .kind = ROW_COPY, .side = it->side}, linear = *it;
    strcpy(copy.device, it->device);
    linear.kind = ROW_READ;
    it->times_native = times(it, find_native(r, it));
    it->times_copy = times(it, find_same(r, &copy));
    if (it->kind == ROW_EXACT) it->times_linear = times(it, find_same(r, &linear));
    if (it->kind == ROW_READ) it->times_numpy = times(it, find_numpy(r, it));
}

static void relate_to_ideal(const results *r, bench_row *it) {
    bench_row ideal = *it;
    ideal.wires = NULL;
    it->times_native = times(it, find_native(r, it));
    if (it->kind == ROW_UPDATE && it->wires) it->times_ideal = times(it, find_same(r, &ideal));
}

static void relate(const results *r, bench_row *it) {
    if (is_part(it, "read")) {
        if (it->kind != ROW_COPY) relate_to_copy(r, it);
    } else if (is_part(it, "wires")) {
        relate_to_ideal(r, it);
    } else if (it->kind == ROW_UPDATE || it->kind == ROW_PEER) {
        relate_to_devices(r, it);
        relate_to_models(r, it);
        relate_to_staying(r, it);
    }
}

void results_relate(results *r, const char *part, uint64_t side) {
    for (size_t i = 0; i < r->count; i++) {
        bench_row *it = &r->row[i];
        if (it->state == ROW_MEASURED && is_part(it, part) && it->side == side) relate(r, it);
    }
}

bool results_slope(const results *r, const char *part, const char *device, uint64_t least, double *slope,
                   size_t *points) {
    double *x = calloc(2 * r->count + 1, sizeof *x), *y = x + r->count;
    size_t n = 0;
    for (size_t i = 0; x && i < r->count; i++) {
        const bench_row *it = &r->row[i];
        if (it->state != ROW_MEASURED || it->kind != ROW_UPDATE || strcmp(it->part, part) != 0 ||
            strcmp(it->device, device) != 0 || it->synapses < least || it->fuse || it->threads)
            continue;
        x[n] = log((double)it->synapses);
        y[n++] = log(row_step(it));
    }
    straight_line l;
    const bool fits = line_fit(x, y, n, &l);
    free(x);
    if (fits) *slope = l.slope;
    *points = n;
    return fits;
}
