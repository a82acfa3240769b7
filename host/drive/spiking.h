// What others may ask of the stimulus spiking, beyond what every drive has.
#ifndef OHM_SPIKING_H
#define OHM_SPIKING_H

#include "drive.h"
#include "neurons.h"
#include "spike_log.h"

// The neurons and spikes of a drive; NULL of any but spiking.
const neurons *spiking_neurons(const drive *d);
spike_log *spiking_log(drive *d);

// Rates of all inputs from the next step on, as fractions of the highest from 0 to 1, float32 [rows], in
// place of those of its file; NULL: those again. Errors: OHM_BAD_ARGUMENT (the index of a wrong one),
// OHM_OUT_OF_MEMORY.
ohm_status spiking_set_rates(drive *d, const float *rates);

// Goes on with what an older drive of as many neurons and inputs had, and takes its spikes; nothing of any
// other, nor where there is no memory for it.
void spiking_adopt(drive *d, drive *old);

// All that its next step depends on, for files, and the voltages of its last one.
typedef enum spiking_type { SPIKING_F32, SPIKING_F64, SPIKING_U32, SPIKING_U64 } spiking_type;
typedef struct spiking_array {
    const char *name;
    spiking_type type;
    uint64_t count;
    void *values;
} spiking_array;
#define SPIKING_ARRAYS 16
void spiking_arrays(drive *d, spiking_array list[SPIKING_ARRAYS]);

// Makes room for the arrays of one that has not taken a step; whether it has; and takes the arrays as what
// there is before a step. Errors: OHM_OUT_OF_MEMORY.
ohm_status spiking_make_room(drive *d);
bool spiking_has_begun(const drive *d);
void spiking_resume(drive *d, uint64_t step);

#endif
