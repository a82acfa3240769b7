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
// The definition, which includes the seed, determines a run completely: every device, lane width, launch size
// and split gives the same state, bit for bit.
//
// Errors. Functions that can fail return an ohm_status. On failure they change nothing the caller can see,
// set their outputs to NULL or leave them unchanged, and ohm_error_message() says what was wrong. The library
// never prints and never exits. Arguments documented as not NULL are checked by assert.
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

#define OHM_PRINTF(place, first) __attribute__((format(printf, place, first)))

// The version of this header. Until 1.0 a new minor version may change the interface, and the shared
// library's soname changes with it. Functions later than 0.1 say since when they exist.
#define OHM_VERSION_MAJOR 0
#define OHM_VERSION_MINOR 5
#define OHM_VERSION_PATCH 0
#define OHM_VERSION_TEXT_(major, minor, patch) #major "." #minor "." #patch
#define OHM_VERSION_TEXT(major, minor, patch) OHM_VERSION_TEXT_(major, minor, patch)
#define OHM_VERSION OHM_VERSION_TEXT(OHM_VERSION_MAJOR, OHM_VERSION_MINOR, OHM_VERSION_PATCH)

// The version of the running library, "0.5.0". Static. Since 0.2.
const char *ohm_version(void);

#define OHM_MAX_SIDE 2147483648u         // largest number of rows, and of columns
#define OHM_MAX_STEP ((uint64_t)1 << 56) // largest value of the step counter
#define OHM_MAX_FUSE 65536u              // maximum steps per launch
#define OHM_MAX_IDLE 1e15                // s, the longest idle time
#define OHM_HISTOGRAM_BINS 256
#define OHM_RESIDENT UINT64_MAX // of ohm_definition: a crossbar that is to stay on its devices
#define OHM_MAX_PARAMETERS 48u  // maximum parameters of a model, a stimulus or an initial state
#define OHM_MAX_SPEC_TEXT 4096u // maximum length of the text that specifies one of these, including the NUL

// Why a call failed.
typedef enum ohm_status {
    OHM_OK = 0,
    OHM_BAD_ARGUMENT,  // a value outside its range, an unknown name, a conflict
    OHM_NO_DEVICE,     // no such device, or no device at all
    OHM_DEVICE_FAILED, // an OpenCL call failed
    OHM_BUILD_FAILED,  // a device's compiler refused the kernels; the message carries its log
    OHM_OUT_OF_MEMORY, // the crossbar does not fit into the devices, or the host is out of memory
    OHM_IO_FAILED,     // a file could not be opened, read, written or renamed
    OHM_BAD_FILE,      // not an ohmscape file, another version, or damaged
    OHM_NOT_CONVERGED, // the voltages of a circuit were not found to the tolerance; since 0.3
} ohm_status;

// "OHM_OK", "OHM_BAD_ARGUMENT" and so on; "unknown status" for any other number. Static. Since 0.2.
const char *ohm_status_name(ohm_status status);

// Describes this thread's last failed call in one line, naming the offending value and what is allowed. For
// OHM_BUILD_FAILED the compiler's log follows. Never NULL; valid until this thread's next call.
const char *ohm_error_message(void);

// Suggests what to do about it, or is NULL. Valid as long as the message.
const char *ohm_error_hint(void);

// For programs that report failures of their own in the same way: sets this thread's message, clears its
// hint, and returns status, so that `return ohm_fail(…)` is how a function fails; adds a hint to the message
// just set; and the same after a failed allocation of what is named. Formats are printf's. Since 0.2.
ohm_status ohm_fail(ohm_status status, const char *format, ...) OHM_PRINTF(2, 3);
void ohm_fail_hint(const char *format, ...) OHM_PRINTF(1, 2);
ohm_status ohm_fail_memory(const char *what);

// ---- Devices ----------------------------------------------------------------------------------

typedef enum ohm_device_type {
    OHM_DEVICE_NATIVE,
    OHM_DEVICE_CPU,
    OHM_DEVICE_GPU,
    OHM_DEVICE_OTHER
} ohm_device_type;

// A device that can hold crossbars.
typedef struct ohm_device_info {
    char id[16];        // as ohm_devices_open takes it: "native", or platform.device, "0.1"
    char name[128];     // as reported by its driver
    char platform[128]; // the OpenCL platform; "C" for the native engine
    char driver[128];   // driver version; for the native engine, the instruction set
    ohm_device_type type;
    unsigned compute_units;  // or threads
    unsigned lanes;          // default vector width of its kernels, in float32 lanes
    uint64_t memory;         // total memory in bytes
    uint64_t max_allocation; // maximum size of a single buffer, in bytes
} ohm_device_info;

// "native", "cpu", "gpu" or "other"; "unknown" for any other number. Static.
const char *ohm_device_type_name(ohm_device_type type);

// Lists the devices of this machine, the native engine first. *list is an array of *count entries; release it
// with ohm_devices_list_free. Without OpenCL the list holds only the native engine; that is not an error.
// Errors: OHM_OUT_OF_MEMORY.
ohm_status ohm_devices_list(ohm_device_info **list, size_t *count);

// Releases a list. Legal on NULL. Since 0.2.
void ohm_devices_list_free(ohm_device_info *list);

// One or more open devices.
typedef struct ohm_devices ohm_devices;

// Opens the devices of a selector: "native"; "P.D", an OpenCL device by platform and device number; "gpu" or
// "cpu", the first OpenCL device of that type; or "auto", the first that works of an OpenCL GPU, an OpenCL
// CPU and the native engine. Several selectors can be joined by commas; a crossbar's rows are then split
// evenly over the devices. Close with ohm_devices_close.
// Errors: OHM_BAD_ARGUMENT (not a selector), OHM_NO_DEVICE, OHM_DEVICE_FAILED, OHM_OUT_OF_MEMORY.
ohm_status ohm_devices_open(const char *selector, ohm_devices **devices);

// The number of open devices, and a description of the i-th. The pointer is valid as long as devices.
size_t ohm_devices_count(const ohm_devices *devices);
const ohm_device_info *ohm_devices_info(const ohm_devices *devices, size_t i);

// Why "auto" skipped an OpenCL device: its driver or compiler failed when it was opened, or when a crossbar
// was created on it, and the next device was used instead. One line about the last device skipped, or NULL if
// there was none. Valid until the next crossbar is created or the devices are closed.
const char *ohm_devices_fallback(const ohm_devices *devices);

// Called with a device when it starts to build kernels, and with NULL when it has finished. A build takes a
// few hundredths of a second if the driver has cached the kernels, and up to half a minute if not. The
// listener is called on the thread that creates, changes or first views a crossbar; that call waits for it to
// return.
typedef void ohm_build_listener(const ohm_device_info *device);

// Sets this process's listener. NULL, the default, means none.
void ohm_set_build_listener(ohm_build_listener *listener);

// Sets the number of threads of the native engine in this process, for all crossbars, from their next call
// on. 0, the default, leaves the choice to OpenMP (OMP_NUM_THREADS, or all processors). It affects speed,
// never the result. Any thread may call it at any time. Since 0.2.
void ohm_set_threads(unsigned threads);

// Bytes of memory that this machine can still give, or all of its memory if the system does not say. Since
// 0.2.
uint64_t ohm_memory_available(void);

typedef enum ohm_log_level { OHM_LOG_INFO, OHM_LOG_WARNING } ohm_log_level;

// Receives what the library has to say that is no error: a warning about a crossbar's definition, a device
// that was skipped, kernels being built. line is one line without a newline, valid during the call.
typedef void ohm_log(void *context, ohm_log_level level, const char *line);

// Sets this process's log. NULL, the default, means none. The log is called on the thread that called the
// library, and by several threads at once if several do. Set it before other threads use the library.
// Since 0.2.
void ohm_set_log(ohm_log *log, void *context);

// Legal on NULL. Every crossbar on the devices must have been destroyed.
void ohm_devices_close(ohm_devices *devices);

// ---- Crossbars --------------------------------------------------------------------------------

// How a device's state is stored. A float32 has a 24-bit significand: each step is rounded to it, and a step
// far below the rounding error would be lost.
typedef enum ohm_precision {
    OHM_PRECISION_AUTO,     // single where rounding loses at most 0.1 % of the largest step, else extended
    OHM_PRECISION_SINGLE,   // one float32: 4 bytes per synapse
    OHM_PRECISION_EXTENDED, // two float32; the second holds the rounding error of the first: 8 bytes per
                            // synapse
    OHM_PRECISIONS
} ohm_precision;

// "auto", "single", "extended". Static.
const char *ohm_precision_name(ohm_precision precision);

// Defines a run. Valid only if it came from ohm_definition_default, so that a new field never breaks a
// caller. The strings follow one grammar: NAME or NAME:key=value,key=value…; NAME@PRESET is a published
// device. A parameter with device-to-device variability is written r_on=100~lognormal:0.1. `ohmscape models`
// prints every name and key with its unit, default and range. The strings need to be valid only during the
// call.
typedef struct ohm_definition {
    size_t size;          // of this structure, as ohm_definition_default sets it; do not change it
    uint64_t rows, cols;  // 1 … OHM_MAX_SIDE; default 5 × 5
    double dt;            // time step in s, > 0 and at most 1e6; 0, the default, means the model's default
    uint64_t seed;        // any; default 1
    const char *model;    // default "sin-state"
    const char *stimulus; // the voltage of each synapse at each step, in V; NULL, the default, means the
                          // model's default stimulus
    const char *initial;  // the initial state of each device, from 0 (least) to 1 (most conductive);
                          // default "uniform:lo=0.1,hi=0.9"
    bool track_flux; // track φ ← φ + V·dt of every synapse, in two parts (8 more bytes each); default false
    ohm_precision precision; // of the state; default OHM_PRECISION_AUTO

    // These affect speed, never the result.
    unsigned fuse;      // steps per launch, 1 … OHM_MAX_FUSE; 0, the default, chooses automatically
    unsigned lanes;     // 1, 4, 8 or 16 float32 lanes; 0, the default, uses the device's
    uint64_t band_rows; // maximum rows per buffer, rounded up to a multiple of 64; 0, the default, is what
                        // the device can allocate

    const char *scratch; // folder for what memory cannot hold: a long series, and the crossbar itself;
                         // preferably on the disk where it will be saved; NULL, the default, means $TMPDIR,
                         // /var/tmp or /tmp

    // The resistances of the lines, "row=1,col=1" (ohm_wires): at each step the circuit is solved for the
    // voltage of every device. The stimulus then has to give voltages of lines. NULL or "none", the default:
    // lines are ideal. Determines the result, as the fields above the speed do. Since 0.3.
    const char *wires;

    // These affect speed, never the result. A crossbar that is larger than the memory of its devices is
    // streamed: its bands visit the devices, and rest in the host's memory, or in a file without a name in
    // the folder scratch. Since 0.5.
    uint64_t memory;      // bytes of a device that the states (and the flux) may take; 0, the default, is
                          // what the device has; OHM_RESIDENT: the same, but nothing is streamed, and what
                          // does not fit is refused
    uint64_t host_memory; // bytes of the host's memory that they may rest in; UINT64_MAX, the default, is
                          // what is available
} ohm_definition;

ohm_definition ohm_definition_default(void);

// Checks a definition as far as possible without devices and without allocating memory.
// Errors: OHM_BAD_ARGUMENT, OHM_IO_FAILED, OHM_BAD_FILE, OHM_OUT_OF_MEMORY, as ohm_crossbar_create.
ohm_status ohm_definition_check(const ohm_definition *definition);

// What a text of a definition is for.
typedef enum ohm_role {
    OHM_ROLE_MODEL,
    OHM_ROLE_STIMULUS,
    OHM_ROLE_INITIAL,
    OHM_ROLE_WIRES, // since 0.3
    OHM_ROLES
} ohm_role;

// A definition with everything written out: every parameter in the strings, and the time step and the
// stimulus that the model's defaults stand for. The strings point into text. Since 0.2.
typedef struct ohm_full_definition {
    ohm_definition definition;
    char text[OHM_ROLES][OHM_MAX_SPEC_TEXT]; // indexed by ohm_role
} ohm_full_definition;

// Writes out a definition. Checks names and values, but opens no file. Since 0.2.
// Errors: OHM_BAD_ARGUMENT.
ohm_status ohm_definition_write_out(const ohm_definition *definition, ohm_full_definition *full);

// A crossbar of rows × cols memristors whose states advance step by step.
typedef struct ohm_crossbar ohm_crossbar;

// Creates a crossbar at step 0 on the devices, which must outlive it: builds the kernels, allocates
// 4 bytes a synapse (8 in extended precision, and 8 more with flux; rows are padded to 64 columns) and draws
// the initial state.
// Errors: OHM_BAD_ARGUMENT (also a time step at which Euler's method is unstable; the message suggests a
// stable one), OHM_OUT_OF_MEMORY (checked before allocating; the message says what is needed and available),
// OHM_IO_FAILED and OHM_BAD_FILE (a file that the stimulus is read from), OHM_DEVICE_FAILED,
// OHM_BUILD_FAILED.
ohm_status ohm_crossbar_create(ohm_devices *devices, const ohm_definition *definition,
                               ohm_crossbar **crossbar);

// Legal on NULL.
void ohm_crossbar_destroy(ohm_crossbar *crossbar);

// Advances by steps ≥ 0 and returns when they are done. The first step ends any idle time; the drifted values
// become the devices' states.
// Errors: OHM_BAD_ARGUMENT when the counter would pass OHM_MAX_STEP. OHM_IO_FAILED and OHM_BAD_FILE when a
// stimulus's file can no longer be read; the crossbar then stays at the last step it reached.
// OHM_DEVICE_FAILED: the state is lost, and only the series can still be saved.
ohm_status ohm_crossbar_advance(ohm_crossbar *crossbar, uint64_t steps);

// Called between launches with the number of steps done so far. Returns whether to continue.
typedef bool ohm_progress(void *context, uint64_t done, uint64_t steps);

// Advances by up to steps, like ohm_crossbar_advance, until they are done, until about the given number of
// seconds has passed (0: no limit), or until progress returns false. progress may be NULL; it is called on
// this thread about every twentieth of a second, or after every launch that takes longer, and may call only
// functions that take this crossbar as const. *done receives the number of steps done. Since 0.2.
// Errors: as ohm_crossbar_advance, and OHM_BAD_ARGUMENT (seconds is negative or not a number).
ohm_status ohm_crossbar_advance_while(ohm_crossbar *crossbar, uint64_t steps, double seconds,
                                      ohm_progress *progress, void *context, uint64_t *done);

// Advances by steps under the caller's own voltages in V instead of the stimulus, which afterwards continues
// at the step reached. ohm_crossbar_apply takes one voltage per synapse, float32 [steps, rows, cols], and
// ohm_crossbar_apply_lines one per row and column, float32 [steps, rows] and [steps, cols], with
// V_ij = row_i − col_j. The arrays are read during the call only. Saved files record the resulting state but
// not these voltages. Switching between the stimulus and own voltages may build kernels. Since 0.2.
// Errors: as ohm_crossbar_advance; OHM_BAD_ARGUMENT also for a voltage that is not finite or beyond ±1000 V,
// by its index, and for voltages at which Euler's method is not stable; OHM_OUT_OF_MEMORY, OHM_BUILD_FAILED.
ohm_status ohm_crossbar_apply(ohm_crossbar *crossbar, uint64_t steps, const float *voltage);
ohm_status ohm_crossbar_apply_lines(ohm_crossbar *crossbar, uint64_t steps, const float *row_voltage,
                                    const float *col_voltage);

// The same with voltages that are held for all of the steps, which then go many to a launch: float32 [rows,
// cols], or [rows] and [cols]. Since 0.3.
ohm_status ohm_crossbar_hold(ohm_crossbar *crossbar, uint64_t steps, const float *voltage);
ohm_status ohm_crossbar_hold_lines(ohm_crossbar *crossbar, uint64_t steps, const float *row_voltage,
                                   const float *col_voltage);

// Adds idle time in s, 0 or more. During idle time the conductances drift according to the model's drift_nu,
// drift_t0 and drift_offset. Readings change at once. The states change when the next step ends the idle
// time; a later idle time then starts from these states.
// Errors: OHM_BAD_ARGUMENT (not a time, or more than 1e15 s in total).
ohm_status ohm_crossbar_idle(ohm_crossbar *crossbar, double seconds);

// The idle time in s since the last step.
double ohm_crossbar_idle_time(const ohm_crossbar *crossbar);

// A text of the caller's that is saved with the crossbar, such as how a matrix was mapped to it; NULL or ""
// for none. `ohmscape program` keeps a JSON object here. Since 0.3. Errors: OHM_BAD_ARGUMENT
// (OHM_MAX_SPEC_TEXT characters or more), OHM_OUT_OF_MEMORY.
ohm_status ohm_crossbar_set_note(ohm_crossbar *crossbar, const char *note);

// The note, "" without one. Valid until it is set again. Since 0.3.
const char *ohm_crossbar_note(const ohm_crossbar *crossbar);

// Where the states (and the flux) of a crossbar are. Since 0.5.
typedef struct ohm_storage {
    bool streamed;           // they visit the devices in turn; false: they stay there
    uint64_t visiting_bytes; // of the devices' memory that takes
    uint64_t memory_bytes;   // of the host's memory, and
    uint64_t file_bytes;     // of a file, that they rest in
    char folder[512];        // of that file, or ""
    uint64_t pass_steps;     // steps to take at least at a time (ohm_crossbar_advance), so that the devices
                             // compute while bands come and go; 1 where nothing is gained
} ohm_storage;

// Since 0.5.
ohm_storage ohm_crossbar_storage(const ohm_crossbar *crossbar);

// Steps since step 0, including those of earlier runs if the crossbar was loaded from a file.
uint64_t ohm_crossbar_step(const ohm_crossbar *crossbar);

// The definition, with every parameter written out in the strings, and with the fuse and lanes in use.
// The strings are valid as long as the crossbar.
const ohm_definition *ohm_crossbar_definition(const ohm_crossbar *crossbar);

// How the states are stored: OHM_PRECISION_SINGLE or OHM_PRECISION_EXTENDED. With OHM_PRECISION_AUTO a change
// of parameters that makes steps smaller can switch from single to extended.
ohm_precision ohm_crossbar_precision(const ohm_crossbar *crossbar);

// The fraction of the largest step, from 0 to 1, that rounding to float32 can lose with this model, time step
// and stimulus. It is the worst case over steps up and down (and over the voltages, if the stimulus has only
// a few), for nine in ten of the states that move that way. Extended precision loses nothing.
double ohm_crossbar_step_loss(const ohm_crossbar *crossbar);

// The i-th warning about the definition, or NULL past the last: one line, for example that the time step is
// long for the model, with a suggestion. Valid until the definition changes or the crossbar is destroyed.
const char *ohm_crossbar_warning(const ohm_crossbar *crossbar, size_t i);

// A rectangle of synapses, within the crossbar.
typedef struct ohm_rectangle {
    uint64_t row, col, rows, cols;
} ohm_rectangle;

// Copies a rectangle of the state into out, or in into the state: float32 [rows, cols], row by row without
// padding. What is written is each device's state exactly, without a rest; the flux and the step stay as they
// are. Since 0.2.
// Errors: OHM_BAD_ARGUMENT (a rectangle outside the crossbar; a value that is not finite or outside the range
// of the state, by its index), OHM_OUT_OF_MEMORY, OHM_DEVICE_FAILED.
ohm_status ohm_crossbar_get_states(ohm_crossbar *crossbar, ohm_rectangle rectangle, float *out);
ohm_status ohm_crossbar_set_states(ohm_crossbar *crossbar, ohm_rectangle rectangle, const float *in);

// Sets the state of every device from numbers like those of the initial state `file`: float32 [rows, cols],
// from 0, least conductive, to 1, most. The flux and the step stay as they are, and the definition keeps its
// initial state. Since 0.5. Errors: OHM_BAD_ARGUMENT (a value that is not from 0 to 1, by its index),
// OHM_OUT_OF_MEMORY, OHM_DEVICE_FAILED.
ohm_status ohm_crossbar_set_initial(ohm_crossbar *crossbar, const float *x);

// The native engine's own memory of the states: *states is float32 [rows, cols], with *pitch numbers from the
// start of a row to that of the next. It stays at its place until the crossbar is destroyed, and every later
// call reads and changes it. The caller may write states to it between calls: finite ones within the range of
// the state, which nobody checks. In extended precision a rest is added to what is written. Since 0.5.
// Errors: OHM_BAD_ARGUMENT (the states are not in one piece of the native engine's memory),
// OHM_DEVICE_FAILED.
ohm_status ohm_crossbar_memory(ohm_crossbar *crossbar, float **states, uint64_t *pitch);

// Sets the step counter, with which the stimulus, noise and faults continue as they would at that step. The
// series and the history are discarded unless the step stays the same. Since 0.2.
// Errors: OHM_BAD_ARGUMENT (more than OHM_MAX_STEP), OHM_OUT_OF_MEMORY.
ohm_status ohm_crossbar_set_step(ohm_crossbar *crossbar, uint64_t step);

// Copies rows row0 … row0 + rows − 1 of the state, or of the flux in V·s if it is tracked, into out: float32
// [rows, cols], row by row without padding.
// Errors: OHM_BAD_ARGUMENT (rows outside the crossbar; no flux), OHM_DEVICE_FAILED.
ohm_status ohm_crossbar_read_state(ohm_crossbar *crossbar, uint64_t row0, uint64_t rows, float *out);
ohm_status ohm_crossbar_read_flux(ohm_crossbar *crossbar, uint64_t row0, uint64_t rows, float *out);

// The same including the part that a float32 cannot hold: float64 [rows, cols]. In single precision that part
// of the state is 0.
ohm_status ohm_crossbar_read_state_exact(ohm_crossbar *crossbar, uint64_t row0, uint64_t rows, double *out);
ohm_status ohm_crossbar_read_flux_exact(ohm_crossbar *crossbar, uint64_t row0, uint64_t rows, double *out);

// The current in A through each device of the given rows, at its present state and the given voltages in V,
// for example those of ohm_crossbar_read_voltage: float32 [rows, cols]. For a nonlinear device it differs
// from V/R.
// Errors: OHM_BAD_ARGUMENT (rows outside the crossbar; a voltage beyond the range of the model's
// exponentials), OHM_DEVICE_FAILED.
ohm_status ohm_crossbar_read_current(ohm_crossbar *crossbar, uint64_t row0, uint64_t rows,
                                     const float *voltage, float *out);

// The voltage in V that the stimulus applies to each device of the given rows at a step: float32 [rows,
// cols].
// Errors: OHM_BAD_ARGUMENT (rows outside the crossbar), OHM_IO_FAILED, OHM_OUT_OF_MEMORY.
ohm_status ohm_crossbar_read_voltage(ohm_crossbar *crossbar, uint64_t step, uint64_t row0, uint64_t rows,
                                     float *out);

// The stimulus that drove a crossbar from a step up to that of the next entry.
typedef struct ohm_history_entry {
    uint64_t step;
    const char *stimulus; // in the form of ohm_definition's
} ohm_history_entry;

// The history of a crossbar over all runs: the stimulus of step 0, then each one that replaced it.
// *count is 1 or more. Valid until the crossbar is changed, restarted or destroyed.
const ohm_history_entry *ohm_crossbar_history(const ohm_crossbar *crossbar, size_t *count);

// Identical on every device, as they are computed from integer sums, minima and maxima.
typedef struct ohm_statistics {
    double state_min, state_max, state_mean, state_std; // in the state's own unit; std over N, not N − 1
    double resistance_min, resistance_max, resistance_mean;    // Ω
    double conductance_min, conductance_max, conductance_mean; // S
    double state_low, state_high;           // the valid range of the state, which the bins divide
    uint64_t histogram[OHM_HISTOGRAM_BINS]; // synapses with a state in each bin
} ohm_statistics;

// Computes the statistics. Means are accurate to 1e-7 of the state's range, or of the largest resistance or
// conductance: each device's value is rounded to float32 twice.
// Errors: OHM_DEVICE_FAILED, OHM_OUT_OF_MEMORY.
ohm_status ohm_crossbar_statistics(ohm_crossbar *crossbar, ohm_statistics *statistics);

// Σ mix64(i·0x9E3779B97F4A7C15 + bits(state_i)) mod 2⁶⁴, i = row·cols + col, with SplitMix64's
// finaliser as mix64. Equal digests mean equal states, on any devices.
// Errors: OHM_DEVICE_FAILED, OHM_OUT_OF_MEMORY.
ohm_status ohm_crossbar_digest(ohm_crossbar *crossbar, uint64_t *digest);

// The same for the parts that the float32 states cannot hold: 0 in single precision.
// Errors: OHM_DEVICE_FAILED, OHM_OUT_OF_MEMORY.
ohm_status ohm_crossbar_rest_digest(ohm_crossbar *crossbar, uint64_t *digest);

// Appends the step and the state's statistics to the series that is saved with the crossbar. If statistics is
// not NULL it receives them too. A long series is kept in an unnamed file in the definition's scratch folder;
// it takes about a megabyte of memory, whatever its length.
// Errors: as ohm_crossbar_statistics, and OHM_IO_FAILED (no disk space for the row, or none to save it later
// on the same disk; earlier rows are kept).
ohm_status ohm_crossbar_record(ohm_crossbar *crossbar, ohm_statistics *statistics);

// One row of the series. Since 0.2.
typedef struct ohm_series_row {
    uint64_t step;
    double state_mean, state_std, state_min, state_max;
    uint64_t histogram[OHM_HISTOGRAM_BINS];
} ohm_series_row;

// Copies count rows of the series, from row first on, into rows. Since 0.2.
// Errors: OHM_BAD_ARGUMENT (rows that are not there), OHM_IO_FAILED, OHM_OUT_OF_MEMORY.
ohm_status ohm_crossbar_read_series(const ohm_crossbar *crossbar, uint64_t first, uint64_t count,
                                    ohm_series_row *rows);

// ---- Reading and writing whole lines ------------------------------------------------------------

// A converter between numbers and voltages or currents. A value is clipped to [low, high] and rounded to the
// nearest of the codes, a tie to the even one. A binary converter has 2^bits codes, low and high among them;
// a sign-magnitude converter has 2^bits − 1, 0 among them, and needs low = −high.
typedef struct ohm_converter {
    unsigned bits; // 1 … 24, 2 or more with a sign; 0, the default: no conversion
    bool sign_magnitude;
    double low, high; // V or A; default −1 and 1
} ohm_converter;

// The resistances of lines. A word line has its terminal at the left, a bit line at the bottom. Between a
// terminal and the line's first cell lie one segment and the resistance of the source or the sense amplifier,
// and one segment between two cells. Valid only if it came from ohm_wires_default.
typedef struct ohm_wires {
    size_t size;           // of this structure, as ohm_wires_default sets it; do not change it
    double row, col;       // Ω of a segment of a word line, of a bit line; default 1; 0 is none, exactly
    double source, sense;  // Ω at the terminals of the word lines, of the bit lines; default 0
    bool drive_both;       // word lines have a terminal at the right too; default false
    bool ground_both;      // bit lines have a terminal at the top too; default false
    const bool *float_row; // [rows] and [cols]: lines without any terminal; default NULL, none
    const bool *float_col;
    uint64_t tile_rows,
        tile_cols;    // of tiles that the crossbar is made of, from its first row and column; default
                      // 0: one. Each has lines and terminals of its own, with the same voltages; the
                      // currents of its lines are converted for themselves, and then added up
    double tolerance; // of voltages and currents, relative to the largest; 1e-12 … 1e-2, or 0, the default:
                      // 1e-9 when lines are read, 1e-4 in steps, each of which starts from the last
    unsigned sweeps;  // passes over all cells at most; default 500
} ohm_wires;

ohm_wires ohm_wires_default(void);

// The wires of a text, "row=1,col=1,float=r3+c0-7" or "none", as `ohmscape models resistive` describes it,
// for a crossbar of that size. Release with ohm_wires_free, which is legal on NULL. Since 0.3. Errors:
// OHM_BAD_ARGUMENT, OHM_OUT_OF_MEMORY.
ohm_status ohm_wires_read(const char *text, uint64_t rows, uint64_t cols, ohm_wires **wires);
void ohm_wires_free(ohm_wires *wires);

// How the circuits of a call were solved.
typedef struct ohm_wires_report {
    uint64_t solutions, sweeps; // circuits, and passes over all cells for all of them
    double estimate;            // the largest error, relative to the largest voltage or current
} ohm_wires_report;

// How a crossbar is read. Valid only if it came from ohm_readout_default. Reading never changes a state and
// is not a step.
typedef struct ohm_readout {
    size_t size;     // of this structure, as ohm_readout_default sets it; do not change it
    bool transposed; // drive the columns and read the rows; default false
    bool exact;      // the current of each device by its model at its voltage, not conductance times voltage;
                     // default false
    uint64_t reading;  // the number of the first vector's reading, from which read_noise is drawn; default 0
    ohm_converter dac; // of the inputs; range in V
    ohm_converter adc; // of the outputs; range in A
    bool adc_full;     // the ADC's range is that of the largest possible currents; needs a DAC
    double adc_gain;   // before the ADC, or without one: I ← gain·I + offset + noise·ξ; default 1
    double adc_offset; // A; default 0
    double adc_noise;  // A, root mean square; default 0
    unsigned slices; // digits that an input is split into, driven one after the other at the DAC's full range
                     // and added up after conversion; 1, the default, to the DAC's bits (less the sign)
    bool convert_sum;         // convert once, the sum of the slices, rather than each slice; default false
    const ohm_wires *wires;   // of lines that have resistances; NULL, the default: those of the crossbar's
                              // definition
    ohm_wires_report *report; // receives how their circuits were solved; NULL, the default: not wanted
} ohm_readout;

ohm_readout ohm_readout_default(void);

// Reads a batch of vectors: in, voltages in V, float32 [batch, rows], to out, the currents in A at the
// columns, which are held at 0 V, I_j = Σ_i G_ij·V_i, float32 [batch, cols]. Transposed, in is float32
// [batch, cols] and out float32 [batch, rows], J_i = Σ_j G_ij·U_j; an exact readout then has the devices'
// voltages reversed, −U_j from row to column. G is what is read of each device, with levels, drift, faults
// and noise. The sums are kept to 3e-11 of the largest current that a device can have at these voltages, and
// have the same bits on every device; each vector's outputs are the same in any batch, with the same reading
// number. Voltages below 1e-18 of the largest of their vector count as 0. Since 0.3.
// Errors: OHM_BAD_ARGUMENT (not a number, with its index;
// beyond ±1000 V or the range of the model's exponentials; converters outside their ranges; wires with a
// negative resistance, or a part of the circuit without a terminal), OHM_NOT_CONVERGED (with what was
// reached), OHM_DEVICE_FAILED, OHM_BUILD_FAILED, OHM_OUT_OF_MEMORY.
ohm_status ohm_crossbar_readout(ohm_crossbar *crossbar, const ohm_readout *how, uint64_t batch,
                                const float *in, float *out);

// Adds row_i·col_j to the state of every device, within its bounds; stuck devices keep theirs. rows is
// float32 [rows], cols float32 [cols]. An idle time ends first, as before a step. Since 0.3. Errors:
// OHM_BAD_ARGUMENT (not a number, with its index), OHM_DEVICE_FAILED, OHM_BUILD_FAILED, OHM_OUT_OF_MEMORY.
ohm_status ohm_crossbar_add_outer(ohm_crossbar *crossbar, const float *rows, const float *cols);

#define OHM_MAX_SLOTS 31u // bits of a train of pulses beside its sign

// Pulses lines against each other: each of rows, uint32 [rows], and of cols, uint32 [cols], is a train of
// pulses, of which bit s is the pulse in slot s and bit 31 the sign. In each of the slots, 1 … OHM_MAX_SLOTS,
// which is one step, a device whose row and column both have the bit feels the amplitude in V, negative if
// one of the signs alone is set; all others rest and keep their state, even under models that move at 0 V.
// Step and noise go on as in any other step; the voltages are not recorded. With random trains this is the
// stochastic update of Gokmen and Vlasov (2016). *pulses, unless NULL, receives how many devices have felt
// how many pulses. Since 0.4.
// Errors: OHM_BAD_ARGUMENT (slots or an amplitude outside their range; an amplitude at which Euler's method
// is not stable; a crossbar defined with wires), OHM_DEVICE_FAILED, OHM_BUILD_FAILED, OHM_OUT_OF_MEMORY.
ohm_status ohm_crossbar_pulse(ohm_crossbar *crossbar, double amplitude, unsigned slots, const uint32_t *rows,
                              const uint32_t *cols, uint64_t *pulses);

// The voltages at the terminals of the lines in the last step, in V, and the currents in A that flowed out of
// the crossbar there, at both ends of a line together: float64 [rows] and [cols], any of which may be NULL.
// The sum of all currents is 0. Without wires the currents are those at the present states, to about 1e-6 of
// the largest. Since 0.3. Errors: OHM_BAD_ARGUMENT (no step yet, or voltages of devices and not of lines),
// and those of ohm_crossbar_view.
ohm_status ohm_crossbar_read_terminals(ohm_crossbar *crossbar, double *row_voltage, double *row_current,
                                       double *col_voltage, double *col_current);

// How the circuits of the steps since the crossbar was created or loaded were solved: all 0 without wires.
// Since 0.3.
void ohm_crossbar_wires_report(const ohm_crossbar *crossbar, ohm_wires_report *report);

// The digest of some values of an array, from the first-th on: as that of a state, over these alone, so that
// the digests of an array's parts add up to its own, modulo 2⁶⁴. Since 0.3.
uint64_t ohm_digest(uint64_t first, uint64_t count, const float *values);

// ---- Spiking networks ---------------------------------------------------------------------------

// What a neuron of a crossbar under the stimulus spiking has.
typedef enum ohm_neuron_quantity {
    OHM_NEURON_MEMBRANE,  // V, its membrane potential
    OHM_NEURON_THRESHOLD, // V, the potential at which it fires, with what adaptation has added
    OHM_NEURON_CURRENT,   // A, what its column carried to it in the last step
    OHM_NEURON_SPIKES,    // how often it has fired since the network began
    OHM_NEURON_QUANTITIES
} ohm_neuron_quantity;

// How many neurons there are: one a column under the stimulus spiking, under any other none. Since 0.4.
uint64_t ohm_crossbar_neurons(const ohm_crossbar *crossbar);

// Copies a quantity of every neuron, after the last step, into out: float64 [neurons]. Since 0.4.
// Errors: OHM_BAD_ARGUMENT (no neurons).
ohm_status ohm_crossbar_read_neurons(const ohm_crossbar *crossbar, ohm_neuron_quantity quantity, double *out);

// A neuron fired at the end of a step.
typedef struct ohm_spike {
    uint64_t step;
    uint32_t neuron;
} ohm_spike;

// Sets the rates of all inputs from the next step on, as fractions of the stimulus's rate from 0 to 1,
// float32 [rows], in place of those of its file; NULL goes back to these. What a saved file says of the
// stimulus does not tell them. Since 0.4. Errors: OHM_BAD_ARGUMENT (no neurons; not a fraction, by its
// index), OHM_OUT_OF_MEMORY.
ohm_status ohm_crossbar_set_rates(ohm_crossbar *crossbar, const float *rates);

// How many spikes are kept, in the order of their steps: of all steps since the network began, up to the
// stimulus's limit. Since 0.4.
uint64_t ohm_crossbar_spike_count(const ohm_crossbar *crossbar);

// Copies spikes first … first + count − 1 into spikes. Since 0.4. Errors: OHM_BAD_ARGUMENT (not there).
ohm_status ohm_crossbar_read_spikes(const ohm_crossbar *crossbar, uint64_t first, uint64_t count,
                                    ohm_spike *spikes);

// ---- Looking ----------------------------------------------------------------------------------

typedef enum ohm_quantity {
    OHM_RESISTANCE,  // Ω
    OHM_CONDUCTANCE, // S
    OHM_STATE,       // in the state's own unit
    OHM_VOLTAGE,     // V, as applied in the last step; after loading, recomputed from the stimulus
    OHM_FLUX,        // V·s
    OHM_CURRENT,     // A, through each device at that voltage and its present state; since 0.3
    OHM_WORD_LINE,   // V, the potentials of the lines at each device in the last step, where lines have
    OHM_BIT_LINE,    // resistances; since 0.3
    OHM_QUANTITIES
} ohm_quantity;

// How the synapses under a pixel are combined. If there is only one, all reductions are the same.
typedef enum ohm_reduction { OHM_MEAN, OHM_MIN, OHM_MAX, OHM_NEAREST, OHM_REDUCTIONS } ohm_reduction;

// "resistance", "conductance", "state", "voltage", "flux", "current", "word-line", "bit-line"; "mean", "min",
// "max", "nearest"; "unknown" for any other number. Static.
const char *ohm_quantity_name(ohm_quantity quantity);
const char *ohm_reduction_name(ohm_reduction reduction);

#define OHM_MAX_IMAGE 16384u // maximum pixels per side of an image

// A rectangle of a crossbar, and the image it is drawn to. Synapse (i, j) is the square from (i, j) to
// (i + 1, j + 1); the rectangle may reach beyond the crossbar.
typedef struct ohm_view {
    double row, col;        // its upper left corner
    double rows, cols;      // its size, above 0
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

// The least and the greatest value of an image, both NaN if it has none. Since 0.2.
typedef struct ohm_extremes {
    float least, greatest;
} ohm_extremes;

// Draws the view like ohm_crossbar_view, and finds the image's extremes on the device. Every device finds the
// same bits. Since 0.2. Errors: as ohm_crossbar_view.
ohm_status ohm_crossbar_view_extremes(ohm_crossbar *crossbar, const ohm_view *view, float *image,
                                      ohm_extremes *extremes);

// The minimum and maximum possible values of a quantity. The flux is unbounded: *low = *high = 0.
void ohm_crossbar_range(const ohm_crossbar *crossbar, ohm_quantity quantity, double *low, double *high);

// Reads every ohm_quantity of one synapse, NaN where there is no value.
// Errors: OHM_BAD_ARGUMENT (outside the crossbar), OHM_DEVICE_FAILED.
ohm_status ohm_crossbar_probe(ohm_crossbar *crossbar, uint64_t row, uint64_t col,
                              float value[OHM_QUANTITIES]);

// Reads its state and its flux in V·s (NaN if it is not tracked), including the parts that a float32 cannot
// hold.
// Errors: OHM_BAD_ARGUMENT (outside the crossbar), OHM_DEVICE_FAILED.
ohm_status ohm_crossbar_probe_exact(ohm_crossbar *crossbar, uint64_t row, uint64_t col, double *state,
                                    double *flux);

// The current in A through one synapse, at its present state and the given voltage in V, for example the last
// one from ohm_crossbar_probe. The cost does not depend on the size of the crossbar.
// Errors: OHM_BAD_ARGUMENT (outside the crossbar; a voltage beyond the range of the model's exponentials),
// OHM_DEVICE_FAILED.
ohm_status ohm_crossbar_probe_current(ohm_crossbar *crossbar, uint64_t row, uint64_t col, float voltage,
                                      float *current);

// How devices are brought to conductances.
typedef enum ohm_program_method {
    OHM_PROGRAM_ISPP,     // write and verify: pulses whose length and amplitude follow what the last one did
    OHM_PROGRAM_SINGLE,   // one pulse each, as long as a device without spread would need
    OHM_PROGRAM_GRADIENT, // pulses in proportion to what readouts of random vectors are off, cycle by cycle:
                          // through wires and with noise, as they are read
    OHM_PROGRAM_METHODS
} ohm_program_method;

// How pulses reach a device. ALONE, as through a transistor of its own: no other device feels them. Or along
// the lines, row after row, the devices of a row and of one sign together: others then feel up to a half or a
// third of the voltage, either way, and where lines have resistances, the circuit decides.
typedef enum ohm_select { OHM_SELECT_ALONE, OHM_SELECT_HALF, OHM_SELECT_THIRD, OHM_SELECTS } ohm_select;

// "ispp", "single", "gdp"; "alone", "half", "third"; "unknown" for any other number. Static. Since 0.3.
const char *ohm_program_method_name(ohm_program_method method);
const char *ohm_select_name(ohm_select select);

// Valid only if it came from ohm_program_default.
typedef struct ohm_program {
    size_t size;               // of this structure, as ohm_program_default sets it; do not change it
    ohm_program_method method; // default OHM_PROGRAM_ISPP
    double
        tolerance; // largest error that is left, as a fraction of the model's conductance range; default 0.01
    unsigned cycles;   // of writing and reading at most; default 100
    double voltage;    // largest amplitude of a pulse in V; 0, the default: that of the model's own stimulus
    ohm_select select; // default OHM_SELECT_ALONE
    uint64_t steps;    // of all pulses together at most; 0, the default: any number
    ohm_progress *progress; // called between pulses with the devices that have arrived and all of them;
                            // false ends it there; NULL, the default: none
    void *context;
} ohm_program;

ohm_program ohm_program_default(void);

// What came of it. Errors are read − target, as fractions of the model's conductance range.
typedef struct ohm_program_report {
    uint64_t devices, reached;               // all, and those within the tolerance when last read
    uint64_t pulses, steps;                  // pulses of all devices together; steps of the crossbar
    unsigned cycles;                         // of writing and reading
    double error_mean, error_std, error_max; // of the devices; max by magnitude
} ohm_program_report;

// The least and the largest conductance in S of a device without spread, faults or noise. Since 0.3.
void ohm_crossbar_nominal_range(const ohm_crossbar *crossbar, double *low, double *high);

// Programs every device towards target, conductances in S, float32 [rows, cols], by steps of the crossbar
// with voltages of their own. It stops when all devices are within the tolerance when read, when those that
// are not no longer move, or after the last cycle, never by a clock: the same call gives the same bits on
// every device. On failure the crossbar is left as far as it came. Since 0.3.
// Errors: OHM_BAD_ARGUMENT (targets that no device can have, how many and the
// range; a tolerance or number of cycles outside its range), and those of ohm_crossbar_apply.
ohm_status ohm_crossbar_program(ohm_crossbar *crossbar, const ohm_program *how, const float *target,
                                ohm_program_report *report);

// Copies rows row0 … row0 + rows − 1 of a quantity of every device into out: float32 [rows, cols], NaN where
// there is no value. Since 0.3.
// Errors: as ohm_crossbar_view, and OHM_BAD_ARGUMENT (rows outside the crossbar).
ohm_status ohm_crossbar_read_quantity(ohm_crossbar *crossbar, ohm_quantity quantity, uint64_t row0,
                                      uint64_t rows, float *out);

// ---- Changing -----------------------------------------------------------------------------------

// Changes parameters of the model and the stimulus from the next step on. The strings have the form of those
// in ohm_definition; parameters that they name replace the present values, and NULL changes nothing. The
// model itself cannot be replaced. A stimulus with another name replaces the present one, and the history
// records it. Files already read for the stimulus are not read again. A file saved later holds the new
// parameters and continues to the same bits. Parameters that bound the state itself, such as r_on and r_off
// of sin-resistance, cannot change.
// Errors: those of ohm_crossbar_create; then nothing has changed.
ohm_status ohm_crossbar_change(ohm_crossbar *crossbar, const char *model, const char *stimulus);

// Replaces the wires of the definition from the next step on: a text as ohm_definition's, or NULL for none.
// The voltages of the last step are forgotten. Since 0.3.
// Errors: those of ohm_crossbar_create; then nothing has changed.
ohm_status ohm_crossbar_set_wires(ohm_crossbar *crossbar, const char *wires);

// Draws a new initial state from a seed, returns to step 0 and discards the series.
// Errors: OHM_DEVICE_FAILED.
ohm_status ohm_crossbar_restart(ohm_crossbar *crossbar, uint64_t seed);

// A parameter of a model, a stimulus or an initial state.
typedef struct ohm_parameter_info {
    const char *key, *symbol, *unit, *help; // static; unit "1" if it has none
    double min, max;                        // the valid range, both ends included
    double value;
    const char *const *choices; // names, indexed by value and terminated by NULL; or NULL
    bool whole;                 // a whole number
    bool text;                  // a text (a file's path), which value does not hold
    bool device;                // common to all models: noise, faults, levels, drift
    const char *spread;         // its device-to-device distribution, "normal" and so on, or NULL,
    double sigma;               // and how wide
} ohm_parameter_info;

// The name of the i-th model, stimulus or initial state, or NULL past the last. Static.
const char *ohm_model_name(size_t i);
const char *ohm_stimulus_name(size_t i);
const char *ohm_initial_name(size_t i);

// An entry of the catalogue. The texts are static. Since 0.2.
typedef struct ohm_entry_info {
    const char *name;     // as in a definition
    const char *summary;  // one line
    const char *equation; // in ASCII characters, one or more lines
    const char *source;   // the publication, or NULL
    size_t parameters;    // how many it has
    bool picture;         // of a stimulus: its voltages are not merely random or constant over the crossbar
} ohm_entry_info;

// Describes the i-th entry of a role. False past the last. Since 0.2.
bool ohm_catalogue_entry(ohm_role role, size_t i, ohm_entry_info *info);

// The parameters of the i-th entry of a role with their defaults, into an array of OHM_MAX_PARAMETERS.
// Returns their number, 0 past the last entry. Since 0.2.
size_t ohm_catalogue_parameters(ohm_role role, size_t i, ohm_parameter_info *parameters);

// A published device: the text MODEL@NAME of a definition stands for the model with its parameters. The texts
// are static. Since 0.5.
typedef struct ohm_preset_info {
    const char *model, *name;
    const char *summary;    // one line
    const char *parameters; // key=value,…
    const char *source;     // where the numbers are from
    const char *note;       // what the device has that the model has not, in lines; or NULL
} ohm_preset_info;

// Describes the i-th published device, of all models. False past the last. Since 0.5.
bool ohm_catalogue_preset(size_t i, ohm_preset_info *info);

// Reads a number of the crossbar's model or stimulus, by its key; or sets it from the next step on, as
// ohm_crossbar_change does with a text. A name is its place among the choices. Since 0.2.
// Errors: OHM_BAD_ARGUMENT (no such parameter, or a text), and for setting those of ohm_crossbar_change.
ohm_status ohm_crossbar_get_parameter(const ohm_crossbar *crossbar, ohm_role role, const char *key,
                                      double *value);
ohm_status ohm_crossbar_set_parameter(ohm_crossbar *crossbar, ohm_role role, const char *key, double value);

// Sets how wide a parameter of the model is spread over the devices, from the next step on: the sigma of a
// spread that it has. Since 0.2. Errors: as ohm_crossbar_set_parameter; OHM_BAD_ARGUMENT also if it has no
// spread.
ohm_status ohm_crossbar_set_spread(ohm_crossbar *crossbar, const char *key, double sigma);

// Sets the number of steps per launch, 1 … OHM_MAX_FUSE, or 0 to let the library choose. It affects speed,
// never the result.
// Errors: OHM_BAD_ARGUMENT.
ohm_status ohm_crossbar_set_fuse(ohm_crossbar *crossbar, unsigned fuse);

// The number of parameters of a crossbar's model, or of its stimulus. parameters, an array of
// OHM_MAX_PARAMETERS, receives them with their present values.
size_t ohm_crossbar_model_parameters(const ohm_crossbar *crossbar, ohm_parameter_info *parameters);
size_t ohm_crossbar_stimulus_parameters(const ohm_crossbar *crossbar, ohm_parameter_info *parameters);

// ---- Files (HDF5; host/README.md describes the layout) ------------------------------------------

// Saves everything needed to continue later to the same bits. This includes the files that the stimulus
// reads, if they have at most 8 MiB each, and the digests of larger ones. The file is written next to path,
// flushed to disk and renamed, so that path always holds either the old file or the complete new one.
// Errors: OHM_IO_FAILED, OHM_OUT_OF_MEMORY, OHM_DEVICE_FAILED.
ohm_status ohm_crossbar_save(ohm_crossbar *crossbar, const char *path);

// Saves only the parameters and the series, in the same layout: all that is left of a crossbar whose device
// failed. Other programs can read the file, but no crossbar can be created from it.
// Errors: OHM_IO_FAILED, OHM_OUT_OF_MEMORY.
ohm_status ohm_crossbar_save_series(ohm_crossbar *crossbar, const char *path);

// The number of rows recorded, including those of a loaded file.
uint64_t ohm_crossbar_series_rows(const ohm_crossbar *crossbar);

// Checks whether a file of the given size could be saved at path, without touching an existing one.
// Errors: OHM_IO_FAILED.
ohm_status ohm_save_check(const char *path, uint64_t bytes);

// For programs that write files of their own in the same way: a new file next to its target, which takes the
// target's place when it is complete. Its name is .NAME.ohmscape-XXXXXX. Since 0.2.
typedef struct ohm_replacement {
    const char *path; // as given; valid as long as the caller's text
    char *target;     // the same with symbolic links resolved
    char *temporary;  // the new file, for the caller to write; NULL once it has taken the target's place
    int lock;         // an open descriptor of it, which locks it against other writers
} ohm_replacement;

// Creates the new file, empty, with the permissions of the target or, if there is none, of any new file.
// Removes what killed writers to the same target have left. End it with ohm_replacement_abandon in any case.
// Errors: OHM_IO_FAILED, OHM_OUT_OF_MEMORY.
ohm_status ohm_replacement_begin(const char *path, ohm_replacement *replacement);

// Flushes the new file to disk and renames it to the target. Errors: OHM_IO_FAILED, OHM_OUT_OF_MEMORY.
ohm_status ohm_replacement_finish(ohm_replacement *replacement);

// Removes the new file unless it has taken the target's place, and releases the rest. Legal on one that is
// all zeros.
void ohm_replacement_abandon(ohm_replacement *replacement);

// A file that a stimulus reads.
typedef struct ohm_input_info {
    const char *name; // as written in the stimulus
    uint64_t size;    // bytes
    uint64_t digest;  // like that of a state, over its bytes as little-endian uint32, zero-padded
    bool kept;        // whether its contents are stored in the state file
} ohm_input_info;

// The description of a state file.
typedef struct ohm_file_info {
    ohm_definition definition; // as ohm_crossbar_definition; fuse, lanes and band_rows are 0
    uint64_t step;
    uint64_t digest;      // of the state
    ohm_precision kept;   // how the states are stored, OHM_PRECISION_SINGLE or OHM_PRECISION_EXTENDED
    uint64_t rest_digest; // in extended precision, of the parts the float32 states cannot hold; else 0
    uint64_t series_rows;
    double idle;      // s, as ohm_crossbar_idle_time
    char version[32]; // the version of ohmscape that wrote it
    size_t history_count, input_count;
    const ohm_history_entry *history; // as ohm_crossbar_history
    const ohm_input_info *inputs;
    char text[OHM_ROLES][OHM_MAX_SPEC_TEXT]; // what the definition's strings point to
} ohm_file_info;

// Reads the description without the state. Release *info with ohm_file_info_free.
// Errors: OHM_IO_FAILED, OHM_BAD_FILE, OHM_OUT_OF_MEMORY.
ohm_status ohm_file_read_info(const char *path, ohm_file_info **info);

// Releases a description. Legal on NULL. Since 0.2.
void ohm_file_info_free(ohm_file_info *info);

// Creates the crossbar of a file on any devices, not only those it was saved from. speed sets fuse, lanes,
// band_rows, scratch, memory and host_memory; its other fields are ignored, and NULL means the defaults. The
// state is checked against the saved digest. Files of the stimulus that are not stored in the state file are
// looked for at their old path, then next to the state file, and must be unchanged. Errors: OHM_IO_FAILED,
// OHM_BAD_FILE, and those of ohm_crossbar_create.
ohm_status ohm_crossbar_load(ohm_devices *devices, const char *path, const ohm_definition *speed,
                             ohm_crossbar **crossbar);

// An opened state file, for programs that look at its description before they load it: it is read once, and
// stays the same even if another file takes its place meanwhile.
typedef struct ohm_file ohm_file;

// Opens a file and reads its description, as ohm_file_read_info. Close it with ohm_file_close. Since 0.2.
// Errors: OHM_IO_FAILED, OHM_BAD_FILE, OHM_OUT_OF_MEMORY.
ohm_status ohm_file_open(const char *path, ohm_file **file);

// Its description. Valid until the file is closed. Since 0.2.
const ohm_file_info *ohm_file_describe(const ohm_file *file);

// Creates its crossbar, as ohm_crossbar_load. Since 0.2.
// Errors: as ohm_crossbar_load.
ohm_status ohm_file_load(const ohm_file *file, ohm_devices *devices, const ohm_definition *speed,
                         ohm_crossbar **crossbar);

// Legal on NULL. Since 0.2.
void ohm_file_close(ohm_file *file);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
