// Philox4x32-10: the counter-based generator of Salmon, Moraes, Dror and Shaw, "Parallel Random
// Numbers: As Easy as 1, 2, 3", SC'11. Four random words are a pure function of a 128-bit counter
// and a 64-bit key, so nothing random is ever stored.
//
// Here the counter names the synapse: c0 = (col/64)*16 + col%16, c1 = row, c2 = low half of the
// step t, c3 = stream << 24 | high half of t; the synapse takes word (col/16)%4. One call serves
// four synapses 16 columns apart.
#ifndef OHM_PHILOX_H
#define OHM_PHILOX_H

#include "lanes.h"

#define PHILOX_ROUNDS 10
#define PHILOX_M0 0xD2511F53u
#define PHILOX_M1 0xCD9E8D57u
#define PHILOX_W0 0x9E3779B9u
#define PHILOX_W1 0xBB67AE85u

// Streams keep the uses of the generator apart. The spread of the constant at place i has stream
// OHM_STREAM_SPREAD + i.
enum {
    OHM_STREAM_INITIAL = 0,
    OHM_STREAM_STIMULUS = 1,
    OHM_STREAM_NOISE = 2,
    OHM_STREAM_ADC = 3,
    OHM_STREAM_LINES = 4,
    OHM_STREAM_NOISE_ADD = 5,
    OHM_STREAM_WRITE_NOISE = 6,
    OHM_STREAM_READ_NOISE = 7,
    OHM_STREAM_FAULT = 8, // and the next, one for each fault
    OHM_STREAM_PROGRAM = 16,
    OHM_STREAM_SPIKES = 18,
    OHM_STREAM_PULSES = 24, // trains of rows, and the next, of columns
    OHM_STREAM_TRAINING = 26,
    OHM_STREAM_SPREAD = 32
};

// The four words at counter c[0..3] and key (k0, k1), in place.
OHM_FN void philox_words(u32 c[4], u32 k0, u32 k1) {
    OHM_UNROLL
    for (int round = 0; round < PHILOX_ROUNDS; round++) {
        const u64 p0 = (u64)PHILOX_M0 * c[0];
        const u64 p1 = (u64)PHILOX_M1 * c[2];
        c[0] = (u32)(p1 >> 32) ^ c[1] ^ k0;
        c[1] = (u32)p1;
        c[2] = (u32)(p0 >> 32) ^ c[3] ^ k1;
        c[3] = (u32)p0;
        k0 += PHILOX_W0;
        k1 += PHILOX_W1;
    }
}

#if OHM_LANES > 1

// CPUs multiply 32 × 32 → 64 bits only in the low halves of 64-bit lanes (vpmuludq on x86), so each
// call lives in the low half of such a lane, even columns in one vector and odd ones in another, and
// the high halves carry rubbish until the two are joined. 32-bit lanes would need a mul_hi, which is
// slow in PoCL and in C has to be put together from shuffles.
#ifdef __OPENCL_C_VERSION__
#if OHM_LANES == 4
typedef ulong2 half64;
#define HALF_EVEN ((half64)(0, 2))
#elif OHM_LANES == 8
typedef ulong4 half64;
#define HALF_EVEN ((half64)(0, 2, 4, 6))
#else
typedef ulong8 half64;
#define HALF_EVEN ((half64)(0, 2, 4, 6, 8, 10, 12, 14))
#endif
#define half_splat(x) ((half64)(x))
#define half_join(x) OHM_PASTE(as_uint, OHM_LANES)(x)
#else
typedef u64 half64 __attribute__((vector_size(4 * OHM_LANES)));
#if OHM_LANES == 4
#define HALF_EVEN ((half64){0, 2})
#elif OHM_LANES == 8
#define HALF_EVEN ((half64){0, 2, 4, 6})
#else
#define HALF_EVEN ((half64){0, 2, 4, 6, 8, 10, 12, 14})
#endif
#define half_splat(x) ((x) + (half64){0})
#define half_join(x) ((vu32)(x))
#endif

#define HALF_LOW ((u64)0xFFFFFFFFu)

// The low half of a times m, 64 bits of product a lane. Spelled out for GCC 12, which makes a mask and
// vpmullq of the plain product: 2.35 instead of 2.65·10⁹ synapse-steps/s on two Zen 4 cores.
#if defined(__AVX512F__) && OHM_LANES == 16 && !defined(__OPENCL_C_VERSION__)
#define half_multiply(a, m) ((half64)_mm512_mul_epu32((__m512i)(a), _mm512_set1_epi64(m)))
#elif defined(__AVX2__) && OHM_LANES == 8 && !defined(__OPENCL_C_VERSION__)
#define half_multiply(a, m) ((half64)_mm256_mul_epu32((__m256i)(a), _mm256_set1_epi64x(m)))
#else
#define half_multiply(a, m) ((HALF_LOW & (a)) * (u64)(m))
#endif

// One Philox state a 64-bit lane, in the low half.
typedef struct philox_half {
    half64 c0, c1, c2, c3;
} philox_half;

OHM_FN philox_half philox_half_round(philox_half x, u32 k0, u32 k1) {
    const half64 p0 = half_multiply(x.c0, PHILOX_M0);
    const half64 p1 = half_multiply(x.c2, PHILOX_M1);
    philox_half y;
    y.c0 = (p1 >> 32) ^ x.c1 ^ (u64)k0;
    y.c1 = p1;
    y.c2 = (p0 >> 32) ^ x.c3 ^ (u64)k1;
    y.c3 = p0;
    return y;
}

// The calls of one strip on their way: the words of even columns and those of odd ones.
typedef struct philox_calls {
    philox_half of[2];
} philox_calls;

// The first two rounds, by hand: c1, c2 and c3 are the same in every lane, so half of their work is scalar,
// and the one product left in the first round does not depend on the step.
OHM_FN philox_calls philox_begin(u32 c0, u32 c1, u32 c2, u32 c3, u32 k0, u32 k1) {
    const u64 s1 = (u64)PHILOX_M1 * c2;
    const u32 r0 = (u32)(s1 >> 32) ^ c1 ^ k0;
    const u64 s0 = (u64)PHILOX_M0 * r0;
    philox_calls x;
    OHM_UNROLL
    for (int odd = 0; odd < 2; odd++) {
        const half64 p0 = half_multiply(HALF_EVEN + (u64)(c0 + odd), PHILOX_M0);
        const half64 r2 = (p0 >> 32) ^ (u64)(c3 ^ k1);
        const half64 p1 = half_multiply(r2, PHILOX_M1);
        x.of[odd].c0 = (p1 >> 32) ^ (u64)((u32)s1 ^ (k0 + PHILOX_W0));
        x.of[odd].c1 = p1;
        x.of[odd].c2 = p0 ^ (u64)((u32)(s0 >> 32) ^ (k1 + PHILOX_W1));
        x.of[odd].c3 = half_splat((u64)(u32)s0);
    }
    return x;
}

// Rounds round and round + 1.
OHM_FN philox_calls philox_continue(philox_calls x, int round, u32 k0, u32 k1) {
    OHM_UNROLL
    for (u32 i = 0; i < 2; i++) {
        const u32 b0 = k0 + ((u32)round + i) * PHILOX_W0, b1 = k1 + ((u32)round + i) * PHILOX_W1;
        x.of[0] = philox_half_round(x.of[0], b0, b1);
        x.of[1] = philox_half_round(x.of[1], b0, b1);
    }
    return x;
}

OHM_FN void philox_end(philox_calls x, vu32 word[4]) {
    word[0] = half_join((x.of[0].c0 & HALF_LOW) | (x.of[1].c0 << 32));
    word[1] = half_join((x.of[0].c1 & HALF_LOW) | (x.of[1].c1 << 32));
    word[2] = half_join((x.of[0].c2 & HALF_LOW) | (x.of[1].c2 << 32));
    word[3] = half_join((x.of[0].c3 & HALF_LOW) | (x.of[1].c3 << 32));
}

#endif

// The words of one strip: word[k] belongs to the OHM_LANES columns that start at 16 k + c0 % 16 of
// the 64-column block c0 / 16. c0 is that of the first lane; c1, c2, c3 as above.
OHM_FN void philox_strip(vu32 word[4], u32 c0, u32 c1, u32 c2, u32 c3, u32 k0, u32 k1) {
#if OHM_LANES == 1
    u32 c[4] = {c0, c1, c2, c3};
    philox_words(c, k0, k1);
    OHM_UNROLL
    for (int k = 0; k < 4; k++) word[k] = c[k];
#else
    philox_calls x = philox_begin(c0, c1, c2, c3, k0, k1);
    OHM_UNROLL
    for (int round = 2; round < PHILOX_ROUNDS; round += 2) x = philox_continue(x, round, k0, k1);
    philox_end(x, word);
#endif
}

// Word k of counters whose first and third words differ from lane to lane, for what is seldom asked for.
OHM_FN vu32 philox_word(vu32 c0, u32 c1, vu32 c2, u32 c3, int k, u32 k0, u32 k1) {
    const vu32 zero = v_bits(v_splat(0));
    vu32 c[4] = {c0, zero + c1, c2, zero + c3};
    OHM_ROLL
    for (u32 round = 0; round < PHILOX_ROUNDS; round++) {
        const vu64 p0 = v_widen(c[0]) * (u64)PHILOX_M0, p1 = v_widen(c[2]) * (u64)PHILOX_M1;
        c[0] = v_narrow(p1 >> 32) ^ c[1] ^ (k0 + round * PHILOX_W0);
        c[1] = v_narrow(p1);
        c[2] = v_narrow(p0 >> 32) ^ c[3] ^ (k1 + round * PHILOX_W1);
        c[3] = v_narrow(p0);
    }
    const vu32 low = k & 1 ? c[1] : c[0], high = k & 1 ? c[3] : c[2];
    return k & 2 ? high : low;
}

#endif
