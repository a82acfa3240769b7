// Definitions: from what a user may write to what engines compute.
#ifndef OHM_DEFINITION_H
#define OHM_DEFINITION_H

#include "derive.h"
#include "problem.h"
#include "spec.h"

// A checked definition, which owns its strings.
typedef struct plan {
    ohm_definition definition; // every parameter spelled out; its strings point into text
    spec specs[ROLE_COUNT];
    char text[ROLE_COUNT][SPEC_MAX_TEXT];
} plan;

// Checks a definition and fills in a plan, which stays where it is.
// Errors: OHM_BAD_ARGUMENT, naming the value and what is allowed.
ohm_status plan_make(const ohm_definition *definition, plan *p);

// Whether so many steps can be in one launch; 0 stands for a choice. Errors: OHM_BAD_ARGUMENT.
ohm_status definition_check_fuse(unsigned fuse);

// Points the plan's definition at its strings, for a plan whose specs were set otherwise.
void plan_bind(plan *p);

// What engines compute, with a stimulus whose field is of this variant, after an idle time in s; in single
// precision.
problem plan_problem(const plan *p, int field, double idle);

// Whether its states are to be kept in extended precision, if rounding can take this part of a step.
bool plan_wants_extended(const plan *p, double step_loss);

// Columns stored in a row: the definition's, rounded up to OHM_BLOCK.
uint64_t plan_pitch(const plan *p);

#endif
