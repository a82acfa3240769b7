// The threads of the host's own work.
#ifndef OHM_THREADS_H
#define OHM_THREADS_H

// How many the native engine takes: ohm_set_threads, or OpenMP's choice.
int threads_count(void);

#endif
