// Keeps a device's driver from ending the program without a word, or from keeping it waiting without one.
//
// While a driver builds kernels, which can take half a minute the first time, a terminal is told so, and a
// signal does not wait for it. A driver that crashes then, as PoCL does on a damaged cache, does not take the
// run with it: nothing has been computed yet, and the program begins anew without the device, or says what to
// do.
#ifndef CLI_GUARD_H
#define CLI_GUARD_H

#include <stdbool.h>

// From now on. automatic: another device may take the place of one that crashes, for "auto" chose it; the
// program starts over then, at once and with the same command line. quiet: no word of building kernels.
void guard_start(bool automatic, bool quiet);

// From now on something has been computed: a crash is an error, and a signal waits for kernels to be built.
void guard_settled(void);

// Why this program was started over, or NULL: a line.
const char *guard_reason(void);

#endif
