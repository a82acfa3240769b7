// Programs that mpirun or srun has started several times: rank 0 runs the command, the others lend it their
// devices.
#ifndef CLI_RANKS_H
#define CLI_RANKS_H

#include <stdbool.h>

// To be called by a program's main before its command, of which there may be several ranks. Returns whether
// this process is to run the command. Otherwise it has served, or failed, and *code is its exit status.
bool ranks_begin(int *code);

// To be called after it, with its exit status: returns that of the program.
int ranks_end(int code);

#endif
