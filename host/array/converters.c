// See converters.h.
#include "converters.h"
#include "../base/number.h"
#include "../base/pairs.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

// ---- Codes ------------------------------------------------------------------------------------

static double steps_of(const ohm_converter *c) {
    return (double)((1u << (c->bits - c->sign_magnitude)) - 1);
}

double converter_apply(const ohm_converter *c, double x) {
    if (!c->bits) return x;
    const double steps = steps_of(c), clipped = x < c->low ? c->low : x > c->high ? c->high : x;
    if (c->sign_magnitude) return rint(clipped * steps / c->high) * c->high / steps;
    return c->low + rint((clipped - c->low) * steps / (c->high - c->low)) * (c->high - c->low) / steps;
}

// ---- Texts ------------------------------------------------------------------------------------

typedef struct target {
    ohm_readout *how;
    bool *calibrated;
} target;

#define VALUE(name) static const char *value_##name(void *object, const char *text)
#define NUMBER(name, place, test, allowed)                                                                   \
    VALUE(name) {                                                                                            \
        double *const x = &((target *)object)->how->place;                                                   \
        return number_read_double(text, x) && (test) ? NULL : allowed;                                       \
    }
#define BITS(name, converter)                                                                                \
    VALUE(name) {                                                                                            \
        uint64_t bits;                                                                                       \
        if (!number_read_u64(text, &bits) || bits < 1 || bits > 24) return "a number of bits from 1 to 24";  \
        ((target *)object)->how->converter.bits = (unsigned)bits;                                            \
        return NULL;                                                                                         \
    }
#define CODES(name, converter)                                                                               \
    VALUE(name) {                                                                                            \
        bool *const sign = &((target *)object)->how->converter.sign_magnitude;                               \
        *sign = strcmp(text, "sign-magnitude") == 0;                                                         \
        return *sign || strcmp(text, "binary") == 0 ? NULL : "binary or sign-magnitude";                     \
    }

// LO:HI, or X for -X:X.
static bool read_range(const char *text, ohm_converter *c) {
    char low[NUMBER_MAX_TEXT];
    const char *colon = strchr(text, ':');
    if (!colon) {
        const bool read = number_read_double(text, &c->high) && c->high > 0;
        c->low = -c->high;
        return read;
    }
    if ((size_t)(colon - text) >= sizeof low) return false;
    snprintf(low, sizeof low, "%.*s", (int)(colon - text), text);
    return number_read_double(low, &c->low) && number_read_double(colon + 1, &c->high) && c->low < c->high;
}

BITS(dac_bits, dac)
BITS(adc_bits, adc)
CODES(dac_codes, dac)
CODES(adc_codes, adc)
NUMBER(adc_gain, adc_gain, true, "a number")
NUMBER(adc_offset, adc_offset, true, "a current in A")
NUMBER(adc_noise, adc_noise, *x >= 0, "a current in A, 0 or more")

VALUE(dac_range) {
    return read_range(text, &((target *)object)->how->dac) ? NULL : "X, for -X:X, or LO:HI, in V";
}

VALUE(adc_range) {
    const target *t = object;
    const bool calibrated = strcmp(text, "calibrated") == 0;
    t->how->adc_full = strcmp(text, "max") == 0;
    if (t->calibrated) *t->calibrated = calibrated;
    if (t->how->adc_full || (calibrated && t->calibrated) || read_range(text, &t->how->adc)) return NULL;
    return t->calibrated ? "max, calibrated, X, for -X:X, or LO:HI, in A"
                         : "max, X, for -X:X, or LO:HI, in A";
}

VALUE(adc_convert) {
    ((target *)object)->how->convert_sum = strcmp(text, "sum") == 0;
    return strcmp(text, "sum") == 0 || strcmp(text, "slice") == 0 ? NULL : "slice or sum";
}

ohm_status converters_read_dac(const char *text, ohm_readout *how) {
    static const pair_entry keys[] = {
        {"bits", value_dac_bits}, {"range", value_dac_range}, {"codes", value_dac_codes}, {0}};
    target t = {.how = how};
    how->dac.bits = 8;
    return pairs_read("dac", keys, text, &t);
}

ohm_status converters_read_adc(const char *text, ohm_readout *how, bool *calibrated) {
    static const pair_entry keys[] = {{"bits", value_adc_bits},       {"range", value_adc_range},
                                      {"codes", value_adc_codes},     {"gain", value_adc_gain},
                                      {"offset", value_adc_offset},   {"noise", value_adc_noise},
                                      {"convert", value_adc_convert}, {0}};
    target t = {how, calibrated};
    how->adc.bits = 8;
    how->adc_full = true;
    return pairs_read("adc", keys, text, &t);
}
