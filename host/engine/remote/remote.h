// Devices of other ranks, as rank 0 sees them, and the engines on them: whatever an engine is asked to do
// travels as an order (protocol.h) to the rank, which does it on an engine of its own (server.h).
#ifndef OHM_REMOTE_H
#define OHM_REMOTE_H

#include "../engine.h"
#include "peer.h"

// The devices of a rank, in the order of its own list.
typedef struct remote_list {
    ohm_device_info *devices;
    size_t count;
} remote_list;

// Lists those of all ranks: lists[0] is empty, and there are ranks_count() of them.
// Errors: OHM_DEVICE_FAILED (a rank is lost), OHM_OUT_OF_MEMORY.
ohm_status remote_list_all(remote_list **lists);
void remote_list_free(remote_list *lists);

// An opened device of another rank.
typedef struct remote_device remote_device;

// Opens one, by its id there. Errors: those of ohm_devices_open.
ohm_status remote_open(int rank, const char *id, const ohm_device_info *info, remote_device **device);
void remote_close(remote_device *device);

// Errors: as devices_create_engine.
ohm_status remote_engine_create(remote_device *device, const problem *p, const storage *s, engine **e);

// Tells the rank to leave, in order or as it can, and waits until it does. Errors: OHM_DEVICE_FAILED (it is
// lost).
ohm_status remote_dismiss(peer *p, bool orderly);

#endif
