// See drive.h and drive_class.h.
#define OHM_LANES 1
#include "drive.h"

#include "../../kernels/distributions.h"
#include "../../kernels/models.h"
#include "../../kernels/strip.h"
#include "../base/error.h"
#include "drive_class.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const catalogue_entry *const catalogue_stimuli[] = {
    &drive_uniform.entry, &drive_constant.entry,
    &drive_normal.entry,  &drive_wave.entry,
    &drive_lines.entry,   &drive_write.entry,
    &drive_pattern.entry, &drive_voltages.entry,
    &drive_spiking.entry, NULL,
};

static const drive_class *class_of(const spec *s) {
    return (const drive_class *)spec_entry_of(s);
}

double drive_value_or(const spec *s, const char *key, double standard) {
    const int i = spec_find(s, key);
    return i < 0 ? standard : s->value[i];
}

// Checks that a stimulus that needs a file has one.
static ohm_status check_file(const spec *s) {
    const drive_class *class = class_of(s);
    const catalogue_entry *entry = &class->entry;
    for (int i = 0; i < entry->count && class->needs_file && !s->path[0]; i++)
        if (entry->own[i].text)
            return ohm_fail(OHM_BAD_ARGUMENT, "stimulus %s: give %s=FILE", entry->about->name,
                            entry->own[i].key);
    return OHM_OK;
}

ohm_status drive_check(const spec *s) {
    const drive_class *class = class_of(s);
    const char *name = class->entry.about->name;
    if (class->largest && class->largest(s) > DRIVE_MAX_VOLTAGE)
        return ohm_fail(OHM_BAD_ARGUMENT, "stimulus %s: its voltages reach %g V, more than 1000", name,
                        class->largest(s));
    return s->given ? check_file(s) : OHM_OK;
}

// ---- Voltages ---------------------------------------------------------------------------------

const drive_ends drive_no_ends = {INFINITY, -INFINITY};

ohm_status drive_check_values(const drive_array *a, uint64_t step, const float *values, drive_ends *e) {
    for (uint64_t i = 0; i < a->count; i++) {
        const double value = (double)values[i];
        // Not fmin and fmax: GCC 12 for 64-bit Arm crashes on them here.
        if (value < e->low) e->low = value;
        if (value > e->high) e->high = value;
        if (fabs(value) <= DRIVE_MAX_VOLTAGE) continue; // false for NaN
        char place[72];
        if (a->cols)
            snprintf(place, sizeof place, "%" PRIu64 ", %" PRIu64 ", %" PRIu64, step, i / a->cols,
                     i % a->cols);
        else
            snprintf(place, sizeof place, "%" PRIu64 ", %" PRIu64, step, i);
        return ohm_fail(a->wrong, "%s%s[%s] is %g, not a voltage within 1000 V", a->source, a->name, place,
                        value);
    }
    return OHM_OK;
}

ohm_status drive_join_lines(ohm_status wrong, const char *source, drive_ends cols, drive_ends *e) {
    *e = (drive_ends){e->low - cols.high, e->high - cols.low};
    const double most = fmax(-e->low, e->high);
    if (!(most > DRIVE_MAX_VOLTAGE)) return OHM_OK;
    return ohm_fail(wrong, "%srow and column voltages differ by up to %g V, more than 1000", source, most);
}

// ---- Opening ----------------------------------------------------------------------------------

drive_site drive_site_of(const plan *p) {
    const ohm_definition *d = &p->definition;
    return (drive_site){
        .rows = d->rows, .cols = d->cols, .pitch = plan_pitch(p), .seed = d->seed, .dt = d->dt};
}

// What drives that listen know of the devices. It takes long where many parameters are spread, and a caller's
// own voltages make a drive at every call.
static void find_devices(const plan *p, drive_site *site) {
    const ohm_physics physics = plan_problem(p, OHM_FRAME_NONE, 0).physics;
    const int model = p->specs[ROLE_MODEL].id;
    const float *c = physics.model;
    const float low = model_resistance(model, c[OHM_LOW], c), high = model_resistance(model, c[OHM_HIGH], c);
    const double range = (double)c[OHM_HIGH] - (double)c[OHM_LOW];
    site->most_conductance = 1 / (double)(high < low ? high : low);
    site->rising_range = high < low ? range : -range;
    site->polarity = spec_entry_of(&p->specs[ROLE_MODEL])->about->polarity;
}

ohm_status drive_input(drive *d, const input_set *known, const char *path, const input_file **file) {
    return input_get(path, known, &d->inputs, file);
}

// Keeps the state file's folder: later stimuli may read files from it too.
static ohm_status take_folder(drive *d, const input_set *known) {
    if (!known || !known->folder) return OHM_OK;
    d->inputs.folder = strdup(known->folder);
    return d->inputs.folder ? OHM_OK : ohm_fail_memory("a path");
}

void drive_widen(drive *d, double voltage) {
    if (voltage < d->low) d->low = voltage;
    if (voltage > d->high) d->high = voltage;
}

// The range of the frames, with 0 V if they start later, and of the voltages that kernels draw. A
// distribution rises with its random word, so the first and the last word give its ends.
static void take_range(drive *d) {
    float c[4] = {0};
    const catalogue_entry *entry = &d->class->entry;
    const int drawn = entry->distribution ? entry->distribution(&d->spec) : OHM_DISTRIBUTION_constant;
    if (entry->derive) entry->derive(&d->spec, c);
    if (d->class->range) {
        d->low = INFINITY;
        d->high = -INFINITY;
        d->class->range(d);
        if (d->start > 0) drive_widen(d, 0);
    }
    d->low += (double)distribution_sample(drawn, 0, c);
    d->high += (double)distribution_sample(drawn, UINT32_MAX, c);
}

static void release(drive *d) {
    input_set_free(&d->inputs);
    free(d->values);
    free(d);
}

ohm_status drive_open(const plan *p, const input_set *known, drive **opened) {
    const drive_class *class = class_of(&p->specs[ROLE_STIMULUS]);
    drive *d = calloc(1, class->size ? class->size : sizeof *d);
    *opened = NULL;
    if (!d) return ohm_fail_memory("a stimulus");
    d->class = class;
    d->spec = p->specs[ROLE_STIMULUS];
    d->site = drive_site_of(p);
    if (class->closed_loop) find_devices(p, &d->site);
    d->layout = class->layout;
    d->start = (uint64_t)drive_value_or(&d->spec, "start", 0);
    ohm_status status = take_folder(d, known);
    if (!status) status = check_file(&d->spec);
    if (status) {
        release(d); // its class has made nothing yet
        return status;
    }
    if (class->open) status = class->open(d, known);
    if (status) {
        drive_close(d);
        return status;
    }
    take_range(d);
    *opened = d;
    return OHM_OK;
}

void drive_close(drive *d) {
    if (!d) return;
    if (d->class->destroy) d->class->destroy(d);
    release(d);
}

// ---- What it is -------------------------------------------------------------------------------

const input_set *drive_inputs(const drive *d) {
    return &d->inputs;
}

int drive_layout(const drive *d) {
    return d->layout;
}

bool drive_is_closed_loop(const drive *d) {
    return d->class->closed_loop;
}

void drive_range(const drive *d, double *low, double *high) {
    *low = d->low;
    *high = d->high;
}

double drive_largest(const drive *d) {
    return fmax(fabs(d->low), fabs(d->high));
}

int drive_levels(const drive *d, double level[DRIVE_MAX_LEVELS]) {
    return d->class->levels ? d->class->levels(&d->spec, level) : 0;
}

// ---- Frames -----------------------------------------------------------------------------------

#define FRAME_FLOATS ((size_t)1 << 24) // most floats in a frame of lines, unless a single step takes more

ohm_status drive_make_room(drive *d, size_t count) {
    if (count <= d->room) return OHM_OK;
    free(d->values);
    d->room = 0;
    d->values = aligned_alloc(OHM_BLOCK * sizeof(float),
                              (count + OHM_BLOCK - 1) / OHM_BLOCK * OHM_BLOCK * sizeof(float));
    if (!d->values) return ohm_fail_memory("the voltages");
    d->room = count;
    return OHM_OK;
}

// Unique among all drives: an engine that still has a frame of another drive must not take it for this one.
uint64_t drive_new_version(void) {
    static _Atomic uint64_t last;
    return ++last;
}

ohm_status drive_lines_frame(drive *d, uint64_t t, uint32_t most, drive_step *step, drive_frame *frame) {
    const size_t pitch = d->site.pitch,
                 stride = pitch + (d->site.rows + OHM_BLOCK - 1) / OHM_BLOCK * OHM_BLOCK;
    const size_t fit = FRAME_FLOATS / stride;
    const uint32_t steps = fit < 1 ? 1 : fit < most ? (uint32_t)fit : most;
    ohm_status status = drive_make_room(d, steps * stride);
    if (status) return status;
    memset(d->values, 0, steps * stride * sizeof *d->values);
    for (uint32_t i = 0; i < steps && !status; i++)
        if (t + i >= d->start)
            status = step(d, t + i, d->values + i * stride, d->values + i * stride + pitch);
    *frame = (drive_frame){.geometry = {.stride = stride, .pitch = pitch},
                           .values = d->values,
                           .count = steps * stride,
                           .version = drive_new_version(),
                           .steps = steps};
    return status;
}

// ⌈pixels·2³²/places⌉: see frame.h.
static u64 scale_of(uint64_t pixels, uint64_t places) {
    return ((pixels << 32) + places - 1) / places;
}

void drive_image_frame(const drive *d, const float *values, uint64_t width, uint64_t height, uint64_t steps,
                       drive_frame *frame) {
    *frame = (drive_frame){.geometry = {.down = scale_of(height, d->site.rows),
                                        .across = scale_of(width, d->site.cols),
                                        .width = (u32)width,
                                        .height = (u32)height},
                           .values = values,
                           .count = width * height,
                           .version = d->version,
                           .steps = (uint32_t)steps};
}

void drive_dark_frame(drive *d, uint64_t t, uint32_t most, drive_frame *frame) {
    static const float nothing = 0;
    const uint64_t left = d->start - t;
    d->version = drive_new_version();
    drive_image_frame(d, &nothing, 1, 1, left < most ? left : most, frame);
}

ohm_status drive_next(drive *d, uint64_t t, uint32_t most, drive_frame *frame) {
    *frame = (drive_frame){.steps = most};
    return d->class->next ? d->class->next(d, t, most, frame) : OHM_OK;
}

void drive_begin(drive *d, uint64_t t) {
    if (d->class->begin) d->class->begin(d, t);
}

void drive_hear(drive *d, uint64_t t, const double *col_current) {
    if (d->class->hear) d->class->hear(d, t, col_current);
}

void drive_restart(drive *d) {
    if (d->class->restart) d->class->restart(d);
}

// ---- Lines ------------------------------------------------------------------------------------

// The voltage that it draws for every synapse alike, into *voltage; false if they differ.
static bool is_constant(const drive *d, double *voltage) {
    const catalogue_entry *entry = &d->class->entry;
    float c[4] = {0};
    *voltage = 0;
    if (!entry->distribution) return true;
    if (entry->distribution(&d->spec) != OHM_DISTRIBUTION_constant) return false;
    entry->derive(&d->spec, c);
    *voltage = (double)distribution_sample(OHM_DISTRIBUTION_constant, 0, c);
    return true;
}

bool drive_has_lines(const drive *d) {
    double voltage;
    return (d->layout == OHM_FRAME_LINES || d->layout == OHM_FRAME_NONE) && is_constant(d, &voltage);
}

ohm_status drive_line_voltages(drive *d, uint64_t t, double *rows, double *cols) {
    double voltage;
    drive_frame f;
    const ohm_status status = drive_next(d, t, 1, &f);
    if (status || !is_constant(d, &voltage)) return status;
    for (uint64_t i = 0; i < d->site.rows; i++)
        rows[i] = voltage + (f.values ? (double)f.values[f.geometry.pitch + i] : 0);
    for (uint64_t j = 0; j < d->site.cols; j++) cols[j] = f.values ? -(double)f.values[j] : 0;
    return OHM_OK;
}
