// A spiking network in the file of its crossbar, so that its next step has the bits that it would have had:
// in /neurons what neurons, lines and rules have from the steps before (drive/spiking.h); in /spikes, step
// uint64 and neuron uint32, the spikes so far.
#ifndef OHM_NETWORK_FILE_H
#define OHM_NETWORK_FILE_H

#include "source.h"

// Writes them, if the stimulus is spiking and has taken a step. Errors: OHM_IO_FAILED, OHM_OUT_OF_MEMORY.
ohm_status network_file_write(hid_t file, const ohm_crossbar *c);

// Reads them, if the file has them, after the crossbar's step is set. Errors: OHM_BAD_FILE,
// OHM_OUT_OF_MEMORY.
ohm_status network_file_read(const source *s, ohm_crossbar *c);

// An upper bound of their bytes.
uint64_t network_file_size(const ohm_crossbar *c);

#endif
