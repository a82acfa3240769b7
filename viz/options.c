#include "options.h"
#include "learning.h"
#include "png.h"
#include "record.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

view_options view_options_default(void) {
    return (view_options){
        .setup = setup_default(),
        .surface = {.width = 1280, .height = 800},
        .layout = NETWORK_RING,
        .steps_per_frame = 1,
        .fps = 30,
        .raster_steps = 1000,
    };
}

// ---- Setters ----------------------------------------------------------------------------------

#define SETTER(name) static ohm_status set_##name(void *object, const char *text)
#define OF(object) ((view_options *)(object))
#define FLAG_SETTER(name, place)                                                                             \
    SETTER(name) {                                                                                           \
        return options_set_flag(&OF(object)->place, text);                                                   \
    }
#define TEXT_SETTER(name)                                                                                    \
    SETTER(name) {                                                                                           \
        OF(object)->name = text;                                                                             \
        return OHM_OK;                                                                                       \
    }

FLAG_SETTER(headless, surface.headless)
FLAG_SETTER(log, logarithmic)
FLAG_SETTER(network, network)
FLAG_SETTER(bars, bars)
FLAG_SETTER(json, json)
FLAG_SETTER(bare, bare)
FLAG_SETTER(panel, panel)
FLAG_SETTER(timings, timings)
FLAG_SETTER(quiet, quiet)
TEXT_SETTER(screenshot)
TEXT_SETTER(record)
TEXT_SETTER(output)

// The place of text among names, as an error if it has none.
static ohm_status choose(const char *option, const char *text, const char *const *names, int count,
                         int *chosen) {
    char allowed[256] = "one of";
    for (*chosen = 0; *chosen < count; ++*chosen) {
        if (strcmp(text, names[*chosen]) == 0) return OHM_OK;
        const size_t used = strlen(allowed);
        snprintf(allowed + used, sizeof allowed - used, "%s %s", *chosen ? "," : "", names[*chosen]);
    }
    return options_bad_value(option, text, allowed);
}

#define CHOICE_SETTER(name, place, names, count)                                                             \
    SETTER(name) {                                                                                           \
        int chosen;                                                                                          \
        const ohm_status status = choose(#name, text, names, count, &chosen);                                \
        if (!status) OF(object)->place = chosen;                                                             \
        return status;                                                                                       \
    }

static const char *const share_name[] = {"auto", "on", "off"};
static const char *const context_name[] = {"auto", "glx", "egl"};

CHOICE_SETTER(share, share, share_name, 3)
CHOICE_SETTER(context, surface.api, context_name, 3)
CHOICE_SETTER(layout, layout, network_layout_name, NETWORK_LAYOUTS)

SETTER(colormap) {
    int chosen;
    const ohm_status status = choose("colormap", text, colormap_name, COLORMAP_COUNT, &chosen);
    if (!status) OF(object)->colors = chosen;
    OF(object)->colors_chosen = true;
    return status;
}

SETTER(show) {
    static const char *const faces[] = {"heatmap", "fields"};
    int chosen;
    const ohm_status status = choose("show", text, faces, 2, &chosen);
    OF(object)->tiles = chosen == 1;
    OF(object)->show_chosen = true;
    return status;
}

SETTER(quantity) {
    const char *names[OHM_QUANTITIES];
    int chosen;
    for (int i = 0; i < OHM_QUANTITIES; i++) names[i] = ohm_quantity_name(i);
    const ohm_status status = choose("quantity", text, names, OHM_QUANTITIES, &chosen);
    if (!status) OF(object)->quantity = chosen;
    OF(object)->quantity_chosen = true;
    return status;
}

SETTER(reduction) {
    const char *names[OHM_REDUCTIONS];
    int chosen;
    for (int i = 0; i < OHM_REDUCTIONS; i++) names[i] = ohm_reduction_name(i);
    const ohm_status status = choose("reduction", text, names, OHM_REDUCTIONS, &chosen);
    if (!status) OF(object)->reduction = chosen;
    return status;
}

SETTER(steps) {
    return options_read_u64("steps", text, 0, OHM_MAX_STEP, &OF(object)->steps);
}

SETTER(frames) {
    return options_read_u64("frames", text, 1, UINT32_MAX, &OF(object)->frames);
}

SETTER(fps) {
    return options_read_u64("fps", text, 1, 1000, &OF(object)->fps);
}

SETTER(neuron) {
    OF(object)->has_neuron = true;
    return options_read_u64("neuron", text, 0, OHM_MAX_SIDE - 1, &OF(object)->neuron);
}

SETTER(layer) {
    return options_read_u64("layer", text, 0, 1000, &OF(object)->layer);
}

SETTER(raster) {
    return options_read_u64("raster", text, 10, 1000000, &OF(object)->raster_steps);
}

SETTER(steps_per_frame) {
    OF(object)->paced = true;
    return options_read_auto("steps-per-frame", text, 1 << 20, &OF(object)->steps_per_frame);
}

// Reads count numbers that are all of text, with one separator between them.
static bool read_numbers(const char *text, char separator, int count, double *value) {
    char part[32];
    for (int i = 0; i < count; i++) {
        const size_t length = i + 1 < count ? strcspn(text, (char[]){separator, '\0'}) : strlen(text);
        if (length >= sizeof part) return false;
        snprintf(part, sizeof part, "%.*s", (int)length, text);
        if (!options_read_number(part, &value[i])) return false;
        if (i + 1 < count && text[length] != separator) return false;
        text += length + (i + 1 < count);
    }
    return true;
}

SETTER(size) {
    double side[2];
    const bool right = read_numbers(text, 'x', 2, side) && side[0] == floor(side[0]) &&
                       side[1] == floor(side[1]) && side[0] >= 1 && side[1] >= 1 && side[0] <= 8192 &&
                       side[1] <= 8192;
    if (!right) return options_bad_value("size", text, "WIDTHxHEIGHT, each from 1 to 8192 pixels");
    OF(object)->surface.width = (int)side[0];
    OF(object)->surface.height = (int)side[1];
    return OHM_OK;
}

SETTER(field) {
    double side[2];
    const bool right = read_numbers(text, 'x', 2, side) && side[0] == floor(side[0]) &&
                       side[1] == floor(side[1]) && side[0] >= 1 && side[1] >= 1 &&
                       side[0] <= OHM_MAX_IMAGE && side[1] <= OHM_MAX_IMAGE;
    if (!right) return options_bad_value("field", text, "WIDTHxHEIGHT, each from 1 to 16384 devices");
    OF(object)->field = (tiles_shape){(uint32_t)side[0], (uint32_t)side[1]};
    return OHM_OK;
}

SETTER(range) {
    view_options *o = OF(object);
    double end[2];
    o->range = strcmp(text, "all") == 0 ? RANGE_WHOLE : strcmp(text, "seen") == 0 ? RANGE_SEEN : RANGE_MANUAL;
    if (o->range != RANGE_MANUAL) return OHM_OK;
    if (!read_numbers(text, ':', 2, end) || !(end[0] < end[1]))
        return options_bad_value("range", text, "all, seen, or LOW:HIGH with LOW below HIGH");
    o->scale.low = end[0];
    o->scale.high = end[1];
    return OHM_OK;
}

SETTER(region) {
    view_options *o = OF(object);
    o->has_region = read_numbers(text, ',', 4, o->region) && o->region[2] > 0 && o->region[3] > 0;
    return o->has_region ? OHM_OK
                         : options_bad_value("region", text, "ROW,COLUMN,ROWS,COLUMNS, the last two above 0");
}

SETTER(select) {
    view_options *o = OF(object);
    double place[2];
    o->has_selection = read_numbers(text, ',', 2, place);
    for (int i = 0; i < 2 && o->has_selection; i++) {
        o->has_selection = place[i] >= 0 && place[i] < OHM_MAX_SIDE && place[i] == floor(place[i]);
        if (o->has_selection) o->selection[i] = (uint64_t)place[i];
    }
    return o->has_selection ? OHM_OK : options_bad_value("select", text, "ROW,COLUMN, counted from 0");
}

// ---- Tables -----------------------------------------------------------------------------------

#define PICTURE_ENTRIES                                                                                      \
    {"quantity", 0, "Q",                                                                                     \
     "resistance (default), conductance, state, flux, or of the last step\nvoltage, current, word-line or "  \
     "bit-line (potentials, with --wires)",                                                                  \
     set_quantity},                                                                                          \
        {"colormap", 0, "MAP", "jet (default), viridis, magma, cividis, coolwarm or gray", set_colormap},    \
        {"range", 0, "RANGE", "colour range: all (default; every possible value), seen, or LOW:HIGH",        \
         set_range},                                                                                         \
        {"log", 0, NULL, "logarithmic colour scale", set_log}, {                                             \
        "layout", 0, "LAYOUT", "diagonal (default of figure), ring (default of --network) or bipartite",     \
            set_layout                                                                                       \
    }

const option_entry view_entries[] = {
    SETUP_ENTRIES,
    {"steps", 't', "T", "steps before the first frame (default 0)", set_steps},
    {"steps-per-frame", 0, "K",
     "steps per frame (default 1), or auto: as many as fit; of a training\nsamples (default auto; headless "
     "100)",
     set_steps_per_frame},
    {"reduction", 0, "R",
     "value of a pixel that covers several synapses: mean (default), min, max\nor nearest", set_reduction},
    PICTURE_ENTRIES,
    {"network", 0, NULL, "draw a network of up to 128 neurons; see --layout", set_network},
    {"bars", 0, NULL, "draw the voltages and currents of lines along the edges", set_bars},
    {"show", 0, "WHAT",
     "heatmap (default), or fields: each column as a picture of its rows\n(default of a training whose "
     "samples are pictures)",
     set_show},
    {"field", 0, "WxH", "shape of a column's picture (default the nearest to a square)", set_field},
    {"layer", 0, "L", "layer of a training, from 0 (default)", set_layer},
    {"neuron", 0, "K", "select neuron K (default 0): its membrane potential is shown, or its\nweights",
     set_neuron},
    {"raster", 0, "N", "steps of the spike raster, 10 to 1000000 (default 1000)", set_raster},
    {"region", 0, "R,C,ROWS,COLS", "initial view, a rectangle of synapses", set_region},
    {"select", 0, "ROW,COL", "plot this synapse's current against its voltage, in the panel", set_select},
    {"size", 0, "WxH", "size of the window or picture in pixels (default 1280x800)", set_size},
    {"bare", 0, NULL, "picture only, without axes, colour bar, title and panel", set_bare},
    {"panel", 0, NULL, "draw the panel even without a window", set_panel},
    {"headless", 0, NULL, "draw the frames without a display, then exit", set_headless},
    {"frames", 0, "N", "exit after N frames (default with --headless: 1, or to the end of a\ntraining)",
     set_frames},
    {"screenshot", 0, "F.png", "save the last frame", set_screenshot},
    {"record", 0, "F.mp4", "record every frame with ffmpeg (.mp4 or .mkv)", set_record},
    {"fps", 0, "N", "frames per second of the recording, 1 to 1000 (default 30)", set_fps},
    {"share", 0, "MODE", "share the picture's buffer between OpenCL and OpenGL: auto\n(default), on or off",
     set_share},
    {"context", 0, "API", "the window's OpenGL context: auto (default), glx or egl", set_context},
    {"output", 'o', "F.h5", "save the crossbar at the end", set_output},
    {"timings", 0, NULL, "print a breakdown of the frame time at the end", set_timings},
    {"json", 0, NULL, "print the timings as one JSON object", set_json},
    {"quiet", 'q', NULL, "print nothing but errors", set_quiet},
    {0},
};

const option_entry figure_entries[] = {
    SETUP_ENTRIES,
    {"steps", 't', "T", "panels, one per step, 1 to 1000 (default 20)", set_steps},
    PICTURE_ENTRIES,
    {"size", 0, "WxH", "picture size in pixels (default 200 per panel, ten per row)", set_size},
    {"output", 'o', "F.png", "output file (default figure1.png)", set_output},
    {"quiet", 'q', NULL, "print nothing but errors", set_quiet},
    {0},
};

// ---- Checks -----------------------------------------------------------------------------------

// The files, before there is anything to write into them.
static ohm_status check_files(const view_options *o, const ohm_definition *d) {
    ohm_status status = d ? setup_check_output(o->output, d) : OHM_OK;
    if (!status && o->screenshot) status = png_check(o->screenshot);
    if (!status && o->record)
        status = record_check_size((unsigned)o->surface.width, (unsigned)o->surface.height);
    if (!status && o->record) status = record_check(o->record);
    return status;
}

static ohm_status check_picture(const view_options *o, const ohm_definition *d) {
    if (o->quantity == OHM_FLUX && !d->track_flux) {
        ohm_fail(OHM_BAD_ARGUMENT, "--quantity flux: the flux is not tracked");
        ohm_fail_hint(o->setup.from ? "it is if the file was created with --flux" : "add --flux");
        return OHM_BAD_ARGUMENT;
    }
    const bool of_lines = o->quantity == OHM_WORD_LINE || o->quantity == OHM_BIT_LINE;
    const char *wires = o->setup.definition.wires;
    if (of_lines && strcmp(d->wires, "none") == 0 && (!wires || strcmp(wires, "none") == 0)) {
        ohm_fail(OHM_BAD_ARGUMENT, "--quantity %s: the lines have no resistance",
                 ohm_quantity_name(o->quantity));
        ohm_fail_hint("add --wires row=1,col=1");
        return OHM_BAD_ARGUMENT;
    }
    if (o->range == RANGE_MANUAL && o->logarithmic && !(o->scale.low > 0))
        return ohm_fail(OHM_BAD_ARGUMENT, "--log: a logarithmic range must start above 0");
    return OHM_OK;
}

static ohm_status check_selection(const view_options *o, const ohm_definition *d) {
    if (!o->has_selection) return OHM_OK;
    if (o->bare) return ohm_fail(OHM_BAD_ARGUMENT, "--select plots in the panel, which --bare omits");
    if (o->selection[0] < d->rows && o->selection[1] < d->cols) return OHM_OK;
    return ohm_fail(OHM_BAD_ARGUMENT,
                    "--select: there is no synapse in row %" PRIu64 ", column %" PRIu64 " of %" PRIu64
                    " x %" PRIu64,
                    o->selection[0], o->selection[1], d->rows, d->cols);
}

static ohm_status check_tiles(const view_options *o, const ohm_definition *d) {
    if (o->tiles && (o->network || d->rows > OHM_MAX_IMAGE))
        return ohm_fail(OHM_BAD_ARGUMENT, o->network ? "--show fields does not go with --network"
                                                     : "--show fields: columns have more than 16384 devices");
    return OHM_OK;
}

static ohm_status check_view(view_options *o, const ohm_definition *d) {
    if (o->network && (d->rows != d->cols || d->rows > NETWORK_MAX))
        return ohm_fail(OHM_BAD_ARGUMENT, "--network needs a square crossbar of at most %d x %d synapses",
                        NETWORK_MAX, NETWORK_MAX);
    const ohm_status selection = check_selection(o, d);
    if (selection) return selection;
    if (o->surface.headless && !o->frames) o->frames = 1;
    if (!o->surface.headless || o->has_selection) o->panel = true;
    const ohm_status field = check_tiles(o, d);
    return field ? field : check_files(o, d);
}

// ---- Trainings --------------------------------------------------------------------------------

// Whether an option says what a crossbar is: a training file does that. Devices and speed are left.
static bool is_of_crossbar(size_t i) {
    return i < SETUP_END && i != SETUP_DEVICE;
}

static ohm_status check_training(view_options *o, uint64_t given) {
    for (size_t i = 0; view_entries[i].name; i++) {
        if (!(given >> i & 1)) continue;
        const char *name = view_entries[i].name;
        const bool other = strcmp(name, "steps") == 0 || strcmp(name, "output") == 0 ||
                           strcmp(name, "network") == 0 || strcmp(name, "bars") == 0 ||
                           strcmp(name, "raster") == 0;
        if (is_of_crossbar(i) || other)
            return ohm_fail(OHM_BAD_ARGUMENT, "--%s does not go with the training of %s", name, o->training);
    }
    if (!o->quantity_chosen) o->quantity = OHM_CONDUCTANCE;
    if (!o->paced) o->steps_per_frame = o->surface.headless ? 100 : 0;
    o->panel = o->panel || !o->surface.headless;
    return OHM_OK;
}

// The one argument may be a training file.
static ohm_status take_argument(const command *c, view_options *o, int argc, char **argv, int first) {
    if (first >= argc) return OHM_OK;
    if (c == &command_view && first + 1 == argc && ohm_training_is_file(argv[first])) {
        o->training = argv[first];
        return OHM_OK;
    }
    const size_t length = strlen(argv[first]);
    const bool named = length > 4 && strcmp(argv[first] + length - 4, ".ini") == 0;
    if (c == &command_view && named && access(argv[first], R_OK))
        return ohm_fail(OHM_IO_FAILED, "cannot read %s: %s", argv[first], strerror(errno));
    ohm_fail(OHM_BAD_ARGUMENT, "%s takes no argument \"%s\"", c->name, argv[first]);
    if (c == &command_view)
        ohm_fail_hint("it takes a file for `ohmscape train`: an INI file that names layers or data");
    return OHM_BAD_ARGUMENT;
}

ohm_status view_options_parse(const command *c, int argc, char **argv, view_options *o) {
    uint64_t given;
    int first;
    const ohm_file_info *info = NULL;
    ohm_status status = options_parse(c, o, argc, argv, &given, &first);
    if (!status) status = take_argument(c, o, argc, argv, first);
    if (!status && o->training) {
        status = check_training(o, given);
        return status ? status : check_files(o, NULL);
    }
    if (!status) status = setup_check(&o->setup, given, &info);
    const ohm_definition *d = info ? &info->definition : &o->setup.definition;
    if (!status) status = check_picture(o, d);
    if (!status && c == &command_view) status = check_view(o, d);
    if (!status && c == &command_figure && (d->rows != d->cols || d->rows > 64))
        status = ohm_fail(OHM_BAD_ARGUMENT, "figure needs a square crossbar of at most 64 x 64 synapses");
    return status;
}
