#include "run_report.h"
#include "cli.h"
#include "report.h"
#include "task.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static double rate_of(const run_result *r, const ohm_definition *d) {
    return r->seconds > 0 ? (double)r->steps * (double)d->rows * (double)d->cols / r->seconds : 0;
}

static void add_text(cJSON *object, const char *name, const char *text) {
    if (text)
        cJSON_AddStringToObject(object, name, text);
    else
        cJSON_AddNullToObject(object, name);
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

static void add_storage(cJSON *root, const ohm_crossbar *c) {
    const ohm_storage s = ohm_crossbar_storage(c);
    cJSON *storage = cJSON_AddObjectToObject(root, "storage");
    cJSON_AddBoolToObject(storage, "streamed", s.streamed);
    json_add_u64(storage, "visiting_bytes", s.visiting_bytes);
    json_add_u64(storage, "memory_bytes", s.memory_bytes);
    json_add_u64(storage, "file_bytes", s.file_bytes);
    add_text(storage, "folder", s.folder[0] ? s.folder : NULL);
}

// The peak memory of this process in bytes, or 0 if it is unknown.
static uint64_t peak_resident(void) {
    unsigned long long kib = 0;
    char line[128];
    FILE *f = fopen("/proc/self/status", "r");
    while (f && fgets(line, sizeof line, f))
        if (sscanf(line, "VmHWM: %llu", &kib) == 1) break;
    if (f) fclose(f);
    return (uint64_t)kib * 1024;
}

static void add_warnings(cJSON *root, const ohm_crossbar *c) {
    cJSON *warnings = cJSON_AddArrayToObject(root, "warnings");
    const char *text;
    for (size_t i = 0; (text = ohm_crossbar_warning(c, i)); i++)
        cJSON_AddItemToArray(warnings, cJSON_CreateString(text));
}

static void add_phases(cJSON *root, const run_result *r) {
    cJSON *phases = cJSON_AddArrayToObject(root, "phases");
    for (size_t i = 0; i < r->end_count; i++) {
        const phase_end *end = &r->ends[i];
        const ohm_statistics *s = &end->statistics;
        cJSON *object = cJSON_CreateObject();
        cJSON_AddStringToObject(object, "name", end->phase->name);
        json_add_u64(object, "steps", end->steps);
        json_add_u64(object, "step", end->step);
        add_range(object, "state", s->state_min, s->state_max, s->state_mean);
        add_range(object, "resistance", s->resistance_min, s->resistance_max, s->resistance_mean);
        add_range(object, "conductance", s->conductance_min, s->conductance_max, s->conductance_mean);
        if (end->results)
            cJSON_AddItemToObject(object, end->phase->task->key, cJSON_Duplicate(end->results, true));
        cJSON_AddItemToArray(phases, object);
    }
}

static void add_history(cJSON *root, const ohm_crossbar *c) {
    size_t count;
    const ohm_history_entry *history = ohm_crossbar_history(c, &count);
    json_add_history(root, history, count);
}

static void add_measured(cJSON *root, const ohm_crossbar *c, const run_result *r) {
    const ohm_statistics *s = &r->statistics;
    json_add_digest(root, "digest", r->digest);
    if (ohm_crossbar_precision(c) == OHM_PRECISION_EXTENDED)
        json_add_digest(root, "rest_digest", r->rest_digest);
    add_range(root, "state", s->state_min, s->state_max, s->state_mean);
    cJSON_AddNumberToObject(cJSON_GetObjectItem(root, "state"), "std", s->state_std);
    add_range(root, "resistance", s->resistance_min, s->resistance_max, s->resistance_mean);
    add_range(root, "conductance", s->conductance_min, s->conductance_max, s->conductance_mean);
}

bool run_report_json(const ohm_devices *devices, const ohm_crossbar *c, const run_result *r) {
    const ohm_definition *d = ohm_crossbar_definition(c);
    cJSON *root = cJSON_CreateObject();
    cJSON_AddStringToObject(root, "version", OHM_VERSION);
    add_device(root, devices);
    json_add_definition(root, d);
    add_history(root, c);
    json_add_u64(root, "steps", r->steps);
    json_add_u64(root, "step", ohm_crossbar_step(c));
    cJSON_AddNumberToObject(root, "idle", ohm_crossbar_idle_time(c));
    json_add_u64(root, "fuse", d->fuse);
    json_add_u64(root, "lanes", d->lanes);
    cJSON_AddBoolToObject(root, "interrupted", cli_caught() != 0);
    cJSON_AddNumberToObject(root, "setup_seconds", r->setup_seconds);
    cJSON_AddNumberToObject(root, "seconds", r->seconds);
    cJSON_AddNumberToObject(root, "synapse_steps_per_second", rate_of(r, d));
    add_storage(root, c);
    json_add_u64(root, "peak_resident_bytes", peak_resident());
    cJSON_AddStringToObject(root, "precision", ohm_precision_name(ohm_crossbar_precision(c)));
    cJSON_AddNumberToObject(root, "step_loss", ohm_crossbar_step_loss(c));
    if (r->measured) add_measured(root, c, r);
    ohm_wires_report wires;
    ohm_crossbar_wires_report(c, &wires);
    if (wires.solutions) json_add_wires(root, &wires);
    json_add_network(root, c);
    add_warnings(root, c);
    if (r->end_count || r->nothing_left) add_phases(root, r);
    add_text(root, "saved", r->saved);
    if (r->saved_series) add_text(root, "saved_series", r->saved_series);
    if (r->error) add_text(root, "error", r->error);
    return json_print(root);
}

// Prints the histogram as one line of block characters of eight heights.
static void print_histogram(const ohm_statistics *s) {
    enum { BARS = 32 };
    static const char *const block[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    uint64_t bar[BARS] = {0}, most = 1;
    for (int i = 0; i < OHM_HISTOGRAM_BINS; i++) bar[i / (OHM_HISTOGRAM_BINS / BARS)] += s->histogram[i];
    for (int i = 0; i < BARS; i++) most = bar[i] > most ? bar[i] : most;
    printf("              %.4g [", s->state_low);
    for (int i = 0; i < BARS; i++) printf("%s", block[(bar[i] * 8 + most - 1) / most]); // even one shows
    printf("] %.4g\n", s->state_high);
}

static void print_measured(const run_result *r) {
    const ohm_statistics *s = &r->statistics;
    printf("state         mean %.6g, std %.6g, from %.6g to %.6g\n", s->state_mean, s->state_std,
           s->state_min, s->state_max);
    print_histogram(s);
    printf("resistance    mean %.6g ohm, from %.6g to %.6g\n", s->resistance_mean, s->resistance_min,
           s->resistance_max);
    printf("conductance   mean %.6g S, from %.6g to %.6g\n", s->conductance_mean, s->conductance_min,
           s->conductance_max);
    printf("digest        %016" PRIx64 "\n", r->digest);
}

static double result_of(const cJSON *results, const char *key) {
    const cJSON *item = cJSON_GetObjectItem(results, key);
    if (cJSON_IsRaw(item)) return strtod(item->valuestring, NULL); // a whole number
    return cJSON_IsNumber(item) ? item->valuedouble : 0;
}

static void print_phase(const phase_end *end) {
    const ohm_statistics *s = &end->statistics;
    printf("phase         %-12s ", end->phase->name);
    if (end->phase->task == &task_read)
        printf("read %.0f vectors: %.6g to %.6g A, digest %s\n", result_of(end->results, "vectors"),
               result_of(end->results, "current_min"), result_of(end->results, "current_max"),
               cJSON_GetStringValue(cJSON_GetObjectItem(end->results, "digest")));
    else if (end->phase->task == &task_program)
        printf("programmed %.0f of %.0f devices in %.0f of %" PRIu64 " steps\n",
               result_of(end->results, "reached"), result_of(end->results, "devices"),
               result_of(end->results, "steps"), end->steps);
    else
        printf("%" PRIu64 " steps: state mean %.6g, conductance mean %.6g S\n", end->steps, s->state_mean,
               s->conductance_mean);
}

void run_report_text(const ohm_devices *devices, const ohm_crossbar *c, const run_result *r) {
    const ohm_definition *d = ohm_crossbar_definition(c);
    ohm_wires_report wires;
    size_t count;
    const ohm_history_entry *history = ohm_crossbar_history(c, &count);
    report_definition(d);
    report_history(history, count);
    for (size_t i = 0; i < ohm_devices_count(devices); i++) {
        const ohm_device_info *info = ohm_devices_info(devices, i);
        printf("device        %s (%s, %s)\n", info->name, info->id, info->driver);
    }
    printf("steps         %" PRIu64 " in %.3f s, %u per launch, after %.3f s of set-up; now at step %" PRIu64
           "\n",
           r->steps, r->seconds, d->fuse, r->setup_seconds, ohm_crossbar_step(c));
    printf("throughput    %.3g synapse-steps/s\n", rate_of(r, d));
    if (ohm_crossbar_precision(c) == OHM_PRECISION_EXTENDED)
        printf("precision     extended: rounding to float32 could lose %.3g %% of the largest step\n",
               100 * ohm_crossbar_step_loss(c));
    for (size_t i = 0; i < r->end_count; i++) print_phase(&r->ends[i]);
    if (ohm_crossbar_idle_time(c) > 0) printf("idle          %.6g s\n", ohm_crossbar_idle_time(c));
    ohm_crossbar_wires_report(c, &wires);
    report_network(c);
    if (wires.solutions) report_wires(&wires);
    if (r->measured) print_measured(r);
    if (r->saved) printf("saved         %s\n", r->saved);
    if (r->saved_series) printf("saved series  %s\n", r->saved_series);
    if (cli_caught() || (r->error && r->steps < r->total))
        printf("interrupted   %" PRIu64 " of %" PRIu64 " steps done\n", r->steps, r->total);
}
