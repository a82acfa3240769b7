// ohmscape-bench: the benchmark. `ohmscape bench` runs it.
#include "../host/cli/cli.h"
#include "files.h"
#include "machine.h"
#include "plot.h"
#include "table.h"
#include "../host/cli/guard.h"
#include "../host/cli/options.h"
#include "../host/cli/ranks.h"

#include <hdf5.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// ---- What the parts use -----------------------------------------------------------------------

void bench_say(const bench *b, const char *format, ...) {
    if (!b->progress) return;
    fputs("\r\033[K", stderr);
    if (format) {
        va_list arguments;
        va_start(arguments, format);
        vfprintf(stderr, format, arguments);
        va_end(arguments);
    }
    fflush(stderr);
}

bool on_host(const ohm_device_info *info) {
    return info->type == OHM_DEVICE_NATIVE || info->type == OHM_DEVICE_CPU;
}

ohm_definition bench_definition(const bench *b, uint64_t side) {
    ohm_definition d = ohm_definition_default();
    d.rows = d.cols = side;
    d.model = b->options->model;
    d.stimulus = b->options->stimulus;
    d.memory = OHM_RESIDENT;
    return d;
}

uint64_t state_bytes(uint64_t side) {
    const uint64_t block = 64; // rows are padded to this many columns (ohm_crossbar_create)
    return side * ((side + block - 1) / block * block) * sizeof(float);
}

static void add_size(number_list *list, uint64_t side) {
    for (size_t i = 0; i < list->count; i++)
        if (list->value[i] == side) return;
    if (list->count < LIST_MAX) list->value[list->count++] = side;
}

// Adds all powers of 4 synapses, from 2⁸ to what the largest device has memory for.
static void add_all_sizes(const bench *b, number_list *list) {
    uint64_t most = 0;
    for (size_t i = 0; i < b->contender_count; i++)
        if (b->contender[i].info.memory > most) most = b->contender[i].info.memory;
    for (uint64_t side = 16; state_bytes(side) <= most; side *= 2) add_size(list, side);
}

number_list bench_sizes(const bench *b, const number_list *standard) {
    const number_list *asked = b->options->sizes.count ? &b->options->sizes : standard;
    number_list list = {0};
    for (size_t i = 0; i < asked->count; i++) {
        if (asked->value[i])
            add_size(&list, asked->value[i]);
        else
            add_all_sizes(b, &list);
    }
    return list;
}

ohm_status bench_each_size(bench *b, const number_list *standard, bench_fits *fit, bench_measure *measure) {
    const number_list sides = bench_sizes(b, standard);
    ohm_status status = OHM_OK;
    for (size_t i = 0; i < sides.count && !status && !cli_caught(); i++) {
        const size_t together = fit(b, sides.value[i]) ? b->contender_count : 1;
        for (size_t d = 0; d < b->contender_count && !status && !cli_caught(); d += together)
            status = measure(b, sides.value[i], d, d + together);
    }
    return status;
}

uint64_t bench_one_side(const bench *b) {
    const number_list *sizes = &b->options->sizes;
    uint64_t most = 0;
    for (size_t i = 0; i < sizes->count; i++) most = sizes->value[i] > most ? sizes->value[i] : most;
    return most ? most : 4096;
}

// ---- Opening ----------------------------------------------------------------------------------

// Opens the device by its id. If it failed later, "auto" would go on with another one.
static ohm_status open_contender(const char *selector, contender *c) {
    const ohm_status status = ohm_devices_open_profiling(selector, &c->devices);
    if (status) return status;
    c->info = *ohm_devices_info(c->devices, 0);
    const bool several = ohm_devices_count(c->devices) > 1; // one of every rank
    if (several) snprintf(c->info.id, sizeof c->info.id, "%s", selector);
    if (several || strcmp(selector, "auto") != 0) return OHM_OK;
    ohm_devices_close(c->devices);
    return ohm_devices_open_profiling(c->info.id, &c->devices);
}

static ohm_status add_contender(bench *b, const char *selector) {
    contender *more = realloc(b->contender, (b->contender_count + 1) * sizeof *more);
    if (!more) return ohm_fail_memory("devices");
    b->contender = more;
    contender *c = &more[b->contender_count];
    const ohm_status status = open_contender(selector, c);
    if (status) return status;
    b->contender_count++;
    for (size_t i = 0; i + 1 < b->contender_count; i++)
        if (strcmp(b->contender[i].info.id, c->info.id) == 0)
            return ohm_fail(OHM_BAD_ARGUMENT, "--devices: %s is given twice", c->info.id);
    return OHM_OK;
}

static ohm_status open_all_devices(bench *b) {
    ohm_device_info *list;
    size_t count;
    ohm_status status = ohm_devices_list(&list, &count);
    if (status) return status;
    for (size_t i = 0; i < count && status != OHM_OUT_OF_MEMORY; i++) {
        status = add_contender(b, list[i].id);
        if (status) fprintf(stderr, "ohmscape: %s is left out: %s\n", list[i].id, ohm_error_message());
    }
    ohm_devices_list_free(list);
    return status == OHM_OUT_OF_MEMORY ? status : OHM_OK;
}

static ohm_status open_devices(bench *b) {
    const char *text = b->options->devices;
    if (strcmp(text, "all") == 0) return open_all_devices(b);
    ohm_status status = OHM_OK;
    for (;;) {
        char selector[64];
        const size_t length = strcspn(text, ",");
        snprintf(selector, sizeof selector, "%.*s", (int)length, text);
        status = add_contender(b, selector);
        if (status || !text[length]) return status;
        text += length + 1;
    }
}

// Checks that the model and the stimulus exist, and that the peers implement them.
static ohm_status check_law(const bench *b) {
    const ohm_definition wanted = bench_definition(b, 1), standard = ohm_definition_default();
    ohm_full_definition asked, own;
    const ohm_status status = ohm_definition_write_out(&wanted, &asked);
    if (status || !(b->options->parts & PART_PEERS)) return status;
    const ohm_status known = ohm_definition_write_out(&standard, &own);
    if (known || (strcmp(asked.definition.model, own.definition.model) == 0 &&
                  strcmp(asked.definition.stimulus, own.definition.stimulus) == 0))
        return known;
    return ohm_fail(OHM_BAD_ARGUMENT,
                    "peers: the other implementations support only %s with uniform voltages", standard.model);
}

// ---- The benchmark ----------------------------------------------------------------------------

static ohm_status run_parts(bench *b) {
    static const struct {
        unsigned part;
        ohm_status (*run)(bench *b);
    } parts[] = {{PART_THROUGHPUT, part_throughput}, {PART_SCALING, part_scaling}, {PART_PEERS, part_peers},
                 {PART_MODELS, part_models},         {PART_READ, part_read},       {PART_WIRES, part_wires},
                 {PART_FRAMES, part_frames}};
    ohm_status status = OHM_OK;
    for (size_t i = 0; i < sizeof parts / sizeof parts[0] && !status && !cli_caught(); i++)
        if (b->options->parts & parts[i].part) status = parts[i].run(b);
    bench_say(b, NULL);
    return status;
}

// Reports all measurements. If one output fails, the others are still written.
static void report(bench *b, bench_files *f, troubles *t) {
    const bench_options *o = b->options;
    if (o->compare) {
        files_compare(b, f);
        table_print_compared(b);
    }
    table_print_count(b);
    files_write(b, f, t);
    if (o->plot) troubles_note(t, plot_draw(b, o->plot));
    troubles_note(t, cli_flush());
}

// Whatever is wrong with the options is reported before the first measurement.
static void benchmark(bench *b, bench_files *f, troubles *t) {
    ohm_status status = check_law(b);
    if (!status) status = open_devices(b);
    if (!status) status = files_open(b, f);
    if (!status && b->options->plot) status = plot_check(b->options->plot);
    if (!status) status = run_parts(b);
    troubles_note(t, status);
    if (!status) report(b, f, t);
}

static void close_all(bench *b, bench_files *f) {
    files_close(f);
    for (size_t i = 0; i < b->contender_count; i++) ohm_devices_close(b->contender[i].devices);
    free(b->contender);
    digests_free(&b->digests);
    results_free(&b->results);
}

int bench_run(int argc, char **argv) {
    bench_options o;
    ohm_status status = bench_options_parse(argc, argv, &o);
    if (status) return cli_fail(status);
    cli_catch_signals();
    guard_start(false, o.quiet);
    bench b = {.options = &o, .progress = !o.quiet && isatty(STDERR_FILENO)};
    bench_files f = {0};
    troubles t = {0};
    benchmark(&b, &f, &t);
    int code = troubles_tell(&t);
    if (!code && cli_caught()) code = 128 + cli_caught();
    close_all(&b, &f);
    return code;
}

int main(int argc, char **argv) {
    cli_start();
    H5dont_atexit(); // as in host/cli/main.c
    const command *const commands[] = {&command_bench};
    if (argc == 2 && strcmp(argv[1], "--manual-options") == 0) {
        options_print_manual(commands, 1);
        return EXIT_SUCCESS;
    }
    // The command name is optional: `ohmscape bench` passes it, a user need not.
    int code;
    return ranks_begin(&code) ? ranks_end(bench_run(argc, argv)) : code;
}
