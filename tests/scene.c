#include "scene.h"

#include "../host/array/crossbar.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <Random123/philox.h>

// Odd sizes on both sides of a block, a step counter that passes 2³², a seed of 64 bits, each model with
// and without flux, each distribution in each place.
const scene scenes[] = {
    {"one synapse", 1, 1, 1, 0, 65, NULL, NULL, NULL, false},
    {"63 columns", 63, 63, 2, 0, 20, NULL, NULL, NULL, false},
    {"64 columns, with flux", 64, 64, 3, 0, 20, NULL, NULL, NULL, true},
    {"65 columns", 65, 65, 18446744073709551615u, 0, 20, "sin-resistance", NULL, NULL, false},
    {"one row", 1, 1000, 5, 0, 9, "sin-resistance:alpha=-3,r_on=2,r_off=5", NULL, NULL, true},
    {"one column", 1000, 1, 6, 0, 9, "sin-state:beta=7", "uniform:lo=-1000,hi=1000", NULL, false},
    {"odd sides", 257, 511, 7, 0, 130, NULL, NULL, NULL, false},
    {"past 2^32 steps", 65, 130, 8, 4294967290, 20, NULL, NULL, NULL, true},
    {"constant voltage", 33, 70, 9, 0, 20, NULL, "constant:value=0.5", "constant:value=0.25", true},
    {"constant voltage on resistance", 33, 70, 9, 3, 20, "sin-resistance", "constant:value=-2",
     "uniform:lo=0,hi=1", false},
    {"extended", 65, 130, 10, 0, 130, "sin-state:beta=2", NULL, NULL, false, OHM_PRECISION_EXTENDED},
    {"extended resistance", 33, 70, 11, 4294967290, 20, "sin-resistance:alpha=1e-5", NULL, NULL, true},
};
const size_t scene_count = sizeof scenes / sizeof scenes[0];

void require_ok(ohm_status status, const char *call, const char *file, int line) {
    if (status == OHM_OK) return;
    print_error("%s: %s\n", call, ohm_error_message());
    _fail(file, line);
}

void refused(ohm_status found, ohm_status expected, const char *part) {
    if (found != expected) fail_msg("status %d, not %d (%s)", found, expected, ohm_error_message());
    if (!strstr(ohm_error_message(), part)) fail_msg("\"%s\" does not say \"%s\"", ohm_error_message(), part);
}

ohm_definition scene_definition(const scene *s) {
    ohm_definition d = ohm_definition_default();
    d.rows = s->rows;
    d.cols = s->cols;
    d.seed = s->seed;
    d.track_flux = s->flux;
    d.precision = s->precision;
    if (s->model) d.model = s->model;
    if (s->stimulus) d.stimulus = s->stimulus;
    if (s->initial) d.initial = s->initial;
    return d;
}

void scene_digests(ohm_crossbar *c, uint64_t digests[2]) {
    digests[0] = digests[1] = 0;
    for (int i = 0; i < PLANE_COUNT; i++) {
        uint64_t digest;
        if (!plane_exists(c->problem.variant, i)) continue;
        REQUIRE(crossbar_digest(c, i, &digest));
        digests[i == PLANE_FLUX || i == PLANE_FLUX_REST] += digest;
    }
}

void scene_play(const scene *s, const ohm_definition *d, const char *selector, uint64_t digests[2]) {
    ohm_devices *devices;
    ohm_crossbar *c;
    REQUIRE(ohm_devices_open(selector, &devices));
    REQUIRE(ohm_crossbar_create(devices, d, &c));
    c->step = s->first_step; // the only way to a late step that does not take all before it
    REQUIRE(ohm_crossbar_advance(c, s->steps));
    scene_digests(c, digests);
    ohm_crossbar_destroy(c);
    ohm_devices_close(devices);
}

size_t scene_opencl_devices(char ids[][16], size_t max) {
    ohm_device_info *list;
    size_t count, found = 0;
    REQUIRE(ohm_devices_list(&list, &count));
    for (size_t i = 0; i < count && found < max; i++)
        if (list[i].type != OHM_DEVICE_NATIVE) memcpy(ids[found++], list[i].id, sizeof list[i].id);
    free(list);
    return found;
}

// ---- The reference ----------------------------------------------------------------------------
// Written from the formulas, not from the kernels: only the sine, whose bits are ours, is shared.

static uint32_t word_of(const scene *s, uint64_t row, uint64_t col, uint64_t t, uint32_t stream) {
    const philox4x32_ctr_t counter = {{(uint32_t)(col / 64 * 16 + col % 16), (uint32_t)row, (uint32_t)t,
                                       stream << 24 | (uint32_t)(t >> 32)}};
    const philox4x32_key_t key = {{(uint32_t)s->seed, (uint32_t)(s->seed >> 32)}};
    const philox4x32_ctr_t r = philox4x32(counter, key);
    return r.v[col / 16 % 4];
}

static float uniform(double lo, double hi, uint32_t word) {
    return fmaf((float)(word >> 8), (float)((hi - lo) * pow(2, -24)), (float)lo);
}

static float sample(const spec *distribution, uint32_t word) {
    if (spec_find(distribution, "value") >= 0) return (float)spec_value(distribution, "value"); // constant
    return uniform(spec_value(distribution, "lo"), spec_value(distribution, "hi"), word);
}

float scene_voltage(const scene *s, uint64_t row, uint64_t col, uint64_t t) {
    return uniform(-5, 5, word_of(s, row, col, t, 1));
}

float scene_initial(const scene *s, uint64_t row, uint64_t col) {
    return uniform(0.1, 0.9, word_of(s, row, col, 0, 0));
}

static float clamp(float x, float low, float high) {
    return x < low ? low : x > high ? high : x + 0.0f; // + 0: no −0
}

static uint64_t term(uint64_t i, float value) {
    uint32_t bits;
    memcpy(&bits, &value, sizeof bits);
    uint64_t x = i * 0x9E3779B97F4A7C15u + bits;
    x = (x ^ x >> 30) * 0xBF58476D1CE4E5B9u;
    x = (x ^ x >> 27) * 0x94D049BB133111EBu;
    return x ^ x >> 31;
}

// A float32 value, and what it cannot hold.
typedef struct parts {
    float value, rest;
} parts;

// Adds to both: the sum of two float32 is exact in long double where it matters here.
static parts add(parts x, float change) {
    const float sum = x.value + change;
    return (parts){sum, (float)((long double)x.value + (long double)change - (long double)sum)};
}

static void play_synapse(const scene *s, const plan *p, bool extended, uint64_t row, uint64_t col,
                         parts *state, parts *flux) {
    const spec *model = &p->specs[ROLE_MODEL];
    const double dt = p->definition.dt;
    const bool resistance = model->id == OHM_MODEL_sin_resistance;
    const double factor = spec_value(model, resistance ? "alpha" : "beta");
    const float low = resistance ? (float)spec_value(model, "r_on") : 0;
    const float high = resistance ? (float)spec_value(model, "r_off") : 1;
    const float x = sample(&p->specs[ROLE_INITIAL], word_of(s, row, col, 0, 0));
    *state = (parts){clamp(resistance ? fmaf(low, x, high * (1 - x)) : x, low, high), 0};
    *flux = (parts){0, 0};
    for (uint64_t t = s->first_step; t < s->first_step + s->steps; t++) {
        const float voltage = sample(&p->specs[ROLE_STIMULUS], word_of(s, row, col, t, 1));
        const float gain = (float)(factor * dt);
        if (extended)
            *state = add(*state, fmaf(v_sin(voltage), gain, state->rest));
        else
            state->value = fmaf(v_sin(voltage), gain, state->value);
        const double both = (double)state->value + (double)state->rest;
        if (both < (double)low || both > (double)high) state->rest = 0;
        state->value = clamp(state->value, low, high);
        *flux = add(*flux, fmaf(voltage, (float)dt, flux->rest));
    }
}

void scene_reference(const scene *s, uint64_t digests[2]) {
    const ohm_definition d = scene_definition(s);
    plan p;
    REQUIRE(plan_make(&d, &p));
    digests[0] = digests[1] = 0;
    const bool extended = strncmp(s->name, "extended", 8) == 0;
    for (uint64_t row = 0; row < s->rows; row++)
        for (uint64_t col = 0; col < s->cols; col++) {
            const uint64_t i = row * s->cols + col;
            parts state, flux;
            play_synapse(s, &p, extended, row, col, &state, &flux);
            digests[0] += term(i, state.value) + (extended ? term(i, state.rest) : 0);
            if (s->flux) digests[1] += term(i, flux.value) + term(i, flux.rest);
        }
}
