// ohmscape-mpi.so: ranks that reach each other by MPI (engine/remote/transport.h). It is a module, loaded
// where programs are launched by mpirun or srun, so that they need no MPI anywhere else.
#include "../engine/remote/transport.h"

#include <mpi.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

_Static_assert(sizeof(MPI_Request) <= sizeof(transport_request), "a request has room");

// The library calls from several threads. One at a time is what every MPI can do.
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static MPI_Comm ranks = MPI_COMM_NULL;
static bool ours; // whether we have started MPI, and have to end it
static _Thread_local char why[MPI_MAX_ERROR_STRING + 64];

static bool failed(const char *call, int code) {
    char text[MPI_MAX_ERROR_STRING] = "";
    int length = 0;
    MPI_Error_string(code, text, &length);
    snprintf(why, sizeof why, "%s failed: %s", call, text);
    return false;
}

static const char *name(void) {
    static char text[MPI_MAX_LIBRARY_VERSION_STRING];
    int length = 0;
    MPI_Get_library_version(text, &length);
    text[strcspn(text, ",\n")] = '\0';
    return text;
}

static bool start(void) {
    int there = 0, level = MPI_THREAD_SINGLE;
    MPI_Initialized(&there);
    ours = !there;
    const int code =
        there ? MPI_Query_thread(&level) : MPI_Init_thread(NULL, NULL, MPI_THREAD_SERIALIZED, &level);
    if (code) return failed("MPI_Init_thread", code);
    if (level >= MPI_THREAD_SERIALIZED) return true;
    snprintf(why, sizeof why, "this MPI does not let several threads call it (MPI_THREAD_SERIALIZED)");
    return false;
}

// With messages of their own, apart from those of a program that uses MPI itself.
static bool join(transport_place *place) {
    if (!start()) return false;
    const int code = MPI_Comm_dup(MPI_COMM_WORLD, &ranks);
    if (code) return failed("MPI_Comm_dup", code);
    MPI_Comm_set_errhandler(ranks, MPI_ERRORS_RETURN);
    MPI_Comm_rank(ranks, &place->rank);
    MPI_Comm_size(ranks, &place->count);
    return true;
}

static bool transfer(const char *call, int code, MPI_Request request, transport_request *r) {
    memcpy(r->place, &request, sizeof request);
    return code == MPI_SUCCESS || failed(call, code);
}

static bool send(int to, int channel, const void *data, size_t bytes, transport_request *r) {
    MPI_Request request = MPI_REQUEST_NULL;
    pthread_mutex_lock(&lock);
    const int code = MPI_Isend(data, (int)bytes, MPI_BYTE, to, channel, ranks, &request);
    pthread_mutex_unlock(&lock);
    return transfer("MPI_Isend", code, request, r);
}

static bool receive(int from, int channel, void *data, size_t bytes, transport_request *r) {
    MPI_Request request = MPI_REQUEST_NULL;
    pthread_mutex_lock(&lock);
    const int code = MPI_Irecv(data, (int)bytes, MPI_BYTE, from, channel, ranks, &request);
    pthread_mutex_unlock(&lock);
    return transfer("MPI_Irecv", code, request, r);
}

static bool probe(int from, int channel, bool *there, size_t *bytes) {
    MPI_Status status;
    int flag = 0, count = 0;
    pthread_mutex_lock(&lock);
    int code = MPI_Iprobe(from, channel, ranks, &flag, &status);
    if (!code && flag) code = MPI_Get_count(&status, MPI_BYTE, &count);
    pthread_mutex_unlock(&lock);
    *there = flag != 0;
    *bytes = (size_t)count;
    return code == MPI_SUCCESS || failed("MPI_Iprobe", code);
}

static bool test(transport_request *r, bool *done) {
    MPI_Request request;
    int flag = 0;
    memcpy(&request, r->place, sizeof request);
    pthread_mutex_lock(&lock);
    const int code = MPI_Test(&request, &flag, MPI_STATUS_IGNORE);
    pthread_mutex_unlock(&lock);
    memcpy(r->place, &request, sizeof request);
    *done = flag != 0;
    return code == MPI_SUCCESS || failed("MPI_Test", code);
}

static bool leave(void) {
    int code = MPI_Comm_free(&ranks);
    if (!code && ours) code = MPI_Finalize();
    return code == MPI_SUCCESS || failed("MPI_Finalize", code);
}

static const char *error(void) {
    return why;
}

extern const transport ohmscape_transport;

__attribute__((visibility("default"))) const transport ohmscape_transport = {
    .version = TRANSPORT_VERSION,
    .name = name,
    .join = join,
    .send = send,
    .probe = probe,
    .receive = receive,
    .test = test,
    .leave = leave,
    .error = error,
};
