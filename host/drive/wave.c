// The stimulus wave: a periodic voltage, the same at every synapse.
#define OHM_LANES 1
#include "drive_class.h"

#include "../../kernels/elementary.h"

#include <math.h>

enum { WAVE_SINE, WAVE_TRIANGLE, WAVE_SQUARE, WAVE_PULSE };
static const char *const shapes[] = {"sine", "triangle", "square", "pulse", NULL};

#define PERIOD_STEPS 100 // of a wave without a frequency

static const ohm_about about = {
    .name = "wave",
    .summary = "the same waveform at every synapse",
    .equation =
        "offset + amplitude f(frequency t + phase/(2 pi)),  f a sine, a triangle or a square from -1 to 1,\n"
        "or a pulse: 1 for a fraction duty of the period, then 0",
};

static const ohm_parameter parameters[] = {
    {"shape", "f", "1", WAVE_SINE, 0, 3, "sine, triangle, square or pulse", OHM_NO_SLOT, .choices = shapes},
    {"amplitude", "V_a", "V", 1, -1000, 1000, "amplitude", OHM_NO_SLOT, .scaled = 1},
    {"offset", "V_0", "V", 0, -1000, 1000, "mean voltage, or base of a pulse", OHM_NO_SLOT},
    {"frequency", "f", "Hz", 0, 0, 1e18, "frequency; 0: one period every 100 steps", OHM_NO_SLOT},
    {"phase", "φ", "rad", 0, -7, 7, "phase at the start", OHM_NO_SLOT},
    {"duty", "d", "1", 0.5, 0, 1, "duty cycle: fraction of the period that a pulse lasts", OHM_NO_SLOT},
    DRIVE_START,
};

static double period(const spec *s, double dt) {
    const double frequency = spec_value(s, "frequency");
    return frequency > 0 ? 1 / frequency : PERIOD_STEPS * dt;
}

static double largest(const spec *s) {
    return fabs(spec_value(s, "offset")) + fabs(spec_value(s, "amplitude"));
}

static void range(drive *d) {
    const double offset = spec_value(&d->spec, "offset"), amplitude = spec_value(&d->spec, "amplitude");
    drive_widen(d, offset + amplitude);
    drive_widen(d, spec_value(&d->spec, "shape") == WAVE_PULSE ? offset : offset - amplitude);
}

static int levels(const spec *s, double level[DRIVE_MAX_LEVELS]) {
    const double offset = spec_value(s, "offset"), amplitude = spec_value(s, "amplitude");
    const int shape = (int)spec_value(s, "shape");
    level[0] = offset + amplitude;
    level[1] = shape == WAVE_PULSE ? offset : offset - amplitude;
    return shape == WAVE_PULSE || shape == WAVE_SQUARE ? 2 : 0;
}

// The phase at step t, in units of 2⁻⁶⁴ periods. As an integer it wraps exactly, so that it is as accurate
// after a million periods as in the first.
static uint64_t phase_at(const drive *d, uint64_t t) {
    const double frequency = spec_value(&d->spec, "frequency");
    const double begin = spec_value(&d->spec, "phase") / 6.283185307179586;
    const uint64_t first = (uint64_t)((begin - floor(begin)) * 0x1p32) << 32, steps = t - d->start;
    if (!(frequency > 0)) return first + steps % PERIOD_STEPS * (uint64_t)(0x1p64 / PERIOD_STEPS);
    return first + steps * (uint64_t)(fmod(frequency * d->site.dt, 1) * 0x1p64);
}

static float voltage_at(const drive *d, uint64_t t) {
    const spec *s = &d->spec;
    // Rounded, not truncated: the rounding of the frequency must not put an edge one step late.
    const float u = (float)((phase_at(d, t) + ((uint64_t)1 << 39)) >> 40) * 0x1p-24f; // of a period
    const float amplitude = (float)spec_value(s, "amplitude"), offset = (float)spec_value(s, "offset");
    float f = 0;
    switch ((int)spec_value(s, "shape")) {
    case WAVE_SINE: f = v_sin(u * 6.2831853f); break;
    case WAVE_TRIANGLE: f = u < 0.25f ? 4 * u : u < 0.75f ? 2 - 4 * u : 4 * u - 4; break;
    case WAVE_SQUARE: f = u < 0.5f ? 1 : -1; break;
    default: f = (double)u < spec_value(s, "duty") ? 1 : 0; break;
    }
    return fmaf(amplitude, f, offset);
}

static ohm_status step(const drive *d, uint64_t t, float *cols, float *rows) {
    const float voltage = voltage_at(d, t);
    (void)cols;
    for (uint64_t i = 0; i < d->site.rows; i++) rows[i] = voltage;
    return OHM_OK;
}

static ohm_status next(drive *d, uint64_t t, uint32_t most, drive_frame *frame) {
    return drive_lines_frame(d, t, most, step, frame);
}

const drive_class drive_wave = {
    .entry = {&about, DRIVE_PARAMETERS(parameters), .period = period, .frames = true},
    .layout = OHM_FRAME_LINES,
    .largest = largest,
    .levels = levels,
    .range = range,
    .next = next,
};
