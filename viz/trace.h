// The selected synapse: its mark on the map, and its current over its voltage.
#ifndef VIZ_TRACE_H
#define VIZ_TRACE_H

#include "viewer.h"

// Forgets its points, as of another crossbar.
void trace_clear(trace *t);

// Selects a synapse, without any points unless it was selected; and no synapse.
void trace_select(trace *t, uint64_t row, uint64_t col);
void trace_drop(trace *t);

// Adds what an order found.
void trace_take(trace *t, const simulation_result *r);

// Draw the mark, and the curve in the panel.
void trace_mark(const viewer *v, const layout *l);
void trace_draw(const viewer *v);

#endif
