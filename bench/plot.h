// Pictures of the results, drawn by gnuplot.
#ifndef BENCH_PLOT_H
#define BENCH_PLOT_H

#include "bench.h"

// Makes the folder if it is not there, and sees that it can be written and that there is a gnuplot.
// Errors: OHM_IO_FAILED, OHM_NO_DEVICE.
ohm_status plot_check(const char *folder);

// Draws throughput (rate against synapses, with the ceilings), scaling and speedup, each as PNG and SVG, as
// far as there are rows for them. Errors: OHM_IO_FAILED, OHM_NO_DEVICE (gnuplot failed).
ohm_status plot_draw(const bench *b, const char *folder);

#endif
