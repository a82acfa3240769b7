// Same bits everywhere, with every model, everything that makes devices differ, and every stimulus: one
// digest a scene, over engines, lane widths, launch sizes, bands, devices and interruptions.
#include "sample.h"

#include "../host/engine/native/native.h"
#include "../host/array/crossbar.h"

#include <hdf5.h>
#include <inttypes.h>
#include <png.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

// ---- The table ------------------------------------------------------------------------------------

enum { PLAIN, ONE_SPREAD, ALL, FULL, VARIETIES }; // FULL: with flux and in extended precision too
enum { UNIFORM, LINES, PATTERN, WAVE, VOLTAGES, NORMAL, WRITE, SPIKING, CONSTANT };

// How a variety of a model is driven and kept, and what it gave when it was written, the state's digest and
// the flux's: no later version may change a bit. Printed on mismatch.
typedef struct playing {
    int stimulus;
    bool flux, extended;
    uint64_t golden[2];
} playing;

// A model, the largest voltage it is driven by, one spread, and several, and a seed. OpenCL devices play FULL
// in vectors, of so many lanes (0: as many as suit them), and perhaps ALL at one lane, all of which oclgrind
// plays: PoCL takes 5 to 15 s to compile one.
typedef struct ingredient {
    const char *model;
    double volts;
    const char *spread, *spreads;
    uint64_t seed;
    unsigned lanes;
    bool at_one_lane;
    playing varieties[VARIETIES];
} ingredient;

// A model's varieties have different stimuli, so that each stimulus meets several models, and each with
// everything.
static const ingredient ingredients[] = {
    {.model = "sin-state",
     .volts = 5,
     .spread = "beta=0.5~normal:0.1",
     .spreads = "beta=0.5~normal:0.1,r_on=0.1~lognormal:0.2",
     .seed = 100,
     .lanes = 0,
     .varieties = {{UNIFORM, false, false, {0x5ff44079e825e412, 0}},
                   {WAVE, true, true, {0xcb5926e67f9fd82a, 0x77ba8919c0ffb78c}},
                   {WRITE, false, false, {0xfaf94da2117199fe, 0}},
                   {WRITE, true, true, {0x87cede37d385ddf2, 0x68e943cf6df66240}}}},
    {.model = "sin-resistance",
     .volts = 5,
     .spread = "r_off=10~normal:1",
     .spreads = "r_off=10~normal:1,alpha=0.5~uniform:0.2",
     .seed = 103,
     .lanes = 4,
     .varieties = {{LINES, true, false, {0xe684fbf2a8d7b235, 0x9bfeff0b2c40ec60}},
                   {VOLTAGES, false, true, {0xd75c98e0f583a422, 0}},
                   {CONSTANT, true, false, {0x344d3c67e6b05b78, 0xb37c627471850b7b}},
                   {CONSTANT, true, true, {0x5259609a9bd4cecb, 0xb37c627471850b7b}}}},
    {.model = "linear-ion-drift:window=joglekar",
     .volts = 1,
     .spread = "p=2~normal:0.5",
     .spreads = "p=2~normal:0.5,mu=1e-14~lognormal:0.3",
     .seed = 106,
     .lanes = 8,
     .varieties = {{PATTERN, false, true, {0x57cfe7d931643ead, 0}},
                   {NORMAL, true, false, {0xb801f1c00d7b86ff, 0x07163e982b37797f}},
                   {UNIFORM, false, true, {0x36d827e04cbd3dd4, 0}},
                   {UNIFORM, true, true, {0x36d827e04cbd3dd4, 0x2a6b8af827026815}}}},
    {.model = "vteam:window=exponential",
     .volts = 0.5,
     .spread = "v_on=-0.2~normal:0.02",
     .spreads = "k_off=5e-4~lognormal:0.3,substeps=2",
     .seed = 109,
     .lanes = 4,
     .varieties = {{WAVE, true, true, {0xec395c9f11a72677, 0x4170a6b9bac23dbb}},
                   {WRITE, false, false, {0xb62be2027dc0c900, 0}},
                   {LINES, true, true, {0x7588f65348c91ad2, 0xd74433ed663f1a20}},
                   {LINES, true, true, {0x7588f65348c91ad2, 0xd74433ed663f1a20}}}},
    {.model = "yakopcic",
     .volts = 0.5,
     .spread = "x_p=0.3~uniform:0.1",
     .spreads = "a_p=4000~lognormal:0.3,v_n=0.15~normal:0.02",
     .seed = 112,
     .lanes = 0,
     .varieties = {{VOLTAGES, false, false, {0xd8a1d126b2748218, 0}},
                   {CONSTANT, true, true, {0x7f6a87cb49098553, 0xed5dd6189bd7fdaf}},
                   {PATTERN, false, false, {0xc96c10b25e25bba2, 0}},
                   {PATTERN, true, true, {0x5d4b68b251bb9c46, 0x8c271801521cde8f}}}},
    {.model = "mmss",
     .volts = 1,
     .spread = "v_on=0.27~normal:0.05",
     .spreads = "temperature=298.5~uniform:20,tau=1e-4~lognormal:0.2",
     .seed = 115,
     .lanes = 8,
     .at_one_lane = true,
     .varieties = {{NORMAL, true, false, {0x91fa793878c6320a, 0x5e3cefa54ec9eeed}},
                   {UNIFORM, false, true, {0xa3d93481ec9a520e, 0}},
                   {WAVE, true, false, {0x135fab9181e1f417, 0x70ab1ab64723c41e}},
                   {WAVE, true, true, {0xc44c883e07259f8f, 0x70ab1ab64723c41e}}}},
    {.model = "stanford-pku:substeps=1",
     .volts = 1.5,
     .spread = "g_max=1.7e-9~normal:1e-10",
     .spreads = "e_a=0.6~normal:0.01,g0=0.25e-9~lognormal:0.05",
     .seed = 118,
     .lanes = 8,
     .varieties = {{WRITE, false, true, {0xc752b84547449890, 0}},
                   {LINES, true, false, {0x73fec647cb04ccc4, 0x692aa62a209c4cb0}},
                   {VOLTAGES, false, true, {0x782854c93ac8bd33, 0}},
                   {VOLTAGES, true, true, {0x782854c93ac8bd33, 0x709c30710414dc10}}}},
    {.model = "linear-step:dw_min=0.02",
     .volts = 1,
     .spread = "noise=0,growing=yes",
     .spreads = "r_on=1e4~lognormal:0.1",
     .seed = 121,
     .lanes = 4,
     .varieties = {{CONSTANT, true, true, {0x523a71e099238b13, 0x5e12d8c1afc0618b}},
                   {PATTERN, false, false, {0x03c3b615c912bc42, 0}},
                   {NORMAL, true, true, {0xa34c7c7d45ed4a83, 0xe3cade4c74e26d23}},
                   {NORMAL, true, true, {0xa34c7c7d45ed4a83, 0xe3cade4c74e26d23}}}},
    {.model = "soft-bounds:dw_min=0.02",
     .volts = 1,
     .spread = "noise=0",
     .spreads = "up_down=0.1~normal:0.1",
     .seed = 124,
     .lanes = 0,
     .at_one_lane = true,
     .varieties = {{UNIFORM, false, false, {0xa0a99bc4c47ff051, 0}},
                   {WAVE, true, true, {0xe6547802277d3af7, 0xd6d40d12995a330f}},
                   {WRITE, false, false, {0xd910f42de30ddded, 0}},
                   {WRITE, true, true, {0xed8321f80749b3a2, 0x92fb29e0fb3d0e20}}}},
    {.model = "exp-step:dw_min=0.02",
     .volts = 1,
     .spread = "noise=0",
     .spreads = "a=0.244~normal:0.02",
     .seed = 127,
     .lanes = 4,
     .varieties = {{LINES, true, false, {0x4b367668dd5a4f80, 0x698182fe4bcedc2c}},
                   {VOLTAGES, false, true, {0x11d2013c14019d42, 0}},
                   {CONSTANT, true, false, {0x4ef00bc3e4274ae4, 0x5e12d8c1afc0618b}},
                   {CONSTANT, true, true, {0xa4bbd953209588bd, 0x5e12d8c1afc0618b}}}},
    {.model = "table-step:u0=0.05",
     .volts = 1,
     .spread = "u3=0.008~normal:0.002",
     .spreads = "r_on=1e4~lognormal:0.1,d4=0.008~uniform:0.004",
     .seed = 133,
     .lanes = 0,
     .varieties = {{UNIFORM, false, false, {0xa1a22ab723c22ade, 0}},
                   {WAVE, true, true, {0x6fc76373224ef0fb, 0xd6d40d12995a330f}},
                   {SPIKING, false, false, {0xc305918a6c08ed65, 0}},
                   {UNIFORM, true, true, {0xb4960b6815d0c117, 0xe70c49d3889b2299}}}},
    {.model = "jart-vcm:substeps=2",
     .volts = 0.6,
     .spread = "n_max=20~lognormal:0.2",
     .spreads = "radius=45e-9~normal:2e-9,l_disc=0.4e-9~normal:2e-11",
     .seed = 130,
     .lanes = 4,
     .varieties = {{PATTERN, false, true, {0x3d33c513451e442d, 0}},
                   {NORMAL, true, false, {0x171cffe73478e9f6, 0x1f62b0ef3fff91e5}},
                   {UNIFORM, false, true, {0x115e124f5cf48770, 0}},
                   {UNIFORM, true, true, {0x115e124f5cf48770, 0xe7c1cdebe8d4bf04}}}},
};

#define EVERYTHING                                                                                           \
    "noise=0.2~uniform:0.1,noise_add=0.01~uniform:0.005,write_noise=0.05~normal:0.02,read_noise=0.02,"       \
    "stuck=0.02,stuck_low=0.02,stuck_high=0.02,stuck_open=0.02,r_open=1e8~lognormal:0.5,levels=16,"          \
    "drift_nu=0.05~normal:0.02,drift_offset=1"

enum { COUNT = COUNT_OF(ingredients) * VARIETIES, ROWS = 13, COLS = 150, STEPS = 24 };

static scene table[COUNT];
static char model_text[COUNT][512], stimulus_text[COUNT][128], name_text[COUNT][160];
static char voltages_path[COUNT][MAX_PATH], picture_path[MAX_PATH];

// Voltages of five steps, all within ±volts.
static void write_voltages(char path[MAX_PATH], double volts) {
    static float value[5 * ROWS * COLS];
    static const hsize_t side[] = {5, ROWS, COLS};
    for (int i = 0; i < 5 * ROWS * COLS; i++) value[i] = (float)(volts * (i * 7919 % 2001 - 1000) / 1000);
    temporary_path(path);
    const hid_t file = H5Fcreate(path, H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT);
    const hid_t space = H5Screate_simple(3, side, NULL);
    const hid_t set =
        H5Dcreate2(file, "voltage", H5T_IEEE_F32LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    assert_true(H5Dwrite(set, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, value) >= 0);
    H5Dclose(set);
    H5Sclose(space);
    H5Fclose(file);
}

static void write_picture(void) {
    uint8_t grey[9 * 40];
    png_image image = {.version = PNG_IMAGE_VERSION, .width = 40, .height = 9, .format = PNG_FORMAT_GRAY};
    for (int i = 0; i < 9 * 40; i++) grey[i] = (uint8_t)(i * 7919 >> 3);
    temporary_path(picture_path);
    assert_true(png_image_write_to_file(&image, picture_path, 0, grey, 0, NULL));
}

static void say_model(char text[512], const ingredient *g, int variety) {
    const char *more[] = {"", g->spread, g->spreads};
    const char separator = strchr(g->model, ':') ? ',' : ':';
    if (variety == PLAIN)
        snprintf(text, 512, "%s", g->model);
    else
        snprintf(text, 512, "%s%c%s%s", g->model, separator, more[variety],
                 variety == ALL ? "," EVERYTHING : "");
}

static void say_stimulus(size_t i, int which, double v) {
    char *text = stimulus_text[i];
    const size_t size = sizeof stimulus_text[i];
    switch (which) {
    case UNIFORM: snprintf(text, size, "uniform:lo=%g,hi=%g", -v, v); break;
    case LINES: snprintf(text, size, "lines:lo=%g,hi=%g", -v / 2, v / 2); break;
    case PATTERN:
        snprintf(text, size, "pattern:file=%s,lo=%g,hi=%g,noise=%g", picture_path, -v / 2, v / 2, v / 12);
        break;
    case WAVE: snprintf(text, size, "wave:amplitude=%g,shape=triangle,start=3", v); break;
    case VOLTAGES: snprintf(text, size, "file:path=%s,start=2", voltages_path[i]); break;
    case NORMAL: snprintf(text, size, "normal:mean=0,sd=%g", v / 6); break;
    case WRITE: snprintf(text, size, "write:v=%g,scheme=third,hold=2", v); break;
    case CONSTANT: snprintf(text, size, "constant:value=%g", v); break;
    case SPIKING:
        snprintf(text, size, "spiking:rate=200,weight=0.02,lateral=inhibit,amplitude=%g,tail_time=5e-3",
                 v / 1.5);
        break;
    }
}

static const char *const variety_name[] = {"plain", "varied", "with everything",
                                           "with everything and flux, extended,"};

static const ingredient *ingredient_of(size_t i) {
    return &ingredients[i / VARIETIES];
}

static const playing *playing_of(size_t i) {
    return &ingredient_of(i)->varieties[i % VARIETIES];
}

static void make_table(void) {
    for (size_t i = 0; i < COUNT; i++) {
        const ingredient *g = ingredient_of(i);
        const playing *p = playing_of(i);
        const int variety = i % VARIETIES, all = variety < ALL ? variety : ALL;
        write_voltages(voltages_path[i], g->volts);
        say_model(model_text[i], g, all);
        say_stimulus(i, p->stimulus, g->volts);
        snprintf(name_text[i], sizeof name_text[i], "%s %s by %.4s", g->model, variety_name[variety],
                 stimulus_text[i]);
        table[i] = (scene){.name = name_text[i],
                           .rows = ROWS,
                           .cols = COLS,
                           .seed = g->seed + (uint64_t)all,
                           .steps = STEPS,
                           .model = model_text[i],
                           .stimulus = stimulus_text[i],
                           .flux = p->flux,
                           .precision = p->extended ? OHM_PRECISION_EXTENDED : OHM_PRECISION_SINGLE};
    }
}

// ---- Playing --------------------------------------------------------------------------------------

static uint64_t reference[COUNT][2];
static char gpu_or_cpu[4][16]; // the OpenCL devices
static size_t device_count;

static int prepare(void **state) {
    (void)state;
    write_picture();
    make_table();
    device_count = scene_opencl_devices(gpu_or_cpu, COUNT_OF(gpu_or_cpu));
    print_message("  native: up to %u lanes; OpenCL devices: %zu\n", native_device_info().lanes,
                  device_count);
    for (size_t i = 0; i < COUNT; i++) {
        ohm_definition d = scene_definition(&table[i]);
        d.lanes = 1;
        scene_play(&table[i], &d, "native", reference[i]);
    }
    return 0;
}

static int clean(void **state) {
    (void)state;
    unlink(picture_path);
    for (size_t i = 0; i < COUNT; i++) unlink(voltages_path[i]);
    return 0;
}

static void check_digests(size_t i, const ohm_definition *d, const char *where, const uint64_t found[2]) {
    if (memcmp(found, reference[i], sizeof reference[i]) != 0)
        fail_msg("scene \"%s\" on %s with fuse %u, lanes %u, bands of %" PRIu64 ": digests %016" PRIx64
                 " %016" PRIx64 ", not %016" PRIx64 " %016" PRIx64,
                 table[i].name, where, d->fuse, d->lanes, d->band_rows, found[0], found[1], reference[i][0],
                 reference[i][1]);
}

static void check(size_t i, const char *selector, unsigned lanes, unsigned fuse, uint64_t band_rows) {
    ohm_definition d = scene_definition(&table[i]);
    uint64_t found[2];
    d.lanes = lanes;
    d.fuse = fuse;
    d.band_rows = band_rows;
    scene_play(&table[i], &d, selector, found);
    check_digests(i, &d, selector, found);
}

// Whether a text, which may go on with parameters, names an entry of the catalogue.
static bool names(const char *text, const char *entry) {
    const size_t length = strlen(entry);
    return strncmp(text, entry, length) == 0 && (!text[length] || text[length] == ':');
}

// A model or a stimulus that is new is to have its scenes, and with everything.
static void the_catalogue_is_in_the_table(void **state) {
    (void)state;
    for (size_t k = 0; ohm_model_name(k); k++) {
        size_t i = ALL;
        while (i < COUNT && !names(table[i].model, ohm_model_name(k))) i += VARIETIES;
        if (i >= COUNT) fail_msg("no scene with everything has model %s", ohm_model_name(k));
    }
    for (size_t k = 0; ohm_stimulus_name(k); k++) {
        size_t i = ALL;
        while (i < COUNT && !names(table[i].stimulus, ohm_stimulus_name(k))) i += VARIETIES;
        if (i >= COUNT) fail_msg("no scene with everything has stimulus %s", ohm_stimulus_name(k));
    }
}

static void native_is_golden(void **state) {
    (void)state;
    bool equal = true;
    for (size_t i = 0; i < COUNT; i++) {
        if (memcmp(reference[i], playing_of(i)->golden, sizeof reference[i]) == 0) continue;
        print_error("    {0x%016" PRIx64 ", 0x%016" PRIx64 "}, // %s\n", reference[i][0], reference[i][1],
                    table[i].name);
        equal = false;
    }
    assert_true(equal);
}

// A scene that nothing happens in would be the same everywhere.
static void in_every_scene_something_happens(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT; i++) {
        scene still = table[i];
        uint64_t before[2];
        const ohm_definition d = scene_definition(&still);
        still.steps = 0;
        scene_play(&still, &d, "native", before);
        if (before[0] == reference[i][0]) fail_msg("in scene \"%s\" no state moves", still.name);
    }
}

static void native_at_every_lane_width(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT; i++)
        for (unsigned lanes = 4; lanes <= native_device_info().lanes; lanes *= 2)
            check(i, "native", lanes, 0, 0);
}

static void native_at_every_fuse_and_split(void **state) {
    (void)state;
    static const unsigned fuse[] = {1, 2, 7, 64};
    for (size_t i = 0; i < COUNT; i++)
        for (size_t f = 0; f < COUNT_OF(fuse); f++) {
            check(i, "native", 0, fuse[f], 3);
            check(i, "native,native", 0, fuse[f], 0);
        }
}

// The least memory that a scene streams through: two groups of planes of 64 rows, of which some may be none.
static uint64_t least_memory(const scene *s) {
    const uint64_t planes = s->flux ? 4 : 2, pitch = (s->cols + 63) / 64 * 64;
    return 2 * planes * 64 * pitch * sizeof(float);
}

// Bands begin at multiples of 64 rows, which the scenes do not have: taller ones, but for those whose
// voltages are a file of their own size. Of the five bands that are streamed through memory for two groups of
// planes each comes and goes several times.
static void bands_are_one_crossbar(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT; i++) {
        scene tall = table[i];
        if (names(tall.stimulus, "file")) continue;
        tall.rows = 269;
        ohm_definition d = scene_definition(&tall);
        uint64_t whole[2], bands[2], shared[2], streamed[2];
        scene_play(&tall, &d, "native", whole);
        scene_play(&tall, &d, "native,native", shared);
        d.band_rows = 64;
        scene_play(&tall, &d, "native", bands);
        d.memory = least_memory(&tall);
        scene_play(&tall, &d, "native", streamed);
        if (memcmp(whole, bands, sizeof whole) != 0 || memcmp(whole, shared, sizeof whole) != 0 ||
            memcmp(whole, streamed, sizeof whole) != 0)
            fail_msg("scene \"%s\" of 269 rows is another in bands, on two devices or streamed", tall.name);
    }
}

// From one model in full to the next that OpenCL devices play. The sanitizers see how kernels are
// called, and nothing of what PoCL has made of them: a few models are enough under them.
static size_t next_on_opencl(void) {
    const char *sanitizers = getenv("SANITIZE");
    return sanitizers && *sanitizers ? 4 * VARIETIES : VARIETIES;
}

static void opencl_in_full(void **state) {
    (void)state;
    if (!device_count) skip(); // no OpenCL device here
    for (size_t o = 0; o < device_count; o++)
        for (size_t i = FULL; i < COUNT; i += next_on_opencl()) {
            check(i, gpu_or_cpu[o], ingredient_of(i)->lanes, 0, 0);
            check(i, gpu_or_cpu[o], ingredient_of(i)->lanes, 1, 3);
            check(i, gpu_or_cpu[o], ingredient_of(i)->lanes, 7, 0);
            if (ingredient_of(i)->at_one_lane) check(i - FULL + ALL, gpu_or_cpu[o], 1, 7, 3);
        }
}

static void several_devices(void **state) {
    (void)state;
    if (!device_count) skip();
    for (size_t i = FULL; i < COUNT; i += next_on_opencl()) {
        char selector[64];
        snprintf(selector, sizeof selector, "native,%s", gpu_or_cpu[0]);
        check(i, selector, ingredient_of(i)->lanes, 0, 2);
    }
}

// ---- Interrupted runs -----------------------------------------------------------------------------

// The definition's strings, which have all parameters, spreads and paths.
static void assert_same_definition(ohm_crossbar *a, ohm_crossbar *b) {
    const ohm_definition *x = ohm_crossbar_definition(a), *y = ohm_crossbar_definition(b);
    assert_string_equal(x->model, y->model);
    assert_string_equal(x->stimulus, y->stimulus);
    assert_string_equal(x->initial, y->initial);
    assert_true(x->rows == y->rows && x->cols == y->cols && x->seed == y->seed && x->dt == y->dt);
    assert_true(x->track_flux == y->track_flux);
    assert_true(ohm_crossbar_step(a) == ohm_crossbar_step(b));
    assert_true(ohm_crossbar_idle_time(a) == ohm_crossbar_idle_time(b));
}

static void assert_same_view(ohm_crossbar *a, ohm_crossbar *b, ohm_quantity quantity) {
    float *x = quantity_of(a, quantity), *y = quantity_of(b, quantity);
    assert_memory_equal(x, y, ROWS * COLS * sizeof *x);
    free(x);
    free(y);
}

// Saves half-way, after an idle time, in which what has everything drifts, and goes on from the file, on
// devices that may be others.
static void resume(size_t i, const char *before, const char *after, bool views) {
    char path[MAX_PATH];
    temporary_path(path);
    ohm_definition d = scene_definition(&table[i]);
    d.lanes = strcmp(after, "native") ? ingredient_of(i)->lanes : 0;
    ohm_devices *first = open_devices(before), *second = open_devices(after);
    ohm_crossbar *a = create(first, &d), *b;
    REQUIRE(ohm_crossbar_advance(a, 11));
    REQUIRE(ohm_crossbar_idle(a, 1234.5));
    REQUIRE(ohm_crossbar_save(a, path));
    REQUIRE(ohm_crossbar_load(second, path, &d, &b));
    assert_same_definition(a, b);
    assert_same_state(a, b);
    for (int q = OHM_RESISTANCE; q <= OHM_CONDUCTANCE && views; q++) assert_same_view(a, b, (ohm_quantity)q);
    REQUIRE(ohm_crossbar_advance(a, STEPS - 11));
    REQUIRE(ohm_crossbar_advance(b, STEPS - 11));
    uint64_t found[2], expected[2];
    scene_digests(a, expected);
    scene_digests(b, found);
    assert_memory_equal(found, expected, sizeof found);
    if (i % VARIETIES < ALL) check_digests(i, &d, after, found); // which do not drift
    ohm_crossbar_destroy(a);
    ohm_crossbar_destroy(b);
    ohm_devices_close(first);
    ohm_devices_close(second);
    unlink(path);
}

static void saving_keeps_everything(void **state) {
    (void)state;
    for (size_t i = 0; i < COUNT; i++) resume(i, "native", "native", true);
}

// What is read of devices, levels and drift and all, is the same on other devices too; twice, since pictures
// are programs of their own.
static void opencl_goes_on_from_native(void **state) {
    (void)state;
    if (!device_count) skip();
    for (size_t i = FULL; i < COUNT; i += next_on_opencl()) resume(i, "native", gpu_or_cpu[0], i == FULL);
}

// ---- Statistics -----------------------------------------------------------------------------------

static void take_statistics(size_t i, const char *selector, unsigned lanes, ohm_statistics *s) {
    ohm_devices *devices = open_devices(selector);
    ohm_definition d = scene_definition(&table[i]);
    d.lanes = lanes;
    ohm_crossbar *c = create(devices, &d);
    REQUIRE(ohm_crossbar_advance(c, 9));
    REQUIRE(ohm_crossbar_idle(c, 100));
    memset(s, POISON, sizeof *s);
    REQUIRE(ohm_crossbar_statistics(c, s));
    ohm_crossbar_destroy(c);
    ohm_devices_close(devices);
}

static void statistics_are_the_same_digits(void **state) {
    (void)state;
    ohm_statistics first, other;
    for (size_t i = 0; i < COUNT; i++) {
        take_statistics(i, "native", 1, &first);
        for (unsigned lanes = 4; lanes <= native_device_info().lanes; lanes *= 2) {
            take_statistics(i, "native,native", lanes, &other);
            assert_memory_equal(&first, &other, sizeof first);
        }
        if (!device_count || i != FULL) continue;
        take_statistics(i, gpu_or_cpu[0], 0, &other);
        assert_memory_equal(&first, &other, sizeof first);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_catalogue_is_in_the_table),
        cmocka_unit_test(native_is_golden),
        cmocka_unit_test(in_every_scene_something_happens),
        cmocka_unit_test(native_at_every_lane_width),
        cmocka_unit_test(native_at_every_fuse_and_split),
        cmocka_unit_test(bands_are_one_crossbar),
        cmocka_unit_test(opencl_in_full),
        cmocka_unit_test(several_devices),
        cmocka_unit_test(saving_keeps_everything),
        cmocka_unit_test(opencl_goes_on_from_native),
        cmocka_unit_test(statistics_are_the_same_digits),
    };
    return cmocka_run_group_tests_name("scenes", tests, prepare, clean);
}
