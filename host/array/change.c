// Changing a crossbar while it runs: its parameters, or its seed from the start.
#include "crossbar.h"
#include "../drive/spiking.h"
#include "findings.h"
#include "applied.h"
#include "../base/error.h"
#include "initial.h"
#include "../define/line_wires.h"
#include "../define/scale.h"
#include "wired_drive.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

// Refuses other bounds of the state: the present states might lie outside them.
static ohm_status check_state_range(const ohm_crossbar *c, const plan *changed) {
    const ohm_definition *d = &changed->definition;
    const ohm_physics now = derive_physics(changed->specs, d->dt, d->seed, c->idle), *p = &c->problem.physics;
    const u32 bounds = 1u << OHM_LOW | 1u << OHM_HIGH;
    if (now.state_low == p->state_low && now.state_high == p->state_high &&
        (now.spreads & bounds) == (p->spreads & bounds))
        return OHM_OK;
    const char *model = spec_entry_of(&c->plan.specs[ROLE_MODEL])->about->name;
    return ohm_fail(OHM_BAD_ARGUMENT, "model %s: parameters that bound its state cannot change during a run",
                    model);
}

static ohm_status change_model(spec *s, const char *text) {
    const int id = s->id;
    const char *name = spec_entry_of(s)->about->name;
    const ohm_status status = spec_change(s, text);
    if (status || s->id == id) return status;
    return ohm_fail(OHM_BAD_ARGUMENT, "model: %s cannot be replaced by %s during a run", name,
                    spec_entry_of(s)->about->name);
}

// A stimulus of another name gets its voltages from the model, as in a new crossbar.
static ohm_status change_stimulus(spec *s, const char *text, const spec *model) {
    const int id = s->id;
    const ohm_status status = spec_change(s, text);
    return status || s->id == id ? status : scale_stimulus(s, model);
}

// Whether two stimuli are the same, to the last parameter.
static bool same_spec(const spec *a, const spec *b) {
    return a->id == b->id && memcmp(a->value, b->value, sizeof a->value) == 0 &&
           strcmp(a->path, b->path) == 0;
}

// Makes the engines ready for a changed plan and takes it, and a stimulus that was opened for it unless that
// is NULL. Fails if Euler's method would not be stable. On failure nothing has changed, and the stimulus is
// still the caller's.
static ohm_status take(ohm_crossbar *c, const plan *changed, drive *opened) {
    drive *s = opened ? opened : c->stimulus;
    problem p = crossbar_problem_now(c, changed, s, c->idle);
    findings f;
    const ohm_status fits =
        crossbar_check_lines(c->wires, s, spec_entry_of(&changed->specs[ROLE_STIMULUS])->about->name);
    if (fits) return fits;
    if (!c->step) p.variant.extended = false; // later on the rest planes hold what the states could not
    ohm_status status = findings_make(changed, &p, s, &f);
    if (!status) status = crossbar_prepare(c, &p);
    if (status) return status;
    crossbar_take_findings(c, &f);
    const bool same_kind =
        p.variant.stimulus == c->problem.variant.stimulus && p.variant.frame == c->problem.variant.frame;
    c->problem = p;
    c->pulsed = 0;
    c->plan = *changed;
    plan_bind(&c->plan);
    if (!opened) return OHM_OK;
    if (c->step) spiking_adopt(opened, c->stimulus);
    if (c->applied != c->stimulus) drive_close(c->stimulus);
    c->stimulus = opened;
    if (!same_kind || c->step == 0) crossbar_remember(c, 0); // the kernels can no longer draw the old one
    return OHM_OK;
}

// Takes a plan in which the model or the stimulus has changed.
static ohm_status change(ohm_crossbar *c, plan *changed) {
    const spec *s = &changed->specs[ROLE_STIMULUS];
    drive *opened = NULL;
    ohm_status status = crossbar_end_own(c);
    if (!status) status = check_state_range(c, changed);
    if (!status && !same_spec(s, &c->plan.specs[ROLE_STIMULUS]))
        status = drive_open(changed, drive_inputs(c->stimulus), &opened);
    char text[SPEC_MAX_TEXT], *noted = NULL;
    spec_format(s, text);
    if (!status) status = history_prepare(&c->history, text, &noted);
    if (!status) status = take(c, changed, opened);
    if (status) {
        drive_close(opened);
        free(noted);
        return status;
    }
    history_note(&c->history, c->step, noted);
    return OHM_OK;
}

ohm_status ohm_crossbar_change(ohm_crossbar *c, const char *model, const char *stimulus) {
    plan changed = c->plan;
    ohm_status status = model ? change_model(&changed.specs[ROLE_MODEL], model) : OHM_OK;
    if (!status && stimulus)
        status = change_stimulus(&changed.specs[ROLE_STIMULUS], stimulus, &changed.specs[ROLE_MODEL]);
    return status ? status : change(c, &changed);
}

// Finds a parameter of the model or the stimulus by its key. It must be a number, not a text.
static ohm_status find_number(const ohm_crossbar *c, ohm_role role, const char *key, int *i) {
    if (role != OHM_ROLE_MODEL && role != OHM_ROLE_STIMULUS)
        return ohm_fail(OHM_BAD_ARGUMENT, "only a model and a stimulus have parameters to get and set");
    const catalogue_entry *entry = spec_entry_of(&c->plan.specs[role]);
    *i = spec_find(&c->plan.specs[role], key);
    if (*i >= 0 && !catalogue_parameter(entry, *i)->text) return OHM_OK;
    return ohm_fail(OHM_BAD_ARGUMENT, "%s %s has no number \"%s\"", spec_role_name[role], entry->about->name,
                    key);
}

ohm_status ohm_crossbar_restart(ohm_crossbar *c, uint64_t seed) {
    plan changed = c->plan;
    drive *opened;
    char *noted;
    changed.definition.seed = seed;
    ohm_status status = crossbar_end_own(c);
    if (status) return status;
    status = history_prepare(&c->history, c->plan.text[ROLE_STIMULUS], &noted);
    if (status) return status;
    status = drive_open(&changed, drive_inputs(c->stimulus), &opened);
    if (status) {
        free(noted);
        return status;
    }
    matrix_file initial;
    status = initial_open(&c->plan, &c->problem, &initial);
    if (status) {
        drive_close(opened);
        free(noted);
        return status;
    }
    const uint64_t step = c->step;
    const double idle = c->idle;
    c->step = 0; // before take, which then forgets the old stimulus at once
    c->idle = 0;
    status = take(c, &changed, opened);
    if (status) {
        c->step = step;
        c->idle = idle;
        drive_close(opened);
        matrix_close(&initial);
        free(noted);
        return status;
    }
    history_clear(&c->history);
    history_note(&c->history, 0, noted);
    if (c->wired) wired_forget(c->wired);
    c->flux_bound = 0;
    series_clear(&c->series);
    status = crossbar_fill(c);
    if (!status) status = initial_write(c, &initial);
    matrix_close(&initial);
    c->lost = status != OHM_OK; // an earlier failure no longer matters
    return status;
}

ohm_status ohm_crossbar_get_parameter(const ohm_crossbar *c, ohm_role role, const char *key, double *value) {
    int i = 0;
    const ohm_status status = find_number(c, role, key, &i);
    if (!status) *value = c->plan.specs[role].value[i];
    return status;
}

ohm_status ohm_crossbar_set_parameter(ohm_crossbar *c, ohm_role role, const char *key, double value) {
    plan changed = c->plan;
    int i = 0;
    ohm_status status = find_number(c, role, key, &i);
    if (status) return status;
    const ohm_parameter *p = catalogue_parameter(spec_entry_of(&changed.specs[role]), i);
    if ((p->whole || p->choices) && value != floor(value))
        return ohm_fail(OHM_BAD_ARGUMENT, "%s: %g is not a whole number", key, value);
    changed.specs[role].value[i] = value;
    changed.specs[role].given |= (uint64_t)1 << i;
    status = spec_check(&changed.specs[role]);
    return status ? status : change(c, &changed);
}

ohm_status ohm_crossbar_set_spread(ohm_crossbar *c, const char *key, double sigma) {
    plan changed = c->plan;
    spec *s = &changed.specs[ROLE_MODEL];
    int i = 0;
    ohm_status status = find_number(c, OHM_ROLE_MODEL, key, &i);
    if (status) return status;
    if (!s->spread[i].kind || !(sigma >= 0 && isfinite(sigma)))
        return ohm_fail(OHM_BAD_ARGUMENT, "%s has no spread whose sigma could be %g", key, sigma);
    s->spread[i].sigma = sigma;
    status = spec_check(s);
    return status ? status : change(c, &changed);
}

// ---- Wires ------------------------------------------------------------------------------------

// Makes the crossbar's circuit of its plan, in place of the one it has.
static ohm_status exchange_wires(ohm_crossbar *c, ohm_wires *wires) {
    ohm_wires *const before = c->wires;
    drive *wired = NULL;
    c->wires = wires;
    ohm_status status = wires && !line_wires_are_ideal(wires) ? wired_open(c, &wired) : OHM_OK;
    const problem p = crossbar_problem_now(c, &c->plan, c->stimulus, c->idle);
    if (!status) status = crossbar_prepare(c, &p);
    if (status) {
        drive_close(wired);
        c->wires = before;
        return status;
    }
    if (c->applied != c->stimulus) drive_close(c->applied); // the kernels can no longer draw its voltages
    if (c->wired != c->applied) drive_close(c->wired);
    ohm_wires_free(before);
    c->applied = c->stimulus;
    c->wired = wired;
    c->problem = p;
    crossbar_remember(c, 0);
    return OHM_OK;
}

ohm_status ohm_crossbar_set_wires(ohm_crossbar *c, const char *text) {
    spec s;
    ohm_wires *wires = NULL;
    const ohm_definition *d = &c->plan.definition;
    ohm_status status = spec_parse(ROLE_WIRES, text ? text : "none", &s);
    if (!status) status = line_wires_check(&s, d->rows, d->cols);
    if (!status) status = line_wires_make(&s, d->rows, d->cols, &wires);
    if (!status) status = crossbar_end_own(c);
    if (!status)
        status = crossbar_check_lines(wires, c->stimulus,
                                      spec_entry_of(&c->plan.specs[ROLE_STIMULUS])->about->name);
    if (!status) status = exchange_wires(c, wires);
    if (status) {
        ohm_wires_free(wires);
        return status;
    }
    c->plan.specs[ROLE_WIRES] = s;
    plan_bind(&c->plan);
    return OHM_OK;
}
