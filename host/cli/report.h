// What several commands print, as text and as JSON.
#ifndef CLI_REPORT_H
#define CLI_REPORT_H

#include "../ohmscape.h"

#include <cjson/cJSON.h>

// The lines of text that describe a definition.
void report_definition(const ohm_definition *d);

// The lines that tell a history; none if there is one entry, which is the definition's stimulus.
void report_history(const ohm_history_entry *history, size_t count);

// The same as an array of objects, "history", of one entry too.
void json_add_history(cJSON *object, const ohm_history_entry *history, size_t count);

// A whole number, exact: cJSON's own numbers are doubles.
void json_add_u64(cJSON *object, const char *name, uint64_t value);

void json_add_digest(cJSON *object, const char *name, uint64_t digest);

// The parameters of a definition: rows, cols, synapses, seed, dt, model, stimulus, init, wires, flux.
void json_add_definition(cJSON *object, const ohm_definition *d);

// How circuits were solved: a line of text, and the object "circuits".
void report_wires(const ohm_wires_report *w);
void json_add_wires(cJSON *object, const ohm_wires_report *w);

// The neurons of a spiking network, and the spikes that are kept; nothing of another crossbar.
void report_network(const ohm_crossbar *crossbar);
void json_add_network(cJSON *object, const ohm_crossbar *crossbar);

// Prints the object on stdout as indented text, and deletes it. False if memory ran out.
bool json_print(cJSON *object);

#endif
