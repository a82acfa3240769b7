// ohmscape program: a crossbar whose devices have been brought to the conductances that a matrix asks for.
#include "../base/error.h"
#include "../base/file.h"
#include "../base/number.h"
#include "../format/matrix.h"
#include "../format/matrix_writer.h"
#include "cli.h"
#include "commands.h"
#include "pairs.h"
#include "progress.h"
#include "report.h"
#include "setup.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

// ---- Options ----------------------------------------------------------------------------------

// How a matrix becomes conductances, with k S for a weight of 1:
//   direct  they are the matrix, in S
//   pair    a weight is the difference of columns 2 j and 2 j + 1, k·w = G⁺ − G⁻, one of which is at the low
//   end offset  a weight is the difference from one more column, at the middle of the range
typedef enum mapping_kind { MAP_PAIR, MAP_DIRECT, MAP_OFFSET, MAPS } mapping_kind;

static const char *const map_name[MAPS] = {"pair", "direct", "offset"};

typedef struct program_options {
    setup setup;
    ohm_program how;
    mapping_kind map;
    double low, high; // S; 0: not given
    const char *target, *output, *errors;
    bool json, quiet;
} program_options;

#define SETTER(name) static ohm_status set_##name(void *object, const char *text)
#define VALUE(name) static const char *value_##name(void *object, const char *text)

VALUE(tolerance) {
    double *const x = &((program_options *)object)->how.tolerance;
    return number_read_double(text, x) && *x >= 1e-6 && *x <= 1 ? NULL : "a fraction from 1e-6 to 1";
}

VALUE(cycles) {
    uint64_t cycles;
    if (!number_read_u64(text, &cycles) || cycles < 1 || cycles > 100000) return "a number from 1 to 100000";
    ((program_options *)object)->how.cycles = (unsigned)cycles;
    return NULL;
}

SETTER(verify) {
    static const pair_entry keys[] = {{"tol", value_tolerance}, {"max", value_cycles}, {0}};
    return pairs_read("verify", keys, text, object);
}

SETTER(map) {
    for (int i = 0; i < MAPS; i++) {
        if (strcmp(map_name[i], text) != 0) continue;
        ((program_options *)object)->map = (mapping_kind)i;
        return OHM_OK;
    }
    return options_bad_value("map", text, "pair, direct or offset");
}

SETTER(method) {
    for (int i = 0; i < OHM_PROGRAM_METHODS; i++) {
        if (strcmp(ohm_program_method_name((ohm_program_method)i), text) != 0) continue;
        ((program_options *)object)->how.method = (ohm_program_method)i;
        return OHM_OK;
    }
    return options_bad_value("method", text, "ispp or single");
}

SETTER(voltage) {
    double *const x = &((program_options *)object)->how.voltage;
    return number_read_double(text, x) && *x > 0 && *x <= 1000
               ? OHM_OK
               : options_bad_value("voltage", text, "a number of V above 0 and up to 1000");
}

SETTER(range) {
    program_options *o = object;
    char low[NUMBER_MAX_TEXT] = "";
    const char *colon = strchr(text, ':');
    if (colon && (size_t)(colon - text) < sizeof low)
        snprintf(low, sizeof low, "%.*s", (int)(colon - text), text);
    if (number_read_double(low, &o->low) && number_read_double(colon + 1, &o->high) && o->low > 0 &&
        o->low < o->high)
        return OHM_OK;
    return options_bad_value("range", text, "LO:HI, two conductances in S, 0 < LO < HI");
}

SETTER(errors) {
    return setup_take_matrix("errors", text, &((program_options *)object)->errors);
}

SETTER(target) {
    ((program_options *)object)->target = text;
    return OHM_OK;
}

SETTER(output) {
    ((program_options *)object)->output = text;
    return OHM_OK;
}

SETTER(json) {
    return options_set_flag(&((program_options *)object)->json, text);
}

SETTER(quiet) {
    return options_set_flag(&((program_options *)object)->quiet, text);
}

static const option_entry program_entries[] = {
    {"target", 0, "W.npy", "the matrix (.npy, or that of an HDF5 file): a row for each word line",
     set_target},
    {"map", 0, "MAP",
     "pair (default): each weight is the difference of two devices in\nneighbouring columns; offset: that of "
     "a "
     "device from one more column;\ndirect: the matrix is conductances in S",
     set_map},
    {"range", 0, "LO:HI", "conductances to use in S (default: the inner 80 % of the model's)", set_range},
    {"method", 0, "METHOD",
     "ispp (default): write and verify, by pulses whose length and amplitude\nfollow what the last one did; "
     "single: one pulse each, computed",
     set_method},
    {"verify", 0, "KEY=VALUE,...",
     "tol=0.01, the error that is left at most, as a fraction of the model's\nrange; max=100, cycles of "
     "writing "
     "and reading",
     set_verify},
    {"voltage", 0, "V", "largest amplitude of a pulse in V (default: the model's own)", set_voltage},
    {"model", 0, "MODEL", "memristor model (default sin-state), as for run", setup_set_model},
    {"init", 0, "INIT", "initial states, as for run", setup_set_init},
    {"dt", 0, "DT", "time step in s (default: the model's)", setup_set_dt},
    {"precision", 0, "P", "of the states: auto (default), single or extended", setup_set_precision},
    {"seed", 0, "S", "seed of all randomness, 0 to 2^64 - 1 (default 1)", setup_set_seed},
    {"device", 0, "DEVICE", "device to compute on (default auto), as for run", setup_set_device},
    {"output", 'o', "P.h5", "save the crossbar", set_output},
    {"errors", 0, "E.npy", "write each device's error, read - target, in S (.npy or .h5)", set_errors},
    {"json", 0, NULL, "print one JSON object", set_json},
    {"quiet", 'q', NULL, "print nothing but errors", set_quiet},
    {0},
};

// ---- Mapping ----------------------------------------------------------------------------------

// The matrix, and what it is mapped to.
typedef struct mapping {
    uint64_t rows, weights, cols; // word lines, weights of a row, devices of a row
    double low, high, scale;      // S; S for a weight of 1
    float *weight, *target;
} mapping;

static ohm_status read_matrix(const char *path, mapping *m) {
    matrix_file file;
    ohm_status status = matrix_open(path, &file);
    if (status) return status;
    m->rows = file.rows;
    m->weights = file.cols;
    m->weight = malloc(m->rows * m->weights * sizeof *m->weight);
    status = m->weight ? matrix_read_rows(&file, 0, m->rows, m->weight) : ohm_fail_memory("a matrix");
    matrix_close(&file);
    for (uint64_t i = 0; i < m->rows * m->weights && !status; i++)
        if (!isfinite(m->weight[i]))
            status = ohm_fail(OHM_BAD_FILE, "%s: the weight [%" PRIu64 ", %" PRIu64 "] is %g", path,
                              i / m->weights, i % m->weights, (double)m->weight[i]);
    return status;
}

static uint64_t columns_of(mapping_kind map, uint64_t weights) {
    return map == MAP_PAIR ? 2 * weights : map == MAP_OFFSET ? weights + 1 : weights;
}

static double largest(const mapping *m) {
    double most = 0;
    for (uint64_t i = 0; i < m->rows * m->weights; i++) most = fmax(most, fabs((double)m->weight[i]));
    return most;
}

static void map_row(const mapping *m, mapping_kind map, const float *w, float *g) {
    const double middle = (m->low + m->high) / 2;
    for (uint64_t j = 0; j < m->weights; j++) {
        const double k = m->scale * (double)w[j];
        if (map == MAP_PAIR) {
            g[2 * j] = (float)(m->low + fmax(k, 0));
            g[2 * j + 1] = (float)(m->low + fmax(-k, 0));
        } else {
            g[j] = map == MAP_OFFSET ? (float)(middle + k) : w[j];
        }
    }
    if (map == MAP_OFFSET) g[m->weights] = (float)middle;
}

// The conductances, of a crossbar that is there: its model's range is known then.
static ohm_status map_weights(const program_options *o, const ohm_crossbar *c, mapping *m) {
    double low, high;
    ohm_crossbar_nominal_range(c, &low, &high);
    m->low = o->low > 0 ? o->low : low + (high - low) / 10;
    m->high = o->high > 0 ? o->high : high - (high - low) / 10;
    const double most = largest(m), span = (m->high - m->low) / (o->map == MAP_OFFSET ? 2 : 1);
    m->scale = o->map == MAP_DIRECT ? 1 : most > 0 ? span / most : 0;
    m->target = malloc(m->rows * m->cols * sizeof *m->target);
    if (!m->target) return ohm_fail_memory("targets");
    for (uint64_t i = 0; i < m->rows; i++)
        map_row(m, o->map, m->weight + i * m->weights, m->target + i * m->cols);
    return OHM_OK;
}

// ---- Reporting --------------------------------------------------------------------------------

static ohm_status write_errors(const program_options *o, ohm_crossbar *c, const mapping *m) {
    matrix_writer *w;
    float *row = malloc(m->cols * sizeof *row);
    ohm_status status =
        row ? matrix_writer_begin(o->errors, "error", m->rows, m->cols, &w) : ohm_fail_memory("a row");
    if (status) {
        free(row);
        return status;
    }
    for (uint64_t i = 0; i < m->rows && !status; i++) {
        status = ohm_crossbar_read_quantity(c, OHM_CONDUCTANCE, i, 1, row);
        for (uint64_t j = 0; j < m->cols; j++) row[j] -= m->target[i * m->cols + j];
        if (!status) status = matrix_writer_append(w, row, 1);
    }
    const ohm_status ended = matrix_writer_end(w, !status);
    free(row);
    return status ? status : ended;
}

static ohm_status print_json(const program_options *o, ohm_crossbar *c, const mapping *m,
                             const ohm_program_report *r, double seconds) {
    cJSON *root = cJSON_CreateObject();
    uint64_t digest;
    const ohm_status status = ohm_crossbar_digest(c, &digest);
    json_add_definition(root, ohm_crossbar_definition(c));
    cJSON_AddStringToObject(root, "map", map_name[o->map]);
    cJSON_AddStringToObject(root, "method", ohm_program_method_name(o->how.method));
    cJSON_AddNumberToObject(root, "conductance_low", m->low);
    cJSON_AddNumberToObject(root, "conductance_high", m->high);
    cJSON_AddNumberToObject(root, "siemens_per_weight", m->scale);
    json_add_u64(root, "devices", r->devices);
    json_add_u64(root, "reached", r->reached);
    json_add_u64(root, "pulses", r->pulses);
    json_add_u64(root, "cycles", r->cycles);
    json_add_u64(root, "steps", r->steps);
    cJSON_AddNumberToObject(root, "error_mean", r->error_mean);
    cJSON_AddNumberToObject(root, "error_std", r->error_std);
    cJSON_AddNumberToObject(root, "error_max", r->error_max);
    cJSON_AddNumberToObject(root, "seconds", seconds);
    if (!status) json_add_digest(root, "digest", digest);
    const bool printed = json_print(root);
    return status ? status : printed ? OHM_OK : ohm_fail_memory("the report");
}

static void print_text(const program_options *o, const mapping *m, const ohm_program_report *r,
                       double seconds) {
    printf("programmed    %" PRIu64 " x %" PRIu64 " devices, %s, %.6g to %.6g S", m->rows, m->cols,
           map_name[o->map], m->low, m->high);
    if (o->map != MAP_DIRECT) printf(", %.6g S for a weight of 1", m->scale);
    printf("\nreached       %" PRIu64 " of %" PRIu64 " (%.4g %%) within %g of the model's range\n",
           r->reached, r->devices, 100.0 * (double)r->reached / (double)r->devices, o->how.tolerance);
    printf("error         mean %.3g, standard deviation %.3g, largest %.3g of the range\n", r->error_mean,
           r->error_std, r->error_max);
    printf("pulses        %" PRIu64 " in %u cycles and %" PRIu64 " steps, %.3g s\n", r->pulses, r->cycles,
           r->steps, seconds);
    if (o->output) printf("saved         %s\n", o->output);
}

// ---- The command ------------------------------------------------------------------------------

static ohm_status check_options(const program_options *o) {
    if (!o->target) return ohm_fail(OHM_BAD_ARGUMENT, "program needs --target W.npy, a matrix");
    if ((o->output && file_is_same(o->target, o->output)) ||
        (o->errors && file_is_same(o->target, o->errors)))
        return ohm_fail(OHM_BAD_ARGUMENT, "the output would overwrite %s", o->target);
    return o->output ? ohm_save_check(o->output, 0) : OHM_OK;
}

static ohm_status program_crossbar(const program_options *o, ohm_crossbar *c, mapping *m) {
    ohm_program_report report;
    ohm_status status = map_weights(o, c, m);
    const double start = progress_clock();
    if (!status) status = ohm_crossbar_program(c, &o->how, m->target, &report);
    const double seconds = progress_clock() - start;
    if (!status && o->output) status = ohm_crossbar_save(c, o->output);
    if (!status && o->errors) status = write_errors(o, c, m);
    if (status || o->quiet) return status;
    if (o->json) return print_json(o, c, m, &report, seconds);
    print_text(o, m, &report, seconds);
    return OHM_OK;
}

static ohm_status program_matrix(program_options *o) {
    ohm_devices *devices = NULL;
    ohm_crossbar *c = NULL;
    mapping m = {0};
    ohm_status status = read_matrix(o->target, &m);
    if (!status) {
        m.cols = columns_of(o->map, m.weights);
        o->setup.definition.rows = m.rows;
        o->setup.definition.cols = m.cols;
        status = ohm_devices_open(o->setup.device, &devices);
    }
    if (!status) status = ohm_crossbar_create(devices, &o->setup.definition, &c);
    if (!status) status = program_crossbar(o, c, &m);
    ohm_crossbar_destroy(c);
    ohm_devices_close(devices);
    free(m.weight);
    free(m.target);
    return status ? status : cli_flush();
}

static int program_command(int argc, char **argv) {
    program_options o = {.setup = setup_default(), .how = ohm_program_default()};
    uint64_t given;
    int first;
    ohm_status status = options_parse(&command_program, &o, argc, argv, &given, &first);
    if (!status && first < argc)
        status = ohm_fail(OHM_BAD_ARGUMENT, "unexpected argument \"%s\"", argv[first]);
    if (!status) status = check_options(&o);
    if (!status) status = program_matrix(&o);
    return status ? cli_fail(status) : EXIT_SUCCESS;
}

const command command_program = {
    .name = "program",
    .arguments = "",
    .summary = "Program a crossbar towards a matrix",
    .options = program_entries,
    .run = program_command,
};
