// The voltages of a stimulus that is named without them: those of the model that it drives.
#ifndef OHM_SCALE_H
#define OHM_SCALE_H

#include "spec.h"

// Gives those voltages of a stimulus that were not given (ohm_parameter.scaled) the scale of the model that
// it drives: where the model's own stimulus ends. Models whose own stimulus is the uniform one of the table
// keep the table's defaults. Errors: as spec_check, of what was given beside them.
ohm_status scale_stimulus(spec *s, const spec *model);

#endif
