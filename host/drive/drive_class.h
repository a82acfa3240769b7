// What a kind of drive is, for the files that make one: its entry in the catalogue and its functions.
#ifndef OHM_DRIVE_CLASS_H
#define OHM_DRIVE_CLASS_H

#include "drive.h"

// The largest voltage, either way, in V: as far as v_sin is good.
#define DRIVE_MAX_VOLTAGE 1000.0

typedef struct drive_class {
    catalogue_entry entry; // first: a drive's class is found by it
    size_t size;           // bytes of its drive, which begins with a struct drive; 0: that alone
    int layout;            // of its frames
    bool needs_file;       // its parameter that is a text has to be given
    bool closed_loop;      // its frames depend on the steps before
    // The largest voltage, either way, as far as the parameters tell. NULL: it cannot be too large.
    double (*largest)(const spec *s);
    int (*levels)(const spec *s, double level[DRIVE_MAX_LEVELS]); // drive_levels; NULL: none
    // Reads files and checks what parameters alone do not tell; may set the layout. NULL: nothing to do.
    ohm_status (*open)(drive *d, const input_set *known);
    void (*destroy)(drive *d); // of what open made; NULL: nothing
    void (*range)(drive *d);   // widens the drive's range to what its frames apply; NULL: no frames
    // drive_next, of one with frames.
    ohm_status (*next)(drive *d, uint64_t t, uint32_t most, drive_frame *frame);
    // drive_begin, drive_hear and drive_restart, of one that listens.
    void (*begin)(drive *d, uint64_t t);
    void (*hear)(drive *d, uint64_t t, const double *col_current);
    void (*restart)(drive *d);
} drive_class;

extern const drive_class drive_uniform, drive_constant, drive_normal, drive_wave, drive_lines, drive_write,
    drive_pattern, drive_voltages, drive_spiking;

struct drive {
    const drive_class *class;
    spec spec;
    drive_site site;
    int layout;
    uint64_t start; // the step at which it begins
    uint64_t version;
    double low, high; // of what is applied
    float *values;    // of the frame
    size_t room;
    input_set inputs;
};

// What the stimulus of a plan is applied to.
drive_site drive_site_of(const plan *p);

// The least and the greatest of some voltages, V; those of none.
typedef struct drive_ends {
    double low, high;
} drive_ends;

extern const drive_ends drive_no_ends;

// An array of given voltages, one step after the other, as messages describe it.
typedef struct drive_array {
    ohm_status wrong;     // the status of a wrong voltage in it
    const char *source;   // what stands before the name: "F.h5: ", or ""
    const char *name;     // "row_voltage"
    uint64_t count, cols; // of a step: [count] or, unless cols is 0, [count/cols, cols]
} drive_array;

// Checks the voltages of one step, and widens *e to them. Errors: the array's, by the index of the first that
// is not finite or beyond DRIVE_MAX_VOLTAGE.
ohm_status drive_check_values(const drive_array *a, uint64_t step, const float *values, drive_ends *e);

// Makes of the ends *e of the rows' voltages, with those of the columns, the ends of V_ij = row_i − col_j.
// Errors: wrong, if these are beyond DRIVE_MAX_VOLTAGE.
ohm_status drive_join_lines(ohm_status wrong, const char *source, drive_ends cols, drive_ends *e);

// The check of every stimulus (catalogue.h).
ohm_status drive_check(const spec *s);

// Widens its range to a voltage.
void drive_widen(drive *d, double voltage);

// Reads a file that it takes, once (input_get).
ohm_status drive_input(drive *d, const input_set *known, const char *path, const input_file **file);

// A value of its specification, or another if it has no such parameter.
double drive_value_or(const spec *s, const char *key, double standard);

// Makes d->values hold so many floats. Errors: OHM_OUT_OF_MEMORY.
ohm_status drive_make_room(drive *d, size_t count);

// A number that no frame of any drive has had.
uint64_t drive_new_version(void);

// The voltages of the lines at step t, float32 [cols] and [rows], full of 0 before: V_ij = cols_j + rows_i.
typedef ohm_status drive_step(const drive *d, uint64_t t, float *cols, float *rows);

// The frame of lines, step by step.
ohm_status drive_lines_frame(drive *d, uint64_t t, uint32_t most, drive_step *step, drive_frame *frame);

// The frame of an image [height, width] of the drive's version, scaled over the crossbar for some steps.
void drive_image_frame(const drive *d, const float *values, uint64_t width, uint64_t height, uint64_t steps,
                       drive_frame *frame);

// The frame of nothing, as an image: 0 V at every synapse, at most until the start.
void drive_dark_frame(drive *d, uint64_t t, uint32_t most, drive_frame *frame);

#define DRIVE_COUNT_OF(array) ((int)(sizeof(array) / sizeof((array)[0])))
#define DRIVE_PARAMETERS(table)                                                                              \
    .own = table, .own_count = DRIVE_COUNT_OF(table), .count = DRIVE_COUNT_OF(table), .check = drive_check

#define DRIVE_START                                                                                          \
    { "start", "t_0", "1", 0, 0, 7.2e16, "step at which it begins; 0 V before", OHM_NO_SLOT, .whole = 1 }
#define DRIVE_HOLD                                                                                           \
    { "hold", "h", "1", 1, 1, 7.2e16, "steps for which each is held", OHM_NO_SLOT, .whole = 1 }

#endif
