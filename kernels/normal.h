// Normal deviates, one a random word: the inverse of the normal distribution's integral.
#ifndef OHM_NORMAL_H
#define OHM_NORMAL_H

#include "elementary.h"

// Q − 1, of which below, at u − 15 in [−23, −7].
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

// Φ⁻¹((1 + v)/2) for |v| ≤ 1 − 2⁻²⁴, within 1.6 ulp (every multiple of 2⁻²⁴; 0.93 for |v| ≤ 1/2). Odd to
// the bit.
//
// It is v·Q(t) with t = log₂(1 − v²) from −23 to 0. Unlike in v, Q is smooth in t, and two polynomials,
// which meet at t = −7 and are off by 4e-9, do without the tail's usual square root. They give Q − 1, so
// that v enters without rounding and their own last roundings count for less. The logarithm need only be
// good to 5e-8 absolutely, since Q'/Q is below 0.19.
OHM_FN vf32 v_normal_quantile(vf32 v) {
    vf32 e;
    const vf32 f = log_split(v_fma(-v, v, v_splat(1.0f)), 0x3F2AAAABu, &e) - 1.0f;
    vf32 p = v_fma(f, v_splat(-0x1.dd0e92p-3f), v_splat(0x1.0291eap-2f));
    p = v_fma(f, p, v_splat(-0x1.e00fbep-3f));
    p = v_fma(f, p, v_splat(0x1.234fcp-2f));
    p = v_fma(f, p, v_splat(-0x1.719e2cp-2f));
    p = v_fma(f, p, v_splat(0x1.ec9236p-2f));
    p = v_fma(f, p, v_splat(-0x1.7153dap-1f));
    p = v_fma(f, p, v_splat(0x1.715464p+0f));
    const vf32 t = v_fma(f, p, e * 0x1p-23f);
    vf32 near = v_fma(t, v_splat(0x1.074dfep-31f), v_splat(0x1.28627p-26f));
    near = v_fma(t, near, v_splat(0x1.dd783ap-23f));
    near = v_fma(t, near, v_splat(0x1.6a71ccp-21f));
    near = v_fma(t, near, v_splat(-0x1.4bbae8p-17f));
    near = v_fma(t, near, v_splat(-0x1.5944eep-15f));
    near = v_fma(t, near, v_splat(0x1.205a2ap-10f));
    near = v_fma(t, near, v_splat(0x1.0123ccp-7f));
    near = v_fma(t, near, v_splat(-0x1.d1c89p-3f));
    near = v_fma(t, near, v_splat(0x1.0364c8p-2f));
    vf32 q = near;
    if (v_any_less(t, v_splat(-7.0f))) // one device in 256
        q = v_where_less(t, v_splat(-7.0f), normal_tail(t + 15.0f), near);
    return v_fma(v, q, v);
}

// A standard normal deviate from a random word, from −5.42 to 5.42: one of 2²⁴ values as likely as each
// other, each with its opposite, so that the mean is 0.
OHM_FN vf32 v_normal(vu32 word) {
    const vf32 k = v_float(v_int(word >> 8));
    return v_normal_quantile(v_fma(k, v_splat(0x1p-23f), v_splat(-0x1.fffffep-1f)));
}

#endif
