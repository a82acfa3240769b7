#include "table.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

// ---- Cells ------------------------------------------------------------------------------------

// Prints a number, or blanks if there is none.
static const char *cell(char text[24], const char *format, double value) {
    if (value > 0)
        snprintf(text, 24, format, value);
    else
        snprintf(text, 24, "%s", "");
    return text;
}

static const char *fuse_cell(char text[24], const bench_row *r) {
    snprintf(text, 24, "%s", r->kind == ROW_UPDATE ? "auto" : "");
    if (r->fuse) snprintf(text, 24, "%u", r->fuse);
    return text;
}

static const char *threads_cell(char text[24], const bench_row *r) {
    return cell(text, "%.0f", r->threads);
}

static bool is_part(const bench_row *r, const char *part) {
    return strcmp(r->part, part) == 0;
}

// What it is, in the columns of its part.
static void print_left_out(const bench_row *r) {
    char fuse[24], number[24];
    printf("%6" PRIu64 "  %-14s ", r->side, r->device);
    if (is_part(r, "models"))
        printf("%-40s", r->model);
    else if (is_part(r, "read"))
        printf("%-10s %-10s %7s ", row_kind_name(r->kind), r->model ? r->model : "",
               cell(number, "%.0f", r->batch));
    else if (is_part(r, "wires"))
        printf("%-8s %-12s ", row_kind_name(r->kind), r->wires ? r->wires : "none");
    else
        printf("%-10s %5s %4s ", row_kind_name(r->kind), fuse_cell(fuse, r), threads_cell(number, r));
    printf(" %s: %s\n", row_state_name(r->state), r->note);
}

// ---- Kinds of rows ----------------------------------------------------------------------------

static void head_rates(void) {
    printf("%6s  %-14s %-10s %5s %4s %9s %19s %8s %7s %7s %7s %7s %15s %8s %8s\n", "side", "device", "what",
           "fuse", "thr", "1/s", "slowest, fastest", "ns", "GB/s", "us", "device", "set-up", "of the limit",
           "x native", "x thread");
}

static void print_rate(const bench_row *r) {
    char fuse[24], threads[24], bandwidth[24], launch[24], device[24], setup[24], share[24], native[24],
        thread[24];
    const double wall = samples_quantile(&r->wall, 0.5);
    cell(share, "%.2f", r->share);
    if (*share) strcat(share, r->memory_bound ? " memory    " : " arithmetic");
    printf("%6" PRIu64 "  %-14s %-10s %5s %4s %9.3g %9.3g %9.3g %8.3g %7s %7s %7s %7s %15s %8s %8s\n",
           r->side, r->device, row_kind_name(r->kind), fuse_cell(fuse, r), threads_cell(threads, r),
           row_rate(r, 0.5), row_rate(r, 0), row_rate(r, 1), row_synapse_step(r) * 1e9,
           cell(bandwidth, "%.3g", row_bandwidth(r) / 1e9), cell(launch, "%.4g", row_launch(r) * 1e6),
           cell(device, "%.3f", samples_quantile(&r->clock, 0.5) / wall), cell(setup, "%.3f", r->setup),
           share, cell(native, "%.4g", r->times_native), cell(thread, "%.4g", r->times_thread));
}

static void head_model(void) {
    printf("%6s  %-14s %-40s %5s %9s %19s %8s %11s %8s %8s %8s\n", "side", "device", "model", "fuse", "1/s",
           "slowest, fastest", "ns", "x sin-state", "x plain", "x numpy", "x native");
}

// "x plain" is the rate of a model with variability, relative to the same model without.
static void print_model(const bench_row *r) {
    char fuse[24], sine[24], plain[24], numpy[24], native[24];
    printf("%6" PRIu64 "  %-14s %-40s %5s %9.3g %9.3g %9.3g %8.3g %11s %8s %8s %8s\n", r->side, r->device,
           r->model, fuse_cell(fuse, r), row_rate(r, 0.5), row_rate(r, 0), row_rate(r, 1),
           row_synapse_step(r) * 1e9, cell(sine, "%.3f", r->times_sin), cell(plain, "%.3f", r->times_plain),
           cell(numpy, "%.1f", r->times_numpy), cell(native, "%.3f", r->times_native));
}

static void head_read(void) {
    printf("%6s  %-14s %-10s %-10s %7s %9s %19s %9s %9s %8s %8s %8s %8s\n", "side", "device", "what", "model",
           "vectors", "1/s", "slowest, fastest", "ns", "us", "x copy", "x linear", "x numpy", "x native");
}

// "1/s" is cells times vectors, or updates; "us" is for a call.
static void print_read(const bench_row *r) {
    char batch[24], copy[24], linear[24], numpy[24], native[24];
    printf("%6" PRIu64 "  %-14s %-10s %-10s %7s %9.3g %9.3g %9.3g %9.3g %9.4g %8s %8s %8s %8s\n", r->side,
           r->device, row_kind_name(r->kind), r->model ? r->model : "", cell(batch, "%.0f", r->batch),
           row_rate(r, 0.5), row_rate(r, 0), row_rate(r, 1), row_synapse_step(r) * 1e9, row_launch(r) * 1e6,
           cell(copy, "%.3f", r->times_copy), cell(linear, "%.3f", r->times_linear),
           cell(numpy, "%.3f", r->times_numpy), cell(native, "%.3f", r->times_native));
}

static void head_wires(void) {
    printf("%6s  %-14s %-8s %-12s %9s %19s %7s %9s %9s %9s %8s\n", "side", "device", "what", "wires", "s",
           "fastest, slowest", "sweeps", "ns", "ns/sweep", "x ideal", "x native");
}

// Times of a solution or a step: of all cells, of one, and of one sweep over one.
static void print_wires(const bench_row *r) {
    char sweeps[24], sweep[24], ideal[24], native[24];
    const double steps = (double)r->steps;
    printf("%6" PRIu64 "  %-14s %-8s %-12s %9.3g %9.3g %9.3g %7s %9.4g %9s %9s %8s\n", r->side, r->device,
           row_kind_name(r->kind), r->wires ? r->wires : "none", row_step(r),
           samples_quantile(&r->wall, 0) / steps, samples_quantile(&r->wall, 1) / steps,
           cell(sweeps, "%.1f", r->sweeps), row_synapse_step(r) * 1e9,
           cell(sweep, "%.4g", row_sweep(r) * 1e9), cell(ideal, "%.4f", r->times_ideal),
           cell(native, "%.4g", r->times_native));
}

static void head_streamed(void) {
    printf("%6s  %-14s %-10s %5s %9s %19s %8s %10s\n", "side", "device", "rests in", "fuse", "1/s",
           "slowest, fastest", "ns", "x resident");
}

static void print_streamed(const bench_row *r) {
    char fuse[24], stay[24];
    printf("%6" PRIu64 "  %-14s %-10s %5s %9.3g %9.3g %9.3g %8.3g %10s\n", r->side, r->device,
           r->rests ? r->rests : "device", fuse_cell(fuse, r), row_rate(r, 0.5), row_rate(r, 0),
           row_rate(r, 1), row_synapse_step(r) * 1e9, cell(stay, "%.3f", r->times_stay));
}

static void head_memory(void) {
    printf("%6s  %-14s %12s %12s %18s %22s\n", "side", "device", "state, MB", "resident, MB",
           "bytes per synapse", "smallest crossbar, MB");
}

static void print_memory(const bench_row *r) {
    const double own = (double)r->peak_memory - (double)r->base_memory;
    char each[24];
    printf("%6" PRIu64 "  %-14s %12.1f %12.1f %18s %22.1f\n", r->side, r->device,
           (double)r->state_memory / 1e6, (double)r->peak_memory / 1e6,
           cell(each, "%.3f", own / (double)r->synapses), (double)r->base_memory / 1e6);
}

static void head_frame(void) {
    printf("%6s  %-14s %8s %9s %9s %9s %9s %9s %9s %9s %9s\n", "side", "device", "frames/s", "frame, ms",
           "longest", "step", "reduce", "transfer", "draw", "panel", "present");
}

static void print_frame(const bench_row *r) {
    const frame_times *f = &r->frame;
    printf("%6" PRIu64 "  %-14s %8.1f %9.3f %9.3f %9.3f %9.3f %9.3f %9.3f %9.3f %9.3f\n", r->side, r->device,
           1 / f->total, f->total * 1e3, f->longest * 1e3, f->step * 1e3, f->reduce * 1e3, f->transfer * 1e3,
           f->draw * 1e3, f->panel * 1e3, f->present * 1e3);
}

typedef struct style {
    void (*head)(void);
    void (*print)(const bench_row *r);
} style;

static style style_of(const bench_row *r) {
    if (is_part(r, "models")) return (style){head_model, print_model};
    if (is_part(r, "read")) return (style){head_read, print_read};
    if (is_part(r, "wires")) return (style){head_wires, print_wires};
    if (strcmp(r->part, "streamed") == 0) return (style){head_streamed, print_streamed};
    if (r->kind == ROW_MEMORY) return (style){head_memory, print_memory};
    if (r->kind == ROW_FRAME) return (style){head_frame, print_frame};
    return (style){head_rates, print_rate};
}

void table_print(bench *b, size_t first) {
    if (b->options->quiet) return;
    for (size_t i = first; i < b->results.count; i++) {
        const bench_row *r = &b->results.row[i];
        const style s = style_of(r);
        if (!b->heading || strcmp(b->heading, r->part) != 0) {
            printf("%s%s\n", b->heading ? "\n" : "", r->part);
            s.head();
        }
        b->heading = r->part;
        if (r->state == ROW_MEASURED)
            s.print(r);
        else
            print_left_out(r);
    }
    fflush(stdout);
}

// ---- What is said below -----------------------------------------------------------------------

void table_print_slopes(const bench *b, const char *part, uint64_t least) {
    double slope;
    size_t points;
    for (size_t d = 0; d < b->contender_count && !b->options->quiet; d++)
        if (results_slope(&b->results, part, b->contender[d].info.id, least, &slope, &points))
            printf("%s: time grows as synapses to the power %.4f, over %zu sizes\n", b->contender[d].info.id,
                   slope, points);
}

static bool is_measured(const bench_row *r, const char *part, row_kind kind) {
    return r->state == ROW_MEASURED && r->kind == kind && strcmp(r->part, part) == 0;
}

// The fastest update of a part at a size with all threads, on one device or, if it is NULL, on any.
static const bench_row *best(const results *r, const char *part, const char *device, uint64_t side) {
    const bench_row *found = NULL;
    for (size_t i = 0; i < r->count; i++) {
        const bench_row *it = &r->row[i];
        if (!is_measured(it, part, ROW_UPDATE) || it->side != side || it->threads) continue;
        if (device && strcmp(it->device, device) != 0) continue;
        if (!found || row_rate(it, 0.5) > row_rate(found, 0.5)) found = it;
    }
    return found;
}

static void print_best(const bench *b, uint64_t side) {
    const bench_row *native = best(&b->results, "throughput", "native", side);
    for (size_t d = 0; d < b->contender_count; d++) {
        const ohm_device_info *info = &b->contender[d].info;
        const bench_row *it = best(&b->results, "throughput", info->id, side);
        char times[24], thread[24];
        if (!it) continue;
        printf("%6" PRIu64 "  %-8s %-7s %9.3g %9s %9s  %s\n", side, info->id,
               ohm_device_type_name(info->type), row_rate(it, 0.5),
               cell(times, "%.4g", native ? row_rate(it, 0.5) / row_rate(native, 0.5) : 0),
               cell(thread, "%.4g", it->times_thread), info->name);
    }
}

void table_print_versus(const bench *b) {
    bool gpu = false, any = false;
    for (size_t i = 0; i < b->results.count; i++)
        any |= is_measured(&b->results.row[i], "throughput", ROW_UPDATE);
    if (!any || b->options->quiet) return;
    for (size_t d = 0; d < b->contender_count; d++) gpu |= b->contender[d].info.type == OHM_DEVICE_GPU;
    printf("\nCPU against GPU%s: the best of each device\n",
           gpu ? "" : " (no GPU measured: comparing the other devices)");
    printf("%6s  %-8s %-7s %9s %9s %9s\n", "side", "device", "type", "1/s", "x native", "x thread");
    uint64_t last = 0;
    for (size_t i = 0; i < b->results.count; i++) {
        const bench_row *r = &b->results.row[i];
        if (strcmp(r->part, "throughput") != 0 || r->side == last) continue;
        last = r->side;
        print_best(b, last);
    }
}

// Whether this row has the largest size at which its peer was measured.
static bool is_largest(const results *r, const bench_row *it) {
    for (size_t i = 0; i < r->count; i++)
        if (is_measured(&r->row[i], it->part, it->kind) && strcmp(r->row[i].device, it->device) == 0 &&
            r->row[i].side > it->side)
            return false;
    return true;
}

void table_print_peers(const bench *b) {
    const results *r = &b->results;
    const bench_row *ours = NULL;
    for (size_t i = 0; i < r->count; i++) {
        const bench_row *it = best(r, "peers", NULL, r->row[i].side);
        if (it && (!ours || it->side > ours->side)) ours = it;
    }
    if (!ours || b->options->quiet) return;
    printf("\n%s at %" PRIu64 " x %" PRIu64 " is\n", ours->device, ours->side, ours->side);
    for (size_t i = 0; i < r->count; i++) {
        const bench_row *it = &r->row[i];
        if (!is_measured(it, "peers", ROW_PEER) || !is_largest(r, it)) continue;
        printf("%10.5g times as fast as %s at %" PRIu64 " x %" PRIu64 " (%s)\n",
               row_rate(ours, 0.5) / row_rate(it, 0.5), it->device, it->side, it->side, it->note);
    }
}

void table_print_count(const bench *b) {
    size_t count[ROW_STATES] = {0};
    for (size_t i = 0; i < b->results.count; i++) count[b->results.row[i].state]++;
    if (b->options->quiet) return;
    printf("\n%zu measured, %zu skipped, %zu lost\n", count[ROW_MEASURED], count[ROW_SKIPPED],
           count[ROW_LOST]);
}

// What else tells the rows of a part apart.
static void print_which(const bench_row *r) {
    if (r->batch) printf("  %u vector%s", r->batch, r->batch > 1 ? "s" : "");
    if (r->wires) printf("  %s", r->wires);
    printf("%s%s\n", r->model ? "  " : "", r->model ? r->model : "");
}

void table_print_compared(const bench *b) {
    if (b->options->quiet) return;
    size_t compared = 0;
    printf("\ncompared with %s\n%-10s %6s  %-14s %-10s %5s %4s %9s %9s %7s\n", b->options->compare, "part",
           "side", "device", "what", "fuse", "thr", "then", "now", "times");
    for (size_t i = 0; i < b->results.count; i++) {
        const bench_row *r = &b->results.row[i];
        char fuse[24], threads[24];
        if (!(r->old.median > 0)) continue;
        compared++;
        printf("%-10s %6" PRIu64 "  %-14s %-10s %5s %4s %9.3g %9.3g %7.3f%s", r->part, r->side, r->device,
               row_kind_name(r->kind), fuse_cell(fuse, r), threads_cell(threads, r), r->old.median,
               row_rate(r, 0.5), row_rate(r, 0.5) / r->old.median,
               row_rate(r, 1) < r->old.least      ? "  slower"
               : row_rate(r, 0) > r->old.greatest ? "  faster"
                                                  : "");
        print_which(r);
    }
    if (!compared) printf("none of its rows was measured now\n");
}
