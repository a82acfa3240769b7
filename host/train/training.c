// See ohmscape_train.h and training.h.
#include "training.h"
#include "../base/error.h"
#include "draw.h"
#include "pulse_table.h"

#include <assert.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// Without spread: a weight that starts at 0 is 0 then. `model = soft-bounds` alone has aihwkit's spreads.
#define MODEL_PULSED "soft-bounds:dw_min=0.001,up_down=0,w_min=-0.6,w_max=0.6"
#define MODEL_IDEAL "linear-step:dw_min=0.001,up_down=0,w_min=-1,w_max=1,gamma_up=0,gamma_down=0,noise=0"

#define SEED_STEP 0x9E3779B97F4A7C15u // from the seed of an array to that of the next

// ---- Making one -------------------------------------------------------------------------------

void ohm_training_close(ohm_training *t) {
    if (!t) return;
    for (size_t i = 0; i < TRAIN_MOST_LAYERS; i++) layer_free(&t->layer[i]);
    for (size_t i = 0; i <= TRAIN_MOST_LAYERS; i++) {
        free(t->value[i]);
        free(t->delta[i]);
    }
    settings_free(&t->settings);
    data_free(&t->data);
    free(t->order);
    free(t->records);
    free(t->confusion);
    competition_free(t->competition);
    free(t);
}

#define STANDARD_NEURONS 100

// The sizes of the layers: those of the settings have to meet the data.
static ohm_status check_sides(ohm_training *t) {
    settings *s = &t->settings;
    const data *d = &t->data;
    const bool spiking = s->update == TRAIN_SPIKING;
    if (!s->sides) {
        s->side[0] = d->inputs;
        s->side[1] = spiking ? STANDARD_NEURONS : d->classes < 2 ? 2 : d->classes;
        s->sides = 2;
    }
    if (s->side[0] != d->inputs)
        return ohm_fail(OHM_BAD_ARGUMENT,
                        "layers begin with %" PRIu64 " inputs, and the samples have %" PRIu64, s->side[0],
                        d->inputs);
    if (!spiking && s->side[s->sides - 1] < d->classes)
        return ohm_fail(OHM_BAD_ARGUMENT, "layers end with %" PRIu64 " classes, and the labels go up to %u",
                        s->side[s->sides - 1], d->classes - 1);
    t->layers = s->sides - 1;
    t->classes = spiking ? d->classes : (uint32_t)s->side[t->layers];
    return OHM_OK;
}

static ohm_status set_sides(ohm_training *t) {
    const settings *s = &t->settings;
    const bool spiking = s->update == TRAIN_SPIKING;
    const ohm_status status = check_sides(t);
    for (size_t i = 0; i < t->layers && !status; i++) {
        layer *l = &t->layer[i];
        l->inputs = s->side[i];
        l->outputs = s->side[i + 1];
        l->rows = spiking ? l->inputs : l->inputs + 1;
        l->cols = spiking ? l->outputs : 2 * l->outputs;
        for (uint64_t k = 0; k < LAYER_ARRAYS; k++) l->seed[k] = s->seed + SEED_STEP * (LAYER_ARRAYS * i + k);
    }
    return status;
}

static ohm_status make_room(ohm_training *t) {
    const settings *s = &t->settings;
    const uint64_t classes = t->classes, room = settings_room(s);
    bool done = true;
    for (size_t i = 0; i <= t->layers && done; i++) {
        t->value[i] = malloc(room * s->side[i] * sizeof *t->value[i]);
        t->delta[i] = malloc(room * s->side[i] * sizeof *t->delta[i]);
        done = t->value[i] && t->delta[i];
    }
    t->order = malloc(t->data.train.count * sizeof *t->order);
    t->confusion = calloc(classes * classes, sizeof *t->confusion);
    return done && t->order && t->confusion ? OHM_OK : ohm_fail_memory("a network");
}

ohm_status training_begin(settings *s, ohm_training **training) {
    ohm_training *t = calloc(1, sizeof *t);
    *training = NULL;
    if (!t) {
        settings_free(s);
        return ohm_fail_memory("a training");
    }
    t->settings = *s;
    *s = (settings){0};
    ohm_status status = settings_check(&t->settings);
    if (!status) status = data_read(&t->settings, &t->data);
    if (!status) status = set_sides(t);
    if (!status) status = make_room(t);
    if (status)
        ohm_training_close(t);
    else
        *training = t;
    return status;
}

// The model, in the text that all crossbars get.
static ohm_status choose_model(const settings *s, char model[OHM_MAX_SPEC_TEXT]) {
    const char *given = s->text[TRAIN_KEY_model];
    const char *const standard = s->update == TRAIN_IDEAL     ? MODEL_IDEAL
                                 : s->update == TRAIN_SPIKING ? COMPETITION_MODEL
                                                              : MODEL_PULSED;
    if (s->text[TRAIN_KEY_table]) return pulse_table_read(s->text[TRAIN_KEY_table], model);
    snprintf(model, OHM_MAX_SPEC_TEXT, "%s", given ? given : standard);
    return OHM_OK;
}

static ohm_status create_array(ohm_training *t, ohm_devices *devices, const ohm_definition *how,
                               const char *model, layer *l, int array) {
    ohm_definition d = ohm_definition_default();
    d.rows = l->rows;
    d.cols = l->cols;
    d.model = model;
    d.seed = l->seed[array];
    d.dt = t->settings.dt;
    d.precision = t->settings.precision;
    d.initial = "constant:value=0.5";
    if (t->settings.update == TRAIN_SPIKING) {
        const char *given = t->settings.text[TRAIN_KEY_stimulus];
        d.stimulus = given ? given : COMPETITION_STIMULUS;
        d.initial = COMPETITION_INITIAL;
    }
    if (how) d.lanes = how->lanes, d.band_rows = how->band_rows;
    return ohm_crossbar_create(devices, &d, &l->array[array]);
}

// Weights to start from: uniform within ±1/√inputs, the biases 0.
static ohm_status start_layer(const ohm_training *t, size_t i, layer *l) {
    float *w = calloc(l->rows * l->outputs, sizeof *w);
    if (!w) return ohm_fail_memory("weights");
    const double most = fmin(1 / sqrt((double)l->inputs), t->settings.range);
    for (uint64_t k = 0; k < l->inputs * l->outputs; k++) {
        const uint32_t word = draw_word(t->settings.seed, DRAW_WEIGHTS, (uint32_t)i, (uint32_t)k);
        w[k] = (float)(((double)word * 0x1p-31 - 1) * most);
    }
    ohm_status status = layer_write(l, LAYER_SLOW, w);
    if (!status && l->array[LAYER_FAST]) status = layer_write(l, LAYER_FAST, NULL);
    free(w);
    return status;
}

ohm_status training_prepare(ohm_training *t) {
    ohm_status status = OHM_OK;
    if (t->settings.update == TRAIN_SPIKING)
        return competition_make(t->layer[0].array[LAYER_SLOW], t->data.classes, &t->competition);
    for (size_t i = 0; i < t->layers && !status; i++) {
        layer *l = &t->layer[i];
        status = layer_prepare(l, &t->settings);
        if (!status && t->settings.update == TRAIN_IDEAL && l->device.per_siemens == 0) {
            status = ohm_fail(OHM_BAD_ARGUMENT,
                              "ideal updates need devices whose conductance is linear in their state, not %s",
                              ohm_crossbar_definition(l->array[LAYER_SLOW])->model);
            ohm_fail_hint("linear-step, soft-bounds and mmss are, among others");
        }
    }
    return status;
}

ohm_status training_create(ohm_devices *devices, settings *s, const ohm_definition *how,
                           ohm_training **training) {
    char model[OHM_MAX_SPEC_TEXT];
    ohm_training *t;
    ohm_status status = training_begin(s, &t);
    *training = NULL;
    if (status) return status;
    const int arrays = t->settings.update == TRAIN_TIKI_TAKA ? LAYER_ARRAYS : 1;
    status = choose_model(&t->settings, model);
    for (size_t i = 0; i < t->layers && !status; i++)
        for (int k = 0; k < arrays && !status; k++)
            status = create_array(t, devices, how, model, &t->layer[i], k);
    if (!status) status = training_prepare(t);
    for (size_t i = 0; i < t->layers && !status && !t->competition; i++)
        status = start_layer(t, i, &t->layer[i]);
    if (status)
        ohm_training_close(t);
    else
        *training = t;
    return status;
}

// A viewer's file may be the one that the command reads: what is the command's own is passed over.
static bool pass_over(void *object, const char *key, const char *path, const char *value,
                      ohm_status *status) {
    static const char *const keys[] = {"output", "device", "plot", "lanes", "band-rows", NULL};
    (void)object, (void)path, (void)value, (void)status;
    for (int i = 0; keys[i]; i++)
        if (strcmp(keys[i], key) == 0) return true;
    return false;
}

ohm_status ohm_training_open(ohm_devices *devices, const char *path, ohm_training **training) {
    assert(devices && path && training);
    settings s = settings_default();
    *training = NULL;
    const ohm_status status = settings_read(&s, path, pass_over, NULL);
    if (!status) return training_create(devices, &s, NULL, training);
    settings_free(&s);
    return status;
}

ohm_status training_set_readout(ohm_training *t, const settings *s) {
    if (t->competition) return settings_check(s);
    ohm_status status = settings_check(s);
    for (size_t i = 0; i < t->layers && !status; i++) status = layer_set_readout(&t->layer[i], s);
    return status;
}

// ---- Evaluating -------------------------------------------------------------------------------

static void freeze(ohm_training *t, bool frozen) {
    for (size_t i = 0; i < t->layers; i++) t->layer[i].frozen = frozen;
}

#define CALIBRATING 256u // samples

// Lets a calibrated ADC see some samples if it has seen none.
static ohm_status calibrate(ohm_training *t) {
    const data *d = &t->data;
    const uint64_t most = d->train.count < CALIBRATING ? d->train.count : CALIBRATING;
    const layer *last = &t->layer[t->layers - 1];
    ohm_status status = OHM_OK;
    if (!last->adc.bits || !last->calibrated || last->reach[LAYER_FORWARD] > 0) return OHM_OK;
    for (uint64_t i = 0; i < most && !status; i++) {
        memcpy(t->value[0], d->train.input + i * d->inputs, d->inputs * sizeof *t->value[0]);
        status = network_forward(t, 1);
    }
    return status;
}

static ohm_status evaluate_batch(ohm_training *t, uint64_t first, uint64_t count, uint64_t *right,
                                 double *loss) {
    const data *d = &t->data;
    const uint64_t classes = t->classes;
    const uint32_t *label = d->test.label + first;
    memcpy(t->value[0], d->test.input + first * d->inputs, count * d->inputs * sizeof *t->value[0]);
    const ohm_status status = network_forward(t, count);
    for (uint64_t v = 0; v < count && !status; v++) {
        const float *p = t->value[t->layers] + v * classes;
        const uint32_t guess = network_guess(p, classes);
        t->confusion[label[v] * classes + guess]++;
        *right += guess == label[v];
        *loss -= log(fmax((double)p[label[v]], 1e-30));
    }
    return status;
}

static ohm_status evaluate_layers(ohm_training *t, double *accuracy, double *loss) {
    const uint64_t count = t->data.test.count;
    uint64_t right = 0;
    double sum = 0;
    ohm_status status = OHM_OK;
    status = calibrate(t);
    freeze(t, true);
    for (uint64_t i = 0; i < count && !status; i += settings_room(&t->settings)) {
        const uint64_t left = count - i, room = settings_room(&t->settings);
        status = evaluate_batch(t, i, left < room ? left : room, &right, &sum);
    }
    freeze(t, false);
    *accuracy = (double)right / (double)count;
    *loss = sum / (double)count;
    return status;
}

static ohm_status evaluate_neurons(ohm_training *t, double *accuracy) {
    const sample_set *test = &t->data.test;
    uint64_t right = 0;
    const ohm_status status =
        competition_evaluate(t->competition, t->layer[0].array[LAYER_SLOW], test, t->confusion);
    for (uint32_t k = 0; k < t->classes; k++) right += t->confusion[k * t->classes + k];
    *accuracy = (double)right / (double)test->count;
    return status;
}

ohm_status ohm_training_evaluate(ohm_training *t, double *accuracy, double *loss) {
    memset(t->confusion, 0, (size_t)t->classes * t->classes * sizeof *t->confusion);
    *loss = NAN;
    return t->competition ? evaluate_neurons(t, accuracy) : evaluate_layers(t, accuracy, loss);
}

// ---- Training ---------------------------------------------------------------------------------

bool ohm_training_is_over(const ohm_training *t) {
    return t->done >= t->settings.epochs * t->data.train.count;
}

// Gathers the next samples of the epoch; they are its rest where that is less than a batch.
static uint64_t gather(ohm_training *t, uint32_t *label) {
    const data *d = &t->data;
    const uint64_t epoch = t->done / d->train.count, first = t->done % d->train.count;
    const uint64_t left = d->train.count - first, count = left < t->settings.batch ? left : t->settings.batch;
    if (t->ordered != epoch + 1)
        draw_order(t->settings.seed, DRAW_ORDER, (uint32_t)epoch, (uint32_t)d->train.count, t->order);
    t->ordered = epoch + 1;
    for (uint64_t v = 0; v < count; v++) {
        const uint32_t i = t->order[first + v];
        memcpy(t->value[0] + v * d->inputs, d->train.input + i * d->inputs, d->inputs * sizeof(float));
        label[v] = d->train.label[i];
    }
    return count;
}

static void take_stock(ohm_training *t, uint64_t count, const uint32_t *label) {
    const uint64_t classes = t->classes;
    for (uint64_t v = 0; v < count; v++) {
        const float *p = t->value[t->layers] + v * classes;
        t->loss -= log(fmax((double)p[label[v]], 1e-30));
        t->right += network_guess(p, classes) == label[v];
    }
    t->seen += count;
    t->done += count;
}

// A sample; what it is taken for counts once the neurons have labels.
static ohm_status compete(ohm_training *t, uint32_t label) {
    uint32_t guess;
    const ohm_status status =
        competition_train(t->competition, t->layer[0].array[LAYER_SLOW], t->value[0], label, &guess);
    if (status) return status;
    if (t->done >= t->data.train.count) t->seen++, t->right += guess == label;
    t->done++;
    return OHM_OK;
}

static ohm_status train_batch(ohm_training *t, uint32_t *label, uint64_t *count) {
    *count = gather(t, label);
    if (t->competition) return compete(t, *label);
    ohm_status status = network_forward(t, *count);
    if (!status) status = network_backward(t, *count, label);
    if (!status) status = network_update(t, *count);
    if (!status) take_stock(t, *count, label);
    return status;
}

ohm_status ohm_training_record_now(ohm_training *t) {
    ohm_training_record r = {.samples = t->done,
                             .epoch = (double)t->done / (double)t->data.train.count,
                             .loss = t->seen && !t->competition ? t->loss / (double)t->seen : NAN,
                             .train_accuracy = t->seen ? (double)t->right / (double)t->seen : NAN,
                             .pulses = t->pulses};
    double unwanted;
    ohm_training_record *more = realloc(t->records, (t->record_count + 1) * sizeof *more);
    if (!more) return ohm_fail_memory("records");
    t->records = more;
    const ohm_status status = ohm_training_evaluate(t, &r.test_accuracy, &unwanted);
    if (status) return status;
    t->records[t->record_count++] = r;
    t->loss = 0;
    t->seen = t->right = 0;
    return OHM_OK;
}

ohm_status ohm_training_advance(ohm_training *t, uint64_t samples, uint64_t *done) {
    uint32_t *label = malloc(t->settings.batch * sizeof *label);
    ohm_status status = label ? OHM_OK : ohm_fail_memory("labels");
    bool ended = false;
    *done = 0;
    while (!status && *done < samples && !ended && !ohm_training_is_over(t)) {
        uint64_t count;
        status = train_batch(t, label, &count);
        if (status) break;
        *done += count;
        ended = t->done % t->data.train.count == 0;
    }
    if (ended && t->competition) competition_label(t->competition);
    if (!status && ended) status = ohm_training_record_now(t);
    free(label);
    return status;
}

// ---- What there is to see ---------------------------------------------------------------------

const ohm_training_record *ohm_training_records(const ohm_training *t, size_t *count) {
    *count = t->record_count;
    return t->records;
}

const uint64_t *ohm_training_confusion(const ohm_training *t, size_t *classes) {
    *classes = t->classes;
    return t->confusion;
}

uint64_t ohm_training_samples(const ohm_training *t, uint64_t *all) {
    *all = t->settings.epochs * t->data.train.count;
    return t->done;
}

size_t ohm_training_layers(const ohm_training *t) {
    return t->layers;
}

void ohm_training_layer_sides(const ohm_training *t, size_t i, uint64_t *inputs, uint64_t *outputs) {
    *inputs = t->layer[i].inputs;
    *outputs = t->layer[i].outputs;
}

ohm_crossbar *ohm_training_crossbar(ohm_training *t, size_t i) {
    return t->layer[i].array[LAYER_SLOW];
}

ohm_status ohm_training_weights(ohm_training *t, size_t i, float *weights) {
    layer *l = &t->layer[i];
    if (t->competition)
        return ohm_crossbar_read_quantity(l->array[LAYER_SLOW], OHM_CONDUCTANCE, 0, l->rows, weights);
    float *all = malloc(l->rows * l->outputs * sizeof *all);
    const ohm_status status = all ? layer_read(l, LAYER_SLOW, all) : ohm_fail_memory("weights");
    if (!status) memcpy(weights, all, l->inputs * l->outputs * sizeof *weights);
    free(all);
    return status;
}

void ohm_training_picture(const ohm_training *t, uint64_t *height, uint64_t *width) {
    *height = t->data.height;
    *width = t->data.width;
}
