// ohmscape read: the currents that a saved crossbar's lines give for input vectors from a file.
#include "../array/converters.h"
#include "../base/error.h"
#include "../base/file.h"
#include "../format/matrix.h"
#include "../format/matrix_writer.h"
#include "cli.h"
#include "commands.h"
#include "mapping.h"
#include "progress.h"
#include "report.h"
#include "setup.h"
#include "task.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

// ---- Options ----------------------------------------------------------------------------------

typedef struct read_options {
    setup setup; // of which device, from and lanes count
    ohm_readout how;
    const char *input, *output;
    const char *wires; // NULL: those of the crossbar
    bool calibrated;   // the ADC's range is that of this input's currents
    bool decode;       // to products with the weights that were programmed
    bool json, quiet;
} read_options;

#define SETTER(name) static ohm_status set_##name(void *object, const char *text)
SETTER(dac) {
    return converters_read_dac(text, &((read_options *)object)->how);
}

SETTER(adc) {
    read_options *o = object;
    return converters_read_adc(text, &o->how, &o->calibrated);
}

SETTER(slices) {
    uint64_t slices;
    const ohm_status status = options_read_u64("slices", text, 1, 24, &slices);
    if (!status) ((read_options *)object)->how.slices = (unsigned)slices;
    return status;
}

SETTER(reading) {
    return options_read_u64("reading", text, 0, OHM_MAX_STEP / 32, &((read_options *)object)->how.reading);
}

SETTER(input) {
    ((read_options *)object)->input = text;
    return OHM_OK;
}

SETTER(output) {
    return setup_take_matrix("output", text, &((read_options *)object)->output);
}

SETTER(wires) {
    ((read_options *)object)->wires = text;
    return OHM_OK;
}

#define FLAG(name, place)                                                                                    \
    SETTER(name) {                                                                                           \
        return options_set_flag(&((read_options *)object)->place, text);                                     \
    }
FLAG(transpose, how.transposed)
FLAG(exact, how.exact)
FLAG(decode, decode)
FLAG(json, json)
FLAG(quiet, quiet)

static const option_entry read_entries[] = {
    {"from", 0, "S.h5", "the saved crossbar", setup_set_from},
    {"input", 'i', "X.npy",
     "voltages in V, one vector a row (.npy, or the matrix of an HDF5 file):\nas many columns as the "
     "crossbar "
     "has rows",
     set_input},
    {"output", 'o', "Y.npy",
     "currents in A, one vector a row: NumPy's .npy, or .h5 with a dataset\nnamed current", set_output},
    {"transpose", 0, NULL, "drive the columns and read the rows", set_transpose},
    {"exact", 0, NULL,
     "compute each device's current by its model at its voltage (default:\nits conductance times the "
     "voltage)",
     set_exact},
    {"decode", 0, NULL,
     "write the products with the weights that `ohmscape program` mapped to the\ncrossbar, not currents; "
     "with "
     "--transpose, with the transposed weights",
     set_decode},
    {"dac", 0, "KEY=VALUE,...",
     "convert the inputs: bits=8, 1 to 24; range=1, the ends in V, X for -X:X\nor LO:HI; codes=binary or "
     "sign-magnitude",
     set_dac},
    {"adc", 0, "KEY=VALUE,...",
     "convert the outputs: bits=8, 1 to 24; range=max, the largest possible\ncurrents, calibrated, the "
     "currents of this input, or X or LO:HI in A;\ncodes as above; gain=1, offset=0 and noise=0, in A; "
     "convert=slice or sum",
     set_adc},
    {"slices", 0, "K", "drive the DAC's bits in K parts, one after the other (default 1)", set_slices},
    {"reading", 0, "R", "number of the first vector's reading, for read_noise (default 0)", set_reading},
    {"wires", 0, "KEY=VALUE,...",
     "resistances of the lines, in ohm: row=1,col=1 of a segment; more in\n`ohmscape models resistive` "
     "(default: "
     "those of the crossbar)",
     set_wires},
    {"device", 0, "DEVICE", "device to compute on (default auto), as for run", setup_set_device},
    SETUP_STORAGE_ENTRIES,
    {"lanes", 0, "L", "float32 lanes: 1, 4, 8, 16 or auto (default)", setup_set_lanes},
    {"json", 0, NULL, "print one JSON object", set_json},
    {"quiet", 'q', NULL, "print nothing but errors", set_quiet},
    {0},
};

// ---- Reading ----------------------------------------------------------------------------------

// What is under way, and what has come of it.
typedef struct readout {
    const read_options *options;
    ohm_crossbar *crossbar;
    matrix_file input;
    uint64_t driven, read, piece; // lines, and vectors at a time
    uint64_t given, written;      // numbers of a vector in the files: as many, unless weights are decoded
    mapping map;                  // of the weights
    float *in, *out, *file_in, *file_out;
    double low, high;                // of the outputs
    uint64_t digest, clipped_inputs; // beyond the DAC's range
    ohm_wires_report wires;
    double seconds;
} readout;

#define PIECE_FLOATS ((uint64_t)1 << 22)

// The voltages of some vectors.
static ohm_status take_inputs(readout *r, uint64_t first, uint64_t vectors) {
    const ohm_status status = matrix_read_rows(&r->input, first, vectors, r->file_in);
    for (uint64_t i = 0; r->file_in != r->in && i < vectors && !status; i++)
        mapping_drive(&r->map, r->file_in + i * r->given, r->in + i * r->driven);
    return status;
}

// What is written of some vectors' currents: these, or products.
static void make_outputs(readout *r, uint64_t vectors) {
    if (!r->options->decode) return;
    for (uint64_t i = 0; i < vectors && !r->options->how.transposed; i++)
        mapping_decode(&r->map, r->out + i * r->read, r->file_out + i * r->written);
    for (uint64_t i = 0; i < vectors * r->read && r->options->how.transposed; i++)
        r->out[i] = r->map.scale > 0 ? (float)((double)r->out[i] / r->map.scale) : 0;
}

static ohm_status read_piece(readout *r, const ohm_readout *how, uint64_t first, uint64_t vectors) {
    ohm_readout piece = *how;
    ohm_wires_report wires = {0};
    piece.reading = how->reading + first;
    piece.report = &wires;
    ohm_status status = take_inputs(r, first, vectors);
    const double start = progress_clock();
    if (!status) status = ohm_crossbar_readout(r->crossbar, &piece, vectors, r->in, r->out);
    r->seconds += progress_clock() - start;
    r->wires.solutions += wires.solutions;
    r->wires.sweeps += wires.sweeps;
    r->wires.estimate = fmax(r->wires.estimate, wires.estimate);
    return status;
}

static void note_inputs(readout *r, const ohm_converter *dac, uint64_t vectors) {
    for (uint64_t i = 0; i < vectors * r->driven && dac->bits; i++)
        r->clipped_inputs += (double)r->in[i] < dac->low || (double)r->in[i] > dac->high;
}

static void note_currents(readout *r, uint64_t vectors) {
    for (uint64_t i = 0; i < vectors * r->read; i++) {
        r->low = fmin(r->low, (double)r->out[i]);
        r->high = fmax(r->high, (double)r->out[i]);
    }
}

// Reads all vectors; w is NULL where the currents are only looked at.
static ohm_status read_all(readout *r, const ohm_readout *how, matrix_writer *w) {
    ohm_status status = OHM_OK;
    r->low = INFINITY;
    r->high = -INFINITY;
    r->digest = r->clipped_inputs = 0;
    r->wires = (ohm_wires_report){0};
    r->seconds = 0;
    for (uint64_t i = 0; i < r->input.rows && !status && !cli_caught(); i += r->piece) {
        const uint64_t vectors = r->input.rows - i < r->piece ? r->input.rows - i : r->piece;
        status = read_piece(r, how, i, vectors);
        if (status) break;
        note_inputs(r, &how->dac, vectors);
        note_currents(r, vectors);
        make_outputs(r, vectors);
        r->digest += ohm_digest(i * r->written, vectors * r->written, r->file_out);
        if (w) status = matrix_writer_append(w, r->file_out, vectors);
    }
    return status;
}

// The range of the currents without an ADC, widened to the same both ways where its codes ask for it.
static ohm_status calibrate(readout *r, ohm_readout *how) {
    ohm_readout plain = *how;
    plain.adc.bits = 0;
    const ohm_status status = read_all(r, &plain, NULL);
    how->adc.low = r->low;
    how->adc.high = r->high;
    if (how->adc.sign_magnitude) {
        how->adc.high = fmax(fabs(r->low), fabs(r->high));
        how->adc.low = -how->adc.high;
    }
    return status;
}

static ohm_status write_currents(readout *r, const ohm_readout *how) {
    matrix_writer *w;
    ohm_status status = matrix_writer_begin(r->options->output, r->options->decode ? "product" : "current",
                                            r->input.rows, r->written, &w);
    if (status) return status;
    status = read_all(r, how, w);
    const ohm_status ended = matrix_writer_end(w, !status && !cli_caught());
    return status ? status : ended;
}

// ---- Reporting --------------------------------------------------------------------------------

static double rate_of(const readout *r) {
    return (double)r->driven * (double)r->read * (double)r->input.rows / fmax(r->seconds, 1e-9);
}

static void add_results(cJSON *root, const readout *r, const ohm_readout *how) {
    json_add_u64(root, "vectors", r->input.rows);
    json_add_u64(root, "inputs", r->given);
    json_add_u64(root, "outputs", r->written);
    cJSON_AddBoolToObject(root, "transposed", how->transposed);
    cJSON_AddBoolToObject(root, "exact", how->exact);
    cJSON_AddNumberToObject(root, "seconds", r->seconds);
    cJSON_AddNumberToObject(root, "cell_vectors_per_second", rate_of(r));
    cJSON_AddNumberToObject(root, "current_min", r->low);
    cJSON_AddNumberToObject(root, "current_max", r->high);
    if (how->dac.bits) json_add_u64(root, "clipped_inputs", r->clipped_inputs);
    if (r->wires.solutions) json_add_wires(root, &r->wires);
    if (r->options->calibrated) {
        cJSON_AddNumberToObject(root, "adc_low", how->adc.low);
        cJSON_AddNumberToObject(root, "adc_high", how->adc.high);
    }
    json_add_digest(root, "digest", r->digest);
}

static void print_text(const readout *r, const ohm_readout *how) {
    printf("read          %" PRIu64 " vectors, %" PRIu64 " %s to %" PRIu64 " %s\n", r->input.rows, r->driven,
           how->transposed ? "columns" : "rows", r->read, how->transposed ? "rows" : "columns");
    printf("currents      %.6g to %.6g A\n", r->low, r->high);
    if (how->dac.bits && r->clipped_inputs)
        printf("clipped       %" PRIu64 " inputs beyond %g to %g V\n", r->clipped_inputs, how->dac.low,
               how->dac.high);
    if (r->options->calibrated) printf("ADC range     %.9g:%.9g A\n", how->adc.low, how->adc.high);
    if (r->wires.solutions) report_wires(&r->wires);
    printf("rate          %.3g cell-vectors/s (%.3g s)\n", rate_of(r), r->seconds);
    printf("digest        %016" PRIx64 "\n", r->digest);
    if (r->options->output) printf("saved         %s\n", r->options->output);
}

// ---- The command ------------------------------------------------------------------------------

static ohm_status check_files(const void *object) {
    const read_options *o = object;
    if (!o->output || !file_is_same(o->input, o->output)) return OHM_OK;
    return ohm_fail(OHM_BAD_ARGUMENT, "--output %s would overwrite an input file", o->output);
}

static ohm_status check_options(const read_options *o) {
    if (!o->setup.from) return ohm_fail(OHM_BAD_ARGUMENT, "read needs --from S.h5, a saved crossbar");
    if (!o->input) return ohm_fail(OHM_BAD_ARGUMENT, "read needs --input X.npy, the voltages");
    if (o->output && file_is_same(o->setup.from, o->output))
        return ohm_fail(OHM_BAD_ARGUMENT, "--output %s would overwrite an input file", o->output);
    return check_files(o);
}

// The crossbar, as messages name it.
static const char *name_of(const readout *r) {
    return r->options->setup.from ? r->options->setup.from : "the phase";
}

static ohm_status check_shape(const readout *r) {
    const ohm_definition *d = ohm_crossbar_definition(r->crossbar);
    if (r->input.cols == r->given) return OHM_OK;
    if (r->given != r->driven)
        return ohm_fail(OHM_BAD_ARGUMENT,
                        "%s is %" PRIu64 " x %" PRIu64 ", one vector a row, but %s has %" PRIu64
                        " columns of weights",
                        r->input.path, r->input.rows, r->input.cols, name_of(r), r->given);
    ohm_fail(OHM_BAD_ARGUMENT,
             "%s is %" PRIu64 " x %" PRIu64 ", one vector a row, but %s drives the %" PRIu64
             " %s of a crossbar of %" PRIu64 " x %" PRIu64,
             r->input.path, r->input.rows, r->input.cols, name_of(r), r->driven,
             r->options->how.transposed ? "columns" : "rows", d->rows, d->cols);
    if (r->input.cols == r->read && d->rows != d->cols)
        ohm_fail_hint(r->options->how.transposed ? "without --transpose the rows are driven"
                                                 : "--transpose drives the columns");
    return OHM_BAD_ARGUMENT;
}

// The numbers of a vector in the files, of weights.
static ohm_status find_weights(readout *r) {
    r->given = r->driven;
    r->written = r->read;
    if (!r->options->decode) return OHM_OK;
    const ohm_status status = mapping_find(r->crossbar, &r->map);
    if (status) return status;
    if (!r->options->how.transposed)
        r->written = r->map.weights;
    else if (r->map.kind == MAP_SLICED)
        return ohm_fail(OHM_BAD_ARGUMENT,
                        "sliced weights cannot be driven: --transpose has no product to decode");
    else
        r->given = r->map.weights;
    return OHM_OK;
}

static ohm_status make_room(readout *r) {
    const uint64_t fit = PIECE_FLOATS / (r->driven + r->read), most = fit > 1 ? fit : 1;
    r->piece = r->input.rows < most ? r->input.rows : most;
    r->in = malloc(r->piece * r->driven * sizeof *r->in);
    r->out = malloc(r->piece * r->read * sizeof *r->out);
    r->file_in = r->given == r->driven ? r->in : malloc(r->piece * r->given * sizeof *r->in);
    r->file_out = r->written == r->read ? r->out : malloc(r->piece * r->written * sizeof *r->out);
    return r->in && r->out && r->file_in && r->file_out ? OHM_OK : ohm_fail_memory("input vectors");
}

static ohm_status open_input(readout *r) {
    const ohm_definition *d = ohm_crossbar_definition(r->crossbar);
    r->driven = r->options->how.transposed ? d->cols : d->rows;
    r->read = r->options->how.transposed ? d->rows : d->cols;
    ohm_status status = find_weights(r);
    if (!status) status = matrix_open(r->options->input, &r->input);
    if (!status) status = check_shape(r);
    return status ? status : make_room(r);
}

// Reads the crossbar at hand; *how becomes what it was read with.
static ohm_status read_crossbar(readout *r, ohm_readout *how) {
    const read_options *o = r->options;
    const ohm_definition *d = ohm_crossbar_definition(r->crossbar);
    ohm_wires *lines = NULL;
    ohm_status status = o->wires ? ohm_wires_read(o->wires, d->rows, d->cols, &lines) : OHM_OK;
    *how = o->how;
    how->wires = lines;
    if (!status) status = open_input(r);
    if (!status && o->calibrated) status = calibrate(r, how);
    if (!status) status = o->output ? write_currents(r, how) : read_all(r, how, NULL);
    ohm_wires_free(lines);
    how->wires = NULL;
    return status;
}

static readout readout_of(const read_options *o, ohm_crossbar *c) {
    return (readout){
        .options = o, .crossbar = c, .input = {.array = {.file = -1}, .file = -1, .dataset = -1}};
}

static void release(readout *r) {
    if (r->file_in != r->in) free(r->file_in);
    if (r->file_out != r->out) free(r->file_out);
    free(r->in);
    free(r->out);
    matrix_close(&r->input);
}

static ohm_status report(const readout *r, const ohm_readout *how) {
    if (r->options->quiet || cli_caught()) return OHM_OK;
    if (!r->options->json) {
        print_text(r, how);
        return OHM_OK;
    }
    cJSON *root = cJSON_CreateObject();
    add_results(root, r, how);
    return json_print(root) ? OHM_OK : ohm_fail_memory("the report");
}

static ohm_status read_file(read_options *o) {
    ohm_devices *devices = NULL;
    readout r = readout_of(o, NULL);
    ohm_readout how;
    ohm_status status = ohm_devices_open(o->setup.device, &devices);
    if (!status) status = ohm_crossbar_load(devices, o->setup.from, &o->setup.definition, &r.crossbar);
    if (!status) status = read_crossbar(&r, &how);
    if (!status) status = report(&r, &how);
    release(&r);
    ohm_crossbar_destroy(r.crossbar);
    ohm_devices_close(devices);
    return status ? status : cli_flush();
}

// ---- In an experiment -------------------------------------------------------------------------

static void *create_task(void) {
    read_options *o = malloc(sizeof *o);
    if (o) *o = (read_options){.setup = setup_default(), .how = ohm_readout_default()};
    return o;
}

// An input that is missing is told before hours of steps.
static ohm_status check_task(const void *object) {
    const read_options *o = object;
    matrix_file file;
    const ohm_status status = matrix_open(o->input, &file);
    if (status) return status;
    matrix_close(&file);
    return check_files(object);
}

static ohm_status run_task(void *object, ohm_crossbar *c, uint64_t steps, cJSON *results) {
    readout r = readout_of(object, c);
    ohm_readout how;
    (void)steps;
    const ohm_status status = read_crossbar(&r, &how);
    if (!status) add_results(results, &r, &how);
    release(&r);
    return status;
}

static const char *const refused[] = {"from", "input", "device", "lanes", "json", "quiet", NULL};
static const char *const paths[] = {"input", "output", NULL};

const task_class task_read = {
    .key = "read",
    .input = "input",
    .command = &command_read,
    .refused = refused,
    .paths = paths,
    .create = create_task,
    .destroy = free,
    .check = check_task,
    .run = run_task,
};

// ---- The command line -------------------------------------------------------------------------

static int read_command(int argc, char **argv) {
    read_options o = {.setup = setup_default(), .how = ohm_readout_default()};
    uint64_t given;
    int first;
    ohm_status status = options_parse(&command_read, &o, argc, argv, &given, &first);
    if (!status && first < argc)
        status = ohm_fail(OHM_BAD_ARGUMENT, "unexpected argument \"%s\"", argv[first]);
    if (!status) status = check_options(&o);
    if (!status) cli_catch_signals();
    if (!status) status = read_file(&o);
    if (status) return cli_fail(status);
    return cli_caught() ? 128 + cli_caught() : EXIT_SUCCESS;
}

const command command_read = {
    .name = "read",
    .arguments = "",
    .summary = "Read the currents of a saved crossbar's lines",
    .options = read_entries,
    .run = read_command,
};
