#include "report.h"
#include "../base/number.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void report_definition(const ohm_definition *d) {
    char synapses[NUMBER_MAX_TEXT], dt[NUMBER_MAX_TEXT];
    number_format_count(d->rows * d->cols, synapses);
    number_format(d->dt, dt);
    printf("crossbar      %" PRIu64 " x %" PRIu64 ", %s synapses%s\n", d->rows, d->cols, synapses,
           d->track_flux ? ", with flux" : "");
    printf("model         %s, dt=%s\n", d->model, dt);
    printf("stimulus      %s, seed %" PRIu64 "\n", d->stimulus, d->seed);
    printf("init          %s\n", d->initial);
    if (strcmp(d->wires, "none") != 0) printf("wires         %s\n", d->wires);
}

void report_history(const ohm_history_entry *history, size_t count) {
    for (size_t i = 0; i < count && count > 1; i++)
        printf("%-14sfrom step %" PRIu64 ": %s\n", i ? "" : "history", history[i].step, history[i].stimulus);
}

void json_add_history(cJSON *object, const ohm_history_entry *history, size_t count) {
    cJSON *entries = cJSON_AddArrayToObject(object, "history");
    for (size_t i = 0; i < count; i++) {
        cJSON *entry = cJSON_CreateObject();
        json_add_u64(entry, "step", history[i].step);
        cJSON_AddStringToObject(entry, "stimulus", history[i].stimulus);
        cJSON_AddItemToArray(entries, entry);
    }
}

void json_add_u64(cJSON *object, const char *name, uint64_t value) {
    char text[24];
    snprintf(text, sizeof text, "%" PRIu64, value);
    cJSON_AddRawToObject(object, name, text);
}

void json_add_digest(cJSON *object, const char *name, uint64_t digest) {
    char text[17];
    snprintf(text, sizeof text, "%016" PRIx64, digest);
    cJSON_AddStringToObject(object, name, text);
}

void json_add_definition(cJSON *object, const ohm_definition *d) {
    cJSON_AddStringToObject(object, "model", d->model);
    cJSON_AddStringToObject(object, "stimulus", d->stimulus);
    cJSON_AddStringToObject(object, "init", d->initial);
    cJSON_AddStringToObject(object, "wires", d->wires);
    cJSON_AddNumberToObject(object, "dt", d->dt);
    json_add_u64(object, "rows", d->rows);
    json_add_u64(object, "cols", d->cols);
    json_add_u64(object, "synapses", d->rows * d->cols);
    json_add_u64(object, "seed", d->seed);
    cJSON_AddBoolToObject(object, "flux", d->track_flux);
}

void report_wires(const ohm_wires_report *w) {
    printf("wires         %" PRIu64 " circuits in %" PRIu64 " sweeps, to %.2g of the largest\n", w->solutions,
           w->sweeps, w->estimate);
}

void json_add_wires(cJSON *object, const ohm_wires_report *w) {
    cJSON *wires = cJSON_AddObjectToObject(object, "circuits");
    json_add_u64(wires, "solutions", w->solutions);
    json_add_u64(wires, "sweeps", w->sweeps);
    cJSON_AddNumberToObject(wires, "estimate", w->estimate);
}

void report_network(const ohm_crossbar *c) {
    const uint64_t neurons = ohm_crossbar_neurons(c);
    if (neurons)
        printf("neurons       %" PRIu64 ", %" PRIu64 " spikes\n", neurons, ohm_crossbar_spike_count(c));
}

void json_add_network(cJSON *object, const ohm_crossbar *c) {
    if (!ohm_crossbar_neurons(c)) return;
    json_add_u64(object, "neurons", ohm_crossbar_neurons(c));
    json_add_u64(object, "spikes", ohm_crossbar_spike_count(c));
}

bool json_print(cJSON *object) {
    char *text = cJSON_Print(object);
    cJSON_Delete(object);
    if (text) puts(text);
    cJSON_free(text);
    return text != NULL;
}
