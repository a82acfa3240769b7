// Elementary functions that give the same bits on every device.
//
// OpenCL leaves the accuracy of sin, exp and division to the device, so these are made only of fma,
// multiply, add, compare and bit operations, each of which IEEE 754 fixes to the last bit.
#ifndef OHM_ELEMENTARY_H
#define OHM_ELEMENTARY_H

#include "lanes.h"

// a > b ? a : b, and a < b ? a : b, spelled out because fmax and fmin may return either zero for
// ±0: here the second operand wins ties, so clamping −0 to [0, 1] gives +0 everywhere.
#if OHM_LANES == 1
#define v_select(yes, no, condition) ((condition) ? (yes) : (no))
OHM_FN vf32 v_max(vf32 a, vf32 b) {
    return a > b ? a : b;
}
OHM_FN vf32 v_min(vf32 a, vf32 b) {
    return a < b ? a : b;
}
#elif defined(__OPENCL_C_VERSION__)
OHM_FN vf32 v_max(vf32 a, vf32 b) {
    return select(b, a, a > b);
}
OHM_FN vf32 v_min(vf32 a, vf32 b) {
    return select(b, a, a < b);
}
#elif OHM_LANES == 16 && defined(__AVX512F__)
#define v_max(a, b) ((vf32)_mm512_max_ps(a, b)) // the instruction is a > b ? a : b, ties and all
#define v_min(a, b) ((vf32)_mm512_min_ps(a, b))
#elif OHM_LANES == 8 && defined(__AVX__)
#define v_max(a, b) ((vf32)_mm256_max_ps(a, b))
#define v_min(a, b) ((vf32)_mm256_min_ps(a, b))
#else
OHM_FN vf32 v_max(vf32 a, vf32 b) {
    for (int i = 0; i < OHM_LANES; i++) b[i] = a[i] > b[i] ? a[i] : b[i];
    return b;
}
OHM_FN vf32 v_min(vf32 a, vf32 b) {
    for (int i = 0; i < OHM_LANES; i++) b[i] = a[i] < b[i] ? a[i] : b[i];
    return b;
}
#endif

OHM_FN vf32 v_clamp(vf32 x, float lo, float hi) {
    return v_min(v_max(x, v_splat(lo)), v_splat(hi));
}

// sin x for |x| ≤ 1000, within 5.7e-8 (found by trying every float32 there).
//
// The multiple n of π nearest to x leaves r in [−π/2, π/2]; the parity of n gives the sign. π is
// float32's π plus 8.7e-8, and r, taken with the first part, is exact, so the second part enters as
// its first-order effect n·8.7e-8·cos r instead of rounding r. Then sin r = r·A + r·B(r² − 25/16),
// with A so near sin(r)/r that what is rounded before the last fma is small. (The usual
// r + r³·P(r²) is off by up to 1.4e-7 near π/2, where its correction is −0.57.)
// B and cos are minimax fits on [0, π/2]: 4.4e-9 in sin, 7e-6 in cos.
OHM_FN vf32 v_sin(vf32 x) {
    const float shifter = 12582912.0f; // 1.5·2²³: adding it rounds to an integer, left in the low bits
    const vf32 shifted = v_fma(x, v_splat(0x1.45f306p-2f), v_splat(shifter));
    const vf32 n = shifted - shifter;
    const vf32 r = v_fma(n, v_splat(-0x1.921fb6p+1f), x);
    const vf32 z = v_fma(r, r, v_splat(-1.5625f));
    vf32 b = v_fma(z, v_splat(0x1.5c288ap-19f), v_splat(-0x1.7d4abcp-13f));
    b = v_fma(z, b, v_splat(0x1.e7c35ap-8f));
    b = v_fma(z, b, v_splat(-0x1.22e43ep-3f));
    b = v_fma(z, b, v_splat(0x1.25a2p-4f));
    vf32 c = v_fma(z, v_splat(-0x1.e8c476p-34f), v_splat(0x1.aae41ep-29f)); // 8.7e-8·cos r
    c = v_fma(z, c, v_splat(-0x1.1d0b1p-25f));
    c = v_fma(z, c, v_splat(0x1.d994ecp-26f));
    const vf32 s = v_fma(r, v_splat(0.6875f), v_fma(r, b, n * c));
    return v_from_bits(v_bits(s) ^ (v_bits(shifted) << 31));
}

// 1/x for x in [1e-30, 1e30], within 1 ulp: a guess from the exponent and four Newton steps.
OHM_FN vf32 v_reciprocal(vf32 x) {
    vf32 y = v_from_bits(0x7EF311C7u - v_bits(x));
    for (int i = 0; i < 4; i++) y = v_fma(y, v_fma(-x, y, v_splat(1.0f)), y);
    return y;
}

#endif
