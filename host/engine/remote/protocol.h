// What rank 0 and the others say to each other. Rank 0 gives orders, which the others carry out one after the
// other; some are answered. Both are the same program of the same version (join.c makes sure), so that
// structures travel as they are.
#ifndef OHM_PROTOCOL_H
#define OHM_PROTOCOL_H

#include "../engine.h"

typedef enum order_kind {
    ORDER_PING,      // answered
    ORDER_LIST,      // answered: ohm_device_info of each device
    ORDER_OPEN,      // a device's id; answered: value[0] is its handle
    ORDER_CLOSE,     // a device
    ORDER_ENGINE,    // on a device, engine_order; answered: value[] by ENGINE_…, and its storage_report
    ORDER_DESTROY,   // an engine
    ORDER_CONFIGURE, // an engine, problem; answered
    ORDER_CREATE,    // of an engine, a buffer of region.width bytes, a plane's if its height is 1; answered:
                     // value[0] is its handle
    ORDER_RELEASE,   // a buffer
    ORDER_CLEAR,     // a buffer
    ORDER_PUT,       // to a buffer, the bytes of the region
    ORDER_GET,       // of a buffer; answered: the bytes of the region
    ORDER_RUN,       // on an engine: launch_order, the physics if they have changed, the arguments
    ORDER_WAIT,      // for an engine; answered
    ORDER_LEAVE,     // in order if the handle is 1; answered, as the last
    ORDER_KINDS
} order_kind;

// In front of an order's data.
typedef struct order {
    uint32_t kind;
    uint32_t handle; // of what it is for
    region region;
} order;

// What is told of an engine: the last is whether it compiles kernels.
enum { ENGINE_HANDLE, ENGINE_LANES, ENGINE_SHARES, ENGINE_GROUP, ENGINE_COMPILES, ANSWER_VALUES };

// In front of an answer's data. Of a failure these are the message and the hint, each with a 0 behind.
typedef struct answer {
    int32_t status;
    uint32_t padding;
    uint64_t value[ANSWER_VALUES];
} answer;

// All that makes an engine. The folder is the storage's, "" for NULL.
typedef struct engine_order {
    problem problem;
    storage storage;
    char folder[512];
} engine_order;

typedef struct launch_order {
    int32_t operation;
    uint32_t buffers;
    ohm_shape shape;
    uint32_t buffer[LAUNCH_MAX_BUFFERS]; // handles; NO_HANDLE for NULL
    uint64_t items, work;
    uint32_t width, height, spread;
    uint32_t physics, arguments; // bytes of both, that follow
} launch_order;

#define NO_HANDLE UINT32_MAX

#endif
