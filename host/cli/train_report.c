#include "train_report.h"
#include "../base/error.h"
#include "../base/number.h"
#include "../train/training.h"
#include "gnuplot.h"
#include "report.h"

#include <inttypes.h>
#include <math.h>

#define MOST_PRINTED 16 // classes of a confusion matrix

// ---- Text -------------------------------------------------------------------------------------

static void print_sides(const ohm_training *t) {
    uint64_t devices = 0;
    char text[NUMBER_MAX_TEXT];
    printf("network       ");
    for (size_t i = 0; i <= t->layers; i++) printf(i ? "-%" PRIu64 : "%" PRIu64, t->settings.side[i]);
    for (size_t i = 0; i < t->layers; i++)
        devices += t->layer[i].rows * t->layer[i].cols * (t->layer[i].array[LAYER_FAST] ? 2 : 1);
    number_format_count(devices, text);
    printf(", %s, %s devices\n",
           t->competition  ? "spiking"
           : t->layers > 1 ? train_activation_name[t->settings.activation]
                           : "softmax",
           text);
}

void train_report_start(const ohm_training *t) {
    const settings *s = &t->settings;
    char train[NUMBER_MAX_TEXT], test[NUMBER_MAX_TEXT];
    number_format_count(t->data.train.count, train);
    number_format_count(t->data.test.count, test);
    print_sides(t);
    printf("devices       %s\n", ohm_crossbar_definition(t->layer[0].array[LAYER_SLOW])->model);
    printf("data          %s samples to train on, %s to test with\n", train, test);
    if (t->competition)
        printf("update        spiking, %s", t->competition->learning);
    else
        printf("update        %s, rate %g, batches of %" PRIu64, train_update_name[s->update], s->rate,
               s->batch);
    if (s->update != TRAIN_IDEAL && !t->competition)
        printf(", pulses of %g V and %.3g of weight", t->layer[0].device.amplitude, t->layer[0].step);
    printf("\n\n epoch     loss  training   test      pulses\n");
    for (size_t i = 0; i < t->record_count; i++) train_report_record(t, i);
    fflush(stdout);
}

void train_report_record(const ohm_training *t, size_t i) {
    const ohm_training_record *r = &t->records[i];
    char loss[16] = "-", train[16] = "-";
    if (!isnan(r->loss)) snprintf(loss, sizeof loss, "%.4f", r->loss);
    if (!isnan(r->train_accuracy)) snprintf(train, sizeof train, "%.2f %%", 100 * r->train_accuracy);
    printf("%6.4g %8s  %8s %6.2f %% %11.4g\n", r->epoch, loss, train, 100 * r->test_accuracy,
           (double)r->pulses);
    fflush(stdout);
}

void train_report_confusion(const ohm_training *t) {
    size_t classes;
    const uint64_t *m = ohm_training_confusion(t, &classes);
    if (classes > MOST_PRINTED) return;
    printf("\nis \\ taken for");
    for (size_t j = 0; j < classes; j++) printf("%6zu", j);
    for (size_t i = 0; i < classes; i++) {
        printf("\n%13zu ", i);
        for (size_t j = 0; j < classes; j++) printf("%6" PRIu64, m[i * classes + j]);
    }
    printf("\n\n");
}

void train_report_end(const ohm_training *t, uint64_t samples, double seconds, const char *saved) {
    char text[NUMBER_MAX_TEXT];
    if (t->record_count) train_report_confusion(t);
    number_format_count(samples, text);
    printf("trained       %s samples in %.1f s, %.0f a second\n", text, seconds,
           seconds > 0 ? (double)samples / seconds : 0);
    if (saved) printf("saved         %s\n", saved);
}

// ---- JSON -------------------------------------------------------------------------------------

static void add_number(cJSON *object, const char *name, double value) {
    if (isfinite(value))
        cJSON_AddNumberToObject(object, name, value);
    else
        cJSON_AddNullToObject(object, name);
}

void train_json_network(cJSON *root, const ohm_training *t) {
    const settings *s = &t->settings;
    cJSON *sides = cJSON_AddArrayToObject(root, "layers");
    for (size_t i = 0; i <= t->layers; i++)
        cJSON_AddItemToArray(sides, cJSON_CreateNumber((double)s->side[i]));
    cJSON_AddStringToObject(root, "activation", train_activation_name[s->activation]);
    cJSON_AddStringToObject(root, "update", train_update_name[s->update]);
    cJSON_AddStringToObject(root, "model", ohm_crossbar_definition(t->layer[0].array[LAYER_SLOW])->model);
    json_add_u64(root, "seed", s->seed);
    json_add_u64(root, "train_samples", t->data.train.count);
    json_add_u64(root, "test_samples", t->data.test.count);
    cJSON_AddNumberToObject(root, "pulse_voltage", t->layer[0].device.amplitude);
    cJSON_AddNumberToObject(root, "weight_per_pulse", t->layer[0].step);
    cJSON_AddNumberToObject(root, "siemens_per_weight", t->layer[0].scale);
}

void train_json_confusion(cJSON *root, const ohm_training *t) {
    size_t classes;
    const uint64_t *m = ohm_training_confusion(t, &classes);
    cJSON *rows = cJSON_AddArrayToObject(root, "confusion");
    for (size_t i = 0; i < classes; i++) {
        cJSON *row = cJSON_CreateArray();
        for (size_t j = 0; j < classes; j++)
            cJSON_AddItemToArray(row, cJSON_CreateNumber((double)m[i * classes + j]));
        cJSON_AddItemToArray(rows, row);
    }
}

static void add_records(cJSON *root, const ohm_training *t) {
    cJSON *list = cJSON_AddArrayToObject(root, "records");
    for (size_t i = 0; i < t->record_count; i++) {
        const ohm_training_record *r = &t->records[i];
        cJSON *one = cJSON_CreateObject();
        cJSON_AddNumberToObject(one, "epoch", r->epoch);
        json_add_u64(one, "samples", r->samples);
        add_number(one, "loss", r->loss);
        add_number(one, "train_accuracy", r->train_accuracy);
        add_number(one, "test_accuracy", r->test_accuracy);
        json_add_u64(one, "pulses", r->pulses);
        cJSON_AddItemToArray(list, one);
    }
}

static ohm_status add_digests(cJSON *root, const ohm_training *t) {
    cJSON *list = cJSON_AddArrayToObject(root, "digests");
    ohm_status status = OHM_OK;
    for (size_t i = 0; i < t->layers && !status; i++) {
        uint64_t digest;
        char text[17];
        status = ohm_crossbar_digest(t->layer[i].array[LAYER_SLOW], &digest);
        snprintf(text, sizeof text, "%016" PRIx64, digest);
        if (!status) cJSON_AddItemToArray(list, cJSON_CreateString(text));
    }
    return status;
}

ohm_status train_report_json(ohm_training *t, uint64_t samples, double seconds, const char *saved) {
    cJSON *root = cJSON_CreateObject();
    train_json_network(root, t);
    json_add_u64(root, "samples", t->done);
    json_add_u64(root, "pulses", t->pulses);
    add_records(root, t);
    if (t->record_count) add_number(root, "test_accuracy", t->records[t->record_count - 1].test_accuracy);
    train_json_confusion(root, t);
    const ohm_status status = add_digests(root, t);
    cJSON_AddNumberToObject(root, "seconds", seconds);
    if (seconds > 0) cJSON_AddNumberToObject(root, "samples_per_second", (double)samples / seconds);
    if (saved) cJSON_AddStringToObject(root, "saved", saved);
    const bool printed = json_print(root);
    return status ? status : printed ? OHM_OK : ohm_fail_memory("the report");
}

// ---- The picture ------------------------------------------------------------------------------

void train_report_plot(const void *object, FILE *out, const char *format, const char *path) {
    const ohm_training *t = object;
    size_t classes;
    const uint64_t *m = ohm_training_confusion(t, &classes);
    fprintf(out, "set terminal %s size 1000,420 font 'DejaVu Sans,11'\nset output ", format);
    gnuplot_write_quoted(out, path);
    fprintf(out, "\n$records << END\n");
    for (size_t i = 0; i < t->record_count; i++)
        fprintf(out, "%.9g %.9g %.9g\n", t->records[i].epoch, 100 * t->records[i].train_accuracy,
                100 * t->records[i].test_accuracy);
    if (!t->record_count) fprintf(out, "0 0 0\n");
    fprintf(out, "END\n$confusion << END\n");
    for (size_t i = 0; i < classes * classes; i++)
        fprintf(out, "%" PRIu64 "%c", m[i], (i + 1) % classes ? ' ' : '\n');
    fprintf(out,
            "END\nset multiplot layout 1,2\nset xlabel 'epoch'\nset ylabel 'accuracy (%%)'\nset grid\n"
            "set key bottom right\n"
            "plot $records using 1:2 with linespoints lc rgb '#4477aa' title 'training', "
            "$records using 1:3 with linespoints lc rgb '#ee6677' title 'test'\n"
            "set xlabel 'taken for'\nset ylabel 'is'\nunset grid\nset cblabel 'test samples'\n"
            "set palette defined (0 '#f7f7f7', 1 '#2166ac')\nset xrange [-0.5:%.9g]\nset yrange [%.9g:-0.5]\n"
            "plot $confusion matrix with image notitle\nunset multiplot\nunset output\n",
            (double)classes - 0.5, (double)classes - 0.5);
}
