#include "findings.h"
#include "../define/euler.h"
#include "../define/precision.h"

static double step_loss(const plan *p, const problem *q, const stimulator *s) {
    double low, high, level[STIMULUS_MAX_LEVELS];
    const int levels = stimulus_levels(s, level);
    stimulus_range(s, &low, &high);
    return precision_step_loss(&p->specs[ROLE_MODEL], &q->physics, low, high, level, levels);
}

// The period of a wave in s, or of the model's own one.
static double period_of(const plan *p) {
    const spec *s = &p->specs[ROLE_STIMULUS];
    const bool wave = spec_find(s, "frequency") >= 0 && spec_value(s, "frequency") > 0;
    if (s->id == STIMULUS_WAVE && !wave) return 100 * p->definition.dt; // stimulus.c
    return wave ? 1 / spec_value(s, "frequency") : spec_entry_of(&p->specs[ROLE_MODEL])->about->period;
}

ohm_status findings_make(const plan *p, problem *q, const stimulator *s, findings *f) {
    euler e = {.model = &p->specs[ROLE_MODEL], .physics = &q->physics, .dt = p->definition.dt};
    f->warnings.count = 0;
    stimulus_range(s, &e.low, &e.high);
    ohm_status status = euler_check_exponents(&e);
    if (!status) status = euler_check_stability(&e);
    if (status) return status;
    euler_check_accuracy(&e, period_of(p), &f->warnings);
    f->step_loss = step_loss(p, q, s);
    if (plan_wants_extended(p, f->step_loss)) q->variant.extended = true;
    if (!q->variant.extended) precision_warn(f->step_loss, &f->warnings);
    return OHM_OK;
}
