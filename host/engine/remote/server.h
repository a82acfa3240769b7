// What a rank other than 0 does: it carries out rank 0's orders (protocol.h) on engines of its own devices.
#ifndef OHM_SERVER_H
#define OHM_SERVER_H

#include "peer.h"

// Serves rank 0 until it says to leave, and whether in order. While a long order is carried out, a sign of
// life goes to it at intervals of so many seconds. Errors: OHM_DEVICE_FAILED (rank 0 is lost),
// OHM_OUT_OF_MEMORY.
ohm_status server_run(peer *zero, double interval, bool *orderly);

#endif
