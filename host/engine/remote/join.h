// Joining ranks by a way of one's own, as tests do.
#ifndef OHM_JOIN_H
#define OHM_JOIN_H

#include "../../ohmscape.h"
#include "transport.h"

// Joins by that way, as ohm_ranks_join; expected ranks, or 0 if nobody knows.
ohm_status join_by(const transport *way, int expected);

#endif
