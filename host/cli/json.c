#include "json.h"

#include <inttypes.h>
#include <stdio.h>

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
    cJSON_AddNumberToObject(object, "dt", d->dt);
    json_add_u64(object, "rows", d->rows);
    json_add_u64(object, "cols", d->cols);
    json_add_u64(object, "synapses", d->rows * d->cols);
    json_add_u64(object, "seed", d->seed);
    cJSON_AddBoolToObject(object, "flux", d->track_flux);
}

bool json_print(cJSON *object) {
    char *text = cJSON_Print(object);
    cJSON_Delete(object);
    if (text) puts(text);
    cJSON_free(text);
    return text != NULL;
}
