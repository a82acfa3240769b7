// The stimulus spiking: a network of leaky integrate-and-fire neurons whose synapses are the devices. Rows
// carry the waveforms of inputs' spikes, or in a recurrent network of the neurons', and columns those of the
// neurons that they feed.
//
// A spike at the end of step t − 1 has its waveform from step t on. In a step the devices are read and
// changed in one pass, and then the neurons take their step: what comes next is known as soon as one has
// ended.
#define OHM_LANES 1
#include "spiking.h"
#include "../base/error.h"
#include "drive_class.h"
#include "rule.h"
#include "spike_source.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NETWORK_FEEDFORWARD, NETWORK_RECURRENT };
enum { PLASTICITY_OVERLAP, PLASTICITY_PAIR, PLASTICITY_TRIPLET, PLASTICITY_NONE };
enum { INPUT_RATES, INPUT_SPIKES };
static const char *const networks[] = {"feedforward", "recurrent", NULL};
static const char *const plasticities[] = {"overlap", "pair", "triplet", "none", NULL};
static const char *const laterals[] = {"none", "inhibit", "winner", NULL};
static const char *const input_kinds[] = {"rates", "spikes", NULL};

static const ohm_about about = {
    .name = "spiking",
    .summary = "a network of spiking neurons whose synapses are the devices",
    .equation = "V_ij = x_i - y_j,  waveforms of the spikes of rows and columns so far;\n"
                "tau_m dv_j/dt = -(v_j - rest) + R_m I_j,  I_j = sum_i G_ij amplitude, i in its pulse",
    .source =
        "Zamarreno-Ramos et al. 2011, Front. Neurosci. 5:26 (overlap); Song, Miller & Abbott 2000, Nat. "
        "Neurosci. 3:919 (pair); Pfister & Gerstner 2006, J. Neurosci. 26:9673 (triplet)",
};

#define TIME(key, symbol, standard, help)                                                                    \
    { key, symbol, "s", standard, 0, 1e9, help, OHM_NO_SLOT }
#define NUMBER(key, symbol, unit, standard, low, high, help)                                                 \
    { key, symbol, unit, standard, low, high, help, OHM_NO_SLOT }
#define CHOICE(key, symbol, most, help, names)                                                               \
    { key, symbol, "1", 0, 0, most, help, OHM_NO_SLOT, .choices = names }

static const ohm_parameter parameters[] = {
    CHOICE("network", "N", 1, "feedforward, from inputs to neurons, or recurrent, among neurons", networks),
    CHOICE("plasticity", "P", 3, "overlap of waveforms, the rules pair and triplet, or none", plasticities),
    {"file", "F", "1", 0, 0, 0, "what the inputs fire: PNG, .npy or HDF5, or several joined by +",
     OHM_NO_SLOT, .text = SPEC_PATHS},
    CHOICE("input", "f_in", 1, "a file's numbers: rates, a pattern a row, or spikes, (step, input)",
           input_kinds),
    NUMBER("rate", "ν", "Hz", 20, 0, 1e9, "highest mean rate of an input's spikes"),
    TIME("show", "t_s", 0.35, "time for which each of several patterns is shown"),
    TIME("pause", "t_p", 0.15, "time without input spikes behind it"),
    NUMBER("tick", "δ", "s", 1e-3, 1e-12, 1e6, "time of the neurons in a step; the devices' is dt"),
    NUMBER("weight", "Δv", "V", 0.002, 0, 1000,
           "what a spike through the most conductive device adds to a membrane potential"),
    NUMBER("kick", "Δv_in", "V", 0.03, -1000, 1000, "recurrent: what an input's spike adds to its neuron's"),
    NUMBER("tau_m", "τ_m", "s", 0.01, 1e-12, 1e9, "membrane time constant"),
    NUMBER("rest", "v_rest", "V", -0.074, -1000, 1000, "resting potential"),
    NUMBER("threshold", "v_th", "V", -0.054, -1000, 1000, "threshold potential, above reset"),
    NUMBER("reset", "v_reset", "V", -0.06, -1000, 1000, "potential after a spike"),
    TIME("refractory", "t_ref", 5e-3, "time for which a neuron rests after a spike"),
    NUMBER("theta_plus", "θ₊", "V", 0, 0, 1000, "what a spike adds to the neuron's threshold"),
    NUMBER("tau_theta", "τ_θ", "s", 1e4, 1e-12, 1e12, "time constant with which that decays"),
    CHOICE("lateral", "L", 2, "none; inhibit: spikes lower all others; winner: one fires, others reset",
           laterals),
    NUMBER("inhibition", "Δv_inh", "V", 0.01, 0, 1000, "by how much each spike lowers the others"),
    NUMBER("lowest", "v_min", "V", -0.1, -1000, 1000, "potential below which inhibition lowers none"),
    {"amplitude", "V_p", "V", 0.5, 1e-6, 500, "amplitude of a spike's pulse", OHM_NO_SLOT, .scaled = 0.5},
    NUMBER("pulse", "t_pulse", "s", 1e-3, 1e-12, 1e9, "length of the pulse"),
    NUMBER("tail", "r", "1", 0.5, 0, 1, "the tail's amplitude, of the other sign, relative to the pulse's"),
    TIME("tail_time", "t_tail", 0.02, "time in which the tail falls to 0, linearly"),
    NUMBER("a_plus", "A₊", "1", 0.01, -1, 1, "change of a rule by one pair, of the state's range"),
    NUMBER("a_minus", "A₋", "1", 0.0105, -1, 1, "the same where the input's spike comes second; lowers"),
    NUMBER("target", "x_tar", "1", 0, 0, 1000,
           "an input's trace at which a neuron's spike leaves a device as it is; below, it lowers it"),
    NUMBER("tau_plus", "τ₊", "s", 0.02, 1e-12, 1e9, "time constant of the inputs' traces"),
    NUMBER("tau_minus", "τ₋", "s", 0.02, 1e-12, 1e9, "time constant of the neurons' traces"),
    NUMBER("a3_plus", "A₃₊", "1", 6.2e-3, -1, 1, "triplet: change by a pair and the neuron's spike before"),
    NUMBER("a3_minus", "A₃₋", "1", 2.3e-4, -1, 1, "triplet: change by a pair and the input's spike before"),
    NUMBER("tau_x", "τ_x", "s", 0.101, 1e-12, 1e9, "triplet: time constant of the inputs' second traces"),
    NUMBER("tau_y", "τ_y", "s", 0.125, 1e-12, 1e9, "triplet: time constant of the neurons' second traces"),
    {"keep", "n", "1", 1e7, 0, 1e12, "spikes that are kept at most", OHM_NO_SLOT, .whole = 1},
};

typedef struct spiking_drive {
    drive base;
    neurons neurons;
    spike_source source;
    spike_log log;
    rule rule;
    bool recurrent, teaches;
    float amplitude;
    float *wave; // V, of the steps since a spike's waveform began
    uint64_t pulse, wave_steps;
    bool begun;
    uint64_t clock;                  // the step that comes next
    uint64_t shown;                  // 1 + the step whose frame is in base.values; 0: none
    uint64_t *row_start, *col_start; // 1 + the step in which a line's last waveform began; 0: none yet
    uint32_t *heard;                 // inputs that fire in the step shown
    uint64_t heard_count;
    float *kick; // V, of a recurrent network's inputs, [cols]
} spiking_drive;

extern const drive_class drive_spiking;

static spiking_drive *spiking_of(drive *d) {
    return (spiking_drive *)d;
}

static const spiking_drive *spiking_from(const drive *d) {
    return d->class == &drive_spiking ? (const spiking_drive *)d : NULL;
}

// ---- Checks -----------------------------------------------------------------------------------

static double largest(const spec *s) {
    return spec_value(s, "amplitude") * (1 + spec_value(s, "tail"));
}

// Steps of a time, rounded.
static uint64_t steps_of(const spec *s, const char *key) {
    return (uint64_t)(spec_value(s, key) / spec_value(s, "tick") + 0.5);
}

#define MAX_WAVE ((double)(1 << 24)) // steps

static ohm_status check(const spec *s) {
    const double steps = (spec_value(s, "pulse") + spec_value(s, "tail_time")) / spec_value(s, "tick");
    if (!(spec_value(s, "threshold") > spec_value(s, "reset")))
        return ohm_fail(OHM_BAD_ARGUMENT, "stimulus spiking: threshold %g V is not above reset %g V",
                        spec_value(s, "threshold"), spec_value(s, "reset"));
    if (!(spec_value(s, "pulse") >= 0.5 * spec_value(s, "tick")) || !(steps < MAX_WAVE))
        return ohm_fail(OHM_BAD_ARGUMENT,
                        "stimulus spiking: a pulse of %g s and a tail of %g s do not take from one to 2^24 "
                        "steps of %g s",
                        spec_value(s, "pulse"), spec_value(s, "tail_time"), spec_value(s, "tick"));
    if (spec_value(s, "rate") * spec_value(s, "tick") > 1)
        return ohm_fail(OHM_BAD_ARGUMENT,
                        "stimulus spiking: a rate of %g Hz is more than one spike in each step of %g s",
                        spec_value(s, "rate"), spec_value(s, "tick"));
    if (steps_of(s, "show") == 0)
        return ohm_fail(OHM_BAD_ARGUMENT, "stimulus spiking: patterns are shown for %g s, less than a step",
                        spec_value(s, "show"));
    return drive_check(s);
}

// ---- Opening ----------------------------------------------------------------------------------

// What a step of the neurons leaves of what decays with a time constant.
static double kept(const spec *s, const char *key) {
    return neurons_decay(spec_value(s, "tick") / spec_value(s, key));
}

static neuron_law law_of(const drive *d) {
    const spec *s = &d->spec;
    const double read = spec_value(s, "amplitude") * (double)steps_of(s, "pulse") * d->site.most_conductance;
    return (neuron_law){.rest = spec_value(s, "rest"),
                        .threshold = spec_value(s, "threshold"),
                        .reset = spec_value(s, "reset"),
                        .keep = kept(s, "tau_m"),
                        .gain = spec_value(s, "weight") / read,
                        .theta_plus = spec_value(s, "theta_plus"),
                        .theta_keep = kept(s, "tau_theta"),
                        .refractory = (uint32_t)fmin((double)steps_of(s, "refractory"), UINT32_MAX),
                        .lateral = (int)spec_value(s, "lateral"),
                        .inhibition = spec_value(s, "inhibition"),
                        .lowest = spec_value(s, "lowest")};
}

// A pulse, and a tail of the other sign. Where a row's spike comes first, its tail and the column's pulse
// meet with opposite signs: the device gets their sum, which raises its conductance if the pulse is against
// its polarity.
static ohm_status make_wave(spiking_drive *p) {
    const spec *s = &p->base.spec;
    const uint64_t tail = steps_of(s, "tail_time");
    const double ratio = spec_value(s, "tail"), sign = p->base.site.polarity < 0 ? 1 : -1;
    p->amplitude = (float)spec_value(s, "amplitude");
    p->pulse = steps_of(s, "pulse");
    p->wave_steps = p->pulse + tail;
    p->wave = malloc(p->wave_steps * sizeof *p->wave);
    if (!p->wave) return ohm_fail_memory("a waveform");
    for (uint64_t k = 0; k < p->wave_steps; k++) {
        const double left = k < p->pulse ? 1 : -ratio * (1 - (double)(k - p->pulse) / (double)tail);
        p->wave[k] = (float)(sign * left) * p->amplitude;
    }
    return OHM_OK;
}

static rule_law rule_of(const drive *d) {
    const spec *s = &d->spec;
    const bool triplet = spec_value(s, "plasticity") == PLASTICITY_TRIPLET;
    return (rule_law){
        .range = d->site.rising_range,
        .pair = {spec_value(s, "a_plus"), spec_value(s, "a_minus")},
        .triplet = {triplet ? spec_value(s, "a3_plus") : 0, triplet ? spec_value(s, "a3_minus") : 0},
        .target = spec_value(s, "target"),
        .keep = {kept(s, "tau_plus"), kept(s, "tau_minus"), kept(s, "tau_x"), kept(s, "tau_y")}};
}

static ohm_status make_lines(spiking_drive *p) {
    const drive_site *site = &p->base.site;
    p->row_start = calloc(site->rows, sizeof *p->row_start);
    p->col_start = calloc(site->cols, sizeof *p->col_start);
    p->heard = malloc(site->rows * sizeof *p->heard);
    p->kick = calloc(site->cols, sizeof *p->kick);
    const bool made = p->row_start && p->col_start && p->heard && p->kick;
    return made ? OHM_OK : ohm_fail_memory("a network");
}

static ohm_status open_source(spiking_drive *p, const input_set *known) {
    const spec *s = &p->base.spec;
    p->source = (spike_source){.inputs = p->base.site.rows,
                               .show = steps_of(s, "show"),
                               .pause = steps_of(s, "pause"),
                               .chance = spec_value(s, "rate") * spec_value(s, "tick")};
    return spike_source_open(&p->base, known, spec_value(s, "input") == INPUT_SPIKES, &p->source);
}

static ohm_status open(drive *d, const input_set *known) {
    spiking_drive *p = spiking_of(d);
    const drive_site *site = &d->site;
    const int plasticity = (int)spec_value(&d->spec, "plasticity");
    const neuron_law law = law_of(d);
    const rule_law taught = rule_of(d);
    p->recurrent = spec_value(&d->spec, "network") == NETWORK_RECURRENT;
    p->teaches = plasticity == PLASTICITY_PAIR || plasticity == PLASTICITY_TRIPLET;
    p->log.most = (uint64_t)spec_value(&d->spec, "keep");
    if (p->recurrent && site->rows != site->cols)
        return ohm_fail(OHM_BAD_ARGUMENT,
                        "a recurrent network takes as many rows as columns, not %" PRIu64 " and %" PRIu64,
                        site->rows, site->cols);
    ohm_status status = neurons_make(&p->neurons, &law, site->cols);
    if (!status) status = make_lines(p);
    if (!status) status = make_wave(p);
    if (!status) status = rule_make(&p->rule, &taught, site->rows, site->cols);
    return status ? status : open_source(p, known);
}

static void destroy(drive *d) {
    spiking_drive *p = spiking_of(d);
    neurons_free(&p->neurons);
    spike_source_free(&p->source);
    spike_log_free(&p->log);
    rule_free(&p->rule);
    free(p->wave);
    free(p->row_start);
    free(p->col_start);
    free(p->heard);
    free(p->kick);
}

static bool moves_by_voltage(const spiking_drive *p) {
    return spec_value(&p->base.spec, "plasticity") == PLASTICITY_OVERLAP;
}

static void range(drive *d) {
    const double most = moves_by_voltage(spiking_of(d)) ? largest(&d->spec) : 0;
    drive_widen(d, most);
    drive_widen(d, -most);
}

// ---- A step's frame ---------------------------------------------------------------------------

// Where the parts of a frame are: the lines' voltages, the inputs, and the two pairs of a rule.
typedef struct layout {
    size_t pitch, rows; // both padded
    size_t input, more, count;
} layout;

static layout layout_of(const drive *d) {
    const size_t pitch = d->site.pitch, rows = (d->site.rows + OHM_BLOCK - 1) / OHM_BLOCK * OHM_BLOCK;
    return (layout){pitch, rows, pitch + rows, pitch + 2 * rows, 3 * pitch + 4 * rows};
}

// Draws the inputs that fire in a step: their waveforms begin, or they kick neurons at its end.
static void draw_inputs(spiking_drive *p, uint64_t t) {
    p->heard_count = spike_source_draw(&p->source, &p->base, t, p->heard);
    for (uint64_t i = 0; i < p->heard_count && !p->recurrent; i++) p->row_start[p->heard[i]] = t + 1;
}

// The waveform of a line at step t; and whether it is in its pulse.
static float wave_at(const spiking_drive *p, uint64_t start, uint64_t t) {
    return start && t + 1 - start < p->wave_steps ? p->wave[t + 1 - start] : 0;
}

static bool in_pulse(const spiking_drive *p, uint64_t start, uint64_t t) {
    return start && t + 1 - start < p->pulse;
}

static void fill_voltages(spiking_drive *p, uint64_t t) {
    float *cols = p->base.values, *rows = cols + p->base.site.pitch;
    for (uint64_t j = 0; j < p->base.site.cols; j++) cols[j] = -wave_at(p, p->col_start[j], t);
    for (uint64_t i = 0; i < p->base.site.rows; i++) rows[i] = wave_at(p, p->row_start[i], t);
}

static void fill_frame(spiking_drive *p, uint64_t t) {
    drive *d = &p->base;
    const layout l = layout_of(d);
    memset(d->values, 0, l.count * sizeof *d->values);
    for (uint64_t i = 0; i < d->site.rows; i++)
        if (in_pulse(p, p->row_start[i], t)) d->values[l.input + i] = p->amplitude;
    float *const one = d->values + l.more, *const two = one + l.input;
    if (p->teaches)
        rule_fill(&p->rule, one, one + l.pitch, two, two + l.pitch);
    else if (moves_by_voltage(p))
        fill_voltages(p, t);
}

// Before the first step nothing is drawn: to look must not change what comes.
static ohm_status prepare(spiking_drive *p, uint64_t t) {
    if (p->shown == t + 1) return OHM_OK;
    if (p->begun && t != p->clock)
        return ohm_fail(OHM_BAD_ARGUMENT,
                        "the voltages of step %" PRIu64
                        " are not known: of a spiking network those of its last step are",
                        t);
    const ohm_status status = spiking_make_room(&p->base);
    if (status) return status;
    p->base.version = drive_new_version();
    if (!p->begun) {
        memset(p->base.values, 0, layout_of(&p->base).count * sizeof *p->base.values);
        return OHM_OK;
    }
    draw_inputs(p, t);
    fill_frame(p, t);
    p->shown = t + 1;
    return OHM_OK;
}

static ohm_status next(drive *d, uint64_t t, uint32_t most, drive_frame *frame) {
    spiking_drive *p = spiking_of(d);
    const layout l = layout_of(d);
    (void)most;
    const ohm_status status = prepare(p, t);
    *frame = (drive_frame){.geometry = {.stride = l.count, .pitch = l.pitch},
                           .values = d->values,
                           .count = l.count,
                           .version = d->version,
                           .steps = 1,
                           .manner = p->teaches ? DRIVE_LEARN : DRIVE_LISTEN,
                           .input = l.input,
                           .more = l.more,
                           .largest_input = p->amplitude,
                           .posts = p->rule.posts};
    return status;
}

// ---- What came of it --------------------------------------------------------------------------

static void begin(drive *d, uint64_t t) {
    spiking_drive *p = spiking_of(d);
    if (p->begun && p->clock == t) return;
    p->begun = true;
    p->clock = t;
    p->shown = 0;
}

static void kick_neurons(spiking_drive *p) {
    memset(p->kick, 0, p->neurons.count * sizeof *p->kick);
    for (uint64_t i = 0; i < p->heard_count; i++)
        p->kick[p->heard[i]] = (float)spec_value(&p->base.spec, "kick");
}

static void hear(drive *d, uint64_t t, const double *col_current) {
    spiking_drive *p = spiking_of(d);
    neurons *n = &p->neurons;
    if (p->recurrent) kick_neurons(p);
    neurons_step(n, col_current, p->recurrent ? p->kick : NULL);
    for (uint64_t i = 0; i < n->fired_count; i++) p->col_start[n->fired[i]] = t + 2;
    if (p->recurrent) memcpy(p->row_start, p->col_start, n->count * sizeof *p->row_start);
    if (p->teaches && p->recurrent)
        rule_step(&p->rule, n->fired, n->fired_count, n->fired, n->fired_count);
    else if (p->teaches)
        rule_step(&p->rule, p->heard, p->heard_count, n->fired, n->fired_count);
    spike_log_add(&p->log, t, n->fired, n->fired_count);
    p->clock = t + 1;
}

static void restart(drive *d) {
    spiking_drive *p = spiking_of(d);
    neurons_reset(&p->neurons);
    rule_reset(&p->rule);
    memset(p->row_start, 0, d->site.rows * sizeof *p->row_start);
    memset(p->col_start, 0, d->site.cols * sizeof *p->col_start);
    p->log.count = p->log.seen = 0;
    p->heard_count = 0;
    p->begun = false;
    p->shown = 0;
}

// ---- Others' questions ------------------------------------------------------------------------

const neurons *spiking_neurons(const drive *d) {
    const spiking_drive *p = spiking_from(d);
    return p ? &p->neurons : NULL;
}

spike_log *spiking_log(drive *d) {
    return spiking_from(d) ? &spiking_of(d)->log : NULL;
}

ohm_status spiking_set_rates(drive *d, const float *rates) {
    spiking_drive *p = spiking_of(d);
    spike_source *s = &p->source;
    for (uint64_t i = 0; i < s->inputs && rates; i++)
        if (!(rates[i] >= 0 && rates[i] <= 1))
            return ohm_fail(OHM_BAD_ARGUMENT, "rates[%" PRIu64 "] is %g, not from 0 to 1", i,
                            (double)rates[i]);
    if (rates && !s->own) s->own = malloc(s->inputs * sizeof *s->own);
    if (rates && !s->own) return ohm_fail_memory("rates");
    if (rates) {
        memcpy(s->own, rates, s->inputs * sizeof *s->own);
    } else {
        free(s->own);
        s->own = NULL;
    }
    return OHM_OK;
}

#define LIST(n, name, type, count, values)                                                                   \
    list[n] = (spiking_array) {                                                                              \
        name, type, count, values                                                                            \
    }

void spiking_arrays(drive *d, spiking_array list[SPIKING_ARRAYS]) {
    spiking_drive *p = spiking_of(d);
    const uint64_t rows = d->site.rows, cols = d->site.cols;
    rule *r = &p->rule;
    LIST(0, "membrane", SPIKING_F64, cols, p->neurons.v);
    LIST(1, "adaptation", SPIKING_F64, cols, p->neurons.theta);
    LIST(2, "current", SPIKING_F64, cols, p->neurons.current);
    LIST(3, "resting", SPIKING_U32, cols, p->neurons.resting);
    LIST(4, "row_start", SPIKING_U64, rows, p->row_start);
    LIST(5, "col_start", SPIKING_U64, cols, p->col_start);
    LIST(6, "row_trace", SPIKING_F64, rows, r->row_trace[0]);
    LIST(7, "row_trace_2", SPIKING_F64, rows, r->row_trace[1]);
    LIST(8, "col_trace", SPIKING_F64, cols, r->col_trace[0]);
    LIST(9, "col_trace_2", SPIKING_F64, cols, r->col_trace[1]);
    LIST(10, "row_change", SPIKING_F32, rows, r->row_change[0]);
    LIST(11, "row_change_2", SPIKING_F32, rows, r->row_change[1]);
    LIST(12, "col_change", SPIKING_F32, cols, r->col_change[0]);
    LIST(13, "col_change_2", SPIKING_F32, cols, r->col_change[1]);
    LIST(14, "spikes", SPIKING_U64, cols, p->neurons.spikes);
    LIST(15, "lines", SPIKING_F32, layout_of(d).count, d->values);
}

bool spiking_has_begun(const drive *d) {
    const spiking_drive *p = spiking_from(d);
    return p && p->begun && p->base.values;
}

ohm_status spiking_make_room(drive *d) {
    return drive_make_room(d, layout_of(d).count);
}

void spiking_resume(drive *d, uint64_t step) {
    spiking_drive *p = spiking_of(d);
    p->begun = true;
    p->clock = p->shown = step; // the frame is that of the step before
    p->rule.posts = false;
    for (uint64_t j = 0; j < d->site.cols; j++) p->rule.posts |= p->rule.col_change[0][j] != 0;
    d->version = drive_new_version();
}

void spiking_adopt(drive *d, drive *old) {
    spiking_array to[SPIKING_ARRAYS], from[SPIKING_ARRAYS];
    static const size_t width[] = {sizeof(float), sizeof(double), sizeof(uint32_t), sizeof(uint64_t)};
    if (!spiking_from(d) || !spiking_has_begun(old)) return;
    spiking_drive *p = spiking_of(d), *q = spiking_of(old);
    const bool same = d->site.rows == old->site.rows && d->site.cols == old->site.cols;
    if (!same || spiking_make_room(d)) return;
    spiking_arrays(d, to);
    spiking_arrays(old, from);
    for (int i = 0; i < SPIKING_ARRAYS; i++)
        memcpy(to[i].values, from[i].values, to[i].count * width[to[i].type]);
    spiking_resume(d, q->clock);
    const uint64_t most = p->log.most;
    p->log = q->log;
    p->log.most = most;
    q->log = (spike_log){0};
}

const drive_class drive_spiking = {
    .entry = {&about, .own = parameters, .own_count = DRIVE_COUNT_OF(parameters),
              .count = DRIVE_COUNT_OF(parameters), .check = check, .frames = true},
    .size = sizeof(spiking_drive),
    .layout = OHM_FRAME_LINES,
    .closed_loop = true,
    .largest = largest,
    .open = open,
    .destroy = destroy,
    .range = range,
    .next = next,
    .begin = begin,
    .hear = hear,
    .restart = restart,
};
