// How the update scales with synapses, steps per launch and threads; the cost of a launch; and the memory per
// synapse.
#include "../host/cli/child.h"
#include "cases.h"
#include "table.h"
#include "../host/cli/cli.h"
#include "../host/ohmscape_ranks.h"

#include <cjson/cJSON.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define SLOPE_LEAST ((uint64_t)1 << 20) // synapses; below this a launch costs more than its work

static const number_list automatic = {1, {0}};

// ---- In this process --------------------------------------------------------------------------

static ohm_status measure(bench *b, const char *part, uint64_t side, const number_list *fuses, size_t first,
                          size_t end) {
    case_list *l;
    unsigned fuse;
    ohm_status status = cases_create(b, part, side, &l);
    for (size_t i = first; i < end && !status; i++)
        status = cases_add_crossbar(b, l, &b->contender[i], fuses, false, &fuse);
    if (!status) status = cases_run(b, l);
    cases_destroy(l);
    return status;
}

// Measures one device at a time. The largest crossbars leave no memory for two.
static ohm_status with_synapses(bench *b) {
    static const number_list standard = {6, {1024, 2048, 4096, 8192, 16384, 32768}};
    const number_list sides = bench_sizes(b, &standard);
    ohm_status status = OHM_OK;
    for (size_t i = 0; i < sides.count && !status; i++)
        for (size_t d = 0; d < b->contender_count && !status && !cli_caught(); d++)
            status = measure(b, "synapses", sides.value[i], &automatic, d, d + 1);
    if (!status) table_print_slopes(b, "synapses", SLOPE_LEAST);
    return status;
}

static ohm_status with_fuse(bench *b) {
    static const number_list fuses = {9, {1, 2, 4, 8, 16, 32, 64, 128, 256}};
    return measure(b, "fuse", bench_one_side(b), &fuses, 0, b->contender_count);
}

// Measures a crossbar so small that launches take most of the time.
static ohm_status of_a_launch(bench *b) {
    static const number_list one = {1, {1}};
    return measure(b, "launch", 64, &one, 0, b->contender_count);
}

// The least that a crossbar streams through is twice 64 rows, of two planes.
static uint64_t an_eighth(uint64_t side) {
    const uint64_t eighth = state_bytes(side) / 8, least = state_bytes(side) / side * 256;
    return eighth > least ? eighth : least;
}

// Through an eighth of its size: from memory, which only a device with its own makes a difference to, and
// from a file.
static ohm_status streamed(bench *b, uint64_t side, contender *c) {
    const uint64_t eighth = an_eighth(side);
    case_list *l;
    ohm_status status = cases_create(b, "streamed", side, &l);
    if (!status) status = cases_add_streamed(b, l, c, 0, NULL, b->options->scratch);
    if (!status && c->info.type != OHM_DEVICE_NATIVE)
        status = cases_add_streamed(b, l, c, eighth, "memory", b->options->scratch);
    if (!status) status = cases_add_streamed(b, l, c, eighth, "file", b->options->scratch);
    if (!status) status = cases_run(b, l);
    cases_destroy(l);
    return status;
}

static ohm_status of_streams(bench *b) {
    static const number_list standard = {2, {4096, 16384}};
    const number_list sides = bench_sizes(b, &standard);
    ohm_status status = OHM_OK;
    for (size_t i = 0; i < sides.count && !status; i++)
        for (size_t d = 0; d < b->contender_count && sides.value[i] > 256 && !status && !cli_caught(); d++)
            status = streamed(b, sides.value[i], &b->contender[d]);
    return status;
}

// ---- In processes of their own ----------------------------------------------------------------

// Whether a process of its own can use it: it is no device of another rank, nor several.
static bool is_here(const contender *c) {
    const bool remote = ohm_ranks_count() > 1 && strncmp(c->info.id, "0:", 2) != 0;
    return !remote && ohm_devices_count(c->devices) == 1;
}

// Runs `ohmscape run`. A process of its own can be limited to some processors, and its memory can be
// measured.
typedef struct run_prop {
    const bench *bench;
    const char *device;
    uint64_t side;
} run_prop;

static ohm_status read_report(const char *text, sample *s, uint64_t *peak) {
    cJSON *report = cJSON_Parse(text);
    const cJSON *seconds = cJSON_GetObjectItem(report, "seconds");
    const char *digest = cJSON_GetStringValue(cJSON_GetObjectItem(report, "digest"));
    const cJSON *resident = cJSON_GetObjectItem(report, "peak_resident_bytes");
    const bool right = cJSON_IsNumber(seconds) && digest && cJSON_IsNumber(resident);
    if (right) {
        s->wall = seconds->valuedouble;
        s->digest = strtoull(digest, NULL, 16);
        s->has_digest = true;
        if (peak) *peak = (uint64_t)resident->valuedouble;
    }
    cJSON_Delete(report);
    return right ? OHM_OK : ohm_fail(OHM_NO_DEVICE, "ohmscape run printed no report");
}

static ohm_status run_program(const run_prop *p, unsigned processors, uint64_t steps, sample *s,
                              uint64_t *peak) {
    char program[PATH_MAX + 32], side[24], count[24], *output;
    cli_program_path("ohmscape", program, sizeof program);
    snprintf(side, sizeof side, "%" PRIu64, p->side);
    snprintf(count, sizeof count, "%" PRIu64, steps);
    const bench_options *o = p->bench->options;
    const char *const arguments[] = {program,  "run",        "--json",    "--neurons", side,  "--steps",
                                     count,    "--device",   p->device,   "--memory",  "all", "--model",
                                     o->model, "--stimulus", o->stimulus, NULL};
    ohm_status status = child_run(arguments, processors, &output);
    if (!status) status = read_report(output, s, peak);
    free(output);
    return status;
}

static ohm_status run_case(bench_case *e, uint64_t steps, sample *s) {
    return run_program(e->object, e->threads, steps, s, NULL);
}

static ohm_status add_run(bench *b, case_list *l, const contender *c, unsigned threads) {
    run_prop *p = malloc(sizeof *p);
    if (!p) return ohm_fail_memory("a run");
    *p = (run_prop){b, c->info.id, l->side};
    cases_own(l, p, free);
    bench_row r = cases_row(l, ROW_UPDATE, c->info.id);
    r.threads = threads;
    const bench_case e = {.run = run_case, .object = p, .least = 64, .threads = threads, .digests = true};
    return cases_add(b, l, &r, &e);
}

// Whether a device can hold the crossbar. Asked first, because a failed process would not tell why.
static ohm_status try_crossbar(const bench *b, const contender *c, uint64_t side) {
    const ohm_definition d = bench_definition(b, side);
    ohm_crossbar *crossbar = NULL;
    const ohm_status status = ohm_crossbar_create(c->devices, &d, &crossbar);
    ohm_crossbar_destroy(crossbar);
    return status;
}

// Measures 1, 2, 4 … and all processors.
static ohm_status add_runs(bench *b, case_list *l, const contender *c) {
    const unsigned all = child_processors();
    ohm_status status = try_crossbar(b, c, l->side);
    if (status) {
        bench_row r = cases_row(l, ROW_UPDATE, c->info.id);
        r.threads = all;
        return cases_fail(b, r, status);
    }
    for (unsigned n = 1; n <= all && !status; n = n < all && 2 * n > all ? all : 2 * n)
        status = add_run(b, l, c, n);
    return status;
}

static ohm_status with_threads(bench *b) {
    case_list *l;
    ohm_status status = cases_create(b, "threads", bench_one_side(b), &l);
    for (size_t d = 0; d < b->contender_count && !status; d++)
        if (on_host(&b->contender[d].info) && is_here(&b->contender[d]))
            status = add_runs(b, l, &b->contender[d]);
    if (!status) status = cases_run(b, l);
    cases_destroy(l);
    return status;
}

// ---- Memory -----------------------------------------------------------------------------------

static ohm_status measure_memory(bench *b, case_list *l, const contender *c) {
    const run_prop small = {b, c->info.id, 64}, large = {b, c->info.id, l->side};
    bench_row r = cases_row(l, ROW_MEMORY, c->info.id);
    sample s;
    size_t place;
    bench_say(b, "%" PRIu64 " x %" PRIu64 ": %s, memory", l->side, l->side, c->info.id);
    ohm_status status = run_program(&small, 0, 1, &s, &r.base_memory);
    if (!status) status = run_program(&large, 0, 1, &s, &r.peak_memory);
    if (status) return cases_fail(b, r, status);
    r.state_memory = state_bytes(l->side);
    return results_add(&b->results, &r, &place);
}

static ohm_status of_memory(bench *b) {
    const uint64_t asked = bench_one_side(b), side = b->options->sizes.count ? asked : 16384;
    case_list *l;
    ohm_status status = cases_create(b, "memory", side, &l);
    for (size_t d = 0; d < b->contender_count && !status && !cli_caught(); d++)
        if (is_here(&b->contender[d])) status = measure_memory(b, l, &b->contender[d]);
    bench_say(b, NULL);
    if (!status) table_print(b, l->first_row);
    cases_destroy(l);
    return status;
}

ohm_status part_scaling(bench *b) {
    static ohm_status (*const parts[])(bench * b) = {with_synapses, with_fuse, with_threads, of_streams,
                                                     of_a_launch,   of_memory, part_ranks};
    ohm_status status = OHM_OK;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0] && !status && !cli_caught(); i++)
        status = parts[i](b);
    return status;
}
