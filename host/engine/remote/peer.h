// A peer: the rank at the other end, and the messages that go to it and come from it. Each is copied into a
// room that stays: a rank that is given up may still read or write there when it comes back to life.
#ifndef OHM_PEER_H
#define OHM_PEER_H

#include "../../ohmscape.h"
#include "transport.h"

#include <pthread.h>

#define PEER_PIECE ((size_t)1 << 20)        // most bytes of data in a message,
#define PEER_ROOM (PEER_PIECE + (1u << 16)) // and of all in it

typedef struct peer {
    const transport *way;
    int rank;
    int in, out; // channels
    char host[64];
    int process;           // its id where it can be seen from here, else 0
    int parent;            // of rank 0: of this process, with which it ends; else 0
    double patience;       // s without a sign of life after which it is lost; 0: as long as it lives
    char *sent, *received; // PEER_ROOM each
    pthread_mutex_t lock;  // held from an order to its answer
    unsigned ahead;        // orders since the last answer,
    uint64_t ahead_bytes;  // and their bytes
    bool lost;
    char why[256];     // it is
    struct peer *next; // that is lost
} peer;

typedef struct message_part {
    const void *data;
    size_t bytes;
} message_part;

// One at the other end of a way. Errors: OHM_OUT_OF_MEMORY.
ohm_status peer_create(const transport *way, int rank, peer **p);

// Legal on NULL. A lost one, which may still write to its rooms, is not released.
void peer_destroy(peer *p);

// Sends the parts, in all at most PEER_ROOM, as one message; returns when their memory is free again.
// Errors: OHM_DEVICE_FAILED (the peer is lost).
ohm_status peer_send(peer *p, const message_part *parts, size_t count);

// Receives a message into p->received. Errors: OHM_DEVICE_FAILED (the peer is lost, or says what is none of
// ours).
ohm_status peer_receive(peer *p, size_t *bytes);

// s, from any time on.
double peer_clock(void);

#endif
