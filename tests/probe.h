// Probes: the functions of kernels/ called alone, on every lane width of the C code and of every
// OpenCL device of the machine, so that one test can put the same questions to all.
#ifndef TESTS_PROBE_H
#define TESTS_PROBE_H

#include "probe_functions.h"

#include <stddef.h>
#include <stdint.h>

// What a set of Philox calls is asked: its first lane's counter, and the key.
typedef struct probe_question {
    uint32_t c0, c1, c2, c3, k0, k1;
} probe_question;

#define PROBE_LAYOUT 12 // sizes and offsets of the structures host and device share

typedef struct probe probe;
struct probe {
    char name[160]; // "AVX-512, 16 lanes"
    unsigned lanes;
    void *device; // NULL: C
    // words[q][k][lane], with the probe's lanes, for n questions.
    void (*words)(const probe *p, const probe_question *questions, size_t n, uint32_t *words);
    // z = a function of probe_functions.h, of n numbers x and y, a multiple of 16, aligned to 64 bytes; y
    // may be NULL where the function has one argument.
    void (*apply)(const probe *p, int function, const float *x, const float *y, size_t n, float *z);
    void (*layout)(const probe *p, uint32_t layout[PROBE_LAYOUT]);
};

// All probes of this machine, *count of them. Static; released by probes_close.
const probe *probes_open(size_t *count);
void probes_close(void);

#endif
