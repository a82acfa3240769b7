// ohmscape: memristor crossbars of up to billions of synapses, on OpenCL devices and in C.
//
//     ohm_devices *devices = NULL;
//     ohm_crossbar *crossbar = NULL;
//     ohm_definition d = ohm_definition_default();
//     d.rows = d.cols = 4096;
//     if (ohm_devices_open("auto", &devices) || ohm_crossbar_create(devices, &d, &crossbar) ||
//         ohm_crossbar_advance(crossbar, 200) || ohm_crossbar_save(crossbar, "state.h5"))
//         fprintf(stderr, "%s\n", ohm_error_message());
//     ohm_crossbar_destroy(crossbar);
//     ohm_devices_close(devices);
//
// A run is defined by its definition and seed alone: every device, lane width, launch size and split
// gives the same state, bit for bit.
//
// Errors. Functions that can fail return an ohm_status; on failure they change nothing the caller
// sees, set their outputs to NULL or leave them, and ohm_error_message() says what was wrong. The
// library never prints and never exits. Arguments documented as not NULL are checked by assert.
//
// Threads. Any thread may call any function, but one object is used by one thread at a time: a
// crossbar, and the devices it was created on. Files are written and read by one thread at a time.
#ifndef OHMSCAPE_H
#define OHMSCAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

#define OHM_VERSION "0.1.0"

#define OHM_MAX_SIDE 2147483648u         // largest number of rows, and of columns
#define OHM_MAX_STEP ((uint64_t)1 << 56) // the step counter never passes this
#define OHM_MAX_FUSE 65536u              // most steps in one launch
#define OHM_MAX_IDLE 1e15                // s, the longest idle time
#define OHM_HISTOGRAM_BINS 256
#define OHM_MAX_PARAMETERS 48u  // most parameters of a model, a stimulus or an initial state
#define OHM_MAX_SPEC_TEXT 4096u // longest text that says one of these, with its end

// Why a call failed.
typedef enum ohm_status {
    OHM_OK = 0,
    OHM_BAD_ARGUMENT,  // a value outside its range, an unknown name, a conflict
    OHM_NO_DEVICE,     // no such device, or none at all
    OHM_DEVICE_FAILED, // an OpenCL call failed
    OHM_BUILD_FAILED,  // a device's compiler refused the kernels; the message carries its log
    OHM_OUT_OF_MEMORY, // the crossbar does not fit into the devices, or the host is out of memory
    OHM_IO_FAILED,     // a file could not be opened, read, written or renamed
    OHM_BAD_FILE,      // not an ohmscape file, another version, or damaged
} ohm_status;

// What went wrong in this thread's last failed call: one line (and, for OHM_BUILD_FAILED, the
// compiler's log below it), naming the value and what is allowed. Never NULL; valid until this
// thread's next call.
const char *ohm_error_message(void);

// What could be done about it, or NULL. Valid as long as the message.
const char *ohm_error_hint(void);

// ---- Devices ----------------------------------------------------------------------------------

typedef enum ohm_device_type {
    OHM_DEVICE_NATIVE,
    OHM_DEVICE_CPU,
    OHM_DEVICE_GPU,
    OHM_DEVICE_OTHER
} ohm_device_type;

// One device that crossbars can live on.
typedef struct ohm_device_info {
    char id[16];        // what ohm_devices_open takes: "native", or platform.device, "0.1"
    char name[128];     // as its driver calls it
    char platform[128]; // the OpenCL platform; "C" for the native engine
    char driver[128];   // its driver's version; the instruction set for the native engine
    ohm_device_type type;
    unsigned compute_units;  // or threads
    unsigned lanes;          // float32 lanes its kernels are built for, unless told otherwise
    uint64_t memory;         // bytes it has
    uint64_t max_allocation; // bytes the largest single buffer may have
} ohm_device_info;

// "native", "cpu", "gpu" or "other". Static.
const char *ohm_device_type_name(ohm_device_type type);

// The devices of this machine, the native engine first. *list is an array of *count, to be freed
// with free(). A machine without OpenCL lists the native engine alone and is no error.
// Errors: OHM_OUT_OF_MEMORY.
ohm_status ohm_devices_list(ohm_device_info **list, size_t *count);

// One or more opened devices.
typedef struct ohm_devices ohm_devices;

// Opens the devices of a selector: "native"; "P.D", an OpenCL device by platform and device number;
// "gpu" or "cpu", the first OpenCL device of that type; "auto", an OpenCL GPU, else an OpenCL CPU,
// else native; or several of these separated by commas, over which a crossbar's rows are split
// evenly. Close with ohm_devices_close.
// Errors: OHM_BAD_ARGUMENT (not a selector), OHM_NO_DEVICE, OHM_DEVICE_FAILED, OHM_OUT_OF_MEMORY.
ohm_status ohm_devices_open(const char *selector, ohm_devices **devices);

// How many devices were opened, and what the i-th is. The pointer lives as long as devices.
size_t ohm_devices_count(const ohm_devices *devices);
const ohm_device_info *ohm_devices_info(const ohm_devices *devices, size_t i);

// Legal on NULL. Every crossbar on the devices must have been destroyed.
void ohm_devices_close(ohm_devices *devices);

// ---- Crossbars --------------------------------------------------------------------------------

// What a run is. Valid only if it came from ohm_definition_default, so that a new field never breaks
// a caller. The strings follow one grammar, NAME or NAME:key=value,key=value…; NAME@PRESET is a published
// device. `ohmscape models` prints every name and key with its unit, default and range. What is spread over
// the devices says how: r_on=100~lognormal:0.1. They need to live only during the call they are passed to.
typedef struct ohm_definition {
    uint64_t rows, cols;  // 1 … OHM_MAX_SIDE; default 5 × 5
    double dt;            // time step in s, > 0 and at most 1e6; 0, the default, is the model's own
    uint64_t seed;        // any; default 1
    const char *model;    // default "sin-state"
    const char *stimulus; // the voltage of each synapse at each step, in V; NULL, the default, is the
                          // model's own
    const char *initial;  // where each device starts, from 0 (least) to 1 (most conductive); default
                          // "uniform:lo=0.1,hi=0.9"
    bool track_flux;      // keep φ ← φ + V·dt for every synapse (4 more bytes each); default false

    // These change the speed, never the result.
    unsigned fuse;      // steps in one launch, 1 … OHM_MAX_FUSE; 0, the default, chooses
    unsigned lanes;     // 1, 4, 8 or 16 float32 lanes; 0, the default, takes the device's own
    uint64_t band_rows; // most rows in one buffer; 0, the default, is what the device can allocate
    uint64_t cookie;    // set by ohm_definition_default
} ohm_definition;

ohm_definition ohm_definition_default(void);

// Whether a crossbar of this definition could be created, as far as that shows without devices and memory.
// Errors: OHM_BAD_ARGUMENT, OHM_IO_FAILED, OHM_BAD_FILE, OHM_OUT_OF_MEMORY, as ohm_crossbar_create.
ohm_status ohm_definition_check(const ohm_definition *definition);

// A crossbar of rows × cols memristors, each with a state, advanced step by step.
typedef struct ohm_crossbar ohm_crossbar;

// Creates a crossbar at step 0 on the devices, which must outlive it: builds the kernels, allocates
// 4 bytes a synapse (8 with flux; rows are padded to 64 columns) and draws the initial state.
// Errors: OHM_BAD_ARGUMENT (also a time step at which Euler's method is not stable for the model, with one
// that would do), OHM_OUT_OF_MEMORY (before anything is allocated, with what is needed and what there is),
// OHM_IO_FAILED and OHM_BAD_FILE (a file that the stimulus is read from), OHM_DEVICE_FAILED,
// OHM_BUILD_FAILED.
ohm_status ohm_crossbar_create(ohm_devices *devices, const ohm_definition *definition,
                               ohm_crossbar **crossbar);

// Legal on NULL.
void ohm_crossbar_destroy(ohm_crossbar *crossbar);

// Advances by steps ≥ 0, and returns when they are done. The first step ends an idle time: what was read of
// the devices at its end is their state from then on.
// Errors: OHM_BAD_ARGUMENT when the counter would pass OHM_MAX_STEP; OHM_IO_FAILED when a stimulus's file can
// no longer be read, and OHM_DEVICE_FAILED, after which the crossbar can only be destroyed.
ohm_status ohm_crossbar_advance(ohm_crossbar *crossbar, uint64_t steps);

// Leaves the devices alone for another time in s, 0 or more, in which their conductance drifts as their
// model's drift_nu, drift_t0 and drift_offset say. What is read of them changes at once, and their states
// when the next step ends the idle time; the drift of a later one starts anew from these. Errors:
// OHM_BAD_ARGUMENT (not a time, or more than 1e15 s in all).
ohm_status ohm_crossbar_idle(ohm_crossbar *crossbar, double seconds);

// The time in s that the devices have been left alone since the last step.
double ohm_crossbar_idle_time(const ohm_crossbar *crossbar);

// Steps done since step 0, over all runs when the crossbar was loaded from a file.
uint64_t ohm_crossbar_step(const ohm_crossbar *crossbar);

// Its definition, every parameter spelled out in the strings, fuse and lanes as they were chosen.
// The strings live as long as the crossbar.
const ohm_definition *ohm_crossbar_definition(const ohm_crossbar *crossbar);

// The i-th thing worth knowing of its definition, or NULL past the last: one line, such as that the time step
// is long for the model, and what would be better. A change of the definition makes them anew; until then
// they live as long as the crossbar.
const char *ohm_crossbar_warning(const ohm_crossbar *crossbar, size_t i);

// Copies rows row0 … row0 + rows − 1 of the state into out: float32 [rows, cols], row by row without
// padding. The flux likewise, in V·s, if it is tracked.
// Errors: OHM_BAD_ARGUMENT (rows outside the crossbar; no flux), OHM_DEVICE_FAILED.
ohm_status ohm_crossbar_read_state(ohm_crossbar *crossbar, uint64_t row0, uint64_t rows, float *out);
ohm_status ohm_crossbar_read_flux(ohm_crossbar *crossbar, uint64_t row0, uint64_t rows, float *out);

// The current in A through each device of some rows, at its state now and a voltage in V of your own, such as
// its last one from ohm_crossbar_read_voltage: float32 [rows, cols]. For a conductor that is not linear it is
// not V/R.
// Errors: OHM_BAD_ARGUMENT (rows outside the crossbar; a voltage beyond what the model's exponentials can
// do), OHM_DEVICE_FAILED.
ohm_status ohm_crossbar_read_current(ohm_crossbar *crossbar, uint64_t row0, uint64_t rows,
                                     const float *voltage, float *out);

// The voltage in V that the stimulus applies to each device of some rows at a step: float32 [rows, cols].
// Errors: OHM_BAD_ARGUMENT (rows outside the crossbar), OHM_IO_FAILED, OHM_OUT_OF_MEMORY.
ohm_status ohm_crossbar_read_voltage(ohm_crossbar *crossbar, uint64_t step, uint64_t row0, uint64_t rows,
                                     float *out);

// The same digits on every device: sums of integers, or minima and maxima.
typedef struct ohm_statistics {
    double state_min, state_max, state_mean, state_std; // in the state's own unit; std over N, not N − 1
    double resistance_min, resistance_max, resistance_mean;    // Ω
    double conductance_min, conductance_max, conductance_mean; // S
    double state_low, state_high;           // the range a state can have, which the bins divide
    uint64_t histogram[OHM_HISTOGRAM_BINS]; // synapses with a state in each bin
} ohm_statistics;

// Means are within 1e-7 of the state's range, or of the largest resistance or conductance: each device's
// value is rounded to float32 twice.
// Errors: OHM_DEVICE_FAILED, OHM_OUT_OF_MEMORY.
ohm_status ohm_crossbar_statistics(ohm_crossbar *crossbar, ohm_statistics *statistics);

// Σ mix64(i·0x9E3779B97F4A7C15 + bits(state_i)) mod 2⁶⁴, i = row·cols + col, with SplitMix64's
// finaliser as mix64: equal digests mean equal states, on whatever devices.
// Errors: OHM_DEVICE_FAILED, OHM_OUT_OF_MEMORY.
ohm_status ohm_crossbar_digest(ohm_crossbar *crossbar, uint64_t *digest);

// Adds a row to the series that is saved with the crossbar: the step and the state's statistics.
// statistics may be NULL, or receives them.
// Errors: as ohm_crossbar_statistics.
ohm_status ohm_crossbar_record(ohm_crossbar *crossbar, ohm_statistics *statistics);

// ---- Looking ----------------------------------------------------------------------------------

typedef enum ohm_quantity {
    OHM_RESISTANCE,  // Ω
    OHM_CONDUCTANCE, // S
    OHM_STATE,       // in the state's own unit
    OHM_VOLTAGE,     // V, as applied in the last step; of a file, as its stimulus would have
    OHM_FLUX,        // V·s
    OHM_QUANTITIES
} ohm_quantity;

// What a pixel shows of the synapses it covers. Where it covers no more than one, all are the same.
typedef enum ohm_reduction { OHM_MEAN, OHM_MIN, OHM_MAX, OHM_NEAREST, OHM_REDUCTIONS } ohm_reduction;

// "resistance", "conductance", "state", "voltage", "flux"; "mean", "min", "max", "nearest". Static.
const char *ohm_quantity_name(ohm_quantity quantity);
const char *ohm_reduction_name(ohm_reduction reduction);

#define OHM_MAX_IMAGE 16384u // most pixels on a side of an image

// A rectangle of a crossbar, and the image it is drawn to. Synapse (i, j) is the square from (i, j) to
// (i + 1, j + 1); the rectangle may reach beyond the crossbar.
typedef struct ohm_view {
    double row, col;        // its upper left corner
    double rows, cols;      // its extent, above 0
    uint32_t width, height; // of the image, in pixels, 1 … OHM_MAX_IMAGE
    ohm_quantity quantity;
    ohm_reduction reduction;
} ohm_view;

// Draws the view into image: float32 [height, width], from the top, NaN where there is no synapse or no
// value (the voltage before the first step). Along each side with s synapses a pixel, pixel i takes the
// synapses from floor(first + i·s) up to, not including, floor(first + (i + 1)·s) if s is 1 or more, and
// otherwise, or for OHM_NEAREST, the one at floor(first + (i + ½)·s). Every device draws the same bits.
// Means are within 1e-6 of the largest magnitude.
// Errors: OHM_BAD_ARGUMENT (no flux, a size outside its range), OHM_DEVICE_FAILED, OHM_BUILD_FAILED,
// OHM_OUT_OF_MEMORY.
ohm_status ohm_crossbar_view(ohm_crossbar *crossbar, const ohm_view *view, float *image);

// The least and the greatest value that a quantity can take. The flux has no bounds: *low = *high = 0.
void ohm_crossbar_range(const ohm_crossbar *crossbar, ohm_quantity quantity, double *low, double *high);

// One synapse: its value of every ohm_quantity, NaN where there is none.
// Errors: OHM_BAD_ARGUMENT (outside the crossbar), OHM_DEVICE_FAILED.
ohm_status ohm_crossbar_probe(ohm_crossbar *crossbar, uint64_t row, uint64_t col,
                              float value[OHM_QUANTITIES]);

// The current in A through one synapse, at its state now and a voltage in V of your own, such as the last one
// from ohm_crossbar_probe. It costs the same for a crossbar of any size.
// Errors: OHM_BAD_ARGUMENT (outside the crossbar; a voltage beyond what the model's exponentials can do),
// OHM_DEVICE_FAILED.
ohm_status ohm_crossbar_probe_current(ohm_crossbar *crossbar, uint64_t row, uint64_t col, float voltage,
                                      float *current);

// ---- Changing -----------------------------------------------------------------------------------

// Changes parameters of the model and of the stimulus from the next step on: what is given, in the form
// of ohm_definition's strings, replaces what was. The model stays the same one; a stimulus of another name
// takes the place of what was. NULL leaves all as it is. A file saved later tells the new ones, and goes on
// to the same bits. Parameters that bound the state itself, as sin-resistance's r_on and r_off do, cannot
// change. Errors: those of ohm_crossbar_create; then nothing has changed.
ohm_status ohm_crossbar_change(ohm_crossbar *crossbar, const char *model, const char *stimulus);

// Draws the initial state of a seed and goes back to step 0, without any series.
// Errors: OHM_DEVICE_FAILED.
ohm_status ohm_crossbar_restart(ohm_crossbar *crossbar, uint64_t seed);

// A parameter of a model, a stimulus or an initial state.
typedef struct ohm_parameter_info {
    const char *key, *symbol, *unit, *help; // static; unit "1" if it has none
    double min, max;                        // the valid range, both ends included
    double value;
    const char *const *choices; // names, of which value is the number, with NULL behind them; or NULL
    bool whole;                 // a whole number
    bool text;                  // a text, a file's path, which value does not tell
    bool device;                // of what surrounds every model: noise, faults, levels, drift
    const char *spread;         // how it is spread over the devices, "normal" and so on, or NULL,
    double sigma;               // and how wide
} ohm_parameter_info;

// The i-th model, stimulus or initial state by name, or NULL past the last: for menus. Static.
const char *ohm_model_name(size_t i);
const char *ohm_stimulus_name(size_t i);
const char *ohm_initial_name(size_t i);

// Sets how many steps one launch does from now on, 1 … OHM_MAX_FUSE, or 0 for the number that the library
// would choose. It changes the speed, never the result.
// Errors: OHM_BAD_ARGUMENT.
ohm_status ohm_crossbar_set_fuse(ohm_crossbar *crossbar, unsigned fuse);

// How many parameters a crossbar's model has, and its stimulus; parameters, an array of
// OHM_MAX_PARAMETERS, receives them with their values now.
size_t ohm_crossbar_model_parameters(const ohm_crossbar *crossbar, ohm_parameter_info *parameters);
size_t ohm_crossbar_stimulus_parameters(const ohm_crossbar *crossbar, ohm_parameter_info *parameters);

// ---- Files (HDF5; the README has the layout) ---------------------------------------------------

// Saves everything needed to go on later, to the same bits. The file is written beside path, flushed
// to disk and renamed, so that path is always the old file or the whole new one.
// Errors: OHM_IO_FAILED, OHM_OUT_OF_MEMORY, OHM_DEVICE_FAILED.
ohm_status ohm_crossbar_save(ohm_crossbar *crossbar, const char *path);

// Whether a file of some bytes could be saved at path, without touching one that is there.
// Errors: OHM_IO_FAILED.
ohm_status ohm_save_check(const char *path, uint64_t bytes);

// What a file says of itself.
typedef struct ohm_file_info {
    ohm_definition definition; // as ohm_crossbar_definition; fuse, lanes and band_rows are 0
    uint64_t step;
    uint64_t digest; // of the state
    uint64_t series_rows;
    double idle;                     // s, as ohm_crossbar_idle_time
    char version[32];                // the version of ohmscape that wrote it
    char text[3][OHM_MAX_SPEC_TEXT]; // what the definition's strings point to
} ohm_file_info;

// Reads that, without the state. *info is to be freed with free().
// Errors: OHM_IO_FAILED, OHM_BAD_FILE, OHM_OUT_OF_MEMORY.
ohm_status ohm_file_read_info(const char *path, ohm_file_info **info);

// Creates the crossbar of a file on the devices, whichever it was saved from. speed gives fuse, lanes
// and band_rows; its other fields are ignored; NULL takes the defaults. The state is checked against
// the digest saved with it.
// Errors: OHM_IO_FAILED, OHM_BAD_FILE, and those of ohm_crossbar_create.
ohm_status ohm_crossbar_load(ohm_devices *devices, const char *path, const ohm_definition *speed,
                             ohm_crossbar **crossbar);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
