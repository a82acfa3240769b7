// A layer: a crossbar whose devices are weights, in pairs.
//
// Row i is an input, and the last row the bias, whose input is 1. Columns 2j and 2j + 1 hold G⁺ and G⁻ of
// output j: k·w = G⁺ − G⁻, with k such that the largest weight takes the whole range of both devices.
#ifndef OHM_LAYER_H
#define OHM_LAYER_H

#include "device.h"
#include "settings.h"

// Which of a layer's arrays: the second is that of tiki-taka, whose rows go over into the first.
enum { LAYER_SLOW, LAYER_FAST, LAYER_ARRAYS };

// A way of reading: forward, or transposed.
enum { LAYER_FORWARD, LAYER_BACKWARD, LAYER_WAYS };

typedef struct layer {
    uint64_t inputs, outputs, rows, cols;
    ohm_crossbar *array[LAYER_ARRAYS]; // the second NULL but for tiki-taka
    train_device device;
    double scale;                // k, in S
    double step;                 // weight that a pulse of both devices changes
    uint64_t seed[LAYER_ARRAYS]; // of its trains, and their updates so far
    uint64_t updates[LAYER_ARRAYS];
    uint64_t readings;        // vectors read so far
    double reach[LAYER_WAYS]; // A, the largest difference of a pair so far, for a calibrated ADC
    bool frozen;              // and it does not grow any more
    double gain;              // of the forward outputs, 1 but for drift compensation
    ohm_readout readout;
    ohm_converter adc; // of the differences
    bool full, calibrated;
    ohm_wires *wires;
    float *volts, *amperes; // [batch, rows or cols], whichever are more
    float *line[2];         // [rows] and [cols]
    uint32_t *train[2];     // likewise
} layer;

// Makes room in a layer whose arrays are there, and finds what its devices do. Errors: OHM_BAD_ARGUMENT,
// OHM_OUT_OF_MEMORY.
ohm_status layer_prepare(layer *l, const settings *s);

// Its converters and wires, from the settings. Errors: OHM_BAD_ARGUMENT, OHM_OUT_OF_MEMORY.
ohm_status layer_set_readout(layer *l, const settings *s);

// Legal on one that is half-made.
void layer_free(layer *l);

// Brings every device of an array to the state in which a weight [rows, outputs] is read of its pair, or 0
// where weights is NULL; no pulses are counted.
ohm_status layer_write(layer *l, int array, const float *weights);

// Reads the weights of rows: float32 [rows, outputs].
ohm_status layer_read(layer *l, int array, float *weights);

// z = w·(x, 1), float32 [count, outputs], of x [count, inputs]; and back [count, inputs] = wᵀ·delta
// [count, outputs]. count is the batch at most. Errors: those of ohm_crossbar_readout.
ohm_status layer_forward(layer *l, uint64_t count, const float *x, float *z);
ohm_status layer_backward(layer *l, uint64_t count, const float *delta, float *back);

// The weights of one row of an array as a readout with that row alone driven gives them, float32 [outputs].
ohm_status layer_read_row(layer *l, int array, uint64_t row, float *weights);

// All currents together while every row is driven, in A: what drift compensation compares.
ohm_status layer_reference(layer *l, double *amperes);

#endif
