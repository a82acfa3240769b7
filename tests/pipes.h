// Two ranks without MPI: this program, and itself started again as rank 1, joined by a pair of sockets.
#ifndef TESTS_PIPES_H
#define TESTS_PIPES_H

#include "../host/engine/remote/transport.h"

#include <sys/types.h>

// The way to the other; of rank 1 once pipes_take has found it.
extern const transport pipes;

// Starts this program again with the argument role, and is rank 0. Returns its process id.
pid_t pipes_start(const char *role);

// The role for which this process was started, being rank 1 then; else NULL.
const char *pipes_take(int argc, char **argv);

// Ends with it: waits, and returns its exit status, or minus the signal that ended it.
int pipes_end(pid_t process);

#endif
