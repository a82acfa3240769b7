#include "options.h"

#include <stdio.h>
#include <string.h>

#define SETTER(name) static ohm_status set_##name(void *object, const char *text)
#define OF(object) ((bench_options *)(object))

// ---- Values -----------------------------------------------------------------------------------

// Reads a list separated by commas: whole numbers in [1, max], or auto.
static ohm_status read_list(const char *name, const char *text, uint64_t max, number_list *list) {
    char item[32];
    list->count = 0;
    for (;;) {
        const size_t length = strcspn(text, ",");
        if (list->count == LIST_MAX)
            return ohm_fail(OHM_BAD_ARGUMENT, "--%s: more than %d values", name, LIST_MAX);
        snprintf(item, sizeof item, "%.*s", (int)length, text);
        const ohm_status status = options_read_auto(name, item, max, &list->value[list->count]);
        if (status) return status;
        for (size_t i = 0; i < list->count; i++)
            if (list->value[i] == list->value[list->count])
                return ohm_fail(OHM_BAD_ARGUMENT, "--%s: %s is given twice", name, item);
        list->count++;
        if (!text[length]) return OHM_OK;
        text += length + 1;
    }
}

#define TEXT_SETTER(name)                                                                                    \
    SETTER(name) {                                                                                           \
        if (!*text) return options_bad_value(#name, text, "a name");                                         \
        OF(object)->name = text;                                                                             \
        return OHM_OK;                                                                                       \
    }

TEXT_SETTER(devices)
TEXT_SETTER(stimulus)
TEXT_SETTER(scratch)
TEXT_SETTER(json)
TEXT_SETTER(csv)
TEXT_SETTER(compare)
TEXT_SETTER(plot)

SETTER(model) {
    if (!*text) return options_bad_value("model", text, "a name");
    OF(object)->model = text;
    OF(object)->one_model = true;
    return OHM_OK;
}

SETTER(sizes) {
    return read_list("sizes", text, OHM_MAX_SIDE, &OF(object)->sizes);
}

SETTER(fuse) {
    return read_list("fuse", text, OHM_MAX_FUSE, &OF(object)->fuse);
}

SETTER(seconds) {
    double *seconds = &OF(object)->seconds;
    const bool right = options_read_number(text, seconds) && *seconds > 0 && *seconds <= 3600;
    return right ? OHM_OK : options_bad_value("seconds", text, "a number above 0 and up to 3600");
}

SETTER(quiet) {
    (void)text;
    OF(object)->quiet = true;
    return OHM_OK;
}

// ---- The table --------------------------------------------------------------------------------

static const option_entry entries[] = {
    {"sizes", 0, "N,...",
     "rows and columns of the crossbars, or auto: all powers of 4 synapses\nfrom 16 x 16 to what fits in "
     "memory (default: depends on the part)",
     set_sizes},
    {"devices", 0, "D,...", "all (default), or as for run --device", set_devices},
    {"fuse", 0, "K,...", "steps per launch, 1 to 65536 or auto (default 1,auto)", set_fuse},
    {"model", 0, "MODEL",
     "memristor model (default sin-state); with models: only this one; with\nwires: default "
     "sin-state:r_on=1000,r_off=100000",
     set_model},
    {"stimulus", 0, "STIMULUS",
     "voltages (default uniform); with models: each model's own;\nwith wires: lines", set_stimulus},
    {"seconds", 0, "S", "time per row in s (default 0.5), with at least 3 samples", set_seconds},
    {"scratch", 0, "DIR",
     "folder for crossbars that are streamed from a file (default: for\ntemporary files)", set_scratch},
    {"json", 0, "F.json", "write all measurements", set_json},
    {"csv", 0, "F.csv", "write one line per row", set_csv},
    {"compare", 0, "OLD.json", "compare the rates with an earlier run", set_compare},
    {"plot", 0, "DIR", "draw the results with gnuplot, as PNG and SVG", set_plot},
    {"quiet", 'q', NULL, "print neither table nor progress", set_quiet},
    {0},
};

const command command_bench = {
    .name = "bench",
    .arguments = "[throughput|scaling|peers|models|read|wires|frames|all]...",
    .summary = "Measure throughput against the machine's limits (the default), scaling, other\n"
               "implementations (peers), every model, readouts of vectors, circuits with wires,\n"
               "and the parts of a displayed frame's time",
    .options = entries,
    .run = bench_run,
};

static ohm_status read_part(const char *text, unsigned *parts) {
    static const struct {
        const char *name;
        unsigned part;
    } known[] = {{"throughput", PART_THROUGHPUT}, {"scaling", PART_SCALING}, {"peers", PART_PEERS},
                 {"models", PART_MODELS},         {"read", PART_READ},       {"wires", PART_WIRES},
                 {"frames", PART_FRAMES},         {"all", PART_ALL}};
    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strcmp(text, known[i].name) != 0) continue;
        *parts |= known[i].part;
        return OHM_OK;
    }
    return ohm_fail(OHM_BAD_ARGUMENT,
                    "\"%s\" is not throughput, scaling, peers, models, read, wires, frames or all", text);
}

ohm_status bench_options_parse(int argc, char **argv, bench_options *o) {
    *o = (bench_options){
        .fuse = {2, {1, 0}}, .devices = "all", .model = "sin-state", .stimulus = "uniform", .seconds = 0.5};
    uint64_t given;
    int first;
    ohm_status status = options_parse(&command_bench, o, argc, argv, &given, &first);
    for (; first < argc && !status; first++) status = read_part(argv[first], &o->parts);
    if (!o->parts) o->parts = PART_THROUGHPUT;
    return status;
}
