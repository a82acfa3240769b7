// Normal deviates, one a random word: the inverse of the normal distribution's integral.
#ifndef OHM_NORMAL_H
#define OHM_NORMAL_H

#include "elementary.h"

// The sum of a[i]·x[k]^i over i < terms, which is even, for each k < parts. Even and odd powers are apart,
// and the parts go side by side: a processor looks only so far ahead, and one part's own chain of
// instructions would keep it waiting.
OHM_FN void v_polynomials(vf32 *y, const vf32 *x, int parts, OHM_READ_ONLY float *a, int terms) {
    vf32 square[4], odd[4];
    OHM_UNROLL
    for (int k = 0; k < parts; k++) {
        square[k] = x[k] * x[k];
        odd[k] = v_splat(a[terms - 1]);
        y[k] = v_splat(a[terms - 2]);
    }
    OHM_UNROLL
    for (int i = terms - 4; i >= 0; i -= 2) {
        OHM_UNROLL
        for (int k = 0; k < parts; k++) odd[k] = v_fma(square[k], odd[k], v_splat(a[i + 1]));
        OHM_UNROLL
        for (int k = 0; k < parts; k++) y[k] = v_fma(square[k], y[k], v_splat(a[i]));
    }
    OHM_UNROLL
    for (int k = 0; k < parts; k++) y[k] = v_fma(x[k], odd[k], y[k]);
}

// log₂(1 + f)/f for |f| ≤ 1/3.
static OHM_READ_ONLY float normal_log[] = {0x1.715464p+0f, -0x1.7153dap-1f, 0x1.ec9236p-2f, -0x1.719e2cp-2f,
                                           0x1.234fcp-2f,  -0x1.e00fbep-3f, 0x1.0291eap-2f, -0x1.dd0e92p-3f};

// Q − 1, of which below, at t in [−7, 0].
static OHM_READ_ONLY float normal_near[] = {
    0x1.0364c8p-2f,   -0x1.d1c89p-3f,  0x1.0123ccp-7f,  0x1.205a2ap-10f, -0x1.5944eep-15f,
    -0x1.4bbae8p-17f, 0x1.6a71ccp-21f, 0x1.dd783ap-23f, 0x1.28627p-26f,  0x1.074dfep-31f};

// The same at u − 15 in [−23, −7].
OHM_FN vf32 normal_tail(vf32 u) {
    vf32 far = v_fma(u, v_splat(0x1.4b9c14p-44f), v_splat(0x1.315518p-39f));
    far = v_fma(u, far, v_splat(0x1.f7c898p-36f));
    far = v_fma(u, far, v_splat(0x1.0b5abp-32f));
    far = v_fma(u, far, v_splat(0x1.9cdc64p-33f));
    far = v_fma(u, far, v_splat(-0x1.2a94ep-24f));
    far = v_fma(u, far, v_splat(-0x1.54fadp-19f));
    far = v_fma(u, far, v_splat(-0x1.397034p-14f));
    far = v_fma(u, far, v_splat(-0x1.419248p-9f));
    far = v_fma(u, far, v_splat(-0x1.38d9fcp-3f));
    far = v_fma(u, far, v_splat(0x1.a9990ep+1f));
    return far;
}

// Φ⁻¹((1 + v)/2) for |v| ≤ 1 − 2⁻²⁴, within 1.6 ulp (every multiple of 2⁻²⁴; 1.12 for |v| ≤ 1/2). Odd to
// the bit. In place, of each of some parts, 4 or fewer.
//
// It is v·Q(t) with t = log₂(1 − v²) from −23 to 0. Unlike in v, Q is smooth in t, and two polynomials,
// which meet at t = −7 and are off by 4e-9, do without the tail's usual square root. They give Q − 1, so
// that v enters without rounding and their own last roundings count for less. The logarithm need only be
// good to 5e-8 absolutely, since Q'/Q is below 0.19.
OHM_FN void v_normal_quantiles(vf32 *v, int parts) {
    vf32 e[4], f[4], t[4], q[4];
    OHM_UNROLL
    for (int k = 0; k < parts; k++)
        f[k] = log_split(v_fma(-v[k], v[k], v_splat(1.0f)), 0x3F2AAAABu, &e[k]) - 1.0f;
    v_polynomials(t, f, parts, normal_log, 8);
    OHM_UNROLL
    for (int k = 0; k < parts; k++) t[k] = v_fma(f[k], t[k], e[k] * 0x1p-23f);
    v_polynomials(q, t, parts, normal_near, 10);
    vf32 least = t[0];
    OHM_UNROLL
    for (int k = 1; k < parts; k++) least = v_min(least, t[k]);
    if (v_any_less(least, v_splat(-7.0f))) { // one device in 256
        OHM_UNROLL
        for (int k = 0; k < parts; k++)
            q[k] = v_where_less(t[k], v_splat(-7.0f), normal_tail(t[k] + 15.0f), q[k]);
    }
    OHM_UNROLL
    for (int k = 0; k < parts; k++) v[k] = v_fma(v[k], q[k], v[k]);
}

OHM_FN vf32 v_normal_quantile(vf32 v) {
    vf32 one[1] = {v};
    v_normal_quantiles(one, 1);
    return one[0];
}

// A standard normal deviate from a random word, from −5.42 to 5.42: one of 2²⁴ values as likely as each
// other, each with its opposite, so that the mean is 0.
OHM_FN vf32 v_normal(vu32 word) {
    const vf32 k = v_float(v_int(word >> 8));
    return v_normal_quantile(v_fma(k, v_splat(0x1p-23f), v_splat(-0x1.fffffep-1f)));
}

#endif
