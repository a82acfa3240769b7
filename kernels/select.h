// One of two numbers, and the sign: what comparisons and masks of bits make of vectors.
//
// Signs of zero and NaN come out the same on every device, which fmax, fmin and clamp do not promise.
#ifndef OHM_SELECT_H
#define OHM_SELECT_H

#include "lanes.h"

// a > b ? a : b, and a < b ? a : b, spelled out because fmax and fmin may return either zero for
// ±0: here the second operand wins ties, so clamping −0 to [0, 1] gives +0 everywhere.
#if OHM_LANES == 1
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

// a < b ? yes : no, lane by lane; a NaN is not less.
#if OHM_LANES == 1
OHM_FN vf32 v_where_less(vf32 a, vf32 b, vf32 yes, vf32 no) {
    return a < b ? yes : no;
}
#elif defined(__OPENCL_C_VERSION__)
OHM_FN vf32 v_where_less(vf32 a, vf32 b, vf32 yes, vf32 no) {
    return select(no, yes, a < b);
}
#elif OHM_LANES == 16 && defined(__AVX512F__)
OHM_FN vf32 v_where_less(vf32 a, vf32 b, vf32 yes, vf32 no) {
    return (vf32)_mm512_mask_blend_ps(_mm512_cmp_ps_mask(a, b, _CMP_LT_OQ), no, yes);
}
#elif OHM_LANES == 8 && defined(__AVX__)
OHM_FN vf32 v_where_less(vf32 a, vf32 b, vf32 yes, vf32 no) {
    return (vf32)_mm256_blendv_ps(no, yes, _mm256_cmp_ps(a, b, _CMP_LT_OQ));
}
#else
OHM_FN vf32 v_where_less(vf32 a, vf32 b, vf32 yes, vf32 no) {
    const vu32 less = (vu32)(a < b);
    return v_from_bits((v_bits(yes) & less) | (v_bits(no) & ~less));
}
#endif

// Whether a is less than b in any lane: to leave out work that hardly any lane needs.
OHM_FN int v_any_less(vf32 a, vf32 b) {
#if OHM_LANES == 1
    return a < b;
#elif defined(__OPENCL_C_VERSION__)
    return any(a < b);
#elif OHM_LANES == 16 && defined(__AVX512F__)
    return _mm512_cmp_ps_mask(a, b, _CMP_LT_OQ) != 0;
#elif OHM_LANES == 8 && defined(__AVX__)
    return _mm256_movemask_ps(_mm256_cmp_ps(a, b, _CMP_LT_OQ)) != 0;
#else
    int any = 0;
    for (int i = 0; i < OHM_LANES; i++) any |= a[i] < b[i];
    return any;
#endif
}

OHM_FN vf32 v_abs(vf32 x) {
    return v_from_bits(v_bits(x) & 0x7FFFFFFFu);
}

OHM_FN vf32 v_copysign(vf32 magnitude, vf32 sign) {
    return v_from_bits((v_bits(magnitude) & 0x7FFFFFFFu) | (v_bits(sign) & 0x80000000u));
}

OHM_FN vf32 v_clamp(vf32 x, float lo, float hi) {
    return v_min(v_max(x, v_splat(lo)), v_splat(hi));
}

#endif
