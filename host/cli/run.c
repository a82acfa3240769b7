// ohmscape run: simulate, report, save.
#include "cli.h"
#include "progress.h"
#include "report.h"
#include "setup.h"
#include "../error.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// ---- Options ----------------------------------------------------------------------------------

typedef struct run_options {
    setup setup;
    uint64_t steps, every;
    const char *output;
    bool json, quiet;
} run_options;

#define SETTER(name) static ohm_status set_##name(void *object, const char *text)

SETTER(steps) {
    return options_read_u64("steps", text, 0, OHM_MAX_STEP, &((run_options *)object)->steps);
}

SETTER(every) {
    return options_read_u64("every", text, 1, OHM_MAX_STEP, &((run_options *)object)->every);
}

SETTER(output) {
    ((run_options *)object)->output = text;
    return OHM_OK;
}

SETTER(json) {
    return options_set_flag(&((run_options *)object)->json, text);
}

SETTER(quiet) {
    return options_set_flag(&((run_options *)object)->quiet, text);
}

static const option_entry run_entries[] = {
    SETUP_ENTRIES,
    {"steps", 't', "T", "steps to do now, 0 or more (default 20)", set_steps},
    {"output", 'o', "F.h5", "save the crossbar when done", set_output},
    {"every", 0, "K", "record the state's statistics after every K-th step in the file", set_every},
    {"json", 0, NULL, "print one JSON object", set_json},
    {"quiet", 'q', NULL, "no progress and no summary", set_quiet},
    {0},
};

static ohm_status check_options(run_options *o, uint64_t given) {
    ohm_file_info *info;
    ohm_status status = setup_check(&o->setup, given, &info);
    if (status) return status;
    if (o->every && !o->output)
        status = error_set(OHM_BAD_ARGUMENT, "--every records into the saved file: give --output too");
    if (!status && info && o->steps > OHM_MAX_STEP - info->step)
        status = error_set(OHM_BAD_ARGUMENT,
                           "--steps: %" PRIu64 " after step %" PRIu64 " pass the last step, %" PRIu64,
                           o->steps, info->step, OHM_MAX_STEP);
    if (!status) status = setup_check_output(o->output, info ? &info->definition : &o->setup.definition);
    free(info);
    return status;
}

// ---- Running ----------------------------------------------------------------------------------

typedef struct run_result {
    double setup_seconds, seconds; // making the crossbar; stepping alone
    uint64_t steps;                // done now
    uint64_t digest;
    ohm_statistics statistics;
} run_result;

// Steps until the next record, or until a tenth of a second has passed, so that a signal is answered
// and the progress moves; in whole launches.
static uint64_t next_slice(const run_options *o, const ohm_crossbar *c, const run_result *r) {
    const uint64_t left = o->steps - r->steps, fuse = ohm_crossbar_definition(c)->fuse;
    const double rate = r->seconds > 0 ? (double)r->steps / r->seconds : 0; // steps/s
    const uint64_t launches = (uint64_t)(0.1 * rate / (double)fuse);
    uint64_t slice = fuse * (launches ? launches : 1);
    if (o->every) {
        const uint64_t to_record = o->every - ohm_crossbar_step(c) % o->every;
        if (slice > to_record) slice = to_record;
    }
    return slice < left ? slice : left;
}

static ohm_status advance(const run_options *o, ohm_crossbar *c, run_result *r) {
    const ohm_definition *d = ohm_crossbar_definition(c);
    progress bar = progress_start(o->quiet, o->steps, d->rows * d->cols);
    ohm_status status = OHM_OK;
    while (r->steps < o->steps && !cli_caught() && !status) {
        const uint64_t slice = next_slice(o, c, r);
        const double start = progress_clock();
        status = ohm_crossbar_advance(c, slice);
        r->seconds += progress_clock() - start;
        r->steps += slice;
        progress_update(&bar, r->steps, r->seconds);
        if (!status && o->every && ohm_crossbar_step(c) % o->every == 0)
            status = ohm_crossbar_record(c, NULL);
    }
    progress_end(&bar);
    return status;
}

// ---- Reporting --------------------------------------------------------------------------------

static double rate_of(const run_result *r, const ohm_definition *d) {
    return r->seconds > 0 ? (double)r->steps * (double)d->rows * (double)d->cols / r->seconds : 0;
}

static void add_range(cJSON *object, const char *name, double min, double max, double mean) {
    cJSON *range = cJSON_AddObjectToObject(object, name);
    cJSON_AddNumberToObject(range, "min", min);
    cJSON_AddNumberToObject(range, "max", max);
    cJSON_AddNumberToObject(range, "mean", mean);
}

static void add_device(cJSON *object, const ohm_devices *devices) {
    const ohm_device_info *info = ohm_devices_info(devices, 0);
    cJSON *device = cJSON_AddObjectToObject(object, "device");
    cJSON_AddStringToObject(device, "name", info->name);
    cJSON_AddStringToObject(device, "backend", info->type == OHM_DEVICE_NATIVE ? "native" : "opencl");
    cJSON_AddStringToObject(device, "type", ohm_device_type_name(info->type));
    cJSON_AddStringToObject(device, "driver", info->driver);
    cJSON *ids = cJSON_AddArrayToObject(device, "ids");
    for (size_t i = 0; i < ohm_devices_count(devices); i++)
        cJSON_AddItemToArray(ids, cJSON_CreateString(ohm_devices_info(devices, i)->id));
}

// The most bytes of memory that this process has had, 0 if the system does not say.
static uint64_t peak_resident(void) {
    unsigned long long kib = 0;
    char line[128];
    FILE *f = fopen("/proc/self/status", "r");
    while (f && fgets(line, sizeof line, f))
        if (sscanf(line, "VmHWM: %llu", &kib) == 1) break;
    if (f) fclose(f);
    return (uint64_t)kib * 1024;
}

static bool print_json(const ohm_devices *devices, const ohm_crossbar *c, const run_result *r) {
    const ohm_definition *d = ohm_crossbar_definition(c);
    const ohm_statistics *s = &r->statistics;
    cJSON *root = cJSON_CreateObject();
    cJSON_AddStringToObject(root, "version", OHM_VERSION);
    add_device(root, devices);
    json_add_definition(root, d);
    json_add_u64(root, "steps", r->steps);
    json_add_u64(root, "step", ohm_crossbar_step(c));
    json_add_u64(root, "fuse", d->fuse);
    json_add_u64(root, "lanes", d->lanes);
    cJSON_AddBoolToObject(root, "interrupted", cli_caught() != 0);
    cJSON_AddNumberToObject(root, "setup_seconds", r->setup_seconds);
    cJSON_AddNumberToObject(root, "seconds", r->seconds);
    cJSON_AddNumberToObject(root, "synapse_steps_per_second", rate_of(r, d));
    json_add_u64(root, "peak_resident_bytes", peak_resident());
    json_add_digest(root, "digest", r->digest);
    add_range(root, "state", s->state_min, s->state_max, s->state_mean);
    cJSON_AddNumberToObject(cJSON_GetObjectItem(root, "state"), "std", s->state_std);
    add_range(root, "resistance", s->resistance_min, s->resistance_max, s->resistance_mean);
    add_range(root, "conductance", s->conductance_min, s->conductance_max, s->conductance_mean);
    return json_print(root);
}

// The histogram as one line of blocks, eight heights.
static void print_histogram(const ohm_statistics *s) {
    enum { BARS = 32 };
    static const char *const block[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    uint64_t bar[BARS] = {0}, most = 1;
    for (int i = 0; i < OHM_HISTOGRAM_BINS; i++) bar[i / (OHM_HISTOGRAM_BINS / BARS)] += s->histogram[i];
    for (int i = 0; i < BARS; i++) most = bar[i] > most ? bar[i] : most;
    printf("              %.4g [", s->state_low);
    for (int i = 0; i < BARS; i++) printf("%s", block[(bar[i] * 8 + most - 1) / most]); // any at all shows
    printf("] %.4g\n", s->state_high);
}

static void print_summary(const ohm_devices *devices, const ohm_crossbar *c, const run_result *r) {
    const ohm_definition *d = ohm_crossbar_definition(c);
    const ohm_statistics *s = &r->statistics;
    report_definition(d);
    for (size_t i = 0; i < ohm_devices_count(devices); i++) {
        const ohm_device_info *info = ohm_devices_info(devices, i);
        printf("device        %s (%s, %s)\n", info->name, info->id, info->driver);
    }
    printf("steps         %" PRIu64 " in %.3f s, %u a launch, after %.3f s of set-up; now at step %" PRIu64
           "\n",
           r->steps, r->seconds, d->fuse, r->setup_seconds, ohm_crossbar_step(c));
    printf("throughput    %.3g synapse-steps/s\n", rate_of(r, d));
    printf("state         mean %.6f, std %.6f, from %.6g to %.6g\n", s->state_mean, s->state_std,
           s->state_min, s->state_max);
    print_histogram(s);
    printf("resistance    mean %.6g ohm, from %.6g to %.6g\n", s->resistance_mean, s->resistance_min,
           s->resistance_max);
    printf("conductance   mean %.6g S, from %.6g to %.6g\n", s->conductance_mean, s->conductance_min,
           s->conductance_max);
    printf("digest        %016" PRIx64 "\n", r->digest);
}

// ---- The command ------------------------------------------------------------------------------

static ohm_status report(const run_options *o, const ohm_devices *devices, const ohm_crossbar *c,
                         const run_result *r) {
    if (o->json && !print_json(devices, c, r)) return error_no_memory("the report");
    if (o->json || o->quiet) return cli_flush();
    print_summary(devices, c, r);
    if (o->output) printf("saved         %s\n", o->output);
    if (cli_caught()) printf("interrupted   %" PRIu64 " of %" PRIu64 " steps done\n", r->steps, o->steps);
    return cli_flush();
}

static ohm_status simulate(const run_options *o, ohm_devices *devices, ohm_crossbar **c, double start) {
    run_result r = {0};
    ohm_status status = setup_make(&o->setup, devices, c);
    if (status) return status;
    r.setup_seconds = progress_clock() - start;
    status = advance(o, *c, &r);
    if (!status) status = ohm_crossbar_statistics(*c, &r.statistics);
    if (!status) status = ohm_crossbar_digest(*c, &r.digest);
    if (!status && o->output) status = ohm_crossbar_save(*c, o->output);
    return status ? status : report(o, devices, *c, &r);
}

static int run(int argc, char **argv) {
    run_options o = {.setup = setup_default(), .steps = 20};
    uint64_t given;
    int first;
    ohm_status status = options_parse(&command_run, &o, argc, argv, &given, &first);
    if (!status && first < argc)
        status = error_set(OHM_BAD_ARGUMENT, "run takes no argument \"%s\"", argv[first]);
    if (!status) status = check_options(&o, given);
    if (status) return cli_fail(status);

    cli_catch_signals();
    const double start = progress_clock();
    ohm_devices *devices;
    ohm_crossbar *crossbar = NULL;
    status = ohm_devices_open(o.setup.device, &devices);
    if (!status && !o.quiet) setup_say_fallback(&o.setup, devices);
    if (!status) status = simulate(&o, devices, &crossbar, start);
    ohm_crossbar_destroy(crossbar);
    ohm_devices_close(devices);
    if (status) return cli_fail(status);
    return cli_caught() ? 128 + cli_caught() : EXIT_SUCCESS;
}

const command command_run = {
    .name = "run",
    .arguments = "",
    .summary = "Simulate a crossbar",
    .options = run_entries,
    .run = run,
};
