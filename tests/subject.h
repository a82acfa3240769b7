// Subjects: crossbars that are looked at, on every kind of device, and what there is to see of them, by
// plain sums in double.
#ifndef TESTS_SUBJECT_H
#define TESTS_SUBJECT_H

#include "scene.h"

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))
#define POISON 0x7E // every byte of what has not been written: 8.5e37, nothing a crossbar shows
#define GUARD 64    // floats behind a picture that stay as they are

// Every way to place a crossbar here: "native", then the native engine twice over, then each OpenCL device,
// then several of these.
#define MAX_SELECTORS 16
extern char selectors[MAX_SELECTORS][64];
extern size_t selector_count;
extern char opencl[4][16]; // the ids of the OpenCL devices
extern size_t opencl_count;

// Finds them; what a group of tests starts with.
int find_selectors(void **state);

ohm_devices *open_devices(const char *selector);

// A scene at its end.
ohm_crossbar *play(ohm_devices *devices, const scene *s, unsigned lanes, uint64_t band_rows);

void assert_same_state(ohm_crossbar *a, ohm_crossbar *b);

// A new empty file, which is the caller's to unlink.
#define MAX_PATH 32
void temporary_path(char path[MAX_PATH]);

// What a scene's strings say, and the scene.
typedef struct subject {
    bool resistance; // the state is the resistance
    double r_on, r_off, lo, hi;
    scene scene;
} subject;

extern const subject subjects[];
extern const size_t subject_count;

// The subject of a name, which has to be there.
const subject *subject_named(const char *name);

// From the formulas, with Random123's Philox: the voltage of a synapse at step t.
float voltage_of(const subject *s, uint64_t row, uint64_t col, uint64_t t);

// Every value of a crossbar, float32 [rows, cols], and the largest magnitude of each quantity.
// What pictures without wires can show; the flux, the last, only where it is tracked.
#define DRAWN_QUANTITIES 6
extern const ohm_quantity drawn_quantity[DRAWN_QUANTITIES];

typedef struct values {
    uint64_t rows, cols;
    float *of[OHM_QUANTITIES];
    double largest[OHM_QUANTITIES];
} values;

void values_read(const subject *s, ohm_crossbar *c, values *v);
void values_free(values *v);

// Whether two values are equal, or both NaN.
bool same(float a, float b);

// How many views of a scene there are: every frame, quantity and reduction; and which is the n-th.
size_t views_of(const scene *s);
ohm_view view_number(const scene *s, size_t n);
void say_view(const ohm_view *v);
size_t pixels_of(const ohm_view *v);

// Room for a picture, poisoned, with the guard behind it; whether that is whole; whether its extremes are
// those that were found; and a picture drawn there, with both checked.
float *poisoned(const ohm_view *v);
void check_guard(const ohm_view *v, const float *image);
void check_extremes(const ohm_view *v, const float *image, ohm_extremes found);
float *draw(ohm_crossbar *c, const ohm_view *v);

// Fails the test unless the picture is what the values add up to.
void check_view(const char *name, const values *all, const ohm_view *v, const float *image);

#endif
