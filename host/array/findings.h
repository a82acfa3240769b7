// What is found out about a model, a time step and a stimulus before they meet.
#ifndef OHM_FINDINGS_H
#define OHM_FINDINGS_H

#include "../define/plan.h"
#include "../drive/drive.h"
#include "../define/warnings.h"

typedef struct findings {
    double step_loss; // ohm_crossbar_step_loss
    warnings warnings;
} findings;

// Whether the plan's model can be driven so, and what is worth knowing of it; turns the
// problem's states to extended precision, unless they have it, where they need it.
// Errors: OHM_BAD_ARGUMENT (exponents, stability: euler.h).
ohm_status findings_make(const plan *p, problem *q, const drive *d, findings *f);

#endif
