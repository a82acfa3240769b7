// ohmscape train: a network whose weights are the devices of crossbars, trained by pulses.
#include "../base/error.h"
#include "../base/file.h"
#include "../base/number.h"
#include "../define/spec.h"
#include "../train/training.h"
#include "cli.h"
#include "commands.h"
#include "gnuplot.h"
#include "guard.h"
#include "progress.h"
#include "report.h"
#include "rescue.h"
#include "setup.h"
#include "train_report.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

// ---- Options ----------------------------------------------------------------------------------

typedef struct train_options {
    setup setup; // of which the device, lanes and band_rows count
    settings settings;
    const char *from, *output, *plot;
    char *kept[4]; // texts from a file
    bool json, quiet;
} train_options;

#define SETTER(name) static ohm_status set_##name(void *object, const char *text)

#define KEY_SETTER(id, name, argument, help)                                                                 \
    SETTER(id) {                                                                                             \
        return settings_set(&((train_options *)object)->settings, TRAIN_KEY_##id, text);                     \
    }
TRAIN_KEYS(KEY_SETTER)

SETTER(from) {
    ((train_options *)object)->from = text;
    return OHM_OK;
}

SETTER(output) {
    ((train_options *)object)->output = text;
    return OHM_OK;
}

SETTER(plot) {
    ((train_options *)object)->plot = text;
    return gnuplot_knows(text) ? OHM_OK : options_bad_value("plot", text, "a name that ends in .png or .svg");
}

SETTER(json) {
    return options_set_flag(&((train_options *)object)->json, text);
}

SETTER(quiet) {
    return options_set_flag(&((train_options *)object)->quiet, text);
}

#define KEY_ENTRY(id, name, argument, help) {name, 0, argument, help, set_##id},
static const option_entry train_entries[] = {
    TRAIN_KEYS(KEY_ENTRY){"from", 0, "NET.h5", "go on with a saved network, to the same bits", set_from},
    {"output", 'o', "NET.h5", "save the network", set_output},
    {"plot", 0, "F", "draw accuracies and the confusion matrix with gnuplot, as F.png or F.svg", set_plot},
    {"device", 0, "DEVICE", "device to compute on, as for run (default native: a sample is little work)",
     setup_set_device},
    {"lanes", 0, "L", "float32 lanes: 1, 4, 8, 16 or auto (default)", setup_set_lanes},
    {"band-rows", 0, "R", "maximum rows per buffer, or auto (default); affects only layout",
     setup_set_band_rows},
    {"json", 0, NULL, "print one JSON object", set_json},
    {"quiet", 'q', NULL, "print nothing but errors", set_quiet},
    {0},
};

// ---- The file ---------------------------------------------------------------------------------

static const char usual_device[] = "native";

// What of a training file is the command's own; the command line comes first.
static bool take_other(void *object, const char *key, const char *path, const char *value,
                       ohm_status *status) {
    static const char *const keys[] = {"output", "plot", "device", NULL};
    train_options *o = object;
    int i = 0;
    while (keys[i] && strcmp(keys[i], key) != 0) i++;
    if (!keys[i]) return false;
    if (o->kept[i]) *status = ohm_fail(OHM_BAD_FILE, "%s is given twice", key);
    if (!*status && !(o->kept[i] = strdup(i < 2 ? path : value))) *status = ohm_fail_memory("a path");
    if (*status) return true;
    if (i == 0 && !o->output) o->output = o->kept[i];
    if (i == 1 && !o->plot) *status = set_plot(o, o->kept[i]);
    if (i == 2 && o->setup.device == usual_device) *status = setup_set_device(o, o->kept[i]);
    return true;
}

// ---- Checks -----------------------------------------------------------------------------------

// What a saved network has settled.
static ohm_status check_from(const train_options *o) {
    static const train_key settled[] = {TRAIN_KEY_layers,     TRAIN_KEY_model, TRAIN_KEY_table,
                                        TRAIN_KEY_range,      TRAIN_KEY_dt,    TRAIN_KEY_precision,
                                        TRAIN_KEY_seed,       TRAIN_KEY_test,  TRAIN_KEY_samples,
                                        TRAIN_KEY_activation, TRAIN_KEY_update};
    for (size_t i = 0; i < sizeof settled / sizeof settled[0]; i++)
        if (o->settings.text[settled[i]])
            return ohm_fail(OHM_BAD_ARGUMENT, "%s is settled by the network that --from goes on with",
                            train_key_name[settled[i]]);
    return OHM_OK;
}

static ohm_status check_overwriting(const train_options *o, const char *path) {
    const settings *s = &o->settings;
    for (int i = 0; i < TRAIN_KEY_COUNT; i++)
        if ((i <= TRAIN_KEY_test_labels || i == TRAIN_KEY_table) && s->text[i] &&
            file_is_same(s->text[i], path))
            return ohm_fail(OHM_BAD_ARGUMENT, "the output would overwrite %s", s->text[i]);
    return ohm_save_check(path, 0);
}

static ohm_status check_options(const train_options *o) {
    ohm_status status = o->from ? check_from(o) : settings_check(&o->settings);
    if (!status && o->output) status = check_overwriting(o, o->output);
    if (!status && o->plot) status = check_overwriting(o, o->plot);
    return status || !o->plot ? status : gnuplot_check();
}

// ---- Training ---------------------------------------------------------------------------------

// A training under way.
typedef struct course {
    train_options *options;
    ohm_training *training;
    uint64_t first; // samples at the start
    double start, last;
    bool shown; // on a terminal
} course;

#define TURN 0.1 // s, after which signals are looked at

static void show(course *c) {
    uint64_t all;
    const double now = progress_clock();
    const uint64_t done = ohm_training_samples(c->training, &all);
    if (!c->shown || now - c->last < TURN || done == c->first) return;
    c->last = now;
    const double rate = (double)(done - c->first) / (now - c->start);
    fprintf(stderr, "\repoch %.2f of %" PRIu64 "  %.0f samples/s  %.0f s left \033[K",
            (double)done / (double)c->training->data.train.count, c->training->settings.epochs, rate,
            (double)(all - done) / rate);
    fflush(stderr);
}

static void clear(const course *c) {
    if (c->shown) fprintf(stderr, "\r\033[K");
}

// Trains up to the next record, or a signal.
static ohm_status train_epoch(course *c) {
    uint64_t samples = 1, done;
    size_t before, now;
    ohm_status status;
    ohm_training_records(c->training, &before);
    do {
        const double start = progress_clock();
        status = ohm_training_advance(c->training, samples, &done);
        const double took = progress_clock() - start;
        samples = took < TURN / 2 ? 2 * samples : took > TURN && samples > 1 ? samples / 2 : samples;
        ohm_training_records(c->training, &now);
        show(c);
    } while (!status && now == before && !cli_caught() && !ohm_training_is_over(c->training));
    clear(c);
    return status;
}

static ohm_status train_all(course *c) {
    const bool text = !c->options->json && !c->options->quiet;
    ohm_status status = OHM_OK;
    if (text) train_report_start(c->training);
    while (!status && !ohm_training_is_over(c->training) && !cli_caught()) {
        size_t before, now;
        ohm_training_records(c->training, &before);
        status = train_epoch(c);
        ohm_training_records(c->training, &now);
        if (text && now > before) train_report_record(c->training, now - 1);
    }
    return status;
}

static ohm_status save(void *object, const char *path) {
    return ohm_training_save(object, path);
}

// What was trained is saved although something failed later.
static ohm_status finish(course *c, ohm_status status, double seconds) {
    const train_options *o = c->options;
    char *where = NULL;
    const uint64_t done = ohm_training_samples(c->training, &(uint64_t){0}) - c->first;
    if (o->output) {
        const ohm_status saved = rescue_at(o->output, save, c->training, &where);
        if (!status) status = saved;
    }
    if (!status && o->plot) status = gnuplot_draw(o->plot, train_report_plot, c->training);
    if (!status && o->json) status = train_report_json(c->training, done, seconds, where);
    if (!status && !o->json && !o->quiet) {
        train_report_end(c->training, done, seconds, where);
        if (o->plot) printf("drawn         %s\n", o->plot);
    }
    free(where);
    return status;
}

static ohm_status make_training(train_options *o, ohm_devices *devices, ohm_training **t) {
    const ohm_definition *how = &o->setup.definition;
    return o->from ? training_load(devices, o->from, &o->settings, how, t)
                   : training_create(devices, &o->settings, how, t);
}

#define LARGE ((uint64_t)1 << 20) // devices of an array

// What a sample takes of smaller arrays is done before another thread has woken, and where processors are
// busy each would wait for it: 784-100-10 on two busy ones took 4 to 60 times as long with two threads.
void train_choose_threads(const ohm_training *t) {
    uint64_t most = 0;
    for (size_t i = 0; i < t->layers; i++)
        if (t->layer[i].rows * t->layer[i].cols > most) most = t->layer[i].rows * t->layer[i].cols;
    if (most < LARGE) ohm_set_threads(1);
}

static ohm_status train(train_options *o) {
    ohm_devices *devices = NULL;
    course c = {.options = o, .shown = progress_start(o->quiet, 1, 1).shown};
    ohm_status status = ohm_devices_open(setup_device(&o->setup), &devices);
    if (!status) status = make_training(o, devices, &c.training);
    if (!status) {
        guard_settled();
        train_choose_threads(c.training);
        cli_nothing_to_lose(false);
        c.first = ohm_training_samples(c.training, &(uint64_t){0});
        c.start = progress_clock();
        status = train_all(&c);
        status = finish(&c, status, progress_clock() - c.start);
    }
    ohm_training_close(c.training);
    ohm_devices_close(devices);
    return status ? status : cli_flush();
}

// ---- The command line -------------------------------------------------------------------------

static void say_warning(void *context, ohm_log_level level, const char *line) {
    const train_options *o = context;
    if (level == OHM_LOG_WARNING && !o->quiet) fprintf(stderr, "ohmscape: warning: %s\n", line);
}

static ohm_status take_arguments(train_options *o, int argc, char **argv) {
    uint64_t given;
    int first;
    ohm_status status = options_parse(&command_train, o, argc, argv, &given, &first);
    if (status) return status;
    if (first + 1 < argc) return ohm_fail(OHM_BAD_ARGUMENT, "unexpected argument \"%s\"", argv[first + 1]);
    if (first < argc) status = settings_read(&o->settings, argv[first], take_other, o);
    return status ? status : check_options(o);
}

static int train_command(int argc, char **argv) {
    train_options o = {.setup = setup_default(), .settings = settings_default()};
    o.setup.device = usual_device;
    ohm_status status = take_arguments(&o, argc, argv);
    ohm_set_log(say_warning, &o);
    if (!status) {
        cli_catch_signals();
        cli_nothing_to_lose(true);
        setup_guard(&o.setup, o.quiet);
        status = train(&o);
    }
    settings_free(&o.settings);
    for (int i = 0; i < 4; i++) free(o.kept[i]);
    if (status) return cli_fail(status);
    return cli_caught() ? 128 + cli_caught() : EXIT_SUCCESS;
}

const command command_train = {
    .name = "train",
    .arguments = "[FILE.ini]",
    .summary = "Train a network of crossbars",
    .options = train_entries,
    .run = train_command,
};
