// What the programs' commands share.
#ifndef CLI_CLI_H
#define CLI_CLI_H

#include "../ohmscape.h"

#define EXIT_USAGE 2

// Prints the library's last error to stderr and returns the exit status for it.
int cli_fail(ohm_status status);

// To be called first by every program: a file size limit shall be an error of the write that meets it, not
// the end of the program, and no file shall take the place of a standard stream that is closed.
void cli_start(void);

// From now on the first SIGINT, SIGTERM or SIGHUP is noted, for the command to end in order, and a second
// SIGINT or SIGTERM ends it at once. A SIGHUP that was ignored, as nohup does, stays so. A reader of our
// output that is gone is an error of the write, after what has to be saved, and not a SIGPIPE.
void cli_catch_signals(void);

// While nothing can be lost by it, one of them ends the program at once, with its exit status.
void cli_nothing_to_lose(bool nothing);

// The signal that asked us to stop, or 0.
int cli_caught(void);

// The path of a program of our own: it stands beside this one, as built or installed.
void cli_program_path(const char *program, char *path, size_t size);

// Whether all of standard output got out; an error otherwise.
ohm_status cli_flush(void);

#endif
