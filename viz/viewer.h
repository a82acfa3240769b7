// The viewer's state: what is shown of the crossbar, and what is known of it. command.c makes it and runs the
// loop, frame.c draws a frame of it, input.c and panel.c change it.
#ifndef VIZ_VIEWER_H
#define VIZ_VIEWER_H

#include "camera.h"
#include "heatmap.h"
#include "learning.h"
#include "network.h"
#include "simulation.h"
#include "surface.h"
#include "tiles.h"

// How the ends of the colour scale are found.
typedef enum range_mode {
    RANGE_WHOLE,  // what the quantity can be; for the flux as RANGE_SEEN
    RANGE_SEEN,   // the least and greatest value in the picture
    RANGE_MANUAL, // as given or dragged
    RANGE_MODES
} range_mode;

// What the picture is.
typedef enum face {
    FACE_HEATMAP,
    FACE_NETWORK,
    FACE_TILES, // receptive fields
    FACES
} face;

#define HISTORY 512  // points of the state's course that are kept
#define BINS 64      // of the histogram
#define TRACE 512    // points of the selected synapse's curve that are kept
#define REMEMBERED 4 // stimuli that had a file

// The state's course.
typedef struct history {
    int count; // points so far, the last HISTORY of which are here, point i at i % HISTORY
    float mean[HISTORY], spread[HISTORY];
    uint64_t step[HISTORY];
} history;

// The selected synapse, and its voltage and current.
typedef struct trace {
    bool on; // there is one
    uint64_t row, col;
    int count; // points so far, as in history
    float voltage[TRACE], current[TRACE];
    uint64_t step[TRACE];
} trace;

// What a quantity can be; both 0 if there is no limit.
typedef struct quantity_limits {
    double low, high;
} quantity_limits;

// Where a frame's time goes, in seconds over all frames.
typedef struct timings {
    double step, reduce, transfer, draw, panel, present, total;
    uint64_t frames, steps;
    double longest; // of one frame
} timings;

// A parameter and the range of its slider.
typedef struct control {
    bool moved, moved_spread; // since the crossbar was told
    ohm_parameter_info info;
    double low, high;
    double widest; // of its spread
} control;

typedef struct controls {
    control model[OHM_MAX_PARAMETERS], stimulus[OHM_MAX_PARAMETERS];
    size_t model_count, stimulus_count;
    char text[OHM_MAX_SPEC_TEXT]; // the stimulus
    char remembered[REMEMBERED][OHM_MAX_SPEC_TEXT];
    // To be told to the crossbar between two orders: parameters, the text, names of the menus or NULL, and
    // that it is left alone for so many seconds.
    bool changed, typed;
    const char *new_model, *new_stimulus;
    bool idle;
    double idle_seconds;
    char problem[256]; // why the last was refused, or ""
} controls;

// What the mouse is doing.
typedef enum grip { GRIP_NONE, GRIP_MAP, GRIP_LOW, GRIP_HIGH } grip;

typedef struct viewer {
    ohm_devices *devices;
    ohm_crossbar *crossbar;
    simulation *simulation;
    surface *surface;
    image *image, *tiles_image; // of the heatmap, of the receptive fields
    heatmap *heatmap;
    int width, height;      // of the surface in this frame, pixels
    bool headless, timed;   // no window; wait for OpenGL wherever the clock is read
    bool shared;            // the image is
    bool share_only;        // or nothing
    char share_reason[512]; // why not, or ""

    // What is shown.
    camera camera;
    ohm_quantity quantity;
    ohm_reduction reduction;
    colormap colors;
    bool colors_chosen; // or there is a default that suits the picture
    range_mode range;
    color_scale scale;
    bool logarithmic; // as asked for; a scale that reaches 0 stays linear
    bool network, panel, help, bare;
    network_layout layout;
    bool with_bars;         // along the edges
    bool tiles;             // receptive fields rather than the heatmap
    tiles_shape tile_shape; // as asked for; 0 x 0: what suits the crossbar
    uint64_t first_tile;    // of those that are shown, if there is no room for all
    uint64_t neuron;        // whose membrane is shown
    uint64_t raster_steps;
    double ui_scale;

    // How it runs.
    bool paused, quit;
    uint64_t steps_per_frame; // 0: as many as fit
    uint64_t extra_steps;     // asked for while paused
    double step_cost;         // s, of one step, as last measured; 0 before
    bool restart;
    uint64_t seed; // for that
    controls controls;
    bool changed;     // so that even what rests is looked at again
    bool screenshot;  // asked for
    char notice[512]; // what went wrong with what was asked for, or ""

    // The mouse, in pixels of the surface.
    double mouse_x, mouse_y;
    bool mouse_inside, moved;
    bool clicked; // a synapse, maybe, whose values are to be printed
    double click_x, click_y;
    grip grip;
    double press_time, press_x, press_y;

    bool ordered;             // the simulation has an order, or its result is still to be taken
    bool torn;                // a device failed in the midst of steps: there is no state to save
    bool film_ended;          // before its time, which has been said
    ohm_extremes seen[FACES]; // for RANGE_SEEN

    // What is known. result is of the order that the picture shows.
    simulation_result result;
    float *network_values; // [n, n]
    ohm_view network_view; // they are of; its width is 0 before there are any
    float *tile_values;    // [inputs, columns]
    ohm_view tile_view;    // they are of; its width is 0 before there are any
    float *tile_picture;   // as it is drawn
    size_t tile_room;      // for so many pixels
    uint64_t neurons;      // of the crossbar, taken between two orders
    uint64_t first_steps;  // of the first order
    activity activity;     // of neurons
    learning learning;     // the training
    bool has_statistics, has_probe;
    simulation_result probe;
    ohm_statistics statistics;
    double statistics_time, statistics_cost; // s
    uint64_t statistics_step;
    ohm_view statistics_view; // whose values the histogram counts
    float histogram[BINS];
    double histogram_low, histogram_high;
    history history;
    trace trace;
    bars bars;
    quantity_limits limits[OHM_QUANTITIES]; // taken between two orders, as reading them has to be
    ohm_view field_view;                    // of field; its width is 0 before there is one
    float field[SIMULATION_FIELD * SIMULATION_FIELD];
    timings timings, first;      // of all frames, and of the first, which compiles
    double start, first_seconds; // when the command began; how long the first frame took from then
    double rate, frame_rate;     // synapse-steps/s and frames/s of the half second up to rated_at
    timings rated;               // as they were then
    double rated_at;             // s, or 0
} viewer;

// Where things are on a surface.
typedef struct layout {
    rectangle map;   // the heatmap or the network
    rectangle bar;   // the colour bar
    int bars;        // pixels beside and below the map, for those of lines; 0 without
    rectangle plots; // beside or below the map: of neurons or of the training; 0 x 0 without
    double panel_x, panel_width;
    int width, height; // of the surface
} layout;

layout viewer_layout(const viewer *v);

face viewer_face(const viewer *v);

// Whether the picture is of a training's weights, which have two signs and no unit.
bool viewer_of_weights(const viewer *v);

// Whether they have signs; those of a spiking network are conductances.
bool viewer_has_signs(const viewer *v);

// The time that a step takes, for neurons or else for devices, in s.
double viewer_step_time(const viewer *v);

// Whether there are receptive fields: columns that are not too long to be pictures.
bool viewer_has_tiles(const viewer *v);

// The columns that receptive fields are of, and neurons sit on: a layer's outputs in a training.
uint64_t viewer_columns(const viewer *v);

// What a step counts in the rate: a crossbar's synapses; a training's step is a sample.
double viewer_work(const viewer *v);

// Where they are.
tiles_grid viewer_tiles(const viewer *v);

// The colour map of the picture.
colormap viewer_colors(const viewer *v);

// The view that the map is to show now.
ohm_view viewer_view(const viewer *v);

// What is on the map, whose width is 0 before anything is.
const ohm_view *viewer_shown(const viewer *v);

// The quantity that it shows: what was asked for last may not be there yet.
ohm_quantity viewer_quantity(const viewer *v);

// The least and the greatest of some values, NaN left out; both 0 of none.
void viewer_extremes(const float *value, size_t n, double *low, double *high);

// Whether the crossbar has a quantity.
bool viewer_has(const viewer *v, ohm_quantity quantity);

// "Ω" and so on, or "".
const char *viewer_unit(ohm_quantity quantity);

#endif
