// See stimulus.h.
#define OHM_LANES 1
#define OHM_TABLES
#include "stimulus.h"

#include "../../kernels/distributions.h"
#include "../../kernels/strip.h"
#include "../base/error.h"
#include "stimulus_source.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// ---- Tables -----------------------------------------------------------------------------------

enum { WAVE_SINE, WAVE_TRIANGLE, WAVE_SQUARE, WAVE_PULSE };
enum { WRITE_HALF, WRITE_THIRD };

static const char *const wave_shapes[] = {"sine", "triangle", "square", "pulse", NULL};
static const char *const write_schemes[] = {"half", "third", NULL};

static const ohm_about wave_about = {
    .name = "wave",
    .summary = "the same wave at every synapse",
    .equation =
        "offset + amplitude f(frequency t + phase/(2 pi)),  f a sine, a triangle or a square from -1 to 1,\n"
        "or a pulse: 1 for the part duty of a period, then 0",
};

static const ohm_about lines_about = {
    .name = "lines",
    .summary = "a random voltage on every row and column at every step",
    .equation = "V_ij = V_i - V_j,  each uniform from lo to hi",
    .ordered = {"lo", "hi"},
};

static const ohm_about write_about = {
    .name = "write",
    .summary = "one selected cell after the other",
    .equation = "half:  V on the selected cell, V/2 on the others of its row and column, 0 elsewhere\n"
                "third: V on the selected cell, V/3 on the others of its row and column, -V/3 elsewhere",
};

static const ohm_about pattern_about = {
    .name = "pattern",
    .summary = "pictures, scaled over the crossbar",
    .equation = "lo + (hi - lo) grey + noise Phi^-1(U),  grey from 0, black, to 1, white",
};

static const ohm_about file_about = {
    .name = "file",
    .summary = "voltages from an HDF5 file, step by step",
    .equation = "/voltage [steps, rows, cols];  or V_ij = row_voltage_i - col_voltage_j,\n"
                "/row_voltage [steps, rows] and /col_voltage [steps, cols]",
};

#define START                                                                                                \
    {                                                                                                        \
        "start", "t_0", "1", 0, 0, 7.2e16, "step at which it begins; before that nothing", OHM_NO_SLOT,      \
            .whole = 1                                                                                       \
    }
#define HOLD                                                                                                 \
    { "hold", "h", "1", 1, 1, 7.2e16, "steps that each stays", OHM_NO_SLOT, .whole = 1 }

static const ohm_parameter uniform_stimulus[] = {
    {"lo", "V_lo", "V", -5, -1000, 1000, "lowest voltage", OHM_NO_SLOT},
    {"hi", "V_hi", "V", 5, -1000, 1000, "highest voltage, lo or more", OHM_NO_SLOT},
};

static const ohm_parameter constant_stimulus[] = {
    {"value", "V", "V", 1, -1000, 1000, "voltage", OHM_NO_SLOT},
};

static const ohm_parameter normal_stimulus[] = {
    {"mean", "V", "V", 0, -1000, 1000, "mean voltage", OHM_NO_SLOT},
    {"sd", "σ_V", "V", 1, 0, 180, "standard deviation", OHM_NO_SLOT},
};

static const ohm_parameter wave_stimulus[] = {
    {"shape", "f", "1", WAVE_SINE, 0, 3, "sine, triangle, square or pulse", OHM_NO_SLOT,
     .choices = wave_shapes},
    {"amplitude", "V_a", "V", 1, -1000, 1000, "amplitude", OHM_NO_SLOT},
    {"offset", "V_0", "V", 0, -1000, 1000, "voltage it goes about, or rises from", OHM_NO_SLOT},
    {"frequency", "f", "Hz", 0, 0, 1e18, "frequency; 0: a period in 100 steps", OHM_NO_SLOT},
    {"phase", "φ", "rad", 0, -7, 7, "phase at the start", OHM_NO_SLOT},
    {"duty", "d", "1", 0.5, 0, 1, "part of a period that a pulse lasts", OHM_NO_SLOT},
    START,
};

static const ohm_parameter lines_stimulus[] = {
    {"lo", "V_lo", "V", -0.5, -1000, 1000, "lowest voltage of a line", OHM_NO_SLOT},
    {"hi", "V_hi", "V", 0.5, -1000, 1000, "highest voltage of a line, lo or more", OHM_NO_SLOT},
};

static const ohm_parameter write_stimulus[] = {
    {"v", "V", "V", 1, -1000, 1000, "voltage on the selected cell", OHM_NO_SLOT},
    {"scheme", "s", "1", WRITE_HALF, 0, 1, "half or third", OHM_NO_SLOT, .choices = write_schemes},
    {"row", "i", "1", -1, -1, 2147483647, "row of the cell; -1: all rows in turn", OHM_NO_SLOT, .whole = 1},
    {"col", "j", "1", -1, -1, 2147483647, "its column; -1: all columns in turn", OHM_NO_SLOT, .whole = 1},
    {"cells", "F", "1", 0, 0, 0, "a text file of lines ROW,COL: these cells in turn", OHM_NO_SLOT,
     .text = SPEC_PATH},
    HOLD,
    START,
};

static const ohm_parameter pattern_stimulus[] = {
    {"file", "F", "1", 0, 0, 0, "a PNG, or several joined by +: these in turn", OHM_NO_SLOT,
     .text = SPEC_PATHS},
    {"lo", "V_lo", "V", -1, -1000, 1000, "voltage where it is black", OHM_NO_SLOT},
    {"hi", "V_hi", "V", 1, -1000, 1000, "voltage where it is white", OHM_NO_SLOT},
    {"noise", "σ_V", "V", 0, 0, 180, "standard deviation of what is added", OHM_NO_SLOT},
    HOLD,
    START,
};

static const ohm_parameter file_stimulus[] = {
    {"path", "F", "1", 0, 0, 0, "the file; after its last step it begins again", OHM_NO_SLOT,
     .text = SPEC_PATH},
    START,
};

#define COUNT_OF(array) ((int)(sizeof(array) / sizeof((array)[0])))
#define ENTRY(name)                                                                                          \
    { &name##_about, name##_stimulus, NULL, COUNT_OF(name##_stimulus), COUNT_OF(name##_stimulus), 0 }

const spec_entry stimulus_entries[STIMULUS_COUNT] = {
    [STIMULUS_UNIFORM] = ENTRY(uniform), [STIMULUS_CONSTANT] = ENTRY(constant),
    [STIMULUS_NORMAL] = ENTRY(normal),   [STIMULUS_WAVE] = ENTRY(wave),
    [STIMULUS_LINES] = ENTRY(lines),     [STIMULUS_WRITE] = ENTRY(write),
    [STIMULUS_PATTERN] = ENTRY(pattern), [STIMULUS_FILE] = ENTRY(file),
};

// ---- What kernels need ------------------------------------------------------------------------

int stimulus_distribution(const spec *s) {
    switch (s->id) {
    case STIMULUS_UNIFORM: return OHM_DISTRIBUTION_uniform;
    case STIMULUS_NORMAL: return OHM_DISTRIBUTION_normal;
    case STIMULUS_PATTERN:
        return spec_value(s, "noise") > 0 ? OHM_DISTRIBUTION_normal : OHM_DISTRIBUTION_constant;
    default: return OHM_DISTRIBUTION_constant;
    }
}

void stimulus_derive(const spec *s, float c[4]) {
    const double pattern_noise[2] = {0, s->id == STIMULUS_PATTERN ? spec_value(s, "noise") : 0};
    memset(c, 0, 4 * sizeof *c);
    switch (s->id) {
    case STIMULUS_UNIFORM: uniform_derive(s->value, c); break;
    case STIMULUS_CONSTANT: constant_derive(s->value, c); break;
    case STIMULUS_NORMAL: normal_derive(s->value, c); break;
    case STIMULUS_PATTERN: normal_derive(pattern_noise, c); break;
    default: break;
    }
}

// ---- Checking ---------------------------------------------------------------------------------

// The largest voltage, either way, as far as the parameters tell.
static double largest(const spec *s) {
    switch (s->id) {
    case STIMULUS_NORMAL: return fabs(spec_value(s, "mean")) + 5.5 * spec_value(s, "sd");
    case STIMULUS_WAVE: return fabs(spec_value(s, "offset")) + fabs(spec_value(s, "amplitude"));
    case STIMULUS_LINES: return spec_value(s, "hi") - spec_value(s, "lo");
    case STIMULUS_PATTERN:
        return fmax(fabs(spec_value(s, "lo")), fabs(spec_value(s, "hi"))) + 5.5 * spec_value(s, "noise");
    default: return 0;
    }
}

ohm_status stimulus_check(const spec *s) {
    const spec_entry *entry = spec_entry_of(s);
    const char *name = entry->about->name;
    if (largest(s) > STIMULUS_MAX)
        return error_set(OHM_BAD_ARGUMENT, "stimulus %s: its voltages reach %g V, more than 1000", name,
                         largest(s));
    for (int i = 0; i < entry->count; i++)
        if (entry->own[i].text && s->id != STIMULUS_WRITE && !s->path[0] && s->given)
            return error_set(OHM_BAD_ARGUMENT, "stimulus %s: give %s=FILE", name, entry->own[i].key);
    return OHM_OK;
}

// ---- An opened stimulus -----------------------------------------------------------------------

struct stimulator {
    spec spec;
    stimulus_site site;
    uint64_t start, hold;
    uint64_t version;
    double low, high; // of what is applied
    float *values;    // of the frame
    size_t room;
    // What was read.
    grey_picture *pictures;
    uint64_t picture_count;
    uint64_t shown; // 1 + the number of the image in values, 0 before there is one
    input_set inputs;
    cell *cells;
    uint64_t cell_count;
    voltage_file file;
};

static uint64_t whole_or(const spec *s, const char *key, uint64_t standard) {
    const int i = spec_find(s, key);
    return i < 0 ? standard : (uint64_t)s->value[i];
}

int stimulus_field(const stimulator *s) {
    switch (s->spec.id) {
    case STIMULUS_WAVE:
    case STIMULUS_LINES:
    case STIMULUS_WRITE: return OHM_FRAME_LINES;
    case STIMULUS_PATTERN: return OHM_FRAME_IMAGE;
    case STIMULUS_FILE: return s->file.cells >= 0 ? OHM_FRAME_IMAGE : OHM_FRAME_LINES;
    default: return OHM_FRAME_NONE;
    }
}

static ohm_status read_picture(stimulator *s, const input_set *known, const char *path) {
    grey_picture *more = realloc(s->pictures, (s->picture_count + 1) * sizeof *more);
    if (!more) return error_no_memory("pictures");
    s->pictures = more;
    const input_file *file;
    ohm_status status = input_get(path, known, &s->inputs, &file);
    if (!status) status = grey_picture_read(file, &more[s->picture_count]);
    if (!status) s->picture_count++;
    return status;
}

// Reads the pictures of a list joined by +, as voltages.
static ohm_status read_pictures(stimulator *s, const input_set *known) {
    const float lo = (float)spec_value(&s->spec, "lo");
    const float span = (float)(spec_value(&s->spec, "hi") - spec_value(&s->spec, "lo"));
    char list[SPEC_MAX_PATH];
    snprintf(list, sizeof list, "%s", s->spec.path);
    ohm_status status = OHM_OK;
    char *rest;
    for (char *path = strtok_r(list, "+", &rest); path && !status; path = strtok_r(NULL, "+", &rest))
        status = read_picture(s, known, path);
    if (!status && !s->picture_count)
        status = error_set(OHM_BAD_ARGUMENT, "stimulus pattern: give file=FILE");
    for (uint64_t i = 0; i < s->picture_count; i++) {
        const grey_picture *picture = &s->pictures[i];
        for (size_t j = 0; j < (size_t)picture->width * picture->height; j++)
            picture->values[j] = fmaf(span, picture->values[j], lo);
    }
    return status;
}

static ohm_status check_cell(const stimulator *s) {
    const double row = spec_value(&s->spec, "row"), col = spec_value(&s->spec, "col");
    if (row < (double)s->site.rows && col < (double)s->site.cols) return OHM_OK;
    return error_set(OHM_BAD_ARGUMENT,
                     "stimulus write: there is no cell in row %g, column %g of %" PRIu64 " x %" PRIu64, row,
                     col, s->site.rows, s->site.cols);
}

static ohm_status read_sources(stimulator *s, const input_set *known) {
    const char *path = s->spec.path;
    const input_file *file;
    if (s->spec.id == STIMULUS_PATTERN) return read_pictures(s, known);
    if (s->spec.id == STIMULUS_FILE && !path[0])
        return error_set(OHM_BAD_ARGUMENT, "stimulus file: give path=FILE");
    if (s->spec.id == STIMULUS_WRITE && !path[0]) return check_cell(s);
    if (!path[0]) return OHM_OK;
    const ohm_status status = input_get(path, known, &s->inputs, &file);
    if (status) return status;
    if (s->spec.id == STIMULUS_FILE) return voltage_file_open(file, s->site.rows, s->site.cols, &s->file);
    return cells_read(file, s->site.rows, s->site.cols, &s->cells, &s->cell_count);
}

// What is beside a state file may be wanted later too.
static ohm_status take_folder(stimulator *s, const input_set *known) {
    if (!known || !known->folder) return OHM_OK;
    s->inputs.folder = strdup(known->folder);
    return s->inputs.folder ? OHM_OK : error_no_memory("a path");
}

const input_set *stimulus_inputs(const stimulator *s) {
    return &s->inputs;
}

// ---- Ranges -----------------------------------------------------------------------------------

static void widen(stimulator *s, double voltage) {
    s->low = fmin(s->low, voltage);
    s->high = fmax(s->high, voltage);
}

static void range_of_pictures(stimulator *s) {
    for (uint64_t i = 0; i < s->picture_count; i++)
        for (size_t j = 0; j < (size_t)s->pictures[i].width * s->pictures[i].height; j++)
            widen(s, (double)s->pictures[i].values[j]);
}

// What a field alone applies; what is before its start counts.
static void range_of_field(stimulator *s) {
    const spec *p = &s->spec;
    switch (p->id) {
    case STIMULUS_WAVE: {
        const double offset = spec_value(p, "offset"), amplitude = spec_value(p, "amplitude");
        widen(s, offset + amplitude);
        widen(s, spec_value(p, "shape") == WAVE_PULSE ? offset : offset - amplitude);
        break;
    }
    case STIMULUS_LINES:
        widen(s, spec_value(p, "hi") - spec_value(p, "lo"));
        widen(s, spec_value(p, "lo") - spec_value(p, "hi"));
        break;
    case STIMULUS_WRITE:
        widen(s, spec_value(p, "v"));
        if (spec_value(p, "scheme") == WRITE_THIRD) widen(s, -spec_value(p, "v") / 3);
        break;
    case STIMULUS_PATTERN: range_of_pictures(s); break;
    case STIMULUS_FILE: widen(s, s->file.low), widen(s, s->file.high); break;
    default: break;
    }
}

// A distribution rises with its word.
static void take_range(stimulator *s) {
    float c[4];
    const int distribution = stimulus_distribution(&s->spec);
    stimulus_derive(&s->spec, c);
    const bool always = stimulus_field(s) == OHM_FRAME_NONE ||
                        (s->start == 0 && s->spec.id != STIMULUS_WRITE && s->spec.id != STIMULUS_LINES);
    s->low = always && stimulus_field(s) ? INFINITY : 0; // before the start, 0 V
    s->high = always && stimulus_field(s) ? -INFINITY : 0;
    range_of_field(s);
    s->low += (double)distribution_sample(distribution, 0, c);
    s->high += (double)distribution_sample(distribution, UINT32_MAX, c);
}

void stimulus_range(const stimulator *s, double *low, double *high) {
    *low = s->low;
    *high = s->high;
}

static int wave_levels(const spec *p, double level[STIMULUS_MAX_LEVELS]) {
    const double offset = spec_value(p, "offset"), amplitude = spec_value(p, "amplitude");
    const int shape = (int)spec_value(p, "shape");
    level[0] = offset + amplitude;
    level[1] = shape == WAVE_PULSE ? offset : offset - amplitude;
    return shape == WAVE_PULSE || shape == WAVE_SQUARE ? 2 : 0;
}

static int write_levels(const spec *p, double level[STIMULUS_MAX_LEVELS]) {
    const double v = spec_value(p, "v");
    const bool third = spec_value(p, "scheme") == WRITE_THIRD;
    level[0] = v;
    level[1] = third ? v / 3 : v / 2;
    level[2] = -v / 3;
    return third ? 3 : 2;
}

int stimulus_levels(const stimulator *s, double level[STIMULUS_MAX_LEVELS]) {
    switch (s->spec.id) {
    case STIMULUS_CONSTANT: level[0] = spec_value(&s->spec, "value"); return 1;
    case STIMULUS_WAVE: return wave_levels(&s->spec, level);
    case STIMULUS_WRITE: return write_levels(&s->spec, level);
    default: return 0;
    }
}

// ---- Opening ----------------------------------------------------------------------------------

ohm_status stimulus_open(const spec *what, const stimulus_site *site, const input_set *known,
                         stimulator **opened) {
    stimulator *s = calloc(1, sizeof *s);
    *opened = NULL;
    if (!s) return error_no_memory("a stimulus");
    s->spec = *what;
    s->site = *site;
    s->start = whole_or(what, "start", 0);
    s->hold = whole_or(what, "hold", 1);
    s->file.file = s->file.cells = s->file.row_lines = s->file.col_lines = -1;
    ohm_status status = take_folder(s, known);
    if (!status) status = read_sources(s, known);
    if (status) {
        stimulus_close(s);
        return status;
    }
    take_range(s);
    *opened = s;
    return OHM_OK;
}

void stimulus_close(stimulator *s) {
    if (!s) return;
    for (uint64_t i = 0; i < s->picture_count; i++) grey_picture_free(&s->pictures[i]);
    free(s->pictures);
    free(s->cells);
    voltage_file_close(&s->file);
    input_set_free(&s->inputs);
    free(s->values);
    free(s);
}

// ---- Lines ------------------------------------------------------------------------------------

// The place in its period of a wave at step t, in 2⁻⁶⁴, so that it is as exact after a million periods as in
// the first.
static uint64_t phase_at(const stimulator *s, uint64_t t) {
    const double frequency = spec_value(&s->spec, "frequency");
    const double begin = spec_value(&s->spec, "phase") / 6.283185307179586;
    const uint64_t first = (uint64_t)((begin - floor(begin)) * 0x1p32) << 32;
    if (!(frequency > 0)) return first + (t - s->start) % 100 * (uint64_t)(0x1p64 / 100);
    return first + (t - s->start) * (uint64_t)(fmod(frequency * s->site.dt, 1) * 0x1p64);
}

static float wave_at(const stimulator *s, uint64_t t) {
    const spec *p = &s->spec;
    // Rounded, not cut: a place that is an edge but for the rounding of the frequency is on its right side.
    const float u = (float)((phase_at(s, t) + ((uint64_t)1 << 39)) >> 40) * 0x1p-24f; // of a period
    const float amplitude = (float)spec_value(p, "amplitude"), offset = (float)spec_value(p, "offset");
    float f = 0;
    switch ((int)spec_value(p, "shape")) {
    case WAVE_SINE: f = v_sin(u * 6.2831853f); break;
    case WAVE_TRIANGLE: f = u < 0.25f ? 4 * u : u < 0.75f ? 2 - 4 * u : 4 * u - 4; break;
    case WAVE_SQUARE: f = u < 0.5f ? 1 : -1; break;
    default: f = (double)u < spec_value(p, "duty") ? 1 : 0; break;
    }
    return fmaf(amplitude, f, offset);
}

static void make_wave(const stimulator *s, uint64_t t, float *cols, float *rows) {
    const float voltage = t < s->start ? 0 : wave_at(s, t);
    for (uint64_t i = 0; i < s->site.pitch; i++) cols[i] = 0;
    for (uint64_t i = 0; i < s->site.rows; i++) rows[i] = voltage;
}

// Line i takes word i % 4 of counter (i/4, 0 for rows and 1 for columns, step).
static void draw_lines(const stimulator *s, uint64_t t, u32 across, float sign, uint64_t count,
                       float *values) {
    const double lo = spec_value(&s->spec, "lo"), hi = spec_value(&s->spec, "hi");
    const float unit = (float)((hi - lo) * 0x1p-24);
    for (uint64_t i = 0; i < count; i++) {
        u32 word[4] = {(u32)(i / 4), across, (u32)t, (u32)OHM_STREAM_LINES << 24 | (u32)(t >> 32)};
        if (i % 4 == 0) philox_words(word, (u32)s->site.seed, (u32)(s->site.seed >> 32));
        for (uint64_t k = 0; i % 4 == 0 && k < 4 && i + k < count; k++)
            values[i + k] = sign * fmaf(v_upper(word[k]), unit, (float)lo);
    }
}

static void make_lines(const stimulator *s, uint64_t t, float *cols, float *rows) {
    draw_lines(s, t, 0, 1, s->site.rows, rows);
    draw_lines(s, t, 1, -1, s->site.cols, cols);
}

// The cell that is selected at step t.
static cell cell_at(const stimulator *s, uint64_t t) {
    const double row = spec_value(&s->spec, "row"), col = spec_value(&s->spec, "col");
    const uint64_t turn = (t - s->start) / s->hold;
    if (s->cells) return s->cells[turn % s->cell_count];
    const uint64_t cols = col < 0 ? s->site.cols : 1;
    return (cell){row < 0 ? turn / cols % s->site.rows : (uint64_t)row,
                  col < 0 ? turn % cols : (uint64_t)col};
}

static void make_write(const stimulator *s, uint64_t t, float *cols, float *rows) {
    const float v = t < s->start ? 0 : (float)spec_value(&s->spec, "v");
    const bool third = spec_value(&s->spec, "scheme") == WRITE_THIRD;
    const cell selected = t < s->start ? (cell){0, 0} : cell_at(s, t);
    for (uint64_t i = 0; i < s->site.rows; i++) rows[i] = third ? v / 3 : 0;
    for (uint64_t i = 0; i < s->site.cols; i++) cols[i] = third ? -2 * v / 3 : 0;
    rows[selected.row] = third ? v : v / 2;
    cols[selected.col] = third ? 0 : v / 2;
}

static ohm_status make_file_lines(const stimulator *s, uint64_t t, float *cols, float *rows) {
    if (t < s->start) {
        memset(rows, 0, s->site.rows * sizeof *rows);
        memset(cols, 0, s->site.cols * sizeof *cols);
        return OHM_OK;
    }
    const ohm_status status = voltage_file_read_lines(&s->file, t - s->start, rows, cols);
    for (uint64_t i = 0; i < s->site.cols; i++) cols[i] = -cols[i];
    return status;
}

static ohm_status make_step(const stimulator *s, uint64_t t, float *cols, float *rows) {
    switch (s->spec.id) {
    case STIMULUS_WAVE: make_wave(s, t, cols, rows); return OHM_OK;
    case STIMULUS_LINES: make_lines(s, t, cols, rows); return OHM_OK;
    case STIMULUS_WRITE: make_write(s, t, cols, rows); return OHM_OK;
    default: return make_file_lines(s, t, cols, rows);
    }
}

// ---- Frames -----------------------------------------------------------------------------------

#define FRAME_FLOATS ((size_t)1 << 24) // of lines, at most, unless one step takes more

static ohm_status make_room(stimulator *s, size_t count) {
    if (count <= s->room) return OHM_OK;
    free(s->values);
    s->room = 0;
    s->values = aligned_alloc(OHM_BLOCK * sizeof(float),
                              (count + OHM_BLOCK - 1) / OHM_BLOCK * OHM_BLOCK * sizeof(float));
    if (!s->values) return error_no_memory("the voltages");
    s->room = count;
    return OHM_OK;
}

// Versions are told apart across stimuli too: an engine keeps the last field it had.
static uint64_t new_version(void) {
    static _Atomic uint64_t last;
    return ++last;
}

static ohm_status frame_of_lines(stimulator *s, uint64_t t, uint32_t most, stimulus_frame *frame) {
    const size_t pitch = s->site.pitch,
                 stride = pitch + (s->site.rows + OHM_BLOCK - 1) / OHM_BLOCK * OHM_BLOCK;
    const size_t fit = FRAME_FLOATS / stride;
    const uint32_t steps = fit < 1 ? 1 : fit < most ? (uint32_t)fit : most;
    ohm_status status = make_room(s, steps * stride);
    if (status) return status;
    memset(s->values, 0, steps * stride * sizeof *s->values);
    for (uint32_t i = 0; i < steps && !status; i++)
        status = make_step(s, t + i, s->values + i * stride, s->values + i * stride + pitch);
    *frame = (stimulus_frame){.geometry = {.stride = stride, .pitch = pitch},
                              .values = s->values,
                              .count = steps * stride,
                              .version = new_version(),
                              .steps = steps};
    return status;
}

// ⌈pixels·2³²/places⌉: see field.h.
static u64 scale_of(uint64_t pixels, uint64_t places) {
    return ((pixels << 32) + places - 1) / places;
}

static void image_frame(const stimulator *s, const float *values, uint64_t width, uint64_t height,
                        uint64_t steps, stimulus_frame *frame) {
    *frame = (stimulus_frame){.geometry = {.down = scale_of(height, s->site.rows),
                                           .across = scale_of(width, s->site.cols),
                                           .width = (u32)width,
                                           .height = (u32)height},
                              .values = values,
                              .count = width * height,
                              .version = s->version,
                              .steps = (uint32_t)steps};
}

static ohm_status frame_of_pattern(stimulator *s, uint64_t t, uint64_t most, stimulus_frame *frame) {
    const uint64_t turn = (t - s->start) / s->hold, left = s->hold - (t - s->start) % s->hold;
    const uint64_t i = turn % s->picture_count;
    if (s->shown != i + 1) s->version = new_version();
    s->shown = i + 1;
    const grey_picture *picture = &s->pictures[i];
    const uint64_t steps = s->picture_count == 1 || left > most ? most : left;
    image_frame(s, picture->values, picture->width, picture->height, steps, frame);
    return OHM_OK;
}

static ohm_status frame_of_file(stimulator *s, uint64_t t, stimulus_frame *frame) {
    const uint64_t i = (t - s->start) % s->file.steps;
    ohm_status status = make_room(s, s->site.rows * s->site.cols);
    if (!status && s->shown != i + 1) {
        status = voltage_file_read_cells(&s->file, i, s->values);
        s->version = new_version();
        s->shown = status ? 0 : i + 1;
    }
    image_frame(s, s->values, s->site.cols, s->site.rows, 1, frame);
    return status;
}

// Before the start of an image: one dark pixel for all.
static ohm_status frame_of_nothing(stimulator *s, uint64_t left, stimulus_frame *frame) {
    static const float nothing = 0;
    s->version = new_version();
    s->shown = 0;
    image_frame(s, &nothing, 1, 1, left, frame);
    return OHM_OK;
}

ohm_status stimulus_make_frame(stimulator *s, uint64_t t, uint32_t most, stimulus_frame *frame) {
    const int field = stimulus_field(s);
    *frame = (stimulus_frame){.steps = most};
    if (field == OHM_FRAME_NONE) return OHM_OK;
    if (field == OHM_FRAME_LINES) return frame_of_lines(s, t, most, frame);
    if (t < s->start) return frame_of_nothing(s, s->start - t < most ? s->start - t : most, frame);
    return s->spec.id == STIMULUS_PATTERN ? frame_of_pattern(s, t, most, frame) : frame_of_file(s, t, frame);
}
