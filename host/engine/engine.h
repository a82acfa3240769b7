// The interface between a crossbar and what computes it. A crossbar is a stack of bands, runs of
// whole rows; an engine steps the bands it has made and knows nothing of the others.
#ifndef OHM_ENGINE_H
#define OHM_ENGINE_H

#include "../../kernels/measure.h"
#include "../base/area.h"
#include "../define/problem.h"
#include "../drive/drive.h"
#include "../array/picture.h"

// The arrays of a band, each float32 [rows, pitch]. A rest is what the plane before it could not hold, so
// that both together are the value; there is one of the flux where the flux is tracked, and of the state in
// extended precision.
typedef enum plane { PLANE_STATE, PLANE_STATE_REST, PLANE_FLUX, PLANE_FLUX_REST, PLANE_COUNT } plane;

// Whether a crossbar of this variant has it, and how many it has.
bool plane_exists(ohm_variant variant, plane which);
unsigned plane_count(ohm_variant variant);

__extension__ typedef unsigned __int128 u128;

// The sums of any number of tallies.
typedef struct tally_total {
    u128 state, square, resistance, conductance; // fixed points as in measure.h
    float state_min, state_max, resistance_min, resistance_max, conductance_min, conductance_max;
    uint64_t bins[TALLY_BINS];
} tally_total;

tally_total tally_total_start(void);
void tally_total_add(tally_total *total, const ohm_tally *tally);
void tally_total_add_bins(tally_total *total, const uint32_t bins[TALLY_BINS]);

typedef struct engine engine;
typedef struct band band;

// An engine's functions. All but wait may return before the device is done; those that hand something
// to the host have waited for what it depends on.
typedef struct engine_class {
    bool asynchronous; // advance returns at once

    void (*destroy)(engine *e);
    // Makes ready for a problem that differs in its physics and its variant alone, and takes it.
    ohm_status (*configure)(engine *e, const problem *p);
    // A band of rows row0 … row0 + rows − 1, of no defined content until it is filled.
    ohm_status (*band_create)(engine *e, uint32_t row0, uint32_t rows, band **b);
    void (*band_destroy)(band *b);
    // Makes the planes that the engine's problem has and the band has not, full of 0, and lets go of those
    // that the problem has no more.
    ohm_status (*band_extend)(band *b);
    // The initial state, and 0 in every other plane.
    ohm_status (*fill)(band *b);
    // Ends the idle time that the problem's physics tells: states become what the drift has left.
    ohm_status (*settle)(band *b);
    // frame's values may go when it returns.
    ohm_status (*advance)(band *b, uint64_t t, uint32_t steps, const drive_frame *frame);
    ohm_status (*wait)(engine *e);
    // Adds to *digest, and to *total.
    ohm_status (*digest)(band *b, plane which, uint64_t *digest);
    ohm_status (*tally)(band *b, tally_total *total);
    // An area of the band, row 0 being its first, from and to float32 [area.rows, area.cols].
    ohm_status (*read)(band *b, plane which, area a, float *out);
    ohm_status (*write)(band *b, plane which, area a, const float *in);
    // Begins a picture: makes room for it.
    ohm_status (*view_begin)(engine *e, const view_job *job);
    // Adds the band's synapses to the engine's picture, whose bands come in the order of their rows.
    ohm_status (*view)(band *b, const view_job *job);
    // That picture: the totals of some pixel rows, int64 [part.end − part.first, width], or the finished
    // image, float32 [height, width].
    ohm_status (*view_totals)(engine *e, const view_job *job, view_part part, int64_t *totals);
    ohm_status (*view_image)(engine *e, const view_job *job, float *image);
} engine_class;

struct engine {
    const engine_class *class;
    problem problem;
    unsigned lanes; // as chosen
};

struct band {
    engine *engine;
    ohm_shape shape;
};

// Engines for one problem: the native one, and that of an opened OpenCL device (opencl.h).
// Errors: OHM_BAD_ARGUMENT (lanes this machine does not have), OHM_OUT_OF_MEMORY.
ohm_status native_engine_create(const problem *p, engine **e);

// The memory of a band of the native engine: float32 [rows, pitch].
float *native_plane(band *b, plane which);

// The device of the native engine.
ohm_device_info native_device_info(void);

// Bytes of memory the host can still give, all of it if that can't be known.
uint64_t host_memory_available(void);

#endif
