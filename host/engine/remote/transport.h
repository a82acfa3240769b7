// How ranks reach each other: what a module such as ohmscape-mpi.so gives to the library. A module calls
// nothing of the library's. Any thread may call any of these functions at any time.
#ifndef OHM_TRANSPORT_H
#define OHM_TRANSPORT_H

#include <stdbool.h>
#include <stddef.h>

#define TRANSPORT_VERSION 1
#define TRANSPORT_SYMBOL "ohmscape_transport" // of a module: a constant transport

// Messages of one channel between two ranks arrive in the order in which they were sent.
enum {
    CHANNEL_ORDERS = 1, // from rank 0
    CHANNEL_ANSWERS,    // to rank 0
    CHANNEL_LIFE,       // to rank 0: empty signs of life
};

// A message that is being sent or received. Its memory stays as it is until then.
typedef struct transport_request {
    _Alignas(void *) unsigned char place[16];
} transport_request;

// Where this process is among the ranks.
typedef struct transport_place {
    int rank, count;
} transport_place;

// Functions return whether they succeeded; error says why not.
typedef struct transport {
    unsigned version;
    const char *(*name)(void); // "Open MPI v4.1.4"
    // Meets the other ranks, all of which have to come.
    bool (*join)(transport_place *place);
    bool (*send)(int to, int channel, const void *data, size_t bytes, transport_request *r);
    // Whether a message waits there, and how long it is.
    bool (*probe)(int from, int channel, bool *there, size_t *bytes);
    bool (*receive)(int from, int channel, void *data, size_t bytes, transport_request *r);
    // Whether it has been sent or received.
    bool (*test)(transport_request *r, bool *done);
    // Parts from the other ranks, all of which have to.
    bool (*leave)(void);
    // Why this thread's last call failed. Valid until its next.
    const char *(*error)(void);
} transport;

#endif
