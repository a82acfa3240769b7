// ohmscape run: simulate, report, save.
#include "checkpoint.h"
#include "cli.h"
#include "experiment.h"
#include "guard.h"
#include "progress.h"
#include "rescue.h"
#include "run_report.h"
#include "setup.h"
#include "trouble.h"
#include "../base/error.h"
#include "commands.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// ---- Options ----------------------------------------------------------------------------------

typedef struct run_options {
    setup setup;
    uint64_t steps, until, every;
    bool to_step; // until counts, not steps
    double idle, checkpoint;
    const char *output;
    char scratch[PATH_MAX]; // the folder of output
    bool json, quiet;
    bool all_steps;        // run the whole experiment
    experiment experiment; // count is 0 without one
} run_options;

#define SETTER(name) static ohm_status set_##name(void *object, const char *text)

SETTER(steps) {
    return options_read_u64("steps", text, 0, OHM_MAX_STEP, &((run_options *)object)->steps);
}

SETTER(until) {
    run_options *o = object;
    o->to_step = true;
    return options_read_u64("until", text, 0, OHM_MAX_STEP, &o->until);
}

SETTER(checkpoint) {
    return options_read_duration("checkpoint", text, &((run_options *)object)->checkpoint);
}

SETTER(every) {
    return options_read_u64("every", text, 1, OHM_MAX_STEP, &((run_options *)object)->every);
}

SETTER(idle) {
    double *idle = &((run_options *)object)->idle;
    const bool right = options_read_number(text, idle) && *idle >= 0 && *idle <= OHM_MAX_IDLE;
    return right ? OHM_OK : options_bad_value("idle", text, "a time in s from 0 to 1e15");
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
    {"steps", 't', "T", "steps to run, 0 or more (default 20); for an experiment, all of it", set_steps},
    {"idle", 0, "S", "then add S seconds of idle time (default 0); see drift_nu", set_idle},
    {"until", 0, "STEP", "run until this step, instead of --steps: none if it is reached", set_until},
    {"output", 'o', "F.h5", "save the crossbar when done", set_output},
    {"checkpoint", 0, "TIME", "save it on the way too, every 90s, 30min or 2h, as --output", set_checkpoint},
    {"every", 0, "K", "record the state's statistics in the file every K steps", set_every},
    {"json", 0, NULL, "print one JSON object", set_json},
    {"quiet", 'q', NULL, "print neither progress nor summary", set_quiet},
    {0},
};

#define BIT(place) ((uint64_t)1 << (place))

// Indices of run's own options, after those of the setup.
enum { RUN_STEPS = SETUP_END, RUN_IDLE };

// Reads the experiment file. In it, steps and idle time may be set only in phases. The stimulus of the first
// phase may not be set for the whole run too.
static ohm_status read_experiment(run_options *o, const char *path, uint64_t *given) {
    const uint64_t typed = *given;
    ohm_status status = experiment_read(path, &command_run, o, given, BIT(SETUP_NEURONS),
                                        BIT(SETUP_ROWS) | BIT(SETUP_COLS), &o->experiment);
    if (status || !o->experiment.count) return status;
    const uint64_t whole = BIT(RUN_STEPS) | BIT(RUN_IDLE);
    if (*given & ~typed & whole) return ohm_fail(OHM_BAD_FILE, "%s: set steps and idle in its phases", path);
    if (typed & BIT(RUN_IDLE))
        return ohm_fail(OHM_BAD_ARGUMENT, "--idle: set idle times in the phases of %s", path);
    if (*given & BIT(SETUP_STIMULUS) && o->experiment.phases[0].stimulus)
        return ohm_fail(OHM_BAD_ARGUMENT, "%s sets a stimulus both for the whole run and for its first phase",
                        path);
    o->all_steps = !(typed & BIT(RUN_STEPS));
    return OHM_OK;
}

// Takes the first stimulus of the experiment. Checks that the coming phases can be run, and that a saved
// crossbar was driven by the earlier ones.
static ohm_status check_experiment(run_options *o, const ohm_file_info *info) {
    experiment *e = &o->experiment;
    ohm_definition first = info ? info->definition : o->setup.definition;
    if (!e->count) return OHM_OK;
    ohm_status status = experiment_spell_out(e, first.model);
    if (e->phases[0].stimulus) o->setup.definition.stimulus = e->phases[0].stimulus;
    first.stimulus = o->setup.definition.stimulus;
    if (!status && info) status = experiment_check_history(e, o->setup.from, info, first.stimulus);
    return status ? status : experiment_check(e, &first, info ? info->step : 0);
}

// Keeps what memory cannot hold on the disk on which it will be saved.
static void keep_beside(run_options *o) {
    const char *slash = strrchr(o->output, '/');
    const size_t length = !slash ? 0 : slash == o->output ? 1 : (size_t)(slash - o->output);
    snprintf(o->scratch, sizeof o->scratch, "%.*s", length ? (int)length : 1, length ? o->output : ".");
    if (!o->setup.definition.scratch) o->setup.definition.scratch = o->scratch;
}

// Turns --until into steps. An idle time would be added again each time that the command is started.
static ohm_status count_steps(run_options *o, uint64_t given, const ohm_file_info *info) {
    const char *other = o->idle > 0 ? "--idle" : NULL;
    if (given & BIT(RUN_STEPS)) other = "--steps";
    if (o->experiment.count) other = "an experiment";
    if (other) return ohm_fail(OHM_BAD_ARGUMENT, "--until cannot be combined with %s", other);
    const uint64_t step = info ? info->step : 0;
    o->steps = o->until > step ? o->until - step : 0;
    return OHM_OK;
}

static ohm_status check_options(run_options *o, uint64_t given) {
    const ohm_file_info *info;
    if (o->experiment.count) given &= ~BIT(SETUP_STIMULUS); // a saved crossbar has that of some phase
    ohm_status status = setup_check(&o->setup, given, &info);
    if (status) return status;
    status = check_experiment(o, info);
    if (!status && (o->every || o->checkpoint > 0) && !o->output)
        status = ohm_fail(OHM_BAD_ARGUMENT, "--%s saves into a file, so it needs --output",
                          o->every ? "every" : "checkpoint");
    if (!status && o->to_step) status = count_steps(o, given, info);
    if (!status && info && !o->experiment.count && o->steps > OHM_MAX_STEP - info->step)
        status = ohm_fail(OHM_BAD_ARGUMENT,
                          "--steps: %" PRIu64 " after step %" PRIu64 " go beyond the last step, %" PRIu64,
                          o->steps, info->step, OHM_MAX_STEP);
    if (!status) status = setup_check_output(o->output, info ? &info->definition : &o->setup.definition);
    if (!status && o->output) status = experiment_check_output(&o->experiment, o->output);
    if (o->output) keep_beside(o);
    return status;
}

// ---- Running ----------------------------------------------------------------------------------

// The steps until the next record, or for a tenth of a second, so that signals are noticed and the progress
// moves. Whole launches where no record is due.
static uint64_t next_slice(const run_options *o, const ohm_crossbar *c, const run_result *r, uint64_t left) {
    const uint64_t fuse = ohm_crossbar_definition(c)->fuse;
    const double rate = r->seconds > 0 ? (double)r->steps / r->seconds : 0; // steps/s
    const uint64_t launches = (uint64_t)(0.1 * rate / (double)fuse);
    uint64_t slice = fuse * (launches ? launches : 1);
    const uint64_t pass = ohm_crossbar_storage(c).pass_steps;
    if (slice < pass) slice = pass;
    if (o->every) {
        const uint64_t to_record = o->every - ohm_crossbar_step(c) % o->every;
        if (slice > to_record) slice = to_record;
    }
    return slice < left ? slice : left;
}

// Saves the crossbar on the way, if it is time to.
static void checkpoint(const run_options *o, ohm_crossbar *c, run_result *r) {
    if (!(o->checkpoint > 0) || progress_clock() - r->checkpointed < o->checkpoint) return;
    checkpoint_save(c, o->output, o->scratch);
    r->checkpointed = progress_clock();
}

// Advances by steps, or until a signal arrives.
static ohm_status advance(const run_options *o, ohm_crossbar *c, run_result *r, uint64_t steps,
                          progress *bar) {
    const uint64_t end = r->steps + steps;
    ohm_status status = OHM_OK;
    while (r->steps < end && !cli_caught() && !status) {
        const uint64_t slice = next_slice(o, c, r, end - r->steps), before = ohm_crossbar_step(c);
        const double start = progress_clock();
        status = ohm_crossbar_advance(c, slice);
        r->seconds += progress_clock() - start;
        r->steps += ohm_crossbar_step(c) - before;
        progress_update(bar, r->steps, r->seconds);
        if (!status && o->every && ohm_crossbar_step(c) % o->every == 0)
            status = ohm_crossbar_record(c, NULL);
        if (!status && r->steps < end) checkpoint(o, c, r);
    }
    return status;
}

#define SLICE 0.05 // s between two checks for a signal, at most twice that

// Takes the steps that a task has left of its phase with all lines at 0 V, so that phases begin where they
// are said to.
static ohm_status rest(ohm_crossbar *c, uint64_t steps) {
    const ohm_definition *d = ohm_crossbar_definition(c);
    float *nothing = calloc(d->rows + d->cols, sizeof *nothing);
    ohm_status status = nothing ? OHM_OK : ohm_fail_memory("voltages");
    uint64_t slice = 1;
    for (uint64_t now; steps && !status && !cli_caught(); steps -= now) {
        const double start = progress_clock();
        now = steps < slice ? steps : slice;
        status = ohm_crossbar_hold_lines(c, now, nothing, nothing + d->rows);
        if (progress_clock() - start < SLICE) slice *= 2;
    }
    free(nothing);
    return status;
}

// Does what a phase is to do beside taking steps.
static ohm_status run_task(ohm_crossbar *c, run_result *r, const phase *p, uint64_t steps, cJSON **results) {
    const uint64_t before = ohm_crossbar_step(c);
    const double start = progress_clock();
    *results = cJSON_CreateObject();
    ohm_status status = p->task->run(p->object, c, steps, *results);
    const uint64_t taken = ohm_crossbar_step(c) - before;
    if (!status && !cli_caught() && taken < steps) status = rest(c, steps - taken);
    r->seconds += progress_clock() - start;
    r->steps += ohm_crossbar_step(c) - before;
    return status ? error_in(status, "phase [%s]", p->name) : OHM_OK;
}

// Runs the rest of a phase, within the steps that are left of the run.
static ohm_status run_phase(const run_options *o, ohm_crossbar *c, run_result *r, const phase *left,
                            progress *bar, cJSON **results) {
    const uint64_t most = r->total - r->steps, steps = left->steps < most ? left->steps : most;
    const uint64_t before = r->steps;
    if (left->task) return run_task(c, r, left, steps, results);
    const bool begins = ohm_crossbar_step(c) == left->first; // otherwise its stimulus is in use already
    const bool changes = left->stimulus && steps && begins;
    ohm_status status = changes ? ohm_crossbar_change(c, NULL, left->stimulus) : OHM_OK;
    if (!status && changes && r->steps) setup_warn(c);
    if (!status) status = advance(o, c, r, steps, bar);
    if (status || r->steps - before < left->steps) return status; // a later run continues it
    return left->idle > 0 && !cli_caught() ? ohm_crossbar_idle(c, left->idle) : OHM_OK;
}

static ohm_status end_phase(ohm_crossbar *c, run_result *r, const phase *p, uint64_t before, cJSON *results) {
    phase_end *more = realloc(r->ends, (r->end_count + 1) * sizeof *more);
    if (!more) {
        cJSON_Delete(results);
        return ohm_fail_memory("the report");
    }
    r->ends = more;
    phase_end *end = &more[r->end_count++];
    *end =
        (phase_end){.phase = p, .steps = r->steps - before, .step = ohm_crossbar_step(c), .results = results};
    return ohm_crossbar_statistics(c, &end->statistics);
}

static ohm_status run_phases(const run_options *o, ohm_crossbar *c, run_result *r, progress *bar) {
    const experiment *e = &o->experiment;
    double idle = ohm_crossbar_idle_time(c);
    ohm_status status = OHM_OK;
    r->nothing_left = true;
    for (size_t i = 0; i < e->count && !status && !cli_caught(); i++) {
        const uint64_t before = r->steps;
        const phase left = experiment_left(&e->phases[i], ohm_crossbar_step(c), &idle);
        // Not if an idle time of a later phase has passed: the reading was taken before it.
        const bool reads = left.task && !left.task->steps && ohm_crossbar_step(c) == left.first &&
                           !(idle > 1e-9 * ohm_crossbar_idle_time(c));
        if (!left.steps && !(left.idle > 0) && !reads) continue;
        r->nothing_left = false;
        const bool reached = ohm_crossbar_step(c) >= e->phases[i].first;
        if (!reached || (left.steps && r->steps == r->total)) break;
        cJSON *results = NULL;
        status = run_phase(o, c, r, &left, bar, &results);
        if (!status)
            status = end_phase(c, r, &e->phases[i], before, results);
        else
            cJSON_Delete(results);
    }
    return status;
}

static ohm_status run_all(const run_options *o, ohm_crossbar *c, run_result *r) {
    const ohm_definition *d = ohm_crossbar_definition(c);
    const phase whole = {.steps = o->steps, .idle = o->idle};
    const uint64_t step = ohm_crossbar_step(c), end = experiment_steps(&o->experiment);
    r->total = o->steps;
    if (o->all_steps) r->total = end > step ? end - step : 0;
    r->checkpointed = progress_clock();
    progress bar = progress_start(o->quiet, r->total, d->rows * d->cols);
    cJSON *none = NULL; // nothing is done beside taking steps
    const ohm_status status =
        o->experiment.count ? run_phases(o, c, r, &bar) : run_phase(o, c, r, &whole, &bar, &none);
    progress_end(&bar);
    if (r->nothing_left && !o->quiet)
        fprintf(stderr,
                "ohmscape: nothing left to do: %s is at step %" PRIu64 ", and %s ends at step %" PRIu64 "\n",
                o->setup.from, step, o->experiment.path, end);
    return status;
}

// ---- Saving -----------------------------------------------------------------------------------

static ohm_status write_crossbar(void *object, const char *path) {
    return ohm_crossbar_save(object, path);
}

static ohm_status write_series(void *object, const char *path) {
    return ohm_crossbar_save_series(object, path);
}

// The state is lost. Saves the series alone, to F-series.h5.
static void save_series(const run_options *o, ohm_crossbar *c, run_result *r, troubles *t) {
    const char *dot = strrchr(o->output, '.'), *slash = strrchr(o->output, '/');
    const char *ending = dot && (!slash || dot > slash + 1) ? dot : o->output + strlen(o->output);
    char *path;
    if (asprintf(&path, "%.*s-series%s", (int)(ending - o->output), o->output, ending) < 0) return;
    ohm_status status = rescue_at(path, write_series, c, &r->saved_series);
    if (!status)
        status =
            ohm_fail(OHM_DEVICE_FAILED, "%s was not written; the series so far is in %s", o->output, path);
    troubles_note(t, status);
    free(path);
}

static void save(const run_options *o, ohm_crossbar *c, run_result *r, troubles *t) {
    const ohm_status status = rescue_at(o->output, write_crossbar, c, &r->saved);
    troubles_note(t, status);
    if (status == OHM_DEVICE_FAILED && ohm_crossbar_series_rows(c)) save_series(o, c, r, t);
}

// ---- The command ------------------------------------------------------------------------------

static ohm_status report(const run_options *o, const ohm_devices *devices, const ohm_crossbar *c,
                         const run_result *r) {
    if (o->json && !run_report_json(devices, c, r)) return ohm_fail_memory("the report");
    if (!o->json && !o->quiet) run_report_text(devices, c, r);
    return cli_flush();
}

static ohm_status measure(ohm_crossbar *c, run_result *r) {
    ohm_status status = ohm_crossbar_statistics(c, &r->statistics);
    if (!status) status = ohm_crossbar_digest(c, &r->digest);
    if (!status) status = ohm_crossbar_rest_digest(c, &r->rest_digest);
    r->measured = !status;
    return status;
}

// Measures, saves and reports after the steps, even if something failed before. Only if no step was done
// there is nothing to save or report.
static void conclude(const run_options *o, const ohm_devices *devices, ohm_crossbar *c, run_result *r,
                     troubles *t) {
    if (t->count && !r->steps) return;
    const ohm_status measured = measure(c, r);
    if (!t->count) troubles_note(t, measured);
    if (o->output) save(o, c, r, t);
    r->error = troubles_first(t);
    troubles_note(t, report(o, devices, c, r));
}

static void simulate(run_options *o, ohm_devices *devices, ohm_crossbar **c, double start, troubles *t) {
    run_result r = {0};
    const ohm_status status = setup_make(&o->setup, devices, c);
    troubles_note(t, status);
    if (status) return;
    guard_settled();
    if (!o->quiet) setup_say_fallback(&o->setup, devices);
    setup_warn(*c);
    if (!o->quiet) setup_say_storage(*c);
    r.setup_seconds = progress_clock() - start;
    troubles_note(t, run_all(o, *c, &r));
    conclude(o, devices, *c, &r, t);
    for (size_t i = 0; i < r.end_count; i++) cJSON_Delete(r.ends[i].results);
    free(r.ends);
    free(r.saved);
    free(r.saved_series);
}

static void run_checked(run_options *o, troubles *t) {
    cli_catch_signals();
    setup_guard(&o->setup, o->quiet);
    const double start = progress_clock();
    ohm_devices *devices;
    ohm_crossbar *crossbar = NULL;
    const ohm_status status = ohm_devices_open(setup_device(&o->setup), &devices);
    troubles_note(t, status);
    if (!status) simulate(o, devices, &crossbar, start, t);
    ohm_crossbar_destroy(crossbar);
    ohm_devices_close(devices);
}

static int run(int argc, char **argv) {
    run_options o = {.setup = setup_default(), .steps = 20};
    uint64_t given;
    int first;
    ohm_status status = options_parse(&command_run, &o, argc, argv, &given, &first);
    if (!status && first + 1 < argc)
        status =
            ohm_fail(OHM_BAD_ARGUMENT, "run takes only one experiment: unexpected \"%s\"", argv[first + 1]);
    if (!status && first < argc) status = read_experiment(&o, argv[first], &given);
    if (!status) status = check_options(&o, given);
    troubles t = {0};
    troubles_note(&t, status);
    if (!status) run_checked(&o, &t);
    setup_end(&o.setup);
    experiment_free(&o.experiment);
    const int code = troubles_tell(&t);
    return code || !cli_caught() ? code : 128 + cli_caught();
}

const command command_run = {
    .name = "run",
    .arguments = "[EXPERIMENT.ini]",
    .summary = "Simulate a crossbar",
    .options = run_entries,
    .run = run,
};
