// Probes: the functions of kernels/ called alone, on every lane width of the C code and of every
// OpenCL device of the machine, so that one test can put the same questions to all.
#ifndef TESTS_PROBE_H
#define TESTS_PROBE_H

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
    // For n numbers, a multiple of 16.
    void (*sin)(const probe *p, const float *x, size_t n, float *y);
    void (*reciprocal)(const probe *p, const float *x, size_t n, float *y);
    void (*layout)(const probe *p, uint32_t layout[PROBE_LAYOUT]);
};

// All probes of this machine, *count of them. Static; released by probes_close.
const probe *probes_open(size_t *count);
void probes_close(void);

#endif
