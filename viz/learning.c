#include "learning.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

// ---- Opening ----------------------------------------------------------------------------------

// The first layer looks at pictures. What the others look at has no shape.
static void take_shape(learning *l) {
    ohm_training_layer_sides(l->training, l->layer, &l->inputs, &l->outputs);
    if (l->layer == 0) ohm_training_picture(l->training, &l->height, &l->width);
    if (l->height > 1 && l->width > 1) return;
    l->width = l->height = 0;
}

ohm_status learning_open(learning *l, ohm_devices *devices, const char *path, uint64_t layer) {
    const ohm_status status = ohm_training_open(devices, path, &l->training);
    if (status) return status;
    l->layers = ohm_training_layers(l->training);
    if (layer >= l->layers)
        return ohm_fail(OHM_BAD_ARGUMENT, "--layer %" PRIu64 ": the network has layers 0 to %zu", layer,
                        l->layers - 1);
    l->layer = (size_t)layer;
    l->spiking = ohm_crossbar_neurons(ohm_training_crossbar(l->training, l->layer)) > 0;
    take_shape(l);
    return learning_take(l, 0);
}

void learning_close(learning *l) {
    ohm_training_close(l->training);
    free(l->record);
    *l = (learning){0};
}

// ---- Going on ---------------------------------------------------------------------------------

ohm_status learning_take(learning *l, uint64_t samples) {
    size_t count;
    const ohm_training_record *records = ohm_training_records(l->training, &count);
    if (count > l->room) {
        ohm_training_record *more = realloc(l->record, 2 * count * sizeof *more);
        if (!more) return ohm_fail_memory("the records of a training");
        l->record = more;
        l->room = 2 * count;
    }
    if (count) memcpy(l->record, records, count * sizeof *records);
    l->count = count;
    l->samples += samples;
    l->over = ohm_training_is_over(l->training);
    return OHM_OK;
}

double learning_epochs(const learning *l) {
    if (!l->count) return NAN;
    const ohm_training_record *last = &l->record[l->count - 1];
    return last->epoch > 0 ? (double)l->samples * last->epoch / (double)last->samples : NAN;
}
