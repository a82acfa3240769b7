#include "changes.h"
#include "controls.h"
#include "notice.h"
#include "trace.h"

#include <stdio.h>
#include <string.h>

// Shows the first line of the last error, or takes away an older one if there is none.
static void show_problem(viewer *v, ohm_status status) {
    char *problem = v->controls.problem;
    problem[0] = '\0';
    if (!status) {
        v->changed = true;
        return;
    }
    snprintf(problem, sizeof v->controls.problem, "%s", ohm_error_message());
    problem[strcspn(problem, "\n")] = '\0';
}

// ---- Parameters and stimulus ------------------------------------------------------------------

static ohm_status change_some(viewer *v, ohm_role role, control *c, size_t count) {
    ohm_status status = OHM_OK;
    for (size_t i = 0; i < count && !status; i++) {
        const ohm_parameter_info *p = &c[i].info;
        if (c[i].moved) status = ohm_crossbar_set_parameter(v->crossbar, role, p->key, p->value);
        if (!status && c[i].moved_spread) status = ohm_crossbar_set_spread(v->crossbar, p->key, p->sigma);
        c[i].moved = c[i].moved_spread = false;
    }
    return status;
}

// Tells the crossbar the parameters that were moved. If it refuses one, the sliders return to the crossbar's
// values.
static void change_parameters(viewer *v) {
    controls *c = &v->controls;
    c->changed = false;
    ohm_status status = change_some(v, OHM_ROLE_MODEL, c->model, c->model_count);
    if (!status) status = change_some(v, OHM_ROLE_STIMULUS, c->stimulus, c->stimulus_count);
    show_problem(v, status);
    if (status)
        controls_read(v);
    else
        controls_read_texts(v);
}

// A text that is refused stays in its field to be corrected.
static void change_stimulus(viewer *v, const char *text) {
    controls *c = &v->controls;
    char typed[OHM_MAX_SPEC_TEXT];
    snprintf(typed, sizeof typed, "%s", text);
    const ohm_status status = ohm_crossbar_change(v->crossbar, NULL, typed);
    show_problem(v, status);
    controls_read(v);
    if (status) snprintf(c->text, sizeof c->text, "%s", typed);
}

// ---- Model ------------------------------------------------------------------------------------

// Forgets what was known of the old crossbar, which says nothing about a new one.
static void forget(viewer *v) {
    v->history.count = 0;
    v->has_statistics = v->has_probe = false;
    v->field_view.width = 0;
    v->step_cost = 0;
    if (v->range == RANGE_MANUAL) v->range = RANGE_WHOLE;
    trace_clear(&v->trace);
}

bool changes_fell_back(viewer *v) {
    const char *reason = ohm_devices_fallback(v->devices);
    if (!reason || !v->shared) return false;
    snprintf(v->share_reason, sizeof v->share_reason, "%s", reason);
    v->shared = false;
    return true;
}

// Takes a new crossbar, which may be on another device than the old one.
static void take_crossbar(viewer *v, ohm_crossbar *made, const char *id_before) {
    const ohm_device_info *info = ohm_devices_info(v->devices, 0);
    simulation_use(v->simulation, made);
    ohm_crossbar_destroy(v->crossbar);
    v->crossbar = made;
    forget(v);
    if (strcmp(info->id, id_before) == 0) return;
    changes_fell_back(v);
    notice_say(v, "%s; using %s", ohm_devices_fallback(v->devices), info->name);
}

// Makes a new crossbar, because the old states mean nothing to another model. Time step and stimulus are the
// model's own: those of another model would hardly move it, or drive it to its bounds.
static void change_model(viewer *v, const char *name) {
    ohm_definition d = *ohm_crossbar_definition(v->crossbar);
    ohm_crossbar *made;
    char id[sizeof ohm_devices_info(v->devices, 0)->id];
    snprintf(id, sizeof id, "%s", ohm_devices_info(v->devices, 0)->id);
    d.model = name;
    d.stimulus = NULL;
    d.dt = 0;
    const ohm_status status = ohm_crossbar_create(v->devices, &d, &made);
    show_problem(v, status);
    if (!status) take_crossbar(v, made, id);
    controls_read(v);
}

// ---- All --------------------------------------------------------------------------------------

// Goes back to step 0. That fails if the stimulus's file is gone.
static ohm_status restart(viewer *v) {
    v->restart = false;
    const ohm_status status = ohm_crossbar_restart(v->crossbar, v->seed);
    show_problem(v, status);
    return status == OHM_DEVICE_FAILED ? status : OHM_OK;
}

ohm_status changes_make(viewer *v) {
    controls *c = &v->controls;
    if (c->new_model)
        change_model(v, c->new_model);
    else if (c->new_stimulus)
        change_stimulus(v, controls_remembered(c, c->new_stimulus));
    else if (c->typed)
        change_stimulus(v, c->text);
    else if (c->changed)
        change_parameters(v);
    if (c->idle) show_problem(v, ohm_crossbar_idle(v->crossbar, c->idle_seconds));
    c->idle = false;
    return v->restart ? restart(v) : OHM_OK;
}
