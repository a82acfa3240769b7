// Networks: neurons as points, and every synapse as a line of its own between two of them.
#ifndef VIZ_NETWORK_H
#define VIZ_NETWORK_H

#include "heatmap.h"

#define NETWORK_MAX 128 // neurons

// Where the neurons stand, and which lines their synapses are.
//   diagonal   the paper's Figure 1 as printed: points at every (i, j), and for synapse (i, j) the line
//              from (i, i) to (j, j), so that all lie on the diagonal, each over those before it
//   ring       the neurons on a circle; synapse (i, i) a small ring outside its neuron, and (i, j) and
//              (j, i) two lines side by side
//   bipartite  neuron i on the left as the source of row i, and on the right as the target of column i
typedef enum network_layout {
    NETWORK_DIAGONAL,
    NETWORK_RING,
    NETWORK_BIPARTITE,
    NETWORK_LAYOUTS
} network_layout;

extern const char *const network_layout_name[NETWORK_LAYOUTS];

// The layout of a name, or −1.
int network_layout_find(const char *name);

// How a network is drawn.
typedef struct network_style {
    network_layout layout;
    const color_scale *scale;
    const uint8_t (*colors)[3]; // the colour map's 256
    double line_width;          // pixels, of a value in the middle of the scale
    bool equal_width;           // all lines alike, as in the printed figure
} network_style;

// Draws the n neurons of a crossbar whose synapses have these values, [n, n], into a rectangle, within a
// frame of ui.h. Colour and width of a line follow its value's place on the scale.
void network_draw(const network_style *style, int n, const float *value, rectangle place);

#endif
