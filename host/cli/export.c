// ohmscape export: writes a quantity of a saved crossbar as a matrix for other programs.
#include "cli.h"
#include "setup.h"
#include "../base/error.h"
#include "../base/file.h"
#include "../format/matrix_writer.h"
#include "commands.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

// ---- Options ----------------------------------------------------------------------------------

typedef struct export_options {
    setup setup; // only its device is used
    ohm_quantity quantity;
    const char *output;
    bool quiet;
} export_options;

#define SETTER(name) static ohm_status set_##name(void *object, const char *text)

SETTER(quantity) {
    for (int i = 0; i < OHM_QUANTITIES; i++)
        if (strcmp(ohm_quantity_name((ohm_quantity)i), text) == 0) {
            ((export_options *)object)->quantity = (ohm_quantity)i;
            return OHM_OK;
        }
    return options_bad_value("quantity", text,
                             "conductance, resistance, state, flux, voltage, current, word-line or bit-line");
}

SETTER(output) {
    return setup_take_matrix("output", text, &((export_options *)object)->output);
}

SETTER(quiet) {
    return options_set_flag(&((export_options *)object)->quiet, text);
}

static const option_entry export_entries[] = {
    {"quantity", 0, "Q",
     "conductance in S (default) or resistance in ohm, as read from the\n"
     "devices, with variability, faults, levels and drift; state; flux in V s;\n"
     "of the last step, voltage in V and current in A; with wires, word-line\n"
     "and bit-line, the lines' potentials in V at each device",
     set_quantity},
    {"output", 'o', "G.npy", "output file: NumPy's .npy, or .h5 with a dataset named after the quantity",
     set_output},
    {"device", 0, "DEVICE", "device to compute on (default native), as for run", setup_set_device},
    SETUP_STORAGE_ENTRIES,
    {"quiet", 'q', NULL, "print nothing but errors", set_quiet},
    {0},
};

// ---- Reading ----------------------------------------------------------------------------------

#define PIECE_FLOATS ((uint64_t)1 << 21) // per piece, or one row if that is more

// The number of rows in a piece, at most OHM_MAX_IMAGE.
static uint64_t rows_of_piece(uint64_t cols) {
    const uint64_t fit = PIECE_FLOATS / cols;
    return fit < 1 ? 1 : fit < OHM_MAX_IMAGE ? fit : OHM_MAX_IMAGE;
}

static ohm_status write_rows(const export_options *o, ohm_crossbar *c, matrix_writer *w) {
    const ohm_definition *d = ohm_crossbar_definition(c);
    const uint64_t most = rows_of_piece(d->cols);
    float *values = malloc(most * d->cols * sizeof *values);
    ohm_status status = values ? OHM_OK : ohm_fail_memory("a copy of some rows");
    for (uint64_t row = 0; row < d->rows && !status && !cli_caught(); row += most) {
        const uint64_t rows = d->rows - row < most ? d->rows - row : most;
        status = ohm_crossbar_read_quantity(c, o->quantity, row, rows, values);
        if (!status) status = matrix_writer_append(w, values, rows);
    }
    free(values);
    return status;
}

// ---- The command ------------------------------------------------------------------------------

static ohm_status write_matrix(const export_options *o, ohm_crossbar *c) {
    const ohm_definition *d = ohm_crossbar_definition(c);
    matrix_writer *w;
    ohm_status status = matrix_writer_begin(o->output, ohm_quantity_name(o->quantity), d->rows, d->cols, &w);
    if (status) return status;
    status = write_rows(o, c, w);
    const bool whole = !status && !cli_caught();
    const ohm_status ended = matrix_writer_end(w, whole);
    return status ? status : ended;
}

static ohm_status check(const export_options *o, const ohm_file_info *info) {
    if (!o->output)
        return ohm_fail(OHM_BAD_ARGUMENT, "export needs --output FILE, with a name that ends in .npy or .h5");
    if (file_is_same(o->setup.from, o->output))
        return ohm_fail(OHM_BAD_ARGUMENT, "--output %s would overwrite the saved crossbar", o->output);
    if (o->quantity == OHM_FLUX && !info->definition.track_flux)
        return ohm_fail(OHM_BAD_ARGUMENT, "--quantity flux: %s was created without --flux", o->setup.from);
    const bool of_step = o->quantity == OHM_VOLTAGE || o->quantity >= OHM_CURRENT;
    if (of_step && !info->step)
        return ohm_fail(OHM_BAD_ARGUMENT, "--quantity %s: %s has not done any steps yet",
                        ohm_quantity_name(o->quantity), o->setup.from);
    return OHM_OK;
}

// Whether what the file knows of its last step is still there: not after its wires have changed, nor after
// voltages that are not in it, as those that program.
static ohm_status check_step(const export_options *o, ohm_crossbar *c) {
    float value[OHM_QUANTITIES];
    if (o->quantity != OHM_VOLTAGE && o->quantity < OHM_CURRENT) return OHM_OK;
    const ohm_status status = ohm_crossbar_probe(c, 0, 0, value);
    if (status || !isnan(value[OHM_VOLTAGE])) return status;
    ohm_fail(OHM_BAD_ARGUMENT, "--quantity %s: the voltages of the last step are not known",
             ohm_quantity_name(o->quantity));
    ohm_fail_hint("they are after one more step: ohmscape run --from %s -t 1 -o F.h5", o->setup.from);
    return OHM_BAD_ARGUMENT;
}

static ohm_status export_file(export_options *o) {
    ohm_file *file;
    ohm_devices *devices = NULL;
    ohm_crossbar *c = NULL;
    ohm_status status = ohm_file_open(o->setup.from, &file);
    if (status) return status;
    const ohm_file_info *info = ohm_file_describe(file);
    status = check(o, info);
    if (!status) status = ohm_devices_open(o->setup.device, &devices);
    if (!status) status = ohm_file_load(file, devices, &o->setup.definition, &c);
    if (!status) status = check_step(o, c);
    if (!status) status = write_matrix(o, c);
    if (!status && !o->quiet && !cli_caught())
        printf("saved         %s: %s of %" PRIu64 " x %" PRIu64 " synapses at step %" PRIu64 "\n", o->output,
               ohm_quantity_name(o->quantity), info->definition.rows, info->definition.cols, info->step);
    ohm_crossbar_destroy(c);
    ohm_devices_close(devices);
    ohm_file_close(file);
    return status ? status : cli_flush();
}

static int export(int argc, char **argv) {
    export_options o = {.setup = setup_default(), .quantity = OHM_CONDUCTANCE};
    o.setup.device = "native";
    uint64_t given;
    int first;
    ohm_status status = options_parse(&command_export, &o, argc, argv, &given, &first);
    if (!status && argc - first != 1) status = ohm_fail(OHM_BAD_ARGUMENT, "export takes one saved crossbar");
    if (!status) o.setup.from = argv[first];
    if (!status) cli_catch_signals();
    if (!status) status = export_file(&o);
    if (status) return cli_fail(status);
    return cli_caught() ? 128 + cli_caught() : EXIT_SUCCESS;
}

const command command_export = {
    .name = "export",
    .arguments = "F.h5",
    .summary = "Export a quantity of a saved crossbar as a matrix",
    .options = export_entries,
    .run = export,
};
