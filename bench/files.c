#include "files.h"
#include "machine.h"
#include "../host/cli/cli.h"
#include "../host/cli/report.h"
#include "../host/cli/rescue.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

// ---- JSON -------------------------------------------------------------------------------------

static void add_samples(cJSON *object, const char *name, const samples *s) {
    if (s->count == 0) return;
    cJSON *spread = cJSON_AddObjectToObject(object, name);
    json_add_u64(spread, "samples", s->count);
    cJSON_AddNumberToObject(spread, "min", samples_quantile(s, 0));
    cJSON_AddNumberToObject(spread, "median", samples_quantile(s, 0.5));
    cJSON_AddNumberToObject(spread, "max", samples_quantile(s, 1));
}

// A value of 0 was not measured or does not apply to the row, so it is left out.
static void add_number(cJSON *object, const char *name, double value) {
    if (value > 0) cJSON_AddNumberToObject(object, name, value);
}

static void add_count(cJSON *object, const char *name, uint64_t value) {
    if (value > 0) json_add_u64(object, name, value);
}

static void add_rates(cJSON *object, const bench_row *r) {
    if (r->wall.count == 0) return;
    add_samples(object, "seconds", &r->wall);
    add_samples(object, "device_seconds", &r->clock);
    cJSON *rate = cJSON_AddObjectToObject(object, "synapse_steps_per_second");
    cJSON_AddNumberToObject(rate, "min", row_rate(r, 0));
    cJSON_AddNumberToObject(rate, "median", row_rate(r, 0.5));
    cJSON_AddNumberToObject(rate, "max", row_rate(r, 1));
    add_number(object, "seconds_per_synapse_step", row_synapse_step(r));
    add_number(object, "seconds_per_launch", row_launch(r));
    add_number(object, "bytes_per_step", row_bytes(r));
    add_number(object, "bytes_per_second", row_bandwidth(r));
    add_number(object, "setup_seconds", r->setup);
    if (row_has_digest(r)) json_add_digest(object, "digest", r->digest);
    add_number(object, "sweeps", r->sweeps);
    add_number(object, "seconds_per_cell_sweep", row_sweep(r));
    if (r->share > 0) {
        cJSON_AddNumberToObject(object, "share_of_limit", r->share);
        cJSON_AddStringToObject(object, "limit", r->memory_bound ? "memory" : "arithmetic");
    }
    add_number(object, "times_native", r->times_native);
    add_number(object, "times_one_thread", r->times_thread);
    add_number(object, "times_sin_state", r->times_sin);
    add_number(object, "times_without_spread", r->times_plain);
    add_number(object, "times_numpy", r->times_numpy);
    add_number(object, "times_copy", r->times_copy);
    add_number(object, "times_linear", r->times_linear);
    add_number(object, "times_ideal", r->times_ideal);
    add_number(object, "times_resident", r->times_stay);
    add_number(object, "times_one_rank", r->times_one_rank);
}

static void add_frame(cJSON *object, const frame_times *f) {
    cJSON *frame = cJSON_AddObjectToObject(object, "frame_seconds");
    cJSON_AddNumberToObject(frame, "total", f->total);
    cJSON_AddNumberToObject(frame, "longest", f->longest);
    cJSON_AddNumberToObject(frame, "step", f->step);
    cJSON_AddNumberToObject(frame, "reduce", f->reduce);
    cJSON_AddNumberToObject(frame, "transfer", f->transfer);
    cJSON_AddNumberToObject(frame, "draw", f->draw);
    cJSON_AddNumberToObject(frame, "panel", f->panel);
    cJSON_AddNumberToObject(frame, "present", f->present);
}

static cJSON *json_of_row(const bench_row *r) {
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "part", r->part);
    cJSON_AddStringToObject(object, "kind", row_kind_name(r->kind));
    cJSON_AddStringToObject(object, "device", r->device);
    json_add_u64(object, "side", r->side);
    json_add_u64(object, "fuse", r->fuse);
    json_add_u64(object, "threads", r->threads);
    if (r->model) cJSON_AddStringToObject(object, "model", r->model);
    add_count(object, "batch", r->batch);
    add_count(object, "ranks", r->ranks);
    if (r->wires) cJSON_AddStringToObject(object, "wires", r->wires);
    if (r->rests) cJSON_AddStringToObject(object, "rests", r->rests);
    cJSON_AddStringToObject(object, "state", row_state_name(r->state));
    if (r->note[0]) cJSON_AddStringToObject(object, "note", r->note);
    if (r->state != ROW_MEASURED) return object;
    json_add_u64(object, "synapses", r->synapses);
    add_count(object, "steps", r->steps);
    add_count(object, "launches", r->launches);
    add_rates(object, r);
    add_count(object, "state_bytes", r->state_memory);
    add_count(object, "peak_resident_bytes", r->peak_memory);
    add_count(object, "smallest_resident_bytes", r->base_memory);
    if (r->kind == ROW_FRAME) add_frame(object, &r->frame);
    return object;
}

static char *format_json(const bench *b) {
    char date[32];
    const time_t now = time(NULL);
    strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%SZ", gmtime(&now));
    cJSON *root = cJSON_CreateObject();
    cJSON_AddStringToObject(root, "format", BENCH_FORMAT);
    json_add_u64(root, "format_version", BENCH_FORMAT_VERSION);
    cJSON_AddStringToObject(root, "date", date);
    machine_describe(b, root);
    cJSON_AddStringToObject(root, "model", b->options->model);
    cJSON_AddStringToObject(root, "stimulus", b->options->stimulus);
    cJSON_AddNumberToObject(root, "seconds_per_row", b->options->seconds);
    cJSON_AddBoolToObject(root, "interrupted", cli_caught() != 0);
    cJSON *rows = cJSON_AddArrayToObject(root, "rows");
    for (size_t i = 0; i < b->results.count; i++) cJSON_AddItemToArray(rows, json_of_row(&b->results.row[i]));
    char *text = cJSON_Print(root);
    cJSON_Delete(root);
    return text;
}

static ohm_status cannot(const char *verb, const char *path) {
    return ohm_fail(OHM_IO_FAILED, "cannot %s %s: %s", verb, path, strerror(errno));
}

static ohm_status write_json(const bench *b, FILE *out) {
    char *text = format_json(b);
    if (!text) return ohm_fail_memory("the results");
    fprintf(out, "%s\n", text);
    cJSON_free(text);
    return OHM_OK;
}

// ---- CSV --------------------------------------------------------------------------------------

// Writes a text in quotes, as RFC 4180 requires.
static void write_quoted(FILE *out, const char *text) {
    fputc('"', out);
    for (; *text; text++) {
        if (*text == '"') fputc('"', out);
        fputc(*text, out);
    }
    fputc('"', out);
}

static void write_cell(FILE *out, double value) {
    if (value > 0)
        fprintf(out, ",%.9g", value);
    else
        fputc(',', out);
}

static void write_csv_row(FILE *out, const bench_row *r) {
    fprintf(out, "%s,%s,%s,%" PRIu64 ",%u,%u,%s,", r->part, row_kind_name(r->kind), r->device, r->side,
            r->fuse, r->threads, row_state_name(r->state));
    write_quoted(out, r->note);
    const bool there = r->state == ROW_MEASURED;
    const double value[] = {(double)r->synapses,
                            (double)r->steps,
                            (double)r->wall.count,
                            samples_quantile(&r->wall, 0),
                            samples_quantile(&r->wall, 0.5),
                            samples_quantile(&r->wall, 1),
                            samples_quantile(&r->clock, 0.5),
                            row_rate(r, 0),
                            row_rate(r, 0.5),
                            row_rate(r, 1),
                            row_synapse_step(r),
                            row_launch(r),
                            row_bytes(r),
                            row_bandwidth(r),
                            r->setup,
                            r->share,
                            r->times_native,
                            r->times_thread,
                            (double)r->state_memory,
                            (double)r->peak_memory,
                            r->frame.total,
                            r->times_sin,
                            r->times_plain,
                            r->times_numpy,
                            r->times_copy,
                            r->times_linear,
                            r->times_ideal,
                            r->times_stay,
                            r->times_one_rank,
                            r->sweeps,
                            row_sweep(r)};
    for (size_t i = 0; i < sizeof value / sizeof value[0]; i++) write_cell(out, there ? value[i] : 0);
    fputc(',', out);
    if (r->model) write_quoted(out, r->model);
    write_cell(out, r->batch);
    fputc(',', out);
    if (r->wires) write_quoted(out, r->wires);
    fprintf(out, ",%s", r->rests ? r->rests : "");
    write_cell(out, r->ranks);
    fputc('\n', out);
}

static ohm_status write_csv(const bench *b, FILE *out) {
    fprintf(
        out,
        "part,kind,device,side,fuse,threads,state,note,synapses,steps,samples,seconds_min,seconds_median,"
        "seconds_max,device_seconds_median,rate_min,rate_median,rate_max,seconds_per_synapse_step,"
        "seconds_per_launch,bytes_per_step,bytes_per_second,setup_seconds,share_of_limit,times_native,"
        "times_one_thread,state_bytes,peak_resident_bytes,frame_seconds,times_sin_state,times_without_spread,"
        "times_numpy,times_copy,times_linear,times_ideal,times_resident,times_one_rank,sweeps,seconds_per_"
        "cell_sweep,model,"
        "batch,wires,rests,ranks\n");
    for (size_t i = 0; i < b->results.count; i++) write_csv_row(out, &b->results.row[i]);
    return OHM_OK;
}

// ---- Comparing --------------------------------------------------------------------------------

static ohm_status damaged(const char *path, const char *what) {
    return ohm_fail(OHM_BAD_FILE, "%s %s", path, what);
}

// Reads a whole file as text.
static ohm_status read_text(const char *path, char **text) {
    FILE *f = fopen(path, "r");
    size_t size = 0;
    *text = NULL;
    if (!f) return cannot("read", path);
    const ssize_t length = getdelim(text, &size, '\0', f);
    const bool failed = ferror(f);
    const ohm_status status = failed ? cannot("read", path) : length < 0 ? damaged(path, "is empty") : OHM_OK;
    fclose(f);
    return status;
}

static ohm_status check_old(const char *path, const cJSON *old) {
    if (!old) return damaged(path, "is not JSON, or damaged");
    const char *format = cJSON_GetStringValue(cJSON_GetObjectItem(old, "format"));
    if (!format || strcmp(format, BENCH_FORMAT) != 0)
        return damaged(path, "was not written by `ohmscape bench --json`");
    const cJSON *version = cJSON_GetObjectItem(old, "format_version");
    if (!cJSON_IsNumber(version) || version->valuedouble != BENCH_FORMAT_VERSION)
        return damaged(path, "has another format version");
    if (!cJSON_IsArray(cJSON_GetObjectItem(old, "rows"))) return damaged(path, "is damaged: it has no rows");
    return OHM_OK;
}

static ohm_status read_old(const char *path, cJSON **old) {
    char *text;
    ohm_status status = read_text(path, &text);
    if (!status) {
        *old = cJSON_Parse(text);
        status = check_old(path, *old);
    }
    free(text);
    return status;
}

static bool text_is(const cJSON *object, const char *name, const char *text) {
    const char *value = cJSON_GetStringValue(cJSON_GetObjectItem(object, name));
    return value && strcmp(value, text) == 0;
}

static bool number_is(const cJSON *object, const char *name, uint64_t number) {
    const cJSON *item = cJSON_GetObjectItem(object, name);
    return cJSON_IsNumber(item) && item->valuedouble == (double)number;
}

// Not all rows name a model or wires. Older files have none that do.
static bool text_is_or_none(const cJSON *old, const char *name, const char *text) {
    return text ? text_is(old, name, text) : !cJSON_GetObjectItem(old, name);
}

static bool batch_is(const cJSON *old, unsigned batch) {
    return batch ? number_is(old, "batch", batch) : !cJSON_GetObjectItem(old, "batch");
}

static bool is_of(const cJSON *old, const bench_row *r) {
    return text_is(old, "part", r->part) && text_is(old, "kind", row_kind_name(r->kind)) &&
           text_is(old, "device", r->device) && number_is(old, "side", r->side) &&
           number_is(old, "fuse", r->fuse) && number_is(old, "threads", r->threads) &&
           batch_is(old, r->batch) && text_is_or_none(old, "model", r->model) &&
           text_is_or_none(old, "wires", r->wires) && text_is_or_none(old, "rests", r->rests);
}

static rates rates_of(const cJSON *old) {
    const cJSON *rate = cJSON_GetObjectItem(old, "synapse_steps_per_second");
    const cJSON *frame = cJSON_GetObjectItem(cJSON_GetObjectItem(old, "frame_seconds"), "total");
    if (cJSON_IsNumber(frame) && frame->valuedouble > 0)
        return (rates){0, 1 / frame->valuedouble,
                       INFINITY}; // only a mean is stored, so the spread is unknown
    return (rates){cJSON_GetNumberValue(cJSON_GetObjectItem(rate, "min")),
                   cJSON_GetNumberValue(cJSON_GetObjectItem(rate, "median")),
                   cJSON_GetNumberValue(cJSON_GetObjectItem(rate, "max"))};
}

void files_compare(bench *b, const bench_files *f) {
    const cJSON *rows = cJSON_GetObjectItem(f->old, "rows"), *old;
    for (size_t i = 0; i < b->results.count; i++) cJSON_ArrayForEach(old, rows) {
            bench_row *r = &b->results.row[i];
            if (row_rate(r, 0.5) > 0 && is_of(old, r)) r->old = rates_of(old);
        }
}

// ---- Opening and closing ----------------------------------------------------------------------

// If --json names a folder, the file in it is named after the machine.
static const char *json_path(const bench *b, bench_files *f) {
    const char *path = b->options->json;
    struct stat info;
    if (stat(path, &info) || !S_ISDIR(info.st_mode)) return path;
    char slug[256];
    machine_slug(b, slug, sizeof slug);
    snprintf(f->json_path, sizeof f->json_path, "%s/%s.json", path, slug);
    return f->json_path;
}

ohm_status files_open(const bench *b, bench_files *f) {
    const bench_options *o = b->options;
    *f = (bench_files){0};
    ohm_status status = o->compare ? read_old(o->compare, &f->old) : OHM_OK;
    if (!status && o->json) status = ohm_replacement_begin(json_path(b, f), &f->json);
    if (!status && o->csv) status = ohm_replacement_begin(o->csv, &f->csv);
    if (!status && o->json && o->csv && strcmp(f->json.target, f->csv.target) == 0)
        return ohm_fail(OHM_BAD_ARGUMENT, "--json and --csv: both name %s", o->csv);
    return status;
}

typedef ohm_status format_results(const bench *b, FILE *out);

static ohm_status write_file(const bench *b, ohm_replacement *r, format_results *write) {
    FILE *out = fopen(r->temporary, "w");
    if (!out) return cannot("write", r->path);
    const ohm_status status = write(b, out);
    const bool whole = fflush(out) == 0 && !ferror(out);
    const ohm_status written = whole ? OHM_OK : cannot("write", r->path);
    fclose(out);
    return status ? status : written ? written : ohm_replacement_finish(r);
}

typedef struct job {
    const bench *b;
    format_results *write;
} job;

static ohm_status write_anew(void *object, const char *path) {
    const job *j = object;
    ohm_replacement r;
    ohm_status status = ohm_replacement_begin(path, &r);
    if (!status) status = write_file(j->b, &r, j->write);
    ohm_replacement_abandon(&r);
    return status;
}

static void write_or_rescue(const bench *b, ohm_replacement *r, format_results *write, troubles *t) {
    job j = {b, write};
    char *where = NULL;
    if (!r->temporary) return;
    ohm_status status = write_file(b, r, write);
    if (status) status = rescue_elsewhere(r->path, status, write_anew, &j, &where);
    troubles_note(t, status);
    free(where);
}

void files_write(const bench *b, bench_files *f, troubles *t) {
    write_or_rescue(b, &f->json, write_json, t);
    write_or_rescue(b, &f->csv, write_csv, t);
}

void files_close(bench_files *f) {
    cJSON_Delete(f->old);
    ohm_replacement_abandon(&f->json);
    ohm_replacement_abandon(&f->csv);
}
