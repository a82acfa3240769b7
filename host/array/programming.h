// A crossbar while it is programmed, for the files that do it: program.c checks and reports, program_pulses.c
// applies pulses, and each method has a file.
#ifndef OHM_PROGRAMMING_H
#define OHM_PROGRAMMING_H

#include "crossbar.h"

#define PROGRAM_MOST_STEPS 512u // of a pulse
#define PROGRAM_WINDOW 5        // cycles over which it is seen whether more devices arrive

// The next pulse of one device.
typedef struct pulse {
    float voltage;  // V; 0: none
    uint32_t steps; // that it lasts
} pulse;

typedef struct programming {
    ohm_crossbar *crossbar;
    const ohm_program *how;
    const float *target; // S
    uint64_t devices;
    double low, high;    // the model's range without spread, S
    double amplitude[2]; // the largest, V, of pulses that lower the conductance, and that raise it
    double up;           // 1, or −1 where V > 0 lowers the conductance
    bool pulsed;         // a pulse's amplitude makes no difference
    pulse *pulses;       // [devices]
    float *read;         // [devices], S, as last verified
    unsigned looks;      // of program_is_done, and how many devices were at their targets at the last of them
    uint64_t reached[PROGRAM_WINDOW];
    float *voltage; // [devices], or of lines [rows] and [cols]
    ohm_program_report *report;
} programming;

// Reads all devices into read, and takes stock in the report.
ohm_status program_verify(programming *p);

// The error of a device as last read, as a fraction of the model's range.
double program_error(const programming *p, uint64_t i);

// Shapes a pulse of that strength, in steps at the largest amplitude, that raises the conductance or lowers
// it. Returns the strength that it has: lengths are few, so that many devices are written together.
double program_shape(const programming *p, double strength, bool raise, pulse *made);

// Applies all pulses, and counts them and the steps in the report; *count receives their number. Errors:
// those of ohm_crossbar_apply.
ohm_status program_apply(programming *p, uint64_t *count);

// Whether the caller wants it to go on.
bool program_is_wanted(const programming *p);

// Whether another cycle is in vain. To be asked once before each.
bool program_is_done(programming *p);

// The methods, from the first reading to the last.
ohm_status program_ispp(programming *p);
ohm_status program_single(programming *p);
ohm_status program_gradient(programming *p);

// How far a pulse of one step of the largest amplitude moves a device without spread in the middle of its
// range, at least, as a fraction of that range.
double program_motion(const programming *p);

#endif
