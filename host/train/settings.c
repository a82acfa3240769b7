// See settings.h.
#include "settings.h"
#include "../array/converters.h"
#include "../base/error.h"
#include "../base/number.h"
#include "../define/spec.h"
#include "../format/ini.h"
#include "../ohmscape_train.h"
#include "datasets.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define KEY_NAME(id, name, argument, help) name,
const char *const train_key_name[TRAIN_KEY_COUNT] = {TRAIN_KEYS(KEY_NAME)};
const char *const train_update_name[TRAIN_UPDATES] = {"stochastic", "manhattan", "tiki-taka", "ideal",
                                                      "spiking"};
const char *const train_activation_name[TRAIN_ACTIVATIONS] = {"relu", "sigmoid", "tanh"};

settings settings_default(void) {
    return (settings){.epochs = 10,
                      .batch = 1,
                      .transfer_every = 1,
                      .seed = 1,
                      .test = 0.2,
                      .rate = 0.01,
                      .decay = 1,
                      .transfer_rate = 0.1,
                      .range = 1,
                      .slots = OHM_MAX_SLOTS,
                      .balance = true,
                      .calibrated = true,
                      .readout = ohm_readout_default()};
}

void settings_free(settings *s) {
    for (int i = 0; i < TRAIN_KEY_COUNT; i++) free(s->text[i]);
    *s = (settings){0};
}

// ---- Values -----------------------------------------------------------------------------------
// Each returns what is allowed where the text is not, or NULL.

static const char *set_real(const char *text, double *x, double low, double high, const char *allowed) {
    double value;
    if (!number_read_double(text, &value) || value < low || value > high) return allowed;
    *x = value;
    return NULL;
}

static const char *set_whole(const char *text, uint64_t *x, uint64_t low, uint64_t high,
                             const char *allowed) {
    uint64_t value;
    if (!number_read_u64(text, &value) || value < low || value > high) return allowed;
    *x = value;
    return NULL;
}

static const char *set_name(const char *text, const char *const *names, int count, int *place,
                            const char *allowed) {
    for (int i = 0; i < count; i++) {
        if (strcmp(names[i], text) != 0) continue;
        *place = i;
        return NULL;
    }
    return allowed;
}

static const char *set_layers(settings *s, const char *text) {
    static const char allowed[] = "2 to 17 sizes from 1 to 1000000, such as 784,100,10";
    char copy[512];
    if (strlen(text) >= sizeof copy) return allowed;
    strcpy(copy, text);
    s->sides = 0;
    for (char *one = copy, *next; one; one = next) {
        next = strpbrk(one, ",-");
        if (next) *next++ = '\0';
        one += strspn(one, " ");
        if (s->sides > TRAIN_MOST_LAYERS || set_whole(one, &s->side[s->sides], 1, TRAIN_MOST_SIDE, allowed))
            return allowed;
        s->sides++;
    }
    return s->sides >= 2 ? NULL : allowed;
}

static const char *set_update(settings *s, const char *text) {
    int place = 0;
    const char *allowed = set_name(text, train_update_name, TRAIN_UPDATES, &place,
                                   "stochastic, manhattan, tiki-taka, ideal or spiking");
    s->update = (train_update)place;
    return allowed;
}

static const char *set_activation(settings *s, const char *text) {
    int place = 0;
    const char *allowed =
        set_name(text, train_activation_name, TRAIN_ACTIVATIONS, &place, "relu, sigmoid or tanh");
    s->activation = (train_activation)place;
    return allowed;
}

static const char *set_precision(settings *s, const char *text) {
    for (int i = 0; i < OHM_PRECISIONS; i++) {
        if (strcmp(ohm_precision_name((ohm_precision)i), text) != 0) continue;
        s->precision = (ohm_precision)i;
        return NULL;
    }
    return "auto, single or extended";
}

static const char *set_balance(settings *s, const char *text) {
    s->balance = strcmp(text, "yes") == 0;
    return s->balance || strcmp(text, "no") == 0 ? NULL : "yes or no";
}

static const char *set_slots(settings *s, const char *text) {
    uint64_t slots = s->slots;
    const char *allowed = set_whole(text, &slots, 1, OHM_MAX_SLOTS, "a number from 1 to 31");
    s->slots = (unsigned)slots;
    return allowed;
}

#define MOST_NUMBER ((uint64_t)1 << 40)

static const char *set_number(settings *s, train_key key, const char *text) {
    switch (key) {
    case TRAIN_KEY_test: return set_real(text, &s->test, 1e-6, 0.99, "a fraction from 1e-6 to 0.99");
    case TRAIN_KEY_samples: return set_whole(text, &s->samples, 1, MOST_NUMBER, "a number from 1");
    case TRAIN_KEY_epochs: return set_whole(text, &s->epochs, 0, MOST_NUMBER, "a number from 0");
    case TRAIN_KEY_batch: return set_whole(text, &s->batch, 1, 1u << 16, "a number from 1 to 65536");
    case TRAIN_KEY_rate: return set_real(text, &s->rate, 1e-12, 1e6, "a number from 1e-12 to 1e6");
    case TRAIN_KEY_decay: return set_real(text, &s->decay, 1e-6, 1e6, "a number from 1e-6 to 1e6");
    case TRAIN_KEY_transfer_every:
        return set_whole(text, &s->transfer_every, 1, MOST_NUMBER, "a number from 1");
    case TRAIN_KEY_transfer_rate:
        return set_real(text, &s->transfer_rate, 1e-9, 1e6, "a number from 1e-9 to 1e6");
    case TRAIN_KEY_range: return set_real(text, &s->range, 1e-6, 1e6, "a number from 1e-6 to 1e6");
    case TRAIN_KEY_voltage: return set_real(text, &s->voltage, 1e-9, 1000, "a number of V from 1e-9 to 1000");
    case TRAIN_KEY_dt: return set_real(text, &s->dt, 1e-30, 1e6, "a number of s above 0 and up to 1e6");
    default: return set_whole(text, &s->seed, 0, UINT64_MAX, "a number from 0 to 2^64 - 1");
    }
}

static ohm_status set_dac(settings *s, const char *text) {
    s->readout.dac = ohm_readout_default().dac;
    return strcmp(text, "none") == 0 ? OHM_OK : converters_read_dac(text, &s->readout);
}

static ohm_status set_adc(settings *s, const char *text) {
    s->readout.adc = ohm_readout_default().adc;
    s->calibrated = !strstr(text, "range=");
    return strcmp(text, "none") == 0 ? OHM_OK : converters_read_adc(text, &s->readout, &s->calibrated);
}

// *status is the error where the text has one of its own.
static const char *set_value(settings *s, train_key key, const char *text, ohm_status *status) {
    switch (key) {
    case TRAIN_KEY_data:
    case TRAIN_KEY_images:
    case TRAIN_KEY_labels:
    case TRAIN_KEY_test_images:
    case TRAIN_KEY_test_labels:
    case TRAIN_KEY_table: return *text ? NULL : "the name of a file";
    case TRAIN_KEY_stimulus: return *text && strlen(text) < OHM_MAX_SPEC_TEXT ? NULL : "a stimulus";
    case TRAIN_KEY_model: return *text && strlen(text) < OHM_MAX_SPEC_TEXT ? NULL : "a model";
    case TRAIN_KEY_wires: return strlen(text) < OHM_MAX_SPEC_TEXT ? NULL : "a shorter text";
    case TRAIN_KEY_layers: return set_layers(s, text);
    case TRAIN_KEY_activation: return set_activation(s, text);
    case TRAIN_KEY_update: return set_update(s, text);
    case TRAIN_KEY_precision: return set_precision(s, text);
    case TRAIN_KEY_balance: return set_balance(s, text);
    case TRAIN_KEY_slots: return set_slots(s, text);
    case TRAIN_KEY_dac: *status = set_dac(s, text); return NULL;
    case TRAIN_KEY_adc: *status = set_adc(s, text); return NULL;
    default: return set_number(s, key, text);
    }
}

ohm_status settings_set(settings *s, train_key key, const char *text) {
    ohm_status status = OHM_OK;
    const char *allowed = set_value(s, key, text, &status);
    if (allowed)
        return ohm_fail(OHM_BAD_ARGUMENT, "%s: \"%s\" is not %s", train_key_name[key], text, allowed);
    char *copy = status ? NULL : strdup(text);
    if (!status && !copy) status = ohm_fail_memory("settings");
    if (status) return status;
    free(s->text[key]);
    s->text[key] = copy;
    return OHM_OK;
}

#define TEST_BATCH 32u

uint64_t settings_room(const settings *s) {
    return s->batch > TEST_BATCH ? s->batch : TEST_BATCH;
}

// ---- Files ------------------------------------------------------------------------------------

typedef struct reader {
    settings *settings;
    char folder[PATH_MAX];
    bool before[TRAIN_KEY_COUNT], seen[TRAIN_KEY_COUNT];
    settings_other *others;
    void *object;
} reader;

static bool is_path(train_key key, const char *value) {
    const bool name = key == TRAIN_KEY_data && datasets_have(value);
    return (key <= TRAIN_KEY_test_labels || key == TRAIN_KEY_table) && !name;
}

static ohm_status take_known(reader *r, train_key key, const char *value) {
    if (r->seen[key]) return ohm_fail(OHM_BAD_FILE, "%s is given twice", train_key_name[key]);
    r->seen[key] = true;
    if (r->before[key]) return OHM_OK;
    if (!is_path(key, value)) return settings_set(r->settings, key, value);
    char *path = spec_path_in(r->folder, value);
    const ohm_status status = path ? settings_set(r->settings, key, path) : ohm_fail_memory("a path");
    free(path);
    return status;
}

static ohm_status take_other(reader *r, const char *key, const char *value) {
    ohm_status status = OHM_OK;
    char *path = spec_path_in(r->folder, value);
    if (!path) return ohm_fail_memory("a path");
    const bool taken = r->others && r->others(r->object, key, path, value, &status);
    free(path);
    if (taken) return status;
    ohm_fail(OHM_BAD_FILE, "unknown key \"%s\"", key);
    ohm_fail_hint("keys are the options of `ohmscape train --help`, without dashes");
    return OHM_BAD_FILE;
}

static ohm_status take(void *object, const char *section, const char *key, const char *value) {
    reader *r = object;
    if (*section) return ohm_fail(OHM_BAD_FILE, "a training file has no sections, but [%s]", section);
    for (int i = 0; i < TRAIN_KEY_COUNT; i++)
        if (strcmp(train_key_name[i], key) == 0) return take_known(r, (train_key)i, value);
    return take_other(r, key, value);
}

ohm_status settings_read(settings *s, const char *path, settings_other *others, void *object) {
    reader r = {.settings = s, .others = others, .object = object};
    const char *slash = strrchr(path, '/');
    const size_t length = slash ? (size_t)(slash - path) + 1 : 0;
    if (length >= sizeof r.folder) return ohm_fail(OHM_BAD_ARGUMENT, "the path %s is too long", path);
    snprintf(r.folder, sizeof r.folder, "%.*s", (int)length, path);
    for (int i = 0; i < TRAIN_KEY_COUNT; i++) r.before[i] = s->text[i] != NULL;
    return ini_read(path, take, &r);
}

// ---- All --------------------------------------------------------------------------------------

static ohm_status check_data(const settings *s) {
    char *const *t = s->text;
    if (!t[TRAIN_KEY_data] && !t[TRAIN_KEY_images])
        return ohm_fail(OHM_BAD_ARGUMENT, "nothing to train on: give data, or images and labels");
    if (t[TRAIN_KEY_data] && (t[TRAIN_KEY_images] || t[TRAIN_KEY_labels]))
        return ohm_fail(OHM_BAD_ARGUMENT, "data and images are two ways to say the same: give one");
    if (t[TRAIN_KEY_images] && !t[TRAIN_KEY_labels])
        return ohm_fail(OHM_BAD_ARGUMENT, "images need their labels");
    if (!t[TRAIN_KEY_test_images] != !t[TRAIN_KEY_test_labels])
        return ohm_fail(OHM_BAD_ARGUMENT, "test-images and test-labels go together");
    if (t[TRAIN_KEY_test] && t[TRAIN_KEY_test_images])
        return ohm_fail(OHM_BAD_ARGUMENT, "test is for where no test-images are given");
    return OHM_OK;
}

static ohm_status check_converters(const settings *s) {
    const ohm_readout *how = &s->readout;
    if (how->dac.bits && how->dac.low != -how->dac.high)
        return ohm_fail(OHM_BAD_ARGUMENT, "dac: gradients have both signs: give the range as X, for -X:X");
    if (how->adc_gain != 1 || how->adc_offset != 0 || how->adc_noise > 0 || how->convert_sum)
        return ohm_fail(OHM_BAD_ARGUMENT,
                        "adc: of the differences of pairs, bits, codes and range can be set");
    if (how->adc.sign_magnitude && how->adc.low != -how->adc.high)
        return ohm_fail(OHM_BAD_ARGUMENT, "adc: with a sign the range is the same both ways");
    if ((how->adc.sign_magnitude && how->adc.bits < 2) || (how->dac.sign_magnitude && how->dac.bits < 2))
        return ohm_fail(OHM_BAD_ARGUMENT, "a sign takes one bit of 2 or more");
    return OHM_OK;
}

// Whether neurons can compete for samples under a stimulus.
static ohm_status check_stimulus(const char *stimulus) {
    spec s;
    const ohm_status status = spec_parse(ROLE_STIMULUS, stimulus, &s);
    if (status) return status;
    const bool spiking = strcmp(spec_entry_of(&s)->about->name, "spiking") == 0;
    if (!spiking || spec_value(&s, "network") != 0 || s.path[0])
        return ohm_fail(
            OHM_BAD_ARGUMENT,
            "stimulus: a network that competes for the samples takes a feedforward spiking:… without "
            "a file, not %s",
            stimulus);
    return OHM_OK;
}

// What does not go with spiking neurons, or goes with them alone.
static ohm_status check_spiking(const settings *s) {
    static const train_key others[] = {TRAIN_KEY_dac,   TRAIN_KEY_adc,  TRAIN_KEY_wires,
                                       TRAIN_KEY_table, TRAIN_KEY_rate, TRAIN_KEY_batch};
    if (s->update != TRAIN_SPIKING)
        return s->text[TRAIN_KEY_stimulus]
                   ? ohm_fail(OHM_BAD_ARGUMENT, "stimulus goes with update spiking alone")
                   : OHM_OK;
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        if (s->text[others[i]])
            return ohm_fail(OHM_BAD_ARGUMENT, "%s does not go with update spiking",
                            train_key_name[others[i]]);
    if (s->sides && s->sides != 2)
        return ohm_fail(OHM_BAD_ARGUMENT, "layers: spiking networks have one layer: inputs, neurons");
    return s->text[TRAIN_KEY_stimulus] ? check_stimulus(s->text[TRAIN_KEY_stimulus]) : OHM_OK;
}

ohm_status settings_check(const settings *s) {
    ohm_status status = check_data(s);
    if (!status) status = check_converters(s);
    if (!status) status = check_spiking(s);
    if (status) return status;
    if (s->text[TRAIN_KEY_table] && s->text[TRAIN_KEY_model])
        return ohm_fail(OHM_BAD_ARGUMENT, "table and model both say what the devices are: give one");
    if (s->text[TRAIN_KEY_table] && s->update == TRAIN_IDEAL)
        return ohm_fail(OHM_BAD_ARGUMENT, "ideal updates have no pulses: a table says nothing of them");
    return OHM_OK;
}

// These keys are of trainings alone, and every one has the first or the second.
static ohm_status look_for_keys(void *object, const char *section, const char *key, const char *value) {
    static const char *const keys[] = {"data", "images", "layers"};
    (void)section, (void)value;
    for (size_t i = 0; key && i < sizeof keys / sizeof keys[0]; i++)
        if (strcmp(key, keys[i]) == 0) *(bool *)object = true;
    return OHM_OK;
}

bool ohm_training_is_file(const char *path) {
    bool found = false;
    return ini_read(path, look_for_keys, &found) == OHM_OK && found;
}
