// The command lines of ohmscape-view.
#ifndef VIZ_OPTIONS_H
#define VIZ_OPTIONS_H

#include "../host/cli/cli.h"
#include "../host/cli/setup.h"
#include "image.h"
#include "network.h"
#include "surface.h"
#include "viewer.h"

typedef enum share_mode { SHARE_AUTO, SHARE_ON, SHARE_OFF } share_mode;

// What `ohmscape view` and `ohmscape figure` are asked for.
typedef struct view_options {
    setup setup;    // first: see setup.h
    uint64_t steps; // before the first frame; figure: panels
    surface_options surface;
    ohm_quantity quantity;
    ohm_reduction reduction;
    colormap colors;
    range_mode range;
    color_scale scale; // low and high for RANGE_MANUAL
    bool logarithmic, network, bars, bare, panel, timings, json, quiet;
    network_layout layout;
    bool has_region;
    double region[4]; // row, col, rows, cols
    bool has_selection;
    uint64_t selection[2]; // row, col
    share_mode share;
    uint64_t steps_per_frame, frames, fps;
    const char *training; // a file for `ohmscape train`, or NULL: a crossbar of its own
    uint64_t layer;
    bool tiles;
    tiles_shape field;
    bool has_neuron;
    uint64_t neuron, raster_steps;
    bool colors_chosen, show_chosen, quantity_chosen, paced; // these options were given
    const char *screenshot, *record, *output;
} view_options;

extern const command command_view, command_figure;

// The options of either, before they are parsed.
view_options view_options_default(void);

// Parses and checks a command line, as far as that needs no device. Errors: OHM_BAD_ARGUMENT,
// OHM_IO_FAILED, OHM_BAD_FILE.
ohm_status view_options_parse(const command *c, int argc, char **argv, view_options *o);

extern const option_entry view_entries[], figure_entries[];

#endif
