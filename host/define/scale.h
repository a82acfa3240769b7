// The voltages of a stimulus that is named without them: those of the model that it drives.
#ifndef OHM_SCALE_H
#define OHM_SCALE_H

#include "spec.h"

// What part of a model's voltage U each parameter of a stimulus is by default, 0 of what is no voltage; U is
// where the model's own stimulus ends. false if it has none of these.
bool scale_parts(int stimulus, double part[SPEC_MAX_PARAMETERS]);

// Gives those voltages of a stimulus that were not given the scale of the model that it drives. Models whose
// own stimulus is the uniform one of the table keep the table's defaults. Errors: as spec_check, of what was
// given beside them.
ohm_status scale_stimulus(spec *s, const spec *model);

#endif
