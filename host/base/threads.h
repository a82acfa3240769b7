// The threads of the host's own work.
#ifndef OHM_THREADS_H
#define OHM_THREADS_H

// How many the native engine takes: ohm_set_threads, or this process's share of the machine, or OpenMP's
// choice.
int threads_count(void);

// Sets that share, of which several processes each have one; 0 for none.
void threads_share(unsigned threads);

#endif
