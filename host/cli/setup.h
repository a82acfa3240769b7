// The options that say which crossbar, on which devices: of every command that makes one.
#ifndef CLI_SETUP_H
#define CLI_SETUP_H

#include "options.h"

// The first member of the object that such a command's options fill in.
typedef struct setup {
    ohm_definition definition;
    uint64_t neurons;
    const char *device, *from;
    ohm_file *file; // opened, between setup_check and setup_make; NULL without from
    // Beside from, by setup_check: the stimulus that takes the place of the file's, and an input of the file
    // that is another one on disk by now; "" for none.
    char change[OHM_MAX_SPEC_TEXT], outdated[512];
    bool rewire; // beside from: the wires that are given take the place of the file's
} setup;

// The places of these options in a command's table, which begins with SETUP_ENTRIES.
enum {
    SETUP_NEURONS,
    SETUP_ROWS,
    SETUP_COLS,
    SETUP_DT,
    SETUP_SEED,
    SETUP_MODEL,
    SETUP_STIMULUS,
    SETUP_INIT,
    SETUP_WIRES,
    SETUP_FLUX,
    SETUP_PRECISION,
    SETUP_DEVICE,
    SETUP_FUSE,
    SETUP_LANES,
    SETUP_BAND_ROWS,
    SETUP_MEMORY,
    SETUP_HOST_MEMORY,
    SETUP_SCRATCH,
    SETUP_FROM,
    SETUP_END
};

#define SETUP_MEMORY_HELP                                                                                    \
    "memory of a device that the crossbar may take, 512MiB or 8GB, or auto\n(default); a larger one is "     \
    "streamed through it. all: what the device has,\nand a larger one is refused"
#define SETUP_HOST_MEMORY_HELP                                                                               \
    "memory of the host that a streamed crossbar may rest in, or auto\n(default); a larger one is in a file"
#define SETUP_SCRATCH_HELP                                                                                   \
    "folder of that file, which is gone at the end (default: that of\n--output, or for temporary files)"

// For commands that have these alone.
#define SETUP_STORAGE_ENTRIES                                                                                \
    {"memory", 0, "BYTES", SETUP_MEMORY_HELP, setup_set_memory},                                             \
        {"host-memory", 0, "BYTES", SETUP_HOST_MEMORY_HELP, setup_set_host_memory}, {                        \
        "scratch", 0, "DIR", SETUP_SCRATCH_HELP, setup_set_scratch                                           \
    }

#define SETUP_ENTRIES                                                                                        \
    [SETUP_NEURONS] = {"neurons", 'n', "N", "rows and columns of the crossbar, 1 to 2147483648 (default 5)", \
                       setup_set_neurons},                                                                   \
    [SETUP_ROWS] = {"rows", 0, "R", "rows, for a crossbar that is not square", setup_set_rows},              \
    [SETUP_COLS] = {"cols", 0, "C", "columns, likewise", setup_set_cols},                                    \
    [SETUP_DT] =                                                                                             \
        {"dt", 0, "DT",                                                                                      \
         "time step in s, above 0 and up to 1e6 (default 0.1); other\nmodels have their own default",        \
         setup_set_dt},                                                                                      \
    [SETUP_SEED] = {"seed", 0, "S", "seed of all randomness, 0 to 2^64 - 1 (default 1)", setup_set_seed},    \
    [SETUP_MODEL] = {"model", 0, "MODEL",                                                                    \
                     "memristor model (default sin-state:beta=0.5,r_on=0.1,r_off=10);\n"                     \
                     "`ohmscape models` lists models, stimuli and initial states",                           \
                     setup_set_model},                                                                       \
    [SETUP_STIMULUS] = {"stimulus", 0, "STIMULUS",                                                           \
                        "voltages, in V (default uniform:lo=-5,hi=5); other models have\ntheir own "         \
                        "default, and with wires it is lines",                                               \
                        setup_set_stimulus},                                                                 \
    [SETUP_INIT] = {"init", 0, "INIT",                                                                       \
                    "initial states, 1 being most conductive (default uniform:lo=0.1,hi=0.9);\nfile:path=F " \
                    "reads a matrix, .npy or HDF5",                                                          \
                    setup_set_init},                                                                         \
    [SETUP_WIRES] = {"wires", 0, "KEY=VALUE,...",                                                            \
                     "resistances of the lines, in ohm: row=1,col=1 of a segment; more in\n"                 \
                     "`ohmscape models resistive` (default none)",                                           \
                     setup_set_wires},                                                                       \
    [SETUP_FLUX] = {"flux", 0, NULL, "track the flux of every synapse, in V s (8 more bytes each)",          \
                    setup_set_flux},                                                                         \
    [SETUP_PRECISION] = {"precision", 0, "P",                                                                \
                         "single (4 bytes per synapse), extended (8 bytes; no step is lost to\nrounding) "   \
                         "or auto (default): "                                                               \
                         "extended where rounding\ncould lose more than 0.1 % of the largest step",          \
                         setup_set_precision},                                                               \
    [SETUP_DEVICE] = {"device", 0, "DEVICE",                                                                 \
                      "auto (default), native, gpu, cpu or P.D as listed by `ohmscape\n"                     \
                      "devices`; several, separated by commas, share the rows",                              \
                      setup_set_device},                                                                     \
    [SETUP_FUSE] = {"fuse", 0, "K", "steps per launch, 1 to 65536 or auto (default); affects only speed",    \
                    setup_set_fuse},                                                                         \
    [SETUP_LANES] = {"lanes", 0, "L", "vector width, 1, 4, 8, 16 or auto (default); affects only speed",     \
                     setup_set_lanes},                                                                       \
    [SETUP_BAND_ROWS] = {"band-rows", 0, "R",                                                                \
                         "maximum rows per buffer, or auto (default); affects only layout",                  \
                         setup_set_band_rows},                                                               \
    [SETUP_MEMORY] = {"memory", 0, "BYTES", SETUP_MEMORY_HELP, setup_set_memory},                            \
    [SETUP_HOST_MEMORY] = {"host-memory", 0, "BYTES", SETUP_HOST_MEMORY_HELP, setup_set_host_memory},        \
    [SETUP_SCRATCH] = {"scratch", 0, "DIR", SETUP_SCRATCH_HELP, setup_set_scratch},                          \
    [SETUP_FROM] = {"from", 0, "F.h5",                                                                       \
                    "continue from a saved crossbar with its parameters; only --stimulus\nmay differ, "      \
                    "and takes effect from then on",                                                         \
                    setup_set_from}

// The setters of that table; object starts with a setup.
ohm_status setup_set_neurons(void *object, const char *text);
ohm_status setup_set_rows(void *object, const char *text);
ohm_status setup_set_cols(void *object, const char *text);
ohm_status setup_set_dt(void *object, const char *text);
ohm_status setup_set_seed(void *object, const char *text);
ohm_status setup_set_model(void *object, const char *text);
ohm_status setup_set_stimulus(void *object, const char *text);
ohm_status setup_set_init(void *object, const char *text);
ohm_status setup_set_wires(void *object, const char *text);
ohm_status setup_set_flux(void *object, const char *text);
ohm_status setup_set_precision(void *object, const char *text);
ohm_status setup_set_device(void *object, const char *text);

// Takes the name of a matrix to be written, as an option gives it. Errors: OHM_BAD_ARGUMENT, by its ending.
ohm_status setup_take_matrix(const char *option, const char *text, const char **path);
ohm_status setup_set_fuse(void *object, const char *text);
ohm_status setup_set_lanes(void *object, const char *text);
ohm_status setup_set_band_rows(void *object, const char *text);
ohm_status setup_set_memory(void *object, const char *text);
ohm_status setup_set_host_memory(void *object, const char *text);
ohm_status setup_set_scratch(void *object, const char *text);
ohm_status setup_set_from(void *object, const char *text);

setup setup_default(void);

// Whether the options of one command line go together; given is options_parse's. With --from, what was
// given beside it has to say the same as the file, which stays open. *info then receives its description,
// valid until setup_make; NULL without --from. Only a stimulus may be another: it changes what is given of
// the file's, or takes its place, and begins then unless it says otherwise. setup_end is due in any case.
// Errors: OHM_BAD_ARGUMENT, and those of ohm_file_open.
ohm_status setup_check(setup *s, uint64_t given, const ohm_file_info **info);

// Closes the file if it is still open. Legal more than once.
void setup_end(setup *s);

// Whether a crossbar of this definition can be saved at path, as far as that shows before there is one;
// nothing is to be saved if path is NULL. Errors: OHM_IO_FAILED.
ohm_status setup_check_output(const char *path, const ohm_definition *d);

// Whether a file that is to be written is none that the definition is read from. Errors: OHM_BAD_ARGUMENT.
ohm_status setup_check_inputs(const char *path, const ohm_definition *d);

// Guards the program against the drivers of its devices (guard.h).
void setup_guard(const setup *s, bool quiet);

// The selector of the devices to open: --device, unless that is auto and a driver has crashed (guard.h).
const char *setup_device(const setup *s);

// Creates the crossbar, or loads it and closes the file, and changes its stimulus if that is wanted; says on
// stderr if an input is outdated. Errors: those of ohm_crossbar_create, ohm_file_load and
// ohm_crossbar_change.
ohm_status setup_make(setup *s, ohm_devices *devices, ohm_crossbar **crossbar);

// Says on stderr what is worth knowing of the crossbar (ohm_crossbar_warning).
void setup_warn(const ohm_crossbar *crossbar);

// Says on stderr where a streamed crossbar is, and what is worth knowing of that.
void setup_say_storage(const ohm_crossbar *crossbar);

// Says on stderr, once there is a crossbar on the devices, that "auto" found no OpenCL device, or why it took
// another.
void setup_say_fallback(const setup *s, const ohm_devices *devices);

#endif
