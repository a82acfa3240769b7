// The interface between a crossbar and what computes it: an engine has memory, and runs operations
// (kernels/operations.h) on it. What they are for, and which rows lie where, it does not know.
#ifndef OHM_ENGINE_H
#define OHM_ENGINE_H

#include "../../kernels/operations.h"
#include "../define/problem.h"
#include "storage.h"

typedef struct engine engine;

// Memory of an engine.
typedef struct buffer {
    engine *engine;
    uint64_t bytes;
} buffer;

// A part of a buffer, in bytes: from offset on, height runs of width bytes, pitch bytes from one to the next.
// On the host they lie one behind the other.
typedef struct region {
    uint64_t offset, pitch, width, height;
} region;

#define LAUNCH_MAX_BUFFERS 6

// An operation, and what it is to be run on.
typedef struct launch {
    int operation;
    ohm_shape shape;            // of the band
    const ohm_physics *physics; // copied before run returns, as are the arguments
    buffer *buffer[LAUNCH_MAX_BUFFERS];
    unsigned buffers;      // how many the operation has; NULL where it needs none
    const void *arguments; // size bytes, or NULL
    size_t size;
    uint64_t items;         // of SHARES
    uint32_t width, height; // of RUNS and ITEMS,
    uint64_t work;          // and the cells, or what takes as long, that they go over together
    uint32_t spread;        // of RUNS: items that share a pixel
} launch;

// An engine's functions. All but wait may return before the device is done; those that hand something to the
// host have waited for what it depends on.
// Errors: OHM_OUT_OF_MEMORY, OHM_DEVICE_FAILED; of configure and run also OHM_BUILD_FAILED.
typedef struct engine_class {
    bool asynchronous; // run returns at once
    void (*destroy)(engine *e);
    // Makes ready for a problem that differs in its physics and its variant alone, and takes it.
    ohm_status (*configure)(engine *e, const problem *p);
    // Memory of no defined content.
    ohm_status (*create)(engine *e, uint64_t bytes, buffer **b);
    // Memory of no defined content for a plane of a band, which may be elsewhere while no launch uses it.
    // NULL: it never is, as create's.
    ohm_status (*keep)(engine *e, uint64_t bytes, buffer **b);
    // What keep made has been written to a file, opened as fd, where nobody changes it: these extents, by
    // place, have all of it. If its own file is on the same disk, the engine gives the room there back. NULL:
    // it has none. Errors: OHM_OUT_OF_MEMORY, OHM_IO_FAILED; nothing has changed then.
    ohm_status (*move)(buffer *b, int fd, const file_extent *extents, size_t count);
    // Memory that is the caller's own, and stays so; NULL where the device has its own.
    ohm_status (*wrap)(engine *e, void *values, uint64_t bytes, buffer **b);
    // Its memory, where that is the host's; NULL where the device has its own.
    void *(*memory)(const buffer *b);
    void (*release)(buffer *b);
    ohm_status (*clear)(buffer *b); // fills it with 0
    ohm_status (*put)(buffer *b, region to, const void *from);
    ohm_status (*get)(buffer *b, region from, void *to);
    ohm_status (*run)(engine *e, const launch *l);
    ohm_status (*wait)(engine *e);
    // Around first launches, in which a device may compile: told to the build listener (ohmscape.h). end adds
    // to a failure what could be done about it. NULL: nothing is compiled.
    void (*build_begin)(engine *e);
    void (*build_end)(engine *e, ohm_status status);
    // For a second thread, beside launches; NULL where memory can be wrapped. mark: what has been launched by
    // now, which pass waits for, and releases. load and unload copy bytes of a buffer that no launch under
    // way uses, and return when that is done.
    ohm_status (*mark)(engine *e, void **mark);
    ohm_status (*pass)(engine *e, void *mark);
    ohm_status (*load)(buffer *b, uint64_t offset, uint64_t bytes, const void *from);
    ohm_status (*unload)(buffer *b, uint64_t offset, uint64_t bytes, void *to);
    // Of an engine that has another compute for it: that one. NULL: it computes itself.
    engine *(*inner)(engine *e);
} engine_class;

struct engine {
    const engine_class *class;
    problem problem;
    unsigned lanes;         // as chosen
    unsigned shares;        // items of SHARES that keep it busy,
    unsigned group;         // and how many of them are a group
    storage_report storage; // of planes that are elsewhere between launches: those of one band are best run
                            // in a row. visiting is 0 where planes stay.
};

// By the class of the engine that it is of, which may be the inner one of that which made it. Releasing is
// legal on NULL.
void buffer_release(buffer *b);
ohm_status buffer_clear(buffer *b);
ohm_status buffer_put(buffer *b, region to, const void *from);
ohm_status buffer_get(buffer *b, region from, void *to);

// Memory for a plane: keep, or create.
ohm_status engine_keep(engine *e, uint64_t bytes, buffer **b);

// The engine that computes, whose buffers can be wrapped and shared.
engine *engine_inner(engine *e);

// Makes *b hold at least so many bytes, its content lost if it has to grow. Errors: OHM_OUT_OF_MEMORY,
// OHM_DEVICE_FAILED.
ohm_status buffer_make_room(engine *e, buffer **b, uint64_t bytes);

// The whole of so many bytes, as a region.
region region_of_bytes(uint64_t bytes);

#endif
