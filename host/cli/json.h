// JSON as the commands write it.
#ifndef CLI_JSON_H
#define CLI_JSON_H

#include "../ohmscape.h"

#include <cjson/cJSON.h>

// A whole number, exact: cJSON's own numbers are doubles.
void json_add_u64(cJSON *object, const char *name, uint64_t value);

void json_add_digest(cJSON *object, const char *name, uint64_t digest);

// The parameters of a definition: rows, cols, synapses, seed, dt, model, stimulus, init, flux.
void json_add_definition(cJSON *object, const ohm_definition *d);

// Prints the object on stdout as indented text, and deletes it. False if memory ran out.
bool json_print(cJSON *object);

#endif
