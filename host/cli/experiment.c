#include "experiment.h"
#include "../error.h"
#include "../number.h"
#include "../spec.h"

#include <errno.h>
#include <ini.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// What a phase can say.
enum { KEY_STIMULUS = 1, KEY_STEPS = 2, KEY_IDLE = 4 };

// A file while it is read.
typedef struct reader {
    const command *command;
    void *object;
    uint64_t *given;  // on the command line
    uint64_t skipped; // what the command line has decided
    uint64_t seen;    // in the file
    experiment *experiment;
    ohm_status status; // of the first thing that was wrong
} reader;

// ---- Texts ------------------------------------------------------------------------------------

// A copy that lives as long as the experiment.
static const char *keep(experiment *e, const char *text) {
    char **more = realloc(e->texts, (e->text_count + 1) * sizeof *more);
    if (!more) return NULL;
    e->texts = more;
    return e->texts[e->text_count] = strdup(text), e->texts[e->text_count] ? e->texts[e->text_count++] : NULL;
}

void experiment_free(experiment *e) {
    for (size_t i = 0; i < e->text_count; i++) free(e->texts[i]);
    free(e->texts);
    free(e->phases);
    *e = (experiment){0};
}

// ---- Keys -------------------------------------------------------------------------------------

static ohm_status given_twice(const char *key) {
    return error_set(OHM_BAD_FILE, "%s is given twice", key);
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
        return error_set(OHM_BAD_FILE, "%s = %s: write yes or no", o->name, value);
    const char *text = keep(r->experiment, value);
    if (!text) return error_no_memory("an experiment");
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
    return error_set(OHM_BAD_FILE,
                     "unknown key \"%s\": the options of `ohmscape %s --help`, without dashes, are known",
                     key, r->command->name);
}

// The phase of a section, made when it is met first; it cannot be met again behind another.
static ohm_status find_phase(experiment *e, const char *name, phase **found) {
    for (size_t i = 0; i < e->count; i++) {
        if (strcmp(e->phases[i].name, name) != 0) continue;
        *found = &e->phases[i];
        return i + 1 == e->count ? OHM_OK : error_set(OHM_BAD_FILE, "there are two phases [%s]", name);
    }
    phase *more = realloc(e->phases, (e->count + 1) * sizeof *more);
    if (!more) return error_no_memory("an experiment");
    e->phases = more;
    *found = &more[e->count++];
    **found = (phase){0};
    snprintf((*found)->name, sizeof(*found)->name, "%s", name);
    return OHM_OK;
}

static ohm_status take_phase_key(reader *r, phase *p, const char *key, const char *value) {
    const unsigned bit = strcmp(key, "stimulus") == 0 ? KEY_STIMULUS
                         : strcmp(key, "steps") == 0  ? KEY_STEPS
                         : strcmp(key, "idle") == 0   ? KEY_IDLE
                                                      : 0;
    if (!bit) return error_set(OHM_BAD_FILE, "unknown key \"%s\": a phase has stimulus, steps and idle", key);
    if (p->given & bit) return given_twice(key);
    p->given |= bit;
    if (bit == KEY_STEPS) return options_read_u64("steps", value, 0, OHM_MAX_STEP, &p->steps);
    if (bit == KEY_IDLE) {
        const bool right = number_read_double(value, &p->idle) && p->idle >= 0 && p->idle <= OHM_MAX_IDLE;
        return right ? OHM_OK : options_bad_value("idle", value, "a time in s from 0 to 1e15");
    }
    p->stimulus = keep(r->experiment, value);
    return p->stimulus ? OHM_OK : error_no_memory("an experiment");
}

static int take_key(void *object, const char *section, const char *key, const char *value) {
    reader *r = object;
    phase *p = NULL;
    if (r->status) return 1; // only the first is told
    if (!*section)
        r->status = take_option(r, key, value);
    else
        r->status = find_phase(r->experiment, section, &p);
    if (*section && !r->status) r->status = take_phase_key(r, p, key, value);
    return r->status == OHM_OK;
}

// ---- Files ------------------------------------------------------------------------------------

// Puts the file and the line in front of what was wrong.
static ohm_status wrong_line(const char *path, int line, ohm_status status) {
    char what[1024];
    snprintf(what, sizeof what, "%s", ohm_error_message());
    return error_set(status, "%s, line %d: %s", path, line, what);
}

// inih would take the rest of a long line for another one.
static ohm_status check_lines(FILE *f, const char *path) {
    char line[INI_MAX_LINE];
    for (int number = 1; fgets(line, sizeof line, f); number++)
        if (!strchr(line, '\n') && !feof(f))
            return error_set(OHM_BAD_FILE, "%s, line %d has more than %d characters", path, number,
                             INI_MAX_LINE - 2);
    rewind(f);
    return OHM_OK;
}

static ohm_status parse(FILE *f, const char *path, reader *r) {
    const int line = ini_parse_file(f, take_key, r);
    if (r->status) return wrong_line(path, line, r->status);
    if (line < 0) return error_no_memory("an experiment");
    if (line > 0) return error_set(OHM_BAD_FILE, "%s, line %d: write KEY = VALUE or [PHASE]", path, line);
    return OHM_OK;
}

static ohm_status number_phases(experiment *e, const char *path) {
    uint64_t first = 0;
    for (size_t i = 0; i < e->count; i++) {
        phase *p = &e->phases[i];
        if (!p->steps && !(p->idle > 0))
            return error_set(OHM_BAD_FILE, "%s: phase [%s] has no steps and no idle time", path, p->name);
        p->first = first;
        if (p->steps > OHM_MAX_STEP - first)
            return error_set(OHM_BAD_FILE, "%s: phase [%s] passes the last step, %" PRIu64, path, p->name,
                             OHM_MAX_STEP);
        first += p->steps;
    }
    return OHM_OK;
}

// A stimulus that has a start, and does not say which, starts with its phase.
static ohm_status start_stimulus(experiment *e, phase *p) {
    spec s;
    char text[SPEC_MAX_TEXT];
    if (!p->stimulus || spec_parse(ROLE_STIMULUS, p->stimulus, &s)) return OHM_OK; // experiment_check tells
    const int start = spec_find(&s, "start");
    if (start < 0 || s.given >> start & 1) return OHM_OK;
    snprintf(text, sizeof text, "%s%cstart=%" PRIu64, p->stimulus, strchr(p->stimulus, ':') ? ',' : ':',
             p->first);
    p->stimulus = keep(e, text);
    return p->stimulus ? OHM_OK : error_no_memory("an experiment");
}

ohm_status experiment_read(const char *path, const command *c, void *object, uint64_t *given,
                           uint64_t either_of, uint64_t either_or, experiment *e) {
    reader r = {.command = c, .object = object, .given = given, .skipped = *given, .experiment = e};
    if (*given & either_of) r.skipped |= either_or;
    if (*given & either_or) r.skipped |= either_of;
    *e = (experiment){0};
    FILE *f = fopen(path, "r");
    if (!f) return error_set(OHM_IO_FAILED, "cannot read %s: %s", path, strerror(errno));
    ohm_status status = check_lines(f, path);
    if (!status) status = parse(f, path, &r);
    fclose(f);
    if (!status) status = number_phases(e, path);
    for (size_t i = 0; i < e->count && !status; i++) status = start_stimulus(e, &e->phases[i]);
    return status;
}

// ---- Phases -----------------------------------------------------------------------------------

ohm_status experiment_check(const experiment *e, const ohm_definition *d) {
    ohm_definition of_phase = *d;
    for (size_t i = 0; i < e->count; i++) {
        if (e->phases[i].stimulus) of_phase.stimulus = e->phases[i].stimulus;
        const ohm_status status = ohm_definition_check(&of_phase);
        if (!status) continue;
        char what[1024];
        snprintf(what, sizeof what, "%s", ohm_error_message());
        return error_set(status, "phase [%s]: %s", e->phases[i].name, what);
    }
    return OHM_OK;
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
