// Readout: converters, slices and noise around the currents of lines.
#define OHM_LANES 1
#include "../base/error.h"
#include "../define/euler.h"
#include "converters.h"
#include "wired.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST_BITS 24
#define MOST_VOLTAGE 1000.0 // V, beyond which the sine of a model is not accurate

ohm_readout ohm_readout_default(void) {
    const ohm_converter none = {.low = -1, .high = 1};
    return (ohm_readout){.size = sizeof(ohm_readout), .dac = none, .adc = none, .adc_gain = 1, .slices = 1};
}

// ---- Converters -------------------------------------------------------------------------------

// The number of steps from one end to the other, or of one sign.
static double steps_of(const ohm_converter *c) {
    return (double)((1u << (c->bits - c->sign_magnitude)) - 1);
}

static double clip(double x, double low, double high) {
    return x < low ? low : x > high ? high : x;
}

// The number of the code of a value: from 0, or from −steps where there is a sign.
static double code_of(const ohm_converter *c, double x) {
    const double steps = steps_of(c), clipped = clip(x, c->low, c->high);
    return c->sign_magnitude ? rint(clipped * steps / c->high)
                             : rint((clipped - c->low) * steps / (c->high - c->low));
}

// ---- Checks -----------------------------------------------------------------------------------

static ohm_status check_converter(const char *name, const ohm_converter *c, double most) {
    const unsigned least = c->sign_magnitude ? 2 : 1;
    if (!c->bits) return OHM_OK;
    if (c->bits > MOST_BITS || c->bits < least)
        return ohm_fail(OHM_BAD_ARGUMENT, "%s: bits=%u: from %u to %d can be simulated", name, c->bits, least,
                        MOST_BITS);
    if (!(c->low < c->high) || !(fabs(c->low) <= most) || !(fabs(c->high) <= most))
        return ohm_fail(OHM_BAD_ARGUMENT, "%s: a range from %g to %g: the lower end first, and within ±%g",
                        name, c->low, c->high, most);
    if (c->sign_magnitude && c->low != -c->high)
        return ohm_fail(OHM_BAD_ARGUMENT, "%s: a range from %g to %g: with a sign it is the same both ways",
                        name, c->low, c->high);
    return OHM_OK;
}

static ohm_status check_slices(const ohm_readout *how) {
    const ohm_converter *dac = &how->dac;
    if (how->slices == 1) return OHM_OK;
    if (!dac->bits) return ohm_fail(OHM_BAD_ARGUMENT, "slices are of a DAC's bits, and there is no DAC");
    if (how->slices < 1 || how->slices > dac->bits - dac->sign_magnitude)
        return ohm_fail(OHM_BAD_ARGUMENT, "%u slices: from 1 to %u can be made of these inputs", how->slices,
                        dac->bits - dac->sign_magnitude);
    if (!dac->sign_magnitude && dac->low != 0)
        return ohm_fail(OHM_BAD_ARGUMENT,
                        "slices need inputs that begin at 0, or have a sign: the DAC's range is %g to %g",
                        dac->low, dac->high);
    return OHM_OK;
}

static bool is_number(double x) {
    return x >= -1e30 && x <= 1e30;
}

static ohm_status check_how(const ohm_readout *how) {
    if (how->size != sizeof *how)
        return ohm_fail(OHM_BAD_ARGUMENT, "a readout that does not come from ohm_readout_default");
    ohm_status status = check_converter("DAC", &how->dac, MOST_VOLTAGE);
    if (!status && !how->adc_full) status = check_converter("ADC", &how->adc, 1e30);
    if (!status) status = check_slices(how);
    if (status) return status;
    if (how->adc_full && !how->dac.bits)
        return ohm_fail(OHM_BAD_ARGUMENT,
                        "the largest possible currents are those of a DAC's range: without a DAC, "
                        "give the ADC a range");
    if (!is_number(how->adc_gain) || !is_number(how->adc_offset) || !(how->adc_noise >= 0) ||
        !is_number(how->adc_noise))
        return ohm_fail(OHM_BAD_ARGUMENT,
                        "gain %g, offset %g A, noise %g A: not numbers, or less than no noise", how->adc_gain,
                        how->adc_offset, how->adc_noise);
    return OHM_OK;
}

// *most becomes the largest voltage, either way.
static ohm_status check_voltages(const float *in, uint64_t batch, uint64_t lines, double *most) {
    *most = 0;
    for (uint64_t i = 0; i < batch * lines; i++) {
        const double size = fabs((double)in[i]);
        if (!(size <= MOST_VOLTAGE))
            return ohm_fail(OHM_BAD_ARGUMENT,
                            "the voltage [%" PRIu64 ", %" PRIu64 "] is %g: voltages are within ±%g V",
                            i / lines, i % lines, (double)in[i], MOST_VOLTAGE);
        if (size > *most) *most = size;
    }
    return OHM_OK;
}

static ohm_status check(const ohm_crossbar *c, const ohm_readout *how, uint64_t batch, const float *in) {
    double most;
    ohm_status status = crossbar_check_state(c);
    if (!status) status = check_how(how);
    if (!status) status = check_voltages(in, batch, lines_driven(c, how->transposed), &most);
    if (status || !how->exact) return status;
    if (how->dac.bits) most = fmax(fabs(how->dac.low), fabs(how->dac.high));
    return crossbar_check_voltage(c, most);
}

// ---- Vectors ----------------------------------------------------------------------------------

// Some vectors, each of which is read once for each slice.
typedef struct pass {
    ohm_crossbar *crossbar;
    const ohm_readout *how;
    const ohm_wires *wires;
    ohm_converter adc;
    uint64_t driven, read, parts; // parts: of a line, each with a conversion of its own
    float *voltage;               // [vectors, slices, driven]
    double *current;              // [vectors, slices, parts, read]
    ohm_wires_report *report;
} pass;

// The bits of a digit, of all an input's bits.
static unsigned digit_bits(const ohm_readout *how) {
    const unsigned bits = how->dac.bits - how->dac.sign_magnitude;
    return (bits + how->slices - 1) / how->slices;
}

// What is driven of an input in a slice, the lowest digits first.
static float slice_of(const ohm_readout *how, float input, unsigned slice) {
    if (how->slices == 1) return (float)converter_apply(&how->dac, (double)input);
    const unsigned bits = digit_bits(how), mask = (1u << bits) - 1;
    const double code = code_of(&how->dac, (double)input);
    const unsigned digit = (unsigned)fabs(code) >> (bits * slice) & mask;
    return (float)(copysign((double)digit, code) * how->dac.high / mask);
}

// What its current counts for.
static double weight_of(const ohm_readout *how, unsigned slice) {
    if (how->slices == 1) return 1;
    const unsigned bits = digit_bits(how);
    return ldexp((double)((1u << bits) - 1), (int)(bits * slice)) / steps_of(&how->dac);
}

static void make_voltages(const pass *p, uint64_t vectors, const float *in) {
    const unsigned slices = p->how->slices;
    for (uint64_t v = 0; v < vectors; v++)
        for (unsigned s = 0; s < slices; s++)
            for (uint64_t i = 0; i < p->driven; i++)
                p->voltage[(v * slices + s) * p->driven + i] = slice_of(p->how, in[v * p->driven + i], s);
}

// A standard normal deviate of a line at a conversion.
static double deviate(const ohm_crossbar *c, uint64_t conversion, uint64_t line) {
    const strip_place at = {0, (u32)(line / OHM_BLOCK * 16 + line % 16), (int)(line / 16 % 4)};
    return (double)place_deviate(at, (u32)conversion, (u32)(conversion >> 32) & 0xFFFFFF, OHM_STREAM_ADC,
                                 &c->problem.physics);
}

// A current as the ADC gives it.
static double measure(const pass *p, double current, uint64_t conversion, uint64_t line) {
    const ohm_readout *how = p->how;
    double seen = how->adc_gain * current + how->adc_offset;
    if (how->adc_noise > 0) seen += how->adc_noise * deviate(p->crossbar, conversion, line);
    return converter_apply(&p->adc, seen);
}

// A part of an output: a tile's.
static double part_of(const pass *p, uint64_t vector, uint64_t number, uint64_t line, uint64_t part) {
    const ohm_readout *how = p->how;
    double sum = 0;
    for (unsigned s = 0; s < how->slices; s++) {
        double one = p->current[((vector * how->slices + s) * p->parts + part) * p->read + line];
        const uint64_t conversion = (number * how->slices + s) * p->parts + part;
        if (!how->convert_sum) one = measure(p, one, conversion, line);
        sum += weight_of(how, s) * one;
    }
    return how->convert_sum ? measure(p, sum, number * p->parts + part, line) : sum;
}

static float output_of(const pass *p, uint64_t vector, uint64_t number, uint64_t line) {
    double sum = part_of(p, vector, number, line, 0);
    for (uint64_t part = 1; part < p->parts; part++) sum += part_of(p, vector, number, line, part);
    return (float)sum;
}

static ohm_status read_pass(const pass *p, uint64_t first, uint64_t vectors, const float *in, float *out) {
    const ohm_readout *how = p->how;
    const uint64_t number = how->reading + first;
    const line_reading reading = {how->transposed, how->exact, number * how->slices};
    make_voltages(p, vectors, in + first * p->driven);
    const uint64_t count = vectors * how->slices;
    const ohm_status status = p->wires ? wired_read(p->crossbar, p->wires, &reading, p->parts, count,
                                                    p->voltage, p->current, p->report)
                                       : lines_read(p->crossbar, &reading, count, p->voltage, p->current);
    for (uint64_t v = 0; v < vectors && !status; v++)
        for (uint64_t i = 0; i < p->read; i++)
            out[(first + v) * p->read + i] = output_of(p, v, number + v, i);
    return status;
}

// The range of an ADC that no current leaves, of a tile if there are some.
static void make_full(const pass *p, ohm_converter *adc) {
    const ohm_converter *dac = &p->how->dac;
    const double volts = fmax(fabs(dac->low), fabs(dac->high));
    const uint64_t tile = !p->wires ? 0 : p->how->transposed ? p->wires->tile_cols : p->wires->tile_rows;
    const uint64_t lines = p->parts > 1 ? tile : p->driven;
    adc->high = lines_largest_current(p->crossbar, p->how->exact, volts) * (double)lines;
    adc->low = dac->low >= 0 && !adc->sign_magnitude ? 0 : -adc->high;
}

#define PASS_FLOATS ((uint64_t)1 << 22) // of the voltages and the currents, unless a vector has more

ohm_status ohm_crossbar_readout(ohm_crossbar *c, const ohm_readout *how, uint64_t batch, const float *in,
                                float *out) {
    ohm_status status = check(c, how, batch, in);
    if (status || !batch) return status;
    ohm_wires_report unwanted = {0};
    pass p = {.crossbar = c,
              .how = how,
              .wires = how->wires ? how->wires : c->wires,
              .report = how->report ? how->report : &unwanted,
              .adc = how->adc,
              .driven = lines_driven(c, how->transposed),
              .read = lines_read_count(c, how->transposed)};
    *p.report = (ohm_wires_report){0};
    const bool converted = how->adc.bits || how->adc_noise > 0 || how->adc_offset != 0;
    p.parts = p.wires && converted ? wired_parts(c, p.wires, how->transposed) : 1;
    if (how->adc_full) make_full(&p, &p.adc);
    const uint64_t fit = PASS_FLOATS / ((p.driven + p.parts * p.read) * how->slices),
                   most = fit > 1 ? fit : 1;
    const uint64_t vectors = batch < most ? batch : most;
    p.voltage = malloc(vectors * how->slices * p.driven * sizeof *p.voltage);
    p.current = malloc(vectors * how->slices * p.parts * p.read * sizeof *p.current);
    if (!p.voltage || !p.current) status = ohm_fail_memory("a readout");
    for (uint64_t i = 0; i < batch && !status; i += vectors)
        status = read_pass(&p, i, batch - i < vectors ? batch - i : vectors, in, out);
    free(p.voltage);
    free(p.current);
    return status;
}

uint64_t ohm_digest(uint64_t first, uint64_t count, const float *values) {
    uint64_t sum = 0;
    for (uint64_t i = 0; i < count; i++) {
        uint32_t bits;
        memcpy(&bits, &values[i], sizeof bits);
        sum += mix64((first + i) * 0x9E3779B97F4A7C15 + bits);
    }
    return sum;
}
