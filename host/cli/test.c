// ohmscape test: how well a trained network classifies its test set, after some time, through converters and
// wires.
#include "../base/error.h"
#include "../base/number.h"
#include "../train/training.h"
#include "cli.h"
#include "commands.h"
#include "guard.h"
#include "progress.h"
#include "report.h"
#include "setup.h"
#include "train_report.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>

// ---- Options ----------------------------------------------------------------------------------

typedef struct test_options {
    setup setup; // of which the device and lanes count
    settings settings;
    double idle; // s
    bool compensate, json, quiet;
} test_options;

#define SETTER(name) static ohm_status set_##name(void *object, const char *text)
#define KEY(name)                                                                                            \
    SETTER(name) {                                                                                           \
        return settings_set(&((test_options *)object)->settings, TRAIN_KEY_##name, text);                    \
    }
KEY(dac)
KEY(adc)
KEY(wires)
KEY(data)
KEY(images)
KEY(labels)
KEY(test_images)
KEY(test_labels)

SETTER(idle) {
    double *const x = &((test_options *)object)->idle;
    return number_read_double(text, x) && *x >= 0 && *x <= OHM_MAX_IDLE
               ? OHM_OK
               : options_bad_value("idle", text, "a time in s from 0 to 1e15");
}

SETTER(compensate) {
    return options_set_flag(&((test_options *)object)->compensate, text);
}

SETTER(json) {
    return options_set_flag(&((test_options *)object)->json, text);
}

SETTER(quiet) {
    return options_set_flag(&((test_options *)object)->quiet, text);
}

static const option_entry test_entries[] = {
    {"idle", 0, "SECONDS", "time that the devices drift before the test (default 0)", set_idle},
    {"compensate", 0, NULL,
     "scale each layer's outputs by what all its currents together were before\nthat time, over what they "
     "are after it",
     set_compensate},
    {"dac", 0, "KEY=VALUE,...", "convert the inputs, as for train, or none (default: as trained)", set_dac},
    {"adc", 0, "KEY=VALUE,...", "convert the differences of pairs, likewise", set_adc},
    {"wires", 0, "KEY=VALUE,...", "resistances of the lines, likewise", set_wires},
    {"data", 0, "D", "the data, if they are no longer where they were", set_data},
    {"images", 0, "F", "likewise", set_images},
    {"labels", 0, "F", "likewise", set_labels},
    {"test-images", 0, "F", "likewise", set_test_images},
    {"test-labels", 0, "F", "likewise", set_test_labels},
    {"device", 0, "DEVICE", "device to compute on, as for run (default native)", setup_set_device},
    {"lanes", 0, "L", "float32 lanes: 1, 4, 8, 16 or auto (default)", setup_set_lanes},
    {"json", 0, NULL, "print one JSON object", set_json},
    {"quiet", 'q', NULL, "print nothing but errors", set_quiet},
    {0},
};

// ---- Testing ----------------------------------------------------------------------------------

typedef struct outcome {
    double accuracy, loss;
    double gain[TRAIN_MOST_LAYERS];
} outcome;

// Lets all devices rest, and compensates for what they lose if that is wanted.
static ohm_status rest(ohm_training *t, const test_options *o, outcome *r) {
    ohm_status status = OHM_OK;
    if (t->competition && o->compensate)
        return ohm_fail(OHM_BAD_ARGUMENT, "--compensate does not go with spiking neurons");
    for (size_t i = 0; i < t->layers && !status; i++) {
        layer *l = &t->layer[i];
        double before = 0, after = 0;
        r->gain[i] = 1;
        if (o->compensate) status = layer_reference(l, &before);
        if (!status && o->idle > 0) status = ohm_crossbar_idle(l->array[LAYER_SLOW], o->idle);
        if (!status && o->compensate) status = layer_reference(l, &after);
        if (!status && o->compensate && before > 0 && after > 0) r->gain[i] = before / after;
        l->gain = r->gain[i];
    }
    return status;
}

static ohm_status print_json(const ohm_training *t, const test_options *o, const outcome *r) {
    cJSON *root = cJSON_CreateObject();
    train_json_network(root, t);
    cJSON_AddNumberToObject(root, "idle", o->idle);
    cJSON *gains = cJSON_AddArrayToObject(root, "gains");
    for (size_t i = 0; i < t->layers; i++) cJSON_AddItemToArray(gains, cJSON_CreateNumber(r->gain[i]));
    cJSON_AddNumberToObject(root, "test_accuracy", r->accuracy);
    cJSON_AddNumberToObject(root, "loss", r->loss);
    train_json_confusion(root, t);
    return json_print(root) ? OHM_OK : ohm_fail_memory("the report");
}

static void print_text(const ohm_training *t, const test_options *o, const outcome *r) {
    printf("tested        %.2f %% of %" PRIu64 " samples classified rightly", 100 * r->accuracy,
           t->data.test.count);
    if (!isnan(r->loss)) printf(", loss %.4f", r->loss);
    if (o->idle > 0) printf(", after %g s", o->idle);
    printf("\n");
    if (o->compensate) {
        printf("compensated  ");
        for (size_t i = 0; i < t->layers; i++) printf(" %.6g", r->gain[i]);
        printf(" times the outputs of each layer\n");
    }
    train_report_confusion(t);
}

static ohm_status test(test_options *o, const char *path) {
    ohm_devices *devices = NULL;
    ohm_training *t = NULL;
    outcome r;
    ohm_status status = ohm_devices_open(setup_device(&o->setup), &devices);
    if (!status) status = training_load(devices, path, &o->settings, &o->setup.definition, &t);
    if (!status) train_choose_threads(t);
    if (!status) status = rest(t, o, &r);
    if (!status) status = ohm_training_evaluate(t, &r.accuracy, &r.loss);
    if (!status && o->json) status = print_json(t, o, &r);
    if (!status && !o->json && !o->quiet) print_text(t, o, &r);
    ohm_training_close(t);
    ohm_devices_close(devices);
    return status ? status : cli_flush();
}

static int test_command(int argc, char **argv) {
    test_options o = {.setup = setup_default(), .settings = settings_default()};
    uint64_t given;
    int first;
    o.setup.device = "native";
    ohm_status status = options_parse(&command_test, &o, argc, argv, &given, &first);
    if (!status && first >= argc) status = ohm_fail(OHM_BAD_ARGUMENT, "test needs NET.h5, a trained network");
    if (!status && first + 1 < argc)
        status = ohm_fail(OHM_BAD_ARGUMENT, "unexpected argument \"%s\"", argv[first + 1]);
    if (!status) {
        setup_guard(&o.setup, o.quiet);
        status = test(&o, argv[first]);
    }
    settings_free(&o.settings);
    return status ? cli_fail(status) : EXIT_SUCCESS;
}

const command command_test = {
    .name = "test",
    .arguments = "NET.h5",
    .summary = "Test a trained network",
    .options = test_entries,
    .run = test_command,
};
