#include "experiment.h"
#include "../format/ini.h"
#include "../base/error.h"
#include "../base/file.h"
#include "setup.h"
#include "../define/scale.h"
#include "../define/spec.h"
#include "options.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// The keys of a phase.
enum { KEY_STIMULUS = 1, KEY_STEPS = 2, KEY_IDLE = 4 };

static const task_class *const tasks[] = {&task_read, &task_program, NULL};

// An experiment file while it is read.
typedef struct reader {
    const command *command;
    void *object;
    uint64_t *given;  // bits of the options on the command line
    uint64_t skipped; // bits of the keys that the command line overrides
    uint64_t seen;    // bits of the keys in the file so far
    experiment *experiment;
} reader;

// ---- Texts ------------------------------------------------------------------------------------

// Keeps an allocated text as long as the experiment. NULL is passed on.
static const char *keep_text(experiment *e, char *text) {
    char **more = text ? realloc(e->texts, (e->text_count + 1) * sizeof *more) : NULL;
    if (!more) {
        free(text);
        return NULL;
    }
    e->texts = more;
    return e->texts[e->text_count++] = text;
}

static const char *keep(experiment *e, const char *text) {
    return keep_text(e, strdup(text));
}

// The folder of the experiment file, with its slash; "" for the working folder.
static void folder_of(const experiment *e, char folder[PATH_MAX]) {
    const char *slash = strrchr(e->path, '/');
    const size_t length = slash ? (size_t)(slash - e->path) + 1 : 0;
    snprintf(folder, PATH_MAX, "%.*s", length < PATH_MAX ? (int)length : 0, e->path);
}

// Copies a key's value. Paths in it are relative to the experiment file, and in the copy to the working
// folder.
static const char *keep_value(experiment *e, const char *key, const char *value) {
    char folder[PATH_MAX];
    folder_of(e, folder);
    if (strcmp(key, "output") == 0 || strcmp(key, "from") == 0)
        return keep_text(e, spec_path_in(folder, value));
    if (strcmp(key, "stimulus") == 0) return keep_text(e, spec_text_in(ROLE_STIMULUS, folder, value));
    if (strcmp(key, "init") == 0) return keep_text(e, spec_text_in(ROLE_INITIAL, folder, value));
    return keep(e, value);
}

void experiment_free(experiment *e) {
    for (size_t i = 0; i < e->count; i++)
        if (e->phases[i].task) e->phases[i].task->destroy(e->phases[i].object);
    for (size_t i = 0; i < e->text_count; i++) free(e->texts[i]);
    free(e->texts);
    free(e->phases);
    *e = (experiment){0};
}

// ---- Keys -------------------------------------------------------------------------------------

static ohm_status given_twice(const char *key) {
    return ohm_fail(OHM_BAD_FILE, "%s is given twice", key);
}

static bool is_yes(const char *value) {
    return strcmp(value, "yes") == 0 || strcmp(value, "true") == 0 || strcmp(value, "1") == 0;
}

static bool is_no(const char *value) {
    return strcmp(value, "no") == 0 || strcmp(value, "false") == 0 || strcmp(value, "0") == 0;
}

// Sets an option of the whole run.
static ohm_status set_option(reader *r, int place, const char *value) {
    const option_entry *o = &r->command->options[place];
    if (!o->argument && is_no(value)) return OHM_OK;
    if (!o->argument && !is_yes(value))
        return ohm_fail(OHM_BAD_FILE, "%s = %s: write yes or no", o->name, value);
    const char *text = keep_value(r->experiment, o->name, value);
    if (!text) return ohm_fail_memory("an experiment");
    *r->given |= (uint64_t)1 << place;
    return o->set(r->object, o->argument ? text : NULL);
}

static ohm_status take_option(reader *r, const char *key, const char *value) {
    for (int i = 0; r->command->options[i].name; i++) {
        const uint64_t bit = (uint64_t)1 << i;
        if (strcmp(r->command->options[i].name, key) != 0) continue;
        if (r->seen & bit) return given_twice(key);
        r->seen |= bit;
        return r->skipped & bit ? OHM_OK : set_option(r, i, value);
    }
    return ohm_fail(OHM_BAD_FILE,
                    "unknown key \"%s\"; keys are the options of `ohmscape %s --help`, without dashes", key,
                    r->command->name);
}

static ohm_status begin_phase(experiment *e, const char *name) {
    for (size_t i = 0; i < e->count; i++)
        if (strcmp(e->phases[i].name, name) == 0)
            return ohm_fail(OHM_BAD_FILE, "phase [%s] is defined twice", name);
    phase *more = realloc(e->phases, (e->count + 1) * sizeof *more);
    if (!more) return ohm_fail_memory("an experiment");
    e->phases = more;
    more[e->count] = (phase){.name = keep(e, name)};
    return more[e->count++].name ? OHM_OK : ohm_fail_memory("an experiment");
}

static bool is_listed(const char *const *names, const char *name) {
    while (*names && strcmp(*names, name) != 0) names++;
    return *names != NULL;
}

// Sets an option of a phase's task.
static ohm_status set_task_option(reader *r, phase *p, const option_entry *o, const char *value) {
    char folder[PATH_MAX];
    folder_of(r->experiment, folder);
    if (!o->argument && is_no(value)) return OHM_OK;
    if (!o->argument && !is_yes(value))
        return ohm_fail(OHM_BAD_FILE, "%s = %s: write yes or no", o->name, value);
    const bool path = is_listed(p->task->paths, o->name);
    const char *text =
        path ? keep_text(r->experiment, spec_path_in(folder, value)) : keep(r->experiment, value);
    if (!text) return ohm_fail_memory("an experiment");
    return o->set(p->object, o->argument ? text : NULL);
}

static ohm_status take_task_key(reader *r, phase *p, const char *key, const char *value) {
    const option_entry *options = p->task->command->options;
    for (int i = 0; options[i].name; i++) {
        if (strcmp(options[i].name, key) != 0) continue;
        if (is_listed(p->task->refused, key)) break;
        if (p->set >> i & 1) return given_twice(key);
        p->set |= (uint64_t)1 << i;
        return set_task_option(r, p, &options[i], value);
    }
    return ohm_fail(OHM_BAD_FILE, "unknown key \"%s\" of a phase that is to %s: see `ohmscape %s --help`",
                    key, p->task->key, p->task->command->name);
}

// Begins a task: its key's value is that of its main option.
static ohm_status begin_task(reader *r, phase *p, const task_class *task, const char *value) {
    if (p->task) return ohm_fail(OHM_BAD_FILE, "a phase does one thing: %s or %s", p->task->key, task->key);
    p->object = task->create();
    if (!p->object) return ohm_fail_memory("an experiment");
    p->task = task;
    const option_entry *o = task->command->options;
    while (strcmp(o->name, task->input) != 0) o++;
    return set_task_option(r, p, o, value);
}

static ohm_status take_phase_key(reader *r, phase *p, const char *key, const char *value) {
    const unsigned bit = strcmp(key, "stimulus") == 0 ? KEY_STIMULUS
                         : strcmp(key, "steps") == 0  ? KEY_STEPS
                         : strcmp(key, "idle") == 0   ? KEY_IDLE
                                                      : 0;
    for (int i = 0; tasks[i]; i++)
        if (strcmp(tasks[i]->key, key) == 0) return begin_task(r, p, tasks[i], value);
    if (!bit && p->task) return take_task_key(r, p, key, value);
    if (!bit)
        return ohm_fail(OHM_BAD_FILE,
                        "unknown key \"%s\"; the keys of a phase are stimulus, steps and idle, or begin with "
                        "read or program",
                        key);
    if (p->given & bit) return given_twice(key);
    p->given |= bit;
    if (bit == KEY_STEPS) return options_read_u64("steps", value, 0, OHM_MAX_STEP, &p->steps);
    if (bit == KEY_IDLE) {
        const bool right = options_read_number(value, &p->idle) && p->idle >= 0 && p->idle <= OHM_MAX_IDLE;
        return right ? OHM_OK : options_bad_value("idle", value, "a time in s from 0 to 1e15");
    }
    p->stimulus = keep_value(r->experiment, "stimulus", value);
    return p->stimulus ? OHM_OK : ohm_fail_memory("an experiment");
}

static ohm_status take_key(void *object, const char *section, const char *key, const char *value) {
    reader *r = object;
    experiment *e = r->experiment;
    if (!key) return begin_phase(e, section);
    return *section ? take_phase_key(r, &e->phases[e->count - 1], key, value) : take_option(r, key, value);
}

// ---- Files ------------------------------------------------------------------------------------

// Whether what a phase is to do goes together.
static ohm_status check_task(const phase *p, const char *path) {
    if (p->stimulus || p->idle > 0)
        return ohm_fail(OHM_BAD_FILE,
                        "%s: phase [%s] is to %s: a stimulus or an idle time needs another phase", path,
                        p->name, p->task->key);
    if (p->task->steps && !p->steps)
        return ohm_fail(OHM_BAD_FILE, "%s: phase [%s] is to %s: say how many steps that may take", path,
                        p->name, p->task->key);
    if (!p->task->steps && p->steps)
        return ohm_fail(OHM_BAD_FILE, "%s: phase [%s] is to %s, which takes no steps", path, p->name,
                        p->task->key);
    const ohm_status status = p->task->check(p->object);
    return status ? error_in(status, "%s: phase [%s]", path, p->name) : OHM_OK;
}

static ohm_status number_phases(experiment *e, const char *path) {
    uint64_t first = 0;
    for (size_t i = 0; i < e->count; i++) {
        phase *p = &e->phases[i];
        const ohm_status fits = p->task ? check_task(p, path) : OHM_OK;
        if (fits) return fits;
        if (!p->task && !p->steps && !(p->idle > 0))
            return ohm_fail(OHM_BAD_FILE, "%s: phase [%s] has no steps and no idle time", path, p->name);
        p->first = first;
        if (p->steps > OHM_MAX_STEP - first)
            return ohm_fail(OHM_BAD_FILE, "%s: phase [%s] goes beyond the last step, %" PRIu64, path, p->name,
                            OHM_MAX_STEP);
        first += p->steps;
    }
    return OHM_OK;
}

ohm_status experiment_read(const char *path, const command *c, void *object, uint64_t *given,
                           uint64_t either_of, uint64_t either_or, experiment *e) {
    reader r = {.command = c, .object = object, .given = given, .skipped = *given, .experiment = e};
    if (*given & either_of) r.skipped |= either_or;
    if (*given & either_or) r.skipped |= either_of;
    *e = (experiment){.path = path};
    ohm_status status = ini_read(path, take_key, &r);
    if (!status) status = number_phases(e, path);
    return status;
}

// ---- Phases -----------------------------------------------------------------------------------

// Writes out a phase's stimulus. If it has a start that is not given, it starts with its phase. Errors in it
// are left to experiment_check.
static ohm_status spell_out(experiment *e, phase *p, const spec *model) {
    spec s;
    char text[SPEC_MAX_TEXT];
    if (!p->stimulus || spec_parse(ROLE_STIMULUS, p->stimulus, &s) || scale_stimulus(&s, model))
        return OHM_OK;
    const int start = spec_find(&s, "start");
    if (start >= 0 && !(s.given >> start & 1)) s.value[start] = (double)p->first;
    spec_format(&s, text);
    p->stimulus = keep(e, text);
    return p->stimulus ? OHM_OK : ohm_fail_memory("an experiment");
}

ohm_status experiment_spell_out(experiment *e, const char *model) {
    spec s;
    ohm_status status = spec_parse(ROLE_MODEL, model, &s);
    for (size_t i = 0; i < e->count && !status; i++) status = spell_out(e, &e->phases[i], &s);
    return status;
}

ohm_status experiment_check(const experiment *e, const ohm_definition *d, uint64_t step) {
    ohm_definition of_phase = *d;
    for (size_t i = 0; i < e->count; i++) {
        if (e->phases[i].stimulus) of_phase.stimulus = e->phases[i].stimulus;
        if (e->phases[i].first <= step) continue; // done, going on, or beginning at once
        if (!e->phases[i].stimulus) continue;     // as the phase before
        const ohm_status status = ohm_definition_check(&of_phase);
        if (!status) continue;
        return error_in(status, "phase [%s]", e->phases[i].name);
    }
    return OHM_OK;
}

// Whether two lists of files, joined by +, have the same names. Folders are ignored.
static bool same_names(const char *a, const char *b) {
    for (;;) {
        const size_t a_length = strcspn(a, "+"), b_length = strcspn(b, "+");
        const char *a_slash = memrchr(a, '/', a_length), *b_slash = memrchr(b, '/', b_length);
        const char *a_name = a_slash ? a_slash + 1 : a, *b_name = b_slash ? b_slash + 1 : b;
        const size_t length = (size_t)(a + a_length - a_name);
        if (length != (size_t)(b + b_length - b_name) || memcmp(a_name, b_name, length) != 0) return false;
        if (a[a_length] != b[b_length] || !a[a_length]) return a[a_length] == b[b_length];
        a += a_length + 1;
        b += b_length + 1;
    }
}

// Whether two texts specify the same stimulus. The folders of its files are ignored.
static bool same_stimulus(const char *a, const char *b) {
    spec first, second;
    if (spec_parse(ROLE_STIMULUS, a, &first) || spec_parse(ROLE_STIMULUS, b, &second)) return false;
    return first.id == second.id && memcmp(first.value, second.value, sizeof first.value) == 0 &&
           same_names(first.path, second.path);
}

static uint64_t largest(uint64_t a, uint64_t b) {
    return a > b ? a : b;
}

// Whether a phase with this stimulus agrees with what has driven the crossbar during its steps.
static ohm_status check_phase(const experiment *e, const phase *p, const char *stimulus, const char *from,
                              const ohm_file_info *info) {
    for (size_t i = 0; i < info->history_count; i++) {
        const ohm_history_entry *entry = &info->history[i];
        const uint64_t end = i + 1 < info->history_count ? entry[1].step : info->step;
        const uint64_t step = largest(p->first, entry->step);
        if (step >= end || step >= p->first + p->steps || same_stimulus(stimulus, entry->stimulus)) continue;
        ohm_fail(OHM_BAD_ARGUMENT,
                 "%s does not come from %s: its step %" PRIu64 " was driven by %s, but phase [%s] has %s",
                 from, e->path, step, entry->stimulus, p->name, stimulus);
        ohm_fail_hint("`ohmscape info %s` prints which stimuli drove it", from);
        return OHM_BAD_ARGUMENT;
    }
    return OHM_OK;
}

ohm_status experiment_check_history(const experiment *e, const char *from, const ohm_file_info *info,
                                    const char *first) {
    spec model;
    const char *stimulus = first;
    spec s;
    char text[SPEC_MAX_TEXT];
    ohm_status status = spec_parse(ROLE_MODEL, info->definition.model, &model);
    const bool wired = strcmp(info->definition.wires, "none") != 0;
    if (!status && !stimulus) stimulus = wired ? "lines" : spec_entry_of(&model)->about->stimulus;
    if (!status) status = spec_parse(ROLE_STIMULUS, stimulus, &s);
    if (!status) status = scale_stimulus(&s, &model);
    if (status) return status;
    spec_format(&s, text);
    stimulus = text;
    for (size_t i = 0; i < e->count && !status; i++) {
        if (e->phases[i].stimulus) stimulus = e->phases[i].stimulus;
        status = check_phase(e, &e->phases[i], stimulus, from, info);
    }
    return status;
}

ohm_status experiment_check_output(const experiment *e, const char *path) {
    if (e->path && file_is_same(e->path, path))
        return ohm_fail(OHM_BAD_ARGUMENT, "--output %s would replace the experiment itself", path);
    ohm_status status = OHM_OK;
    for (size_t i = 0; i < e->count && !status; i++)
        status = setup_check_inputs(path, &(ohm_definition){.stimulus = e->phases[i].stimulus});
    return status;
}

uint64_t experiment_steps(const experiment *e) {
    return e->count ? e->phases[e->count - 1].first + e->phases[e->count - 1].steps : 0;
}

phase experiment_left(const phase *p, uint64_t step, double *idle) {
    phase left = *p;
    const uint64_t end = p->first + p->steps;
    if (step > p->first) left.steps = step < end ? end - step : 0;
    if (step > end) left.idle = 0;
    if (step != end || left.steps) return left;
    const double done = *idle < p->idle ? *idle : p->idle;
    left.idle -= done;
    *idle -= done;
    return left;
}
