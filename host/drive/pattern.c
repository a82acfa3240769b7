// The stimulus pattern: pictures scaled to the crossbar, shown one after the other, with noise.
#define OHM_LANES 1
#define OHM_TABLES
#include "drive_class.h"
#include "grey_picture.h"

#include "../../kernels/distributions.h"
#include "../base/error.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const ohm_about about = {
    .name = "pattern",
    .summary = "grayscale pictures, scaled to the crossbar",
    .equation = "lo + (hi - lo) grey + noise Phi^-1(U),  grey from 0, black, to 1, white",
};

static const ohm_parameter parameters[] = {
    {"file", "F", "1", 0, 0, 0, "PNG file, or several joined by + and used in turn", OHM_NO_SLOT,
     .text = SPEC_PATHS},
    {"lo", "V_lo", "V", -1, -1000, 1000, "voltage for black", OHM_NO_SLOT, .scaled = -1},
    {"hi", "V_hi", "V", 1, -1000, 1000, "voltage for white", OHM_NO_SLOT, .scaled = 1},
    {"noise", "σ_V", "V", 0, 0, 180, "standard deviation of added noise", OHM_NO_SLOT},
    DRIVE_HOLD,
    DRIVE_START,
};

typedef struct pattern_drive {
    drive base;
    grey_picture *pictures;
    uint64_t count;
    uint64_t shown; // 1 + the number of the picture whose version the drive has; 0 before there is one
} pattern_drive;

// ---- The drive --------------------------------------------------------------------------------

static ohm_status read_picture(drive *d, const input_set *known, const char *path) {
    pattern_drive *p = (pattern_drive *)d;
    grey_picture *more = realloc(p->pictures, (p->count + 1) * sizeof *more);
    if (!more) return ohm_fail_memory("pictures");
    p->pictures = more;
    const input_file *file;
    ohm_status status = drive_input(d, known, path, &file);
    if (!status) status = grey_picture_read(file, &more[p->count]);
    if (!status) p->count++;
    return status;
}

// From grey to voltages.
static void scale(const spec *s, grey_picture *picture) {
    const float lo = (float)spec_value(s, "lo"), span = (float)(spec_value(s, "hi") - spec_value(s, "lo"));
    for (size_t i = 0; i < (size_t)picture->width * picture->height; i++)
        picture->values[i] = fmaf(span, picture->values[i], lo);
}

static ohm_status open_pictures(drive *d, const input_set *known) {
    pattern_drive *p = (pattern_drive *)d;
    char list[SPEC_MAX_PATH], *rest;
    snprintf(list, sizeof list, "%s", d->spec.path);
    ohm_status status = OHM_OK;
    for (char *path = strtok_r(list, "+", &rest); path && !status; path = strtok_r(NULL, "+", &rest))
        status = read_picture(d, known, path);
    if (!status && !p->count) status = ohm_fail(OHM_BAD_ARGUMENT, "stimulus pattern: give file=FILE");
    for (uint64_t i = 0; i < p->count; i++) scale(&d->spec, &p->pictures[i]);
    return status;
}

static void destroy(drive *d) {
    pattern_drive *p = (pattern_drive *)d;
    for (uint64_t i = 0; i < p->count; i++) grey_picture_free(&p->pictures[i]);
    free(p->pictures);
}

static int distribution(const spec *s) {
    return spec_value(s, "noise") > 0 ? OHM_DISTRIBUTION_normal : OHM_DISTRIBUTION_constant;
}

static void derive(const spec *s, float c[4]) {
    const double noise[2] = {0, spec_value(s, "noise")};
    normal_derive(noise, c);
}

static double largest(const spec *s) {
    return fmax(fabs(spec_value(s, "lo")), fabs(spec_value(s, "hi"))) + 5.5 * spec_value(s, "noise");
}

static void range(drive *d) {
    const pattern_drive *p = (pattern_drive *)d;
    for (uint64_t i = 0; i < p->count; i++)
        for (size_t j = 0; j < (size_t)p->pictures[i].width * p->pictures[i].height; j++)
            drive_widen(d, (double)p->pictures[i].values[j]);
}

static ohm_status next(drive *d, uint64_t t, uint32_t most, drive_frame *frame) {
    pattern_drive *p = (pattern_drive *)d;
    if (t < d->start) {
        p->shown = 0;
        drive_dark_frame(d, t, most, frame);
        return OHM_OK;
    }
    const uint64_t hold = (uint64_t)spec_value(&d->spec, "hold");
    const uint64_t left = hold - (t - d->start) % hold, i = (t - d->start) / hold % p->count;
    if (p->shown != i + 1) d->version = drive_new_version();
    p->shown = i + 1;
    const grey_picture *picture = &p->pictures[i];
    const uint64_t steps = p->count == 1 || left > most ? most : left;
    drive_image_frame(d, picture->values, picture->width, picture->height, steps, frame);
    return OHM_OK;
}

const drive_class drive_pattern = {
    .entry = {&about, DRIVE_PARAMETERS(parameters), .distribution = distribution, .derive = derive,
              .frames = true},
    .size = sizeof(pattern_drive),
    .layout = OHM_FRAME_IMAGE,
    .needs_file = true,
    .largest = largest,
    .open = open_pictures,
    .destroy = destroy,
    .range = range,
    .next = next,
};
