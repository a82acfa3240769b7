// The converters of a readout: from the texts that describe them, and what one makes of a value.
#ifndef OHM_CONVERTERS_H
#define OHM_CONVERTERS_H

#include "../ohmscape.h"

// The value of the nearest code; without bits, the value itself.
double converter_apply(const ohm_converter *c, double x);

// Fills in how from the texts of the options dac and adc, KEY=VALUE,…: 8 bits unless they say otherwise. The
// range of an ADC may also be max, or calibrated where calibrated is not NULL; it receives whether it is.
// Errors: OHM_BAD_ARGUMENT.
ohm_status converters_read_dac(const char *text, ohm_readout *how);
ohm_status converters_read_adc(const char *text, ohm_readout *how, bool *calibrated);

#endif
