// A small plot: its ground, its grid with numbers, and what is drawn over them. Within a frame of ui.h.
#ifndef VIZ_CHART_H
#define VIZ_CHART_H

#include "heatmap.h"
#include "ui.h"

#define CHART_TEXT 0xE6E6E6FFu
#define CHART_FAINT 0x8C8C8CFFu
#define CHART_BLUE 0x7FC8FFFFu
#define CHART_ORANGE 0xFFB454FFu

typedef struct chart {
    rectangle place;
    double left, right, low, high; // what its edges stand for; low, at the bottom, may be above high
    double scale;                  // of the interface
} chart;

double chart_x(const chart *c, double value);
double chart_y(const chart *c, double value);

// The ground and a thin frame.
void chart_ground(const chart *c);

// Round numbers at the left, each times each, with lines across the plot, and above them what they are.
void chart_heights(const chart *c, double each, bool whole, const char *name);

// Below, and what they are; with name NULL only the lines.
void chart_widths(const chart *c, bool whole, const char *name);

// Steps as time in s, ms or µs, and below that the numbers of the steps. With names unset only the lines, for
// a plot above another with the same times.
void chart_times(const chart *c, double dt, bool names);

// What the plot shows, above its left end, and a legend above its right end if there is room: texts and
// their colours, from the left to the right.
typedef struct chart_word {
    ui_color color;
    char text[48];
} chart_word;

void chart_title(const chart *c, const char *title, const chart_word *legend, int count);

// A line between two points, cut off at the plot's edges; nothing if one is not a number.
void chart_line(const chart *c, double x0, double y0, double x1, double y1, ui_color color, double width);

#endif
