// The machine's memory.
#ifndef OHM_MEMORY_H
#define OHM_MEMORY_H

#include <stdint.h>

// Bytes of memory the host can still give, all of it if that can't be known.
uint64_t memory_available(void);

#endif
