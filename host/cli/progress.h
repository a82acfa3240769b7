// A line on the terminal that says how far a run is.
#ifndef CLI_PROGRESS_H
#define CLI_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

typedef struct progress {
    bool shown;     // stderr is a terminal, and nobody asked for quiet
    uint64_t total; // steps to do
    uint64_t synapses;
    double last; // when the line was last drawn, s
} progress;

// Seconds since some fixed moment.
double progress_clock(void);

progress progress_start(bool quiet, uint64_t total, uint64_t synapses);

// Redraws the line, at most ten times a second: done of the steps took so many seconds.
void progress_update(progress *p, uint64_t done, double seconds);

// Removes the line.
void progress_end(progress *p);

#endif
