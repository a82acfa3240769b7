// What `ohmscape train` and `ohmscape test` say of a network.
#ifndef CLI_TRAIN_REPORT_H
#define CLI_TRAIN_REPORT_H

#include "../ohmscape_train.h"

#include <cjson/cJSON.h>
#include <stdio.h>

// The network, and the heading of its records; a record; and the end: so many samples in so many seconds,
// saved where that is not NULL.
void train_report_start(const ohm_training *t);
void train_report_record(const ohm_training *t, size_t i);
void train_report_end(const ohm_training *t, uint64_t samples, double seconds, const char *saved);

// The same as JSON. Errors: OHM_OUT_OF_MEMORY, and those of ohm_crossbar_digest.
ohm_status train_report_json(ohm_training *t, uint64_t samples, double seconds, const char *saved);

// The network, and the matrix, as members of an object; and the matrix as text.
void train_json_network(cJSON *root, const ohm_training *t);
void train_json_confusion(cJSON *root, const ohm_training *t);
void train_report_confusion(const ohm_training *t);

// Draws accuracies and the confusion matrix: a gnuplot_script, of an ohm_training.
void train_report_plot(const void *object, FILE *out, const char *format, const char *path);

#endif
