// Bands: a crossbar is a stack of them. Each is a run of whole rows, whose arrays lie in buffers of one
// engine.
#ifndef OHM_BAND_H
#define OHM_BAND_H

#include "../base/area.h"
#include "../drive/drive.h"
#include "../engine/engine.h"

// The arrays of a band, each float32 [rows, pitch]. A rest is what the plane before it could not hold, so
// that both together are the value; there is one of the flux where the flux is tracked, and of the state in
// extended precision.
typedef enum plane { PLANE_STATE, PLANE_STATE_REST, PLANE_FLUX, PLANE_FLUX_REST, PLANE_COUNT } plane;

// Whether a crossbar of this variant has it, and how many it has.
bool plane_exists(ohm_variant variant, plane which);
unsigned plane_count(ohm_variant variant);

typedef struct band {
    engine *engine;
    ohm_shape shape;
    buffer *plane[PLANE_COUNT];
} band;

// Makes a band of rows row0 … row0 + rows − 1 of the engine's problem, of no defined content.
// Errors: OHM_OUT_OF_MEMORY, OHM_DEVICE_FAILED.
ohm_status band_create(engine *e, uint64_t row0, uint64_t rows, band **b);

// Legal on NULL.
void band_destroy(band *b);

// Makes the planes that the engine's problem has and the band has not, full of 0, and lets go of those that
// the problem has no more. Errors: OHM_OUT_OF_MEMORY, OHM_DEVICE_FAILED.
ohm_status band_extend(band *b);

// An area of a plane, row 0 being the band's first, from and to float32 [area.rows, area.cols].
ohm_status band_get(const band *b, plane which, area a, float *out);
ohm_status band_put(const band *b, plane which, area a, const float *in);

// As the engine's move (engine.h), of a plane.
ohm_status band_move(const band *b, plane which, int fd, const file_extent *extents, size_t count);

// What an engine has of a drive's frames.
typedef struct frame_store {
    buffer *values;
    uint64_t version; // of the frame, 0 for none; of an image's, which rows are there
    u32 row0, rows;
} frame_store;

void frame_store_release(frame_store *s);

// Brings to the engine what a band of this shape needs of a frame, and says where it is: in s->values and
// *geometry. The frame's values have to live until the engine has waited. Errors: OHM_OUT_OF_MEMORY,
// OHM_DEVICE_FAILED.
ohm_status frame_store_send(frame_store *s, engine *e, const ohm_shape *shape, const drive_frame *frame,
                            ohm_frame *geometry);

// The operations on a band (kernels/operations.h).
ohm_status band_fill(const band *b);
ohm_status band_settle(const band *b);
ohm_status band_advance(const band *b, frame_store *s, uint64_t t, uint32_t steps, const drive_frame *frame);

// The currents in A of so many of its rows from one on, at voltages in V, both float32 [rows, pitch] in
// buffers of its engine.
ohm_status band_current(const band *b, uint64_t row, uint64_t rows, buffer *voltage, buffer *current);

#endif
