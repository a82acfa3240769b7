// ohmscape program: a crossbar whose devices have been brought to the conductances that a matrix asks for.
#include "../base/error.h"
#include "../base/file.h"
#include "../base/number.h"
#include "../base/pairs.h"
#include "../format/matrix.h"
#include "../format/matrix_writer.h"
#include "cli.h"
#include "commands.h"
#include "mapping.h"
#include "gnuplot.h"
#include "progress.h"
#include "report.h"
#include "setup.h"
#include "task.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

// ---- Options ----------------------------------------------------------------------------------

typedef struct program_options {
    setup setup;
    ohm_program how;
    mapping map; // low and high are 0 where they are not given
    const char *target, *output, *errors, *plot;
    char tile[64], wires[OHM_MAX_SPEC_TEXT]; // as a part of --wires; and these with the tiles
    bool json, quiet;
} program_options;

static program_options program_options_default(void) {
    return (program_options){
        .setup = setup_default(), .how = ohm_program_default(), .map = {.slices = 1, .bits = 1}};
}

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
    return mapping_parse(text, &((program_options *)object)->map)
               ? OHM_OK
               : options_bad_value("map", text,
                                   "pair, offset, direct, or sliced:K,bits=B of at most 24 bits");
}

SETTER(tile) {
    program_options *o = object;
    char rows[NUMBER_MAX_TEXT] = "";
    const char *x = strchr(text, 'x');
    uint64_t side[2];
    if (x && (size_t)(x - text) < sizeof rows) snprintf(rows, sizeof rows, "%.*s", (int)(x - text), text);
    if (!number_read_u64(rows, &side[0]) || !number_read_u64(x + 1, &side[1]) || !side[0] || !side[1] ||
        side[0] > OHM_MAX_SIDE || side[1] > OHM_MAX_SIDE)
        return options_bad_value("tile", text, "ROWSxCOLUMNS, such as 128x128");
    snprintf(o->tile, sizeof o->tile, "tile_rows=%" PRIu64 ",tile_cols=%" PRIu64, side[0], side[1]);
    return OHM_OK;
}

SETTER(select) {
    for (int i = 0; i < OHM_SELECTS; i++) {
        if (strcmp(ohm_select_name((ohm_select)i), text) != 0) continue;
        ((program_options *)object)->how.select = (ohm_select)i;
        return OHM_OK;
    }
    return options_bad_value("select", text, "alone, half or third");
}

SETTER(plot) {
    ((program_options *)object)->plot = text;
    return gnuplot_knows(text) ? OHM_OK : options_bad_value("plot", text, "a name that ends in .png or .svg");
}

SETTER(method) {
    for (int i = 0; i < OHM_PROGRAM_METHODS; i++) {
        if (strcmp(ohm_program_method_name((ohm_program_method)i), text) != 0) continue;
        ((program_options *)object)->how.method = (ohm_program_method)i;
        return OHM_OK;
    }
    return options_bad_value("method", text, "ispp, single or gdp");
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
    if (number_read_double(low, &o->map.low) && number_read_double(colon + 1, &o->map.high) &&
        o->map.low > 0 && o->map.low < o->map.high)
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
     "device from one more column;\nsliced:K,bits=2: K pairs, each for some bits of a weight; direct: "
     "the\nmatrix "
     "is conductances in S",
     set_map},
    {"range", 0, "LO:HI", "conductances to use in S (default: the inner 80 % of the model's)", set_range},
    {"method", 0, "METHOD",
     "ispp (default): write and verify, by pulses whose length and amplitude\nfollow what the last one did; "
     "single: one pulse each, computed; gdp:\ngradient descent on the errors of readouts",
     set_method},
    {"select", 0, "SELECT",
     "alone (default): pulses act on each device alone; half, third: along\nthe lines, where other devices "
     "feel "
     "up to V/2 or V/3",
     set_select},
    {"wires", 0, "KEY=VALUE,...",
     "resistances of the lines, in ohm, as for run; pulses need --select half\nor third then",
     setup_set_wires},
    {"tile", 0, "RxC", "tiles of so many rows and columns, with lines of their own (default: one)", set_tile},
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
    SETUP_STORAGE_ENTRIES,
    {"output", 'o', "P.h5", "save the crossbar", set_output},
    {"errors", 0, "E.npy", "write each device's error, read - target, in S (.npy or .h5)", set_errors},
    {"plot", 0, "F", "draw the errors with gnuplot, as F.png or F.svg", set_plot},
    {"json", 0, NULL, "print one JSON object", set_json},
    {"quiet", 'q', NULL, "print nothing but errors", set_quiet},
    {0},
};

// ---- Mapping ----------------------------------------------------------------------------------

// The matrix, and what it is mapped to.
typedef struct weights {
    uint64_t rows, cols; // of devices
    mapping map;
    float *weight, *target;
} weights;

static ohm_status read_matrix(const char *path, weights *m) {
    matrix_file file;
    ohm_status status = matrix_open(path, &file);
    if (status) return status;
    const uint64_t cols = file.cols;
    m->rows = file.rows;
    m->map.weights = cols;
    m->weight = malloc(m->rows * cols * sizeof *m->weight);
    status = m->weight ? matrix_read_rows(&file, 0, m->rows, m->weight) : ohm_fail_memory("a matrix");
    matrix_close(&file);
    for (uint64_t i = 0; i < m->rows * cols && !status; i++)
        if (!isfinite(m->weight[i]))
            status = ohm_fail(OHM_BAD_FILE, "%s: the weight [%" PRIu64 ", %" PRIu64 "] is %g", path, i / cols,
                              i % cols, (double)m->weight[i]);
    m->cols = mapping_columns(&m->map);
    return status;
}

static double largest(const weights *m) {
    double most = 0;
    for (uint64_t i = 0; i < m->rows * m->map.weights; i++) most = fmax(most, fabs((double)m->weight[i]));
    return most;
}

// The conductances, of a crossbar that is there: its model's range is known then.
static ohm_status map_weights(const ohm_crossbar *c, weights *m) {
    double low, high;
    ohm_crossbar_nominal_range(c, &low, &high);
    if (!(m->map.low > 0)) m->map.low = low + (high - low) / 10;
    if (!(m->map.high > 0)) m->map.high = high - (high - low) / 10;
    mapping_set_scale(&m->map, largest(m));
    m->target = malloc(m->rows * m->cols * sizeof *m->target);
    if (!m->target) return ohm_fail_memory("targets");
    for (uint64_t i = 0; i < m->rows; i++)
        mapping_row(&m->map, m->weight + i * m->map.weights, m->target + i * m->cols);
    return OHM_OK;
}

// ---- Reporting --------------------------------------------------------------------------------

// Reads what all devices are off, in S: float32 [rows, cols], row by row, to be taken by a function.
typedef ohm_status take_errors(void *object, const float *errors, uint64_t row);

static ohm_status read_errors(ohm_crossbar *c, const weights *m, take_errors *take, void *object) {
    float *row = malloc(m->cols * sizeof *row);
    ohm_status status = row ? OHM_OK : ohm_fail_memory("a row");
    for (uint64_t i = 0; i < m->rows && !status; i++) {
        status = ohm_crossbar_read_quantity(c, OHM_CONDUCTANCE, i, 1, row);
        for (uint64_t j = 0; j < m->cols; j++) row[j] -= m->target[i * m->cols + j];
        if (!status) status = take(object, row, i);
    }
    free(row);
    return status;
}

static ohm_status append(void *object, const float *errors, uint64_t row) {
    (void)row;
    return matrix_writer_append(object, errors, 1);
}

static ohm_status write_errors(const program_options *o, ohm_crossbar *c, const weights *m) {
    matrix_writer *w;
    ohm_status status = matrix_writer_begin(o->errors, "error", m->rows, m->cols, &w);
    if (status) return status;
    status = read_errors(c, m, append, w);
    const ohm_status ended = matrix_writer_end(w, !status);
    return status ? status : ended;
}

// ---- The picture ------------------------------------------------------------------------------

#define PLOT_BINS 101
#define PLOT_SIDE 400 // pixels, at most

typedef struct picture {
    double range; // the model's, S
    double end;   // of the histogram, either way, as a fraction of it
    uint64_t bin[PLOT_BINS];
    uint64_t rows, cols;    // of devices,
    uint64_t height, width; // and of pixels: the largest error of the devices in each, by size
    float *pixel;
} picture;

static ohm_status count_errors(void *object, const float *errors, uint64_t row) {
    picture *p = object;
    for (uint64_t j = 0; j < p->cols; j++) {
        const double error = (double)errors[j] / p->range;
        const int bin = (int)floor((error / p->end + 1) / 2 * PLOT_BINS);
        float *pixel = &p->pixel[row * p->height / p->rows * p->width + j * p->width / p->cols];
        p->bin[bin < 0 ? 0 : bin < PLOT_BINS ? bin : PLOT_BINS - 1]++;
        if (fabs(error) > (double)fabsf(*pixel)) *pixel = (float)error;
    }
    return OHM_OK;
}

static void write_script(FILE *out, const picture *p, const char *format, const char *path) {
    fprintf(out, "set terminal %s size 1000,420 font 'DejaVu Sans,11'\nset output ", format);
    gnuplot_write_quoted(out, path);
    fprintf(out, "\n$bins << END\n");
    for (int i = 0; i < PLOT_BINS; i++)
        fprintf(out, "%.9g %" PRIu64 "\n", 100 * p->end * ((2.0 * i + 1) / PLOT_BINS - 1), p->bin[i]);
    fprintf(out, "END\n$map << END\n");
    for (uint64_t i = 0; i < p->height * p->width; i++)
        fprintf(out, "%.5g%c", 100 * (double)p->pixel[i], (i + 1) % p->width ? ' ' : '\n');
    fprintf(out,
            "END\nset multiplot layout 1,2\nset xlabel 'error (%% of the conductance range)'\n"
            "set ylabel 'devices'\nset grid\nset logscale y\nset yrange [0.5:*]\nset style fill solid\n"
            "plot $bins using 1:($2 > 0 ? $2 : 1/0) with boxes lc rgb '#4477aa' notitle\n"
            "unset logscale\nset xlabel 'column'\nset ylabel 'row'\nunset grid\nset cblabel 'error (%%)'\n"
            "set cbrange [%.9g:%.9g]\nset palette defined (-1 '#2166ac', 0 '#f7f7f7', 1 '#b2182b')\n"
            "set yrange [%.9g:-0.5]\nset xrange [-0.5:%.9g]\n"
            "plot $map matrix using ($1 * %.9g):($2 * %.9g):3 with image notitle\n"
            "unset multiplot\nunset output\n",
            -100 * p->end, 100 * p->end, (double)p->rows - 0.5, (double)p->cols - 0.5,
            (double)p->cols / (double)p->width, (double)p->rows / (double)p->height);
}

static void write_plot(const void *object, FILE *out, const char *format, const char *path) {
    write_script(out, object, format, path);
}

static ohm_status plot_errors(const program_options *o, ohm_crossbar *c, const weights *m) {
    double low, high;
    ohm_crossbar_nominal_range(c, &low, &high);
    picture p = {.range = high - low,
                 .end = fmin(10 * o->how.tolerance, 1),
                 .rows = m->rows,
                 .cols = m->cols,
                 .height = m->rows < PLOT_SIDE ? m->rows : PLOT_SIDE,
                 .width = m->cols < PLOT_SIDE ? m->cols : PLOT_SIDE};
    p.pixel = calloc(p.height * p.width, sizeof *p.pixel);
    ohm_status status = p.pixel ? read_errors(c, m, count_errors, &p) : ohm_fail_memory("a picture");
    if (!status) status = gnuplot_draw(o->plot, write_plot, &p);
    free(p.pixel);
    return status;
}

// ---- What came of it --------------------------------------------------------------------------

static void add_results(cJSON *root, const program_options *o, const weights *m, const ohm_program_report *r,
                        double seconds) {
    cJSON_AddStringToObject(root, "map", mapping_name[m->map.kind]);
    cJSON_AddStringToObject(root, "method", ohm_program_method_name(o->how.method));
    cJSON_AddStringToObject(root, "select", ohm_select_name(o->how.select));
    cJSON_AddNumberToObject(root, "conductance_low", m->map.low);
    cJSON_AddNumberToObject(root, "conductance_high", m->map.high);
    cJSON_AddNumberToObject(root, "siemens_per_weight", m->map.scale);
    json_add_u64(root, "devices", r->devices);
    json_add_u64(root, "reached", r->reached);
    json_add_u64(root, "pulses", r->pulses);
    json_add_u64(root, "cycles", r->cycles);
    json_add_u64(root, "steps", r->steps);
    cJSON_AddNumberToObject(root, "error_mean", r->error_mean);
    cJSON_AddNumberToObject(root, "error_std", r->error_std);
    cJSON_AddNumberToObject(root, "error_max", r->error_max);
    cJSON_AddNumberToObject(root, "seconds", seconds);
}

static ohm_status print_json(const program_options *o, ohm_crossbar *c, const weights *m,
                             const ohm_program_report *r, double seconds) {
    cJSON *root = cJSON_CreateObject();
    uint64_t digest;
    const ohm_status status = ohm_crossbar_digest(c, &digest);
    json_add_definition(root, ohm_crossbar_definition(c));
    add_results(root, o, m, r, seconds);
    if (!status) json_add_digest(root, "digest", digest);
    const bool printed = json_print(root);
    return status ? status : printed ? OHM_OK : ohm_fail_memory("the report");
}

static void print_text(const program_options *o, const weights *m, const ohm_program_report *r,
                       double seconds) {
    printf("programmed    %" PRIu64 " x %" PRIu64 " devices, %s, %.6g to %.6g S", m->rows, m->cols,
           mapping_name[m->map.kind], m->map.low, m->map.high);
    if (m->map.kind != MAP_DIRECT) printf(", %.6g S for a weight of 1", m->map.scale);
    printf("\nreached       %" PRIu64 " of %" PRIu64 " (%.4g %%) within %g of the model's range\n",
           r->reached, r->devices, 100.0 * (double)r->reached / (double)r->devices, o->how.tolerance);
    printf("error         mean %.3g, standard deviation %.3g, largest %.3g of the range\n", r->error_mean,
           r->error_std, r->error_max);
    printf("pulses        %" PRIu64 " in %u cycles and %" PRIu64 " steps, %.3g s\n", r->pulses, r->cycles,
           r->steps, seconds);
    if (o->output) printf("saved         %s\n", o->output);
    if (o->plot) printf("drawn         %s\n", o->plot);
}

// ---- The command ------------------------------------------------------------------------------

// Adds the tiles to the wires.
static void join_tiles(program_options *o) {
    ohm_definition *d = &o->setup.definition;
    const bool plain = !d->wires || strcmp(d->wires, "none") == 0;
    if (!o->tile[0]) return;
    snprintf(o->wires, sizeof o->wires, "%s,%s", plain ? "row=0,col=0" : d->wires, o->tile);
    d->wires = o->wires;
}

static ohm_status check_files(const void *object) {
    const program_options *o = object;
    if ((o->output && file_is_same(o->target, o->output)) ||
        (o->errors && file_is_same(o->target, o->errors)))
        return ohm_fail(OHM_BAD_ARGUMENT, "the output would overwrite %s", o->target);
    const ohm_status status = o->plot ? ohm_save_check(o->plot, 0) : OHM_OK;
    return status || !o->plot ? status : gnuplot_check();
}

static ohm_status check_options(const program_options *o) {
    if (!o->target) return ohm_fail(OHM_BAD_ARGUMENT, "program needs --target W.npy, a matrix");
    if (o->tile[0] && o->how.select != OHM_SELECT_ALONE)
        return ohm_fail(OHM_BAD_ARGUMENT,
                        "devices of tiles are programmed alone: --select %s needs one crossbar",
                        ohm_select_name(o->how.select));
    const ohm_status status = check_files(o);
    return status || !o->output ? status : ohm_save_check(o->output, 0);
}

static bool go_on(void *context, uint64_t reached, uint64_t devices) {
    (void)context, (void)reached, (void)devices;
    return !cli_caught();
}

// Programs the crossbar at hand, and writes what is wanted of the errors.
static ohm_status program_crossbar(const program_options *o, ohm_crossbar *c, weights *m,
                                   ohm_program_report *report, double *seconds) {
    ohm_program how = o->how;
    how.progress = go_on;
    ohm_status status = map_weights(c, m);
    const double start = progress_clock();
    if (!status) status = ohm_crossbar_program(c, &how, m->target, report);
    *seconds = progress_clock() - start;
    if (!status) status = mapping_keep(&m->map, c);
    if (!status && o->errors) status = write_errors(o, c, m);
    if (!status && o->plot) status = plot_errors(o, c, m);
    return status;
}

static ohm_status program_and_report(const program_options *o, ohm_crossbar *c, weights *m) {
    ohm_program_report report;
    double seconds;
    ohm_status status = program_crossbar(o, c, m, &report, &seconds);
    if (!status && o->output) status = ohm_crossbar_save(c, o->output);
    if (status || o->quiet) return status;
    if (o->json) return print_json(o, c, m, &report, seconds);
    print_text(o, m, &report, seconds);
    return OHM_OK;
}

static void release(weights *m) {
    free(m->weight);
    free(m->target);
}

static ohm_status program_matrix(program_options *o) {
    ohm_devices *devices = NULL;
    ohm_crossbar *c = NULL;
    weights m = {.map = o->map};
    ohm_status status = read_matrix(o->target, &m);
    if (!status) {
        o->setup.definition.rows = m.rows;
        o->setup.definition.cols = m.cols;
        status = ohm_devices_open(o->setup.device, &devices);
    }
    if (!status) status = ohm_crossbar_create(devices, &o->setup.definition, &c);
    if (!status) status = program_and_report(o, c, &m);
    ohm_crossbar_destroy(c);
    ohm_devices_close(devices);
    release(&m);
    return status ? status : cli_flush();
}

// ---- In an experiment -------------------------------------------------------------------------

static void *create_task(void) {
    program_options *o = malloc(sizeof *o);
    if (o) *o = program_options_default();
    return o;
}

static ohm_status check_task(const void *object) {
    const program_options *o = object;
    matrix_file file;
    const ohm_status status = matrix_open(o->target, &file);
    if (status) return status;
    matrix_close(&file);
    return check_files(object);
}

static ohm_status run_task(void *object, ohm_crossbar *c, uint64_t steps, cJSON *results) {
    program_options *o = object;
    const ohm_definition *d = ohm_crossbar_definition(c);
    weights m = {.map = o->map};
    ohm_program_report report;
    double seconds;
    o->how.steps = steps;
    ohm_status status = read_matrix(o->target, &m);
    if (!status && (m.rows != d->rows || m.cols != d->cols))
        status = ohm_fail(OHM_BAD_ARGUMENT,
                          "%s takes %" PRIu64 " x %" PRIu64
                          " devices by the map %s, and the crossbar has %" PRIu64 " x %" PRIu64,
                          o->target, m.rows, m.cols, mapping_name[m.map.kind], d->rows, d->cols);
    if (!status) status = program_crossbar(o, c, &m, &report, &seconds);
    if (!status) add_results(results, o, &m, &report, seconds);
    release(&m);
    return status;
}

static const char *const refused[] = {"target", "wires",  "tile",   "model", "init",  "dt", "precision",
                                      "seed",   "device", "output", "json",  "quiet", NULL};
static const char *const paths[] = {"target", "errors", "plot", NULL};

const task_class task_program = {
    .key = "program",
    .input = "target",
    .command = &command_program,
    .refused = refused,
    .paths = paths,
    .steps = true,
    .create = create_task,
    .destroy = free,
    .check = check_task,
    .run = run_task,
};

// ---- The command line -------------------------------------------------------------------------

static void say_warning(void *context, ohm_log_level level, const char *line) {
    const program_options *o = context;
    if (level == OHM_LOG_WARNING && !o->quiet) fprintf(stderr, "ohmscape: warning: %s\n", line);
}

static int program_command(int argc, char **argv) {
    program_options o = program_options_default();
    uint64_t given;
    int first;
    ohm_status status = options_parse(&command_program, &o, argc, argv, &given, &first);
    if (!status && first < argc)
        status = ohm_fail(OHM_BAD_ARGUMENT, "unexpected argument \"%s\"", argv[first]);
    join_tiles(&o);
    ohm_set_log(say_warning, &o);
    if (!status) status = check_options(&o);
    if (!status) cli_catch_signals();
    if (!status) status = program_matrix(&o);
    if (status) return cli_fail(status);
    return cli_caught() ? 128 + cli_caught() : EXIT_SUCCESS;
}

const command command_program = {
    .name = "program",
    .arguments = "",
    .summary = "Program a crossbar towards a matrix",
    .options = program_entries,
    .run = program_command,
};
