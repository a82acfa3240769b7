#include "findings.h"
#include "../define/euler.h"
#include "../define/precision.h"

#include <math.h>

static double step_loss(const plan *p, const problem *q, const drive *d) {
    double low, high, level[DRIVE_MAX_LEVELS];
    const int levels = drive_levels(d, level);
    drive_range(d, &low, &high);
    return precision_step_loss(&p->specs[ROLE_MODEL], &q->physics, low, high, level, levels);
}

// The period of the stimulus in s, or of the model's own wave.
static double period_of(const plan *p) {
    const spec *s = &p->specs[ROLE_STIMULUS];
    const catalogue_entry *entry = spec_entry_of(s);
    return entry->period ? entry->period(s, p->definition.dt)
                         : spec_entry_of(&p->specs[ROLE_MODEL])->about->period;
}

// Too few steps a period distort the wave.
static void warn_of_period(const plan *p, warnings *w) {
    const spec *s = &p->specs[ROLE_STIMULUS];
    const catalogue_entry *entry = spec_entry_of(s);
    const double dt = p->definition.dt, steps = entry->period ? entry->period(s, dt) / dt : INFINITY;
    if (steps < 4)
        warnings_add(w, "stimulus %s: its period has only %.3g steps of %g s; take a shorter time step",
                     entry->about->name, steps, dt);
}

ohm_status findings_make(const plan *p, problem *q, const drive *d, findings *f) {
    euler e = {.model = &p->specs[ROLE_MODEL], .physics = &q->physics, .dt = p->definition.dt};
    f->warnings.count = 0;
    drive_range(d, &e.low, &e.high);
    ohm_status status = euler_check_exponents(&e);
    if (!status) status = euler_check_stability(&e);
    if (status) return status;
    euler_check_accuracy(&e, period_of(p), &f->warnings);
    warn_of_period(p, &f->warnings);
    f->step_loss = step_loss(p, q, d);
    if (plan_wants_extended(p, f->step_loss)) q->variant.extended = true;
    if (!q->variant.extended) precision_warn(f->step_loss, &f->warnings);
    return OHM_OK;
}
