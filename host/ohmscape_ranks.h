// Several hosts: processes that mpirun or srun has started together, the ranks, bring their devices to one
// program.
//
//     if (ohm_ranks_join(NULL)) return fail();
//     if (ohm_ranks_rank() > 0) {            // lends its devices to rank 0
//         ohm_status status = ohm_ranks_serve();
//         ohm_ranks_leave();
//         return status;
//     }
//     ohm_devices_open("auto", &devices);    // the best device of every rank
//     …                                      // as alone
//     ohm_devices_close(devices);
//     ohm_ranks_leave();
//
// Rank 0 runs the program. To it the devices of all ranks are devices like its own: ohm_devices_list lists
// them as RANK:native and RANK:P.D, ohm_devices_open takes these names, and a name without a rank stands for
// that device of every rank. Results have the same bits, whatever the number of ranks.
//
// A rank that is lost (it has ended, or has given no sign of life for too long) is a device that has failed:
// what is on it fails with OHM_DEVICE_FAILED, and the message names the rank. Since 0.5.
#ifndef OHMSCAPE_RANKS_H
#define OHMSCAPE_RANKS_H

#include "ohmscape.h"

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

// Whether this process was started as a rank, by what Open MPI, PMIx or PMI say in the environment. It is
// false if OHMSCAPE_RANKS is "off": then every process is alone.
bool ohm_ranks_launched(void);

// Meets the other ranks, which have to call it too, before any other function that uses devices. Alone it
// does nothing. module is the path of ohmscape-mpi.so; NULL, the default, looks for it in the folder of the
// program or of the library, and in lib/ohmscape below where they are installed. It starts MPI unless the
// program has done so, with at least MPI_THREAD_SERIALIZED. The environment variable OHMSCAPE_RANK_TIMEOUT is
// the number of seconds (60) after which a rank that owes an answer and gives no sign of life is lost. Ranks
// of one machine divide its processors among their native engines, unless OMP_NUM_THREADS is set. Errors:
// OHM_NO_DEVICE (no such module, or MPI does not start), OHM_BAD_ARGUMENT (a bad time, or another version or
// byte order on some rank: all ranks fail then), OHM_DEVICE_FAILED (a rank is lost), OHM_OUT_OF_MEMORY.
ohm_status ohm_ranks_join(const char *module);

// Which rank this is, from 0, and how many there are; before joining, what the environment says. Alone 0
// and 1.
int ohm_ranks_rank(void);
int ohm_ranks_count(void);

// The name of a rank's host. Static until ohm_ranks_leave. Only rank 0 knows those of others; "" where it is
// unknown.
const char *ohm_ranks_host(int rank);

// Of every rank but 0: lends this process's devices to rank 0 and returns when that leaves.
// Errors: OHM_DEVICE_FAILED (rank 0 has ended without a word), OHM_OUT_OF_MEMORY.
ohm_status ohm_ranks_serve(void);

// Parts from the others; rank 0 tells them to end serving. Devices have to be closed. If a rank is lost, MPI
// is not ended, as that would wait for the rank: the process has to end then, with a status other than 0.
// Legal at any time. Errors: OHM_DEVICE_FAILED (a rank is lost).
ohm_status ohm_ranks_leave(void);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
