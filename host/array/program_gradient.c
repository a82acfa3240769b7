// Gradient descent on the errors of readouts (Büchel et al., Proc. DATE 2022): the crossbar multiplies a
// batch of vectors, and what its outputs are off, spread back over the inputs, says how far each device is
// off, as it is read with all others: through wires and with noise.
//
// The vectors are those of a Hadamard matrix, with a sign of each row's own, so that up to MOST_VECTORS rows
// do not disturb each other's estimates, and both products are fast transforms.
#define OHM_LANES 1
#include "programming.h"
#include "../../kernels/philox.h"
#include "../base/error.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define MOST_VECTORS 4096u
#define READ_VOLTAGE 0.1f // V of an input, either way
#define SHARE 0.5    // of what a device is off that is taken back at once; less where rows share a vector
#define WEAKEST 1e-5 // pulse, in steps at the largest amplitude

typedef struct gradient {
    uint64_t rows, cols;
    uint32_t vectors;
    float *sign;     // [rows], ±1, of this cycle
    float *in, *out; // [vectors, rows], [vectors, cols]
    double *column;  // [vectors]
    float *off;      // [rows, cols]: estimates, S
    float *rate;     // [rows, cols]: signed as the last estimate, halved where that has changed its sign
} gradient;

// In place, unscaled: x_v becomes Σ_i (−1)^popcount(v and i) x_i.
static void hadamard(double *x, uint32_t n) {
    for (uint32_t half = 1; half < n; half *= 2)
        for (uint32_t i = 0; i < n; i += 2 * half)
            for (uint32_t k = i; k < i + half; k++) {
                const double a = x[k], b = x[k + half];
                x[k] = a + b;
                x[k + half] = a - b;
            }
}

// The signs of the rows, by the seed.
static void draw_signs(const programming *p, gradient *g, unsigned cycle) {
    const uint64_t seed = p->crossbar->plan.definition.seed;
    u32 word[4];
    for (uint64_t i = 0; i < g->rows; i++) {
        if (i % 128 == 0) {
            const u32 at[4] = {(u32)(i / 128), 0, cycle, (u32)OHM_STREAM_PROGRAM << 24};
            memcpy(word, at, sizeof word);
            philox_words(word, (u32)seed, (u32)(seed >> 32));
        }
        g->sign[i] = word[i / 32 % 4] >> i % 32 & 1 ? 1 : -1;
    }
}

static void make_vectors(gradient *g) {
    for (uint32_t v = 0; v < g->vectors; v++)
        for (uint64_t i = 0; i < g->rows; i++) {
            const bool minus = __builtin_popcount(v & (uint32_t)(i % g->vectors)) & 1;
            g->in[v * g->rows + i] = (minus ? -READ_VOLTAGE : READ_VOLTAGE) * g->sign[i];
        }
}

// From the outputs of a column to what its devices are off.
static void find_column(const programming *p, gradient *g, uint64_t j) {
    memset(g->column, 0, g->vectors * sizeof *g->column);
    for (uint64_t i = 0; i < g->rows; i++)
        g->column[i % g->vectors] += (double)g->sign[i] * (double)p->target[i * g->cols + j];
    hadamard(g->column, g->vectors);
    for (uint32_t v = 0; v < g->vectors; v++)
        g->column[v] = (double)g->out[v * g->cols + j] / (double)READ_VOLTAGE - g->column[v];
    hadamard(g->column, g->vectors);
    for (uint64_t i = 0; i < g->rows; i++)
        g->off[i * g->cols + j] = (float)((double)g->sign[i] * g->column[i % g->vectors] / g->vectors);
}

static ohm_status find_errors(const programming *p, gradient *g, unsigned cycle) {
    ohm_readout how = ohm_readout_default();
    how.reading = (uint64_t)cycle * g->vectors;
    draw_signs(p, g, cycle);
    make_vectors(g);
    const ohm_status status = ohm_crossbar_readout(p->crossbar, &how, g->vectors, g->in, g->out);
    for (uint64_t j = 0; j < g->cols && !status; j++) find_column(p, g, j);
    return status;
}

// A device that is more sensitive near its target than in the middle of its range would else go to and fro.
static void adapt(float *rate, double off) {
    const float size = fabsf(*rate), side = off < 0 ? -1 : 1;
    *rate = side * (*rate * side < 0 ? size / 2 : fminf(size * 1.2f, 1));
}

static void choose_pulses(const programming *p, gradient *g) {
    const double each = program_motion(p) * (p->high - p->low), sharing = (double)g->rows / g->vectors;
    const double share = SHARE / fmax(sharing, 1), least = p->pulsed ? 0.5 : WEAKEST;
    for (uint64_t k = 0; k < p->devices; k++) {
        const double off = (double)g->off[k];
        adapt(&g->rate[k], off);
        const double strength = each > 0 ? share * fabs((double)g->rate[k] * off) / each : 0;
        p->pulses[k].voltage = 0;
        if (fabs(off) > p->how->tolerance / 2 * (p->high - p->low) && strength >= least)
            program_shape(p, fmin(strength, PROGRAM_MOST_STEPS), off < 0, &p->pulses[k]);
    }
}

static ohm_status descend(programming *p, gradient *g) {
    ohm_status status = program_verify(p); // decides when to stop, and no more
    uint64_t pulses = 1;
    while (!status && pulses && !program_is_done(p)) {
        status = find_errors(p, g, p->report->cycles);
        if (!status) choose_pulses(p, g);
        if (!status) status = program_apply(p, &pulses);
        if (!status) status = program_verify(p);
        p->report->cycles += pulses > 0;
    }
    return status;
}

ohm_status program_gradient(programming *p) {
    gradient g = {.rows = p->crossbar->problem.rows, .cols = p->crossbar->problem.cols, .vectors = 1};
    while (g.vectors < g.rows && g.vectors < MOST_VECTORS) g.vectors *= 2;
    g.sign = malloc(g.rows * sizeof *g.sign);
    g.in = malloc(g.vectors * g.rows * sizeof *g.in);
    g.out = malloc(g.vectors * g.cols * sizeof *g.out);
    g.column = malloc(g.vectors * sizeof *g.column);
    g.off = malloc(p->devices * sizeof *g.off);
    g.rate = malloc(p->devices * sizeof *g.rate);
    for (uint64_t k = 0; g.rate && k < p->devices; k++) g.rate[k] = 1;
    const bool made = g.sign && g.in && g.out && g.column && g.off && g.rate;
    const ohm_status status = made ? descend(p, &g) : ohm_fail_memory("programming");
    free(g.sign);
    free(g.in);
    free(g.out);
    free(g.column);
    free(g.off);
    free(g.rate);
    return status;
}
