// The stimulus lines: a random voltage on every row and column at every step.
#define OHM_LANES 1
#include "drive_class.h"

#include "../../kernels/distributions.h"
#include "../../kernels/philox.h"

#include <math.h>

static const ohm_about about = {
    .name = "lines",
    .summary = "random word-line and bit-line voltages at every step",
    .equation = "V_ij = V_i - V_j,  each uniform from lo to hi",
    .ordered = {"lo", "hi"},
};

// A device gets the difference of two lines' voltages, which is up to twice as large. Hence the halves.
static const ohm_parameter parameters[] = {
    {"lo", "V_lo", "V", -0.5, -1000, 1000, "minimum voltage of a line", OHM_NO_SLOT, .scaled = -0.5},
    {"hi", "V_hi", "V", 0.5, -1000, 1000, "maximum voltage of a line, lo or more", OHM_NO_SLOT,
     .scaled = 0.5},
};

static double largest(const spec *s) {
    return spec_value(s, "hi") - spec_value(s, "lo");
}

static void range(drive *d) {
    drive_widen(d, largest(&d->spec));
    drive_widen(d, -largest(&d->spec));
}

// Line i takes word i % 4 of counter (i/4, 0 for rows and 1 for columns, step).
static void draw(const drive *d, uint64_t t, u32 across, float sign, uint64_t count, float *values) {
    const double lo = spec_value(&d->spec, "lo"), hi = spec_value(&d->spec, "hi");
    const float unit = (float)((hi - lo) * 0x1p-24);
    for (uint64_t i = 0; i < count; i++) {
        u32 word[4] = {(u32)(i / 4), across, (u32)t, (u32)OHM_STREAM_LINES << 24 | (u32)(t >> 32)};
        if (i % 4 == 0) philox_words(word, (u32)d->site.seed, (u32)(d->site.seed >> 32));
        for (uint64_t k = 0; i % 4 == 0 && k < 4 && i + k < count; k++)
            values[i + k] = sign * fmaf(v_upper(word[k]), unit, (float)lo);
    }
}

static ohm_status step(const drive *d, uint64_t t, float *cols, float *rows) {
    draw(d, t, 0, 1, d->site.rows, rows);
    draw(d, t, 1, -1, d->site.cols, cols);
    return OHM_OK;
}

static ohm_status next(drive *d, uint64_t t, uint32_t most, drive_frame *frame) {
    return drive_lines_frame(d, t, most, step, frame);
}

const drive_class drive_lines = {
    .entry = {&about, DRIVE_PARAMETERS(parameters), .frames = true},
    .layout = OHM_FRAME_LINES,
    .largest = largest,
    .range = range,
    .next = next,
};
