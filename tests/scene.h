// Scenes: small runs that tests share, and the crossbars to play them on.
#ifndef TESTS_SCENE_H
#define TESTS_SCENE_H

#include "../host/ohmscape.h"

// A run: a definition, and the steps from first_step on.
typedef struct scene {
    const char *name;
    uint64_t rows, cols, seed, first_step, steps;
    const char *model, *stimulus, *initial; // NULL: the default
    bool flux;
    ohm_precision precision;
} scene;

extern const scene scenes[];
extern const size_t scene_count;

ohm_definition scene_definition(const scene *s);

// Plays a scene on the devices of a selector, with a definition that may differ in speed alone, and
// gives the digests of the state and (0 unless tracked) of the flux, each with that of what it could not hold
// added. Fails the test on any error.
void scene_play(const scene *s, const ohm_definition *d, const char *selector, uint64_t digests[2]);

// These digests of a crossbar.
void scene_digests(ohm_crossbar *c, uint64_t digests[2]);

// The same from formulas, one synapse at a time, with Random123's Philox.
void scene_reference(const scene *s, uint64_t digests[2]);

// From the formulas too: the voltage of a synapse at step t, and its initial state, for the default
// stimulus and initial state and the scene's seed.
float scene_voltage(const scene *s, uint64_t row, uint64_t col, uint64_t t);
float scene_initial(const scene *s, uint64_t row, uint64_t col);

// The OpenCL devices of this machine by id, at most max; how many.
size_t scene_opencl_devices(char ids[][16], size_t max);

// Fails the test with the library's message unless status is OHM_OK.
#define REQUIRE(call) require_ok(call, #call, __FILE__, __LINE__)
void require_ok(ohm_status status, const char *call, const char *file, int line);

// Fails the test unless a call failed so, with a message that says this.
void refused(ohm_status found, ohm_status expected, const char *part);

#endif
